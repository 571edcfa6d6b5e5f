//! The entrance: manages the names of clients and the rooms.

use crate::connection::Connection;
use crate::room::{Room, RoomAddr};
use crate::writer::Writer;
use actor_core::prelude::*;
use async_net::TcpStream;
use std::collections::HashMap;

/// The room in which every client starts.
pub const LOBBY: &str = "lobby";

#[actor]
pub struct Hall {
    nicks: HashMap<String, ActorId>,
    /// Weak, so that only its members keep a room alive: when the last member drops its address,
    /// the room ends. There is no counting, and no race between the last member to leave and the
    /// next to join.
    rooms: HashMap<String, WeakAddr<Room>>,
    guests: u64,
}

impl Hall {
    pub fn new() -> Self {
        Hall { nicks: HashMap::new(), rooms: HashMap::new(), guests: 0 }
    }

    fn guest(&mut self) -> String {
        loop {
            self.guests += 1;
            let nick = format!("guest-{}", self.guests);
            if !self.nicks.contains_key(&nick) {
                return nick;
            }
        }
    }
}

#[actor]
impl Hall {
    /// Turns a socket into a connection. Its input keeps it alive; no address needs to be stored.
    pub fn admit(&mut self, socket: TcpStream, context: &Context<Self>) {
        let nick = self.guest();
        let writer = Writer::new(socket.clone()).spawn();
        let lobby = self.room(LOBBY.into(), context);
        let hall = context.address();
        let connection = Connection::new(socket, writer, hall, lobby, nick.clone()).spawn();
        let id = connection.id();
        self.nicks.insert(nick, id);
        context.monitor(&connection, move |me, _| me.forget(id));
    }

    /// Renames a client; false if the name is taken.
    pub fn rename(&mut self, client: ActorId, nick: String) -> bool {
        if self.nicks.get(&nick).is_some_and(|holder| *holder != client) {
            return false;
        }
        self.forget(client);
        self.nicks.insert(nick, client);
        true
    }

    /// Returns the room with this name, and opens it if it does not exist.
    pub fn room(&mut self, name: String, context: &Context<Self>) -> RoomAddr {
        if let Some(room) = self.rooms.get(&name).and_then(WeakAddr::upgrade) {
            return room;
        }
        let room = Room::new(name.clone());
        // A child lives until it is stopped, so the lobby outlives its last member.
        let room = if name == LOBBY { context.spawn_child(room) } else { room.spawn() };
        let (id, ended) = (room.id(), name.clone());
        context.monitor(&room, move |me, _| me.close(ended, id));
        self.rooms.insert(name, room.downgrade());
        room
    }

    /// A client has ended, for any reason: its name is free.
    fn forget(&mut self, client: ActorId) {
        self.nicks.retain(|_, holder| *holder != client);
    }

    /// A room has ended; a new one may already have its name.
    fn close(&mut self, name: String, room: ActorId) {
        if self.rooms.get(&name).is_some_and(|known| known.id() == room) {
            self.rooms.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Hall, LOBBY};
    use actor_core::prelude::*;

    #[actor_core::test]
    async fn a_room_ends_with_its_last_address_and_the_lobby_does_not() {
        let hall = Hall::new().spawn();
        let lobby = hall.room(LOBBY.into()).await.unwrap().downgrade();
        let room = hall.room("rust".into()).await.unwrap();
        assert_eq!(hall.room("rust".into()).await, Ok(room.clone()));

        let gone = room.downgrade();
        drop(room);
        assert_eq!(gone.join().await, Exit::Stopped);
        let another = hall.room("rust".into()).await.unwrap();
        assert_ne!(another.id(), gone.id());
        assert!(lobby.is_alive());
    }
}
