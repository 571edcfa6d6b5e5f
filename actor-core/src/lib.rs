//! Actors written as plain structs, with typed addresses, contained failures and a small executor.
//!
//! # Contents
//!
//! The root of the crate has the items that most programs name. Everything else is in a module.
//!
//! | at the root, to | see |
//! |---|---|
//! | define an actor, run a program, write a test | [`macro@actor`], [`macro@main`], [`macro@test`] |
//! | start an actor | [`Spawn`], [`Prepared`] |
//! | call (ask), send (tell), reply later | [`Call`], [`Reply`], [`CallError`], [`SendError`], [`SendReason`] |
//! | stop, kill, register, wait for an exit | [`Addr`], [`WeakAddr`], [`AnyAddr`], [`TypedAddr`], [`ActorId`] |
//! | learn how an actor ended | [`Exit`], [`Failure`], [`FailureKind`] |
//! | use children, timers, streams, monitors, links | [`Context`] |
//! | write code for any actor or protocol | [`Actor`], [`Protocol`], [`Dispatch`], [`AddrOf`] |
//! | choose an executor, shut down gracefully | [`System`], [`SystemBuilder`] |
//! | run tasks and blocking code, get random numbers | [`spawn_task`], [`Task`], [`unblock`], [`rng`] |
//!
//! | module | contents |
//! |---|---|
//! | [`prelude`] | the usual names, to import with `*` |
//! | [`address`] | the wait for an exit, the error of a registration, and the bound of monitors and links |
//! | [`call`] | the futures of calls, sends and forwarded calls |
//! | [`context`] | handles of timers, attached streams, monitors and links |
//! | [`error`] | parts of errors: deadlock cycles, refusals, locations |
//! | [`future`] | combinators of futures |
//! | [`incident`] | dead letters and unobserved failures, and their counters |
//! | [`pool`] | worker pools: several actors with one mailbox |
//! | [`process`] | actors that are one async function and receive selectively |
//! | [`proxy`] | forwarding: revocable addresses, recorders, rate limiters, test doubles |
//! | [`simulation`] | deterministic simulation testing: seeds, traces, faults, probes |
//! | [`snapshot`] | the state of a running system as a tree |
//! | [`streaming`] | replies with any number of items |
//! | [`supervision`] | restarts of failed actors |
//! | [`system`] | shutdown reports and signals, systems on another executor |
//! | [`time`] | sleep, timeout and ticks on the clock of the system |
//! | [`topic`] | publish and subscribe |
//!
//! # Overview
//!
//! ```text
//!  address --send--> mailbox --recv--> run loop --dispatch--> handler --> reply --> call.await
//! ```
//!
//! An actor is a piece of state that no other code can touch, with a mailbox. Put
//! [`#[actor]`](macro@actor) on a struct and on its `impl` block: each method becomes a message, and
//! the actor gets a typed address on which every message is an ordinary method again.
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
//!     let counter = Counter { total: 0 }.spawn(); // a CounterAddr: a cheap handle to clone
//!
//!     assert_eq!(counter.add(5).await?, 5); // call (ask): waits for the reply
//!     counter.add(2).send().await?; // send (tell): waits only for capacity
//!     counter.stop(); // graceful: queued messages are still handled
//!     assert_eq!(counter.join().await, Exit::Stopped);
//!     Ok(())
//! }
//! ```
//!
//! The guide is in the folder `book` of the repository, and small programs are in `examples`.
//!
//! # Features
//!
//! The features `signals` and `unblock` are on by default. Without them and their dependencies, a program
//! compiles faster; a library should leave the choice to the program, with `default-features = false`.
//!
//! | feature | effect |
//! |---|---|
//! | `io` | deadlock detection also works in handlers that have dropped a timer of `async-io`, which smol's crates use |
//! | `log` | incidents without a hook become log records; without the feature they are printed to stderr |
//! | `metrics` | counts and durations by actor and message, for any recorder of the `metrics` facade |
//! | `serde` | a [`Snapshot`](snapshot::Snapshot) can be serialized |
//! | `signals` (default) | `shutdown_signal`; a graceful shutdown of [`macro@main`] and [`System::run`] on Ctrl-C and SIGTERM (on Unix) |
//! | `smol` | `System::smol`: actors on a smol executor run by the program |
//! | `tokio` | `System::tokio`; inside a tokio runtime, `spawn` and [`System::current`] use that runtime |
//! | `tracing` | a span for each handled message, with its caller's span as parent |
//! | `unblock` (default) | [`unblock`]: blocking code on separate threads |

// docs.rs builds with a nightly compiler, which labels the items of a feature.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations)]

// The macros' output uses the path `::actor_core`, which must also work in this crate.
extern crate self as actor_core;

// In reading order, the lowest layer first.
mod clock;
mod sync;

pub mod error;
mod event;
mod exit;
pub mod incident;
mod panics;

mod executor;

mod cell;

pub mod system;
#[cfg(any(feature = "metrics", feature = "tracing"))]
mod telemetry;

pub mod address;

mod actor;

// After `address`, so that the page of an address begins with its own methods.
pub mod pool;
pub mod process;
pub mod simulation;
mod spawn;
pub mod supervision;
pub mod topic;

#[cfg(all(test, actor_loom))]
mod models;

pub mod future;
pub mod proxy;
pub mod snapshot;
pub mod time;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

// Only what most programs name. Everything else has its path in one of the modules above.
pub use actor::Context;
pub use actor::dispatch::{AddrOf, Dispatch};
pub use actor::spawn::Prepared;
pub use actor_macros::{actor, main, test};
pub use address::addr::{Actor, Addr, AnyAddr, TypedAddr, WeakAddr};
pub use address::call::Call;
pub use address::reply::Reply;
pub use cell::message::Protocol;
pub use error::message_error::{CallError, SendError, SendReason};
pub use exit::{ActorId, Exit, Failure, FailureKind};
pub use spawn::Spawn;
#[cfg(feature = "unblock")]
pub use system::blocking::unblock;
pub use system::builder::SystemBuilder;
pub use system::handle::{System, rng, spawn_task};
pub use system::task::Task;

// Public paths of items whose code is in `address` and `actor`.

pub mod call {
    //! The ways in which a call is sent, as types: futures of calls, sends and forwarded calls.
    //!
    //! Each method of an address returns a [`Call`](crate::Call), which is at the root of the crate. Its
    //! methods return the types of this module. A program names them only to store such a future in a
    //! struct or to return it from a function.
    //!
    //! | method | returns |
    //! |---|---|
    //! | [`Call::send`](crate::Call::send) | [`SendFuture`] |
    //! | [`Call::timeout`](crate::Call::timeout) | [`WithTimeout`] |
    //! | [`Call::reply_to`](crate::Call::reply_to) | [`Delegated`], and [`Delegating`] when it is awaited |
    //! | [`Reply::pair`](crate::Reply::pair) | a reply and its [`ReplyReceiver`] |
    //!
    //! ```
    //! use actor_core::call::SendFuture;
    //! use actor_core::prelude::*;
    //!
    //! #[actor]
    //! struct Log;
    //!
    //! #[actor]
    //! impl Log {
    //!     fn line(&self, _text: String) {}
    //! }
    //!
    //! fn greet(log: &LogAddr) -> SendFuture<'_, Log> {
    //!     log.line("hello".into()).send()
    //! }
    //!
    //! System::current_thread().block_on(async {
    //!     assert!(greet(&Log.spawn()).await.is_ok());
    //! });
    //! ```

    pub use crate::address::call::{Delegated, Delegating};
    pub use crate::address::reply::ReplyReceiver;
    pub use crate::address::send::SendFuture;
    pub use crate::address::with_timeout::WithTimeout;
}

pub mod context {
    //! Handles of the timers, streams, monitors and links of an actor.
    //!
    //! A handler creates them through its [`Context`](crate::Context), which is at the root of the crate.
    //! Dropping a [`Timer`] or an [`Attachment`] cancels it, and `detach` lets it run until the end of the
    //! life. A [`Monitor`] or a [`Link`] stays until the end of the life unless it is cancelled.
    //!
    //! ```
    //! use actor_core::context::Timer;
    //! use actor_core::prelude::*;
    //! use std::time::Duration;
    //!
    //! #[actor]
    //! struct Session {
    //!     /// Replaced by each request, which cancels the previous one.
    //!     idle: Option<Timer>,
    //! }
    //!
    //! #[actor]
    //! impl Session {
    //!     fn request(&mut self, context: &Context<Self>) {
    //!         self.idle = Some(context.after(Duration::from_secs(60), |me| me.expire()));
    //!     }
    //!
    //!     fn expire(&mut self, context: &Context<Self>) {
    //!         context.stop();
    //!     }
    //! }
    //!
    //! System::simulation(1).block_on(async {
    //!     let session = Session { idle: None }.spawn();
    //!     session.request().await.unwrap();
    //!     assert_eq!(session.join().await, Exit::Stopped); // after a minute of virtual time
    //! });
    //! ```

    pub use crate::actor::context::relations::{Link, Monitor};
    pub use crate::actor::context::sources::{Attachment, Timer};
}

pub mod streaming {
    //! Streaming replies: a message that is answered with any number of items.
    //!
    //! A handler with a [`Replies`] argument, or one that returns a `Stream`, answers with a stream. The
    //! method of the address returns a [`StreamCall`], whose
    //! [`stream`](StreamCall::stream) opens a [`ReplyStream`]. The buffer is bounded: the producer waits
    //! for a slow reader.
    //!
    //! ```
    //! use actor_core::prelude::*;
    //! use futures_lite::{Stream, StreamExt, stream};
    //!
    //! #[actor]
    //! struct Log {
    //!     lines: Vec<String>,
    //! }
    //!
    //! #[actor]
    //! impl Log {
    //!     fn lines(&self) -> impl Stream<Item = String> + Send + 'static {
    //!         stream::iter(self.lines.clone())
    //!     }
    //! }
    //!
    //! System::current_thread().block_on(async {
    //!     let log = Log { lines: vec!["started".into(), "ready".into()] }.spawn();
    //!     let mut lines = log.lines().stream();
    //!     while let Some(line) = lines.next().await {
    //!         println!("{}", line.unwrap());
    //!     }
    //! });
    //! ```

    pub use crate::address::replies::{Replies, ReplyStream, StreamCall};
}

pub mod prelude {
    //! The most commonly used items: `use actor_core::prelude::*;`.
    //!
    //! ```
    //! use actor_core::prelude::*;
    //!
    //! #[actor]
    //! struct Idle;
    //!
    //! #[actor]
    //! impl Idle {}
    //! ```

    pub use crate::context::Timer;
    pub use crate::process::{Inbox, spawn_process};
    pub use crate::streaming::Replies;
    pub use crate::supervision::{Backoff, Child, Restart, Supervisor};
    pub use crate::topic::Topic;
    pub use crate::{
        Actor, ActorId, Addr, Call, CallError, Context, Exit, Failure, FailureKind, Reply,
        SendError, SendReason, Spawn, System, TypedAddr, WeakAddr, actor,
    };
}

/// Returns how often a test repeats something: fewer times under Miri, which is slow.
#[cfg(test)]
const fn repetitions(usual: usize) -> usize {
    if cfg!(miri) { usual.div_ceil(500) } else { usual }
}

#[doc = include_str!("actor.md")]
#[doc = include_str!("generated.md")]
#[doc = include_str!("main.md")]
#[doc = include_str!("test.md")]
// The listings of the README are compiled and run as doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
