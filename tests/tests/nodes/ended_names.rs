//! Names of actors that end at the moment when they get the name, on real threads.

use crate::subject::{Counter, SubjectAddr};
use actor_core::prelude::*;
use actor_core::{future::yield_now, spawn_task};
use actor_remote::{Node, NodeId, Transport, TransportEvent};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A network without other nodes.
struct Alone;

impl Transport for Alone {
    fn node(&self) -> NodeId {
        NodeId(1)
    }

    fn start(&self, _on_event: Box<dyn Fn(TransportEvent<'_>) + Send + Sync>) {}

    fn send(&self, _to: NodeId, _frame: Vec<u8>) {}

    fn leave(&self) {}
}

#[test]
fn a_name_that_is_given_to_an_actor_that_has_ended_is_taken_back() {
    let system = System::builder().threads(2).build();
    system.block_on(async {
        let node = Node::on(Alone, "alone");
        // The other thread is awake, so that it sees the end at once.
        let is_over = Arc::new(AtomicBool::new(false));
        let awake = spawn_task({
            let is_over = is_over.clone();
            async move {
                while !is_over.load(Ordering::Relaxed) {
                    yield_now().await;
                }
            }
        });
        for _ in 0..3000 {
            let actor = SubjectAddr::from(Counter::default().spawn());
            actor.stop();
            actor.join().await;
            assert_eq!(node.register("ended", &actor), Ok(()));
            while node.lookup::<SubjectAddr>("ended").is_some() {
                yield_now().await;
            }
            while node.tables().exports > 0 {
                yield_now().await;
            }
        }
        is_over.store(true, Ordering::Relaxed);
        awake.await;
    });
}
