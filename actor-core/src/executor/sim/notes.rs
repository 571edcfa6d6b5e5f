//! Layer 1: what is noted of a simulation: what its steps do, which handlers are at work, and what each
//! subject waits for. It decides nothing.

use std::time::Duration;

use super::waits::Awaited;
use super::{Decision, Deviations, Did, How, Simulated, Subject, Trace};

impl Simulated {
    /// Notes what the present step does.
    pub(crate) fn note(&self, did: Did) {
        self.world().trace.note(did);
    }

    /// Notes what the present step does, unless there is more to be told of it.
    pub(crate) fn note_weakly(&self, did: Did) {
        self.world().trace.note_weakly(did);
    }

    /// From now on what steps do to others is kept.
    pub(crate) fn keep_effects(&self) {
        self.world().trace.keep_effects();
    }

    /// The present step does something to `subject`.
    pub(crate) fn affect(&self, subject: Subject, how: How) {
        self.world().trace.affect(subject, how);
    }

    /// The cell begins a handler.
    pub(crate) fn takes(&self, number: u64, name: &'static str) {
        let mut world = self.world();
        world.trace.note(Did::Takes(name));
        world.at_work.entry(number).or_default().push(name);
    }

    /// A handler of the cell is over.
    pub(crate) fn finished(&self, number: u64, name: &'static str) {
        let mut world = self.world();
        let Some(at_work) = world.at_work.get_mut(&number) else { return };
        let place = at_work.iter().rposition(|other| *other == name);
        at_work.remove(place.unwrap_or(at_work.len() - 1));
        if at_work.is_empty() {
            world.at_work.remove(&number);
        }
    }

    /// All handlers of the cell are over, and its waits.
    pub(crate) fn all_finished(&self, number: u64) {
        let mut world = self.world();
        world.at_work.remove(&number);
        world.waits.begin(Subject::Cell(number));
    }

    /// The handler that the cell began last, if that is not over.
    pub(crate) fn at_work(&self, number: u64) -> Option<&'static str> {
        self.world().at_work.get(&number)?.last().copied()
    }

    /// The subject of the present step comes to wait for something.
    pub(crate) fn waits(&self, awaited: Awaited) {
        let mut world = self.world();
        let subject = world.running;
        world.waits.note(subject, awaited);
    }

    /// What the subject waits for since its last step.
    pub(crate) fn waits_of(&self, subject: Subject) -> Vec<Awaited> {
        self.world().waits.of(subject).to_vec()
    }

    /// Looks at what was done so far.
    pub(crate) fn with_trace<T>(&self, look: impl FnOnce(&Trace) -> T) -> T {
        look(&self.world().trace)
    }

    /// The choices made so far.
    pub(crate) fn decisions(&self) -> Vec<Decision> {
        self.world().chooser.made().to_vec()
    }

    /// What makes the schedule so far again.
    pub(crate) fn deviations(&self) -> Deviations {
        self.world().chooser.deviations()
    }

    /// Ends the drive after so many steps more, as one that is endless.
    pub(crate) fn limit(&self, steps: u64) {
        self.world().trace.set_limit(steps);
    }

    /// When the next timer is due, and how many wait.
    pub(crate) fn pending_timers(&self) -> (Option<Duration>, usize) {
        let next = self.timers.next_due().map(|(at, _)| at.saturating_duration_since(self.base));
        (next, self.timers.len())
    }

    /// The tasks that are not over.
    pub(crate) fn pending_tasks(&self) -> Vec<u32> {
        self.world().tasks.iter().copied().collect()
    }

    /// A task is over.
    pub(crate) fn task_over(&self, number: u32) {
        let mut world = self.world();
        world.tasks.remove(&number);
        world.waits.begin(Subject::Task(number));
    }
}
