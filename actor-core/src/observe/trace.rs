//! Feature `tracing`: one span for each message that is handled, in which the handler runs.

use crate::cell::post::AnyMail;
use crate::cell::stamp::Stamp;
use tracing::Span;

/// The span of a handler that begins now.
///
/// Below the caller's only if that waits for it, so that spans nest as deep as calls do. What was
/// sent begins a trace of its own that follows from the sender's: two actors that send to each other
/// for ever nest nothing.
pub(super) fn span(mail: &dyn AnyMail, message: &'static str, stamp: Option<&Stamp>) -> Span {
    let core = mail.core();
    let cause = stamp.and_then(|stamp| Some((stamp.cause.span.as_ref()?, stamp.cause.waits)));
    let sent = stamp.and_then(|stamp| stamp.sent);
    let queued_us = |()| {
        let queued = core.hub.host.now().saturating_duration_since(sent?);
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
        actor = mail.label(),
        id = core.number,
        message,
        queued_us = queued_us(()),
        ok = tracing::field::Empty,
    );
    if let Some((cause, false)) = cause {
        span.follows_from(cause);
    }
    span
}
