//! Protocols: one typed address for different actors, on every host.

mod address_methods;
mod async_handlers;
mod forms;
mod implementors;
mod message_settings;

tests::on_every_host! {
    implementors::different_actors_stand_behind_one_address,
    implementors::a_test_double_is_a_struct_and_the_trait,
    implementors::an_actor_serves_a_protocol_of_another_crate,
    implementors::a_protocol_that_is_implemented_in_its_crate_is_implemented_in_another_one,
    implementors::an_actor_serves_two_protocols_with_the_same_message,
    implementors::a_pool_serves_a_protocol,
    implementors::a_pool_is_killed_and_kept_alive_by_the_address_of_a_protocol,
    implementors::a_restarted_actor_keeps_its_protocol_addresses,
    address_methods::all_methods_of_a_call_are_available,
    address_methods::a_rejected_message_is_returned,
    address_methods::a_full_mailbox_is_full_for_a_protocol_too,
    address_methods::own_messages_and_those_of_a_protocol_keep_their_order,
    address_methods::two_addresses_of_one_actor_are_equal,
    address_methods::a_protocol_address_keeps_its_actor_alive,
    address_methods::a_weak_address_keeps_nothing_alive,
    address_methods::a_protocol_address_is_watched_named_and_found,
    forms::a_protocol_may_be_generic,
    forms::the_context_is_the_actors_own,
    forms::a_reply_is_given_later,
    forms::a_self_handler_is_the_last_message,
    forms::a_protocol_may_ask_its_actors_to_be_send_and_sync,
    forms::helpers_and_constants_of_the_trait_are_left_alone,
    message_settings::a_deferred_message_is_handled_when_its_guard_becomes_true,
    message_settings::a_guard_names_the_arguments_as_its_handler_does,
    message_settings::a_guard_sees_a_reply_that_is_data,
    message_settings::past_the_limit_of_deferred_messages_a_call_gets_full,
    message_settings::a_stop_rejects_deferred_messages,
    message_settings::deferred_messages_survive_a_restart,
    message_settings::a_panic_in_a_guard_is_reported_to_its_caller,
    message_settings::a_message_with_priority_is_taken_first,
    message_settings::an_unbounded_message_needs_no_capacity,
    message_settings::a_guard_next_to_an_alias_of_reply_is_reported,
    async_handlers::a_panic_of_a_sync_handler_leaves_the_state,
    async_handlers::a_panic_of_a_pending_handler_leaves_the_state,
    async_handlers::a_pending_handler_is_killed,
    async_handlers::a_kill_by_the_handler_itself_takes_effect_when_it_returns,
    async_handlers::a_kill_drops_the_handler_before_the_borrowed_state,
    async_handlers::no_other_message_is_handled_while_a_handler_is_pending,
    async_handlers::a_stop_waits_for_a_pending_handler,
    async_handlers::a_thousand_async_messages_are_handled_one_by_one,
}

/// The actor is at another node, which decides how its messages wait.
mod over_loop_back {
    use super::{async_handlers, message_settings};

    tests::over_loop_back! {
        message_settings::a_deferred_message_is_handled_when_its_guard_becomes_true,
        message_settings::a_guard_names_the_arguments_as_its_handler_does,
        message_settings::a_stop_rejects_deferred_messages,
        message_settings::deferred_messages_survive_a_restart,
        message_settings::a_panic_in_a_guard_is_reported_to_its_caller,
        async_handlers::a_panic_of_a_sync_handler_leaves_the_state,
        async_handlers::a_panic_of_a_pending_handler_leaves_the_state,
        async_handlers::a_pending_handler_is_killed,
        async_handlers::a_kill_by_the_handler_itself_takes_effect_when_it_returns,
        async_handlers::no_other_message_is_handled_while_a_handler_is_pending,
        async_handlers::a_stop_waits_for_a_pending_handler,
        async_handlers::a_thousand_async_messages_are_handled_one_by_one,
    }
}

#[test]
fn a_local_actor_serves_a_protocol() {
    tests::run_on(tests::Host::CurrentThread, "local", forms::a_local_actor_serves_a_protocol);
}
