//! Layer 8: the handle that steers a simulation.

use crate::cell::hub::Hub;
use crate::cell::post::AnyMail;
use crate::cell::witness::Witness;
use crate::exit::Failure;
use crate::host::sim::{Calm, Simulated};
use crate::life::dispatch::Dispatch;
use crate::life::fault::{self, Fault};
use crate::sync::Arc;
use crate::system::System;
use crate::talk::address::Addr;
use std::fmt;
use std::panic::Location;
use std::time::Duration;

mod leftovers;
mod probe;
mod report;
mod run;
mod shrink;
pub(crate) mod test;
mod trace;

pub use probe::Probe;
pub use run::Tested;
pub use trace::{Step, Trace};

/// Steers a simulation: when what runs, how far the time goes, and what was done.
///
/// `#[actor_core::test]` gives one to the test that takes an argument.
///
/// ```
/// # use actor_core::prelude::*;
/// use actor_core::Sim;
/// use std::time::Duration;
///
/// #[actor]
/// struct Clock {
///     ticks: u32,
/// }
///
/// #[actor]
/// impl Clock {
///     #[on_start]
///     fn begin(&self, context: &Context<Self>) {
///         context.every(Duration::from_secs(1), |me| me.tick()).detach();
///     }
///
///     fn tick(&mut self) {
///         self.ticks += 1;
///     }
///
///     fn ticks(&self) -> u32 {
///         self.ticks
///     }
/// }
///
/// let system = System::simulation(1);
/// let sim = Sim::of(&system).unwrap();
/// system.block_on(async {
///     let clock = Clock { ticks: 0 }.spawn();
///     sim.advance(Duration::from_secs(24 * 60 * 60)).await;
///     assert_eq!(clock.ticks().await, Ok(86_400));
/// });
/// ```
#[derive(Clone)]
pub struct Sim {
    hub: Arc<Hub>,
    seed: u64,
}

impl Sim {
    /// The handle of `system`, if it is a simulation.
    pub fn of(system: &System) -> Option<Sim> {
        let seed = system.hub().witness.as_ref()?.seed;
        Some(Sim::handle(system, seed))
    }

    fn handle(system: &System, seed: u64) -> Sim {
        Sim { hub: system.hub().clone(), seed }
    }

    /// Says that failures which `is_expected` tells are no fault of the test, observed or not. A test
    /// whose expected failure never comes fails too.
    ///
    /// Without it an unobserved failure fails the test: the panic of an actor, a failed start, a
    /// supervisor or pool that gives up, the panic of a task. A failure is observed by the caller
    /// that gets [`Panicked`](crate::CallError::Panicked), the supervisor that decides on it, a monitor, link or
    /// `join` of the actor, and whatever awaits the task. The failure of a task has the task for its
    /// [`actor`](Failure::actor), as `task 3`.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::Sim;
    /// # #[actor] struct Bomb; #[actor] impl Bomb { fn go(&self) { panic!("on purpose") } }
    /// # let system = System::simulation(1);
    /// # let sim = Sim::of(&system).unwrap();
    /// # system.block_on(async {
    /// sim.expect_failure(|failure| failure.message() == "on purpose");
    /// Bomb.spawn().go().send().await.unwrap();
    /// sim.settle().await;
    /// # });
    /// ```
    #[track_caller]
    pub fn expect_failure(&self, is_expected: impl Fn(&Failure) -> bool + Send + 'static) {
        if let Some(witness) = self.witness() {
            witness.expect(Box::new(is_expected), Location::caller());
        }
    }

    /// The seed of this run.
    ///
    /// ```
    /// # use actor_core::{Sim, System};
    /// let system = System::simulation(7);
    /// assert_eq!(Sim::of(&system).unwrap().seed(), 7);
    /// ```
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Waits until nothing can run any more without the time going on.
    ///
    /// # Cancellation
    /// Dropping the future changes nothing.
    pub async fn settle(&self) {
        Calm::settled(self.host()).await;
    }

    /// Lets `duration` pass, with all that happens in it, what is due at its end included.
    ///
    /// # Cancellation
    /// Dropping the future leaves the time where it is.
    pub async fn advance(&self, duration: Duration) {
        crate::time::Sleep::on(self.hub.host.clone(), duration).await;
        self.settle().await;
    }

    /// Waits until nothing but ticks can happen, however much time that takes, and returns who still
    /// waits and for whom. A one-shot timer or a timeout is something that can happen.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::Sim;
    /// # use std::time::Duration;
    /// #[actor]
    /// struct Patient;
    ///
    /// #[actor]
    /// impl Patient {
    ///     async fn wait(&self) {
    ///         std::future::pending().await
    ///     }
    /// }
    ///
    /// let system = System::simulation(1);
    /// let sim = Sim::of(&system).unwrap();
    /// system.block_on(async {
    ///     let patient = Patient.spawn();
    ///     patient.wait().send().await.unwrap();
    ///     let idle = sim.run_until_idle().await;
    ///     assert_eq!(idle, sim.waiting());
    ///     assert!(idle[0].contains(&patient.label()));
    /// #   patient.kill();
    /// });
    /// ```
    ///
    /// # Cancellation
    /// Dropping the future leaves the time where it is.
    pub async fn run_until_idle(&self) -> Vec<String> {
        Calm::idle(self.host()).await;
        self.waiting()
    }

    /// Has one step done, by whomever the seed chooses, and returns it; `None` if nothing can
    /// happen. The caller goes on before anything else does.
    ///
    /// # Cancellation
    /// Dropping the future changes nothing.
    pub async fn step(&self) -> Option<Step> {
        let before = self.host().with_trace(|trace| trace.steps.len());
        let is_done = Calm::step(self.host()).await;
        self.trace().into_steps().into_iter().nth(before).filter(|_| is_done)
    }

    /// Who waits just now, and for whom; one line each.
    pub fn waiting(&self) -> Vec<String> {
        self.witness().map_or_else(Vec::new, |witness| witness.waiting(&self.hub.actors()))
    }

    /// What was done so far, step by step.
    pub fn trace(&self) -> Trace {
        let Some(witness) = self.witness() else { return Trace::default() };
        witness.learn(&self.hub.actors());
        Trace::of(witness)
    }

    fn witness(&self) -> Option<&Witness> {
        self.hub.witness.as_deref()
    }

    /// Plants a fault at an actor: see [`Fault`].
    pub fn fault<A: Dispatch>(&self, address: &Addr<A>, fault: Fault<A::Message>) {
        fault::plant::<A>(&address.shared().any(), fault);
    }

    fn actors(&self) -> Vec<Arc<dyn AnyMail>> {
        self.hub.actors()
    }

    fn unobserved(&self) -> Vec<String> {
        self.witness().map_or_else(Vec::new, Witness::unobserved)
    }

    fn missed(&self) -> Vec<String> {
        self.witness().map_or_else(Vec::new, Witness::missed)
    }

    fn incidents(&self) -> Vec<String> {
        self.witness().map_or_else(Vec::new, Witness::incidents)
    }

    fn host(&self) -> Arc<Simulated> {
        let witness = self.witness().expect("a handle is made of simulations only");
        witness.host.clone()
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim").field("seed", &self.seed).finish_non_exhaustive()
    }
}
