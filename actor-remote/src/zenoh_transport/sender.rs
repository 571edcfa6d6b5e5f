//! The outbox of one node. The sending thread puts a batch itself if the put is expected not to block. Otherwise a
//! thread of the outbox puts the batch.
//!
//! Invariants:
//! - At most one thread puts at a time: the thread that has set `is_putting`. A sender puts its batch only if no
//!   other batch waits. Therefore batches are put in the order in which they were sent.
//! - The thread of the outbox puts all waiting batches and notices. The thread is notified when a batch is added while
//!   no thread puts, when a notice is added, and when a sender completes a put while there is work.
//! - A put blocks only while the queue of zenoh is full. The queue has capacity for [`QUEUE`] puts. Between two
//!   arrivals of frames from the other node, senders make at most [`CREDIT`] puts. A node that is paused, or cut off,
//!   sends no frames, so the puts of senders do not fill the queue. A node that sends but reads slowly can block a
//!   put. After a put that took longer than [`SLOW`], senders put nothing for [`PAUSE`].

use super::peers::{FLUSH, FLUSHED};
use crate::batch;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{io, mem, thread};
use zenoh::pubsub::Publisher;
use zenoh::qos::CongestionControl;
use zenoh::{Session, Wait};

/// The capacity of the queue of zenoh, in puts of at most [`LARGEST`] bytes.
pub(super) const QUEUE: u32 = 16;

/// The maximum number of puts of senders between two arrivals of frames from the other node. The rest of the
/// queue is for the thread.
const CREDIT: u32 = QUEUE - 4;

/// The maximum number of bytes of a sender's put. zenoh has 64 KiB for a put and its key.
const LARGEST: usize = 48 * 1024;

/// The time after which a put of a sender counts as slow.
const SLOW: Duration = Duration::from_millis(2);

/// The time for which the thread of the outbox puts all batches after a slow put.
const PAUSE: Duration = Duration::from_millis(50);

/// The time after a put in which further frames are collected.
const BUSY: Duration = Duration::from_micros(20);

/// The outbox of one node. The windows of the session limit the bytes of queued messages and replies; other frames
/// are short. When the outbox is closed, its thread puts the remaining batches, and ends.
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    /// Notified when there is work for the thread.
    changed: Condvar,
    /// `None` until the thread has declared the publisher, and after the thread has ended. The thread drops the
    /// publisher, because the drop waits for zenoh.
    publisher: Mutex<Option<Publisher<'static>>>,
    /// Set while there is a publisher.
    is_ready: AtomicBool,
    /// The number of puts that senders may make before the next arrival.
    credit: AtomicU32,
    start: Instant,
    /// The end of the last put, in nanoseconds since the start.
    put_at: AtomicU64,
    /// The end of the pause after a slow put, in nanoseconds since the start.
    paused_until: AtomicU64,
}

#[derive(Default)]
struct Queue {
    /// The batches that the thread of the outbox puts.
    waiting: VecDeque<Vec<u8>>,
    /// Set if [`FLUSH`] has to be put behind the batches.
    flushes: bool,
    /// Set if [`FLUSHED`] has to be put.
    confirms: bool,
    is_putting: bool,
    is_closed: bool,
    /// Set once the thread has ended. Further batches are lost.
    has_ended: bool,
}

impl Queue {
    /// Takes a notice that has to be put.
    fn take_notice(&mut self) -> Option<&'static [u8]> {
        if mem::take(&mut self.flushes) {
            Some(FLUSH)
        } else if mem::take(&mut self.confirms) {
            Some(FLUSHED)
        } else {
            None
        }
    }

    /// Returns whether there is work for the thread.
    fn has_work(&self) -> bool {
        !self.waiting.is_empty() || self.flushes || self.confirms || self.is_closed
    }
}

impl Outbox {
    fn new() -> Self {
        Outbox {
            queue: Mutex::default(),
            changed: Condvar::new(),
            publisher: Mutex::new(None),
            is_ready: AtomicBool::new(false),
            credit: AtomicU32::new(CREDIT),
            start: Instant::now(),
            put_at: AtomicU64::new(0),
            paused_until: AtomicU64::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Returns whether the last put ended less than [`BUSY`] ago.
    pub(super) fn is_busy(&self) -> bool {
        let busy = u64::try_from(BUSY.as_nanos()).unwrap_or(u64::MAX);
        self.elapsed().saturating_sub(self.put_at.load(Ordering::Relaxed)) < busy
    }

    /// Puts a batch, or queues it for the thread.
    pub(super) fn send(&self, bytes: Vec<u8>) {
        let mut queue = self.lock();
        if queue.has_ended {
            return;
        }
        if queue.is_putting || !queue.waiting.is_empty() || !self.takes_credit(bytes.len()) {
            queue.waiting.push_back(bytes);
            if !queue.is_putting {
                self.changed.notify_one();
            }
            return;
        }
        queue.is_putting = true;
        drop(queue);
        let begun = self.elapsed();
        // An error means that zenoh refuses to send. The node is then lost.
        let _ = self.put(bytes);
        let ended = self.elapsed();
        if ended - begun > u64::try_from(SLOW.as_nanos()).unwrap_or(u64::MAX) {
            let pause = u64::try_from(PAUSE.as_nanos()).unwrap_or(u64::MAX);
            self.paused_until.store(ended + pause, Ordering::Relaxed);
        }
        self.end_put(ended);
    }

    /// Returns whether a sender may put this number of bytes, and counts the put.
    fn takes_credit(&self, length: usize) -> bool {
        if length > LARGEST
            || !self.is_ready.load(Ordering::Acquire)
            || self.elapsed() < self.paused_until.load(Ordering::Relaxed)
        {
            return false;
        }
        let take = |credit: u32| credit.checked_sub(1);
        self.credit.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// Restores the credit of senders. Called when frames of the other node arrive, which shows that it is running.
    pub(super) fn heard(&self) {
        self.credit.store(CREDIT, Ordering::Relaxed);
    }

    fn put(&self, bytes: Vec<u8>) -> zenoh::Result<()> {
        let publisher = self.publisher.lock().unwrap_or_else(PoisonError::into_inner);
        match &*publisher {
            Some(publisher) => publisher.put(bytes).wait(),
            None => Ok(()),
        }
    }

    fn end_put(&self, at: u64) {
        self.put_at.store(at, Ordering::Relaxed);
        let mut queue = self.lock();
        queue.is_putting = false;
        if queue.has_work() {
            self.changed.notify_one();
        }
    }

    /// Makes the thread put [`FLUSH`] behind all batches.
    pub(super) fn flush(&self) {
        self.lock().flushes = true;
        self.changed.notify_one();
    }

    /// Makes the thread put [`FLUSHED`].
    pub(super) fn confirm(&self) {
        self.lock().confirms = true;
        self.changed.notify_one();
    }

    /// Makes the thread put the remaining batches, and end.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_one();
    }

    /// Waits for the next put of the thread. Returns `None` once the outbox is closed and empty.
    fn next(&self) -> Option<Vec<u8>> {
        let mut queue = self.lock();
        loop {
            if !queue.is_putting {
                if let Some(mut put) = queue.waiting.pop_front() {
                    while let Some(next) = queue.waiting.front()
                        && put.len() + next.len() <= batch::FULL
                    {
                        put.extend_from_slice(next);
                        queue.waiting.pop_front();
                    }
                    queue.is_putting = true;
                    return Some(put);
                }
                if let Some(notice) = queue.take_notice() {
                    queue.is_putting = true;
                    return Some(notice.to_vec());
                }
                if queue.is_closed {
                    return None;
                }
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Puts the batches that senders leave to the thread, until the outbox is closed.
    fn run(&self, session: &Session, key: String) {
        let publisher = session
            .declare_publisher(key)
            // A put blocks while the queue of the link is full. zenoh closes a link whose queue stays full.
            .congestion_control(CongestionControl::Block)
            // zenoh does not delay a put to combine it with others.
            .express(true)
            .wait();
        let Ok(publisher) = publisher else { return self.end() };
        *self.publisher.lock().unwrap_or_else(PoisonError::into_inner) = Some(publisher);
        self.is_ready.store(true, Ordering::Release);
        while let Some(put) = self.next() {
            let result = self.put(put);
            self.end_put(self.elapsed());
            if result.is_err() {
                break;
            }
        }
        self.is_ready.store(false, Ordering::Release);
        self.end();
        let publisher = self.publisher.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(publisher);
    }
}

impl Outbox {
    fn end(&self) {
        let mut queue = self.lock();
        queue.has_ended = true;
        queue.waiting.clear();
    }
}

/// The running threads of outboxes. Each thread holds a clone of the sender until it ends, and never sends.
pub(super) struct Threads {
    running: Sender<()>,
    ended: Receiver<()>,
}

impl Threads {
    pub(super) fn new() -> Self {
        let (running, ended) = mpsc::channel();
        Threads { running, ended }
    }

    /// Starts the thread of an outbox whose batches are put under `key`.
    pub(super) fn start(&self, session: Session, key: String) -> io::Result<Arc<Outbox>> {
        let outbox = Arc::new(Outbox::new());
        let (running, of_thread) = (self.running.clone(), outbox.clone());
        let sending = move || {
            of_thread.run(&session, key);
            drop(running);
        };
        thread::Builder::new().name("actor-send".into()).spawn(sending)?;
        Ok(outbox)
    }

    /// Waits until all threads have ended, for at most `limit`.
    pub(super) fn join(self, limit: Duration) {
        drop(self.running);
        // Always an error: either all threads have dropped their senders, or the limit has passed.
        let _ = self.ended.recv_timeout(limit);
    }
}
