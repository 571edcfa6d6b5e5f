//! Protocols: one typed address for different actors, on every host.

#[path = "protocol/borrowed.rs"]
mod borrowed;
#[path = "protocol/kinds.rs"]
mod kinds;
#[path = "protocol/served.rs"]
mod served;
#[path = "protocol/settings.rs"]
mod settings;
#[path = "protocol/verbs.rs"]
mod verbs;

tests::on_every_host! {
    served::different_actors_stand_behind_one_address,
    served::a_test_double_is_a_struct_and_the_trait,
    served::an_actor_serves_a_protocol_of_another_crate,
    served::an_actor_serves_two_protocols_with_the_same_message,
    served::a_pool_serves_a_protocol,
    served::a_pool_is_killed_and_kept_alive_by_the_address_of_a_protocol,
    served::a_restarted_actor_keeps_its_protocol_addresses,
    verbs::all_verbs_of_a_call_are_there,
    verbs::what_is_refused_comes_back,
    verbs::a_full_mailbox_is_full_for_a_protocol_too,
    verbs::own_messages_and_those_of_a_protocol_keep_their_order,
    verbs::two_addresses_of_one_actor_are_equal,
    verbs::a_protocol_address_keeps_its_actor_alive,
    verbs::a_weak_address_keeps_nothing_alive,
    verbs::a_protocol_address_is_watched_named_and_found,
    kinds::a_protocol_may_be_generic,
    kinds::the_context_is_the_actors_own,
    kinds::a_reply_is_given_later,
    kinds::a_self_handler_is_the_last_message,
    kinds::a_protocol_may_ask_its_actors_to_be_send_and_sync,
    kinds::helpers_and_constants_of_the_trait_are_left_alone,
    settings::what_a_guard_keeps_aside_is_handled_when_it_comes_true,
    settings::a_guard_names_the_arguments_as_its_handler_does,
    settings::past_the_bound_of_what_is_kept_a_call_gets_full,
    settings::a_stop_gives_up_what_is_kept,
    settings::what_is_kept_stays_over_a_restart,
    settings::a_panic_in_a_guard_is_told_to_its_caller,
    settings::a_message_with_priority_is_taken_first,
    settings::an_unbounded_message_needs_no_room,
    settings::a_guard_beside_an_alias_of_reply_says_so,
    borrowed::a_panic_of_a_sync_handler_leaves_the_state,
    borrowed::a_panic_of_a_pending_handler_leaves_the_state,
    borrowed::a_pending_handler_is_killed,
    borrowed::a_kill_by_the_handler_itself_is_heard_when_it_has_returned,
    borrowed::a_kill_drops_the_borrowed_state_in_its_turn,
    borrowed::nothing_else_is_handled_meanwhile,
    borrowed::a_stop_waits_for_a_pending_handler,
    borrowed::a_thousand_async_messages_are_handled_one_by_one,
}

#[test]
fn a_local_actor_serves_a_protocol() {
    tests::run_on(tests::Host::CurrentThread, "local", kinds::a_local_actor_serves_a_protocol);
}
