//! The shared mailbox of a pool, its members, and the consequences of their end.
//!
//! From outside, a pool is one actor: one id, one queue, one exit. The pool has no loop of its own:
//! its members fetch one message at a time and are woken when one arrives.

use super::start_member;
use crate::actor::dispatch::Dispatch;
use crate::actor::run_loop::alongside;
use crate::actor::shutdown::publish_exit;
use crate::actor::system_messages::linked_failure;
use crate::cell::capacity::{OnFull, PushError, Ticket};
use crate::cell::handle::{
    DynMailbox, Locked, Popped, SharedQueue, TypedMailbox, WeakMailbox, catch_and_report,
    discard_message,
};
use crate::cell::header::{Header, SYSTEM_MESSAGE};
use crate::cell::mailbox::{notify_state_change, wake_admitted};
use crate::cell::message::Delivery;
use crate::cell::queue::{AnyQueue, LazyDeque, MailboxState, MessageQueue};
use crate::cell::state::{CellState, RestartDecision, SystemMessage};
use crate::exit::{ActorId, Exit};
use crate::panics::{drop_waker, wake_each};
use crate::supervision::restart_limits::{Intensity, RestartWindow};
use crate::sync::{Arc, Lock, LockGuard, Weak};
use std::any::Any;
use std::collections::BTreeMap;
use std::task::Waker;

#[cfg(test)]
mod tests;

/// The factory of a member's state.
pub(crate) type MakeMember<A> = Arc<dyn Fn() -> A + Send + Sync>;

pub(super) struct PoolMailbox<A: Dispatch> {
    header: Header,
    /// `None` only while the pool is dropped.
    make: Option<MakeMember<A>>,
    state: Lock<MailboxState<PoolQueue<A>>>,
    this: Weak<PoolMailbox<A>>,
}

/// The messages of a pool, and its members.
struct PoolQueue<A: Dispatch> {
    messages: MessageQueue<A::Message>,
    /// The idle members. When a message arrives, one of them is removed and woken. That member
    /// checks the mailbox, or passes the wake-up on if it does something else first, so no waiting
    /// message is missed.
    members: Members,
    /// The size of the pool: members with higher numbers end after their message.
    size: usize,
    /// Limits the restarts of members. One restart too many fails the pool.
    window: RestartWindow,
    /// Set when the pool ends before it has drained: members are no longer restarted.
    verdict: Option<Exit>,
    /// Set when the exit is about to be published, which happens once.
    is_over: bool,
}

impl<A: Dispatch> PoolMailbox<A> {
    pub(super) fn new(header: Header, make: MakeMember<A>, label: Option<Arc<str>>) -> Arc<Self> {
        let mut cell = CellState::default();
        cell.set_started();
        if let Some(label) = label {
            cell.set_label(label);
        }
        let queue = PoolQueue {
            messages: MessageQueue::new(),
            members: Members::default(),
            size: 0,
            window: RestartWindow::new(Intensity::DEFAULT),
            verdict: None,
            is_over: false,
        };
        Arc::new_cyclic(|this| PoolMailbox {
            header,
            make: Some(make),
            state: Lock::new(MailboxState { cell, queue }),
            this: this.clone(),
        })
    }

    pub(super) fn make(&self) -> MakeMember<A> {
        self.make.clone().expect("the factory is dropped with the pool")
    }

    pub(super) fn member_label(&self, number: usize) -> String {
        format!("{}/{number}", self.untyped().label())
    }

    /// Registers a member before its first run, because the member may already fail in that run.
    /// Returns `false` if the pool no longer has a place for it.
    pub(super) fn add_member(&self, number: usize, member: Arc<dyn DynMailbox>) -> bool {
        let mut state = self.state.lock();
        state.wants(number) && state.queue.members.insert(number, member)
    }

    /// Discards the remaining messages and publishes the exit, if the last member has ended.
    pub(super) fn end_if_empty(&self) {
        let mut state = self.state.lock();
        if state.queue.is_over || state.queue.members.count() != 0 {
            return;
        }
        state.queue.is_over = true;
        state.cell.mark_closed();
        let mut left = Vec::new();
        let MailboxState { cell, queue } = &mut *state;
        while let Some(message) = queue.messages.take_any(cell, &self.header) {
            left.push(message);
        }
        let exit = state.queue.verdict.take().unwrap_or(Exit::Stopped);
        drop(state);
        left.into_iter().for_each(|message| discard_message::<A>(self, message));
        publish_exit(self, exit);
    }

    /// Ends all members immediately; the pool's exit is `exit`.
    fn kill_members(&self, exit: Exit) {
        let mut state = self.state.lock();
        if state.cell.exit().is_some() || state.queue.verdict.is_some() {
            return;
        }
        state.queue.verdict = Some(exit);
        let members = state.queue.members.all();
        drop(state);
        self.close();
        // Permanently, because a member may be between two lives.
        members.iter().for_each(|member| member.kill_permanently());
    }

    /// Decides about a member whose life has ended. Returns `true` if another life follows.
    pub(super) fn member_failed(&self, number: usize, id: ActorId, exit: Exit) -> bool {
        let now = self.header.system.executor.now();
        let mut state = self.state.lock();
        let member =
            state.queue.members.get(number).filter(|member| member.header().id() == id).cloned();
        let Some(member) = member else { return false };
        if state.queue.verdict.is_some() || number >= state.queue.size {
            return false;
        }
        let is_allowed = state.queue.window.count_restart(now);
        let intensity = state.queue.window.intensity();
        drop(state);
        if !is_allowed {
            let failure = intensity.exceeded(self.untyped().label(), self.header.id(), exit);
            self.kill_members(Exit::Failed(failure));
            return false;
        }
        member.decide(RestartDecision::Restart);
        true
    }

    pub(super) fn member_ended(&self, number: usize, id: ActorId) {
        let mut state = self.state.lock();
        if state.queue.members.get(number).is_none_or(|member| member.header().id() != id) {
            return;
        }
        let gone = state.queue.members.remove(number);
        // The pool was enlarged again while the member ended.
        let is_wanted = state.wants(number);
        drop(state);
        drop(gone);
        if is_wanted && let Some(this) = self.this.upgrade() {
            start_member(&this, number);
        }
        // The member may have been the last busy one.
        self.on_unreferenced();
        self.end_if_empty();
    }

    fn wake_idle_member(&self) {
        let member = self.state.lock().queue.members.take_idle();
        if let Some(member) = member {
            member.wake_member();
        }
    }

    /// Fails the pool if a linked actor has ended abnormally, as an actor without `#[on_exit]` does. The hook
    /// belongs to a member, so each member runs it.
    fn linked_exited(&self, id: ActorId, exit: Exit) {
        if !A::HOOKS.exit {
            if !exit.is_normal() {
                self.kill_members(Exit::Failed(linked_failure(self, id, &exit)));
            }
            return;
        }
        let members = self.state.lock().queue.members.all();
        for member in members {
            member.notify(SystemMessage::LinkedExited(id, exit.clone()));
        }
    }

    /// Closes the mailbox, and wakes the members to end.
    fn close_locked(&self, mut state: LockGuard<'_, MailboxState<PoolQueue<A>>>) {
        let mut wake = Vec::new();
        if state.cell.is_closed() {
            return;
        }
        let changed = state.cell.close(&self.header);
        let calls = state.cell.close_waiters(&mut wake);
        let members = state.queue.members.all();
        drop(state);
        notify_state_change(changed);
        calls.into_iter().for_each(|slot| self.drop_side_message(slot));
        wake_each(wake);
        members.iter().for_each(|member| member.wake_member());
    }
}

impl<A: Dispatch> Drop for PoolMailbox<A> {
    /// Any code may drop the last reference to a pool. A panic in the drop of the pool's factory
    /// must not reach that code.
    fn drop(&mut self) {
        let mut make = self.make.take();
        catch_and_report(self, "drop", &mut || make = None);
    }
}

impl<A: Dispatch> SharedQueue for PoolMailbox<A> {
    fn pop_for(&self, number: usize, concurrent: bool, place: &mut dyn Any) -> Popped {
        let alongside = alongside::<A>(concurrent);
        let mut state = self.state.lock();
        if number >= state.queue.size || state.queue.verdict.is_some() {
            // The member may have been woken for a message that another member has to take now.
            let other = state.idle_member_if_needed(&self.header);
            drop(state);
            if let Some(other) = other {
                other.wake_member();
            }
            return Popped::Closed;
        }
        let mut message = state.take(&self.header, alongside);
        let queued = state.cell.total(&self.header);
        let admitted = state.admit_waiters(&self.header);
        // No member was woken for these messages when they began to wait.
        let mut arrived = state.cell.total(&self.header) - queued;
        if message.is_none() && arrived > 0 {
            // Nothing was queued: a fault of a simulation had filled the mailbox.
            message = state.take(&self.header, alongside);
            arrived -= usize::from(message.is_some());
        }
        let mut others = state.queue.members.take_idle_ones(arrived);
        let fetched = match message {
            Some(message) => {
                let place = place.downcast_mut().expect("a member has its pool's type");
                *place = Some(message);
                state.queue.members.set_busy(number);
                Popped::Message
            }
            None if state.cell.total(&self.header) != 0 => {
                // This member may have been woken for a message that another can take.
                state.queue.members.set_busy(number);
                others.extend(state.queue.members.take_idle());
                Popped::NotConcurrent
            }
            None if state.cell.is_closed() => Popped::Closed,
            None => {
                state.queue.members.set_idle(number, concurrent);
                state.release_burst();
                Popped::Empty
            }
        };
        let is_finished = matches!(fetched, Popped::Empty) && !self.header.is_referenced();
        drop(state);
        wake_admitted(admitted);
        others.iter().for_each(|other| other.wake_member());
        if is_finished {
            self.on_unreferenced();
        }
        fetched
    }

    fn put_back(&self, places: &mut dyn Iterator<Item = &mut dyn Any>) -> bool {
        let mut state = self.state.lock();
        if state.cell.is_closed() || state.queue.verdict.is_some() {
            return false;
        }
        let mut messages = LazyDeque::new();
        let MailboxState { cell, queue } = &mut *state;
        for place in places {
            let place: &mut Option<A::Message> =
                place.downcast_mut().expect("a member has its pool's type");
            if place.as_ref().is_some_and(|message| Delivery::of::<A>(message).unbounded) {
                cell.returned_unbounded();
            }
            messages.push_back(place);
        }
        let count = messages.len();
        queue.messages.put_back(cell, &self.header, &mut messages);
        let members = state.queue.members.take_idle_ones(count);
        drop(state);
        members.iter().for_each(|member| member.wake_member());
        true
    }

    fn set_busy(&self, number: usize) {
        let mut state = self.state.lock();
        state.queue.members.set_busy(number);
        // The member may have been woken for a message that another member has to take now.
        let other = state.idle_member_if_needed(&self.header);
        drop(state);
        if let Some(other) = other {
            other.wake_member();
        }
    }
}

impl<A: Dispatch> DynMailbox for PoolMailbox<A> {
    fn untyped(&self) -> &dyn DynMailbox {
        self
    }

    fn header(&self) -> &Header {
        &self.header
    }

    fn lock(&self) -> Locked<'_> {
        let state: &Lock<MailboxState<dyn AnyQueue>> = &self.state;
        state.lock()
    }

    fn drop_side_message(&self, slot: usize) {
        let message = self.state.lock().queue.messages.take_side_message(slot);
        if let Some(message) = message {
            discard_message::<A>(self, message);
        }
    }

    fn close(&self) {
        self.close_locked(self.state.lock());
    }

    fn kill(&self) {
        self.kill_members(Exit::Killed);
    }

    // A pool has no task that handles system messages, so they are handled at once.
    fn notify(&self, message: SystemMessage) {
        match message {
            SystemMessage::LinkedExited(id, exit) => self.linked_exited(id, exit),
            // The task of a subscription that was made from outside.
            SystemMessage::TaskPanicked(failure) => self.kill_members(Exit::Failed(failure)),
            // A fault of a simulation has ended.
            SystemMessage::Recheck => self.wake_idle_member(),
            // A pool has no resources: they belong to its members.
            SystemMessage::ResourceReady(_) | SystemMessage::WatchedExited(..) => {}
        }
    }

    fn on_unreferenced(&self) {
        let state = self.state.lock();
        if state.cell.is_closed() || self.header.is_referenced() {
            return;
        }
        // A member that is not idle checks again after its message, its own input or its end.
        if state.cell.total(&self.header) == 0 && state.queue.members.are_idle() {
            // Under the same lock, so that no weak address is upgraded in between.
            self.close_locked(state);
        }
    }
}

impl<A: Dispatch> TypedMailbox<A> for PoolMailbox<A> {
    fn push(
        &self,
        message: &mut Option<A::Message>,
        delivery: Option<Delivery>,
        wait: OnFull<'_>,
    ) -> Result<Option<Ticket>, PushError> {
        self.header.on_external_access();
        let mut state = self.state.lock();
        let Some(delivery) = delivery.or_else(|| message.as_ref().map(A::delivery)) else {
            return Ok(None);
        };
        let MailboxState { cell, queue } = &mut *state;
        let ticket = queue.messages.push(cell, message, &self.header, delivery, wait)?;
        let member = if ticket.is_none() { state.queue.members.take_idle() } else { None };
        drop(state);
        if let Some(member) = member {
            member.wake_member();
        }
        Ok(ticket)
    }

    fn leave(&self, ticket: Ticket) -> Option<A::Message> {
        let mut state = self.state.lock();
        let MailboxState { cell, queue } = &mut *state;
        let (message, waker) = queue.messages.leave(cell, ticket);
        drop(state);
        drop_waker(waker);
        message
    }

    fn weak(self: Arc<Self>) -> WeakMailbox<A> {
        let mailbox: Arc<dyn TypedMailbox<A>> = self;
        WeakMailbox::Own(Arc::downgrade(&mailbox))
    }

    fn any(self: Arc<Self>) -> Arc<dyn DynMailbox> {
        self
    }

    fn resize(&self, size: usize) -> bool {
        let Some(this) = self.this.upgrade() else { return false };
        let mut state = self.state.lock();
        let missing: Vec<usize> = if state.cell.is_closed() {
            Vec::new()
        } else {
            state.queue.size = size;
            state.queue.members.missing(size)
        };
        let surplus = state.queue.members.take_surplus(size);
        let changed = if surplus.is_empty() { None } else { state.cell.state_changed() };
        drop(state);
        // Handlers of these members may wait for their end.
        notify_state_change(changed);
        // Idle members have to check again to notice that they are in excess.
        surplus.iter().for_each(|member| member.wake_member());
        for number in missing {
            start_member(&this, number);
        }
        // No member can start if the system is closing.
        self.end_if_empty();
        true
    }
}

impl<A: Dispatch> MailboxState<PoolQueue<A>> {
    /// Returns whether the pool has a member `number`.
    fn wants(&self, number: usize) -> bool {
        number < self.queue.size && !self.cell.is_closed() && self.queue.verdict.is_none()
    }

    /// Takes the next message, if it may start `alongside` the running handlers.
    fn take(
        &mut self,
        header: &Header,
        alongside: Option<fn(&A::Message) -> bool>,
    ) -> Option<A::Message> {
        let MailboxState { cell, queue } = self;
        if cell.has_priority() {
            return queue.messages.take_priority(cell, header, alongside);
        }
        let message = queue.messages.take_one(cell, alongside)?;
        if Delivery::of::<A>(&message).unbounded {
            cell.took_unbounded();
        }
        Some(message)
    }

    /// Returns an idle member for a waiting message, if there is one.
    fn idle_member_if_needed(&mut self, header: &Header) -> Option<Arc<dyn DynMailbox>> {
        if self.cell.total(header) == 0 { None } else { self.queue.members.take_idle() }
    }
}

impl<A: Dispatch> AnyQueue for PoolQueue<A> {
    fn admit(&mut self, cell: &mut CellState, header: &Header) -> Vec<Waker> {
        self.messages.admit(cell, header)
    }

    fn release_burst(&mut self, cell: &mut CellState) {
        self.messages.release_burst(cell);
    }

    fn is_too_small_for(&self, number: usize) -> bool {
        number >= self.size
    }
}

#[derive(Default)]
struct Members {
    /// All members, by number.
    all: Vec<Member>,
    /// The number of members.
    count: usize,
    /// The numbers of the idle members, by the time at which they became idle.
    idle: BTreeMap<u64, usize>,
    /// The number of times that a member has become idle.
    idle_marks: u64,
}

#[derive(Clone, Default)]
struct Member {
    /// `None` for a member that has ended, or has not begun.
    mailbox: Option<Arc<dyn DynMailbox>>,
    /// The member's key in `Members::idle`.
    idle: Option<u64>,
    /// Whether concurrent handlers ran when the member became idle. The member takes messages that
    /// may run alongside them, and checks the mailbox again when they have ended.
    runs_handlers: bool,
}

impl Members {
    fn count(&self) -> usize {
        self.count
    }

    fn get(&self, number: usize) -> Option<&Arc<dyn DynMailbox>> {
        self.all.get(number)?.mailbox.as_ref()
    }

    fn all(&self) -> Vec<Arc<dyn DynMailbox>> {
        self.all.iter().filter_map(|member| member.mailbox.clone()).collect()
    }

    /// Adds a member. Returns `false` if there is one with this number.
    fn insert(&mut self, number: usize, mailbox: Arc<dyn DynMailbox>) -> bool {
        if self.get(number).is_some() {
            return false;
        }
        if self.all.len() <= number {
            self.all.resize(number + 1, Member::default());
        }
        self.all[number].mailbox = Some(mailbox);
        self.count += 1;
        true
    }

    fn remove(&mut self, number: usize) -> Option<Arc<dyn DynMailbox>> {
        self.set_busy(number);
        let gone = self.all.get_mut(number)?.mailbox.take()?;
        self.count -= 1;
        Some(gone)
    }

    /// Returns the numbers below `size` that no member has.
    fn missing(&self, size: usize) -> Vec<usize> {
        (0..size).filter(|number| self.get(*number).is_none()).collect()
    }

    /// Returns the members with the number `size` and above, and marks them as busy.
    fn take_surplus(&mut self, size: usize) -> Vec<Arc<dyn DynMailbox>> {
        (size..self.all.len()).for_each(|number| self.set_busy(number));
        self.all.iter().skip(size).filter_map(|member| member.mailbox.clone()).collect()
    }

    /// Marks a member as idle, because it has found no message.
    fn set_idle(&mut self, number: usize, runs_handlers: bool) {
        let Some(member) = self.all.get_mut(number) else { return };
        member.runs_handlers = runs_handlers;
        if member.idle.is_none() {
            self.idle_marks += 1;
            member.idle = Some(self.idle_marks);
            self.idle.insert(self.idle_marks, number);
        }
    }

    /// Marks a member as busy, whether it works for the pool or for itself.
    #[inline]
    fn set_busy(&mut self, number: usize) {
        let idle = self.all.get_mut(number).and_then(|member| member.idle.take());
        if let Some(idle) = idle {
            self.idle.remove(&idle);
        }
    }

    /// Returns whether all members are idle, run no handlers, and have no system message to handle.
    fn are_idle(&self) -> bool {
        self.idle.len() >= self.count
            && self.idle.values().all(|number| {
                let Member { mailbox, runs_handlers, .. } = &self.all[*number];
                let has_message =
                    |member: &Arc<dyn DynMailbox>| member.header().flags() & SYSTEM_MESSAGE != 0;
                !runs_handlers && !mailbox.as_ref().is_some_and(has_message)
            })
    }

    /// Returns the member that became idle last, because its state is warm, and marks it as busy.
    /// The caller wakes it.
    fn take_idle(&mut self) -> Option<Arc<dyn DynMailbox>> {
        let (_, number) = self.idle.pop_last()?;
        let member = self.all.get_mut(number)?;
        member.idle = None;
        member.mailbox.clone()
    }

    /// Like [`take_idle`](Self::take_idle), for up to `count` messages.
    fn take_idle_ones(&mut self, count: usize) -> Vec<Arc<dyn DynMailbox>> {
        (0..count).map_while(|_| self.take_idle()).collect()
    }
}
