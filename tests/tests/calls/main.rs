//! Calls, sends and replies, on every host.

mod addresses_as_data;
mod call_settings;
mod callers;
mod cancel;
mod deadline;
mod error_types;
mod errors_at_the_end;
mod over_loop_back;
mod pipe;
mod rejected_messages;
mod reply;
mod returned_futures;
mod timeout;

tests::on_every_host! {
    callers::a_call_from_a_plain_task,
    callers::a_call_from_another_actor,
    errors_at_the_end::a_call_that_panics_returns_panicked,
    errors_at_the_end::the_failure_of_a_call_is_the_exit_of_its_actor,
    errors_at_the_end::a_call_whose_actor_is_killed_meanwhile_returns_killed,
    errors_at_the_end::a_sync_handler_that_is_killed_runs_to_its_return,
    errors_at_the_end::calls_queued_at_an_actor_that_ends_return_stopped,
    errors_at_the_end::calls_queued_at_an_actor_that_fails_to_start_return_stopped,
    timeout::timed_out_calls_leave_no_residue,
    cancel::a_call_dropped_before_queueing_is_never_handled,
    cancel::a_call_dropped_while_queued_is_never_handled,
    cancel::a_call_dropped_while_replying_drops_the_reply,
    cancel::a_call_dropped_while_running_finishes,
    cancel::the_reply_to_a_call_dropped_while_running_is_dropped,
    cancel::the_result_of_a_cancelled_call_is_discarded,
    cancel::a_late_reply_cannot_answer_the_next_call,
    addresses_as_data::a_reply_goes_to_the_address_in_the_message,
    addresses_as_data::a_message_goes_around_a_ring_of_ten_thousand_actors,
    addresses_as_data::ping_pong_by_address,
    rejected_messages::a_send_that_waits_for_capacity_gets_its_message_back_at_the_end,
    rejected_messages::a_send_that_waits_for_capacity_gets_its_message_back_at_a_kill,
    rejected_messages::sending_to_an_ended_actor_hands_the_message_back,
    reply::a_dropped_reply_gives_no_reply_immediately,
    reply::the_failure_of_a_handler_that_has_replied_reaches_no_other_call,
    errors_at_the_end::a_self_handler_is_the_last_message,
    errors_at_the_end::messages_behind_a_self_handler_are_stopped,
    addresses_as_data::the_original_methods_remain_callable_on_the_plain_struct,
    reply::the_callee_answers_the_callers_caller,
    reply::the_callee_is_notified_that_the_caller_has_left,
    reply::the_callee_of_a_queued_message_finds_that_the_caller_has_left,
    pipe::a_load_of_100_ms_holds_up_no_call,
    pipe::a_panic_in_the_piped_future_arrives_as_a_failure,
    pipe::a_piped_call_that_fails_arrives_as_its_error,
    pipe::a_thousand_callers_of_one_key_are_answered_by_one_load,
    pipe::an_actor_that_loads_answers_other_calls_meanwhile,
    timeout::if_room_refuses_immediately_and_answers_when_there_is_capacity,
    timeout::never_handled_is_exact_under_a_race,
    timeout::never_handled_is_true_while_queued_and_false_once_begun,
    rejected_messages::a_send_error_goes_through_the_question_mark,
    rejected_messages::calls_are_combined_and_owned,
    call_settings::the_settings_of_a_call_combine_in_any_order,
    call_settings::the_settings_of_a_send_combine_in_any_order,
    call_settings::the_settings_of_a_forwarded_call_combine_in_any_order,
    call_settings::a_time_limit_holds_in_each_order,
    call_settings::if_room_holds_in_each_order,
    call_settings::a_forwarded_call_that_is_not_sent_gives_the_reply_back,
    call_settings::a_handler_answers_by_itself_where_it_cannot_forward,
    call_settings::a_piped_call_may_have_a_time_limit,
    call_settings::a_send_that_would_block_its_system_gives_the_message_back,
    deadline::a_message_has_the_timeout_of_its_call_as_deadline,
    deadline::calls_in_a_handler_inherit_its_deadline,
    deadline::calls_without_deadline_inherit_none,
    deadline::a_piped_call_inherits_and_other_futures_and_timers_do_not,
    deadline::protocols_and_pools_inherit_as_plain_calls,
    deadline::a_queued_call_ends_with_the_deadline_and_is_never_handled,
    deadline::a_queued_call_ends_with_the_deadline_and_says_that_it_never_started,
    deadline::a_running_call_ends_with_the_deadline_and_says_that_it_started,
    deadline::calls_that_are_polled_with_their_own_wakers_end_with_the_deadline,
    deadline::the_shorter_of_timeout_and_deadline_is_reported,
    deadline::a_wait_for_capacity_ends_with_the_deadline,
    deadline::a_wait_of_a_publisher_ends_with_the_deadline,
    deadline::a_call_after_the_deadline_is_not_sent,
    deadline::a_call_without_deadline_outlives_that_of_its_handler,
}

/// Behaviors that a simulation does not support, with the reason.
mod beyond_simulation {
    use super::{call_settings, callers, reply};

    tests::on_real_hosts! {
        // Other threads reach in.
        callers::a_call_from_a_thread_outside_async,
        callers::a_call_from_the_destructor_of_a_thread_local,
        callers::a_call_with_a_timeout_from_the_destructor_of_a_thread_local,
        callers::a_call_from_a_tokio_task,
        call_settings::a_thread_outside_async_waits_in_each_order,
        reply::a_stored_reply_answers_later_from_another_task,
    }
}
