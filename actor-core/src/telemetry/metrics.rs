//! Feature `metrics`: counts and durations by actor type and message name.

use super::Ending;
use crate::cell::handle::DynMailbox;
use crate::cell::message::SendContext;
use crate::clock::Instant;
use crate::executor::Executor;
use crate::sync::Arc;
use metrics::{Key, Label, Level, Metadata, with_recorder};
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
        KEYS.with_borrow_mut(|keys| {
            let known = keys.entry((actor, message));
            known.or_insert_with(|| Arc::new(Keys::new(actor, message))).clone()
        })
    }
}

/// A message that is being handled.
pub(super) struct HandlerMetrics {
    keys: Arc<Keys>,
    begun: Instant,
    executor: Arc<dyn Executor>,
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
        with_recorder(|recorder| {
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
        with_recorder(|recorder| {
            recorder.register_counter(outcome, &METADATA).increment(1);
            recorder.register_histogram(&self.keys.run, &METADATA).record(took);
        });
    }
}
