//! The inbox of a process, from which it receives messages in order or selectively.

use super::buffer::{InboxBuffer, RefusedMessage, Unexamined};
use super::exits::ExitNotice;
use super::run_loop::InboxLink;
use super::select::{Oldest, Select, SelectWithin};
use super::{Proc, ProcessAddr};
use crate::Context;
use crate::cell::handle::{Discardable, DynMailbox, catch_and_report};
use crate::cell::header::{Header, SENDERS_WAITING};
use crate::cell::mailbox::Mailbox;
use crate::exit::ActorId;
use crate::sync::Arc;
use crate::time::Elapsed;
use std::fmt;
use std::future::Future;
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
    pub(super) context: Context<Proc<M>>,
    pub(super) buffer: InboxBuffer<M>,
    /// Turns exits into messages, after the process has created a link.
    pub(super) on_exit: Option<fn(ExitNotice) -> M>,
    pub(super) loop_link: Arc<InboxLink>,
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
    /// take a message and `Err` to give it back unchanged.
    ///
    /// `matcher` is called with the messages in order, starting from the oldest, and never twice
    /// with the same message, unless it starts again from the oldest. A message that is given back
    /// stays at its position in the mailbox and counts against the capacity. A later `receive` or
    /// another matcher can take it. Messages that no matcher ever accepts eventually fill the
    /// mailbox, and then senders wait.
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

    pub(super) fn mailbox(&self) -> &Mailbox<Proc<M>> {
        self.context.mailbox()
    }

    /// Takes the queued messages out of the mailbox. Returns `false` if no more messages will
    /// arrive.
    pub(super) fn fill_buffer(&mut self) -> bool {
        let mailbox = self.context.mailbox();
        self.buffer.fill(|rest| mailbox.drain(rest))
    }

    /// Calls the matcher with the drained messages, starting at `at`, which is advanced.
    pub(super) fn find_match<T>(
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
    pub(super) fn message_taken(&self) {
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

/// A message that a matcher is examining. Unless the matcher gives it back, it counts as taken,
/// even after a panic.
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
