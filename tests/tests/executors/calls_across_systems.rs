//! Addresses cross hosts; any pair of hosts call each other.

use actor_core::prelude::*;
use std::time::Duration;
use tests::{Host, Started, guarded};

const LIMIT: Duration = Duration::from_secs(60);

/// Answers, at once or after a while on its own host's clock.
#[actor]
struct Callee {
    calls: u32,
}

#[actor]
impl Callee {
    fn number(&mut self) -> u32 {
        self.calls += 1;
        self.calls
    }

    async fn number_later(&mut self) -> u32 {
        actor_core::time::sleep(Duration::from_millis(1)).await;
        self.number()
    }

    fn fail(&self) {
        panic!("as asked");
    }
}

/// Calls from its own host.
#[actor]
struct Caller;

#[actor]
impl Caller {
    /// Returns the results of three calls, and the exit of the callee.
    async fn visit(&self, callee: CalleeAddr) -> (Result<[u32; 3], CallError>, Exit) {
        let numbers = async {
            let first = callee.number().await?;
            let second = callee.number_later().timeout(LIMIT).await?;
            callee.number().send().await?;
            Ok([first, second, callee.number().await?])
        };
        let numbers = numbers.await;
        let failed = callee.fail().await;
        assert!(matches!(failed, Err(CallError::Panicked(_))), "{failed:?}");
        (numbers, callee.join().await)
    }
}

/// A current-thread system runs only while its thread drives it, so that here two of them cannot
/// serve each other; each of them and each other host can.
const HOSTS: [Host; 5] =
    [Host::MultiThread(2), Host::Tokio(2), Host::TokioCurrent, Host::Smol(2), Host::CurrentThread];

#[test]
fn any_pair_of_hosts_call_each_other() {
    guarded("g9", || {
        for (from, to) in HOSTS.iter().flat_map(|from| HOSTS.map(|to| (*from, to))) {
            if (from, to) == (Host::CurrentThread, Host::CurrentThread) {
                continue;
            }
            let (calling, called) = (from.start(), to.start());
            let callee = calling_or(&called).spawn(Callee { calls: 0 });
            let caller = calling_or(&calling).spawn(Caller);
            // Whichever of the two needs to be driven by this thread is.
            let driven = if to == Host::CurrentThread { &called } else { &calling };
            let (numbers, exit) = driven.system.block_on(caller.visit(callee)).unwrap();
            assert_eq!(numbers, Ok([1, 2, 4]), "from {from:?} to {to:?}");
            assert!(matches!(exit, Exit::Failed(_)), "from {from:?} to {to:?}: {exit}");
        }
    });
}

fn calling_or(started: &Started) -> &System {
    &started.system
}

#[test]
fn many_calls_to_and_fro_between_any_two_hosts() {
    guarded("g9 to and fro", || {
        for (one, other) in [
            (Host::MultiThread(2), Host::Tokio(2)),
            (Host::Tokio(2), Host::Smol(2)),
            (Host::TokioCurrent, Host::MultiThread(1)),
            (Host::Smol(1), Host::TokioCurrent),
        ] {
            let (one, other) = (one.start(), other.start());
            let mut callees = [&one, &other].map(|on| on.system.spawn(Callee { calls: 0 }));
            let tasks = [&other, &one].map(|on| {
                callees.rotate_left(1);
                let callee = callees[1].clone();
                on.system.spawn_task(async move {
                    for number in 1..=1000 {
                        assert_eq!(callee.number().await, Ok(number));
                    }
                })
            });
            for task in tasks {
                one.system.block_on(task);
            }
        }
    });
}
