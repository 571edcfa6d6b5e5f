//! The hosts that behaviours are tested on, and the macro that makes a test of each behaviour on
//! each host.

use crate::guarded;
use actor_core::System;
use std::time::Duration;

/// How long the actors of a test may take to end when it is over.
const ENDING: Duration = Duration::from_secs(30);

/// A kind of system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// So many worker threads.
    MultiThread(usize),
    /// The thread of the test alone.
    CurrentThread,
}

impl Host {
    fn start(self) -> System {
        match self {
            Host::MultiThread(threads) => System::builder().threads(threads).name("test").build(),
            Host::CurrentThread => System::current_thread(),
        }
    }
}

/// Runs `behaviour` with a fresh system on a thread of its own, then shuts the system down; fails
/// if it panics, hangs, or leaves behind what does not end when it is stopped.
pub fn run_on(host: Host, name: &'static str, behaviour: fn(&System)) {
    guarded(&format!("{name} on {host:?}"), move || {
        let system = host.start();
        behaviour(&system);
        let report = system.block_on(system.shutdown(ENDING));
        assert!(report.is_clean(), "{name} on {host:?} left something behind: {report}");
    });
}

/// Makes a test of each `topic::behaviour`, a `fn(&System)`, on every host. A further host is a
/// further line here.
#[macro_export]
macro_rules! on_every_host {
    ($($topic:ident::$name:ident,)*) => {
        $crate::on_every_host! { @on multi_thread_2, $crate::Host::MultiThread(2), $($topic::$name,)* }
        $crate::on_every_host! { @on multi_thread_1, $crate::Host::MultiThread(1), $($topic::$name,)* }
        $crate::on_every_host! { @on current_thread, $crate::Host::CurrentThread, $($topic::$name,)* }
    };
    (@on $module:ident, $host:expr, $($topic:ident::$name:ident,)*) => {
        mod $module {
            $(
                #[test]
                fn $name() {
                    $crate::run_on($host, stringify!($name), super::$topic::$name);
                }
            )*
        }
    };
}
