//! Which member is woken for a message that another member leaves in the mailbox.

use super::PoolMailbox;
use crate::cell::handle::{Popped, SharedQueue, TypedMailbox};
use crate::cell::header::SHARED_QUEUE;
use crate::pool::PoolSpec;
use crate::prelude::*;
use crate::sync::Arc;

#[actor(crate = crate)]
struct Room;

#[actor(crate = crate)]
impl Room {
    fn change(&self) {}
}

/// Returns a pool whose members never run, because its system does not.
fn open(system: &System, size: usize) -> (Arc<PoolMailbox<Room>>, RoomAddr) {
    let prepared = Room::prepare_pool(size, || Room).on(system);
    let (PoolSpec { make, .. }, header, label) = prepared.into_header();
    let pool = PoolMailbox::new(header, make, label);
    let address = RoomAddr::from(Addr::adopted(pool.clone() as Arc<dyn TypedMailbox<Room>>));
    pool.resize(size);
    (pool, address)
}

fn pop(pool: &PoolMailbox<Room>, number: usize, concurrent: bool) -> Popped {
    pool.pop_for(number, concurrent, &mut None::<RoomMessage>)
}

fn is_woken(pool: &PoolMailbox<Room>, number: usize) -> bool {
    let state = pool.state.lock();
    let member = state.queue.members.get(number).expect("each member is there");
    member.header().flags() & SHARED_QUEUE != 0
}

#[test]
fn a_member_that_cannot_start_a_message_is_not_woken_for_it() {
    let system = System::current_thread();
    let (pool, room) = open(&system, 3);
    for number in 0..3 {
        assert!(matches!(pop(&pool, number, false), Popped::Empty));
    }
    room.change().try_send().unwrap();
    assert!(is_woken(&pool, 2), "it became idle last");
    // A handler of member 1 runs, so the message would have to wait for it.
    assert!(matches!(pop(&pool, 1, true), Popped::NotConcurrent));
    assert!(is_woken(&pool, 0) && !is_woken(&pool, 1));
}
