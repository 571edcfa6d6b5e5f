//! The contents of a snapshot, on every host.

mod actor_tree;
mod cost_per_actor;
mod golden_text;
mod one_actor;
mod waits;

tests::on_every_host! {
    one_actor::it_shows_depth_names_and_state,
    one_actor::it_names_the_waiting_handler_and_its_callee,
    one_actor::it_names_each_handler_of_a_protocol,
    one_actor::it_counts_deferred_messages,
    one_actor::it_shows_a_cycle,
    actor_tree::it_prints_as_a_tree,
    actor_tree::it_can_be_serialised,
    actor_tree::an_empty_system_prints_nothing,
    waits::it_shows_each_way_to_wait_for_an_actor,
    waits::it_shows_a_wait_for_a_pool_and_that_of_a_process,
}
