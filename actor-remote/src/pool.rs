//! One address for all actors that have a name on any node: a proxy that chooses one of them for each
//! message.

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
    /// Returns one address for all actors with this name, on this node and on others. Each message goes to
    /// one of them: of two random ones, to the one with fewer messages of this address that are queued or
    /// not answered. An actor whose mailbox is full gets one only if the mailboxes of all are full; the
    /// address then waits for that actor.
    ///
    /// The actors are those that have the name when the message is forwarded. One that is given the name
    /// later gets messages from then on, and one that loses it or ends gets no more. While there is
    /// none, a call gets [`Stopped`](actor_core::CallError::Stopped), and a send is an
    /// [incident](actor_core::incident::Incident::Undelivered).
    ///
    /// A message whose actor stops before its mailbox has accepted the message goes to another one. An
    /// accepted message is not sent to another actor: if its node is lost, the call gets
    /// [`Unreachable`](actor_core::CallError::Unreachable).
    ///
    /// The address belongs to a [proxy](actor_core::proxy) on this node. `stop`, `kill`, `join` and monitors
    /// concern the proxy. It ends when its last address is dropped, and does not keep an actor alive that has
    /// lost the name. Each call of this function starts another proxy, which counts its own messages. There
    /// is no order between the messages of one sender. Do not give the name to the address itself.
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
    /// and on others. A node that knows the same actors chooses the same one.
    ///
    /// The actor is chosen for each message by a hash of the key, the node and the actor (*rendezvous
    /// hashing*). If an actor loses the name or ends, only its keys move, to all others in equal parts.
    /// If an actor is given the name, it gets its share of the keys of each other actor. Messages of one
    /// sender are handled in order while the key does not move.
    ///
    /// This is a best effort, not a lock: while a change is in progress, or while nodes are cut off from
    /// each other, two nodes may choose two actors for one key. Otherwise the address works like the address
    /// of a [`pool`](Self::pool).
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
    /// Drops members that have lost the name while there is no message. Ends with the proxy.
    _watch: Task<()>,
}

fn spawn<P: Remote>(node: &Node, name: &str, label: String, choice: Choice) -> P::Addr {
    let members = Arc::new(Members::<P>::new(node.downgrade(), name));
    let watch = node.system().spawn_task(Members::watch(members.clone()));
    let proxy = PoolProxy { members: members.clone(), choice, _watch: watch };
    let (address, control) = proxy::prepare::<P, _>(proxy).name(label).on(node.system()).spawn();
    // There is no message yet, because nothing else has the address.
    members.set_control(control);
    address
}

impl<P: Remote> Proxy<P> for PoolProxy<P> {
    async fn forward(&mut self, mut message: P::Message) {
        // The members that have ended before their mailbox accepted the message: no handler has seen it.
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
