//! Deadlocks are refused immediately, with their cycle, and no other wait is.

mod abandoned_calls;
mod cycles;
mod each_way_to_wait;
mod full_mailboxes;
mod no_false_alarm;
mod node;
mod not_detected;
mod stale_waker;
mod start_and_end;
mod stop_within;
mod storm;
mod storm_guests;

tests::on_every_host! {
    cycles::a_call_to_oneself_is_refused,
    cycles::cycles_of_two_three_ten_and_a_thousand_are_refused,
    cycles::cycles_with_a_deadline_are_refused_at_once,
    cycles::a_caller_outside_of_the_cycle_gets_its_reply,
    cycles::the_error_names_the_waiting_actors_and_their_handlers,
    cycles::cross_calls_at_the_same_moment_are_refused_once_each,
    cycles::three_callers_that_block_at_the_same_moment_get_one_refusal,
    cycles::a_cycle_through_hooks_and_children_is_refused,
    cycles::a_cycle_through_a_guarded_message_of_a_protocol_is_refused,
    cycles::without_detection_no_call_is_refused,
    each_way_to_wait::each_untimed_wait_that_completes_a_cycle_is_refused_at_once,
    each_way_to_wait::a_timed_call_that_completes_a_cycle_is_refused,
    start_and_end::a_call_in_on_stop_to_the_actor_that_awaits_the_end_is_refused,
    start_and_end::a_join_that_completes_a_cycle_refuses_the_call_in_it,
    start_and_end::a_join_and_a_call_at_the_same_moment_never_hang,
    start_and_end::a_call_in_on_start_to_the_actor_that_awaits_the_start_is_refused,
    start_and_end::one_of_two_calls_in_a_cycle_with_a_join_is_refused,
    stop_within::a_stop_within_refuses_no_call_that_its_kill_would_end,
    start_and_end::a_cycle_of_joins_ends_by_a_panic_that_names_it,
    start_and_end::a_join_next_to_another_wait_is_not_an_edge,
    start_and_end::an_abandoned_join_is_not_an_edge,
    full_mailboxes::two_full_mailboxes_are_a_cycle,
    full_mailboxes::a_full_mailbox_and_a_call_are_a_cycle,
    full_mailboxes::a_sender_that_was_just_admitted_is_not_an_edge,
    no_false_alarm::an_actor_with_another_way_out_continues,
    no_false_alarm::a_timed_call_within_a_cycle_times_out,
    no_false_alarm::a_timed_call_with_another_way_out_is_not_refused,
    no_false_alarm::a_handler_that_spawns_its_callers_continues,
    not_detected::a_call_that_another_task_may_answer_is_never_refused,
    abandoned_calls::an_abandoned_call_is_not_an_edge,
    abandoned_calls::a_call_moved_away_while_its_actor_is_idle_is_not_an_edge,
    abandoned_calls::a_reply_moved_to_another_actor_leaves_no_edge,
    storm::a_storm_of_calls_raises_no_false_alarm,
    storm::a_storm_with_kills_restarts_and_stops_never_hangs,
}

/// These involve other threads, timers or systems.
mod real {
    use super::{cycles, each_way_to_wait, no_false_alarm, stale_waker, storm};

    tests::on_real_hosts! {
        cycles::a_cycle_through_two_systems_is_refused,
        each_way_to_wait::an_earlier_wait_for_another_thread_hides_no_cycle,
        stale_waker::a_cycle_is_found_when_a_stale_waker_is_dropped,
        no_false_alarm::an_actor_with_another_way_out_on_another_thread_continues,
        storm::a_storm_with_foreign_timers_raises_no_false_alarm,
    }
}
