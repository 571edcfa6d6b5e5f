//! What a supervisor does: takes children, hears of the end of their lives, starts them again.

use super::backoff::Backoff;
use super::child::{Child, Newborn};
use super::children::{Children, Place};
use super::supervised::{Phase, Supervised};
use super::{ChildInfo, Strategy};
use crate::cell::post::Verbs;
use crate::cell::seat::Notice;
use crate::exit::{ActorId, Exit, Failure, FailureKind, FailureParts};
use crate::life::dispatch::Dispatch;
use crate::life::restart::{Overseer, Oversight, Restart, Verdict};
use crate::sync::Arc;
use crate::talk::weak::WeakAddr;
use crate::{Context, time};
use actor_macros::actor;
use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

/// An actor that starts others and, by its strategy, starts them again when they fail.
///
/// A supervised child's address, names, mailbox and pending calls survive the restart; only the
/// message that failed is lost. Beyond its intensity a supervisor fails itself, and its own
/// supervisor decides. A supervisor is an actor: trees are made by giving one as a child of another.
///
/// The strategies, kinds of restart and the sliding window are those of Erlang/OTP.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::{Backoff, Child, Supervisor};
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
    intensity: (usize, Duration),
    backoff: Option<Backoff>,
    /// Children that are not taken yet: they were given before it was spawned, or while others are
    /// started again together.
    given: Vec<Box<dyn Newborn>>,
    children: Children,
    /// When there was a restart, as far back as the window goes.
    restarts: VecDeque<Instant>,
    /// Which children are being ended to be started again together.
    group: Option<Group>,
    /// Set once there were too many restarts: it is about to fail.
    has_given_up: bool,
    /// Where its children report; made with the first.
    desk: Option<Arc<Desk>>,
}

/// A restart of several children: they end from the last to the first and start in order.
#[derive(Clone, Copy)]
struct Group {
    /// Concerned are the child here and all behind it.
    first: Place,
    /// Those behind this one have ended.
    last: Place,
    /// The child whose end began it, which sets the waiting time.
    cause: ActorId,
}

/// A child on its way to the supervisor.
pub(super) struct Given(Box<dyn Newborn>);

impl Given {
    pub(super) fn new(child: impl Newborn + 'static) -> Self {
        Given(Box::new(child))
    }
}

impl fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervisor")
            .field("strategy", &self.strategy)
            .field("intensity", &self.intensity)
            .field("backoff", &self.backoff)
            .field("children", &(self.given.len() + self.children.len()))
            .finish_non_exhaustive()
    }
}

#[actor(crate = crate)]
impl Supervisor {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        if context.restarts() == 0 {
            // A supervisor lives until it is stopped, and is given the time that its children need.
            let mail = context.mail();
            mail.core.keep();
            mail.lane().seat.records().shutdown.get_or_insert(Duration::MAX);
        }
        self.take_given(context);
    }

    pub(super) fn adopt(&mut self, child: Given, context: &Context<Self>) {
        self.given.push(child.0);
        if self.group.is_none() {
            self.take_given(context);
        }
    }

    /// Its children, in the order in which they were started.
    pub fn children(&self) -> Vec<ChildInfo> {
        self.children.iter().map(Supervised::info).collect()
    }

    /// The life of a child is over, and another may follow.
    fn life_ended(&mut self, id: ActorId, exit: Exit, context: &Context<Self>) {
        let Some(place) = self.children.place(id) else { return };
        let Some(child) = self.children.get(id) else { return };
        let now = time::now();
        let was_ordered = child.phase == Phase::Ending;
        child.phase = Phase::Waiting;
        child.look_back(now, self.backoff);
        let child_mail = child.mail.clone();
        if was_ordered || self.group.is_some_and(|group| place >= group.first) {
            // It ends for the sake of another: not counted again.
            return self.go_on_with_group(context);
        }
        if self.has_given_up || !self.count_restart(now) {
            // It ends by its own failure, whatever the supervisor makes of it; its siblings are stopped.
            child_mail.decide(Verdict::Over);
            return self.give_up(exit, context);
        }
        match self.strategy {
            Strategy::OneForOne => self.start_later(id, context),
            Strategy::OneForAll | Strategy::RestForOne => {
                let all = self.strategy == Strategy::OneForAll;
                let first = if all { Place::FIRST } else { place };
                self.group = Some(Group { first, last: Place::LAST, cause: id });
                for (_, child) in self.children.between(first, Place::LAST) {
                    // Those that wait by themselves wait for the group from now on.
                    if child.phase == Phase::Waiting {
                        child.set_timer(None);
                    }
                }
                self.go_on_with_group(context);
            }
        }
    }

    /// The time before a restart is over.
    fn due(&mut self, id: ActorId, context: &Context<Self>) {
        if self.group.is_some_and(|group| group.cause == id) {
            return self.start_group(context);
        }
        if let Some(child) = self.children.get(id) {
            child.start_again();
        }
    }

    /// A child has not ended its life in time.
    fn overdue(&mut self, id: ActorId) {
        if let Some(child) = self.children.get(id)
            && child.phase == Phase::Ending
        {
            child.mail.kill_life();
        }
    }

    /// A child has ended for good.
    #[on_exit]
    fn ended(&mut self, id: ActorId, _exit: Exit, context: &Context<Self>) {
        if self.children.remove(id).is_none() {
            return;
        }
        if let Some(group) = self.group
            && self.children.between(group.first, Place::LAST).next().is_none()
        {
            self.group = None;
        }
        if self.group.is_none() {
            self.take_given(context);
        }
        self.go_on_with_group(context);
    }
}

impl Supervisor {
    pub(super) fn of(strategy: Strategy) -> Self {
        Supervisor {
            strategy,
            intensity: (5, Duration::from_secs(60)),
            backoff: None,
            given: Vec::new(),
            children: Children::default(),
            restarts: VecDeque::new(),
            group: None,
            has_given_up: false,
            desk: None,
        }
    }

    pub(super) fn push<A: Dispatch>(&mut self, child: Child<A>) {
        self.given.push(Box::new(child));
    }

    pub(super) fn set_intensity(&mut self, restarts: usize, period: Duration) {
        self.intensity = (restarts, period);
    }

    pub(super) fn set_backoff(&mut self, backoff: Backoff) {
        self.backoff = Some(backoff);
    }

    fn take_given(&mut self, context: &Context<Self>) {
        for child in std::mem::take(&mut self.given) {
            self.take(child, context);
        }
    }

    fn take(&mut self, child: Box<dyn Newborn>, context: &Context<Self>) {
        let desk = || Arc::new(Desk { supervisor: context.weak() });
        let overseer = self.desk.get_or_insert_with(desk).clone();
        if let Some(child) = child.adopt(context, overseer) {
            self.children.push(child);
        }
    }

    /// Counts one more restart in the sliding window; false if that is one too many.
    fn count_restart(&mut self, now: Instant) -> bool {
        let (most, period) = self.intensity;
        if most == usize::MAX {
            // Nothing is ever too many, so nothing is noted.
            return true;
        }
        // They are in order, the oldest first.
        while self.restarts.front().is_some_and(|first| now.duration_since(*first) >= period) {
            self.restarts.pop_front();
        }
        self.restarts.push_back(now);
        self.restarts.len() <= most
    }

    /// Too many restarts: the supervisor fails itself.
    fn give_up(&mut self, cause: Exit, context: &Context<Self>) {
        if std::mem::replace(&mut self.has_given_up, true) {
            return;
        }
        let (most, period) = self.intensity;
        let failure = Failure::new(FailureParts {
            kind: FailureKind::Intensity,
            actor: context.mail().label(),
            id: context.id(),
            handler: "",
            message: format!("more than {most} restarts in {period:?}"),
            location: None,
            cause: Some(cause),
        });
        context.mail().notify(Notice::Broken(failure));
    }

    /// How long the child has to wait before its next life, if it still is one.
    fn delay(&mut self, id: ActorId, context: &Context<Self>) -> Duration {
        let chance = context.mail().core.hub.chance();
        match (self.backoff, self.children.get(id)) {
            (Some(backoff), Some(child)) => backoff.delay(child.attempts(), chance),
            _ => Duration::ZERO,
        }
    }

    fn start_later(&mut self, id: ActorId, context: &Context<Self>) {
        let delay = self.delay(id, context);
        let Some(child) = self.children.get(id) else { return };
        if delay.is_zero() {
            return child.start_again();
        }
        child.set_timer(Some(context.after(delay, move |me| me.due(id))));
        child.mail.back_off();
    }

    /// Ends the next member of the group, or starts them all when the last has ended.
    fn go_on_with_group(&mut self, context: &Context<Self>) {
        let Some(group) = &mut self.group else { return };
        let members = self.children.between(group.first, group.last);
        let Some((place, next)) = members.rev().find(|(_, child)| child.phase != Phase::Waiting)
        else {
            let (cause, first) = (group.cause, group.first);
            let delay = self.delay(cause, context);
            if delay.is_zero() {
                return self.start_group(context);
            }
            for (_, child) in self.children.between(first, Place::LAST) {
                child.mail.back_off();
            }
            let timer = context.after(delay, move |me| me.due(cause));
            if let Some(cause) = self.children.get(cause) {
                cause.set_timer(Some(timer));
            }
            return;
        };
        group.last = place;
        if next.phase == Phase::Running {
            next.phase = Phase::Ending;
            let id = next.id();
            let limit = next.shutdown();
            next.set_timer(limit.map(|limit| context.after(limit, move |me| me.overdue(id))));
            next.mail.end_life();
        }
    }

    fn start_group(&mut self, context: &Context<Self>) {
        let Some(group) = self.group.take() else { return };
        for (_, child) in self.children.between(group.first, Place::LAST) {
            if child.restart == Restart::Temporary {
                child.mail.decide(Verdict::Over);
            } else {
                child.start_again();
            }
        }
        self.take_given(context);
    }
}

/// Where the children of a supervisor report.
struct Desk {
    supervisor: WeakAddr<Supervisor>,
}

impl Overseer for Desk {
    fn life_ended(&self, id: ActorId, exit: Exit) -> bool {
        let Some(supervisor) = self.supervisor.upgrade() else { return false };
        supervisor.life_ended(id, exit).try_send().is_ok()
    }
}
