//! Supervision, and the exits, names and queues of supervised actors, on every host: the list of
//! tests.

mod backoff;
mod exit_notices;
mod factory_failure;
mod group_strategies;
mod intensity;
mod on_start_resources;
mod restart_keeps_mailbox;
mod restart_property;
mod settings;
mod stopping;
mod strategy_table;
mod support;
mod trees;

tests::on_every_host! {
    factory_failure::a_factory_that_fails_is_tried_again_and_the_queue_waits,
    factory_failure::a_factory_that_panics_is_a_failed_life,
    factory_failure::a_failed_on_start_is_tried_again,
    factory_failure::a_factory_that_never_succeeds_fails_the_supervisor,
    factory_failure::a_kill_while_the_state_is_created_starts_over,
    factory_failure::a_factory_is_given_the_address_of_its_actor,
    factory_failure::a_life_that_is_killed_before_it_takes_its_state_is_followed_by_another,
    group_strategies::a_group_ends_in_reverse_order_and_starts_in_order,
    group_strategies::siblings_do_not_drain_and_their_queues_are_kept,
    group_strategies::rest_for_one_does_not_restart_earlier_siblings,
    group_strategies::a_temporary_sibling_ends_for_good,
    group_strategies::a_failure_of_a_sibling_meanwhile_is_not_counted_again,
    group_strategies::a_sibling_that_does_not_end_in_time_is_killed_and_restarted,
    group_strategies::a_child_started_while_a_group_restarts_is_left_alone,
    group_strategies::the_cause_stopped_in_its_backoff_does_not_hold_up_the_others,
    group_strategies::a_child_started_while_a_group_restarts_outlives_the_whole_group,
    group_strategies::an_end_ordered_while_a_life_ends_does_not_end_the_next,
    group_strategies::a_life_told_to_end_while_waiting_for_children_does_not_busy_loop,
    intensity::a_child_beyond_the_intensity_ends_by_its_own_failure,
    intensity::a_child_beyond_the_intensity_that_never_started_says_why,
    settings::the_number_of_the_intensity_has_an_effect,
    settings::an_intensity_of_zero_allows_no_restart,
    settings::the_defaults_are_five_restarts_in_a_minute_of_a_permanent_child,
    settings::the_shutdown_of_a_child_has_an_effect,
    settings::stop_child_ends_one_child_for_good,
    settings::children_describes_each_child,
    settings::the_name_of_a_child_is_its_label,
    settings::the_capacity_of_one_child_has_an_effect,
    stopping::a_handler_notices_that_its_actor_is_restarted_with_others,
    stopping::concurrent_handlers_notice_that_another_one_ends_their_life,
    stopping::a_concurrent_handler_notices_that_another_one_fails_its_actor,
    on_start_resources::resources_of_on_start_exist_once_after_three_restarts,
    restart_keeps_mailbox::two_poisons_in_a_row_lose_exactly_two_messages,
    restart_keeps_mailbox::messages_sent_during_backoff_are_kept_and_pending_calls_answered,
    restart_keeps_mailbox::a_mailbox_that_is_full_during_backoff_makes_senders_wait,
    restart_keeps_mailbox::a_kill_during_backoff_ends_the_child_for_good,
    restart_keeps_mailbox::a_kill_during_the_backoff_of_a_group_ends_that_sibling_alone,
    restart_keeps_mailbox::kills_without_a_backoff_never_end_a_permanent_child,
    restart_keeps_mailbox::a_stop_during_backoff_ends_for_good,
    restart_keeps_mailbox::a_stop_that_races_with_the_end_of_a_life_is_not_lost,
    restart_keeps_mailbox::the_resources_of_a_life_end_with_it,
    restart_keeps_mailbox::stop_in_a_last_hook_does_not_end_the_next_life,
    restart_keeps_mailbox::a_self_handler_ends_the_life_and_leaves_the_queue_to_the_next,
    strategy_table::every_strategy_kind_and_end,
    trees::no_actor_is_left_when_a_supervisor_is_killed_during_backoff,
    trees::no_actor_is_left_when_a_supervisor_is_stopped_during_backoff,
    trees::no_actor_is_left_when_a_supervisor_is_killed_while_a_state_is_created,
    trees::no_actor_is_left_when_a_supervisor_is_killed_while_a_group_restarts,
    trees::a_supervisor_that_is_killed_and_restarted_leaves_none_of_its_old_children,
    trees::a_supervisor_that_fails_while_a_child_restarts_leaves_no_actor,
    trees::children_end_in_reverse_order_each_within_its_time,
    trees::a_failure_beyond_the_intensity_goes_up_the_tree,
    trees::a_tree_of_three_levels_is_rebuilt_from_the_top,
    trees::start_at_an_ended_supervisor_gives_an_ended_actor,
    trees::a_supervisor_lives_without_an_address,
    trees::a_child_added_during_a_backoff_of_its_supervisor_starts_with_the_next_life,
    backoff::backoff_jitters_within_its_bounds,
    backoff::backoff_of_a_group_is_that_of_its_cause,
    exit_notices::joiners_monitors_and_links_notice_no_restart,
    exit_notices::an_exit_notice_arrives_after_the_messages_of_all_lives,
    exit_notices::a_link_that_each_life_creates_again_notifies_of_the_end_once,
    exit_notices::a_cancelled_link_of_an_earlier_life_leaves_the_link_of_the_next,
    exit_notices::a_ring_of_links_between_children_ends_once,
    exit_notices::a_linked_failure_is_a_failure_of_the_life,
}

// These mostly wait.
tests::on_every_host_at_once! {
    settings::a_supervisor_as_a_child_has_the_time_that_it_needs,
    backoff::the_window_slides,
    backoff::one_failure_each_150_ms_is_survived_forever,
    backoff::backoff_is_reset_by_a_healthy_life,
    restart_keeps_mailbox::address_id_and_name_stay_valid,
    backoff::backoff_grows_and_is_capped,
}

/// With other threads, or a clock that advances on its own: a simulation has neither.
mod beyond_simulation {
    use super::{exit_notices, settings};

    tests::on_real_hosts! {
        settings::the_period_of_the_intensity_has_an_effect,
        exit_notices::links_that_race_with_restarts_and_the_end_are_notified_once,
    }
}
