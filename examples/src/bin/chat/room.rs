//! A room: who is in it, and the telling of everybody. It never waits for anybody.

use crate::connection::ConnectionAddr;
use crate::writer::WriterAddr;
use actor_core::Monitor;
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

    /// Tells everybody but `speaker`, and puts out those who have not read what they were told
    /// before. That is told too, which may show others to be too slow: hence the queue.
    fn tell(&mut self, speaker: Option<ActorId>, line: String) {
        let mut news = VecDeque::from([Arc::<str>::from(line)]);
        while let Some(line) = news.pop_front() {
            self.members.retain(|id, member| {
                if Some(*id) == speaker || member.hears(&line) {
                    return true;
                }
                // If this does not reach it, it is on its way out already.
                let _ = member.connection.too_slow().try_send();
                member.monitor.cancel();
                news.push_back(format!("* {} was too slow\n", member.nick).into());
                false
            });
        }
    }
}

impl Member {
    /// False if there is no more room in its queue: the mailbox of its writer.
    fn hears(&self, line: &Arc<str>) -> bool {
        match self.writer.line(line.clone()).try_send() {
            Ok(()) => true,
            // One that has stopped is no longer told, and need not be put out: the monitor will.
            Err(error) => error.reason() != SendReason::Full,
        }
    }
}

#[actor]
impl Room {
    /// Takes a member in, and returns what [`who`](Room::who) does.
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

    /// Lets a member go, and tells the others how: it "has left".
    pub fn leave(&mut self, id: ActorId, how: &'static str) {
        if let Some(member) = self.members.remove(&id) {
            // It may come and go a thousand times, and is monitored while it is here.
            member.monitor.cancel();
            self.tell(None, format!("* {} {how}\n", member.nick));
        }
    }

    /// Tells the others what a member says.
    pub fn say(&mut self, id: ActorId, text: String) {
        if let Some(member) = self.members.get(&id) {
            let line = format!("<{}> {text}\n", member.nick);
            self.tell(Some(id), line);
        }
    }

    /// Calls a member by its new name.
    pub fn rename(&mut self, id: ActorId, nick: String) {
        if let Some(member) = self.members.get_mut(&id) {
            let news = format!("* {} is now {nick}\n", member.nick);
            member.nick = nick;
            self.tell(None, news);
        }
    }

    /// Who is here, in the order in which they came to the server.
    pub fn who(&self) -> String {
        let nicks: Vec<&str> = self.members.values().map(|member| &*member.nick).collect();
        format!("* in {}: {}\n", self.name, nicks.join(", "))
    }
}
