//! Where everybody comes in: who is called what, and which rooms there are.

use crate::connection::Connection;
use crate::room::{Room, RoomAddr};
use crate::writer::Writer;
use actor_core::WeakAddr;
use actor_core::prelude::*;
use async_net::TcpStream;
use std::collections::HashMap;

/// The room in which everybody begins.
pub const LOBBY: &str = "lobby";

#[actor]
pub struct Hall {
    nicks: HashMap<String, ActorId>,
    /// Weak, so that a room lives by its members alone: when the last one lets go of its address,
    /// it ends. There is no counting, and no race between the last to leave and the next to come.
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
    /// Makes a connection of a socket. It needs nobody to hold its address: it lives by its input.
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

    /// Renames a client; false if the name is another's.
    pub fn rename(&mut self, client: ActorId, nick: String) -> bool {
        if self.nicks.get(&nick).is_some_and(|holder| *holder != client) {
            return false;
        }
        self.forget(client);
        self.nicks.insert(nick, client);
        true
    }

    /// The room of this name, opened if there is none.
    pub fn room(&mut self, name: String, context: &Context<Self>) -> RoomAddr {
        if let Some(room) = self.rooms.get(&name).and_then(WeakAddr::upgrade) {
            return room;
        }
        let room = Room::new(name.clone());
        // A child lives until it is stopped, so that the lobby outlives the last who leaves it.
        let room = if name == LOBBY { context.spawn_child(room) } else { room.spawn() };
        let (id, ended) = (room.id(), name.clone());
        context.monitor(&room, move |me, _| me.close(ended, id));
        self.rooms.insert(name, room.downgrade());
        room
    }

    /// A client has ended, whatever way: its name is free.
    fn forget(&mut self, client: ActorId) {
        self.nicks.retain(|_, holder| *holder != client);
    }

    /// A room has ended, and a new one may have its name by now.
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
