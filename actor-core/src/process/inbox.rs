//! The inbox of a process, from which it receives messages in order or selectively, with or without a
//! timeout, and the messages about exits that the process asks for.

use super::buffer::{InboxBuffer, RefusedMessage, Unexamined};
use super::{InboxLink, Proc, ProcessAddr};
use crate::Context;
use crate::actor::context::relations::{Link, Monitor};
use crate::address::addr::Watchable;
use crate::cell::handle::{Discardable, DynMailbox, catch_and_report};
use crate::cell::header::{Header, SENDERS_WAITING};
use crate::cell::mailbox::Mailbox;
use crate::cell::resources::{CallbackResult, Resource};
use crate::cell::state::SystemMessage;
use crate::cell::{current, deadlock::edge};
use crate::exit::{ActorId, Exit};
use crate::sync::Arc;
use crate::time::{Elapsed, Sleep};
use std::any::{Any, TypeId};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};
use std::time::Duration;

/// The inbox of a process. A process gets one at the start of each life, and can receive from it
/// only inside its own function.
///
/// A restart keeps the messages that were not received for the next life.
///
/// ```
/// # use actor_core::process::{Inbox, spawn_process};
/// # actor_core::System::current_thread().block_on(async {
/// let pair = spawn_process(|mut inbox: Inbox<u32>| async move {
///     let even = inbox.select(|n| if n % 2 == 0 { Ok(n) } else { Err(n) }).await;
///     (even, inbox.receive().await)
/// });
/// pair.send(1).await.unwrap();
/// pair.send(2).await.unwrap();
/// assert_eq!(pair.result().await, Ok((Some(2), Some(1))));
/// # });
/// ```
pub struct Inbox<M: Send + 'static> {
    context: Context<Proc<M>>,
    buffer: InboxBuffer<M>,
    /// Turns exits into messages, after the process has created a link.
    on_exit: Option<fn(ExitNotice) -> M>,
    loop_link: Arc<InboxLink>,
}

impl<M: Send + 'static> Inbox<M> {
    pub(super) fn new(context: Context<Proc<M>>, loop_link: Arc<InboxLink>) -> Self {
        Inbox { context, buffer: InboxBuffer::new(), on_exit: None, loop_link }
    }

    /// Waits for the next message: the oldest in the mailbox, including messages that no
    /// [`select`](Inbox::select) has accepted.
    ///
    /// Returns `None` when the process has been stopped, or its last address was dropped, and all
    /// queued messages have been received. Also returns `None` when the supervisor is about to
    /// restart the process, which keeps the queued messages. After every 64 messages, the process
    /// yields to other tasks.
    ///
    /// # Panics
    /// If polled outside the process.
    ///
    /// # Cancellation
    /// Dropping the future loses no message.
    pub fn receive(&mut self) -> impl Future<Output = Option<M>> + use<'_, M> {
        Select::new(self, Ok as Oldest<M>)
    }

    /// Like [`receive`](Inbox::receive), but waits for at most `limit`. With a limit of zero, it
    /// takes a message that is already queued and does not wait.
    ///
    /// # Errors
    /// [`Elapsed`](crate::time::Elapsed), if the timeout elapses without a message.
    ///
    /// ```
    /// # use actor_core::process::{Inbox, spawn_process};
    /// # use actor_core::time::Elapsed;
    /// # use std::time::Duration;
    /// # actor_core::System::current_thread().block_on(async {
    /// let process = spawn_process(|mut inbox: Inbox<u8>| async move {
    ///     let first = inbox.receive().await;
    ///     (first, inbox.receive_timeout(Duration::from_millis(1)).await)
    /// });
    /// process.send(1).await.unwrap();
    /// assert_eq!(process.result().await, Ok((Some(1), Err(Elapsed))));
    /// # });
    /// ```
    pub fn receive_timeout(
        &mut self,
        limit: Duration,
    ) -> impl Future<Output = Result<Option<M>, Elapsed>> + use<'_, M> {
        SelectWithin::new(self.select(Ok as Oldest<M>), limit)
    }

    /// Waits for a message that `matcher` accepts (selective receive). `matcher` returns `Ok` to
    /// take a message, and `Err` with the unchanged message to refuse it.
    ///
    /// `matcher` is called with the messages in order, starting from the oldest, and never twice
    /// with the same message, unless it starts again from the oldest. A refused message stays at
    /// its position in the mailbox and counts against the capacity. A later `receive` or another
    /// matcher can take it. Messages that no matcher ever accepts eventually fill the mailbox, and
    /// then senders wait.
    ///
    /// A closure without captures counts as the same matcher each time and continues where it
    /// stopped. A closure with captures starts from the oldest message each time.
    ///
    /// Returns `None` when [`receive`](Inbox::receive) would return it, if no queued message is
    /// accepted.
    ///
    /// # Panics
    /// If `matcher` panics, which loses only the message it was called with, or if polled outside
    /// the process.
    ///
    /// # Cancellation
    /// Dropping the future loses no message.
    ///
    /// ```
    /// # use actor_core::process::{Inbox, spawn_process};
    /// enum Message {
    ///     Data(&'static str),
    ///     Credit(u32),
    /// }
    ///
    /// # actor_core::System::current_thread().block_on(async {
    /// let process = spawn_process(|mut inbox: Inbox<Message>| async move {
    ///     let credit = inbox.select(|message| match message {
    ///         Message::Credit(n) if n > 3 => Ok(n),
    ///         other => Err(other),
    ///     });
    ///     credit.await
    /// });
    /// process.send(Message::Data("waits")).await.unwrap();
    /// process.send(Message::Credit(5)).await.unwrap();
    /// assert_eq!(process.result().await, Ok(Some(5)));
    /// # });
    /// ```
    pub fn select<T, F: FnMut(M) -> Result<T, M>>(&mut self, matcher: F) -> Select<'_, M, F> {
        Select::new(self, matcher)
    }

    /// Like [`select`](Inbox::select), but waits for at most `limit`. With a limit of zero, it
    /// examines the queued messages and does not wait.
    ///
    /// # Errors
    /// [`Elapsed`](crate::time::Elapsed), if the timeout elapses and no message is accepted.
    ///
    /// ```
    /// # use actor_core::process::{Inbox, spawn_process};
    /// # use actor_core::time::Elapsed;
    /// # use std::time::Duration;
    /// # actor_core::System::current_thread().block_on(async {
    /// let process = spawn_process(|mut inbox: Inbox<u8>| async move {
    ///     let large = |n| if n > 9 { Ok(n) } else { Err(n) };
    ///     (inbox.select_timeout(Duration::ZERO, large).await, inbox.receive().await)
    /// });
    /// process.send(1).await.unwrap();
    /// assert_eq!(process.result().await, Ok((Err(Elapsed), Some(1))));
    /// # });
    /// ```
    pub fn select_timeout<T, F: FnMut(M) -> Result<T, M>>(
        &mut self,
        limit: Duration,
        matcher: F,
    ) -> impl Future<Output = Result<Option<T>, Elapsed>> + use<'_, M, T, F> {
        SelectWithin::new(self.select(matcher), limit)
    }

    /// Returns the process's own address, to pass to other actors.
    ///
    /// An address that the process itself holds keeps the process alive until it is stopped.
    pub fn address(&self) -> ProcessAddr<M> {
        self.context.address()
    }

    /// Returns the process's id.
    pub fn id(&self) -> ActorId {
        self.context.id()
    }

    /// Returns the number of restarts: 0 in the first life.
    ///
    /// ```
    /// # use actor_core::process::{Inbox, spawn_process};
    /// # actor_core::System::current_thread().block_on(async {
    /// let process = spawn_process(|inbox: Inbox<u8>| async move { inbox.restarts() });
    /// assert_eq!(process.result().await, Ok(0));
    /// # });
    /// ```
    pub fn restarts(&self) -> u32 {
        self.context.restarts()
    }

    fn mailbox(&self) -> &Mailbox<Proc<M>> {
        self.context.mailbox()
    }

    /// Takes the queued messages out of the mailbox. Returns `false` if no more messages will
    /// arrive.
    fn fill_buffer(&mut self) -> bool {
        let mailbox = self.context.mailbox();
        self.buffer.fill(|rest| mailbox.drain(rest))
    }

    /// Calls the matcher with the drained messages, starting at `at`, which is advanced.
    fn find_match<T>(
        &mut self,
        matcher: &mut impl FnMut(M) -> Result<T, M>,
        at: &mut usize,
    ) -> Option<T> {
        loop {
            let chosen = match self.buffer.refused.get_mut(*at) {
                Some(place) => match std::mem::replace(place, RefusedMessage::Taken) {
                    RefusedMessage::Queued(message) => {
                        let guard = TakeGuard(&self.context);
                        matcher(message)
                            .map_err(|message| guard.refused(RefusedMessage::Queued(message)))
                    }
                    RefusedMessage::FromNotice(message) => {
                        matcher(message).map_err(RefusedMessage::FromNotice)
                    }
                    // An earlier matcher panicked here, and the process continued.
                    RefusedMessage::Taken => {
                        self.buffer.remove(*at);
                        continue;
                    }
                },
                None => match self.buffer.next_unexamined() {
                    Unexamined::Message(message) => {
                        let guard = TakeGuard(&self.context);
                        match matcher(message) {
                            Ok(chosen) => return Some(chosen),
                            Err(message) => {
                                self.buffer
                                    .refused
                                    .push_back(guard.refused(RefusedMessage::Queued(message)));
                                *at += 1;
                            }
                        }
                        continue;
                    }
                    Unexamined::SystemMessage(notice) => {
                        self.handle_notice(notice);
                        if self.loop_link.is_failing() {
                            return None;
                        }
                        continue;
                    }
                    Unexamined::Nothing => return None,
                },
            };
            match chosen {
                Ok(chosen) => {
                    self.buffer.remove(*at);
                    return Some(chosen);
                }
                Err(refused) => {
                    self.buffer.refused[*at] = refused;
                    *at += 1;
                }
            }
        }
    }

    /// Called after a message was taken. Admits waiting senders if there is capacity.
    fn message_taken(&self) {
        let header: &Header = &self.mailbox().header;
        header.spend();
        if header.flags() & SENDERS_WAITING != 0 {
            self.mailbox().untyped().make_room();
        }
    }
}

impl<M: Send + 'static> Drop for Inbox<M> {
    /// Puts messages that were not received back into the mailbox, for the next life or to be
    /// discarded.
    fn drop(&mut self) {
        let (mut messages, system_messages, created) =
            std::mem::replace(&mut self.buffer, InboxBuffer::new()).into_parts();
        let mailbox = self.context.mailbox();
        mailbox.restore(&mut messages, system_messages);
        while let Some(leftover) = messages.pop_front() {
            mailbox.discard_message(leftover);
        }
        for message in created {
            let mut message = Some(message);
            catch_and_report(&**mailbox, "drop", &mut || message.clear());
        }
    }
}

impl<M: Send + 'static> fmt::Debug for Inbox<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inbox({})", self.mailbox().untyped().label())
    }
}

/// A message that a matcher is examining. Unless the matcher refuses it, it counts as taken, even
/// after a panic.
struct TakeGuard<'a, M: Send + 'static>(&'a Context<Proc<M>>);

impl<M: Send + 'static> TakeGuard<'_, M> {
    fn refused(self, message: RefusedMessage<M>) -> RefusedMessage<M> {
        std::mem::forget(self);
        message
    }
}

impl<M: Send + 'static> Drop for TakeGuard<'_, M> {
    fn drop(&mut self) {
        self.0.mailbox().header.begin_one();
    }
}

/// The matcher that accepts every message.
pub type Oldest<M> = fn(M) -> Result<M, M>;

/// The future of [`Inbox::select`].
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::process::{Inbox, Process, spawn_process};
/// # System::current_thread().block_on(async {
/// let process = spawn_process(|mut inbox: Inbox<u8>| async move {
///     inbox.select(|number| if number > 3 { Ok(number) } else { Err(number) }).await
/// });
/// process.send(1).await.unwrap();
/// process.send(5).await.unwrap();
/// assert_eq!(process.result().await, Ok(Some(5)));
/// # });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Select<'a, M: Send + 'static, F> {
    inbox: &'a mut Inbox<M>,
    matcher: F,
    /// The number of drained messages that were refused; `None` before the first poll.
    at: Option<usize>,
}

impl<'a, M: Send + 'static, F> Select<'a, M, F> {
    fn new(inbox: &'a mut Inbox<M>, matcher: F) -> Self {
        Select { inbox, matcher, at: None }
    }
}

/// Returns the key by which a matcher is recognized, or `None` if it captures variables.
fn matcher_key<F>() -> Option<TypeId> {
    // A matcher may borrow from the calling function, so it has no `TypeId`. A closure of size
    // zero borrows nothing, so lifetimes make no difference.
    (size_of::<F>() == 0).then(typeid::of::<F>)
}

impl<M: Send + 'static, T, F: FnMut(M) -> Result<T, M>> Future for Select<'_, M, F> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let Select { inbox, matcher, at } = &mut *self;
        assert!(
            current::is_inside(inbox.mailbox().header.id()),
            "an inbox receives inside of its own process only, not in another task"
        );
        inbox.loop_link.wait_is_over();
        if inbox.mailbox().header.is_killed() {
            // The process was killed between two messages. The loop drops this future as soon as it
            // is pending.
            return Poll::Pending;
        }
        if inbox.mailbox().header.is_turn_over() {
            inbox.mailbox().header.end_turn();
            // Moves to the back of the run queue; the next turn starts with a full budget.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if inbox.mailbox().is_ending_life() {
            inbox.message_taken();
            return Poll::Ready(None);
        }
        let key = matcher_key::<F>();
        let at = at.get_or_insert_with(|| key.map_or(0, |key| inbox.buffer.position(key)));
        let found = loop {
            if let Some(chosen) = inbox.find_match(matcher, at) {
                break Some(Some(chosen));
            }
            if inbox.loop_link.is_failing() {
                // The loop drops this future as soon as it is pending.
                return Poll::Pending;
            }
            let may_get_more = inbox.fill_buffer();
            if !may_get_more {
                break Some(None);
            }
            if !inbox.buffer.has_unexamined() {
                break None;
            }
        };
        if let Some(key) = key {
            inbox.buffer.set_position(key, *at);
        }
        if let Some(found) = found {
            inbox.message_taken();
            return Poll::Ready(found);
        }
        inbox.buffer.release_memory();
        let waker = cx.waker();
        inbox.loop_link.wait((!edge::is_own_waker(waker)).then_some(waker));
        Poll::Pending
    }
}

impl<M: Send + 'static, F> Unpin for Select<'_, M, F> {}

impl<M: Send + 'static, F> Drop for Select<'_, M, F> {
    fn drop(&mut self) {
        self.inbox.loop_link.wait_is_over();
    }
}

impl<M: Send + 'static, F> fmt::Debug for Select<'_, M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Select").field("inbox", &*self.inbox).finish_non_exhaustive()
    }
}

/// The future of [`Inbox::select_timeout`].
struct SelectWithin<'a, M: Send + 'static, F> {
    select: Select<'a, M, F>,
    limit: Duration,
    sleep: Option<Sleep>,
}

impl<'a, M: Send + 'static, F> SelectWithin<'a, M, F> {
    fn new(select: Select<'a, M, F>, limit: Duration) -> Self {
        SelectWithin { select, limit, sleep: None }
    }
}

impl<M: Send + 'static, T, F: FnMut(M) -> Result<T, M>> Future for SelectWithin<'_, M, F> {
    type Output = Result<Option<T>, Elapsed>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        // Messages are checked first: a message that has arrived counts, even if the future is
        // polled after the timeout.
        if let Poll::Ready(found) = Pin::new(&mut this.select).poll(cx) {
            return Poll::Ready(Ok(found));
        }
        let header = &this.select.inbox.mailbox().header;
        if header.budget() == 0 {
            // The turn has ended, so no message has been examined yet.
            return Poll::Pending;
        }
        let limit = this.limit;
        let sleep =
            this.sleep.get_or_insert_with(|| Sleep::on(header.system.executor.clone(), limit));
        std::task::ready!(Pin::new(sleep).poll(cx));
        header.spend();
        this.select.inbox.loop_link.wait_is_over();
        Poll::Ready(Err(Elapsed))
    }
}

/// The exit of an actor that a process monitors or is linked to.
///
/// ```
/// # use actor_core::Exit;
/// # use actor_core::process::{ExitNotice, Inbox, spawn_process};
/// struct Ended(ExitNotice);
///
/// impl From<ExitNotice> for Ended {
///     fn from(notice: ExitNotice) -> Self {
///         Ended(notice)
///     }
/// }
///
/// # actor_core::System::current_thread().block_on(async {
/// let worker = spawn_process(|_: Inbox<()>| async {});
/// let watcher = spawn_process(|mut inbox: Inbox<Ended>| async move {
///     inbox.monitor(&worker);
///     inbox.receive().await.map(|Ended(notice)| notice.exit)
/// });
/// # watcher.keep_alive();
/// assert_eq!(watcher.result().await, Ok(Some(Exit::Stopped)));
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExitNotice {
    /// The actor that ended.
    pub id: ActorId,
    /// Its exit.
    pub exit: Exit,
}

impl<M: Send + 'static> Inbox<M> {
    /// Delivers a message when `target` exits, immediately if it already has.
    ///
    /// The message arrives after every message that `target` sent to this process. If a weak target
    /// is no longer known, the exit is [`Exit::NoActor`].
    pub fn monitor(&mut self, target: &impl Watchable) -> Monitor
    where
        M: From<ExitNotice>,
    {
        let (id, _) = target.target();
        let make = move |_: &dyn Any, exit, place: &mut dyn Any| {
            let Some(place) = place.downcast_mut() else { return CallbackResult::None };
            *place = Some(M::from(ExitNotice { id, exit }));
            CallbackResult::Own
        };
        self.context.monitor_with(target, Box::new(make))
    }

    /// Links the process and `target`: each is notified of the other's exit.
    ///
    /// After this call, this life gets a message for every exit of a linked actor, including actors
    /// that linked themselves to it. Without this call, the life fails when one of them ends
    /// abnormally, as in Erlang.
    ///
    /// ```
    /// # use actor_core::Exit;
    /// # use actor_core::process::{ExitNotice, Inbox, spawn_process};
    /// # actor_core::System::current_thread().block_on(async {
    /// let engine = spawn_process(|mut inbox: Inbox<()>| async move { inbox.receive().await });
    /// let kept = engine.clone();
    /// let car = spawn_process(|mut inbox: Inbox<ExitNotice>| async move {
    ///     inbox.link(&engine);
    ///     inbox.receive().await.map(|notice| notice.exit)
    /// });
    /// car.started().await.unwrap();
    /// kept.kill();
    /// assert_eq!(car.result().await, Ok(Some(Exit::Killed)));
    /// # });
    /// ```
    pub fn link(&mut self, target: &impl Watchable) -> Link
    where
        M: From<ExitNotice>,
    {
        self.on_exit = Some(M::from);
        self.context.link(target)
    }

    /// Turns a system message into a message of the process, or ends this life.
    fn handle_notice(&mut self, notice: SystemMessage) {
        let message = match notice {
            SystemMessage::WatchedExited(key, id, exit) => {
                let mut locked = self.mailbox().lock();
                // A cancelled resource is no longer in the table.
                let resource = locked
                    .cell
                    .existing_resources_mut()
                    .and_then(|resources| resources.remove(key));
                drop(locked);
                match resource {
                    Some(Resource::Monitor { callback: make, .. }) => {
                        let mut made: Option<M> = None;
                        make(&(), exit, &mut made);
                        made
                    }
                    Some(Resource::Link { .. }) => self.linked_exited(id, exit),
                    _ => None,
                }
            }
            SystemMessage::LinkedExited(id, exit) => self.linked_exited(id, exit),
            SystemMessage::TaskPanicked(_) => {
                // The task of a subscription.
                self.fail_by(notice);
                None
            }
            // A process creates no timers or streams through a context.
            SystemMessage::ResourceReady(_) | SystemMessage::Recheck => None,
        };
        self.buffer.refused.extend(message.map(RefusedMessage::FromNotice));
    }

    /// Handles the exit of an actor linked to the process.
    fn linked_exited(&mut self, id: ActorId, exit: Exit) -> Option<M> {
        if let Some(make) = self.on_exit {
            return Some(make(ExitNotice { id, exit }));
        }
        if !exit.is_normal() {
            self.fail_by(SystemMessage::LinkedExited(id, exit));
        }
        None
    }

    /// Ends this life, because the run loop will fail it for this system message, before the later ones.
    fn fail_by(&mut self, notice: SystemMessage) {
        let mut first = self.buffer.take_system_messages();
        first.push_front((0, notice));
        self.mailbox().put_system_messages_first(first);
        self.loop_link.fail();
    }
}
