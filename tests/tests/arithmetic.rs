//! Durations, counts and factors at their limits: zero, the maximum, NaN.

#[path = "arithmetic/complete.rs"]
mod complete;
#[path = "arithmetic/durations.rs"]
mod durations;
#[path = "arithmetic/numbers.rs"]
mod numbers;
#[path = "arithmetic/values.rs"]
mod values;

tests::on_every_host! {
    durations::the_longest_durations_disturb_no_other_timer,
}
