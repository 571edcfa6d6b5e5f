//! Futures that are returned without a named type can be polled by hand and moved between threads.

use actor_core::prelude::*;
use actor_core::process::{Inbox, spawn_process};
use std::time::Duration;

fn is_unpin_and_send<F: Future + Unpin + Send>(_: F) {}

#[actor]
struct Idle;

#[actor]
impl Idle {
    fn check(&self, context: &Context<Self>) {
        is_unpin_and_send(context.stopping());
    }
}

#[test]
fn futures_without_a_named_type_are_unpin_and_send() {
    const LIMIT: Duration = Duration::from_secs(1);
    System::current_thread().block_on(async {
        let idle = Idle.spawn();
        is_unpin_and_send(idle.started());
        is_unpin_and_send(idle.stop_within(LIMIT));
        assert_eq!(idle.check().await, Ok(()), "the future of stop_within was not polled");
        let (mut reply, _answer) = Reply::<u32>::pair();
        is_unpin_and_send(reply.closed());
        let process = spawn_process(|mut inbox: Inbox<u8>| async move {
            is_unpin_and_send(inbox.receive());
            is_unpin_and_send(inbox.receive_timeout(LIMIT));
            is_unpin_and_send(inbox.select_timeout(LIMIT, Ok::<u8, u8>));
        });
        assert_eq!(process.result().await, Ok(()));
    });
}
