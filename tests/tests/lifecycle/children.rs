//! Children end before their parent, the last one started first.

use actor_core::Prepared;
use actor_core::incident::Incident;
use actor_core::prelude::*;
use actor_core::supervision::{Backoff, Child, Supervisor};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tests::probe::{Diary, Probe, ProbeAddr, settle, step};
use tests::{Gate, guarded};

async fn child(parent: &ProbeAddr, name: &'static str) -> ProbeAddr {
    let (give, given) = async_channel::bounded(1);
    let grow = step(move |me, context| {
        give.try_send(context.spawn_child(Probe::new(name, &me.diary))).unwrap();
    });
    parent.run(grow).await.unwrap();
    given.recv().await.unwrap()
}

async fn holding(actor: &ProbeAddr) -> Gate {
    let (arrived, gate) = (Gate::new(), Gate::new());
    actor.hold(arrived.clone(), gate.clone()).send().await.unwrap();
    arrived.pass().await;
    gate
}

pub fn children_end_one_after_another_each_allowed_to_finish(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let parent = Probe::new("p", &diary).spawn();
        let first = child(&parent, "1").await;
        let second = child(&parent, "2").await;
        let third = child(&parent, "3").await;
        let leaf = child(&second, "leaf").await;
        let gate = holding(&second).await;
        second.note("queued").try_send().unwrap();
        parent.stop();
        assert_eq!(third.join().await, Exit::Stopped);
        // Before it is stopped, a call would be accepted, and wait for the end of the handler.
        while second.downgrade().upgrade().is_some() {
            futures_lite::future::yield_now().await;
        }
        settle().await;
        // It is the turn of the second, which is in its handler: no other child has been stopped
        // yet.
        assert_eq!(second.ping().await, Err(CallError::Stopped));
        assert!(second.is_alive() && parent.is_alive());
        assert_eq!(first.ping().await, Ok(()));
        assert_eq!(leaf.ping().await, Ok(()));
        gate.open();
        assert_eq!(parent.join().await, Exit::Stopped);
        diary.assert_order(&[
            "3: on_stop stopped",
            "3: state dropped",
            "2: held",
            "2: queued",
            "leaf: on_stop stopped",
            "leaf: state dropped",
            "2: on_stop stopped",
            "2: state dropped",
            "1: on_stop stopped",
            "1: state dropped",
            "p: on_stop stopped",
            "p: state dropped",
        ]);
        assert_eq!(diary.count("p: told stopped"), 0, "it had ordered these ends");
        for child in [first, second, third, leaf] {
            assert_eq!(child.join().await, Exit::Stopped);
        }
    });
}

pub fn a_parent_is_notified_once_of_a_child_that_ends_by_itself(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let parent = Probe::new("p", &diary).spawn();
        for exit in ["stopped", "killed"] {
            let child = child(&parent, "c").await;
            if exit == "killed" {
                child.kill()
            } else {
                child.stop()
            }
            let line = format!("p: told {exit}");
            while diary.count(&line) == 0 {
                parent.ping().await.unwrap();
            }
        }
        settle().await;
        parent.ping().await.unwrap();
        assert_eq!((diary.count("p: told stopped"), diary.count("p: told killed")), (1, 1));
        assert!(parent.is_alive());
    });
}

/// A parent without `#[on_exit]`.
#[actor]
struct Deaf;

#[actor]
impl Deaf {
    fn grow(&self, context: &Context<Self>) -> ProbeAddr {
        context.spawn_child(Probe::new("c", &Diary::default()))
    }
}

#[test]
fn a_parent_without_a_hook_goes_on_and_the_failure_is_reported() {
    let name = "a_parent_without_a_hook_goes_on_and_the_failure_is_reported";
    guarded(name, report_of_a_child);
}

fn report_of_a_child() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let hook = move |incident: &Incident| log.lock().unwrap().push(incident.clone());
    let system = System::builder().threads(1).on_incident(hook).build();
    system.block_on(async {
        let parent = Deaf.spawn();
        let child = parent.grow().await.unwrap();
        let id = child.id();
        child.run(step(|_, _| panic!("planned"))).send().await.unwrap();
        // It is not joined: a joiner would be an observer.
        while child.is_alive() {
            futures_lite::future::yield_now().await;
        }
        parent.grow().await.unwrap();
        let reported = loop {
            let incidents = seen.lock().unwrap().clone();
            match incidents.first() {
                Some(Incident::UnobservedFailure { failure }) => break failure.clone(),
                Some(other) => panic!("{other}"),
                None => futures_lite::future::yield_now().await,
            }
        };
        assert_eq!((reported.id(), reported.message()), (id, "planned"));
        assert!(parent.is_alive());
    });
    assert!(system.block_on(system.shutdown(Duration::from_secs(10))).is_clean());
    assert_eq!(seen.lock().unwrap().len(), 1);
}

pub fn a_child_that_does_not_stop_in_its_time_is_killed(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let parent = Probe::new("p", &diary).spawn();
        let stuck = child(&parent, "stuck").await;
        let other = child(&parent, "other").await;
        let _never_opened = holding(&stuck).await;
        let begun = actor_core::time::now();
        parent.stop();
        assert_eq!(other.join().await, Exit::Stopped);
        assert_eq!(stuck.join().await, Exit::Killed);
        assert!(actor_core::time::now() - begun >= Duration::from_secs(5), "that is its time");
        assert_eq!(parent.join().await, Exit::Stopped);
        diary.assert_order(&["stuck: state dropped", "p: on_stop stopped", "p: state dropped"]);
    });
}

pub fn a_kill_kills_the_children_last_first(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let parent = Probe::new("p", &diary).spawn();
        let first = child(&parent, "1").await;
        let second = child(&parent, "2").await;
        let _never_opened = [holding(&first).await, holding(&second).await];
        parent.kill();
        for actor in [&parent, &first, &second] {
            assert_eq!(actor.join().await, Exit::Killed);
        }
        let wanted = [
            "2: handler over",
            "2: state dropped",
            "1: handler over",
            "1: state dropped",
            "p: state dropped",
        ];
        assert_eq!(diary.lines(), wanted);
    });
}

pub fn a_failure_stops_the_children(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let parent = Probe::new("p", &diary).spawn();
        let first = child(&parent, "1").await;
        let second = child(&parent, "2").await;
        let gate = holding(&second).await;
        parent.run(step(|_, _| panic!("planned"))).send().await.unwrap();
        settle().await;
        assert!(parent.is_alive() && second.is_alive() && first.ping().await.is_ok());
        gate.open();
        assert!(matches!(parent.join().await, Exit::Failed(_)));
        diary.assert_order(&[
            "2: held",
            "2: on_stop stopped",
            "2: state dropped",
            "1: on_stop stopped",
            "1: state dropped",
            "p: on_stop planned",
            "p: state dropped",
        ]);
    });
}

pub fn a_kill_while_children_end_kills_the_remaining_ones(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let parent = Probe::new("p", &diary).spawn();
        let first = child(&parent, "1").await;
        let second = child(&parent, "2").await;
        let _never_opened = [holding(&first).await, holding(&second).await];
        parent.stop();
        // Its second child is being stopped: the parent is in the middle of its end.
        while second.ping().if_room().timeout(Duration::from_millis(1)).await
            != Err(CallError::Stopped)
        {}
        parent.kill();
        for actor in [&second, &first, &parent] {
            assert_eq!(actor.join().await, Exit::Killed);
        }
        assert_eq!(diary.count("p: on_stop stopped") + diary.count("p: on_stop killed"), 0);
        diary.assert_order(&["2: state dropped", "1: state dropped", "p: state dropped"]);
    });
}

/// Starts a child when it is stopped.
#[actor]
struct Late {
    diary: Diary,
}

#[actor]
impl Late {
    #[on_stop]
    fn stopped(&mut self, _exit: &Exit, context: &Context<Self>) {
        context.spawn_child(Probe::new("c", &self.diary));
    }
}

impl Drop for Late {
    fn drop(&mut self) {
        self.diary.note("parent dropped");
    }
}

pub fn a_child_started_in_on_stop_ends_before_its_parent_too(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let late = Late { diary: diary.clone() }.spawn();
        late.stop();
        assert_eq!(late.join().await, Exit::Stopped);
        diary.assert_order(&["c: on_stop stopped", "c: state dropped", "parent dropped"]);
    });
}

/// Prepares a child that it does not spawn itself.
#[actor]
struct Planner {
    diary: Diary,
    /// Spawned when the state is dropped.
    last: Option<Prepared<Probe>>,
}

#[actor]
impl Planner {
    fn plan(&self, context: &Context<Self>) -> Prepared<Probe> {
        Probe::new("c", &self.diary).prepare().child_of(context)
    }

    fn keep(&mut self, context: &Context<Self>) {
        self.last = Some(self.plan(context));
    }

    fn fail(&self, context: &Context<Self>) {
        context.fail("planned");
    }
}

impl Drop for Planner {
    fn drop(&mut self) {
        if let Some(last) = self.last.take() {
            last.spawn();
        }
        self.diary.note("parent dropped");
    }
}

pub fn a_child_of_a_parent_that_has_ended_never_starts(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let planner = Planner { diary: diary.clone(), last: None }.spawn();
        let prepared = planner.plan().await.unwrap();
        planner.stop();
        assert_eq!(planner.join().await, Exit::Stopped);
        let child = prepared.spawn();
        assert_eq!(child.join().await, Exit::Stopped);
        assert_eq!(child.ping().await, Err(CallError::Stopped));
        diary.assert_order(&["parent dropped", "c: state dropped"]);
    });
}

pub fn a_child_spawned_by_the_drop_of_a_state_ends_before_the_exit_of_its_parent(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let planner = Planner { diary: diary.clone(), last: None }.spawn();
        planner.keep().await.unwrap();
        planner.stop();
        assert_eq!(planner.join().await, Exit::Stopped);
        assert_eq!(diary.lines(), ["parent dropped", "c: on_stop stopped", "c: state dropped"]);
    });
}

pub fn a_child_spawned_between_two_lives_of_its_parent_never_starts(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let backoff = Backoff::exponential(Duration::from_secs(3600), Duration::from_secs(3600));
        let supervisor = Supervisor::one_for_one().backoff(backoff).spawn();
        let lives = diary.clone();
        let planner =
            supervisor.start(Child::new("p", move || Planner { diary: lives.clone(), last: None }));
        let prepared = planner.plan().await.unwrap();
        planner.fail().await.unwrap();
        while supervisor.children().await.unwrap()[0].is_running {
            actor_core::time::sleep(Duration::from_millis(1)).await;
        }
        let child = prepared.spawn();
        assert_eq!(child.join().await, Exit::Stopped);
        assert_eq!(diary.count("c: state dropped"), 1);
        planner.stop();
        assert_eq!(planner.join().await, Exit::Stopped);
        supervisor.stop();
        assert_eq!(supervisor.join().await, Exit::Stopped);
    });
}

/// Fails when it is told to, or at its end.
#[actor]
struct Fragile {
    is_brittle: bool,
}

#[actor]
impl Fragile {
    fn fail(&self) {
        panic!("planned");
    }

    #[on_stop]
    fn end(&self, _exit: &Exit) {
        assert!(!self.is_brittle, "planned");
    }
}

#[actor]
struct Owner;

#[actor]
impl Owner {
    fn keep(&self, is_brittle: bool, context: &Context<Self>) -> FragileAddr {
        context.spawn_child(Fragile { is_brittle })
    }

    /// Holds up the notice of an exit.
    async fn hold(&self, entered: Gate, go: Gate) {
        entered.open();
        go.pass().await;
    }
}

pub fn the_failure_of_a_child_whose_parent_ends_is_reported(system: &System) {
    system.block_on(async {
        let reported = || system.counters().unobserved_failures;
        let owner = Owner.spawn();
        owner.keep(true).await.unwrap();
        owner.stop();
        assert_eq!(owner.join().await, Exit::Stopped);
        assert_eq!(reported(), 1, "in its `on_stop`");

        let (owner, entered, go) = (Owner.spawn(), Gate::new(), Gate::new());
        let child = owner.keep(false).await.unwrap();
        owner.hold(entered.clone(), go).send().await.unwrap();
        entered.pass().await;
        child.fail().send().await.unwrap();
        while child.is_alive() {
            actor_core::future::yield_now().await;
        }
        owner.kill();
        assert_eq!(owner.join().await, Exit::Killed);
        assert_eq!(reported(), 2, "before its parent was killed");

        // Each life of a supervised child is reported when it fails.
        let supervisor = Supervisor::one_for_one().spawn();
        let child = supervisor.start(Child::new("child", || Fragile { is_brittle: true }));
        child.started().await.unwrap();
        supervisor.stop();
        assert_eq!(supervisor.join().await, Exit::Stopped);
        assert_eq!((reported(), system.counters().restartable_failures), (2, 1));
    });
}
