//! Several nodes in one simulation: systems that share a clock and a schedule. Each node can crash and
//! pause independently.

use super::Sim;
use crate::actor::shutdown::observe_pending_failure;
use crate::cell::system_shared::SystemShared;
use crate::executor::Executor;
use crate::executor::sim::NodeExecutor;
use crate::sync::Arc;
use crate::system::System;
use std::time::Duration;

impl Sim {
    /// Starts a node: another system in this simulation, for a test of a program that runs in
    /// several processes.
    ///
    /// All nodes share one clock, one schedule and one trace, which the seed determines. Each node has its
    /// own names, actors, counters and random numbers. A trace names the node of an actor, as in
    /// `b/counter#7`. The crate `actor-remote` connects nodes by a simulated network.
    ///
    /// Dropping the last handle of a node kills its actors, as with any system. No actor starts on a node
    /// of a simulation that has ended.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// use actor_core::simulation::Sim;
    ///
    /// #[actor]
    /// struct Echo;
    ///
    /// #[actor]
    /// impl Echo {
    ///     fn say(&self, word: String) -> String {
    ///         word
    ///     }
    /// }
    ///
    /// let system = System::simulation(1);
    /// let sim = Sim::of(&system).unwrap();
    /// let node = sim.node("b");
    /// system.block_on(async {
    ///     let echo = node.spawn(Echo);
    ///     assert_eq!(echo.say("hello".into()).await.unwrap(), "hello");
    /// });
    /// assert!(sim.trace().to_string().contains("b/echo#1 takes `say`"));
    /// ```
    pub fn node(&self, name: &str) -> System {
        let observer = self.shared.sim_observer.as_ref();
        let node = observer.and_then(|observer| Some((observer, observer.executor.node(name)?)));
        let (observer, executor) = node.expect("a handle is made of simulations only");
        System::handle(self.shared.node(observer, executor))
    }

    /// Ends a node as if its process had been killed: its actors end without `#[on_stop]`, its
    /// tasks are dropped, and no further actor or task starts on it. No other code of the node
    /// runs, except the `drop` of its values.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::simulation::Sim;
    /// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self) {} }
    /// # let system = System::simulation(1);
    /// # let sim = Sim::of(&system).unwrap();
    /// let node = sim.node("b");
    /// # system.block_on(async {
    /// let echo = node.spawn(Echo);
    /// sim.crash(&node);
    /// assert_eq!(echo.join().await, Exit::Killed);
    /// # });
    /// ```
    ///
    /// # Panics
    /// If `node` is not a node of this simulation.
    #[track_caller]
    pub fn crash(&self, node: &System) {
        let executor = self.node_executor(node);
        for actor in node.shared().actors() {
            observe_pending_failure(&*actor);
        }
        node.shared().kill_all();
        executor.close(Duration::ZERO);
    }

    /// Pauses a node, as if its process had been suspended: its actors and tasks make no steps
    /// until [`resume`](Sim::resume), while virtual time advances. An actor or task that is already
    /// runnable makes one more step.
    ///
    /// # Panics
    /// If `node` is not a node of this simulation.
    #[track_caller]
    pub fn pause(&self, node: &System) {
        self.node_executor(node).pause();
    }

    /// Resumes a paused node.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::simulation::Sim;
    /// # use std::time::Duration;
    /// # #[actor] struct Echo; #[actor] impl Echo { fn say(&self) {} }
    /// # let system = System::simulation(1);
    /// # let sim = Sim::of(&system).unwrap();
    /// let node = sim.node("b");
    /// # system.block_on(async {
    /// let echo = node.spawn(Echo);
    /// sim.settle().await;
    /// sim.pause(&node);
    /// let late = echo.say().timeout(Duration::from_secs(9)).await;
    /// assert!(matches!(late, Err(CallError::Timeout { .. })));
    /// sim.resume(&node);
    /// assert_eq!(echo.say().await, Ok(()));
    /// # });
    /// ```
    ///
    /// # Panics
    /// If `node` is not a node of this simulation.
    #[track_caller]
    pub fn resume(&self, node: &System) {
        self.node_executor(node).resume();
    }

    #[track_caller]
    fn node_executor(&self, node: &System) -> Arc<NodeExecutor> {
        let is_here = |shared: &Arc<SystemShared>| {
            let observers = (shared.sim_observer.as_ref(), self.shared.sim_observer.as_ref());
            matches!(observers, (Some(one), Some(other)) if Arc::ptr_eq(one, other))
        };
        let executor = node.shared().sim_node.clone().filter(|_| is_here(node.shared()));
        executor.expect("the system is not a node of this simulation: see `Sim::node`")
    }
}
