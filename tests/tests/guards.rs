//! F1, F2, F5: the settings of messages, on every host.

#[path = "guards/lanes.rs"]
mod lanes;
#[path = "guards/when.rs"]
mod when;

tests::on_every_host! {
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
    when::f02_a_guard_sees_the_arguments_by_reference,
    when::f02_a_true_guard_is_handled_at_once,
    when::f02_kept_messages_are_retried_oldest_first_before_the_mailbox,
    when::f02_a_message_kept_aside_holds_nothing_back,
    when::f02_a_dropped_call_leaves_its_place_and_never_runs,
    when::f02_who_is_gone_takes_no_room_from_the_others,
    when::f02_past_the_bound_a_call_gets_full_and_a_send_is_reported,
    when::f02_a_drain_handles_what_comes_true_and_gives_up_the_rest,
    when::f02_a_kill_gives_up_what_is_kept,
    when::f02_kept_messages_stay_over_a_restart_in_order,
    when::f02_without_a_next_life_what_is_kept_is_stopped,
    when::f02_a_panic_in_a_guard_loses_the_message_it_was_asked_about,
    when::f02_a_panic_in_a_guard_that_is_asked_again_loses_that_message,
    when::f02_a_handler_that_awaits_and_one_that_answers_later_may_have_guards,
    when::f02_what_a_timer_sends_is_kept_aside_too,
    when::f02_generic_actors_have_guards,
    when::f02_what_a_member_of_a_pool_keeps_aside_is_its_own,
}
