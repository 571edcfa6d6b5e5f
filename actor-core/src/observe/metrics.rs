//! Feature `metrics`: what is counted and measured of each message, by the type of the actor and the
//! name of the message.

use super::stamp::Stamp;
use crate::cell::post::AnyMail;
use crate::host::Host;
use crate::sync::Arc;
use std::time::Instant;

/// One handler that is being measured.
pub(super) struct Measure {
    actor: &'static str,
    message: &'static str,
    begun: Instant,
    host: Arc<dyn Host>,
}

impl Measure {
    pub(super) fn begin(mail: &dyn AnyMail, message: &'static str, stamp: Option<&Stamp>) -> Self {
        let core = mail.core();
        let (actor, host) = (core.settings.name, core.hub.host.clone());
        let begun = host.now();
        if let Some(sent) = stamp.and_then(|stamp| stamp.sent) {
            let queued = begun.saturating_duration_since(sent);
            metrics::histogram!("actor_queue_seconds", "actor" => actor, "message" => message)
                .record(queued);
        }
        #[allow(clippy::cast_precision_loss, reason = "a mailbox is not that deep")]
        metrics::histogram!("actor_mailbox_depth", "actor" => actor).record(mail.len() as f64);
        Measure { actor, message, begun, host }
    }

    pub(super) fn end(&self, is_ok: bool) {
        let (actor, message) = (self.actor, self.message);
        let outcome = if is_ok { "ok" } else { "failed" };
        let took = self.host.now().saturating_duration_since(self.begun);
        metrics::counter!(
            "actor_messages_total",
            "actor" => actor, "message" => message, "outcome" => outcome,
        )
        .increment(1);
        metrics::histogram!("actor_run_seconds", "actor" => actor, "message" => message)
            .record(took);
    }
}
