//! Exports actors of this node to other nodes. Delivers messages to the actors, and sends their replies.

mod answers;
mod lane;
mod messages;

pub(crate) use answers::{Answered, Answers, Call, Outcome, Watched};
pub(crate) use lane::{Asked, Cancels, Item, Lane, LaneItems, Parcel, StreamReader, lane};
pub(crate) use messages::Messages;

use crate::contained;
use crate::frame::{CallFault, Ending, Frame};
use crate::import::cost;
use crate::incoming::{Answer, Incoming, Waiting};
use crate::remote::Remote;
use crate::scope::{self, Scope};
use crate::transport::NodeId;
use crate::window::Window;
use actor_core::proxy;
use actor_core::{
    ActorId, Addr, CallError, Protocol, SendError, SendReason, Task,
    call::SendFuture,
    error::{Refusal, RefusalKind},
};
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

/// An actor that other nodes can reach through one protocol.
pub(crate) struct Export {
    /// The secret that another node presents to hold the export.
    pub(crate) key: u64,
    pub(crate) address: Arc<dyn Exported>,
    /// The names that keep the export.
    pub(crate) names: BTreeSet<String>,
    /// The holder count of each node.
    pub(crate) holders: BTreeMap<NodeId, u64>,
    /// Waits for the end of the actor.
    pub(crate) watch: Option<Task<()>>,
}

impl Export {
    /// Creates an export without names, holders and `watch`.
    pub(crate) fn new(key: u64, address: Arc<dyn Exported>) -> Self {
        Export { key, address, names: BTreeSet::new(), holders: BTreeMap::new(), watch: None }
    }
}

/// An address of any protocol.
pub(crate) trait Exported: Send + Sync {
    fn protocol(&self) -> &'static str;
    fn actor(&self) -> ActorId;
    /// Returns the typed address.
    fn any(&self) -> Box<dyn Any>;
    fn is_alive(&self) -> bool;
    /// Decodes a message and begins to send it, or refuses it.
    fn begin(&self, method: u64, incoming: &mut Incoming<'_>) -> Option<Sent>;
    fn stop(&self);
    fn kill(&self);
    /// Reports a send that the actor does not receive.
    fn report_undelivered(&self);
}

pub(crate) struct Typed<P: Remote>(pub(crate) P::Addr);

impl<P: Remote> Exported for Typed<P> {
    fn protocol(&self) -> &'static str {
        P::NAME
    }

    fn actor(&self) -> ActorId {
        self.0.as_ref().id()
    }

    fn any(&self) -> Box<dyn Any> {
        Box::new(self.0.clone())
    }

    fn is_alive(&self) -> bool {
        self.0.as_ref().is_alive()
    }

    fn begin(&self, method: u64, incoming: &mut Incoming<'_>) -> Option<Sent> {
        // The arguments of a refused message are dropped.
        let decode = || {
            let message = P::decode(method, incoming);
            incoming.accepted(message)
        };
        let message = contained::run(decode)??;
        let to = self.0.as_ref();
        let is_call = incoming.is_call();
        let Err(refused) = proxy::try_send(to, message) else { return Some(Sent::Now(Ok(()))) };
        if refused.reason() != SendReason::Full {
            return Some(Sent::Now(Err(discard(to, refused, is_call))));
        }
        let sending = proxy::send(to, refused.into_message());
        Some(Sent::Later(Box::pin(Queued { to: to.clone(), sending: Some(sending), is_call })))
    }

    fn stop(&self) {
        self.0.as_ref().stop();
    }

    fn kill(&self) {
        self.0.as_ref().kill();
    }

    fn report_undelivered(&self) {
        proxy::report_undelivered(self.0.as_ref(), P::NAME);
    }
}

/// Waits for capacity in a mailbox.
type Sending = Pin<Box<dyn Future<Output = Result<(), SendReason>> + Send>>;

/// The outcome of a message for a mailbox.
pub(crate) enum Sent {
    Now(Result<(), SendReason>),
    /// The mailbox is full.
    Later(Sending),
}

/// A message that waits for capacity in a mailbox.
struct Queued<P: Protocol> {
    to: Addr<P>,
    /// `None` only during the drop, which drops a message that was not accepted.
    sending: Option<SendFuture<'static, P>>,
    is_call: bool,
}

impl<P: Protocol> Drop for Queued<P> {
    fn drop(&mut self) {
        contained::discard(self.sending.take());
    }
}

impl<P: Protocol> Future for Queued<P> {
    type Output = Result<(), SendReason>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(sending) = &mut self.sending else { return Poll::Pending };
        match Pin::new(sending).poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(())) => Poll::Ready(Ok(())),
            Poll::Ready(Err(refused)) => Poll::Ready(Err(discard(&self.to, refused, self.is_call))),
        }
    }
}

/// Drops a message that a mailbox has refused. Reports a send, unless the actor has ended: then the sender
/// reports the send.
fn discard<P: Protocol>(to: &Addr<P>, refused: SendError<P::Message>, is_call: bool) -> SendReason {
    let reason = refused.reason();
    if !is_call && to.is_alive() {
        proxy::discard(to, refused.into_message());
    } else {
        contained::discard(refused);
    }
    reason
}

/// Delivers the messages of one export from one node.
pub(crate) struct Server {
    pub(crate) scope: Scope,
    pub(crate) export: u64,
    pub(crate) address: Arc<dyn Exported>,
    pub(crate) is_alive: Arc<AtomicBool>,
    pub(crate) replies: Arc<Window>,
    /// The cost of all messages of the node that no mailbox has accepted yet.
    pub(crate) queued: Arc<AtomicU64>,
    pub(crate) cancels: Arc<Cancels>,
}

/// The number of calls for whose replies a lane waits itself.
const BEGUN: usize = 256;

/// The progress of a lane.
struct Progress {
    /// Wakes the lane.
    waker: Waker,
    /// The cost of the messages for which the lane has not given credit yet.
    owed: u64,
    /// Set after a message that the actor did not receive. No later message gets credit, because the sender would
    /// count that credit for the lost message, which it has to report.
    is_over: bool,
    /// Calls that a mailbox has accepted and that the lane waits for.
    begun: Vec<Begun>,
    /// The call whose message waits for capacity in the mailbox. `None` if there is none, or once it is over.
    queued: Option<u64>,
    /// The number of cancelled calls when all of these calls were in the table of the session.
    checked: u64,
    /// The room for the next answers: about the number and the bytes of the last ones.
    room: (usize, usize),
}

impl Progress {
    /// Notes that the lane watches a call. Returns its number.
    fn watches(&mut self, asked: &Asked) -> u64 {
        self.checked = self.checked.min(asked.cancels);
        asked.number
    }
}

/// A call that a mailbox has accepted.
struct Begun {
    number: u64,
    reply: Box<dyn Waiting>,
    outcome: Option<Result<(), CallError>>,
}

/// The rest of the delivery of a message.
enum Step {
    /// Nothing. Whether the sender gets credit.
    Done(bool),
    Refused(Option<Asked>, Refusal),
    /// The mailbox is full.
    Full(Sending, Option<(Asked, Answer)>),
}

impl Drop for Server {
    fn drop(&mut self) {
        self.cancels.end();
    }
}

impl Server {
    /// Delivers the messages of a lane in order, and gives credit for each message.
    pub(crate) async fn run(self, items: LaneItems) {
        let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
        let mut lane = Progress {
            waker,
            owed: 0,
            is_over: false,
            begun: Vec::new(),
            queued: None,
            checked: 0,
            room: (0, 0),
        };
        let mut is_allowed = None;
        while let Some(item) = self.next(&items, &mut lane).await {
            if !self.is_alive.load(Ordering::Acquire) {
                break;
            }
            match item {
                Item::Messages(messages) => {
                    let is_allowed = *is_allowed.get_or_insert_with(|| self.is_allowed());
                    self.deliver_all(&mut lane, &messages, is_allowed).await;
                }
                Item::Parcel(parcel) => {
                    let cost = cost(&parcel.body);
                    let is_allowed = *is_allowed.get_or_insert_with(|| self.is_allowed());
                    let gets_credit = self.deliver(&mut lane, *parcel, is_allowed).await;
                    self.accepted(&mut lane, cost, gets_credit);
                }
                Item::Stop => {
                    self.give_credit(&mut lane.owed);
                    self.stop();
                }
                Item::RefuseKill => {
                    self.give_credit(&mut lane.owed);
                    self.refuse_control(Ending::Killed);
                }
                // All credit is sent before `Ended`, because a message without credit counts as lost.
                Item::Barrier(barrier) => {
                    self.give_credit(&mut lane.owed);
                    drop(barrier);
                }
            }
            if lane.begun.len() > BEGUN {
                self.leave_to_tasks(&mut lane);
            }
        }
        self.leave_to_tasks(&mut lane);
    }

    /// Returns the next item, or `None` when there are no further ones.
    async fn next(&self, items: &LaneItems, lane: &mut Progress) -> Option<Item> {
        if let Some(item) = items.try_next() {
            return Some(item);
        }
        if lane.begun.is_empty() {
            self.give_credit(&mut lane.owed);
        }
        self.settling(lane, items.next()).await
    }

    /// Waits for the output of a future. Meanwhile, sends the replies of the actor.
    async fn settling<T>(&self, lane: &mut Progress, future: impl Future<Output = T>) -> T {
        self.leave_credit(lane);
        let mut future = pin!(future);
        poll_fn(|cx| {
            self.settle(lane, cx);
            future.as_mut().poll(cx)
        })
        .await
    }

    /// Leaves the credit to the replies, which take it along.
    fn leave_credit(&self, lane: &mut Progress) {
        if lane.owed > 0 {
            let bytes = std::mem::take(&mut lane.owed);
            self.scope.node.give_credit_later(&self.scope, self.export, bytes);
        }
    }

    fn start(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.scope.node.system().spawn_task(task).detach();
    }

    fn is_allowed(&self) -> bool {
        self.scope.node.is_allowed(&self.scope, self.export, self.address.protocol())
    }

    fn give_credit(&self, owed: &mut u64) {
        if *owed > 0 {
            let frame = Frame::Credit { export: self.export, bytes: std::mem::take(owed) };
            self.scope.node.push_in(self.scope.peer, self.scope.session, &frame);
        }
    }

    /// Completes when the mailbox has accepted or refused the message. Returns whether the sender gets
    /// credit. The sender reports a message without credit once the actor has ended.
    async fn deliver(&self, lane: &mut Progress, parcel: Parcel, is_allowed: bool) -> bool {
        let Parcel { method, body, announced, trace, call } = parcel;
        // While the other node does not accept replies, this node must not encode further replies.
        if call.is_some() && !self.replies.has_room() {
            let room = self.replies.room();
            if self.settling(lane, async { room.await.is_none() }).await {
                return false;
            }
        }
        if !is_allowed {
            return self.refuse(call, self.denied());
        }
        let begin = || self.begin(lane, method, &body, call);
        let decode = || scope::decoding(&self.scope, announced, begin);
        let step = match (trace, self.scope.node.tracing()) {
            (Some(parent), Some(tracing)) => tracing.within(parent, decode),
            _ => decode(),
        };
        self.finish(lane, step).await
    }

    /// Decodes a message and sends it to the mailbox.
    fn begin(&self, lane: &mut Progress, method: u64, body: &[u8], call: Option<Asked>) -> Step {
        let mut incoming = Incoming::new(body, call, self.address.protocol(), &lane.waker);
        let sent = self.address.begin(method, &mut incoming);
        match (sent, incoming.end()) {
            (_, (call, Err(refusal))) => Step::Refused(call, refusal),
            // A message is sent only if it was read without an error.
            (None, (_, Ok(_))) => Step::Done(true),
            (Some(Sent::Now(outcome)), (call, Ok(answer))) => {
                Step::Done(self.sent(lane, outcome, call.zip(answer)))
            }
            (Some(Sent::Later(sending)), (call, Ok(answer))) => {
                Step::Full(sending, call.zip(answer))
            }
        }
    }

    /// Completes the delivery of a message. Returns whether the sender gets credit.
    async fn finish(&self, lane: &mut Progress, step: Step) -> bool {
        let (mut sending, call) = match step {
            Step::Done(gets_credit) => return gets_credit,
            Step::Refused(call, refusal) => return self.refuse(call, refusal),
            Step::Full(sending, call) => (sending, call),
        };
        self.leave_credit(lane);
        lane.queued = call.as_ref().map(|(asked, _)| lane.watches(asked));
        let is_call = call.is_some();
        let sent = poll_fn(|cx| {
            self.settle(lane, cx);
            if is_call && lane.queued.is_none() {
                return Poll::Ready(None);
            }
            sending.as_mut().poll(cx).map(Some)
        });
        let sent = sent.await;
        lane.queued = None;
        match (sent, call) {
            (Some(outcome), call) => self.sent(lane, outcome, call),
            // If the session is over as well, no later message is delivered.
            (None, call) => {
                if let Some((asked, _)) = &call {
                    self.scope.node.finish(&self.scope, asked.number);
                }
                true
            }
        }
    }

    /// Waits for the reply of a message that the mailbox has accepted. Returns whether the sender gets credit.
    fn sent(
        &self,
        lane: &mut Progress,
        outcome: Result<(), SendReason>,
        call: Option<(Asked, Answer)>,
    ) -> bool {
        let Some((asked, answer)) = call else { return self.gets_credit(outcome) };
        let number = lane.watches(&asked);
        match (outcome, answer) {
            (Err(SendReason::Full), _) => fail(&self.scope, number, &CallError::Full),
            (Err(_), _) => fail(&self.scope, number, &CallError::Stopped),
            (Ok(()), Answer::Reply(reply)) => {
                lane.begun.push(Begun { number, reply, outcome: None });
            }
            (Ok(()), Answer::Stream(items)) => {
                if let Some(reader) = asked.reader {
                    self.start(self.call(number).feed(items, reader));
                }
            }
        }
        true
    }

    /// Returns whether the sender of a message with this outcome gets credit.
    fn gets_credit(&self, outcome: Result<(), SendReason>) -> bool {
        if outcome.is_ok() {
            return true;
        }
        self.scope.node.count_undelivered();
        self.address.is_alive()
    }

    fn denied(&self) -> Refusal {
        let text = format!("`{}` is not open to this node", self.address.protocol());
        Refusal::new(RefusalKind::Denied, text)
    }

    /// Refuses a message. A caller gets an error, and a send is reported on this node. Returns that the
    /// sender gets credit.
    fn refuse(&self, call: Option<Asked>, refusal: Refusal) -> bool {
        if refusal.kind() == RefusalKind::BadFrame {
            self.scope.node.report_bad_body(self.scope.peer);
        }
        match call {
            Some(asked) => fail(&self.scope, asked.number, &CallError::Refused(refusal)),
            None => {
                self.scope.node.count_refused();
                self.address.report_undelivered();
            }
        }
        true
    }

    fn stop(&self) {
        if self.scope.node.may_control(&self.scope, self.export, &*self.address) {
            self.address.stop();
        } else {
            self.refuse_control(Ending::Stopped);
        }
    }

    /// Ends only the address on the other node.
    fn refuse_control(&self, exit: Ending) {
        self.scope.node.count_refused_control();
        let frame = Frame::Ended { export: self.export, exit };
        self.scope.node.push_in(self.scope.peer, self.scope.session, &frame);
    }
}

/// Sends the error of a call.
pub(crate) fn fail(scope: &Scope, number: u64, error: &CallError) {
    let frame = Frame::Failed { call: number, error: CallFault::of(error) };
    scope.node.push_reply(scope, number, &frame);
}
