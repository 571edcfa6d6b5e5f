//! Three nodes over `quic/`, with load in all directions, while one of them is killed and started again every
//! three seconds: nothing hangs, no message is handled twice or out of order, and the memory of the others
//! does not grow.
//!
//! `SOAK_SECONDS=3600 cargo test --release -p processes --features zenoh --test soak -- --nocapture` runs it for an
//! hour.

use actor_core::prelude::*;
use actor_core::{spawn_task, time};
use actor_remote::{Node, ZenohTransport};
use processes::{Authority, Memory, Process, StoreAddr, free_port, memory_of, run, timed};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const LEASE: Duration = Duration::from_secs(2);
const LIFE: Duration = Duration::from_secs(3);
/// The pause between two messages of one sender.
const PAUSE: Duration = Duration::from_millis(50);
/// The number of KiB by which the memory of a node may grow.
const GROWTH: u64 = 10 * 1024;

fn at(port: u16) -> String {
    format!("quic/127.0.0.1:{port}")
}

fn peer(listen: u16, connect: u16, name: &str, folder: &Path) -> Process {
    let arguments = [&at(listen), &at(connect), "2000", name];
    Process::start_with_certificates(env!("CARGO_BIN_EXE_peer"), &arguments, folder)
}

/// The tasks of the load, and their counts.
struct Load {
    node: Node,
    is_over: AtomicBool,
    /// The next number of a sender: each one is used for one address only.
    sender: AtomicU32,
    sent: AtomicU64,
    lost: AtomicU64,
}

impl Load {
    /// Returns the store of a name, or nothing at the end.
    async fn find(&self, name: &str) -> Option<StoreAddr> {
        loop {
            if self.is_over.load(Ordering::Relaxed) {
                return None;
            }
            if let Ok(store) = self.node.wait_for(name, LEASE).await {
                return Some(store);
            }
        }
    }

    /// Calls the store of a name. Its totals grow by one with each reply, unless a message is handled twice.
    async fn call(&self, name: &str) {
        while let Some(store) = self.find(name).await {
            let mut last = None;
            while !self.is_over.load(Ordering::Relaxed) {
                match store.add(1).timeout(4 * LEASE).await {
                    Ok(total) => {
                        assert!(
                            last.is_none_or(|last| total == last + 1),
                            "{total} after {last:?}"
                        );
                        last = Some(total);
                        self.sent.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(CallError::Timeout { .. }) => panic!("a call to {name} hangs"),
                    Err(_) => {
                        self.lost.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                }
                time::sleep(PAUSE).await;
            }
        }
    }

    /// Lets the store of one name send numbered messages to another store.
    async fn pass(&self, from: &str, to: &StoreAddr) {
        while let Some(store) = self.find(from).await {
            while !self.is_over.load(Ordering::Relaxed) {
                let sender = self.sender.fetch_add(1, Ordering::Relaxed);
                match store.pass_notes(to.clone(), sender, 20).timeout(4 * LEASE).await {
                    Ok(count) => self.sent.fetch_add(count, Ordering::Relaxed),
                    Err(CallError::Timeout { .. }) => panic!("a call to {from} hangs"),
                    Err(_) => {
                        self.lost.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                };
                time::sleep(PAUSE).await;
            }
        }
    }
}

#[test]
fn a_node_that_is_killed_every_three_seconds_leaves_the_others_as_they_were() {
    let seconds = std::env::var("SOAK_SECONDS").map_or(20, |it| it.parse().unwrap());
    run(async move {
        let authority = Authority::new();
        let files = authority.folder();
        let file = |name: &str| files.join(name);
        let (own, steady, victim) = (free_port(), free_port(), free_port());
        let transport = ZenohTransport::builder()
            .listen(at(own))
            .certificates(file("ca.pem"), file("node.pem"), file("node.key"))
            .lease(LEASE)
            .open()
            .await
            .unwrap();
        let node = Node::on(transport, "test");
        let mine = StoreAddr::from(Memory::default().spawn());
        let steady_peer = peer(steady, own, "store", files);
        let theirs: StoreAddr = node.wait_for("store", Duration::from_secs(30)).await.unwrap();

        let mut victim_peer = peer(victim, own, "victim", files);
        let load = Arc::new(Load {
            node: node.clone(),
            is_over: AtomicBool::new(false),
            sender: AtomicU32::new(0),
            sent: AtomicU64::new(0),
            lost: AtomicU64::new(0),
        });
        let mut tasks = Vec::new();
        for name in ["store", "victim"] {
            for to in [&mine, &theirs] {
                let (load, to) = (load.clone(), to.clone());
                tasks.push(spawn_task(async move { load.pass(name, &to).await }));
            }
            let load = load.clone();
            tasks.push(spawn_task(async move { load.call(name).await }));
        }

        let start = Instant::now();
        let mut restarts = 0_u32;
        let mut first = None;
        let mut printed = Duration::ZERO;
        while start.elapsed() < Duration::from_secs(seconds) {
            time::sleep(LIFE).await;
            victim_peer.kill();
            victim_peer = peer(victim, own, "victim", files);
            restarts += 1;
            let memory = [memory_of(std::process::id()), steady_peer.memory()];
            // The tables have their size after a tenth of the time.
            if start.elapsed().as_secs() >= seconds / 10 {
                first.get_or_insert(memory);
            }
            if start.elapsed() >= printed {
                let (sent, lost) =
                    (load.sent.load(Ordering::Relaxed), load.lost.load(Ordering::Relaxed));
                println!(
                    "{:5} s: {restarts} restarts, {sent} messages, {lost} lost calls, {} and {} KiB",
                    start.elapsed().as_secs(),
                    memory[0],
                    memory[1],
                );
                printed += Duration::from_secs(seconds) / 20;
            }
        }
        load.is_over.store(true, Ordering::Relaxed);
        for task in tasks {
            timed("a task of the load ends", task).await;
        }
        drop(victim_peer);
        for store in [&mine, &theirs] {
            let (count, out_of_order) = store.order().await.unwrap();
            assert!(count > 0);
            assert_eq!(out_of_order, 0, "of {count}");
        }
        assert!(load.lost.load(Ordering::Relaxed) > 0, "kills were noticed");
        let first = first.unwrap();
        let last = [memory_of(std::process::id()), steady_peer.memory()];
        println!("{restarts} restarts; memory in KiB: {first:?} at first, {last:?} at last");
        for (first, last) in first.into_iter().zip(last) {
            assert!(last < first + GROWTH, "{first} KiB grew to {last} KiB");
        }
        let tables = node.tables();
        assert_eq!(tables.running_calls, 0, "{tables:?}");
    });
}
