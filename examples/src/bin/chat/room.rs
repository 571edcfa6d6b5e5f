//! A room: its members, and broadcasts to them. It never waits for another actor.

use crate::connection::ConnectionAddr;
use crate::writer::WriterAddr;
use actor_core::context::Monitor;
use actor_core::prelude::*;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

#[actor]
pub struct Room {
    name: String,
    members: BTreeMap<ActorId, Member>,
}

struct Member {
    nick: String,
    connection: ConnectionAddr,
    writer: WriterAddr,
    monitor: Monitor,
}

impl Room {
    pub fn new(name: String) -> Self {
        Room { name, members: BTreeMap::new() }
    }

    /// Sends a line to all members except `speaker`, and removes members that have not read earlier
    /// lines. Removals are announced too, which may reveal more slow members: hence the queue.
    fn tell(&mut self, speaker: Option<ActorId>, line: String) {
        let mut news = VecDeque::from([Arc::<str>::from(line)]);
        while let Some(line) = news.pop_front() {
            self.members.retain(|id, member| {
                if Some(*id) == speaker || member.hears(&line) {
                    return true;
                }
                // If this message does not arrive, the member is already leaving.
                let _ = member.connection.too_slow().try_send();
                member.monitor.cancel();
                news.push_back(format!("* {} was too slow\n", member.nick).into());
                false
            });
        }
    }
}

impl Member {
    /// False if its queue is full: the mailbox of its writer.
    fn hears(&self, line: &Arc<str>) -> bool {
        match self.writer.line(line.clone()).try_send() {
            Ok(()) => true,
            // A stopped member gets no more lines and need not be removed: the monitor removes it.
            Err(error) => error.reason() != SendReason::Full,
        }
    }
}

#[actor]
impl Room {
    /// Adds a member, and returns the result of [`who`](Room::who).
    pub fn join(
        &mut self,
        nick: String,
        connection: ConnectionAddr,
        writer: WriterAddr,
        context: &Context<Self>,
    ) -> String {
        let id = connection.id();
        self.tell(None, format!("* {nick} has joined\n"));
        let monitor = context.monitor(&connection, move |me, _| me.leave(id, "is lost"));
        self.members.insert(id, Member { nick, connection, writer, monitor });
        self.who()
    }

    /// Removes a member, and tells the others how: it "has left".
    pub fn leave(&mut self, id: ActorId, how: &'static str) {
        if let Some(member) = self.members.remove(&id) {
            // A member may come and go many times, and is monitored while it is here.
            member.monitor.cancel();
            self.tell(None, format!("* {} {how}\n", member.nick));
        }
    }

    /// Sends a member's line to the others.
    pub fn say(&mut self, id: ActorId, text: String) {
        if let Some(member) = self.members.get(&id) {
            let line = format!("<{}> {text}\n", member.nick);
            self.tell(Some(id), line);
        }
    }

    /// Renames a member.
    pub fn rename(&mut self, id: ActorId, nick: String) {
        if let Some(member) = self.members.get_mut(&id) {
            let news = format!("* {} is now {nick}\n", member.nick);
            member.nick = nick;
            self.tell(None, news);
        }
    }

    /// Returns the names of the members, in the order in which they connected to the server.
    pub fn who(&self) -> String {
        let nicks: Vec<&str> = self.members.values().map(|member| &*member.nick).collect();
        format!("* in {}: {}\n", self.name, nicks.join(", "))
    }
}
