//! kameo with its feature `remote`: an actor that the other node looks up.
//!
//! The swarm is one of our own instead of `remote::bootstrap`, which finds other nodes by mDNS and allows 100 streams
//! at a time: with that, more than 100 calls in flight fail.

use super::{Client, Handled, Noted};
use crate::SENDS;
use crate::figures::Figures;
use futures_util::StreamExt;
use kameo::prelude::*;
use kameo::remote::{self, messaging};
use libp2p::identity::Keypair;
use libp2p::{Multiaddr, PeerId, Swarm, SwarmBuilder, noise, tcp, yamux};
use serde::{Deserialize, Serialize};
use std::future::pending;
use std::time::{Duration, Instant};

/// The number of streams that may be open, one for each message. yamux closes a connection with more than 512.
const STREAMS: usize = 256;
/// The time between two questions for the number of sends that were handled.
const PAUSE: Duration = Duration::from_millis(10);
/// The number of answers without a further send after which the sends that are missing count as lost.
const QUIET: u32 = 50;
/// The time after which they count as lost even without an answer.
const LIMIT: Duration = Duration::from_secs(60);

#[derive(Actor, RemoteActor, Default)]
struct Echo {
    noted: Noted,
}

#[derive(Serialize, Deserialize)]
struct Text(String);

#[derive(Serialize, Deserialize)]
struct Note(u64);

#[derive(Serialize, Deserialize)]
struct Count;

#[remote_message]
impl Message<Text> for Echo {
    type Reply = String;

    async fn handle(&mut self, Text(text): Text, _: &mut Context<Self, String>) -> String {
        text
    }
}

#[remote_message]
impl Message<Note> for Echo {
    type Reply = ();

    async fn handle(&mut self, Note(number): Note, _: &mut Context<Self, ()>) {
        self.noted.add(number);
    }
}

#[remote_message]
impl Message<Count> for Echo {
    type Reply = Vec<u64>;

    async fn handle(&mut self, _: Count, _: &mut Context<Self, Vec<u64>>) -> Vec<u64> {
        let (count, in_order) = self.noted.counts();
        vec![count, in_order]
    }
}

fn multiaddr(address: &str) -> Multiaddr {
    let (_, port) = address.rsplit_once(':').expect("a port");
    format!("/ip4/127.0.0.1/tcp/{port}").parse().expect("an address")
}

/// The keys of the server, so that the client knows its identity.
fn server_keys() -> Keypair {
    Keypair::ed25519_from_bytes([1; 32]).expect("32 bytes")
}

fn swarm(keys: Keypair) -> Swarm<remote::Behaviour> {
    let swarm = SwarmBuilder::with_existing_identity(keys)
        .with_tokio()
        .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
        .expect("the keys are valid")
        .with_behaviour(|keys| {
            let settings = messaging::Config::default().with_max_concurrent_streams(STREAMS);
            remote::Behaviour::new(PeerId::from(keys.public()), settings)
        })
        .expect("it is infallible")
        .build();
    swarm.behaviour().init_global();
    swarm
}

fn run(mut swarm: Swarm<remote::Behaviour>) {
    tokio::spawn(async move {
        loop {
            swarm.select_next_some().await;
        }
    });
}

#[tokio::main]
pub async fn serve(address: &str) {
    let mut swarm = swarm(server_keys());
    swarm.listen_on(multiaddr(address)).expect("it listens");
    run(swarm);
    let echo = Echo::spawn_default();
    echo.register("echo").await.expect("the name is free");
    println!("ready");
    pending::<()>().await;
}

#[tokio::main]
pub async fn measure(address: &str, figures: Figures) {
    let mut swarm = swarm(Keypair::generate_ed25519());
    swarm.add_peer_address(server_keys().public().to_peer_id(), multiaddr(address));
    swarm.dial(multiaddr(address)).expect("it dials");
    run(swarm);
    let echo = loop {
        if let Ok(Some(echo)) = RemoteActorRef::<Echo>::lookup("echo").await {
            break echo;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    super::measure(Caller(echo), figures).await;
}

#[derive(Clone)]
struct Caller(RemoteActorRef<Echo>);

impl Client for Caller {
    async fn call(&mut self, text: String) -> bool {
        self.0.ask(&Text(text)).await.is_ok()
    }

    /// Sends can be lost, so the end is the last change of the count.
    async fn send_all(self) -> Handled {
        for number in 0..SENDS {
            self.0.tell(&Note(number)).send().expect("it is sent");
        }
        let mut last = Handled { count: 0, in_order: 0, at: Instant::now() };
        let mut quiet = 0;
        while last.count < SENDS && quiet < QUIET && last.at.elapsed() < LIMIT {
            // While the sends fill the connection, calls fail.
            if let Ok(counts) = self.0.ask(&Count).await {
                quiet += 1;
                if counts[0] != last.count {
                    last = Handled { count: counts[0], in_order: counts[1], at: Instant::now() };
                    quiet = 0;
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
        last
    }
}
