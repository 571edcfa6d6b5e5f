//! The steps of the end, in order, for a stop, a failure and a kill.

use actor_core::prelude::*;
use std::time::Duration;
use tests::Gate;
use tests::probe::{Diary, Probe, ProbeAddr, settle, step};

/// An actor "a" with one of everything that has a place in the order of the end: two children, a
/// task, a stream, a timer, a monitor, a joiner. It is in a handler that waits for the gate.
struct Scene {
    diary: Diary,
    actor: ProbeAddr,
    gate: Gate,
    watcher: ProbeAddr,
    joined: async_channel::Receiver<Exit>,
    items: async_channel::Sender<&'static str>,
}

async fn scene() -> Scene {
    let diary = Diary::default();
    let actor = Probe::new("a", &diary).prepare().capacity(3).spawn();
    let (items, stream) = async_channel::unbounded();
    let set_up = step(|me, context| {
        context.spawn_child(Probe::new("c1", &me.diary));
        context.spawn_child(Probe::new("c2", &me.diary));
        let dropped = me.diary.on_drop("task dropped");
        let task = async move {
            let _dropped = dropped;
            std::future::pending::<()>().await;
        };
        context.spawn_task(task).detach();
        context.attach(stream, |me, item| me.note(item)).detach();
        context.every(Duration::from_millis(1), |me| me.note("tick")).detach();
    });
    actor.run(set_up).await.unwrap();

    let watcher = Probe::new("watcher", &diary).spawn();
    let target = actor.clone();
    let watch = step(move |_, context| {
        context.monitor(&target, |me, exit| me.gone(exit));
    });
    watcher.run(watch).await.unwrap();
    let (tell, joined) = async_channel::bounded(1);
    let (join, joins) = (actor.join(), diary.clone());
    let joiner = async move {
        let exit = join.await;
        joins.note("joined");
        tell.try_send(exit).unwrap();
    };
    actor_core::spawn_task(joiner).detach();

    let (arrived, gate) = (Gate::new(), Gate::new());
    actor.hold(arrived.clone(), gate.clone()).send().await.unwrap();
    arrived.pass().await;
    Scene { diary, actor, gate, watcher, joined, items }
}

impl Scene {
    /// Waits until all observers have been notified, and returns their notifications.
    async fn told(&self) -> Exit {
        let exit = self.joined.recv().await.unwrap();
        assert_eq!(self.actor.join().await, exit);
        let line = format!("watcher: gone {exit}");
        while self.diary.count(&line) == 0 {
            self.watcher.ping().await.unwrap();
        }
        self.diary.assert_order(&["a: state dropped", "joined"]);
        self.diary.assert_order(&["a: state dropped", &line]);
        exit
    }

    /// How many lines "tick" and "item" there are after `line`.
    fn brought_after(&self, line: &str) -> usize {
        let from = self.diary.place(line);
        let brought = |line: &&String| *line == "a: tick" || *line == "a: item";
        self.diary.lines()[from..].iter().filter(brought).count()
    }
}

pub fn the_steps_of_a_stop(system: &System) {
    system.block_on(async {
        let scene = scene().await;
        let actor = &scene.actor;
        actor.note("1").try_send().unwrap();
        actor.note("2").try_send().unwrap();
        let queued = actor_core::spawn_task(actor.ping().into_owned());
        while actor.len() < 3 {
            futures_lite::future::yield_now().await;
        }
        let sender = actor.clone();
        let waiting =
            actor_core::spawn_task(
                async move { sender.note("3").send().await.map_err(|e| e.reason()) },
            );
        settle().await;
        actor.stop();
        // Step 1.
        assert_eq!(waiting.await, Err(SendReason::Stopped));
        assert_eq!(actor.ping().await, Err(CallError::Stopped));
        assert!(actor.downgrade().upgrade().is_none());
        let _ = scene.items.try_send("item");
        settle().await;
        assert!(actor.is_alive());
        scene.gate.open();
        assert_eq!(queued.await, Ok(()));
        assert_eq!(scene.told().await, Exit::Stopped);
        scene.diary.assert_order(&[
            "a: held",
            "a: 1",
            "a: 2",
            "task dropped",
            "c2: on_stop stopped",
            "c2: state dropped",
            "c1: on_stop stopped",
            "c1: state dropped",
            "a: on_stop stopped",
            "a: state dropped",
        ]);
        assert_eq!(scene.brought_after("a: held"), 0, "timers and streams end first");
        assert_eq!(scene.diary.count("a: 3"), 0);
        assert!(scene.items.is_closed(), "the stream is gone");
    });
}

pub fn the_steps_of_a_failure(system: &System) {
    system.block_on(async {
        let scene = scene().await;
        let actor = &scene.actor;
        actor.run(step(|_, _| panic!("planned"))).try_send().unwrap();
        let queued = actor_core::spawn_task(actor.note("1").into_owned());
        while actor.len() < 2 {
            futures_lite::future::yield_now().await;
        }
        scene.gate.open();
        assert_eq!(queued.await, Err(CallError::Stopped));
        assert!(matches!(scene.told().await, Exit::Failed(_)));
        scene.diary.assert_order(&[
            "a: held",
            "task dropped",
            "c2: on_stop stopped",
            "c2: state dropped",
            "c1: on_stop stopped",
            "c1: state dropped",
            "a: on_stop planned",
            "a: state dropped",
        ]);
        assert_eq!(scene.diary.count("a: 1"), 0);
        assert!(scene.items.is_closed(), "the stream is gone");
    });
}

pub fn the_steps_of_a_kill(system: &System) {
    system.block_on(async {
        let scene = scene().await;
        let actor = &scene.actor;
        let queued = actor_core::spawn_task(actor.note("1").into_owned());
        while actor.len() < 1 {
            futures_lite::future::yield_now().await;
        }
        actor.kill();
        assert_eq!(queued.await, Err(CallError::Stopped));
        assert_eq!(scene.told().await, Exit::Killed);
        scene.diary.assert_order(&[
            "a: handler over",
            "task dropped",
            "c2: state dropped",
            "c1: state dropped",
            "a: state dropped",
        ]);
        assert_eq!(scene.brought_after("a: handler over"), 0);
        for line in ["a: held", "a: 1", "a: on_stop killed", "c1: on_stop stopped"] {
            assert_eq!(scene.diary.count(line), 0, "{line}");
        }
        assert!(scene.items.is_closed(), "the stream is gone");
    });
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "planned");
    }
}

pub fn a_panic_in_one_step_does_not_skip_the_next(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let actor = Probe::new("a", &diary).spawn();
        let (give, given) = async_channel::unbounded();
        let set_up = step(move |me, context| {
            me.kept.push(Box::new(Bomb));
            for name in ["c1", "c2"] {
                let mut child = Probe::new(name, &me.diary);
                child.kept.push(Box::new(Bomb));
                give.try_send(context.spawn_child(child)).unwrap();
            }
            let task = async {
                let _bomb = Bomb;
                std::future::pending::<()>().await;
            };
            context.spawn_task(task).detach();
            let bomb = Bomb;
            context
                .every(Duration::from_secs(3600), move |me| {
                    let _bomb = &bomb;
                    me.ping()
                })
                .detach();
        });
        actor.run(set_up).await.unwrap();
        settle().await;
        actor.stop();
        // The first step that fails turns a stop into a failure: here, dropping the task.
        let Exit::Failed(failure) = actor.join().await else { panic!("a drop panicked") };
        assert_eq!((failure.handler(), failure.message()), ("task", "planned"));
        for _ in 0..2 {
            let child: ProbeAddr = given.recv().await.unwrap();
            assert!(matches!(child.join().await, Exit::Failed(_)));
        }
        diary.assert_order(&[
            "c2: on_stop stopped",
            "c2: state dropped",
            "c1: on_stop stopped",
            "c1: state dropped",
            "a: on_stop planned",
            "a: state dropped",
        ]);
        settle().await;
    });
}
