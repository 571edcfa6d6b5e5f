//! The inbox of a process: how it takes its messages, in order or by choice.

use super::attend::Tie;
use super::exits::ExitNotice;
use super::hand::{Fresh, Hand, Kept};
use super::select::{Oldest, Receive, ReceiveWithin, Select, SelectWithin};
use super::{Proc, ProcessAddr};
use crate::Context;
use crate::cell::core::{Core, WAITING};
use crate::cell::mail::Mail;
use crate::cell::post::{AnyMail, Parcel, contain};
use crate::exit::ActorId;
use crate::sync::Arc;
use std::fmt;
use std::time::Duration;

/// Where a process finds its messages. It is given one at the start of each of its lives, and can
/// receive by it only inside of its own function.
///
/// What it has not received is kept: by a restart for the next life.
///
/// ```
/// # use actor_core::{Inbox, spawn_process};
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
    pub(super) hand: Hand<M>,
    /// What makes messages of exits, once it has linked itself to anybody.
    pub(super) told: Option<fn(ExitNotice) -> M>,
    pub(super) tie: Arc<Tie>,
}

impl<M: Send + 'static> Inbox<M> {
    pub(super) fn new(context: Context<Proc<M>>, tie: Arc<Tie>) -> Self {
        Inbox { context, hand: Hand::new(), told: None, tie }
    }

    /// Waits for the next message: the oldest that is there, those that no
    /// [`select`](Inbox::select) has chosen included.
    ///
    /// `None` once the process has been stopped, or nobody has its address any more, and everything
    /// that was queued has been received; also when its supervisor is about to restart it, which
    /// keeps what is queued. Every 64th message received lets others run first.
    ///
    /// # Panics
    /// When polled outside of the process.
    ///
    /// # Cancellation
    /// Dropping the future loses nothing.
    pub fn receive(&mut self) -> Receive<'_, M> {
        Select::new(self, Ok as Oldest<M>)
    }

    /// As [`receive`](Inbox::receive), for at most `limit`; with a limit of zero it takes what is
    /// there and does not wait.
    ///
    /// # Errors
    /// [`Elapsed`](crate::time::Elapsed), if the time is up and there is no message.
    ///
    /// ```
    /// # use actor_core::{Inbox, spawn_process, time::Elapsed};
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
    pub fn receive_timeout(&mut self, limit: Duration) -> ReceiveWithin<'_, M> {
        SelectWithin::new(self.receive(), limit)
    }

    /// Waits for a message that `question` chooses: it takes one as `Ok` and gives others back as
    /// `Err`, unchanged.
    ///
    /// It is asked about the messages in order, from the oldest, and about none twice. What it gives
    /// back stays in the mailbox, in its place, and counts there; it is received, or chosen by another
    /// question, later. So mail that nobody ever chooses fills a mailbox in the end, and then senders
    /// wait.
    ///
    /// A question that captures nothing is taken to be the same one whenever it is asked: it goes on
    /// where it stopped. One that captures something begins with the oldest each time it is asked.
    ///
    /// `None` when [`receive`](Inbox::receive) would say so, and nothing that was queued is chosen.
    ///
    /// # Panics
    /// As `question` does, which loses the message it was asked about and no other; and when polled
    /// outside of the process.
    ///
    /// # Cancellation
    /// Dropping the future loses nothing.
    ///
    /// ```
    /// # use actor_core::{Inbox, spawn_process};
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
    pub fn select<T, F: FnMut(M) -> Result<T, M>>(&mut self, question: F) -> Select<'_, M, F> {
        Select::new(self, question)
    }

    /// As [`select`](Inbox::select), for at most `limit`; with a limit of zero it looks through what
    /// is there and does not wait.
    ///
    /// # Errors
    /// [`Elapsed`](crate::time::Elapsed), if the time is up and nothing is chosen.
    ///
    /// ```
    /// # use actor_core::{Inbox, spawn_process, time::Elapsed};
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
        question: F,
    ) -> SelectWithin<'_, M, F> {
        SelectWithin::new(self.select(question), limit)
    }

    /// The process's own address, to be given to those who are to send something here.
    ///
    /// While the process itself has it, it is not without addresses, and lives until it is stopped.
    pub fn address(&self) -> ProcessAddr<M> {
        self.context.address()
    }

    /// The process's id.
    pub fn id(&self) -> ActorId {
        self.context.id()
    }

    /// How often the process was restarted: 0 in its first life.
    ///
    /// ```
    /// # use actor_core::{Inbox, spawn_process};
    /// # actor_core::System::current_thread().block_on(async {
    /// let process = spawn_process(|inbox: Inbox<u8>| async move { inbox.restarts() });
    /// assert_eq!(process.result().await, Ok(0));
    /// # });
    /// ```
    pub fn restarts(&self) -> u32 {
        self.context.restarts()
    }

    pub(super) fn mail(&self) -> &Mail<Proc<M>> {
        self.context.mail()
    }

    /// Draws what has come. False if there will be nothing any more.
    pub(super) fn draw(&mut self) -> bool {
        let mail = self.context.mail();
        self.hand.fill(|rest| mail.draw(rest))
    }

    /// Asks about what is there, from `at` on, which moves along.
    pub(super) fn ask<T>(
        &mut self,
        question: &mut impl FnMut(M) -> Result<T, M>,
        at: &mut usize,
    ) -> Option<T> {
        loop {
            let chosen = match self.hand.kept.get_mut(*at) {
                Some(place) => match std::mem::replace(place, Kept::Away) {
                    Kept::Mail(message) => {
                        let taking = Taking(&self.context);
                        question(message).map_err(|message| taking.refused(Kept::Mail(message)))
                    }
                    Kept::Told(message) => question(message).map_err(Kept::Told),
                    // An earlier question has panicked here, and the process went on.
                    Kept::Away => {
                        self.hand.remove(*at);
                        continue;
                    }
                },
                None => match self.hand.next_fresh() {
                    Fresh::Mail(message) => {
                        let taking = Taking(&self.context);
                        match question(message) {
                            Ok(chosen) => return Some(chosen),
                            Err(message) => {
                                self.hand.kept.push_back(taking.refused(Kept::Mail(message)));
                                *at += 1;
                            }
                        }
                        continue;
                    }
                    Fresh::Notice(notice) => {
                        self.hear(notice);
                        if self.tie.is_failing() {
                            return None;
                        }
                        continue;
                    }
                    Fresh::Nothing => return None,
                },
            };
            match chosen {
                Ok(chosen) => {
                    self.hand.remove(*at);
                    return Some(chosen);
                }
                Err(refused) => {
                    self.hand.kept[*at] = refused;
                    *at += 1;
                }
            }
        }
    }

    /// One message was taken: who waits for room is let in as soon as there is some.
    pub(super) fn took(&self) {
        let core: &Core = &self.mail().core;
        core.spend();
        if core.signals() & WAITING != 0 {
            self.mail().untyped().make_room();
        }
    }
}

impl<M: Send + 'static> Drop for Inbox<M> {
    /// What was not received goes back: to the next life, or to be thrown away with the rest.
    fn drop(&mut self) {
        let (mut messages, notices, told) =
            std::mem::replace(&mut self.hand, Hand::new()).into_parts();
        let mail = self.context.mail();
        mail.restore(&mut messages, notices);
        while let Some(homeless) = messages.pop_front() {
            mail.throw_away(homeless);
        }
        for message in told {
            let mut message = Some(message);
            contain(&**mail, "drop", &mut || message.clear());
        }
    }
}

impl<M: Send + 'static> fmt::Debug for Inbox<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inbox({})", crate::cell::post::Verbs::label(self.mail() as &dyn AnyMail))
    }
}

/// A message is away to be asked about. Unless it comes back it counts as taken, in a panic too.
struct Taking<'a, M: Send + 'static>(&'a Context<Proc<M>>);

impl<M: Send + 'static> Taking<'_, M> {
    fn refused(self, message: Kept<M>) -> Kept<M> {
        std::mem::forget(self);
        message
    }
}

impl<M: Send + 'static> Drop for Taking<'_, M> {
    fn drop(&mut self) {
        self.0.mail().core.took_one();
    }
}
