//! Links: cycles, races with death, unlinking.

use actor_core::context::Link;
use actor_core::prelude::*;
use std::thread;
use tests::probe::{Diary, Probe, ProbeAddr, settle, step};
use tests::{Mark, Tally};

/// Has no `#[on_exit]`: it fails together with linked actors.
#[actor(unbounded)]
struct Node {
    links: Vec<Link>,
    _mark: Mark,
}

#[actor]
impl Node {
    fn tie(&mut self, other: NodeAddr, context: &Context<Self>) {
        self.links.push(context.link(&other));
    }

    fn untie(&mut self) {
        for link in self.links.drain(..) {
            link.cancel();
        }
    }

    fn ping(&self) {}

    fn fail(&self) {
        panic!("planned");
    }
}

fn node(dropped: &Tally) -> NodeAddr {
    Node { links: Vec::new(), _mark: dropped.mark() }.spawn()
}

pub fn a_failure_goes_round_a_cycle_of_links_once(system: &System) {
    system.block_on(async {
        for length in [2_usize, 3, 1000] {
            let dropped = Tally::default();
            let ring: Vec<_> = (0..length).map(|_| node(&dropped)).collect();
            for (node, next) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                node.tie(next.clone()).await.unwrap();
            }
            ring[0].fail().send().await.unwrap();
            let Exit::Failed(first) = ring[0].join().await else { panic!("it failed") };
            assert_eq!(first.kind(), FailureKind::Panic);
            for node in &ring[1..] {
                let Exit::Failed(failure) = node.join().await else { panic!("it is linked") };
                assert_eq!((failure.kind(), failure.id()), (FailureKind::Linked, node.id()));
                // As in Erlang, the reason is passed on unchanged: each exit names the first
                // failure.
                assert_eq!(failure.cause(), Some(&Exit::Failed(first.clone())));
            }
            assert_eq!(dropped.count(), length);
        }
    });
}

pub fn a_normal_end_of_a_linked_actor_is_ignored(system: &System) {
    system.block_on(async {
        let dropped = Tally::default();
        let ring: Vec<_> = (0..3).map(|_| node(&dropped)).collect();
        for (node, next) in ring.iter().zip(ring.iter().cycle().skip(1)) {
            node.tie(next.clone()).await.unwrap();
        }
        ring[0].stop();
        assert_eq!(ring[0].join().await, Exit::Stopped);
        settle().await;
        for node in &ring[1..] {
            assert_eq!(node.ping().await, Ok(()));
        }
        assert_eq!(dropped.count(), 1);
        // The other actors are still linked to each other.
        ring[1].kill();
        let Exit::Failed(failure) = ring[2].join().await else { panic!("it is linked") };
        assert_eq!((failure.kind(), failure.cause()), (FailureKind::Linked, Some(&Exit::Killed)));
    });
}

pub fn linking_an_ended_actor_fails_too_unless_it_was_stopped(system: &System) {
    system.block_on(async {
        let dropped = Tally::default();
        for (killed, fails) in [(true, true), (false, false)] {
            let (dead, node) = (node(&dropped), node(&dropped));
            if killed {
                dead.kill()
            } else {
                dead.stop()
            }
            let exit = dead.join().await;
            node.tie(dead).await.unwrap();
            if fails {
                let Exit::Failed(failure) = node.join().await else { panic!("it was killed") };
                assert_eq!(failure.cause(), Some(&exit));
            } else {
                assert_eq!(node.ping().await, Ok(()));
            }
        }
    });
}

pub fn a_link_to_oneself_does_no_harm(system: &System) {
    system.block_on(async {
        let dropped = Tally::default();
        let node = node(&dropped);
        node.tie(node.clone()).await.unwrap();
        assert_eq!(node.ping().await, Ok(()));
        node.kill();
        assert_eq!(node.join().await, Exit::Killed);
        assert_eq!(dropped.count(), 1);
    });
}

pub fn a_link_notifies_both_sides_once(system: &System) {
    system.block_on(async {
        for (near_dies, both_link) in [(false, false), (true, false), (false, true), (true, true)] {
            let (near, far) = (Diary::default(), Diary::default());
            let linker = Probe::new("near", &near).spawn();
            let target = Probe::new("far", &far).spawn();
            let other = target.clone();
            let link = step(move |_, context| {
                context.link(&other);
            });
            linker.run(link).await.unwrap();
            if both_link {
                let other = linker.clone();
                let link = step(move |_, context| {
                    context.link(&other);
                });
                target.run(link).await.unwrap();
            }
            let (dies, lives, told) =
                if near_dies { (linker, target, far) } else { (target, linker, near) };
            dies.kill();
            dies.join().await;
            while told.lines().is_empty() {
                lives.ping().await.unwrap();
            }
            settle().await;
            lives.ping().await.unwrap();
            assert_eq!(told.lines().len(), 1, "{:?}", told.lines());
            assert!(told.lines()[0].ends_with("told killed"));
        }
    });
}

pub fn an_unlinked_end_notifies_neither_side(system: &System) {
    system.block_on(async {
        for first_dies in [false, true] {
            let dropped = Tally::default();
            let (first, second) = (node(&dropped), node(&dropped));
            first.tie(second.clone()).await.unwrap();
            first.untie().await.unwrap();
            let (dies, lives) = if first_dies { (first, second) } else { (second, first) };
            dies.kill();
            dies.join().await;
            settle().await;
            assert_eq!(lives.ping().await, Ok(()));
        }
    });
}

pub fn a_link_made_again_is_the_same_link(system: &System) {
    system.block_on(async {
        for is_cancelled in [false, true] {
            let diary = Diary::default();
            let linker = Probe::new("l", &diary).spawn();
            let target = Probe::new("t", &Diary::default()).spawn();
            let other = target.clone();
            let link = step(move |_, context| {
                let handles = [context.link(&other), context.link(&other), context.link(&other)];
                if is_cancelled {
                    handles[1].cancel();
                }
            });
            linker.run(link).await.unwrap();
            target.kill();
            target.join().await;
            while !is_cancelled && diary.lines().is_empty() {
                linker.ping().await.unwrap();
            }
            settle().await;
            linker.ping().await.unwrap();
            assert_eq!(diary.lines().len(), usize::from(!is_cancelled), "{:?}", diary.lines());
        }
    });
}

/// Links, in rounds, a target that another thread kills at the same time.
fn race(system: &System, act: fn(&ProbeAddr, &ProbeAddr), allowed: &[usize]) {
    system.block_on(async {
        let diary = Diary::default();
        let linker = Probe::new("l", &diary).prepare().unbounded().spawn();
        for round in 0..200 {
            let before = diary.lines().len();
            let target = Probe::new("t", &Diary::default()).spawn();
            if round % 2 == 0 {
                target.ping().await.unwrap();
            }
            let killer = target.clone();
            let kills = thread::spawn(move || killer.kill());
            act(&linker, &target);
            target.join().await;
            kills.join().unwrap();
            linker.ping().await.unwrap();
            // An expected notice has already been posted, or is just being posted.
            while !allowed.contains(&0) && diary.lines().len() == before {
                linker.ping().await.unwrap();
            }
            settle().await;
            linker.ping().await.unwrap();
            let told = diary.lines().len() - before;
            assert!(allowed.contains(&told), "{told} notices in round {round}");
        }
    });
}

pub fn a_link_that_races_with_death_is_notified_once(system: &System) {
    let link = |linker: &ProbeAddr, target: &ProbeAddr| {
        let target = target.clone();
        let link = step(move |_, context| {
            context.link(&target);
        });
        linker.run(link).try_send().unwrap();
    };
    race(system, link, &[1]);
}

pub fn a_link_cancelled_immediately_that_races_with_death_is_never_notified(system: &System) {
    let link_and_cancel = |linker: &ProbeAddr, target: &ProbeAddr| {
        let target = target.clone();
        let link_and_cancel = step(move |_, context| context.link(&target).cancel());
        linker.run(link_and_cancel).try_send().unwrap();
    };
    race(system, link_and_cancel, &[0]);
}

pub fn an_unlink_that_races_with_death_is_notified_at_most_once(system: &System) {
    let link_then_cancel = |linker: &ProbeAddr, target: &ProbeAddr| {
        let target = target.clone();
        let link = step(move |me, context| me.kept.push(Box::new(context.link(&target))));
        let cancel = step(|me, _| {
            let link = me.kept.pop().and_then(|kept| kept.downcast::<Link>().ok());
            link.expect("the link is kept").cancel();
        });
        linker.run(link).try_send().unwrap();
        linker.run(cancel).try_send().unwrap();
    };
    race(system, link_then_cancel, &[0, 1]);
}

pub fn many_threads_end_one_actor_once(system: &System) {
    system.block_on(async {
        for _ in 0..50 {
            let dropped = Tally::default();
            let node = node(&dropped);
            let ends: Vec<_> = (0..4)
                .map(|number| {
                    let node = node.clone();
                    thread::spawn(move || if number % 2 == 0 { node.kill() } else { node.stop() })
                })
                .collect();
            let exit = node.join().await;
            assert!(matches!(exit, Exit::Killed | Exit::Stopped), "{exit}");
            ends.into_iter().for_each(|end| end.join().unwrap());
            assert_eq!((node.join().await, dropped.count()), (exit, 1));
        }
    });
}
