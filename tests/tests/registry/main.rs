//! Names, on every host.

mod names;

tests::on_every_host! {
    names::a_taken_name_is_refused,
    names::an_actor_may_have_several_names,
    names::the_end_of_one_never_frees_the_name_of_another,
    names::a_name_is_free_the_moment_its_holder_has_ended,
    names::a_name_is_registered_once,
    names::a_name_keeps_its_actor_alive_until_it_is_taken_back,
    names::a_name_is_any_kind_of_string,
    names::names_of_two_systems_are_independent,
    names::lookup_with_the_wrong_type_is_none,
}

/// With other threads, which a simulation does not have.
mod beyond_simulation {
    use super::names;

    tests::on_real_hosts! {
        names::a_dying_actor_keeps_no_name,
    }
}
