//! Fault injection: failures at chosen messages of an actor. Only in simulations.

use super::run_loop::{HandlerError, NextStep};
use super::slow_path::ErasedLoop;
use crate::actor::dispatch::Dispatch;
use crate::actor::slow_path::ErasedMessage;
use crate::cell::current::{self, CurrentMessage};
use crate::cell::handle::{DynMailbox, catch_and_report};
use crate::cell::header::{KILL, ParkReason, STOP_FOR_RESTART, STOP_SELF};
use crate::cell::resources::saturating_add;
use crate::cell::sim_observer::{FAULT, SimObserver};
use crate::cell::state::SystemMessage;
use crate::cell::system_shared::SystemShared;
use crate::clock::Instant;
use crate::panics::{self, Payload};
use crate::sync::{Arc, Weak};
use std::any::Any;
use std::fmt;
use std::task::{Wake, Waker};
use std::time::Duration;

/// A fault to inject into an actor, for [`Sim::fault`](crate::simulation::Sim::fault).
///
/// By default, the next message triggers the fault. Only messages accepted by [`on`](Fault::on)
/// count.
///
/// ```
/// # use actor_core::prelude::*;
/// use actor_core::simulation::{Fault, Sim};
/// use std::time::Duration;
///
/// # #[actor] struct Disk; #[actor] impl Disk { fn read(&self) -> u8 { 7 } fn write(&self, _byte: u8) {} }
/// let system = System::simulation(1);
/// let sim = Sim::of(&system).unwrap();
/// system.block_on(async {
///     let disk = Disk.spawn();
///     let is_read = |message: &DiskMessage| matches!(message, DiskMessage::Read { .. });
///     sim.fault(&disk, Fault::drop_reply().on(is_read).at(2));
///     assert_eq!(disk.read().await, Ok(7));
///     assert_eq!(disk.write(1).await, Ok(()));
///     assert_eq!(disk.read().await, Err(CallError::NoReply));
///     assert_eq!(disk.read().await, Ok(7));
/// });
///
/// // One read in ten panics, one message in a hundred kills, and the fifth write is slow.
/// # let disk = system.spawn(Disk);
/// let is_write = |message: &DiskMessage| !is_read(message);
/// # fn is_read(message: &DiskMessage) -> bool { matches!(message, DiskMessage::Read { .. }) }
/// sim.fault(&disk, Fault::panic().on(is_read).every(10));
/// sim.fault(&disk, Fault::kill().chance(0.01));
/// sim.fault(&disk, Fault::delay(Duration::from_secs(9)).on(is_write).at(5));
/// sim.fault(&disk, Fault::full(Duration::from_secs(1)).at(20));
/// sim.fault(&disk, Fault::abort().every(7));
/// ```
#[must_use = "a fault is planted by `Sim::fault`"]
pub struct Fault<M> {
    action: FaultAction,
    trigger: Trigger,
    on: Option<Box<dyn Fn(&M) -> bool + Send>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FaultAction {
    Panic,
    Kill,
    Delay(Duration),
    Full(Duration),
    DropReply,
    Abort,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Trigger {
    At(u64),
    Every(u64),
    Chance(f64),
}

impl<M> Fault<M> {
    fn new(action: FaultAction) -> Self {
        Fault { action, trigger: Trigger::At(1), on: None }
    }

    /// Makes the handler panic before it runs. This panic does not fail the test.
    pub fn panic() -> Self {
        Fault::new(FaultAction::Panic)
    }

    /// Kills the actor when it takes the message. The message is lost.
    pub fn kill() -> Self {
        Fault::new(FaultAction::Kill)
    }

    /// Delays the message by `duration`. Later messages wait.
    pub fn delay(duration: Duration) -> Self {
        Fault::new(FaultAction::Delay(duration))
    }

    /// Makes the mailbox full for `duration` from the moment at which the actor takes the message:
    /// `try_send` returns `Full`, and other sends wait.
    pub fn full(duration: Duration) -> Self {
        Fault::new(FaultAction::Full(duration))
    }

    /// Drops the reply of the message, which is still handled. The caller gets
    /// [`CallError::NoReply`](crate::CallError::NoReply).
    pub fn drop_reply() -> Self {
        Fault::new(FaultAction::DropReply)
    }

    /// Drops an `abort` handler at one of its awaits, chosen by the seed, as if its caller had
    /// left. A caller that still waits gets [`CallError::NoReply`](crate::CallError::NoReply).
    /// Other handlers are not affected.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// use actor_core::simulation::{Fault, Sim};
    /// use std::time::Duration;
    ///
    /// #[actor]
    /// struct Renderer;
    ///
    /// #[actor]
    /// impl Renderer {
    ///     #[message(abort)]
    ///     async fn render(&mut self) {
    ///         for _page in 0..100 {
    ///             actor_core::time::sleep(Duration::from_millis(1)).await;
    ///         }
    ///     }
    /// }
    ///
    /// let system = System::simulation(1);
    /// system.block_on(async {
    ///     let renderer = Renderer.spawn();
    ///     Sim::of(&System::current()).unwrap().fault(&renderer, Fault::abort());
    ///     assert_eq!(renderer.render().await, Err(CallError::NoReply));
    ///     assert_eq!(System::current().counters().aborted_handlers, 1);
    /// });
    /// ```
    pub fn abort() -> Self {
        Fault::new(FaultAction::Abort)
    }

    /// Triggers once, at the `number`th matching message (counted from 1).
    pub fn at(mut self, number: u64) -> Self {
        self.trigger = Trigger::At(number);
        self
    }

    /// Triggers at every `number`th matching message.
    ///
    /// # Panics
    /// If `number` is zero.
    #[track_caller]
    pub fn every(mut self, number: u64) -> Self {
        assert!(number > 0, "each message is `.every(1)`");
        self.trigger = Trigger::Every(number);
        self
    }

    /// Triggers at each message with this probability, from 0 to 1, based on the seed.
    pub fn chance(mut self, probability: f64) -> Self {
        self.trigger = Trigger::Chance(probability);
        self
    }

    /// Restricts the fault to messages for which `is_meant` returns `true`.
    pub fn on(mut self, is_meant: impl Fn(&M) -> bool + Send + 'static) -> Self {
        self.on = Some(Box::new(is_meant));
        self
    }
}

impl<M> fmt::Debug for Fault<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault")
            .field("action", &self.action)
            .field("trigger", &self.trigger)
            .finish()
    }
}

/// A fault registered for an actor, without the message type.
struct PlannedFault {
    action: FaultAction,
    trigger: Trigger,
    on: Option<Box<dyn Fn(&dyn Any) -> bool + Send>>,
    /// The number of messages counted so far.
    count: u64,
}

/// All faults of one actor.
type Faults = Vec<PlannedFault>;

impl PlannedFault {
    /// Returns whether the fault triggers at the message in this slot, an `Option` of the message.
    fn triggers(&mut self, message: &dyn Any, chance: impl FnOnce() -> f64) -> bool {
        if self.on.as_ref().is_some_and(|is_meant| !is_meant(message)) {
            return false;
        }
        self.count += 1;
        match self.trigger {
            Trigger::At(number) => self.count == number,
            Trigger::Every(number) => self.count.is_multiple_of(number),
            Trigger::Chance(probability) => chance() < probability,
        }
    }
}

/// A delayed message, and the time until which it is delayed.
struct DelayedMessage {
    message: Box<dyn ErasedMessage>,
    handling: CurrentMessage,
    until: Instant,
}

/// The outcome for a message with faults.
enum FaultOutcome {
    Handled,
    Panics,
    Killed,
    HeldUntil(Instant),
}

/// The outcome, and whether an `abort` handler is dropped at one of its awaits.
type Applied = (FaultOutcome, bool);

/// Applies the faults registered for `target` to `message`, which the actor of `mailbox` has taken, and traces
/// those that the outcome does not show. Returns the panic of a condition of a fault as the error.
fn outcome_of(
    mailbox: &Arc<dyn DynMailbox>,
    target: &Arc<dyn DynMailbox>,
    message: &mut dyn ErasedMessage,
    trace: &dyn Fn(&'static str),
) -> Result<Applied, Payload> {
    let (mut delay, mut aborts) = (Duration::ZERO, false);
    let header = target.header();
    for action in triggered(&header.system, header.number, message.as_any())? {
        match action {
            FaultAction::Panic => return Ok((FaultOutcome::Panics, false)),
            FaultAction::Kill => return Ok((FaultOutcome::Killed, false)),
            FaultAction::Abort => aborts = true,
            FaultAction::Delay(by) => delay = delay.max(by),
            FaultAction::Full(by) => {
                trace("has a full mailbox by a planted fault");
                fill(target, by);
            }
            FaultAction::DropReply => {
                if let Some(head) = message.info().reply {
                    trace("drops a reply by a planted fault");
                    head.lose();
                }
            }
        }
    }
    if delay.is_zero() {
        return Ok((FaultOutcome::Handled, aborts));
    }
    let until = saturating_add(mailbox.header().system.executor.now(), delay);
    wake_at(mailbox, until);
    Ok((FaultOutcome::HeldUntil(until), aborts))
}

/// Returns the actions of all faults that `message` triggers, or the panic of the condition of one.
fn triggered(
    system: &SystemShared,
    target: u64,
    message: &dyn Any,
) -> Result<Vec<FaultAction>, Payload> {
    let Some(sim_observer) = &system.sim_observer else { return Ok(Vec::new()) };
    let Some(faults) = sim_observer.take_plan(target) else { return Ok(Vec::new()) };
    // Not under the lock: the conditions are user code.
    let Ok(mut faults) = faults.downcast::<Faults>() else { return Ok(Vec::new()) };
    let triggered = panics::catch(|| {
        let triggers = |fault: &mut PlannedFault| fault.triggers(message, || system.chance());
        faults.iter_mut().filter_map(|fault| triggers(fault).then_some(fault.action)).collect()
    });
    // A condition may have planted further faults.
    let added = sim_observer.take_plan(target).and_then(|added| added.downcast::<Faults>().ok());
    faults.extend(added.into_iter().flat_map(|added| *added));
    sim_observer.put_plan(target, faults);
    triggered
}

fn delay(mailbox: &dyn DynMailbox, held: DelayedMessage) {
    let header = mailbox.header();
    header.system.observe(|simulation| simulation.put_held(header.number, Box::new(held)));
}

impl dyn ErasedLoop + '_ {
    /// Returns the mailbox of the actor for which faults are registered. For a member of a pool, it is
    /// the mailbox of the pool.
    fn target(&mut self) -> Arc<dyn DynMailbox> {
        match self.loop_state().shared() {
            Some((shared, _)) => shared.clone(),
            None => self.own(),
        }
    }

    /// Handles a message with its faults.
    pub(super) fn apply_faults(
        &mut self,
        message: &mut dyn ErasedMessage,
        mut handling: CurrentMessage,
    ) -> Option<NextStep> {
        let target = self.target();
        let trace = |action| self.trace(action);
        let (outcome, aborts) = match outcome_of(&self.own(), &target, message, &trace) {
            Ok(applied) => applied,
            Err(payload) => {
                self.trace("fails by the condition of a planted fault");
                self.drop_after_panic(message, payload);
                return None;
            }
        };
        if aborts {
            handling.handling = handling.handling.with_abort();
        }
        match outcome {
            FaultOutcome::Handled => {
                self.trace_input(handling.name);
                Some(NextStep::message(handling))
            }
            FaultOutcome::HeldUntil(until) => {
                self.trace("is delayed by a planted fault");
                delay(self.mailbox(), DelayedMessage { message: message.boxed(), handling, until });
                self.park(ParkReason::SystemOnly)
            }
            outcome => {
                if let FaultOutcome::Killed = outcome {
                    self.trace("is killed by a planted fault");
                }
                self.lose_message(&outcome, message.boxed(), handling);
                None
            }
        }
    }

    /// Returns the next step for a delayed message, or `None` if no message is delayed.
    #[allow(clippy::option_option, reason = "two questions: is there one, and what is next")]
    pub(super) fn next_delayed(
        &mut self,
        slot: &mut dyn ErasedMessage,
    ) -> Option<Option<NextStep>> {
        let header = self.mailbox().header();
        let held = header.system.sim_observer.as_ref()?.take_held(header.number)?;
        let mut held = held.downcast::<DelayedMessage>().ok()?;
        let flags = header.flags();
        if flags & KILL != 0 {
            self.lose_message(&FaultOutcome::Killed, held.message, held.handling);
            return Some(None);
        }
        if header.system.executor.now() < held.until && flags & (STOP_SELF | STOP_FOR_RESTART) == 0
        {
            self.trace_if_silent("is delayed by a planted fault");
            delay(self.mailbox(), *held);
            // First, because the following steps set the flag again.
            self.mailbox().defer_system_messages();
            return Some(self.park(ParkReason::SystemOnly));
        }
        self.mailbox().resume_system_messages();
        self.trace_input(held.handling.name);
        held.message.move_to(slot);
        Some(Some(NextStep::message(held.handling)))
    }

    /// Drops the message as part of a panic, or because its actor is killed.
    fn lose_message(
        &mut self,
        outcome: &FaultOutcome,
        mut message: Box<dyn ErasedMessage>,
        handling: CurrentMessage,
    ) {
        self.trace(match outcome {
            FaultOutcome::Panics => "panics by a planted fault",
            _ => "loses a message to a kill",
        });
        let broken = if let FaultOutcome::Panics = outcome {
            current::set_current_message(handling);
            let outcome = panics::catch(|| -> () {
                // Dropped during unwinding, as if the handler owned it.
                let _message = message;
                panic!("{FAULT}");
            });
            let Err(payload) = outcome else { return };
            HandlerError::Panicked(payload)
        } else {
            current::set_current_message(handling.killed());
            catch_and_report(self.mailbox(), handling.name, &mut || message.clear());
            HandlerError::Killed
        };
        if let Some(deferred) = self.loop_state().deferred() {
            deferred.state_may_have_changed();
        }
        // Like any turn of a simulation: the next message is a new choice.
        self.mailbox().header().end_turn();
        self.on_cold_outcome(Err(broken), handling);
    }
}

/// Makes the mailbox full for a duration.
fn fill(mailbox: &Arc<dyn DynMailbox>, by: Duration) {
    let header = mailbox.header();
    let until = saturating_add(header.system.executor.now(), by);
    header.system.observe(|simulation| simulation.fill(header.number, until));
    wake_at(mailbox, until);
}

/// Registers a fault for the actor of `mailbox`, which belongs to the simulation of `sim_observer`.
pub(crate) fn inject<A: Dispatch>(
    sim_observer: &SimObserver,
    mailbox: &Arc<dyn DynMailbox>,
    fault: Fault<A::Message>,
) {
    let header = mailbox.header();
    let faults = sim_observer.take_plan(header.number);
    let faults = faults.and_then(|faults| faults.downcast::<Faults>().ok());
    let mut faults = faults.unwrap_or_default();
    let Fault { action, trigger, on } = fault;
    let on = on.map(|is_meant| -> Box<dyn Fn(&dyn Any) -> bool + Send> {
        Box::new(move |slot| {
            let slot: Option<&Option<A::Message>> = slot.downcast_ref();
            slot.and_then(Option::as_ref).is_some_and(&is_meant)
        })
    });
    faults.push(PlannedFault { action, trigger, on, count: 0 });
    sim_observer.put_plan(header.number, faults);
}

/// Wakes the actor at time `at`.
fn wake_at(mailbox: &Arc<dyn DynMailbox>, at: Instant) {
    let wake_at = Arc::new(WakeAt(Arc::downgrade(mailbox)));
    let header = mailbox.header();
    let key = header.system.executor.timers().insert(at, Waker::from(wake_at), false);
    header.system.observe(|simulation| simulation.put_nudge(header.number, key));
}

struct WakeAt(Weak<dyn DynMailbox>);

impl Wake for WakeAt {
    fn wake(self: Arc<Self>) {
        if let Some(mailbox) = self.0.upgrade() {
            mailbox.notify(SystemMessage::Recheck);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FaultAction, PlannedFault, Trigger};

    /// Returns which of the messages 1 to 8, of which only the even ones match, get the fault. The
    /// chance is a tenth of the message.
    fn triggered(trigger: Trigger) -> Vec<u32> {
        let is_even = |message: &dyn std::any::Any| {
            message.downcast_ref::<u32>().is_some_and(|number| number.is_multiple_of(2))
        };
        let on = Some(Box::new(is_even) as Box<dyn Fn(&dyn std::any::Any) -> bool + Send>);
        let mut fault = PlannedFault { action: FaultAction::Panic, trigger, on, count: 0 };
        (1..=8)
            .filter(|number: &u32| fault.triggers(number, || f64::from(*number) / 10.0))
            .collect()
    }

    #[test]
    fn a_fault_counts_the_messages_that_match() {
        assert_eq!(triggered(Trigger::At(3)), [6]);
        assert_eq!(triggered(Trigger::Every(2)), [4, 8]);
        assert_eq!(triggered(Trigger::Chance(0.5)), [2, 4]);
    }
}
