//! The global system, which is made once in a process.

use actor_core::future::join_all;
use actor_core::prelude::*;
use std::process::Command;
use std::sync::{Arc, Barrier};

/// Meets others, each on a thread of its own.
#[actor]
struct Guest {
    all: Arc<Barrier>,
}

#[actor]
impl Guest {
    fn meet(&self) {
        self.all.wait();
    }
}

/// One more than there would be if nobody said so; none of them has a thread to spare.
#[test]
fn actor_threads_sets_the_number_of_its_threads() {
    const NAME: &str = "global::actor_threads_sets_the_number_of_its_threads";
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = cores + 1;
    let is_told = std::env::var("ACTOR_THREADS").is_ok_and(|told| told == threads.to_string());
    if is_told {
        tests::guarded("threads", move || {
            let all = Arc::new(Barrier::new(threads));
            let guests: Vec<_> = (0..threads).map(|_| Guest { all: all.clone() }.spawn()).collect();
            let met = join_all(guests.iter().map(GuestAddr::meet));
            assert!(smol::block_on(met).iter().all(Result::is_ok));
        });
        return;
    }
    let mut again = Command::new(std::env::current_exe().expect("a test knows its binary"));
    again.args(["--exact", NAME]).env("ACTOR_THREADS", threads.to_string());
    let output = again.output().expect("a test can be run again");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}
