//! The behaviors of processes, on every host: the list of tests.

#[path = "process/ends.rs"]
mod ends;
#[path = "process/exits.rs"]
mod exits;
#[path = "process/receive.rs"]
mod receive;
#[path = "process/restarts.rs"]
mod restarts;
#[path = "process/select.rs"]
mod select;

tests::on_every_host! {
    ends::stop_drains_what_is_queued_and_refuses_the_rest,
    ends::the_last_address_dropped_ends_a_process_that_waits,
    ends::the_last_address_dropped_ends_a_process_that_has_refused_messages,
    ends::the_result_is_given_once,
    ends::a_panic_is_a_failure_and_the_result_an_error,
    ends::kill_drops_a_process_that_receives,
    ends::kill_takes_effect_between_two_messages,
    ends::a_question_under_way_is_told_what_became_of_it,
    ends::a_question_that_was_never_received_is_told_stopped,
    ends::a_function_that_panics_before_its_first_await_fails,
    ends::messages_left_when_the_function_returns_are_thrown_away,
    exits::a_monitor_notice_comes_after_everything_the_dead_one_had_sent,
    exits::a_link_notice_comes_after_everything_the_dead_one_had_sent,
    exits::monitoring_what_is_dead_delivers_at_once,
    exits::a_cancelled_monitor_brings_nothing_even_if_its_notice_waits,
    exits::a_notice_that_no_question_chose_is_received_later_and_counts_nowhere,
    exits::a_process_without_links_of_its_own_fails_by_those_of_others,
    exits::a_process_that_links_is_told_of_the_links_of_others,
    receive::messages_come_in_order,
    receive::a_timeout_of_zero_polls,
    receive::ten_timeouts_in_a_row_take_their_time,
    receive::a_message_that_has_come_counts_however_late_one_looks,
    receive::a_timeout_is_told_from_the_end,
    receive::every_64th_receive_lets_others_run,
    receive::polling_an_empty_inbox_lets_others_run,
    receive::a_receive_can_be_raced_with_anything,
    receive::a_receive_works_within_what_polls_only_what_was_woken,
    receive::an_inbox_receives_in_no_other_task,
    receive::asks_are_answered_with_the_verbs_of_a_call,
    receive::processes_call_actors_and_each_other,
    restarts::what_was_not_received_is_kept_over_a_restart,
    restarts::what_was_refused_keeps_its_place_over_a_restart,
    restarts::a_kill_while_it_receives_loses_nothing,
    restarts::a_process_that_returns_is_started_again_if_it_is_permanent,
    restarts::a_restart_of_the_group_ends_a_receive_and_keeps_what_is_queued,
    select::what_is_not_chosen_stays_in_order,
    select::nothing_is_looked_at_twice_by_one_select,
    select::a_question_without_captures_goes_on_where_it_stopped,
    select::a_question_with_captures_begins_with_the_oldest,
    select::questions_do_not_disturb_each_other,
    select::what_is_not_chosen_counts_against_the_capacity,
    select::taking_one_lets_in_the_next_at_once,
    select::a_panic_in_a_question_loses_only_its_message,
    select::a_panic_that_the_process_catches_loses_only_its_message,
    select::a_dropped_select_loses_nothing,
    select::stop_ends_a_select_that_nothing_answers,
    select::many_selects_behind_many_messages_cost_no_rescan,
}
