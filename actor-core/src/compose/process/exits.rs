//! What an inbox makes of the ends of others: monitors, links, and the notices they bring.

use super::hand::Kept;
use super::inbox::Inbox;
use crate::cell::holding::Holding;
use crate::cell::seat::Notice;
use crate::exit::{ActorId, Exit};
use crate::life::made::Made;
use crate::life::watch::{Link, Monitor};
use crate::talk::any::Target;
use std::any::Any;

/// That an actor has ended which a process monitors or is linked to.
///
/// ```
/// # use actor_core::{Exit, ExitNotice, Inbox, spawn_process};
/// struct Ended(ExitNotice);
///
/// impl From<ExitNotice> for Ended {
///     fn from(notice: ExitNotice) -> Self {
///         Ended(notice)
///     }
/// }
///
/// # actor_core::System::current_thread().block_on(async {
/// let worker = spawn_process(|_: Inbox<()>| async {});
/// let watcher = spawn_process(|mut inbox: Inbox<Ended>| async move {
///     inbox.monitor(&worker);
///     inbox.receive().await.map(|Ended(notice)| notice.exit)
/// });
/// # watcher.keep();
/// assert_eq!(watcher.result().await, Ok(Some(Exit::Stopped)));
/// # });
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExitNotice {
    /// Who has ended.
    pub id: ActorId,
    /// How.
    pub exit: Exit,
}

impl<M: Send + 'static> Inbox<M> {
    /// Has a message come when `target` ends; at once if it has ended already.
    ///
    /// It comes after everything that the dead one had sent here. If nothing is known of a weak
    /// target any more, its exit is [`Exit::NoActor`].
    pub fn monitor(&mut self, target: &impl Target) -> Monitor
    where
        M: From<ExitNotice>,
    {
        let (id, _) = target.target();
        let make = move |_: &dyn Any, exit, place: &mut dyn Any| {
            let Some(place) = place.downcast_mut() else { return Made::Nothing };
            *place = Some(M::from(ExitNotice { id, exit }));
            Made::Own
        };
        self.context.monitor_with(target, Box::new(make))
    }

    /// Links the process and `target`: each is told of the other's end, however it ends.
    ///
    /// From now on this life is told by a message of the end of everybody linked to it, those who have
    /// linked themselves included. Without, it fails when one of those ends abnormally, as in Erlang.
    ///
    /// ```
    /// # use actor_core::{Exit, ExitNotice, Inbox, spawn_process};
    /// # actor_core::System::current_thread().block_on(async {
    /// let engine = spawn_process(|mut inbox: Inbox<()>| async move { inbox.receive().await });
    /// let kept = engine.clone();
    /// let car = spawn_process(|mut inbox: Inbox<ExitNotice>| async move {
    ///     inbox.link(&engine);
    ///     inbox.receive().await.map(|notice| notice.exit)
    /// });
    /// car.started().await.unwrap();
    /// kept.kill();
    /// assert_eq!(car.result().await, Ok(Some(Exit::Killed)));
    /// # });
    /// ```
    pub fn link(&mut self, target: &impl Target) -> Link
    where
        M: From<ExitNotice>,
    {
        self.told = Some(M::from);
        self.context.link(target)
    }

    /// A notice is at its turn: it becomes a message, or the end of this life.
    pub(super) fn hear(&mut self, notice: Notice) {
        let message = match notice {
            Notice::Exited(key, id, exit) => {
                let mut lane = self.mail().lane();
                // What was cancelled is not there.
                let holding = lane.seat.holdings.as_mut().and_then(|holdings| holdings.remove(key));
                drop(lane);
                match holding {
                    Some(Holding::Monitor { make, .. }) => {
                        let mut made: Option<M> = None;
                        make(&(), exit, &mut made);
                        made
                    }
                    Some(Holding::Link { .. }) => self.tell(id, exit),
                    _ => None,
                }
            }
            Notice::Unlinked(id, exit) => self.tell(id, exit),
            // A process makes no timers, streams and tasks through a context.
            Notice::Due(_) | Notice::Broken(_) | Notice::Look => None,
        };
        self.hand.kept.extend(message.map(Kept::Told));
    }

    /// One who is linked to the process has ended.
    fn tell(&mut self, id: ActorId, exit: Exit) -> Option<M> {
        if let Some(told) = self.told {
            return Some(told(ExitNotice { id, exit }));
        }
        if !exit.is_normal() {
            // The driver knows what a link does to a life.
            self.mail().put_first(Notice::Unlinked(id, exit));
            self.tie.fail();
        }
        None
    }
}
