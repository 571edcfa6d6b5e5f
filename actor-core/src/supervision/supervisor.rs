//! [`Supervisor`]: it takes children, is notified of the end of their lives, and decides whether another
//! life follows. `actor/restart` begins that life.

use super::child::{
    AddressedChild, Child, ChildInfo, ChildRecord, Children, PendingChild, Phase, StartIndex,
};
use super::restart_limits::{Backoff, Intensity, RestartWindow};
use crate::actor::dispatch::Dispatch;
use crate::actor::spawn::ActorBuilder;
use crate::address::addr::TypedAddr;
use crate::address::addr::WeakAddr;
use crate::cell::handle::DynMailbox;
use crate::cell::state::{Restart, RestartAuthority, RestartDecision, SystemMessage};
use crate::exit::{ActorId, Exit};
use crate::sync::Arc;
use crate::{Context, time};
use actor_macros::actor;
use std::fmt;
use std::time::Duration;

/// An actor that starts other actors and restarts them when they fail, according to its strategy.
///
/// A supervised child's address, names, mailbox and pending calls survive a restart; only the
/// message that failed is lost. A supervisor that exceeds its intensity fails itself, and its own
/// supervisor decides. A supervisor is an actor, so a tree is built by making one the child of
/// another.
///
/// A supervisor lives until it is stopped, killed, or fails, and so do its children: unlike another actor, it does
/// not stop when its last address is dropped. A shutdown of its system stops it.
///
/// The strategies, restart policies and the sliding window work as in Erlang/OTP.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::supervision::{Backoff, Child, Supervisor};
/// # use std::time::Duration;
/// # #[actor] struct Worker; #[actor] impl Worker {}
/// let supervisor = Supervisor::one_for_one()
///     .intensity(3, Duration::from_secs(10))
///     .backoff(Backoff::exponential(Duration::from_millis(50), Duration::from_secs(5)))
///     .child(Child::new("first", || Worker))
///     .child(Child::new("group", || Supervisor::one_for_all().child(Child::new("x", || Worker))))
///     .spawn();
/// # supervisor.stop();
/// ```
#[actor(unbounded, name = "supervisor", crate = crate)]
#[must_use = "a supervisor does nothing until it is spawned"]
pub struct Supervisor {
    strategy: Strategy,
    backoff: Option<Backoff>,
    /// Children that are not started yet, because they were added before the supervisor was
    /// spawned, or while others are restarted together.
    pending: Vec<Box<dyn PendingChild>>,
    children: Children,
    window: RestartWindow,
    /// The children that are being ended to be restarted together.
    group: Option<GroupRestart>,
    /// Set once the intensity was exceeded: the supervisor is about to fail.
    has_given_up: bool,
    /// Receives the reports of the children. Created with the first child.
    report_to: Option<Arc<ReportToSupervisor>>,
}

/// The restart strategy, which decides about the siblings of an ended child, as in OTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strategy {
    OneForOne,
    OneForAll,
    RestForOne,
}

/// A restart of several children. They end in reverse order and start in order.
#[derive(Clone, Copy)]
struct GroupRestart {
    /// The first child of the group, which contains all children after it too.
    first: StartIndex,
    /// The children after this one have ended.
    last: StartIndex,
    /// The child whose end caused the restart. It determines the pause.
    cause: ActorId,
}

impl fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervisor")
            .field("strategy", &self.strategy)
            .field("intensity", &self.window.intensity())
            .field("backoff", &self.backoff)
            .field("children", &(self.pending.len() + self.children.len()))
            .finish_non_exhaustive()
    }
}

impl Supervisor {
    /// Creates a supervisor that restarts only the child that has ended.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::supervision::{Child, Supervisor};
    /// #[actor]
    /// struct Fragile {
    ///     touched: u32,
    /// }
    ///
    /// #[actor]
    /// impl Fragile {
    ///     fn touch(&mut self) -> u32 {
    ///         self.touched += 1;
    ///         self.touched
    ///     }
    ///
    ///     fn drop_it(&self) {
    ///         panic!("broken");
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let supervisor = Supervisor::one_for_one().spawn();
    ///     let fragile = supervisor.start(Child::new("fragile", || Fragile { touched: 0 }));
    ///     assert_eq!(fragile.touch().await, Ok(1));
    ///     assert!(matches!(fragile.drop_it().await, Err(CallError::Panicked(_))));
    ///     assert_eq!(fragile.touch().await, Ok(1)); // a new life, at the same address
    ///     supervisor.stop();
    ///     assert_eq!(supervisor.join().await, Exit::Stopped);
    /// });
    /// ```
    pub fn one_for_one() -> Self {
        Supervisor::of(Strategy::OneForOne)
    }

    /// Creates a supervisor that restarts all its children when one of them has to be restarted.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::supervision::{Child, Supervisor};
    /// # #[actor] struct Worker; #[actor] impl Worker {}
    /// let supervisor = Supervisor::one_for_all()
    ///     .child(Child::new("reader", || Worker))
    ///     .child(Child::new("writer", || Worker))
    ///     .spawn();
    /// # supervisor.stop();
    /// ```
    pub fn one_for_all() -> Self {
        Supervisor::of(Strategy::OneForAll)
    }

    /// Creates a supervisor that restarts the child that has ended and all children started after
    /// it.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::supervision::{Child, Supervisor};
    /// # #[actor] struct Worker; #[actor] impl Worker {}
    /// let supervisor = Supervisor::rest_for_one()
    ///     .child(Child::new("connection", || Worker))
    ///     .child(Child::new("session", || Worker))
    ///     .spawn();
    /// # supervisor.stop();
    /// ```
    pub fn rest_for_one() -> Self {
        Supervisor::of(Strategy::RestForOne)
    }

    /// Adds a child, which is started with the supervisor, after the children added before it.
    pub fn child<A: Dispatch>(mut self, child: Child<A>) -> Self {
        self.pending.push(Box::new(child));
        self
    }

    /// Sets the number of restarts allowed in any `period`, a sliding window. One more restart
    /// fails the supervisor itself. The default is 5 in 60 seconds.
    pub fn intensity(mut self, restarts: usize, period: Duration) -> Self {
        self.window = RestartWindow::new(Intensity::new(restarts, period));
        self
    }

    /// Sets the pauses before restarts. By default there are none.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = Some(backoff);
        self
    }
}

impl SupervisorAddr {
    /// Starts `child` after the existing children, and returns its address immediately.
    ///
    /// The address stays valid over restarts. The child runs once the supervisor has taken it. If
    /// the supervisor has ended, the child has ended too, and never runs.
    pub fn start<A: Dispatch>(&self, child: Child<A>) -> A::Address {
        let settings = const { &A::SETTINGS };
        let system = self.mailbox().header().system.clone();
        let builder = ActorBuilder::<A>::new(Some(system), settings, child.capacity);
        let address = builder.address();
        // A supervisor that has ended drops the child, which ends it.
        let _ = self.adopt(Box::new(AddressedChild { child: Some((child, builder)) })).try_send();
        address
    }

    /// Ends the child with this address permanently: no policy restarts it.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::supervision::{Child, Supervisor};
    /// # #[actor] struct Worker; #[actor] impl Worker {}
    /// # System::current_thread().block_on(async {
    /// let supervisor = Supervisor::one_for_one().spawn();
    /// let worker = supervisor.start(Child::new("worker", || Worker));
    /// supervisor.stop_child(&worker);
    /// assert_eq!(worker.join().await, Exit::Stopped);
    /// # supervisor.stop();
    /// # });
    /// ```
    pub fn stop_child<A: TypedAddr>(&self, address: &A) {
        address.as_ref().stop();
    }
}

#[actor(crate = crate)]
impl Supervisor {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        if context.restarts() == 0 {
            // A supervisor lives until it is stopped, and gets the time that its children need.
            let mailbox = context.mailbox();
            mailbox.header.incr_strong();
            let mut locked = mailbox.lock();
            locked.cell.set_lives_until_stopped();
            if locked.cell.stop_limit().is_none() {
                locked.cell.set_stop_limit(Duration::MAX);
            }
        }
        self.start_pending(context);
    }

    fn adopt(&mut self, child: Box<dyn PendingChild>, context: &Context<Self>) {
        self.pending.push(child);
        if self.group.is_none() {
            self.start_pending(context);
        }
    }

    /// Returns the supervisor's children, in start order.
    pub fn children(&self) -> Vec<ChildInfo> {
        self.children.iter().map(ChildRecord::info).collect()
    }

    /// Handles the end of a child's life after which another may follow.
    fn life_ended(&mut self, id: ActorId, exit: Exit, context: &Context<Self>) {
        let Some(index) = self.children.index_of(id) else { return };
        let Some(child) = self.children.get_mut(id) else { return };
        let now = time::now();
        child.phase = Phase::Waiting;
        child.note_life_end(now, self.backoff);
        let child_mail = child.mailbox.clone();
        if self.group.is_some_and(|group| index >= group.first) {
            // The child ends because of another child, so its end does not count again.
            return self.go_on_with_group(context);
        }
        if self.has_given_up || !self.window.count_restart(now) {
            // The child ends with its own failure, regardless of the supervisor's decision. Its
            // siblings are stopped.
            child_mail.decide(RestartDecision::Stop);
            return self.give_up(exit, context);
        }
        match self.strategy {
            Strategy::OneForOne => self.start_later(id, context),
            Strategy::OneForAll | Strategy::RestForOne => {
                let all = self.strategy == Strategy::OneForAll;
                let first = if all { StartIndex::FIRST } else { index };
                self.group = Some(GroupRestart { first, last: StartIndex::LAST, cause: id });
                for (_, child) in self.children.between(first, StartIndex::LAST) {
                    // Children in their own backoff now wait for the group.
                    if child.phase == Phase::Waiting {
                        child.set_timer(None);
                    }
                }
                self.go_on_with_group(context);
            }
        }
    }

    /// Starts the next life of a child, or of its group. Called when the pause before a restart has
    /// elapsed.
    fn due(&mut self, id: ActorId, context: &Context<Self>) {
        if self.group.is_some_and(|group| group.cause == id) {
            return self.start_group(context);
        }
        if let Some(child) = self.children.get_mut(id) {
            child.order_next_life();
        }
    }

    /// Kills the life of a child that has not ended in time.
    fn overdue(&mut self, id: ActorId) {
        if let Some(child) = self.children.get_mut(id) {
            debug_assert_eq!(child.phase, Phase::Ending, "the end of the life drops the timer");
            child.mailbox.kill_life();
        }
    }

    /// Removes a child that has ended permanently.
    #[on_exit]
    fn ended(&mut self, id: ActorId, _exit: Exit, context: &Context<Self>) {
        if self.children.remove(id).is_some() {
            self.go_on_with_group(context);
        }
    }
}

impl Supervisor {
    fn of(strategy: Strategy) -> Self {
        Supervisor {
            strategy,
            backoff: None,
            pending: Vec::new(),
            children: Children::default(),
            window: RestartWindow::new(Intensity::DEFAULT),
            group: None,
            has_given_up: false,
            report_to: None,
        }
    }

    fn start_pending(&mut self, context: &Context<Self>) {
        for child in std::mem::take(&mut self.pending) {
            self.start(child, context);
        }
    }

    fn start(&mut self, child: Box<dyn PendingChild>, context: &Context<Self>) {
        let report_to = || Arc::new(ReportToSupervisor { supervisor: context.weak() });
        let authority = self.report_to.get_or_insert_with(report_to).clone();
        if let Some(child) = child.start(context, authority) {
            self.children.push(child);
        }
    }

    /// Fails the supervisor, because its intensity is exceeded.
    fn give_up(&mut self, cause: Exit, context: &Context<Self>) {
        if std::mem::replace(&mut self.has_given_up, true) {
            return;
        }
        let actor = context.mailbox().untyped();
        let failure = self.window.intensity().exceeded(actor.label(), context.id(), cause);
        actor.notify(SystemMessage::TaskPanicked(failure));
    }

    /// Returns the pause before the child's next life, or zero if the child no longer exists.
    fn delay(&mut self, id: ActorId, context: &Context<Self>) -> Duration {
        let chance = context.mailbox().header.system.chance();
        match (self.backoff, self.children.get_mut(id)) {
            (Some(backoff), Some(child)) => backoff.delay(child.attempts(), chance),
            _ => Duration::ZERO,
        }
    }

    fn start_later(&mut self, id: ActorId, context: &Context<Self>) {
        let delay = self.delay(id, context);
        let Some(child) = self.children.get_mut(id) else { return };
        if delay.is_zero() {
            return child.order_next_life();
        }
        child.set_timer(Some(context.after(delay, move |me| me.due(id))));
        child.mailbox.back_off();
    }

    /// Ends the next member of the group, or starts all members when the last one has ended.
    fn go_on_with_group(&mut self, context: &Context<Self>) {
        let Some(group) = &mut self.group else { return };
        let members = self.children.between(group.first, group.last);
        let next = members.rev().find(|(_, child)| child.phase != Phase::Waiting);
        let Some((index, next)) = next else { return self.start_group_later(context) };
        group.last = index;
        if next.phase == Phase::Running {
            next.phase = Phase::Ending;
            let id = next.id();
            let limit = next.shutdown();
            next.set_timer(limit.map(|limit| context.after(limit, move |me| me.overdue(id))));
            next.mailbox.end_life();
        }
    }

    /// Starts all members of the group after the pause, which begins when the last one has ended.
    fn start_group_later(&mut self, context: &Context<Self>) {
        let Some(GroupRestart { cause, first, .. }) = self.group else { return };
        if self.children.get_mut(cause).is_some_and(|cause| cause.has_timer()) {
            // The pause has already started. The end of a sibling in the meantime does not
            // extend it.
            return;
        }
        let delay = self.delay(cause, context);
        if delay.is_zero() {
            return self.start_group(context);
        }
        for (_, child) in self.children.between(first, StartIndex::LAST) {
            child.mailbox.back_off();
        }
        let timer = context.after(delay, move |me| me.due(cause));
        if let Some(cause) = self.children.get_mut(cause) {
            cause.set_timer(Some(timer));
        }
    }

    fn start_group(&mut self, context: &Context<Self>) {
        let Some(group) = self.group.take() else { return };
        for (_, child) in self.children.between(group.first, StartIndex::LAST) {
            if child.restart == Restart::Temporary {
                child.mailbox.decide(RestartDecision::Stop);
            } else {
                child.order_next_life();
            }
        }
        self.start_pending(context);
    }
}

/// Receives the reports of the children of a supervisor.
struct ReportToSupervisor {
    supervisor: WeakAddr<Supervisor>,
}

impl RestartAuthority for ReportToSupervisor {
    fn life_ended(&self, id: ActorId, exit: Exit) -> bool {
        let Some(supervisor) = self.supervisor.upgrade() else { return false };
        supervisor.life_ended(id, exit).try_send().is_ok()
    }
}
