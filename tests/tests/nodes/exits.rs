//! The exit of an actor of another node: its cause, its position after the actor's messages, and restarts,
//! which are not exits.

use crate::subject::{Hearer, HearerAddr, LIMIT, SubjectAddr, spawn, two};
use actor_core::__private::{TestConfig, simulate};
use actor_core::prelude::*;
use actor_core::{
    FailureKind, rng,
    simulation::Probe,
    supervision::{Child, Supervisor},
    time,
};
use actor_remote::SimNetwork;
use std::time::Duration;
use tests::sized;

/// Reports the exits that it is notified of.
#[actor]
struct Watcher {
    exits: Probe<(&'static str, Exit)>,
}

#[actor]
impl Watcher {
    fn watch(&mut self, subject: SubjectAddr, context: &Context<Self>) {
        context.link(&subject);
        context.monitor(&subject, |me, exit| me.gone(exit));
    }

    #[on_exit]
    fn linked(&mut self, _id: ActorId, exit: Exit) {
        self.exits.tell(("link", exit));
    }

    fn gone(&mut self, exit: Exit) {
        self.exits.tell(("monitor", exit));
    }
}

/// Ends with the actor that it is linked to.
#[actor]
struct Linked;

#[actor]
impl Linked {
    fn link(&self, subject: SubjectAddr, context: &Context<Self>) {
        context.link(&subject);
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Cause {
    Stop,
    Panic,
    Kill,
    Loss,
}

/// A monitor, a link, `join` and `#[on_exit]` get one notice each, with the exit of the remote actor.
#[actor_core::test(seeds = 40)]
async fn each_watcher_gets_the_exit_of_a_remote_actor_once() {
    let cause = [Cause::Stop, Cause::Panic, Cause::Kill, Cause::Loss][rng().usize(..4)];
    let two = two().await;
    let exits = Probe::new();
    let watcher = Watcher { exits: exits.clone() }.spawn_on(two.client.system());
    let linked = Linked.spawn_on(two.client.system());
    watcher.watch(two.remote.clone()).await.unwrap();
    linked.link(two.remote.clone()).await.unwrap();
    // From now on, the server knows that the client holds the actor.
    two.remote.add(1).await.unwrap();
    match cause {
        Cause::Stop => two.remote.stop(),
        Cause::Panic => two.remote.boom().send().await.unwrap(),
        Cause::Kill => two.local.kill(),
        Cause::Loss => two.network.crash("server"),
    }
    let exit = two.remote.join().await;
    match (&exit, cause) {
        (Exit::Stopped, Cause::Stop)
        | (Exit::Killed, Cause::Kill)
        | (Exit::Unreachable, Cause::Loss) => {}
        (Exit::Failed(failure), Cause::Panic) => {
            assert_eq!((failure.kind(), failure.handler()), (FailureKind::Panic, "boom"));
            assert_eq!(failure.message(), "boom");
            let place = failure.location().expect("a panic has a place").to_string();
            assert!(place.contains("subject.rs"), "{place}");
        }
        other => panic!("{other:?}"),
    }
    time::sleep(Duration::from_secs(5)).await;
    let mut notices = exits.take();
    notices.sort_by_key(|(kind, _)| *kind);
    let kinds: Vec<_> = notices.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, ["link", "monitor"]);
    for (_, notice) in notices {
        assert_eq!(notice.to_string(), exit.to_string());
    }
    if cause == Cause::Stop {
        assert!(linked.is_alive(), "a normal exit ends no linked actor");
    } else {
        let Exit::Failed(failure) = linked.join().await else { panic!("it ends with the other") };
        assert_eq!(failure.kind(), FailureKind::Linked);
    }
    assert_eq!(two.remote.add(1).await, Err(CallError::Stopped));
}

#[actor_core::test(seeds = 20)]
async fn stop_within_stops_a_remote_actor() {
    let two = two().await;
    assert_eq!(two.remote.stop_within(LIMIT).await, Exit::Stopped);
    assert_eq!(two.local.join().await, Exit::Stopped);
}

#[actor_core::test(seeds = 20)]
async fn stop_within_kills_a_remote_actor_at_its_limit() {
    let two = two().await;
    two.remote.slow(1, 3_600_000).send().await.unwrap();
    assert_eq!(two.remote.stop_within(LIMIT).await, Exit::Killed);
    assert_eq!(two.local.join().await, Exit::Killed);
}

/// A supervised actor continues behind its remote address: a restart is not an exit.
#[actor_core::test(seeds = 30)]
async fn a_restart_keeps_the_remote_address() {
    let network = SimNetwork::new();
    let (server, client) = (network.node("server"), network.node("client"));
    let supervisor = Supervisor::one_for_one().spawn_on(server.system());
    let local = supervisor.start(Child::new("counter", crate::subject::Counter::default));
    server.register("subject", &SubjectAddr::from(local)).unwrap();
    let remote: SubjectAddr = client.wait_for("subject", LIMIT).await.unwrap();
    let exits = Probe::new();
    let watcher = Watcher { exits: exits.clone() }.spawn_on(client.system());
    watcher.watch(remote.clone()).await.unwrap();
    remote.add(1).await.unwrap();
    let Err(CallError::Panicked(failure)) = remote.boom().await else { panic!("it panics") };
    assert_eq!(failure.handler(), "boom");
    assert_eq!(remote.add(2).await, Ok(2));
    assert_eq!(remote.seen().await, Ok(vec![2]), "a new state");
    time::sleep(Duration::from_secs(5)).await;
    assert!(exits.is_empty());
    supervisor.stop();
    assert_eq!(remote.join().await, Exit::Stopped);
}

/// Records notes and the exit in their order.
#[actor]
struct Order {
    heard: Vec<Option<u64>>,
}

#[actor]
impl Order {
    fn watch(&mut self, subject: SubjectAddr, context: &Context<Self>) {
        context.monitor(&subject, |me, _exit| me.gone());
    }

    fn gone(&mut self) {
        self.heard.push(None);
    }

    fn heard(&self) -> Vec<Option<u64>> {
        self.heard.clone()
    }
}

#[actor]
impl Hearer for Order {
    fn note(&mut self, number: u64) {
        self.heard.push(Some(number));
    }
}

/// The exit of an actor arrives after all messages that it had sent to this node; under partitions, after
/// those that arrived.
async fn an_exit_is_last() {
    let two = two().await;
    let subject = spawn(&two.server);
    two.server.register("teller", &subject).unwrap();
    let teller: SubjectAddr = two.client.wait_for("teller", LIMIT).await.unwrap();
    drop(subject);
    let order = Order { heard: Vec::new() }.spawn_on(two.client.system());
    order.watch(teller.clone()).await.unwrap();
    let (notes, fails, is_cut) = (rng().u64(1..100), rng().bool(), rng().u8(..3) == 0);
    teller.tell(HearerAddr::from(order.clone()), notes, fails).send().await.unwrap();
    if is_cut {
        time::sleep(Duration::from_millis(rng().u64(..20))).await;
        two.network.cut("server", "client");
        time::sleep(Duration::from_millis(rng().u64(..3000))).await;
        two.network.heal("server", "client");
    }
    let exit = teller.join().await;
    time::sleep(Duration::from_secs(5)).await;
    let heard = order.heard().await.unwrap();
    let count = heard.len() as u64 - 1;
    let expected: Vec<_> = (0..count).map(Some).chain([None]).collect();
    assert_eq!(heard, expected);
    assert!(exit == Exit::Unreachable || count == notes, "{exit}: {count} of {notes}");
}

#[test]
fn an_exit_arrives_after_all_sent_messages_even_under_partitions() {
    let seeds = sized(50, 10_000) as u64;
    simulate(TestConfig::single_seed().seeds(seeds), |_| an_exit_is_last());
}

/// Is busy until the gate is opened.
#[actor(capacity = 1)]
struct Slow {
    opened: async_channel::Receiver<()>,
}

#[actor]
impl Slow {
    async fn work(&mut self) {
        self.opened.recv().await.unwrap();
    }
}

#[actor]
impl Hearer for Slow {
    fn note(&mut self, _number: u64) {}
}

/// The other node does not know which of its actors has sent the message that waits for the mailbox.
#[actor_core::test(seeds = 40)]
async fn an_exit_waits_for_each_earlier_message_of_its_node_and_calls_do_not() {
    let two = two().await;
    let mut others = Vec::new();
    for name in ["other", "third"] {
        two.server.register(name, &spawn(&two.server)).unwrap();
        others.push(two.client.wait_for::<SubjectAddr>(name, LIMIT).await.unwrap());
    }
    let (gate, opened) = async_channel::bounded::<()>(1);
    let slow = Slow { opened }.spawn_on(two.client.system());
    slow.work().send().await.unwrap();
    // The first note is queued, and the second one waits in front of the mailbox.
    two.remote.tell(slow.into(), 2, false).await.unwrap();
    time::sleep(LIMIT).await;
    two.server.lookup::<SubjectAddr>("other").unwrap().stop();
    let exit = time::timeout(LIMIT, others[0].join()).await;
    assert!(exit.is_err(), "{exit:?}");
    assert_eq!(others[1].add(1).await, Ok(1));
    gate.send(()).await.unwrap();
    assert_eq!(others[0].join().await, Exit::Stopped);
    assert_eq!(two.remote.join().await, Exit::Stopped);
}
