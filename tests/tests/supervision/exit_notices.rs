//! Joiners, monitors and links observe the single end of a supervised actor, but not its restarts.

use crate::support::{LONG, child, fail, patient, planned, stop, until};
use actor_core::context::Link;
use actor_core::prelude::*;
use actor_core::supervision::{Child, Restart, Supervisor};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tests::Tally;
use tests::probe::{Diary, Probe, ProbeAddr, settle, step};

pub fn joiners_monitors_and_links_notice_no_restart(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = patient(Supervisor::one_for_one()).spawn();
        let child = supervisor.start(child("c", &Diary::default()));
        let watcher = Probe::new("w", &diary).spawn();
        let target = child.clone();
        let watch = step(move |_, context| {
            context.monitor(&target, |me, exit| me.gone(exit));
            context.link(&target);
        });
        watcher.run(watch).await.unwrap();
        let joiner = actor_core::spawn_task(child.downgrade().join());
        for round in 0..10 {
            if round % 2 == 0 {
                fail(&child).await
            } else {
                child.kill()
            }
            // The kill may come before or after this.
            while supervisor.children().await.unwrap()[0].restarts <= round {}
            assert_eq!(child.started().await, Ok(()));
        }
        settle().await;
        watcher.ping().await.unwrap();
        assert!(!joiner.is_finished());
        assert_eq!(diary.lines(), [""; 0]);
        child.stop();
        assert_eq!(joiner.await, Exit::Stopped);
        while diary.lines().len() < 2 {
            watcher.ping().await.unwrap();
        }
        settle().await;
        let mut lines = diary.lines();
        lines.sort();
        assert_eq!(lines, ["w: gone stopped", "w: told stopped"]);
        stop(&supervisor).await;
    });
}

/// Links itself anew in each life.
#[actor]
struct Linker {
    other: ProbeAddr,
}

#[actor]
impl Linker {
    #[on_start]
    fn tie(&mut self, context: &Context<Self>) {
        context.link(&self.other);
    }

    fn fail(&self) {
        panic!("planned");
    }

    fn ping(&self) {}
}

pub fn a_link_that_each_life_creates_again_notifies_of_the_end_once(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let watcher = Probe::new("w", &diary).spawn();
        let supervisor = patient(Supervisor::one_for_one()).spawn();
        let other = watcher.clone();
        let make = move || Linker { other: other.clone() };
        let linker = supervisor.start(Child::new("linker", make));
        for _ in 0..5 {
            assert!(matches!(linker.fail().await, Err(CallError::Panicked(_))));
        }
        assert_eq!(linker.ping().await, Ok(()));
        assert_eq!(diary.lines(), [""; 0]);
        linker.stop();
        assert_eq!(linker.join().await, Exit::Stopped);
        while diary.lines().is_empty() {
            watcher.ping().await.unwrap();
        }
        settle().await;
        watcher.ping().await.unwrap();
        assert_eq!(diary.lines(), ["w: told stopped"]);
        stop(&supervisor).await;
    });
}

/// Keeps the links of all its lives.
#[actor]
struct Collector {
    other: ProbeAddr,
    links: Arc<Mutex<Vec<Link>>>,
}

#[actor]
impl Collector {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        self.links.lock().unwrap().push(context.link(&self.other));
    }

    fn ping(&self) {}

    fn fail(&self, context: &Context<Self>) {
        context.fail("planned");
    }
}

pub fn a_cancelled_link_of_an_earlier_life_leaves_the_link_of_the_next(system: &System) {
    system.block_on(async {
        let (diary, links) = (Diary::default(), Arc::new(Mutex::new(Vec::new())));
        let watcher = Probe::new("w", &diary).spawn();
        let supervisor = patient(Supervisor::one_for_one()).spawn();
        let (other, kept) = (watcher.clone(), Arc::clone(&links));
        let make = move || Collector { other: other.clone(), links: Arc::clone(&kept) };
        let collector = supervisor.start(Child::new("collector", make));
        collector.fail().await.unwrap();
        assert_eq!(collector.ping().await, Ok(()));
        let first = links.lock().unwrap().remove(0);
        first.cancel();
        collector.stop();
        assert_eq!(collector.join().await, Exit::Stopped);
        while diary.lines().is_empty() {
            watcher.ping().await.unwrap();
        }
        assert_eq!(diary.lines(), ["w: told stopped"]);
        stop(&supervisor).await;
    });
}

pub fn an_exit_notice_arrives_after_the_messages_of_all_lives(system: &System) {
    const LIVES: usize = 4;
    const EACH: usize = 20;
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = Supervisor::one_for_one().intensity(LIVES - 1, LONG).spawn();
        let child = supervisor.start(child("c", &Diary::default()));
        let watcher = Probe::new("w", &diary).prepare().unbounded().spawn();
        let target = child.clone();
        let watch = step(move |_, context| {
            context.monitor(&target, |me, exit| me.gone(exit));
        });
        watcher.run(watch).await.unwrap();
        for _ in 0..LIVES {
            let to = watcher.clone();
            let chat = step(move |_, _| {
                for _ in 0..EACH {
                    to.note("sent").try_send().unwrap();
                }
                planned();
            });
            child.run(chat).try_send().unwrap();
        }
        assert!(matches!(supervisor.join().await, Exit::Failed(_)));
        let gone = format!("w: gone {}", child.join().await);
        while diary.count(&gone) == 0 {
            watcher.ping().await.unwrap();
        }
        let lines = diary.lines();
        assert_eq!(diary.count("w: sent"), LIVES * EACH);
        assert_eq!(lines.iter().position(|line| *line == gone), Some(LIVES * EACH));
    });
}

/// Has no `#[on_exit]`: it fails when an actor that it is linked to fails.
#[actor]
struct Plain {
    lives: Tally,
}

#[actor]
impl Plain {
    #[on_start]
    fn begin(&mut self) {
        self.lives.add();
    }

    fn tie(&self, other: PlainAddr, context: &Context<Self>) {
        context.link(&other);
    }

    fn watch(&self, other: ProbeAddr, context: &Context<Self>) {
        context.link(&other);
    }

    fn ping(&self) {}
}

fn plain(lives: &Tally) -> Child<Plain> {
    let lives = lives.clone();
    Child::new("plain", move || Plain { lives: lives.clone() })
}

pub fn a_ring_of_links_between_children_ends_once(system: &System) {
    const SIZE: usize = 200;
    system.block_on(async {
        let lives = Tally::default();
        let supervisor = Supervisor::one_for_one().spawn();
        let ring: Vec<_> = (0..SIZE)
            .map(|_| supervisor.start(plain(&lives).restart(Restart::Temporary)))
            .collect();
        for (number, one) in ring.iter().enumerate() {
            one.tie(ring[(number + 1) % SIZE].clone()).await.unwrap();
        }
        ring[SIZE / 2].kill();
        for (number, one) in ring.iter().enumerate() {
            match one.join().await {
                Exit::Killed => assert_eq!(number, SIZE / 2),
                Exit::Failed(failure) => assert_eq!(failure.kind(), FailureKind::Linked),
                exit => panic!("{exit}"),
            }
        }
        // None of these ends is one for the supervisor to count.
        until(&supervisor, <[_]>::is_empty).await;
        assert_eq!(lives.count(), SIZE);
        stop(&supervisor).await;
    });
}

pub fn a_linked_failure_is_a_failure_of_the_life(system: &System) {
    system.block_on(async {
        let lives = Tally::default();
        let supervisor = Supervisor::one_for_one().spawn();
        let plain = supervisor.start(plain(&lives).restart(Restart::Transient));
        let outside = Probe::new("outside", &Diary::default()).spawn();
        plain.watch(outside.clone()).await.unwrap();
        outside.kill();
        lives.reaches(2).await;
        assert_eq!(plain.ping().await, Ok(()));
        // The link belonged to the first life: the second life does not know it.
        settle().await;
        assert_eq!((plain.ping().await, lives.count()), (Ok(()), 2));
        stop(&supervisor).await;
    });
}

pub fn links_that_race_with_restarts_and_the_end_are_notified_once(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = patient(Supervisor::one_for_one()).spawn();
        let linker = Probe::new("l", &diary).prepare().unbounded().spawn();
        for round in 1..=100 {
            let target = supervisor.start(child("c", &Diary::default()));
            target.ping().await.unwrap();
            let ender = target.clone();
            let ends = thread::spawn(move || {
                ender.kill();
                ender.stop();
            });
            let other = target.clone();
            let link = step(move |_, context| {
                context.link(&other);
            });
            linker.run(link).try_send().unwrap();
            let exit = target.join().await;
            assert!(matches!(exit, Exit::Killed | Exit::Stopped), "{exit}");
            ends.join().unwrap();
            while diary.lines().len() < round {
                linker.ping().timeout(Duration::from_secs(60)).await.unwrap();
            }
        }
        settle().await;
        linker.ping().await.unwrap();
        assert_eq!(diary.lines().len(), 100);
        stop(&supervisor).await;
    });
}
