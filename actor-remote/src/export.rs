//! Actors of this node that other nodes can reach: their addresses, the delivery of messages, and
//! the sending of replies.

use crate::codec;
use crate::frame::{BODY, CallFault, Ending, Frame};
use crate::import::{WINDOW, cost};
use crate::node::Inner;
use crate::remote::Remote;
use crate::scope::{self, Scope};
use crate::stream::producer::ItemCredit;
use crate::transport::NodeId;
use crate::window::Window;
use crate::wire_check::{Field, ReplyField};
use actor_core::future::or;
use actor_core::proxy;
use actor_core::{
    ActorId, Addr, Call, CallError, Protocol, Refusal, RefusalKind, ReplyReceiver, StreamCall, Task,
};
use async_channel::{Receiver, Sender};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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
    fn deliver(&self, method: u64, body: Body<'_>, back: Back) -> Delivery;
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

    fn deliver(&self, method: u64, body: Body<'_>, back: Back) -> Delivery {
        P::deliver(&self.0, method, body, back)
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
    pub(crate) call: Option<Asked>,
}

/// A call of another node.
pub(crate) struct Asked {
    pub(crate) number: u64,
    /// Resolves when it is cancelled, or the session is over.
    pub(crate) cancelled: ReplyReceiver<()>,
    /// For the items of its stream, if its reader wants one.
    pub(crate) credit: Option<Arc<ItemCredit>>,
    /// The time left, when it arrived, on the clock of this node.
    pub(crate) deadline: Option<Instant>,
}

/// The arguments of a message.
#[derive(Debug)]
pub struct Body<'a>(&'a [u8]);

/// Sends the reply of a message back.
pub struct Back {
    pub(crate) scope: Scope,
    to: Arc<dyn Exported>,
    pub(crate) replies: Arc<Window>,
    pub(crate) call: Option<Asked>,
}

/// Completes when the mailbox has accepted the message, or never will. Returns whether the sender
/// gets credit. The sender reports a message without credit once the actor has ended.
pub type Delivery = Pin<Box<dyn Future<Output = bool> + Send>>;

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

    async fn deliver(&self, parcel: Parcel, is_allowed: bool) -> bool {
        let Parcel { method, body, call } = parcel;
        // A node that does not accept replies must not make this one encode more of them.
        if call.is_some() && self.replies.room().await.is_none() {
            return false;
        }
        let (scope, to) = (self.scope.clone(), self.address.clone());
        let back = Back { scope, to, replies: self.replies.clone(), call };
        if !is_allowed {
            let text = format!("`{}` is not open to this node", self.address.protocol());
            return back.refuse(Refusal::new(RefusalKind::Denied, text)).await;
        }
        let begin = || self.address.deliver(method, Body(&body), back);
        scope::within(&self.scope, begin).await
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

impl Body<'_> {
    /// Decodes the arguments.
    ///
    /// # Errors
    /// A refusal that says why they cannot be decoded.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        codec::decode(self.0).map_err(|text| Refusal::new(RefusalKind::BadFrame, text))
    }
}

impl Back {
    /// Sends the message to `to`, and its reply back.
    pub fn call<P: Protocol, T, const IS_WIRE: bool>(
        self,
        to: &Addr<P>,
        call: Call<'_, P, T>,
    ) -> Delivery
    where
        Field<T, IS_WIRE>: ReplyField<T>,
    {
        Field::call(self, to, call)
    }

    /// Sends the message, and the items of its stream back.
    pub fn stream<P: Protocol, T, const IS_WIRE: bool>(self, call: StreamCall<'_, P, T>) -> Delivery
    where
        Field<T, IS_WIRE>: ReplyField<T>,
    {
        Field::stream(self, call)
    }

    pub(crate) fn send<P, T>(self, to: &Addr<P>, call: Call<'_, P, T>) -> Delivery
    where
        P: Protocol,
        T: Serialize + Send + 'static,
    {
        if let Some(Asked { credit: Some(_), .. }) = self.call {
            let text = "a message with one reply came with the reader of a stream";
            return self.refuse(Refusal::new(RefusalKind::BadFrame, text));
        }
        let call = call.into_owned();
        let Back { scope, replies, call: asked, .. } = self;
        let Some(Asked { number, mut cancelled, deadline, .. }) = asked else {
            let (sending, to) = (call.send(), to.clone());
            return Box::pin(async move {
                let Err(refused) = sending.await else { return true };
                scope.node.count_undelivered();
                if to.is_alive() {
                    proxy::discard(&to, refused.into_message());
                }
                to.is_alive()
            });
        };
        let (reply, mut receiver) =
            deadline.map_or_else(proxy::queued_reply, proxy::queued_reply_until);
        let sending = call.reply_to(reply).send();
        Box::pin(async move {
            let sent = or(async { Some(sending.await) }, async {
                let _ = (&mut cancelled).await;
                None
            });
            match sent.await {
                // If the session is over as well, no later message is delivered.
                None => scope.node.finish(&scope, number),
                Some(Err(error)) => {
                    let error = match error.reason() {
                        actor_core::SendReason::Full => CallError::Full,
                        _ => CallError::Stopped,
                    };
                    fail(&scope, number, &error);
                }
                Some(Ok(())) => {
                    let system = scope.node.system().clone();
                    let waiting = async move {
                        let outcome = or(async { Ok((&mut receiver).await) }, async {
                            Err((&mut cancelled).await)
                        });
                        match outcome.await {
                            Ok(Ok(value)) => answer(&scope, &replies, number, value).await,
                            Ok(Err(error)) => fail(&scope, number, &error),
                            // The session is over. The message is handled in its turn.
                            Err(Ok(())) => {
                                drop(scope);
                                drop(receiver.await);
                            }
                            Err(Err(_)) => scope.node.finish(&scope, number),
                        }
                    };
                    system.spawn_task(waiting).detach();
                }
            }
            true
        })
    }

    /// Refuses the message. A caller gets an error, and a send is reported on this node.
    pub fn refuse(self, refusal: Refusal) -> Delivery {
        if refusal.kind() == RefusalKind::BadFrame {
            self.scope.node.bad_body(self.scope.peer);
        }
        match self.call {
            Some(asked) => fail(&self.scope, asked.number, &CallError::Refused(refusal)),
            None => {
                self.scope.node.count_refused();
                self.to.report_undelivered();
            }
        }
        Box::pin(std::future::ready(true))
    }

    /// Refuses a message that the protocol does not have.
    pub fn unknown(self, protocol: &str) -> Delivery {
        let text = format!("`{protocol}` has no such message here");
        self.refuse(Refusal::new(RefusalKind::UnknownMessage, text))
    }
}

/// Sends the reply of a call back, once the other node has accepted enough of the earlier replies.
async fn answer<T: Serialize>(scope: &Scope, replies: &Window, number: u64, value: T) {
    let Some(_turn) = replies.room().await else { return };
    let mut body = Vec::new();
    let (encoded, written) = scope::encoding(scope, || codec::encode(&value, &mut body));
    let refusal = match encoded {
        Ok(()) if body.len() <= BODY => {
            replies.spend(cost(&body));
            if scope.node.push_reply(scope, number, &Frame::Reply { call: number, body: &body }) {
                return;
            }
            replies.give(cost(&body));
            None
        }
        Ok(()) => Some(format!("the reply has {} bytes; the limit is {BODY}", body.len())),
        Err(text) => Some(text),
    };
    scope.node.take_back(scope.peer, scope.session, &written);
    if let Some(text) = refusal {
        fail(scope, number, &CallError::Refused(Refusal::new(RefusalKind::BadReply, text)));
    }
}

/// Sends the error of a call back.
pub(crate) fn fail(scope: &Scope, number: u64, error: &CallError) {
    let frame = Frame::Failed { call: number, error: CallFault::of(error) };
    scope.node.push_reply(scope, number, &frame);
}

/// Creates the export of an address. Nothing keeps the export yet.
pub(crate) fn export<P: Remote>(
    node: &Arc<Inner>,
    address: &P::Addr,
    number: u64,
    key: u64,
) -> Export {
    let end = address.as_ref().downgrade().join();
    let owner = Arc::downgrade(node);
    let watch = node.system().spawn_task(async move {
        let exit = end.await;
        if let Some(node) = owner.upgrade() {
            node.ended(number, &exit);
        }
    });
    Export {
        key,
        address: Arc::new(Typed::<P>(address.clone())),
        names: BTreeSet::new(),
        holders: BTreeMap::new(),
        watch: Some(watch),
    }
}

impl fmt::Debug for Back {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Back").field("call", &self.call.as_ref().map(|call| call.number)).finish()
    }
}
