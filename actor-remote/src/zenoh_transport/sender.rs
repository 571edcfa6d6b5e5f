//! The thread that sends the frames for one node.

use super::batch;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;
use std::{io, thread};
use zenoh::pubsub::Publisher;
use zenoh::qos::CongestionControl;
use zenoh::{Session, Wait};

/// The queue of a sending thread. The windows of the session bound the frames in it with messages and
/// replies; other frames are short. When the outbox is dropped, the thread sends the rest and ends.
pub(super) struct Outbox(Sender<Vec<u8>>);

impl Outbox {
    pub(super) fn send(&self, frame: Vec<u8>) {
        // The thread ends before its outbox only if zenoh refuses to send. The node is then lost.
        let _ = self.0.send(frame);
    }
}

/// The sending threads that run. Each thread has a clone of the sender, and never sends.
pub(super) struct Threads {
    running: Sender<()>,
    ended: Receiver<()>,
}

impl Threads {
    pub(super) fn new() -> Self {
        let (running, ended) = mpsc::channel();
        Threads { running, ended }
    }

    /// Starts a thread that sends frames under `key`.
    pub(super) fn start(&self, session: Session, key: String) -> io::Result<Outbox> {
        let (outbox, frames) = mpsc::channel();
        let running = self.running.clone();
        let sending = move || {
            let publisher = session
                .declare_publisher(key)
                // A put waits while the queue of the link is full. zenoh closes a link that stays full.
                .congestion_control(CongestionControl::Block)
                // The frames of a batch are not held back for others.
                .express(true);
            if let Ok(publisher) = publisher.wait() {
                send_all(&publisher, &frames);
            }
            drop(running);
        };
        thread::Builder::new().name("actor-send".into()).spawn(sending)?;
        Ok(Outbox(outbox))
    }

    /// Waits until all threads have ended, for at most `limit`.
    pub(super) fn join(self, limit: Duration) {
        drop(self.running);
        // Always an error: the threads have dropped their senders, or the limit has passed.
        let _ = self.ended.recv_timeout(limit);
    }
}

/// Sends all frames that wait in one put, until the outbox is dropped.
fn send_all(publisher: &Publisher<'_>, frames: &Receiver<Vec<u8>>) {
    while let Ok(first) = frames.recv() {
        let mut put = Vec::with_capacity(first.len() + 64);
        batch::add(&mut put, &first);
        while put.len() < batch::FULL
            && let Ok(frame) = frames.try_recv()
        {
            batch::add(&mut put, &frame);
        }
        if publisher.put(put).wait().is_err() {
            return;
        }
    }
}
