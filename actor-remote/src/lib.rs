//! Actors in other processes, behind the typed addresses of `actor-core`.
//!
//! The messages of a trait or an `impl` block with `#[actor(remote)]` can leave the process. A [`Node`] registers
//! actors under names, and looks up actors that other nodes have registered. A lookup returns an ordinary
//! address: calls, sends, timeouts, monitors, links and `join` work as on a local address.
//!
//! ```
//! use actor_core::prelude::*;
//! use actor_remote::SimNetwork;
//! use std::time::Duration;
//!
//! #[actor(remote)]
//! trait Greeter {
//!     fn greet(&mut self, name: String) -> String;
//! }
//!
//! #[actor]
//! struct English;
//!
//! #[actor]
//! impl English {}
//!
//! #[actor]
//! impl Greeter for English {
//!     fn greet(&mut self, name: String) -> String {
//!         format!("hello, {name}")
//!     }
//! }
//!
//! System::simulation(1).block_on(async {
//!     let network = SimNetwork::new();
//!     let (server, client) = (network.node("server"), network.node("client"));
//!     // On the system of the node, so that the actor ends in `network.crash("server")`.
//!     let english = English.spawn_on(server.system());
//!     server.register("greeter", &GreeterAddr::from(english)).unwrap();
//!
//!     let limit = Duration::from_secs(10);
//!     let greeter: GreeterAddr = client.wait_for("greeter", limit).await.unwrap();
//!     assert_eq!(greeter.greet("Ada".into()).await, Ok("hello, Ada".into()));
//! });
//! ```
//!
//! A [`SimNetwork`] connects the nodes of one simulation. With the feature `zenoh`, `Node::listen` and `Node::connect`
//! connect processes and machines. Implement [`Transport`] to use another network.
//!
//! # Promises
//!
//! - A message is handled at most once.
//! - Messages from one sender to one address are handled in order, and without a gap: either all of
//!   them arrive up to some point, or the session of the two nodes ends and each side is notified.
//! - If the node of an actor is lost, calls get [`CallError::Unreachable`](actor_core::CallError::Unreachable).
//!   The error says whether the message can have been handled. Joiners, monitors and links of the address get
//!   [`Exit::Unreachable`](actor_core::Exit::Unreachable).
//! - The exit of an actor arrives after every message that it had sent to this node.
//! - An address of an ended session stays ended; look the actor up again. A restarted node is another node,
//!   and never receives frames for the previous one.
//!
//! Messages are never sent twice, and are not redelivered after a crash.

// docs.rs builds with a nightly compiler, which labels the items of a feature.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations)]

// Generated code uses the path `::actor_remote`, which must also work in this crate.
extern crate self as actor_remote;

mod batch;
mod codec;
mod contained;
mod export;
mod frame;
mod import;
mod incoming;
mod node;
mod pool;
mod remote;
mod scope;
mod session;
mod sim;
mod stream;
mod topic;
mod trace;
mod transport;
mod window;
mod wire_check;
pub mod wire_file;
#[cfg(feature = "zenoh")]
mod zenoh_transport;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use batch::Batch;
pub use codec::Wire;
pub use node::{
    LeaveReport, Member, NameTaken, Node, NodeBuilder, NodeCounters, NodeEvent, NodeTables,
    NotFound,
};
pub use remote::Remote;
pub use sim::SimNetwork;
pub use topic::NodeTopic;
pub use transport::{NodeId, Transport, TransportEvent};
#[cfg(feature = "zenoh")]
pub use zenoh_transport::{OpenError, ZenohBuilder, ZenohTransport};
