//! The behaviors of lives, exits, timers and streams, on every host: the list of tests.

#[path = "conformance_life/alive.rs"]
mod alive;
#[path = "conformance_life/chains.rs"]
mod chains;
#[path = "conformance_life/children.rs"]
mod children;
#[path = "conformance_life/exits.rs"]
mod exits;
#[path = "conformance_life/failing.rs"]
mod failing;
#[path = "conformance_life/fair.rs"]
mod fair;
#[path = "conformance_life/forsaken.rs"]
mod forsaken;
#[path = "conformance_life/links.rs"]
mod links;
#[path = "conformance_life/million.rs"]
mod million;
#[path = "conformance_life/named.rs"]
mod named;
#[path = "conformance_life/panics.rs"]
mod panics;
#[path = "conformance_life/probe.rs"]
mod probe;
#[path = "conformance_life/shutdown.rs"]
mod shutdown;
#[path = "conformance_life/sockets.rs"]
mod sockets;
#[path = "conformance_life/steps.rs"]
mod steps;
#[path = "conformance_life/stops.rs"]
mod stops;
#[path = "conformance_life/streams.rs"]
mod streams;
#[path = "conformance_life/timers.rs"]
mod timers;

tests::on_every_host! {
    alive::an_address_in_a_variable_keeps_alive,
    alive::an_erased_address_and_an_owned_call_keep_alive,
    alive::an_address_in_a_message_keeps_alive,
    alive::an_address_in_a_state_keeps_alive,
    alive::its_own_address_in_its_state_keeps_alive_until_it_is_stopped,
    alive::two_with_each_others_address_live_until_one_is_stopped,
    alive::an_address_made_by_its_context_lets_it_live_on,
    alive::what_is_queued_is_handled_before_it_ends,
    alive::its_parent_keeps_alive,
    alive::keep_keeps_alive_until_it_is_stopped,
    alive::an_attached_stream_keeps_alive_until_it_ends,
    alive::a_pipe_under_way_keeps_alive_until_its_outcome_is_handled,
    alive::a_connection_fed_by_a_stream_lives_by_it_alone,
    chains::a_failure_runs_down_a_chain_of_100_000_links,
    chains::a_long_chain_of_children_ends_from_its_end,
    children::children_end_one_after_another_each_allowed_to_finish,
    children::a_child_that_ends_by_itself_is_told_to_its_parent_once,
    children::a_child_that_does_not_stop_in_its_time_is_killed,
    children::a_kill_kills_the_children_last_first,
    children::a_failure_stops_the_children,
    children::a_kill_while_children_end_kills_what_is_left,
    children::a_child_started_in_on_stop_ends_before_its_parent_too,
    exits::one_end_gives_one_exit_to_every_monitor_linker_and_joiner,
    exits::a_dead_or_full_watcher_does_not_stop_the_others_being_told,
    exits::join_after_the_end_gives_the_same_exit_each_time,
    exits::an_exit_notice_comes_after_every_message_the_dead_one_had_sent,
    exits::monitoring_what_is_dead_delivers_at_once,
    exits::monitoring_what_is_no_longer_known_gives_no_actor,
    exits::a_cancelled_monitor_brings_nothing_even_if_its_notice_waits,
    exits::a_failure_tells_what_failed_where,
    failing::the_caller_gets_the_return_value_and_then_the_life_fails,
    failing::an_async_handler_that_fails_goes_on_to_its_end,
    failing::the_first_of_several_failures_is_the_reason,
    failing::hooks_can_fail,
    failing::a_last_message_can_fail,
    failing::a_failure_ends_a_drain,
    failing::concurrent_handlers_finish_before_the_life_fails,
    failing::handlers_of_a_protocol_can_fail,
    failing::a_supervisor_treats_it_like_a_panic,
    failing::a_member_of_a_pool_that_fails_is_replaced,
    failing::a_failure_reaches_linked_actors,
    failing::an_error_that_panics_when_printed_is_a_panic_of_the_handler,
    fair::a_busy_actor_heeds_stop_and_kill,
    forsaken::the_last_address_dropped_ends_an_actor_that_never_ran,
    forsaken::timers_keep_nothing_alive,
    forsaken::tasks_keep_nothing_alive_and_end_with_the_life,
    forsaken::monitors_and_links_on_the_living_keep_nothing_alive,
    forsaken::being_monitored_and_linked_keeps_nothing_alive,
    forsaken::a_stored_reply_keeps_nothing_alive,
    forsaken::replies_of_others_that_it_stores_keep_nothing_alive,
    forsaken::a_join_by_a_weak_address_keeps_nothing_alive,
    forsaken::two_with_each_others_weak_address_do_not_leak,
    forsaken::its_own_weak_address_keeps_nothing_alive,
    forsaken::the_handles_of_what_it_made_keep_nothing_alive,
    forsaken::handles_kept_in_its_own_state_do_not_leak,
    forsaken::what_an_actor_was_given_is_dropped_with_it,
    links::a_failure_goes_round_a_cycle_of_links_once,
    links::a_normal_end_of_a_linked_actor_is_ignored,
    links::linking_what_is_dead_fails_too_unless_it_was_stopped,
    links::a_link_to_oneself_does_no_harm,
    links::a_link_made_again_is_the_same_link,
    links::a_link_tells_both_sides_once,
    links::an_unlinked_end_is_told_to_neither_side,
    million::a_million_actors_alive_at_once_each_called_once,
    million::many_actors_leave_nothing_when_their_addresses_go,
    named::a_name_keeps_alive_until_it_is_stopped,
    named::a_name_given_back_keeps_nothing_alive,
    named::a_name_is_free_the_moment_its_holder_has_ended,
    named::a_supervisor_and_its_child_live_until_they_are_stopped,
    panics::a_panic_in_a_handler,
    panics::a_panic_in_the_closure_of_a_timer,
    panics::a_panic_in_the_closure_of_a_monitor,
    panics::a_panic_in_an_attached_stream,
    panics::a_panic_in_the_closures_of_a_stream,
    panics::a_panic_in_a_spawned_future,
    panics::a_panic_in_a_piped_future_is_a_message,
    panics::a_panic_in_an_async_handler,
    panics::a_panic_with_a_payload_that_panics_when_dropped,
    panics::a_panic_in_the_drop_of_an_argument,
    panics::a_panic_in_on_start,
    panics::a_panic_in_on_stop_turns_stopped_into_failed,
    panics::a_panic_in_on_exit,
    panics::a_panic_in_the_drop_of_the_state_turns_stopped_into_failed,
    panics::after_a_failure_the_first_stays_the_reason,
    panics::a_panic_in_the_drop_of_a_killed_state_leaves_it_killed,
    panics::a_panic_in_the_drop_of_a_message_thrown_away,
    shutdown::a_report_names_what_did_not_end_in_time,
    shutdown::shutdown_drains_and_ends_trees_in_their_order,
    shutdown::after_shutdown_nothing_starts_and_nothing_panics,
    steps::the_steps_of_a_stop,
    steps::the_steps_of_a_failure,
    steps::the_steps_of_a_kill,
    steps::a_panic_in_one_step_does_not_skip_the_next,
    stops::stop_handles_what_is_queued_and_refuses_the_rest,
    stops::senders_that_wait_for_room_get_stopped,
    stops::stop_and_kill_in_any_order_and_number_end_it_once,
    stops::no_message_is_handled_before_on_start_is_done,
    stops::stop_during_start_lets_it_start_and_drain,
    stops::kill_during_start_ends_it_at_its_await,
    stops::a_failed_start_is_told_to_joiners_and_queued_callers,
    stops::a_state_that_cannot_be_made_is_a_failed_start,
    stops::kill_drops_the_running_handler_and_tells_its_caller,
    stops::kill_lets_a_sync_handler_return_and_skips_the_next,
    stops::kill_before_the_first_run_tells_everybody,
    stops::a_message_taken_before_a_kill_is_handled_up_to_its_first_await,
    streams::a_stream_is_not_polled_while_its_last_item_waits,
    streams::the_end_of_a_stream_comes_once_after_the_last_item,
    streams::cancelling_stops_the_polling_and_skips_what_waits,
    streams::an_always_ready_stream_leaves_room_for_messages,
    streams::errors_are_items,
    streams::a_stream_aimed_at_a_full_actor_waits_for_its_room,
    timers::ticks_never_come_early_nor_more_often_than_due,
    timers::ticks_do_not_drift,
    timers::a_stall_leaves_one_tick_and_makes_no_burst,
    timers::a_one_shot_fires_once_and_not_early,
    timers::a_cancelled_timer_is_silent_at_once_even_if_its_tick_waits,
    timers::timers_die_with_their_life,
    timers::a_period_of_zero_is_a_failure,
    timers::timers_of_666_and_333_ms_interleave_in_due_order,
}

#[test]
fn a_local_actor_can_fail() {
    tests::run_on(tests::Host::CurrentThread, "local", failing::a_local_actor_can_fail);
}

/// Behaviors that a simulation does not support, with the reason.
mod beyond_simulation {
    use super::{chains, fair, links, sockets};

    tests::on_real_hosts! {
        // Other threads reach in.
        chains::dropping_the_first_of_a_chain_of_100_000_addresses_ends_all,
        links::a_link_that_races_with_death_is_told_once,
        links::a_link_cancelled_at_once_that_races_with_death_is_never_told,
        links::an_unlink_that_races_with_death_is_told_once_or_not,
        links::many_threads_end_one_actor_once,
        // Timers fire while an actor is always busy, when virtual time does not advance.
        fair::actors_that_always_have_a_message_to_themselves_starve_nobody,
        fair::async_handlers_that_always_have_a_message_starve_nobody,
        fair::actors_that_wake_each_other_for_ever_starve_nobody,
        // Sockets are woken by another thread.
        sockets::two_hundred_and_fifty_rounds_over_tcp,
        sockets::a_hundred_thousand_bytes_in_chunks_arrive_complete,
        sockets::datagrams_go_to_and_fro,
    }
}
