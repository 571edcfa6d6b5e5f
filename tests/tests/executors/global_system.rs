//! The global system, which is created once in a process.

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

/// One more than the default; none of them has a thread to spare.
#[test]
fn actor_threads_sets_the_number_of_its_threads() {
    const NAME: &str = "global_system::actor_threads_sets_the_number_of_its_threads";
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

/// A typing error in a deployment is not taken for "as many as there are cores".
#[test]
fn a_bad_actor_threads_is_an_error_that_names_the_value() {
    const NAME: &str = "global_system::a_bad_actor_threads_is_an_error_that_names_the_value";
    const BAD: [&str; 5] = ["many", "0", "-1", "2.5", ""];
    if let Ok(value) = std::env::var("ACTOR_THREADS")
        && BAD.contains(&&*value)
    {
        // Each use says so, the first one and later ones.
        for _ in 0..2 {
            let panic = std::panic::catch_unwind(System::current).expect_err("there is no system");
            let text = panic.downcast_ref::<String>().expect("the text names the value");
            let wanted = format!(
                "`ACTOR_THREADS` is {value:?}; set it to a number of threads from 1 on, or remove it"
            );
            assert_eq!(*text, wanted);
        }
        return;
    }
    for value in BAD {
        let mut again = Command::new(std::env::current_exe().expect("a test knows its binary"));
        again.args(["--exact", NAME]).env("ACTOR_THREADS", value);
        let output = again.output().expect("a test can be run again");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && told.contains("1 passed"), "{value}: {told}");
    }
}
