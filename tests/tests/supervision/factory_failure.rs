//! Factories and first hooks that fail: each is a failed life like any other.

use crate::support::{child, patient, planned, stop, until};
use actor_core::prelude::*;
use actor_core::supervision::{Backoff, Child, Supervisor};
use std::time::Duration;
use tests::probe::{Diary, Probe, settle};
use tests::{Gate, Tally};

pub fn a_factory_that_fails_is_tried_again_and_the_queue_waits(system: &System) {
    system.block_on(async {
        let (diary, tries) = (Diary::default(), Tally::default());
        let backoff = Backoff::exponential(Duration::from_millis(2), Duration::from_millis(4));
        let supervisor = Supervisor::one_for_one().backoff(backoff).spawn();
        let (lives, counted) = (diary.clone(), tries.clone());
        let connecting = Child::with("db", move |_me| {
            counted.add();
            let (try_number, diary) = (counted.count(), lives.clone());
            async move {
                futures_lite::future::yield_now().await;
                if try_number < 4 { Err("no route to host") } else { Ok(Probe::new("db", &diary)) }
            }
        });
        let db = supervisor.start(connecting);
        assert_eq!(db.note("queued").await, Ok(()));
        assert_eq!(db.started().await, Ok(()));
        assert_eq!((tries.count(), diary.count("db: queued")), (4, 1));
        assert_eq!(supervisor.children().await.unwrap()[0].restarts, 3);
        stop(&supervisor).await;
        assert_eq!((diary.count("db: on_stop stopped"), diary.count("db: state dropped")), (1, 1));
    });
}

pub fn a_factory_that_panics_is_a_failed_life(system: &System) {
    system.block_on(async {
        for place in ["closure", "future", "sync"] {
            let tries = Tally::default();
            let supervisor = Supervisor::one_for_one().spawn();
            let counted = tries.clone();
            let probe = if place == "sync" {
                supervisor.start(Child::new("p", move || {
                    counted.add();
                    if counted.count() < 3 {
                        planned();
                    }
                    Probe::new("p", &Diary::default())
                }))
            } else {
                supervisor.start(Child::with("p", move |_me| {
                    counted.add();
                    let try_number = counted.count();
                    if place == "closure" && try_number < 3 {
                        planned();
                    }
                    async move {
                        if try_number < 3 {
                            planned();
                        }
                        Ok::<_, String>(Probe::new("p", &Diary::default()))
                    }
                }))
            };
            assert_eq!(probe.ping().await, Ok(()), "{place}");
            assert_eq!(tries.count(), 3, "{place}");
            assert_eq!(supervisor.children().await.unwrap()[0].restarts, 2, "{place}");
            stop(&supervisor).await;
        }
    });
}

/// Starts at its third attempt.
#[actor]
struct Hesitant {
    tries: Tally,
}

#[actor]
impl Hesitant {
    #[on_start]
    async fn begin(&mut self) -> Result<(), String> {
        self.tries.add();
        futures_lite::future::yield_now().await;
        match self.tries.count() {
            1 => Err("not yet".into()),
            2 => planned(),
            _ => Ok(()),
        }
    }

    fn tries(&self) -> usize {
        self.tries.count()
    }

    #[on_stop]
    fn stopped(&mut self, _exit: &Exit) {
        assert!(self.tries.count() > 2, "it had never started");
    }
}

pub fn a_failed_on_start_is_tried_again(system: &System) {
    system.block_on(async {
        let tries = Tally::default();
        let supervisor = Supervisor::one_for_one().spawn();
        let hesitant = supervisor.start(Child::new("h", move || Hesitant { tries: tries.clone() }));
        assert_eq!(hesitant.tries().await, Ok(3));
        assert_eq!(supervisor.children().await.unwrap()[0].restarts, 2);
        stop(&supervisor).await;
    });
}

pub fn a_factory_that_never_succeeds_fails_the_supervisor(system: &System) {
    system.block_on(async {
        let tries = Tally::default();
        let supervisor = Supervisor::one_for_one().intensity(3, Duration::from_secs(600)).spawn();
        let counted = tries.clone();
        let hopeless: tests::probe::ProbeAddr =
            supervisor.start(Child::with("hopeless", move |_me| {
                counted.add();
                async { Err::<Probe, _>("no route to host") }
            }));
        assert_eq!(hopeless.ping().await, Err(CallError::Stopped));
        let Exit::Failed(failure) = supervisor.join().await else { panic!("it goes on") };
        assert_eq!(failure.kind(), FailureKind::Intensity);
        let Some(Exit::Failed(cause)) = failure.cause() else { panic!("{failure:?}") };
        assert_eq!((cause.kind(), cause.message()), (FailureKind::Start, "no route to host"));
        assert_eq!((cause.id(), cause.actor()), (hopeless.id(), "hopeless"));
        assert_eq!((tries.count(), &hopeless.join().await), (4, failure.cause().unwrap()));
        assert_eq!(hopeless.started().await.as_ref(), Err(failure.cause().unwrap()));
    });
}

pub fn a_kill_while_the_state_is_created_starts_over(system: &System) {
    system.block_on(async {
        let (tries, dropped, never) = (Tally::default(), Tally::default(), Gate::new());
        let supervisor = patient(Supervisor::one_for_one()).spawn();
        let (counted, marks, gate) = (tries.clone(), dropped.clone(), never.clone());
        let probe = supervisor.start(Child::with("p", move |_me| {
            counted.add();
            let (first, mark, gate) = (counted.count() == 1, marks.mark(), gate.clone());
            async move {
                let _mark = mark;
                if first {
                    gate.pass().await;
                }
                Ok::<_, String>(Probe::new("p", &Diary::default()))
            }
        }));
        tries.reaches(1).await;
        settle().await;
        probe.kill();
        assert_eq!(probe.ping().await, Ok(()));
        assert_eq!((tries.count(), dropped.count(), never.is_open()), (2, 2, false));
        until(&supervisor, |all| all[0].restarts == 1).await;
        stop(&supervisor).await;
    });
}

/// Knows itself.
#[actor]
struct Selfish {
    me: actor_core::WeakAddr<Selfish>,
}

#[actor]
impl Selfish {
    fn poison(&self) {
        planned();
    }

    fn me(&self) -> Option<SelfishAddr> {
        self.me.upgrade()
    }
}

pub fn a_factory_is_given_the_address_of_its_actor(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().child(child("other", &Diary::default())).spawn();
        let selfish = supervisor.start(Child::with("selfish", |me: SelfishAddr| async move {
            Ok::<_, String>(Selfish { me: me.downgrade() })
        }));
        for _ in 0..3 {
            assert_eq!(selfish.me().await, Ok(Some(selfish.clone())));
            assert!(selfish.poison().await.is_err());
        }
        let ids: Vec<_> = supervisor.children().await.unwrap().iter().map(|told| told.id).collect();
        assert_eq!(ids[1], selfish.id());
        stop(&supervisor).await;
    });
}

/// Panics when it is dropped for the first time.
#[actor]
struct Brittle {
    drops: Tally,
}

impl Drop for Brittle {
    fn drop(&mut self) {
        self.drops.add();
        if self.drops.count() == 1 {
            planned();
        }
    }
}

#[actor]
impl Brittle {
    fn ping(&self) {}
}

pub fn a_life_that_is_killed_before_it_takes_its_state_is_followed_by_another(system: &System) {
    system.block_on(async {
        let (tries, drops) = (Tally::default(), Tally::default());
        let supervisor = patient(Supervisor::one_for_one()).spawn();
        let (counted, dropped) = (tries.clone(), drops.clone());
        let brittle = supervisor.start(Child::with("brittle", move |me: BrittleAddr| {
            assert_eq!(dropped.count(), counted.count(), "the state of the life before is there");
            counted.add();
            let (is_first, drops) = (counted.count() == 1, dropped.clone());
            async move {
                if is_first {
                    me.kill();
                }
                Ok::<_, String>(Brittle { drops })
            }
        }));
        assert_eq!(brittle.ping().await, Ok(()));
        assert_eq!((tries.count(), drops.count()), (2, 1));
        stop(&supervisor).await;
        assert_eq!(drops.count(), 2);
    });
}
