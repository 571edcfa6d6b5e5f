//! References that do not keep an actor alive, and do not leak it.

use actor_core::WeakAddr;
use actor_core::prelude::*;
use std::any::Any;
use std::time::Duration;
use tests::probe::{Diary, Probe, ProbeAddr, Step, forgotten, step};

const HOUR: Duration = Duration::from_secs(3600);

/// Asserts that an actor that has handled `made` ends on its own once its address is gone.
fn ends_all_the_same(system: &System, made: Step) {
    system.block_on(async {
        let diary = Diary::default();
        let address = Probe::new("a", &diary).spawn();
        address.run(made).await.unwrap();
        let weak = address.downgrade();
        drop(address);
        assert_ends(&weak, &diary).await;
    });
}

async fn assert_ends(weak: &WeakAddr<Probe>, diary: &Diary) {
    let exit = weak.join().await;
    assert!(matches!(exit, Exit::Stopped | Exit::NoActor), "{exit}");
    diary.assert_order(&["a: on_stop stopped", "a: state dropped"]);
    forgotten(weak).await;
}

pub fn the_last_address_dropped_ends_an_actor_that_never_ran(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let weak = Probe::new("a", &diary).spawn().downgrade();
        assert_ends(&weak, &diary).await;
    });
}

pub fn timers_keep_nothing_alive(system: &System) {
    let timers = step(|_, context| {
        context.every(HOUR, |me| me.ping()).detach();
        context.after(HOUR, |me| me.ping()).detach();
        context.after(Duration::MAX, |me| me.ping()).detach();
    });
    ends_all_the_same(system, timers);
}

pub fn tasks_keep_nothing_alive_and_end_with_the_life(system: &System) {
    let diary = Diary::default();
    let in_task = diary.clone();
    let task = step(move |_, context| {
        let dropped = in_task.on_drop("task dropped");
        let forever = async move {
            let _dropped = dropped;
            std::future::pending::<()>().await;
        };
        context.spawn_task(forever).detach();
    });
    ends_all_the_same(system, task);
    assert_eq!(diary.lines(), ["task dropped"]);
}

pub fn monitors_and_links_on_running_actors_keep_nothing_alive(system: &System) {
    let (target, linked) = system.block_on(async {
        let diary = Diary::default();
        (Probe::new("target", &diary).spawn(), Probe::new("linked", &diary).spawn())
    });
    let (watched, tied) = (target.clone(), linked.clone());
    let watch = step(move |_, context| {
        context.monitor(&watched, |me, exit| me.gone(exit));
        context.link(&tied);
    });
    ends_all_the_same(system, watch);
    assert!(target.is_alive() && linked.is_alive(), "a normal end fails nobody");
}

pub fn being_monitored_and_linked_keeps_nothing_alive(system: &System) {
    system.block_on(async {
        let (diary, other) = (Diary::default(), Diary::default());
        let address = Probe::new("a", &diary).spawn();
        let watcher = Probe::new("watcher", &other).spawn();
        let weak = address.downgrade();
        let watch = step(move |_, context| {
            context.monitor(&address, |me, exit| me.gone(exit));
            context.link(&address);
        });
        watcher.run(watch).await.unwrap();
        assert_ends(&weak, &diary).await;
        watcher.ping().await.unwrap();
        assert_eq!(other.lines(), ["watcher: gone stopped", "watcher: told stopped"]);
    });
}

pub fn a_stored_reply_keeps_nothing_alive(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let address = Probe::new("a", &diary).spawn();
        let weak = address.downgrade();
        // The call is dropped while its reply is stored: its reference to the address is dropped
        // with it.
        let limited = address.ask().timeout(Duration::from_millis(1)).await;
        assert!(matches!(limited, Err(CallError::Timeout { .. })), "{limited:?}");
        drop(address);
        assert_ends(&weak, &diary).await;
    });
}

pub fn replies_of_others_that_it_stores_keep_nothing_alive(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let address = Probe::new("a", &diary).spawn();
        let weak = address.downgrade();
        let (reply, answer) = Reply::<()>::pair();
        address.run(step(move |me, _| me.kept.push(Box::new(reply)))).await.unwrap();
        drop(address);
        assert_ends(&weak, &diary).await;
        assert_eq!(answer.await, Err(CallError::NoReply), "it was dropped with the state");
    });
}

pub fn a_join_by_a_weak_address_keeps_nothing_alive(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let address = Probe::new("a", &diary).spawn();
        let weak = address.downgrade();
        let mut join = weak.join();
        assert!(futures_lite::future::poll_once(&mut join).await.is_none(), "it lives");
        drop(address);
        assert_eq!(join.await, Exit::Stopped);
        assert_ends(&weak, &diary).await;
    });
}

pub fn two_with_each_others_weak_address_do_not_leak(system: &System) {
    system.block_on(async {
        let diaries = [Diary::default(), Diary::default()];
        let pair = diaries.each_ref().map(|diary| Probe::new("a", diary).spawn());
        let weak = pair.each_ref().map(|address| address.downgrade());
        for (address, other) in pair.iter().zip([weak[1].clone(), weak[0].clone()]) {
            address.run(step(move |me, _| me.kept.push(Box::new(other)))).await.unwrap();
        }
        drop(pair);
        for (weak, diary) in weak.iter().zip(&diaries) {
            assert_ends(weak, diary).await;
        }
    });
}

pub fn its_own_weak_address_keeps_nothing_alive(system: &System) {
    let own = step(|me, context| me.kept.push(Box::new(context.weak())));
    ends_all_the_same(system, own);
}

pub fn the_handles_of_its_resources_keep_nothing_alive(system: &System) {
    system.block_on(async {
        let (diary, other) = (Diary::default(), Diary::default());
        let address = Probe::new("a", &diary).spawn();
        let target = Probe::new("target", &other).spawn();
        let (give, given) = async_channel::unbounded::<Box<dyn Any + Send>>();
        let make = step(move |_, context| {
            let ended = futures_lite::stream::empty::<()>();
            let handles: [Box<dyn Any + Send>; 5] = [
                Box::new(context.every(HOUR, |me| me.ping())),
                Box::new(context.spawn_task(std::future::pending())),
                Box::new(context.monitor(&target, |me, exit| me.gone(exit))),
                Box::new(context.link(&target)),
                Box::new(context.attach(ended, |me, ()| me.ping())),
            ];
            handles.into_iter().for_each(|handle| give.try_send(handle).unwrap());
        });
        address.run(make).await.unwrap();
        let mut handles = Vec::new();
        for _ in 0..5 {
            handles.push(given.recv().await.unwrap());
        }
        let (weak, end) = (address.downgrade(), address.join());
        drop(address);
        assert_eq!(end.await, Exit::Stopped);
        diary.assert_order(&["a: on_stop stopped", "a: state dropped"]);
        drop(handles);
        forgotten(&weak).await;
    });
}

pub fn handles_kept_in_its_own_state_do_not_leak(system: &System) {
    let make = step(|me, context| {
        let target = Probe::new("target", &Diary::default()).spawn();
        me.kept.push(Box::new(context.every(HOUR, |me| me.ping())));
        me.kept.push(Box::new(context.spawn_task(std::future::pending())));
        me.kept.push(Box::new(context.link(&target)));
        let ended = futures_lite::stream::empty::<()>();
        me.kept.push(Box::new(context.attach(ended, |me, ()| me.ping())));
    });
    ends_all_the_same(system, make);
}

pub fn values_given_to_an_actor_are_dropped_with_it(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let address = Probe::new("a", &diary).spawn();
        let (timer, stream, task) =
            (diary.on_drop("timer"), diary.on_drop("stream"), diary.on_drop("task"));
        let make = step(move |_, context| {
            context
                .every(HOUR, move |me: &ProbeAddr| {
                    let _held = &timer;
                    me.ping()
                })
                .detach();
            let endless = futures_lite::stream::poll_fn(move |_| {
                let _held = &stream;
                std::task::Poll::<Option<()>>::Pending
            });
            context.attach(endless, |me, ()| me.ping()).detach();
            let forever = async move {
                let _held = &task;
                std::future::pending::<()>().await;
            };
            context.spawn_task(forever).detach();
        });
        address.run(make).await.unwrap();
        address.stop();
        assert_eq!(address.join().await, Exit::Stopped);
        for held in ["timer", "stream", "task"] {
            diary.assert_order(&[held, "a: state dropped"]);
        }
    });
}
