//! The executor of one node of a simulation. It runs its jobs in the order that the simulation
//! chooses, and has tasks of its own, which end with the node. While the node is paused, its
//! executor holds the jobs that become runnable.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use super::scheduler::SimTask;
use super::{Agent, SimExecutor};
use crate::clock::Instant;
use crate::executor::task::Runnable;
use crate::executor::{Executor, Job, Schedule, Tasks, Timers};
use crate::sync::{Arc, Mutex};

pub(crate) struct NodeExecutor {
    sim: Arc<SimExecutor>,
    /// The number of this node in the simulation, starting with one.
    ordinal: usize,
    name: String,
    tasks: Arc<Tasks>,
    /// While the node is paused: the jobs that have become runnable.
    held: Mutex<Option<Vec<SimTask>>>,
}

impl SimExecutor {
    /// Adds a node.
    pub(crate) fn node(self: &Arc<Self>, name: &str) -> Arc<NodeExecutor> {
        let mut state = self.state();
        state.nodes.push(name.to_owned());
        let ordinal = state.nodes.len();
        drop(state);
        let held = Mutex::new(None);
        let (sim, name) = (self.clone(), name.to_owned());
        Arc::new(NodeExecutor { sim, ordinal, name, tasks: Arc::default(), held })
    }

    /// Returns the name of the node that a task belongs to.
    pub(crate) fn node_of_task(&self, number: u32) -> Option<String> {
        let state = self.state();
        let ordinal = state.task_nodes.get(&number)?;
        state.nodes.get(*ordinal - 1).cloned()
    }
}

impl NodeExecutor {
    pub(crate) fn ordinal(&self) -> usize {
        self.ordinal
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Pauses the node: no job runs until `resume`. A job that is already runnable makes one more
    /// step.
    pub(crate) fn pause(&self) {
        self.held.lock().get_or_insert_default();
    }

    pub(crate) fn resume(&self) {
        let held = self.held.lock().take();
        for task in held.into_iter().flatten() {
            self.sim.enqueue(task);
        }
    }

    fn enqueue(&self, task: SimTask) {
        let mut held = self.held.lock();
        match &mut *held {
            Some(held) => {
                self.sim.rejects_foreign_thread(Some(task.agent()));
                held.push(task);
            }
            None => {
                drop(held);
                self.sim.enqueue(task);
            }
        }
    }
}

impl Executor for NodeExecutor {
    fn schedule(&self, job: Job, _schedule: Schedule) {
        self.enqueue(SimTask::of(job));
    }

    fn schedule_task(&self, task: Runnable, number: u32, _schedule: Schedule) {
        self.enqueue(SimTask::Job(Job::Task(task), Agent::Task(number)));
    }

    fn now(&self) -> Instant {
        self.sim.now()
    }

    fn timers(&self) -> &Timers {
        self.sim.timers()
    }

    fn record_wait(&self, at: Instant, is_periodic: bool) {
        self.sim.record_wait(at, is_periodic);
    }

    fn tasks(&self) -> &Arc<Tasks> {
        &self.tasks
    }

    fn block_on(&self, future: Pin<&mut dyn Future<Output = ()>>) {
        self.sim.block_on(future);
    }

    fn is_executor_thread(&self) -> bool {
        self.sim.is_executor_thread()
    }

    fn next_task_number(&self) -> u32 {
        let number = self.sim.next_task_number();
        self.sim.state().task_nodes.insert(number, self.ordinal);
        number
    }

    /// Closes the node. The simulation continues, and drops one remaining task in each of the
    /// following steps. The actors have been killed before, and also end in these steps.
    fn close(&self, _grace: Duration) -> Vec<String> {
        self.tasks.close();
        self.resume();
        Vec::new()
    }
}
