//! User code that panics, wherever it runs: nothing hangs, no actor stays half alive, and no failure is lost.

mod closed_stderr;
mod closures;
mod drops;
mod error_values;
mod every_place;
mod fails_one_actor;
mod handlers_and_hooks;
mod incidents;
mod panic_hook;
mod tasks;
mod wakers;

tests::on_every_host! {
    fails_one_actor::a_panic_in_a_handler,
    fails_one_actor::a_panic_in_the_closure_of_a_timer,
    fails_one_actor::a_panic_in_the_closure_of_a_monitor,
    fails_one_actor::a_panic_in_an_attached_stream,
    fails_one_actor::a_panic_in_the_closures_of_a_stream,
    fails_one_actor::a_panic_in_a_spawned_future,
    fails_one_actor::a_panic_in_a_piped_future_is_a_message,
    fails_one_actor::a_panic_in_an_async_handler,
    fails_one_actor::a_panic_with_a_payload_that_panics_when_dropped,
    fails_one_actor::a_panic_in_the_drop_of_an_argument,
    fails_one_actor::a_panic_in_on_start,
    fails_one_actor::a_panic_in_on_stop_turns_stopped_into_failed,
    fails_one_actor::a_panic_in_on_exit,
    fails_one_actor::a_panic_in_the_drop_of_the_state_turns_stopped_into_failed,
    fails_one_actor::after_a_failure_the_first_stays_the_reason,
    fails_one_actor::a_panic_in_the_drop_of_a_killed_state_leaves_it_killed,
    fails_one_actor::a_panic_in_the_drop_of_a_discarded_message,
    error_values::a_panic_in_the_text_of_a_failed_start_is_the_failure,
    error_values::a_panic_in_the_drop_of_a_failed_start_is_the_failure,
    error_values::a_panic_in_the_text_of_an_error_of_on_start_is_the_failure,
    error_values::a_panic_in_the_display_of_an_unobserved_error_is_the_failure,
    tasks::a_panic_of_a_detached_task_is_an_incident,
    tasks::a_panic_of_an_awaited_task_is_delivered_and_no_incident,
    tasks::a_panic_that_a_dropped_handle_has_not_delivered_is_an_incident,
    tasks::a_panic_in_what_a_task_drops_is_an_incident,
    tasks::a_task_awaited_with_a_waker_that_panics_goes_on,
    wakers::a_sender_whose_waker_panics_is_admitted_and_the_actor_goes_on,
    wakers::a_caller_whose_waker_panics_is_answered_and_the_actor_goes_on,
    wakers::a_joiner_whose_waker_panics_does_not_affect_other_joiners,
    wakers::a_sleeper_whose_waker_panics_stops_no_timer,
    wakers::a_reader_whose_waker_panics_stops_no_publisher,
    wakers::a_publisher_whose_waker_panics_stops_no_subscriber,
    wakers::a_stop_noticed_by_a_waker_that_panics_ends_the_actor,
    wakers::a_caller_that_leaves_by_a_waker_that_panics_is_noticed,
    wakers::a_waker_that_panics_when_cloned_or_dropped_fails_the_poll_alone,
}
