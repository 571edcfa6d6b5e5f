//! Observes one running handler: its span, with the feature `tracing`, and counts and durations, with the
//! feature `metrics`. Not compiled without them.
//!
//! The subscriber and the recorder are user code. Their panics go to the panic hook, and affect no actor.

use crate::cell::handle::DynMailbox;
use crate::cell::message::SendContext;
#[cfg(feature = "tracing")]
use crate::panics::isolated;
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
#[cfg(feature = "tracing")]
use tracing::Span;

/// The way in which a handler has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Ok,
    Failed,
    /// The handler was dropped, because no caller waited for it.
    Aborted,
}

/// The outcome of an async handler, from which its ending is recorded.
pub(crate) trait Outcome {
    fn ending(&self) -> Ending;
}

/// The data recorded for a handler from start to end.
pub(crate) struct HandlerSpan {
    #[cfg(feature = "tracing")]
    span: Span,
    #[cfg(feature = "metrics")]
    metrics: metrics::HandlerMetrics,
}

impl HandlerSpan {
    /// Starts to observe the handler of the message or hook `name`.
    #[inline]
    pub(crate) fn begin(
        mailbox: &dyn DynMailbox,
        name: &'static str,
        send_context: Option<&SendContext>,
    ) -> HandlerSpan {
        HandlerSpan {
            #[cfg(feature = "tracing")]
            span: {
                let mut begun = Span::none();
                isolated(|| begun = span(mailbox, name, send_context));
                begun
            },
            #[cfg(feature = "metrics")]
            metrics: metrics::HandlerMetrics::begin(mailbox, name, send_context),
        }
    }

    /// Runs a sync handler. Leaves the span in `place` if the message `continues` in an async handler.
    #[inline]
    pub(crate) fn run<T, E>(
        place: &mut Option<Self>,
        run: impl FnOnce() -> Result<T, E>,
        continues: impl FnOnce(&T) -> bool,
    ) -> Result<T, E> {
        let Some(span) = place.take() else { return run() };
        let outcome = span.within(run);
        match &outcome {
            Ok(value) if continues(value) => *place = Some(span),
            Ok(_) => span.end(Ending::Ok),
            Err(_) => span.end(Ending::Failed),
        }
        outcome
    }

    /// Runs an async handler.
    #[inline]
    pub(crate) fn instrument<F>(self, handler: F) -> Instrumented<F> {
        Instrumented::new(handler, Some(self))
    }

    #[inline]
    fn within<T>(&self, run: impl FnOnce() -> T) -> T {
        #[cfg(feature = "tracing")]
        let _entered = EnteredSpan::new(&self.span);
        run()
    }

    #[inline]
    fn end(&self, ending: Ending) {
        #[cfg(feature = "tracing")]
        isolated(|| {
            self.span.record("ok", ending == Ending::Ok);
        });
        #[cfg(feature = "metrics")]
        self.metrics.end(ending);
    }
}

#[cfg(feature = "tracing")]
impl Drop for HandlerSpan {
    fn drop(&mut self) {
        let span = std::mem::replace(&mut self.span, Span::none());
        isolated(|| drop(span));
    }
}

/// A span that this thread is in.
#[cfg(feature = "tracing")]
struct EnteredSpan<'a>(Option<tracing::span::Entered<'a>>);

#[cfg(feature = "tracing")]
impl<'a> EnteredSpan<'a> {
    fn new(span: &'a Span) -> Self {
        let mut entered = None;
        isolated(|| entered = Some(span.enter()));
        EnteredSpan(entered)
    }
}

#[cfg(feature = "tracing")]
impl Drop for EnteredSpan<'_> {
    fn drop(&mut self) {
        let entered = self.0.take();
        isolated(|| drop(entered));
    }
}

pin_project! {
    /// An observed async handler.
    pub(crate) struct Instrumented<F> {
        #[pin]
        handler: F,
        span: Option<HandlerSpan>,
    }
}

impl<F> Instrumented<F> {
    /// Runs a handler whose span, if there is one, has begun.
    pub(crate) fn new(handler: F, span: Option<HandlerSpan>) -> Self {
        Instrumented { handler, span }
    }
}

impl<F: Future<Output: Outcome>> Future for Instrumented<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(span) = this.span.as_ref() else { return this.handler.poll(cx) };
        let poll = span.within(|| this.handler.poll(cx));
        if let Poll::Ready(outcome) = &poll {
            span.end(outcome.ending());
            // The span ends with the handler, even if this future is kept.
            *this.span = None;
        }
        poll
    }
}

/// Creates the span of a handler that starts, with the feature `tracing`.
///
/// The caller's span is the parent only if the caller waits, so spans nest as deep as calls do. A
/// send starts a new trace that follows from the sender's span: two actors that keep sending to
/// each other create no nesting.
#[cfg(feature = "tracing")]
fn span(
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

/// Counts and durations by actor type and message name.
#[cfg(feature = "metrics")]
mod metrics {
    use super::Ending;
    use crate::cell::handle::DynMailbox;
    use crate::cell::message::SendContext;
    use crate::clock::Instant;
    use crate::executor::Executor;
    use crate::panics::isolated;
    use crate::sync::Arc;
    use metrics::{Key, Label, Level, Metadata, Recorder, with_recorder};
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    static METADATA: Metadata<'static> =
        Metadata::new(module_path!(), Level::INFO, Some(module_path!()));

    thread_local! {
        /// A key is created and hashed once, because this is the most expensive step. The recorder's
        /// handle is not kept: a recorder may be installed later or temporarily.
        static KEYS: RefCell<BTreeMap<(&'static str, &'static str), Arc<Keys>>> =
            const { RefCell::new(BTreeMap::new()) };
    }

    /// The metric keys of the messages with one name.
    struct Keys {
        queue: Key,
        depth: Key,
        run: Key,
        handled: Key,
        failed: Key,
        aborted: Key,
    }

    impl Keys {
        fn new(actor: &'static str, message: &'static str) -> Self {
            let actor = Label::from_static_parts("actor", actor);
            let both = vec![actor.clone(), Label::from_static_parts("message", message)];
            let with_outcome = |outcome| {
                let outcome = Label::from_static_parts("outcome", outcome);
                Key::from_parts("actor_messages_total", [&both[..], &[outcome]].concat())
            };
            Keys {
                queue: Key::from_parts("actor_queue_seconds", both.clone()),
                depth: Key::from_parts("actor_mailbox_depth", vec![actor]),
                handled: with_outcome("ok"),
                failed: with_outcome("failed"),
                aborted: with_outcome("aborted"),
                run: Key::from_parts("actor_run_seconds", both),
            }
        }

        fn of(actor: &'static str, message: &'static str) -> Arc<Self> {
            let new = || Arc::new(Keys::new(actor, message));
            let known = KEYS.try_with(|keys| {
                keys.borrow_mut().entry((actor, message)).or_insert_with(new).clone()
            });
            // While the thread ends, none are kept.
            known.unwrap_or_else(|_| new())
        }
    }

    /// A message that is being handled.
    pub(super) struct HandlerMetrics {
        keys: Arc<Keys>,
        begun: Instant,
        executor: Arc<dyn Executor>,
    }

    fn record(measurements: impl FnOnce(&dyn Recorder)) {
        isolated(|| with_recorder(|recorder| measurements(recorder)));
    }

    impl HandlerMetrics {
        /// Starts the measurements of a handler that is about to start.
        pub(super) fn begin(
            mailbox: &dyn DynMailbox,
            message: &'static str,
            send_context: Option<&SendContext>,
        ) -> Self {
            let header = mailbox.header();
            let (keys, executor) =
                (Keys::of(header.settings.name, message), header.system.executor.clone());
            let begun = executor.now();
            let sent = send_context.and_then(|send_context| send_context.sent);
            #[allow(clippy::cast_precision_loss, reason = "a mailbox is not that deep")]
            let depth = mailbox.len() as f64;
            record(|recorder| {
                if let Some(sent) = sent {
                    let queued = begun.saturating_duration_since(sent);
                    recorder.register_histogram(&keys.queue, &METADATA).record(queued);
                }
                recorder.register_histogram(&keys.depth, &METADATA).record(depth);
            });
            HandlerMetrics { keys, begun, executor }
        }

        /// Records the outcome and the duration of a handler that has ended.
        pub(super) fn end(&self, ending: Ending) {
            let took = self.executor.now().saturating_duration_since(self.begun);
            let outcome = match ending {
                Ending::Ok => &self.keys.handled,
                Ending::Failed => &self.keys.failed,
                Ending::Aborted => &self.keys.aborted,
            };
            record(|recorder| {
                recorder.register_counter(outcome, &METADATA).increment(1);
                recorder.register_histogram(&self.keys.run, &METADATA).record(took);
            });
        }
    }
}
