//! The session for which this thread encodes or decodes a value, so that addresses in it find it.

use crate::node::Inner;
use crate::transport::NodeId;
use std::cell::RefCell;
use std::sync::Arc;

/// A session of a node.
#[derive(Clone)]
pub(crate) struct Scope {
    pub(crate) node: Arc<Inner>,
    pub(crate) peer: NodeId,
    pub(crate) session: u32,
}

thread_local! {
    static SCOPE: RefCell<Option<Scope>> = const { RefCell::new(None) };
}

/// The previous scope, restored when this is dropped, also by a panic of serde code.
struct Before(Option<Scope>);

impl Drop for Before {
    fn drop(&mut self) {
        let before = self.0.take();
        drop(SCOPE.replace(before));
    }
}

/// Runs `run`, in which addresses are written and read for this session.
pub(crate) fn within<T>(scope: &Scope, run: impl FnOnce() -> T) -> T {
    let _before = Before(SCOPE.replace(Some(scope.clone())));
    run()
}

pub(crate) fn current() -> Option<Scope> {
    SCOPE.with_borrow(Clone::clone)
}
