//! The settings of messages, on every host.

#[path = "guards/concurrent.rs"]
mod concurrent;
#[path = "guards/lanes.rs"]
mod lanes;
#[path = "guards/when.rs"]
mod when;

tests::on_every_host! {
    concurrent::reads_overlap,
    concurrent::no_more_overlap_than_are_allowed_and_the_rest_stay_queued,
    concurrent::a_write_waits_for_the_reads_and_is_not_starved_by_them,
    concurrent::a_read_starts_beside_others_that_are_pending,
    concurrent::a_panic_lets_the_others_finish_and_then_fails_the_life,
    concurrent::after_a_panic_the_next_life_goes_on_with_the_queue,
    concurrent::stop_waits_for_those_that_run,
    concurrent::a_stop_while_they_run_waits_for_them,
    concurrent::kill_drops_all_of_them,
    concurrent::the_last_address_gone_does_not_end_what_runs,
    concurrent::leaving_waits_for_the_others,
    concurrent::an_urgent_write_is_next_and_waits_for_those_that_run,
    concurrent::a_tick_that_is_concurrent_starts_beside_others,
    concurrent::guards_and_concurrency_go_together,
    concurrent::members_of_a_pool_overlap_and_leave_writes_to_others,
    concurrent::reads_and_writes_in_a_storm,
    lanes::priority_is_taken_before_the_next_ordinary_message,
    lanes::priority_is_seen_between_two_messages_of_a_batch,
    lanes::priority_has_a_bound_of_its_own_of_the_same_capacity,
    lanes::priority_senders_wait_for_room_in_their_own_line,
    lanes::priority_that_is_dropped_or_timed_out_is_never_handled,
    lanes::stop_drains_both_lanes,
    lanes::kill_stops_what_waits_in_both_lanes,
    lanes::a_restart_keeps_both_lanes,
    lanes::a_pool_takes_priority_first,
    lanes::unbounded_needs_no_room_and_passes_who_waits,
    lanes::unbounded_takes_no_room_from_the_others,
    lanes::unbounded_is_refused_by_an_ended_actor_only,
    lanes::priority_and_unbounded_together,
    lanes::a_self_message_may_have_priority,
    when::a_guard_sees_the_arguments_by_reference,
    when::a_true_guard_is_handled_at_once,
    when::kept_messages_are_retried_oldest_first_before_the_mailbox,
    when::a_message_kept_aside_holds_nothing_back,
    when::a_dropped_call_leaves_its_place_and_never_runs,
    when::who_is_gone_takes_no_room_from_the_others,
    when::past_the_bound_a_call_gets_full_and_a_send_is_reported,
    when::a_drain_handles_what_comes_true_and_gives_up_the_rest,
    when::a_kill_gives_up_what_is_kept,
    when::kept_messages_stay_over_a_restart_in_order,
    when::without_a_next_life_what_is_kept_is_stopped,
    when::a_panic_in_a_guard_loses_the_message_it_was_asked_about,
    when::a_panic_in_a_guard_that_is_asked_again_loses_that_message,
    when::a_handler_that_awaits_and_one_that_answers_later_may_have_guards,
    when::what_a_timer_sends_is_kept_aside_too,
    when::generic_actors_have_guards,
    when::what_a_member_of_a_pool_keeps_aside_is_its_own,
}
