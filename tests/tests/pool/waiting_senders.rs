//! Senders that wait for capacity while members are idle: each message that is admitted wakes one of them.

use actor_core::future::join_all;
use actor_core::prelude::*;
use tests::Tally;

/// Handles a message only together with messages of other members.
#[actor(capacity = 1)]
struct Partner {
    present: Tally,
}

#[actor]
impl Partner {
    async fn meet(&mut self, partners: usize) {
        self.present.add();
        self.present.reaches(partners).await;
    }

    #[message(priority)]
    async fn meet_first(&mut self, partners: usize) {
        self.meet(partners).await;
    }
}

/// Returns a pool whose members are idle.
async fn idle_pool(members: usize) -> PartnerAddr {
    let present = Tally::default();
    let pool = Partner::pool(members, move || Partner { present: present.clone() });
    for _ in 0..20 {
        actor_core::future::yield_now().await;
    }
    pool
}

pub fn messages_of_waiting_senders_wake_idle_members(system: &System) {
    system.block_on(async {
        let pool = idle_pool(4).await;
        // One message fills the mailbox, and the other senders wait.
        let meetings = join_all((0..4).map(|_| pool.meet(4))).await;
        assert_eq!(meetings, vec![Ok(()); 4]);
    });
}

pub fn priority_messages_of_waiting_senders_wake_idle_members(system: &System) {
    system.block_on(async {
        let pool = idle_pool(6).await;
        let meetings = (0..3).map(|_| pool.meet(6));
        let first = (0..3).map(|_| pool.meet_first(6));
        let (meetings, first) = actor_core::future::zip(join_all(meetings), join_all(first)).await;
        assert_eq!((meetings, first), (vec![Ok(()); 3], vec![Ok(()); 3]));
    });
}
