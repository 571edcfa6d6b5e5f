//! The actor's side of a stream. Each item is taken from the actor once there is credit.

use super::Credit;
use crate::codec::{self, Wire};
use crate::contained;
use crate::export::{Call, StreamReader};
use crate::frame::{BODY, CallFault, Frame};
use crate::import::cost;
use crate::scope;
use actor_core::future::or;
use actor_core::proxy;
use actor_core::{
    CallError,
    call::ReplyReceiver,
    error::{Refusal, RefusalKind},
    streaming::ReplyStream,
};
use event_listener::Event;
use futures_lite::StreamExt;
use std::future::{pending, poll_fn};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

/// The maximum number of items that the actor may send ahead of credit. The buffer size of the reader
/// determines the number, up to this maximum.
const AHEAD: usize = 64;

/// The credit of a stream of this node.
pub(crate) struct ItemCredit {
    /// The items in the buffer of the reader.
    items: u64,
    left: Mutex<Credit>,
    changed: Event,
}

impl ItemCredit {
    /// Creates the first credit of a reader with a buffer for this many items.
    pub(crate) fn new(items: u64) -> Self {
        ItemCredit { items, left: Mutex::new(Credit::first(items)), changed: Event::new() }
    }

    /// Returns the number of items that `try_send` of the actor accepts at once, as for a reader on this node.
    pub(crate) fn ahead(&self) -> usize {
        usize::try_from(self.items).unwrap_or(AHEAD).clamp(1, AHEAD)
    }

    fn lock(&self) -> MutexGuard<'_, Credit> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn give(&self, items: u64, bytes: u64) {
        self.lock().give(items, bytes);
        self.changed.notify(usize::MAX);
    }

    async fn room(&self) {
        loop {
            let listener = self.changed.listen();
            if self.lock().has_room() {
                return;
            }
            listener.await;
        }
    }
}

/// The items of a stream from an actor of this node, of any type.
pub(crate) trait Items: Send {
    /// Polls for the next item, which is then encoded. Returns `None` at the end.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), CallError>>>;
    /// Encodes the item, and drops it.
    fn encode(&mut self, out: &mut Vec<u8>) -> Result<(), String>;
    /// Drops the stream, but not the message of an actor that has not begun it.
    fn abandon(self: Box<Self>);
}

/// The stream of an actor, and the last item read.
pub(crate) struct Reading<T> {
    /// `None` once the stream has been abandoned.
    stream: Option<ReplyStream<T>>,
    item: Option<T>,
}

impl<T> Drop for Reading<T> {
    fn drop(&mut self) {
        contained::discard(self.item.take());
        contained::discard(self.stream.take());
    }
}

impl<T> Reading<T> {
    pub(crate) fn new(stream: ReplyStream<T>) -> Self {
        Reading { stream: Some(stream), item: None }
    }
}

impl<T: Wire> Items for Reading<T> {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), CallError>>> {
        let Some(stream) = &mut self.stream else { return Poll::Ready(None) };
        Poll::Ready(match ready!(stream.poll_next(cx)) {
            Some(Ok(item)) => {
                self.item = Some(item);
                Some(Ok(()))
            }
            Some(Err(error)) => Some(Err(error)),
            None => None,
        })
    }

    fn encode(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        let Some(item) = self.item.take() else { return Ok(()) };
        let encoded = codec::encode(&item, out);
        contained::discard(item);
        encoded
    }

    fn abandon(mut self: Box<Self>) {
        if let Some(stream) = self.stream.take() {
            contained::run(|| proxy::abandon_stream(stream));
        }
    }
}

/// The next step of a stream.
enum Step {
    Item,
    /// The end, with the error of the actor.
    End(Option<CallError>),
    /// The reader has left.
    Cancelled,
    /// The session has ended.
    Over,
}

impl Call {
    /// Sends the items of the stream until the stream ends or the reader leaves.
    pub(crate) async fn feed(
        self,
        mut items: Box<dyn Items>,
        StreamReader { credit, mut cancelled }: StreamReader,
    ) {
        let mut last = 0;
        loop {
            let error = match self.next(&mut *items, &credit, &mut cancelled).await {
                Step::Item => match self.send(last + 1, &mut *items, &credit) {
                    Ok(true) => {
                        last += 1;
                        continue;
                    }
                    // The call is no longer in the tables. The next step reports the cause.
                    Ok(false) => continue,
                    Err(text) => {
                        Some(CallError::Refused(Refusal::new(RefusalKind::BadReply, text)))
                    }
                },
                Step::End(error) => error,
                Step::Cancelled => return,
                // A message that the mailbox has accepted must not be skipped: otherwise there would be a
                // gap before a later message.
                Step::Over => return items.abandon(),
            };
            let error = error.as_ref().map(CallFault::of);
            let frame = Frame::End { call: self.number, error };
            self.scope.node.push_reply(&self.scope, self.number, &frame);
            return;
        }
    }

    async fn next(
        &self,
        items: &mut dyn Items,
        credit: &ItemCredit,
        cancelled: &mut ReplyReceiver<()>,
    ) -> Step {
        let left = async {
            match cancelled.await {
                Ok(()) => Step::Over,
                Err(_) => Step::Cancelled,
            }
        };
        let step = async {
            credit.room().await;
            // The turn is dropped at once, because the next item may take a long time.
            if self.replies.room().await.is_none() {
                // The session has ended. `left` reports the end.
                return pending().await;
            }
            match poll_fn(|cx| items.poll_next(cx)).await {
                Some(Ok(())) => Step::Item,
                Some(Err(error)) => Step::End(Some(error)),
                None => Step::End(None),
            }
        };
        or(left, step).await
    }

    /// Sends an item. Returns `false` if the call has ended.
    fn send(
        &self,
        number: u64,
        items: &mut dyn Items,
        credit: &ItemCredit,
    ) -> Result<bool, String> {
        let mut body = Vec::new();
        let (encoded, mut written) = scope::encoding(&self.scope, || items.encode(&mut body));
        let node = &self.scope.node;
        let take_back =
            |exports: &[u64]| node.take_back(self.scope.peer, self.scope.session, exports);
        if let Some(text) = encoded.err().or_else(|| too_large(&body)) {
            take_back(&written.exports);
            return Err(text);
        }
        let cost = cost(&body);
        credit.lock().spend(cost);
        self.replies.spend(cost);
        let frame = Frame::Item { call: self.number, number, body: &body };
        let is_sent = node.push_item(&self.scope, self.number, &mut written, &frame);
        if !is_sent {
            take_back(&written.exports);
            self.replies.give(cost);
        }
        Ok(is_sent)
    }
}

fn too_large(body: &[u8]) -> Option<String> {
    let is_too_large = body.len() > BODY;
    is_too_large.then(|| format!("the item has {} bytes; the limit is {BODY}", body.len()))
}
