//! One address for all actors with a name, on any node. A proxy behind the address chooses an actor for each message.

mod keyed;
mod least;
mod members;

use crate::node::Node;
use crate::remote::Remote;
use actor_core::proxy::{self, Proxy};
use actor_core::{SendReason, Task, TypedAddr};
use keyed::KeyHash;
use least::Below;
pub(crate) use members::Members;
use std::sync::Arc;

impl Node {
    /// Returns one address for all actors with this name, on this node and on others. For each message, the
    /// pool picks two random actors, and chooses the actor with fewer queued or unanswered messages of this
    /// address. If the mailbox of that actor is full, the pool chooses an actor whose mailbox has capacity. If
    /// all mailboxes are full, the address waits.
    ///
    /// The pool chooses among the actors that have the name when a message is forwarded. While no actor has
    /// the name, a call gets [`Stopped`](actor_core::CallError::Stopped), and a send is an
    /// [incident](actor_core::incident::Incident::Undelivered).
    ///
    /// If an actor stops before its mailbox has accepted a message, the message goes to another actor. An
    /// accepted message is not sent to another actor: if its node is lost, the call gets
    /// [`Unreachable`](actor_core::CallError::Unreachable).
    ///
    /// The address belongs to a [proxy](actor_core::proxy) on this node. `stop`, `kill`, `join` and monitors
    /// apply to the proxy. The proxy ends when its last address is dropped, and does not keep an actor alive
    /// that has lost the name. Each call of this function starts another proxy, which counts its own
    /// messages. The messages of one sender are not ordered. Do not register this address under the name.
    ///
    /// ```
    /// use actor_core::prelude::*;
    /// use actor_remote::SimNetwork;
    /// use std::time::Duration;
    ///
    /// #[actor(remote)]
    /// trait Worker {
    ///     fn square(&mut self, number: u64) -> u64;
    /// }
    ///
    /// #[actor]
    /// struct Square;
    ///
    /// #[actor]
    /// impl Square {}
    ///
    /// #[actor]
    /// impl Worker for Square {
    ///     fn square(&mut self, number: u64) -> u64 {
    ///         number * number
    ///     }
    /// }
    ///
    /// System::simulation(1).block_on(async {
    ///     let network = SimNetwork::new();
    ///     let (first, second) = (network.node("first"), network.node("second"));
    ///     let client = network.node("client");
    ///     let workers: WorkerAddr = client.pool("worker");
    ///     assert_eq!(workers.square(2).await, Err(CallError::Stopped));
    ///
    ///     for node in [&first, &second] {
    ///         node.register("worker", &WorkerAddr::from(Square.spawn_on(node.system()))).unwrap();
    ///     }
    ///     client.wait_for::<WorkerAddr>("worker", Duration::from_secs(1)).await.unwrap();
    ///     assert_eq!(workers.square(3).await, Ok(9));
    /// });
    /// ```
    #[must_use]
    pub fn pool<A>(&self, name: &str) -> A
    where
        A: TypedAddr<Actor: Remote>,
    {
        let mut random = self.system().rng();
        let choice = Choice::LeastOfTwo(Box::new(move |end| random.usize(..end)));
        spawn::<A::Actor>(self, name, format!("{name} (pool)"), choice)
    }

    /// Returns an address for the actor to which `key` belongs, among all actors with this name on this node
    /// and on others. Nodes that know the same actors choose the same actor.
    ///
    /// The actor is chosen for each message by a hash of the key, the node and the actor (*rendezvous
    /// hashing*). If an actor loses the name or ends, only its keys move, to all other actors in equal parts.
    /// A new actor gets an equal share of the keys of each other actor. Messages of one sender are handled in
    /// order while the key does not move.
    ///
    /// The choice is not a lock: while a change is in progress, or while nodes are cut off from each other, two
    /// nodes may choose different actors for one key. In all other respects, the address works like the
    /// address of a [`pool`](Self::pool).
    ///
    /// ```
    /// use actor_core::prelude::*;
    /// use actor_remote::SimNetwork;
    /// use std::time::Duration;
    ///
    /// #[actor(remote)]
    /// trait Carts {
    ///     fn add(&mut self, customer: String) -> usize;
    /// }
    ///
    /// #[actor]
    /// #[derive(Default)]
    /// struct Shard {
    ///     items: Vec<String>,
    /// }
    ///
    /// #[actor]
    /// impl Shard {}
    ///
    /// #[actor]
    /// impl Carts for Shard {
    ///     fn add(&mut self, customer: String) -> usize {
    ///         self.items.push(customer.clone());
    ///         self.items.iter().filter(|item| **item == customer).count()
    ///     }
    /// }
    ///
    /// System::simulation(1).block_on(async {
    ///     let network = SimNetwork::new();
    ///     let (here, there) = (network.node("here"), network.node("there"));
    ///     for node in [&here, &there] {
    ///         let shard = Shard::default().spawn_on(node.system());
    ///         node.register("carts", &CartsAddr::from(shard)).unwrap();
    ///     }
    ///     actor_core::time::sleep(Duration::from_secs(1)).await;
    ///
    ///     let (one, other): (CartsAddr, CartsAddr) =
    ///         (here.keyed("carts", "ada"), there.keyed("carts", "ada"));
    ///     assert_eq!(one.add("ada".into()).await, Ok(1));
    ///     assert_eq!(other.add("ada".into()).await, Ok(2));
    /// });
    /// ```
    #[must_use]
    pub fn keyed<A>(&self, name: &str, key: &str) -> A
    where
        A: TypedAddr<Actor: Remote>,
    {
        let choice = Choice::ByKey(KeyHash::of(key));
        spawn::<A::Actor>(self, name, format!("{name} (key {key})"), choice)
    }
}

/// The rule by which the member for a message is chosen.
enum Choice {
    LeastOfTwo(Below),
    ByKey(KeyHash),
}

/// Forwards each message to one member.
struct PoolProxy<P: Remote> {
    members: Arc<Members<P>>,
    choice: Choice,
    /// Removes members that have lost the name, also while no message is forwarded. Ends with the proxy.
    _watch: Task<()>,
}

fn spawn<P: Remote>(node: &Node, name: &str, label: String, choice: Choice) -> P::Addr {
    let members = Arc::new(Members::<P>::new(node.downgrade(), name));
    let watch = node.system().spawn_task(Members::watch(members.clone()));
    let proxy = PoolProxy { members: members.clone(), choice, _watch: watch };
    let (address, control) = proxy::prepare::<P, _>(proxy).name(label).on(node.system()).spawn();
    // No message is lost: this function has the only address.
    members.set_control(control);
    address
}

impl<P: Remote> Proxy<P> for PoolProxy<P> {
    async fn forward(&mut self, mut message: P::Message) {
        // The members that have ended before their mailbox accepted the message. No handler has seen the message.
        let mut ended = Vec::new();
        loop {
            self.members.refresh(&ended);
            let choice = &mut self.choice;
            let member = self.members.choose(|members| match choice {
                Choice::LeastOfTwo(below) => least::of_two(members, below),
                Choice::ByKey(hash) => keyed::highest(members, *hash),
            });
            let Some(member) = member else { return self.members.discard(message) };
            if let Choice::LeastOfTwo(_) = self.choice {
                member.count(&mut message);
            }
            match proxy::forward::<P>(member.address.as_ref(), message).await {
                Ok(()) => return,
                Err(refused) if refused.reason() != SendReason::Stopped => {
                    return self.members.discard(refused.into_message());
                }
                Err(refused) => {
                    message = refused.into_message();
                    ended.push(member.address.as_ref().id());
                    self.members.forget_version();
                }
            }
        }
    }
}
