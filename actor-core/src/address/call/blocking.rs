//! Blocking a thread on a call or send: for code outside async.

use crate::address::with_timeout::NotBlocking;
use crate::executor::{self, Executor};
use crate::panics;
use crate::sync::Arc;
use std::future::Future;

/// Blocks the current thread on a call or send. If the thread runs a system, `gives_up` ends the
/// call or send instead.
pub(crate) fn block_on<F: Future + Unpin>(
    executor: Arc<dyn Executor>,
    mut future: F,
    gives_up: impl FnOnce(F, NotBlocking) -> F::Output,
) -> F::Output {
    // The executor may panic when it is queried. That panic is not printed.
    if executor::is_inside() || panics::quiet(|| executor.is_only_driver()) {
        return gives_up(future, NotBlocking::Busy);
    }
    if !executor.is_executor_thread() {
        return futures_lite::future::block_on(future);
    }
    let mut output = None;
    executor.block_on(std::pin::pin!(async { output = Some((&mut future).await) }));
    output.unwrap_or_else(|| gives_up(future, NotBlocking::Ended))
}
