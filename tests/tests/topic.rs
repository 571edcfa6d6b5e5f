//! Topics, on every host.

#[path = "topic/hearing.rs"]
mod hearing;
#[path = "topic/lives.rs"]
mod lives;
#[path = "topic/publishers.rs"]
mod publishers;

tests::on_every_host! {
    hearing::items_of_one_publisher_come_in_order,
    hearing::a_slow_subscriber_that_waits_holds_its_publisher_back,
    hearing::a_slow_subscriber_that_drops_slows_nobody,
    hearing::what_is_lost_is_counted_exactly,
    hearing::lag_is_told_before_the_next_item,
    hearing::the_latest_by_key_takes_the_place_of_the_one_before,
    hearing::the_latest_by_key_is_what_a_plain_list_would_keep,
    hearing::ten_thousand_subscribers_hear,
    hearing::a_subscription_keeps_nobody_alive_and_ends_with_its_actor,
    hearing::a_dropped_publish_reaches_only_those_with_room,
    hearing::the_last_handle_ends_the_streams,
    hearing::a_panic_in_the_closure_fails_the_subscriber,
    lives::a_subscription_of_an_actor_to_its_own_address_is_of_one_life,
    lives::a_subscription_made_from_outside_outlives_the_lives,
    lives::a_subscription_that_a_factory_makes_is_of_one_life,
    lives::each_member_of_a_pool_has_the_subscription_that_it_makes,
    publishers::publishers_that_wait_are_served_first_come_first_served,
    publishers::an_item_that_is_taken_wakes_the_publisher_that_has_waited_longest_and_no_other,
    publishers::a_publisher_that_leaves_gives_its_place_to_the_next,
    publishers::a_publisher_waits_for_each_subscriber_that_has_no_room,
    publishers::a_subscriber_that_leaves_or_changes_its_policy_holds_no_publisher_back,
    publishers::closing_a_topic_ends_its_streams_and_subscriptions_after_what_waits,
    publishers::a_handler_that_reads_an_open_stream_ends_when_the_topic_is_closed,
}
