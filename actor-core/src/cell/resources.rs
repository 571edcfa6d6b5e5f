//! The resources that a life has created through its context, by key: timers with their clocks,
//! streams, tasks, monitors, links, children. All of them end with the life. Plain data under the
//! mailbox lock, without the actor's types.

use super::handle::{DynMailbox, catch_and_report};
use super::ordered_map::OrderedMap;
use super::state::{ResourceId, SystemMessage};
use crate::clock::Instant;
use crate::executor::{self, TimerKey};
use crate::exit::{ActorId, Exit};
use crate::incident::Incident;
use crate::sync::{Arc, Mutex, Weak};
use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Wake, Waker};
use std::time::Duration;

/// The address of a member's pool, type-erased.
pub(crate) trait PoolAddress: Send {
    fn mailbox(&self) -> Arc<dyn DynMailbox>;
    /// Puts the pool's address into `slot`, an `Option` of an `Addr`.
    fn address(&self, slot: &mut dyn Any);
}

#[derive(Default)]
pub(crate) struct Resources {
    /// All resources, in the order of creation.
    held: OrderedMap<Resource>,
    /// The key of the link to each actor. There is at most one link to an actor, and it is removed
    /// together with its entry in `held`.
    #[expect(clippy::box_collection, reason = "one word, since most lives have no links")]
    links: Option<Box<HashMap<ActorId, ResourceId>>>,
    next: ResourceId,
    /// The number of futures of this life that have not been dropped, whether they are still in
    /// `held` or not.
    pub(crate) tasks: usize,
    /// The pool of a member, and its number in the pool. The same for all its lives.
    pub(crate) pool: Option<(Box<dyn PoolAddress>, usize)>,
    /// Set while the end of the life waits for its tasks. A task that is created from then on, by another task
    /// that is still running, notifies the run loop, which cancels the new task.
    pub(crate) awaits_tasks: bool,
    /// The resource whose input was taken last while handlers were running, and whether it has been cancelled
    /// since. The input may still wait for these handlers.
    held_back: Option<(ResourceId, bool)>,
    /// The number of messages of each resource that a guard defers. A resource that is cancelled, or ends with
    /// its life, is removed: its messages are then not handled. Only used for lookups, never iterated.
    #[expect(clippy::box_collection, reason = "one word, since most lives have no such messages")]
    deferred: Option<Box<HashMap<ResourceId, usize>>>,
    /// The child that is being ended, and the task that kills it after its time limit. No task if it has been
    /// killed.
    pub(crate) ending: Option<(ResourceId, Option<executor::TaskHandle<()>>)>,
}

pub(crate) enum Resource {
    Timer {
        entry: Arc<TimerEntry>,
        /// `None` while the callback is being called. It is never called under the lock.
        callback: Option<Callback>,
    },
    /// A stream or a piped future: a task that delivers items, and the callback for each of them.
    Source {
        #[expect(dead_code, reason = "held to be dropped: that cancels it")]
        task: executor::TaskHandle<()>,
        callback: Option<Callback>,
        state: SourceState,
        /// The callback for the end of a stream.
        on_end: Option<Callback>,
    },
    Task(
        #[expect(dead_code, reason = "held to be dropped: that cancels it")]
        executor::TaskHandle<()>,
    ),
    Monitor {
        key: ResourceId,
        target: Option<Weak<dyn DynMailbox>>,
        callback: ExitCallback,
    },
    Link {
        key: ResourceId,
        id: ActorId,
        target: Option<Weak<dyn DynMailbox>>,
    },
    Child(Arc<dyn DynMailbox>),
}

/// The state of a stream or a piped future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceState {
    /// A piped future, which delivers a single item.
    Piped,
    /// A stream that has a handle.
    Attached,
    /// A stream that has no handle, and is removed at its end.
    Detached,
    /// A stream that has ended without a callback for the end. Its handle may still set one.
    Ended,
}

impl Resources {
    /// Returns a key that was never used before.
    pub(crate) fn key(&mut self) -> ResourceId {
        self.next += 1;
        self.next
    }

    pub(crate) fn insert(&mut self, key: ResourceId, resource: Resource) {
        if let Resource::Link { id, .. } = &resource {
            self.links.get_or_insert_default().insert(*id, key);
        }
        self.held.insert(key, resource);
    }

    /// Returns the link of this life to the actor `id`.
    pub(crate) fn link_to(&self, id: ActorId) -> Option<ResourceId> {
        self.links.as_ref()?.get(&id).copied()
    }

    pub(crate) fn get(&mut self, key: ResourceId) -> Option<&mut Resource> {
        self.held.get_mut(key)
    }

    pub(crate) fn remove(&mut self, key: ResourceId) -> Option<Resource> {
        let resource = self.held.remove(key)?;
        if let (Resource::Link { id, .. }, Some(links)) = (&resource, &mut self.links) {
            links.remove(id);
        }
        Some(resource)
    }

    /// Removes a resource that is cancelled, also if its input was taken and is held back.
    pub(crate) fn cancel(&mut self, key: ResourceId) -> Option<Resource> {
        if let Some((held_back, is_cancelled)) = &mut self.held_back {
            *is_cancelled |= *held_back == key;
        }
        if let Some(deferred) = &mut self.deferred {
            deferred.remove(&key);
        }
        self.remove(key)
    }

    /// Records that a stream has no handle. Removes the stream if it has ended.
    pub(crate) fn detach_stream(&mut self, key: ResourceId) -> Option<Resource> {
        match self.held.get_mut(key) {
            Some(Resource::Source { state: SourceState::Ended, .. }) => self.held.remove(key),
            Some(Resource::Source { state, .. }) => {
                *state = SourceState::Detached;
                None
            }
            _ => None,
        }
    }

    /// Records that a message of a resource is deferred.
    pub(crate) fn defer(&mut self, key: ResourceId) {
        *self.deferred.get_or_insert_default().entry(key).or_default() += 1;
    }

    /// Returns whether a message of a resource is deferred, and the resource has not been cancelled since.
    pub(crate) fn is_deferred(&self, key: ResourceId) -> bool {
        self.deferred.as_ref().is_some_and(|deferred| deferred.contains_key(&key))
    }

    /// Called when a message of a resource is no longer deferred. Returns its timer, if no other message of
    /// the timer is deferred.
    pub(crate) fn end_deferral(&mut self, key: ResourceId) -> Option<Arc<TimerEntry>> {
        let count = self.deferred.as_mut()?.get_mut(&key)?;
        *count -= 1;
        if *count > 0 {
            return None;
        }
        self.deferred.as_mut()?.remove(&key);
        self.timer(key)
    }

    /// Records that the input of a resource was taken while handlers were running.
    pub(crate) fn hold_back(&mut self, key: Option<ResourceId>) {
        self.held_back = key.map(|key| (key, false));
    }

    /// Returns the resource of the input that was held back, and whether it has been cancelled since.
    pub(crate) fn take_up(&mut self) -> Option<(ResourceId, bool)> {
        self.held_back.take()
    }

    /// Returns the timer with this key.
    pub(crate) fn timer(&mut self, key: ResourceId) -> Option<Arc<TimerEntry>> {
        match self.held.get_mut(key) {
            Some(Resource::Timer { entry, .. }) => Some(entry.clone()),
            _ => None,
        }
    }

    /// Called when the future of a task has been dropped. Removes the entry of a plain task. The
    /// entry of a source stays until its last item has been taken.
    pub(crate) fn task_gone(&mut self, key: ResourceId) -> Option<Resource> {
        self.tasks -= 1;
        match self.held.get_mut(key) {
            Some(Resource::Task(_)) => self.held.remove(key),
            _ => None,
        }
    }

    /// Takes the timers and streams, which end when the mailbox closes.
    pub(crate) fn take_timers_and_streams(&mut self) -> Vec<Resource> {
        let ends =
            |held: &Resource| matches!(held, Resource::Timer { .. } | Resource::Source { .. });
        self.held.take_if(ends)
    }

    /// Takes all resources.
    pub(crate) fn take_all(&mut self) -> Vec<Resource> {
        (self.links, self.deferred) = (None, None);
        self.held.take_if(|_| true)
    }

    /// Takes all resources except the children.
    pub(crate) fn take_all_but_children(&mut self) -> Vec<Resource> {
        let is_other = |held: &Resource| !matches!(held, Resource::Child(_));
        (self.links, self.deferred) = (None, None);
        self.held.take_if(is_other)
    }

    pub(crate) fn has_only_children(&self) -> bool {
        let is_other = |held: &Resource| (!matches!(held, Resource::Child(_))).then_some(());
        self.held.find_last(is_other).is_none()
    }

    pub(crate) fn has_children(&self) -> bool {
        let is_child = |held: &Resource| matches!(held, Resource::Child(_)).then_some(());
        self.held.find_last(is_child).is_some()
    }

    /// Returns the child that was started last.
    pub(crate) fn last_child(&self) -> Option<(ResourceId, Arc<dyn DynMailbox>)> {
        self.held.find_last(|held| match held {
            Resource::Child(mailbox) => Some(mailbox.clone()),
            _ => None,
        })
    }
}

impl Resource {
    /// Ends the resource. Not under the lock, because this drops user code, whose panics are
    /// reported under `name`.
    pub(crate) fn end(self, own: &dyn DynMailbox, name: &'static str) {
        let mut resource = Some(self);
        catch_and_report(own, name, &mut || {
            if let Some(resource) = resource.take() {
                resource.release_target(own.header().id());
            }
        });
    }

    fn release_target(self, own: ActorId) {
        match self {
            Resource::Timer { entry, .. } => entry.cancel(),
            Resource::Monitor { key, target, .. } | Resource::Link { key, target, .. } => {
                if let Some(target) = target.and_then(|target| target.upgrade()) {
                    target.unwatch(own, Some(key));
                }
            }
            // Dropping an async-task cancels it: its future is dropped by the executor.
            Resource::Source { .. } | Resource::Task(_) | Resource::Child(_) => {}
        }
    }
}

/// A callback of a timer or stream. Its arguments are the actor's `Addr`, and the slot for a
/// message to the actor itself, an `Option` of its message.
pub(crate) type Callback = Box<dyn FnMut(&dyn Any, &mut dyn Any) -> CallbackResult + Send>;

/// The callback of a monitor.
pub(crate) type ExitCallback =
    Box<dyn FnOnce(&dyn Any, Exit, &mut dyn Any) -> CallbackResult + Send>;

/// A send to another actor.
type BoxSend = Pin<Box<dyn Future<Output = ()> + Send>>;

pub(crate) enum CallbackResult {
    /// The message is in the slot passed to the callback.
    Own,
    /// The message is for another actor. The send waits for capacity there; the actor itself does
    /// not.
    SendTo(BoxSend),
    None,
}

/// Cancels a resource of a life when dropped.
pub(crate) struct ResourceHandle {
    pub(crate) mailbox: Weak<dyn DynMailbox>,
    pub(crate) key: ResourceId,
}

impl ResourceHandle {
    pub(crate) fn cancel(&self) {
        if let Some(mailbox) = self.mailbox.upgrade() {
            mailbox.cancel(self.key);
        }
    }

    pub(crate) fn detach(&mut self) {
        // A key that is never assigned.
        self.key = 0;
    }
}

impl Drop for ResourceHandle {
    fn drop(&mut self) {
        if self.key != 0 {
            self.cancel();
        }
    }
}

/// The entry of one timer. The entry is its own waker in the executor's timers.
pub(crate) struct TimerEntry {
    mailbox: Weak<dyn DynMailbox>,
    key: ResourceId,
    state: Mutex<TimerState>,
}

struct TimerState {
    due: Instant,
    /// The period, or `None` for a timer that fires once.
    period: Option<Duration>,
    armed: Option<TimerKey>,
    /// Set while a tick is pending, which includes a tick whose message a guard defers. Further ticks are then
    /// skipped instead of queued.
    waiting: bool,
    cancelled: bool,
}

impl TimerEntry {
    /// Starts a timer that is due after `delay` and, with a period, every period after that.
    pub(crate) fn start(
        mailbox: &Arc<dyn DynMailbox>,
        key: ResourceId,
        delay: Duration,
        period: Option<Duration>,
    ) -> Arc<Self> {
        let due = saturating_add(mailbox.header().system.executor.now(), delay);
        let state = TimerState { due, period, armed: None, waiting: false, cancelled: false };
        let entry = Arc::new(TimerEntry {
            mailbox: Arc::downgrade(mailbox),
            key,
            state: Mutex::new(state),
        });
        entry.arm();
        entry
    }

    fn arm(self: &Arc<Self>) {
        let Some(mailbox) = self.mailbox.upgrade() else { return };
        let waker = Waker::from(self.clone());
        let mut state = self.state.lock();
        if !state.cancelled {
            let timers = mailbox.header().system.executor.timers();
            state.armed = Some(timers.insert(state.due, waker, state.period.is_some()));
        }
    }

    /// Marks the pending tick as taken. Called when its message is not deferred, or no longer.
    pub(crate) fn on_taken(&self) {
        self.state.lock().waiting = false;
    }

    /// Marks a tick as pending again. Called when its message has been taken, has waited for running handlers,
    /// and is then deferred.
    pub(crate) fn on_deferred(&self) {
        self.state.lock().waiting = true;
    }

    /// Returns a send that marks the pending tick as taken once the message is sent. Called for a
    /// tick that becomes a message for another actor, so that at most one such message waits for
    /// capacity there.
    pub(crate) fn on_taken_after(self: Arc<Self>, sending: BoxSend) -> BoxSend {
        Box::pin(async move {
            sending.await;
            self.on_taken();
        })
    }

    pub(crate) fn is_periodic(&self) -> bool {
        self.state.lock().period.is_some()
    }

    pub(crate) fn cancel(&self) {
        let mut state = self.state.lock();
        state.cancelled = true;
        let armed = state.armed.take();
        drop(state);
        if let (Some(armed), Some(mailbox)) = (armed, self.mailbox.upgrade()) {
            drop(mailbox.header().system.executor.timers().remove(armed));
        }
    }
}

impl Wake for TimerEntry {
    fn wake(self: Arc<Self>) {
        let Some(mailbox) = self.mailbox.upgrade() else { return };
        let mut state = self.state.lock();
        state.armed = None;
        if state.cancelled {
            return;
        }
        let is_new = !std::mem::replace(&mut state.waiting, true);
        let (mut missed, mut again) = (u64::from(!is_new), false);
        if let Some(period) = state.period {
            let periods = periods(state.due, period, mailbox.header().system.executor.now());
            missed += periods - 1;
            let next = add_periods(state.due, period, periods);
            // At the end of its range, the clock has no later instant.
            again = next > state.due;
            state.due = next;
        }
        drop(state);
        if missed > 0 {
            let (actor, id) = (mailbox.label(), mailbox.header().id());
            mailbox.header().system.report(Incident::MissedTicks { actor, id, missed });
        }
        if is_new {
            mailbox.notify(SystemMessage::ResourceReady(self.key));
        }
        if again {
            self.arm();
        }
    }
}

/// Returns the number of periods from `due` to the first due time after `now`, so that the timer
/// has no drift and causes no burst after a stall.
fn periods(due: Instant, period: Duration, now: Instant) -> u64 {
    let late = now.saturating_duration_since(due).as_nanos();
    u64::try_from(late / period.as_nanos().max(1) + 1).unwrap_or(u64::MAX)
}

fn add_periods(due: Instant, period: Duration, periods: u64) -> Instant {
    let nanos = period.as_nanos().saturating_mul(u128::from(periods));
    saturating_add(due, Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
}

/// Returns the instant `delay` after `from`, saturating.
pub(crate) fn saturating_add(from: Instant, delay: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    let latest = || from.checked_add(CENTURY).unwrap_or(from);
    from.checked_add(delay).unwrap_or_else(latest)
}

#[cfg(test)]
mod tests {
    use super::{Duration, Instant, Resource, Resources, add_periods, periods};
    use crate::executor::task::prepare;

    #[test]
    fn a_late_timer_keeps_its_schedule_and_skips_missed_ticks() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let period = Duration::from_millis(10);
        let next = |due, period, now| add_periods(due, period, periods(due, period, now));
        assert_eq!(next(at(10), period, at(10)), at(20));
        assert_eq!(next(at(10), period, at(13)), at(20));
        assert_eq!(next(at(10), period, at(47)), at(50));
    }

    #[test]
    fn a_task_that_is_gone_has_no_entry() {
        let system = crate::System::current_thread();
        let (_, task) = prepare(system.shared().executor.clone(), 0, async {});
        let mut resources = Resources { tasks: 1, ..Resources::default() };
        let key = resources.key();
        resources.insert(key, Resource::Task(task));
        assert!(matches!(resources.task_gone(key), Some(Resource::Task(_))));
        assert!(resources.get(key).is_none() && resources.tasks == 0);
    }
}
