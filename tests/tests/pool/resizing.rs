//! A pool that changes its size while its members work, idle or end.

use actor_core::prelude::*;
use futures_lite::future::poll_once;
use std::time::Duration;
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

/// Defers messages until it is opened.
#[actor]
struct Shelf {
    entered: Tally,
    /// One for each member.
    go: [Gate; 2],
    is_open: bool,
    log: async_channel::Sender<u32>,
}

#[actor]
impl Shelf {
    async fn hold(&mut self, context: &Context<Self>) {
        self.entered.add();
        self.go[context.pool_index().unwrap()].pass().await;
    }

    #[message(when = self.is_open)]
    fn call(&mut self, number: u32) -> u32 {
        number
    }

    #[message(when = self.is_open)]
    fn note(&mut self, number: u32) {
        self.log.try_send(number).unwrap();
    }

    #[message(when = self.is_open, unbounded)]
    fn note_unbounded(&mut self, number: u32) {
        self.log.try_send(number).unwrap();
    }

    #[message(when = self.is_open, priority)]
    fn note_first(&mut self, number: u32) {
        self.log.try_send(number).unwrap();
    }

    /// Makes this member send a note to itself.
    fn note_later(&mut self, number: u32, context: &Context<Self>) {
        let made = self.entered.clone();
        let note = context.after(Duration::ZERO, move |me| {
            made.add();
            me.note(number)
        });
        note.detach();
    }

    fn open(&mut self) {
        self.is_open = true;
    }

    fn number(&self, context: &Context<Self>) -> Option<usize> {
        context.pool_index()
    }
}

pub fn deferred_messages_of_a_member_in_excess_go_to_another(system: &System) {
    system.block_on(async {
        let (entered, go) = (Tally::default(), [Gate::new(), Gate::new()]);
        let (sender, log) = async_channel::unbounded();
        let (to_enter, to_go) = (entered.clone(), go.clone());
        let pool = Shelf::pool(2, move || Shelf {
            entered: to_enter.clone(),
            go: to_go.clone(),
            is_open: false,
            log: sender.clone(),
        });
        pool.hold().send().await.unwrap();
        pool.hold().send().await.unwrap();
        entered.reaches(2).await;
        go[1].open();
        // From now on, member 1 takes all messages.
        let call = actor_core::spawn_task(pool.call(7).into_owned());
        pool.note(1).send().await.unwrap();
        pool.note_unbounded(2).send().await.unwrap();
        pool.note_first(3).send().await.unwrap();
        for _ in 0..3 {
            assert_eq!(pool.number().await, Ok(Some(1)));
            actor_core::future::yield_now().await;
        }
        assert_eq!(Addr::resize(&pool, 1), Ok(()));
        go[0].open();
        pool.open().await.unwrap();
        assert_eq!(call.await, Ok(7));
        let mut notes = Vec::new();
        for _ in 0..3 {
            notes.push(log.recv().await.unwrap());
        }
        notes.sort_unstable();
        assert_eq!((notes, pool.len()), (vec![1, 2, 3], 0));
    });
}

pub fn a_deferred_message_of_a_timer_of_a_member_in_excess_goes_to_no_other(system: &System) {
    system.block_on(async {
        let (entered, go) = (Tally::default(), [Gate::new(), Gate::new()]);
        let (sender, log) = async_channel::unbounded();
        let (to_enter, to_go) = (entered.clone(), go.clone());
        let pool = Shelf::pool(2, move || Shelf {
            entered: to_enter.clone(),
            go: to_go.clone(),
            is_open: false,
            log: sender.clone(),
        });
        pool.hold().send().await.unwrap();
        pool.hold().send().await.unwrap();
        entered.reaches(2).await;
        go[1].open();
        // From now on, member 1 takes all messages.
        pool.note_later(1).await.unwrap();
        entered.reaches(3).await;
        pool.note(2).send().await.unwrap();
        for _ in 0..3 {
            assert_eq!(pool.number().await, Ok(Some(1)));
            actor_core::future::yield_now().await;
        }
        assert_eq!(Addr::resize(&pool, 1), Ok(()));
        go[0].open();
        pool.open().await.unwrap();
        assert_eq!(log.recv().await, Ok(2));
        assert_eq!(pool.number().await, Ok(Some(0)));
        assert!(log.is_empty());
    });
}
