//! The handles that a context returns, and what it holds.

use crate::Failure;
use crate::cell::handle::DynMailbox;
use crate::prelude::*;
use std::time::Duration;

#[actor(crate = crate)]
struct Holder {
    received: bool,
}

#[actor(crate = crate)]
impl Holder {
    fn handles(&self, context: &Context<Self>) -> [String; 2] {
        let timer = context.after(Duration::ZERO, |me| me.tick());
        let monitor = context.monitor(&context.address(), |me, exit| me.gone(exit));
        [format!("{timer:?}"), format!("{monitor:?}")]
    }

    fn begin(&self, context: &Context<Self>) {
        context.pipe(async {}, |me, end| me.receive(end));
    }

    fn receive(&mut self, end: Result<(), Failure>) {
        self.received = end.is_ok();
    }

    /// Returns whether the first resource is still there, after the piped future.
    #[message(when = self.received)]
    fn holds_first(&self, context: &Context<Self>) -> bool {
        context.mailbox.lock().cell.resources_mut().get(1).is_some()
    }

    fn tick(&self) {}

    fn gone(&self, _exit: Exit) {}
}

#[test]
fn handles_show_their_types() {
    System::current_thread().block_on(async {
        let handles = Holder { received: false }.spawn().handles().await.unwrap();
        assert_eq!(handles, ["Timer { .. }", "Monitor { .. }"]);
    });
}

#[test]
fn a_piped_future_that_was_delivered_is_held_no_longer() {
    System::current_thread().block_on(async {
        let holder = Holder { received: false }.spawn();
        holder.begin().await.unwrap();
        assert_eq!(holder.holds_first().await, Ok(false));
    });
}
