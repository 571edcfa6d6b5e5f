//! A failure that a handler asks for: its caller gets the return value, then the life fails.

use actor_core::future::{join_all, zip};
use actor_core::prelude::*;
use actor_core::supervision::{Child, Restart, Supervisor};
use std::fmt;
use tests::probe::{Diary, settle};
use tests::{Gate, Tally};

/// Fails at a given point.
#[actor]
struct Worker {
    diary: Diary,
    lives: Tally,
    fails: &'static str,
}

#[actor]
trait Job: Send {
    fn sync_job(&mut self, context: &Context<Self>) -> u8;
    async fn async_job(&mut self, context: &Context<Self>) -> u8;
}

impl Worker {
    fn new(diary: &Diary, fails: &'static str) -> Self {
        Worker { diary: diary.clone(), lives: Tally::default(), fails }
    }

    fn may_fail(&self, place: &'static str, context: &Context<Self>) {
        if self.fails == place {
            context.fail(place);
        }
    }
}

#[actor]
impl Worker {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        self.lives.add();
        self.may_fail("on_start", context);
    }

    #[on_stop]
    fn end(&mut self, exit: &Exit, context: &Context<Self>) {
        self.diary.note(format!("on_stop {}", reason(exit)));
        self.may_fail("on_stop", context);
    }

    #[on_exit]
    fn gone(&mut self, _id: ActorId, _exit: Exit, context: &Context<Self>) {
        self.may_fail("on_exit", context);
    }

    fn fail(&mut self, context: &Context<Self>) -> u8 {
        context.fail(format_args!("code {}", 7));
        7
    }

    async fn fail_early(&mut self, arrived: Gate, gate: Gate, context: &Context<Self>) -> u8 {
        context.fail("early");
        arrived.open();
        gate.pass().await;
        self.diary.note("went on");
        8
    }

    fn fail_twice(&mut self, context: &Context<Self>) {
        context.fail("first");
        context.fail("second");
    }

    fn stop_and_fail(&mut self, context: &Context<Self>) {
        context.stop();
        context.fail("after a stop");
    }

    fn fail_and_panic(&mut self, context: &Context<Self>) {
        context.fail("asked for");
        panic!("the panic");
    }

    fn fail_with_a_panic(&mut self, context: &Context<Self>) {
        context.fail(Unprintable);
    }

    #[message(last)]
    fn take_and_fail(self, context: &Context<Self>) -> u8 {
        context.fail("the last message");
        9
    }

    fn link(&mut self, other: WorkerAddr, context: &Context<Self>) {
        context.link(&other);
    }

    #[message(concurrent)]
    async fn read(&self, entered: Tally, gate: Gate, fails: bool, context: &Context<Self>) -> bool {
        entered.add();
        gate.pass().await;
        if fails {
            context.fail("a read");
        }
        fails
    }

    fn ping(&self) {}
}

#[actor]
impl Job for Worker {
    fn sync_job(&mut self, context: &Context<Self>) -> u8 {
        context.fail("sync_job");
        1
    }

    async fn async_job(&mut self, context: &Context<Self>) -> u8 {
        futures_lite::future::yield_now().await;
        context.fail("async_job");
        2
    }
}

struct Unprintable;

impl fmt::Display for Unprintable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("not printable");
    }
}

/// All its own handlers are sync: one of a protocol that is async borrows its state.
#[actor]
struct Simple;

#[actor]
impl Simple {
    fn fail(&self, context: &Context<Self>) -> u8 {
        context.fail("simple");
        3
    }
}

#[actor]
impl Job for Simple {
    fn sync_job(&mut self, context: &Context<Self>) -> u8 {
        context.fail("sync_job");
        1
    }

    async fn async_job(&mut self, context: &Context<Self>) -> u8 {
        futures_lite::future::yield_now().await;
        context.fail("async_job");
        2
    }
}

fn reason(exit: &Exit) -> String {
    match exit {
        Exit::Failed(failure) => format!("{:?}: {}", failure.kind(), failure.message()),
        exit => exit.to_string(),
    }
}

pub fn the_caller_gets_the_return_value_and_then_the_life_fails(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let worker = Worker::new(&diary, "").spawn();
        let (answer, behind) = zip(worker.fail(), worker.ping()).await;
        assert_eq!((answer, behind), (Ok(7), Err(CallError::Stopped)));
        let Exit::Failed(failure) = worker.join().await else { panic!("it has failed") };
        assert_eq!((failure.kind(), failure.handler()), (FailureKind::Explicit, "fail"));
        assert_eq!((failure.message(), failure.actor()), ("code 7", &*worker.label()));
        assert!(failure.location().is_some_and(|place| place.file() == file!()));
        assert_eq!(diary.lines(), ["on_stop Explicit: code 7"]);
        // One without async handlers.
        let simple = Simple.spawn();
        assert_eq!(simple.fail().await, Ok(3));
        assert_eq!(reason(&simple.join().await), "Explicit: simple");
    });
}

pub fn an_async_handler_that_fails_goes_on_to_its_end(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let worker = Worker::new(&diary, "").spawn();
        let (arrived, gate) = (Gate::new(), Gate::new());
        let call = worker.fail_early(arrived.clone(), gate.clone());
        let open = async {
            arrived.pass().await;
            settle().await;
            assert!(worker.is_alive());
            gate.open();
        };
        let (answer, ()) = zip(call, open).await;
        assert_eq!(answer, Ok(8));
        assert_eq!(reason(&worker.join().await), "Explicit: early");
        assert_eq!(diary.lines(), ["went on", "on_stop Explicit: early"]);
    });
}

pub fn the_first_of_several_failures_is_the_reason(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let before = System::current().counters().suppressed_panics;
        let worker = Worker::new(&diary, "").spawn();
        assert_eq!(worker.fail_twice().await, Ok(()));
        assert_eq!(reason(&worker.join().await), "Explicit: first");
        assert_eq!(System::current().counters().suppressed_panics, before + 1);
        // After a panic, which ends the handler, the requested failure is reported, too.
        let worker = Worker::new(&diary, "").spawn();
        assert!(matches!(worker.fail_and_panic().await, Err(CallError::Panicked(_))));
        assert_eq!(reason(&worker.join().await), "Panic: the panic");
        assert_eq!(System::current().counters().suppressed_panics, before + 2);
    });
}

pub fn hooks_can_fail(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let worker = Worker::new(&diary, "on_start").spawn();
        let exit = worker.started().await.expect_err("it failed before it had started");
        assert_eq!(reason(&exit), "Explicit: on_start");
        assert_eq!(diary.lines(), Vec::<String>::new(), "what has not started is not stopped");

        let worker = Worker::new(&diary, "on_stop").spawn();
        worker.ping().await.unwrap();
        worker.stop();
        assert_eq!(reason(&worker.join().await), "Explicit: on_stop");

        let worker = Worker::new(&diary, "on_exit").spawn();
        let other = Worker::new(&Diary::default(), "").spawn();
        worker.link(other.clone()).await.unwrap();
        other.stop();
        assert_eq!(reason(&worker.join().await), "Explicit: on_exit");
    });
}

pub fn a_last_message_can_fail(system: &System) {
    system.block_on(async {
        let worker = Worker::new(&Diary::default(), "").spawn();
        assert_eq!(worker.take_and_fail().await, Ok(9));
        assert_eq!(reason(&worker.join().await), "Explicit: the last message");
    });
}

pub fn a_failure_ends_a_drain(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let worker = Worker::new(&diary, "").spawn();
        let (arrived, gate) = (Gate::new(), Gate::new());
        worker.fail_early(arrived.clone(), gate.clone()).send().await.unwrap();
        arrived.pass().await;
        let queued = actor_core::spawn_task(worker.ping().into_owned());
        while worker.len() < 1 {
            futures_lite::future::yield_now().await;
        }
        worker.stop();
        gate.open();
        assert_eq!(reason(&worker.join().await), "Explicit: early");
        assert_eq!(queued.await, Err(CallError::Stopped));

        let worker = Worker::new(&diary, "").spawn();
        let (answer, behind) = zip(worker.stop_and_fail(), worker.ping()).await;
        assert_eq!((answer, behind), (Ok(()), Err(CallError::Stopped)));
        assert_eq!(reason(&worker.join().await), "Explicit: after a stop");
    });
}

pub fn concurrent_handlers_finish_before_the_life_fails(system: &System) {
    system.block_on(async {
        let worker = Worker::new(&Diary::default(), "").spawn();
        let (entered, first, second) = (Tally::default(), Gate::new(), Gate::new());
        let one =
            actor_core::spawn_task(worker.read(entered.clone(), first.clone(), true).into_owned());
        let other = actor_core::spawn_task(
            worker.read(entered.clone(), second.clone(), false).into_owned(),
        );
        entered.reaches(2).await;
        first.open();
        assert_eq!(one.await, Ok(true));
        // No new one starts.
        let late =
            actor_core::spawn_task(worker.read(entered.clone(), Gate::new(), false).into_owned());
        settle().await;
        assert_eq!(entered.count(), 2);
        second.open();
        assert_eq!(other.await, Ok(false));
        assert_eq!(late.await, Err(CallError::Stopped));
        assert_eq!(reason(&worker.join().await), "Explicit: a read");
    });
}

pub fn handlers_of_a_protocol_can_fail(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let jobs: [fn(&Diary) -> JobAddr; 2] =
            [|diary| Worker::new(diary, "").spawn().into(), |_| Simple.spawn().into()];
        for job in jobs {
            let sync = job(&diary);
            assert_eq!(sync.sync_job().await, Ok(1));
            assert_eq!(reason(&sync.join().await), "Explicit: sync_job");
            let later = job(&diary);
            assert_eq!(later.async_job().await, Ok(2));
            assert_eq!(reason(&later.join().await), "Explicit: async_job");
        }
    });
}

pub fn a_supervisor_treats_a_handler_failure_like_a_panic(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().spawn();
        let child = |restart, lives: &Tally| {
            let lives = lives.clone();
            let make =
                move || Worker { lives: lives.clone(), ..Worker::new(&Diary::default(), "") };
            Child::new("worker", make).restart(restart)
        };
        let lives = Tally::default();
        let transient = supervisor.start(child(Restart::Transient, &lives));
        let (answer, behind) = zip(transient.fail(), transient.ping()).await;
        assert_eq!((answer, behind, lives.count()), (Ok(7), Ok(()), 2), "the queue goes on");
        // A request to one life does not apply to the next.
        assert_eq!((transient.ping().await, lives.count()), (Ok(()), 2));
        let temporary = supervisor.start(child(Restart::Temporary, &Tally::default()));
        assert_eq!(temporary.fail().await, Ok(7));
        assert_eq!(reason(&temporary.join().await), "Explicit: code 7");
        supervisor.stop();
        supervisor.join().await;
    });
}

pub fn a_member_of_a_pool_that_fails_is_replaced(system: &System) {
    system.block_on(async {
        let lives = Tally::default();
        let made = lives.clone();
        let make = move || Worker { lives: made.clone(), ..Worker::new(&Diary::default(), "") };
        let pool = Worker::pool(1, make);
        let (answer, behind) = zip(pool.fail(), pool.ping()).await;
        assert_eq!((answer, behind, lives.count()), (Ok(7), Ok(()), 2));
        let ends = join_all((0..9).map(|_| pool.fail())).await;
        assert!(ends.contains(&Err(CallError::Stopped)), "too many failures end the pool");
        let Exit::Failed(failure) = pool.join().await else { panic!("the pool has failed") };
        assert_eq!(failure.kind(), FailureKind::Intensity);
    });
}

pub fn a_failure_reaches_linked_actors(system: &System) {
    system.block_on(async {
        let worker = Worker::new(&Diary::default(), "on_exit").spawn();
        let other = Worker::new(&Diary::default(), "").spawn();
        worker.link(other.clone()).await.unwrap();
        assert_eq!(other.fail().await, Ok(7));
        assert_eq!(reason(&worker.join().await), "Explicit: on_exit");
    });
}

pub fn an_error_that_panics_when_printed_is_a_panic_of_the_handler(system: &System) {
    system.block_on(async {
        let worker = Worker::new(&Diary::default(), "").spawn();
        let Err(CallError::Panicked(failure)) = worker.fail_with_a_panic().await else {
            panic!("the handler panics")
        };
        assert_eq!((failure.kind(), failure.message()), (FailureKind::Panic, "not printable"));
    });
}

/// Stays on its thread.
#[actor(local)]
struct Local(std::rc::Rc<u8>);

#[actor(local)]
impl Local {
    async fn fail(&mut self, context: &Context<Self>) -> u8 {
        context.fail("local");
        *self.0
    }
}

pub fn a_local_actor_can_fail(system: &System) {
    system.block_on(async {
        let local = Local(std::rc::Rc::new(4)).spawn();
        assert_eq!(local.fail().await, Ok(4));
        assert_eq!(reason(&local.join().await), "Explicit: local");
    });
}
