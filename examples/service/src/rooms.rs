//! Chat rooms. A room is an actor with a topic, created when its first client arrives, and it ends when
//! the last one has left: the clients hold its only strong addresses.

use actor_core::future::or;
use actor_core::prelude::*;
use actor_core::{WeakAddr, topic::TopicStream};
use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{any, get};
use futures_util::{SinkExt, StreamExt};
use std::collections::HashMap;
use std::error::Error;

/// The number of lines that wait for a slow client. It then loses the oldest ones.
const BACKLOG: usize = 100;

/// Passes each line to all clients.
#[actor]
struct Room {
    lines: Topic<String>,
}

#[actor]
impl Room {
    /// Returns the lines from now on.
    fn listen(&self) -> TopicStream<String> {
        self.lines.stream().drop_oldest(BACKLOG)
    }

    async fn say(&self, line: String) {
        self.lines.publish(line).await;
    }
}

/// Finds rooms by their names.
#[actor]
#[derive(Default)]
pub struct Rooms {
    open: HashMap<String, WeakAddr<Room>>,
}

#[actor]
impl Rooms {
    /// Returns the room, which is created if it is not open.
    fn room(&mut self, name: String, context: &Context<Self>) -> RoomAddr {
        if let Some(room) = self.open.get(&name).and_then(WeakAddr::upgrade) {
            return room;
        }
        let room = Room { lines: Topic::new() }.spawn();
        self.open.insert(name.clone(), room.downgrade());
        context.monitor(&room, move |me, _exit| me.closed(name));
        room
    }

    /// Forgets the room, unless it has been opened again.
    fn closed(&mut self, name: String) {
        if self.open.get(&name).is_some_and(|room| room.upgrade().is_none()) {
            self.open.remove(&name);
        }
    }

    /// Returns the number of open rooms.
    pub fn count(&self) -> usize {
        self.open.len()
    }
}

/// The routes of the service.
pub fn router(rooms: RoomsAddr) -> Router {
    Router::new().route("/rooms", get(count)).route("/rooms/{name}", any(connect)).with_state(rooms)
}

async fn count(State(rooms): State<RoomsAddr>) -> Result<String, String> {
    rooms.count().await.map(|count| count.to_string()).map_err(|error| error.to_string())
}

async fn connect(
    upgrade: WebSocketUpgrade,
    Path(name): Path<String>,
    State(rooms): State<RoomsAddr>,
) -> Response {
    upgrade.on_upgrade(async |socket| {
        if let Err(error) = chat(socket, name, rooms).await {
            eprintln!("a client has left: {error}");
        }
    })
}

/// Serves one client until it leaves.
async fn chat(
    socket: WebSocket,
    name: String,
    rooms: RoomsAddr,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let room = rooms.room(name.clone()).await?;
    let mut lines = room.listen().await?;
    let (mut sink, mut source) = socket.split();
    sink.send(Message::text(format!("welcome to {name}"))).await?;
    let outgoing = async {
        while let Some(line) = lines.next().await {
            let line = line.unwrap_or_else(|lagged| lagged.to_string());
            sink.send(Message::text(line)).await?;
        }
        Ok(())
    };
    let incoming = async {
        while let Some(message) = source.next().await {
            if let Message::Text(line) = message? {
                room.say(line.to_string()).await?;
            }
        }
        Ok(())
    };
    or(outgoing, incoming).await
}
