//! The desk where the members of a pool report the ends of their lives.

use super::mailbox::PoolMail;
use crate::actor::dispatch::Dispatch;
use crate::actor::restart::Overseer;
use crate::exit::{ActorId, Exit};
use crate::sync::{Arc, Weak};

/// The desk of one member. It does not keep the pool alive.
pub(super) struct Desk<A: Dispatch> {
    pool: Weak<PoolMail<A>>,
    number: usize,
}

impl<A: Dispatch> Desk<A> {
    pub(super) fn new(pool: &Arc<PoolMail<A>>, number: usize) -> Self {
        Desk { pool: Arc::downgrade(pool), number }
    }
}

impl<A: Dispatch> Overseer for Desk<A> {
    fn life_ended(&self, id: ActorId, exit: Exit) -> bool {
        self.pool.upgrade().is_some_and(|pool| pool.member_failed(self.number, id, exit))
    }

    fn ended(&self, id: ActorId) {
        if let Some(pool) = self.pool.upgrade() {
            pool.member_ended(self.number, id);
        }
    }
}
