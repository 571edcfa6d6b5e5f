//! Worker threads inside user code, and worker threads that are never idle: promises that do not need them
//! still hold, and the work queued behind them continues on other threads.

use actor_core::prelude::*;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};
use tests::{Gate, guarded};

/// How late a check may be while a handler runs for seconds.
const LATE: Duration = Duration::from_millis(250);
const LONG: Duration = Duration::from_secs(60);

/// Holds its thread.
#[actor]
struct Blocker {
    echoes: Vec<EchoAddr>,
}

#[actor]
impl Blocker {
    /// Sends each echo a message, and then blocks until the gate is open.
    fn block(&self, arrived: Gate, gate: Gate, heard: async_channel::Sender<usize>) {
        for echo in &self.echoes {
            echo.tell(heard.clone()).try_send().unwrap();
        }
        drop(heard);
        arrived.open();
        gate.pass_blocking();
    }
}

#[actor]
struct Echo {
    number: usize,
}

#[actor]
impl Echo {
    fn say(&self, n: u32) -> u32 {
        n
    }

    fn tell(&self, heard: async_channel::Sender<usize>) {
        let _ = heard.try_send(self.number);
    }
}

/// Never answers.
#[actor]
struct Mute {
    replies: Vec<Reply<()>>,
}

#[actor]
impl Mute {
    fn ask(&mut self, reply: Reply<()>) {
        self.replies.push(reply);
    }
}

/// Sends a message when it is woken.
struct TellWaker(mpsc::Sender<()>);

impl Wake for TellWaker {
    fn wake(self: Arc<Self>) {
        let _ = self.0.send(());
    }
}

/// Always has a message to itself, which takes a millisecond.
#[actor(unbounded)]
struct Busy {
    over: Arc<AtomicBool>,
}

#[actor]
impl Busy {
    fn work(&self, context: &Context<Self>) {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(1) {
            std::hint::spin_loop();
        }
        if !self.over.load(Ordering::Relaxed) {
            let _ = context.address().work().try_send();
        }
    }
}

/// A system all of whose workers are inside user code until `held` is dropped, and an actor on it.
struct Blocked {
    system: System,
    echo: EchoAddr,
    held: Held,
}

/// Opens its gate when it is dropped.
struct Held(Gate);

impl Blocked {
    fn new(threads: usize) -> Blocked {
        let system = System::builder().threads(threads).name("crew").build();
        let (echo, gate) = (system.spawn(Echo { number: 0 }), Gate::new());
        assert_eq!(echo.say(1).wait(), Ok(1));
        for number in 0..threads {
            let blocker = Blocker { echoes: Vec::new() }.prepare().name(format!("mule-{number}"));
            block(&blocker.on(&system).spawn(), &gate);
        }
        Blocked { system, echo, held: Held(gate) }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.open();
    }
}

/// Blocks the thread of an actor until the gate is open. Returns the answers of its echoes.
fn block(blocker: &BlockerAddr, gate: &Gate) -> async_channel::Receiver<usize> {
    let (arrived, (heard, hears)) = (Gate::new(), async_channel::unbounded());
    blocker.block(arrived.clone(), gate.clone(), heard).try_send().unwrap();
    arrived.pass_blocking();
    hears
}

#[test]
fn a_timeout_ends_in_time_while_every_worker_is_blocked() {
    guarded("a_timeout_ends_in_time_while_every_worker_is_blocked", || {
        for threads in [1, 2] {
            let blocked = Blocked::new(threads);
            let limit = Duration::from_millis(100);
            let timeout = || {
                let begun = Instant::now();
                let answer = blocked.echo.say(1).timeout(limit).wait();
                assert_eq!(answer, Err(CallError::Timeout { started: false }));
                begun.elapsed()
            };
            let sleep = || {
                let begun = Instant::now();
                blocked.system.block_on(actor_core::time::sleep(limit));
                begun.elapsed()
            };
            for (what, took) in [("a timeout", median(timeout)), ("a sleep", median(sleep))] {
                assert!(took < limit + LATE, "{what} took {took:?} on {threads}");
            }
        }
    });
}

/// The worker on which a call was first polled is inside user code from then on. The caller is elsewhere.
#[test]
fn a_timeout_of_a_call_made_on_a_worker_ends_in_time_though_the_worker_is_blocked() {
    guarded("a_timeout_of_a_call_made_on_a_worker_ends_in_time", || {
        for (threads, others) in [(1, 0), (2, 0), (2, 1)] {
            let limit = Duration::from_millis(100);
            let timeout = || {
                let system = System::builder().threads(threads).build();
                let held = Held(Gate::new());
                for _ in 0..others {
                    block(&system.spawn(Blocker { echoes: Vec::new() }), &held.0);
                }
                let (mute, gate) = (system.spawn(Mute { replies: Vec::new() }), held.0.clone());
                let (sender, receiver) = mpsc::channel();
                let (woken, wakes) = mpsc::channel();
                let begun = Instant::now();
                let task = system.spawn_task(async move {
                    let mut call = mute.ask().timeout(limit).into_owned();
                    let waker = Waker::from(Arc::new(TellWaker(woken)));
                    assert!(
                        Pin::new(&mut call)
                            .poll(&mut std::task::Context::from_waker(&waker))
                            .is_pending()
                    );
                    sender.send(call).unwrap();
                    gate.pass_blocking();
                });
                let mut call = receiver.recv().unwrap();
                wakes.recv().unwrap();
                let took = begun.elapsed();
                let answer =
                    Pin::new(&mut call).poll(&mut std::task::Context::from_waker(Waker::noop()));
                assert!(
                    matches!(answer, Poll::Ready(Err(CallError::Timeout { .. }))),
                    "{answer:?}"
                );
                assert!(took >= limit, "not early");
                drop((held, task));
                took
            };
            let took = median(timeout);
            assert!(took < limit + LATE, "{took:?} on {threads}, of which {others} are busy");
        }
    });
}

#[test]
fn shutdown_ends_in_time_while_every_worker_is_blocked() {
    guarded("shutdown_ends_in_time_while_every_worker_is_blocked", || {
        for threads in [1, 2] {
            let blocked = Blocked::new(threads);
            let limit = Duration::from_millis(300);
            let begun = Instant::now();
            let mut report = blocked.system.block_on(blocked.system.shutdown(limit));
            // The limit, a second for killed actors and for the threads, and more on a loaded machine.
            let most = limit + Duration::from_secs(5);
            assert!(begun.elapsed() < most, "{:?} on {threads}", begun.elapsed());
            report.stuck.sort();
            let all: Vec<_> = (0..threads).map(|number| format!("crew-{number}")).collect();
            assert_eq!(report.stuck, all);
            for number in 0..threads {
                assert!(report.killed.contains(&format!("mule-{number}")), "{report}");
            }
        }
    });
}

#[test]
fn a_program_ends_while_every_worker_is_blocked() {
    guarded("a_program_ends_while_every_worker_is_blocked", || {
        let blocked = Blocked::new(2);
        let begun = Instant::now();
        blocked.system.run(async {});
        // Five seconds for the actors, one for the threads, and much more.
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    });
}

#[test]
fn actors_that_wait_behind_a_blocked_worker_are_ended_by_the_shutdown() {
    guarded("actors_that_wait_behind_a_blocked_worker_are_ended_by_the_shutdown", || {
        for threads in [1, 2] {
            let blocked = Blocked::new(threads);
            let (call, join) = (blocked.echo.clone(), blocked.echo.clone());
            let call = thread::spawn(move || call.say(1).wait());
            let join = thread::spawn(move || futures_lite::future::block_on(join.join()));
            while blocked.echo.len() == 0 {
                thread::yield_now();
            }
            let report = blocked.system.block_on(blocked.system.shutdown(LATE));
            assert_eq!(report.stuck.len(), threads);
            // The workers do not come back before all this is answered.
            assert_eq!(call.join().unwrap(), Err(CallError::Stopped));
            assert_eq!(join.join().unwrap(), Exit::Killed);
            assert!(!blocked.echo.is_alive());
            let late = blocked.echo.say(2).timeout(LONG).wait();
            assert_eq!(late, Err(CallError::Stopped));
        }
    });
}

#[test]
fn an_actor_whose_blocked_worker_comes_back_after_the_shutdown_ends() {
    guarded("an_actor_whose_blocked_worker_comes_back_after_the_shutdown_ends", || {
        let system = System::builder().threads(1).build();
        let (blocker, gate) = (system.spawn(Blocker { echoes: Vec::new() }), Gate::new());
        block(&blocker, &gate);
        let report = system.block_on(system.shutdown(Duration::from_millis(10)));
        assert_eq!(report.stuck.len(), 1);
        assert!(blocker.is_alive(), "its handler still runs");
        gate.open();
        assert_eq!(futures_lite::future::block_on(blocker.join()), Exit::Killed);
    });
}

#[test]
fn the_last_handle_dropped_while_every_worker_is_blocked_ends_the_other_actors() {
    guarded("the_last_handle_dropped_while_every_worker_is_blocked", || {
        let Blocked { system, echo, held } = Blocked::new(2);
        drop(system);
        assert_eq!(futures_lite::future::block_on(echo.join()), Exit::Killed);
        drop(held);
    });
}

#[test]
fn messages_sent_by_a_blocked_handler_are_handled_by_idle_and_by_busy_workers() {
    guarded("messages_sent_by_a_blocked_handler_are_handled", || {
        for busy in 0..3 {
            let system = System::builder().threads(2).build();
            let over = Arc::new(AtomicBool::new(false));
            for _ in 0..busy {
                let busy = system.spawn(Busy { over: over.clone() });
                busy.work().try_send().unwrap();
                busy.keep_alive();
            }
            let echoes = (0..8).map(|number| system.spawn(Echo { number })).collect();
            let (blocker, gate) = (system.spawn(Blocker { echoes }), Gate::new());
            let hears = block(&blocker, &gate);
            let mut heard: Vec<_> = (0..8).map(|_| hears.recv_blocking().unwrap()).collect();
            heard.sort_unstable();
            assert_eq!(heard, [0, 1, 2, 3, 4, 5, 6, 7]);
            over.store(true, Ordering::Relaxed);
            gate.open();
            assert!(system.block_on(system.shutdown(LONG)).is_clean());
        }
    });
}

#[test]
fn a_timeout_ends_in_time_despite_the_blocked_thread_of_a_current_thread_system() {
    guarded("a_timeout_ends_in_time_beside_a_blocked_current_thread", || {
        let system = System::current_thread();
        let (echo, gate) = (system.spawn(Echo { number: 0 }), Gate::new());
        let blocker = system.spawn(Blocker { echoes: Vec::new() });
        let (arrived, (heard, _hears)) = (Gate::new(), async_channel::unbounded());
        blocker.block(arrived.clone(), gate.clone(), heard).try_send().unwrap();
        let (limit, gate_opened) = (Duration::from_millis(100), gate.clone());
        let call = move || {
            let begun = Instant::now();
            let answer = echo.say(1).timeout(limit).wait();
            assert_eq!(answer, Err(CallError::Timeout { started: false }));
            begun.elapsed()
        };
        // The system does not run yet.
        let before = call.clone();
        let before = thread::spawn(move || median(before)).join().unwrap();
        let outside = thread::spawn(move || {
            arrived.pass_blocking();
            let during = median(call);
            gate.open();
            during
        });
        system.block_on(async {
            while !gate_opened.is_open() {
                actor_core::future::yield_now().await
            }
        });
        for took in [before, outside.join().unwrap()] {
            assert!(took < limit + LATE, "{took:?}");
        }
    });
}

#[test]
fn timers_calls_from_outside_and_kills_are_in_time_despite_workers_that_are_never_idle() {
    guarded("timers_calls_from_outside_and_kills_are_in_time", || {
        for threads in [1, 2] {
            let system = System::builder().threads(threads).build();
            let over = Arc::new(AtomicBool::new(false));
            for _ in 0..4 {
                let busy = system.spawn(Busy { over: over.clone() });
                busy.work().try_send().unwrap();
                busy.keep_alive();
            }
            let pause = Duration::from_millis(10);
            let (slept, sleeps) = async_channel::bounded(1);
            let task = system.spawn_task(async move {
                loop {
                    let begun = Instant::now();
                    actor_core::time::sleep(pause).await;
                    let _ = slept.send(begun.elapsed()).await;
                }
            });
            let sleep = || sleeps.recv_blocking().unwrap();
            let call = || {
                let begun = Instant::now();
                assert_eq!(system.spawn(Echo { number: 0 }).say(1).wait(), Ok(1));
                begun.elapsed()
            };
            let kill = || {
                let echo = system.spawn(Echo { number: 0 });
                assert_eq!(echo.say(1).wait(), Ok(1));
                let begun = Instant::now();
                echo.kill();
                futures_lite::future::block_on(echo.join());
                begun.elapsed()
            };
            for (what, took) in
                [("a sleep", median(sleep)), ("a call", median(call)), ("a kill", median(kill))]
            {
                assert!(took < pause + LATE, "{what} took {took:?} on {threads}");
            }
            drop(task);
            over.store(true, Ordering::Relaxed);
            assert!(system.block_on(system.shutdown(LONG)).is_clean());
        }
    });
}

/// The median of nine: a machine that is busy with other things may hold up some.
fn median(measure: impl Fn() -> Duration) -> Duration {
    let mut all: Vec<_> = (0..9).map(|_| measure()).collect();
    all.sort_unstable();
    all[4]
}
