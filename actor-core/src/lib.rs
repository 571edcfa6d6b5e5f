//! Actors written as plain structs, with typed addresses, contained failures and a small executor.
//!
//! # Contents
//!
//! | to | see |
//! |---|---|
//! | import the usual names | [`prelude`] |
//! | define an actor, run a program, write a test | [`macro@actor`], [`macro@main`], [`macro@test`] |
//! | start an actor | [`Spawn`], [`Prepared`] |
//! | call (ask), send (tell), limit the wait, forward | [`Call`], [`SendFuture`], [`WithTimeout`], [`Delegated`], [`Delegating`] |
//! | reply later, or with a stream | [`Reply`], [`ReplyReceiver`], [`Replies`], [`ReplyStream`], [`StreamCall`] |
//! | handle errors of calls and sends, deadlocks | [`CallError`], [`SendError`], [`SendReason`], [`Cycle`], [`Refusal`], [`RefusalKind`] |
//! | stop, kill, wait for an exit | [`Addr`], [`WeakAddr`], [`AnyAddr`], [`TypedAddr`], [`Join`], [`ActorId`] |
//! | learn how an actor ended | [`Exit`], [`Failure`], [`FailureKind`], [`Location`] |
//! | use children, timers, streams, monitors, links | [`Context`], [`Timer`], [`Attachment`], [`Monitor`], [`Link`], [`Watchable`] |
//! | restart failed actors (supervision) | [`Supervisor`], [`SupervisorAddr`], [`SupervisorMessage`], [`Child`], [`ChildInfo`], [`Restart`], [`Backoff`] |
//! | put different actors behind one address type | [`macro@actor`] on a trait; [`Actor`], [`Protocol`], [`Dispatch`], [`AddrOf`] |
//! | forward messages: revocable addresses, recorders, rate limiters | [`proxy`] |
//! | share a mailbox (worker pools) | [`Spawn::pool`], [`PreparedPool`], [`NotAPool`] |
//! | publish and subscribe | [`Topic`], [`Publish`], [`Subscription`], [`TypedSubscription`], [`TopicStream`], [`TopicKey`], [`Lagged`] |
//! | find an actor by name | [`Addr::register`], [`TypedAddr::lookup`], [`RegisterError`] |
//! | receive selectively (processes) | [`spawn_process`], [`Process`], [`ProcessAddr`], [`ProcessResult`], [`PreparedProcess`], [`Inbox`], [`Select`], [`Ask`], [`ExitNotice`] |
//! | choose an executor, shut down gracefully | [`System`], [`SystemBuilder`], [`ShutdownReport`], [`shutdown_signal`], `SmolExecutor` |
//! | run tasks and blocking code, get random numbers | [`spawn_task`], [`Task`], [`unblock`], [`rng`] |
//! | sleep, limit a future, tick | [`time`] |
//! | combine futures | [`future`] |
//! | find races (deterministic simulation testing) | [`macro@test`], [`Sim`], [`Probe`], [`Trace`], [`Step`], [`Fault`] |
//! | inspect a running system | [`System::snapshot`], [`Snapshot`], [`ActorSnapshot`], [`ActorState`], [`Activity`], [`WaitKind`] |
//! | observe dead letters and unobserved failures | [`Incident`], [`DeadLetter`], [`Counters`] |
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
//! | feature | effect |
//! |---|---|
//! | `log` | incidents without a hook become log records; without the feature they are printed to stderr |
//! | `metrics` | counts and durations by actor and message, for any recorder of the `metrics` facade |
//! | `serde` | a [`Snapshot`] can be serialized |
//! | `smol` | `System::smol`: actors on a smol executor run by the program |
//! | `tokio` | `System::tokio`; inside a tokio runtime, `spawn` and [`System::current`] use that runtime |
//! | `tracing` | a span for each handled message, with its caller's span as parent |

// docs.rs builds with a nightly compiler, which labels the items of a feature.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations)]

// The macros' output uses the path `::actor_core`, which must also work in this crate.
extern crate self as actor_core;

// In reading order, the lowest layer first.
mod clock;
mod sync;

mod counters;
mod error;
mod event;
mod exit;
mod incident;
mod panics;
mod send_check;
mod waking;

mod executor;

mod cell;

mod system;
mod telemetry;

mod address;

mod actor;

// After `address`, so that the page of an address begins with its own methods.
mod pool;
mod process;
mod protocol_adapter;
mod registry;
mod simulation;
mod spawn;
mod supervisor;
mod topic;

#[cfg(all(test, actor_loom))]
mod models;

pub mod future;
pub mod prelude;
pub mod proxy;
pub mod time;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use actor::Context;
pub use actor::context::streams::Attachment;
pub use actor::context::timers::Timer;
pub use actor::context::watch::{Link, Monitor};
pub use actor::dispatch::{AddrOf, Dispatch};
pub use actor::fault::Fault;
pub use actor::prepared::Prepared;
#[doc = include_str!("actor.md")]
#[doc = include_str!("generated.md")]
pub use actor_macros::actor;
#[doc = include_str!("main.md")]
pub use actor_macros::main;
#[doc = include_str!("test.md")]
pub use actor_macros::test;
pub use address::actor::Actor;
pub use address::addr::{Addr, TypedAddr};
pub use address::any::{AnyAddr, Watchable};
pub use address::call::{Call, Delegated, Delegating};
pub use address::join::Join;
pub use address::replies::Replies;
pub use address::reply::Reply;
pub use address::reply_receiver::ReplyReceiver;
pub use address::reply_stream::{ReplyStream, StreamCall};
pub use address::send::SendFuture;
pub use address::weak::WeakAddr;
pub use address::with_timeout::WithTimeout;
pub use cell::message::Protocol;
pub use cell::registry::RegisterError;
pub use cell::supervision::Restart;
pub use counters::Counters;
pub use error::{CallError, Cycle, Refusal, RefusalKind, SendError, SendReason};
pub use exit::{ActorId, Exit, Failure, FailureKind, Location};
pub use incident::{DeadLetter, Incident};
pub use pool::{NotAPool, PreparedPool};
#[doc(hidden)]
pub use process::Proc;
pub use process::{
    Ask, ExitNotice, Inbox, PreparedProcess, Process, ProcessAddr, ProcessResult, Select,
    spawn_process,
};
pub use simulation::{Probe, Sim, Step, Trace};
pub use spawn::Spawn;
pub use supervisor::{Backoff, Child, ChildInfo, Supervisor, SupervisorAddr, SupervisorMessage};
#[cfg(feature = "smol")]
pub use system::SmolExecutor;
pub use system::run::shutdown_signal;
pub use system::{ShutdownReport, System, SystemBuilder, Task, rng, spawn_task, unblock};
pub use telemetry::snapshot::{Activity, ActorSnapshot, ActorState, Snapshot};
pub use telemetry::wait_kind::WaitKind;
pub use topic::{Lagged, Publish, Subscription, Topic, TopicKey, TopicStream, TypedSubscription};

// The listings of the README are compiled and run as doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
