//! References keep an actor alive, and it ends when they are gone.

use actor_core::WeakAddr;
use actor_core::prelude::*;
use tests::Gate;
use tests::probe::{Diary, Probe, ProbeAddr, forgotten, settle, step};

/// Asserts that the actor is still alive after everything has had a chance to run, and that it
/// answers.
async fn assert_lives(weak: &WeakAddr<Probe>) {
    settle().await;
    assert!(weak.is_alive());
    let address = weak.upgrade().expect("its end has not begun");
    assert_eq!(address.ping().await, Ok(()));
    drop(address);
    settle().await;
    assert!(weak.upgrade().is_some(), "the address that was made meanwhile is gone, no other");
}

/// Asserts that the actor ends on its own and that nothing of it is left.
async fn assert_ends(weak: &WeakAddr<Probe>, diary: &Diary) {
    let exit = weak.join().await;
    assert!(matches!(exit, Exit::Stopped | Exit::NoActor), "{exit}");
    diary.assert_order(&["a: on_stop stopped", "a: state dropped"]);
    forgotten(weak).await;
    assert!(!weak.is_alive());
}

fn probe() -> (ProbeAddr, WeakAddr<Probe>, Diary) {
    let diary = Diary::default();
    let address = Probe::new("a", &diary).spawn();
    let weak = address.downgrade();
    (address, weak, diary)
}

pub fn an_address_in_a_variable_keeps_alive(system: &System) {
    system.block_on(async {
        let (address, weak, diary) = probe();
        let second = address.clone();
        drop(address);
        assert_lives(&weak).await;
        drop(second);
        assert_ends(&weak, &diary).await;
    });
}

pub fn an_erased_address_and_an_owned_call_keep_alive(system: &System) {
    system.block_on(async {
        let (address, weak, diary) = probe();
        let (erased, call) = (address.to_any(), address.ping().into_owned());
        drop(address);
        assert_lives(&weak).await;
        drop(erased);
        assert_lives(&weak).await;
        assert_eq!(call.await, Ok(()));
        assert_ends(&weak, &diary).await;
    });
}

pub fn an_address_in_a_message_keeps_alive(system: &System) {
    system.block_on(async {
        let (address, weak, diary) = probe();
        let post = Probe::new("post", &Diary::default()).spawn();
        let (arrived, gate) = (Gate::new(), Gate::new());
        post.hold(arrived.clone(), gate.clone()).send().await.unwrap();
        arrived.pass().await;
        // The message is the one place where the address is.
        post.run(step(move |_, _| drop(address))).try_send().unwrap();
        assert_lives(&weak).await;
        gate.open();
        assert_ends(&weak, &diary).await;
    });
}

pub fn an_address_in_a_state_keeps_alive(system: &System) {
    system.block_on(async {
        let (address, weak, diary) = probe();
        let keeper = Probe::new("keeper", &Diary::default()).spawn();
        keeper.run(step(move |me, _| me.kept.push(Box::new(address)))).await.unwrap();
        assert_lives(&weak).await;
        drop(keeper);
        assert_ends(&weak, &diary).await;
    });
}

pub fn its_own_address_in_its_state_keeps_alive_until_it_is_stopped(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let weak = Probe::spawn_with(|me: &ProbeAddr| {
            let mut probe = Probe::new("a", &diary);
            probe.kept.push(Box::new(me.clone()));
            probe
        })
        .downgrade();
        assert_lives(&weak).await;
        weak.upgrade().unwrap().stop();
        assert_ends(&weak, &diary).await;
    });
}

pub fn two_with_each_others_address_live_until_one_is_stopped(system: &System) {
    system.block_on(async {
        let (first, first_weak, first_diary) = probe();
        let (second, second_weak, second_diary) = probe();
        let (to_first, to_second) = (first.clone(), second.clone());
        first.run(step(move |me, _| me.kept.push(Box::new(to_second)))).await.unwrap();
        second.run(step(move |me, _| me.kept.push(Box::new(to_first)))).await.unwrap();
        drop((first, second));
        assert_lives(&first_weak).await;
        assert_lives(&second_weak).await;
        first_weak.upgrade().unwrap().stop();
        assert_ends(&first_weak, &first_diary).await;
        assert_ends(&second_weak, &second_diary).await;
    });
}

pub fn an_address_from_its_context_keeps_alive(system: &System) {
    system.block_on(async {
        let (address, weak, diary) = probe();
        let (give, given) = async_channel::bounded(1);
        let (arrived, gate) = (Gate::new(), Gate::new());
        address.hold(arrived.clone(), gate.clone()).send().await.unwrap();
        let give = step(move |_, context| give.try_send(context.address()).unwrap());
        address.run(give).send().await.unwrap();
        // The last address is dropped while a handler runs; the handler then creates a new one.
        drop(address);
        gate.open();
        let made: ProbeAddr = given.recv().await.unwrap();
        assert_lives(&weak).await;
        drop(made);
        assert_ends(&weak, &diary).await;
    });
}

pub fn queued_messages_are_handled_before_it_ends(system: &System) {
    system.block_on(async {
        let (address, weak, diary) = probe();
        let (arrived, gate) = (Gate::new(), Gate::new());
        address.hold(arrived.clone(), gate.clone()).send().await.unwrap();
        arrived.pass().await;
        for line in ["1", "2", "3"] {
            address.note(line).try_send().unwrap();
        }
        drop(address);
        settle().await;
        gate.open();
        assert_ends(&weak, &diary).await;
        diary.assert_order(&["a: held", "a: 1", "a: 2", "a: 3", "a: on_stop stopped"]);
    });
}

pub fn a_parent_keeps_its_child_alive(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let parent = Probe::new("parent", &diary).spawn();
        let (give, given) = async_channel::bounded(1);
        let grow = step(move |me, context| {
            give.try_send(context.spawn_child(Probe::new("a", &me.diary)).downgrade()).unwrap();
        });
        parent.run(grow).await.unwrap();
        let weak = given.recv().await.unwrap();
        assert_lives(&weak).await;
        drop(parent);
        assert_ends(&weak, &diary).await;
    });
}

pub fn keep_alive_keeps_an_actor_alive_until_it_is_stopped(system: &System) {
    system.block_on(async {
        let (address, weak, diary) = probe();
        address.keep_alive();
        drop(address);
        assert_lives(&weak).await;
        weak.upgrade().unwrap().stop();
        assert_ends(&weak, &diary).await;
    });
}

pub fn an_attached_stream_keeps_alive_until_it_ends(system: &System) {
    system.block_on(async {
        let (address, weak, diary) = probe();
        let (bring, items) = async_channel::bounded(1);
        let attach = step(move |_, context| {
            context.attach(items, |me, line| me.note(line)).on_end(|me| me.note("end")).detach();
        });
        address.run(attach).await.unwrap();
        drop(address);
        assert_lives(&weak).await;
        bring.send("item").await.unwrap();
        assert_lives(&weak).await;
        drop(bring);
        assert_ends(&weak, &diary).await;
        diary.assert_order(&["a: item", "a: end", "a: on_stop stopped"]);
    });
}

pub fn a_pipe_under_way_keeps_alive_until_its_outcome_is_handled(system: &System) {
    system.block_on(async {
        let (address, weak, diary) = probe();
        let gate = Gate::new();
        let passes = gate.clone();
        let pipe = step(move |_, context| {
            context.pipe(async move { passes.pass().await }, |me, _| me.note("outcome"));
        });
        address.run(pipe).await.unwrap();
        drop(address);
        assert_lives(&weak).await;
        gate.open();
        assert_ends(&weak, &diary).await;
        diary.assert_order(&["a: outcome", "a: on_stop stopped"]);
    });
}

/// A typical connection: its address is not stored, and its lines come from outside.
#[actor]
struct Connection {
    lines: Option<async_channel::Receiver<&'static str>>,
    diary: Diary,
}

#[actor]
impl Connection {
    #[on_start]
    fn open(&mut self, context: &Context<Self>) {
        let lines = self.lines.take().expect("it starts once");
        context.attach(lines, |me, line| me.line(line)).on_end(|me| me.closed()).detach();
    }

    async fn line(&mut self, line: &'static str) {
        futures_lite::future::yield_now().await;
        self.diary.note(line);
    }

    fn closed(&mut self) {
        self.diary.note("closed");
    }
}

pub fn an_attached_stream_alone_keeps_a_connection_alive(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let (peer, lines) = async_channel::bounded(4);
        let weak = Connection { lines: Some(lines), diary: diary.clone() }.spawn().downgrade();
        for line in ["1", "2", "3"] {
            peer.send(line).await.unwrap();
            settle().await;
            assert!(weak.is_alive());
        }
        drop(peer);
        assert!(matches!(weak.join().await, Exit::Stopped | Exit::NoActor));
        assert_eq!(diary.lines(), ["1", "2", "3", "closed"]);
    });
}
