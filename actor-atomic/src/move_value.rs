//! Moving a value between two slots with one copy.

use std::ptr;

/// Moves the value of `from` into the empty slot `to`, with a single copy.
///
/// In safe code, `*to = from.take()` copies a large value twice: `take` writes the empty state into `from`
/// before the value reaches `to`, so the compiler keeps a temporary.
///
/// `to` must be empty: a value in it is leaked.
///
/// ```
/// let (mut from, mut to) = (Some(3), None);
/// actor_atomic::move_value(&mut from, &mut to);
/// assert_eq!((from, to), (None, Some(3)));
/// ```
#[inline]
pub fn move_value<T>(from: &mut Option<T>, to: &mut Option<T>) {
    debug_assert!(to.is_none(), "the value in the slot would be leaked");
    let from = ptr::from_mut(from);
    // SAFETY: Both are exclusive borrows, so they are valid, aligned, and do not overlap. The value is not
    // duplicated, because the next write forgets the one in `from`.
    unsafe { ptr::copy_nonoverlapping(from, to, 1) };
    // SAFETY: `from` is valid for writes. Its value is not dropped: it is in `to` now.
    unsafe { ptr::write(from, None) };
}
