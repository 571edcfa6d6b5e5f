//! The output of a client. The writer's mailbox is the queue of unread lines.

use actor_core::prelude::*;
use actor_core::time::sleep;
use async_net::{Shutdown, TcpStream};
use futures_lite::AsyncWriteExt;
use std::sync::Arc;
use std::time::Duration;

/// The time for which a client that does not read may delay the end of its connection.
pub const PATIENCE: Duration = Duration::from_secs(2);

// The capacity: a client with this many unread lines, in addition to those in the kernel's buffers,
// is too slow. All members of a room share the text of a line, so a long queue is cheap, and a
// client that reads is not disconnected just because the machine is busy for a while.
#[actor(capacity = 4096)]
pub struct Writer {
    socket: TcpStream,
}

impl Writer {
    pub fn new(socket: TcpStream) -> Self {
        Writer { socket }
    }
}

#[actor]
impl Writer {
    /// After a stop, it writes the queued lines, but not forever: once the socket is shut down, the
    /// remaining writes fail immediately.
    #[on_start]
    fn bound(&mut self, context: &Context<Self>) {
        let (socket, stopping) = (self.socket.clone(), context.stopping());
        let give_up = async move {
            stopping.await;
            sleep(PATIENCE).await;
            let _ = socket.shutdown(Shutdown::Write);
        };
        context.spawn_task(give_up).detach();
    }

    /// Writes a line, however long that takes. A client whose machine has vanished is detected like
    /// one that does not read.
    pub async fn line(&mut self, line: Arc<str>) {
        // A broken connection is not reported here: its input ends as well.
        let _ = self.socket.write_all(line.as_bytes()).await;
    }
}
