//! A client: runs its commands, and ends its connection, for any reason.

use crate::command::{Command, HELP};
use crate::hall::HallAddr;
use crate::lines::{LONGEST, Line, lines};
use crate::room::RoomAddr;
use crate::writer::{PATIENCE, WriterAddr};
use actor_core::prelude::*;
use actor_core::time::timeout;
use async_net::TcpStream;
use futures_lite::AsyncWriteExt;
use std::sync::Arc;

const BYE: &str = "* bye\n";
const BROKEN: &str = "* something is broken here, sorry\n";
const SHUTTING_DOWN: &str = "* server is shutting down\n";
const TOO_SLOW: &str = "* you are too slow\n";

#[actor]
pub struct Connection {
    socket: TcpStream,
    writer: WriterAddr,
    hall: HallAddr,
    room: RoomAddr,
    nick: String,
    /// The last text for the client. The default is a shutdown, which no code here requests.
    last_words: &'static str,
}

impl Connection {
    pub fn new(
        socket: TcpStream,
        writer: WriterAddr,
        hall: HallAddr,
        room: RoomAddr,
        nick: String,
    ) -> Self {
        Connection { socket, writer, hall, room, nick, last_words: SHUTTING_DOWN }
    }

    async fn arrive(&mut self, context: &Context<Self>) -> Result<(), CallError> {
        self.tell(format!("* welcome, {}; there is /help\n", self.nick))?;
        self.join(context).await
    }

    async fn obey(&mut self, command: Command, context: &Context<Self>) -> Result<(), CallError> {
        match command {
            Command::Say(text) if text.is_empty() => Ok(()),
            Command::Say(text) => Ok(self.room.say(context.id(), text).send().await?),
            Command::Nick(nick) => self.rename(nick, context).await,
            Command::Join(name) => {
                let room = self.hall.room(name).await?;
                self.go_to(room, context).await
            }
            Command::Who => {
                let who = self.room.who().await?;
                self.tell(who)
            }
            Command::Quit => self.leave("has quit", BYE, context).await,
            Command::Help => self.tell(HELP),
            Command::Wrong(why) => self.tell(format!("* {why}\n")),
        }
    }

    async fn rename(&mut self, nick: String, context: &Context<Self>) -> Result<(), CallError> {
        if !self.hall.rename(context.id(), nick.clone()).await? {
            return self.tell(format!("* {nick} is taken\n"));
        }
        self.nick.clone_from(&nick);
        Ok(self.room.rename(context.id(), nick).send().await?)
    }

    async fn go_to(&mut self, room: RoomAddr, context: &Context<Self>) -> Result<(), CallError> {
        if room == self.room {
            return self.tell("* you are there\n");
        }
        self.room.leave(context.id(), "has left").send().await?;
        // If this was the last address of the old room, the room ends.
        self.room = room;
        self.join(context).await
    }

    async fn join(&mut self, context: &Context<Self>) -> Result<(), CallError> {
        let (nick, writer) = (self.nick.clone(), self.writer.clone());
        let who = self.room.join(nick, context.address(), writer).await?;
        self.tell(who)
    }

    async fn leave(
        &mut self,
        how: &'static str,
        last_words: &'static str,
        context: &Context<Self>,
    ) -> Result<(), CallError> {
        self.last_words = last_words;
        context.stop();
        Ok(self.room.leave(context.id(), how).send().await?)
    }

    /// Never waits: the only operation here that can fail with [`CallError::Full`].
    fn tell(&self, lines: impl Into<Arc<str>>) -> Result<(), CallError> {
        Ok(self.writer.line(lines.into()).try_send()?)
    }

    /// Ends the connection after an error.
    async fn judge(&mut self, outcome: Result<(), CallError>, context: &Context<Self>) {
        let left = match outcome {
            Ok(()) => return,
            // A client that keeps asking and reads no reply.
            Err(CallError::Full) => self.leave("was too slow", TOO_SLOW, context).await,
            Err(error) => Err(error),
        };
        if left.is_err() {
            // The room or the hall has ended, as they do at a shutdown.
            context.stop();
        }
    }
}

#[actor]
impl Connection {
    #[on_start]
    async fn begin(&mut self, context: &Context<Self>) {
        let input = context.attach(lines(self.socket.clone()), |me, line| me.line(line));
        input.on_end(|me| me.gone()).detach();
        let outcome = self.arrive(context).await;
        self.judge(outcome, context).await;
    }

    /// The client has sent a line.
    async fn line(&mut self, line: Line, context: &Context<Self>) {
        let outcome = match line {
            Line::Text(text) => self.obey(Command::of(text), context).await,
            Line::TooLong => {
                self.tell(format!("* not delivered: it is longer than {LONGEST} bytes\n"))
            }
        };
        self.judge(outcome, context).await;
    }

    /// The client has closed its connection, or the connection is broken.
    async fn gone(&mut self, context: &Context<Self>) {
        let outcome = self.leave("is gone", BYE, context).await;
        self.judge(outcome, context).await;
    }

    /// The queue was full, and the room has removed the client.
    pub fn too_slow(&mut self, context: &Context<Self>) {
        self.last_words = TOO_SLOW;
        context.stop();
    }

    /// Lets the writer finish, and writes the last text itself, because the queue may be full.
    #[on_stop]
    async fn end(&mut self, exit: &Exit) {
        self.writer.stop();
        self.writer.join().await;
        let words = if exit.is_normal() { self.last_words } else { BROKEN };
        // A client that cannot be reached gets no text.
        let _ = timeout(PATIENCE, self.socket.write_all(words.as_bytes())).await;
    }
}
