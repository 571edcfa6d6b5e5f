//! Names across nodes, and the actors that live by the addresses of other nodes.

use crate::subject::{LIMIT, SubjectAddr, spawn, two};
use actor_core::prelude::*;
use actor_core::{rng, time};
use actor_remote::{NameTaken, Node, NodeTables, SimNetwork};
use std::time::Duration;

const SOON: Duration = Duration::from_millis(50);

#[actor(remote)]
trait Other {
    fn nothing(&self);
}

/// Names that one node gives and takes back are seen by the other nodes within 50 ms.
#[actor_core::test(seeds = 30)]
async fn names_are_seen_on_other_nodes_within_fifty_milliseconds() {
    let network = SimNetwork::new();
    let (a, b) = (network.node("a"), network.node("b"));
    time::sleep(Duration::from_secs(1)).await;
    let (first, second) = (spawn(&a), spawn(&a));
    a.register("one", &first).unwrap();
    assert_eq!(a.register("one", &second), Err(NameTaken));
    a.register("two", &second).unwrap();
    time::sleep(SOON).await;
    let remote: SubjectAddr = b.lookup("one").expect("it is known");
    assert_eq!(remote.add(1).await, Ok(1));
    assert!(b.lookup::<SubjectAddr>("two").is_some() && b.lookup::<OtherAddr>("one").is_none());

    // On two nodes: each finds its own first.
    b.register("two", &spawn(&b)).unwrap();
    assert!(b.lookup::<SubjectAddr>("two") != b.lookup("one"));
    assert_eq!(b.lookup::<SubjectAddr>("two").unwrap().add(1).await, Ok(1));

    assert!(a.unregister("two") && !a.unregister("two"));
    first.stop();
    first.join().await;
    time::sleep(SOON).await;
    assert!(b.lookup::<SubjectAddr>("one").is_none() && a.lookup::<SubjectAddr>("one").is_none());
    assert_eq!(remote.join().await, Exit::Stopped);
    assert!(b.unregister("two"));
    time::sleep(SOON).await;
    assert!(b.lookup::<SubjectAddr>("two").is_none());
}

fn exports(node: &Node) -> usize {
    node.tables().exports
}

/// An actor whose last address was on another node ends within a second, and is then in no table; the same
/// after a crash of the other node.
#[actor_core::test(seeds = 30)]
async fn an_actor_ends_with_its_last_address_on_another_node() {
    for crashes in [false, true] {
        let two = two().await;
        let mine = spawn(&two.client);
        let weak = mine.downgrade();
        let end = weak.join();
        two.remote.keep(mine).await.unwrap();
        time::sleep(Duration::from_secs(5)).await;
        assert!(weak.is_alive() && exports(&two.client) == 1);
        let begun = time::now();
        if crashes {
            two.network.crash("server");
        } else {
            two.remote.forget().await.unwrap();
        }
        assert_eq!(end.await, Exit::Stopped);
        assert!(time::now() - begun < Duration::from_secs(1));
        time::sleep(Duration::from_secs(1)).await;
        assert_eq!(exports(&two.client), 0);
        if crashes {
            assert_eq!(two.client.tables(), NodeTables::default());
        } else {
            assert_eq!(two.server.tables().proxies, 0);
        }
    }
}

/// An address in a message or a reply that is never sent does not keep its actor alive.
#[actor_core::test(seeds = 15)]
async fn an_address_that_is_never_sent_keeps_no_actor() {
    let two = two().await;
    let mine = spawn(&two.client);
    let end = mine.downgrade().join();
    two.remote.slow(1, 60_000).send().await.unwrap();
    // Some of them fill the mailbox there, the others the window: after one of them, the call is encoded
    // and waits for credit.
    for _ in 0..rng().u32(60..80) {
        let store = two.remote.store(vec![7; 9000]).send().timeout(Duration::from_secs(1));
        if store.await.is_err() {
            break;
        }
    }
    let keep = two.remote.keep(mine).timeout(Duration::from_millis(500));
    assert!(matches!(keep.await, Err(CallError::Timeout { .. })));
    time::sleep(Duration::from_secs(100)).await;
    assert_eq!(end.await, Exit::Stopped);
    assert_eq!(exports(&two.client), 0);

    // The call is cancelled while it runs: its reply is not sent.
    let fresh = two.remote.fresh(5000).timeout(Duration::from_secs(1));
    assert!(matches!(fresh.await, Err(CallError::Timeout { .. })));
    time::sleep(Duration::from_secs(10)).await;
    assert_eq!(exports(&two.server), 1, "that of the subject");
}

/// Two proxies of one actor end in another order than they were made.
#[actor_core::test(seeds = 60)]
async fn proxies_that_end_in_any_order_leave_the_tables_empty() {
    let two = two().await;
    for number in 0..10 {
        let remote: SubjectAddr = two.client.lookup("subject").unwrap();
        let count = rng().u64(..5);
        for _ in 0..count {
            remote.slow(number, rng().u64(..50)).send().await.unwrap();
        }
    }
    drop(two.remote);
    time::sleep(Duration::from_secs(10)).await;
    assert_eq!(two.client.tables(), NodeTables::default());
}

/// The address of an actor that has ended meanwhile, or of a node that is gone, is an ended address.
#[actor_core::test(seeds = 100)]
async fn an_address_of_an_actor_that_is_gone_arrives_as_an_ended_one() {
    let two = two().await;
    let mine = spawn(&two.client);
    two.remote.keep(mine.clone()).await.unwrap();
    let kept = actor_core::spawn_task(two.remote.kept().into_owned());
    time::sleep(Duration::from_micros(rng().u64(..10_000))).await;
    mine.stop();
    let home = kept.await.unwrap().expect("it is kept");
    assert!(matches!(home.join().await, Exit::Stopped | Exit::NoActor));

    let third = two.network.node("third");
    third.register("third", &spawn(&third)).unwrap();
    let its: SubjectAddr = two.client.wait_for("third", LIMIT).await.unwrap();
    two.network.cut("third", "server");
    time::sleep(LIMIT).await;
    two.remote.keep(its.clone()).await.unwrap();
    assert_eq!(
        two.local.kept().await.unwrap().expect("it is kept").join().await,
        Exit::Unreachable
    );
    assert_eq!(its.add(1).await, Ok(1));
    assert_eq!(two.server.counters().bad_frames, 0);
}

/// An actor that is restarted on another node is another actor for those that wait for its name.
#[actor_core::test(seeds = 30)]
async fn a_name_leads_to_the_new_incarnation_of_a_node() {
    async fn server(node: Node) {
        let subject: SubjectAddr = crate::subject::Counter::default().spawn().into();
        node.register("subject", &subject).unwrap();
    }
    let network = SimNetwork::new();
    let client = network.node("client");
    network.node_with("server", server);
    for number in 0..5 {
        let remote: SubjectAddr = client.wait_for("subject", LIMIT).await.unwrap();
        assert_eq!(remote.seen().await, Ok(vec![]), "a new one");
        assert_eq!(remote.add(number).await, Ok(number));
        network.restart("server");
        assert_eq!(remote.join().await, Exit::Unreachable);
    }
}
