//! The actor and handler that this thread is running, and the failure of its panic. Thread-local;
//! saved and restored around each run, because runs can be nested.

use super::handle::AnyMail;
use super::system_shared::Hub;
use crate::cell::call_state::CallState;
use crate::counters::add;
use crate::error::CallError;
use crate::exit::{ActorId, Failure, FailureKind, FailureParts};
use crate::incident::Incident;
use crate::panics::{self, OPAQUE, PanicRecord, Payload};
use crate::sync::Arc;
use crate::waking::{wake, wake_each};
use std::cell::{Cell, RefCell};
use std::task::Waker;

thread_local! {
    static ACTOR: RefCell<Option<Arc<dyn AnyMail>>> = const { RefCell::new(None) };
    /// The hub of the task or `block_on` of this thread, outside actors.
    static HUB: RefCell<Option<Arc<Hub>>> = const { RefCell::new(None) };
    /// The actor whose task this thread is polling.
    static LIFE: RefCell<Option<Arc<dyn AnyMail>>> = const { RefCell::new(None) };
    static HANDLING: Cell<Handling> = const { Cell::new(Handling::NOTHING) };
    /// The failure of the current panic, if a dropped reply has already needed it.
    static FAILURE: RefCell<Option<Known>> = const { RefCell::new(None) };
    /// Whether the text of that failure is still unknown because no hook recorded it: the payload
    /// provides it when the panic is caught.
    static IS_UNSAID: Cell<bool> = const { Cell::new(false) };
    /// The callers that got such a failure: they are woken when its text is known.
    static TOLD: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
}

/// A failure that a dropped reply created from the current panic.
struct Known {
    failure: Failure,
    /// The number of recorded panics, which identifies the panic.
    count: u64,
}

/// Reply marker: any reply that messages carry unseen.
const ANY: usize = usize::MAX;
/// Reply marker: the replies of a message that is being discarded.
const UNHANDLED: usize = usize::MAX - 1;
/// Reply marker: the replies of a message rejected because too many are deferred.
const TURNED_AWAY: usize = usize::MAX - 2;

/// The current input.
#[derive(Clone, Copy)]
pub(crate) struct Handling {
    /// The message's or hook's name.
    pub(crate) name: &'static str,
    /// The reply it owes, identified by the address of its head; 0 for none, or one of the markers
    /// above.
    pub(crate) reply: usize,
    state: HandlingState,
}

/// The state of the handling. A whole word, because it is copied with each message.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
enum HandlingState {
    Usual,
    /// The reply is owed to a handler.
    Asked,
    /// The handler is dropped because its actor was killed.
    Killed,
    /// The message is dropped because its guard panicked.
    Panicked,
}

impl Handling {
    pub(crate) const NOTHING: Handling =
        Handling { name: "", reply: 0, state: HandlingState::Usual };
    /// A running process: only the process knows which messages it is handling.
    pub(crate) const PROCESS: Handling =
        Handling { name: "process", reply: ANY, ..Handling::NOTHING };

    pub(crate) fn new(name: &'static str, reply: Option<CallState<'_>>) -> Self {
        let state = match reply {
            Some(call) if call.is_by_handler() => HandlingState::Asked,
            _ => HandlingState::Usual,
        };
        Handling { name, reply: reply.map_or(0, CallState::id), state }
    }

    /// The same, while the handler is dropped because its actor was killed.
    pub(crate) fn killed(self) -> Handling {
        Handling { state: HandlingState::Killed, ..self }
    }

    /// Whether the reply is owed to a handler.
    pub(crate) fn is_asked(&self) -> bool {
        self.state == HandlingState::Asked
    }
}

/// The previous actor and input of this thread.
pub(crate) struct Entered {
    actor: Option<Arc<dyn AnyMail>>,
    handling: Handling,
}

/// Makes `actor` the current actor of this thread, until `leave` restores the previous one.
pub(crate) fn enter(actor: Arc<dyn AnyMail>) -> Entered {
    panics::enter();
    Entered { actor: ACTOR.replace(Some(actor)), handling: HANDLING.replace(Handling::NOTHING) }
}

impl Entered {
    /// Returns the entered actor. No panic escapes between `enter` and here.
    pub(crate) fn leave(self) -> Arc<dyn AnyMail> {
        panics::leave();
        if IS_UNSAID.get() {
            // The panic was caught by user code.
            forget_unsaid();
        }
        HANDLING.set(self.handling);
        ACTOR.replace(self.actor).expect("the actor that was entered is still there")
    }
}

/// The current hub of this thread.
pub(crate) fn hub() -> Option<Arc<Hub>> {
    let of_actor = ACTOR.try_with(|actor| Some(actor.borrow().as_ref()?.core().hub.clone()));
    of_actor.ok().flatten().or_else(|| HUB.try_with(|hub| hub.borrow().clone()).ok().flatten())
}

/// Makes `hub` the current hub while `run` runs, which must not panic.
pub(crate) fn within<T>(hub: &mut Option<Arc<Hub>>, run: impl FnOnce() -> T) -> T {
    HUB.with(|here| {
        let before = here.replace(hub.take());
        let result = run();
        *hub = here.replace(before);
        result
    })
}

pub(crate) fn set_handling(handling: Handling) {
    HANDLING.set(handling);
}

/// Drops messages that were never handled, which their replies report.
pub(crate) fn unhandled(run: &mut dyn FnMut()) {
    let unhandled = Handling { reply: UNHANDLED, ..Handling::NOTHING };
    let _before = Before(HANDLING.replace(unhandled));
    run();
}

/// Drops messages for which there is no capacity, which their replies report.
pub(crate) fn turned_away(run: &mut dyn FnMut()) {
    let _before = Before(HANDLING.replace(Handling { reply: TURNED_AWAY, ..Handling::NOTHING }));
    run();
}

/// Drops the message of `failure`, which its reply reports.
pub(crate) fn lost_to(failure: &Failure, handling: Handling, run: &mut dyn FnMut()) {
    let _before = Before(HANDLING.replace(Handling { state: HandlingState::Panicked, ..handling }));
    keep(failure.clone());
    run();
    FAILURE.take();
}

/// The previous input, restored when this is dropped, also during a panic, which may be caught
/// further out.
struct Before(Handling);

impl Drop for Before {
    fn drop(&mut self) {
        HANDLING.set(self.0);
    }
}

/// The actor that this thread is running.
pub(crate) fn actor() -> Option<Arc<dyn AnyMail>> {
    ACTOR.with_borrow(Clone::clone)
}

/// The actor that this thread is running, or whose task it is polling.
pub(crate) fn life() -> Option<Arc<dyn AnyMail>> {
    actor().or_else(|| LIFE.with_borrow(Clone::clone))
}

/// Polls a task of a life of `actor` with `run`, which must not panic.
pub(crate) fn in_life_of<T>(actor: &Arc<dyn AnyMail>, run: impl FnOnce() -> T) -> T {
    let before = LIFE.replace(Some(actor.clone()));
    let result = run();
    LIFE.replace(before);
    result
}

/// Whether this thread is running the actor `id`.
pub(crate) fn is_inside(id: ActorId) -> bool {
    ACTOR.with_borrow(|actor| actor.as_ref().is_some_and(|actor| actor.core().id() == id))
}

pub(crate) fn handling() -> Handling {
    HANDLING.get()
}

/// Runs user code; a panic becomes a failure of `mail` in `handler`.
pub(crate) fn guarded<T>(
    mail: &dyn AnyMail,
    handler: &'static str,
    run: impl FnOnce() -> T,
) -> Result<T, Failure> {
    panics::catch(run).map_err(|payload| failure(mail, handler, payload))
}

/// Like [`panics::catch`], but compiled only once.
pub(crate) fn catch_each(run: &mut dyn FnMut()) -> Result<(), Payload> {
    panics::catch(run)
}

/// Returns the failure of a caught panic.
pub(crate) fn failure(mail: &dyn AnyMail, handler: &'static str, payload: Payload) -> Failure {
    let note = panics::record_of(&payload);
    // The drop of a payload is user code; a panic in it cannot be reported.
    panics::discard(payload);
    let failure = match known_failure() {
        Some(known) if IS_UNSAID.get() => {
            known.failure.say(note.message);
            known.failure
        }
        Some(known) if known.failure.message() == note.message => known.failure,
        _ => panicked(mail, handler, note),
    };
    forget_unsaid();
    failure
}

/// Takes the failure that a dropped reply created from the last panic.
fn known_failure() -> Option<Known> {
    // A different one was left by an earlier panic that user code caught.
    FAILURE.take().filter(|known| known.count == panics::count())
}

fn keep(failure: Failure) {
    FAILURE.replace(Some(Known { failure, count: panics::count() }));
}

/// Wakes a caller whose reply was dropped, once its error is complete.
pub(crate) fn wake_lost(waker: Waker) {
    if IS_UNSAID.get() {
        TOLD.with_borrow_mut(|told| told.push(waker));
    } else {
        wake(waker);
    }
}

/// All failures have their text, or will never get one: wakes the callers that got them.
fn forget_unsaid() {
    if IS_UNSAID.replace(false) {
        drop(FAILURE.take());
        wake_each(TOLD.take());
    }
}

fn panicked(mail: &dyn AnyMail, handler: &'static str, note: PanicRecord) -> Failure {
    Failure::new(FailureParts {
        kind: FailureKind::Panic,
        actor: mail.label(),
        id: mail.core().id(),
        handler,
        message: note.message,
        location: note.location,
        cause: None,
    })
}

/// Returns the error for a caller whose reply is dropped without an answer.
pub(crate) fn lost_reply(call: CallState<'_>) -> CallError {
    let handling = handling();
    let is_unseen = call.is_unseen();
    if !call.has_started() && handling.reply == TURNED_AWAY {
        return CallError::Full;
    }
    if !call.has_started() && (!is_unseen || handling.reply == UNHANDLED) {
        return CallError::Stopped;
    }
    let is_any = is_unseen && handling.reply == ANY;
    if !is_any && handling.reply != call.id() {
        return CallError::NoReply;
    }
    if handling.state == HandlingState::Killed {
        return CallError::Killed;
    }
    if !std::thread::panicking() && handling.state != HandlingState::Panicked {
        return CallError::NoReply;
    }
    let failure = match known_failure() {
        Some(known) => known.failure,
        None => {
            let Some(actor) = actor() else { return CallError::NoReply };
            let noted = panics::take_record();
            IS_UNSAID.set(noted.is_none());
            let note =
                noted.unwrap_or_else(|| PanicRecord { message: OPAQUE.into(), location: None });
            panicked(&*actor, handling.name, note)
        }
    };
    keep(failure.clone());
    CallError::Panicked(failure)
}

/// A caller gets `error`, and thereby observes a panic in it.
pub(crate) fn told(error: &CallError) {
    if let CallError::Panicked(failure) = error
        && let Some(hub) = hub()
        && let Some(witness) = &hub.witness
    {
        witness.handles(failure);
    }
}

/// A caller has gone without reading `error`, for which it counted as an observer.
pub(crate) fn untold(error: &CallError) {
    if let CallError::Panicked(failure) = error
        && let Some(hub) = hub()
        && let Some(witness) = &hub.witness
    {
        witness.ignores(failure);
    }
}

/// Reports an error that the running handler returned without a waiting caller. The error of a call
/// whose caller has gone is only counted.
pub(crate) fn report_lost(error: String, is_late: bool) {
    let Some(actor) = ACTOR.with_borrow(Clone::clone) else { return };
    if is_late {
        return add(&actor.core().hub.counts.late_errors, 1);
    }
    let (id, message) = (actor.core().id(), handling().name);
    let incident = Incident::UnhandledError { actor: actor.label(), id, message, error };
    actor.core().hub.report(incident);
}
