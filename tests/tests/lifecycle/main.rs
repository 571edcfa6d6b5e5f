//! The life of an actor from its start to its end, on every host.

mod children;
mod fairness;
mod handler_failure;
mod joined_failures;
mod kept_alive_by;
mod kept_alive_by_name;
mod million_actors;
mod never_started;
mod not_kept_alive_by;
mod shutdown_steps;
mod start;
mod stop_and_kill;
mod system_shutdown;

tests::on_every_host! {
    start::messages_sent_before_the_start_are_kept_in_order,
    start::messages_sent_while_the_state_is_created_are_kept_in_order,
    start::spawn_never_runs_the_actor_on_the_callers_stack,
    never_started::a_call_to_an_actor_whose_factory_panics_returns_stopped,
    never_started::an_actor_whose_factory_panics_has_ended,
    never_started::a_state_that_is_never_taken_is_dropped_before_the_exit_is_published,
    start::a_message_to_oneself_from_the_start_does_not_hang,
    start::waiting_for_capacity_in_its_own_mailbox_is_a_deadlock,
    kept_alive_by::an_address_in_a_variable_keeps_alive,
    kept_alive_by::an_erased_address_and_an_owned_call_keep_alive,
    kept_alive_by::an_address_in_a_message_keeps_alive,
    kept_alive_by::an_address_in_a_state_keeps_alive,
    kept_alive_by::its_own_address_in_its_state_keeps_alive_until_it_is_stopped,
    kept_alive_by::two_with_each_others_address_live_until_one_is_stopped,
    kept_alive_by::an_address_from_its_context_keeps_alive,
    kept_alive_by::queued_messages_are_handled_before_it_ends,
    kept_alive_by::a_parent_keeps_its_child_alive,
    kept_alive_by::keep_alive_keeps_an_actor_alive_until_it_is_stopped,
    kept_alive_by::an_attached_stream_keeps_alive_until_it_ends,
    kept_alive_by::a_pipe_under_way_keeps_alive_until_its_outcome_is_handled,
    kept_alive_by::an_attached_stream_alone_keeps_a_connection_alive,
    children::children_end_one_after_another_each_allowed_to_finish,
    children::a_parent_is_notified_once_of_a_child_that_ends_by_itself,
    children::a_kill_kills_the_children_last_first,
    children::a_failure_stops_the_children,
    children::a_kill_while_children_end_kills_the_remaining_ones,
    children::a_child_started_in_on_stop_ends_before_its_parent_too,
    children::a_child_of_a_parent_that_has_ended_never_starts,
    children::a_child_spawned_by_the_drop_of_a_state_ends_before_the_exit_of_its_parent,
    children::a_child_spawned_between_two_lives_of_its_parent_never_starts,
    children::the_failure_of_a_child_whose_parent_ends_is_reported,
    handler_failure::the_caller_gets_the_return_value_and_then_the_life_fails,
    handler_failure::an_async_handler_that_fails_goes_on_to_its_end,
    handler_failure::the_first_of_several_failures_is_the_reason,
    handler_failure::hooks_can_fail,
    handler_failure::a_last_message_can_fail,
    handler_failure::a_failure_ends_a_drain,
    handler_failure::concurrent_handlers_finish_before_the_life_fails,
    handler_failure::handlers_of_a_protocol_can_fail,
    handler_failure::a_supervisor_treats_a_handler_failure_like_a_panic,
    handler_failure::a_member_of_a_pool_that_fails_is_replaced,
    handler_failure::a_failure_reaches_linked_actors,
    handler_failure::an_error_that_panics_when_printed_is_a_panic_of_the_handler,
    fairness::a_busy_actor_handles_stop_and_kill,
    not_kept_alive_by::the_last_address_dropped_ends_an_actor_that_never_ran,
    not_kept_alive_by::timers_keep_nothing_alive,
    not_kept_alive_by::tasks_keep_nothing_alive_and_end_with_the_life,
    not_kept_alive_by::monitors_and_links_on_running_actors_keep_nothing_alive,
    not_kept_alive_by::being_monitored_and_linked_keeps_nothing_alive,
    not_kept_alive_by::a_stored_reply_keeps_nothing_alive,
    not_kept_alive_by::replies_of_others_that_it_stores_keep_nothing_alive,
    not_kept_alive_by::a_join_by_a_weak_address_keeps_nothing_alive,
    not_kept_alive_by::two_with_each_others_weak_address_do_not_leak,
    not_kept_alive_by::its_own_weak_address_keeps_nothing_alive,
    not_kept_alive_by::the_handles_of_its_resources_keep_nothing_alive,
    not_kept_alive_by::handles_kept_in_its_own_state_do_not_leak,
    not_kept_alive_by::values_given_to_an_actor_are_dropped_with_it,
    million_actors::a_million_actors_alive_at_once_each_called_once,
    million_actors::many_actors_leave_nothing_when_their_addresses_go,
    kept_alive_by_name::a_name_keeps_alive_until_it_is_stopped,
    kept_alive_by_name::an_unregistered_name_keeps_nothing_alive,
    kept_alive_by_name::a_name_is_free_the_moment_its_holder_has_ended,
    kept_alive_by_name::a_supervisor_and_its_child_live_until_they_are_stopped,
    system_shutdown::a_report_names_the_actors_that_did_not_end_in_time,
    system_shutdown::shutdown_drains_and_ends_trees_in_their_order,
    system_shutdown::after_shutdown_nothing_starts_and_nothing_panics,
    shutdown_steps::the_steps_of_a_stop,
    shutdown_steps::the_steps_of_a_failure,
    shutdown_steps::the_steps_of_a_kill,
    shutdown_steps::a_panic_in_one_step_does_not_skip_the_next,
    stop_and_kill::the_end_wakes_each_waiter,
    stop_and_kill::stop_handles_queued_messages_and_rejects_the_rest,
    stop_and_kill::senders_that_wait_for_capacity_get_stopped,
    stop_and_kill::stop_and_kill_in_any_order_and_number_end_it_once,
    stop_and_kill::no_message_is_handled_before_on_start_is_done,
    stop_and_kill::stop_during_start_lets_it_start_and_drain,
    stop_and_kill::kill_during_start_ends_it_at_its_await,
    stop_and_kill::a_failed_start_is_reported_to_joiners_and_queued_callers,
    stop_and_kill::a_state_that_cannot_be_created_is_a_failed_start,
    stop_and_kill::kill_drops_the_running_handler_and_notifies_its_caller,
    stop_and_kill::kill_lets_a_sync_handler_return_and_skips_the_next,
    stop_and_kill::kill_before_the_first_run_notifies_all,
    stop_and_kill::a_message_taken_before_a_kill_is_handled_up_to_its_first_await,
}

// These mostly wait.
tests::on_every_host_at_once! {
    children::a_child_that_does_not_stop_in_its_time_is_killed,
}

#[test]
fn a_local_actor_can_fail() {
    tests::run_on(tests::Host::CurrentThread, "local", handler_failure::a_local_actor_can_fail);
}

/// Behaviors that a simulation does not support, with the reason.
mod beyond_simulation {
    use super::fairness;

    tests::on_real_hosts! {
        // Timers fire while an actor is always busy, when virtual time does not advance.
        fairness::actors_that_always_send_to_themselves_starve_no_other,
        fairness::async_handlers_that_always_have_a_message_starve_no_other,
        fairness::actors_that_wake_each_other_forever_starve_no_other,
    }
}
