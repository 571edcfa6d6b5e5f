//! The number of bodies that are decoded at a time, on real threads.

use actor_core::prelude::*;
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::{Condvar, Mutex};
use std::time::Duration;
use tests::two_nodes;

/// The worker threads of the system of the nodes.
const THREADS: usize = 2;
const ACTORS: u64 = 8;
const MESSAGES: u64 = 4;

/// The bodies that are being decoded.
#[derive(Default)]
struct Decoding {
    now: usize,
    most: usize,
}

static DECODING: Mutex<Decoding> = Mutex::new(Decoding { now: 0, most: 0 });
static ALL_THREADS_DECODE: Condvar = Condvar::new();

/// An argument that occupies the thread that decodes it, until all threads decode one.
#[derive(Serialize)]
struct Watched(u64);

impl<'de> Deserialize<'de> for Watched {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        let mut decoding = DECODING.lock().unwrap();
        decoding.now += 1;
        decoding.most = decoding.most.max(decoding.now);
        ALL_THREADS_DECODE.notify_all();
        let is_alone = |decoding: &mut Decoding| decoding.most < THREADS;
        let limit = Duration::from_secs(60);
        let waited = ALL_THREADS_DECODE.wait_timeout_while(decoding, limit, is_alone);
        let (decoding, waited) = waited.unwrap();
        assert!(!waited.timed_out(), "another thread decodes as well");
        // A third decoder, if there were one, would come now.
        let (mut decoding, _) = ALL_THREADS_DECODE
            .wait_timeout_while(decoding, Duration::from_millis(10), |it| it.most <= THREADS)
            .unwrap();
        decoding.now -= 1;
        Ok(Watched(number))
    }
}

#[actor]
struct Store;

#[actor(remote = "store")]
impl Store {
    fn keep(&mut self, _value: Watched) {}

    fn done(&mut self) {}
}

/// Decoding runs on the worker threads and does not wait in the middle of a body. With bodies of 1 MiB at
/// most, a node therefore decodes at most one MiB for each worker thread at a time, regardless of the number
/// of its peers and actors.
#[test]
fn at_most_one_body_for_each_worker_thread_is_decoded_at_a_time() {
    let system = System::builder().threads(THREADS).build();
    system.block_on(async {
        let (server, client) = two_nodes();
        let mut stores = Vec::new();
        for number in 0..ACTORS {
            let name = format!("store-{number}");
            server.register(&name, &Store.spawn()).unwrap();
            let limit = Duration::from_secs(60);
            stores.push(client.wait_for::<StoreAddr>(&name, limit).await.unwrap());
        }
        for number in 0..MESSAGES {
            for store in &stores {
                store.keep(Watched(number)).send().await.unwrap();
            }
        }
        for store in &stores {
            store.done().await.unwrap();
        }
    });
    let decoding = DECODING.lock().unwrap();
    assert_eq!((decoding.now, decoding.most), (0, THREADS));
    drop(decoding);
    system.block_on(system.shutdown(Duration::from_secs(60)));
}
