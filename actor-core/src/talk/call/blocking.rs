//! Blocking a thread on a call: for code outside async.

use crate::error::CallError;
use crate::host::{self, Host};
use crate::panics;
use crate::sync::Arc;
use std::future::Future;

/// Blocks the current thread on a call, unless the thread runs a system.
pub(crate) fn block_on<T>(
    host: Arc<dyn Host>,
    call: impl Future<Output = Result<T, CallError>>,
) -> Result<T, CallError> {
    // The executor may panic when it is queried: that panic is not printed.
    if host::is_inside() || panics::quiet(|| host.is_driven_here()) {
        return Err(CallError::WouldBlock);
    }
    if !host.is_own_thread() {
        return futures_lite::future::block_on(call);
    }
    let mut answer = None;
    host.drive(std::pin::pin!(async { answer = Some(call.await) }));
    answer.unwrap_or(Err(CallError::NoReply))
}
