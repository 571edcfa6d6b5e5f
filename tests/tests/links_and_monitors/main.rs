//! Links, monitors and joins: how the end of an actor reaches others, on every host.

mod exits;
mod late_link_or_monitor;
mod links;
mod links_to_pools;
mod long_chains;

tests::on_every_host! {
    late_link_or_monitor::a_parent_is_notified_once_of_a_child_that_fails_immediately,
    late_link_or_monitor::a_link_after_the_end_fails_an_actor_without_the_hook,
    late_link_or_monitor::a_link_after_the_end_is_notified_immediately_and_once,
    late_link_or_monitor::a_monitor_after_the_end_is_notified_immediately_and_once,
    long_chains::a_failure_runs_down_a_chain_of_100_000_links,
    long_chains::a_long_chain_of_children_ends_from_its_end,
    exits::one_end_gives_one_exit_to_every_monitor_linker_and_joiner,
    exits::a_dead_or_full_watcher_does_not_stop_the_notification_of_others,
    exits::join_after_the_end_gives_the_same_exit_each_time,
    exits::an_exit_notice_arrives_after_every_message_of_the_ended_actor,
    exits::monitoring_an_ended_actor_delivers_immediately,
    exits::monitoring_a_freed_actor_delivers_no_such_actor,
    exits::a_cancelled_monitor_delivers_nothing_even_if_its_notice_is_queued,
    exits::a_failure_names_its_handler_and_location,
    links::a_failure_goes_round_a_cycle_of_links_once,
    links::a_normal_end_of_a_linked_actor_is_ignored,
    links::linking_an_ended_actor_fails_too_unless_it_was_stopped,
    links::a_link_to_oneself_does_no_harm,
    links::a_link_made_again_is_the_same_link,
    links::a_link_notifies_both_sides_once,
    links::an_unlinked_end_notifies_neither_side,
    links_to_pools::a_pool_fails_with_an_actor_that_has_linked_itself_to_it,
    links_to_pools::a_pool_survives_the_normal_end_of_a_linked_actor,
    links_to_pools::each_member_of_a_pool_runs_its_hook_for_a_linked_actor,
}

/// Behaviors that a simulation does not support, with the reason.
mod beyond_simulation {
    use super::{links, long_chains};

    tests::on_real_hosts! {
        // Other threads reach in.
        long_chains::dropping_the_first_of_a_chain_of_100_000_addresses_ends_all,
        links::a_link_that_races_with_death_is_notified_once,
        links::a_link_cancelled_immediately_that_races_with_death_is_never_notified,
        links::an_unlink_that_races_with_death_is_notified_at_most_once,
        links::many_threads_end_one_actor_once,
    }
}
