//! Pools, on every host.

mod concurrent_members;
mod cost_per_member;
mod idle_members;
mod members;
mod own_sources;
mod refused;
mod resizing;
mod stopping;
mod waiting_senders;

tests::on_every_host! {
    idle_members::a_member_busy_with_its_own_work_gets_no_message_while_another_idles,
    idle_members::a_member_takes_messages_again_after_its_own_work,
    idle_members::a_message_that_comes_with_a_tick_is_passed_on,
    idle_members::a_tick_whose_handler_calls_the_pool_is_answered_by_another_member,
    members::four_members_work_at_the_same_time_behind_one_address,
    members::a_poison_costs_one_message_and_one_restart,
    members::stop_drains_through_all_members,
    members::kill_ends_all_members_and_notifies_all_callers,
    members::too_many_failures_fail_the_pool,
    members::a_member_that_ends_normally_is_replaced,
    members::a_last_message_ends_one_member_which_is_replaced,
    members::resizing_starts_and_ends_members,
    members::idle_members_in_excess_end_immediately,
    members::the_mailbox_is_bounded_and_waiting_senders_are_served,
    members::the_last_address_dropped_ends_the_pool,
    members::a_member_at_work_keeps_the_pool_open,
    members::handled_unbounded_messages_do_not_add_to_the_capacity,
    members::a_member_comes_back_after_its_turn,
    resizing::a_member_in_excess_passes_its_message_to_another,
    resizing::a_member_in_excess_that_fails_is_not_restarted,
    resizing::a_pool_enlarged_while_a_member_ends_gets_all_its_members,
    resizing::deferred_messages_of_a_member_in_excess_go_to_another,
    resizing::a_deferred_message_of_a_timer_of_a_member_in_excess_goes_to_no_other,
    own_sources::a_member_that_always_has_a_tick_takes_messages_of_the_pool_and_ends,
    own_sources::a_member_that_always_has_an_item_takes_messages_of_the_pool_and_ends,
    own_sources::the_end_of_a_stream_is_handled_by_the_member_that_attached_it,
    own_sources::a_future_or_stream_of_a_member_keeps_its_pool_open,
    stopping::handlers_of_all_members_notice_the_stop_of_their_pool,
    stopping::the_handler_of_a_member_in_excess_notices_its_end,
    waiting_senders::messages_of_waiting_senders_wake_idle_members,
    waiting_senders::priority_messages_of_waiting_senders_wake_idle_members,
    members::the_context_of_a_member_has_the_id_and_address_of_the_pool,
    concurrent_members::a_pool_that_shrinks_and_grows_while_a_handler_runs_goes_on,
    concurrent_members::a_pool_without_addresses_ends_with_its_idle_member_in_excess,
    concurrent_members::a_pool_without_addresses_ends_with_its_busy_member_in_excess,
    concurrent_members::the_last_address_dropped_does_not_close_a_pool_whose_handlers_run,
    members::the_settings_of_one_pool_are_its_own,
}
