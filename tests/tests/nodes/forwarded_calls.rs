//! A call whose handler passes the reply on to a third node: its caller never gets an error that says
//! `never_handled()`, because the first handler has run.

use crate::subject::{LIMIT, SubjectAddr, spawn};
use actor_core::prelude::*;
use actor_core::time;
use actor_remote::{Node, SimNetwork};
use std::time::Duration;
use tests::Tally;

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[actor(remote)]
trait Front {
    async fn add(&mut self, number: u64, reply: Reply<u64>);
}

#[actor]
struct Desk {
    to: SubjectAddr,
    handled: Tally,
}

#[actor]
impl Desk {}

#[actor]
impl Front for Desk {
    async fn add(&mut self, number: u64, reply: Reply<u64>) {
        self.handled.add();
        self.to.add(number).reply_to(reply).send().await.unwrap();
    }
}

/// A client calls a desk on a second node, which passes the calls on to a subject on a third one.
struct Three {
    network: SimNetwork,
    /// The client, the node of the desk, and the node of the subject.
    nodes: [Node; 3],
    /// The desk, as seen on its own node and by the client.
    desks: [FrontAddr; 2],
    handled: Tally,
    subject: SubjectAddr,
}

async fn three() -> Three {
    let network = SimNetwork::new();
    let nodes = ["client", "middle", "last"].map(|name| network.node(name));
    let [client, middle, last] = &nodes;
    let subject = spawn(last);
    last.register("subject", &subject).unwrap();
    let (to, handled) = (middle.wait_for("subject", LIMIT).await.unwrap(), Tally::default());
    let desk: FrontAddr = Desk { to, handled: handled.clone() }.spawn_on(middle.system()).into();
    middle.register("desk", &desk).unwrap();
    let remote = client.wait_for("desk", LIMIT).await.unwrap();
    Three { network, nodes, desks: [desk, remote], handled, subject }
}

#[actor_core::test(seeds = 40)]
async fn a_call_that_was_passed_on_gets_the_reply_of_the_third_node() {
    let three = three().await;
    for desk in &three.desks {
        assert_eq!(desk.add(7).await, Ok(7));
    }
}

/// The second message is never handled. The caller cannot retry safely, because the first one was.
#[actor_core::test(seeds = 40)]
async fn a_call_that_was_passed_on_to_an_actor_that_ends_is_not_reported_as_never_handled() {
    for place in 0..2 {
        let three = three().await;
        three.subject.slow(1, 500).send().await.unwrap();
        let call = actor_core::spawn_task(three.desks[place].add(2).into_owned());
        three.handled.reaches(1).await;
        time::sleep(millis(100)).await;
        three.subject.kill();
        assert_eq!(call.await, Err(CallError::NoReply));
    }
}

/// The third node notices first that the time of the call has run out.
#[actor_core::test(seeds = 40)]
async fn a_call_that_was_passed_on_and_times_out_is_not_reported_as_never_handled() {
    let three = three().await;
    three.subject.slow(1, 150).send().await.unwrap();
    let call = three.desks[1].add(2).timeout(millis(100)).into_owned();
    let call = three.nodes[0].system().spawn_task(call);
    time::sleep(millis(50)).await;
    assert_eq!(three.handled.count(), 1);
    // Its clock continues to run, but it notices nothing.
    three.network.pause("client");
    time::sleep(millis(200)).await;
    three.network.resume("client");
    assert_eq!(call.await, Err(CallError::Timeout { started: true }));
    assert_eq!(three.subject.seen().await, Ok(vec![1]));
}
