//! The corpus with a runtime that another crate's module gives out again, and that has no other name.
#![deny(warnings, missing_docs)]

extern crate self as rt;

pub use else_where::{Actor, ActorId, Context, Exit, Spawn, actor};
pub use else_where::{Addr, TypedAddr, Call, Protocol, Reply, __private};

include!("../../corpus.rs");
include!("../../calls.rs");

/// By a path within the crate.
pub mod again {
    pub use else_where::*;
}

/// Found by that path.
#[again::actor(crate = crate::again)]
#[derive(Debug)]
pub struct Renamed(u8);

#[again::actor(crate = crate::again)]
impl Renamed {
    /// Gives the number.
    pub async fn number(&self, context: &again::Context<Self>, reply: again::Reply<u8>) {
        let _id = context.id();
        let _sent = reply.send(self.0);
    }
}
