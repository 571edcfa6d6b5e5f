//! What the loop makes of system traffic: ticks, items of streams, exits of others. Each at its turn
//! in the order; what was cancelled is no longer held and is skipped.

use super::driver::{Driver, Next};
use super::holding::Holding;
use super::made::Made;
use crate::actor::{Dispatch, Input};
use crate::cell::current::{self, Handling};
use crate::cell::seat::{Key, Notice};
use crate::exit::{ActorId, Exit, Failure, FailureKind};
use crate::incident::Incident;
use crate::life::task;

impl<A: Dispatch> Driver<A> {
    /// Handles one notice at its turn; `BESIDE` others that run.
    pub(super) fn heed_notice<const BESIDE: bool>(
        &mut self,
        notice: Notice,
        actor: &A,
    ) -> Option<Next<A::Message>> {
        match notice {
            Notice::Due(key) => self.due::<BESIDE>(key, actor),
            Notice::Exited(key, id, exit) => self.exited::<BESIDE>(key, id, exit, actor),
            Notice::Unlinked(id, exit) => self.unlinked(id, exit),
            Notice::Broken(failure) => {
                self.finish(Exit::Failed(failure));
                None
            }
            Notice::Look => None,
        }
    }

    /// A timer, a stream or a piped future has something.
    fn due<const BESIDE: bool>(&mut self, key: Key, actor: &A) -> Option<Next<A::Message>> {
        let mail = self.mail().clone();
        let mut lane = mail.lane();
        // What was cancelled is not there: what had fired is skipped.
        let (make, what, clock) = match lane.holdings.as_mut()?.get(key)? {
            Holding::Timer { clock, make } => (make.take(), "timer", Some(clock.clone())),
            Holding::Source { make, .. } => (make.take(), "stream", None),
            _ => return None,
        };
        drop(lane);
        let mut make = make?;
        let me = self.context().address();
        let made = current::guarded(&*mail, what, || make(&me));
        let is_over = matches!(made, Ok(Made::Nothing) | Err(_));
        let made = match (made, clock) {
            (Ok(Made::Elsewhere(sending)), Some(clock)) => {
                Ok(Made::Elsewhere(clock.taken_after(sending)))
            }
            (made, clock) => {
                if let Some(clock) = clock {
                    clock.taken();
                }
                made
            }
        };
        // It goes back, unless it was cancelled meanwhile or was for once only.
        let mut gone = Some(make);
        let mut at_end = None;
        let mut lane = mail.lane();
        let holdings = lane.holdings.get_or_insert_default();
        let once = match holdings.get(key) {
            Some(Holding::Timer { clock, make }) => {
                std::mem::swap(make, &mut gone);
                !clock.is_periodic()
            }
            Some(Holding::Source { make, once, at_end: end, .. }) => {
                std::mem::swap(make, &mut gone);
                if is_over {
                    at_end = end.take();
                }
                *once || is_over
            }
            _ => false,
        };
        let ended = once.then(|| holdings.remove(key));
        drop(lane);
        mail.contain(what, || drop((ended, gone)));
        let made = match at_end {
            Some(mut at_end) if made.is_ok() => current::guarded(&*mail, what, || at_end(&me)),
            _ => made,
        };
        self.made::<BESIDE>(made, what, actor)
    }

    /// Whom this life watches has ended.
    fn exited<const BESIDE: bool>(
        &mut self,
        key: Key,
        id: ActorId,
        exit: Exit,
        actor: &A,
    ) -> Option<Next<A::Message>> {
        let mail = self.mail().clone();
        let mut lane = mail.lane();
        let holding = lane.holdings.as_mut()?.remove(key)?;
        drop(lane);
        match holding {
            Holding::Monitor { make, .. } => {
                let me = self.context().address();
                let made = current::guarded(&*mail, "monitor", || make(&me, exit));
                self.made::<BESIDE>(made, "monitor", actor)
            }
            Holding::Link { .. } => self.unlinked(id, exit),
            Holding::Child(child) => {
                if A::HOOKS.exit {
                    return self.told(id, exit);
                }
                if let Exit::Failed(failure) = exit {
                    child.core().hub.report(Incident::Unobserved { failure });
                }
                None
            }
            Holding::Timer { .. } | Holding::Source { .. } | Holding::Task(_) => None,
        }
    }

    fn told(&mut self, id: ActorId, exit: Exit) -> Option<Next<A::Message>> {
        self.witnessed("on_exit");
        let input = Input::Exited(Box::new((id, exit)));
        Some(Next::Run(input, Handling::new("on_exit", None)))
    }

    /// A linked actor has ended: be told, or fail too.
    fn unlinked(&mut self, id: ActorId, exit: Exit) -> Option<Next<A::Message>> {
        if A::HOOKS.exit {
            return self.told(id, exit);
        }
        if !exit.is_normal() {
            // The reason goes on as it is: a chain of links does not make a chain of causes.
            let cause = match &exit {
                Exit::Failed(failure) => failure.cause().unwrap_or(&exit),
                _ => &exit,
            };
            let message = format!("linked actor #{id} {cause}");
            let cause = Some(cause.clone());
            let failure = self.failure(FailureKind::Linked, "", message, cause);
            self.finish(Exit::Failed(failure));
        }
        None
    }

    fn made<const BESIDE: bool>(
        &mut self,
        made: Result<Made<A>, Failure>,
        what: &'static str,
        actor: &A,
    ) -> Option<Next<A::Message>> {
        match made {
            Ok(Made::Own(message)) => return self.offer_made::<BESIDE>(message, actor),
            Ok(Made::Elsewhere(sending)) => {
                let (runnable, task) = task::prepare(&self.mail().core.hub, sending);
                task.detach();
                runnable.schedule();
            }
            Ok(Made::Nothing) => {}
            Err(failure) => {
                debug_assert_eq!(failure.handler(), what);
                self.finish(Exit::Failed(failure));
            }
        }
        None
    }
}
