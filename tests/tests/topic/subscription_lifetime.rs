//! The lifetime of a subscription: as long as the life that created it for itself, or as the actor.

use actor_core::future::yield_now;
use actor_core::prelude::*;
use actor_core::{
    supervision::{Child, Supervisor, SupervisorAddr},
    topic::{Subscription, Topic},
};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::{Gate, Tally};

type Seen = Arc<Mutex<Vec<u32>>>;

/// How it subscribes itself in `#[on_start]`.
#[derive(Clone, Copy, Debug)]
enum How {
    Detached,
    Held,
    InATask,
    NotAtAll,
}

#[actor]
struct Display {
    how: How,
    prices: Topic<u32>,
    seen: Seen,
    held: Option<Subscription>,
    begun: Tally,
}

#[actor]
impl Display {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        let (prices, me) = (self.prices.clone(), context.address());
        match self.how {
            How::Detached => prices.subscribe(&me, |me, price| me.show(price)).detach(),
            How::Held => {
                self.held = Some(prices.subscribe(&me, |me, price| me.show(price)).into());
            }
            How::InATask => {
                let me = me.downgrade();
                let subscribe = async move {
                    if let Some(me) = me.upgrade() {
                        prices.subscribe(&me, |me, price| me.show(price)).detach();
                    }
                };
                context.spawn_task(subscribe).detach();
            }
            How::NotAtAll => {}
        }
        self.begun.add();
    }

    fn show(&self, price: u32) {
        self.seen.lock().unwrap().push(price);
    }

    fn fail(&self) {
        panic!("planned");
    }

    fn ping(&self) {}
}

fn display(how: How, prices: &Topic<u32>, seen: &Seen) -> Display {
    Display { how, prices: prices.clone(), seen: seen.clone(), held: None, begun: Tally::default() }
}

fn supervisor() -> SupervisorAddr {
    Supervisor::one_for_one().intensity(100, Duration::from_secs(60)).spawn()
}

async fn fail_three_times(display: &DisplayAddr) {
    for _ in 0..3 {
        assert!(matches!(display.fail().await, Err(CallError::Panicked(_))));
    }
    display.ping().await.unwrap();
}

/// Waits until there is one subscriber, publishes once, and waits until it was seen.
async fn assert_seen_once(prices: &Topic<u32>, seen: &Seen) {
    while prices.subscribers() != 1 {
        yield_now().await;
    }
    prices.publish(7).await;
    while seen.lock().unwrap().is_empty() {
        yield_now().await;
    }
    for _ in 0..50 {
        yield_now().await;
    }
    assert_eq!(*seen.lock().unwrap(), [7]);
    assert_eq!(prices.subscribers(), 1);
}

pub fn a_subscription_of_an_actor_to_its_own_address_ends_with_the_life(system: &System) {
    system.block_on(async {
        for how in [How::Detached, How::Held, How::InATask] {
            let (prices, seen) = (Topic::new(), Seen::default());
            let (topic, list) = (prices.clone(), seen.clone());
            let supervisor = supervisor();
            let make = move || display(how, &topic, &list);
            let display = supervisor.start(Child::new("display", make));
            fail_three_times(&display).await;
            assert_seen_once(&prices, &seen).await;
            display.stop();
            display.join().await;
            assert_eq!(prices.subscribers(), 0, "{how:?}");
            supervisor.stop();
        }
    });
}

pub fn a_subscription_made_from_outside_survives_restarts(system: &System) {
    system.block_on(async {
        let (prices, seen) = (Topic::new(), Seen::default());
        let (topic, list) = (prices.clone(), seen.clone());
        let supervisor = supervisor();
        let make = move || display(How::NotAtAll, &topic, &list);
        let display = supervisor.start(Child::new("display", make));
        prices.subscribe(&display, |me, price| me.show(price)).detach();
        fail_three_times(&display).await;
        assert_seen_once(&prices, &seen).await;
        supervisor.stop();
    });
}

pub fn a_subscription_that_a_factory_makes_ends_with_the_life(system: &System) {
    system.block_on(async {
        let (prices, seen) = (Topic::new(), Seen::default());
        let (topic, list) = (prices.clone(), seen.clone());
        let supervisor = supervisor();
        let make = move |me: DisplayAddr| {
            let (topic, list) = (topic.clone(), list.clone());
            async move {
                topic.subscribe(&me, |me, price| me.show(price)).detach();
                Ok::<_, String>(display(How::NotAtAll, &topic, &list))
            }
        };
        let display = supervisor.start(Child::with("display", make));
        fail_three_times(&display).await;
        assert_seen_once(&prices, &seen).await;
        supervisor.stop();
    });
}

/// Subscribes its actor once more when it is dropped.
#[actor]
struct Parting {
    me: WeakAddr<Parting>,
    prices: Topic<u32>,
}

#[actor]
impl Parting {
    fn show(&self, _price: u32) {}

    fn fail(&self) {
        panic!("planned");
    }

    fn ping(&self) {}
}

impl Drop for Parting {
    fn drop(&mut self) {
        if let Some(me) = self.me.upgrade() {
            self.prices.subscribe(&me, |me, price| me.show(price)).detach();
        }
    }
}

pub fn a_subscription_made_by_the_drop_of_a_state_ends_with_its_life(system: &System) {
    system.block_on(async {
        let prices = Topic::new();
        let topic = prices.clone();
        let supervisor = supervisor();
        let make = move |me: PartingAddr| {
            let parting = Parting { me: me.downgrade(), prices: topic.clone() };
            async move { Ok::<_, String>(parting) }
        };
        let parting = supervisor.start(Child::with("parting", make));
        for _ in 0..3 {
            assert!(matches!(parting.fail().await, Err(CallError::Panicked(_))));
            parting.ping().await.unwrap();
            while prices.subscribers() != 0 {
                yield_now().await;
            }
        }
        supervisor.stop();
    });
}

pub fn each_member_of_a_pool_has_the_subscription_that_it_makes(system: &System) {
    system.block_on(async {
        let (prices, seen) = (Topic::new(), Seen::default());
        let (topic, list) = (prices.clone(), seen.clone());
        let begun = Tally::default();
        let tally = begun.clone();
        let make =
            move || Display { begun: tally.clone(), ..display(How::Detached, &topic, &list) };
        let pool = Display::pool(3, make);
        for _ in 0..4 {
            assert!(matches!(pool.fail().await, Err(CallError::Panicked(_))));
        }
        begun.reaches(3 + 4).await;
        assert_eq!(prices.subscribers(), 3);
        prices.publish(7).await;
        while seen.lock().unwrap().len() < 3 {
            yield_now().await;
        }
        for _ in 0..50 {
            yield_now().await;
        }
        assert_eq!((&*seen.lock().unwrap(), prices.subscribers()), (&vec![7, 7, 7], 3));
        pool.stop();
        pool.join().await;
        while prices.subscribers() != 0 {
            yield_now().await;
        }
    });
}

/// Opens a gate when it is dropped.
struct OpenOnDrop(Gate);

impl Drop for OpenOnDrop {
    fn drop(&mut self) {
        self.0.open();
    }
}

/// Has a task that subscribes it when `ends` is open.
#[actor]
struct Late {
    prices: Topic<u32>,
    is_polled: Gate,
    ends: Gate,
}

#[actor]
impl Late {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        let (prices, me) = (self.prices.clone(), context.weak());
        let (is_polled, ends) = (self.is_polled.clone(), self.ends.clone());
        let subscribe = async move {
            let me = me.upgrade().unwrap();
            is_polled.open();
            ends.pass_blocking();
            prices.subscribe(&me, |me, price| me.show(price)).detach();
            std::future::pending::<()>().await;
        };
        context.spawn_task(subscribe).detach();
        // Dropped together with the handle of the task, when the life ends.
        let on_drop = OpenOnDrop(self.ends.clone());
        let timer = context.after(Duration::from_secs(3600), move |me| {
            drop(on_drop);
            me.show(0)
        });
        timer.detach();
    }

    fn show(&self, _price: u32) {}
}

pub fn a_subscription_that_a_task_makes_while_its_life_ends_ends_with_the_life(system: &System) {
    system.block_on(async {
        for _ in 0..200 {
            let (prices, is_polled, ends) = (Topic::new(), Gate::new(), Gate::new());
            let late = Late { prices: prices.clone(), is_polled: is_polled.clone(), ends }.spawn();
            is_polled.pass().await;
            late.kill();
            assert_eq!(late.join().await, Exit::Killed);
            assert_eq!(prices.subscribers(), 0);
        }
    });
}
