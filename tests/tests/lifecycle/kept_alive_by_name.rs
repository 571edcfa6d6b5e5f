//! Names and supervisors keep alive until the stop, and names are free at the end.

use actor_core::address::RegisterError;
use actor_core::prelude::*;
use actor_core::supervision::{Child, Supervisor};
use tests::probe::{Diary, Probe, ProbeAddr, settle, step};

pub fn a_name_keeps_alive_until_it_is_stopped(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let probe = Probe::new("a", &diary).spawn();
        probe.register("kept").unwrap();
        let weak = probe.downgrade();
        drop(probe);
        for _ in 0..2 {
            settle().await;
            let found = ProbeAddr::lookup("kept").expect("its holder lives");
            assert_eq!((found.id(), found.ping().await), (weak.id(), Ok(())));
        }
        ProbeAddr::lookup("kept").unwrap().stop();
        assert!(matches!(weak.join().await, Exit::Stopped | Exit::NoActor));
        diary.assert_order(&["a: on_stop stopped", "a: state dropped"]);
        assert!(ProbeAddr::lookup("kept").is_none());
    });
}

pub fn an_unregistered_name_keeps_nothing_alive(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let probe = Probe::new("a", &diary).spawn();
        probe.register("first").unwrap();
        probe.register("second").unwrap();
        let weak = probe.downgrade();
        assert!(probe.unregister("first"));
        drop(probe);
        settle().await;
        assert!(weak.is_alive(), "it has another name");
        assert!(weak.upgrade().unwrap().unregister("second"));
        assert!(matches!(weak.join().await, Exit::Stopped | Exit::NoActor));
        assert_eq!(diary.count("a: state dropped"), 1);
    });
}

pub fn a_name_is_free_the_moment_its_holder_has_ended(system: &System) {
    type Ends = fn(&ProbeAddr);
    let ends: [Ends; 3] = [
        |it| it.stop(),
        |it| it.kill(),
        |it| it.run(step(|_, _| panic!("planned"))).try_send().unwrap(),
    ];
    system.block_on(async {
        for end in ends {
            for started in [false, true] {
                let probe = Probe::new("a", &Diary::default()).spawn();
                probe.register("name").unwrap();
                let other = Probe::new("b", &Diary::default()).spawn();
                assert_eq!(other.register("name"), Err(RegisterError::Taken));
                if started {
                    probe.started().await.unwrap();
                }
                end(&probe);
                probe.join().await;
                assert_eq!(other.register("name"), Ok(()), "free when the exit is published");
                // A late check of the ended actor releases no name of the living one.
                assert!(!probe.unregister("name"));
                assert_eq!(probe.register("late"), Err(RegisterError::Ended));
                assert_eq!(ProbeAddr::lookup("name"), Some(other.clone()));
                other.stop();
                other.join().await;
            }
        }
    });
}

pub fn a_supervisor_and_its_child_live_until_they_are_stopped(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let supervisor = Supervisor::one_for_one().spawn();
        let made = diary.clone();
        let child = supervisor.start(Child::new("child", move || Probe::new("a", &made)));
        assert_eq!(child.ping().await, Ok(()));
        let (root, leaf) = (supervisor.downgrade(), child.downgrade());
        drop((supervisor, child));
        settle().await;
        let root = root.upgrade().expect("it lives until it is stopped");
        assert_eq!(leaf.upgrade().expect("its supervisor keeps it").ping().await, Ok(()));
        root.stop();
        assert_eq!(root.join().await, Exit::Stopped);
        assert!(!leaf.is_alive());
        diary.assert_order(&["a: on_stop stopped", "a: state dropped"]);
    });
}
