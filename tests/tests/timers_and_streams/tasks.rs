//! Tasks of a life: awaited, cancelled, and ended with their life.

use actor_core::Task;
use actor_core::prelude::*;
use futures_lite::FutureExt;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use tests::Tally;

#[actor]
struct Host {
    dropped: Tally,
}

#[actor]
impl Host {
    async fn work(&mut self, context: &Context<Self>) -> bool {
        let task = context.spawn_task(async {});
        task.await;
        true
    }

    fn hang(&self, context: &Context<Self>) -> Task {
        let mark = self.dropped.mark();
        context.spawn_task(async move {
            let _mark = mark;
            pending().await
        })
    }
}

pub fn a_task_of_a_life_can_be_awaited_in_a_handler(system: &System) {
    system.block_on(async {
        let host = Host { dropped: Tally::default() }.spawn();
        assert_eq!(host.work().await, Ok(true));
    });
}

pub fn cancel_waits_until_a_task_of_a_life_is_dropped(system: &System) {
    system.block_on(async {
        let dropped = Tally::default();
        let host = Host { dropped: dropped.clone() }.spawn();
        let task = host.hang().await.unwrap();
        assert!(!task.is_finished());
        assert_eq!(task.cancel().await, None);
        assert_eq!(dropped.count(), 1);
        assert!(host.is_alive());
    });
}

pub fn awaiting_a_task_panics_if_its_life_has_ended(system: &System) {
    system.block_on(async {
        let host = Host { dropped: Tally::default() }.spawn();
        let task = host.hang().await.unwrap();
        host.stop();
        host.join().await;
        let payload = AssertUnwindSafe(task).catch_unwind().await.unwrap_err();
        let text = payload.downcast_ref::<String>().map(String::as_str);
        assert_eq!(text, Some("the task was dropped before it was done: its actor has ended"));
    });
}
