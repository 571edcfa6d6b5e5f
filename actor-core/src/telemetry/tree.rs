//! The text of a snapshot: one line for each actor, below its parent. Every actor is found in one
//! lookup and no call is recursive, so that a tree of 100 000 actors may have any depth or width.

use super::snapshot::{ActorSnapshot, Snapshot};
use super::wait_kind::WaitKind;
use crate::exit::ActorId;
use std::collections::BTreeMap;
use std::fmt;

/// The deepest level with its own indentation. A deeper line shows the number of its level. With
/// indentation alone, the text of a chain of actors would grow with the square of its length.
const DEEPEST: usize = 32;

pub(super) struct Tree<'a> {
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
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
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

    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
