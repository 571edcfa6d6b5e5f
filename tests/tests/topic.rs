//! E4: topics, on every host.

#[path = "topic/hearing.rs"]
mod hearing;

tests::on_every_host! {
    hearing::e04_items_of_one_publisher_come_in_order,
    hearing::e04_a_slow_subscriber_that_waits_holds_its_publisher_back,
    hearing::e04_a_slow_subscriber_that_drops_slows_nobody,
    hearing::e04_what_is_lost_is_counted_exactly,
    hearing::e04_lag_is_told_before_the_next_item,
    hearing::e04_the_latest_by_key_takes_the_place_of_the_one_before,
    hearing::e04_the_latest_by_key_is_what_a_plain_list_would_keep,
    hearing::e04_ten_thousand_subscribers_hear,
    hearing::e04_a_subscription_keeps_nobody_alive_and_ends_with_its_actor,
    hearing::e04_a_dropped_publish_reaches_only_those_with_room,
    hearing::e04_the_last_handle_ends_the_streams,
    hearing::e04_a_panic_in_the_closure_fails_the_subscriber,
}
