//! The members of a pool, and which of them are idle. No step visits all members, so that the
//! number of steps per member at the end of a pool does not depend on its size.

use crate::cell::handle::DynMailbox;
use crate::sync::Arc;
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Members {
    /// All members, by number.
    all: Vec<Member>,
    /// The number of members.
    count: usize,
    /// The numbers of the idle members, by the time at which they became idle.
    idle: BTreeMap<u64, usize>,
    /// The number of times that a member has become idle.
    idle_marks: u64,
}

#[derive(Clone, Default)]
struct Member {
    /// `None` for a member that has ended, or has not begun.
    mailbox: Option<Arc<dyn DynMailbox>>,
    /// The member's key in `Members::idle`.
    idle: Option<u64>,
}

impl Members {
    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn get(&self, number: usize) -> Option<&Arc<dyn DynMailbox>> {
        self.all.get(number)?.mailbox.as_ref()
    }

    pub(super) fn all(&self) -> Vec<Arc<dyn DynMailbox>> {
        self.all.iter().filter_map(|member| member.mailbox.clone()).collect()
    }

    /// Adds a member. Returns `false` if there is one with this number.
    pub(super) fn insert(&mut self, number: usize, mailbox: Arc<dyn DynMailbox>) -> bool {
        if self.get(number).is_some() {
            return false;
        }
        if self.all.len() <= number {
            self.all.resize(number + 1, Member::default());
        }
        self.all[number].mailbox = Some(mailbox);
        self.count += 1;
        true
    }

    pub(super) fn remove(&mut self, number: usize) -> Option<Arc<dyn DynMailbox>> {
        self.set_busy(number);
        let gone = self.all.get_mut(number)?.mailbox.take()?;
        self.count -= 1;
        Some(gone)
    }

    /// Returns the numbers below `size` that no member has.
    pub(super) fn missing(&self, size: usize) -> Vec<usize> {
        (0..size).filter(|number| self.get(*number).is_none()).collect()
    }

    /// Returns the members with the number `size` and above, and marks them as busy.
    pub(super) fn take_surplus(&mut self, size: usize) -> Vec<Arc<dyn DynMailbox>> {
        (size..self.all.len()).for_each(|number| self.set_busy(number));
        self.all.iter().skip(size).filter_map(|member| member.mailbox.clone()).collect()
    }

    /// Marks a member as idle, because it has found nothing to do.
    pub(super) fn set_idle(&mut self, number: usize) {
        let Some(member) = self.all.get_mut(number) else { return };
        if member.idle.is_none() {
            self.idle_marks += 1;
            member.idle = Some(self.idle_marks);
            self.idle.insert(self.idle_marks, number);
        }
    }

    /// Marks a member as busy, whether it works for the pool or for itself.
    #[inline]
    pub(super) fn set_busy(&mut self, number: usize) {
        let idle = self.all.get_mut(number).and_then(|member| member.idle.take());
        if let Some(idle) = idle {
            self.idle.remove(&idle);
        }
    }

    pub(super) fn are_idle(&self) -> bool {
        self.idle.len() >= self.count
    }

    /// Returns the member that became idle last, because its state is warm, and marks it as busy.
    /// The caller pokes it.
    pub(super) fn take_idle(&mut self) -> Option<Arc<dyn DynMailbox>> {
        let (_, number) = self.idle.pop_last()?;
        let member = self.all.get_mut(number)?;
        member.idle = None;
        member.mailbox.clone()
    }
}
