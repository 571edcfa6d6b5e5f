//! A pool that changes its size while its members work, idle or end.

use actor_core::prelude::*;
use futures_lite::future::poll_once;
use tests::{Gate, Tally};

/// The shared state of all members of a pool in these tests.
#[derive(Clone)]
struct Shared {
    made: Tally,
    entered: Tally,
    ending: Tally,
    go: Gate,
    may_end: Gate,
}

impl Shared {
    fn new() -> Self {
        let (made, entered, ending) = (Tally::default(), Tally::default(), Tally::default());
        Shared { made, entered, ending, go: Gate::new(), may_end: Gate::new() }
    }

    fn open(&self, members: usize) -> MemberAddr {
        let shared = self.clone();
        Member::pool(members, move || {
            shared.made.add();
            Member { shared: shared.clone() }
        })
    }
}

#[actor]
struct Member {
    shared: Shared,
}

#[actor]
impl Member {
    async fn hold(&mut self) {
        self.shared.entered.add();
        self.shared.go.pass().await;
    }

    async fn fail(&mut self) {
        self.hold().await;
        panic!("planned");
    }

    fn number(&self, context: &Context<Self>) -> Option<usize> {
        context.pool_index()
    }

    #[on_stop]
    async fn end(&mut self, _exit: &Exit) {
        self.shared.ending.add();
        self.shared.may_end.pass().await;
    }
}

/// Waits until each member has looked for a message and found none.
async fn idle(pool: &MemberAddr, members: usize, shared: &Shared) {
    shared.made.reaches(members).await;
    for _ in 0..20 {
        pool.number().await.unwrap();
        actor_core::future::yield_now().await;
    }
}

pub fn a_member_in_excess_passes_its_message_to_another(system: &System) {
    system.block_on(async {
        for _ in 0..20 {
            let shared = Shared::new();
            shared.may_end.open();
            let pool = shared.open(2);
            idle(&pool, 2, &shared).await;
            // One member is woken for this message; it may be the member that is no longer needed.
            let mut call = pool.number();
            let early = poll_once(&mut call).await;
            assert_eq!(Addr::resize(&pool, 1), Ok(()));
            let number = match early {
                Some(number) => number,
                None => call.await,
            };
            assert!(number.is_ok(), "{number:?}");
            pool.stop();
            assert_eq!(pool.join().await, Exit::Stopped);
        }
    });
}

pub fn a_member_in_excess_that_fails_is_not_restarted(system: &System) {
    system.block_on(async {
        let shared = Shared::new();
        shared.may_end.open();
        let pool = shared.open(2);
        let calls = [pool.fail().into_owned(), pool.fail().into_owned()];
        let calls = calls.map(actor_core::spawn_task);
        shared.entered.reaches(2).await;
        assert_eq!(Addr::resize(&pool, 1), Ok(()));
        shared.go.open();
        for call in calls {
            assert!(matches!(call.await, Err(CallError::Panicked(_))));
        }
        assert_eq!(pool.number().await, Ok(Some(0)));
        pool.stop();
        assert_eq!(pool.join().await, Exit::Stopped);
        // The two members, and the next life of one of them.
        assert_eq!(shared.made.count(), 3);
    });
}

pub fn a_pool_enlarged_while_a_member_ends_gets_all_its_members(system: &System) {
    system.block_on(async {
        let shared = Shared::new();
        let pool = shared.open(2);
        idle(&pool, 2, &shared).await;
        assert_eq!(Addr::resize(&pool, 1), Ok(()));
        shared.ending.reaches(1).await;
        assert_eq!(Addr::resize(&pool, 2), Ok(()));
        shared.may_end.open();
        shared.made.reaches(3).await;
        let calls = [pool.hold().into_owned(), pool.hold().into_owned()];
        let calls = calls.map(actor_core::spawn_task);
        shared.entered.reaches(2).await;
        shared.go.open();
        for call in calls {
            assert_eq!(call.await, Ok(()));
        }
    });
}
