//! The end of a life. A life that is followed by another one ends with steps 3 to 6.
//!
//! 1. Only after a stop, which has closed the mailbox (`CellState::close`): timers and streams end
//!    (`start_draining`).
//! 2. The queued messages are handled (the run loop).
//! 3. [`Tasks`](ShutdownStep::Tasks): the resources of the life are dropped, except children; its
//!    futures end.
//! 4. [`Children`](ShutdownStep::Children): the children end, the last one first.
//! 5. [`StopHook`](ShutdownStep::StopHook): `#[on_stop]` runs, unless the actor was killed or never
//!    started.
//! 6. [`DropState`](ShutdownStep::DropState): the state is dropped. A supervised actor then waits for
//!    the decision of its supervisor ([`AwaitDecision`](ShutdownStep::AwaitDecision), `restart.rs`).
//! 7. The names are released, and the exit is published to joiners (`publish_exit`).
//! 8. Monitors, links and the parent are notified.
//!
//! A kill, a failure, or a request to end only this life (`handle_stop_self`) starts with step 3
//! (`finish`). A panic in one step does not skip the next one.
//!
//! Invariant, under the mailbox lock: if a failure was requested, `STOP_SELF` is set. The check of
//! the flags finds the request before the next message, and each step of the end that clears
//! `STOP_SELF` takes the request.

use super::dispatch::Hook;
use super::restart::may_restart;
use super::run_loop::Lifecycle;
use super::run_loop::NextStep;
use super::slow_path::{ErasedLoop, ErasedState};
use crate::cell::current::{self, CurrentMessage};
use crate::cell::handle::DynMailbox;
use crate::cell::header::{KILL, ParkReason, STOP, STOP_FOR_RESTART, STOP_SELF, SYSTEM_MESSAGE};
use crate::cell::mailbox::notify_state_change;
use crate::cell::resources::Resource;
use crate::cell::state::{CellState, SystemMessage, Watcher};
use crate::event::Role;
use crate::executor;
use crate::executor::sleep::Sleep;
use crate::exit::{ActorId, Exit, Failure, FailureKind, FailureParts, Location};
use crate::incident::Incident;
use crate::sync::{Arc, Weak};
use std::collections::HashSet;
use std::time::Duration;

/// The default time limit for a child to stop.
pub(crate) const SHUTDOWN: Duration = Duration::from_secs(5);

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
    /// Handles a flag that ends the life: a kill, a stop, or a request to end only this life.
    pub(super) fn handle_end_flags(&mut self, flags: u32) {
        if flags & KILL != 0 {
            self.handle_kill();
        } else if flags & STOP != 0 {
            self.start_draining();
        } else {
            self.handle_stop_self();
        }
    }

    /// Handles the flags of a life that has no state yet. Returns whether the life has ended.
    pub(super) fn ended_before_start(&mut self) -> bool {
        if self.handle_kill() {
            return true;
        }
        let leaves = self.mailbox().header().flags() & (STOP_SELF | STOP_FOR_RESTART) != 0;
        if leaves {
            self.handle_stop_self();
        }
        leaves
    }

    /// Records a kill. Returns whether the actor was killed.
    fn handle_kill(&mut self) -> bool {
        let killed = self.mailbox().header().is_killed();
        if killed {
            self.mailbox().clear_flag(KILL);
            self.loop_state().killed = true;
            if !matches!(self.loop_state().lifecycle, Lifecycle::ShuttingDown(_)) {
                self.finish(Exit::Killed);
            }
        }
        killed
    }

    /// Ends this life without draining. The queued messages go to the next life. If no life can
    /// follow, `finish` discards them.
    fn handle_stop_self(&mut self) {
        let by_supervisor = self.mailbox().header().flags() & STOP_FOR_RESTART != 0;
        let is_failing = self.is_failing();
        self.mailbox().clear_flag(STOP_SELF | STOP_FOR_RESTART);
        // After a stop from outside, the actor drains and ignores other requests, except a failure,
        // which ends the life.
        if is_failing || self.loop_state().lifecycle != Lifecycle::Draining {
            self.loop_state().ended_by_supervisor = by_supervisor && !is_failing;
            self.finish(Exit::Stopped);
        }
    }

    /// Step 1 of the end, after the mailbox has been closed: ends timers and streams.
    fn start_draining(&mut self) {
        self.loop_state().lifecycle = Lifecycle::Draining;
        let mut locked = self.mailbox().lock();
        self.mailbox().header().clear_flag(STOP);
        let resources = locked.cell.existing_resources_mut();
        let ended = resources.map(|resources| resources.take_timers_and_streams());
        drop(locked);
        for resource in ended.into_iter().flatten() {
            resource.end(self.mailbox(), "drop");
        }
    }

    /// Begins the end of the life with step 3: puts the rest of the batch back into the queue. If no other life
    /// can follow, closes the mailbox and discards the queued messages.
    ///
    /// A requested failure replaces a normal end. If the life ends with another failure, the requested one is
    /// reported.
    pub(super) fn finish(&mut self, exit: Exit) {
        self.trace(match exit {
            Exit::Failed(_) => "fails",
            Exit::Killed => "is killed",
            _ => "ends",
        });
        self.mark_member_busy();
        let by_supervisor = self.loop_state().ended_by_supervisor;
        let (mut exit, mut is_last) = (Some(exit), true);
        let (mut failing, mut is_over, mut changed) = (None, false, None);
        self.put_back(&mut |cell, header| {
            let Some(mut exit) = exit.take() else { return };
            // The mailbox is closed and empty, which is permanent: there is nothing to close or
            // discard.
            is_over = cell.is_closed() && cell.total(header) == 0;
            failing = cell.take_failing();
            if exit.is_normal()
                && let Some(failure) = failing.take()
            {
                exit = Exit::Failed(failure);
            }
            is_last = !may_restart(cell, &exit, by_supervisor);
            cell.set_pending_exit(Some(exit));
            header.clear_flag(STOP | STOP_SELF | STOP_FOR_RESTART);
            // Otherwise, the mailbox is closed below.
            changed = if is_last { None } else { cell.state_changed() };
        });
        // Other handlers may be running.
        notify_state_change(changed);
        if let Some(failure) = failing {
            self.mailbox().header().system.report(Incident::SuppressedPanic { failure });
        }
        if is_last && !is_over {
            self.mailbox().close();
            self.discard_queued();
            self.mailbox().clear_flag(STOP | STOP_SELF | STOP_FOR_RESTART);
        }
        if is_last {
            self.discard_deferred();
        }
        self.loop_state().lifecycle = Lifecycle::ShuttingDown(ShutdownStep::Tasks);
    }
}

/// The steps, in order.
impl dyn ErasedLoop + '_ {
    /// Runs one step of the end, after handling the flags that have been set in the meantime.
    #[cold]
    pub(super) fn end(
        &mut self,
        step: ShutdownStep,
        state: &mut dyn ErasedState,
    ) -> Option<NextStep> {
        if self.handle_kill() {
            match step {
                ShutdownStep::AwaitDecision => self.record_kill_between_lives(),
                _ if step <= ShutdownStep::StopHook => self.record_failure(Some(Exit::Killed)),
                _ => {}
            }
        }
        if step != ShutdownStep::AwaitDecision
            && self.mailbox().header().flags() & (STOP_SELF | STOP_FOR_RESTART) != 0
        {
            // The life is already ending.
            self.mailbox().clear_flag(STOP_SELF | STOP_FOR_RESTART);
            let failing = self.take_failing();
            self.record_failure(failing);
        }
        self.trace_if_silent("is ending");
        match step {
            ShutdownStep::Tasks => self.end_tasks(),
            ShutdownStep::Children => self.end_children(),
            ShutdownStep::StopHook => self.run_stop_hook(state),
            // The task calls `stop_hook_done` before its next request.
            ShutdownStep::StopHookRunning | ShutdownStep::DropState => self.drop_state(state),
            ShutdownStep::AwaitDecision => self.await_decision(),
        }
    }

    /// Step 3: drops the resources, except children, and waits for the futures of the life.
    fn end_tasks(&mut self) -> Option<NextStep> {
        let locked = self.mailbox().lock();
        let has_resources = locked.cell.resources().is_some() || locked.cell.has_system_messages();
        if !has_resources {
            self.mailbox().header().clear_flag(SYSTEM_MESSAGE);
        }
        drop(locked);
        if !has_resources {
            self.loop_state().lifecycle = Lifecycle::ShuttingDown(ShutdownStep::StopHook);
            return None;
        }
        let (locked, tasks) = loop {
            self.end_resources();
            let mut locked = self.mailbox().lock();
            let Some(resources) = locked.cell.existing_resources_mut() else { break (locked, 0) };
            // A task that runs on another thread may have created a further one.
            if resources.has_only_children() {
                resources.awaits_tasks = true;
                let tasks = resources.tasks;
                break (locked, tasks);
            }
        };
        // System messages are deferred under the lock under which the tasks are counted: the end of the
        // last task sets the flag again. The next step takes them, whether the flag is set or not.
        self.mailbox().header().clear_flag(SYSTEM_MESSAGE);
        drop(locked);
        if tasks == 0 {
            self.loop_state().lifecycle = Lifecycle::ShuttingDown(ShutdownStep::Children);
            return None;
        }
        self.park(ParkReason::SystemOnly)
    }

    fn end_resources(&self) {
        let mut locked = self.mailbox().lock();
        let resources = locked.cell.existing_resources_mut();
        let ended = resources.map(|resources| resources.take_all_but_children());
        drop(locked);
        for resource in ended.into_iter().flatten() {
            resource.end(self.mailbox(), "drop");
        }
    }

    /// Step 4: ends the children one after another. The parent's `#[on_exit]` is not called for
    /// these exits, so their failures are reported, unless the end of the life was.
    fn end_children(&mut self) -> Option<NextStep> {
        for notice in self.mailbox().take_system_messages() {
            match notice {
                SystemMessage::WatchedExited(key, _, exit) => {
                    let mut locked = self.mailbox().lock();
                    let resources = locked.cell.existing_resources_mut();
                    let child = resources.and_then(|resources| resources.remove(key));
                    drop(locked);
                    if let (Some(Resource::Child(child)), Exit::Failed(failure)) = (child, exit)
                        && child.lock().cell.supervision().is_none()
                    {
                        child.header().system.report(Incident::UnobservedFailure { failure });
                    }
                }
                SystemMessage::TaskPanicked(failure) => {
                    self.record_failure(Some(Exit::Failed(failure)))
                }
                _ => {}
            }
        }
        let (mut last, mut before) = (None, None);
        let mut locked = self.mailbox().lock();
        if let Some(resources) = locked.cell.existing_resources_mut() {
            last = resources.last_child();
            if last.is_none() {
                before = resources.ending.take();
            }
        }
        drop(locked);
        // Drops the timer that would have killed the last child.
        drop(before);
        let Some((key, child)) = last else {
            self.loop_state().lifecycle = Lifecycle::ShuttingDown(ShutdownStep::StopHook);
            return None;
        };
        let is_killed = self.loop_state().killed;
        let locked = self.mailbox().lock();
        let resources = locked.cell.resources();
        let is_ending = resources
            .and_then(|resources| resources.ending.as_ref())
            .is_some_and(|(ending, timer)| *ending == key && (timer.is_none() || !is_killed));
        drop(locked);
        if !is_ending {
            // Only once, because each kill runs through all descendants of the child.
            let timer = if is_killed {
                child.kill_permanently();
                None
            } else {
                child.close();
                Some(kill_later(&child))
            };
            let mut locked = self.mailbox().lock();
            let before = locked.cell.resources_mut().ending.replace((key, timer));
            drop(locked);
            drop(before);
        }
        self.park(ParkReason::SystemOnly)
    }

    /// Step 5: runs `#[on_stop]`, once.
    fn run_stop_hook(&mut self, state: &dyn ErasedState) -> Option<NextStep> {
        let has_hook = self.hooks().stop;
        let loop_state = self.loop_state();
        let has_started = std::mem::take(&mut loop_state.has_started);
        let runs = has_hook && has_started && !loop_state.killed && state.is_there();
        if !runs {
            loop_state.lifecycle = Lifecycle::ShuttingDown(ShutdownStep::DropState);
            return None;
        }
        loop_state.lifecycle = Lifecycle::ShuttingDown(ShutdownStep::StopHookRunning);
        self.trace_input("on_stop");
        let exit = Box::new(self.pending_exit());
        Some(NextStep::hook(Hook::Stop(exit), CurrentMessage::without_reply("on_stop")))
    }

    /// Step 5 has ended: `#[on_stop]` has returned, or failed with `broken`.
    pub(super) fn stop_hook_done(&mut self, broken: Option<Exit>) {
        self.record_failure(broken);
        // The hook may have created new resources, which end like the others.
        self.loop_state().lifecycle = Lifecycle::ShuttingDown(ShutdownStep::Tasks);
    }

    /// Step 6: drops the state, also one that was created and never taken, and ends the life.
    fn drop_state(&mut self, state: &mut dyn ErasedState) -> Option<NextStep> {
        let mut factory = self.loop_state().take_factory();
        let dropped = current::catch_failure(self.mailbox(), "drop", || {
            state.clear();
            if let Some(factory) = &mut factory {
                factory.reset();
            }
        });
        self.loop_state().put_factory(factory);
        self.record_failure(dropped.err().map(Exit::Failed));
        if self.try_trivial_end() {
            return Some(NextStep::Done);
        }
        // Ends the resources that the drop of the state may have created, except children, which
        // `finish_life` finds.
        self.end_resources();
        self.finish_life()
    }

    /// Publishes the exit and ends the actor under one lock if the end is trivial: a permanent stop
    /// (ensured by `finish`), without resources and watchers. Returns whether the end was trivial.
    fn try_trivial_end(&self) -> bool {
        let mut locked = self.mailbox().lock();
        let cell = &mut locked.cell;
        let is_trivial = cell.is_closed() && cell.resources().is_none() && !cell.has_cold_state();
        if is_trivial {
            cell.release_names();
            cell.set_exit(&Exit::Stopped);
        }
        drop(locked);
        if is_trivial {
            let header = self.mailbox().header();
            header.system.observe(|simulation| simulation.ended(header.number));
            header.system.leave(header.key());
        }
        is_trivial
    }

    pub(super) fn pending_exit(&self) -> Exit {
        self.mailbox().lock().cell.pending_exit().cloned().unwrap_or(Exit::Stopped)
    }

    /// Records that a step of the shutdown has failed. A normal end becomes this failure. If the
    /// life has already failed, that failure stays the cause, and this one is reported.
    fn record_failure(&mut self, broken: Option<Exit>) {
        let Some(broken) = broken else { return };
        if self.pending_exit().is_normal() {
            self.mailbox().lock().cell.set_pending_exit(Some(broken));
        } else if let Exit::Failed(failure) = broken {
            self.mailbox().header().system.report(Incident::SuppressedPanic { failure });
        }
    }
}

/// Requests that the current life fails when the running handler has returned. The first request
/// becomes the failure of the life. A later request is reported.
#[cold]
#[inline(never)]
pub(super) fn request_failure(
    mailbox: &dyn DynMailbox,
    message: String,
    location: &std::panic::Location<'_>,
) {
    let (kind, handler) = (FailureKind::Explicit, current::current_message().name);
    let parts = FailureParts::of(mailbox, kind, handler, message);
    let failure = Failure::new(FailureParts { location: Some(Location::of(location)), ..parts });
    let mut locked = mailbox.lock();
    let Err(failure) = locked.cell.request_failure(failure) else {
        mailbox.header().set_flag(STOP_SELF);
        let changed = locked.cell.state_changed();
        drop(locked);
        notify_state_change(changed);
        return;
    };
    drop(locked);
    mailbox.header().system.report(Incident::SuppressedPanic { failure });
}

impl dyn ErasedLoop + '_ {
    /// Returns whether a failure of this life was requested. For most actors this reads only the
    /// flags.
    pub(super) fn is_failing(&self) -> bool {
        self.mailbox().header().flags() & STOP_SELF != 0 && self.mailbox().lock().cell.is_failing()
    }

    /// Takes the failure that was requested while the life was already ending.
    fn take_failing(&self) -> Option<Exit> {
        self.mailbox().lock().cell.take_failing().map(Exit::Failed)
    }
}

/// Kills a child that has not stopped within its time limit.
fn kill_later(child: &Arc<dyn DynMailbox>) -> executor::TaskHandle<()> {
    let limit = child.lock().cell.stop_limit().unwrap_or(SHUTDOWN);
    let system = child.header().system.clone();
    let (sleep, child) = (Sleep::on(system.executor.clone(), limit), Arc::downgrade(child));
    let (runnable, task) = crate::system::task::prepare(&system, async move {
        sleep.await;
        if let Some(child) = child.upgrade() {
            child.kill();
        }
    });
    runnable.schedule();
    task
}

/// Steps 7 and 8: releases the names, publishes the exit to joiners, and notifies monitors, links and the
/// parent.
pub(crate) fn publish_exit(mailbox: &dyn DynMailbox, exit: Exit) {
    let (id, system) = (mailbox.header().id(), &mailbox.header().system);
    system.observe(|simulation| simulation.ended(mailbox.header().number));
    let mut locked = mailbox.lock();
    locked.cell.mark_closed();
    locked.cell.release_names();
    if !locked.cell.has_cold_state() {
        // Such an actor has neither names nor watchers.
        locked.cell.set_exit(&exit);
        drop(locked);
        if let Exit::Failed(failure) = exit {
            system.report(Incident::UnobservedFailure { failure });
        }
        return system.leave(mailbox.header().key());
    }
    let names = locked.cell.names().to_vec();
    drop(locked);
    // Observers of the exit find the names released. The names stay in the actor's cold state as
    // labels.
    for name in &names {
        system.names.unregister(name, id);
    }
    let mut locked = mailbox.lock();
    locked.cell.set_exit(&exit);
    let watchers = locked.cell.take_watchers();
    let system_messages = locked.cell.take_system_messages();
    let changed = locked.cell.state_changed();
    let mut is_observed = is_awaited(&locked.cell);
    drop(locked);
    drop(system_messages);
    notify_state_change(changed);
    is_observed |= !exit.is_normal() && watchers.iter().any(|watcher| lives(&watcher.mailbox));
    if let Exit::Failed(failure) = &exit
        && !is_observed
    {
        system.report(Incident::UnobservedFailure { failure: failure.clone() });
    }
    notify_watchers(watchers, id, &exit);
    system.leave(mailbox.header().key());
}

/// Marks the failure of an actor that is ending, or that has called `fail`, as observed in a
/// simulation, if the failure has an observer now. Called when the node of the actor crashes: the
/// observers may end before the exit is published.
pub(crate) fn observe_pending_failure(mailbox: &dyn DynMailbox) {
    let locked = mailbox.lock();
    let pending =
        locked.cell.pending_exit().filter(|exit| matches!(exit, Exit::Failed(_))).cloned();
    let requested = || locked.cell.failing().cloned().map(Exit::Failed);
    let Some(exit) = pending.or_else(requested) else { return };
    let is_awaited = is_awaited(&locked.cell);
    let watchers = locked.cell.watchers().map_or_else(Vec::new, |watchers| watchers.mailboxes());
    drop(locked);
    if is_awaited || watchers.iter().any(lives) {
        mailbox.mark_failure_observed(&exit);
    }
}

/// Returns whether a supervisor or a joiner gets the exit. A wait for the start gets the exit only of an actor
/// that has not started.
fn is_awaited(cell: &CellState) -> bool {
    let changed = cell.state_changed();
    let has_listeners = |role| changed.as_ref().is_some_and(|changed| changed.has_listeners(role));
    cell.supervision().is_some()
        || has_listeners(Role::Exit)
        || !cell.has_started() && has_listeners(Role::Start)
}

/// Returns whether the watcher still has to be notified. The other side of a link may have ended
/// before.
fn lives(watcher: &Weak<dyn DynMailbox>) -> bool {
    watcher.upgrade().is_some_and(|mailbox| mailbox.lock().cell.exit().is_none())
}

/// Notifies all watchers, and removes the other side of each link from its actor.
fn notify_watchers(watchers: Vec<Watcher>, id: ActorId, exit: &Exit) {
    let near = watchers.iter().filter(|other| other.link && other.key.is_some());
    let linked: HashSet<ActorId> = near.map(|other| other.id).collect();
    for watcher in watchers {
        if watcher.key.is_none() && linked.contains(&watcher.id) {
            // Linked in both directions: the active side of the link notifies the actor.
            continue;
        }
        let Some(mailbox) = watcher.mailbox.upgrade() else { continue };
        if watcher.link && watcher.key.is_some() {
            mailbox.unwatch(id, None);
        }
        mailbox.notify(match watcher.key {
            Some(key) => SystemMessage::WatchedExited(key, id, exit.clone()),
            None => SystemMessage::LinkedExited(id, exit.clone()),
        });
    }
}
