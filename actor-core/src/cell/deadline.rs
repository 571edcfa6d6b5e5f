//! Deadlines: the instant at which the caller of a message stops waiting, and how calls and waits
//! inherit it.
//!
//! ```text
//! call.timeout(d) ─▶ note of the reply cell ─▶ `Handling` of the message ─▶ calls that its handler makes ─▶ ..
//! ```
//!
//! - A call reads the deadline of its thread's current input when it is first polled (`current`),
//!   and puts it into the note of its reply cell. For a call with a timeout, [`limit`] provides the
//!   deadline.
//! - The run loop reads the note when it takes the message. If the deadline has passed, it skips the
//!   message; otherwise the deadline is part of the [`Handling`] of the handler.
//! - A handler that becomes pending arms one timer ([`HandlerTimer`]) for all its calls and waits. Its
//!   waker is not counted by deadlock detection: a cycle of waits with a deadline is still a deadlock.
//! - A wait calls [`has_passed`] to find whether it has to end. The timer wakes the handler, and
//!   the waits that are polled with wakers of their own, as in a `FuturesUnordered`.

use super::current;
use super::deadlock::{self, edge};
use crate::clock::{Instant, nanos};
use crate::executor::sleep::Sleep;
use crate::executor::{Executor, TimerKey};
use crate::panics::{drop_waker, wake, wake_each};
use crate::sync::{Arc, Mutex, OnceLock};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Wake, Waker};
use std::time::Duration;

/// An instant on the clock of a system, in the upper bits of a word. The lower [`SHIFT`] bits are
/// zero, and free for other uses. Never zero.
///
/// The upper bits are the nanoseconds since a fixed instant, plus [`ORIGIN`], because a simulation
/// may have begun before that instant. They reach two years into the future. A later deadline
/// counts as no deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deadline(u64);

const SHIFT: u32 = 7;
const ORIGIN: u64 = 1 << (u64::BITS - SHIFT - 1);

fn origin() -> Instant {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    *ORIGIN.get_or_init(Instant::now)
}

impl Deadline {
    /// Returns the deadline at `at`, or `None` if it is too far away.
    pub(crate) fn at(at: Instant) -> Option<Self> {
        let origin = origin();
        let units = match at.checked_duration_since(origin) {
            Some(later) => ORIGIN.checked_add(nanos(later)?)?,
            None => ORIGIN.checked_sub(nanos(origin - at)?)?,
        };
        (units != 0 && units < ORIGIN * 2).then_some(Deadline(units << SHIFT))
    }

    pub(crate) fn instant(self) -> Instant {
        let units = self.0 >> SHIFT;
        match units.checked_sub(ORIGIN) {
            Some(later) => origin() + Duration::from_nanos(later),
            None => origin() - Duration::from_nanos(ORIGIN - units),
        }
    }

    /// Returns the note for the reply cell of a call with this deadline, which is not its own
    /// timeout.
    pub(crate) fn note(self) -> u64 {
        Handling::of_deadline(self).note()
    }

    /// Returns the note for the reply cell of a call with this timeout, which did not inherit it.
    #[inline]
    pub(crate) fn own_note(self) -> u64 {
        self.0 | OWN
    }

    pub(crate) fn has_passed(self, clock: &dyn Executor) -> bool {
        clock.now() >= self.instant()
    }

    /// Converts the deadline to the clock of another system. The remaining time is the same.
    fn moved(self, from: &Arc<dyn Executor>, to: &Arc<dyn Executor>) -> Option<Self> {
        if Arc::ptr_eq(from, to) {
            return Some(self);
        }
        let left = self.instant().saturating_duration_since(from.now());
        Deadline::at(to.now().checked_add(left)?)
    }
}

/// How the current input is being handled, in one word, which is copied with each message. The
/// upper bits are the deadline, the lower bits the flags and the state of the reply.
///
/// The note of a reply cell is such a word, with the deadline and [`OWN`] only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handling(u64);

/// The state of the reply.
const REPLY: u64 = 0b111;
/// The deadline has passed.
const EXPIRED: u64 = 1 << 3;
/// The deadline is the timeout of the call itself, which did not inherit it.
const OWN: u64 = 1 << 4;
/// The handler has been pending.
const PENDED: u64 = 1 << 5;
/// A fault of a simulation drops the handler at one of its awaits, if it is an `abort` handler.
const ABORT: u64 = 1 << 6;

impl Handling {
    /// No deadline, no flags, and a reply in its first state.
    const NEW: Handling = Handling(0);

    pub(crate) const fn new(reply: u64) -> Self {
        Handling(reply)
    }

    /// Returns the handling of a message whose reply cell has this note.
    pub(crate) fn of_note(note: Option<u64>, reply: u64) -> Self {
        Handling(note.unwrap_or(0) & !OWN | reply)
    }

    fn of_deadline(deadline: Deadline) -> Self {
        Handling(deadline.0)
    }

    pub(crate) fn reply(self) -> u64 {
        self.0 & REPLY
    }

    pub(crate) fn with_reply(self, reply: u64) -> Self {
        Handling(self.0 & !REPLY | reply)
    }

    /// Returns the deadline of the input, or of the call that is being made.
    #[inline]
    pub(crate) fn deadline(self) -> Option<Deadline> {
        self.has_deadline().then_some(Deadline(self.0 >> SHIFT << SHIFT))
    }

    #[inline]
    pub(crate) fn has_deadline(self) -> bool {
        self.0 >> SHIFT != 0
    }

    /// Returns the note for the reply cell of a call that is made now.
    fn note(self) -> u64 {
        self.0 >> SHIFT << SHIFT | self.0 & OWN
    }

    #[inline]
    pub(crate) fn has_pended(self) -> bool {
        self.0 & PENDED != 0
    }

    #[inline]
    pub(crate) fn set_pended(&mut self) {
        self.0 |= PENDED;
    }

    pub(crate) fn is_expired(self) -> bool {
        self.0 & EXPIRED != 0
    }

    pub(crate) fn with_abort(self) -> Self {
        Handling(self.0 | ABORT)
    }

    pub(crate) fn has_abort(self) -> bool {
        self.0 & ABORT != 0
    }

    /// Returns whether there is neither a deadline nor a flag, as in a task.
    #[inline]
    pub(crate) fn is_new(self) -> bool {
        self == Handling::NEW
    }

    fn is_own(self) -> bool {
        self.0 & OWN != 0
    }

    /// Records whether the deadline has passed. Called before the handler is polled again.
    #[cold]
    pub(crate) fn check(&mut self, clock: &dyn Executor) {
        if self.deadline().is_some_and(|deadline| deadline.has_passed(clock)) {
            self.0 |= EXPIRED;
        }
    }
}

/// Returns whether a message whose reply cell has this note may still be started.
pub(crate) fn may_start(note: u64, now: Instant) -> bool {
    Handling(note).deadline().is_none_or(|deadline| now < deadline.instant())
}

/// Returns the deadline in a note.
pub(crate) fn of_note(note: u64) -> Option<Instant> {
    Handling(note).deadline().map(Deadline::instant)
}

/// Returns whether the deadline in this note is the timeout of the call itself.
pub(crate) fn is_own(note: u64) -> bool {
    Handling(note).is_own()
}

/// The deadline of a call that is being made by the current input.
pub(crate) enum CallDeadline {
    /// The handler's deadline has passed, so the call is not made.
    Passed,
    /// The call is made with this note, and ends with its own timeout.
    Own(u64),
    /// The call is made with this note, and inherits the deadline of its handler.
    Inherited(Option<u64>),
    /// There is no deadline, or the call ignores it.
    None,
}

/// Returns the deadline of a call to an actor on `there`. Called only while the current input has a
/// deadline.
#[cold]
pub(crate) fn of_call(there: &Arc<dyn Executor>, ignores: bool) -> CallDeadline {
    let handling = current::handling();
    if handling.is_own() {
        return CallDeadline::Own(handling.note());
    }
    let (false, Some(deadline), Some(here)) = (ignores, handling.deadline(), here()) else {
        return CallDeadline::None;
    };
    if deadline.has_passed(&*here) {
        return CallDeadline::Passed;
    }
    let moved = deadline.moved(&here, there);
    CallDeadline::Inherited(moved.map(Deadline::note))
}

/// Returns the handling with which to poll a call or send whose timeout ends at `own`, on the clock
/// of `there`. The timeout becomes the deadline of the call. Returns `None` if an inherited
/// deadline is earlier.
pub(crate) fn limit(
    own: Option<Deadline>,
    there: &Arc<dyn Executor>,
    ignores: bool,
) -> Option<Handling> {
    let inherited = if ignores { None } else { inherited() };
    let inherited = inherited.and_then(|deadline| deadline.moved(&here()?, there));
    if let Some(inherited) = inherited
        && own.is_none_or(|own| inherited < own)
    {
        return None;
    }
    Some(own.map_or(Handling::NEW, |own| Handling(own.own_note())))
}

/// Returns the deadline of the current input. The timeout of a single call does not count.
pub(crate) fn inherited() -> Option<Deadline> {
    let handling = current::handling();
    if handling.is_own() { None } else { handling.deadline() }
}

/// Returns the executor whose clock inherited deadlines use.
fn here() -> Option<Arc<dyn Executor>> {
    Some(current::shared()?.executor.clone())
}

/// Returns whether a wait has to end, because the deadline of the current input has passed. If it
/// has not, `waker` is woken when it passes.
#[cold]
pub(crate) fn has_passed(waker: &Waker) -> bool {
    if inherited().is_none() {
        return false;
    }
    let is_over = current::handling().is_expired();
    if !is_over && !edge::is_handlers_waker(waker) {
        current::add_deadline_waker(waker);
    }
    is_over
}

/// A call that was made in a handler, and inherits the handler's deadline although another task
/// polls it.
pub(crate) struct Inheriting<F> {
    deadline: Option<Deadline>,
    call: F,
    timer: Option<Sleep>,
}

impl<F> Inheriting<F> {
    pub(crate) fn new(call: F) -> Self {
        Inheriting { deadline: inherited(), call, timer: None }
    }
}

impl<F: Future + Unpin> Future for Inheriting<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let (Some(deadline), Some(here)) = (this.deadline, here()) else {
            return Pin::new(&mut this.call).poll(cx);
        };
        let timer = this.timer.get_or_insert_with(|| Sleep::until(here, deadline.instant()));
        let mut handling = Handling(deadline.0);
        if Pin::new(timer).poll(cx).is_ready() {
            handling.0 |= EXPIRED;
        }
        let poll = current::with_handling(handling, || Pin::new(&mut this.call).poll(cx));
        // The timer wakes the task, and the task polls the call.
        forget_wakers();
        poll
    }
}

/// Wakes a pending handler when its deadline passes, and also its waits with other wakers. Dropping
/// the timer removes it.
pub(crate) struct HandlerTimer {
    executor: Arc<dyn Executor>,
    key: TimerKey,
    alarm: Arc<Alarm>,
}

/// The waker of a timer, for a handler and its waits.
///
/// No wake-up is lost: a waker is either among `Waits::wakers` when the alarm rings, or its addition sees
/// `Waits::has_rung`, under the same lock (`models/deadline.rs`).
pub(crate) struct Alarm {
    handler: Waker,
    waits: Mutex<Waits>,
}

struct Waits {
    wakers: Vec<Waker>,
    /// Set when the deadline has passed. The timer may fire before the wakers of the poll that
    /// armed it have been added. These wakers are then woken at once.
    has_rung: bool,
    /// The number of stored wakers above which all of them are woken, so that stale ones are
    /// removed.
    most: usize,
}

/// The initial value of [`Waits::most`].
const FEW: usize = 64;

impl HandlerTimer {
    /// Inserts the timer of the handler of this thread's actor, polled with `waker`. Called when the handler
    /// becomes pending.
    fn arm(handling: Handling, waker: &Waker) -> Option<Arc<Self>> {
        let (at, actor) = (handling.deadline()?.instant(), current::actor()?);
        let alarm = Alarm::new(deadlock::uncounted(&actor, waker));
        let executor = actor.header().system.executor.clone();
        let key = executor.timers().insert(at, Waker::from(alarm.clone()), false);
        Some(Arc::new(HandlerTimer { executor, key, alarm }))
    }
}

/// Drops the wakers that the last poll added. Called when its waits have ended or another event
/// wakes them.
#[cold]
pub(crate) fn forget_wakers() {
    current::take_deadline_wakers().into_iter().for_each(|waker| drop_waker(Some(waker)));
}

/// Makes the handler's single timer wake it when its deadline passes. Called when the handler is
/// pending.
#[cold]
pub(crate) fn watch(timer: &mut Option<Arc<HandlerTimer>>, handling: Handling, waker: &Waker) {
    if handling.is_expired() {
        // The waits have already ended with the deadline.
        return forget_wakers();
    }
    let wakers = current::take_deadline_wakers();
    if timer.is_none() {
        *timer = HandlerTimer::arm(handling, waker);
    }
    if let (Some(timer), Some(deadline)) = (timer, handling.deadline()) {
        timer.alarm.add(wakers);
        // A simulation shows what the handler waits for.
        timer.executor.record_wait(deadline.instant(), false);
    }
}

impl Alarm {
    pub(crate) fn new(handler: Waker) -> Arc<Self> {
        let waits = Waits { wakers: Vec::new(), has_rung: false, most: FEW };
        Arc::new(Alarm { handler, waits: Mutex::new(waits) })
    }

    /// Adds the wakers of waits.
    ///
    /// Wakers of waits that have ended cannot be distinguished from the others. If there are too
    /// many wakers, all are woken, and each wait that has not ended adds its waker again.
    pub(crate) fn add(&self, new: Vec<Waker>) {
        if new.is_empty() {
            return;
        }
        let mut waits = self.waits.lock();
        if waits.has_rung {
            drop(waits);
            return wake_each(new);
        }
        let most = waits.most.max(2 * new.len());
        let stale = if waits.wakers.len() + new.len() > most {
            std::mem::take(&mut waits.wakers)
        } else {
            Vec::new()
        };
        waits.most = most;
        waits.wakers.extend(new);
        drop(waits);
        wake_each(stale);
    }

    fn ring(&self) {
        let mut waits = self.waits.lock();
        waits.has_rung = true;
        let wakers = std::mem::take(&mut waits.wakers);
        drop(waits);
        wake_each(wakers);
        wake(self.handler.clone());
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.ring();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ring();
    }
}

impl Drop for HandlerTimer {
    fn drop(&mut self) {
        drop_waker(self.executor.timers().remove(self.key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::atomic::{AtomicUsize, Ordering};

    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn a_wait_that_is_added_after_the_deadline_fired_is_woken() {
        let (handler, wait) = (Arc::new(Woken(0.into())), Arc::new(Woken(0.into())));
        let waits = Waits { wakers: Vec::new(), has_rung: false, most: FEW };
        let alarm = Alarm { handler: handler.clone().into(), waits: Mutex::new(waits) };
        alarm.add(vec![wait.clone().into()]);
        assert_eq!(wait.0.load(Ordering::SeqCst), 0);
        alarm.ring();
        alarm.add(vec![wait.clone().into()]);
        assert_eq!((wait.0.load(Ordering::SeqCst), handler.0.load(Ordering::SeqCst)), (2, 1));
    }

    #[test]
    fn a_deadline_is_within_two_years() {
        let latest = origin() + Duration::from_nanos(ORIGIN - 1);
        assert_eq!(Deadline::at(latest).map(Deadline::instant), Some(latest));
        assert_eq!(Deadline::at(latest + Duration::from_nanos(1)), None);
        let earlier = origin() - Duration::from_nanos(7);
        assert_eq!(Deadline::at(earlier).map(Deadline::instant), Some(earlier));
    }

    #[test]
    fn each_flag_of_a_handling_is_read_alone() {
        let flags = |bits| {
            let it = Handling(bits);
            [it.has_pended(), it.is_expired(), it.has_abort(), it.is_own(), it.has_deadline()]
        };
        assert_eq!(flags(0), [false; 5]);
        assert_eq!(flags(PENDED), [true, false, false, false, false]);
        assert_eq!(flags(EXPIRED), [false, true, false, false, false]);
        assert_eq!(flags(ABORT), [false, false, true, false, false]);
        assert_eq!(flags(OWN), [false, false, false, true, false]);
        let deadline = Deadline::at(origin()).unwrap();
        assert_eq!(flags(Handling::of_deadline(deadline).0), [false, false, false, false, true]);
        assert!(Handling::NEW.is_new() && !Handling(PENDED).is_new());
    }

    #[test]
    fn the_state_of_the_reply_is_replaced_and_the_rest_kept() {
        let deadline = Deadline::at(origin()).unwrap();
        let before = Handling::of_note(Some(deadline.own_note()), 0b101);
        assert_eq!((before.reply(), before.is_own()), (0b101, false), "the note is not inherited");
        let after = before.with_abort().with_reply(0b011);
        assert_eq!((after.reply(), after.has_abort()), (0b011, true));
        assert_eq!(after.deadline(), Some(deadline));
    }

    #[test]
    fn a_note_has_the_deadline_and_its_owner_only() {
        let deadline = Deadline::at(origin()).unwrap();
        let note = Handling(deadline.own_note() | PENDED | ABORT | 0b111).note();
        assert_eq!(note, deadline.own_note());
        assert_eq!(deadline.note(), note & !OWN);
    }

    #[test]
    fn a_note_tells_whose_deadline_it_is_and_when_it_passes() {
        let at = origin() + Duration::from_secs(1);
        let deadline = Deadline::at(at).unwrap();
        assert!(is_own(deadline.own_note()) && !is_own(deadline.note()));
        for note in [deadline.own_note(), deadline.note()] {
            assert_eq!(of_note(note), Some(at));
            assert!(may_start(note, origin()) && !may_start(note, at));
        }
        assert!(may_start(0, at));
    }
}
