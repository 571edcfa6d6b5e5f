//! The data that a message carries for telemetry: none, unless a feature needs it.

#[cfg(any(feature = "metrics", feature = "tracing"))]
use crate::clock::Instant;

/// The time at which a message was sent and, with `tracing`, the span of its sender.
#[derive(Debug)]
pub struct SendContext {
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    pub(crate) sent: Option<Instant>,
    #[cfg(feature = "tracing")]
    pub(crate) sender_span: SenderSpan,
}

impl SendContext {
    /// The context of a message that is not being sent.
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    pub(crate) const NONE: Self = SendContext {
        sent: None,
        #[cfg(feature = "tracing")]
        sender_span: SenderSpan::NONE,
    };

    /// Records the time and the sender's span. `waits` says whether the sender waits for the reply.
    #[cfg(any(feature = "metrics", feature = "tracing"))]
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
        let span = tracing::Span::current();
        *self = SenderSpan { span: (!span.is_none()).then_some(span), waits };
    }
}
