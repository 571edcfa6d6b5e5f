//! A late link or monitor is notified immediately, and every end is reported once.

use actor_core::prelude::*;
use async_channel::Sender;

#[actor]
struct Victim;

#[actor]
impl Victim {
    fn fail(&self) {
        panic!("told to fail");
    }
}

/// Reports every exit it is notified of, and how.
#[actor]
struct Watcher {
    heard: Sender<(&'static str, ActorId, Exit)>,
}

#[actor]
impl Watcher {
    fn monitor(&mut self, victim: VictimAddr, context: &Context<Self>) {
        let id = victim.id();
        context.monitor(&victim, move |me, exit| me.gone(id, exit));
    }

    fn link(&mut self, victim: VictimAddr, context: &Context<Self>) {
        context.link(&victim);
    }

    fn gone(&mut self, id: ActorId, exit: Exit) {
        self.heard.try_send(("monitor", id, exit)).unwrap();
    }

    #[on_exit]
    fn exited(&mut self, id: ActorId, exit: Exit) {
        self.heard.try_send(("link", id, exit)).unwrap();
    }
}

/// Has no `#[on_exit]`: it fails with those it is linked to.
#[actor]
struct Companion;

#[actor]
impl Companion {
    fn link(&mut self, victim: VictimAddr, context: &Context<Self>) {
        context.link(&victim);
    }

    fn ping(&self) {}
}

/// Three actors that have ended, one in each way.
async fn ended() -> Vec<(VictimAddr, Exit)> {
    let victims = [Victim.spawn(), Victim.spawn(), Victim.spawn()];
    victims[0].stop();
    assert!(victims[1].fail().await.is_err());
    victims[2].kill();
    let mut ended = vec![];
    for victim in victims {
        let exit = victim.join().await;
        ended.push((victim, exit));
    }
    assert!(matches!(
        [&ended[0].1, &ended[1].1, &ended[2].1],
        [Exit::Stopped, Exit::Failed(_), Exit::Killed]
    ));
    ended
}

pub fn a_monitor_after_the_end_is_notified_immediately_and_once(system: &System) {
    system.block_on(async {
        let (heard, hears) = async_channel::unbounded();
        let watcher = Watcher { heard }.spawn();
        for (victim, exit) in ended().await {
            watcher.monitor(victim.clone()).await.unwrap();
            assert_eq!(hears.recv().await, Ok(("monitor", victim.id(), exit)));
        }
        watcher.stop();
        assert_eq!(watcher.join().await, Exit::Stopped);
        assert!(hears.try_recv().is_err(), "an exit was told twice");
    });
}

pub fn a_link_after_the_end_is_notified_immediately_and_once(system: &System) {
    system.block_on(async {
        let (heard, hears) = async_channel::unbounded();
        let watcher = Watcher { heard }.spawn();
        for (victim, exit) in ended().await {
            watcher.link(victim.clone()).await.unwrap();
            assert_eq!(hears.recv().await, Ok(("link", victim.id(), exit)));
        }
        watcher.stop();
        assert_eq!(watcher.join().await, Exit::Stopped);
        assert!(hears.try_recv().is_err(), "an exit was told twice");
    });
}

pub fn a_link_after_the_end_fails_an_actor_without_the_hook(system: &System) {
    system.block_on(async {
        for (victim, exit) in ended().await {
            let companion = Companion.spawn();
            companion.link(victim.clone()).await.unwrap();
            if exit.is_normal() {
                assert_eq!(companion.ping().await, Ok(()), "a normal end is no failure");
                continue;
            }
            let Exit::Failed(failure) = companion.join().await else {
                panic!("it outlived the one it was linked to");
            };
            assert_eq!(failure.kind(), FailureKind::Linked);
            assert_eq!(failure.cause(), Some(&exit));
        }
    });
}

/// Has children that fail at once.
#[actor]
struct Mother {
    told: Sender<(ActorId, Exit)>,
}

#[actor]
impl Mother {
    fn bear(&mut self, how: Fate, context: &Context<Self>) -> ActorId {
        context.spawn_child(Child { how }).id()
    }

    #[on_exit]
    fn exited(&mut self, id: ActorId, exit: Exit) {
        self.told.try_send((id, exit)).unwrap();
    }
}

#[derive(Clone, Copy)]
enum Fate {
    Panics,
    Refuses,
    Stops,
    PanicsLater,
}

#[actor]
struct Child {
    how: Fate,
}

#[actor]
impl Child {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) -> Result<(), String> {
        match self.how {
            Fate::Panics => panic!("stillborn"),
            Fate::Refuses => return Err("stillborn".into()),
            Fate::Stops => context.stop(),
            Fate::PanicsLater => context.address().fail().try_send().unwrap(),
        }
        Ok(())
    }

    fn fail(&self) {
        panic!("stillborn");
    }
}

pub fn a_parent_is_notified_once_of_a_child_that_fails_immediately(system: &System) {
    system.block_on(async {
        let (told, tells) = async_channel::unbounded();
        let mother = Mother { told }.spawn();
        let fates = [Fate::Panics, Fate::Refuses, Fate::Stops, Fate::PanicsLater];
        for how in fates.into_iter().cycle().take(200) {
            let child = mother.bear(how).await.unwrap();
            let (id, exit) = tells.recv().await.unwrap();
            assert_eq!(id, child);
            match how {
                Fate::Stops => assert_eq!(exit, Exit::Stopped),
                _ => assert!(matches!(&exit, Exit::Failed(why) if why.message() == "stillborn")),
            }
        }
        mother.stop();
        assert_eq!(mother.join().await, Exit::Stopped);
        assert!(tells.try_recv().is_err(), "an end was told twice");
    });
}
