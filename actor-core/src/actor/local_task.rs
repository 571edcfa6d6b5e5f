//! Tasks of `local` actors. The run loop stays in a table of its thread, and only its key is
//! scheduled, as a [`LocalTask`].
//!
//! After its system has ended, a scheduled task may run or be dropped on another thread. The actor
//! then ends there without its state. The run loop is dropped on its own thread, when that thread
//! next enters or leaves a current-thread system, spawns a local actor, or ends.

use super::actor_task::{LoopTask, TurnEnd, park};
use super::shutdown::publish_exit;
use crate::cell::current;
use crate::cell::handle::DynMailbox;
use crate::cell::resources::Resource;
use crate::cell::state::CellTask;
use crate::executor::{self, RunTask};
use crate::exit::Exit;
use crate::sync::{Arc, Mutex};
use slab::Slab;
use std::cell::RefCell;
use std::pin::Pin;

thread_local! {
    static LOCAL_TASKS: RefCell<LocalTasks> = const { RefCell::new(LocalTasks { slots: Slab::new(), home: None }) };
}

/// The tasks of one thread.
struct LocalTasks {
    /// `None` while the task runs.
    slots: Slab<Option<Pin<Box<dyn LoopTask>>>>,
    /// Created with the first task.
    home: Option<Arc<HomeThread>>,
}

/// The thread of a task, as other threads see it.
#[derive(Default)]
struct HomeThread {
    /// The keys of the tasks that the thread has to drop.
    abandoned: Mutex<Vec<usize>>,
}

/// The key of a run loop in the table of its thread. This is the part that the executor runs.
struct LocalTask {
    mailbox: Arc<dyn DynMailbox>,
    key: usize,
    home: Arc<HomeThread>,
}

/// The state of a task in the table of the thread that it runs on.
enum TaskLookup {
    Task(Pin<Box<dyn LoopTask>>),
    /// The task no longer exists.
    Nothing,
    /// The task belongs to another thread.
    Elsewhere,
}

/// Creates the task of a local actor.
///
/// # Panics
/// If the current thread is not inside `block_on` of the actor's own system, unless that system is
/// the one of a browser.
#[track_caller]
pub(crate) fn new_task(mailbox: Arc<dyn DynMailbox>, task: Pin<Box<dyn LoopTask>>) -> CellTask {
    let system = &mailbox.header().system;
    assert!(
        system.is_local
            && system.executor.is_executor_thread()
            && (executor::is_inside() || system.executor.is_only_driver()),
        "`{}` is a local actor: spawn it inside `block_on` of a current-thread system",
        mailbox.header().settings.name
    );
    drop_abandoned();
    executor::thread_owned::on_drive(drop_abandoned);
    let (key, home) = LOCAL_TASKS.with_borrow_mut(|tasks| {
        let key = tasks.slots.insert(Some(task));
        (key, tasks.home.get_or_insert_default().clone())
    });
    Box::pin(LocalTask { mailbox, key, home })
}

/// Drops the tasks of this thread whose actors have ended on another one.
fn drop_abandoned() {
    loop {
        // A statement of its own, so that the tasks are dropped without the borrow and without the
        // lock.
        let gone = LOCAL_TASKS.try_with(|tasks| {
            let tasks = &mut *tasks.borrow_mut();
            let key = tasks.home.as_ref()?.abandoned.lock().pop()?;
            Some(tasks.slots.try_remove(key))
        });
        let Ok(Some(mut task)) = gone else { return };
        let _ = current::catch_dyn(&mut || task = None);
    }
}

impl LocalTasks {
    fn take(&mut self, task: &LocalTask) -> TaskLookup {
        if !self.is_home_of(task) {
            return TaskLookup::Elsewhere;
        }
        self.slots
            .get_mut(task.key)
            .and_then(Option::take)
            .map_or(TaskLookup::Nothing, TaskLookup::Task)
    }

    fn is_home_of(&self, task: &LocalTask) -> bool {
        self.home.as_ref().is_some_and(|home| Arc::ptr_eq(home, &task.home))
    }
}

impl Drop for LocalTasks {
    /// Drops the tasks when the thread ends. A panic of a state does not leave this function.
    fn drop(&mut self) {
        for mut task in self.slots.drain() {
            let _ = current::catch_dyn(&mut || task = None);
        }
    }
}

impl RunTask for LocalTask {
    fn run(self: Pin<Box<Self>>) {
        let mut mailbox = self.mailbox.clone();
        mailbox.header().begin_turn();
        let mut me = self;
        loop {
            let key = me.key;
            let found = LOCAL_TASKS.try_with(|tasks| tasks.borrow_mut().take(&me));
            let mut task = match found.unwrap_or(TaskLookup::Elsewhere) {
                TaskLookup::Task(task) => task,
                TaskLookup::Nothing => return,
                TaskLookup::Elsewhere => {
                    // The task is handed to its thread first: an observer of the end may then make that
                    // thread drop it.
                    drop(me);
                    return end_elsewhere(&*mailbox);
                }
            };
            let entered = current::enter(mailbox);
            let mut wait = None;
            let progress = task.as_mut().turn(&mut wait);
            mailbox = entered.leave();
            if let TurnEnd::Done = progress {
                return;
            }
            LOCAL_TASKS.with_borrow_mut(|tasks| {
                if let Some(slot) = tasks.slots.get_mut(key) {
                    *slot = Some(task);
                }
            });
            match park(&*mailbox, wait.as_ref(), me, |me| me) {
                Some(again) => me = again,
                None => return,
            }
        }
    }

    fn number(self: Pin<&mut Self>) -> u64 {
        self.mailbox.header().number
    }
}

impl Drop for LocalTask {
    fn drop(&mut self) {
        let here = LOCAL_TASKS.try_with(|tasks| {
            let tasks = &mut *tasks.borrow_mut();
            tasks.is_home_of(self).then(|| tasks.slots.try_remove(self.key))
        });
        match here {
            Ok(Some(task)) => drop(task),
            // If that thread has ended, its table has been dropped.
            _ => self.home.abandoned.lock().push(self.key),
        }
    }
}

/// Ends the actor on a thread that does not have its state, because the system of the actor has
/// ended and no thread runs it.
fn end_elsewhere(mailbox: &dyn DynMailbox) {
    mailbox.close();
    mailbox.discard_queued();
    let mut locked = mailbox.lock();
    let cell = &mut locked.cell;
    let held =
        cell.existing_resources_mut().map(|resources| resources.take_all()).unwrap_or_default();
    // No child is added after these.
    cell.release_names();
    let failed = cell.pending_exit().filter(|exit| !exit.is_normal());
    let exit = failed.cloned().unwrap_or(Exit::Killed);
    let authority = cell.supervision().map(|supervision| supervision.authority.clone());
    drop(locked);
    for resource in held {
        match resource {
            Resource::Child(child) => child.kill_permanently(),
            other => other.end(mailbox, "drop"),
        }
    }
    publish_exit(mailbox, exit);
    if let Some(authority) = authority {
        authority.ended(mailbox.header().id());
    }
}

#[cfg(test)]
mod tests;
