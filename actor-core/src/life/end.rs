//! The end of a life, step by step: 3 tasks, 4 children, 5 `#[on_stop]`, 6 the state, 7 and 8 the
//! exit. (1, the mailbox refuses, and 2, the queue is handled, belong to the driver.) A panic in one
//! step does not skip the next.

use super::driver::{Driver, Next, Stage};
use crate::actor::{Dispatch, Input};
use crate::cell::core::{END, LEAVE, Pace};
use crate::cell::current::{self, Handling};
use crate::cell::post::{AnyMail, Verbs, announce};
use crate::cell::seat::{Notice, Watcher};
use crate::exit::{ActorId, Exit};
use crate::incident::Incident;
use crate::life::restart::Oversight;
use crate::life::task;
use crate::sync::Arc;
use crate::time::Sleep;
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

/// How long a parent gives a child to stop, unless the child says otherwise.
const SHUTDOWN: Duration = Duration::from_secs(5);

/// The steps of the end that the loop goes through, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    /// Everything the life has made goes, children apart; its futures are waited for.
    Tasks,
    /// Children end, the last first.
    Children,
    /// `#[on_stop]` is due.
    Hook,
    /// `#[on_stop]` runs.
    HookRuns,
    /// The state is dropped.
    State,
    /// The overseer decides whether another life follows.
    Verdict,
}

impl<A: Dispatch> Driver<A> {
    /// Does one step of the end.
    #[cold]
    pub(super) fn end(&mut self, step: Ending, state: &mut Option<A>) -> Option<Next<A::Message>> {
        if self.heed_kill() && step <= Ending::Hook {
            self.note(Some(Exit::Killed));
        }
        if step != Ending::Verdict && self.mail().core.signals() & (LEAVE | END) != 0 {
            // It is ending already.
            self.mail().lower(LEAVE | END);
        }
        match step {
            Ending::Tasks => self.end_tasks(),
            Ending::Children => self.end_children(),
            Ending::Hook => {
                self.stage = Stage::Ending(Ending::State);
                let runs = A::HOOKS.stop && self.has_started && !self.killed && state.is_some();
                // It runs once.
                self.has_started = false;
                runs.then(|| {
                    self.stage = Stage::Ending(Ending::HookRuns);
                    self.witnessed("on_stop");
                    let exit = Box::new(self.exit_to_be());
                    Next::Run(Input::Stop(exit), Handling::new("on_stop", None))
                })
            }
            // The body tells `stop_hook_done` before it asks again.
            Ending::HookRuns | Ending::State => {
                let mail = self.mail().clone();
                let dropped = current::guarded(&*mail, "drop", || drop(state.take()));
                self.note(dropped.err().map(Exit::Failed));
                // What `#[on_stop]` may have made.
                self.end_holdings();
                self.life_is_over()
            }
            Ending::Verdict => self.await_verdict(),
        }
    }

    fn end_tasks(&mut self) -> Option<Next<A::Message>> {
        self.end_holdings();
        let mut lane = self.mail().lane();
        let tasks = lane.holdings.as_mut().map_or(0, |holdings| {
            holdings.awaits_tasks = true;
            holdings.tasks
        });
        drop(lane);
        if tasks == 0 {
            self.stage = Stage::Ending(Ending::Children);
            return None;
        }
        self.mail().postpone_notices();
        // Looked at once more: the last one may have gone before the notices were put aside.
        let lane = self.mail().lane();
        let gone = lane.holdings.as_ref().is_none_or(|holdings| holdings.tasks == 0);
        drop(lane);
        if gone { None } else { Some(self.rest(Pace::Deaf)) }
    }

    fn end_holdings(&self) {
        let mail = self.mail();
        let mut lane = mail.lane();
        let ended = lane.holdings.as_mut().map(|holdings| holdings.take_all_but_children());
        drop(lane);
        for holding in ended.into_iter().flatten() {
            mail.contain("drop", || holding.end(mail.core.id()));
        }
    }

    /// Ends the children one after another. The parent is not told of ends that it ordered.
    fn end_children(&mut self) -> Option<Next<A::Message>> {
        let mail = self.mail().clone();
        for notice in mail.take_notices() {
            match notice {
                Notice::Exited(key, ..) => {
                    let mut lane = mail.lane();
                    let child = lane.holdings.as_mut().and_then(|holdings| holdings.remove(key));
                    drop(lane);
                    drop(child);
                }
                Notice::Broken(failure) => self.note(Some(Exit::Failed(failure))),
                _ => {}
            }
        }
        let last = mail.lane().holdings.as_ref().and_then(|holdings| holdings.last_child());
        let Some((key, child)) = last else {
            if let Some(rare) = &mut self.rare {
                rare.child = None;
            }
            self.stage = Stage::Ending(Ending::Hook);
            return None;
        };
        if self.killed {
            child.kill_for_good();
        } else if self.rare().child.as_ref().is_none_or(|ending| ending.0 != key) {
            child.close();
            self.rare().child = Some((key, kill_later(&child)));
        }
        Some(self.rest(Pace::Deaf))
    }

    /// `#[on_stop]` has run.
    pub(super) fn stop_hook_done(&mut self, broken: Option<Exit>) {
        self.note(broken);
        // It may have made new things, which end as the others did.
        self.stage = Stage::Ending(Ending::Tasks);
    }

    pub(super) fn exit_to_be(&self) -> Exit {
        let lane = self.mail().lane();
        lane.seat.exit_to_be().cloned().unwrap_or(Exit::Stopped)
    }

    /// A step of the end went wrong: a normal end turns into that; after another failure the first
    /// stays the reason.
    fn note(&mut self, broken: Option<Exit>) {
        let Some(broken) = broken else { return };
        if self.exit_to_be().is_normal() {
            self.mail().lane().seat.set_exit_to_be(Some(broken));
        } else if let Exit::Failed(failure) = broken {
            self.mail().core.hub.report(Incident::Swallowed { failure });
        }
    }
}

/// Kills a child that has not stopped within its time.
fn kill_later(child: &Arc<dyn AnyMail>) -> async_task::Task<()> {
    let mut limit = SHUTDOWN;
    child.with(&mut |seat, _| {
        limit = seat.known().and_then(|records| records.shutdown).unwrap_or(SHUTDOWN);
    });
    let hub = child.core().hub.clone();
    let (sleep, child) = (Sleep::on(hub.host.clone(), limit), Arc::downgrade(child));
    let (runnable, task) = task::prepare(&hub, async move {
        sleep.await;
        if let Some(child) = child.upgrade() {
            child.kill();
        }
    });
    runnable.schedule();
    task
}

/// Steps 7 and 8: the exit is published, to joiners, monitors and links.
pub(crate) fn publish(mail: &dyn AnyMail, exit: Exit) {
    let (id, hub) = (mail.core().id(), &mail.core().hub);
    let mut names = Vec::new();
    mail.with(&mut |seat, _| {
        seat.closed = true;
        seat.nameless = true;
        names = seat.known().map_or_else(Vec::new, |records| records.names.clone());
    });
    // Whoever hears of the exit finds the names free. They stay in the records as labels.
    for name in &names {
        hub.names.free(name, id);
    }
    let (mut watchers, mut notices) = (Vec::new(), VecDeque::new());
    let (mut changed, mut is_observed) = (None, false);
    mail.with(&mut |seat, _| {
        seat.set_exit(&exit);
        if seat.known().is_none() {
            return;
        }
        let records = seat.records();
        watchers = std::mem::take(&mut records.watchers);
        notices = std::mem::take(&mut records.notices);
        changed = records.changed.clone();
        is_observed = !watchers.is_empty() || records.overseen.is_some();
    });
    drop(notices);
    is_observed |= announce(changed) > 0;
    if let Exit::Failed(failure) = &exit
        && !is_observed
    {
        hub.report(Incident::Unobserved { failure: failure.clone() });
    }
    tell(watchers, id, &exit);
    hub.leave(mail.core().key);
}

fn tell(watchers: Vec<Watcher>, id: ActorId, exit: &Exit) {
    let near = watchers.iter().filter(|other| other.link && other.key.is_some());
    let linked: BTreeSet<ActorId> = near.map(|other| other.id).collect();
    for watcher in watchers {
        if watcher.key.is_none() && linked.contains(&watcher.id) {
            // Linked from both sides: the near half tells it.
            continue;
        }
        let Some(who) = watcher.who.upgrade() else { continue };
        who.notify(match watcher.key {
            Some(key) => Notice::Exited(key, id, exit.clone()),
            None => Notice::Unlinked(id, exit.clone()),
        });
    }
}
