//! The settings of messages, on every host.

mod abort;
mod cancelled_sources;
mod concurrent;
mod deferred_sources;
mod failed_life;
mod guard_classics;
mod guard_evaluations;
mod held_back_sources;
mod priority_and_unbounded;
#[cfg(not(target_family = "wasm"))]
mod storm;
mod when;

tests::on_every_host! {
    abort::an_abort_handler_is_dropped_with_its_call_and_the_life_goes_on,
    abort::the_drop_of_the_outermost_call_runs_down_the_chain,
    abort::a_send_is_never_aborted,
    abort::a_handler_without_abort_finishes,
    abort::concurrent_abort_handlers_are_dropped_one_by_one,
    abort::messages_of_protocols_are_aborted_as_their_impl_says,
    abort::an_abort_handler_ends_with_its_deadline_though_its_caller_does_not_look,
    abort::a_panic_while_an_abort_handler_is_dropped_fails_the_life,
    abort::a_handler_can_wait_for_its_caller_to_leave,
    concurrent::reads_overlap,
    concurrent::the_number_of_overlapping_handlers_is_limited_and_the_rest_stay_queued,
    concurrent::a_write_waits_for_the_reads_and_is_not_starved_by_them,
    concurrent::a_read_starts_alongside_pending_ones,
    concurrent::deferred_reads_overlap,
    concurrent::a_panic_lets_the_others_finish_and_then_fails_the_life,
    concurrent::after_a_panic_the_next_life_goes_on_with_the_queue,
    concurrent::stop_waits_for_running_handlers,
    concurrent::a_stop_during_handlers_waits_for_them,
    concurrent::kill_drops_all_running_handlers,
    concurrent::the_last_address_dropped_does_not_end_running_handlers,
    concurrent::a_last_message_waits_for_running_handlers,
    concurrent::a_priority_write_is_next_and_waits_for_running_handlers,
    concurrent::a_concurrent_tick_starts_alongside_others,
    concurrent::guards_and_concurrency_go_together,
    concurrent::members_of_a_pool_overlap_and_leave_writes_to_others,
    concurrent::a_member_in_excess_passes_its_message_on_while_its_handler_runs,
    concurrent::a_member_that_waits_for_its_handlers_gets_no_message_while_another_is_idle,
    cancelled_sources::a_cancelled_source_is_silent_although_its_message_waits_for_handlers,
    concurrent::reads_and_writes_in_a_storm,
    concurrent::a_wake_up_polls_only_its_handler,
    concurrent::each_of_many_handlers_ends_when_its_caller_leaves_or_its_deadline_passes,
    concurrent::a_kill_drops_each_of_many_handlers,
    concurrent::a_kill_drops_the_handlers_although_an_input_waits_for_them,
    deferred_sources::a_deferred_message_of_a_cancelled_source_is_not_handled,
    deferred_sources::a_deferred_message_of_a_source_ends_with_its_life,
    deferred_sources::a_deferred_message_of_a_source_is_not_reported_at_the_end,
    deferred_sources::a_deferred_tick_is_the_only_one_that_waits,
    failed_life::a_message_of_a_timer_that_waits_is_not_handled_after_a_failure,
    failed_life::a_hook_that_waits_does_not_run_after_a_failure,
    failed_life::a_failure_of_a_child_whose_hook_waits_is_reported_after_a_failure,
    failed_life::a_second_panic_is_reported_and_the_first_is_the_cause,
    failed_life::a_deferred_message_that_waits_for_handlers_goes_to_the_next_life,
    failed_life::a_notice_of_a_link_that_waits_for_handlers_goes_to_the_next_life,
    guard_evaluations::a_new_message_is_evaluated_once_before_the_next_handler,
    guard_evaluations::a_message_that_waits_for_handlers_is_not_evaluated_at_each_of_their_awaits,
    held_back_sources::a_message_that_waited_for_handlers_and_is_then_deferred_ends_with_its_source,
    held_back_sources::a_tick_that_waited_for_handlers_and_is_then_deferred_is_the_only_one,
    priority_and_unbounded::priority_is_taken_before_the_next_ordinary_message,
    priority_and_unbounded::priority_is_seen_between_two_messages_of_a_batch,
    priority_and_unbounded::priority_has_a_bound_of_its_own_of_the_same_capacity,
    priority_and_unbounded::priority_senders_wait_for_capacity_in_their_own_queue,
    priority_and_unbounded::priority_that_is_dropped_or_timed_out_is_never_handled,
    priority_and_unbounded::stop_drains_ordinary_and_priority_messages,
    priority_and_unbounded::kill_rejects_ordinary_and_priority_messages,
    priority_and_unbounded::a_restart_keeps_ordinary_and_priority_messages,
    priority_and_unbounded::a_pool_takes_priority_first,
    priority_and_unbounded::unbounded_needs_no_capacity_and_passes_waiting_senders,
    priority_and_unbounded::unbounded_takes_no_capacity_from_others,
    priority_and_unbounded::unbounded_is_refused_by_an_ended_actor_only,
    priority_and_unbounded::priority_and_unbounded_together,
    priority_and_unbounded::a_self_message_may_have_priority,
    when::a_guard_sees_the_arguments_by_reference,
    when::a_true_guard_is_handled_at_once,
    when::deferred_messages_are_retried_oldest_first_before_the_mailbox,
    when::a_deferred_message_holds_nothing_back,
    when::a_dropped_deferred_call_frees_its_slot_and_is_never_handled,
    when::a_caller_that_has_left_takes_no_capacity_from_others,
    when::past_the_limit_a_call_gets_full_and_a_send_is_reported,
    when::a_drain_handles_messages_whose_guard_becomes_true_and_rejects_the_rest,
    when::a_kill_rejects_deferred_messages,
    when::deferred_messages_survive_a_restart_in_order,
    when::without_a_next_life_deferred_messages_are_stopped,
    when::a_panic_in_a_guard_loses_the_message_that_it_was_evaluated_for,
    when::a_panic_in_a_guard_that_is_reevaluated_loses_its_message,
    when::a_handler_that_awaits_and_one_that_answers_later_may_have_guards,
    when::messages_of_a_timer_are_deferred_too,
    when::generic_actors_have_guards,
    when::deferred_messages_of_a_pool_member_are_its_own,
}

/// Behaviors that a simulation does not support, because they involve other threads.
mod beyond_simulation {
    use super::priority_and_unbounded;

    tests::on_real_hosts! {
        priority_and_unbounded::an_admitted_priority_sender_is_seen_between_two_messages_of_a_batch,
    }
}
