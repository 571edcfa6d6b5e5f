//! Links to a pool, which is one actor from outside.

use actor_core::FailureKind;
use actor_core::prelude::*;
use tests::Tally;

/// Links itself to pools.
#[actor]
struct Partner;

#[actor]
impl Partner {
    fn link_to_plain(&self, pool: PlainAddr, context: &Context<Self>) {
        context.link(&pool);
    }

    fn link_to_hooked(&self, pool: HookedAddr, context: &Context<Self>) {
        context.link(&pool);
    }
}

#[actor]
struct Plain;

#[actor]
impl Plain {
    fn work(&self) {}
}

/// Its members survive the end of a linked actor.
#[actor]
struct Hooked {
    seen: Tally,
}

#[actor]
impl Hooked {
    #[on_exit]
    fn gone(&mut self, _id: ActorId, exit: Exit) {
        assert_eq!(exit, Exit::Killed);
        self.seen.add();
    }

    fn work(&self) {}
}

pub fn a_pool_fails_with_an_actor_that_has_linked_itself_to_it(system: &System) {
    system.block_on(async {
        let (pool, partner) = (Plain::pool(2, || Plain), Partner.spawn());
        partner.link_to_plain(pool.clone()).await.unwrap();
        partner.kill();
        let Exit::Failed(failure) = pool.join().await else { panic!("the pool has failed") };
        assert_eq!((failure.kind(), failure.cause()), (FailureKind::Linked, Some(&Exit::Killed)));
    });
}

pub fn a_pool_survives_the_normal_end_of_a_linked_actor(system: &System) {
    system.block_on(async {
        let (pool, partner) = (Plain::pool(2, || Plain), Partner.spawn());
        partner.link_to_plain(pool.clone()).await.unwrap();
        partner.stop();
        assert_eq!(partner.join().await, Exit::Stopped);
        assert_eq!(pool.work().await, Ok(()));
        pool.stop();
        assert_eq!(pool.join().await, Exit::Stopped);
    });
}

pub fn each_member_of_a_pool_runs_its_hook_for_a_linked_actor(system: &System) {
    system.block_on(async {
        let seen = Tally::default();
        let given = seen.clone();
        let (pool, partner) =
            (Hooked::pool(2, move || Hooked { seen: given.clone() }), Partner.spawn());
        partner.link_to_hooked(pool.clone()).await.unwrap();
        partner.kill();
        seen.reaches(2).await;
        assert_eq!(pool.work().await, Ok(()));
        pool.stop();
        assert_eq!(pool.join().await, Exit::Stopped);
        assert_eq!(seen.count(), 2);
    });
}
