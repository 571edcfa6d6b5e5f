//! `concurrent`. Which handlers overlap, which inputs wait for them, and how they end.

use actor_core::future::join_all;
use actor_core::prelude::*;
use actor_core::supervision::{Child, Supervisor};
use futures_lite::future::{poll_once, yield_now};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::{Gate, Mark, Tally};

#[derive(Clone, Default)]
struct Seen {
    entered: Tally,
    stopped: Tally,
    lives: Tally,
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Seen {
    /// Returns the log for a member of a pool, whose running reads are counted separately.
    fn for_member(&self) -> Self {
        Seen { now: Arc::default(), most: Arc::default(), ..self.clone() }
    }

    fn note(&self, what: impl Into<String>) {
        self.log.lock().unwrap().push(what.into());
    }

    fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

/// Reads overlap, writes do not.
#[actor(max_concurrent = 3, capacity = 32)]
struct Shelf {
    value: u32,
    seen: Seen,
}

#[actor]
impl Shelf {
    #[message(concurrent)]
    async fn read(&self, number: u32, gate: Gate) -> u32 {
        self.seen.note(format!("read {number}"));
        self.seen.entered.add();
        let now = self.seen.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.seen.most.fetch_max(now, Ordering::SeqCst);
        gate.pass().await;
        self.seen.now.fetch_sub(1, Ordering::SeqCst);
        self.value
    }

    #[message(concurrent, when = self.value >= *_least)]
    async fn read_when(&self, _least: u32) -> u32 {
        yield_now().await;
        self.value
    }

    #[message(concurrent, when = self.value >= *_least)]
    async fn hold_when(&self, _least: u32, gate: Gate) {
        self.seen.entered.add();
        gate.pass().await;
    }

    #[message(concurrent)]
    async fn fail(&self, gate: Gate) {
        self.seen.entered.add();
        gate.pass().await;
        panic!("planned");
    }

    #[message(concurrent)]
    async fn hold(&self, _mark: Mark, gate: Gate) {
        self.seen.entered.add();
        gate.pass().await;
    }

    #[message(concurrent)]
    async fn ask_other(&self, number: u32, context: &Context<Self>) -> Result<u32, CallError> {
        let gate = Gate::new();
        gate.open();
        context.address().read(number, gate).await
    }

    #[message(concurrent)]
    async fn leave(&self, context: &Context<Self>) {
        context.stop();
    }

    #[message(concurrent)]
    async fn leave_later(&self, gate: Gate, context: &Context<Self>) {
        self.seen.entered.add();
        gate.pass().await;
        context.stop();
    }

    #[message(concurrent)]
    async fn remind(&self, tally: Tally, context: &Context<Self>) {
        context.after(Duration::ZERO, move |me| me.tick(tally.clone())).detach();
        std::future::pending().await
    }

    #[message(concurrent)]
    async fn tick(&self, tally: Tally) {
        tally.add();
    }

    fn write(&mut self, value: u32) {
        assert_eq!(self.seen.now.load(Ordering::SeqCst), 0, "nobody reads meanwhile");
        self.seen.note(format!("write {value}"));
        self.value = value;
    }

    #[message(when = self.value >= *least)]
    fn write_when(&mut self, least: u32) {
        assert_eq!(self.seen.now.load(Ordering::SeqCst), 0, "nobody reads meanwhile");
        self.value = least;
    }

    #[message(priority)]
    async fn urgent(&mut self) {
        self.seen.note("urgent");
    }

    #[on_start]
    fn begin(&mut self) {
        self.seen.lives.add();
    }

    #[on_stop]
    fn end(&mut self, _exit: &Exit) {
        assert_eq!(self.seen.now.load(Ordering::SeqCst), 0, "nobody reads meanwhile");
        self.seen.stopped.add();
    }
}

fn shelf() -> (Seen, ShelfAddr) {
    let seen = Seen::default();
    (seen.clone(), Shelf { value: 0, seen }.spawn())
}

fn open() -> Gate {
    let gate = Gate::new();
    gate.open();
    gate
}

/// Starts this many reads that are held at `gate`, each in a task.
fn reads(
    shelf: &ShelfAddr,
    numbers: std::ops::Range<u32>,
    gate: &Gate,
) -> Vec<impl Future<Output = Result<u32, CallError>> + use<>> {
    let read = |number| actor_core::spawn_task(shelf.read(number, gate.clone()).into_owned());
    numbers.map(read).collect()
}

pub fn reads_overlap(system: &System) {
    system.block_on(async {
        let (seen, shelf) = shelf();
        let gate = Gate::new();
        let all = reads(&shelf, 0..3, &gate);
        // All of them are at work while none has finished.
        seen.entered.reaches(3).await;
        gate.open();
        assert!(join_all(all).await.iter().all(|answer| *answer == Ok(0)));
        assert_eq!(seen.most.load(Ordering::SeqCst), 3);
    });
}

pub fn the_number_of_overlapping_handlers_is_limited_and_the_rest_stay_queued(system: &System) {
    system.block_on(async {
        let (seen, shelf) = shelf();
        let gate = Gate::new();
        let all = reads(&shelf, 0..10, &gate);
        seen.entered.reaches(3).await;
        while shelf.len() != 7 {
            yield_now().await;
        }
        assert_eq!(seen.entered.count(), 3);
        gate.open();
        assert!(join_all(all).await.iter().all(|answer| *answer == Ok(0)));
        assert_eq!(seen.most.load(Ordering::SeqCst), 3);
        let started: Vec<String> = (0..10).map(|number| format!("read {number}")).collect();
        // They start in the order in which they came; the tasks may have come in any.
        assert_eq!(seen.log().len(), started.len());
    });
}

pub fn a_write_waits_for_the_reads_and_is_not_starved_by_them(system: &System) {
    system.block_on(async {
        let (seen, shelf) = shelf();
        let gate = Gate::new();
        shelf.read(0, gate.clone()).send().await.unwrap();
        seen.entered.reaches(1).await;
        shelf.write(1).send().await.unwrap();
        (2..12).for_each(|number| shelf.read(number, open()).try_send().unwrap());
        // The write is at the head: no later read starts before it.
        for _ in 0..20 {
            yield_now().await;
        }
        assert_eq!((seen.entered.count(), shelf.len()), (1, 11));
        gate.open();
        assert_eq!(shelf.read(12, open()).await, Ok(1));
        assert_eq!(seen.log()[..2], ["read 0", "write 1"]);
        assert_eq!(seen.log().len(), 13);
    });
}

pub fn a_read_starts_alongside_pending_ones(system: &System) {
    system.block_on(async {
        let (seen, shelf) = shelf();
        let gate = Gate::new();
        shelf.read(0, gate.clone()).send().await.unwrap();
        seen.entered.reaches(1).await;
        // One read arrives while the actor is parked; another one is requested by its own handler.
        assert_eq!(shelf.read(1, open()).await, Ok(0));
        assert_eq!(shelf.ask_other(2).await, Ok(Ok(0)));
        gate.open();
    });
}

pub fn deferred_reads_overlap(system: &System) {
    system.block_on(async {
        let (seen, shelf) = shelf();
        let gate = Gate::new();
        for _ in 0..2 {
            shelf.hold_when(1, gate.clone()).send().await.unwrap();
        }
        shelf.write(1).await.unwrap();
        seen.entered.reaches(2).await;
        gate.open();
    });
}

pub fn a_panic_lets_the_others_finish_and_then_fails_the_life(system: &System) {
    system.block_on(async {
        let (seen, shelf) = shelf();
        let (first, second) = (Gate::new(), Gate::new());
        let all = reads(&shelf, 0..1, &first);
        let fails = actor_core::spawn_task(shelf.fail(second.clone()).into_owned());
        seen.entered.reaches(2).await;
        let mut behind = shelf.write(1);
        assert!(poll_once(&mut behind).await.is_none());
        second.open();
        let Err(CallError::Panicked(failure)) = fails.await else { panic!("it has panicked") };
        assert_eq!((failure.message(), failure.handler()), ("planned", "fail"));
        assert_eq!(seen.stopped.count(), 0);
        assert!(shelf.is_alive());
        first.open();
        assert!(join_all(all).await.iter().all(|answer| *answer == Ok(0)));
        assert_eq!(behind.await, Err(CallError::Stopped));
        let Exit::Failed(failure) = shelf.join().await else { panic!("it has failed") };
        assert_eq!(failure.message(), "planned");
        assert_eq!(seen.stopped.count(), 1);
    });
}

pub fn after_a_panic_the_next_life_goes_on_with_the_queue(system: &System) {
    system.block_on(async {
        let seen = Seen::default();
        let supervisor = Supervisor::one_for_one().spawn();
        let make = seen.clone();
        let child = Child::new("shelf", move || Shelf { value: 7, seen: make.clone() });
        let shelf = supervisor.start(child);
        let gate = Gate::new();
        let all = reads(&shelf, 0..2, &gate);
        seen.entered.reaches(2).await;
        assert!(matches!(shelf.fail(open()).await, Err(CallError::Panicked(_))));
        let behind = reads(&shelf, 2..9, &open());
        while shelf.len() != 7 {
            yield_now().await;
        }
        assert_eq!(seen.lives.count(), 1);
        gate.open();
        assert!(join_all(all).await.iter().all(|answer| *answer == Ok(7)));
        assert!(join_all(behind).await.iter().all(|answer| *answer == Ok(7)));
        assert_eq!(seen.lives.count(), 2);
        supervisor.stop();
        supervisor.join().await;
    });
}

pub fn stop_waits_for_running_handlers(system: &System) {
    system.block_on(async {
        let (seen, shelf) = shelf();
        let gate = Gate::new();
        let all = reads(&shelf, 0..5, &gate);
        seen.entered.reaches(3).await;
        while shelf.len() != 2 {
            yield_now().await;
        }
        shelf.stop();
        assert_eq!(shelf.read(9, open()).await, Err(CallError::Stopped));
        for _ in 0..20 {
            yield_now().await;
        }
        assert!(shelf.is_alive());
        assert_eq!(seen.stopped.count(), 0);
        gate.open();
        // Queued messages are handled, too.
        assert!(join_all(all).await.iter().all(|answer| *answer == Ok(0)));
        assert_eq!(shelf.join().await, Exit::Stopped);
        assert_eq!(seen.stopped.count(), 1);
    });
}

pub fn a_stop_during_handlers_waits_for_them(system: &System) {
    system.block_on(async {
        let (seen, shelf) = shelf();
        let gate = Gate::new();
        let all = reads(&shelf, 0..2, &gate);
        seen.entered.reaches(2).await;
        shelf.stop();
        gate.open();
        assert!(join_all(all).await.iter().all(|answer| *answer == Ok(0)));
        assert_eq!(shelf.join().await, Exit::Stopped);
    });
}

pub fn kill_drops_all_running_handlers(system: &System) {
    system.block_on(async {
        let (seen, shelf) = shelf();
        let (gate, dropped) = (Gate::new(), Tally::default());
        let hold = || actor_core::spawn_task(shelf.hold(dropped.mark(), gate.clone()).into_owned());
        let all = [hold(), hold()];
        seen.entered.reaches(2).await;
        let mut behind = shelf.write(1);
        assert!(poll_once(&mut behind).await.is_none());
        shelf.kill();
        assert_eq!(shelf.join().await, Exit::Killed);
        assert!(join_all(all).await.iter().all(|answer| *answer == Err(CallError::Killed)));
        assert_eq!(behind.await, Err(CallError::Stopped));
        assert_eq!((dropped.count(), seen.stopped.count()), (2, 0));
    });
}

pub fn the_last_address_dropped_does_not_end_running_handlers(system: &System) {
    system.block_on(async {
        let (seen, shelf) = shelf();
        let (gate, dropped) = (Gate::new(), Tally::default());
        let weak = shelf.downgrade();
        shelf.hold(dropped.mark(), gate.clone()).send().await.unwrap();
        seen.entered.reaches(1).await;
        drop(shelf);
        for _ in 0..20 {
            yield_now().await;
        }
        assert_eq!((dropped.count(), weak.is_alive()), (0, true));
        let mut end = weak.join();
        assert!(poll_once(&mut end).await.is_none());
        gate.open();
        assert_eq!(end.await, Exit::Stopped);
        assert_eq!((dropped.count(), seen.stopped.count()), (1, 1));
    });
}

pub fn a_last_message_waits_for_running_handlers(system: &System) {
    system.block_on(async {
        let (seen, shelf) = shelf();
        let gate = Gate::new();
        let all = reads(&shelf, 0..1, &gate);
        seen.entered.reaches(1).await;
        shelf.leave().await.unwrap();
        assert_eq!(seen.stopped.count(), 0);
        gate.open();
        assert!(join_all(all).await.iter().all(|answer| *answer == Ok(0)));
        assert_eq!(shelf.join().await, Exit::Stopped);
    });
}

pub fn a_priority_write_is_next_and_waits_for_running_handlers(system: &System) {
    system.block_on(async {
        let (seen, shelf) = shelf();
        let gate = Gate::new();
        shelf.read(0, gate.clone()).send().await.unwrap();
        seen.entered.reaches(1).await;
        shelf.urgent().try_send().unwrap();
        shelf.read(1, open()).try_send().unwrap();
        for _ in 0..20 {
            yield_now().await;
        }
        gate.open();
        shelf.write(5).await.unwrap();
        assert_eq!(seen.log(), ["read 0", "urgent", "read 1", "write 5"]);
    });
}

pub fn a_concurrent_tick_starts_alongside_others(system: &System) {
    system.block_on(async {
        let (_seen, shelf) = shelf();
        let tally = Tally::default();
        // It never ends on its own, and the messages of its timer are handled anyway.
        let reminds = actor_core::spawn_task(shelf.remind(tally.clone()).into_owned());
        tally.reaches(1).await;
        shelf.kill();
        assert_eq!(reminds.await, Err(CallError::Killed));
    });
}

pub fn guards_and_concurrency_go_together(system: &System) {
    system.block_on(async {
        let (seen, shelf) = shelf();
        let (mut low, mut high, mut write) =
            (shelf.read_when(3), shelf.read_when(9), shelf.write_when(2));
        assert!(poll_once(&mut low).await.is_none());
        assert!(poll_once(&mut high).await.is_none());
        assert!(poll_once(&mut write).await.is_none());
        let gate = Gate::new();
        let all = reads(&shelf, 0..1, &gate);
        seen.entered.reaches(1).await;
        let mut change = shelf.write(5);
        assert!(poll_once(&mut change).await.is_none());
        gate.open();
        assert_eq!(change.await, Ok(()));
        // Both may continue: the older one first, then the one that needs exclusive access to the
        // state.
        assert_eq!(low.await, Ok(5));
        assert_eq!(write.await, Ok(()));
        assert!(join_all(all).await.iter().all(|answer| *answer == Ok(0)));
        shelf.stop();
        assert_eq!(high.await, Err(CallError::Stopped));
    });
}

pub fn members_of_a_pool_overlap_and_leave_writes_to_others(system: &System) {
    system.block_on(async {
        let seen = Seen::default();
        let make = seen.clone();
        let pool = Shelf::pool(2, move || Shelf { value: 3, seen: make.for_member() });
        let gate = Gate::new();
        let all = reads(&pool, 0..6, &gate);
        seen.entered.reaches(6).await;
        gate.open();
        assert!(join_all(all).await.iter().all(|answer| *answer == Ok(3)));
        // One member reads, and the other one writes.
        let gate = Gate::new();
        let (dropped, before) = (Tally::default(), seen.entered.count());
        pool.hold(dropped.mark(), gate.clone()).send().await.unwrap();
        seen.entered.reaches(before + 1).await;
        pool.write(4).await.unwrap();
        gate.open();
        dropped.reaches(1).await;
        pool.stop();
        assert_eq!(pool.join().await, Exit::Stopped);
    });
}

pub fn a_member_in_excess_passes_its_message_on_while_its_handler_runs(system: &System) {
    system.block_on(async {
        for _ in 0..20 {
            let (seen, open) = (Seen::default(), Gate::new());
            open.open();
            let make = seen.clone();
            let pool = Shelf::pool(2, move || Shelf { value: 3, seen: make.for_member() });
            for number in 0..20 {
                assert_eq!(pool.read(number, open.clone()).await, Ok(3));
            }
            let (gate, before) = (Gate::new(), seen.entered.count());
            let held = actor_core::spawn_task(pool.read(20, gate.clone()).into_owned());
            seen.entered.reaches(before + 1).await;
            for _ in 0..5 {
                yield_now().await;
            }
            // The member whose handler runs is woken for this message, and may be the one in excess.
            let mut call = pool.read(21, open);
            let early = poll_once(&mut call).await;
            assert_eq!(Addr::resize(&pool, 1), Ok(()));
            let answer = match early {
                Some(answer) => answer,
                None => call.await,
            };
            assert_eq!(answer, Ok(3));
            gate.open();
            assert_eq!(held.await, Ok(3));
            pool.stop();
            assert_eq!(pool.join().await, Exit::Stopped);
        }
    });
}

/// Lets a member that has looked for a message become idle.
async fn yield_often() {
    for _ in 0..20 {
        yield_now().await;
    }
}

pub fn a_member_that_waits_for_its_handlers_gets_no_message_while_another_is_idle(system: &System) {
    system.block_on(async {
        let (seen, open) = (Seen::default(), Gate::new());
        open.open();
        let make = seen.clone();
        let pool = Shelf::pool(2, move || Shelf { value: 3, seen: make.for_member() });
        for number in 0..20 {
            assert_eq!(pool.read(number, open.clone()).await, Ok(3));
        }
        let (gate, leaves, before) = (Gate::new(), Gate::new(), seen.entered.count());
        let held = actor_core::spawn_task(pool.read(20, gate.clone()).into_owned());
        seen.entered.reaches(before + 1).await;
        yield_often().await;
        // The member that became idle last takes this message too.
        let left = actor_core::spawn_task(pool.leave_later(leaves.clone()).into_owned());
        seen.entered.reaches(before + 2).await;
        yield_often().await;
        leaves.open();
        assert_eq!(left.await, Ok(()));
        // Its other handler keeps it from ending.
        for number in 0..3 {
            assert_eq!(pool.read(number, open.clone()).await, Ok(3));
        }
        gate.open();
        assert_eq!(held.await, Ok(3));
        pool.stop();
        assert_eq!(pool.join().await, Exit::Stopped);
    });
}

/// An actor that stays on its thread, and a generic one.
#[actor(local)]
struct Local<T: 'static> {
    value: std::rc::Rc<T>,
    running: std::cell::Cell<usize>,
}

#[actor(local)]
impl<T: Clone + Send + 'static> Local<T> {
    #[message(concurrent)]
    async fn read(&self, entered: Tally, gate: Gate) -> (T, usize) {
        self.running.set(self.running.get() + 1);
        entered.add();
        gate.pass().await;
        ((*self.value).clone(), self.running.get())
    }
}

#[test]
fn local_and_generic_actors_overlap() {
    System::current_thread().block_on(async {
        let running = std::cell::Cell::new(0);
        let local = Local { value: std::rc::Rc::new("a"), running }.spawn();
        let (entered, gate) = (Tally::default(), Gate::new());
        let first = actor_core::spawn_task(local.read(entered.clone(), gate.clone()).into_owned());
        let second = actor_core::spawn_task(local.read(entered.clone(), gate.clone()).into_owned());
        entered.reaches(2).await;
        gate.open();
        assert_eq!((first.await, second.await), (Ok(("a", 2)), Ok(("a", 2))));
    });
}

/// Many callers with random waits; each write sees no reader.
pub fn reads_and_writes_in_a_storm(system: &System) {
    system.block_on(async {
        let (seen, shelf) = shelf();
        let one = |task: u32| {
            let shelf = shelf.clone();
            actor_core::spawn_task(async move {
                for round in 0..100 {
                    if (round * 7 + task).is_multiple_of(5) {
                        shelf.write(round).await.unwrap();
                    } else {
                        let gate = Gate::new();
                        let other = gate.clone();
                        let opens = actor_core::spawn_task(async move {
                            yield_now().await;
                            other.open();
                        });
                        shelf.read(round, gate).await.unwrap();
                        opens.await;
                    }
                }
            })
        };
        join_all((0..8).map(one)).await;
        assert!(seen.most.load(Ordering::SeqCst) <= 3);
        assert_eq!(seen.log().len(), 800);
    });
}

/// Many handlers at once.
#[actor(max_concurrent = 1000, unbounded)]
struct Crowd {
    entered: Tally,
    polls: Tally,
    dropped: Tally,
}

#[actor]
impl Crowd {
    #[message(concurrent, abort)]
    async fn wait(&self, gate: Gate) {
        let _dropped = self.dropped.mark();
        self.entered.add();
        let mut pass = std::pin::pin!(gate.pass());
        std::future::poll_fn(|cx| {
            self.polls.add();
            pass.as_mut().poll(cx)
        })
        .await;
    }
}

fn crowd() -> (Tally, Tally, Tally, CrowdAddr) {
    let (entered, polls, dropped) = (Tally::default(), Tally::default(), Tally::default());
    let crowd =
        Crowd { entered: entered.clone(), polls: polls.clone(), dropped: dropped.clone() }.spawn();
    (entered, polls, dropped, crowd)
}

pub fn a_wake_up_polls_only_its_handler(system: &System) {
    const HANDLERS: usize = 500;
    system.block_on(async {
        let (entered, polls, _, crowd) = crowd();
        let gates: Vec<Gate> = (0..HANDLERS).map(|_| Gate::new()).collect();
        let call = |gate: &Gate| actor_core::spawn_task(crowd.wait(gate.clone()).into_owned());
        let calls: Vec<_> = gates.iter().map(call).collect();
        entered.reaches(HANDLERS).await;
        for (gate, call) in gates.iter().zip(calls) {
            gate.open();
            assert_eq!(call.await, Ok(()));
        }
        // When it starts, perhaps once more with the waker of the actor, and when its gate opens.
        assert!(polls.count() <= 3 * HANDLERS, "{} polls", polls.count());
    });
}

pub fn each_of_many_handlers_ends_when_its_caller_leaves_or_its_deadline_passes(system: &System) {
    system.block_on(async {
        let (entered, _, dropped, crowd) = crowd();
        let gate = Gate::new();
        let left: Vec<_> = (0..50)
            .map(|_| actor_core::spawn_task(crowd.wait(gate.clone()).into_owned()))
            .collect();
        entered.reaches(50).await;
        let limited = (0..50).map(|number| {
            let limit = Duration::from_millis(20 + number % 7);
            crowd.wait(gate.clone()).timeout(limit)
        });
        let answers = join_all(limited).await;
        assert!(answers.iter().all(|answer| *answer == Err(CallError::Timeout { started: true })));
        dropped.reaches(50).await;
        for (number, call) in left.into_iter().enumerate() {
            drop(call);
            dropped.reaches(51 + number).await;
        }
        assert_eq!(entered.count(), 100);
        // The handlers have left no trace: the actor handles the next message.
        gate.open();
        assert_eq!(crowd.wait(gate).await, Ok(()));
    });
}

pub fn a_kill_drops_each_of_many_handlers(system: &System) {
    system.block_on(async {
        let (entered, _, dropped, crowd) = crowd();
        let gate = Gate::new();
        let call = |_| actor_core::spawn_task(crowd.wait(gate.clone()).into_owned());
        let calls: Vec<_> = (0..100).map(call).collect();
        entered.reaches(100).await;
        crowd.kill();
        for call in calls {
            assert_eq!(call.await, Err(CallError::Killed));
        }
        assert_eq!((crowd.join().await, dropped.count()), (Exit::Killed, 100));
    });
}

pub fn a_kill_drops_the_handlers_although_an_input_waits_for_them(system: &System) {
    system.block_on(async {
        let (seen, shelf) = shelf();
        let gate = Gate::new();
        // As many as may run at once.
        let running = reads(&shelf, 0..3, &gate);
        seen.entered.reaches(3).await;
        shelf.write(1).send().await.unwrap();
        shelf.kill();
        for read in running {
            assert_eq!(read.await, Err(CallError::Killed));
        }
        assert_eq!(shelf.join().await, Exit::Killed);

        let (seen, shelf) = self::shelf();
        let running = reads(&shelf, 0..2, &gate);
        seen.entered.reaches(2).await;
        // The write has been taken out of the mailbox, and waits for the reads.
        shelf.write(1).send().await.unwrap();
        while shelf.len() != 1 {
            yield_now().await;
        }
        yield_often().await;
        shelf.kill();
        for read in running {
            assert_eq!(read.await, Err(CallError::Killed));
        }
        assert_eq!((shelf.join().await, seen.log().len()), (Exit::Killed, 2));
    });
}
