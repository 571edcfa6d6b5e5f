//! The end of a stream: exactly one, and the right one.

use super::{Source, SourceAddr};
use actor_core::prelude::*;
use actor_core::{streaming::ReplyStream, supervision::Supervisor};
use futures_lite::StreamExt;
use futures_lite::future::poll_once;
use tests::{Gate, reached};

/// A stream whose replies the source keeps, with one item in the buffer.
async fn kept(source: &SourceAddr) -> ReplyStream<u32> {
    let mut stream = source.keep().stream();
    assert!(poll_once(stream.next()).await.is_none());
    source.publish(7).await.unwrap();
    stream
}

/// The items of the stream, each of which is read after the end as well.
async fn all(mut stream: ReplyStream<u32>) -> Vec<Result<u32, CallError>> {
    let mut items = Vec::new();
    while let Some(item) = stream.next().await {
        items.push(item);
    }
    assert_eq!(stream.next().await, None, "an ended stream stays at its end");
    items
}

fn is_panic(items: &[Result<u32, CallError>], text: &str) -> bool {
    matches!(items, [Ok(_), Err(CallError::Panicked(failure))] if failure.message() == text)
}

pub fn replies_that_are_dropped_or_finished_end_with_none(system: &System) {
    system.block_on(async {
        let source = reached(Source::default().spawn()).await;
        let stream = kept(&source).await;
        source.drop_all().await.unwrap();
        assert_eq!(all(stream).await, [Ok(7)]);
        let stream = kept(&source).await;
        source.finish_all().await.unwrap();
        assert_eq!(all(stream).await, [Ok(7)]);
    });
}

pub fn a_handler_that_panics_gives_one_error(system: &System) {
    system.block_on(async {
        let source = reached(Source::default().spawn()).await;
        let items = all(source.panic_with().stream()).await;
        assert!(is_panic(&items, "with the replies in hand"), "{items:?}");
        source.join().await;
        let source = reached(Source::default().spawn()).await;
        let stream = kept(&source).await;
        assert!(source.panic_with_another().await.is_err());
        let items = all(stream).await;
        assert!(is_panic(&items, "planned"), "{items:?}");
    });
}

pub fn a_failed_life_ends_its_streams_with_an_error(system: &System) {
    system.block_on(async {
        let source = reached(Source::default().spawn()).await;
        let (one, other) = (kept(&source).await, kept(&source).await);
        assert!(matches!(source.fail().await, Err(CallError::Panicked(_))));
        let items = all(other).await;
        assert!(is_panic(&items, "planned"), "{items:?}");
        assert!(matches!(&*all(one).await, [Ok(7), Ok(7), Err(CallError::Panicked(_))]));
    });
}

pub fn a_stopped_life_ends_its_streams_with_an_error(system: &System) {
    system.block_on(async {
        let source = reached(Source::default().spawn()).await;
        let stream = kept(&source).await;
        source.stop();
        assert_eq!(all(stream).await, [Ok(7), Err(CallError::Stopped)]);
        assert_eq!(source.join().await, Exit::Stopped);
    });
}

pub fn a_killed_life_ends_its_streams_with_an_error(system: &System) {
    system.block_on(async {
        let source = reached(Source::default().spawn()).await;
        let stream = kept(&source).await;
        let mut hanging = source.hang();
        assert!(poll_once(&mut hanging).await.is_none());
        source.kill();
        assert_eq!(all(stream).await, [Ok(7), Err(CallError::Killed)]);
        // A handler that is killed while it holds the replies.
        let source = reached(Source::default().spawn()).await;
        let mut stream = source.count(u32::MAX).stream_of(1);
        assert_eq!(stream.next().await, Some(Ok(0)));
        assert_eq!(stream.next().await, Some(Ok(1)));
        source.kill();
        // The kill reaches the handler at an await at which it is pending.
        let rest = all(stream).await;
        let sent = u32::try_from(rest.len()).unwrap() - 1;
        let right: Vec<_> = (2..2 + sent).map(Ok).chain([Err(CallError::Killed)]).collect();
        assert_eq!(rest, right);
    });
}

pub fn on_stop_can_finish_the_streams(system: &System) {
    system.block_on(async {
        let source = Source { is_tidy: true, ..Source::default() };
        let source = reached(source.spawn()).await;
        let stream = kept(&source).await;
        source.stop();
        assert_eq!(all(stream).await, [Ok(7)]);
    });
}

pub fn a_message_that_is_never_handled_gives_its_error(system: &System) {
    system.block_on(async {
        let source = reached(Source::default().spawn()).await;
        let mut hanging = source.hang();
        assert!(poll_once(&mut hanging).await.is_none());
        let mut queued = source.count(3).stream();
        assert!(poll_once(queued.next()).await.is_none());
        source.kill();
        assert_eq!(all(queued).await, [Err(CallError::Stopped)]);
        source.join().await;
        assert_eq!(all(source.count(3).stream()).await, [Err(CallError::Stopped)]);
    });
}

pub fn a_restart_drops_what_the_life_stored(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().spawn();
        let source = reached(supervisor.start(Child::new("source", Source::default))).await;
        let stream = kept(&source).await;
        assert!(source.fail().await.is_err());
        let items = all(stream).await;
        assert!(is_panic(&items, "planned"), "{items:?}");
        // The next life has its own streams.
        let stream = kept(&source).await;
        source.drop_all().await.unwrap();
        assert_eq!(all(stream).await, [Ok(7)]);
        supervisor.stop();
        supervisor.join().await;
    });
}

/// Moves its replies into a task.
#[actor]
struct Mover;

#[actor(remote)]
impl Mover {
    fn outlive(&self, gate: Gate, replies: Replies<u32>) {
        actor_core::spawn_task(async move {
            let _ = replies.send(1).await;
            gate.pass().await;
            let _ = replies.send(2).await;
        })
        .detach();
    }

    fn fail_in_a_task(&self, gate: Gate, context: &Context<Self>, replies: Replies<u32>) {
        let task = async move {
            let _ = replies.send(1).await;
            gate.pass().await;
            panic!("in a task");
        };
        context.spawn_task(task).detach();
    }
}

pub fn a_stream_moved_to_a_task_outlives_the_life(system: &System) {
    system.block_on(async {
        let mover = reached(Mover.spawn()).await;
        let gate = Gate::new();
        let mut stream = mover.outlive(gate.clone()).stream();
        assert_eq!(stream.next().await, Some(Ok(1)));
        mover.stop();
        assert_eq!(mover.join().await, Exit::Stopped);
        assert!(poll_once(stream.next()).await.is_none());
        gate.open();
        assert_eq!(all(stream).await, [Ok(2)]);
    });
}

pub fn a_panic_in_a_task_of_the_life_gives_one_error(system: &System) {
    system.block_on(async {
        let mover = reached(Mover.spawn()).await;
        let gate = Gate::new();
        let mut stream = mover.fail_in_a_task(gate.clone()).stream();
        assert_eq!(stream.next().await, Some(Ok(1)));
        gate.open();
        let rest = all(stream).await;
        assert!(
            matches!(&*rest, [Err(CallError::Panicked(failure))] if failure.message() == "in a task"),
            "{rest:?}"
        );
        assert!(matches!(mover.join().await, Exit::Failed(_)));
    });
}
