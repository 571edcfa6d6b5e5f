//! Messages that arrive one after another for one actor: one entry of a lane, in one buffer.

use super::{Asked, Parcel, Progress, Server, Step};
use crate::import::{WINDOW, cost};
use crate::node::Announced;
use crate::scope;
use actor_core::time;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// The messages, without addresses and traces, in the order of their frames.
pub(crate) struct Messages {
    /// For each of them, its kind, its id, the length of its body, the number of its call and the microseconds until
    /// its deadline, as far as it has them, and the body.
    bytes: Vec<u8>,
    cost: u64,
    /// The time at which the first of those with a deadline arrived.
    arrived: Option<Instant>,
    /// The number of cancelled calls of the lane when the messages arrived.
    cancels: u64,
}

/// The most bytes for which a buffer has room from the start.
const ROOM: usize = 16 * 1024;

/// The kinds of messages in the buffer.
const SEND: u8 = 0;
const CALL: u8 = 1;
const CALL_UNTIL: u8 = 2;

/// One of the messages.
struct Message<'a> {
    method: u64,
    call: Option<Asked>,
    body: &'a [u8],
}

/// Takes a number from the front.
fn number(rest: &mut &[u8]) -> Option<u64> {
    let (number, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(u64::from_le_bytes(*number))
}

impl Messages {
    /// Returns no messages yet, for a lane with this number of cancelled calls. The frames have `length` bytes.
    pub(crate) fn new(cancels: u64, length: usize) -> Self {
        let bytes = Vec::with_capacity(length.min(ROOM));
        Messages { bytes, cost: 0, arrived: None, cancels }
    }

    /// Adds a message. The call is its number, and the microseconds until its deadline.
    pub(crate) fn push(&mut self, method: u64, call: Option<(u64, Option<u64>)>, body: &[u8]) {
        self.cost += cost(body);
        let bytes = &mut self.bytes;
        bytes.push(match call {
            None => SEND,
            Some((_, None)) => CALL,
            Some((_, Some(_))) => CALL_UNTIL,
        });
        bytes.extend_from_slice(&method.to_le_bytes());
        bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
        if let Some((number, left)) = call {
            bytes.extend_from_slice(&number.to_le_bytes());
            if let Some(left) = left {
                bytes.extend_from_slice(&left.to_le_bytes());
                self.arrived.get_or_insert_with(time::now);
            }
        }
        bytes.extend_from_slice(body);
    }

    /// Returns the cost of all bodies.
    pub(crate) fn cost(&self) -> u64 {
        self.cost
    }

    fn iter(&self) -> impl Iterator<Item = Message<'_>> {
        let mut rest = &self.bytes[..];
        std::iter::from_fn(move || {
            let (kind, behind) = rest.split_first()?;
            rest = behind;
            let (method, length) = (number(&mut rest)?, number(&mut rest)?);
            let call = if *kind == SEND { None } else { Some(number(&mut rest)?) };
            let left = if *kind == CALL_UNTIL { Some(number(&mut rest)?) } else { None };
            let (body, behind) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            rest = behind;
            let call = call.map(|number| {
                let deadline = left.and_then(|left| self.deadline_in(left));
                Asked { number, cancels: self.cancels, deadline, reader: None }
            });
            Some(Message { method, call, body })
        })
    }

    /// Returns `None` for a deadline beyond the range of the clock.
    fn deadline_in(&self, left: u64) -> Option<Instant> {
        self.arrived?.checked_add(Duration::from_micros(left))
    }
}

/// A message that is not delivered at once.
enum Interrupted<'a> {
    /// A call, while the other node does not accept replies.
    NoRoom(Message<'a>),
    /// The cost of a message, and what remains to be done.
    Begun(u64, Step),
}

impl Server {
    /// Delivers messages, one after another, and gives credit for each.
    pub(super) async fn deliver_all(
        &self,
        lane: &mut Progress,
        messages: &Messages,
        is_allowed: bool,
    ) {
        let mut rest = messages.iter();
        while let Some(interrupted) = self.deliver_at_once(lane, &mut rest, is_allowed) {
            let (cost, gets_credit) = match interrupted {
                Interrupted::NoRoom(Message { method, call, body }) => {
                    let parcel = Parcel {
                        method,
                        body: body.to_vec(),
                        announced: Announced::default(),
                        trace: None,
                        call,
                    };
                    (cost(body), self.deliver(lane, parcel, is_allowed).await)
                }
                Interrupted::Begun(cost, step) => (cost, self.finish(lane, step).await),
            };
            self.accepted(lane, cost, gets_credit);
        }
    }

    /// Delivers messages until one of them needs more than that. Ends early once the session is over.
    fn deliver_at_once<'a>(
        &self,
        lane: &mut Progress,
        messages: &mut impl Iterator<Item = Message<'a>>,
        is_allowed: bool,
    ) -> Option<Interrupted<'a>> {
        scope::decoding(&self.scope, Announced::default(), || {
            for message in messages {
                if !self.is_alive.load(Ordering::Acquire) {
                    return None;
                }
                if message.call.is_some() && !self.replies.has_room() {
                    return Some(Interrupted::NoRoom(message));
                }
                let Message { method, call, body } = message;
                let step = match is_allowed {
                    true => self.begin(lane, method, body, call),
                    false => Step::Refused(call, self.denied()),
                };
                match step {
                    Step::Done(gets_credit) => self.accepted(lane, cost(body), gets_credit),
                    step => return Some(Interrupted::Begun(cost(body), step)),
                }
            }
            None
        })
    }

    /// Notes that a message has been accepted, or never will be.
    pub(super) fn accepted(&self, lane: &mut Progress, cost: u64, gets_credit: bool) {
        lane.is_over |= !gets_credit;
        self.queued.fetch_sub(cost, Ordering::Relaxed);
        lane.owed += if lane.is_over { 0 } else { cost };
        if lane.owed >= WINDOW / 4 {
            self.give_credit(&mut lane.owed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_back_in_order() {
        let mut messages = Messages::new(0, 0);
        let all: [(u64, Option<(u64, Option<u64>)>, &[u8]); 4] = [
            (7, None, b"one"),
            (u64::MAX, Some((u64::MAX, None)), b""),
            (7, Some((8, Some(9))), b"three"),
            (0, None, b""),
        ];
        for (method, call, body) in all {
            messages.push(method, call, body);
        }
        let mut number = 0;
        for (message, (method, call, body)) in messages.iter().zip(all) {
            assert_eq!((message.method, message.body), (method, body));
            let asked = message.call.map(|asked| (asked.number, asked.deadline.is_some()));
            assert_eq!(asked, call.map(|(number, left)| (number, left.is_some())));
            number += 1;
        }
        assert_eq!(number, all.len());
        assert_eq!(messages.cost(), all.iter().map(|(_, _, body)| cost(body)).sum::<u64>());
    }
}
