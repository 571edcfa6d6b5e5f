//! What a client is to read. The mailbox in front of it is the queue of what it has not read yet.

use actor_core::prelude::*;
use actor_core::time::sleep;
use async_net::{Shutdown, TcpStream};
use futures_lite::AsyncWriteExt;
use std::sync::Arc;
use std::time::Duration;

/// How long one who does not read may hold up the end of its connection.
pub const PATIENCE: Duration = Duration::from_secs(2);

// The bound: a client that has so many lines still to read, beside those in the kernel's buffers, is
// too slow. All members of a room share the text of a line, so a long queue costs little, and one
// who reads is not taken for one who does not, only because the machine is busy for a while.
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
    /// Once it is stopped it writes what is queued, but not for ever: with the socket shut, what is
    /// left fails at once.
    #[on_start]
    fn bound(&mut self, context: &Context<Self>) {
        let (socket, stopping) = (self.socket.clone(), context.stopping());
        let give_up = async move {
            stopping.await;
            sleep(PATIENCE).await;
            let _ = socket.shutdown(Shutdown::Write);
        };
        context.spawn(give_up).detach();
    }

    /// Writes a line, however long that takes: one whose machine vanished without a word is found
    /// out as one that does not read is.
    pub async fn line(&mut self, line: Arc<str>) {
        // A broken connection is not told here: its input ends as well.
        let _ = self.socket.write_all(line.as_bytes()).await;
    }
}
