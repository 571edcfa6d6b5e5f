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

// Only names; the code is in `address`.

pub use crate::address::call::{Delegated, Delegating};
pub use crate::address::reply::ReplyReceiver;
pub use crate::address::send::SendFuture;
pub use crate::address::with_timeout::WithTimeout;
