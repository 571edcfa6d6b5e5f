//! The caller's side of a stream. Items that have arrived wait here for capacity in the buffer of the reader.

use super::Credit;
use crate::codec;
use crate::contained;
use crate::import::{WINDOW, cost};
use crate::node::Announced;
use crate::scope::{self, Scope};
use actor_core::future::or;
use actor_core::proxy;
use actor_core::{
    CallError,
    error::{Refusal, RefusalKind},
    streaming::Replies,
};
use async_channel::{Receiver, Sender};
use serde::de::DeserializeOwned;
use std::pin::Pin;
use std::time::Instant;

/// The reader of a message with streaming replies.
pub(crate) trait Reader: Send {
    /// Marks the message as started. Returns `None` if the reader has left.
    fn begin(self: Box<Self>) -> Option<Box<dyn Reader>>;
    fn fail(self: Box<Self>, error: CallError);
    /// Returns the capacity of the buffer, in items.
    fn capacity(&self) -> u64;
    /// Returns the deadline of the reader, on the clock of this node.
    fn deadline(&self) -> Option<Instant>;
    /// Reads items until the stream ends or the reader leaves.
    fn read(self: Box<Self>, scope: Scope, call: u64, arrived: Receiver<Arrived>) -> Reading;
}

pub(crate) type Reading = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An item, or the end, that has arrived for a stream.
pub(crate) enum Arrived {
    Item(Vec<u8>, Announced),
    End(Option<CallError>),
}

/// A stream of this node that another node has not ended.
pub(crate) struct OpenStream {
    arrived: Sender<Arrived>,
    /// The maximum credit that the other node can have left.
    credit: Credit,
    /// The number of the last item.
    last: u64,
}

impl OpenStream {
    /// Creates a stream whose reader has a buffer for this many items.
    pub(crate) fn new(items: u64) -> (OpenStream, Receiver<Arrived>) {
        // The credit limits the number of items in the channel.
        let (arrived, events) = async_channel::unbounded();
        (OpenStream { arrived, credit: Credit::first(items), last: 0 }, events)
    }

    pub(crate) fn grant(&mut self, items: u64, bytes: u64) {
        self.credit.give(items, bytes);
    }

    /// Accepts the next item. Returns `false` if the number is wrong, or if there is no credit.
    pub(crate) fn item(&mut self, number: u64, body: &[u8], announced: Announced) -> bool {
        if number != self.last + 1 || !self.credit.has_room() {
            return false;
        }
        self.last = number;
        self.credit.spend(cost(body));
        let _ = self.arrived.try_send(Arrived::Item(body.to_vec(), announced.late()));
        true
    }

    pub(crate) fn end(self, error: Option<CallError>) {
        let _ = self.arrived.try_send(Arrived::End(error));
    }
}

impl<T: DeserializeOwned + Send + 'static> Reader for Replies<T> {
    fn begin(self: Box<Self>) -> Option<Box<dyn Reader>> {
        proxy::begin_stream(*self).map(|replies| Box::new(replies) as Box<dyn Reader>)
    }

    fn fail(self: Box<Self>, error: CallError) {
        proxy::fail_stream(*self, error);
    }

    fn capacity(&self) -> u64 {
        proxy::stream_capacity(self).map_or(1, |capacity| capacity as u64)
    }

    fn deadline(&self) -> Option<Instant> {
        Replies::deadline(self)
    }

    fn read(self: Box<Self>, scope: Scope, call: u64, arrived: Receiver<Arrived>) -> Reading {
        Box::pin(read(Open(Some(*self)), scope, call, arrived))
    }
}

/// The replies of an open stream. If they are dropped before the other node ends the stream, they end as
/// unreachable.
struct Open<T>(Option<Replies<T>>);

impl<T> Open<T> {
    fn end(&mut self, error: Option<CallError>) {
        match (self.0.take(), error) {
            (Some(replies), None) => replies.finish(),
            (Some(replies), Some(error)) => proxy::fail_stream(replies, error),
            (None, _) => {}
        }
    }
}

impl<T> Drop for Open<T> {
    fn drop(&mut self) {
        if let Some(replies) = self.0.take() {
            proxy::fail_stream(replies, CallError::Unreachable { started: true });
        }
    }
}

async fn read<T>(mut open: Open<T>, scope: Scope, call: u64, arrived: Receiver<Arrived>)
where
    T: DeserializeOwned,
{
    let capacity = open.0.as_ref().and_then(proxy::stream_capacity).unwrap_or(1) as u64;
    let (mut items, mut bytes) = (0, 0);
    while let Some(replies) = &mut open.0 {
        let gone = async {
            replies.closed().await;
            None
        };
        let (body, announced) = match or(async { Some(arrived.recv().await) }, gone).await {
            Some(Ok(Arrived::Item(body, announced))) => (body, announced),
            Some(Ok(Arrived::End(error))) => return open.end(error),
            // The node has ended.
            Some(Err(_)) => return,
            None => break,
        };
        match decode(&scope, &body, announced) {
            Ok(item) => {
                if let Err(item) = replies.send(item).await {
                    contained::discard(item);
                    break;
                }
            }
            Err(text) => {
                let refusal = Refusal::new(RefusalKind::BadReply, text);
                open.end(Some(CallError::Refused(refusal)));
                break;
            }
        }
        items += 1;
        bytes += cost(&body);
        // The other node still has credit, and continues to send.
        if 2 * items >= capacity || bytes >= WINDOW / 4 {
            let given = (std::mem::take(&mut items), std::mem::take(&mut bytes));
            scope.node.grant(&scope, call, given);
        }
    }
    scope.node.cancel_stream(&scope, call);
    // Drops the items that still arrive.
    while let Ok(Arrived::Item(..)) = arrived.recv().await {}
}

fn decode<T>(scope: &Scope, body: &[u8], announced: Announced) -> Result<T, String>
where
    T: DeserializeOwned,
{
    scope::decoding(scope, announced, || codec::decode(body))
}
