//! The window of the intensity slides, and backoff grows. A wait is never shorter than requested,
//! and these tests rely on this. Where a wait must not be too long, the margin is wide.

use crate::support::{child, fail, patient, stop};
use actor_core::prelude::*;
use actor_core::supervision::{Backoff, Child, Supervisor, SupervisorAddr};
use actor_core::time::{now, sleep};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tests::probe::{Diary, Probe, ProbeAddr};

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub fn one_failure_each_150_ms_is_survived_forever(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().intensity(3, millis(400)).spawn();
        let child = supervisor.start(child("c", &Diary::default()));
        for _ in 0..12 {
            fail(&child).await;
            assert_eq!(child.ping().await, Ok(()));
            sleep(millis(150)).await;
        }
        assert_eq!(supervisor.children().await.unwrap()[0].restarts, 12);
        stop(&supervisor).await;
    });
}

pub fn the_window_slides(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().intensity(3, millis(4000)).spawn();
        let child = supervisor.start(child("c", &Diary::default()));
        fail(&child).await;
        fail(&child).await;
        assert_eq!(child.ping().await, Ok(()));
        sleep(millis(2200)).await;
        fail(&child).await;
        assert_eq!(child.ping().await, Ok(()));
        sleep(millis(1900)).await;
        // The first two have left the window, the third has not.
        fail(&child).await;
        fail(&child).await;
        assert_eq!(child.ping().await, Ok(()));
        fail(&child).await;
        assert_eq!(child.ping().await, Err(CallError::Stopped));
        let Exit::Failed(failure) = supervisor.join().await else { panic!("it goes on") };
        assert_eq!(failure.kind(), FailureKind::Intensity);
    });
}

/// A child that records its creation; each life fails on request.
struct Watch {
    supervisor: SupervisorAddr,
    child: ProbeAddr,
    made: Arc<Mutex<Vec<Instant>>>,
}

impl Watch {
    fn new(supervisor: Supervisor) -> Self {
        let supervisor = patient(supervisor).spawn();
        let made = Arc::new(Mutex::new(Vec::new()));
        let times = made.clone();
        let child = supervisor.start(Child::new("c", move || {
            times.lock().unwrap().push(now());
            Probe::new("c", &Diary::default())
        }));
        Watch { supervisor, child, made }
    }

    /// Lets it fail, and returns how long it was away.
    async fn gap(&self) -> Duration {
        self.child.ping().await.unwrap();
        let begun = now();
        fail(&self.child).await;
        self.child.ping().await.unwrap();
        let made = *self.made.lock().unwrap().last().unwrap();
        made - begun
    }
}

pub fn backoff_grows_and_is_capped(system: &System) {
    system.block_on(async {
        let backoff = Backoff::exponential(millis(20), millis(300)).factor(3.0);
        let backoff = backoff.reset_after(Duration::from_secs(3600));
        let watch = Watch::new(Supervisor::one_for_one().backoff(backoff));
        let mut gaps = Vec::new();
        for _ in 0..5 {
            gaps.push(watch.gap().await);
        }
        for (gap, least) in gaps.iter().zip([20, 60, 180, 300, 300]) {
            assert!(*gap >= millis(least), "{gaps:?}");
        }
        // Uncapped it would be 1620 ms, at twice the limit it would not be capped either.
        assert!(gaps[4] < millis(1500), "{gaps:?}");
        stop(&watch.supervisor).await;
    });
}

pub fn backoff_jitters_within_its_bounds(system: &System) {
    system.block_on(async {
        let backoff = Backoff::exponential(millis(40), millis(40)).jitter(0.75);
        let watch = Watch::new(Supervisor::one_for_one().backoff(backoff));
        let (mut shorter, mut longer) = (false, false);
        // Each has a chance of one half each time.
        while !(shorter && longer) {
            let gap = watch.gap().await;
            assert!(gap >= millis(10), "{gap:?}");
            shorter |= gap < millis(40);
            longer |= gap > millis(40);
        }
        stop(&watch.supervisor).await;
    });
}

pub fn backoff_is_reset_by_a_healthy_life(system: &System) {
    system.block_on(async {
        let backoff = Backoff::exponential(millis(1), millis(2000)).factor(1000.0);
        let backoff = backoff.reset_after(millis(600));
        let watch = Watch::new(Supervisor::one_for_one().backoff(backoff));
        assert!(watch.gap().await >= millis(1));
        // This life was too short to count as healthy.
        let second = watch.gap().await;
        sleep(millis(650)).await;
        let third = watch.gap().await;
        assert!(second >= millis(1000) && third < millis(900), "{second:?}, {third:?}");
        stop(&watch.supervisor).await;
    });
}

pub fn backoff_of_a_group_is_that_of_its_cause(system: &System) {
    system.block_on(async {
        let backoff = Backoff::exponential(millis(50), millis(50));
        let supervisor = Supervisor::one_for_all().backoff(backoff);
        let diary = Diary::default();
        let watch = Watch::new(supervisor);
        let sibling = watch.supervisor.start(child("sibling", &diary));
        watch.child.ping().await.unwrap();
        sibling.ping().await.unwrap();
        let begun = now();
        fail(&sibling).await;
        sibling.ping().await.unwrap();
        watch.child.ping().await.unwrap();
        let made = *watch.made.lock().unwrap().last().unwrap();
        assert!(made - begun >= millis(50), "{:?}", made - begun);
        assert_eq!((watch.made.lock().unwrap().len(), diary.count("sibling: made")), (2, 2));
        stop(&watch.supervisor).await;
    });
}
