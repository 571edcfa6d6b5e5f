//! The actor and handler that this thread is running, and the failure of its panic. They are
//! thread-local, and are saved and restored around each run, because runs can be nested.

use super::deadline::{self, Handling};
use super::handle::DynMailbox;
use super::system_shared::SystemShared;
use crate::cell::message::CallState;
use crate::error::CallError;
use crate::exit::{ActorId, Exit, Failure, FailureKind, FailureParts};
use crate::incident::{Incident, add};
use crate::panics::{self, OPAQUE, PanicRecord, Payload, wake, wake_each};
use crate::sync::{Arc, Scoped, scoped};
use std::cell::{Cell, RefCell};
use std::task::Waker;

thread_local! {
    static ACTOR: Scoped<Option<Arc<dyn DynMailbox>>> = const { scoped(None) };
    /// The system of the task or `block_on` of this thread, outside actors.
    static SYSTEM: Scoped<Option<Arc<SystemShared>>> = const { scoped(None) };
    /// The actor whose task this thread is polling.
    static LIFE: Scoped<Option<Arc<dyn DynMailbox>>> = const { scoped(None) };
    static CURRENT_MESSAGE: Cell<CurrentMessage> = const { Cell::new(CurrentMessage::NOTHING) };
    /// The wakers of waits, other than the handler's own, that are woken at the deadline of the
    /// polled handler.
    static DEADLINE_WAKERS: Scoped<Vec<Waker>> = const { scoped(Vec::new()) };
    /// The failure of the current panic, if a dropped reply has already needed it.
    static FAILURE: RefCell<Option<PendingFailure>> = const { RefCell::new(None) };
    /// Whether the text of that failure is still unknown, because no panic hook recorded it. The
    /// payload provides the text when the panic is caught.
    static IS_TEXT_MISSING: Cell<bool> = const { Cell::new(false) };
    /// The wakers of the callers that got such a failure. They are woken when its text is known.
    static DELAYED_WAKERS: Scoped<Vec<Waker>> = const { scoped(Vec::new()) };
}

/// A failure that a dropped reply created from the current panic.
struct PendingFailure {
    failure: Failure,
    /// The number of recorded panics, which identifies the panic.
    count: u64,
}

/// Reply marker: any reply in a message whose progress is unknown to the run loop.
const ANY_REPLY: u64 = u64::MAX;
/// Reply marker: the reply of a message that is being discarded.
const UNHANDLED: u64 = u64::MAX - 2;
/// Reply marker: the reply of a message that was rejected because too many are deferred.
const REJECTED_FULL: u64 = u64::MAX - 4;
/// Reply marker: the reply of a message whose deadline has passed.
const EXPIRED: u64 = u64::MAX - 6;

/// The current input.
#[derive(Clone, Copy)]
pub(crate) struct CurrentMessage {
    /// The message's or hook's name.
    pub(crate) name: &'static str,
    /// The id of the call whose reply the input owes. 0 for none, or one of the markers above,
    /// which are odd. The call may already be answered: a handler can answer and continue.
    pub(crate) reply: u64,
    /// The state of the reply, the deadline and its flags.
    pub(crate) handling: Handling,
}

// The states of the reply.
pub(super) const UNANSWERED: u64 = 0;
/// The reply is owed to a handler.
pub(super) const ASKED_BY_HANDLER: u64 = 1;
/// The handler is dropped because its actor was killed.
const KILLED: u64 = 2;
/// The message is dropped because its guard panicked.
const PANICKED: u64 = 3;
/// The handler is dropped because its caller has left, its deadline has passed, or a simulation drops it.
const ABORTED: u64 = 4;

impl CurrentMessage {
    pub(crate) const NOTHING: CurrentMessage =
        CurrentMessage { name: "", reply: 0, handling: Handling::new(UNANSWERED) };
    /// A running process. It takes its messages itself, so the run loop has no current message.
    pub(crate) const PROCESS: CurrentMessage =
        CurrentMessage { name: "process", reply: ANY_REPLY, ..CurrentMessage::NOTHING };

    /// A hook, or a message without a caller.
    pub(crate) fn without_reply(name: &'static str) -> Self {
        CurrentMessage { name, ..CurrentMessage::NOTHING }
    }

    /// Returns this message, marked as dropped because its actor was killed.
    pub(crate) fn killed(self) -> CurrentMessage {
        CurrentMessage { handling: self.handling.with_reply(KILLED), ..self }
    }

    /// Returns whether the reply is owed to a handler.
    pub(crate) fn is_asked(&self) -> bool {
        self.handling.reply() == ASKED_BY_HANDLER
    }
}

/// The previous actor and input of this thread.
pub(crate) struct ContextGuard {
    actor: Option<Arc<dyn DynMailbox>>,
    handling: CurrentMessage,
}

/// Makes `actor` the current actor of this thread, until `leave` restores the previous one.
pub(crate) fn enter(actor: Arc<dyn DynMailbox>) -> ContextGuard {
    panics::enter();
    ContextGuard {
        actor: ACTOR.with(|current| current.replace(Some(actor))),
        handling: CURRENT_MESSAGE.replace(CurrentMessage::NOTHING),
    }
}

impl ContextGuard {
    /// Restores the previous actor, and returns the entered one. No panic escapes between `enter`
    /// and this call.
    pub(crate) fn leave(self) -> Arc<dyn DynMailbox> {
        panics::leave();
        if IS_TEXT_MISSING.get() {
            // User code has caught the panic, so its text never arrives.
            forget_without_text();
        }
        CURRENT_MESSAGE.set(self.handling);
        let entered = ACTOR.with(|current| current.replace(self.actor));
        entered.expect("the actor that was entered is still there")
    }
}

/// Returns the current system of this thread.
pub(crate) fn shared() -> Option<Arc<SystemShared>> {
    let of_actor = ACTOR.with(|actor| Some(actor.borrow().as_ref()?.header().system.clone()));
    of_actor.or_else(|| SYSTEM.with(|system| system.borrow().clone()))
}

/// Makes `system` the current system while `run` runs.
pub(crate) fn within<T>(system: &mut Option<Arc<SystemShared>>, run: impl FnOnce() -> T) -> T {
    /// Exchanges the systems again, even if `run` panics.
    struct Exchanged<'a>(&'a mut Option<Arc<SystemShared>>);

    impl Drop for Exchanged<'_> {
        fn drop(&mut self) {
            SYSTEM.with(|here| std::mem::swap(&mut *here.borrow_mut(), self.0));
        }
    }

    SYSTEM.with(|here| std::mem::swap(&mut *here.borrow_mut(), system));
    let _exchanged = Exchanged(system);
    run()
}

pub(crate) fn set_current_message(handling: CurrentMessage) {
    CURRENT_MESSAGE.set(handling);
}

/// Runs `run`, which drops messages that were never handled. Their replies report this.
pub(crate) fn unhandled(run: &mut dyn FnMut()) {
    let unhandled = CurrentMessage { reply: UNHANDLED, ..CurrentMessage::NOTHING };
    let _before = Restore(CURRENT_MESSAGE.replace(unhandled));
    run();
}

/// Runs `run`, which drops messages for which there is no capacity. Their replies report this.
pub(crate) fn rejected_full(run: &mut dyn FnMut()) {
    let _before = Restore(
        CURRENT_MESSAGE.replace(CurrentMessage { reply: REJECTED_FULL, ..CurrentMessage::NOTHING }),
    );
    run();
}

/// Runs `run`, which drops a message whose deadline has passed. Its reply reports this.
pub(crate) fn expired(run: &mut dyn FnMut()) {
    let expired = CurrentMessage { reply: EXPIRED, ..CurrentMessage::NOTHING };
    let _before = Restore(CURRENT_MESSAGE.replace(expired));
    run();
}

/// Runs `run`, which drops the message that caused `failure`. Its reply reports the failure.
pub(crate) fn dropped_by_panic(failure: &Failure, handling: CurrentMessage, run: &mut dyn FnMut()) {
    let handling = CurrentMessage { handling: handling.handling.with_reply(PANICKED), ..handling };
    let _before = Restore(CURRENT_MESSAGE.replace(handling));
    keep(failure.clone());
    run();
    drop(take_failure());
}

/// The previous input. Dropping this restores it, even during a panic, which an outer frame may
/// catch.
struct Restore(CurrentMessage);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT_MESSAGE.set(self.0);
    }
}

/// Returns the actor that this thread is running.
pub(crate) fn actor() -> Option<Arc<dyn DynMailbox>> {
    ACTOR.with(|actor| actor.borrow().clone())
}

/// Returns the actor that this thread is running, or whose task it is polling.
pub(crate) fn life() -> Option<Arc<dyn DynMailbox>> {
    actor().or_else(|| LIFE.with(|life| life.borrow().clone()))
}

/// Runs `run`, which polls a task of a life of `actor` and must not panic.
pub(crate) fn in_life_of<T>(actor: &Arc<dyn DynMailbox>, run: impl FnOnce() -> T) -> T {
    let before = LIFE.with(|life| life.replace(Some(actor.clone())));
    let result = run();
    LIFE.with(|life| life.replace(before));
    result
}

/// Returns whether this thread is running the actor `id`.
pub(crate) fn is_inside(id: ActorId) -> bool {
    ACTOR.with(|actor| actor.borrow().as_ref().is_some_and(|actor| actor.header().id() == id))
}

pub(crate) fn current_message() -> CurrentMessage {
    CURRENT_MESSAGE.get()
}

/// Adds `waker` to the wakers that are woken at the deadline of the polled handler.
pub(crate) fn add_deadline_waker(waker: &Waker) {
    let waker = waker.clone();
    DEADLINE_WAKERS.with(|wakers| wakers.borrow_mut().push(waker));
}

/// Takes the wakers that the last poll added.
pub(crate) fn take_deadline_wakers() -> Vec<Waker> {
    DEADLINE_WAKERS.with(|wakers| wakers.take())
}

/// Marks the current handler as dropped because no caller waits for it, and counts it. Called
/// before the drop, so that code notified by the drop finds it counted.
pub(crate) fn set_aborted() {
    if let Some(system) = shared() {
        add(&system.counts.aborted_handlers, 1);
    }
    let message = CURRENT_MESSAGE.get();
    let handling = message.handling.with_reply(ABORTED);
    CURRENT_MESSAGE.set(CurrentMessage { handling, ..message });
}

/// Returns whether a fault drops the current handler at this await, which the seed decides.
pub(crate) fn is_aborted_by_fault() -> bool {
    let is_aborted = handling().has_abort() && shared().is_some_and(|system| system.chance() < 0.5);
    if is_aborted && let Some(actor) = actor() {
        let does = "drops its handler by a planted fault";
        actor.header().system.observe(|simulation| simulation.does(&*actor, does));
    }
    is_aborted
}

/// Returns how the current input is being handled.
#[inline]
pub(crate) fn handling() -> Handling {
    CURRENT_MESSAGE.get().handling
}

/// Polls a call with `handling`, whose deadline differs from the deadline of the current input.
pub(crate) fn with_handling<T>(handling: Handling, poll: impl FnOnce() -> T) -> T {
    let current = CURRENT_MESSAGE.get();
    let _before = Restore(CURRENT_MESSAGE.replace(CurrentMessage { handling, ..current }));
    poll()
}

/// Runs user code. A panic in it becomes a failure of `mailbox` in `handler`.
pub(crate) fn catch_failure<T>(
    mailbox: &dyn DynMailbox,
    handler: &'static str,
    run: impl FnOnce() -> T,
) -> Result<T, Failure> {
    panics::catch(run).map_err(|payload| failure(mailbox, handler, payload))
}

/// Like [`panics::catch`], but compiled only once.
pub(crate) fn catch_dyn(run: &mut dyn FnMut()) -> Result<(), Payload> {
    panics::catch(run)
}

/// Returns the failure of a caught panic.
pub(crate) fn failure(
    mailbox: &dyn DynMailbox,
    handler: &'static str,
    payload: Payload,
) -> Failure {
    let note = panics::record_of(&payload);
    // The drop of a payload is user code. A panic in it cannot be reported.
    panics::discard(payload);
    let failure = match known_failure() {
        Some(known) if IS_TEXT_MISSING.get() => {
            known.failure.say(note.message);
            known.failure
        }
        Some(known) if known.failure.message() == note.message => known.failure,
        _ => panicked(mailbox, handler, note),
    };
    forget_without_text();
    failure
}

/// Takes the failure that a dropped reply created from the last panic.
fn known_failure() -> Option<PendingFailure> {
    // A failure with another count is left from an earlier panic that user code caught.
    take_failure().filter(|known| known.count == panics::count())
}

/// Takes the stored failure. Returns `None` while the thread ends.
fn take_failure() -> Option<PendingFailure> {
    FAILURE.try_with(RefCell::take).ok().flatten()
}

fn keep(failure: Failure) {
    let failure = PendingFailure { failure, count: panics::count() };
    let _ = FAILURE.try_with(|known| known.replace(Some(failure)));
}

/// Wakes a caller whose reply was dropped, once its error is complete.
pub(crate) fn wake_lost(waker: Waker) {
    if IS_TEXT_MISSING.get() {
        DELAYED_WAKERS.with(|told| told.borrow_mut().push(waker));
    } else {
        wake(waker);
    }
}

/// Wakes the callers that got a failure without a text. Called when each failure has its text or
/// will never get one.
fn forget_without_text() {
    if IS_TEXT_MISSING.replace(false) {
        drop(take_failure());
        wake_each(DELAYED_WAKERS.with(|told| told.take()));
    }
}

fn panicked(mailbox: &dyn DynMailbox, handler: &'static str, note: PanicRecord) -> Failure {
    let parts = FailureParts::of(mailbox, FailureKind::Panic, handler, note.message);
    Failure::new(FailureParts { location: note.location, ..parts })
}

impl FailureParts {
    /// Returns the parts of a failure of this actor, without a location and a cause.
    pub(crate) fn of(
        mailbox: &dyn DynMailbox,
        kind: FailureKind,
        handler: &'static str,
        message: String,
    ) -> Self {
        let (actor, id) = (mailbox.label(), mailbox.header().id());
        FailureParts { kind, actor, id, handler, message, location: None, cause: None }
    }
}

/// Returns the error for a caller whose reply is dropped without an answer.
pub(crate) fn lost_reply(call: CallState<'_>) -> CallError {
    let handling = current_message();
    let is_unseen = call.is_unseen();
    if !call.has_started() && handling.reply == REJECTED_FULL {
        return CallError::Full;
    }
    if !call.has_started() && !is_unseen && handling.reply == EXPIRED {
        return deadline_error(call, false);
    }
    let is_discarded = matches!(handling.reply, UNHANDLED | EXPIRED);
    // A proxy handles a message that counts as not started.
    let is_handled = handling.reply == call.id();
    if !call.has_started() && !is_handled && (!is_unseen || is_discarded) {
        return CallError::Stopped;
    }
    let is_any = is_unseen && handling.reply == ANY_REPLY;
    if !is_any && handling.reply != call.id() {
        return CallError::NoReply;
    }
    if handling.handling.reply() == KILLED {
        return CallError::Killed;
    }
    let is_aborted = handling.handling.reply() == ABORTED && handling.handling.is_expired();
    if is_aborted && !std::thread::panicking() {
        return deadline_error(call, true);
    }
    if !std::thread::panicking() && handling.handling.reply() != PANICKED {
        return CallError::NoReply;
    }
    current_failure(actor(), handling.name).map_or(CallError::NoReply, CallError::Panicked)
}

/// Returns the failure of the current panic of `actor`.
fn current_failure(actor: Option<Arc<dyn DynMailbox>>, handler: &'static str) -> Option<Failure> {
    let failure = match known_failure() {
        Some(known) => known.failure,
        None => {
            let actor = actor?;
            let noted = panics::take_record();
            IS_TEXT_MISSING.set(noted.is_none());
            let note =
                noted.unwrap_or_else(|| PanicRecord { message: OPAQUE.into(), location: None });
            panicked(&*actor, handler, note)
        }
    };
    keep(failure.clone());
    Some(failure)
}

/// Returns the reason why a stream of replies breaks off when its `Replies` is dropped: the panic
/// or the end of the life that drops it. Returns `None` for an ordinary drop, which ends the
/// stream.
pub(crate) fn broken_stream(call: CallState<'_>) -> Option<CallError> {
    let error = lost_reply(call);
    if error != CallError::NoReply {
        return Some(error);
    }
    if std::thread::panicking() {
        let handler = if ACTOR.with(|actor| actor.borrow().is_some()) {
            current_message().name
        } else {
            "task"
        };
        // Outside of actors, there is no actor to name in a failure.
        return Some(current_failure(life(), handler).map_or(error, CallError::Panicked));
    }
    if current_message().handling.reply() == KILLED {
        return Some(CallError::Killed);
    }
    let exit = life()?.lock().cell.pending_exit().cloned();
    Some(match exit? {
        Exit::Failed(failure) => CallError::Panicked(failure),
        Exit::Killed => CallError::Killed,
        _ => CallError::Stopped,
    })
}

/// Returns the error of a call whose deadline has passed: `Timeout` if it is the timeout of the call itself.
/// (`Asking::expire` makes the error if the caller notices first.)
pub(crate) fn deadline_error(call: CallState<'_>, started: bool) -> CallError {
    match call.note() {
        Some(note) if deadline::is_own(note) => CallError::Timeout { started },
        _ => CallError::DeadlineExceeded { started },
    }
}

/// Marks a panic in `error` as observed, because a caller gets `error`.
pub(crate) fn told(error: &CallError) {
    if let CallError::Panicked(failure) = error
        && let Some(system) = shared()
    {
        system.observe(|simulation| simulation.handles(failure));
    }
}

/// Withdraws the observation of a panic in `error`, because the caller has left without reading
/// `error`.
pub(crate) fn untold(error: &CallError) {
    if let CallError::Panicked(failure) = error
        && let Some(system) = shared()
    {
        system.observe(|simulation| simulation.ignores(failure));
    }
}

/// Reports an error that the running handler returned without a waiting caller. The error of a call
/// whose caller has gone is only counted.
pub(crate) fn report_lost(error: String, is_late: bool) {
    let Some(actor) = actor() else { return };
    if is_late {
        return add(&actor.header().system.counts.late_errors, 1);
    }
    let (id, message) = (actor.header().id(), current_message().name);
    let incident = Incident::UnhandledError { actor: actor.label(), id, message, error };
    actor.header().system.report(incident);
}
