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

// Only names; the code is in `address`.

pub use crate::address::replies::{Replies, ReplyStream, StreamCall};
