//! The contents of a snapshot, on every host.

#[path = "snapshot/crowd.rs"]
mod crowd;
#[path = "snapshot/golden.rs"]
mod golden;
#[path = "snapshot/one.rs"]
mod one;
#[path = "snapshot/tree.rs"]
mod tree;
#[path = "snapshot/waits.rs"]
mod waits;

tests::on_every_host! {
    one::it_tells_depth_names_and_state,
    one::it_names_the_handler_that_waits_and_for_whom,
    one::it_counts_what_guards_keep_aside,
    one::it_shows_a_circle_of_waits,
    tree::it_prints_as_a_tree,
    tree::it_can_be_serialised,
    tree::an_empty_system_prints_nothing,
    waits::it_shows_each_way_to_wait_for_an_actor,
    waits::it_shows_a_wait_for_a_pool_and_that_of_a_process,
}
