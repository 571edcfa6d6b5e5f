//! Monitors and links of a process, and the notifications they cause.

use super::buffer::RefusedMessage;
use super::inbox::Inbox;
use crate::actor::callback::CallbackResult;
use crate::actor::context::watch::{Link, Monitor};
use crate::address::any::Watchable;
use crate::cell::handle::DynMailbox;
use crate::cell::resources::Resource;
use crate::cell::state::SystemMessage;
use crate::exit::{ActorId, Exit};
use std::any::Any;

/// The exit of an actor that a process monitors or is linked to.
///
/// ```
/// # use actor_core::Exit;
/// # use actor_core::process::{ExitNotice, Inbox, spawn_process};
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
/// # watcher.keep_alive();
/// assert_eq!(watcher.result().await, Ok(Some(Exit::Stopped)));
/// # });
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExitNotice {
    /// The actor that ended.
    pub id: ActorId,
    /// Its exit.
    pub exit: Exit,
}

impl<M: Send + 'static> Inbox<M> {
    /// Delivers a message when `target` exits, immediately if it already has.
    ///
    /// The message arrives after every message that `target` sent to this process. If a weak target
    /// is no longer known, the exit is [`Exit::NoActor`].
    pub fn monitor(&mut self, target: &impl Watchable) -> Monitor
    where
        M: From<ExitNotice>,
    {
        let (id, _) = target.target();
        let make = move |_: &dyn Any, exit, place: &mut dyn Any| {
            let Some(place) = place.downcast_mut() else { return CallbackResult::None };
            *place = Some(M::from(ExitNotice { id, exit }));
            CallbackResult::Own
        };
        self.context.monitor_with(target, Box::new(make))
    }

    /// Links the process and `target`: each is notified of the other's exit.
    ///
    /// After this call, this life gets a message for every exit of a linked actor, including actors
    /// that linked themselves to it. Without this call, the life fails when one of them ends
    /// abnormally, as in Erlang.
    ///
    /// ```
    /// # use actor_core::Exit;
    /// # use actor_core::process::{ExitNotice, Inbox, spawn_process};
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
    pub fn link(&mut self, target: &impl Watchable) -> Link
    where
        M: From<ExitNotice>,
    {
        self.on_exit = Some(M::from);
        self.context.link(target)
    }

    /// Turns a system message into a message of the process, or ends this life.
    pub(super) fn handle_notice(&mut self, notice: SystemMessage) {
        let message = match notice {
            SystemMessage::WatchedExited(key, id, exit) => {
                let mut locked = self.mailbox().lock();
                // A cancelled resource is no longer in the table.
                let resource =
                    locked.cell.resources.as_mut().and_then(|resources| resources.remove(key));
                drop(locked);
                match resource {
                    Some(Resource::Monitor { callback: make, .. }) => {
                        let mut made: Option<M> = None;
                        make(&(), exit, &mut made);
                        made
                    }
                    Some(Resource::Link { .. }) => self.linked_exited(id, exit),
                    _ => None,
                }
            }
            SystemMessage::LinkedExited(id, exit) => self.linked_exited(id, exit),
            // A process creates no timers, streams or tasks through a context.
            SystemMessage::ResourceReady(_)
            | SystemMessage::TaskPanicked(_)
            | SystemMessage::Recheck => None,
        };
        self.buffer.refused.extend(message.map(RefusedMessage::FromNotice));
    }

    /// Handles the exit of an actor linked to the process.
    fn linked_exited(&mut self, id: ActorId, exit: Exit) -> Option<M> {
        if let Some(make) = self.on_exit {
            return Some(make(ExitNotice { id, exit }));
        }
        if !exit.is_normal() {
            // The run loop applies the effect of a link.
            self.mailbox().put_system_message_first(SystemMessage::LinkedExited(id, exit));
            self.loop_link.fail();
        }
        None
    }
}
