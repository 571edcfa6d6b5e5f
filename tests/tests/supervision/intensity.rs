//! The end of a child whose failure was one more than its supervisor allows.

use crate::support::{LONG, child, fail};
use actor_core::prelude::*;
use actor_core::{
    FailureKind,
    supervision::{Child, Supervisor},
};
use tests::probe::{Diary, Probe, ProbeAddr, settle, step};

type Strategy = fn() -> Supervisor;

const STRATEGIES: [Strategy; 3] =
    [Supervisor::one_for_one, Supervisor::one_for_all, Supervisor::rest_for_one];

fn failure(exit: &Exit) -> (FailureKind, &str) {
    match exit {
        Exit::Failed(failure) => (failure.kind(), failure.message()),
        other => panic!("{other}"),
    }
}

/// Makes `watcher` record the end of `target`, by a monitor and by a link.
async fn watch(watcher: &ProbeAddr, target: &ProbeAddr) {
    let target = target.clone();
    let watch = step(move |_, context| {
        context.monitor(&target, |me, exit| me.gone(exit));
        context.link(&target);
    });
    watcher.run(watch).await.unwrap();
}

pub fn a_child_beyond_the_intensity_ends_by_its_own_failure(system: &System) {
    system.block_on(async {
        for strategy in STRATEGIES {
            let diary = Diary::default();
            let supervisor = strategy().intensity(0, LONG).spawn();
            let [guilty, innocent] =
                ["guilty", "innocent"].map(|name| supervisor.start(child(name, &Diary::default())));
            let watcher = Probe::new("w", &diary).spawn();
            watch(&watcher, &guilty).await;
            innocent.ping().await.unwrap();
            fail(&guilty).await;
            let exit = supervisor.join().await;
            assert_eq!(failure(&exit).0, FailureKind::Intensity);
            assert_eq!(failure(&guilty.join().await), (FailureKind::Panic, "planned"));
            assert_eq!(innocent.join().await, Exit::Stopped);
            let starts = guilty.started().await;
            assert!(matches!(starts, Ok(()) | Err(Exit::Failed(_))), "{starts:?}");
            while diary.lines().len() < 2 {
                watcher.ping().await.unwrap();
            }
            settle().await;
            let (gone, told) = (guilty.join().await, diary.lines());
            assert!(told.contains(&format!("w: gone {gone}")), "{told:?}");
            assert!(told.contains(&format!("w: told {gone}")), "{told:?}");
            assert_eq!(told.len(), 2, "{told:?}");
        }
    });
}

#[actor]
struct Stillborn;

#[actor]
impl Stillborn {
    #[on_start]
    fn begin(&self) -> Result<(), String> {
        Err("no disk".to_owned())
    }

    fn ping(&self) {}
}

pub fn a_child_beyond_the_intensity_that_never_started_says_why(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().intensity(2, LONG).spawn();
        let child = supervisor.start(Child::new("child", || Stillborn));
        let Err(exit) = child.started().await else { panic!("it never starts") };
        assert_eq!(failure(&exit), (FailureKind::Start, "no disk"));
        assert_eq!(child.join().await, exit);
        assert_eq!(child.ping().await, Err(CallError::Stopped));
        let Exit::Failed(given_up) = supervisor.join().await else { panic!("it gives up") };
        assert_eq!(given_up.cause(), Some(&exit));
    });
}
