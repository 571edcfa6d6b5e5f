//! B1 to B3: waits that can never end are refused, at once and with the circle they are in; no
//! other wait ever is.

#[path = "deadlock"]
mod deadlock {
    mod circles;
    mod node;

    tests::on_every_host! {
        circles::b01_a_call_to_oneself_is_refused,
        circles::b01_two_three_ten_and_a_thousand_in_a_circle_are_refused,
        circles::b01_a_tail_into_a_circle_gets_its_answer,
        circles::b01_the_circle_says_who_waits_in_which_handler,
        circles::b01_cross_calls_at_the_same_moment_are_refused_once_each,
        circles::b01_three_that_turn_pending_at_once_are_refused_once,
        circles::b01_a_circle_through_hooks_and_children_is_refused,
        circles::b01_a_circle_through_two_systems_is_refused,
        circles::b01_without_detection_nobody_is_refused,
    }
}
