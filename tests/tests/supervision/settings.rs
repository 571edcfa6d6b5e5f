//! Every setting has an effect. (Those of backoff and restart: `backoff.rs` and `strategy_table.rs`.)

use crate::support::{LONG, child, fail, stop, until};
use actor_core::prelude::*;
use actor_core::supervision::{Child, Restart, Supervisor};
use actor_core::time::{now, sleep};
use std::time::Duration;
use tests::Gate;
use tests::probe::{Diary, Probe, ProbeAddr, settle};

/// Lets the child fail until its supervisor does; returns how many failures were survived.
async fn survived(supervisor: Supervisor, most: usize) -> usize {
    let supervisor = supervisor.spawn();
    let child = supervisor.start(child("c", &Diary::default()));
    for survived in 0..most {
        fail(&child).await;
        // Either the next life answers, or there is none.
        if child.ping().await.is_err() {
            assert!(matches!(supervisor.join().await, Exit::Failed(_)));
            return survived;
        }
    }
    stop(&supervisor).await;
    most
}

pub fn the_number_of_the_intensity_has_an_effect(system: &System) {
    system.block_on(async {
        for most in [1, 2, 7] {
            let supervisor = Supervisor::one_for_one().intensity(most, LONG);
            assert_eq!(survived(supervisor, 20).await, most);
        }
    });
}

pub fn the_period_of_the_intensity_has_an_effect(system: &System) {
    system.block_on(async {
        // A nanosecond has always passed since the last one.
        let supervisor = Supervisor::one_for_one().intensity(1, Duration::from_nanos(1));
        assert_eq!(survived(supervisor, 50).await, 50);
    });
}

pub fn an_intensity_of_zero_allows_no_restart(system: &System) {
    system.block_on(async {
        assert_eq!(survived(Supervisor::one_for_one().intensity(0, LONG), 5).await, 0);
    });
}

pub fn the_defaults_are_five_restarts_in_a_minute_of_a_permanent_child(system: &System) {
    system.block_on(async {
        for strategy in [Supervisor::one_for_one, Supervisor::one_for_all, Supervisor::rest_for_one]
        {
            assert_eq!(survived(strategy(), 20).await, 5);
        }
        let supervisor = Supervisor::one_for_one().child(child("c", &Diary::default())).spawn();
        assert_eq!(supervisor.children().await.unwrap()[0].restart, Restart::Permanent);
        stop(&supervisor).await;
    });
}

async fn stuck(actor: &ProbeAddr) -> Gate {
    let (arrived, gate) = (Gate::new(), Gate::new());
    actor.hold(arrived.clone(), gate.clone()).send().await.unwrap();
    arrived.pass().await;
    gate
}

pub fn the_shutdown_of_a_child_has_an_effect(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = Supervisor::one_for_one().spawn();
        let long = supervisor.start(child("long", &diary).shutdown(LONG));
        let longest = supervisor.start(child("longest", &diary).shutdown(Duration::MAX));
        let short = supervisor.start(child("short", &diary).shutdown(Duration::from_millis(30)));
        let gates = [stuck(&long).await, stuck(&longest).await, stuck(&short).await];
        let begun = now();
        supervisor.stop();
        assert_eq!(short.join().await, Exit::Killed);
        assert!(now() - begun >= Duration::from_millis(30));
        settle().await;
        assert!(longest.is_alive() && long.is_alive());
        gates[1].open();
        assert_eq!(longest.join().await, Exit::Stopped);
        gates[0].open();
        assert_eq!(long.join().await, Exit::Stopped);
        assert_eq!(supervisor.join().await, Exit::Stopped);
    });
}

pub fn a_supervisor_as_a_child_has_the_time_that_it_needs(system: &System) {
    system.block_on(async {
        let (give, given) = async_channel::bounded(2);
        let group = move || {
            let give = give.clone();
            let slow = Child::with("slow", move |me: ProbeAddr| {
                let give = give.clone();
                async move {
                    give.send(me).await.unwrap();
                    Ok::<_, String>(Probe::new("slow", &Diary::default()))
                }
            });
            Supervisor::one_for_one().child(slow.shutdown(LONG))
        };
        let limited = Child::new("limited", group.clone()).shutdown(Duration::from_millis(30));
        let roots = [Child::new("unlimited", group), limited]
            .map(|group| Supervisor::one_for_one().child(group).spawn());
        let slow = [given.recv().await.unwrap(), given.recv().await.unwrap()];
        let gates = [stuck(&slow[0]).await, stuck(&slow[1]).await];
        roots.iter().for_each(|root| root.stop());
        // One of the two is killed; the other one is not disturbed for longer than any default.
        while slow.iter().all(|slow| slow.is_alive()) {
            sleep(Duration::from_millis(1)).await;
        }
        sleep(Duration::from_millis(5500)).await;
        let alive: Vec<_> = slow.iter().filter(|slow| slow.is_alive()).collect();
        assert_eq!(alive.len(), 1);
        gates.iter().for_each(Gate::open);
        assert_eq!(alive[0].join().await, Exit::Stopped);
        for root in roots {
            assert_eq!(root.join().await, Exit::Stopped);
        }
    });
}

pub fn stop_child_ends_one_child_for_good(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = Supervisor::one_for_all().spawn();
        let [one, other] = ["one", "other"].map(|name| supervisor.start(child(name, &diary)));
        one.note("queued").try_send().unwrap();
        supervisor.stop_child(&one);
        assert_eq!(one.join().await, Exit::Stopped);
        until(&supervisor, |all| all.len() == 1).await;
        assert_eq!(other.ping().await, Ok(()));
        assert_eq!((diary.count("one: made"), diary.count("one: queued")), (1, 1));
        assert_eq!(diary.count("other: made"), 1);
        stop(&supervisor).await;
    });
}

pub fn children_describes_each_child(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = Supervisor::one_for_one()
            .child(child("first", &diary).restart(Restart::Temporary))
            .child(child("second", &diary))
            .spawn();
        // Names are labels: two may have the same.
        let third = supervisor.start(child("second", &diary).restart(Restart::Transient));
        fail(&third).await;
        until(&supervisor, |all| all.len() == 3 && all[2].restarts == 1).await;
        let told = supervisor.children().await.unwrap();
        let names: Vec<_> = told.iter().map(|child| child.name.as_str()).collect();
        assert_eq!(names, ["first", "second", "second"]);
        let kinds: Vec<_> = told.iter().map(|child| child.restart).collect();
        assert_eq!(kinds, [Restart::Temporary, Restart::Permanent, Restart::Transient]);
        let restarts: Vec<_> = told.iter().map(|child| child.restarts).collect();
        assert_eq!((restarts, told[2].id), (vec![0, 0, 1], third.id()));
        stop(&supervisor).await;
    });
}

pub fn the_name_of_a_child_is_its_label(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().spawn();
        let probe = supervisor.start(child("worker", &Diary::default()));
        probe.ping().await.unwrap();
        assert_eq!((probe.label().as_str(), probe.name()), ("worker", "Probe"));
        probe.register("registered").unwrap();
        assert_eq!(probe.label(), "registered");
        stop(&supervisor).await;
    });
}

pub fn the_capacity_of_one_child_has_an_effect(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one()
            .child(Child::new("given", || Probe::new("given", &Diary::default())).capacity(3))
            .spawn();
        let small = supervisor.start(child("small", &Diary::default()).capacity(2));
        let gate = stuck(&small).await;
        let accepted = (0..5).filter(|_| small.note("queued").try_send().is_ok()).count();
        assert_eq!((accepted, small.capacity()), (2, Some(2)));
        gate.open();
        // It is of the child, not of one life.
        fail(&small).await;
        small.ping().await.unwrap();
        assert_eq!(small.capacity(), Some(2));
        let large = supervisor.start(child("large", &Diary::default()).unbounded());
        assert_eq!(large.capacity(), None);
        let given = system.snapshot().actors.into_iter().find(|actor| actor.label == "given");
        assert_eq!(given.and_then(|given| given.capacity), Some(3));
        stop(&supervisor).await;
    });
}
