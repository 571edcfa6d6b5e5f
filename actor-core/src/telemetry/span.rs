//! Feature `tracing`: each handler runs in a span of its message.

use crate::cell::handle::DynMailbox;
use crate::cell::message::SendContext;
use tracing::Span;

/// Creates the span of a handler that starts.
///
/// The caller's span is the parent only if the caller waits, so spans nest as deep as calls do. A
/// send starts a new trace that follows from the sender's span: two actors that keep sending to
/// each other create no nesting.
pub(super) fn span(
    mailbox: &dyn DynMailbox,
    message: &'static str,
    send_context: Option<&SendContext>,
) -> Span {
    let header = mailbox.header();
    let cause = send_context.and_then(|send_context| {
        Some((send_context.sender_span.span.as_ref()?, send_context.sender_span.waits))
    });
    let sent = send_context.and_then(|send_context| send_context.sent);
    let queued_us = |()| {
        let queued = header.system.executor.now().saturating_duration_since(sent?);
        u64::try_from(queued.as_micros()).ok()
    };
    let parent = match cause {
        Some((span, true)) => span.id(),
        _ => None,
    };
    let span = tracing::info_span!(
        target: "actor_core",
        parent: parent,
        "message",
        actor = mailbox.label(),
        id = header.number,
        message,
        queued_us = queued_us(()),
        ok = tracing::field::Empty,
    );
    if let Some((cause, false)) = cause {
        span.follows_from(cause);
    }
    span
}
