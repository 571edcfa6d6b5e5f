//! Attributes travel: `cfg`, docs, `deprecated`, lint levels.
#![deny(warnings, missing_docs)]

use actor_core::prelude::*;

/// Old.
#[actor]
#[deprecated]
#[allow(deprecated)]
pub struct Old;

#[actor]
#[allow(deprecated)]
impl Old {
    /// Works.
    pub fn work(&self) {}
}

/// Counts.
#[derive(Debug)]
#[actor]
#[cfg(all())]
pub struct Counter {
    total: u64,
}

#[actor]
#[cfg(all())]
impl Counter {
    /// Is not there.
    #[cfg(any())]
    pub fn gone(&self, what: Nope) -> Nope {
        what
    }

    /// Is not there either.
    #[cfg_attr(all(), cfg(any()))]
    pub fn gone_too(&self, what: Nope) -> Nope {
        what
    }

    /// Is there.
    #[cfg_attr(any(), cfg(any()))]
    pub fn stays(&self) {}

    /// Has an argument that is not there.
    pub fn partly(&self, #[cfg(any())] gone: Nope, #[allow(unused)] kept: u8) -> u64 {
        self.total
    }

    /// Is old.
    #[deprecated(note = "use `partly`")]
    pub fn old(&self) {}

    /// Is hushed.
    #[expect(unused_variables)]
    #[must_use]
    pub fn hushed(&self, number: u8) -> u8 {
        1
    }

    /// Has documented arguments.
    pub fn told(
        &mut self,
        /// How much.
        amount: u64,
    ) {
        self.total += amount;
    }

    #[cfg(all())]
    #[on_stop]
    fn bye(&mut self, exit: &Exit) {
        let _ = exit;
    }

    #[cfg(any())]
    #[on_stop]
    async fn bye(&mut self, exit: &Exit) {
        let _ = exit;
    }

    #[cfg_attr(all(), cfg(any()))]
    #[on_exit]
    fn ended(&mut self, _id: ActorId, _exit: Exit) {}

    fn link(&self, other: CounterAddr, context: &Context<Self>) {
        context.link(&other);
    }

    #[message(skip)]
    /// Is no message.
    pub fn lend<'a>(&'a self, text: &'a str) -> &'a str {
        text
    }
}

#[actor_core::main]
async fn main() -> Result<(), CallError> {
    let counter = Counter { total: 1 }.spawn();
    assert_eq!(counter.partly(2).await?, 1);
    assert_eq!(counter.hushed(2).await?, 1);
    counter.told(1).await?;
    counter.stays().await?;
    assert_eq!(Counter { total: 1 }.lend("a"), "a");
    // A hook that is not there does not handle the failure of a linked actor.
    let other = Counter { total: 1 }.spawn();
    counter.link(other.clone()).await?;
    other.kill();
    assert!(matches!(counter.join().await, Exit::Failed(_)));
    Ok(())
}
