//! The settings of a node: the permissions of other nodes, and the traces of messages.

use super::Node;
use crate::trace::Tracing;
use crate::transport::Transport;
use actor_core::System;
use std::fmt;
use std::sync::Arc;

type Allow = Arc<dyn Fn(&str, &str, Option<&str>) -> bool + Send + Sync>;

/// The rules of a node.
#[derive(Clone)]
pub(crate) struct Rules {
    pub(crate) control: bool,
    pub(crate) allow: Option<Allow>,
    pub(crate) tracing: Option<Tracing>,
}

/// The settings of a node that is not started yet. See [`Node::builder`].
///
/// ```
/// use actor_core::prelude::*;
/// use actor_remote::{Node, SimNetwork};
/// use std::time::Duration;
///
/// #[actor]
/// struct Vault;
///
/// #[actor(remote)]
/// impl Vault {
///     fn open(&mut self) {}
/// }
///
/// System::simulation(1).block_on(async {
///     let rules = Node::builder().control(false).allow(|peer, _, _| peer == "bank");
///     let network = SimNetwork::new();
///     let server = network.node_with_rules("server", rules);
///     let vault = server.system().spawn(Vault);
///     server.register("vault", &vault).unwrap();
///
///     let limit = Duration::from_secs(1);
///     let (bank, thief) = (network.node("bank"), network.node("thief"));
///     let allowed: VaultAddr = bank.wait_for("vault", limit).await.unwrap();
///     assert_eq!(allowed.open().await, Ok(()));
///     let refused: VaultAddr = thief.wait_for("vault", limit).await.unwrap();
///     assert!(matches!(refused.open().await, Err(CallError::Refused(_))));
/// });
/// ```
#[must_use = "nothing is started before `.on(transport, name)`"]
#[derive(Clone)]
pub struct NodeBuilder {
    pub(crate) rules: Rules,
}

impl NodeBuilder {
    pub(super) fn new() -> Self {
        NodeBuilder { rules: Rules { control: true, allow: None, tracing: None } }
    }

    /// Sets whether other nodes may stop and kill actors of this one. The default is `true`.
    ///
    /// If control is not allowed, `stop` and `kill` on another node end only the address on that node. The
    /// actor continues.
    pub fn control(mut self, is_allowed: bool) -> Self {
        self.rules.control = is_allowed;
        self
    }

    /// Sets a function that decides whether a node may send messages to an actor, by the name of the
    /// node, the name of the protocol, and a name of the actor if it has one.
    ///
    /// A node chooses its own name. The name distinguishes members that trust each other, and does not prove
    /// an identity.
    ///
    /// The function is called once for each node and actor, before the first message, and not again
    /// until the node is lost. It must not block. A refused call gets
    /// [`CallError::Refused`](actor_core::CallError) with
    /// [`RefusalKind::Denied`](actor_core::error::RefusalKind::Denied). A panic in the function refuses
    /// the message.
    pub fn allow(
        mut self,
        allow: impl Fn(&str, &str, Option<&str>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.rules.allow = Some(Arc::new(allow));
        self
    }

    /// Sets two functions that carry the trace of a message to another node, in the form of the
    /// [W3C trace context](https://www.w3.org/TR/trace-context/).
    ///
    /// `current` returns the `traceparent` of the current span, or `None` if there is no span. `current` is called for
    /// each message to another node. With the feature `tracing` of `actor-core`, it is called in a span whose parent is
    /// the span of the caller.
    ///
    /// `enter` is called for each message of another node that has a `traceparent`. Its second argument delivers the
    /// message. `enter` calls it within a span. For a call, the handler's span is a child of that span; for a send, it
    /// follows from that span. If `enter` does not call its second argument, the message is delivered without a span.
    ///
    /// The functions must not block. If one panics, the message is sent or delivered without a trace. A `traceparent`
    /// that is not in the form of the standard is ignored; there is no `tracestate`.
    ///
    /// ```
    /// use actor_remote::{Node, SimNetwork};
    ///
    /// # fn traceparent_of_current_span() -> Option<String> { None }
    /// # fn within_child_of(_traceparent: &str, deliver: &mut dyn FnMut()) { deliver() }
    /// let settings = Node::builder().trace_context(
    ///     || traceparent_of_current_span(),
    ///     |traceparent, deliver| within_child_of(traceparent, deliver),
    /// );
    /// # actor_core::System::simulation(1).block_on(async {
    /// let node = SimNetwork::new().node_with_rules("here", settings);
    /// # });
    /// ```
    pub fn trace_context(
        mut self,
        current: impl Fn() -> Option<String> + Send + Sync + 'static,
        enter: impl Fn(&str, &mut dyn FnMut()) + Send + Sync + 'static,
    ) -> Self {
        self.rules.tracing = Some(Tracing::new(current, enter));
        self
    }

    /// Starts the node under this name on a transport, in the current system. The name is cut off at 1024 bytes.
    ///
    /// # Panics
    /// If the operating system provides no random numbers. Random keys keep addresses from being guessed.
    pub fn on(self, transport: impl Transport, name: impl Into<String>) -> Node {
        Node::start(System::current(), transport, name.into(), self.rules, Box::new(secret))
    }
}

/// Returns a random number that cannot be predicted from others.
pub(crate) fn secret() -> u64 {
    getrandom::u64().expect("the operating system has random numbers")
}

impl fmt::Debug for NodeBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeBuilder").field("control", &self.rules.control).finish_non_exhaustive()
    }
}
