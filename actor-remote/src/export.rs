//! Actors of this node that other nodes can reach: their addresses, the delivery of messages, and
//! the sending of replies.

use crate::frame::{CallFault, Ending, Frame};
use crate::import::{WINDOW, cost};
use crate::incoming::{Answer, Call, Incoming};
use crate::node::{Announced, Inner};
use crate::remote::Remote;
use crate::scope::{self, Scope};
use crate::stream::producer::ItemCredit;
use crate::trace::TraceParent;
use crate::transport::NodeId;
use crate::window::Window;
use actor_core::future::or;
use actor_core::proxy;
use actor_core::{
    ActorId, Addr, CallError, Protocol, SendError, SendReason, Task,
    address::Join,
    call::{ReplyReceiver, SendFuture},
    error::{Refusal, RefusalKind},
};
use async_channel::{Receiver, Sender};
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

/// An actor that other nodes can reach through one protocol.
pub(crate) struct Export {
    /// The secret that another node presents to hold it.
    pub(crate) key: u64,
    pub(crate) address: Arc<dyn Exported>,
    /// The names that keep it.
    pub(crate) names: BTreeSet<String>,
    /// The number of times that each node has the export.
    pub(crate) holders: BTreeMap<NodeId, u64>,
    /// Waits for the end of the actor.
    pub(crate) watch: Option<Task<()>>,
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
    /// Reports a send that the actor does not get.
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
        let message = P::decode(method, incoming);
        let message = incoming.accepted(message)?;
        let to = self.0.as_ref();
        let is_call = incoming.is_call();
        let Err(refused) = proxy::try_send(to, message) else { return Some(Sent::Now(Ok(()))) };
        if refused.reason() != SendReason::Full {
            return Some(Sent::Now(Err(discard(to, refused, is_call))));
        }
        let sending = proxy::send(to, refused.into_message());
        Some(Sent::Later(Box::pin(Queued { to: to.clone(), sending, is_call })))
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

/// The outcome of a message for a mailbox.
pub(crate) enum Sent {
    Now(Result<(), SendReason>),
    /// The mailbox is full.
    Later(Pin<Box<dyn Future<Output = Result<(), SendReason>> + Send>>),
}

impl Sent {
    async fn outcome(self) -> Result<(), SendReason> {
        match self {
            Sent::Now(outcome) => outcome,
            Sent::Later(sending) => sending.await,
        }
    }
}

/// A message that waits for capacity in a mailbox.
struct Queued<P: Protocol> {
    to: Addr<P>,
    sending: SendFuture<'static, P>,
    is_call: bool,
}

impl<P: Protocol> Future for Queued<P> {
    type Output = Result<(), SendReason>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match Pin::new(&mut self.sending).poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(())) => Poll::Ready(Ok(())),
            Poll::Ready(Err(refused)) => Poll::Ready(Err(discard(&self.to, refused, self.is_call))),
        }
    }
}

/// Drops a message that a mailbox has refused. A send is reported, unless the actor has ended: then its
/// sender reports it.
fn discard<P: Protocol>(to: &Addr<P>, refused: SendError<P::Message>, is_call: bool) -> SendReason {
    let reason = refused.reason();
    if !is_call && to.is_alive() {
        proxy::discard(to, refused.into_message());
    }
    reason
}

/// The queue of one export for one node, so that a full mailbox does not delay messages to other
/// actors.
pub(crate) type Lane = Sender<Item>;

/// An entry of a lane.
pub(crate) enum Item {
    Message(Parcel),
    /// Stop the actor for the other node.
    Stop,
    /// Refuse a kill that the other node may not order.
    RefuseKill,
    /// Drop this when all messages before it have been accepted.
    Barrier(Arc<dyn Any + Send + Sync>),
}

/// A message to be delivered.
pub(crate) struct Parcel {
    pub(crate) method: u64,
    pub(crate) body: Vec<u8>,
    pub(crate) announced: Announced,
    pub(crate) trace: Option<TraceParent>,
    pub(crate) call: Option<Asked>,
}

/// A call of another node.
pub(crate) struct Asked {
    pub(crate) number: u64,
    /// Resolves when it is cancelled, or the session is over.
    pub(crate) cancelled: ReplyReceiver<()>,
    /// The capacity for the items of the stream, if the reader wants a stream.
    pub(crate) credit: Option<Arc<ItemCredit>>,
    /// The time left, when it arrived, on the clock of this node.
    pub(crate) deadline: Option<Instant>,
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
}

impl Server {
    /// Delivers the messages of a lane, one after another, and gives credit for each.
    pub(crate) async fn run(self, items: Receiver<Item>) {
        let mut owed = 0;
        // The sender takes credit for that of its first message without any: there is none behind a message
        // that the actor did not get, which its sender then reports.
        let mut is_over = false;
        let mut is_allowed = None;
        while let Ok(item) = items.recv().await {
            if !self.is_alive.load(Ordering::Acquire) {
                return;
            }
            match item {
                Item::Message(parcel) => {
                    let cost = cost(&parcel.body);
                    let is_allowed = *is_allowed.get_or_insert_with(|| self.is_allowed());
                    is_over |= !self.deliver(parcel, is_allowed).await;
                    self.queued.fetch_sub(cost, Ordering::Relaxed);
                    owed += if is_over { 0 } else { cost };
                }
                Item::Stop => {
                    self.give_credit(&mut owed);
                    self.stop();
                }
                Item::RefuseKill => {
                    self.give_credit(&mut owed);
                    self.refuse_control(Ending::Killed);
                }
                // All credit is sent before the notice of an end, because a message without credit
                // counts as lost.
                Item::Barrier(barrier) => {
                    self.give_credit(&mut owed);
                    drop(barrier);
                }
            }
            if items.is_empty() || owed >= WINDOW / 4 {
                self.give_credit(&mut owed);
            }
        }
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

    /// Completes when the mailbox has accepted the message, or never will. Returns whether the sender
    /// gets credit. The sender reports a message without credit once the actor has ended.
    async fn deliver(&self, parcel: Parcel, is_allowed: bool) -> bool {
        let Parcel { method, body, announced, trace, call } = parcel;
        // A node that does not accept replies must not make this one encode more of them.
        if call.is_some() && self.replies.room().await.is_none() {
            return false;
        }
        if !is_allowed {
            let text = format!("`{}` is not open to this node", self.address.protocol());
            return self.refuse(call, Refusal::new(RefusalKind::Denied, text));
        }
        let mut incoming = Incoming::new(&body, call, self.address.protocol());
        let begin = || self.address.begin(method, &mut incoming);
        let decode = || scope::decoding(&self.scope, announced, begin);
        let sent = match (trace, self.scope.node.tracing()) {
            (Some(parent), Some(tracing)) => tracing.within(parent, decode),
            _ => decode(),
        };
        let (call, begun) = match (sent, incoming.end()) {
            (Some(sent), (call, Ok(answer))) => (call, Ok((sent, answer))),
            (_, (call, Err(refusal))) => (call, Err(refusal)),
            // A message is sent only if it was read without an error.
            (None, (_, Ok(_))) => return true,
        };
        let (sent, answer) = match begun {
            Ok(begun) => begun,
            Err(refusal) => return self.refuse(call, refusal),
        };
        let scope = &self.scope;
        let (Some(Asked { number, mut cancelled, .. }), Some(answer)) = (call, answer) else {
            if sent.outcome().await.is_ok() {
                return true;
            }
            scope.node.count_undelivered();
            return self.address.is_alive();
        };
        let sent = or(async { Some(sent.outcome().await) }, async {
            let _ = (&mut cancelled).await;
            None
        });
        match sent.await {
            // If the session is over as well, no later message is delivered.
            None => scope.node.finish(scope, number),
            Some(Err(SendReason::Full)) => fail(scope, number, &CallError::Full),
            Some(Err(_)) => fail(scope, number, &CallError::Stopped),
            Some(Ok(())) => {
                let call = Call { scope: scope.clone(), number, replies: self.replies.clone() };
                let system = scope.node.system();
                match answer {
                    Answer::Reply(reply) => system.spawn_task(call.wait(reply, cancelled)).detach(),
                    Answer::Stream(items, credit) => {
                        system.spawn_task(call.feed(items, credit, cancelled)).detach();
                    }
                }
            }
        }
        true
    }

    /// Refuses a message. A caller gets an error, and a send is reported on this node. Returns that the
    /// sender gets credit.
    fn refuse(&self, call: Option<Asked>, refusal: Refusal) -> bool {
        if refusal.kind() == RefusalKind::BadFrame {
            self.scope.node.bad_body(self.scope.peer);
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

/// Sends the error of a call back.
pub(crate) fn fail(scope: &Scope, number: u64, error: &CallError) {
    let frame = Frame::Failed { call: number, error: CallFault::of(error) };
    scope.node.push_reply(scope, number, &[], &frame);
}

/// Creates the export of an address, whose actor ends with `end`. Nothing keeps the export yet.
pub(crate) fn export(
    node: &Arc<Inner>,
    address: Arc<dyn Exported>,
    end: Join,
    number: u64,
    key: u64,
) -> Export {
    let owner = Arc::downgrade(node);
    let watch = node.system().spawn_task(async move {
        let exit = end.await;
        if let Some(node) = owner.upgrade() {
            node.ended(number, &exit);
        }
    });
    Export { key, address, names: BTreeSet::new(), holders: BTreeMap::new(), watch: Some(watch) }
}
