//! Addresses of actors on other nodes. A proxy encodes each message, and waits for credit. `pending` implements the
//! callers of messages, and `unsent` handles messages that are not sent.

mod pending;
mod unsent;

use self::pending::pending;
use self::unsent::Unsent;
use crate::codec;
use crate::contained;
use crate::frame::{BODY, Frame};
use crate::node::Inner;
use crate::remote::{Place, Remote};
use crate::scope::{self, Scope, Written};
use crate::session::Pending;
use crate::stream::reader::Reader;
use crate::trace::{TraceParent, Tracing};
use crate::window;
use actor_core::future::or;
use actor_core::proxy::{self, Cause, Control, Proxy};
use actor_core::{
    CallError, Exit, Reply,
    error::{Refusal, RefusalKind},
    streaming::Replies,
};
use event_listener::Event;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

/// The maximum number of bytes of a proxy that the receiver's mailbox has not accepted.
pub(crate) const WINDOW: u64 = 64 * 1024;

/// Returns the cost of a message in a window: the bytes of its body, and a constant for the rest of the frame.
pub(crate) fn cost(body: &[u8]) -> u64 {
    body.len() as u64 + 32
}

/// The capacity for a body whose length is not known yet.
const SHORT: usize = 64;

/// The maximum capacity of the buffer that a proxy keeps for its next message.
const KEPT: usize = 4096;

/// A message that a proxy encodes and sends. Its buffer is reused for the next message.
pub struct Outgoing {
    pub(crate) name: &'static str,
    pub(crate) method: u64,
    pub(crate) body: Vec<u8>,
    error: Option<String>,
    caller: Option<Caller>,
    /// The addresses in the body.
    pub(crate) written: Written,
    pub(crate) trace: Option<TraceParent>,
}

impl Outgoing {
    /// Begins the message `name`, with this number of arguments.
    pub fn message(&mut self, name: &'static str, method: u64, arguments: u8) {
        (self.name, self.method) = (name, method);
        codec::begin_tuple(arguments, &mut self.body);
    }

    pub(crate) fn put<T: Serialize>(&mut self, value: &T) {
        if self.error.is_none() {
            self.error = codec::encode(value, &mut self.body).err();
        }
    }

    pub(crate) fn put_reply<T: DeserializeOwned + Send + 'static>(&mut self, reply: Reply<T>) {
        // If the caller has left, the call must not become a send, because a send would be handled.
        if proxy::is_call(&reply) {
            self.caller = Some(Caller::Call(pending(reply)));
        }
    }

    pub(crate) fn put_replies<T>(&mut self, replies: Replies<T>)
    where
        T: DeserializeOwned + Send + 'static,
    {
        self.caller = Some(Caller::Stream(Box::new(replies)));
    }

    fn new() -> Self {
        let (error, caller, trace) = (None, None, None);
        let (body, written) = (Vec::new(), Written::default());
        Outgoing { name: "", method: 0, body, error, caller, written, trace }
    }

    /// Encodes the next message. Returns the session, or `None` if the message belongs to another protocol.
    fn run(
        &mut self,
        scope: Scope,
        encode: &mut dyn FnMut(&mut Outgoing) -> bool,
    ) -> Option<Scope> {
        self.body.clear();
        self.body.reserve(SHORT);
        (self.error, self.caller) = (None, None);
        let (is_own, written, scope) = scope::encoding_in(scope, || encode(self));
        self.written = written;
        let scope = scope.filter(|_| is_own)?;
        self.trace = scope.node.tracing().and_then(Tracing::current);
        Some(scope)
    }

    /// Returns whether the message can be sent.
    fn is_fine(&self) -> bool {
        self.error.is_none() && self.body.len() <= BODY
    }

    /// Returns the reason why the message cannot be sent.
    fn refusal(&mut self) -> Option<Refusal> {
        if self.is_fine() {
            return None;
        }
        let (name, length) = (self.name, self.body.len());
        Some(match self.error.take() {
            Some(text) => Refusal::new(RefusalKind::NotEncodable, format!("`{name}`: {text}")),
            None => {
                let text = format!("`{name}` has {length} bytes; the limit is {BODY}");
                Refusal::new(RefusalKind::TooLarge, text)
            }
        })
    }
}

/// The caller of a message.
pub(crate) enum Caller {
    Call(Box<dyn Pending>),
    Stream(Box<dyn Reader>),
}

impl Caller {
    /// Marks the call as started. Returns `None` if its caller has left or its deadline has passed.
    fn begin(self) -> Option<Self> {
        match self {
            Caller::Call(mut pending) => pending.begin().then_some(Caller::Call(pending)),
            Caller::Stream(reader) => reader.begin().map(Caller::Stream),
        }
    }

    fn fail(self, error: CallError) {
        match self {
            Caller::Call(pending) => pending.fail(error),
            Caller::Stream(reader) => reader.fail(error),
        }
    }
}

/// The part of a proxy that its session refers to.
pub(crate) struct Import {
    /// Distinguishes the proxies of a node. Later ones have higher numbers.
    pub(crate) number: u64,
    /// Whether there is a later proxy of the same actor. Changed and read under the lock of the state.
    is_older: AtomicBool,
    pub(crate) node: Weak<Inner>,
    pub(crate) place: Place,
    pub(crate) session: u32,
    control: OnceLock<Control>,
    /// The window for all messages to the node. Set by the first message.
    shared: OnceLock<Arc<window::Window>>,
    window: Mutex<Window>,
    changed: Event,
}

struct Window {
    /// The remaining credit. One message may make it negative.
    credit: i64,
    /// The messages that the receiver's mailbox has not accepted yet.
    unaccepted: VecDeque<Unaccepted>,
    /// The number of times that the exporter has counted this proxy.
    held: u64,
    /// Whether the exporter is known to have counted this proxy.
    is_confirmed: bool,
    exit: Option<Exit>,
    /// Set once the sends that were lost at the end have been reported. Until then, the proxy keeps running.
    is_reported: bool,
}

impl Window {
    /// Takes the credit for a message. Returns `false` if the actor or the session has ended, and `None` if there is
    /// too little credit. A message larger than the window needs the whole window.
    fn try_take(&mut self, cost: i64) -> Option<bool> {
        if self.exit.is_some() {
            return Some(false);
        }
        let fits = self.credit >= cost || self.unaccepted.is_empty();
        fits.then(|| {
            self.credit -= cost;
            true
        })
    }
}

/// A sent message whose credit has not been returned yet.
struct Unaccepted {
    /// The sequence number of the message's frame.
    sequence: u64,
    cost: u64,
    /// The name of a send, for the report if the send is lost. `None` for a call, whose caller gets an error.
    send: Option<&'static str>,
}

impl Import {
    pub(crate) fn new(node: &Arc<Inner>, place: Place, session: u32) -> Arc<Self> {
        Arc::new(Import {
            number: node.next_import(),
            is_older: AtomicBool::new(false),
            node: Arc::downgrade(node),
            place,
            session,
            control: OnceLock::new(),
            shared: OnceLock::new(),
            window: Mutex::new(Window {
                credit: WINDOW.cast_signed(),
                unaccepted: VecDeque::new(),
                held: 0,
                is_confirmed: false,
                exit: None,
                is_reported: false,
            }),
            changed: Event::new(),
        })
    }

    /// Spawns a proxy and returns its address.
    pub(crate) fn spawn<P: Remote>(self: &Arc<Self>, node: &Inner, label: String) -> P::Addr {
        let proxy = RemoteProxy {
            import: self.clone(),
            is_closed: false,
            message: Outgoing::new(),
            protocol: PhantomData,
        };
        // Weak, because the import keeps the control, which keeps this function.
        let import = Arc::downgrade(self);
        let on_kill = move || import.upgrade().map_or((), |import| import.kill());
        let prepared = proxy::prepare::<P, _>(proxy).name(label).on(node.system());
        let (address, control) = prepared.on_kill(on_kill).spawn();
        self.set_control(control);
        address
    }

    fn set_control(&self, control: Control) {
        let control = self.control.get_or_init(|| control);
        // If the session has already ended, the exit is handled here. A later end of the session finds
        // the control.
        if let Some(exit) = self.window().exit.clone() {
            control.end(exit);
        }
        self.changed.notify(usize::MAX);
    }

    /// Returns the window for all messages to the node, or `None` if the session has ended. The window is closed when
    /// the session ends.
    fn shared(&self, node: &Inner) -> Option<&Arc<window::Window>> {
        if self.shared.get().is_none() {
            let window = node.window_to(self)?;
            return Some(self.shared.get_or_init(|| window));
        }
        self.shared.get()
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_older(&self, is_older: bool) {
        self.is_older.store(is_older, Ordering::Relaxed);
    }

    pub(crate) fn is_older(&self) -> bool {
        self.is_older.load(Ordering::Relaxed)
    }

    pub(crate) fn control(&self) -> Option<&Control> {
        self.control.get()
    }

    pub(crate) fn count_hold(&self) {
        self.window().held += 1;
    }

    /// Records that the exporter has counted this proxy.
    pub(crate) fn confirm(&self) {
        self.window().is_confirmed = true;
    }

    pub(crate) fn is_confirmed(&self) -> bool {
        self.window().is_confirmed
    }

    pub(crate) fn held(&self) -> u64 {
        self.window().held
    }

    /// Returns the sequence number of the oldest message whose credit has not been returned.
    pub(crate) fn oldest(&self) -> Option<u64> {
        self.window().unaccepted.front().map(|message| message.sequence)
    }

    /// Takes back the credit of messages that the receiver's mailbox has accepted, in the order of their
    /// frames, up to the cost `bytes` and before the frame `end`. Returns the rest of the cost.
    pub(crate) fn accepted(&self, bytes: u64, end: u64) -> u64 {
        let mut window = self.window();
        let mut left = bytes;
        while let Some(Unaccepted { sequence, cost, .. }) = window.unaccepted.front() {
            if *cost > left || *sequence >= end {
                break;
            }
            let cost = *cost;
            left -= cost;
            window.credit += cost.cast_signed();
            window.unaccepted.pop_front();
        }
        drop(window);
        self.changed.notify(usize::MAX);
        left
    }

    /// Ends the proxy, because the actor has ended or its node is lost. Sends whose outcome is
    /// unknown are reported.
    pub(crate) fn end(&self, exit: Exit) {
        let mut window = self.window();
        if window.exit.is_some() {
            return;
        }
        window.exit = Some(exit.clone());
        let lost = std::mem::take(&mut window.unaccepted);
        drop(window);
        if exit != Exit::Unreachable
            && let Some(node) = self.node.upgrade()
        {
            let cost = lost.iter().map(|message| message.cost).sum();
            node.give_back(self, cost);
        }
        if let Some(control) = self.control() {
            for name in lost.into_iter().filter_map(|message| message.send) {
                control.report_undelivered(name);
            }
            control.end(exit);
        }
        self.window().is_reported = true;
        self.changed.notify(usize::MAX);
    }

    /// Waits until `look` returns a value.
    async fn until<T>(&self, mut look: impl FnMut(&mut Window) -> Option<T>) -> T {
        // A listener is an allocation, and most messages need not wait.
        if let Some(found) = look(&mut self.window()) {
            return found;
        }
        loop {
            let listener = self.changed.listen();
            if let Some(found) = look(&mut self.window()) {
                return found;
            }
            listener.await;
        }
    }

    /// Takes the credit for a message if [`take_credit`](Self::take_credit) would not wait. Returns `false` otherwise,
    /// or if the actor or the session has ended.
    fn try_take_credit(&self, cost: u64) -> bool {
        self.window().try_take(cost.cast_signed()) == Some(true)
    }

    /// Waits for credit, and takes it. Returns `false` if the actor or the session has ended.
    async fn take_credit(&self, node: &Inner, cost: u64) -> bool {
        let mut has_waited = false;
        let look = |window: &mut Window| {
            let taken = window.try_take(cost.cast_signed());
            if taken.is_none() && !std::mem::replace(&mut has_waited, true) {
                node.count_credit_wait();
            }
            taken
        };
        self.until(look).await
    }

    /// Waits for the window that all proxies share. Returns `false` if the actor or the session has
    /// ended.
    async fn take_shared(&self, shared: &window::Window, cost: u64, is_call: bool) -> bool {
        if shared.try_take(cost, is_call) {
            return true;
        }
        let over = async {
            self.until(|window| window.exit.as_ref().map(drop)).await;
            false
        };
        or(shared.take(cost, is_call), over).await
    }

    /// Records a message that is sent in the frame with this sequence number. Returns `false` if the actor
    /// has ended meanwhile.
    pub(crate) fn sends(&self, sequence: u64, cost: u64, send: Option<&'static str>) -> bool {
        let mut window = self.window();
        if window.exit.is_some() {
            return false;
        }
        window.unaccepted.push_back(Unaccepted { sequence, cost, send });
        true
    }

    fn give_back_credit(&self, cost: u64) {
        self.window().credit += cost.cast_signed();
    }

    /// Sends a message if there is credit. Returns `false` if the message was not sent.
    fn send_at_once(&self, node: &Inner, message: &mut Outgoing) -> bool {
        let Some(shared) = self.shared(node).filter(|_| message.is_fine()) else { return false };
        let (cost, is_call) = (cost(&message.body), message.caller.is_some());
        if !self.try_take_credit(cost) {
            return false;
        }
        if !shared.try_take(cost, is_call) {
            self.give_back_credit(cost);
            return false;
        }
        Unsent::new(self, node, message).sends(shared);
        true
    }

    /// Sends a message once there is credit.
    ///
    /// # Cancellation
    /// If the future is dropped because the proxy is killed, the message is not sent.
    async fn send(&self, node: Arc<Inner>, message: &mut Outgoing) {
        let (cost, is_call) = (cost(&message.body), message.caller.is_some());
        let refusal = message.refusal();
        let unsent = Unsent::new(self, &node, message);
        if let Some(refusal) = refusal {
            return unsent.fails(CallError::Refused(refusal));
        }
        let shared = self.shared(&node);
        let (Some(shared), true) = (shared, self.take_credit(&node, cost).await) else {
            return unsent.fails(self.unsent());
        };
        if !self.take_shared(shared, cost, is_call).await {
            self.give_back_credit(cost);
            return unsent.fails(self.unsent());
        }
        unsent.sends(shared);
    }

    /// Returns the error of a call that was not sent.
    fn unsent(&self) -> CallError {
        match &self.window().exit {
            Some(exit) if *exit != Exit::Unreachable => CallError::Stopped,
            _ => CallError::Unreachable { started: false },
        }
    }

    /// Kills the actor. The supervisor of the actor decides whether the address ends.
    fn kill(&self) {
        if let Some(node) = self.node.upgrade() {
            node.push(self, &Frame::Kill { export: self.place.export });
        }
    }

    /// Encodes a message, once the proxy has its control. Returns `None` if the node has ended, or the
    /// message belongs to another protocol.
    fn encode(
        &self,
        out: &mut Outgoing,
        encode: &mut dyn FnMut(&mut Outgoing) -> bool,
    ) -> Option<Arc<Inner>> {
        let node = self.node.upgrade()?;
        let scope = Scope { node, peer: self.place.node, session: self.session };
        out.run(scope, encode).map(|scope| scope.node)
    }

    /// Waits until the control is set. The proxy may start to run before that.
    async fn controlled(&self) {
        self.until(|_| self.control().map(drop)).await;
    }

    /// Ends the actor's address on this node. Returns the exit of the proxy.
    async fn close(self: &Arc<Self>, cause: Cause) -> Exit {
        let Some(node) = self.node.upgrade() else { return Exit::Unreachable };
        if cause == Cause::Stop {
            let is_sent = node.push(self, &Frame::Stop { export: self.place.export });
            drop(node);
            if is_sent {
                return self.until(|window| window.exit.clone()).await;
            }
            return Exit::Unreachable;
        }
        drop(node);
        // If the session ends, this proxy still reports the messages without credit.
        let is_done = |window: &Window| match window.exit {
            Some(_) => window.is_reported,
            None => window.unaccepted.is_empty(),
        };
        self.until(|window| is_done(window).then_some(())).await;
        if let Some(node) = self.node.upgrade() {
            node.release(self);
        }
        Exit::Stopped
    }

    /// Releases the actor of a proxy that has ended without [`close`](Self::close), unless the session or
    /// the actor has ended.
    fn abandon(self: &Arc<Self>) {
        if self.window().exit.is_some() {
            return;
        }
        if let Some(node) = self.node.upgrade() {
            let import = self.clone();
            let closing = async move { drop(import.close(Cause::Release).await) };
            node.system().spawn_task(closing).detach();
        }
    }

    /// Fails a call that was lost on this side, or reports a lost message without a caller.
    fn lose(&self, name: &'static str, caller: Option<Caller>, error: CallError) {
        match (caller, self.control()) {
            (Some(caller), _) => caller.fail(error),
            (None, Some(control)) => control.report_undelivered(name),
            (None, None) => {}
        }
    }
}

/// Forwards the messages of `P` to another node.
struct RemoteProxy<P> {
    import: Arc<Import>,
    is_closed: bool,
    /// The message that is being forwarded.
    message: Outgoing,
    protocol: PhantomData<fn() -> P>,
}

impl<P: Remote> Proxy<P> for RemoteProxy<P> {
    async fn forward(&mut self, mut message: P::Message) {
        let import = &self.import;
        // The future of each message is moved. Futures that are rarely needed are boxed, to keep it small.
        if import.control().is_none() {
            Box::pin(import.controlled()).await;
        }
        let out = &mut self.message;
        match import.encode(out, &mut |out| P::encode(&mut message, out)) {
            Some(node) => {
                contained::discard(message);
                if !import.send_at_once(&node, out) {
                    Box::pin(import.send(node, out)).await;
                }
            }
            // A message of another protocol: each protocol of an actor has its own proxy.
            None => {
                if let Some(control) = import.control() {
                    control.discard::<P>(message);
                }
            }
        }
    }

    async fn closed(&mut self, cause: Cause) -> Exit {
        let exit = self.import.close(cause).await;
        self.is_closed = true;
        exit
    }
}

impl<P> Drop for RemoteProxy<P> {
    fn drop(&mut self) {
        if !self.is_closed {
            self.import.abandon();
        }
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").finish_non_exhaustive()
    }
}
