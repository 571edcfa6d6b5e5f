//! Sends that arrive one after another for one actor: one entry of a lane, in one buffer.

use super::{Progress, Sent, Server};
use crate::import::{WINDOW, cost};
use crate::incoming::Incoming;
use crate::node::Announced;
use crate::scope;
use actor_core::SendReason;
use actor_core::error::{Refusal, RefusalKind};
use std::pin::Pin;
use std::sync::atomic::Ordering;

/// The sends, without addresses and traces, in the order of their frames.
#[derive(Default)]
pub(crate) struct Sends {
    /// For each of them, the id of the message, the length of its body, and the body.
    bytes: Vec<u8>,
    cost: u64,
}

impl Sends {
    pub(crate) fn push(&mut self, method: u64, body: &[u8]) {
        self.cost += cost(body);
        self.bytes.extend_from_slice(&method.to_le_bytes());
        self.bytes.extend_from_slice(&body.len().to_le_bytes());
        self.bytes.extend_from_slice(body);
    }

    /// Returns the cost of all bodies.
    pub(crate) fn cost(&self) -> u64 {
        self.cost
    }

    /// Returns the id and the body of each message.
    fn iter(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut rest = &self.bytes[..];
        std::iter::from_fn(move || {
            let (method, behind) = rest.split_first_chunk()?;
            let (length, behind) = behind.split_first_chunk()?;
            let (body, behind) = behind.split_at_checked(usize::from_le_bytes(*length))?;
            rest = behind;
            Some((u64::from_le_bytes(*method), body))
        })
    }
}

/// A send that is not delivered at once, with its cost.
enum Interrupted {
    /// The mailbox is full.
    Full(u64, Pin<Box<dyn Future<Output = Result<(), SendReason>> + Send>>),
    Refused(u64, Refusal),
}

impl Server {
    /// Delivers sends, one after another, and gives credit for each.
    pub(super) async fn deliver_sends(&self, lane: &mut Progress, sends: &Sends, is_allowed: bool) {
        let mut sends = sends.iter();
        while let Some(interrupted) = self.deliver_at_once(lane, &mut sends, is_allowed) {
            match interrupted {
                Interrupted::Full(cost, sending) => {
                    let outcome = self.settling(lane, sending).await;
                    self.sent(lane, cost, outcome);
                }
                Interrupted::Refused(cost, refusal) => {
                    let gets_credit = self.refuse(None, refusal);
                    self.accepted(lane, cost, gets_credit);
                }
            }
        }
    }

    /// Delivers sends until one of them needs more than that. Ends early once the session is over.
    fn deliver_at_once<'a>(
        &self,
        lane: &mut Progress,
        sends: &mut impl Iterator<Item = (u64, &'a [u8])>,
        is_allowed: bool,
    ) -> Option<Interrupted> {
        scope::decoding(&self.scope, Announced::default(), || {
            for (method, body) in sends {
                if !self.is_alive.load(Ordering::Acquire) {
                    return None;
                }
                let cost = cost(body);
                if !is_allowed {
                    return Some(Interrupted::Refused(cost, self.denied()));
                }
                let mut incoming = Incoming::new(body, None, self.address.protocol());
                let sent = self.address.begin(method, &mut incoming);
                match (sent, incoming.end()) {
                    (_, (_, Err(refusal))) => return Some(Interrupted::Refused(cost, refusal)),
                    (Some(Sent::Now(outcome)), _) => self.sent(lane, cost, outcome),
                    (Some(Sent::Later(sending)), _) => {
                        return Some(Interrupted::Full(cost, sending));
                    }
                    // A message is sent only if it was read without an error.
                    (None, _) => self.accepted(lane, cost, true),
                }
            }
            None
        })
    }

    pub(super) fn denied(&self) -> Refusal {
        let text = format!("`{}` is not open to this node", self.address.protocol());
        Refusal::new(RefusalKind::Denied, text)
    }

    fn sent(&self, lane: &mut Progress, cost: u64, outcome: Result<(), SendReason>) {
        let gets_credit = self.gets_credit(outcome);
        self.accepted(lane, cost, gets_credit);
    }

    /// Returns whether the sender of a message with this outcome gets credit.
    pub(super) fn gets_credit(&self, outcome: Result<(), SendReason>) -> bool {
        if outcome.is_ok() {
            return true;
        }
        self.scope.node.count_undelivered();
        self.address.is_alive()
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
    fn sends_come_back_in_order() {
        let mut sends = Sends::default();
        let all: [(u64, &[u8]); 3] = [(7, b"one"), (u64::MAX, b""), (7, b"three")];
        for (method, body) in all {
            sends.push(method, body);
        }
        assert_eq!(sends.iter().collect::<Vec<_>>(), all);
        assert_eq!(sends.cost(), cost(b"one") + cost(b"") + cost(b"three"));
    }
}
