//! Returned streams, protocols, pools, and the settings of messages.

use actor_core::prelude::*;
use futures_lite::{Stream, StreamExt, stream};
use tests::{Gate, Tally, reached};

/// Returns streams.
#[actor]
struct Returning {
    first: u32,
    dropped: Tally,
}

#[actor(remote)]
impl Returning {
    fn first_numbers(&self, count: u32) -> impl Stream<Item = u32> + Send + 'static {
        stream::iter(self.first..self.first + count)
    }

    fn silent(&mut self) -> impl Stream<Item = u32> + Send + 'static {
        let mark = self.dropped.mark();
        stream::once(1).chain(stream::poll_fn(move |_| {
            let _held = &mark;
            std::task::Poll::Pending
        }))
    }

    fn breaks(&self) -> impl Stream<Item = u32> + Send + 'static {
        stream::iter(0..3).map(|number| if number < 2 { number } else { panic!("in the stream") })
    }

    async fn later(&mut self, gate: Gate) -> impl Stream<Item = u32> + Send + 'static {
        gate.pass().await;
        self.first += 1;
        stream::once(self.first)
    }

    fn ping(&self) {}
}

async fn returning() -> (ReturningAddr, Tally) {
    let dropped = Tally::default();
    let returning = Returning { first: 5, dropped: dropped.clone() };
    (reached(returning.spawn()).await, dropped)
}

pub fn a_returned_stream_is_read_by_a_task_of_the_life(system: &System) {
    system.block_on(async {
        let (returning, _) = returning().await;
        let mut slow = returning.first_numbers(100).stream_of(1);
        assert_eq!(slow.next().await, Some(Ok(5)));
        // The actor is free, although its reader is slow.
        returning.ping().await.unwrap();
        assert_eq!(slow.collect::<Vec<_>>().await.len(), 99);
    });
}

pub fn a_returned_stream_ends_when_the_reader_leaves(system: &System) {
    system.block_on(async {
        let (returning, dropped) = returning().await;
        let mut silent = returning.silent().stream();
        assert_eq!(silent.next().await, Some(Ok(1)));
        drop(silent);
        dropped.reaches(1).await;
        returning.ping().await.unwrap();
    });
}

pub fn a_returned_stream_that_panics_fails_the_life(system: &System) {
    system.block_on(async {
        let (returning, _) = returning().await;
        let items: Vec<_> = returning.breaks().stream().collect().await;
        assert!(
            matches!(&*items, [Ok(0), Ok(1), Err(CallError::Panicked(failure))]
                if failure.message() == "in the stream"),
            "{items:?}"
        );
        assert!(matches!(returning.join().await, Exit::Failed(_)));
    });
}

pub fn a_returned_stream_ends_with_an_error_when_its_life_ends(system: &System) {
    system.block_on(async {
        for (end, error) in [
            (Addr::stop as fn(&Addr<Returning>), CallError::Stopped),
            (Addr::kill, CallError::Killed),
        ] {
            let (returning, dropped) = returning().await;
            let mut silent = returning.silent().stream();
            assert_eq!(silent.next().await, Some(Ok(1)));
            end(&returning);
            assert_eq!(silent.collect::<Vec<_>>().await, [Err(error)]);
            dropped.reaches(1).await;
        }
    });
}

pub fn an_async_handler_may_return_a_stream(system: &System) {
    system.block_on(async {
        let (returning, _) = returning().await;
        let gate = Gate::new();
        gate.open();
        assert_eq!(returning.later(gate).stream().collect::<Vec<_>>().await, [Ok(6)]);
    });
}

/// A protocol with both forms.
#[actor(remote = "feed")]
trait Feed<T: Send + 'static> {
    fn push(&mut self, count: u32, replies: Replies<T>);
    fn pull(&self, count: u32) -> impl Stream<Item = T> + Send + 'static;
    async fn wait(&mut self, replies: Replies<T>);
}

#[actor]
struct Words {
    word: String,
    is_open: bool,
}

#[actor]
impl Words {
    fn open(&mut self) {
        self.is_open = true;
    }
}

#[actor]
impl Feed<String> for Words {
    fn push(&mut self, count: u32, replies: Replies<String>) {
        for _ in 0..count {
            replies.try_send(self.word.clone()).unwrap();
        }
    }

    fn pull(&self, count: u32) -> impl Stream<Item = String> + Send + 'static {
        let word = self.word.clone();
        stream::repeat(word).take(count as usize)
    }

    #[message(when = self.is_open)]
    async fn wait(&mut self, replies: Replies<String>) {
        actor_core::future::yield_now().await;
        let _ = replies.send(self.word.clone()).await;
    }
}

pub fn a_protocol_message_may_return_a_stream(system: &System) {
    system.block_on(async {
        let words = Words { word: "so".into(), is_open: false }.spawn();
        let feed = reached(FeedAddr::<String>::from(words.clone())).await;
        let so = || Ok::<_, CallError>("so".to_owned());
        assert_eq!(feed.push(2).stream().collect::<Vec<_>>().await, [so(), so()]);
        assert_eq!(feed.pull(3).stream().collect::<Vec<_>>().await, [so(), so(), so()]);
        let mut waiting = feed.wait().stream();
        assert!(futures_lite::future::poll_once(waiting.next()).await.is_none());
        words.open().await.unwrap();
        assert_eq!(waiting.collect::<Vec<_>>().await, [so()]);
    });
}

/// A member of a pool.
#[actor]
struct Member;

#[actor]
impl Member {
    fn number(&self, context: &Context<Self>, replies: Replies<usize>) {
        let member = context.pool_index().expect("a member");
        replies.try_send(member).unwrap();
        replies.try_send(member).unwrap();
    }

    fn returned(&self, context: &Context<Self>) -> impl Stream<Item = usize> + Send + 'static {
        stream::once(context.pool_index().expect("a member"))
    }
}

pub fn a_pool_streams_from_the_member_that_took_the_message(system: &System) {
    system.block_on(async {
        let pool = Member::pool(3, || Member);
        for _ in 0..20 {
            let items: Vec<_> = pool.number().stream().collect().await;
            assert!(matches!(&*items, [Ok(one), Ok(other)] if one == other), "{items:?}");
            assert_eq!(pool.returned().stream().collect::<Vec<_>>().await.len(), 1);
        }
        pool.stop();
        pool.join().await;
    });
}

/// Messages with settings.
#[actor]
struct Settings {
    is_open: bool,
    order: Vec<&'static str>,
}

#[actor(remote)]
impl Settings {
    #[message(when = self.is_open && *wanted > 0)]
    fn guarded(&mut self, wanted: u32, replies: Replies<u32>) {
        self.order.push("guarded");
        let _ = replies.try_send(wanted);
    }

    #[message(concurrent)]
    async fn together(&self, replies: Replies<u32>) {
        for number in 0..100 {
            let _ = replies.send(number).await;
        }
    }

    #[message(priority)]
    fn urgent(&mut self, replies: Replies<u32>) {
        self.order.push("urgent");
        let _ = replies.try_send(2);
    }

    fn open(&mut self) {
        self.is_open = true;
    }

    async fn block(&self, gate: Gate) {
        gate.pass().await;
    }
}

pub fn guarded_concurrent_and_priority_messages_can_stream(system: &System) {
    system.block_on(async {
        let settings = reached(Settings { is_open: false, order: vec![] }.spawn()).await;
        let mut guarded = settings.guarded(7).stream();
        assert!(futures_lite::future::poll_once(guarded.next()).await.is_none());
        settings.open().await.unwrap();
        assert_eq!(guarded.collect::<Vec<_>>().await, [Ok(7)]);

        let (mut one, mut other) =
            (settings.together().stream_of(1), settings.together().stream_of(1));
        for number in 0..100 {
            assert_eq!(one.next().await, Some(Ok(number)));
            assert_eq!(other.next().await, Some(Ok(number)));
        }
        drop((one, other));

        let gate = Gate::new();
        settings.block(gate.clone()).send().await.unwrap();
        let (mut usual, mut urgent) = (settings.guarded(1).stream(), settings.urgent().stream());
        assert!(futures_lite::future::poll_once(usual.next()).await.is_none());
        assert!(futures_lite::future::poll_once(urgent.next()).await.is_none());
        gate.open();
        assert_eq!(urgent.collect::<Vec<_>>().await, [Ok(2)]);
        assert_eq!(usual.collect::<Vec<_>>().await, [Ok(1)]);
    });
}

/// An actor with a type of its own.
#[actor]
struct Holder<T> {
    value: T,
}

#[actor(remote = "holder")]
impl<T: Clone + Send + 'static> Holder<T> {
    fn values(&self, count: usize, replies: Replies<T>) {
        for _ in 0..count {
            let _ = replies.try_send(self.value.clone());
        }
    }

    fn pairs(&self) -> impl Stream<Item = (T, T)> + Send + 'static {
        stream::once((self.value.clone(), self.value.clone()))
    }
}

pub fn a_generic_actor_streams_its_own_type(system: &System) {
    system.block_on(async {
        let holder = reached(Holder { value: 'x' }.spawn()).await;
        assert_eq!(holder.values(2).stream().collect::<Vec<_>>().await, [Ok('x'), Ok('x')]);
        assert_eq!(holder.pairs().stream().collect::<Vec<_>>().await, [Ok(('x', 'x'))]);
    });
}

/// Takes over the streams of another actor.
#[actor]
struct Heir {
    inherited: Vec<Replies<u32>>,
}

#[actor]
impl Heir {
    fn take(&mut self, #[data] replies: Replies<u32>) -> usize {
        self.inherited.push(replies);
        self.inherited.len()
    }

    fn say(&mut self, number: u32) {
        self.inherited.iter().for_each(|replies| replies.try_send(number).unwrap());
    }
}

#[actor]
struct Former {
    heir: HeirAddr,
}

#[actor]
impl Former {
    async fn tail(&self, replies: Replies<u32>) {
        self.heir.take(replies).await.unwrap();
    }
}

pub fn replies_are_plain_data_where_marked(system: &System) {
    system.block_on(async {
        let heir = Heir { inherited: vec![] }.spawn();
        let former = Former { heir: heir.clone() }.spawn();
        let mut stream = former.tail().stream();
        assert!(futures_lite::future::poll_once(stream.next()).await.is_none());
        former.stop();
        assert_eq!(former.join().await, Exit::Stopped);
        heir.say(4).await.unwrap();
        assert_eq!(stream.next().await, Some(Ok(4)), "the stream is the heir's");
        heir.stop();
        assert_eq!(stream.collect::<Vec<_>>().await, [Err(CallError::Stopped)]);
    });
}
