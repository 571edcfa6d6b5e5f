//! Timers, attached streams and sockets, on every host.

mod attached_streams;
mod sockets;
mod tasks;
mod timers;

tests::on_every_host! {
    tasks::a_task_of_a_life_can_be_awaited_in_a_handler,
    tasks::cancel_waits_until_a_task_of_a_life_is_dropped,
    tasks::awaiting_a_task_panics_if_its_life_has_ended,
    attached_streams::a_stream_is_not_polled_while_its_last_item_waits,
    attached_streams::the_end_of_a_stream_comes_once_after_the_last_item,
    attached_streams::the_end_of_a_stream_that_has_ended_comes_at_once,
    attached_streams::cancelling_stops_the_polling_and_skips_what_waits,
    attached_streams::an_always_ready_stream_does_not_starve_messages,
    attached_streams::errors_are_items,
    attached_streams::a_stream_into_a_full_actor_waits_for_capacity,
    timers::ticks_never_come_early_nor_more_often_than_due,
    timers::ticks_do_not_drift,
    timers::a_stall_leaves_one_tick_and_makes_no_burst,
    timers::a_one_shot_fires_once_and_not_early,
    timers::a_cancelled_timer_is_silent_at_once_even_if_its_tick_waits,
    timers::timers_die_with_their_life,
    timers::a_timer_or_stream_that_a_stopped_actor_still_creates_sends_nothing,
    timers::a_period_of_zero_is_a_failure,
    timers::a_period_of_a_nanosecond_starves_nothing,
}

// The one thread also fires the timers.
#[cfg(not(target_family = "wasm"))]
tests::on_host! {
    smol_with_one_thread, tests::Host::Smol(1), timers::a_period_of_a_nanosecond_starves_nothing,
}

// These mostly wait.
tests::on_every_host_at_once! {
    timers::timers_of_666_and_333_ms_interleave_in_due_order,
}

/// Behaviors that a simulation does not support, with the reason.
mod beyond_simulation {
    use super::sockets;

    tests::on_real_hosts! {
        // Sockets are woken by another thread.
        sockets::two_hundred_and_fifty_rounds_over_tcp,
        sockets::a_hundred_thousand_bytes_in_chunks_arrive_complete,
        sockets::datagrams_go_to_and_fro,
    }
}
