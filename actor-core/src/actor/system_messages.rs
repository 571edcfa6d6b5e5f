//! How the loop handles system messages: ticks, stream items, exits of other actors. Each in its
//! turn; cancelled resources are no longer in the table and are skipped.

use super::callback::Made;
use super::erased::{ErasedLoop, ErasedStep};
use super::erased_message::ErasedMessage;
use super::run_loop::NextStep;
use crate::actor::dispatch::{Hook, Input};
use crate::cell::current::{self, Handling};
use crate::cell::handle::contain;
use crate::cell::resources::Holding;
use crate::cell::state::{Key, Notice};
use crate::exit::{ActorId, Exit, Failure, FailureKind};
use crate::incident::Incident;
use std::any::Any;

impl dyn ErasedLoop + '_ {
    /// Handles one system message in its turn; with `concurrent`, handlers are running. A message for
    /// the actor itself is left in `slot`.
    pub(super) fn handle_system_message(
        &mut self,
        notice: Notice,
        slot: &mut dyn ErasedMessage,
        actor: &dyn Any,
        concurrent: bool,
    ) -> ErasedStep {
        let next = match notice {
            Notice::Due(key) => self.due(key, slot.as_any()),
            Notice::Exited(key, id, exit) => self.exited(key, id, exit, slot.as_any()),
            Notice::Unlinked(id, exit) => self.unlinked(id, exit),
            Notice::Broken(failure) => {
                self.finish(Exit::Failed(failure));
                None
            }
            Notice::Look => None,
        };
        if slot.is_there() { self.dispatch_made(slot, actor, concurrent) } else { next }
    }

    /// A timer, a stream or a piped future has an item.
    fn due(&mut self, key: Key, slot: &mut dyn Any) -> ErasedStep {
        let mut found = None;
        self.mail().with(&mut |seat, _| {
            // A cancelled resource is not in the table: its pending tick is skipped.
            let holdings = seat.holdings.as_mut();
            found = match holdings.and_then(|holdings| holdings.get(key)) {
                Some(Holding::Timer { clock, make }) => {
                    Some((make.take(), "timer", Some(clock.clone())))
                }
                Some(Holding::Source { make, .. }) => Some((make.take(), "stream", None)),
                _ => None,
            };
        });
        let (make, what, clock) = found?;
        let mut make = make?;
        let made = self.ask(what, &mut |me| make(me, slot));
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
        // It is put back, unless it was cancelled in the meantime or fires only once.
        let mut gone = Some(make);
        let (mut at_end, mut ended) = (None, None);
        self.mail().with(&mut |seat, _| {
            let holdings = seat.holdings.get_or_insert_default();
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
            if once {
                ended = holdings.remove(key);
            }
        });
        contain(self.mail(), what, &mut || drop((ended.take(), gone.take())));
        let made = match at_end {
            Some(mut at_end) if made.is_ok() => self.ask(what, &mut |me| at_end(me, slot)),
            _ => made,
        };
        self.made(made, what)
    }

    /// A watched actor has ended.
    fn exited(&mut self, key: Key, id: ActorId, exit: Exit, slot: &mut dyn Any) -> ErasedStep {
        let mut holding = None;
        self.mail().with(&mut |seat, _| {
            holding = seat.holdings.as_mut().and_then(|holdings| holdings.remove(key));
        });
        match holding? {
            Holding::Monitor { make, .. } => {
                let mut asked = Some((make, exit));
                let made = self.ask("monitor", &mut |me| match asked.take() {
                    Some((make, exit)) => make(me, exit, slot),
                    None => Made::Nothing,
                });
                self.made(made, "monitor")
            }
            Holding::Link { .. } => self.unlinked(id, exit),
            Holding::Child(child) => {
                if self.hooks().exit {
                    return self.told(id, exit);
                }
                if let Exit::Failed(failure) = exit {
                    child.core().hub.report(Incident::UnobservedFailure { failure });
                }
                None
            }
            Holding::Timer { .. } | Holding::Source { .. } | Holding::Task(_) => None,
        }
    }

    fn told(&mut self, id: ActorId, exit: Exit) -> ErasedStep {
        self.trace_input("on_exit");
        let input = Input::Hook(Hook::Exited(Box::new((id, exit))));
        Some(NextStep::Run(input, Handling::new("on_exit", None)))
    }

    /// A linked actor has ended: run the hook, or fail too.
    fn unlinked(&mut self, id: ActorId, exit: Exit) -> ErasedStep {
        if self.hooks().exit {
            return self.told(id, exit);
        }
        if !exit.is_normal() {
            // The cause is passed on unchanged: a chain of links does not create a chain of causes.
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

    /// Calls one of the callbacks that create messages.
    fn ask(
        &self,
        what: &'static str,
        make: &mut dyn FnMut(&dyn Any) -> Made,
    ) -> Result<Made, Failure> {
        let mut made = Ok(Made::Nothing);
        self.with_address(&mut |me| made = current::guarded(self.mail(), what, || make(me)));
        made
    }

    fn made(&mut self, made: Result<Made, Failure>, what: &'static str) -> ErasedStep {
        match made {
            Ok(Made::Elsewhere(sending)) => {
                let (runnable, task) =
                    crate::system::task::prepare(&self.mail().core().hub, sending);
                task.detach();
                runnable.schedule();
            }
            Ok(Made::Own | Made::Nothing) => {}
            Err(failure) => {
                debug_assert_eq!(failure.handler(), what);
                self.finish(Exit::Failed(failure));
            }
        }
        None
    }
}
