//! User code that panics, wherever it runs: nothing hangs, nothing stays half alive, and nothing of it is
//! lost.

#[path = "panics/closures.rs"]
mod closures;
#[path = "panics/errors.rs"]
mod errors;
#[path = "panics/hook.rs"]
mod hook;
#[path = "panics/letters.rs"]
mod letters;
#[path = "panics/life.rs"]
mod life;
#[path = "panics/places.rs"]
mod places;
#[path = "panics/stderr.rs"]
mod stderr;
#[path = "panics/tasks.rs"]
mod tasks;
#[path = "panics/values.rs"]
mod values;
#[path = "panics/wakers.rs"]
mod wakers;

tests::on_every_host! {
    errors::a_panic_in_the_text_of_a_failed_start_is_the_failure,
    errors::a_panic_in_the_drop_of_a_failed_start_is_the_failure,
    errors::a_panic_in_the_text_of_an_error_of_on_start_is_the_failure,
    errors::a_panic_in_the_text_of_an_unheard_error_is_the_failure,
    tasks::a_panic_of_a_detached_task_is_an_incident,
    tasks::a_panic_of_an_awaited_task_is_delivered_and_no_incident,
    tasks::a_panic_that_a_dropped_handle_has_not_delivered_is_an_incident,
    tasks::a_panic_in_what_a_task_drops_is_an_incident,
    tasks::a_task_awaited_with_a_waker_that_panics_goes_on,
    wakers::a_sender_whose_waker_panics_is_let_in_and_the_actor_goes_on,
    wakers::a_caller_whose_waker_panics_is_answered_and_the_actor_goes_on,
    wakers::a_joiner_whose_waker_panics_hides_the_end_from_none_of_the_others,
    wakers::a_sleeper_whose_waker_panics_stops_no_timer,
    wakers::a_reader_whose_waker_panics_stops_no_publisher,
    wakers::a_publisher_whose_waker_panics_stops_no_subscriber,
    wakers::a_stop_noticed_by_a_waker_that_panics_ends_the_actor,
    wakers::a_caller_that_leaves_by_a_waker_that_panics_is_noticed,
    wakers::a_waker_that_panics_when_cloned_or_dropped_fails_the_poll_alone,
}
