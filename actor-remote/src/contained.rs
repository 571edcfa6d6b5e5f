//! Runs code of the user, such as the drop of a value, and catches its panics. The panic hook still reports them.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Drops a value of the user.
pub(crate) fn discard<T>(value: T) {
    run(|| drop(value));
}

/// Runs code of the user. Returns `None` if it panics.
pub(crate) fn run<T>(code: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(code)).map_err(forget).ok()
}

/// Drops the payload of a panic, which is also a value of the user. If the drop panics, the second payload is leaked,
/// because dropping it could panic again.
#[cold]
fn forget(payload: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Panics when it is dropped, as often as the number says.
    struct Bomb(u32);

    impl Drop for Bomb {
        fn drop(&mut self) {
            if self.0 > 0 {
                std::panic::panic_any(Bomb(self.0 - 1));
            }
        }
    }

    #[test]
    fn a_panic_of_a_panic_goes_no_further() {
        discard(Bomb(3));
        assert_eq!(run(|| 7), Some(7));
        assert_eq!(run(|| drop(Bomb(1))), None);
    }
}
