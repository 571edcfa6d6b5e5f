//! Drops values that a system refuses because it has ended: states of actors and futures of tasks.
//!
//! The drop is user code, and may spawn a successor, which is refused too. A recursive drop of such
//! successors could overflow the stack, and an iterative drop might never end. A thread therefore
//! drops them iteratively, and leaks the rest of a chain that is too long.

use std::collections::VecDeque;

use crate::panics::contained;
use crate::sync::{Scoped, scoped};

/// The maximum length of a chain of refused successors. An orderly end, in which the drop of a
/// value starts one successor, stays far below this.
const MAX_CHAIN: usize = 1000;

thread_local! {
    /// The values to be dropped by the outermost `drop_refused` on this thread, if there is one.
    static CHAIN: Scoped<Option<Chain>> = const { scoped(None) };
}

#[derive(Default)]
struct Chain {
    waiting: VecDeque<Box<dyn FnOnce()>>,
    length: usize,
}

/// Whether a refused value is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DropResult {
    /// The value was dropped, or is dropped after the current one.
    Dropped,
    /// The chain was too long.
    Leaked,
}

/// Drops a refused value by calling `discard`, which owns it, or leaks it.
pub(crate) fn drop_refused(discard: impl FnOnce() + 'static) -> DropResult {
    if CHAIN.with(|chain| chain.borrow().is_some()) {
        return append(Box::new(discard));
    }
    CHAIN.with(|chain| chain.replace(Some(Chain::default())));
    contained(discard);
    let next = || CHAIN.with(|chain| chain.borrow_mut().as_mut()?.waiting.pop_front());
    while let Some(next) = next() {
        contained(next);
    }
    CHAIN.with(|chain| chain.replace(None));
    DropResult::Dropped
}

fn append(discard: Box<dyn FnOnce()>) -> DropResult {
    CHAIN.with(|chain| {
        let mut chain = chain.borrow_mut();
        let Some(chain) = chain.as_mut().filter(|chain| chain.length < MAX_CHAIN) else {
            std::mem::forget(discard);
            return DropResult::Leaked;
        };
        chain.length += 1;
        chain.waiting.push_back(discard);
        DropResult::Dropped
    })
}

#[cfg(test)]
mod tests {
    use super::{DropResult, MAX_CHAIN, drop_refused};
    use std::cell::Cell;
    use std::rc::Rc;

    /// Makes as many successors as `branches` when it is dropped.
    struct Respawns {
        branches: u32,
        dropped: Rc<Cell<usize>>,
        leaked: Rc<Cell<usize>>,
    }

    impl Drop for Respawns {
        fn drop(&mut self) {
            self.dropped.set(self.dropped.get() + 1);
            for _ in 0..self.branches {
                let next = Respawns {
                    branches: self.branches,
                    dropped: self.dropped.clone(),
                    leaked: self.leaked.clone(),
                };
                if drop_refused(move || drop(next)) == DropResult::Leaked {
                    self.leaked.set(self.leaked.get() + 1);
                }
            }
        }
    }

    #[test]
    fn values_that_are_replaced_in_their_drop_are_leaked_beyond_the_limit() {
        for branches in [0, 1, 3] {
            let (dropped, leaked) = (Rc::default(), Rc::default());
            let first =
                Respawns { branches, dropped: Rc::clone(&dropped), leaked: Rc::clone(&leaked) };
            assert_eq!(drop_refused(move || drop(first)), DropResult::Dropped);
            let most = if branches == 0 { 0 } else { MAX_CHAIN };
            assert_eq!(dropped.get(), 1 + most);
            assert_eq!(leaked.get(), dropped.get() * branches as usize - most);
        }
    }
}
