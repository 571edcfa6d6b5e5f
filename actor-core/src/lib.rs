//! Actors as plain structs: a typed address for each, contained failures, a small executor.
//!
//! ```text
//!  address --send--> mailbox --recv--> run loop --dispatch--> handler --> reply --> call.await
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations)]

// So that the macros' output, which names `::actor_core`, works in here too.
extern crate self as actor_core;

mod actor;
mod cell;
mod compose;
mod counters;
mod error;
mod exit;
mod host;
mod incident;
mod life;
mod sync;
mod system;
mod talk;

pub mod future;
pub mod prelude;
pub mod time;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use actor::{Actor, Dispatch, Protocol};
pub use actor_macros::{actor, main, test};
pub use cell::names::RegisterError;
pub use compose::pool::NotAPool;
pub use compose::process::{
    Ask, ExitNotice, Inbox, Oldest, Outcome, PreparedProcess, Proc, Process, ProcessAddr, Receive,
    ReceiveWithin, Select, SelectWithin, spawn_process,
};
pub use compose::supervisor::{
    Backoff, Child, ChildInfo, Supervisor, SupervisorAddr, SupervisorMessage,
};
pub use compose::topic::{Lagged, Publish, Subscription, Topic, TopicKey, TopicStream};
pub use counters::Counters;
pub use error::{CallError, Cycle, SendError, SendReason};
pub use exit::{ActorId, Exit, Failure, FailureKind, Place};
pub use incident::Incident;
pub use life::Context;
pub use life::attachment::Attachment;
pub use life::context::Stopping;
pub use life::restart::Restart;
pub use life::spawn::Prepared;
pub use life::task::Task;
pub use life::timer::Timer;
pub use life::watch::{Link, Monitor};
#[cfg(feature = "smol")]
pub use system::SmolExecutor;
pub use system::run::interrupted;
pub use system::{ShutdownReport, System, SystemBuilder, spawn, unblock};
pub use talk::address::{Addr, Address};
pub use talk::any::{AnyAddr, Target};
pub use talk::call::{Call, Delegated};
pub use talk::join::{Join, Starting, StopWithin};
pub use talk::reply::{Answer, Reply, Unwanted};
pub use talk::send::Sending;
pub use talk::timed::Timed;
pub use talk::weak::WeakAddr;

// Its listings are compiled and run as doctests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
