//! Actors as plain structs: a typed address for each, contained failures, a small executor.
//!
//! ```text
//!  address --send--> mailbox --recv--> run loop --dispatch--> handler --> reply --> call.await
//! ```
//!
//! An actor is a state that nobody else can touch, and a mailbox. Put [`#[actor]`](macro@actor) on a
//! struct and on its `impl` block: each method becomes a message, and the actor gets a typed address
//! on which every message is an ordinary method again.
//!
//! ```
//! use actor_core::prelude::*;
//!
//! /// Counts up.
//! #[actor]
//! struct Counter {
//!     total: u64,
//! }
//!
//! #[actor]
//! impl Counter {
//!     /// Adds `amount` and returns the new total.
//!     fn add(&mut self, amount: u64) -> u64 {
//!         self.total += amount;
//!         self.total
//!     }
//! }
//!
//! #[actor_core::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let counter = Counter { total: 0 }.spawn(); // a CounterAddr: clone it, send it anywhere
//!
//!     assert_eq!(counter.add(5).await?, 5); // a call: waits for the answer
//!     counter.add(2).send().await?; // a send: waits only for room in the mailbox
//!     counter.stop(); // what is queued is still handled
//!     assert_eq!(counter.join().await, Exit::Stopped);
//!     Ok(())
//! }
//! ```
//!
//! # Where to go next
//!
//! | I want to | see |
//! |---|---|
//! | begin | [`prelude`], [`Spawn`], [`macro@main`] |
//! | write messages and their settings | [`macro@actor`] |
//! | wait, send, time out, pass a call on | [`Call`], [`Reply`] |
//! | know why there is no answer | [`CallError`], [`SendError`] |
//! | stop, kill, wait for the end | [`Addr`], [`WeakAddr`], [`Exit`], [`Failure`] |
//! | have children, timers, streams, monitors and links | [`Context`] |
//! | have what fails started again | [`Supervisor`], [`Child`], [`Restart`], [`Backoff`] |
//! | have different actors behind one type of address | [`macro@actor`] on a trait |
//! | share one mailbox between several actors | [`Spawn::pool`] |
//! | publish to many | [`Topic`] |
//! | find an actor by its name | [`Addr::register`], [`Address::lookup`] |
//! | receive by choice, in one function | [`spawn_process`], [`Inbox`] |
//! | run and shut down a system of my own | [`System`], [`SystemBuilder`] |
//! | hear of what went wrong with nobody there to be told | [`Incident`], [`Counters`] |
//! | test, with every order of events that a seed can choose | [`macro@test`], [`Sim`] |
//! | see what a running system does | [`System::snapshot`], [`Snapshot`] |
//! | wait, by the clock of the system | [`time`] |
//! | combine futures | [`future`] |
//!
//! The guide lies in the folder `book` of the repository, small programs in `examples`.
//!
//! # Features
//!
//! | feature | what it does |
//! |---|---|
//! | `log` | [`Incident`]s without a hook become log records; without it they are lines on stderr |
//! | `metrics` | counts and times of each message, by actor and message, for any recorder of that facade |
//! | `serde` | a [`Snapshot`] can be serialised |
//! | `smol` | `System::smol`: actors on an executor of smol that runs already |
//! | `tokio` | `System::tokio`; inside a tokio runtime, `spawn` and [`System::current`] use that runtime |
//! | `tracing` | a span for each message that is handled, with its caller's span as parent |

#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations)]

// So that the macros' output, which names `::actor_core`, works in here too.
extern crate self as actor_core;

mod cell;
mod counters;
mod error;
mod exit;
mod host;
mod incident;
mod life;
#[cfg(all(test, actor_loom))]
mod models;
mod observe;
mod sim;
mod sync;
mod system;
mod talk;

// Behind `talk`, so that the page of an address begins with its own verbs.
mod compose;
mod spawn;

pub mod future;
pub mod prelude;
pub mod time;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

#[doc = include_str!("actor.md")]
#[doc = include_str!("generated.md")]
pub use actor_macros::actor;
#[doc = include_str!("main.md")]
pub use actor_macros::main;
#[doc = include_str!("test.md")]
pub use actor_macros::test;
pub use cell::message::Protocol;
pub use cell::names::RegisterError;
pub use cell::restart::Restart;
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
pub use life::dispatch::{AddrOf, Dispatch};
pub use life::fault::Fault;
pub use life::spawn::Prepared;
pub use life::task::Task;
pub use life::timer::Timer;
pub use life::watch::{Link, Monitor};
pub use observe::snapshot::{Activity, ActorSnapshot, ActorState, Snapshot};
pub use sim::{Probe, Sim, Step, Trace};
pub use spawn::Spawn;
#[cfg(feature = "smol")]
pub use system::SmolExecutor;
pub use system::run::interrupted;
pub use system::{ShutdownReport, Spawned, System, SystemBuilder, rng, spawn, unblock};
pub use talk::actor::Actor;
pub use talk::address::{Addr, Address};
pub use talk::answer::Answer;
pub use talk::any::{AnyAddr, Target};
pub use talk::call::{Call, Delegated};
pub use talk::join::{Join, Starting, StopWithin};
pub use talk::reply::{Reply, Unwanted};
pub use talk::send::Sending;
pub use talk::timed::Timed;
pub use talk::weak::WeakAddr;

// Its listings are compiled and run as doctests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
