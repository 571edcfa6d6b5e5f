//! Children that record their lives, and ways to end them.

use actor_core::prelude::*;
use actor_core::supervision::{Child, ChildInfo, Supervisor, SupervisorAddr};
use std::time::Duration;
use tests::probe::{Diary, Probe, ProbeAddr, step};

/// Practically forever.
pub const LONG: Duration = Duration::from_secs(3600);

/// A child that writes `made` at the beginning of each life.
pub fn child(name: &'static str, diary: &Diary) -> Child<Probe> {
    let diary = diary.clone();
    Child::new(name, move || {
        diary.note(format!("{name}: made"));
        Probe::new(name, &diary)
    })
}

/// Restarts as often as it takes.
pub fn patient(supervisor: Supervisor) -> Supervisor {
    supervisor.intensity(usize::MAX, LONG)
}

/// A panic that prints nothing; its text is not known while it unwinds.
pub fn planned() -> ! {
    std::panic::resume_unwind(Box::new("planned"))
}

/// Makes the actor panic, and waits until its caller gets the error.
pub async fn fail(probe: &ProbeAddr) {
    let answer = probe.run(step(|_, _| planned())).await;
    assert!(matches!(answer, Err(CallError::Panicked(_))), "{answer:?}");
}

/// The same by a panic that says `planned`.
pub async fn fail_aloud(probe: &ProbeAddr) {
    let answer = probe.run(step(|_, _| panic!("planned"))).await;
    let Err(CallError::Panicked(failure)) = answer else { panic!("{answer:?}") };
    assert_eq!(failure.message(), "planned");
}

/// Waits until the information about the children satisfies `wanted`.
pub async fn until(supervisor: &SupervisorAddr, wanted: impl Fn(&[ChildInfo]) -> bool) {
    while !wanted(&supervisor.children().await.expect("it lives")) {
        // A sleep rather than a yield: virtual time does not advance while an actor is always busy.
        actor_core::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Waits until each child either runs or, with `is_running` false, waits for its next life.
pub async fn until_all(supervisor: &SupervisorAddr, is_running: bool) {
    until(supervisor, |all| all.iter().all(|child| child.is_running == is_running)).await;
}

/// Stops the supervisor and waits for its end, which is to be a normal one.
pub async fn stop(supervisor: &SupervisorAddr) {
    supervisor.stop();
    assert_eq!(supervisor.join().await, Exit::Stopped);
}
