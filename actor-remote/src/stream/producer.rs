//! The actor's side of a stream: each item is taken from the actor once there is credit for it.

use super::Credit;
use crate::codec;
use crate::export::{Asked, Back, Delivery, fail};
use crate::frame::{BODY, CallFault, Frame};
use crate::import::cost;
use crate::scope::{self, Scope};
use crate::window::Window;
use actor_core::future::or;
use actor_core::proxy;
use actor_core::{
    CallError, Protocol, Refusal, RefusalKind, ReplyReceiver, ReplyStream, SendReason, StreamCall,
};
use event_listener::Event;
use futures_lite::StreamExt;
use serde::Serialize;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most items that the actor may send ahead of their credit. Another node decides how many, up to this.
const AHEAD: usize = 64;

/// The credit of a stream of this node.
pub(crate) struct ItemCredit {
    /// The items in the buffer of the reader.
    items: u64,
    left: Mutex<Credit>,
    changed: Event,
}

impl ItemCredit {
    /// Creates the first credit of a reader with a buffer for so many items.
    pub(crate) fn new(items: u64) -> Self {
        ItemCredit { items, left: Mutex::new(Credit::first(items)), changed: Event::new() }
    }

    /// Returns the buffer of the actor: as for a reader on this node, its `try_send` accepts as many items at
    /// once.
    fn ahead(&self) -> usize {
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

/// Sends the message to an actor of this node, and its items back.
pub(crate) fn deliver<P, T>(back: Back, call: StreamCall<'_, P, T>) -> Delivery
where
    P: Protocol,
    T: Serialize + Send + 'static,
{
    let Back {
        call: Some(Asked { credit: Some(credit), number, mut cancelled, deadline }),
        scope,
        replies,
        ..
    } = back
    else {
        let text = "a message with streaming replies came without a reader";
        return back.refuse(Refusal::new(RefusalKind::BadFrame, text));
    };
    let (sending, stream) = proxy::open_stream(call, credit.ahead(), deadline);
    Box::pin(async move {
        let left = async {
            let _ = (&mut cancelled).await;
            None
        };
        match or(async { Some(sending.await) }, left).await {
            None => scope.node.finish(&scope, number),
            Some(Err(error)) => {
                let error = match error.reason() {
                    SendReason::Full => CallError::Full,
                    _ => CallError::Stopped,
                };
                fail(&scope, number, &error);
            }
            Some(Ok(())) => {
                let system = scope.node.system().clone();
                let feed = Feed { scope, number, credit, replies };
                system.spawn_task(feed.run(stream, cancelled)).detach();
            }
        }
        true
    })
}

/// A stream from an actor of this node to another node.
struct Feed {
    scope: Scope,
    number: u64,
    credit: Arc<ItemCredit>,
    replies: Arc<Window>,
}

/// The next step of a stream.
enum Step<T> {
    Item(T),
    /// The end, with the error of the actor.
    End(Option<CallError>),
    /// The reader has left.
    Cancelled,
    /// The session is over.
    Over,
}

impl Feed {
    /// Sends the items of the stream while its reader is there.
    async fn run<T>(self, mut stream: ReplyStream<T>, mut cancelled: ReplyReceiver<()>)
    where
        T: Serialize + Send + 'static,
    {
        let mut last = 0;
        loop {
            let error = match self.next(&mut stream, &mut cancelled).await {
                Step::Item(item) => match self.send(last + 1, &item) {
                    Ok(true) => {
                        last += 1;
                        continue;
                    }
                    // The call has left the tables, which the next step reports.
                    Ok(false) => continue,
                    Err(text) => {
                        Some(CallError::Refused(Refusal::new(RefusalKind::BadReply, text)))
                    }
                },
                Step::End(error) => error,
                Step::Cancelled => return,
                // A message that the mailbox has accepted is not skipped, as if it was missing in front
                // of a later one.
                Step::Over => return proxy::abandon_stream(stream),
            };
            let error = error.as_ref().map(CallFault::of);
            let frame = Frame::End { call: self.number, error };
            self.scope.node.push_reply(&self.scope, self.number, &frame);
            return;
        }
    }

    async fn next<T>(
        &self,
        stream: &mut ReplyStream<T>,
        cancelled: &mut ReplyReceiver<()>,
    ) -> Step<T>
    where
        T: Send + 'static,
    {
        let left = async {
            match cancelled.await {
                Ok(()) => Step::Over,
                Err(_) => Step::Cancelled,
            }
        };
        let step = async {
            self.credit.room().await;
            // The turn is not kept, because the next item may be a long time in coming.
            if self.replies.room().await.is_none() {
                // The session is over, which `left` reports.
                return pending().await;
            }
            match stream.next().await {
                Some(Ok(item)) => Step::Item(item),
                Some(Err(error)) => Step::End(Some(error)),
                None => Step::End(None),
            }
        };
        or(left, step).await
    }

    /// Sends an item. Returns `false` if the call is over.
    fn send<T: Serialize>(&self, number: u64, item: &T) -> Result<bool, String> {
        let mut body = Vec::new();
        let (encoded, written) = scope::encoding(&self.scope, || codec::encode(item, &mut body));
        let node = &self.scope.node;
        let take_back = || node.take_back(self.scope.peer, self.scope.session, &written);
        if let Some(text) = encoded.err().or_else(|| too_large(&body)) {
            take_back();
            return Err(text);
        }
        let cost = cost(&body);
        self.credit.lock().spend(cost);
        self.replies.spend(cost);
        let frame = Frame::Item { call: self.number, number, body: &body };
        let is_sent = node.push_item(&self.scope, self.number, &frame);
        if !is_sent {
            take_back();
            self.replies.give(cost);
        }
        Ok(is_sent)
    }
}

fn too_large(body: &[u8]) -> Option<String> {
    let is_too_large = body.len() > BODY;
    is_too_large.then(|| format!("the item has {} bytes; the limit is {BODY}", body.len()))
}
