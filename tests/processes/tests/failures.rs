//! Failures of processes and of the network between them.

use actor_core::future::join_all;
use actor_core::prelude::*;
use actor_core::spawn_task;
use actor_remote::{Node, ZenohTransport};
use futures_lite::future::poll_once;
use processes::{
    Link, Memory, Process, SOON, Signal, Slow, StoreAddr, free_port, run, timed, until,
};
use std::pin::pin;
use std::time::Duration;

/// A lease that is far longer than the reaction to a closed connection.
const LONG: &str = "20000";
const HALF_OF_LONG: Duration = Duration::from_secs(10);

fn at(port: u16) -> String {
    format!("tcp/127.0.0.1:{port}")
}

fn peer(port: u16, lease: &str) -> Process {
    Process::start(env!("CARGO_BIN_EXE_peer"), &[&at(port), "-", lease])
}

async fn client(port: u16, lease: &str) -> Node {
    let lease = Duration::from_millis(lease.parse().unwrap());
    let transport = ZenohTransport::builder().connect(at(port)).lease(lease).open().await.unwrap();
    Node::on(transport, "client")
}

async fn store_of(node: &Node) -> StoreAddr {
    node.wait_for("store", SOON).await.unwrap()
}

/// Starts a call that the peer takes a minute to answer, and waits until the peer has it.
async fn long_call(store: &StoreAddr) -> actor_core::Task<Result<u64, CallError>> {
    let call = spawn_task(store.reply_later(60_000).into_owned());
    // The peer takes messages of one sender in order.
    store.add(0).await.unwrap();
    call
}

#[test]
fn a_killed_process_is_noticed_long_before_the_lease() {
    run(async {
        let port = free_port();
        let server = peer(port, LONG);
        let node = client(port, LONG).await;
        let store = store_of(&node).await;
        let call = long_call(&store).await;
        let lost = async {
            server.kill();
            call.await
        };
        let (outcome, time) = timed("the pending call ends after a kill", lost).await;
        assert_eq!(outcome, Err(CallError::Unreachable { started: true }));
        assert!(time < HALF_OF_LONG);
        assert_eq!(store.join().await, Exit::Unreachable);
        assert!(store.add(1).await.unwrap_err().never_handled());
        assert_eq!(node.lookup::<StoreAddr>("store"), None);
        assert_eq!(node.tables().open_calls, 0);
    });
}

#[test]
fn a_process_that_exits_without_leaving_is_noticed_too() {
    run(async {
        let port = free_port();
        let mut server = peer(port, LONG);
        let node = client(port, LONG).await;
        let store = store_of(&node).await;
        server.tell("exit");
        let (exit, time) = timed("the exit of a process is seen", store.join()).await;
        assert_eq!(exit, Exit::Unreachable);
        assert!(time < HALF_OF_LONG);
    });
}

#[test]
fn a_process_that_shuts_down_answers_its_calls_before() {
    run(async {
        let port = free_port();
        let mut server = peer(port, LONG);
        let node = client(port, LONG).await;
        let store = store_of(&node).await;
        let mut calls = pin!(join_all((0..100).map(|_| store.reply_later(200))));
        assert_eq!(poll_once(calls.as_mut()).await, None);
        // Its reply shows that the calls in front of it have arrived.
        store.add(0).await.unwrap();
        server.tell("shutdown");
        assert_eq!(calls.await, vec![Ok(200); 100]);
        assert_eq!(server.line(), "all calls were answered");
        let (exit, time) = timed("the shutdown is seen", store.join()).await;
        assert_eq!(exit, Exit::Unreachable);
        assert!(time < HALF_OF_LONG);
    });
}

#[test]
fn an_interrupted_process_ends_in_time_and_is_noticed() {
    run(async {
        let port = free_port();
        let server = peer(port, LONG);
        let node = client(port, LONG).await;
        let store = store_of(&node).await;
        server.signal(Signal::Interrupt);
        let (exit, time) = timed("the end of an interrupted process is seen", store.join()).await;
        assert_eq!(exit, Exit::Unreachable);
        assert!(time < HALF_OF_LONG);
        let ended = async { actor_core::unblock(move || server.wait()).await };
        let (code, _) = timed("the interrupted process ends", ended).await;
        assert_eq!(code, 130);
    });
}

#[test]
fn the_end_of_a_client_leaves_the_actors_of_the_server() {
    run(async {
        let port = free_port();
        let node = Node::listen(&at(port)).await.unwrap();
        let memory = Memory::default().spawn();
        let store = StoreAddr::from(memory);
        node.register("kept", &store).unwrap();
        let client = Process::start(env!("CARGO_BIN_EXE_peer"), &["-", &at(port), LONG]);
        let remote = store_of(&node).await;
        // The client gets the address of the store, and ends.
        assert_eq!(remote.pass_on(store.clone(), 2).await, Ok(Some(2)));
        client.signal(Signal::Interrupt);
        assert_eq!(remote.join().await, Exit::Unreachable);
        assert_eq!(store.add(1).await, Ok(3));
        assert_eq!(node.tables().exports, 1);
    });
}

#[test]
fn a_stopped_process_is_lost_after_the_lease_and_found_again_when_it_continues() {
    const LEASE: &str = "2000";
    run(async {
        let port = free_port();
        let server = peer(port, LEASE);
        let node = client(port, LEASE).await;
        let store = store_of(&node).await;
        let call = long_call(&store).await;
        server.signal(Signal::Stop);
        let (outcome, time) = timed("the pending call ends after a stop", call).await;
        assert_eq!(outcome, Err(CallError::Unreachable { started: true }));
        assert!(time > Duration::from_millis(500), "{time:?}: it was not the lease");
        // A message of the old session, which the peer must not handle.
        assert!(store.add(1000).await.unwrap_err().never_handled());
        server.signal(Signal::Continue);
        let (again, _) = timed("a continued process is found", store_of(&node)).await;
        assert_eq!(again.add(1).await, Ok(1));
        assert_eq!(store.join().await, Exit::Unreachable);
    });
}

#[test]
fn both_sides_of_a_cut_link_are_notified_and_meet_again_when_it_heals() {
    const LEASE: &str = "2000";
    run(async {
        let port = free_port();
        let _server = peer(port, LEASE);
        let link = Link::to(port);
        let node = client(link.port(), LEASE).await;
        let store = store_of(&node).await;
        let mine = StoreAddr::from(Memory::default().spawn());
        node.register("mine", &mine).unwrap();
        // The peer holds an address of this node until its session ends.
        assert_eq!(store.pass_on(mine.clone(), 1).await, Ok(Some(1)));
        let call = long_call(&store).await;
        link.cut(true);
        let (outcome, time) = timed("the pending call ends after a cut", call).await;
        assert_eq!(outcome, Err(CallError::Unreachable { started: true }));
        assert!(time > Duration::from_millis(500), "{time:?}: it was not the lease");
        link.cut(false);
        let (again, _) =
            timed("the peer is found after the link has healed", store_of(&node)).await;
        assert_eq!(again.add(1).await, Ok(1));
        assert_eq!(store.join().await, Exit::Unreachable);
        assert_eq!(again.pass_on(mine, 1).await, Ok(Some(2)));
    });
}

#[test]
fn a_process_that_is_started_again_is_found_under_its_name_and_never_confused_with_the_old_one() {
    let rounds = if std::env::var("ACTOR_TESTS").is_ok_and(|it| it == "full") { 100 } else { 3 };
    run(async {
        let port = free_port();
        let mut server = peer(port, LONG);
        let node = client(port, LONG).await;
        for round in 0..rounds {
            let store = store_of(&node).await;
            assert_eq!(store.add(1).await, Ok(1), "round {round}: it is a new store");
            let load: Vec<_> = (0..8)
                .map(|_| {
                    let store = store.clone();
                    spawn_task(async move {
                        let mut last = 0;
                        loop {
                            match store.add(1).await {
                                Ok(total) if total > last => last = total,
                                Ok(total) => panic!("{total} after {last}"),
                                Err(error) => break error,
                            }
                        }
                    })
                })
                .collect();
            server.kill();
            for calls in load {
                let error = calls.await;
                let is_lost = matches!(error, CallError::Unreachable { .. } | CallError::Stopped);
                assert!(is_lost, "{error:?}");
            }
            until("the name is withdrawn", || {
                node.lookup::<StoreAddr>("store").is_none().then_some(())
            })
            .await;
            server = peer(port, LONG);
        }
        assert_eq!(node.tables().open_calls, 0);
        assert_eq!(node.tables().proxies, 0);
    });
}

#[test]
fn a_decoder_that_blocks_delays_neither_other_actors_nor_the_link() {
    const LEASE: &str = "1000";
    const BLOCKED: u64 = 5_000;
    run(async {
        let port = free_port();
        let _server = peer(port, LEASE);
        let node = client(port, LEASE).await;
        let store = store_of(&node).await;
        let other: StoreAddr = node.wait_for("other", SOON).await.unwrap();
        let reading = spawn_task(store.read(Slow(BLOCKED)).into_owned());
        let calls = async {
            for _ in 0..100 {
                other.add(1).await.unwrap();
            }
        };
        let ((), time) = timed("calls during a blocked decoder", calls).await;
        assert!(time < Duration::from_millis(BLOCKED));
        assert_eq!(reading.await, Ok(()), "the session is the same");
    });
}
