//! A failure that a handler has asked for: it takes effect when the handler has returned.
//!
//! Invariant, under the lane's lock: where a failure is there, `LEAVE` is raised. So a look at the signals
//! finds it before the next message, and each step of the end that lowers `LEAVE` takes it out.

use super::erased::ErasedLoop;
use crate::cell::current;
use crate::cell::handle::AnyMail;
use crate::cell::header::LEAVE;
use crate::exit::{Exit, Failure, FailureKind, FailureParts, Location};
use crate::incident::Incident;

/// The present life is to fail, unless that has been asked for already: the first failure is the reason, a
/// later one is reported.
#[cold]
#[inline(never)]
pub(super) fn request(mail: &dyn AnyMail, message: String, location: &std::panic::Location<'_>) {
    let failure = Failure::new(FailureParts {
        kind: FailureKind::Explicit,
        actor: mail.label(),
        id: mail.core().id(),
        handler: current::handling().name,
        message,
        location: Some(Location::of(location)),
        cause: None,
    });
    let mut failure = Some(failure);
    mail.with(&mut |seat, _| {
        let failing = &mut seat.records().failing;
        if failing.is_none() {
            *failing = failure.take();
            mail.core().raise(LEAVE);
        }
    });
    if let Some(failure) = failure {
        mail.core().hub.report(Incident::SuppressedPanic { failure });
    }
}

impl dyn ErasedLoop + '_ {
    /// Whether the present life is to fail. One look at the signals, for nearly all.
    pub(super) fn is_failing(&self) -> bool {
        let mut is_failing = false;
        if self.mail().core().signals() & LEAVE != 0 {
            self.mail().with(&mut |seat, _| is_failing = seat.is_failing());
        }
        is_failing
    }

    /// Takes out the failure that was asked for while the life was ending already.
    pub(super) fn take_failing(&self) -> Option<Exit> {
        let mut failing = None;
        self.mail().with(&mut |seat, _| failing = seat.take_failing());
        failing.map(Exit::Failed)
    }
}
