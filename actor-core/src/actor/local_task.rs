//! Cells of `local` actors: the body stays in a table of its thread, and only its key travels.
//!
//! Once its system has ended, a cell may come to run or to be dropped on another thread. The actor then
//! ends there, without its state, and the body waits for its own thread: it is dropped when that thread
//! next enters or leaves a current-thread system, spawns a local actor, or ends.

use super::actor_task::{Body, Progress, rest};
use super::shutdown::publish;
use crate::actor::restart::Oversight;
use crate::cell::current;
use crate::cell::handle::AnyMail;
use crate::cell::resources::Holding;
use crate::cell::restart::Overseer;
use crate::cell::state::Cell;
use crate::executor::{self, RunTask};
use crate::exit::Exit;
use crate::sync::{Arc, Mutex};
use slab::Slab;
use std::cell::RefCell;
use std::pin::Pin;

thread_local! {
    static BODIES: RefCell<Bodies> = const { RefCell::new(Bodies { places: Slab::new(), home: None }) };
}

/// The bodies of one thread.
struct Bodies {
    /// `None` while one runs.
    places: Slab<Option<Pin<Box<dyn Body>>>>,
    /// Made with the first body.
    home: Option<Arc<Home>>,
}

/// The thread of a body, as other threads see it.
#[derive(Default)]
struct Home {
    /// The keys of bodies that it is to drop.
    abandoned: Mutex<Vec<usize>>,
}

struct LocalCell {
    mail: Arc<dyn AnyMail>,
    key: usize,
    home: Arc<Home>,
}

/// What a cell finds in the table of the thread that it runs on.
enum Found {
    Body(Pin<Box<dyn Body>>),
    /// The body has gone.
    Nothing,
    /// The body belongs to another thread.
    Elsewhere,
}

/// Makes the cell of a local actor.
///
/// # Panics
/// Unless this is inside `block_on` of the actor's own system, which runs on this thread only.
#[track_caller]
pub(crate) fn cell(mail: Arc<dyn AnyMail>, body: Pin<Box<dyn Body>>) -> Cell {
    let hub = &mail.core().hub;
    assert!(
        hub.is_local && hub.executor.is_executor_thread() && executor::is_inside(),
        "`{}` is a local actor: spawn it inside `block_on` of a current-thread system",
        mail.core().settings.name
    );
    drop_abandoned();
    executor::ending::at_each_drive(drop_abandoned);
    let (key, home) = BODIES.with_borrow_mut(|bodies| {
        let key = bodies.places.insert(Some(body));
        (key, bodies.home.get_or_insert_default().clone())
    });
    Box::pin(LocalCell { mail, key, home })
}

/// Drops the bodies of this thread whose actors have ended on another one.
fn drop_abandoned() {
    loop {
        // In a statement of its own: the body is dropped without the borrow and without the lock.
        let gone = BODIES.try_with(|bodies| {
            let bodies = &mut *bodies.borrow_mut();
            let key = bodies.home.as_ref()?.abandoned.lock().pop()?;
            Some(bodies.places.try_remove(key))
        });
        let Ok(Some(mut body)) = gone else { return };
        let _ = current::catch_each(&mut || body = None);
    }
}

impl Bodies {
    fn take(&mut self, cell: &LocalCell) -> Found {
        if !self.is_home_of(cell) {
            return Found::Elsewhere;
        }
        self.places.get_mut(cell.key).and_then(Option::take).map_or(Found::Nothing, Found::Body)
    }

    fn is_home_of(&self, cell: &LocalCell) -> bool {
        self.home.as_ref().is_some_and(|home| Arc::ptr_eq(home, &cell.home))
    }
}

impl Drop for Bodies {
    /// The thread ends: no panic of a state may get out of this.
    fn drop(&mut self) {
        for mut body in self.places.drain() {
            let _ = current::catch_each(&mut || body = None);
        }
    }
}

impl RunTask for LocalCell {
    fn run(self: Pin<Box<Self>>) {
        let mut mail = self.mail.clone();
        mail.core().begin_turn();
        let mut me = self;
        loop {
            let key = me.key;
            let found = BODIES.try_with(|bodies| bodies.borrow_mut().take(&me));
            let mut body = match found.unwrap_or(Found::Elsewhere) {
                Found::Body(body) => body,
                Found::Nothing => return,
                Found::Elsewhere => {
                    // The body is handed to its thread first: an observer of the end may then make that
                    // thread drop it.
                    drop(me);
                    return end_elsewhere(&*mail);
                }
            };
            let entered = current::enter(mail);
            let mut wait = None;
            let progress = body.as_mut().turn(&mut wait);
            mail = entered.leave();
            if let Progress::Over = progress {
                return;
            }
            BODIES.with_borrow_mut(|bodies| {
                if let Some(place) = bodies.places.get_mut(key) {
                    *place = Some(body);
                }
            });
            match rest(&*mail, wait.as_ref(), me, |me| me) {
                Some(again) => me = again,
                None => return,
            }
        }
    }

    fn number(&self) -> u64 {
        self.mail.core().number
    }
}

impl Drop for LocalCell {
    fn drop(&mut self) {
        let here = BODIES.try_with(|bodies| {
            let bodies = &mut *bodies.borrow_mut();
            bodies.is_home_of(self).then(|| bodies.places.try_remove(self.key))
        });
        match here {
            Ok(Some(body)) => drop(body),
            // If that thread has ended, its table has been dropped.
            _ => self.home.abandoned.lock().push(self.key),
        }
    }
}

/// Ends the actor on a thread that has not its state: its system has ended, and is not being driven.
fn end_elsewhere(mail: &dyn AnyMail) {
    mail.close();
    mail.discard_queued();
    let (mut held, mut exit, mut overseer) = (Vec::new(), Exit::Killed, None::<Arc<dyn Overseer>>);
    mail.with(&mut |seat, _| {
        if let Some(holdings) = &mut seat.holdings {
            held = holdings.take_all();
        }
        if let Some(failed) = seat.exit_to_be().filter(|exit| !exit.is_normal()) {
            exit = failed.clone();
        }
        let overseen = seat.known().and_then(|records| records.overseen.as_ref());
        overseer = overseen.map(|overseen| overseen.overseer.clone());
    });
    for holding in held {
        match holding {
            Holding::Child(child) => child.kill_for_good(),
            other => other.end(mail, "drop"),
        }
    }
    publish(mail, exit);
    if let Some(overseer) = overseer {
        overseer.ended(mail.core().id());
    }
}
