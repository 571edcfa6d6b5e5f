//! Supervision, and the exits, names and queues of supervised actors, on every host: the list of
//! tests.

#[path = "supervision/again.rs"]
mod again;
#[path = "supervision/factories.rs"]
mod factories;
#[path = "supervision/groups.rs"]
mod groups;
#[path = "supervision/intensity.rs"]
mod intensity;
#[path = "supervision/knobs.rs"]
mod knobs;
#[path = "conformance_life/probe.rs"]
#[allow(dead_code, reason = "shared with the tests of lives, which need more of it")]
mod probe;
#[path = "supervision/property.rs"]
mod property;
#[path = "supervision/restarts.rs"]
mod restarts;
#[path = "supervision/support.rs"]
mod support;
#[path = "supervision/table.rs"]
mod table;
#[path = "supervision/trees.rs"]
mod trees;
#[path = "supervision/waits.rs"]
mod waits;
#[path = "supervision/watched.rs"]
mod watched;

tests::on_every_host! {
    factories::a_factory_that_fails_is_tried_again_and_the_queue_waits,
    factories::a_factory_that_panics_is_a_failed_life,
    factories::a_failed_on_start_is_tried_again,
    factories::a_factory_that_never_succeeds_fails_the_supervisor,
    factories::a_kill_while_the_state_is_made_begins_anew,
    factories::a_factory_is_given_the_address_of_its_actor,
    groups::a_group_ends_in_reverse_order_and_starts_in_order,
    groups::siblings_do_not_drain_and_their_queues_are_kept,
    groups::rest_for_one_leaves_those_before_alone,
    groups::a_temporary_sibling_ends_for_good,
    groups::a_failure_of_a_sibling_meanwhile_is_not_counted_again,
    groups::a_sibling_that_does_not_end_in_time_is_killed_and_restarted,
    groups::a_child_started_while_a_group_restarts_is_left_alone,
    groups::the_cause_stopped_in_its_backoff_does_not_hold_up_the_others,
    groups::an_end_ordered_while_a_life_ends_does_not_end_the_next,
    intensity::a_child_beyond_the_intensity_ends_by_its_own_failure,
    intensity::a_child_beyond_the_intensity_that_never_started_says_why,
    knobs::the_number_of_the_intensity_has_an_effect,
    knobs::an_intensity_of_zero_allows_no_restart,
    knobs::the_defaults_are_five_restarts_in_a_minute_of_a_permanent_child,
    knobs::the_shutdown_of_a_child_has_an_effect,
    knobs::a_supervisor_as_a_child_has_the_time_that_it_needs,
    knobs::stop_child_ends_one_child_for_good,
    knobs::children_tells_of_each_child,
    knobs::the_name_of_a_child_is_its_label,
    knobs::the_capacity_of_one_child_has_an_effect,
    again::what_on_start_makes_is_there_once_after_three_restarts,
    restarts::two_poisons_in_a_row_lose_exactly_two_messages,
    restarts::messages_sent_during_backoff_are_kept_and_pending_calls_answered,
    restarts::address_id_and_name_stay_valid,
    restarts::a_mailbox_that_is_full_during_backoff_makes_senders_wait,
    restarts::a_kill_during_backoff_ends_the_child_for_good,
    restarts::a_kill_during_the_backoff_of_a_group_ends_that_sibling_alone,
    restarts::kills_without_a_backoff_never_end_a_permanent_child,
    restarts::a_stop_during_backoff_ends_for_good,
    restarts::a_stop_that_races_with_the_end_of_a_life_is_not_lost,
    restarts::what_a_life_has_made_ends_with_it,
    restarts::stop_in_a_last_hook_does_not_end_the_next_life,
    restarts::a_self_handler_ends_the_life_and_leaves_the_queue_to_the_next,
    table::every_strategy_kind_and_end,
    trees::nobody_is_left_when_a_supervisor_is_killed_during_backoff,
    trees::nobody_is_left_when_a_supervisor_is_stopped_during_backoff,
    trees::nobody_is_left_when_a_supervisor_is_killed_while_a_state_is_made,
    trees::nobody_is_left_when_a_supervisor_is_killed_while_a_group_restarts,
    trees::a_supervisor_that_is_killed_and_restarted_leaves_none_of_its_old_children,
    trees::a_supervisor_that_fails_while_a_child_restarts_leaves_nobody,
    trees::children_end_in_reverse_order_each_within_its_time,
    trees::a_failure_beyond_the_intensity_goes_up_the_tree,
    trees::a_tree_of_three_levels_is_rebuilt_from_the_top,
    trees::start_at_an_ended_supervisor_gives_an_ended_actor,
    trees::a_supervisor_lives_without_an_address,
    trees::a_child_given_while_its_supervisor_waits_is_taken_by_the_next_life,
    waits::the_window_slides,
    waits::one_failure_each_150_ms_is_survived_for_ever,
    waits::backoff_grows_and_is_capped,
    waits::backoff_jitters_within_its_bounds,
    waits::backoff_begins_anew_after_a_healthy_life,
    waits::backoff_of_a_group_is_that_of_its_cause,
    watched::joiners_monitors_and_links_notice_no_restart,
    watched::an_exit_notice_comes_after_what_all_lives_had_sent,
    watched::a_link_that_each_life_makes_anew_tells_of_the_end_once,
    watched::a_ring_of_links_between_children_ends_once,
    watched::a_linked_failure_is_a_failure_of_the_life,
}

/// With threads that reach in, or a time that goes on by itself: no simulation has those.
mod beyond_simulation {
    use super::{knobs, watched};

    tests::on_real_hosts! {
        knobs::the_period_of_the_intensity_has_an_effect,
        watched::links_that_race_with_restarts_and_the_end_are_told_once,
    }
}
