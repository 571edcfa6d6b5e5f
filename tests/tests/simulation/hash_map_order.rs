//! The order of a hash map, in which addresses are dropped and actors are woken, does not change a run; where
//! it must, the report names the actors and the drop or message.

use crate::said;
use actor_core::__private::{TestConfig, simulate};
use actor_core::prelude::*;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU32, Ordering};

#[actor]
#[derive(Default)]
struct Room {
    lines: Vec<String>,
}

#[actor]
impl Room {
    fn say(&mut self, line: String) -> usize {
        self.lines.push(line);
        self.lines.len()
    }
}

#[actor]
#[derive(Default)]
struct Rooms {
    open: HashMap<String, RoomAddr>,
}

#[actor]
impl Rooms {
    fn room(&mut self, name: String, context: &Context<Self>) -> RoomAddr {
        if let Some(room) = self.open.get(&name) {
            return room.clone();
        }
        let room = Room::default().spawn();
        self.open.insert(name.clone(), room.clone());
        context.monitor(&room, move |me, _exit| me.closed(name));
        room
    }

    fn closed(&mut self, name: String) {
        self.open.remove(&name);
    }
}

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

#[actor_core::test(seeds = 20)]
async fn a_map_of_addresses_in_a_state_makes_no_run_differ() {
    let rooms = Rooms::default().spawn();
    for name in NAMES {
        rooms.room(name.into()).await.unwrap().say("x".into()).await.unwrap();
    }
    rooms.stop();
}

#[actor_core::test(seeds = 20)]
async fn a_broadcast_over_a_hash_map_makes_no_run_differ() {
    let mut map = HashMap::new();
    for name in NAMES {
        map.insert(name, Room::default().spawn());
    }
    for room in map.values() {
        room.say("x".into()).send().await.unwrap();
    }
}

/// A test whose second run makes the same steps in another order.
fn differs<U: Future<Output = ()>>(body: impl Fn(Vec<RoomAddr>) -> U) -> String {
    let runs = AtomicU32::new(0);
    said(AssertUnwindSafe(|| {
        simulate(TestConfig::single_seed(), |_| {
            let is_second = runs.fetch_add(1, Ordering::Relaxed) > 0;
            let body = &body;
            async move {
                let mut rooms: Vec<RoomAddr> = (0..2).map(|_| Room::default().spawn()).collect();
                for room in &rooms {
                    room.started().await.unwrap();
                }
                if is_second {
                    rooms.reverse();
                }
                body(rooms).await;
            }
        });
    }))
}

#[test]
fn an_order_of_messages_that_differs_is_named_with_its_actors() {
    let said = differs(|rooms| async move {
        for room in rooms {
            room.say("x".into()).await.unwrap();
        }
    });
    assert!(said.contains("led to two different runs"), "{said}");
    assert!(said.contains("`the body goes on`"), "{said}");
    assert!(
        said.contains("it first sends room#1 something, then sends room#2 something"),
        "{said}"
    );
}

#[test]
fn an_order_of_drops_that_differs_is_named_with_its_actors() {
    let said = differs(|rooms| async move {
        for room in rooms {
            let weak = room.downgrade();
            drop(room);
            weak.join().await;
        }
    });
    let told = "it first drops the last address of room#1, then drops the last address of room#2";
    assert!(said.contains(told), "{said}");
}
