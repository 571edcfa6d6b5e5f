//! A handler of a member that waits until its actor is being stopped.

use actor_core::prelude::*;
use tests::Tally;

#[actor]
struct Worker {
    entered: Tally,
    left: Tally,
}

#[actor]
impl Worker {
    async fn work_until_stopped(&mut self, context: &Context<Self>) {
        self.entered.add();
        context.stopping().await;
        self.left.add();
    }
}

fn pool(members: usize) -> (WorkerAddr, Tally, Tally) {
    let (entered, left) = (Tally::default(), Tally::default());
    let (to_enter, to_leave) = (entered.clone(), left.clone());
    let make = move || Worker { entered: to_enter.clone(), left: to_leave.clone() };
    (Worker::pool(members, make), entered, left)
}

pub fn handlers_of_all_members_notice_the_stop_of_their_pool(system: &System) {
    system.block_on(async {
        let (pool, entered, left) = pool(3);
        // The last two calls are started after the stop.
        for _ in 0..5 {
            pool.work_until_stopped().send().await.unwrap();
        }
        entered.reaches(3).await;
        assert_eq!(left.count(), 0);
        pool.stop();
        assert_eq!(pool.join().await, Exit::Stopped);
        assert_eq!(left.count(), 5);
    });
}

pub fn the_handler_of_a_member_in_excess_notices_its_end(system: &System) {
    system.block_on(async {
        let (pool, entered, left) = pool(3);
        for _ in 0..3 {
            pool.work_until_stopped().send().await.unwrap();
        }
        entered.reaches(3).await;
        assert_eq!(Addr::resize(&pool, 1), Ok(()));
        left.reaches(2).await;
        assert_eq!(left.count(), 2);
        pool.stop();
        assert_eq!(pool.join().await, Exit::Stopped);
        assert_eq!(left.count(), 3);
    });
}
