//! A message that has been written but not yet sent: [`Call`], and what can be done with it.

mod blocking;
mod delegated;
mod waiting;

pub(super) use blocking::block_on;
pub use delegated::Delegated;

use super::address::Addr;
use super::answer::Answer;
use super::reply::Reply;
use super::reply_slot::ReplySlot;
use super::send::{Held, Sending};
use super::timed::Timed;
use crate::Context;
use crate::actor::{Dispatch, Protocol};
use crate::cell::queue::{Ticket, Wait};
use crate::cell::record::Recorded;
use crate::error::{CallError, SendError};
use std::fmt;
use std::time::Duration;

/// Finds the reply slot in a message that is of the one variant it was made for.
pub(crate) type FindSlot<P, T> = fn(&mut <P as Protocol>::Message) -> Option<&mut ReplySlot<P, T>>;

/// A message to an actor, with everything that can be done with it.
///
/// Nothing happens until it is awaited or sent. As a future it waits for room in the mailbox and
/// then for the reply; it needs no box, is `Unpin + Send`, and so goes into `join_all`, `zip` and
/// `race` as it is.
///
/// ```
/// # use actor_core::prelude::*;
/// # use std::time::Duration;
/// #[actor]
/// struct Counter {
///     total: u64,
/// }
///
/// #[actor]
/// impl Counter {
///     fn add(&mut self, amount: u64) -> u64 {
///         self.total += amount;
///         self.total
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// System::current_thread().block_on(async {
///     let counter = Counter { total: 0 }.spawn();
///     assert_eq!(counter.add(1).await?, 1); // call
///     counter.add(1).send().await?; // send, waiting for room
///     counter.add(1).try_send()?; // send, never waiting
///     let total = counter.add(1).timeout(Duration::from_secs(1)).await?;
///     assert_eq!(total, 4);
///     Ok(())
/// })
/// # }
/// ```
///
/// # Errors
/// See [`CallError`] for what awaiting it can give.
///
/// # Cancellation
/// A call that is dropped while its message is still queued is never handled; one whose handler
/// has begun finishes, and its late reply goes nowhere.
#[must_use = "a call does nothing unless awaited or sent; `.await` it, or use `.send().await` or `.try_send()`"]
pub struct Call<'a, P: Protocol, T> {
    address: Held<'a, P>,
    message: Option<P::Message>,
    slot: FindSlot<P, T>,
    if_room: bool,
    /// Whether the answer can come from nowhere but the target's own run.
    is_direct: bool,
    is_timed: bool,
    stage: Stage,
    /// There from the first poll on, or from the start if the message has its reply in it already.
    answer: Answer<T>,
    /// Under which the message waits for room.
    ticket: Option<Ticket>,
    recorded: Recorded,
}

const UNDER_WAY: &str = "the call has been polled already: its message is under way";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Fresh,
    /// As fresh, but the message has its reply in it already.
    Asked,
    /// The message lies in the mailbox, or waits for room.
    Waiting,
    Over,
}

impl<'a, P: Protocol, T> Call<'a, P, T> {
    #[doc(hidden)]
    pub fn __new(address: &'a Addr<P>, message: P::Message, slot: FindSlot<P, T>) -> Self {
        Call {
            address: Held::Borrowed(address),
            message: Some(message),
            slot,
            if_room: false,
            is_direct: true,
            is_timed: false,
            stage: Stage::Fresh,
            answer: Answer::none(),
            ticket: None,
            recorded: Recorded::not(),
        }
    }

    /// A call whose answer may come from elsewhere than the actor that handles it, or need not come
    /// in turn: such a wait is never taken for a part of a deadlock.
    #[doc(hidden)]
    pub fn __indirect(address: &'a Addr<P>, message: P::Message, slot: FindSlot<P, T>) -> Self {
        let mut call = Call::__new(address, message, slot);
        call.is_direct = false;
        call
    }

    /// A call whose message has the reply that leads to `answer` in it.
    pub(crate) fn asked(address: &'a Addr<P>, message: P::Message, answer: Answer<T>) -> Self {
        let mut call = Call::__indirect(address, message, |_| None);
        (call.stage, call.answer) = (Stage::Asked, answer);
        call
    }

    /// The same call, holding the address itself: for spawned tasks and for calls on temporaries.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
    /// # System::current_thread().block_on(async {
    /// let echo = Echo.spawn();
    /// let answer = actor_core::spawn(echo.say(3).owned());
    /// assert_eq!(answer.await, Ok(3));
    /// # });
    /// ```
    ///
    /// # Panics
    /// If the call has been polled already.
    #[track_caller]
    pub fn owned(mut self) -> Call<'static, P, T> {
        Call {
            address: Held::Owned(self.address.get().clone()),
            message: Some(self.take_message()),
            slot: self.slot,
            if_room: self.if_room,
            is_direct: self.is_direct,
            is_timed: self.is_timed,
            recorded: Recorded::not(),
            stage: std::mem::replace(&mut self.stage, Stage::Over),
            answer: self.answer.take(),
            ticket: self.ticket.take(),
        }
    }

    /// Waits at most `limit` for the answer, time in the queue included, on the clock of the
    /// actor's system.
    ///
    /// # Errors
    /// As the call itself, and [`CallError::Timeout`].
    pub fn timeout(self, limit: Duration) -> Timed<Self> {
        Timed::new(self, limit)
    }

    /// Gives up at once, with [`CallError::Full`], if there is no room: load shedding.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor(capacity = 1)] struct Busy; #[actor] impl Busy { fn work(&self) {} }
    /// # System::current_thread().block_on(async {
    /// let busy = Busy.spawn();
    /// busy.work().try_send().unwrap();
    /// assert_eq!(busy.work().if_room().await, Err(CallError::Full));
    /// # });
    /// ```
    pub fn if_room(mut self) -> Self {
        self.if_room = true;
        self
    }

    /// Sends without waiting for the answer: waits only for room in the mailbox.
    ///
    /// # Errors
    /// [`SendError`] with the message, if the actor has ended.
    ///
    /// # Panics
    /// If the call has been polled already.
    ///
    /// # Cancellation
    /// Dropped before it is accepted, the message was not sent.
    #[track_caller]
    #[inline]
    pub fn send(mut self) -> Sending<'a, P> {
        let message = self.take_message();
        let address = self.address.again();
        self.forget();
        Sending::new(address, message)
    }

    /// Sends without waiting for anything.
    ///
    /// # Errors
    /// [`SendError`] with the message, if there is no room or the actor has ended.
    ///
    /// # Panics
    /// If the call has been polled already.
    #[track_caller]
    #[inline]
    pub fn try_send(mut self) -> Result<(), SendError<P::Message>> {
        self.prepare(false);
        match self.address.get().post().push(&mut self.message, None, Wait::No) {
            Ok(_) => {
                self.forget();
                Ok(())
            }
            Err(refused) => Err(SendError::new(refused.into(), self.take_message())),
        }
    }

    /// Blocks this thread until the answer is there: for code outside async.
    ///
    /// On the thread that a [current-thread system](crate::System::current_thread) belongs to, it
    /// drives that system meanwhile.
    ///
    /// # Errors
    /// As the call itself, and [`CallError::WouldBlock`] at once on a thread that runs any of our
    /// systems just now, or is at work for the tokio runtime of one thread that the actor is on.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self, n: u8) -> u8 { n } }
    /// let echo = Echo.spawn();
    /// assert_eq!(echo.say(3).wait(), Ok(3));
    /// ```
    pub fn wait(self) -> Result<T, CallError> {
        let host = self.address.get().post().core().hub.host.clone();
        block_on(host, self)
    }

    /// Sends the message with `reply` in the place of an own: the answer goes to whoever waits for
    /// `reply`. This is delegation without a task in between.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// #[actor]
    /// struct Store;
    ///
    /// #[actor]
    /// impl Store {
    ///     fn get(&self, key: u32) -> u32 {
    ///         key * 2
    ///     }
    /// }
    ///
    /// #[actor]
    /// struct Front {
    ///     store: StoreAddr,
    /// }
    ///
    /// #[actor]
    /// impl Front {
    ///     async fn get(&self, key: u32, reply: Reply<u32>) {
    ///         let _ = self.store.get(key).reply_to(reply).send().await;
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let front = Front { store: Store.spawn() }.spawn();
    ///     assert_eq!(front.get(4).await, Ok(8));
    /// });
    /// ```
    ///
    /// # Panics
    /// If the call has been polled already.
    #[track_caller]
    pub fn reply_to(mut self, reply: Reply<T>) -> Delegated<'a, P> {
        let mut message = self.take_message();
        if let Some(slot) = (self.slot)(&mut message) {
            slot.fill(reply);
        }
        Delegated { sending: Sending::new(self.address.again(), message) }
    }

    /// Makes the call beside the actor that asks, and has a message made of its answer: the actor
    /// goes on with other messages meanwhile.
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
    /// If the call has been polled already.
    #[track_caller]
    pub fn pipe<A, B, U, F>(self, context: &Context<A>, make: F)
    where
        A: Dispatch,
        B: Protocol,
        T: Send + 'static,
        F: for<'b> FnOnce(&'b A::Addr, Result<T, CallError>) -> Call<'b, B, U> + Send + 'static,
    {
        // A call does not panic while it waits; if it did, its answer would be lost: `NoReply`.
        context.pipe(self.owned(), move |me, answer| {
            make(me, answer.unwrap_or(Err(CallError::NoReply)))
        });
    }

    /// Ends a call whose message was taken. Most hold nothing that has to be dropped, which the
    /// compiler cannot see.
    #[inline]
    fn forget(self) {
        if matches!((&self.address, self.stage), (Held::Borrowed(_), Stage::Fresh)) {
            std::mem::forget(self);
        }
    }

    #[track_caller]
    #[inline]
    pub(crate) fn take_message(&mut self) -> P::Message {
        self.prepare(false);
        match self.message.take() {
            Some(message) => message,
            None => panic!("{UNDER_WAY}"),
        }
    }

    /// The message is about to be sent: it gets the time and the place from which that is done.
    #[track_caller]
    #[inline]
    fn prepare(&mut self, waits: bool) {
        assert!(self.message.is_some(), "{UNDER_WAY}");
        #[cfg(any(feature = "metrics", feature = "tracing"))]
        {
            let now = self.address.get().post().core().hub.host.now();
            if let Some(message) = &mut self.message
                && let Some(slot) = (self.slot)(message)
            {
                slot.stamp().set(now, waits);
            }
        }
        #[cfg(not(any(feature = "metrics", feature = "tracing")))]
        let _ = waits;
    }

    /// Puts the reply into the message.
    #[inline]
    fn fill(&mut self, reply: Reply<T>) {
        if let Some(message) = &mut self.message
            && let Some(slot) = (self.slot)(message)
        {
            slot.fill(reply);
        }
    }

    pub(crate) fn target(&self) -> &Addr<P> {
        self.address.get()
    }
}

impl<P: Protocol, T> fmt::Debug for Call<'_, P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.message.as_ref().map(|message| P::label(message).name);
        f.debug_struct("Call")
            .field("to", self.address.get())
            .field("message", &name)
            .finish_non_exhaustive()
    }
}
