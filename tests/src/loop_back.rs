//! A loop-back node: a behavior that is tested on a host runs again with addresses that lead through
//! two nodes of that host. It must not change the behavior.

mod wire;

use crate::{Host, guarded};
use actor_core::prelude::*;
use actor_core::{Call, Protocol, TypedAddr, simulation::Sim};
use actor_remote::{Node, Remote};
use std::cell::RefCell;
use std::time::Duration;

/// The time limit for a name to arrive, and for the actors of a test to end.
const LIMIT: Duration = Duration::from_secs(60);

/// The time in which each frame of a simulation has arrived.
const SETTLED: Duration = Duration::from_secs(1);

/// Answers, so that everything that was sent before has arrived.
#[actor(remote)]
trait Anchor {
    fn ping(&self);
}

#[actor]
struct Bottom;

#[actor]
impl Bottom {}

#[actor]
impl Anchor for Bottom {
    fn ping(&self) {}
}

/// The nodes of a test, and the number of addresses that lead through them.
#[derive(Clone)]
struct LoopBack {
    server: Node,
    client: Node,
    anchor: AnchorAddr,
    addresses: usize,
}

thread_local! {
    static LOOP_BACK: RefCell<Option<LoopBack>> = const { RefCell::new(None) };
}

/// Returns the address by which a behavior reaches an actor: the given one, or over a loop-back node
/// the one that the other node has of the same actor, whose name there keeps the actor alive.
///
/// # Panics
/// If the other node does not learn of the actor.
pub fn reached<A>(address: A) -> impl Future<Output = A>
where
    A: TypedAddr<Actor: Remote>,
{
    let nodes = LOOP_BACK.with_borrow_mut(|nodes| {
        let nodes = nodes.as_mut()?;
        nodes.addresses += 1;
        Some(nodes.clone())
    });
    async move {
        let Some(LoopBack { server, client, anchor, addresses }) = nodes else { return address };
        let name = format!("subject {addresses}");
        server.register(&*name, &address).expect("the name is new");
        let reached = client.wait_for(&name, LIMIT).await.expect("the nodes are connected");
        // The server knows now that the client has the address.
        anchor.ping().await.expect("the nodes are connected");
        reached
    }
}

/// Whether addresses that are obtained by [`reached`] lead through other nodes.
pub fn is_looped() -> bool {
    LOOP_BACK.with_borrow(Option::is_some)
}

/// Sends until there is no capacity: at the actor and, over a loop-back node, in front of it. Over a
/// loop-back node on real threads, messages that are still on their way can make room later. Returns how many
/// messages were sent.
pub async fn fill<'a, P: Protocol, T>(call: impl Fn() -> Call<'a, P, T>) -> usize {
    let mut sent = 0;
    if is_looped() && Sim::of(&System::current()).is_some() {
        // In virtual time, everything else has happened before the limit.
        while call().send().timeout(SETTLED).await.is_ok() {
            sent += 1;
        }
    }
    while call().try_send().is_ok() {
        sent += 1;
    }
    sent
}

/// Returns two nodes of the current system, a server and a client, which are connected.
#[must_use]
pub fn two_nodes() -> (Node, Node) {
    let [server, client] = wire::wire();
    (Node::on(server, "server"), Node::on(client, "client"))
}

impl LoopBack {
    async fn new() -> Self {
        let (server, client) = two_nodes();
        let anchor = AnchorAddr::from(Bottom.spawn());
        server.register("anchor", &anchor).expect("the name is new");
        let anchor = client.wait_for("anchor", LIMIT).await.expect("the nodes are connected");
        LoopBack { server, client, anchor, addresses: 0 }
    }

    /// The behavior was reached through the nodes, and no fault of theirs explains its outcome.
    fn check(&self, what: &str) {
        assert!(self.addresses > 0, "{what} reaches no actor through the nodes");
        for counters in [&self.server, &self.client].map(Node::counters) {
            assert_eq!((counters.lost_sessions, counters.bad_frames), (0, 0), "{what}");
        }
    }
}

/// Runs `behaviour` like [`run_on`](crate::run_on), with a loop-back node: each address that it obtains
/// by [`reached`] leads through two nodes.
pub fn run_over_loop_back(host: Host, name: &'static str, behaviour: fn(&System)) {
    let what = format!("{name} over a loop-back node on {host:?}");
    guarded(&what.clone(), move || {
        let started = host.start();
        let system = &started.system;
        LOOP_BACK.set(Some(system.block_on(LoopBack::new())));
        behaviour(system);
        let nodes = LOOP_BACK.take().expect("it was set");
        nodes.check(&what);
        system.block_on(async { drop(nodes) });
        let report = system.block_on(system.shutdown(LIMIT));
        assert!(report.is_clean(), "{what} left something behind: {report}");
    });
}

/// Creates a test of each `topic::behaviour` over a loop-back node, on simulated and on real threads.
#[macro_export]
macro_rules! over_loop_back {
    ($($topic:ident::$name:ident,)*) => {
        $crate::over_simulated_loop_back! { $($topic::$name,)* }
        $crate::over_real_loop_back! { $($topic::$name,)* }
    };
}

/// Like [`over_loop_back!`], for behaviors that need virtual time.
#[macro_export]
macro_rules! over_simulated_loop_back {
    ($($topic:ident::$name:ident,)*) => {
        $crate::on_loop_back! { simulation_1, $crate::Host::Simulation(1), $($topic::$name,)* }
        $crate::on_loop_back! { simulation_2, $crate::Host::Simulation(2), $($topic::$name,)* }
    };
}

/// Like [`over_loop_back!`], for behaviors that a simulation does not support. WebAssembly does not support
/// them either.
#[cfg(not(target_family = "wasm"))]
#[macro_export]
macro_rules! over_real_loop_back {
    ($($topic:ident::$name:ident,)*) => {
        $crate::on_loop_back! {
            multi_thread_2, $crate::Host::MultiThread(2), $($topic::$name,)*
        }
        $crate::on_loop_back! {
            current_thread, $crate::Host::CurrentThread, $($topic::$name,)*
        }
    };
}

#[cfg(target_family = "wasm")]
#[macro_export]
macro_rules! over_real_loop_back {
    ($($topic:ident::$name:ident,)*) => {};
}

/// Creates a module of tests of each `topic::behaviour` over a loop-back node of one host.
#[macro_export]
macro_rules! on_loop_back {
    ($module:ident, $host:expr, $($topic:ident::$name:ident,)*) => {
        mod $module {
            $(
                #[test]
                fn $name() {
                    $crate::run_over_loop_back($host, stringify!($name), super::$topic::$name);
                }
            )*
        }
    };
}
