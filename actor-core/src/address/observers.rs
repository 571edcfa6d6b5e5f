//! The observers of a call, which are attached to its reply cell and are notified of the outcome of
//! the call.
//!
//! Invariant: each observer is notified once, by the side that ends the call: the sending side if
//! it has sent the result, otherwise the receiving side, which has left. The step of the reply cell
//! decides between the two, so the outcome is exact.

use crate::cell::current;
use crate::cell::handle::catch_and_report;
use crate::cell::message::CallState;
use crate::error::CallError;
use crate::executor;
use crate::panics::{contained, unrecorded, wake};
use crate::sync::{Arc, Mutex};
use actor_atomic::Attachment;
use std::task::{Wake, Waker};

/// The outcome of the call of a message. See [`observe`](crate::proxy::observe).
///
/// ```
/// use actor_core::CallError;
/// use actor_core::proxy::Outcome;
///
/// /// Whether the callee seems to be out of order.
/// fn is_failure(outcome: &Outcome) -> bool {
///     match outcome {
///         Outcome::Sent | Outcome::Replied | Outcome::Dropped { .. } => false,
///         Outcome::Failed(error) => !matches!(error, CallError::Full),
///         _ => false,
///     }
/// }
///
/// assert!(is_failure(&Outcome::Failed(CallError::Timeout { started: true })));
/// assert!(!is_failure(&Outcome::Replied));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The message is a send: no caller waits for a reply.
    Sent,
    /// The call got its reply. A streaming reply ended without an error.
    Replied,
    /// The call ended with this error.
    Failed(CallError),
    /// The caller dropped the call.
    Dropped {
        /// Whether the handler had started before. If not, it never starts.
        started: bool,
    },
}

impl Outcome {
    /// Returns the outcome of a call with this result.
    pub(super) fn of<T>(result: &Result<T, CallError>) -> Self {
        match result {
            Ok(_) => Outcome::Replied,
            Err(error) => Outcome::Failed(error.clone()),
        }
    }
}

/// The function of an observer, which is user code.
pub(crate) type OnOutcome = Box<dyn FnOnce(Outcome) + Send>;

/// The observers of one call. As a waker, it runs the functions of the observers that have not been
/// notified.
#[derive(Default)]
pub(super) struct Observers(Mutex<ObserverState>);

#[derive(Default)]
struct ObserverState {
    waiting: Vec<OnOutcome>,
    /// Set once the call has ended.
    outcome: Option<Outcome>,
}

/// Runs `seen` when the call of a message has ended. For a message without a caller, runs it at
/// once.
pub(crate) fn observe(call: Option<CallState<'_>>, seen: OnOutcome) {
    let Some(call) = call else { return run(seen, Outcome::Sent) };
    let observers = Observers::of(call.attached()).unwrap_or_else(|| {
        let observers = Arc::new(Observers::default());
        if !call.attach(observers.clone()) {
            observers.end(left_before(call));
        }
        observers
    });
    observers.add(seen);
}

/// Returns the outcome of a call whose caller has left before it was observed.
fn left_before(call: CallState<'_>) -> Outcome {
    let started = !call.is_gone();
    if call.is_expired(executor::now) {
        Outcome::Failed(current::deadline_error(call, started))
    } else {
        Outcome::Dropped { started }
    }
}

impl Observers {
    pub(super) fn of(attached: Option<Attachment>) -> Option<Arc<Self>> {
        attached?.downcast().ok()
    }

    fn add(&self, seen: OnOutcome) {
        let mut state = self.0.lock();
        match state.outcome.clone() {
            Some(outcome) => {
                drop(state);
                run(seen, outcome);
            }
            None => state.waiting.push(seen),
        }
    }

    fn end(&self, outcome: Outcome) {
        self.0.lock().outcome = Some(outcome);
    }

    /// Notifies the observers, with `wake`, that the call has ended.
    pub(super) fn notify(self: Arc<Self>, outcome: Outcome, wake: impl Fn(Waker)) {
        self.end(outcome);
        wake(Waker::from(self));
    }

    /// Notifies the observers that the caller has left, with `error` if it had waited.
    #[cold]
    pub(super) fn notify_left(
        attached: Attachment,
        started: bool,
        error: Option<fn(bool) -> CallError>,
    ) {
        if let Some(observers) = Observers::of(Some(attached)) {
            let outcome = match error {
                Some(error) => Outcome::Failed(error(started)),
                None => Outcome::Dropped { started },
            };
            observers.notify(outcome, wake);
        }
    }
}

impl Wake for Observers {
    fn wake(self: Arc<Self>) {
        let mut state = self.0.lock();
        let (waiting, outcome) = (std::mem::take(&mut state.waiting), state.outcome.clone());
        drop(state);
        if let Some(outcome) = outcome {
            waiting.into_iter().for_each(|seen| run(seen, outcome.clone()));
        }
    }
}

impl Drop for Observers {
    /// Drops the observers whose reply was leaked. The drop is user code.
    fn drop(&mut self) {
        let waiting = std::mem::take(&mut self.0.lock().waiting);
        contained(|| drop(waiting));
    }
}

/// Runs user code. A panic in it is reported and not propagated.
fn run(seen: OnOutcome, outcome: Outcome) {
    if std::thread::panicking() {
        // The record of the panic that unwinds is still needed.
        return unrecorded(|| seen(outcome));
    }
    let mut seen = Some(seen);
    let mut run = || {
        if let Some(seen) = seen.take() {
            seen(outcome.clone());
        }
    };
    match current::actor() {
        Some(actor) => catch_and_report(&*actor, "observe", &mut run),
        None => contained(run),
    }
}
