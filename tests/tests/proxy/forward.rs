//! What a proxy passes on: messages of inherent blocks and of traits, their order, replies and errors.

use actor_core::prelude::*;
use actor_core::proxy::{self, Cause, Proxy};
use actor_core::{Protocol, simulation::Sim};
use std::time::Duration;
use tests::Gate;

#[actor(capacity = 2)]
#[derive(Default)]
struct Counter {
    total: u64,
    seen: Vec<u64>,
}

#[actor]
impl Counter {
    fn add(&mut self, amount: u64) -> u64 {
        self.seen.push(amount);
        self.total += amount;
        self.total
    }

    fn seen(&self) -> Vec<u64> {
        self.seen.clone()
    }

    async fn busy(&mut self, time: Duration) {
        actor_core::time::sleep(time).await;
    }

    fn boom(&self) {
        panic!("boom");
    }

    #[message(priority, unbounded)]
    fn urgent(&mut self) {
        self.seen.push(0);
    }
}

#[actor]
trait Adds {
    fn plus(&mut self, amount: u64) -> u64;
}

#[actor]
impl Adds for Counter {
    #[message(when = self.total >= *_least)]
    fn plus(&mut self, _least: u64) -> u64 {
        self.total
    }
}

struct Pass<A>(A);

impl<A> Proxy<A::Actor> for Pass<A>
where
    A: actor_core::TypedAddr<Actor: Protocol> + Send + Sync + 'static,
{
    async fn forward(&mut self, message: <A::Actor as Protocol>::Message) {
        if let Err(refused) = proxy::forward(self.0.as_ref(), message).await {
            proxy::discard(self.0.as_ref(), refused.into_message());
        }
    }

    async fn closed(&mut self, _cause: Cause) -> Exit {
        Exit::Stopped
    }
}

fn front(counter: &CounterAddr) -> CounterAddr {
    proxy::prepare(Pass(counter.clone())).spawn().0
}

#[actor_core::test(seeds = 50)]
async fn messages_of_one_sender_stay_in_order() {
    let counter = Counter::default().spawn();
    let front = front(&counter);
    for number in 1..=100 {
        front.add(number).send().await.unwrap();
    }
    assert_eq!(front.seen().await, Ok((1..=100).collect()));
}

#[actor_core::test(seeds = 20)]
async fn a_slow_actor_fills_the_mailbox_of_its_proxy() {
    let counter = Counter::default().spawn();
    let (front, _control) = proxy::prepare(Pass(counter.clone())).capacity(2).spawn();
    counter.busy(Duration::from_secs(1)).send().await.unwrap();
    let mut accepted = 0;
    let begun = actor_core::time::now();
    while actor_core::time::now() - begun < Duration::from_millis(500) {
        match front.add(1).try_send() {
            Ok(()) => accepted += 1,
            Err(error) => assert_eq!(error.reason(), SendReason::Full),
        }
        actor_core::time::sleep(Duration::from_millis(10)).await;
    }
    // Two wait at the actor, one is being forwarded, and two wait at the proxy.
    assert!((4..=6).contains(&accepted), "{accepted}");
    front.add(1).send().await.unwrap();
    assert_eq!(front.seen().await.map(|seen| seen.len()), Ok(accepted + 1));
}

#[actor_core::test(seeds = 20)]
async fn a_call_that_times_out_behind_a_proxy_before_its_actor_takes_it_is_never_handled() {
    let counter = Counter::default().spawn();
    let front = front(&counter);
    counter.busy(Duration::from_secs(1)).send().await.unwrap();
    let error = front.add(7).timeout(Duration::from_millis(500)).await.unwrap_err();
    assert_eq!(error, CallError::Timeout { started: false });
    assert!(error.never_handled());
    assert_eq!(counter.seen().await, Ok(vec![]));
    let error = front.busy(Duration::from_secs(1)).timeout(Duration::from_millis(500)).await;
    assert_eq!(error, Err(CallError::Timeout { started: true }));
}

#[actor_core::test(seeds = 20)]
async fn a_message_to_an_actor_that_has_stopped_is_discarded_by_its_proxy() {
    let counter = Counter::default().spawn();
    let front = front(&counter);
    counter.stop();
    counter.join().await;
    assert_eq!(front.add(1).await, Err(CallError::Stopped));
    front.add(1).send().await.unwrap();
    front.stop();
    front.join().await;
    assert_eq!(System::current().counters().undelivered, 1);
}

#[actor_core::test(seeds = 20)]
async fn a_call_queued_behind_a_proxy_is_stopped_if_the_actor_is_killed() {
    let counter = Counter::default().spawn();
    let front = front(&counter);
    counter.busy(Duration::from_secs(1)).send().await.unwrap();
    let call = actor_core::spawn_task(front.add(1).into_owned());
    actor_core::time::sleep(Duration::from_millis(10)).await;
    counter.kill();
    assert_eq!(call.await, Err(CallError::Stopped));
}

#[actor_core::test(seeds = 20)]
async fn the_panic_of_the_handler_reaches_the_caller_through_a_proxy() {
    let counter = Counter::default().spawn();
    let front = front(&counter);
    let Err(CallError::Panicked(failure)) = front.boom().await else { unreachable!() };
    assert_eq!((failure.handler(), failure.message()), ("boom", "boom"));
    assert_eq!(failure.actor(), counter.label());
}

#[actor_core::test(seeds = 20)]
async fn a_protocol_of_an_actor_behind_a_proxy_keeps_its_guards() {
    let counter = Counter::default().spawn();
    let adds = AddsAddr::from(front(&counter));
    let (total, _) = actor_core::future::zip(adds.plus(5), counter.add(6)).await;
    assert_eq!(total, Ok(6));
    let (adds, _control) = proxy::prepare(Pass(adds)).spawn();
    assert_eq!(adds.plus(1).await, Ok(6));
}

#[actor_core::test(seeds = 20)]
async fn a_priority_message_overtakes_in_a_proxy() {
    let counter = Counter::default().spawn();
    let front = front(&counter);
    counter.busy(Duration::from_secs(1)).send().await.unwrap();
    actor_core::time::sleep(Duration::from_millis(10)).await;
    for number in 1..=6 {
        front.add(number).send().await.unwrap();
    }
    actor_core::time::sleep(Duration::from_millis(10)).await;
    front.urgent().send().await.unwrap();
    let seen = front.seen().await.unwrap();
    let place = seen.iter().position(|number| *number == 0).unwrap();
    assert!(place <= 3, "{seen:?}");
}

/// Calls the actor behind a proxy of itself: no deadlock is reported, and the call ends by its timeout.
#[actor]
struct Asker {
    to: Option<CounterAddr>,
}

#[actor]
impl Asker {
    async fn ask(&mut self, time: Duration) -> Result<u64, CallError> {
        let to = self.to.clone().unwrap();
        to.add(1).timeout(time).await
    }
}

#[actor_core::test(seeds = 20)]
async fn a_wait_through_a_proxy_is_not_a_deadlock(sim: Sim) {
    let counter = Counter::default().spawn();
    let asker = Asker { to: Some(front(&counter)) }.spawn();
    counter.busy(Duration::from_secs(1)).send().await.unwrap();
    assert_eq!(asker.ask(Duration::from_secs(2)).await, Ok(Ok(1)));
    let _ = sim;
}

/// Its messages have settings that the proxy does not know from its own protocol.
#[actor]
trait Alarm {
    fn note(&mut self);
    fn ring(&mut self) -> Vec<&'static str>;
}

#[actor(capacity = 2)]
#[derive(Default)]
struct Station {
    seen: Vec<&'static str>,
}

#[actor]
impl Station {
    async fn hold(&mut self, gate: Gate) {
        gate.pass().await;
    }

    fn plain(&mut self) {
        self.seen.push("plain");
    }
}

#[actor]
impl Alarm for Station {
    #[message(unbounded)]
    fn note(&mut self) {
        self.seen.push("note");
    }

    #[message(priority)]
    fn ring(&mut self) -> Vec<&'static str> {
        self.seen.push("ring");
        self.seen.clone()
    }
}

#[actor_core::test(seeds = 20)]
async fn messages_of_a_protocol_keep_their_settings_through_a_proxy_of_the_actor() {
    let station = Station::default().spawn();
    let (front, _revoke) = proxy::revocable(&station);
    let alarm = AlarmAddr::from(front.clone());
    assert_eq!(alarm.note().await, Ok(()));

    let gate = Gate::new();
    // The actor is busy, and its mailbox full, but not for the unbounded messages.
    station.hold(gate.clone()).send().await.unwrap();
    while station.len() > 0 {
        actor_core::time::sleep(Duration::from_millis(1)).await;
    }
    station.plain().send().await.unwrap();
    station.plain().send().await.unwrap();
    for _ in 0..3 {
        alarm.note().send().await.unwrap();
    }
    while station.len() < 5 {
        actor_core::time::sleep(Duration::from_millis(1)).await;
    }
    let ring = actor_core::spawn_task(alarm.ring().into_owned());
    while station.len() < 6 {
        actor_core::time::sleep(Duration::from_millis(1)).await;
    }
    gate.open();
    assert_eq!(ring.await, Ok(vec!["note", "ring"]));
    while station.len() > 0 {
        actor_core::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(alarm.ring().await.unwrap().iter().filter(|seen| **seen == "note").count(), 4);

    // The counts are as before: each mailbox holds its capacity.
    for address in [&station, &front] {
        let gate = Gate::new();
        station.hold(gate.clone()).send().await.unwrap();
        while station.len() + front.len() > 0 {
            actor_core::time::sleep(Duration::from_millis(1)).await;
        }
        let mut accepted = 0;
        while address.plain().try_send().is_ok() {
            accepted += 1;
            actor_core::time::sleep(Duration::from_millis(1)).await;
        }
        // The proxy holds one message, and the actor two.
        let expected = if address == &station { 2 } else { 2 + 1 + 64 };
        assert_eq!(accepted, expected);
        gate.open();
        while station.len() + front.len() > 0 {
            actor_core::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[actor_core::test(seeds = 20)]
async fn messages_of_a_protocol_keep_their_settings_through_a_proxy_of_a_pool() {
    let (front, _revoke) = proxy::revocable(&Station::pool(1, Station::default));
    let alarm = AlarmAddr::from(front);
    assert_eq!(alarm.note().await, Ok(()));
    assert_eq!(alarm.ring().await, Ok(vec!["note", "ring"]));
}
