//! A message of another node while it is decoded, and the answer to its call. The types of arguments and
//! replies are known here only to small functions; the waits know none of them.

use crate::codec::{self, Tuple, Wire};
use crate::contained;
use crate::export::Asked;
use crate::frame::{BODY, CallFault};
use crate::import::cost;
use crate::remote::Source;
use crate::scope::{self, Scope, Written};
use crate::stream::producer::{ItemCredit, Items, Reading};
use crate::window::Window;
use actor_core::future::or;
use actor_core::proxy;
use actor_core::{
    CallError, Reply,
    call::ReplyReceiver,
    error::{Refusal, RefusalKind},
    streaming::Replies,
};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

/// The room for the body of a reply whose length is not known yet.
const SHORT: usize = 96;

/// A message of another node.
pub(crate) struct Incoming<'a> {
    /// `None` after an error.
    arguments: Option<Tuple<'a>>,
    /// The number of arguments that were read.
    length: u64,
    protocol: &'static str,
    call: Option<Asked>,
    refusal: Option<Refusal>,
    answer: Option<Answer>,
}

/// The answer to a call.
pub(crate) enum Answer {
    Reply(Box<dyn Waiting>),
    Stream(Box<dyn Items>, Arc<ItemCredit>),
}

impl<'a> Incoming<'a> {
    pub(crate) fn new(body: &'a [u8], call: Option<Asked>, protocol: &'static str) -> Self {
        let (refusal, answer) = (None, None);
        let mut incoming = Incoming { arguments: None, length: 0, protocol, call, refusal, answer };
        match Tuple::new(body) {
            Ok(arguments) => incoming.arguments = Some(arguments),
            Err(text) => incoming.refuse(RefusalKind::BadFrame, text),
        }
        incoming
    }

    pub(crate) fn is_call(&self) -> bool {
        self.call.is_some()
    }

    /// Returns the message, unless it is refused.
    pub(crate) fn accepted<M>(&self, message: Option<M>) -> Option<M> {
        if self.refusal.is_some() { None } else { message }
    }

    /// Returns the call, and how to answer it or the error.
    pub(crate) fn end(self) -> (Option<Asked>, Result<Option<Answer>, Refusal>) {
        (self.call, self.refusal.map_or(Ok(self.answer), Err))
    }

    fn refuse(&mut self, kind: RefusalKind, text: impl Into<String>) {
        self.arguments = None;
        self.refusal.get_or_insert_with(|| Refusal::new(kind, text));
    }

    fn next(&mut self) -> Option<&mut Tuple<'a>> {
        self.length += 1;
        self.arguments.as_mut()
    }

    /// Returns the call that waits for a reply, or for a stream.
    fn caller(&mut self, is_stream: bool) -> Option<&Asked> {
        if let Err(text) = self.arguments.as_ref()?.finish(self.length) {
            self.refuse(RefusalKind::BadFrame, text);
            return None;
        }
        let has_reader = self.call.as_ref().is_some_and(|call| call.credit.is_some());
        if has_reader != is_stream {
            let text = match is_stream {
                false => "a message with one reply came with the reader of a stream",
                true => "a message with streaming replies came without a reader",
            };
            self.refuse(RefusalKind::BadFrame, text);
            return None;
        }
        self.call.as_ref()
    }
}

impl Source for Incoming<'_> {
    fn message(&mut self, _: &'static str, _: u32) {}

    fn argument<T: Wire>(&mut self, _: &'static str) -> Option<T> {
        match self.next()?.next() {
            Ok(value) => Some(value),
            Err(text) => {
                self.refuse(RefusalKind::BadFrame, text);
                None
            }
        }
    }

    fn reply<T: Wire>(&mut self) -> Option<Reply<T>> {
        let deadline: Option<Instant> = self.caller(false)?.deadline;
        let (reply, receiver) = match deadline {
            None => proxy::queued_reply(),
            Some(deadline) => proxy::queued_reply_until(deadline),
        };
        self.answer =
            Some(Answer::Reply(Box::new(Receiver { receiver: Some(receiver), value: None })));
        Some(reply)
    }

    fn replies<T: Wire>(&mut self) -> Option<Replies<T>> {
        let Asked { credit, deadline, .. } = self.caller(true)?;
        let (credit, deadline) = (credit.clone()?, *deadline);
        let (replies, stream) = proxy::queued_stream(credit.ahead(), deadline);
        self.answer = Some(Answer::Stream(Box::new(Reading::new(stream)), credit));
        Some(replies)
    }

    fn unknown(&mut self) {
        let text = format!("`{}` has no such message here", self.protocol);
        self.refusal = None;
        self.refuse(RefusalKind::UnknownMessage, text);
    }
}

/// A call of an actor on this node, whose reply goes to another node.
pub(crate) trait Waiting: Send {
    /// Polls for the reply, which is then encoded.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CallError>>;
    /// Encodes the reply, and drops it.
    fn encode(&mut self, out: &mut Vec<u8>) -> Result<(), String>;
}

struct Receiver<T> {
    /// `None` only while it is dropped.
    receiver: Option<ReplyReceiver<T>>,
    value: Option<T>,
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        contained::discard(self.value.take());
        contained::discard(self.receiver.take());
    }
}

impl<T: Wire> Waiting for Receiver<T> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CallError>> {
        let Some(receiver) = &mut self.receiver else { return Poll::Pending };
        match ready!(Pin::new(receiver).poll(cx)) {
            Ok(value) => {
                self.value = Some(value);
                Poll::Ready(Ok(()))
            }
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    fn encode(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        match &self.value {
            Some(value) => codec::encode(value, out),
            None => Ok(()),
        }
    }
}

/// A call of another node that an actor of this node has accepted.
pub(crate) struct Call {
    pub(crate) scope: Scope,
    pub(crate) number: u64,
    pub(crate) replies: Arc<Window>,
}

/// The encoded answer to a call.
pub(crate) struct Answered {
    pub(crate) number: u64,
    pub(crate) outcome: Result<Vec<u8>, CallFault>,
    /// The addresses in the body.
    pub(crate) written: Written,
}

impl Call {
    /// Waits for the reply, and sends it back.
    pub(crate) async fn wait(self, mut reply: Box<dyn Waiting>, mut cancelled: ReplyReceiver<()>) {
        let outcome = or(async { Ok(poll_fn(|cx| reply.poll(cx)).await) }, async {
            Err((&mut cancelled).await)
        });
        match outcome.await {
            Ok(outcome) => self.answer_in_turn(outcome, reply).await,
            // The session is over. The message is handled in its turn.
            Err(Ok(())) => {
                drop(self);
                let _ = poll_fn(|cx| reply.poll(cx)).await;
            }
            Err(Err(_)) => self.scope.node.finish(&self.scope, self.number),
        }
    }

    /// Sends the answer back, once the other node has accepted enough of the earlier replies.
    pub(crate) async fn answer_in_turn(
        self,
        outcome: Result<(), CallError>,
        reply: Box<dyn Waiting>,
    ) {
        let (scope, replies) = (self.scope.clone(), self.replies.clone());
        let _turn = match outcome {
            Ok(()) => match replies.room().await {
                Some(turn) => Some(turn),
                None => return,
            },
            Err(_) => None,
        };
        scope.node.push_answers(&scope, &replies, vec![self.answer(outcome, reply)]);
    }

    /// Encodes the answer, and spends its cost if it is a reply.
    pub(crate) fn answer(
        self,
        outcome: Result<(), CallError>,
        mut reply: Box<dyn Waiting>,
    ) -> Answered {
        let Call { scope, number, replies } = self;
        let fault = |error| {
            let (outcome, written) = (Err(CallFault::of(&error)), Written::default());
            Answered { number, outcome, written }
        };
        if let Err(error) = outcome {
            return fault(error);
        }
        let mut body = Vec::with_capacity(SHORT);
        let (encoded, written) = scope::encoding(&scope, || reply.encode(&mut body));
        let text = match encoded {
            Ok(()) if body.len() <= BODY => {
                replies.spend(cost(&body));
                return Answered { number, outcome: Ok(body), written };
            }
            Ok(()) => format!("the reply has {} bytes; the limit is {BODY}", body.len()),
            Err(text) => text,
        };
        scope.node.take_back(scope.peer, scope.session, &written.exports);
        fault(CallError::Refused(Refusal::new(RefusalKind::BadReply, text)))
    }
}
