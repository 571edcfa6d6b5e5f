//! The same behaviors, with addresses that lead through another node.
//!
//! Behaviors that count the items in flight, or inspect the mailbox of the producer, differ there:
//! the buffer of the reader is there three times, and the address has the mailbox of the proxy.

mod all_hosts {
    use crate::{ends, forms, items, producer, readers};

    tests::over_loop_back! {
        items::each_item_arrives_once_and_in_order,
        items::a_slow_reader_holds_up_no_other_reader,
        items::the_stream_is_detached_from_its_address,
        ends::replies_that_are_dropped_or_finished_end_with_none,
        ends::a_handler_that_panics_gives_one_error,
        ends::a_failed_life_ends_its_streams_with_an_error,
        ends::a_stopped_life_ends_its_streams_with_an_error,
        ends::a_killed_life_ends_its_streams_with_an_error,
        ends::on_stop_can_finish_the_streams,
        ends::a_message_that_is_never_handled_gives_its_error,
        ends::a_restart_drops_what_the_life_stored,
        ends::a_stream_moved_to_a_task_outlives_the_life,
        ends::a_panic_in_a_task_of_the_life_gives_one_error,
        readers::a_dropped_reader_gives_the_item_back,
        readers::a_dropped_reader_wakes_a_producer_that_waits,
        readers::closed_waits_for_the_reader_to_leave,
        readers::a_stream_attached_to_an_actor_has_backpressure_to_the_source,
        readers::an_attached_stream_closes_with_its_life,
        forms::a_returned_stream_is_read_by_a_task_of_the_life,
        forms::a_returned_stream_ends_when_the_reader_leaves,
        forms::a_returned_stream_that_panics_fails_the_life,
        forms::a_returned_stream_ends_with_an_error_when_its_life_ends,
        forms::a_protocol_message_may_return_a_stream,
        forms::guarded_concurrent_and_priority_messages_can_stream,
        forms::an_async_handler_may_return_a_stream,
        forms::a_generic_actor_streams_its_own_type,
        producer::a_producer_that_waits_for_its_reader_is_no_deadlock,
        producer::an_actor_may_read_its_own_stream_from_a_task,
    }
}
