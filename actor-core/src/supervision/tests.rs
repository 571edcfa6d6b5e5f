//! The runtime's tables are empty after the end of a tree that failed often.

use crate::prelude::*;
use crate::repetitions;
use crate::supervision::{Child, Supervisor, SupervisorAddr};
use std::time::{Duration, Instant};

/// Holds something in every table: a name, timers, links and monitors on the hub, a child.
#[actor(crate = crate)]
struct Leaf {
    hub: HubAddr,
    name: String,
}

#[actor(crate = crate)]
impl Leaf {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        context.address().register(&self.name).unwrap();
        context.every(Duration::from_secs(3600), |me| me.touch()).detach();
        context.after(Duration::from_secs(3600), |me| me.touch()).detach();
        context.link(&self.hub);
        context.monitor(&self.hub, |me, _exit| me.touch());
        context.spawn_task(std::future::pending()).detach();
        context.spawn_child(Twig);
    }

    fn touch(&self) {}

    fn fail(&self) {
        panic!("told to");
    }

    #[on_exit]
    fn other(&mut self, _id: ActorId, _exit: Exit) {}
}

#[actor(crate = crate)]
struct Twig;

#[actor(crate = crate)]
impl Twig {}

/// The actor to which all leaves are linked.
#[actor(crate = crate)]
struct Hub;

#[actor(crate = crate)]
impl Hub {
    #[on_exit]
    fn gone(&mut self, _id: ActorId, _exit: Exit) {}
}

fn tree(hub: &HubAddr, leaves: usize) -> (SupervisorAddr, Vec<LeafAddr>) {
    let top = Supervisor::one_for_one().intensity(usize::MAX, Duration::from_secs(1)).spawn();
    let child = |number| {
        let hub = hub.clone();
        let make = move || Leaf { hub: hub.clone(), name: format!("leaf {number}") };
        Child::new("leaf", make)
    };
    let leaves = (0..leaves).map(|number| top.start(child(number))).collect();
    (top, leaves)
}

#[test]
fn a_tree_that_failed_a_lot_leaves_nothing_in_any_table() {
    let system = System::builder().threads(2).on_incident(|_| {}).build();
    let watched = |hub: &HubAddr| {
        let locked = hub.mailbox().lock();
        locked.cell.watchers().map_or(0, |watchers| watchers.len())
    };
    system.block_on(async {
        let hub = Hub.spawn();
        let (top, leaves) = tree(&hub, 8);
        for blow in 0..repetitions(2000) {
            let leaf = &leaves[blow % leaves.len()];
            match blow % 3 {
                0 => leaf.kill(),
                _ => _ = leaf.fail().await,
            }
        }
        for leaf in &leaves {
            leaf.touch().await.unwrap();
        }
        // Of each leaf one link and one monitor, of its present life only.
        assert_eq!(watched(&hub), 2 * leaves.len());
        top.stop();
        assert_eq!(top.join().await, Exit::Stopped);
        assert_eq!(watched(&hub), 0);
        hub.stop();
        hub.join().await;
    });
    let hub = system.shared();
    assert!(hub.names.is_empty());
    // The timer that limits a child's stop is cancelled when the child has stopped, and disappears
    // a moment later. The shutdown below would clear the timers on its own.
    let begun = Instant::now();
    while !hub.executor.timers().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60), "a timer is left");
        std::thread::yield_now();
    }
    // An actor leaves the table a moment after its exit is published; nothing is left to be
    // stopped.
    let report = system.block_on(system.shutdown(Duration::from_secs(60)));
    assert!(report.is_clean(), "{report}");
    assert!(hub.is_empty());
}

#[test]
fn a_supervisor_shows_its_strategy_and_the_number_of_its_children() {
    let supervisor = Supervisor::one_for_all().child(Child::new("twig", || Twig));
    let shown = format!("{supervisor:?}");
    assert!(shown.contains("OneForAll") && shown.contains("children: 1"), "{shown}");
}
