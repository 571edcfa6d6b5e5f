//! Which actor and handler this thread is running just now, and what its panic said. Thread-local;
//! saved and restored round each run, since a run may lie within another.

use super::hub::Hub;
use super::post::AnyMail;
use crate::cell::head::Head;
use crate::counters::add;
use crate::error::CallError;
use crate::exit::{ActorId, Failure, FailureKind, FailureParts, Place};
use crate::incident::Incident;
use crate::sync::{Arc, Once};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};

/// What a panic said, noted by the hook, which sees more than the catcher.
struct Note {
    message: String,
    location: Option<Place>,
}

thread_local! {
    static ACTOR: RefCell<Option<Arc<dyn AnyMail>>> = const { RefCell::new(None) };
    /// The hub of the task or `block_on` that this thread is in, outside of actors.
    static HUB: RefCell<Option<Arc<Hub>>> = const { RefCell::new(None) };
    static HANDLING: Cell<Handling> = const { Cell::new(Handling::NOTHING) };
    /// How many catchers are round this code: the hook notes nothing outside of them.
    static CATCHERS: Cell<u32> = const { Cell::new(0) };
    static NOTE: RefCell<Option<Note>> = const { RefCell::new(None) };
    /// Set while panics are not printed: a simulation that tries schedules tells of them itself.
    static QUIET: Cell<bool> = const { Cell::new(false) };
    /// The failure of the panic that is unwinding, if a reply has asked for it already.
    static FAILURE: RefCell<Option<Failure>> = const { RefCell::new(None) };
}

/// In the place of a reply: any of those that messages carry unseen.
const ANY: usize = usize::MAX;
/// In the place of a reply: those of a message that is being thrown away.
const UNHANDLED: usize = usize::MAX - 1;
/// In the place of a reply: those of a message for which there is no room aside.
const TURNED_AWAY: usize = usize::MAX - 2;

/// What is being handled.
#[derive(Clone, Copy)]
pub(crate) struct Handling {
    /// The message's or hook's name.
    pub(crate) name: &'static str,
    /// Which reply it owes, told from others by where its head lies; 0 for none, or one of the words
    /// above.
    pub(crate) reply: usize,
    state: HandlingState,
}

/// How the handling goes. A whole word, since it is copied with each message.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
enum HandlingState {
    Usual,
    /// The reply is owed to a handler.
    Asked,
    /// The handler is dropped because its actor was killed.
    Killed,
    /// The message is dropped because its guard has panicked.
    Panicked,
}

impl Handling {
    pub(crate) const NOTHING: Handling =
        Handling { name: "", reply: 0, state: HandlingState::Usual };
    /// A process at work: which messages it works on, only it knows.
    pub(crate) const PROCESS: Handling =
        Handling { name: "process", reply: ANY, ..Handling::NOTHING };

    pub(crate) fn new(name: &'static str, reply: Option<&Head>) -> Self {
        let state = match reply {
            Some(head) if head.is_asked_by_handler() => HandlingState::Asked,
            _ => HandlingState::Usual,
        };
        Handling { name, reply: reply.map_or(0, |head| std::ptr::from_ref(head) as usize), state }
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

/// What this thread was running before.
pub(crate) struct Entered {
    actor: Option<Arc<dyn AnyMail>>,
    handling: Handling,
}

/// This thread runs `actor` from now on, until what it ran before is put back by `leave`.
pub(crate) fn enter(actor: Arc<dyn AnyMail>) -> Entered {
    CATCHERS.set(CATCHERS.get() + 1);
    Entered { actor: ACTOR.replace(Some(actor)), handling: HANDLING.replace(Handling::NOTHING) }
}

impl Entered {
    /// Gives back the actor that was entered. Nothing between `enter` and here lets a panic out.
    pub(crate) fn leave(self) -> Arc<dyn AnyMail> {
        CATCHERS.set(CATCHERS.get() - 1);
        HANDLING.set(self.handling);
        ACTOR.replace(self.actor).expect("the actor that was entered is still there")
    }
}

/// The hub of what this thread runs just now.
pub(crate) fn hub() -> Option<Arc<Hub>> {
    let of_actor = ACTOR.try_with(|actor| Some(actor.borrow().as_ref()?.core().hub.clone()));
    of_actor.ok().flatten().or_else(|| HUB.try_with(|hub| hub.borrow().clone()).ok().flatten())
}

/// Makes `hub` this thread's own while `run` runs, which lets no panic out.
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

/// Drops messages that were never handled: their replies say so.
pub(crate) fn unhandled(run: &mut dyn FnMut()) {
    let unhandled = Handling { reply: UNHANDLED, ..Handling::NOTHING };
    let _before = Before(HANDLING.replace(unhandled));
    run();
}

/// Drops messages for which there is no room: their replies say so.
pub(crate) fn turned_away(run: &mut dyn FnMut()) {
    let _before = Before(HANDLING.replace(Handling { reply: TURNED_AWAY, ..Handling::NOTHING }));
    run();
}

/// Drops a message that `failure` was about: its reply says so.
pub(crate) fn lost_to(failure: &Failure, handling: Handling, run: &mut dyn FnMut()) {
    let _before = Before(HANDLING.replace(Handling { state: HandlingState::Panicked, ..handling }));
    FAILURE.replace(Some(failure.clone()));
    run();
    FAILURE.take();
}

/// What was being handled before, put back when this is dropped: in a panic too, since others catch
/// it.
struct Before(Handling);

impl Drop for Before {
    fn drop(&mut self) {
        HANDLING.set(self.0);
    }
}

/// The actor that this thread runs just now.
pub(crate) fn actor() -> Option<Arc<dyn AnyMail>> {
    ACTOR.with_borrow(Clone::clone)
}

/// Whether this thread runs the actor `id` just now.
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
    catch(run).map_err(|payload| failure(mail, handler, payload))
}

/// Runs user code and notes what a panic says, to be asked for by [`failure`].
pub(crate) fn catch<T>(run: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    CATCHERS.set(CATCHERS.get() + 1);
    let caught = catch_unwind(AssertUnwindSafe(run));
    CATCHERS.set(CATCHERS.get() - 1);
    caught
}

/// As [`catch`], compiled once for all that is run.
pub(crate) fn catch_each(run: &mut dyn FnMut()) -> Result<(), Box<dyn Any + Send>> {
    catch(run)
}

/// The failure that a caught panic is.
pub(crate) fn failure(
    mail: &dyn AnyMail,
    handler: &'static str,
    payload: Box<dyn Any + Send>,
) -> Failure {
    let known = FAILURE.take();
    let note = NOTE.take();
    let failure = known.unwrap_or_else(|| {
        let note = note.unwrap_or_else(|| Note { message: text(&*payload), location: None });
        panicked(mail, handler, note)
    });
    // A payload is user data, and its drop may panic too; nothing can be said of that one.
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
    failure
}

fn panicked(mail: &dyn AnyMail, handler: &'static str, note: Note) -> Failure {
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

/// What the caller is told whose reply is dropped unanswered just now.
pub(crate) fn lost_reply(head: &Head) -> CallError {
    let handling = handling();
    let is_unseen = head.is_unseen();
    if !head.has_started() && handling.reply == TURNED_AWAY {
        return CallError::Full;
    }
    if !head.has_started() && (!is_unseen || handling.reply == UNHANDLED) {
        return CallError::Stopped;
    }
    let is_any = is_unseen && handling.reply == ANY;
    if !is_any && handling.reply != std::ptr::from_ref(head) as usize {
        return CallError::NoReply;
    }
    if handling.state == HandlingState::Killed {
        return CallError::Killed;
    }
    if !std::thread::panicking() && handling.state != HandlingState::Panicked {
        return CallError::NoReply;
    }
    let known = FAILURE.take();
    let failure = known.or_else(|| {
        let actor = ACTOR.with_borrow(Clone::clone)?;
        let note = NOTE.take().unwrap_or_else(|| Note { message: OPAQUE.into(), location: None });
        Some(panicked(&*actor, handling.name, note))
    });
    FAILURE.replace(failure.clone());
    failure.map_or(CallError::NoReply, CallError::Panicked)
}

/// A caller is told of `error`: a panic in it does not go unheard.
pub(crate) fn told(error: &CallError) {
    if let CallError::Panicked(failure) = error
        && let Some(hub) = hub()
        && let Some(witness) = &hub.witness
    {
        witness.handles(failure);
    }
}

/// A caller has left without a look at `error`, of which it counted as told.
pub(crate) fn untold(error: &CallError) {
    if let CallError::Panicked(failure) = error
        && let Some(hub) = hub()
        && let Some(witness) = &hub.witness
    {
        witness.ignores(failure);
    }
}

const OPAQUE: &str = "opaque panic";

/// What a panic said, as far as its payload tells.
pub(crate) fn text(payload: &(dyn Any + Send)) -> String {
    match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => OPAQUE.to_owned(),
    }
}

/// Installs, once a process, the panic hook that notes message and location of panics inside
/// actors, and then calls the hook that was there.
pub(crate) fn install_panic_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            note(info);
            if !QUIET.try_with(Cell::get).unwrap_or(false) {
                before(info);
            }
        }));
    });
}

/// Runs `run` with no panic printed where it happens.
pub(crate) fn quiet<T>(run: impl FnOnce() -> T) -> T {
    let before = QUIET.replace(true);
    let result = run();
    QUIET.set(before);
    result
}

/// What a panic said that was caught by [`catch`], and where.
pub(crate) fn said(payload: Box<dyn Any + Send>) -> (String, Option<String>) {
    let said = text(&*payload);
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
    let note = NOTE.take().filter(|note| note.message == said);
    let place = note.and_then(|note| note.location).map(|place| place.to_string());
    (said, place)
}

fn note(info: &PanicHookInfo<'_>) {
    // `try_with`: the panic may be in the destructor of a thread-local.
    if CATCHERS.try_with(Cell::get).unwrap_or(0) == 0 {
        return;
    }
    let message = info.payload_as_str().unwrap_or(OPAQUE).to_owned();
    let location = info.location().map(Place::of);
    let _ = NOTE.try_with(|cell| cell.replace(Some(Note { message, location })));
    // What an earlier panic left, which the user's own code had caught.
    let _ = FAILURE.try_with(|cell| cell.replace(None));
}

/// Reports an error that the handler being run has returned to nobody; one that answers a call whose
/// caller has left is counted only.
pub(crate) fn report_lost(error: String, is_late: bool) {
    let Some(actor) = ACTOR.with_borrow(Clone::clone) else { return };
    if is_late {
        return add(&actor.core().hub.counts.late_errors, 1);
    }
    let (id, message) = (actor.core().id(), handling().name);
    let incident = Incident::UnhandledError { actor: actor.label(), id, message, error };
    actor.core().hub.report(incident);
}
