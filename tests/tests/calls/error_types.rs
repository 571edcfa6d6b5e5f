//! What can be done with the errors and exits of the library as values.

use actor_core::address::RegisterError;
use actor_core::error::Refusal;
use actor_core::pool::NotAPool;
use actor_core::prelude::*;
use actor_core::process::ExitNotice;
use actor_core::proxy::Outcome;
use actor_core::time::Elapsed;
use actor_core::topic::Lagged;
use std::error::Error;
use std::fmt::Debug;

fn is_value<T: Clone + Debug + Eq + Send + Sync + 'static>() {}

fn is_error<T: Clone + Eq + Error + Send + Sync + 'static>() {}

#[test]
fn errors_and_exits_are_values() {
    is_error::<CallError>();
    is_error::<SendReason>();
    is_error::<Refusal>();
    is_error::<RegisterError>();
    is_error::<NotAPool>();
    is_error::<Lagged>();
    is_error::<Elapsed>();
    is_error::<Exit>();
    is_error::<Failure>();
    is_value::<ExitNotice>();
    is_value::<Outcome>();
}
