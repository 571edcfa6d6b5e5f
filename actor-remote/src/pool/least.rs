//! Chooses the less loaded of two random members ("power of two choices").

use super::members::PoolMember;
use crate::remote::Remote;

/// Returns a random number below its argument.
pub(super) type Below = Box<dyn FnMut(usize) -> usize + Send>;

/// Returns the index of the less loaded of two random members. If the mailbox of that member is full, returns
/// the index of a member whose mailbox has capacity, if there is one.
pub(super) fn of_two<P: Remote>(members: &[PoolMember<P>], below: &mut Below) -> Option<usize> {
    let count = members.len();
    if count < 2 {
        return count.checked_sub(1);
    }
    let one = below(count);
    let other = (one + 1 + below(count - 1)) % count;
    let best = if members[other].load() < members[one].load() { other } else { one };
    let mut in_turn = (0..count).map(|step| (best + step) % count);
    Some(in_turn.find(|index| members[*index].has_room()).unwrap_or(best))
}
