//! F1, F2, F5: the settings of messages, on every host.

#[path = "guards/lanes.rs"]
mod lanes;

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
}
