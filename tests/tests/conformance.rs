//! The behaviors of messages and calls, each on every host.
//!
//! A behavior is a function of a system; the table below creates tests of it.

#[path = "conformance/call"]
mod call {
    mod bound;
    mod callers;
    mod cancel;
    mod combining;
    mod data;
    mod death;
    mod order;
    mod own_address;
    mod pipe;
    mod refusal;
    mod reply;
    mod start;
    mod stillborn;
    mod timeouts;
    mod waiting;
    mod watch;

    tests::on_every_host! {
        start::messages_sent_before_the_start_are_kept_in_order,
        start::messages_sent_while_the_state_is_made_are_kept_in_order,
        start::spawn_never_runs_the_actor_on_the_callers_stack,
        watch::a_child_that_fails_at_once_is_told_to_its_parent_exactly_once,
        watch::a_link_after_the_end_fails_an_actor_without_the_hook,
        watch::a_link_after_the_end_is_told_at_once_and_once,
        watch::a_monitor_after_the_end_is_told_at_once_and_once,
        callers::a_call_from_a_plain_task,
        callers::a_call_from_another_actor,
        death::a_call_that_panics_returns_panicked,
        death::a_call_whose_actor_is_killed_meanwhile_returns_killed,
        death::a_sync_handler_that_is_killed_runs_to_its_return,
        death::calls_queued_at_an_actor_that_ends_return_stopped,
        death::calls_queued_at_an_actor_that_fails_to_start_return_stopped,
        stillborn::a_call_to_an_actor_whose_maker_panics_returns_stopped,
        stillborn::an_actor_whose_making_cannot_begin_has_ended,
        timeouts::timed_out_calls_leave_no_residue,
        cancel::a_call_dropped_before_queueing_is_never_handled,
        cancel::a_call_dropped_while_queued_is_never_handled,
        cancel::a_call_dropped_while_replying_drops_the_reply,
        cancel::a_call_dropped_while_running_finishes,
        cancel::a_finished_handler_of_a_cancelled_call_answers_nobody,
        cancel::a_late_reply_cannot_answer_the_next_call,
        data::a_reply_goes_to_the_address_in_the_message,
        data::a_ring_of_ten_thousand,
        data::ping_pong_by_address,
        refusal::a_send_that_waits_for_room_gets_its_message_back_at_the_end,
        refusal::sending_to_an_ended_actor_hands_the_message_back,
        bound::a_batch_taken_out_is_no_second_capacity,
        bound::a_fast_actor_never_holds_more_than_64,
        bound::a_stuck_actor_takes_64_of_20_000,
        bound::a_thousand_tasks_hold_no_more_than_64_queued,
        bound::a_waiting_sender_gets_the_room_that_a_pending_handler_has_made,
        waiting::a_dropped_call_that_waited_for_room_loses_no_slot,
        waiting::a_dropped_sender_loses_no_slot_and_no_wake_up,
        waiting::a_sender_dropped_after_it_was_let_in_has_sent,
        waiting::no_wake_up_is_lost_when_senders_come_and_go,
        waiting::nobody_passes_one_who_waits,
        waiting::waiting_senders_are_served_in_order,
        start::a_message_to_oneself_from_the_start_does_not_hang,
        start::waiting_for_room_in_ones_own_mailbox_is_a_deadlock,
        order::order_holds_over_pending_handlers,
        reply::a_dropped_reply_gives_no_reply_at_once,
        death::a_self_handler_is_the_last_message,
        death::messages_behind_a_self_handler_are_stopped,
        data::the_original_methods_remain_callable_on_the_plain_struct,
        reply::the_callee_answers_the_callers_caller,
        reply::the_callee_learns_that_the_caller_is_gone,
        pipe::a_load_of_100_ms_holds_up_no_call,
        pipe::a_panic_in_the_piped_future_arrives_as_a_failure,
        pipe::a_piped_call_that_fails_arrives_as_its_error,
        pipe::a_thousand_callers_of_one_key_are_answered_by_one_load,
        pipe::an_actor_that_loads_answers_other_calls_meanwhile,
        timeouts::if_room_refuses_at_once_and_answers_with_room,
        timeouts::never_handled_is_exact_under_a_race,
        timeouts::never_handled_is_true_while_queued_and_false_once_begun,
        refusal::a_send_error_goes_through_the_question_mark,
        refusal::calls_are_combined_and_owned,
        combining::the_settings_of_a_call_combine_in_any_order,
        combining::the_settings_of_a_send_combine_in_any_order,
        combining::the_settings_of_a_forwarded_call_combine_in_any_order,
        combining::a_time_limit_holds_in_each_order,
        combining::if_room_holds_in_each_order,
        combining::a_forwarded_call_that_is_not_sent_gives_the_reply_back,
        combining::a_handler_answers_by_itself_where_it_cannot_forward,
        combining::a_piped_call_may_have_a_time_limit,
        combining::a_send_that_would_block_its_system_gives_the_message_back,
        own_address::a_message_with_the_last_address_of_its_actor_is_thrown_away,
        own_address::a_panic_in_the_drop_of_such_a_message_poisons_nothing,
        own_address::a_skipped_call_with_the_last_address_ends_its_actor,
        own_address::such_a_message_is_thrown_away_before_the_start_and_at_shutdown,
        own_address::the_last_address_in_a_skipped_call_ends_the_actor_normally,
    }

    /// Behaviors that a simulation does not support, with the reason.
    mod beyond_simulation {
        use super::{callers, combining, order, reply};

        tests::on_real_hosts! {
            // Other threads reach in.
            callers::a_call_from_a_thread_outside_async,
            callers::a_call_from_a_tokio_task,
            combining::a_thread_outside_async_waits_in_each_order,
            reply::a_stored_reply_answers_later_from_another_task,
            // Senders that run at the same time; one at a time they take long.
            order::order_holds_over_a_million_messages_from_four_senders,
        }
    }
}
