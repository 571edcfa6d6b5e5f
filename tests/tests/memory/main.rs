//! The promises about memory, measured by counting allocations. They run one at a time, in a
//! separate binary, so that no other allocations are counted.

mod bursts;
mod expired_calls;
#[path = "../soak/heap.rs"]
mod heap;
mod links_and_monitors;
mod measure;
mod proxies;
mod remote_calls;
mod removed_entries;
mod simulations;
mod streams;
mod systems;
mod timed_out_calls;

/// Creates tests of each `topic::behavior` on one host. Each holds the lock before its system starts and
/// until that has ended, since both allocate.
macro_rules! alone_on {
    ($module:ident, $host:expr, $($topic:ident::$name:ident,)*) => {
        mod $module {
            $(
                #[test]
                fn $name() {
                    let _alone = crate::measure::alone();
                    tests::run_on($host, stringify!($name), crate::$topic::$name);
                }
            )*
        }
    };
}

/// The same on every host but a simulation, which keeps the first million steps of its run to report
/// them if it fails. A debug build, which is slow, has half of the hosts: one of each kind of timer.
macro_rules! alone_on_real_hosts {
    ($($topic:ident::$name:ident,)*) => {
        alone_on! { multi_thread_2, tests::Host::MultiThread(2), $($topic::$name,)* }
        #[cfg(not(debug_assertions))]
        alone_on! { multi_thread_1, tests::Host::MultiThread(1), $($topic::$name,)* }
        alone_on! { current_thread, tests::Host::CurrentThread, $($topic::$name,)* }
        alone_on! { tokio_multi, tests::Host::Tokio(2), $($topic::$name,)* }
        #[cfg(not(debug_assertions))]
        alone_on! { tokio_current, tests::Host::TokioCurrent, $($topic::$name,)* }
        #[cfg(not(debug_assertions))]
        alone_on! { smol, tests::Host::Smol(2), $($topic::$name,)* }
    };
}

alone_on_real_hosts! {
    expired_calls::memory_stays_flat_over_100_000_expired_calls,
    streams::memory_stays_flat_over_dropped_streams,
    timed_out_calls::memory_stays_flat_over_100_000_timed_out_calls,
}

alone_on! { parks_current_thread, tests::Host::CurrentThread,
    bursts::an_idle_actor_keeps_nothing_of_a_burst,
}

// The retained memory does not depend on the host.
alone_on! { rounds_multi_thread, tests::Host::MultiThread(2),
    links_and_monitors::links_to_actors_that_end_keep_nothing,
    links_and_monitors::linking_the_same_actor_again_keeps_nothing,
    links_and_monitors::links_of_each_life_keep_nothing,
    links_and_monitors::monitors_keep_nothing,
    links_and_monitors::children_that_end_keep_nothing,
    links_and_monitors::links_and_monitors_of_a_process_keep_nothing,
    proxies::observed_calls_leave_nothing,
    proxies::proxies_of_a_lasting_actor_leave_nothing,
    removed_entries::resources_of_a_context_leave_nothing,
    removed_entries::names_leave_nothing,
    removed_entries::waiters_that_give_up_leave_nothing,
    removed_entries::subscribers_that_end_leave_nothing,
    removed_entries::tasks_leave_nothing,
    removed_entries::processes_leave_nothing,
    removed_entries::children_and_members_that_end_leave_nothing,
}
