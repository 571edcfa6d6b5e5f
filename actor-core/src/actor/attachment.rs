//! Streams and piped futures: a task delivers one item at a time, and the run loop turns it into a
//! message.

use super::callback::{Made, Make, address};
use super::task::{Contained, Present, supervised};
use super::timer::Handle;
use crate::actor::dispatch::Dispatch;
use crate::address::call::Call;
use crate::cell::handle::AnyMail;
use crate::cell::mailbox::Mail;
use crate::cell::message::Protocol;
use crate::cell::resources::Holding;
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
    handle: Handle,
}

impl<A: Dispatch> Attachment<A> {
    pub(crate) fn new(mail: Arc<Mail<A>>, key: Key) -> Self {
        let any: Arc<dyn AnyMail> = mail.clone();
        Attachment { mail, handle: Handle { mail: Arc::downgrade(&any), key } }
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
        let made = once(move |me, slot| Made::of(make(&address::<A>(me)), own, slot));
        let mut unused = Some(made);
        let mut lane = self.mail.lane();
        let holding = lane.seat.holdings.as_mut().and_then(|held| held.get(self.handle.key));
        if let Some(Holding::Source { at_end, .. }) = holding {
            std::mem::swap(at_end, &mut unused);
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
pub(crate) fn once(make: impl FnOnce(&dyn Any, &mut dyn Any) -> Made + Send + 'static) -> Make {
    let mut make = Some(make);
    Box::new(move |me, slot| match make.take() {
        Some(make) => make(me, slot),
        None => Made::Nothing,
    })
}

/// The single slot between a stream's task and the run loop.
struct Feed<I> {
    item: Mutex<Option<I>>,
    /// Notified when the item has been taken, which is the demand for the next one.
    taken: Arc<Event>,
}

/// The task that delivers the items of `stream`, and the callback that turns them into messages.
pub(crate) fn stream<A, S, B, T, F>(
    stream: S,
    mut each: F,
    present: Present,
    own: ActorId,
) -> (impl Future<Output = ()> + Send + 'static, Make)
where
    A: Dispatch,
    S: Stream + Send + 'static,
    S::Item: Send,
    B: Protocol,
    F: for<'a> FnMut(&'a A::Addr, S::Item) -> Call<'a, B, T> + Send + 'static,
{
    let feed = Arc::new(Feed { item: Mutex::new(None), taken: Event::new() });
    let (mail, key, far) = (present.mail.clone(), present.key, feed.clone());
    let bring = async move {
        let mut stream = pin!(stream);
        while let Some(item) = stream.next().await {
            let taken = far.taken.listen();
            *far.item.lock() = Some(item);
            mail.notify(Notice::Due(key));
            taken.await;
        }
        // An empty feed means that the stream has ended.
        mail.notify(Notice::Due(key));
    };
    let make: Make = Box::new(move |me, slot| {
        let item = feed.item.lock().take();
        let Some(item) = item else { return Made::Nothing };
        match Made::of(each(&address::<A>(me), item), own, slot) {
            Made::Elsewhere(sending) => {
                let feed = feed.clone();
                Made::Elsewhere(Box::pin(async move {
                    sending.await;
                    feed.taken.notify();
                }))
            }
            made => {
                feed.taken.notify();
                made
            }
        }
    });
    (supervised(present, bring, "stream"), make)
}

/// The task that waits for `future`, and the callback that turns its output into a message.
pub(crate) fn pipe<A, U, B, T, F>(
    future: U,
    make: F,
    present: Present,
    own: ActorId,
) -> (impl Future<Output = ()> + Send + 'static, Make)
where
    A: Dispatch,
    U: Future + Send + 'static,
    U::Output: Send,
    B: Protocol,
    F: for<'a> FnOnce(&'a A::Addr, Result<U::Output, Failure>) -> Call<'a, B, T> + Send + 'static,
{
    let near = Arc::new(Mutex::new(None));
    let (mail, key, far) = (present.mail.clone(), present.key, near.clone());
    // Made outside of the block: it may be dropped before its first poll, and `future` with it.
    let contained = Contained::new(future, mail.clone(), "pipe");
    let bring = async move {
        let outcome = contained.await;
        *far.lock() = Some(outcome);
        mail.notify(Notice::Due(key));
        drop(present);
    };
    let made = once(move |me, message| match near.lock().take() {
        Some(outcome) => Made::of(make(&address::<A>(me), outcome), own, message),
        None => Made::Nothing,
    });
    (bring, made)
}
