//! The state of a running system: its actors as a tree, and which actor waits for which.
//!
//! [`System::snapshot`](crate::System::snapshot) returns a [`Snapshot`]. It stops no actor, prints as a
//! tree, and can be serialized with the feature `serde`.
//!
//! ```
//! use actor_core::prelude::*;
//! use actor_core::snapshot::ActorState;
//!
//! #[actor]
//! struct Shop;
//!
//! #[actor]
//! impl Shop {}
//!
//! System::current_thread().block_on(async {
//!     let shop = Shop.prepare().name("shop").spawn();
//!     shop.started().await.unwrap();
//!     let snapshot = System::current().snapshot();
//!     assert_eq!(snapshot.actor(shop.id()).unwrap().state, ActorState::Running);
//!     println!("{snapshot}");
//! });
//! ```

// Takes the lock of one actor at a time, and stops none of them.

use crate::cell::deadlock::edge::WaitGoal;
use crate::cell::handle::DynMailbox;
use crate::cell::system_shared::SystemShared;
use crate::exit::ActorId;
use crate::sync::Arc;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

/// The state of a system: see [`System::snapshot`](crate::System::snapshot).
///
/// The actors are inspected one after another while all of them keep running, so two actors may be
/// seen at slightly different moments. In a simulation, a snapshot is exact.
///
/// A snapshot prints as a tree. With the feature `serde`, it can be serialized.
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Shop; #[actor] impl Shop { fn sell(&self) {} }
/// # System::current_thread().block_on(async {
/// let shop = Shop.prepare().name("shop").capacity(8).spawn();
/// shop.sell().await.unwrap();
/// shop.sell().send().await.unwrap();
///
/// let snapshot = System::current().snapshot();
/// assert_eq!(snapshot.actor(shop.id()).unwrap().depth, 1);
/// assert_eq!(snapshot.to_string(), "shop (Shop#1): 1 of 8 waits, on its way\n");
/// assert!(snapshot.cycles().is_empty());
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Snapshot {
    /// All actors, from the oldest to the youngest.
    pub actors: Vec<ActorSnapshot>,
}

/// The state of one actor: see [`Snapshot`].
///
/// ```
/// # use actor_core::prelude::*;
/// # #[actor] struct Shop; #[actor] impl Shop { fn sell(&self) {} }
/// # System::current_thread().block_on(async {
/// let shop = Shop.spawn();
/// shop.started().await.unwrap();
/// let actors = System::current().snapshot().actors;
/// assert_eq!(actors[0].state, actor_core::snapshot::ActorState::Running);
/// assert_eq!(actors[0].to_string(), "shop#1: idle");
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ActorSnapshot {
    /// The actor's id.
    pub id: ActorId,
    /// Its label in logs, exits and cycles.
    pub label: String,
    /// The name of its type.
    pub actor: &'static str,
    /// The names under which it is registered.
    pub names: Vec<String>,
    /// Its parent, supervisor or pool.
    pub parent: Option<ActorId>,
    /// The actors linked to it, which are notified of its exit.
    pub links: Vec<ActorId>,
    /// The stage of its lifecycle.
    pub state: ActorState,
    /// The number of restarts.
    pub restarts: u32,
    /// The number of queued messages.
    pub depth: usize,
    /// The capacity of its mailbox; `None` if it is unbounded.
    pub capacity: Option<usize>,
    /// The number of messages deferred by its guards.
    pub deferred: u32,
    /// Its current activity.
    pub activity: Activity,
    /// The actor that its handler waits for; the last one, if it waits for several.
    pub waits_for: Option<ActorId>,
    /// The event that it waits for.
    pub wait_kind: Option<WaitKind>,
}

/// The stage of an actor's lifecycle: see [`ActorSnapshot`].
///
/// ```
/// assert_eq!(actor_core::snapshot::ActorState::Stopping.to_string(), "stopping");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum ActorState {
    /// The actor has not finished its start.
    Starting,
    /// The actor handles messages.
    Running,
    /// The mailbox is closed, and the actor handles the remaining messages.
    Stopping,
    /// The actor has just ended.
    Ended,
}

/// The activity of an actor: see [`ActorSnapshot`].
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::snapshot::Activity;
/// # #[actor] struct Idler; #[actor] impl Idler { async fn nap(&self) { std::future::pending().await } }
/// # System::current_thread().block_on(async {
/// let idler = Idler.spawn();
/// let mut nap = Box::pin(idler.nap());
/// futures_lite::future::poll_once(&mut nap).await;
/// while idler.len() > 0 {
///     actor_core::time::sleep(std::time::Duration::from_millis(1)).await;
/// }
/// let actors = System::current().snapshot().actors;
/// assert!(matches!(actors[0].activity, Activity::Waiting { handler: "nap", .. }));
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Activity {
    /// The actor waits for messages.
    Idle,
    /// The actor is running on a thread, or is scheduled.
    Running {
        /// The handler that resumed after an await, and its duration so far. A handler that has not
        /// awaited yet is not named.
        handler: Option<(&'static str, Duration)>,
    },
    /// The handler is waiting.
    Waiting {
        /// The name of the message or hook.
        handler: &'static str,
        /// Its duration so far, from about its first await: a worker does not read the clock for each handler.
        age: Duration,
    },
}

impl Snapshot {
    /// Returns the state of the actor `id`, if it exists.
    pub fn actor(&self, id: ActorId) -> Option<&ActorSnapshot> {
        self.actors.iter().find(|actor| actor.id == id)
    }

    /// Returns the cycles of actors of this system that wait for each other. Each cycle is listed
    /// once, starting from its oldest actor.
    ///
    /// With [deadlock detection](crate::SystemBuilder::deadlock_detection), no cycle lasts, except
    /// for waits that the detection ignores.
    pub fn cycles(&self) -> Vec<Vec<ActorId>> {
        let waits: BTreeMap<_, _> =
            self.actors.iter().filter_map(|actor| Some((actor.id, actor.waits_for?))).collect();
        let (mut cycles, mut seen) = (Vec::new(), BTreeSet::new());
        for start in waits.keys() {
            let mut path = Vec::new();
            let mut next = Some(*start);
            while let Some(id) = next.filter(|id| seen.insert(*id)) {
                path.push(id);
                next = waits.get(&id).copied();
            }
            let first = next.and_then(|id| path.iter().position(|other| *other == id));
            cycles.extend(first.map(|first| path.split_off(first)));
        }
        cycles
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Tree::of(self).write(f)
    }
}

impl fmt::Display for ActorSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)?;
        let number = format!("#{}", self.id);
        if !self.label.ends_with(&number) {
            write!(f, " ({}{number})", self.actor)?;
        }
        f.write_str(": ")?;
        if self.state != ActorState::Running {
            write!(f, "{}, ", self.state)?;
        }
        if self.restarts > 0 {
            write!(f, "restarted {} times, ", self.restarts)?;
        }
        if self.depth > 0 {
            let verb = if self.depth == 1 { "waits" } else { "wait" };
            match self.capacity {
                Some(capacity) => write!(f, "{} of {capacity} {verb}, ", self.depth)?,
                None => write!(f, "{} {verb}, ", self.depth)?,
            }
        }
        if self.deferred > 0 {
            write!(f, "{} deferred, ", self.deferred)?;
        }
        self.activity.fmt(f)
    }
}

impl fmt::Display for ActorState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ActorState::Starting => "starting",
            ActorState::Running => "running",
            ActorState::Stopping => "stopping",
            ActorState::Ended => "ended",
        })
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Activity::Idle => f.write_str("idle"),
            Activity::Running { handler: None } => f.write_str("on its way"),
            Activity::Running { handler: Some((handler, age)) } => {
                write!(f, "goes on with `{handler}` after {age:.1?}")
            }
            Activity::Waiting { handler, age } => write!(f, "in `{handler}` for {age:.1?}"),
        }
    }
}

impl crate::System {
    /// Returns the state of the system: every actor, its parent, its activity and the actor it
    /// waits for. See [`Snapshot`].
    pub fn snapshot(&self) -> Snapshot {
        snapshot_of(self.shared())
    }
}

/// Inspects all actors of a system.
fn snapshot_of(system: &Arc<SystemShared>) -> Snapshot {
    let mailboxes = system.actors();
    let mut actors: Vec<_> = mailboxes.iter().map(|mailbox| inspect(&**mailbox)).collect();
    // A pool has no task of its own; its members do the work.
    let is_member = mailboxes.iter().map(|mailbox| mailbox.header().is_member());
    let members = actors.iter().zip(is_member).filter(|(_, is_member)| *is_member);
    let pools: BTreeSet<_> = members.filter_map(|(member, _)| member.parent).collect();
    for pool in actors.iter_mut().filter(|actor| pools.contains(&actor.id)) {
        pool.activity = Activity::Idle;
    }
    actors.sort_by_key(|actor| actor.id);
    Snapshot { actors }
}

fn inspect(mailbox: &dyn DynMailbox) -> ActorSnapshot {
    let header = mailbox.header();
    let now = header.system.executor.now();
    let mut seen = ActorSnapshot {
        id: header.id(),
        label: mailbox.label(),
        actor: header.settings.name,
        names: Vec::new(),
        parent: None,
        links: Vec::new(),
        state: ActorState::Running,
        restarts: 0,
        depth: mailbox.len(),
        capacity: (header.capacity != u32::MAX).then_some(header.capacity as usize),
        deferred: header.deferred(),
        activity: Activity::Idle,
        waits_for: None,
        wait_kind: None,
    };
    let locked = mailbox.lock();
    let cell = &locked.cell;
    seen.state = match () {
        () if cell.exit().is_some() => ActorState::Ended,
        () if cell.is_closed() => ActorState::Stopping,
        () if !cell.has_started() => ActorState::Starting,
        () => ActorState::Running,
    };
    let wait = cell.waits_for();
    seen.waits_for = wait.map(|(target, _)| target);
    seen.wait_kind = wait.map(|(_, goal)| WaitKind::of(goal));
    let current_handler = cell.current_handler().filter(|_| !header.never_pended());
    let current_handler =
        current_handler.map(|work| (work.handler, now.saturating_duration_since(work.since)));
    seen.activity = match (cell.is_parked(), current_handler) {
        (false, handler) => Activity::Running { handler },
        (true, Some((handler, age))) if cell.has_pending_handler() => {
            Activity::Waiting { handler, age }
        }
        (true, _) => Activity::Idle,
    };
    seen.names = cell.names().iter().map(|name| name.as_ref().to_owned()).collect();
    seen.parent = cell.parent();
    seen.restarts = cell.restarts();
    seen.links = cell.watchers().map_or_else(Vec::new, |watchers| watchers.linked());
    seen
}

/// The kind of event that a handler waits for: see
/// [`ActorSnapshot::wait_kind`](crate::snapshot::ActorSnapshot::wait_kind).
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::snapshot::WaitKind;
/// #[actor]
/// struct Closer {
///     shop: ShopAddr,
/// }
///
/// #[actor]
/// impl Closer {
///     async fn see_it_closed(&self) {
///         self.shop.join().await;
///     }
/// }
/// # #[actor] struct Shop; #[actor] impl Shop {}
/// # System::current_thread().block_on(async {
/// let shop = Shop.prepare().name("shop").spawn();
/// let closer = Closer { shop: shop.clone() }.spawn();
/// closer.see_it_closed().send().await.unwrap();
/// let snapshot = loop {
///     let snapshot = System::current().snapshot();
///     if snapshot.actor(closer.id()).unwrap().waits_for.is_some() {
///         break snapshot;
///     }
///     actor_core::future::yield_now().await;
/// };
/// let seen = snapshot.actor(closer.id()).unwrap();
/// assert_eq!((seen.waits_for, seen.wait_kind), (Some(shop.id()), Some(WaitKind::Join)));
/// assert!(snapshot.to_string().contains("waits for shop (join)"));
/// # shop.stop();
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum WaitKind {
    /// The reply to a call.
    Call,
    /// Capacity in the actor's mailbox.
    Room,
    /// The actor's exit, in [`join`](crate::Addr::join).
    Join,
    /// The actor's start, in [`started`](crate::Addr::started).
    Started,
    /// The actor's exit, in [`stop_within`](crate::Addr::stop_within).
    StopWithin,
    /// Capacity in the buffer of the actor's subscription, in [`publish`](crate::topic::Topic::publish).
    Publish,
    /// The next item of a streaming reply.
    Item,
    /// Capacity in the buffer of a streaming reply, in [`Replies::send`](crate::streaming::Replies::send). The actor
    /// is the reader.
    ItemRoom,
}

impl WaitKind {
    fn of(goal: WaitGoal) -> Self {
        match goal {
            WaitGoal::Reply | WaitGoal::AnyReply => WaitKind::Call,
            WaitGoal::Capacity(_) => WaitKind::Room,
            WaitGoal::Exit => WaitKind::Join,
            WaitGoal::Start => WaitKind::Started,
            WaitGoal::ExitOrKill => WaitKind::StopWithin,
            WaitGoal::Publication => WaitKind::Publish,
            WaitGoal::Item => WaitKind::Item,
            WaitGoal::ItemRoom => WaitKind::ItemRoom,
        }
    }
}

impl fmt::Display for WaitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WaitKind::Call => "call",
            WaitKind::Room => "room",
            WaitKind::Join => "join",
            WaitKind::Started => "started",
            WaitKind::StopWithin => "stop_within",
            WaitKind::Publish => "publish",
            WaitKind::Item => "next item",
            WaitKind::ItemRoom => "room for an item",
        })
    }
}

/// The deepest level with its own indentation. A deeper line shows the number of its level. With
/// indentation alone, the text of a chain of actors would grow with the square of its length.
const DEEPEST: usize = 32;

struct Tree<'a> {
    snapshot: &'a Snapshot,
    by_id: BTreeMap<ActorId, &'a ActorSnapshot>,
    /// The children of each actor, in the order of the snapshot.
    children: BTreeMap<ActorId, Vec<&'a ActorSnapshot>>,
    top: Vec<&'a ActorSnapshot>,
}

/// One line that is still to be written.
struct Line<'a> {
    actor: &'a ActorSnapshot,
    /// The level of the actor: 0 without a parent.
    level: usize,
    is_last: bool,
}

impl<'a> Tree<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let by_id: BTreeMap<_, _> = snapshot.actors.iter().map(|actor| (actor.id, actor)).collect();
        let (mut children, mut top) = (BTreeMap::<_, Vec<_>>::new(), Vec::new());
        for actor in &snapshot.actors {
            match actor.parent.filter(|parent| by_id.contains_key(parent)) {
                Some(parent) => children.entry(parent).or_default().push(actor),
                // An actor whose parent has ended is listed at the top level.
                None => top.push(actor),
            }
        }
        Tree { snapshot, by_id, children, top }
    }

    fn label(&self, id: ActorId) -> String {
        // The actor belongs to another system or has ended, so only its number is known.
        self.by_id.get(&id).map_or_else(|| format!("#{id}"), |actor| actor.label.clone())
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The next line is at the end.
        let mut lines = Vec::new();
        push(&mut lines, &self.top, 0);
        let mut indent: Vec<&str> = Vec::new();
        while let Some(Line { actor, level, is_last }) = lines.pop() {
            indent.truncate(level.saturating_sub(1));
            indent.iter().take(DEEPEST).try_for_each(|part| f.write_str(part))?;
            if level > DEEPEST {
                write!(f, "level {level}: ")?;
            } else if level > 0 {
                f.write_str(if is_last { "└─ " } else { "├─ " })?;
            }
            if level > 0 {
                indent.push(if is_last { "   " } else { "│  " });
            }
            self.write_actor(f, actor)?;
            if let Some(children) = self.children.get(&actor.id) {
                push(&mut lines, children, level + 1);
            }
        }
        for cycle in self.snapshot.cycles() {
            let labels = cycle.iter().chain(cycle.first()).map(|id| self.label(*id));
            writeln!(f, "in a cycle: {}", labels.collect::<Vec<_>>().join(" > "))?;
        }
        Ok(())
    }

    fn write_actor(&self, f: &mut fmt::Formatter<'_>, actor: &ActorSnapshot) -> fmt::Result {
        write!(f, "{actor}")?;
        if let Some(id) = actor.waits_for {
            write!(f, ", waits for {}", self.label(id))?;
            if let Some(kind) = actor.wait_kind.filter(|kind| *kind != WaitKind::Call) {
                write!(f, " ({kind})")?;
            }
        }
        if !actor.links.is_empty() {
            let links: Vec<_> = actor.links.iter().map(|id| self.label(*id)).collect();
            write!(f, ", linked to {}", links.join(" and "))?;
        }
        writeln!(f)
    }
}

fn push<'a>(lines: &mut Vec<Line<'a>>, actors: &[&'a ActorSnapshot], level: usize) {
    let last = actors.len().saturating_sub(1);
    for (place, actor) in actors.iter().enumerate().rev() {
        lines.push(Line { actor, level, is_last: place == last });
    }
}
