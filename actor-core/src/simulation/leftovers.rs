//! The leftovers of a test, with the references that keep them alive.

use super::Sim;
use crate::cell::handle::DynMailbox;

/// Returns whether any actor has started to end but has not ended yet. An actor without references
/// counts too, because it ends with its handler.
pub(super) fn is_any_ending(sim: &Sim) -> bool {
    sim.actors().iter().any(|actor| {
        let locked = actor.lock();
        let ends = locked.cell.pending_exit().is_some() || !actor.header().is_referenced();
        locked.cell.exit().is_none() && (locked.cell.closed || ends)
    })
}

/// Returns all leftovers, one line each.
pub(super) fn of(sim: &Sim) -> Vec<String> {
    let actors = sim.actors();
    let mut lines: Vec<String> = actors.iter().map(|actor| line(&**actor)).collect();
    let tasks = sim.executor().pending_tasks();
    // The resources of live actors end with them, and are listed with them.
    if actors.is_empty() {
        lines.extend(tasks.iter().map(|task| format!("{} has not finished", sim.task_name(*task))));
    }
    let (next, count) = sim.executor().pending_timers();
    if lines.is_empty()
        && let Some(next) = next
    {
        let due = next.saturating_sub(sim.executor().elapsed());
        lines.push(format!("{count} timers are pending, the first is due in {due:?}"));
    }
    for waiting in sim.waiting() {
        if !lines.is_empty() && !lines.contains(&waiting) {
            lines.push(waiting);
        }
    }
    lines
}

fn line(actor: &dyn DynMailbox) -> String {
    let mut by = Vec::new();
    let mut strong = actor.header().strong_count();
    let locked = actor.lock();
    if let Some(cold) = locked.cell.cold() {
        for name in &cold.names {
            strong = strong.saturating_sub(1);
            by.push(format!("its name `{name}`"));
        }
        if cold.parent.is_some() {
            strong = strong.saturating_sub(1);
            by.push("its parent".to_owned());
        }
    }
    drop(locked);
    match strong {
        0 => {}
        1 => by.push("an address, a stream or `keep_alive`".to_owned()),
        many => by.push(format!("{many} addresses or streams")),
    }
    if by.is_empty() {
        by.push("its running handler".to_owned());
    }
    let label = actor.header().system.with_node(actor.label());
    format!("{label} is alive, kept by {}", by.join(" and "))
}
