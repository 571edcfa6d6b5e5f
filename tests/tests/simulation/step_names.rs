//! What a step is called: a start, an end, a planted fault, a timer; and a wait in `sleep`.

use actor_core::prelude::*;
use actor_core::{
    simulation::{Fault, Sim},
    supervision::{Child, Supervisor},
    time,
};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

#[actor]
struct Worker;

#[actor]
impl Worker {
    async fn work(&self) {
        time::sleep(SECOND).await;
    }

    fn ping(&self) {}

    fn fail(&self) {
        panic!("planned");
    }
}

/// The steps of the actor with this label, as they read.
fn steps(sim: &Sim, label: &str) -> Vec<String> {
    let steps = sim.trace().steps().to_vec();
    steps.into_iter().filter(|step| step.agent == label).map(|step| step.action).collect()
}

#[actor_core::test(seeds = 20)]
async fn a_start_and_an_end_are_named_steps(sim: Sim) {
    let worker = Worker.spawn();
    let label = worker.label();
    worker.started().await.unwrap();
    worker.work().await.unwrap();
    worker.stop();
    worker.join().await;
    assert_eq!(steps(&sim, &label), ["starts", "takes `work`", "goes on with `work`", "ends"]);
}

#[actor_core::test(seeds = 20)]
async fn a_finished_handler_has_no_resume_step(sim: Sim) {
    let worker = Worker.spawn();
    let label = worker.label();
    worker.ping().await.unwrap();
    worker.kill();
    worker.join().await;
    let steps = steps(&sim, &label);
    assert!(!steps.iter().any(|step| step.starts_with("goes on")), "{steps:?}");
    assert!(steps.iter().any(|step| step == "is killed"), "{steps:?}");
}

#[actor_core::test(seeds = 20)]
async fn a_planted_fault_is_a_named_step(sim: Sim) {
    let (panics, is_killed, is_delayed) = (Worker.spawn(), Worker.spawn(), Worker.spawn());
    sim.fault(&panics, Fault::panic());
    sim.fault(&is_killed, Fault::kill());
    sim.fault(&is_delayed, Fault::delay(SECOND));
    for worker in [&panics, &is_killed, &is_delayed] {
        let _ = worker.ping().await;
    }
    let has = |worker: &WorkerAddr, text: &str| {
        let steps = steps(&sim, &worker.label());
        assert!(steps.iter().any(|step| step == text), "{steps:?}");
    };
    has(&panics, "panics by a planted fault");
    has(&panics, "fails");
    has(&is_killed, "is killed by a planted fault");
    has(&is_delayed, "is delayed by a planted fault");
    has(&is_delayed, "takes `ping`");
}

#[actor_core::test(seeds = 20)]
async fn a_restart_is_a_named_step(sim: Sim) {
    let supervisor = Supervisor::one_for_one().spawn();
    let worker = supervisor.start(Child::new("worker", || Worker));
    assert!(worker.fail().await.is_err());
    worker.ping().await.unwrap();
    let steps = steps(&sim, "worker");
    for text in ["fails", "begins another life", "takes `ping`"] {
        assert!(steps.iter().any(|step| step == text), "{text}: {steps:?}");
    }
    supervisor.stop();
}

#[actor_core::test(seeds = 20, exact_time)]
async fn a_wait_in_sleep_is_a_named_step(sim: Sim) {
    let worker = Worker.spawn();
    worker.work().send().await.unwrap();
    let task = actor_core::spawn_task(time::sleep(2 * SECOND));
    sim.settle().await;
    let waiting = sim.waiting();
    let wait = format!("{} waits in `work` for a sleep or timeout until 1s", worker.label());
    assert!(waiting.contains(&wait), "{waiting:?}");
    let wait = "task 1 waits for a sleep or timeout until 2s".to_owned();
    assert!(waiting.contains(&wait), "{waiting:?}");
    task.await;
    let steps = sim.trace();
    let is_timer = |step: &actor_core::simulation::Step| step.to_string().ends_with(" is due");
    assert!(steps.steps().iter().any(is_timer), "{steps}");
}
