//! The cost of a snapshot of many actors: no more per actor than for a few, whether the tree is
//! deep or wide.

use actor_core::prelude::*;
use std::time::{Duration, Instant};
use tests::{Gate, assert_grows_evenly};

/// A node of a tree of `left` more levels, or with this many children.
#[actor]
struct Node {
    left: usize,
    is_deep: bool,
    done: Gate,
}

#[actor]
impl Node {
    #[on_start]
    fn grow(&mut self, context: &Context<Self>) {
        let (children, left) = match (self.left, self.is_deep) {
            (0, _) => (0, 0),
            (left, true) => (1, left - 1),
            (left, false) => (left, 0),
        };
        for _ in 0..children {
            let child = Node { left, is_deep: self.is_deep, done: self.done.clone() };
            context.spawn_child(child);
        }
        if left == 0 {
            self.done.open();
        }
    }
}

/// A tree of this many actors below its top.
async fn grown(count: usize, is_deep: bool) -> NodeAddr {
    let done = Gate::new();
    let top = Node { left: count, is_deep, done: done.clone() }.spawn();
    done.pass().await;
    top
}

fn of_snapshot(count: usize, is_deep: bool) -> Duration {
    let system = System::builder().threads(1).build();
    system.block_on(async {
        let top = grown(count, is_deep).await;
        let begun = Instant::now();
        let snapshot = system.snapshot();
        let text = snapshot.to_string();
        drop(snapshot);
        let spent = begun.elapsed();
        assert_eq!(text.lines().count(), count + 1);
        top.kill();
        top.join().await;
        spent
    })
}

#[test]
fn a_snapshot_of_a_deep_tree_costs_the_same_for_each_actor() {
    assert_grows_evenly("a snapshot of a deep tree", |count| of_snapshot(count, true));
}

#[test]
fn a_snapshot_of_a_wide_tree_costs_the_same_for_each_actor() {
    assert_grows_evenly("a snapshot of a wide tree", |count| of_snapshot(count, false));
}

#[test]
fn a_line_below_the_deepest_indentation_names_its_level() {
    let system = System::current_thread();
    system.block_on(async {
        let _top = grown(40, true).await;
        let text = system.snapshot().to_string();
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[32].starts_with(&format!("{}└─ node#33", "   ".repeat(31))), "{text}");
        assert!(lines[33].starts_with(&format!("{}level 33: node#34", "   ".repeat(32))), "{text}");
    });
}

#[test]
fn the_end_of_a_tree_costs_the_same_for_each_actor() {
    for is_deep in [true, false] {
        assert_grows_evenly("the end of a tree", move |count| {
            System::builder().threads(1).build().block_on(async {
                let top = grown(count, is_deep).await;
                let begun = Instant::now();
                top.stop();
                assert_eq!(top.join().await, Exit::Stopped);
                begun.elapsed()
            })
        });
    }
}
