//! Catching panics, with their message and location: the panic hook records them, the payload
//! confirms them. Does not depend on actors.
//!
//! Wakers may be user code. No other file wakes or drops such a waker, so that its panic is not
//! propagated; a test checks this.

use crate::exit::Location;
use crate::sync::std_sync::{AtomicBool, Ordering};
use crate::sync::{Arc, Mutex, Once};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{
    AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind, set_hook, take_hook,
};
use std::task::{Wake, Waker};

/// The payload of a panic. Its drop is user code.
pub(crate) type Payload = Box<dyn Any + Send>;

/// The message and location of a panic.
pub(crate) struct PanicRecord {
    pub(crate) message: String,
    pub(crate) location: Option<Location>,
}

/// The text of a panic whose payload is not a string.
pub(crate) const OPAQUE: &str = "opaque panic";

thread_local! {
    /// The number of catchers on this thread's stack. The hook records only inside them.
    static CATCHERS: Cell<u32> = const { Cell::new(0) };
    static LAST: RefCell<Option<PanicRecord>> = const { RefCell::new(None) };
    /// The number of panics recorded by this thread.
    static COUNT: Cell<u64> = const { Cell::new(0) };
    /// Set while panics are not printed, because a simulation that explores schedules reports them
    /// itself.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Marks the start of code on this thread that catches panics. [`leave`] marks the end.
#[inline]
pub(crate) fn enter() {
    CATCHERS.set(CATCHERS.get() + 1);
}

#[inline]
pub(crate) fn leave() {
    CATCHERS.set(CATCHERS.get() - 1);
}

/// Runs user code. The message of a panic is recorded for [`record_of`].
pub(crate) fn catch<T>(run: impl FnOnce() -> T) -> Result<T, Payload> {
    enter();
    let caught = catch_unwind(AssertUnwindSafe(run));
    leave();
    caught
}

/// Runs user code whose panic affects nothing else. The panic hook prints the panic, which is not
/// propagated.
#[inline]
pub(crate) fn contained(run: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(run)) {
        discard(payload);
    }
}

/// Drops the payload of a caught panic, which is user code. If the drop panics, that payload is
/// leaked to end the chain.
#[cold]
pub(crate) fn discard(payload: Payload) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

/// Returns the message of the panic with this payload, and its location, if the hook has recorded
/// it.
///
/// The hook's record counts only if it has the text of the payload. The hook does not run for
/// `resume_unwind`, or while the program has replaced it. In these cases, the record belongs to an
/// older panic.
pub(crate) fn record_of(payload: &Payload) -> PanicRecord {
    restore_hook();
    let message = text(&**payload);
    let noted = take_record().filter(|note| note.message == message);
    noted.unwrap_or(PanicRecord { message, location: None })
}

/// Continues a panic that was caught on another thread, with its record. The panic hook does not run again.
#[cold]
pub(crate) fn resume(payload: Payload, record: PanicRecord) -> ! {
    let _ = LAST.try_with(|cell| cell.replace(Some(record)));
    COUNT.set(COUNT.get() + 1);
    resume_unwind(payload)
}

/// Returns the hook's record of the current panic, before its payload is available.
pub(crate) fn take_record() -> Option<PanicRecord> {
    // `try_with`: the caller may be the destructor of a thread-local.
    LAST.try_with(RefCell::take).ok().flatten()
}

/// Returns the number of panics recorded by this thread, which distinguishes them.
pub(crate) fn count() -> u64 {
    COUNT.get()
}

/// Returns the text of a payload.
fn text(payload: &(dyn Any + Send)) -> String {
    match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => OPAQUE.to_owned(),
    }
}

/// Runs `run` without printing its panics. If a panic leaves `run`, later panics are printed again.
pub(crate) fn quiet<T>(run: impl FnOnce() -> T) -> T {
    struct Restore(bool);

    impl Drop for Restore {
        fn drop(&mut self) {
            QUIET.set(self.0);
        }
    }

    let _before = Restore(QUIET.replace(true));
    run()
}

/// Runs `run`. A panic in it is neither printed nor recorded, so the record of an earlier panic,
/// which may be unwinding, stays.
pub(crate) fn unrecorded(run: impl FnOnce()) {
    quiet(|| isolated(run));
}

/// Runs user code whose panic affects nothing else, as [`contained`] does. The panic is not recorded, so the
/// record of an earlier panic stays.
pub(crate) fn isolated(run: impl FnOnce()) {
    let note = take_record();
    let count = COUNT.get();
    contained(run);
    let _ = LAST.try_with(|noted| noted.replace(note));
    COUNT.set(count);
}

type PanicHook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// The recording panic hook, and the previous hook, which it calls.
///
/// If this hook is dropped, the program has set another hook, which does not call this one.
/// `set_hook` drops the old hook after it has released its lock. The drop is therefore the place to
/// wrap the new hook, before a panic can go unrecorded.
struct RecordingHook {
    before: PanicHook,
}

/// Set if the hook was dropped during a panic, when no other hook can be set.
static HOOK_LOST: AtomicBool = AtomicBool::new(false);

/// Installs, once per process, the panic hook that records the message and location of caught
/// panics.
pub(crate) fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(wrap_hook);
    restore_hook();
}

fn wrap_hook() {
    let hook = RecordingHook { before: take_hook() };
    set_hook(Box::new(move |info| hook.run(info)));
}

/// Installs the hook again if it was dropped during a panic.
fn restore_hook() {
    if HOOK_LOST.load(Ordering::Relaxed)
        && !std::thread::panicking()
        && HOOK_LOST.swap(false, Ordering::Relaxed)
    {
        wrap_hook();
    }
}

impl RecordingHook {
    fn run(&self, info: &PanicHookInfo<'_>) {
        note(info);
        if !QUIET.try_with(Cell::get).unwrap_or(false) {
            (self.before)(info);
        }
    }
}

impl Drop for RecordingHook {
    fn drop(&mut self) {
        if std::thread::panicking() {
            HOOK_LOST.store(true, Ordering::Relaxed);
        } else {
            wrap_hook();
        }
    }
}

fn note(info: &PanicHookInfo<'_>) {
    // `try_with`: the panic may be in the destructor of a thread-local.
    if CATCHERS.try_with(Cell::get).unwrap_or(0) == 0 {
        return;
    }
    let message = text(info.payload());
    let location = info.location().map(Location::of);
    let _ = LAST.try_with(|cell| cell.replace(Some(PanicRecord { message, location })));
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

/// Wakes the task of `waker`.
#[inline]
pub(crate) fn wake(waker: Waker) {
    contained(|| waker.wake());
}

/// Wakes all wakers. A panic of one does not skip the next.
pub(crate) fn wake_each(wakers: impl IntoIterator<Item = Waker>) {
    wakers.into_iter().for_each(wake);
}

/// Drops a waker.
#[inline]
pub(crate) fn drop_waker(waker: Option<Waker>) {
    if let Some(waker) = waker {
        contained(|| drop(waker));
    }
}

/// The waker of a task in the form that a channel of another crate stores. Such a channel wakes
/// under its own lock, and a panic there would break the channel.
pub(crate) struct ContainedWaker {
    task: Arc<TaskWaker>,
    waker: Waker,
}

/// The waker of the task, until it is woken.
struct TaskWaker(Mutex<Option<Waker>>);

impl ContainedWaker {
    pub(crate) fn new() -> Self {
        let task = Arc::new(TaskWaker(Mutex::new(None)));
        ContainedWaker { waker: Waker::from(task.clone()), task }
    }

    /// Returns the waker for the channel, which wakes `waker` until the next call.
    pub(crate) fn of(&self, waker: &Waker) -> &Waker {
        let is_same = |own: &Waker| own.will_wake(waker);
        if !self.task.0.lock().as_ref().is_some_and(is_same) {
            let clone = waker.clone();
            let before = self.task.0.lock().replace(clone);
            drop_waker(before);
        }
        &self.waker
    }

    /// Drops the stored waker. Called when the wait has ended.
    pub(crate) fn clear(&self) {
        let waker = self.task.0.lock().take();
        drop_waker(waker);
    }
}

impl Drop for ContainedWaker {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let waker = self.0.lock().take();
        if let Some(waker) = waker {
            wake(waker);
        }
    }
}
