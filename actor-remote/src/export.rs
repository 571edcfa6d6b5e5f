//! Actors of this node that other nodes can reach: their addresses, the delivery of messages, and the
//! way of the replies.

use crate::codec;
use crate::frame::{BODY, CallFault, Frame};
use crate::import::{WINDOW, cost};
use crate::node::Inner;
use crate::remote::Remote;
use crate::scope::{self, Scope};
use crate::transport::NodeId;
use crate::wire_check::{Field, ReplyField};
use actor_core::future::or;
use actor_core::proxy;
use actor_core::{ActorId, Call, CallError, Protocol, Refusal, RefusalKind, ReplyReceiver, Task};
use async_channel::{Receiver, Sender};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// An actor that other nodes can reach, by one protocol.
pub(crate) struct Export {
    /// The secret that another node presents to hold it.
    pub(crate) key: u64,
    pub(crate) address: Arc<dyn Exported>,
    /// How often each node has it.
    pub(crate) holders: BTreeMap<NodeId, u64>,
    /// Waits for the end of the actor.
    pub(crate) watch: Option<Task<()>>,
}

/// An address of any protocol.
pub(crate) trait Exported: Send + Sync {
    fn protocol(&self) -> &'static str;
    fn actor(&self) -> ActorId;
    /// The typed address.
    fn any(&self) -> Box<dyn Any>;
    fn deliver(&self, method: u64, body: Body<'_>, back: Back) -> Delivery;
    fn stop(&self);
    fn kill(&self);
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
}

/// The queue of one export for one node: a full mailbox holds up no other actor.
pub(crate) type Lane = Sender<Item>;

/// An entry of a lane.
pub(crate) enum Item {
    Message(Parcel),
    /// Dropped when all messages before it have been accepted.
    Barrier(Arc<dyn Any + Send + Sync>),
    /// Stops the actor when all messages before it have been accepted.
    Stop,
}

/// A message that is to be delivered.
pub(crate) struct Parcel {
    pub(crate) method: u64,
    pub(crate) body: Vec<u8>,
    /// The number of the call, and its cancellation.
    pub(crate) call: Option<(u64, ReplyReceiver<()>)>,
}

/// The arguments of a message.
#[derive(Debug)]
pub struct Body<'a>(&'a [u8]);

/// The way of the reply.
pub struct Back {
    scope: Scope,
    call: Option<(u64, ReplyReceiver<()>)>,
}

/// Ends when the mailbox has accepted the message, or never will.
pub type Delivery = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Delivers the messages of a lane, one after another, and gives credit for each.
pub(crate) async fn serve(
    address: Arc<dyn Exported>,
    items: Receiver<Item>,
    scope: Scope,
    export: u64,
    is_alive: Arc<AtomicBool>,
) {
    let mut owed = 0;
    while let Ok(item) = items.recv().await {
        if !is_alive.load(Ordering::Acquire) {
            return;
        }
        match item {
            Item::Message(Parcel { method, body, call }) => {
                owed += cost(&body);
                let back = Back { scope: scope.clone(), call };
                let delivery = scope::within(&scope, || address.deliver(method, Body(&body), back));
                delivery.await;
            }
            Item::Barrier(barrier) => drop(barrier),
            Item::Stop => address.stop(),
        }
        if owed > 0 && (items.is_empty() || owed >= WINDOW / 4) {
            let frame = Frame::Credit { export, bytes: std::mem::take(&mut owed) };
            scope.node.push_in(scope.peer, scope.session, &frame);
        }
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
    /// Sends the message, and its reply back.
    pub fn call<P: Protocol, T, const IS_WIRE: bool>(self, call: Call<'_, P, T>) -> Delivery
    where
        Field<T, IS_WIRE>: ReplyField<T>,
    {
        Field::call(self, call)
    }

    pub(crate) fn send<P, T>(self, call: Call<'_, P, T>) -> Delivery
    where
        P: Protocol,
        T: Serialize + Send + 'static,
    {
        let call = call.into_owned();
        let Back { scope, call: number } = self;
        let Some((number, mut cancelled)) = number else {
            let sending = call.send();
            return Box::pin(async move {
                if sending.await.is_err() {
                    scope.node.count_undelivered();
                }
            });
        };
        let (reply, mut receiver) = proxy::queued_reply();
        let sending = call.reply_to(reply).send();
        Box::pin(async move {
            let sent = or(async { Some(sending.await) }, async {
                let _ = (&mut cancelled).await;
                None
            });
            match sent.await {
                // The session may be over as well: then no later message is delivered.
                None => scope.node.finish(&scope, number),
                Some(Err(error)) => {
                    let error = match error.reason() {
                        actor_core::SendReason::Full => CallError::Full,
                        _ => CallError::Stopped,
                    };
                    answer::<()>(&scope, number, Err(error));
                }
                Some(Ok(())) => {
                    let system = scope.node.system().clone();
                    let waiting = async move {
                        let outcome = or(async { Ok((&mut receiver).await) }, async {
                            Err((&mut cancelled).await)
                        });
                        match outcome.await {
                            Ok(outcome) => answer(&scope, number, outcome),
                            // The session is over; the message is handled in its turn.
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
        })
    }

    /// Refuses the message.
    pub fn refuse(self, refusal: Refusal) -> Delivery {
        match self.call {
            Some((number, _)) => {
                answer::<()>(&self.scope, number, Err(CallError::Refused(refusal)));
            }
            None => self.scope.node.count_refused(),
        }
        Box::pin(std::future::ready(()))
    }

    /// Refuses a message that the protocol does not have.
    pub fn unknown(self, protocol: &str) -> Delivery {
        let text = format!("`{protocol}` has no such message here");
        self.refuse(Refusal::new(RefusalKind::UnknownMessage, text))
    }
}

/// Sends the outcome of a call back.
fn answer<T: Serialize>(scope: &Scope, number: u64, outcome: Result<T, CallError>) {
    let mut body = Vec::new();
    let refusal = match outcome {
        Ok(value) => match scope::within(scope, || codec::encode(&value, &mut body)) {
            Ok(()) if body.len() <= BODY => None,
            Ok(()) => Some(format!("the reply has {} bytes; the limit is {BODY}", body.len())),
            Err(text) => Some(text),
        }
        .map(|text| CallError::Refused(Refusal::new(RefusalKind::BadReply, text))),
        Err(error) => Some(error),
    };
    let frame = match &refusal {
        None => Frame::Reply { call: number, body: &body },
        Some(error) => Frame::Failed { call: number, error: CallFault::of(error) },
    };
    scope.node.push_reply(scope, number, &frame);
}

/// The export of an address, kept by nothing yet.
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
        holders: BTreeMap::new(),
        watch: Some(watch),
    }
}

impl fmt::Debug for Back {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Back").field("call", &self.call.as_ref().map(|call| call.0)).finish()
    }
}
