//! Requests to a process: [`Ask`], a call whose message contains the reply.

use super::Proc;
use crate::address::call::Call;
#[cfg(doc)]
use crate::error::CallError;

/// A request created by [`ProcessAddr::ask`](crate::process::ProcessAddr::ask). Nothing is sent until the
/// request is awaited.
///
/// It is a [`Call`] to the process, with one difference. The process takes the message like any other, and
/// checks with [`Reply::is_closed`](crate::Reply::is_closed) whether the caller no longer waits. After
/// the process has taken a message, its progress is unknown. A [`CallError::Timeout`] therefore
/// guarantees that the message was not handled only if the message was still waiting for capacity.
///
/// ```
/// # use actor_core::Reply;
/// # use actor_core::process::{Inbox, spawn_process};
/// # use std::time::Duration;
/// # actor_core::System::current_thread().block_on(async {
/// let doubler = spawn_process(|mut inbox: Inbox<(u32, Reply<u32>)>| async move {
///     while let Some((number, reply)) = inbox.receive().await {
///         let _ = reply.send(2 * number);
///     }
/// });
/// assert_eq!(doubler.ask(|reply| (1, reply)).await, Ok(2));
/// assert_eq!(doubler.ask(|reply| (2, reply)).timeout(Duration::from_secs(5)).await, Ok(4));
/// assert_eq!(doubler.ask(|reply| (3, reply)).if_room().await, Ok(6));
/// # });
/// ```
///
/// To forward the request of another caller, put the reply of that caller into the message instead of
/// [`Call::reply_to`](crate::Call::reply_to), which panics here.
///
/// # Errors
/// The errors of a [`Call`]. [`CallError::Panicked`] if the process panics while it holds the
/// reply, and [`CallError::NoReply`] if it drops the reply without an answer.
pub type Ask<'a, M, T> = Call<'a, Proc<M>, T>;
