//! The snapshot of one actor, and of two that wait for each other.

use actor_core::prelude::*;
use actor_core::snapshot::{Activity, ActorState, Snapshot};
use futures_lite::future::or;
use std::time::Duration;
use tests::Gate;

/// Waits as requested.
#[actor(capacity = 8)]
pub struct Clerk {
    pub peer: Option<ClerkAddr>,
    pub gate: Gate,
}

#[actor]
impl Clerk {
    pub fn meet(&mut self, peer: ClerkAddr) {
        self.peer = Some(peer);
    }

    pub fn ping(&self) {}

    pub async fn hold(&self, begun: Gate) {
        begun.open();
        self.gate.pass().await;
    }

    pub async fn ask(&self, begun: Gate) {
        let peer = self.peer.clone().expect("it has met its peer");
        begun.open();
        let _ = peer.ping().await;
    }

    /// Like `ask`, but it can also be woken from outside, so that none of its waits is certain.
    pub async fn ask_or_pass(&self, begun: Gate, go: Gate) {
        let peer = self.peer.clone().expect("it has met its peer");
        begun.open();
        go.pass().await;
        let ask = async {
            let _ = peer.ping().await;
        };
        or(self.gate.pass(), ask).await;
    }
}

/// Defers requests that it cannot serve yet.
#[actor]
struct Store {
    apples: u32,
}

#[actor]
impl Store {
    #[message(when = self.apples >= *count)]
    fn take(&mut self, count: u32) {
        self.apples -= count;
    }

    fn put(&mut self, count: u32) {
        self.apples += count;
    }
}

pub fn it_counts_deferred_messages(system: &System) {
    system.block_on(async {
        let store = Store { apples: 0 }.spawn();
        for count in 1..=3 {
            store.take(count).send().await.unwrap();
        }
        let is_kept = |count| {
            let store = store.clone();
            move |snapshot: &Snapshot| {
                let seen = snapshot.actor(store.id()).unwrap();
                (seen.deferred, seen.depth, seen.activity) == (count, 0, Activity::Idle)
            }
        };
        let text = when(is_kept(3)).await.to_string();
        assert_eq!(text, "store#1: 3 deferred, idle\n");
        store.put(3).await.unwrap();
        when(is_kept(1)).await;
    });
}

fn clerk(system: &System) -> (ClerkAddr, Gate) {
    let gate = Gate::new();
    (system.spawn(Clerk { peer: None, gate: gate.clone() }), gate)
}

#[actor]
trait Errands {
    async fn fetch(&mut self, gate: Gate);
    async fn bring(&mut self, gate: Gate);
}

/// An actor without async handlers of its own.
#[actor]
struct Messenger;

#[actor]
impl Messenger {
    fn look(&self, context: &Context<Self>) -> Activity {
        System::current().snapshot().actor(context.id()).unwrap().activity
    }
}

#[actor]
impl Errands for Messenger {
    async fn fetch(&mut self, gate: Gate) {
        gate.pass().await;
    }

    async fn bring(&mut self, gate: Gate) {
        gate.pass().await;
    }
}

pub fn it_names_each_handler_of_a_protocol(system: &System) {
    system.block_on(async {
        let messenger = Messenger.spawn();
        let errands = ErrandsAddr::from(messenger.clone());
        let waits_in = |name: &'static str| {
            let id = messenger.id();
            move |snapshot: &Snapshot| {
                let seen = snapshot.actor(id).unwrap().activity;
                matches!(seen, Activity::Waiting { handler, .. } if handler == name)
            }
        };
        let gates = [Gate::new(), Gate::new()];
        errands.fetch(gates[0].clone()).send().await.unwrap();
        when(waits_in("fetch")).await;
        gates[0].open();
        assert_eq!(messenger.look().await, Ok(Activity::Running { handler: None }));
        errands.bring(gates[1].clone()).send().await.unwrap();
        when(waits_in("bring")).await;
        gates[1].open();
        messenger.stop();
        messenger.join().await;
    });
}

/// Takes snapshots until one is as wanted.
pub async fn when(wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
    loop {
        let snapshot = System::current().snapshot();
        if wanted(&snapshot) {
            return snapshot;
        }
        futures_lite::future::yield_now().await;
    }
}

fn is_waiting(snapshot: &Snapshot, clerk: &ClerkAddr) -> bool {
    let actor = snapshot.actor(clerk.id());
    actor.is_some_and(|actor| matches!(actor.activity, Activity::Waiting { .. }))
}

pub fn it_shows_depth_names_and_state(system: &System) {
    system.block_on(async {
        let (clerk, gate) = clerk(system);
        clerk.register("front desk").unwrap();
        clerk.register("desk").unwrap();
        let begun = Gate::new();
        clerk.hold(begun.clone()).send().await.unwrap();
        begun.pass().await;
        for _ in 0..3 {
            clerk.ping().send().await.unwrap();
        }
        let snapshot = when(|snapshot| is_waiting(snapshot, &clerk)).await;
        let seen = snapshot.actor(clerk.id()).unwrap();
        assert_eq!((seen.depth, seen.capacity, seen.restarts), (3, Some(8), 0));
        assert_eq!((seen.actor, seen.label.as_str()), ("Clerk", "front desk"));
        assert_eq!(seen.names, ["front desk", "desk"]);
        assert_eq!(seen.state, ActorState::Running);
        assert_eq!((seen.parent, seen.waits_for), (None, None));

        clerk.stop();
        let snapshot = when(|snapshot| is_waiting(snapshot, &clerk)).await;
        assert_eq!(snapshot.actor(clerk.id()).unwrap().state, ActorState::Stopping);
        gate.open();
        clerk.join().await;
        when(|snapshot| snapshot.actors.is_empty()).await;
    });
}

pub fn it_names_the_waiting_handler_and_its_callee(system: &System) {
    system.block_on(async {
        let ((asking, _), (asked, gate)) = (clerk(system), clerk(system));
        asking.meet(asked.clone()).await.unwrap();
        let begun = [Gate::new(), Gate::new()];
        asked.hold(begun[0].clone()).send().await.unwrap();
        asking.ask(begun[1].clone()).send().await.unwrap();
        begun[1].pass().await;

        let waits = |snapshot: &Snapshot| [&asking, &asked].map(|it| is_waiting(snapshot, it));
        let snapshot = when(|snapshot| waits(snapshot) == [true, true]).await;
        let seen = [&asking, &asked].map(|clerk| snapshot.actor(clerk.id()).unwrap().clone());
        assert!(matches!(seen[0].activity, Activity::Waiting { handler: "ask", .. }));
        assert!(matches!(seen[1].activity, Activity::Waiting { handler: "hold", .. }));
        assert_eq!(seen[0].waits_for, Some(asked.id()));
        assert_eq!((seen[1].waits_for, seen[1].depth), (None, 1));
        assert!(snapshot.cycles().is_empty());

        let age = |snapshot: &Snapshot| match snapshot.actor(asked.id()).unwrap().activity {
            Activity::Waiting { age, .. } => age,
            _ => Duration::ZERO,
        };
        let before = age(&snapshot);
        actor_core::time::sleep(Duration::from_millis(5)).await;
        assert!(age(&system.snapshot()) >= before + Duration::from_millis(5));

        gate.open();
        asking.ping().await.unwrap();
        let snapshot = when(|snapshot| waits(snapshot) == [false, false]).await;
        assert_eq!(snapshot.actor(asking.id()).unwrap().waits_for, None);
    });
}

pub fn it_shows_a_cycle(system: &System) {
    system.block_on(async {
        let ((one, gate), (other, _)) = (clerk(system), clerk(system));
        one.meet(other.clone()).await.unwrap();
        other.meet(one.clone()).await.unwrap();
        one.register("one").unwrap();
        other.register("other").unwrap();
        let go = Gate::new();
        for clerk in [&one, &other] {
            let begun = Gate::new();
            clerk.ask_or_pass(begun.clone(), go.clone()).send().await.unwrap();
            begun.pass().await;
        }
        go.open();
        let snapshot = when(|snapshot| !snapshot.cycles().is_empty()).await;
        assert_eq!(snapshot.cycles(), [[one.id(), other.id()]]);
        let text = snapshot.to_string();
        assert!(text.ends_with("in a cycle: one > other > one\n"), "{text}");
        gate.open();
        other.ping().await.unwrap();
        assert!(system.snapshot().cycles().is_empty());
    });
}
