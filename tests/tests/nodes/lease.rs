//! A program on three nodes as a test subject: two workers and the lease that lets one of them write. The
//! guide's chapter shows the program, its test and the report, which is in `lease.txt`.

use crate::reports::{said, shown_steps, without_place};
use actor_core::__private::{TestConfig, simulate};
use actor_core::simulation::Probe;
// ANCHOR: app
use actor_core::prelude::*;
use actor_core::time;
use actor_remote::{Node, SimNetwork};
use std::time::{Duration, Instant};

/// Gives the lease to one worker at a time, and numbers the leases.
#[actor(remote)]
trait Office {
    fn lease(&mut self) -> Option<u64>;
}

/// A page that only the holder of the lease may write.
#[actor(remote)]
trait Page {
    fn write(&mut self, lease: u64);
}

#[actor]
struct Leases {
    last: u64,
    until: Option<Instant>,
}

#[actor]
impl Leases {}

#[actor]
impl Office for Leases {
    fn lease(&mut self) -> Option<u64> {
        let now = time::now();
        if self.until.is_some_and(|until| now < until) {
            return None;
        }
        self.last += 1;
        self.until = Some(now + Duration::from_secs(1));
        Some(self.last)
    }
}

/// Writes when it gets the lease, after half a second of work.
#[actor]
struct Worker {
    office: OfficeAddr,
    page: PageAddr,
}

#[actor]
impl Worker {
    #[on_start]
    fn begin(&self, context: &Context<Self>) {
        context.after(Duration::ZERO, |me| me.work()).detach();
    }

    async fn work(&self, context: &Context<Self>) {
        context.after(Duration::from_millis(300), |me| me.work()).detach();
        if let Ok(Some(lease)) = self.office.lease().await {
            time::sleep(Duration::from_millis(500)).await;
            // The lease is for one second, so it is still valid, or is it?
            let _ = self.page.write(lease).await;
        }
    }
}

/// The program of a worker's node.
async fn work(node: Node) {
    let limit = Duration::from_secs(10);
    let office = node.wait_for("office", limit).await.expect("there is an office");
    let page = node.wait_for("page", limit).await.expect("there is a page");
    Worker { office, page }.spawn().keep_alive();
}
// ANCHOR_END: app

// ANCHOR: page
/// Tells the test about each write.
#[actor]
struct Sheet {
    written: Probe<u64>,
    /// The newest lease that has written, if older ones are refused.
    fence: Option<u64>,
}

#[actor]
impl Sheet {}

#[actor]
impl Page for Sheet {
    fn write(&mut self, lease: u64) {
        if let Some(newest) = &mut self.fence {
            if lease < *newest {
                return;
            }
            *newest = lease;
        }
        self.written.tell(lease);
    }
}
// ANCHOR_END: page

// ANCHOR: test
/// No lease writes after a newer one has written, even if a worker hangs for a while.
async fn leases_write_in_their_order(fence: Option<u64>) {
    let network = SimNetwork::new();
    let written = Probe::new();
    let sheet = written.clone();
    network.node_with("store", move |node| {
        let written = sheet.clone();
        async move {
            let office = OfficeAddr::from(Leases { last: 0, until: None }.spawn());
            node.register("office", &office).unwrap();
            node.register("page", &PageAddr::from(Sheet { written, fence }.spawn())).unwrap();
        }
    });
    network.node_with("one", work);
    network.node_with("two", work);
    let _hangs = actor_core::spawn_task(hang(network));

    let mut newest = 0;
    for _ in 0..5 {
        let lease = written.next().await;
        assert!(lease >= newest, "lease {lease} writes after lease {newest}");
        newest = lease;
    }
}

/// Suspends one of the workers for a while.
async fn hang(network: SimNetwork) {
    let mut rng = actor_core::rng();
    let name = if rng.bool() { "one" } else { "two" };
    time::sleep(Duration::from_millis(rng.u64(..2000))).await;
    network.pause(name);
    time::sleep(Duration::from_millis(rng.u64(1500..1900))).await;
    network.resume(name);
    std::future::pending().await
}
// ANCHOR_END: test

/// A lease that is not checked where it is used: found, and explained in a few steps.
#[test]
fn a_lease_without_a_fence_is_found_and_its_trace_explains_it() {
    let told = said(|| {
        simulate(TestConfig::single_seed().seeds(1000), |_| leases_write_in_their_order(None));
    });
    let golden = include_str!("lease.txt");
    assert_eq!(without_place(&told), without_place(golden), "the report is now:\n{told}");
    assert!((1..20).contains(&shown_steps(golden)));
}

/// The same program with a fence.
#[actor_core::test(seeds = 50)]
async fn leases_with_a_fence_write_in_their_order() {
    leases_write_in_their_order(Some(0)).await;
}
