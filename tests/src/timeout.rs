//! Calls whose timeout has to elapse while their handlers run.

use actor_core::prelude::*;
use actor_core::{Call, Protocol};
use std::time::Duration;

/// Makes the call with this timeout until one times out after its handler has begun.
///
/// On a busy machine, a timeout can elapse before that, even within the first poll; such a call is never
/// handled. Over a loop-back node, the timeout has to be longer than the way to the handler.
pub async fn times_out_in_its_handler<'a, P: Protocol, T: 'static>(
    limit: Duration,
    call: impl Fn() -> Call<'a, P, T>,
) -> Result<T, CallError> {
    loop {
        let answer = call().timeout(limit).await;
        if !matches!(answer, Err(CallError::Timeout { started: false })) {
            return answer;
        }
    }
}
