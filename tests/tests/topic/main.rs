//! Topics, on every host.

mod delivery;
mod subscription_lifetime;
mod waiting_publishers;

tests::on_every_host! {
    delivery::items_of_one_publisher_come_in_order,
    delivery::a_slow_subscriber_that_waits_holds_its_publisher_back,
    delivery::a_slow_subscriber_that_drops_slows_no_publisher,
    delivery::lost_items_are_counted_exactly,
    delivery::lag_is_reported_before_the_next_item,
    delivery::the_latest_by_key_takes_the_place_of_the_one_before,
    delivery::the_latest_by_key_is_what_a_plain_list_would_keep,
    delivery::ten_thousand_subscribers_receive,
    delivery::a_subscription_keeps_no_actor_alive_and_ends_with_its_actor,
    delivery::a_dropped_publish_reaches_only_subscribers_with_capacity,
    delivery::the_last_handle_ends_the_streams,
    delivery::a_panic_in_the_closure_fails_the_subscriber,
    delivery::a_panic_in_the_closure_fails_a_pool,
    delivery::a_lag_handler_that_is_replaced_while_it_runs_may_replace_it_again,
    subscription_lifetime::a_subscription_of_an_actor_to_its_own_address_ends_with_the_life,
    subscription_lifetime::a_subscription_made_from_outside_survives_restarts,
    subscription_lifetime::a_subscription_that_a_factory_makes_ends_with_the_life,
    subscription_lifetime::a_subscription_made_by_the_drop_of_a_state_ends_with_its_life,
    subscription_lifetime::each_member_of_a_pool_has_the_subscription_that_it_makes,
    waiting_publishers::publishers_that_wait_are_served_first_come_first_served,
    waiting_publishers::an_item_that_is_taken_wakes_the_publisher_that_has_waited_longest_and_no_other,
    waiting_publishers::a_publisher_that_leaves_gives_its_place_to_the_next,
    waiting_publishers::a_publisher_waits_for_each_full_subscriber,
    waiting_publishers::a_subscriber_that_leaves_or_changes_its_policy_holds_no_publisher_back,
    waiting_publishers::publishers_wait_while_a_stream_has_more_items_than_its_policy_buffers,
    waiting_publishers::closing_a_topic_ends_streams_and_subscriptions_after_queued_items,
    waiting_publishers::a_publisher_that_waits_is_woken_when_the_topic_closes_or_its_subscriber_leaves,
    waiting_publishers::a_handler_that_reads_an_open_stream_ends_when_the_topic_is_closed,
}

// The task blocks one of the threads while the life ends on another one.
#[cfg(not(target_family = "wasm"))]
tests::on_host! {
    two_threads, tests::Host::MultiThread(2),
    subscription_lifetime::a_subscription_that_a_task_makes_while_its_life_ends_ends_with_the_life,
}
