//! The leftovers of a test, with the references that keep them alive.

use super::Sim;
use crate::cell::handle::AnyMail;

/// Whether any actor has started to end but has not ended yet, or has no references left, so that
/// it ends with its handler.
pub(super) fn is_any_ending(sim: &Sim) -> bool {
    sim.actors().iter().any(|actor| {
        let mut is_ending = false;
        actor.with(&mut |seat, _| {
            let ends = seat.exit_to_be().is_some() || !actor.core().is_kept();
            is_ending = seat.exit().is_none() && (seat.closed || ends);
        });
        is_ending
    })
}

/// All leftovers, one line each.
pub(super) fn of(sim: &Sim) -> Vec<String> {
    let actors = sim.actors();
    let mut lines: Vec<String> = actors.iter().map(|actor| line(&**actor)).collect();
    let tasks = sim.executor().pending_tasks();
    // The resources of live actors end with them, and are listed with them.
    if actors.is_empty() {
        lines.extend(tasks.iter().map(|task| format!("task {task} is not done")));
    }
    let (next, count) = sim.executor().pending_timers();
    if lines.is_empty()
        && let Some(next) = next
    {
        let due = next.saturating_sub(sim.executor().elapsed());
        lines.push(format!("{count} timers wait, the first is due in {due:?}"));
    }
    for waiting in sim.waiting() {
        if !lines.is_empty() && !lines.contains(&waiting) {
            lines.push(waiting);
        }
    }
    lines
}

fn line(actor: &dyn AnyMail) -> String {
    let mut by = Vec::new();
    let mut keepers = actor.core().keepers();
    actor.with(&mut |seat, _| {
        let Some(known) = seat.known() else { return };
        for name in &known.names {
            keepers = keepers.saturating_sub(1);
            by.push(format!("its name `{name}`"));
        }
        if known.parent.is_some() {
            keepers = keepers.saturating_sub(1);
            by.push("its parent".to_owned());
        }
    });
    match keepers {
        0 => {}
        1 => by.push("an address, a stream or `keep`".to_owned()),
        many => by.push(format!("{many} addresses or streams")),
    }
    if by.is_empty() {
        by.push("what it is doing".to_owned());
    }
    format!("{} lives, kept by {}", actor.label(), by.join(" and "))
}
