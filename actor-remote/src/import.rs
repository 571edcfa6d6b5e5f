//! Addresses of actors on other nodes: a proxy that encodes each message and waits for credit.

use crate::codec;
use crate::frame::{BODY, Frame};
use crate::node::Inner;
use crate::remote::{Place, Remote};
use crate::scope::{self, Scope};
use crate::session::Pending;
use crate::wire_check::{Field, ReplyField};
use actor_core::proxy::{self, Cause, Control, Proxy};
use actor_core::{CallError, Exit, Refusal, RefusalKind, Reply};
use event_listener::Event;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

/// The bytes of messages that a proxy sends before the receiver's mailbox has accepted them.
pub(crate) const WINDOW: u64 = 64 * 1024;

/// The cost of a message in a window: its body, and a share of everything else.
pub(crate) fn cost(body: &[u8]) -> u64 {
    body.len() as u64 + 32
}

/// An encoded message.
pub struct Encoded {
    name: &'static str,
    method: u64,
    body: Result<Vec<u8>, Refusal>,
    pending: Option<Box<dyn Pending>>,
}

/// Encodes one message.
pub struct Outgoing {
    scope: Scope,
}

impl Outgoing {
    /// Encodes the message `name` with these arguments.
    pub fn message<A: Serialize, T, const IS_WIRE: bool>(
        self,
        name: &'static str,
        method: u64,
        arguments: &A,
        reply: Reply<T>,
    ) -> Encoded
    where
        Field<T, IS_WIRE>: ReplyField<T>,
    {
        let mut body = Vec::with_capacity(64);
        let encoded = scope::within(&self.scope, || codec::encode(arguments, &mut body));
        let body = match encoded {
            Ok(()) if body.len() > BODY => {
                let text = format!("`{name}` has {} bytes; the limit is {BODY}", body.len());
                Err(Refusal::new(RefusalKind::TooLarge, text))
            }
            Ok(()) => Ok(body),
            Err(text) => Err(Refusal::new(RefusalKind::NotEncodable, format!("`{name}`: {text}"))),
        };
        // A message without a caller is not answered.
        let pending: Option<Box<dyn Pending>> = match reply.is_closed() {
            true => None,
            false => Field::waiting(reply).0,
        };
        Encoded { name, method, body, pending }
    }
}

/// A caller that waits for a reply of another node.
#[allow(missing_debug_implementations, reason = "generated code never formats it")]
pub struct Waiting(Option<Box<dyn Pending>>);

impl Waiting {
    /// The caller of a message whose reply has a type that cannot leave the process.
    pub(crate) const NONE: Waiting = Waiting(None);

    pub(crate) fn new<T: DeserializeOwned + Send + 'static>(reply: Reply<T>) -> Self {
        Waiting(Some(Box::new(reply)))
    }
}

impl<T: DeserializeOwned + Send> Pending for Reply<T> {
    fn is_wanted(&self) -> bool {
        !Reply::is_closed(self)
    }

    fn reply(self: Box<Self>, bytes: &[u8], scope: &Scope) {
        match scope::within(scope, || codec::decode(bytes)) {
            Ok(value) => drop(self.send(value)),
            Err(text) => {
                let refusal = Refusal::new(RefusalKind::BadReply, text);
                proxy::fail(*self, CallError::Refused(refusal));
            }
        }
    }

    fn fail(self: Box<Self>, error: CallError) {
        proxy::fail(*self, error);
    }
}

/// The part of a proxy that its session refers to.
pub(crate) struct Import {
    pub(crate) node: Weak<Inner>,
    pub(crate) place: Place,
    pub(crate) session: u32,
    control: OnceLock<Control>,
    window: Mutex<Window>,
    changed: Event,
}

struct Window {
    /// May become negative by one message.
    credit: i64,
    /// The cost of each message that the receiver's mailbox has not accepted yet, and the name of a
    /// send.
    unaccepted: VecDeque<(u64, Option<&'static str>)>,
    /// How often the exporter has counted this proxy.
    held: u64,
    exit: Option<Exit>,
}

impl Import {
    pub(crate) fn new(node: &Arc<Inner>, place: Place, session: u32) -> Arc<Self> {
        Arc::new(Import {
            node: Arc::downgrade(node),
            place,
            session,
            control: OnceLock::new(),
            window: Mutex::new(Window {
                credit: WINDOW.cast_signed(),
                unaccepted: VecDeque::new(),
                held: 0,
                exit: None,
            }),
            changed: Event::new(),
        })
    }

    /// The address of a new proxy.
    pub(crate) fn spawn<P: Remote>(self: &Arc<Self>, node: &Inner, label: String) -> P::Addr {
        let proxy = RemoteProxy { import: self.clone(), protocol: PhantomData };
        let import = self.clone();
        let prepared = proxy::prepare::<P, _>(proxy).name(label).on(node.system());
        let (address, control) = prepared.on_kill(move || import.kill()).spawn();
        let control = self.control.get_or_init(|| control);
        // The session may have ended before there was a control, or ends and finds it.
        if let Some(exit) = self.window().exit.clone() {
            control.end(exit);
        }
        self.changed.notify(usize::MAX);
        address
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn control(&self) -> Option<&Control> {
        self.control.get()
    }

    pub(crate) fn count_hold(&self) {
        self.window().held += 1;
    }

    pub(crate) fn held(&self) -> u64 {
        self.window().held
    }

    /// The receiver's mailbox has accepted messages of this cost.
    pub(crate) fn accepted(&self, bytes: u64) {
        let mut window = self.window();
        let mut left = bytes;
        while let Some((cost, _)) = window.unaccepted.front() {
            if *cost > left {
                break;
            }
            left -= cost;
            window.credit += cost.cast_signed();
            window.unaccepted.pop_front();
        }
        drop(window);
        self.changed.notify(usize::MAX);
    }

    /// The actor has ended, or its node is lost: the proxy ends too. Sends whose fate is unknown are
    /// reported.
    pub(crate) fn end(&self, exit: Exit) {
        let mut window = self.window();
        if window.exit.is_some() {
            return;
        }
        window.exit = Some(exit.clone());
        let lost = std::mem::take(&mut window.unaccepted);
        drop(window);
        self.changed.notify(usize::MAX);
        if let Some(control) = self.control() {
            if exit == Exit::Unreachable {
                for (_, name) in lost {
                    if let Some(name) = name {
                        control.report_undelivered(name);
                    }
                }
            }
            control.end(exit);
        }
    }

    /// Waits until `look` returns a value.
    async fn until<T>(&self, mut look: impl FnMut(&mut Window) -> Option<T>) -> T {
        loop {
            let listener = self.changed.listen();
            if let Some(found) = look(&mut self.window()) {
                return found;
            }
            listener.await;
        }
    }

    /// Waits for credit.
    ///
    /// # Errors
    /// That of the message, if the actor or the session has ended.
    async fn take_credit(&self, cost: u64, name: Option<&'static str>) -> Result<(), CallError> {
        let look = |window: &mut Window| {
            match &window.exit {
                Some(Exit::Unreachable) => {
                    return Some(Err(CallError::Unreachable { started: false }));
                }
                Some(_) => return Some(Err(CallError::Stopped)),
                None => {}
            }
            (window.credit > 0).then(|| {
                window.credit -= cost.cast_signed();
                window.unaccepted.push_back((cost, name));
                Ok(())
            })
        };
        self.until(look).await
    }

    /// The last message is not sent after all.
    fn give_back_credit(&self) {
        let mut window = self.window();
        if let Some((cost, _)) = window.unaccepted.pop_back() {
            window.credit += cost.cast_signed();
        }
    }

    /// Kills the actor. Whether that is the end of the address is decided there, by its supervisor.
    fn kill(&self) {
        if let Some(node) = self.node.upgrade() {
            node.push(self, &Frame::Kill { export: self.place.export });
        }
    }

    /// A message that cannot be encoded.
    fn discard<P: Remote>(&self, message: P::Message) {
        if let Some(control) = self.control() {
            control.discard::<P>(message);
        }
    }

    /// A message without a caller was lost on this side, or a call was.
    fn lose(&self, name: &'static str, pending: Option<Box<dyn Pending>>, error: CallError) {
        match (pending, self.control()) {
            (Some(pending), _) => pending.fail(error),
            (None, Some(control)) => control.report_undelivered(name),
            (None, None) => {}
        }
    }
}

/// Forwards the messages of `P` to another node.
struct RemoteProxy<P> {
    import: Arc<Import>,
    protocol: PhantomData<fn() -> P>,
}

impl<P: Remote> Proxy<P> for RemoteProxy<P> {
    async fn forward(&mut self, message: P::Message) {
        let import = &self.import;
        // The proxy may run before its control is known.
        import.until(|_| import.control().map(drop)).await;
        let Some(node) = import.node.upgrade() else { return };
        let scope = Scope { node, peer: import.place.node, session: import.session };
        let node = scope.node.clone();
        let encoded = match P::encode(message, Outgoing { scope }) {
            Ok(encoded) => encoded,
            // It belongs to another protocol of the actor, whose addresses come from that protocol.
            Err(message) => return import.discard::<P>(message),
        };
        let Encoded { name, method, body, pending } = encoded;
        let body = match body {
            Ok(body) => body,
            Err(refusal) => return import.lose(name, pending, CallError::Refused(refusal)),
        };
        let sent = if pending.is_none() { Some(name) } else { None };
        if let Err(error) = import.take_credit(cost(&body), sent).await {
            return import.lose(name, pending, error);
        }
        if pending.as_ref().is_some_and(|pending| !pending.is_wanted()) {
            import.give_back_credit();
            return;
        }
        if let Err(pending) = node.send_message(import, method, &body, pending) {
            import.give_back_credit();
            import.lose(name, pending, CallError::Unreachable { started: false });
        }
    }

    async fn closed(&mut self, cause: Cause) -> Exit {
        let import = &self.import;
        let Some(node) = import.node.upgrade() else { return Exit::Unreachable };
        if cause == Cause::Stop {
            let is_sent = node.push(import, &Frame::Stop { export: import.place.export });
            drop(node);
            if is_sent {
                return import.until(|window| window.exit.clone()).await;
            }
            return Exit::Unreachable;
        }
        node.release(import);
        Exit::Stopped
    }
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoded").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").finish_non_exhaustive()
    }
}
