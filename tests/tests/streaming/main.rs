//! Streaming replies, on every host.

mod deadlines;
mod ends;
mod forms;
mod items;
mod over_loop_back;
mod producer;
mod readers;
mod simulated;
mod snapshots;

use actor_core::prelude::*;

/// Answers each message with a stream, in a way of its own.
#[actor(capacity = 4)]
#[derive(Default)]
pub struct Source {
    pub kept: Vec<Replies<u32>>,
    /// Whether `on_stop` finishes the streams.
    pub is_tidy: bool,
}

#[actor(remote)]
impl Source {
    /// Sends `0..count` and ends.
    async fn count(&self, count: u32, replies: Replies<u32>) {
        for number in 0..count {
            if replies.send(number).await.is_err() {
                return;
            }
        }
    }

    /// Keeps the replies.
    fn keep(&mut self, replies: Replies<u32>) {
        self.kept.push(replies);
    }

    /// Sends `item` to all that read.
    async fn publish(&mut self, item: u32) -> usize {
        self.kept.retain(|replies| !replies.is_closed());
        for replies in &self.kept {
            let _ = replies.send(item).await;
        }
        self.kept.len()
    }

    /// Drops all streams.
    fn drop_all(&mut self) {
        self.kept.clear();
    }

    /// Finishes all streams.
    fn finish_all(&mut self) {
        self.kept.drain(..).for_each(Replies::finish);
    }

    /// Panics while it holds the replies.
    fn panic_with(&mut self, replies: Replies<u32>) {
        let _ = replies.try_send(1);
        panic!("with the replies in hand");
    }

    /// Panics.
    fn fail(&mut self) {
        panic!("planned");
    }

    /// Panics with one stream of another message.
    fn panic_with_another(&mut self) {
        let _other = self.kept.pop();
        panic!("planned");
    }

    /// Never returns.
    async fn hang(&mut self) {
        std::future::pending().await
    }

    fn ping(&self) {}

    #[on_stop]
    fn end(&mut self, _exit: &Exit) {
        if self.is_tidy {
            self.finish_all();
        }
    }
}

tests::on_every_host! {
    items::each_item_arrives_once_and_in_order,
    items::a_producer_waits_for_a_slow_reader,
    items::try_send_gives_the_item_back_if_the_buffer_is_full,
    items::a_slow_reader_holds_up_no_other_reader,
    items::the_message_is_sent_at_the_first_poll_and_waits_for_capacity,
    items::a_timeout_limits_the_time_to_the_first_item,
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
    deadlines::the_deadline_of_a_handler_ends_the_streams_it_reads,
    readers::a_dropped_reader_gives_the_item_back,
    readers::a_dropped_reader_wakes_a_producer_that_waits,
    readers::closed_waits_for_the_reader_to_leave,
    readers::a_message_whose_reader_has_left_is_skipped,
    readers::dropped_readers_drop_the_items_in_the_buffer,
    readers::a_stream_attached_to_an_actor_has_backpressure_to_the_source,
    readers::a_waker_that_panics_does_not_reach_the_producer,
    readers::an_attached_stream_closes_with_its_life,
    forms::a_returned_stream_is_read_by_a_task_of_the_life,
    forms::a_returned_stream_ends_when_the_reader_leaves,
    forms::a_returned_stream_that_panics_fails_the_life,
    forms::a_returned_stream_ends_with_an_error_when_its_life_ends,
    forms::a_protocol_message_may_return_a_stream,
    forms::a_pool_streams_from_the_member_that_took_the_message,
    forms::guarded_concurrent_and_priority_messages_can_stream,
    forms::an_async_handler_may_return_a_stream,
    forms::a_generic_actor_streams_its_own_type,
    forms::replies_are_plain_data_where_marked,
    producer::a_producer_that_waits_for_its_reader_is_no_deadlock,
    producer::an_actor_may_read_its_own_stream_from_a_task,
    snapshots::a_snapshot_shows_both_waits,
}
