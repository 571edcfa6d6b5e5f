//! Messages between two processes: calls, sends, order, addresses in messages, and names.

use actor_core::prelude::*;
use actor_core::{System, spawn_task};
use actor_remote::{Node, ZenohTransport};
use processes::{Memory, Process, SOON, StoreAddr, free_port, run, until};
use std::time::Duration;

/// Starts a peer, and a node that is connected to it.
async fn pair() -> (Process, Node, StoreAddr) {
    let endpoint = format!("tcp/127.0.0.1:{}", free_port());
    let peer = Process::start(env!("CARGO_BIN_EXE_peer"), &[&endpoint, "-", "5000"]);
    let node = Node::connect(&endpoint).await.unwrap();
    let store = node.wait_for("store", SOON).await.unwrap();
    (peer, node, store)
}

#[test]
fn calls_and_sends_reach_an_actor_of_another_process() {
    run(async {
        let (_peer, _node, store) = pair().await;
        assert_eq!(store.add(5).await, Ok(5));
        store.add(1).send().await.unwrap();
        assert_eq!(store.add(1).timeout(SOON).await, Ok(7));
        let late = store.occupy(60_000).timeout(Duration::from_millis(50)).await;
        assert!(matches!(late, Err(CallError::Timeout { .. })), "{late:?}");
    });
}

#[test]
fn messages_of_each_sender_arrive_in_order_and_without_a_gap() {
    const SENDERS: u32 = 4;
    let count =
        if std::env::var("ACTOR_TESTS").is_ok_and(|it| it == "full") { 250_000 } else { 5_000 };
    run(async {
        let (_peer, _node, store) = pair().await;
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let store = store.clone();
                spawn_task(async move {
                    for number in 0..count {
                        if number % 100 == 0 {
                            store.note(sender, number).await.unwrap();
                        } else {
                            store.note(sender, number).send().await.unwrap();
                        }
                    }
                })
            })
            .collect();
        for sender in senders {
            sender.await;
        }
        assert_eq!(store.order().await, Ok((u64::from(SENDERS) * count, 0)));
    });
}

#[test]
fn an_address_works_in_another_process_and_returns_as_the_same_address() {
    run(async {
        let (_peer, _node, store) = pair().await;
        let mine = StoreAddr::from(Memory::default().spawn());
        assert_eq!(store.pass_on(mine.clone(), 3).await, Ok(Some(3)));
        assert_eq!(mine.add(0).await, Ok(3));
        assert_eq!(store.echo(mine.clone()).await, Ok(mine));
        assert_eq!(store.echo(store.clone()).await, Ok(store));
    });
}

#[test]
fn a_large_message_arrives_and_a_larger_one_is_refused() {
    run(async {
        let (_peer, _node, store) = pair().await;
        let text = |length: usize| "x".repeat(length);
        assert_eq!(store.length(text(1_000_000)).await, Ok(1_000_000));
        let error = store.length(text(2_000_000)).await.unwrap_err();
        assert!(error.never_handled(), "{error}");
        assert_eq!(store.add(1).await, Ok(1));
    });
}

#[test]
fn three_nodes_find_each_other_through_one_of_them() {
    run(async {
        let (first, second) = (free_port(), free_port());
        let at = |port| format!("tcp/127.0.0.1:{port}");
        let program = env!("CARGO_BIN_EXE_peer");
        let _first = Process::start(program, &[&at(first), "-", "5000"]);
        let _second = Process::start(program, &[&at(second), &at(first), "5000"]);
        // Connects to the first one, which knows where the second one listens.
        let node = Node::connect(&at(first)).await.unwrap();
        until("two peers", || (node.peers().len() == 2).then_some(())).await;
    });
}

#[test]
fn clusters_do_not_see_each_other() {
    run(async {
        let endpoint = format!("tcp/127.0.0.1:{}", free_port());
        let builder = |name: &str| ZenohTransport::builder().cluster(name);
        let shop = Node::on(builder("shop").listen(&endpoint).open().await.unwrap(), "shop");
        let bank = Node::on(builder("bank").connect(&endpoint).open().await.unwrap(), "bank");
        let customer =
            Node::on(builder("shop").connect(&endpoint).open().await.unwrap(), "customer");
        until("the customer", || (shop.peers() == ["customer"]).then_some(())).await;
        assert_eq!(customer.peers(), ["shop"]);
        assert!(bank.peers().is_empty());
    });
}

#[test]
fn connecting_to_a_port_without_a_node_fails() {
    run(async {
        let endpoint = format!("tcp/127.0.0.1:{}", free_port());
        let error = Node::connect(&endpoint).await.unwrap_err();
        assert_eq!(error.to_string(), format!("no node answers at {endpoint}"));
    });
}

#[test]
fn a_node_can_be_used_in_a_current_thread_runtime_of_tokio() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (_peer, node, store) = pair().await;
        assert_eq!(store.add(5).await, Ok(5));
        assert!(node.shutdown(SOON).await.is_clean());
        let (_peer, node, store) = pair().await;
        assert_eq!(store.add(5).await, Ok(5));
        drop(node);
        assert_eq!(store.join().await, Exit::Unreachable);
    });
}

#[test]
fn a_node_can_be_used_in_a_current_thread_system() {
    System::current_thread().block_on(async {
        let (_peer, node, store) = pair().await;
        assert_eq!(store.add(5).await, Ok(5));
        assert!(node.shutdown(SOON).await.is_clean());
    });
}

#[test]
fn a_port_that_is_in_use_is_an_error() {
    run(async {
        let endpoint = format!("tcp/127.0.0.1:{}", free_port());
        let _node = Node::listen(&endpoint).await.unwrap();
        let error = Node::listen(&endpoint).await.unwrap_err();
        assert!(error.to_string().starts_with("the network cannot be opened"), "{error}");
    });
}
