//! The fate of each send: it is handled, or one of the nodes reports it. Over many seeds, with addresses
//! that are dropped and looked up again while messages are in flight.

use crate::subject::LIMIT;
use actor_core::__private::{TestConfig, simulate};
use actor_core::future::yield_now;
use actor_core::prelude::*;
use actor_core::{rng, time};
use actor_remote::{Node, SimNetwork};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::sized;

/// Records the numbers that it handles, for a while each.
#[actor]
struct Clerk {
    handled: Arc<Mutex<Vec<u64>>>,
}

#[actor(remote)]
impl Clerk {
    async fn note(&mut self, number: u64, _padding: String) {
        self.handled.lock().unwrap().push(number);
        if rng().u8(..8) == 0 {
            time::sleep(Duration::from_millis(rng().u64(..20))).await;
        }
    }

    fn finish(&self, context: &Context<Self>) {
        context.stop();
    }
}

/// The faults that the messages of a round meet in transit.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Fault {
    None,
    Loss,
    Duplicate,
    Reorder,
    Cut,
    OneWay,
    Finish,
    Kill,
    /// The proxy is killed, and not its actor.
    KillHere,
}

const FAULTS: [Fault; 9] = [
    Fault::None,
    Fault::Loss,
    Fault::Duplicate,
    Fault::Reorder,
    Fault::Cut,
    Fault::OneWay,
    Fault::Finish,
    Fault::Kill,
    Fault::KillHere,
];

struct Run {
    network: SimNetwork,
    server: Node,
    client: Node,
    handled: Arc<Mutex<Vec<u64>>>,
    clerk: ClerkAddr,
}

impl Run {
    fn new() -> Run {
        let network = SimNetwork::new();
        let (server, client) = (network.node("server"), network.node("client"));
        let handled: Arc<Mutex<Vec<u64>>> = Arc::default();
        let clerk = clerk(&server, &handled);
        Run { network, server, client, handled, clerk }
    }

    /// The sends that each node has reported, and the sessions that were lost.
    fn reported(&self) -> (u64, u64, u64) {
        let undelivered = |system: &System| system.counters().undelivered;
        let lost = self.server.counters().lost_sessions + self.client.counters().lost_sessions;
        (undelivered(self.client.system()), undelivered(self.server.system()), lost)
    }

    async fn begin(&self, fault: Fault, remote: &ClerkAddr) {
        let network = &self.network;
        match fault {
            Fault::None => {}
            Fault::Loss => network.set_loss(0.1),
            Fault::Duplicate => network.set_duplicate(0.1),
            Fault::Reorder => network.set_reorder(0.1),
            Fault::Cut => network.cut("server", "client"),
            Fault::OneWay if rng().bool() => network.cut_one_way("server", "client"),
            Fault::OneWay => network.cut_one_way("client", "server"),
            Fault::Finish => drop(remote.finish().send().await),
            Fault::Kill => self.clerk.kill(),
            Fault::KillHere => remote.to_any().kill(),
        }
    }

    /// Repairs everything, and waits until the fate of each message is decided.
    async fn settle(&mut self) {
        time::sleep(Duration::from_millis(rng().u64(..4000))).await;
        self.network.set_loss(0.0);
        self.network.set_duplicate(0.0);
        self.network.set_reorder(0.0);
        self.network.heal("server", "client");
        time::sleep(Duration::from_secs(20)).await;
        if !self.clerk.is_alive() {
            self.clerk = clerk(&self.server, &self.handled);
        }
    }

    /// Sends messages, drops their address now and then, and accounts for each of them.
    async fn round(&mut self, fault: Fault, changes: bool) -> Counts {
        let before = self.reported();
        self.handled.lock().unwrap().clear();
        let (mut accepted, mut calls) = (Vec::new(), Vec::new());
        let mut remote: Option<ClerkAddr> =
            Some(self.client.wait_for("clerk", LIMIT).await.unwrap());
        let (count, at) = (rng().u64(1..80), rng().u64(..80));
        for number in 0..count {
            if changes && rng().u8(..8) == 0 {
                // Another proxy for the same actor, while messages of the previous one are in
                // flight.
                drop(remote.take());
                time::sleep(Duration::from_micros(rng().u64(..100))).await;
                remote = self.client.lookup("clerk");
            }
            let Some(remote) = &remote else { break };
            if number == at {
                self.begin(fault, remote).await;
            }
            let note = remote.note(number, "x".repeat(rng().usize(..3000)));
            match rng().u8(..4) {
                0 => calls.push((number, actor_core::spawn_task(note.into_owned()))),
                1 => accepted.extend(note.try_send().is_ok().then_some(number)),
                _ => accepted.extend(note.send().await.is_ok().then_some(number)),
            }
        }
        drop(remote);
        self.settle().await;
        let mut handled = self.handled.lock().unwrap().clone();
        handled.sort_unstable();
        assert!(handled.windows(2).all(|pair| pair[0] < pair[1]), "handled twice: {handled:?}");
        let is_handled = |number: &u64| handled.binary_search(number).is_ok();
        for (number, call) in calls {
            match call.await {
                Ok(()) => assert!(is_handled(&number), "{number} was answered"),
                Err(error) if error.never_handled() => {
                    assert!(!is_handled(&number), "{number}: {error}")
                }
                Err(_) => {}
            }
        }
        let after = self.reported();
        let lost_sessions = after.2 - before.2;
        let (here, there) = (after.0 - before.0, after.1 - before.1);
        let counts = Counts {
            accepted: accepted.len() as u64,
            handled: accepted.iter().filter(|number| is_handled(number)).count() as u64,
            reported: here + there,
        };
        let Counts { accepted, handled, reported } = counts;
        let is_exact = handled + reported == accepted;
        // The fate of a send is unknown if the session ends before its credit is back: it is reported, and
        // may have been handled.
        let may_be_unknown = lost_sessions > 0 && handled + reported > accepted && here <= accepted;
        assert!(
            is_exact || may_be_unknown,
            "{fault:?}: {counts:?}, {here} here, {lost_sessions} lost"
        );
        let tables = (self.client.tables(), self.server.tables());
        assert_eq!((tables.0.proxies, tables.0.open_calls), (0, 0), "{tables:?}");
        assert_eq!(tables.1.running_calls, 0, "{tables:?}");
        counts
    }
}

/// Sends of one client.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    accepted: u64,
    handled: u64,
    reported: u64,
}

fn clerk(server: &Node, handled: &Arc<Mutex<Vec<u64>>>) -> ClerkAddr {
    let clerk = Clerk { handled: handled.clone() }.spawn_on(server.system());
    server.register("clerk", &clerk).unwrap();
    clerk
}

async fn rounds(changes: bool) -> Counts {
    let (mut run, mut sum) = (Run::new(), Counts::default());
    // Each round has one address, or one at a time: no report of one hides the loss of another.
    for _ in 0..4 {
        let fault = FAULTS[rng().usize(..FAULTS.len())];
        let counts = run.round(fault, changes).await;
        sum.accepted += counts.accepted;
        sum.handled += counts.handled;
        sum.reported += counts.reported;
    }
    sum
}

/// Runs the seeds, and prints what they have reached.
fn run(changes: bool) {
    let sum = Arc::new(Mutex::new(Counts::default()));
    let all = sum.clone();
    let seeds = sized(30, 2000) as u64;
    simulate(TestConfig::single_seed().seeds(seeds), move |_| {
        let all = all.clone();
        async move {
            let counts = rounds(changes).await;
            let mut all = all.lock().unwrap();
            all.accepted += counts.accepted;
            all.handled += counts.handled;
            all.reported += counts.reported;
        }
    });
    let sum = *sum.lock().unwrap();
    println!("{seeds} seeds: {sum:?}");
    assert!(sum.reported > 0 && sum.handled > 0, "{sum:?}");
}

/// The same if the address is dropped before the session is lost, or before the actor ends.
#[test]
fn each_accepted_send_is_handled_or_an_incident() {
    run(false);
}

/// Several proxies of one actor are ending at a time, and each gets the credit of its own messages.
#[test]
fn each_accepted_send_is_handled_or_an_incident_while_addresses_change() {
    run(true);
}

/// A proxy that is killed, by an address without message type, counts its messages to the end, and then
/// releases the actor on the other node.
#[actor_core::test(seeds = 60)]
async fn an_actor_whose_proxy_is_killed_is_released_and_no_send_to_it_is_lost() {
    let Run { network: _network, server, client, handled, clerk } = Run::new();
    let remote: ClerkAddr = client.wait_for("clerk", LIMIT).await.unwrap();
    assert!(server.unregister("clerk"));
    let end = clerk.downgrade().join();
    drop(clerk);
    let mut accepted = 0;
    for number in 0..rng().u64(..100) {
        let note = remote.note(number, "x".repeat(rng().usize(..3000)));
        accepted += u64::from(note.try_send().is_ok());
        if rng().bool() {
            yield_now().await;
        }
    }
    remote.to_any().kill();
    drop(remote);
    assert_eq!(end.await, Exit::Stopped);
    time::sleep(Duration::from_secs(1)).await;
    let handled = handled.lock().unwrap().len() as u64;
    assert_eq!(handled + client.system().counters().undelivered, accepted);
    assert_eq!((server.tables().exports, client.tables().proxies), (0, 0));
}

/// If the node is lost after the kill, the sends of unknown fate are still reported, under the label of the
/// proxy.
#[actor_core::test(seeds = 60)]
async fn sends_of_a_killed_proxy_are_incidents_if_their_node_is_lost() {
    let run = Run::new();
    let remote: ClerkAddr = run.client.wait_for("clerk", LIMIT).await.unwrap();
    run.network.cut("server", "client");
    for number in 0..5 {
        remote.note(number, String::new()).send().await.unwrap();
    }
    time::sleep(Duration::from_millis(rng().u64(..10))).await;
    remote.to_any().kill();
    drop(remote);
    time::sleep(Duration::from_secs(20)).await;
    assert_eq!(run.client.system().counters().undelivered, 5);
    assert_eq!(run.client.tables().proxies, 0);
}

/// A node that leaves reports what it has not sent, and what it has sent and knows nothing of.
#[actor_core::test(seeds = 60)]
async fn sends_that_wait_when_their_node_leaves_are_incidents() {
    let run = Run::new();
    let system = run.client.system().clone();
    let remote: ClerkAddr = run.client.wait_for("clerk", LIMIT).await.unwrap();
    let mut accepted = 0;
    for number in 0..rng().u64(1..200) {
        let note = remote.note(number, "x".repeat(rng().usize(..3000)));
        accepted += u64::from(note.try_send().is_ok());
    }
    let keeps = rng().bool().then(|| remote.clone());
    drop(remote);
    if rng().bool() {
        run.client.leave();
    }
    drop(run.client);
    time::sleep(Duration::from_secs(20)).await;
    let handled = run.handled.lock().unwrap().len() as u64;
    let reported = system.counters().undelivered;
    assert!(
        handled + reported >= accepted && reported <= accepted,
        "{handled} {reported} {accepted}"
    );
    drop(keeps);
}
