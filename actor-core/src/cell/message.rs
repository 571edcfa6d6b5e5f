//! The parts of a message that the mailbox and the run loop use: its protocol, its delivery
//! options, the state of its call, and the context of its send. Plain data and one trait.

use super::current::{ASKED_BY_HANDLER, CurrentMessage, UNANSWERED};
use super::deadline::{self, Handling};
use crate::clock::Instant;
use crate::error::CallError;
use actor_atomic::{Attachment, Mark, State};
use std::any::Any;

/// The messages accepted by an address of `Self`.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Idle; #[actor] impl Idle {}
/// fn messages_of<P: actor_core::Protocol>(_: &Addr<P>) -> &'static str {
///     std::any::type_name::<P::Message>()
/// }
/// assert!(messages_of(&Idle.spawn()).ends_with("IdleMessage"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` handles no messages",
    label = "add `#[actor] impl {Self} {{ .. }}`"
)]
pub trait Protocol: 'static {
    /// The message enum, with one variant per message.
    type Message: Send + 'static;

    /// The functions of a protocol's trait that are not messages.
    #[doc(hidden)]
    const NON_MESSAGES: &'static [&'static str] = &[];

    /// Returns the name of the message, and the head of its reply slot if a caller waits.
    #[doc(hidden)]
    fn info(message: &Self::Message) -> MessageInfo<'_>;

    /// Returns the reply slot of the message.
    #[doc(hidden)]
    fn slot(_message: &mut Self::Message) -> Option<SlotMut<'_>> {
        None
    }

    /// Returns the delivery options of the message. Runs under the mailbox's lock, so it calls no
    /// user code.
    #[doc(hidden)]
    fn delivery(_message: &Self::Message) -> Delivery {
        Delivery::ORDINARY
    }
}

/// Information about a message that the run loop needs before handling it.
#[derive(Debug)]
pub struct MessageInfo<'a> {
    pub(crate) name: &'static str,
    /// The state of the call, if a caller waits.
    pub(crate) reply: Option<CallState<'a>>,
    /// The time and context of the send, if they were recorded.
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    pub(crate) send_context: Option<&'a SendContext>,
}

impl MessageInfo<'_> {
    /// Returns the information for a message named `name` without a reply slot.
    pub(crate) const fn without_slot(name: &'static str) -> Self {
        MessageInfo {
            name,
            reply: None,
            #[cfg(any(feature = "metrics", feature = "tracing"))]
            send_context: None,
        }
    }

    /// Returns the message as the current input of the actor that handles it.
    #[inline]
    pub(crate) fn current(&self) -> CurrentMessage {
        let Some(call) = self.reply else { return CurrentMessage::without_reply(self.name) };
        let (note, is_by_handler) = call.note_and_by_handler();
        let reply = if is_by_handler { ASKED_BY_HANDLER } else { UNANSWERED };
        let handling = Handling::of_note(note, reply);
        CurrentMessage { name: self.name, reply: call.id(), handling }
    }
}

/// The delivery options of a message, from the settings on its handler.
#[derive(Clone, Copy, Debug)]
pub struct Delivery {
    /// `priority`: in a queue of its own, before ordinary messages.
    pub priority: bool,
    /// `unbounded`: the message needs no capacity.
    pub unbounded: bool,
    /// `when`, for a protocol message. An actor with guards of its own evaluates the guard of every
    /// message anyway.
    pub guarded: bool,
}

impl Delivery {
    /// In order, with a limited capacity, and without a guard.
    pub(crate) const ORDINARY: Self =
        Delivery { priority: false, unbounded: false, guarded: false };
}

/// A type-erased reply slot, so that access through a call is not compiled for each pair of message
/// and reply type.
pub trait AnySlot: Any {
    /// Returns the time and context of the send.
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    fn send_context(&mut self) -> &mut SendContext;

    /// Answers the call with an error. The message then has no caller.
    fn fail(&mut self, error: CallError);
}

/// The result of [`Protocol::slot`](crate::Protocol).
pub type SlotMut<'a> = &'a mut (dyn AnySlot + 'static);

/// The waiting caller is a handler.
pub(crate) const BY_HANDLER: Mark = Mark::A;
/// The reply was placed into a message explicitly, where the run loop does not see it: the progress
/// of the message is unknown.
const UNSEEN: Mark = Mark::B;
/// A simulation drops the reply.
const LOST: Mark = Mark::C;

/// The state of a call, as the run loop sees it: the type-independent part of the reply cell.
///
/// ```text
/// queued --the loop takes the message--> started        queued --the caller leaves--> gone
/// ```
/// The first transition decides, which makes "never handled" exact.
#[derive(Clone, Copy, Debug)]
pub struct CallState<'a>(&'a State);

impl<'a> CallState<'a> {
    pub(crate) fn of(cell: &'a State) -> Self {
        CallState(cell)
    }

    /// Returns a number that identifies the call. A later call has another number, though its cell may have
    /// the same address, until the numbers start again (`State::id` of `actor-atomic`). The number is even, and not 0.
    pub(crate) fn id(self) -> u64 {
        self.0.id()
    }

    /// Marks the message as taken by the run loop. Returns `false` if the message is to be skipped,
    /// because the caller has given up or its deadline has passed.
    ///
    /// A forwarded reply has already started, and its message is handled anyway.
    #[inline]
    pub(crate) fn begin(self, now: impl FnOnce() -> Instant) -> bool {
        self.0.start(|note| deadline::may_start(note, now())) || self.is_unseen()
    }

    /// Returns the note of the reply cell, and whether a handler waits.
    #[inline]
    fn note_and_by_handler(self) -> (Option<u64>, bool) {
        self.0.note_and_mark(BY_HANDLER)
    }

    /// Returns whether the deadline of the call has passed.
    pub(crate) fn is_expired(self, now: impl FnOnce() -> Instant) -> bool {
        self.note().is_some_and(|note| !deadline::may_start(note, now()))
    }

    pub(crate) fn note(self) -> Option<u64> {
        self.0.note()
    }

    /// Marks the progress of the message as unknown.
    pub(crate) fn set_unseen(self) {
        self.0.set(UNSEEN);
    }

    pub(crate) fn is_unseen(self) -> bool {
        self.0.is_set(UNSEEN)
    }

    /// Returns whether the caller gave up before the handler had started: there is no caller to
    /// notify.
    pub(crate) fn is_gone(self) -> bool {
        self.0.is_gone() && !self.0.has_started() && !self.is_unseen()
    }

    /// Returns whether the handler is known to have started.
    pub(crate) fn has_started(self) -> bool {
        !self.is_unseen() && (self.0.has_started() || self.is_lost())
    }

    /// Makes the simulation drop any reply to this call.
    pub(crate) fn lose(self) {
        self.0.set(LOST);
    }

    pub(crate) fn is_lost(self) -> bool {
        self.0.is_set(LOST)
    }

    /// Returns whether the end of the call needs more than the reply: it is lost, or observed.
    #[inline]
    pub(crate) fn has_special_end(self) -> bool {
        const SPECIAL: Mark = LOST.or(Mark::ATTACHED);
        self.0.is_set(SPECIAL)
    }

    /// Attaches observers, which the receiver finds when it leaves. Returns `false` if it has left.
    pub(crate) fn attach(self, observers: Attachment) -> bool {
        self.0.attach(observers)
    }

    /// Returns the observers.
    pub(crate) fn attached(self) -> Option<Attachment> {
        self.0.attached()
    }

    /// Records that the waiting caller is a handler.
    pub(crate) fn set_by_handler(self) {
        self.0.set(BY_HANDLER);
    }
}

/// The time at which a message was sent and, with `tracing`, the span of its sender.
#[cfg(any(feature = "metrics", feature = "tracing"))]
#[derive(Debug)]
pub struct SendContext {
    pub(crate) sent: Option<Instant>,
    #[cfg(feature = "tracing")]
    pub(crate) sender_span: SenderSpan,
}

#[cfg(any(feature = "metrics", feature = "tracing"))]
impl SendContext {
    /// The context of a message that is not being sent.
    pub(crate) const NONE: Self = SendContext {
        sent: None,
        #[cfg(feature = "tracing")]
        sender_span: SenderSpan::NONE,
    };

    /// Records the time and the sender's span. `waits` says whether the sender waits for the reply.
    pub(crate) fn set(&mut self, now: Instant, waits: bool) {
        self.sent = Some(now);
        #[cfg(feature = "tracing")]
        self.sender_span.set(waits);
        #[cfg(not(feature = "tracing"))]
        let _ = waits;
    }
}

#[cfg(feature = "tracing")]
/// The span in which a message was sent.
#[derive(Debug)]
pub(crate) struct SenderSpan {
    pub(crate) span: Option<tracing::Span>,
    /// Whether the sender waits for the answer.
    pub(crate) waits: bool,
}

#[cfg(feature = "tracing")]
impl SenderSpan {
    pub(crate) const NONE: Self = SenderSpan { span: None, waits: false };

    pub(crate) fn set(&mut self, waits: bool) {
        // The subscriber is user code.
        let mut span = tracing::Span::none();
        crate::panics::isolated(|| span = tracing::Span::current());
        *self = SenderSpan { span: (!span.is_none()).then_some(span), waits };
    }
}

#[cfg(feature = "tracing")]
impl Drop for SenderSpan {
    fn drop(&mut self) {
        if let Some(span) = self.span.take() {
            crate::panics::isolated(|| drop(span));
        }
    }
}
