//! Decodes a message of another node, and encodes the answer to a call. Only small functions are generic over the
//! types of arguments and replies. The functions that wait do not depend on these types.

use crate::codec::{self, Tuple, Wire};
use crate::contained;
use crate::export::Asked;
use crate::remote::Source;
use crate::stream::producer::{Items, Reading};
use actor_core::proxy;
use actor_core::{
    CallError, Reply,
    call::ReplyReceiver,
    error::{Refusal, RefusalKind},
    streaming::Replies,
};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Instant;

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
    /// Woken when the call has its answer.
    waker: &'a Waker,
}

/// The answer to a call.
pub(crate) enum Answer {
    Reply(Box<dyn Waiting>),
    Stream(Box<dyn Items>),
}

impl<'a> Incoming<'a> {
    pub(crate) fn new(
        body: &'a [u8],
        call: Option<Asked>,
        protocol: &'static str,
        waker: &'a Waker,
    ) -> Self {
        let (arguments, refusal, answer) = (None, None, None);
        let mut incoming =
            Incoming { arguments, length: 0, protocol, call, refusal, answer, waker };
        match Tuple::new(body) {
            Ok(arguments) => incoming.arguments = Some(arguments),
            Err(text) => incoming.refuse(RefusalKind::BadFrame, text),
        }
        incoming
    }

    pub(crate) fn is_call(&self) -> bool {
        self.call.is_some()
    }

    /// Returns the message, or `None` if it was refused.
    pub(crate) fn accepted<M>(&self, message: Option<M>) -> Option<M> {
        if self.refusal.is_some() { None } else { message }
    }

    /// Returns the call, and the answer to wait for or the error.
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

    /// Returns the call, after all arguments were read. Refuses a message that expects the other kind of answer.
    fn caller(&mut self, is_stream: bool) -> Option<&Asked> {
        if let Err(text) = self.arguments.as_ref()?.finish(self.length) {
            self.refuse(RefusalKind::BadFrame, text);
            return None;
        }
        let has_reader = self.call.as_ref().is_some_and(|call| call.reader.is_some());
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
        let (reply, receiver) = proxy::queued_reply_waking(self.waker.clone(), deadline);
        self.answer =
            Some(Answer::Reply(Box::new(Receiver { receiver: Some(receiver), value: None })));
        Some(reply)
    }

    fn replies<T: Wire>(&mut self) -> Option<Replies<T>> {
        let Asked { reader, deadline, .. } = self.caller(true)?;
        let (replies, stream) = proxy::queued_stream(reader.as_ref()?.credit.ahead(), *deadline);
        self.answer = Some(Answer::Stream(Box::new(Reading::new(stream))));
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
