//! The end of a life.
//!
//! 1. The mailbox closes, timers and streams end (a stop; `start_draining`).
//! 2. The queued messages are handled (the run loop).
//! 3. [`Tasks`](ShutdownStep::Tasks): the resources of the life are dropped, except children; its
//!    futures end.
//! 4. [`Children`](ShutdownStep::Children): the children end, the last one first.
//! 5. [`StopHook`](ShutdownStep::StopHook): `#[on_stop]` runs, unless the actor was killed or never
//!    started.
//! 6. [`DropState`](ShutdownStep::DropState): the state is dropped. A supervised actor then waits for
//!    the decision of its supervisor ([`AwaitDecision`](ShutdownStep::AwaitDecision), `restart.rs`).
//! 7. The exit is published to callers of `join`.
//! 8. Monitors, links and the parent are notified.
//!
//! A kill or a failure starts at step 3 (`finish`). A panic in one step does
//! not skip the next.
//!
//! Invariant, under the mailbox lock: if a failure was requested, `LEAVE` is set. The check of the
//! flags finds it before the next message, and each step of the end that clears `LEAVE` takes it.

use super::dispatch::{Hook, Input};
use super::erased::{ErasedLoop, ErasedState, ErasedStep};
use super::lifecycle::Lifecycle;
use super::restart::{SupervisorControl, may_restart};
use super::run_loop::NextStep;
use crate::cell::current::{self, Handling};
use crate::cell::handle::{AnyMail, announce};
use crate::cell::header::{END, KILL, LEAVE, NOTICE, Pace, STOP};
use crate::cell::state::{Notice, Watcher};
use crate::executor;
use crate::executor::sleep::Sleep;
use crate::exit::{ActorId, Exit, Failure, FailureKind, FailureParts, Location};
use crate::incident::Incident;
use crate::sync::Arc;
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

/// The default time limit for a child to stop.
const SHUTDOWN: Duration = Duration::from_secs(5);

/// The steps of the end, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ShutdownStep {
    /// Drops the resources of the life, except children, and waits for its futures.
    Tasks,
    /// Ends the children, the last one first.
    Children,
    /// `#[on_stop]` is due.
    StopHook,
    /// `#[on_stop]` is running.
    StopHookRunning,
    /// The state is dropped.
    DropState,
    /// The supervisor decides whether another life follows.
    AwaitDecision,
}

/// The events that end a life.
impl dyn ErasedLoop + '_ {
    /// Handles a flag that ends the life: a kill, a stop, or a request to leave.
    pub(super) fn handle_end_flags(&mut self, signals: u32) {
        if signals & KILL != 0 {
            self.handle_kill();
        } else if signals & STOP != 0 {
            self.start_draining();
        } else {
            self.handle_stop_self();
        }
    }

    /// Handles the flags of a life without a state yet; returns whether it has ended.
    pub(super) fn ended_before_start(&mut self) -> bool {
        if self.handle_kill() {
            return true;
        }
        let leaves = self.mail().core().signals() & (LEAVE | END) != 0;
        if leaves {
            self.handle_stop_self();
        }
        leaves
    }

    /// Records a kill; returns whether there was one.
    pub(super) fn handle_kill(&mut self) -> bool {
        let killed = self.mail().core().is_killed();
        if killed {
            self.mail().lower(KILL);
            self.loop_state().killed = true;
            if !matches!(self.loop_state().lifecycle, Lifecycle::ShuttingDown(_)) {
                self.finish(Exit::Killed);
            }
        }
        killed
    }

    /// Ends this life without draining: the queue goes to the next one.
    fn handle_stop_self(&mut self) {
        let by_supervisor = self.mail().core().signals() & END != 0;
        let is_failing = self.is_failing();
        self.mail().lower(LEAVE | END);
        // After a stop from outside it drains, regardless of other requests; but a failure ends it.
        if is_failing || self.loop_state().lifecycle != Lifecycle::Draining {
            self.loop_state().ended_by_supervisor = by_supervisor && !is_failing;
            self.finish(Exit::Stopped);
        }
    }

    /// Step 1 of the end, the loop's part: timers and streams end.
    fn start_draining(&mut self) {
        self.loop_state().lifecycle = Lifecycle::Draining;
        let mut ended = Vec::new();
        self.mail().with(&mut |seat, _| {
            self.mail().core().lower(STOP);
            if let Some(resources) = &mut seat.resources {
                ended = resources.take_timers_and_streams();
            }
        });
        for resource in ended {
            resource.end(self.mail(), "drop");
        }
    }

    /// Ends the life: step 3 is next. A requested failure replaces a normal end; after another
    /// failure it is reported. If no other life can follow, closes the mailbox and discards the
    /// queued messages.
    pub(super) fn finish(&mut self, exit: Exit) {
        self.trace(match exit {
            Exit::Failed(_) => "fails",
            Exit::Killed => "is killed",
            _ => "ends",
        });
        self.mark_member_busy();
        let is_over = self.put_back();
        let by_supervisor = self.loop_state().ended_by_supervisor;
        let (mut exit, mut is_last) = (Some(exit), true);
        let mut failing = None;
        self.mail().with(&mut |seat, _| {
            let Some(mut exit) = exit.take() else { return };
            failing = seat.take_failing();
            if exit.is_normal()
                && let Some(failure) = failing.take()
            {
                exit = Exit::Failed(failure);
            }
            is_last = !may_restart(seat, &exit, by_supervisor);
            seat.set_exit_to_be(Some(exit));
            self.mail().core().lower(STOP | LEAVE | END);
        });
        if let Some(failure) = failing {
            self.mail().core().hub.report(Incident::SuppressedPanic { failure });
        }
        if is_last && !is_over {
            self.mail().close();
            self.discard_queued();
            self.mail().lower(STOP | LEAVE | END);
        }
        if is_last {
            self.discard_deferred();
        }
        self.loop_state().lifecycle = Lifecycle::ShuttingDown(ShutdownStep::Tasks);
    }
}

/// The steps, in order.
impl dyn ErasedLoop + '_ {
    /// Runs one step of the end, after the flags that have been set in the meantime.
    #[cold]
    pub(super) fn end(&mut self, step: ShutdownStep, state: &mut dyn ErasedState) -> ErasedStep {
        if self.handle_kill() {
            match step {
                ShutdownStep::AwaitDecision => self.record_kill_between_lives(),
                _ if step <= ShutdownStep::StopHook => self.record_failure(Some(Exit::Killed)),
                _ => {}
            }
        }
        if step != ShutdownStep::AwaitDecision && self.mail().core().signals() & (LEAVE | END) != 0
        {
            // The life is already ending.
            self.mail().lower(LEAVE | END);
            let failing = self.take_failing();
            self.record_failure(failing);
        }
        self.trace_if_silent("is ending");
        match step {
            ShutdownStep::Tasks => self.end_tasks(),
            ShutdownStep::Children => self.end_children(),
            ShutdownStep::StopHook => {
                let has_hook = self.hooks().stop;
                let loop_state = self.loop_state();
                loop_state.lifecycle = Lifecycle::ShuttingDown(ShutdownStep::DropState);
                let runs =
                    has_hook && loop_state.has_started && !loop_state.killed && state.is_there();
                // The hook runs once.
                loop_state.has_started = false;
                runs.then(|| {
                    self.loop_state().lifecycle =
                        Lifecycle::ShuttingDown(ShutdownStep::StopHookRunning);
                    self.trace_input("on_stop");
                    let exit = Box::new(self.pending_exit());
                    NextStep::Run(Input::Hook(Hook::Stop(exit)), Handling::new("on_stop", None))
                })
            }
            // The task calls `stop_hook_done` before its next request.
            ShutdownStep::StopHookRunning | ShutdownStep::DropState => {
                let dropped = current::guarded(self.mail(), "drop", || state.clear());
                self.record_failure(dropped.err().map(Exit::Failed));
                if self.try_trivial_end() {
                    return Some(NextStep::Done);
                }
                // Resources that `#[on_stop]` may have created.
                self.end_resources();
                self.finish_life()
            }
            ShutdownStep::AwaitDecision => self.await_decision(),
        }
    }

    /// Step 3: drops the resources, except children, and waits for the futures of the life.
    fn end_tasks(&mut self) -> ErasedStep {
        let mut has_resources = true;
        self.mail().with(&mut |seat, _| {
            has_resources = seat.resources.is_some() || seat.has_notices();
            if !has_resources {
                self.mail().core().lower(NOTICE);
            }
        });
        if !has_resources {
            self.loop_state().lifecycle = Lifecycle::ShuttingDown(ShutdownStep::StopHook);
            return None;
        }
        self.end_resources();
        let mut tasks = 0;
        self.mail().with(&mut |seat, _| {
            if let Some(resources) = &mut seat.resources {
                resources.awaits_tasks = true;
                tasks = resources.tasks;
            }
        });
        if tasks == 0 {
            self.loop_state().lifecycle = Lifecycle::ShuttingDown(ShutdownStep::Children);
            return None;
        }
        self.mail().postpone_notices();
        // Checked again: the last one may have ended before the system messages were removed.
        self.mail().with(&mut |seat, _| {
            tasks = seat.resources.as_ref().map_or(0, |resources| resources.tasks);
        });
        if tasks == 0 { None } else { self.park(Pace::Deaf) }
    }

    fn end_resources(&self) {
        let mut ended = Vec::new();
        self.mail().with(&mut |seat, _| {
            if let Some(resources) = &mut seat.resources {
                ended = resources.take_all_but_children();
            }
        });
        for resource in ended {
            resource.end(self.mail(), "drop");
        }
    }

    /// Step 4: ends the children one after another. The parent is not notified of exits that it ordered.
    fn end_children(&mut self) -> ErasedStep {
        for notice in self.mail().take_notices() {
            match notice {
                Notice::Exited(key, ..) => {
                    let mut child = None;
                    self.mail().with(&mut |seat, _| {
                        child = seat.resources.as_mut().and_then(|resources| resources.remove(key));
                    });
                    drop(child);
                }
                Notice::Broken(failure) => self.record_failure(Some(Exit::Failed(failure))),
                _ => {}
            }
        }
        let mut last = None;
        let mut before = None;
        self.mail().with(&mut |seat, _| {
            if let Some(resources) = &mut seat.resources {
                last = resources.last_child();
                if last.is_none() {
                    before = resources.ending.take();
                }
            }
        });
        // The timer that would have killed the last child.
        drop(before);
        let Some((key, child)) = last else {
            self.loop_state().lifecycle = Lifecycle::ShuttingDown(ShutdownStep::StopHook);
            return None;
        };
        if self.loop_state().killed {
            child.kill_permanently();
            return self.park(Pace::Deaf);
        }
        let mut is_ending = false;
        self.mail().with(&mut |seat, _| {
            let ending = seat.resources.as_ref().and_then(|resources| resources.ending.as_ref());
            is_ending = ending.is_some_and(|ending| ending.0 == key);
        });
        if !is_ending {
            child.close();
            let mut ending = Some((key, kill_later(&child)));
            self.mail().with(&mut |seat, _| {
                std::mem::swap(&mut seat.resources.get_or_insert_default().ending, &mut ending);
            });
        }
        self.park(Pace::Deaf)
    }

    /// Step 5: `#[on_stop]` has run.
    pub(super) fn stop_hook_done(&mut self, broken: Option<Exit>) {
        self.record_failure(broken);
        // It may have created new resources, which end like the others.
        self.loop_state().lifecycle = Lifecycle::ShuttingDown(ShutdownStep::Tasks);
    }

    /// Whether this is the trivial end: a permanent stop (ensured by `finish`), no resources and no
    /// watchers. In this case its exit is published under the same lock.
    fn try_trivial_end(&self) -> bool {
        let mut is_trivial = false;
        self.mail().with(&mut |seat, _| {
            is_trivial = seat.closed && seat.resources.is_none() && seat.known().is_none();
            if is_trivial {
                seat.nameless = true;
                seat.set_exit(&Exit::Stopped);
            }
        });
        if is_trivial {
            let core = self.mail().core();
            if let Some(witness) = &core.hub.witness {
                witness.ended(core.number);
            }
            core.hub.leave(core.key);
        }
        is_trivial
    }

    pub(super) fn pending_exit(&self) -> Exit {
        let mut exit = Exit::Stopped;
        self.mail().with(&mut |seat, _| {
            if let Some(known) = seat.exit_to_be() {
                exit = known.clone();
            }
        });
        exit
    }

    /// A step of the end failed: a normal end becomes this failure; after another failure, the
    /// first one stays the cause.
    fn record_failure(&mut self, broken: Option<Exit>) {
        let Some(broken) = broken else { return };
        if self.pending_exit().is_normal() {
            let mut broken = Some(broken);
            self.mail().with(&mut |seat, _| seat.set_exit_to_be(broken.take()));
        } else if let Exit::Failed(failure) = broken {
            self.mail().core().hub.report(Incident::SuppressedPanic { failure });
        }
    }
}

/// Requests that the current life fails when the running handler has returned. The first request is
/// the reason of the end, a later one is reported.
#[cold]
#[inline(never)]
pub(super) fn request_failure(
    mail: &dyn AnyMail,
    message: String,
    location: &std::panic::Location<'_>,
) {
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
    /// Whether a failure of this life was requested. For most actors this reads only the flags.
    pub(super) fn is_failing(&self) -> bool {
        let mut is_failing = false;
        if self.mail().core().signals() & LEAVE != 0 {
            self.mail().with(&mut |seat, _| is_failing = seat.is_failing());
        }
        is_failing
    }

    /// Takes the failure that was requested while the life was already ending.
    pub(super) fn take_failing(&self) -> Option<Exit> {
        let mut failing = None;
        self.mail().with(&mut |seat, _| failing = seat.take_failing());
        failing.map(Exit::Failed)
    }
}

/// Kills a child that has not stopped within its time limit.
fn kill_later(child: &Arc<dyn AnyMail>) -> executor::TaskHandle<()> {
    let mut limit = SHUTDOWN;
    child.with(&mut |seat, _| {
        limit = seat.known().and_then(|records| records.shutdown).unwrap_or(SHUTDOWN);
    });
    let hub = child.core().hub.clone();
    let (sleep, child) = (Sleep::on(hub.executor.clone(), limit), Arc::downgrade(child));
    let (runnable, task) = crate::system::task::prepare(&hub, async move {
        sleep.await;
        if let Some(child) = child.upgrade() {
            child.kill();
        }
    });
    runnable.schedule();
    task
}

/// Steps 7 and 8: publishes the exit to joiners, monitors and links.
pub(crate) fn publish_exit(mail: &dyn AnyMail, exit: Exit) {
    let (id, hub) = (mail.core().id(), &mail.core().hub);
    if let Some(witness) = &hub.witness {
        witness.ended(mail.core().number);
    }
    let mut names = Vec::new();
    let mut is_known = true;
    mail.with(&mut |seat, _| {
        seat.closed = true;
        seat.nameless = true;
        is_known = seat.known().is_some();
        match seat.known() {
            Some(records) => names.clone_from(&records.names),
            None => seat.set_exit(&exit),
        }
    });
    if !is_known {
        // It has neither names nor watchers.
        if let Exit::Failed(failure) = exit {
            hub.report(Incident::UnobservedFailure { failure });
        }
        return hub.leave(mail.core().key);
    }
    // Observers of the exit find the names released. They stay in the records as labels.
    for name in &names {
        hub.names.free(name, id);
    }
    let (mut watchers, mut notices) = (Vec::new(), VecDeque::new());
    let (mut changed, mut is_observed) = (None, false);
    mail.with(&mut |seat, _| {
        seat.set_exit(&exit);
        let records = seat.records();
        watchers = records.watchers.take();
        notices = std::mem::take(&mut records.notices);
        changed = records.changed.clone();
        is_observed = records.supervision.is_some();
    });
    drop(notices);
    is_observed |= announce(changed) > 0;
    is_observed |= !exit.is_normal() && watchers.iter().any(lives);
    if let Exit::Failed(failure) = &exit
        && !is_observed
    {
        hub.report(Incident::UnobservedFailure { failure: failure.clone() });
    }
    notify_watchers(watchers, id, &exit);
    hub.leave(mail.core().key);
}

/// Whether there is a watcher to notify: the other side of a link may have ended before.
fn lives(watcher: &Watcher) -> bool {
    let mut lives = false;
    if let Some(who) = watcher.who.upgrade() {
        who.with(&mut |seat, _| lives = seat.exit().is_none());
    }
    lives
}

/// Notifies all watchers, and removes the other side of each link from its actor.
fn notify_watchers(watchers: Vec<Watcher>, id: ActorId, exit: &Exit) {
    let near = watchers.iter().filter(|other| other.link && other.key.is_some());
    let linked: BTreeSet<ActorId> = near.map(|other| other.id).collect();
    for watcher in watchers {
        if watcher.key.is_none() && linked.contains(&watcher.id) {
            // Linked in both directions: the active side notifies it.
            continue;
        }
        let Some(who) = watcher.who.upgrade() else { continue };
        if watcher.link && watcher.key.is_some() {
            who.unwatch(id, None);
        }
        who.notify(match watcher.key {
            Some(key) => Notice::Exited(key, id, exit.clone()),
            None => Notice::Unlinked(id, exit.clone()),
        });
    }
}
