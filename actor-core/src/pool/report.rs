//! Receives the reports of the members of a pool about the ends of their lives.

use super::mailbox::PoolMailbox;
use crate::actor::dispatch::Dispatch;
use crate::cell::supervision::RestartAuthority;
use crate::exit::{ActorId, Exit};
use crate::sync::{Arc, Weak};

/// Receives the reports of one member. It does not keep the pool alive.
pub(super) struct ReportToPool<A: Dispatch> {
    pool: Weak<PoolMailbox<A>>,
    number: usize,
}

impl<A: Dispatch> ReportToPool<A> {
    pub(super) fn new(pool: &Arc<PoolMailbox<A>>, number: usize) -> Self {
        ReportToPool { pool: Arc::downgrade(pool), number }
    }
}

impl<A: Dispatch> RestartAuthority for ReportToPool<A> {
    fn life_ended(&self, id: ActorId, exit: Exit) -> bool {
        self.pool.upgrade().is_some_and(|pool| pool.member_failed(self.number, id, exit))
    }

    fn ended(&self, id: ActorId) {
        if let Some(pool) = self.pool.upgrade() {
            pool.member_ended(self.number, id);
        }
    }
}
