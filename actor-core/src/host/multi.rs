//! Layer 1: the multi-thread host: worker threads, the injector they share, and their end. Which job
//! a worker runs next is in `worker`, how it sleeps in `idle`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_deque::Injector;

use super::bell::Bell;
use super::idle::{Idle, MOST};
use super::seat::{Seat, retried};
use super::{Entered, Host, Job, Timers, Turn, worker};
use crate::sync::atomic::{AtomicBool, Ordering, fence};
use crate::sync::{Arc, Condvar, Mutex, Weak};

/// A host that runs jobs on threads of its own. Its threads keep it alive until it is closed.
pub(crate) struct MultiThread {
    /// Jobs from outside of the workers, and after the end all that is left.
    pub(super) injector: Injector<Job>,
    pub(super) seats: Box<[Seat]>,
    pub(super) idle: Idle,
    closed: AtomicBool,
    threads: Mutex<Vec<WorkerThread>>,
    /// Told when a worker thread has ended.
    ended: Condvar,
    /// The bells of the threads in `drive`: once there are no workers, they look at the timers.
    drivers: Mutex<Vec<Arc<Bell>>>,
    this: Weak<MultiThread>,
}

struct WorkerThread {
    index: usize,
    name: String,
    /// Set when the thread will run nothing any more.
    ended: bool,
    handle: JoinHandle<()>,
}

impl MultiThread {
    /// Starts `threads` workers, at least one, whose threads are named `{name}-{number}`.
    pub(crate) fn start(threads: usize, name: &str) -> Arc<MultiThread> {
        let threads = threads.clamp(1, MOST);
        let (seats, ends): (Vec<_>, Vec<_>) = (0..threads).map(|_| Seat::new()).unzip();
        let host = Arc::new_cyclic(|this: &Weak<MultiThread>| {
            let host = this.clone();
            let timers = Timers::new(Instant::now(), move || {
                if let Some(host) = host.upgrade() {
                    host.idle.rouse_lookout();
                    host.rouse_drivers_if_closed();
                }
            });
            MultiThread {
                injector: Injector::new(),
                seats: seats.into(),
                idle: Idle::new(threads, timers),
                closed: AtomicBool::new(false),
                threads: Mutex::new(Vec::with_capacity(threads)),
                ended: Condvar::new(),
                drivers: Mutex::new(Vec::new()),
                this: this.clone(),
            }
        });
        // Held until all are there, so that a thread that ends finds itself.
        let mut started = host.threads.lock();
        for (index, ends) in ends.into_iter().enumerate() {
            let name = format!("{name}-{index}");
            let host = host.clone();
            let handle = thread::Builder::new()
                .name(name.clone())
                .spawn(move || {
                    worker::main(host.clone(), index, ends);
                    host.note_ended(index);
                })
                .expect("the operating system gives no thread for a worker");
            started.push(WorkerThread { index, name, ended: false, handle });
        }
        drop(started);
        host
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Drops what lies in the injector, one by one: a drop may schedule more, which is dropped in turn.
    pub(super) fn discard_left(&self) {
        while let Some(job) = retried(|| self.injector.steal()) {
            job.discard();
        }
    }

    /// Takes a job from outside of the workers. Not inlined: it would slow down the other way.
    #[inline(never)]
    fn inject(&self, job: Job) {
        self.injector.push(job);
        // The push before the look at who sleeps: see `Idle::lie_down`.
        fence(Ordering::SeqCst);
        self.idle.notify();
    }

    fn rouse_drivers_if_closed(&self) {
        if self.is_closed() {
            self.drivers.lock().iter().for_each(|bell| bell.rouse());
        }
    }

    fn note_ended(&self, index: usize) {
        let mut threads = self.threads.lock();
        threads.iter_mut().filter(|thread| thread.index == index).for_each(|it| it.ended = true);
        self.ended.notify_all();
    }

    /// Waits until all threads but that of worker `me` have ended, or for `grace`. Gives back the
    /// threads that have ended, and the names of the others.
    fn wait_for_threads(
        &self,
        me: Option<usize>,
        grace: Duration,
    ) -> (Vec<WorkerThread>, Vec<String>) {
        let begun = Instant::now();
        let mut threads = self.threads.lock();
        loop {
            let left = grace.saturating_sub(begun.elapsed());
            let awaited = |it: &WorkerThread| !it.ended && Some(it.index) != me;
            if left.is_zero() || !threads.iter().any(awaited) {
                let stuck = threads.iter().filter(|it| awaited(it)).map(|it| it.name.clone());
                let stuck = stuck.collect();
                return (threads.extract_if(.., |it| it.ended).collect(), stuck);
            }
            threads = self.ended.wait_timeout(threads, left);
        }
    }
}

impl Host for MultiThread {
    fn schedule(&self, job: Job, turn: Turn) {
        if let Err(job) = worker::push(std::ptr::from_ref(self).addr(), job, turn) {
            self.inject(job);
        }
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn timers(&self) -> &Timers {
        self.idle.timers()
    }

    fn drive(&self, mut future: Pin<&mut dyn Future<Output = ()>>) {
        let Some(this) = self.this.upgrade() else { return };
        let _entered = Entered::new(this);
        let driver = Driver::new(self);
        let waker = Waker::from(driver.bell.clone());
        let mut context = Context::from_waker(&waker);
        loop {
            if !driver.bell.take_woken() {
                driver.sleep();
            } else if future.as_mut().poll(&mut context).is_ready() {
                return;
            }
        }
    }

    fn is_own_thread(&self) -> bool {
        worker::index_in(self).is_some()
    }

    fn close(&self, grace: Duration) -> Vec<String> {
        self.closed.store(true, Ordering::SeqCst);
        self.idle.rouse_all();
        let me = worker::index_in(self);
        let (ended, stuck) = self.wait_for_threads(me, grace);
        for thread in ended {
            let _ = thread.handle.join();
        }
        self.rouse_drivers_if_closed();
        // What waits for the time is woken, so that it is among what is left and dropped. A worker
        // that closes its own host drops what is left when it ends itself.
        self.timers().wake_all();
        if me.is_none() {
            self.discard_left();
        }
        stuck
    }
}

/// A thread in `drive`.
struct Driver<'a> {
    host: &'a MultiThread,
    bell: Arc<Bell>,
}

impl Driver<'_> {
    fn new(host: &MultiThread) -> Driver<'_> {
        let bell = Bell::new();
        host.drivers.lock().push(bell.clone());
        Driver { host, bell }
    }

    /// Sleeps until the future is woken or, once the host is closed, until a timer is due.
    fn sleep(&self) {
        let timers = self.host.timers();
        let until = if self.host.is_closed() { timers.sleep_until(None) } else { None };
        self.bell.sleep(until, || false);
        if self.host.is_closed() {
            timers.fire(Instant::now());
        }
    }
}

impl Drop for Driver<'_> {
    fn drop(&mut self) {
        self.host.drivers.lock().retain(|bell| !Arc::ptr_eq(bell, &self.bell));
    }
}

impl Drop for MultiThread {
    fn drop(&mut self) {
        self.discard_left();
    }
}
