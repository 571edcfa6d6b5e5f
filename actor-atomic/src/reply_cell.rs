//! A oneshot channel for the reply of a call: one allocation, without a reference count, and without a
//! lock on the usual path.
//!
//! # States
//! One word holds the state. A bit is set once, except for those of wakers.
//!
//! | bit | set by | meaning |
//! |---|---|---|
//! | `STARTED` | the sending side | the work that leads to the value has started |
//! | `DONE` | sender, its last access | if `VALUE` is set too, the value is stored |
//! | `GONE` | receiver, its last access | the receiver does not wait |
//! | `FIRST` | creation | the waker in `first` has not been taken |
//! | `LATER` | receiver | a waker is in `shared.later`, in the place of the first one |
//! | `WATCHED` | sender | a waker is in `shared.closed`: the sender waits for `GONE` |
//! | `NOTED` | creation | the cell has a note |
//! | `ATTACHED` | sender | the cell has an attachment |
//! | marks | creation, either side | have no meaning here |
//!
//! ```text
//! open --sender--> DONE   the receiver takes the value and frees the cell
//! open --receiver--> GONE   the sender keeps its value and frees the cell
//! ```
//!
//! # Invariants
//! 1. *Lifetime.* `DONE` and `GONE` exclude each other: each is set by a compare-and-swap from a word
//!    without the other. The side that sets its bit never accesses the cell again, and the other side
//!    frees it. So the cell lives as long as a side that has not finished.
//!    A reference that is an argument must be valid until its function returns, and the other side may free
//!    the cell as soon as the bit is set. So no function that sets `DONE` or `GONE` has an argument of type
//!    `&Cell` or `&State`. It has a pointer, borrows the cell only for steps before (`Cell::borrow`), and
//!    sets the bit by a reference to the word, all bytes of which are inside an `UnsafeCell`.
//! 2. *Value.* Only the sender writes `value`, before `DONE`. The receiver reads it once, after `DONE`
//!    with `VALUE`. A sender that finds `GONE` has not written it, or takes it back.
//! 3. *First waker.* `first` is written before the cell is shared, and never again. Both sides may copy
//!    its bits; the side whose compare-and-swap removes `FIRST` owns the waker, the other forgets its copy.
//! 4. *Other wakers.* `shared` is accessed only under its lock. A side puts its waker there *before* it
//!    sets the bit; the other side clears the bit *before* it takes the waker, and does not finish while
//!    the bit is set. So no wake-up is lost: either the finishing side sees the bit, or the setting side
//!    sees that the other has finished.
//! 5. *Start.* `STARTED` is not set after `GONE`, unless it was set before. So `Left::Gone` with
//!    `started: false` and `State::start() == true` exclude each other.
//! 6. *Note.* `note` and `NOTED` are written before the cell is shared, and never again.
//! 7. *Attachment.* There is at most one. It is stored before `ATTACHED` is set, and stays until
//!    the cell is freed. So a receiver that sets `GONE` over `ATTACHED` has found it; otherwise the
//!    sender finds `GONE` when it attaches.
//!
//! A waker may be user code. Its clone runs outside of the lock, before the cell changes. It is woken
//! and dropped only by the drops of the ends: other functions return it, or pass it to `discard`, which
//! must not panic. The drops of the ends drop it last, after the cell has finished and the other side has
//! been woken, because its drop may panic. The drop of an attachment must not panic.

use crate::serial;
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{Alive, Mutex, Place};
use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::mem::{self, ManuallyDrop, MaybeUninit};
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Poll, Waker};

const STARTED: u32 = 1;
const DONE: u32 = 1 << 1;
const VALUE: u32 = 1 << 2;
const GONE: u32 = 1 << 3;
const FIRST: u32 = 1 << 4;
const LATER: u32 = 1 << 5;
const WATCHED: u32 = 1 << 6;
const NOTED: u32 = 1 << 7;
const ATTACHED: u32 = 1 << 8;
const FIRST_MARK: u32 = 1 << 9;

/// A value that the sender attaches to a cell, for both sides. See [`State::attach`].
pub type Attachment = Arc<dyn Any + Send + Sync>;

/// The initial state of a new cell.
///
/// ```
/// use actor_atomic::{Initial, Mark, reply_cell};
///
/// let initial = Initial { mark: Some(Mark::A), note: Some(7), ..Initial::default() };
/// let (sender, _receiver) = reply_cell::<u8>(initial, None);
/// let state = sender.state().unwrap();
/// assert!(state.is_set(Mark::A) && !state.has_started());
/// assert_eq!(state.note(), Some(7));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Initial {
    /// The state of the work: see [`State::start`].
    pub started: bool,
    /// A mark that is set.
    pub mark: Option<Mark>,
    /// A note for the sending side: see [`State::note`].
    pub note: Option<u64>,
}

/// Returns both ends of a new cell.
///
/// `waker` is woken when the sender has finished, unless the receiver is polled with another waker
/// before that.
///
/// ```
/// use actor_atomic::Initial;
/// use std::task::{Poll, Waker};
///
/// let (sender, mut receiver) = actor_atomic::reply_cell(Initial::default(), None);
/// assert_eq!(receiver.poll(Waker::noop(), drop), Poll::Pending);
/// let waker = sender.send(7, drop).unwrap();
/// assert!(waker.is_some_and(|waker| waker.will_wake(Waker::noop())));
/// assert_eq!(receiver.poll(Waker::noop(), drop), Poll::Ready(Some(7)));
/// ```
#[inline]
pub fn reply_cell<T>(initial: Initial, waker: Option<Waker>) -> (Sender<T>, Receiver<T>) {
    let Initial { started, mark, note } = initial;
    let mut state = if started { STARTED } else { 0 } | mark.map_or(0, |mark| mark.0);
    let note = match note {
        Some(note) => {
            state |= NOTED;
            MaybeUninit::new(note)
        }
        None => MaybeUninit::uninit(),
    };
    let first = match waker {
        Some(waker) => {
            state |= FIRST;
            MaybeUninit::new(waker)
        }
        None => MaybeUninit::uninit(),
    };
    let cell = NonNull::from(Box::leak(Box::new(Cell {
        state: State {
            word: AtomicU32::new(state),
            serial: serial::next(),
            note,
            shared: Mutex::new(ManuallyDrop::new(Shared::default())),
        },
        first: Place::new(first),
        value: Place::new(MaybeUninit::uninit()),
        alive: Alive::new(),
    })));
    (Sender { cell: Some(cell) }, Receiver { cell: Some(cell) })
}

/// The state of a cell, which both ends share. It does not depend on the type of the value.
pub struct State {
    word: AtomicU32,
    /// Never changes.
    serial: u32,
    /// Initialized if the word has `NOTED` (invariant 6).
    note: MaybeUninit<u64>,
    /// Emptied before the cell is freed, so that the usual path has nothing to drop.
    shared: Mutex<ManuallyDrop<Shared>>,
}

/// The part of a state that is rarely used.
#[derive(Default)]
struct Shared {
    /// Wakes the receiver, instead of the first waker.
    later: Option<Waker>,
    /// Wakes the sender when the receiver leaves.
    closed: Option<Waker>,
    attached: Option<Attachment>,
}

impl Shared {
    #[inline]
    fn is_used(&self) -> bool {
        self.later.is_some() || self.closed.is_some() || self.attached.is_some()
    }

    #[cold]
    fn take(&mut self) -> Self {
        mem::take(self)
    }

    #[cold]
    fn discard(self, discard: impl Fn(Waker)) {
        let Shared { later, closed, attached } = self;
        drop(attached);
        [later, closed].into_iter().flatten().for_each(discard);
    }
}

/// A bit of a [`State`] whose meaning the program decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark(u32);

impl Mark {
    /// The first of three marks.
    pub const A: Mark = Mark(FIRST_MARK);
    /// The second of three marks.
    pub const B: Mark = Mark(FIRST_MARK << 1);
    /// The third of three marks.
    pub const C: Mark = Mark(FIRST_MARK << 2);
    /// Set if the cell has an attachment.
    pub const ATTACHED: Mark = Mark(ATTACHED);

    /// Returns both marks, to check for either with one access.
    pub const fn or(self, other: Mark) -> Mark {
        Mark(self.0 | other.0)
    }
}

impl State {
    /// Starts the work that leads to the value. Returns `false` without starting it if the receiver
    /// left before, or if the cell has a note and `is_allowed` refuses the note.
    ///
    /// If the work has already been started, returns `true`.
    #[inline]
    pub fn start(&self, is_allowed: impl FnOnce(u64) -> bool) -> bool {
        let state = load(&self.word);
        if state & (STARTED | GONE | NOTED) == 0
            && change(&self.word, state, state | STARTED).is_ok()
        {
            return true;
        }
        self.start_slowly(is_allowed)
    }

    #[cold]
    fn start_slowly(&self, is_allowed: impl FnOnce(u64) -> bool) -> bool {
        let mut state = load(&self.word);
        if state & STARTED == 0
            && let Some(note) = self.note()
            && !is_allowed(note)
        {
            return false;
        }
        loop {
            if state & (STARTED | GONE) != 0 {
                return state & STARTED != 0;
            }
            match change(&self.word, state, state | STARTED) {
                Ok(()) => return true,
                Err(now) => state = now,
            }
        }
    }

    /// Returns whether the work has started.
    #[inline]
    pub fn has_started(&self) -> bool {
        load(&self.word) & STARTED != 0
    }

    /// Returns whether the receiver has left. A receiver that received the value has not left.
    #[inline]
    pub fn is_gone(&self) -> bool {
        load(&self.word) & GONE != 0
    }

    /// Returns a number that identifies the cell. A later cell in the same memory has another number. The
    /// number is even, and not zero.
    ///
    /// The upper half is a serial number, and the lower half is the lower half of the address. Two cells at the
    /// same address have the same number only after the serial numbers have started again: after four billion
    /// cells, or sixteen million threads that created one.
    ///
    /// ```
    /// use actor_atomic::{Initial, reply_cell};
    ///
    /// let first = reply_cell::<u8>(Initial::default(), None).0.state().unwrap().id();
    /// let second = reply_cell::<u8>(Initial::default(), None).0.state().unwrap().id();
    /// assert_ne!(first, second);
    /// ```
    #[inline]
    pub fn id(&self) -> u64 {
        let address = std::ptr::from_ref(self).addr() as u64;
        u64::from(self.serial) << u32::BITS | address & u64::from(u32::MAX)
    }

    /// Returns the note of the cell, which never changes.
    #[inline]
    pub fn note(&self) -> Option<u64> {
        self.note_and(0).0
    }

    /// Returns the note, and whether the mark is set, with one access.
    #[inline]
    pub fn note_and_mark(&self, mark: Mark) -> (Option<u64>, bool) {
        self.note_and(mark.0)
    }

    #[inline]
    fn note_and(&self, mark: u32) -> (Option<u64>, bool) {
        // Relaxed: the note and `NOTED` are written before the cell is shared (invariant 6), and a mark
        // publishes nothing but itself.
        let word = self.word.load(Ordering::Relaxed);
        // SAFETY: the note is initialized, since the word has `NOTED` (invariant 6).
        let note = (word & NOTED != 0).then(|| unsafe { self.note.assume_init() });
        (note, word & mark != 0)
    }

    /// Sets a mark.
    #[inline]
    pub fn set(&self, mark: Mark) {
        // Relaxed: a mark publishes nothing but itself.
        self.word.fetch_or(mark.0, Ordering::Relaxed);
    }

    /// Attaches a value that the receiver returns when it leaves. Only the side of the sender calls this.
    /// Returns `false`, and drops the value, if there is one already; also returns `false` if the receiver
    /// has left before.
    ///
    /// ```
    /// use actor_atomic::{Initial, reply_cell};
    /// use std::sync::Arc;
    ///
    /// let (sender, mut receiver) = reply_cell::<u8>(Initial::default(), None);
    /// assert!(sender.state().unwrap().attach(Arc::new(7)));
    /// let (_, _, attached) = receiver.leave(drop);
    /// assert_eq!(attached.unwrap().downcast_ref(), Some(&7));
    /// ```
    pub fn attach(&self, attachment: Attachment) -> bool {
        let mut shared = self.shared.lock();
        if shared.attached.is_some() {
            return false;
        }
        shared.attached = Some(attachment);
        drop(shared);
        // Invariant 7: the bit last. Acquire, as `load`; the lock orders the accesses to the attachment.
        self.word.fetch_or(ATTACHED, Ordering::Acquire) & GONE == 0
    }

    /// Returns the attachment.
    pub fn attached(&self) -> Option<Attachment> {
        self.shared.lock().attached.clone()
    }

    /// Returns whether a mark is set; of several marks, whether any is set.
    #[inline]
    pub fn is_set(&self, mark: Mark) -> bool {
        // Relaxed: see `set`.
        self.word.load(Ordering::Relaxed) & mark.0 != 0
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = load(&self.word);
        f.debug_struct("State")
            .field("started", &(state & STARTED != 0))
            .field("done", &(state & DONE != 0))
            .field("gone", &(state & GONE != 0))
            .finish_non_exhaustive()
    }
}

/// Loads the word. Acquire: sees everything that the other side did before it finished.
#[inline]
fn load(word: &AtomicU32) -> u32 {
    word.load(Ordering::Acquire)
}

/// Changes the word. Release: the side that sees `to` also sees everything that this side did before. A failure acquires, as
/// `load` does.
#[inline]
fn change(word: &AtomicU32, from: u32, to: u32) -> Result<(), u32> {
    word.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).map(drop)
}

struct Cell<T> {
    state: State,
    first: Place<MaybeUninit<Waker>>,
    value: Place<MaybeUninit<T>>,
    alive: Alive,
}

/// A reference to a cell, for a step that ends before this side finishes. In a model, it is an
/// access until it is dropped, so that a model fails if the reference still exists when this side
/// finishes.
struct Borrow<'a, T>(&'a Cell<T>);

impl<T> Deref for Borrow<'_, T> {
    type Target = Cell<T>;

    #[inline]
    fn deref(&self) -> &Cell<T> {
        self.0
    }
}

#[cfg(actor_loom)]
impl<T> Drop for Borrow<'_, T> {
    fn drop(&mut self) {
        self.alive.touch();
    }
}

impl<T> Cell<T> {
    /// Borrows the cell.
    ///
    /// # Safety
    /// The calling side has not finished, and does not finish before the end of the borrow (invariant 1).
    #[inline]
    unsafe fn borrow<'a>(cell: NonNull<Self>) -> Borrow<'a, T> {
        // SAFETY: the cell lives, as the caller promises.
        let cell = unsafe { cell.as_ref() };
        cell.alive.touch();
        Borrow(cell)
    }

    /// Returns the word of the state. The call that finishes may have this reference as an argument
    /// (invariant 1).
    ///
    /// # Safety
    /// The calling side has not finished, and does not access the word after it has finished.
    #[inline]
    unsafe fn word<'a>(cell: NonNull<Self>) -> &'a AtomicU32
    where
        T: 'a,
    {
        // SAFETY: as the caller promises. The borrow ends here.
        &unsafe { Cell::borrow(cell) }.0.state.word
    }

    /// Returns a copy of the bits of the first waker. The copy must not be dropped or woken, unless
    /// the caller then removes `FIRST`.
    ///
    /// # Safety
    /// The state had `FIRST`, so `first` is initialized.
    #[inline]
    unsafe fn first(&self) -> ManuallyDrop<Waker> {
        let place: *const ManuallyDrop<Waker> = self.first.for_read().cast();
        // SAFETY: initialized, as the caller promises, and never written again (invariant 3).
        unsafe { place.read() }
    }

    /// Moves the value out.
    ///
    /// # Safety
    /// The value has been written, is visible to this side, and is not read again (invariant 2).
    #[inline]
    unsafe fn value(&self) -> T {
        let place: *const T = self.value.for_write().cast_const().cast();
        // SAFETY: initialized, as the caller promises.
        unsafe { place.read() }
    }

    /// Finishes for the sender, by setting `done`. Returns the waker of the receiver.
    ///
    /// # Errors
    /// If the receiver has left. The cell then belongs to the sender alone.
    ///
    /// # Safety
    /// The sender has not finished. If this returns `Ok`, it has, and never accesses the cell again
    /// (invariant 1).
    #[inline]
    unsafe fn finish(
        cell: NonNull<Self>,
        done: u32,
        discard: impl Fn(Waker),
    ) -> Result<Option<Waker>, ()> {
        // SAFETY: this side has not finished, and does not access the word after the change to `done`.
        let word = unsafe { Cell::word(cell) };
        let mut later = None;
        let mut state = load(word);
        loop {
            if state & (GONE | LATER) != 0 {
                // SAFETY: this side has not finished. The borrow ends with this block.
                let borrow = unsafe { Cell::borrow(cell) };
                match borrow.take_later(state, &mut later, &discard) {
                    Some(now) => state = now,
                    None => return Err(()),
                }
                continue;
            }
            let first = (state & FIRST != 0).then(|| {
                // SAFETY: this side has not finished. The borrow ends here.
                let cell = unsafe { Cell::borrow(cell) };
                // SAFETY: the state has `FIRST`.
                unsafe { cell.first() }
            });
            match change(word, state, state & !FIRST | done) {
                // Invariant 3: this side has removed `FIRST`, and owns the waker.
                Ok(()) => return Ok(later.or(first.map(ManuallyDrop::into_inner))),
                Err(now) => state = now,
            }
        }
    }

    /// Takes the later waker for the sender, and returns the new state. Returns `None` if the
    /// receiver has left.
    #[cold]
    fn take_later(
        &self,
        state: u32,
        later: &mut Option<Waker>,
        discard: impl Fn(Waker),
    ) -> Option<u32> {
        let mut stale = None;
        let mut now = state;
        if state & GONE != 0 {
            // The receiver has taken its wakers, except one that this side has already taken.
            stale = later.take();
        } else {
            // Invariant 4: the bit first.
            match change(&self.state.word, state, state & !LATER) {
                Ok(()) => {
                    if let Some(waker) = self.state.shared.lock().later.take() {
                        stale = later.replace(waker);
                    }
                    now = load(&self.state.word);
                }
                Err(other) => now = other,
            }
        }
        if let Some(stale) = stale {
            discard(stale);
        }
        (state & GONE == 0).then_some(now)
    }

    /// Frees the cell.
    ///
    /// # Safety
    /// The other side has finished, and the caller never accesses the cell again (invariant 1). The
    /// value has been taken, or was not written.
    #[inline]
    unsafe fn free(cell: NonNull<Self>, discard: impl Fn(Waker)) {
        // SAFETY: made by `Box::leak`, and freed once: by the one side that finds the other finished.
        let mut cell = unsafe { Box::from_raw(cell.as_ptr()) };
        let rest = cell.state.shared.change(|shared| shared.is_used().then(|| shared.take()));
        if let Some(rest) = rest {
            rest.discard(discard);
        }
        cell.alive.end();
        // In a model the memory is kept, so that an access after the end is a failure of the model.
        #[cfg(actor_loom)]
        Box::leak(cell);
    }
}

/// Wakers that are dropped last, because their drop may panic.
#[derive(Default)]
struct Stale(RefCell<Vec<Waker>>);

impl Stale {
    fn push(&self, waker: Waker) {
        self.0.borrow_mut().push(waker);
    }
}

/// The sending end of a cell.
///
/// Dropping the sender finishes without a value: the receiver gets `None`.
///
/// The sender is invariant in `T`: a sender of long-lived values is not a sender of short-lived ones, which its receiver
/// could keep too long.
///
/// ```
/// use actor_atomic::Sender;
/// fn same<'a>(sender: Sender<&'a str>) -> Sender<&'a str> { sender }
/// ```
/// ```compile_fail
/// use actor_atomic::Sender;
/// fn shorter<'a>(sender: Sender<&'static str>) -> Sender<&'a str> { sender }
/// ```
pub struct Sender<T> {
    /// `None` once the sender has finished, and if there is no receiver.
    cell: Option<NonNull<Cell<T>>>,
}

/// The receiving end of a cell.
///
/// Dropping the receiver is the same as [`leave`](Receiver::leave).
///
/// The receiver is invariant in `T`, too.
///
/// ```
/// use actor_atomic::Receiver;
/// fn same<'a>(receiver: Receiver<&'a str>) -> Receiver<&'a str> { receiver }
/// ```
/// ```compile_fail
/// use actor_atomic::Receiver;
/// fn shorter<'a>(receiver: Receiver<&'static str>) -> Receiver<&'a str> { receiver }
/// ```
pub struct Receiver<T> {
    /// `None` once the receiver has received or left.
    cell: Option<NonNull<Cell<T>>>,
}

// SAFETY: the ends move a `T`, wakers and an attachment (which are `Send` and `Sync`) from one thread to
// another; what they share is a state of atomics, a mutex, and a first waker that either side may own in the
// end.
unsafe impl<T: Send> Send for Sender<T> {}
// SAFETY: see above. A shared reference to the sender gives access to the state only.
unsafe impl<T: Send> Sync for Sender<T> {}
// SAFETY: see above.
unsafe impl<T: Send> Send for Receiver<T> {}
// SAFETY: see above.
unsafe impl<T: Send> Sync for Receiver<T> {}

impl<T> Sender<T> {
    /// Creates a sender without a receiver. It behaves as if its receiver had left.
    #[inline]
    pub const fn detached() -> Self {
        Sender { cell: None }
    }

    fn cell(&self) -> Option<&Cell<T>> {
        self.cell.map(|cell| {
            // SAFETY: invariant 1: this side has not finished.
            let cell = unsafe { cell.as_ref() };
            cell.alive.touch();
            cell
        })
    }

    /// Returns the state of the cell, or `None` for a detached sender.
    #[inline]
    pub fn state(&self) -> Option<&State> {
        self.cell().map(|cell| &cell.state)
    }

    /// Finishes with a value. Returns the waker of the receiver, if it waits. The caller wakes it.
    ///
    /// # Errors
    /// The value, if the receiver has left.
    ///
    /// # Panics
    /// If `discard` panics, which it must not. The receiver may then wait forever, and the value may leak.
    #[inline]
    #[must_use = "the receiver waits until its waker is woken"]
    pub fn send(mut self, value: T, discard: impl Fn(Waker)) -> Result<Option<Waker>, T> {
        let Some(pointer) = self.cell.take() else { return Err(value) };
        {
            // SAFETY: invariant 1: this side has not finished. The borrow ends with this block.
            let cell = unsafe { Cell::borrow(pointer) };
            // SAFETY: invariant 2: only the sender writes, before `DONE`.
            unsafe { cell.value.for_write().write(MaybeUninit::new(value)) };
        }
        // SAFETY: invariant 1: this side has not finished, and does not access the cell after `Ok`.
        if let Ok(waker) = unsafe { Cell::finish(pointer, DONE | VALUE, &discard) } {
            return Ok(waker);
        }
        let value = {
            // SAFETY: invariant 1: this side has not finished. The borrow ends with this block.
            let cell = unsafe { Cell::borrow(pointer) };
            // SAFETY: written above by this side, and read only here: the receiver never saw `DONE`.
            unsafe { cell.value() }
        };
        // SAFETY: the receiver has finished, the value has been taken.
        unsafe { Cell::free(pointer, discard) };
        Err(value)
    }

    /// Polls whether the receiver has left. Until then, `waker` is stored, and is woken when the
    /// receiver leaves.
    ///
    /// # Panics
    /// If `discard` panics, which it must not. `waker` is stored anyway.
    pub fn poll_gone(&mut self, waker: &Waker, discard: impl Fn(Waker)) -> Poll<()> {
        let Some(cell) = self.cell() else { return Poll::Ready(()) };
        if cell.state.is_gone() {
            return Poll::Ready(());
        }
        let waker = waker.clone();
        let stale = cell.state.shared.lock().closed.replace(waker);
        // Invariant 4: the bit last. Acquire, as in `load`. The lock orders the accesses to the
        // waker.
        let before = cell.state.word.fetch_or(WATCHED, Ordering::Acquire);
        if let Some(stale) = stale {
            discard(stale);
        }
        if before & GONE == 0 {
            return Poll::Pending;
        }
        self.forget_waker(discard);
        Poll::Ready(())
    }

    /// Drops the waker of [`poll_gone`](Sender::poll_gone).
    ///
    /// # Panics
    /// If `discard` panics. The waker is forgotten anyway.
    pub fn forget_waker(&mut self, discard: impl Fn(Waker)) {
        let Some(cell) = self.cell() else { return };
        // Relaxed: publishes nothing, and the lock orders the accesses to the waker.
        cell.state.word.fetch_and(!WATCHED, Ordering::Relaxed);
        let waker = cell.state.shared.lock().closed.take();
        if let Some(waker) = waker {
            discard(waker);
        }
    }
}

impl<T> Sender<T> {
    /// Finishes without a value.
    #[cold]
    #[inline(never)]
    fn abandon(&mut self) {
        let Some(pointer) = self.cell.take() else { return };
        let stale = Stale::default();
        // SAFETY: invariant 1: this side has not finished, and does not access the cell after `Ok`.
        match unsafe { Cell::finish(pointer, DONE, |waker| stale.push(waker)) } {
            Ok(Some(waker)) => waker.wake(),
            Ok(None) => {}
            // SAFETY: the receiver has finished, there is no value.
            Err(()) => unsafe { Cell::free(pointer, |waker| stale.push(waker)) },
        }
    }
}

impl<T> Drop for Sender<T> {
    #[inline]
    fn drop(&mut self) {
        if self.cell.is_some() {
            self.abandon();
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("state", &self.state()).finish()
    }
}

/// The way in which a receiver left: see [`Receiver::leave`].
#[derive(Debug, PartialEq, Eq)]
pub enum Left<T> {
    /// The sender had finished. Contains its value, if there is one.
    Done(Option<T>),
    /// The sender had not finished.
    Gone {
        /// Whether the work had started. If not, it never starts.
        started: bool,
    },
}

impl<T> Receiver<T> {
    /// Creates a receiver that has already received its value.
    #[inline]
    pub const fn finished() -> Self {
        Receiver { cell: None }
    }

    #[inline]
    fn cell(&self) -> Option<&Cell<T>> {
        self.cell.map(|cell| {
            // SAFETY: invariant 1: this side has not finished.
            let cell = unsafe { cell.as_ref() };
            cell.alive.touch();
            cell
        })
    }

    /// Returns the state of the cell, or `None` once the receiver has received.
    #[inline]
    pub fn state(&self) -> Option<&State> {
        self.cell().map(|cell| &cell.state)
    }

    /// Polls for the value. Returns `None` if the sender was dropped. If the sender has not
    /// finished, stores `waker`, which [`Sender::send`] returns.
    ///
    /// # Panics
    /// If it has received before; and if `discard` panics, which it must not. `waker` may then never be woken,
    /// and a value that has arrived is dropped.
    #[inline]
    pub fn poll(&mut self, waker: &Waker, discard: impl Fn(Waker)) -> Poll<Option<T>> {
        match self.poll_done(waker, &discard) {
            Some(state) => Poll::Ready(self.take(state, discard)),
            None => Poll::Pending,
        }
    }

    /// Like [`poll`](Self::poll), but returns the value of `absent` if the sender was dropped. The value is
    /// moved straight into the result, and not through an `Option`.
    ///
    /// # Panics
    /// As `poll`. A panic of `absent` leaks the cell.
    #[inline]
    pub fn poll_or(
        &mut self,
        waker: &Waker,
        discard: impl Fn(Waker),
        absent: impl FnOnce() -> T,
    ) -> Poll<T> {
        let Some(state) = self.poll_done(waker, &discard) else { return Poll::Pending };
        let Some(pointer) = self.cell.take() else { return Poll::Pending };
        // Not by `take`: the compiler would copy the value once more, part by part.
        let value = if state & VALUE != 0 {
            // SAFETY: invariant 1: this side has not finished. The borrow ends here.
            let cell = unsafe { Cell::borrow(pointer) };
            // SAFETY: invariant 2: written before `DONE`, which was acquired, and read once.
            unsafe { cell.value() }
        } else {
            absent()
        };
        // SAFETY: the sender has finished, the value has been taken, and this side has no pointer.
        unsafe { Cell::free(pointer, discard) };
        Poll::Ready(value)
    }

    /// Returns the state if the sender has finished, and otherwise keeps the waker.
    #[inline]
    fn poll_done(&self, waker: &Waker, discard: impl Fn(Waker)) -> Option<u32> {
        let cell = self.cell().expect("a receiver is not polled after it has received");
        let state = load(&cell.state.word);
        if state & DONE == 0 { self.keep(waker, discard) } else { Some(state) }
    }

    /// Takes the value. The sender has finished: `state` has `DONE`.
    #[inline]
    fn take(&mut self, state: u32, discard: impl Fn(Waker)) -> Option<T> {
        let pointer = self.cell.take()?;
        let value = (state & VALUE != 0).then(|| {
            // SAFETY: invariant 1: this side has not finished. The borrow ends here.
            let cell = unsafe { Cell::borrow(pointer) };
            // SAFETY: invariant 2: written before `DONE`, which was acquired, and read once.
            unsafe { cell.value() }
        });
        // SAFETY: the sender has finished, the value has been taken, and this side has no pointer.
        unsafe { Cell::free(pointer, discard) };
        value
    }

    /// Keeps a clone of the waker in the place of the last one. If the sender has finished, this returns the
    /// state.
    #[inline(never)]
    fn keep(&self, waker: &Waker, discard: impl Fn(Waker)) -> Option<u32> {
        let cell = self.cell()?;
        let mut state = load(&cell.state.word);
        if state & FIRST != 0 {
            // SAFETY: the state has `FIRST`. The copy is only compared, never dropped.
            let first = unsafe { cell.first() };
            if first.will_wake(waker) {
                return None;
            }
        }
        if state & LATER != 0
            && cell.state.shared.lock().later.as_ref().is_some_and(|known| known.will_wake(waker))
        {
            return None;
        }
        let waker = waker.clone();
        let stale = cell.state.shared.lock().later.replace(waker);
        if let Some(stale) = stale {
            discard(stale);
        }
        loop {
            if state & DONE != 0 {
                return Some(state);
            }
            let first = (state & FIRST != 0).then(|| {
                // SAFETY: the state has `FIRST`.
                unsafe { cell.first() }
            });
            // Invariant 4: the bit last.
            match change(&cell.state.word, state, state & !FIRST | LATER) {
                Ok(()) => {
                    // Invariant 3: this side has removed `FIRST`, and owns the waker.
                    if let Some(first) = first {
                        discard(ManuallyDrop::into_inner(first));
                    }
                    return None;
                }
                Err(now) => state = now,
            }
        }
    }

    /// Stops waiting. Returns the outcome until then; the waker of a sender that waits for this
    /// event, which the caller wakes; and the attachment, if this side has left before the sender had
    /// finished.
    ///
    /// After the receiver has received, this returns `Left::Done(None)`.
    ///
    /// # Panics
    /// If `discard` panics, which it must not. A sender that waits may then never be woken, and a value that has
    /// arrived is dropped.
    #[must_use = "a sender that waits does so until its waker is woken"]
    pub fn leave(
        &mut self,
        discard: impl Fn(Waker),
    ) -> (Left<T>, Option<Waker>, Option<Attachment>) {
        let Some(pointer) = self.cell else { return (Left::Done(None), None, None) };
        // SAFETY: invariant 1: this side has not finished, and does not access the word after the change to
        // `GONE`, or after `take`.
        let word = unsafe { Cell::word(pointer) };
        let (mut closed, mut stale, mut attached) = (None, None, None);
        let mut state = load(word);
        let left = loop {
            if state & DONE != 0 {
                attached = None;
                break Left::Done(self.take(state, &discard));
            }
            if state & ATTACHED != 0 && attached.is_none() {
                // SAFETY: invariant 1: this side has not finished. The borrow ends here.
                attached = unsafe { Cell::borrow(pointer) }.state.attached();
            }
            if state & (LATER | WATCHED) != 0 {
                // Invariant 4: the bits first.
                match change(word, state, state & !(LATER | WATCHED)) {
                    Ok(()) => {
                        // SAFETY: invariant 1: this side has not finished. The borrow ends with this block.
                        let cell = unsafe { Cell::borrow(pointer) };
                        let mut shared = cell.state.shared.lock();
                        stale = shared.later.take().or(stale);
                        let newer = shared.closed.take();
                        drop(shared);
                        if let Some(newer) = newer
                            && let Some(older) = closed.replace(newer)
                        {
                            discard(older);
                        }
                        state = load(word);
                    }
                    Err(now) => state = now,
                }
                continue;
            }
            let first = (state & FIRST != 0).then(|| {
                // SAFETY: invariant 1: this side has not finished. The borrow ends here.
                let cell = unsafe { Cell::borrow(pointer) };
                // SAFETY: the state has `FIRST`.
                unsafe { cell.first() }
            });
            match change(word, state, state & !FIRST | GONE) {
                Ok(()) => {
                    self.cell = None;
                    // Invariant 3: this side has removed `FIRST`, and owns the waker.
                    stale = first.map(ManuallyDrop::into_inner).or(stale);
                    break Left::Gone { started: state & STARTED != 0 };
                }
                Err(now) => state = now,
            }
        };
        if let Some(stale) = stale {
            discard(stale);
        }
        (left, closed, attached)
    }
}

impl<T> Receiver<T> {
    #[cold]
    #[inline(never)]
    fn abandon(&mut self) {
        let stale = Stale::default();
        let (_value, closed, _) = self.leave(|waker| stale.push(waker));
        if let Some(waker) = closed {
            waker.wake();
        }
    }
}

impl<T> Drop for Receiver<T> {
    #[inline]
    fn drop(&mut self) {
        if self.cell.is_some() {
            self.abandon();
        }
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("state", &self.state()).finish()
    }
}
