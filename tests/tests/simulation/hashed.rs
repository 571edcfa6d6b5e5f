//! The order of a hash map, in which addresses are dropped and actors are woken, makes no run differ.

use actor_core::prelude::*;
use std::collections::HashMap;

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
