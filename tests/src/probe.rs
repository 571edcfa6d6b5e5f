//! An actor that executes the commands of a test and records what happens to it.

use crate::Gate;
use actor_core::prelude::*;
use std::any::Any;
use std::sync::{Arc, Mutex};

/// The events, in order; clones share the log.
#[derive(Clone, Debug, Default)]
pub struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    pub fn note(&self, line: impl Into<String>) {
        self.0.lock().expect("no user code runs under this lock").push(line.into());
    }

    pub fn lines(&self) -> Vec<String> {
        self.0.lock().expect("no user code runs under this lock").clone()
    }

    /// How often `line` was written.
    pub fn count(&self, line: &str) -> usize {
        self.lines().iter().filter(|other| *other == line).count()
    }

    /// Where `line` stands, which must be there once.
    #[track_caller]
    pub fn place(&self, line: &str) -> usize {
        assert_eq!(self.count(line), 1, "`{line}` once in {:?}", self.lines());
        self.lines().iter().position(|other| other == line).expect("it was counted")
    }

    /// Asserts that these stand there once each, in this order, regardless of the lines between
    /// them.
    #[track_caller]
    pub fn assert_order(&self, wanted: &[&str]) {
        let places: Vec<_> = wanted.iter().map(|line| self.place(line)).collect();
        assert!(places.is_sorted(), "{wanted:?} in this order in {:?}", self.lines());
    }

    /// A value that writes `line` when it is dropped.
    pub fn on_drop(&self, line: impl Into<String>) -> OnDrop {
        OnDrop { diary: self.clone(), line: line.into() }
    }
}

/// Writes a line when it is dropped.
pub struct OnDrop {
    diary: Diary,
    line: String,
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.diary.note(std::mem::take(&mut self.line));
    }
}

/// A command for a probe.
pub type Step = Box<dyn FnOnce(&mut Probe, &Context<Probe>) + Send>;

pub fn step(step: impl FnOnce(&mut Probe, &Context<Probe>) + Send + 'static) -> Step {
    Box::new(step)
}

/// Its lines in the diary begin with its name.
#[actor]
pub struct Probe {
    pub name: &'static str,
    pub diary: Diary,
    pub kept: Vec<Box<dyn Any + Send>>,
}

impl Probe {
    pub fn new(name: &'static str, diary: &Diary) -> Self {
        Probe { name, diary: diary.clone(), kept: Vec::new() }
    }

    pub fn write(&self, line: &str) {
        self.diary.note(format!("{}: {line}", self.name));
    }
}

#[actor]
impl Probe {
    /// Executes a command.
    pub fn run(&mut self, step: Step, context: &Context<Self>) {
        step(self, context);
    }

    /// Opens `arrived` and waits for `gate`.
    pub async fn hold(&mut self, arrived: Gate, gate: Gate) {
        let dropped = self.diary.on_drop(format!("{}: handler over", self.name));
        arrived.open();
        gate.pass().await;
        self.write("held");
        drop(dropped);
    }

    /// Writes `line`.
    pub fn note(&mut self, line: &'static str) {
        self.write(line);
    }

    /// Records an exit.
    pub fn gone(&mut self, exit: Exit) {
        self.write(&format!("gone {exit}"));
    }

    /// Keeps the reply.
    pub fn ask(&mut self, reply: Reply<()>) {
        self.kept.push(Box::new(reply));
    }

    /// Shows that it answers.
    pub fn ping(&self) {}

    #[on_stop]
    fn stopped(&mut self, exit: &Exit) {
        let exit = match exit {
            Exit::Failed(failure) => failure.message().to_owned(),
            exit => exit.to_string(),
        };
        self.write(&format!("on_stop {exit}"));
    }

    #[on_exit]
    fn told(&mut self, _id: ActorId, exit: Exit) {
        self.write(&format!("told {exit}"));
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.write("state dropped");
    }
}

/// Gives all runnable tasks many turns. This proves nothing on its own, but gives a wrong behavior
/// its chance to occur.
pub async fn settle() {
    let other = Probe::new("settle", &Diary::default()).spawn();
    for _ in 0..20 {
        other.ping().await.expect("it is alive");
        actor_core::future::yield_now().await;
    }
    other.stop();
    other.join().await;
}

/// Waits until nothing at all is left of the actor, its mailbox included.
pub async fn forgotten(weak: &actor_core::WeakAddr<Probe>) {
    while weak.join().await != Exit::NoActor {
        actor_core::future::yield_now().await;
    }
}
