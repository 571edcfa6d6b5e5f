//! Durations, counts and factors at their limits: zero, the maximum, NaN.

mod complete;
mod counts_and_factors;
mod durations;
mod edge_values;

tests::on_every_host! {
    durations::the_longest_durations_disturb_no_other_timer,
}
