//! The mailbox: its order, its capacity, and the senders that wait for it, on every host.

mod capacity;
mod last_address_in_a_message;
mod order;
mod waiting_senders;

tests::on_every_host! {
    capacity::a_batch_in_the_run_loop_counts_toward_the_capacity,
    capacity::a_fast_actor_never_holds_more_than_64,
    capacity::a_stuck_actor_takes_64_of_20_000,
    capacity::a_thousand_tasks_hold_no_more_than_64_queued,
    capacity::a_waiting_sender_gets_the_capacity_that_a_pending_handler_freed,
    waiting_senders::a_dropped_call_that_waited_for_capacity_loses_no_slot,
    waiting_senders::a_dropped_sender_loses_no_slot_and_no_wake_up,
    waiting_senders::a_sender_dropped_after_it_was_admitted_has_sent,
    waiting_senders::no_wake_up_is_lost_when_senders_come_and_go,
    waiting_senders::no_sender_overtakes_a_waiting_sender,
    waiting_senders::waiting_senders_are_served_in_order,
    order::order_holds_over_pending_handlers,
    last_address_in_a_message::a_message_with_the_last_address_of_its_actor_is_discarded,
    last_address_in_a_message::a_panic_in_the_drop_of_the_last_address_poisons_no_lock,
    last_address_in_a_message::a_skipped_call_with_the_last_address_ends_its_actor,
    last_address_in_a_message::a_message_with_the_last_address_is_discarded_before_start_and_at_shutdown,
    last_address_in_a_message::the_last_address_in_a_skipped_call_ends_the_actor_normally,
}

/// Behaviors that a simulation does not support, with the reason.
mod beyond_simulation {
    use super::order;

    tests::on_real_hosts! {
        // Senders that run at the same time; one at a time they take long.
        order::order_holds_over_a_million_messages_from_four_senders,
    }
}
