//! Shutdown ends everything in order, joins the threads, and names the actors that did not end
//! in time.

use actor_core::future::join_all;
use actor_core::prelude::*;
use std::cell::RefCell;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};
use tests::probe::{Diary, Probe, step};
use tests::{Gate, Mark, Tally, guarded};

const SOON: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_secs(60);

thread_local! {
    /// Dropped, and counted, when the thread ends.
    static ENDS: RefCell<Option<Mark>> = const { RefCell::new(None) };
}

/// Works on any thread.
#[actor]
struct Worker;

#[actor]
impl Worker {
    /// Marks the thread; returns when as many threads as the barrier wants are marked.
    fn mark(&self, mark: Mark, all: Arc<Barrier>) {
        ENDS.set(Some(mark));
        all.wait();
    }

    /// Stays in user code until the gate is open; returns the name of the thread.
    fn stick(&self, arrived: async_channel::Sender<String>, gate: Gate) {
        let name = thread::current().name().unwrap_or_default().to_owned();
        arrived.try_send(name).expect("somebody waits for it");
        gate.pass_blocking();
    }

    async fn never(&self, arrived: Gate) {
        arrived.open();
        std::future::pending::<()>().await;
    }
}

/// Marks all `threads` workers of the system; the tally counts those whose thread has ended.
fn marked(system: &System, threads: usize) -> Tally {
    let (ended, all) = (Tally::default(), Arc::new(Barrier::new(threads)));
    system.block_on(async {
        let workers: Vec<_> = (0..threads).map(|_| Worker.spawn()).collect();
        let marks = workers.iter().map(|worker| worker.mark(ended.mark(), all.clone()));
        for answer in join_all(marks).await {
            assert_eq!(answer, Ok(()));
        }
    });
    ended
}

#[test]
fn shutdown_joins_every_worker_thread() {
    guarded("shutdown_joins_every_worker_thread", || {
        for threads in 1..=4 {
            let system = System::builder().threads(threads).build();
            let ended = marked(&system, threads);
            assert_eq!(ended.count(), 0);
            let report = system.block_on(system.shutdown(LONG));
            assert!(report.is_clean(), "{report}");
            assert_eq!(ended.count(), threads, "the threads have ended when it returns");
        }
    });
}

#[test]
fn shutdown_leaves_behind_and_names_a_thread_stuck_in_user_code() {
    guarded("shutdown_leaves_behind_and_names_a_thread_stuck_in_user_code", || {
        let system = System::builder().threads(3).name("crew").build();
        let ended = marked(&system, 3);
        let (arrived, arrives) = async_channel::bounded(1);
        let gate = Gate::new();
        let stuck = Worker.prepare().name("mule").on(&system).spawn();
        let name = system.block_on(async {
            stuck.stick(arrived, gate.clone()).send().await.unwrap();
            arrives.recv().await.unwrap()
        });
        let begun = Instant::now();
        let report = system.block_on(system.shutdown(SOON));
        // The limit, a second for killed actors, a second for the thread, and a wide margin.
        assert!(begun.elapsed() < Duration::from_secs(30));
        assert_eq!((report.killed, report.stuck), (vec!["mule".to_owned()], vec![name.clone()]));
        assert!(name.starts_with("crew-"), "{name}");
        assert_eq!(ended.count(), 2, "the others have ended");
        gate.open();
        // The thread ends on its own when it leaves user code; so does the actor.
        system.block_on(ended.reaches(3));
    });
}

pub fn a_report_names_the_actors_that_did_not_end_in_time(system: &System) {
    let (report, ends) = system.block_on(async {
        let fine = Worker.spawn();
        let late = Worker.prepare().name("late").spawn();
        let plain = Worker.spawn();
        let arrived = [Gate::new(), Gate::new()];
        late.never(arrived[0].clone()).send().await.unwrap();
        plain.never(arrived[1].clone()).send().await.unwrap();
        for arrived in &arrived {
            arrived.pass().await;
        }
        let report = system.shutdown(SOON).await;
        let ends = [fine.join().await, late.join().await, plain.join().await];
        assert_eq!(ends, [Exit::Stopped, Exit::Killed, Exit::Killed]);
        (report, plain.label())
    });
    let mut killed = report.killed.clone();
    killed.sort();
    let mut wanted = vec!["late".to_owned(), ends];
    wanted.sort();
    assert_eq!(killed, wanted);
    assert!(report.stuck.is_empty() && !report.is_clean());
    assert!(report.to_string().contains("late"), "{report}");
}

pub fn shutdown_drains_and_ends_trees_in_their_order(system: &System) {
    let diary = Diary::default();
    let report = system.block_on(async {
        let parent = Probe::new("p", &diary).spawn();
        let grow = step(|me, context| {
            context.spawn_child(Probe::new("1", &me.diary));
            context.spawn_child(Probe::new("2", &me.diary));
        });
        parent.run(grow).await.unwrap();
        let (arrived, gate) = (Gate::new(), Gate::new());
        parent.hold(arrived.clone(), gate.clone()).send().await.unwrap();
        arrived.pass().await;
        parent.note("queued").try_send().unwrap();
        parent.keep_alive();
        drop(parent);
        let (report, ()) =
            actor_core::future::zip(system.shutdown(LONG), async { gate.open() }).await;
        report
    });
    assert!(report.is_clean(), "{report}");
    diary.assert_order(&[
        "p: held",
        "p: queued",
        "2: on_stop stopped",
        "2: state dropped",
        "1: on_stop stopped",
        "1: state dropped",
        "p: on_stop stopped",
        "p: state dropped",
    ]);
}

pub fn after_shutdown_nothing_starts_and_nothing_panics(system: &System) {
    let diary = Diary::default();
    let old = Probe::new("old", &diary).spawn_on(system);
    let report = system.block_on(system.shutdown(LONG));
    assert!(report.is_clean(), "{report}");
    let new = Probe::new("new", &diary).spawn_on(system);
    for ended in [&old, &new] {
        assert!(!ended.is_alive());
        assert_eq!(system.block_on(ended.join()), Exit::Stopped);
        assert_eq!(system.block_on(ended.ping()), Err(CallError::Stopped));
        assert_eq!(ended.ping().try_send().unwrap_err().reason(), SendReason::Stopped);
        assert!(ended.downgrade().upgrade().is_none());
        ended.stop();
        ended.kill();
    }
    assert_eq!((diary.count("old: state dropped"), diary.count("new: state dropped")), (1, 1));
    assert_eq!(diary.count("new: on_stop stopped"), 0, "it was never alive");
    assert!(system.block_on(system.shutdown(LONG)).is_clean(), "twice is as good as once");
}

#[test]
fn dropping_the_last_handle_kills_the_actors_and_ends_the_threads() {
    guarded("dropping_the_last_handle_kills_the_actors_and_ends_the_threads", || {
        let system = System::builder().threads(2).build();
        let ended = marked(&system, 2);
        let (worker, arrived) = (Worker.spawn_on(&system), Gate::new());
        system.block_on(worker.never(arrived.clone()).send()).unwrap();
        arrived.pass_blocking();
        drop(system);
        let elsewhere = System::current_thread();
        assert_eq!(elsewhere.block_on(worker.join()), Exit::Killed);
        elsewhere.block_on(ended.reaches(2));
    });
}
