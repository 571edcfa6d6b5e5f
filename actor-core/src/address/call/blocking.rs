//! Blocking a thread on a call or send: for code outside async.

use crate::address::with_timeout::Unblocked;
use crate::executor::{self, Host};
use crate::panics;
use crate::sync::Arc;
use std::future::Future;

/// Blocks the current thread on a call or send, unless the thread runs a system: then `gives_up` ends it.
pub(crate) fn block_on<F: Future + Unpin>(
    host: Arc<dyn Host>,
    mut future: F,
    gives_up: impl FnOnce(F, Unblocked) -> F::Output,
) -> F::Output {
    // The executor may panic when it is queried: that panic is not printed.
    if executor::is_inside() || panics::quiet(|| host.is_driven_here()) {
        return gives_up(future, Unblocked::Busy);
    }
    if !host.is_own_thread() {
        return futures_lite::future::block_on(future);
    }
    let mut output = None;
    host.drive(std::pin::pin!(async { output = Some((&mut future).await) }));
    output.unwrap_or_else(|| gives_up(future, Unblocked::Ended))
}
