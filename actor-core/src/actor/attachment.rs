//! Streams and piped futures: a task delivers one item at a time, and the run loop turns it into a
//! message.

use super::callback::{Callback, CallbackResult, own_address};
use super::task::{CatchPanic, TaskGuard, run_task};
use super::timer::ResourceHandle;
use crate::actor::dispatch::Dispatch;
use crate::address::call::Call;
use crate::cell::handle::AnyMail;
use crate::cell::mailbox::Mail;
use crate::cell::message::Protocol;
use crate::cell::resources::Resource;
use crate::cell::state::{Key, Notice};
use crate::event::Event;
use crate::exit::{ActorId, Failure};
use crate::sync::{Arc, Mutex};
use futures_lite::{Stream, StreamExt};
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::pin;

/// A stream attached by [`Context::attach`](crate::Context::attach).
///
/// Dropping the handle detaches the stream and drops it. The stream also ends with the life that
/// attached it.
///
/// ```
/// # use actor_core::prelude::*;
/// use actor_core::Attachment;
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
    mail: Arc<Mail<A>>,
    handle: ResourceHandle,
}

impl<A: Dispatch> Attachment<A> {
    pub(crate) fn new(mail: Arc<Mail<A>>, key: Key) -> Self {
        let any: Arc<dyn AnyMail> = mail.clone();
        Attachment { mail, handle: ResourceHandle { mail: Arc::downgrade(&any), key } }
    }

    /// Sends a message when the stream ends, after its last item. Not sent if the stream is
    /// cancelled.
    #[must_use = "dropping an attachment drops the stream; keep it or call `.detach()`"]
    pub fn on_end<B, T, F>(self, make: F) -> Self
    where
        B: Protocol,
        F: for<'a> FnOnce(&'a A::Addr) -> Call<'a, B, T> + Send + 'static,
    {
        let own = self.mail.core.id();
        let made = once(move |me, slot| CallbackResult::of(make(&own_address::<A>(me)), own, slot));
        let mut unused = Some(made);
        let mut lane = self.mail.lane();
        let resource = lane.seat.resources.as_mut().and_then(|held| held.get(self.handle.key));
        if let Some(Resource::Source { on_end, .. }) = resource {
            std::mem::swap(on_end, &mut unused);
        }
        drop(lane);
        drop(unused);
        self
    }

    /// Drops the stream. A pending item that has not been handled is skipped.
    pub fn cancel(self) {}

    /// Keeps the stream attached without this handle.
    pub fn detach(mut self) {
        self.handle.detach();
    }
}

impl<A: Dispatch> fmt::Debug for Attachment<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment").finish_non_exhaustive()
    }
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

/// The single slot between a stream's task and the run loop.
struct ItemSlot<I> {
    item: Mutex<Option<I>>,
    /// Notified when the item has been taken, which is the demand for the next one.
    taken: Arc<Event>,
}

/// The task that delivers the items of `stream`, and the callback that turns them into messages.
pub(crate) fn stream<A, S, B, T, F>(
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
    let (mail, key, task_side) = (guard.mail.clone(), guard.key, shared.clone());
    let deliver = async move {
        let mut stream = pin!(stream);
        while let Some(item) = stream.next().await {
            let taken = task_side.taken.listen();
            *task_side.item.lock() = Some(item);
            mail.notify(Notice::Due(key));
            taken.await;
        }
        // An empty feed means that the stream has ended.
        mail.notify(Notice::Due(key));
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
    (run_task(guard, deliver, "stream"), make)
}

/// The task that waits for `future`, and the callback that turns its output into a message.
pub(crate) fn pipe<A, U, B, T, F>(
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
    let (mail, key, task_side) = (guard.mail.clone(), guard.key, run_loop_side.clone());
    // Made outside of the block: it may be dropped before its first poll, and `future` with it.
    let caught = CatchPanic::new(future, mail.clone(), "pipe");
    let deliver = async move {
        let outcome = caught.await;
        *task_side.lock() = Some(outcome);
        mail.notify(Notice::Due(key));
        drop(guard);
    };
    let made = once(move |me, message| match run_loop_side.lock().take() {
        Some(outcome) => CallbackResult::of(make(&own_address::<A>(me), outcome), own, message),
        None => CallbackResult::None,
    });
    (deliver, made)
}
