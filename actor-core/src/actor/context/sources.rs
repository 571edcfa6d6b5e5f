//! The sources of messages of a life: timers, streams and piped futures. A due timer posts a system
//! message. The task of a stream posts one for each item, and reads the next item after the actor
//! has taken the last one. The task of a piped future posts one for its output. When the actor
//! takes the system message, it runs the callback, which creates the message.
//!
//! Only the callback depends on the types of its arguments and of its message, so that all other
//! code is compiled once.

use super::{CatchPanic, Context, TaskGuard, run_in_life};
use crate::actor::dispatch::Dispatch;
use crate::address::addr::Addr;
use crate::address::call::Call;
use crate::address::with_timeout::WithTimeout;
use crate::cell::deadline::Inheriting;
use crate::cell::handle::{DynMailbox, discard_message};
use crate::cell::mailbox::Mailbox;
use crate::cell::message::Protocol;
use crate::cell::resources::{
    Callback, CallbackResult, Resource, ResourceHandle, SourceState, TimerEntry,
};
use crate::cell::state::{ResourceId, SystemMessage};
use crate::error::CallError;
use crate::event::Event;
use crate::exit::{ActorId, Failure};
use crate::sync::{Arc, Mutex, Weak};
use futures_lite::{Stream, StreamExt};
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

impl<A: Dispatch> Context<A> {
    /// Sends a message after `delay`, unless the timer is cancelled first.
    ///
    /// `make` gets this actor's address and returns one call, to this actor or another one. Return
    /// the call without awaiting it: it is sent, and an error becomes an
    /// [incident](crate::incident::Incident).
    pub fn after<B, T, F>(&self, delay: Duration, make: F) -> Timer
    where
        B: Protocol,
        F: for<'a> FnOnce(&'a A::Addr) -> Call<'a, B, T> + Send + 'static,
    {
        let own = self.id();
        let make = once(move |me, slot| CallbackResult::of(make(&own_address::<A>(me)), own, slot));
        self.timer(delay, None, make)
    }

    /// Sends a message every `period`. The first one is sent after one period.
    ///
    /// The timer does not drift and causes no burst after a stall: at most one tick is pending, and missed ticks
    /// are skipped. A tick is also pending while a guard defers its message. The number of missed ticks is reported
    /// as an [`Incident`](crate::incident::Incident::MissedTicks), which is printed to stderr, or logged as an error
    /// with the feature `log`, unless the system has a hook.
    ///
    /// # Panics
    /// If `period` is zero.
    #[track_caller]
    pub fn every<B, T, F>(&self, period: Duration, mut make: F) -> Timer
    where
        B: Protocol,
        F: for<'a> FnMut(&'a A::Addr) -> Call<'a, B, T> + Send + 'static,
    {
        assert!(!period.is_zero(), "a period of zero would tick without end; use a longer one");
        let own = self.id();
        let make: Callback =
            Box::new(move |me, slot| CallbackResult::of(make(&own_address::<A>(me)), own, slot));
        self.timer(period, Some(period), make)
    }

    fn timer(&self, delay: Duration, period: Option<Duration>, make: Callback) -> Timer {
        let key = self.with_resources(|resources| resources.key());
        // The entry is inserted after the timer has started: a tick looks it up only when the actor
        // takes the tick, which is after this handler.
        let entry = TimerEntry::start(&self.any(), key, delay, period);
        let resource = Resource::Timer { entry, callback: Some(make) };
        self.with_resources(|resources| resources.insert(key, resource));
        Timer::new(Arc::downgrade(&self.any()), key)
    }
}

/// A timer created by [`Context::after`](crate::Context::after) or
/// [`Context::every`](crate::Context::every).
///
/// Dropping the handle cancels the timer. The timer also ends with the life that set it.
///
/// ```
/// # use actor_core::prelude::*;
/// use actor_core::context::Timer;
/// use std::time::Duration;
///
/// #[actor]
/// struct Session {
///     idle: Option<Timer>,
/// }
///
/// #[actor]
/// impl Session {
///     fn touch(&mut self, context: &Context<Self>) {
///         // The old timer is cancelled where the new one takes its place.
///         self.idle = Some(context.after(Duration::from_secs(60), |me| me.expire()));
///     }
///
///     fn expire(&mut self) {}
/// }
/// # System::current_thread().block_on(async { Session { idle: None }.spawn().touch().await.unwrap() });
/// ```
#[must_use = "dropping a timer cancels it; keep it or call `.detach()`"]
pub struct Timer(ResourceHandle);

impl Timer {
    pub(crate) fn new(mailbox: Weak<dyn DynMailbox>, key: ResourceId) -> Self {
        Timer(ResourceHandle { mailbox, key })
    }

    /// Cancels the timer. A tick that is due but has not been handled is skipped.
    pub fn cancel(self) {}

    /// Keeps the timer running without this handle.
    pub fn detach(mut self) {
        self.0.detach();
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").finish_non_exhaustive()
    }
}

impl<A: Dispatch> Context<A> {
    /// Sends a message for each item of `stream`.
    ///
    /// At most one item is pending; the stream is polled again after the actor has taken it. A
    /// stream that has not ended keeps the actor alive.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// #[actor]
    /// struct Sum {
    ///     total: u32,
    /// }
    ///
    /// #[actor]
    /// impl Sum {
    ///     #[on_start]
    ///     fn begin(&mut self, context: &Context<Self>) {
    ///         let numbers = futures_lite::stream::iter([1, 2, 3]);
    ///         context
    ///             .attach(numbers, |me, number| me.add(number))
    ///             .on_end(|me| me.done())
    ///             .detach();
    ///     }
    ///
    ///     fn add(&mut self, number: u32) {
    ///         self.total += number;
    ///     }
    ///
    ///     fn done(&mut self, context: &Context<Self>) {
    ///         assert_eq!(self.total, 6);
    ///         context.stop();
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     assert_eq!(Sum { total: 0 }.spawn().join().await, Exit::Stopped);
    /// });
    /// ```
    pub fn attach<S, B, T, F>(&self, stream: S, each: F) -> Attachment<A>
    where
        S: Stream + Send + 'static,
        S::Item: Send,
        B: Protocol,
        F: for<'a> FnMut(&'a A::Addr, S::Item) -> Call<'a, B, T> + Send + 'static,
    {
        let guard = self.task_guard(true);
        let key = guard.key;
        let (bring, make) = stream_task::<A, _, _, _, _>(stream, each, guard, self.id());
        self.hold_task(key, bring, |task| Resource::Source {
            task,
            callback: Some(make),
            state: SourceState::Attached,
            on_end: None,
        });
        Attachment::new(self.mailbox.clone(), key)
    }

    /// Runs `future` concurrently with the actor and sends a message with its output. The actor
    /// handles other messages in the meantime. A running future keeps the actor alive.
    ///
    /// The output is `Err(Failure)` if the future panicked. Corresponds to Akka's `pipeToSelf`.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::Failure;
    /// #[actor]
    /// struct Cache {
    ///     page: Option<String>,
    /// }
    ///
    /// #[actor]
    /// impl Cache {
    ///     fn load(&mut self, context: &Context<Self>) {
    ///         let fetching = async { String::from("text") };
    ///         context.pipe(fetching, |me, page| me.loaded(page));
    ///     }
    ///
    ///     fn loaded(&mut self, page: Result<String, Failure>) {
    ///         self.page = page.ok();
    ///     }
    ///
    ///     fn page(&self) -> Option<String> {
    ///         self.page.clone()
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let cache = Cache { page: None }.spawn();
    ///     cache.load().await.unwrap();
    ///     while cache.page().await.unwrap().is_none() {}
    /// });
    /// ```
    pub fn pipe<U, B, T, F>(&self, future: U, make: F)
    where
        U: Future + Send + 'static,
        U::Output: Send,
        B: Protocol,
        F: for<'a> FnOnce(&'a A::Addr, Result<U::Output, Failure>) -> Call<'a, B, T>
            + Send
            + 'static,
    {
        let guard = self.task_guard(true);
        let key = guard.key;
        let (bring, make) = pipe_task::<A, _, _, _, _>(future, make, guard, self.id());
        self.hold_task(key, bring, |task| Resource::Source {
            task,
            callback: Some(make),
            state: SourceState::Piped,
            on_end: None,
        });
    }
}

impl<P: Protocol, T> Call<'_, P, T> {
    /// Makes the call concurrently with the calling actor and sends a message with the reply. The
    /// actor handles other messages in the meantime.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Store; #[actor] impl Store { fn get(&self, key: u32) -> u32 { key * 2 } }
    /// #[actor]
    /// struct Front {
    ///     store: StoreAddr,
    ///     found: Option<u32>,
    /// }
    ///
    /// #[actor]
    /// impl Front {
    ///     fn look_up(&mut self, key: u32, context: &Context<Self>) {
    ///         self.store.get(key).pipe(context, |me, answer| me.found(answer));
    ///     }
    ///
    ///     fn found(&mut self, answer: Result<u32, CallError>) {
    ///         self.found = answer.ok();
    ///     }
    ///
    ///     fn last(&self) -> Option<u32> {
    ///         self.found
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let front = Front { store: Store.spawn(), found: None }.spawn();
    ///     front.look_up(4).await.unwrap();
    ///     while front.last().await.unwrap().is_none() {}
    ///     assert_eq!(front.last().await, Ok(Some(8)));
    /// });
    /// ```
    ///
    /// # Panics
    /// If the call has already been polled.
    #[track_caller]
    pub fn pipe<A, B, U, F>(self, context: &Context<A>, make: F)
    where
        A: Dispatch,
        B: Protocol,
        T: Send + 'static,
        F: for<'b> FnOnce(&'b A::Addr, Result<T, CallError>) -> Call<'b, B, U> + Send + 'static,
    {
        // A call does not panic while it waits. If it did, its reply would be lost, and the caller
        // would get `NoReply`.
        let call = Inheriting::new(self.into_owned());
        context.pipe(call, move |me, answer| make(me, answer.unwrap_or(Err(CallError::NoReply))));
    }
}

impl<P: Protocol, T> WithTimeout<Call<'_, P, T>> {
    /// Makes the call concurrently with the calling actor, and sends a message with the reply or
    /// with the error that the timeout elapsed. See [`Call::pipe`].
    ///
    /// # Panics
    /// If the call has already been polled.
    #[track_caller]
    pub fn pipe<A, B, U, F>(self, context: &Context<A>, make: F)
    where
        A: Dispatch,
        B: Protocol,
        T: Send + 'static,
        F: for<'b> FnOnce(&'b A::Addr, Result<T, CallError>) -> Call<'b, B, U> + Send + 'static,
    {
        let call = Inheriting::new(self.into_owned());
        context.pipe(call, move |me, answer| make(me, answer.unwrap_or(Err(CallError::NoReply))));
    }
}

/// A stream attached by [`Context::attach`](crate::Context::attach).
///
/// Dropping the handle detaches the stream and drops it. The stream also ends with the life that
/// attached it.
///
/// ```
/// # use actor_core::prelude::*;
/// use actor_core::context::Attachment;
///
/// #[actor]
/// struct Reader {
///     lines: Option<Attachment<Reader>>,
/// }
///
/// #[actor]
/// impl Reader {
///     #[on_start]
///     fn open(&mut self, context: &Context<Self>) {
///         let lines = futures_lite::stream::pending::<String>();
///         self.lines = Some(context.attach(lines, |me, line| me.line(line)));
///     }
///
///     fn line(&mut self, _line: String) {}
///
///     fn close(&mut self) {
///         self.lines = None; // drops the stream
///     }
/// }
/// # System::current_thread().block_on(async { Reader { lines: None }.spawn().close().await.unwrap() });
/// ```
#[must_use = "dropping an attachment drops the stream; keep it or call `.detach()`"]
pub struct Attachment<A: Dispatch> {
    mailbox: Arc<Mailbox<A>>,
    handle: ResourceHandle,
}

impl<A: Dispatch> Attachment<A> {
    pub(crate) fn new(mailbox: Arc<Mailbox<A>>, key: ResourceId) -> Self {
        let any: Arc<dyn DynMailbox> = mailbox.clone();
        Attachment { mailbox, handle: ResourceHandle { mailbox: Arc::downgrade(&any), key } }
    }

    /// Sends a message when the stream ends, after its last item; immediately if it has ended. Not sent if the stream
    /// is cancelled.
    #[must_use = "dropping an attachment drops the stream; keep it or call `.detach()`"]
    pub fn on_end<B, T, F>(self, make: F) -> Self
    where
        B: Protocol,
        F: for<'a> FnOnce(&'a A::Addr) -> Call<'a, B, T> + Send + 'static,
    {
        let own = Context::new(self.mailbox.clone()).id();
        let made = once(move |me, slot| CallbackResult::of(make(&own_address::<A>(me)), own, slot));
        let mut unused = Some(made);
        let mut has_ended = false;
        let mut locked = self.mailbox.lock();
        let resource =
            locked.cell.existing_resources_mut().and_then(|held| held.get(self.handle.key));
        if let Some(Resource::Source { on_end, state, .. }) = resource {
            std::mem::swap(on_end, &mut unused);
            has_ended = *state == SourceState::Ended;
        }
        drop(locked);
        if has_ended {
            self.mailbox.untyped().notify(SystemMessage::ResourceReady(self.handle.key));
        }
        drop(unused);
        self
    }

    /// Drops the stream. A pending item that has not been handled is skipped.
    pub fn cancel(self) {}

    /// Keeps the stream attached without this handle.
    pub fn detach(mut self) {
        let mut locked = self.mailbox.lock();
        let resources = locked.cell.existing_resources_mut();
        let ended = resources.and_then(|resources| resources.detach_stream(self.handle.key));
        drop(locked);
        self.handle.detach();
        if let Some(ended) = ended {
            ended.end(self.mailbox.untyped(), "");
        }
    }
}

impl<A: Dispatch> fmt::Debug for Attachment<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment").finish_non_exhaustive()
    }
}

/// The single slot between a stream's task and the run loop.
struct ItemSlot<I> {
    item: Mutex<Option<I>>,
    /// Notified when the item has been taken. The task then reads the next item.
    taken: Arc<Event>,
}

/// Returns the task that delivers the items of `stream`, and the callback that turns each item into
/// a message.
fn stream_task<A, S, B, T, F>(
    stream: S,
    mut each: F,
    guard: TaskGuard,
    own: ActorId,
) -> (impl Future<Output = ()> + Send + 'static, Callback)
where
    A: Dispatch,
    S: Stream + Send + 'static,
    S::Item: Send,
    B: Protocol,
    F: for<'a> FnMut(&'a A::Addr, S::Item) -> Call<'a, B, T> + Send + 'static,
{
    let shared = Arc::new(ItemSlot { item: Mutex::new(None), taken: Event::new() });
    let (mailbox, key, task_side) = (guard.mailbox.clone(), guard.key, shared.clone());
    let deliver = async move {
        let mut stream = pin!(stream);
        while let Some(item) = stream.next().await {
            let taken = task_side.taken.listen();
            *task_side.item.lock() = Some(item);
            mailbox.notify(SystemMessage::ResourceReady(key));
            taken.await;
        }
        // The end of the stream: the slot is empty.
        mailbox.notify(SystemMessage::ResourceReady(key));
    };
    let make: Callback = Box::new(move |me, slot| {
        let item = shared.item.lock().take();
        let Some(item) = item else { return CallbackResult::None };
        match CallbackResult::of(each(&own_address::<A>(me), item), own, slot) {
            CallbackResult::SendTo(sending) => {
                let shared = shared.clone();
                CallbackResult::SendTo(Box::pin(async move {
                    sending.await;
                    shared.taken.notify();
                }))
            }
            made => {
                shared.taken.notify();
                made
            }
        }
    });
    (run_in_life(guard, deliver, "stream"), make)
}

/// Returns the task that waits for `future`, and the callback that turns its output into a message.
fn pipe_task<A, U, B, T, F>(
    future: U,
    make: F,
    guard: TaskGuard,
    own: ActorId,
) -> (impl Future<Output = ()> + Send + 'static, Callback)
where
    A: Dispatch,
    U: Future + Send + 'static,
    U::Output: Send,
    B: Protocol,
    F: for<'a> FnOnce(&'a A::Addr, Result<U::Output, Failure>) -> Call<'a, B, T> + Send + 'static,
{
    let run_loop_side = Arc::new(Mutex::new(None));
    let (mailbox, key, task_side) = (guard.mailbox.clone(), guard.key, run_loop_side.clone());
    // Created outside of the block, because the block may be dropped before its first poll, and
    // `future` with it.
    let caught = CatchPanic::new(future, mailbox.clone(), "pipe");
    let deliver = async move {
        let outcome = caught.await;
        *task_side.lock() = Some(outcome);
        mailbox.notify(SystemMessage::ResourceReady(key));
        drop(guard);
    };
    let made = once(move |me, message| match run_loop_side.lock().take() {
        Some(outcome) => CallbackResult::of(make(&own_address::<A>(me), outcome), own, message),
        None => CallbackResult::None,
    });
    (deliver, made)
}

impl CallbackResult {
    /// Stores the message of `call` in `slot` if the call is for the actor `own`; otherwise returns
    /// the send to the other actor.
    pub(crate) fn of<B: Protocol, T>(
        mut call: Call<'_, B, T>,
        own: ActorId,
        slot: &mut dyn Any,
    ) -> Self {
        if call.target().id() == own
            && let Some(slot) = slot.downcast_mut::<Option<B::Message>>()
        {
            *slot = Some(call.take_message());
            return CallbackResult::Own;
        }
        let to = call.target().clone();
        let sending = call.into_owned().send();
        CallbackResult::SendTo(Box::pin(async move {
            let Err(error) = sending.await else { return };
            discard_message::<B>(to.mailbox().untyped(), error.into_message());
        }))
    }
}

/// Returns the address of the actor for which a callback is called.
pub(crate) fn own_address<A: Dispatch>(me: &dyn Any) -> A::Addr {
    let me = me.downcast_ref::<Addr<A>>();
    me.expect("the closures of an actor are called for it").clone().into()
}

/// Adapts a closure that is called once to the type of a repeatable one.
pub(crate) fn once(
    make: impl FnOnce(&dyn Any, &mut dyn Any) -> CallbackResult + Send + 'static,
) -> Callback {
    let mut make = Some(make);
    Box::new(move |me, slot| match make.take() {
        Some(make) => make(me, slot),
        None => CallbackResult::None,
    })
}
