//! States, processes and tasks whose `Drop` starts a successor: the end of their system ends the chain.

use actor_core::prelude::*;
use actor_core::process::Inbox;
use std::time::Duration;
use tests::{Host, Tally, guarded};

const LIMIT: Duration = Duration::from_secs(60);
const HOSTS: [Host; 7] = [
    Host::MultiThread(2),
    Host::MultiThread(1),
    Host::CurrentThread,
    Host::Tokio(2),
    Host::TokioCurrent,
    Host::Smol(2),
    Host::Simulation(1),
];

/// The kind of successor.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Actor,
    Process,
    Task,
}

/// Starts a successor when it is dropped.
struct Respawn {
    kind: Kind,
    system: System,
    drops: Tally,
}

impl Respawn {
    fn start(self) {
        let system = self.system.clone();
        match self.kind {
            Kind::Actor => system.spawn(Guard { _respawn: self }).keep_alive(),
            Kind::Process => system
                .spawn_process(async move |mut inbox: Inbox<()>| {
                    inbox.receive().await;
                    drop(self);
                })
                .keep_alive(),
            Kind::Task => system
                .spawn_task(async move {
                    std::future::pending::<()>().await;
                    drop(self);
                })
                .detach(),
        }
    }
}

impl Drop for Respawn {
    fn drop(&mut self) {
        self.drops.add();
        let (system, drops) = (self.system.clone(), self.drops.clone());
        Respawn { kind: self.kind, system, drops }.start();
    }
}

#[actor]
struct Guard {
    _respawn: Respawn,
}

#[actor]
impl Guard {}

#[test]
fn a_drop_that_starts_a_successor_ends_with_its_system() {
    guarded("respawn", || {
        for host in HOSTS {
            for kind in [Kind::Actor, Kind::Process, Kind::Task] {
                let (started, drops) = (host.start(), Tally::default());
                let system = started.system.clone();
                Respawn { kind, system: system.clone(), drops: drops.clone() }.start();
                let report = system.block_on(system.shutdown(LIMIT));
                assert!(report.stuck.is_empty(), "{kind:?} on {host:?}: {report}");
                // Some were dropped, and the chain has ended.
                futures_lite::future::block_on(drops.reaches(2));
            }
        }
    });
}
