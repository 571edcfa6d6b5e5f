//! Attached streams: demand, order, the end, and cancelling.

use actor_core::context::Attachment;
use actor_core::prelude::*;
use futures_lite::{Stream, stream};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use tests::probe::{Diary, OnDrop, Probe, ProbeAddr, settle, step};
use tests::{Gate, Tally};

/// Yields the numbers below `end` immediately, and counts them.
struct Counted {
    given: Arc<AtomicU32>,
    end: u32,
    _on_drop: Option<OnDrop>,
}

impl Stream for Counted {
    type Item = u32;

    fn poll_next(self: Pin<&mut Self>, _: &mut std::task::Context<'_>) -> Poll<Option<u32>> {
        if self.given.load(Ordering::SeqCst) == self.end {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(self.given.fetch_add(1, Ordering::SeqCst)))
    }
}

/// Takes numbers slowly: each waits for a permit.
#[actor]
struct Slow {
    given: Arc<AtomicU32>,
    end: u32,
    permits: async_channel::Receiver<()>,
    taken: Tally,
    next: u32,
    done: Gate,
}

#[actor]
impl Slow {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        let numbers = Counted { given: self.given.clone(), end: self.end, _on_drop: None };
        context.attach(numbers, |me, number| me.take(number)).on_end(|me| me.end()).detach();
    }

    async fn take(&mut self, number: u32) {
        assert_eq!(number, self.next);
        self.next += 1;
        let given = self.given.load(Ordering::SeqCst);
        assert!(given <= number + 2, "{given} polled out while the last item waits");
        self.taken.add();
        self.permits.recv().await.unwrap();
    }

    fn end(&mut self) {
        assert_eq!(self.next, self.end);
        assert!(!self.done.is_open(), "it ends once");
        self.done.open();
    }

    fn ping(&self) {}
}

pub fn a_stream_is_not_polled_while_its_last_item_waits(system: &System) {
    system.block_on(async {
        const END: usize = 50;
        let (given, taken, done) = (Arc::new(AtomicU32::new(0)), Tally::default(), Gate::new());
        let (permit, permits) = async_channel::unbounded();
        let end = u32::try_from(END).unwrap();
        let (is_given, is_taken, is_done) = (given.clone(), taken.clone(), done.clone());
        let slow = Slow { given, end, permits, taken, next: 0, done }.spawn();
        for number in 1..=END {
            is_taken.reaches(number).await;
            // One is being handled and the next waits; that was the demand.
            let most = u32::try_from(number + 1).unwrap().min(end);
            while is_given.load(Ordering::SeqCst) < most {
                futures_lite::future::yield_now().await;
            }
            settle().await;
            assert_eq!(is_given.load(Ordering::SeqCst), most);
            assert!(!is_done.is_open());
            permit.send(()).await.unwrap();
        }
        is_done.pass().await;
        settle().await;
        assert_eq!(slow.ping().await, Ok(()));
        assert_eq!(is_taken.count(), END);
    });
}

pub fn the_end_of_a_stream_comes_once_after_the_last_item(system: &System) {
    system.block_on(async {
        for lines in [&[][..], &["1"], &["1", "2", "3"]] {
            let diary = Diary::default();
            let probe = Probe::new("a", &diary).spawn();
            let attach = step(move |_, context| {
                let items = stream::iter(lines.iter().copied());
                let attachment = context.attach(items, |me, line| me.note(line));
                attachment.on_end(|me| me.note("end")).detach();
            });
            probe.run(attach).await.unwrap();
            while diary.count("a: end") == 0 {
                probe.ping().await.unwrap();
            }
            settle().await;
            probe.ping().await.unwrap();
            let wanted: Vec<_> =
                lines.iter().chain(&["end"]).map(|it| format!("a: {it}")).collect();
            assert_eq!(diary.lines(), wanted);
        }
    });
}

pub fn the_end_of_a_stream_that_has_ended_comes_at_once(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let probe = Probe::new("a", &diary).spawn();
        let attach = step(|me, context| {
            let attachment = context.attach(stream::iter(["1"]), |me, line| me.note(line));
            me.kept.push(Box::new(attachment));
        });
        probe.run(attach).await.unwrap();
        while diary.count("a: 1") == 0 {
            probe.ping().await.unwrap();
        }
        settle().await;
        probe.ping().await.unwrap();
        let set_end = step(|me, _| {
            let attachment = me.kept.pop().unwrap().downcast::<Attachment<Probe>>().unwrap();
            me.kept.push(Box::new(attachment.on_end(|me| me.note("end"))));
        });
        probe.run(set_end).await.unwrap();
        while diary.count("a: end") == 0 {
            probe.ping().await.unwrap();
        }
        settle().await;
        probe.ping().await.unwrap();
        assert_eq!(diary.lines(), ["a: 1", "a: end"]);
    });
}

pub fn cancelling_stops_the_polling_and_skips_what_waits(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let given = Arc::new(AtomicU32::new(0));
        let probe = Probe::new("a", &diary).spawn();
        let (shared, on_drop) = (given.clone(), diary.on_drop("stream dropped"));
        let attach = step(move |me, context| {
            let numbers = Counted { given: shared, end: 1000, _on_drop: Some(on_drop) };
            let attachment = context.attach(numbers, |me, _| me.note("item"));
            me.kept.push(Box::new(attachment.on_end(|me| me.note("end"))));
        });
        let (arrived, gate) = (Gate::new(), Gate::new());
        // All in the mailbox before the first runs: no item is handled between them.
        let (held, waits) = (arrived.clone(), gate.clone());
        probe.hold(arrived, gate.clone()).try_send().unwrap();
        probe.run(attach).try_send().unwrap();
        let (arrived, gate) = (Gate::new(), Gate::new());
        probe.hold(arrived.clone(), gate.clone()).try_send().unwrap();
        probe.run(step(|me, _| me.kept.clear())).try_send().unwrap();
        held.pass().await;
        waits.open();
        arrived.pass().await;
        while given.load(Ordering::SeqCst) == 0 {
            futures_lite::future::yield_now().await;
        }
        settle().await;
        let before = given.load(Ordering::SeqCst);
        gate.open();
        while diary.count("stream dropped") == 0 {
            probe.ping().await.unwrap();
        }
        settle().await;
        probe.ping().await.unwrap();
        // The first item had been delivered while the actor was held; it was handled or skipped in
        // order, and nothing arrived after the cancel.
        assert_eq!(given.load(Ordering::SeqCst), before);
        assert_eq!((diary.count("a: end"), diary.count("a: item")), (0, 0));
        assert!(probe.is_alive());
    });
}

pub fn an_always_ready_stream_does_not_starve_messages(system: &System) {
    system.block_on(async {
        let probe = Probe::new("a", &Diary::default()).spawn();
        let attach =
            step(|_, context| context.attach(stream::repeat(()), |me, ()| me.ping()).detach());
        probe.run(attach).await.unwrap();
        for _ in 0..1000 {
            assert_eq!(probe.ping().await, Ok(()));
        }
        probe.stop();
        assert_eq!(probe.join().await, Exit::Stopped);
    });
}

pub fn errors_are_items(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let probe = Probe::new("a", &diary).spawn();
        let attach = step(|_, context| {
            let results = stream::iter([Ok("1"), Err("broken"), Ok("2")]);
            let attachment = context.attach(results, |me, result| match result {
                Ok(line) | Err(line) => me.note(line),
            });
            attachment.on_end(|me| me.note("end")).detach();
        });
        probe.run(attach).await.unwrap();
        while diary.count("a: end") == 0 {
            probe.ping().await.unwrap();
        }
        assert_eq!(diary.lines(), ["a: 1", "a: broken", "a: 2", "a: end"]);
    });
}

pub fn a_stream_into_a_full_actor_waits_for_capacity(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let given = Arc::new(AtomicU32::new(0));
        let busy = Probe::new("busy", &diary).prepare().capacity(1).spawn();
        let (arrived, gate) = (Gate::new(), Gate::new());
        busy.hold(arrived.clone(), gate.clone()).send().await.unwrap();
        arrived.pass().await;
        let probe = Probe::new("a", &diary).spawn();
        let (to, shared): (ProbeAddr, _) = (busy.clone(), given.clone());
        let attach = step(move |_, context| {
            let numbers = Counted { given: shared, end: 20, _on_drop: None };
            context.attach(numbers, move |_, _| to.note("item").into_owned()).detach();
        });
        probe.run(attach).await.unwrap();
        while busy.len() < 1 {
            futures_lite::future::yield_now().await;
        }
        settle().await;
        // One in the mailbox, one waits for room, one may wait for its turn.
        let early = given.load(Ordering::SeqCst);
        assert!(early <= 3, "{early} items polled out for a full mailbox");
        assert_eq!(probe.ping().await, Ok(()), "the actor itself does not wait");
        gate.open();
        while diary.count("busy: item") < 20 {
            busy.ping().await.unwrap();
        }
        settle().await;
        assert_eq!(diary.count("busy: item"), 20);
    });
}
