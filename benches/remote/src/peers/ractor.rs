//! `ractor_cluster`: an actor that the other node finds in a process group.

use super::{Client, Handled, Noted};
use crate::SENDS;
use crate::figures::Figures;
use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort, call, cast, pg};
use ractor_cluster::{NodeServer, NodeServerMessage, RactorClusterMessage, client_connect};
use std::future::pending;
use std::time::Duration;

const GROUP: &str = "echo";

#[derive(RactorClusterMessage)]
enum Message {
    #[rpc]
    Echo(String, RpcReplyPort<String>),
    Note(u64),
    #[rpc]
    Noted(RpcReplyPort<u64>),
}

struct Echo;

impl Actor for Echo {
    type Msg = Message;
    type State = Noted;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Message>, (): ()) -> Result<Noted, ActorProcessingErr> {
        Ok(Noted::default())
    }

    async fn handle(
        &self,
        _: ActorRef<Message>,
        message: Message,
        noted: &mut Noted,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Message::Echo(text, reply) => reply.send(text)?,
            Message::Note(number) => noted.add(number),
            Message::Noted(reply) => reply.send(noted.counts().1)?,
        }
        Ok(())
    }
}

async fn node(name: &str, port: u16) -> ActorRef<NodeServerMessage> {
    let node = NodeServer::new(port, "cookie".into(), name.into(), "localhost".into(), None, None);
    let (node, _) = Actor::spawn(None, node, ()).await.expect("it listens");
    node
}

#[tokio::main]
pub async fn serve(address: &str) {
    let (_, port) = address.rsplit_once(':').expect("a port");
    let _node = node("server", port.parse().expect("a number")).await;
    let (echo, _) = Actor::spawn(None, Echo, ()).await.expect("it starts");
    pg::join(GROUP.into(), vec![echo.get_cell()]);
    println!("ready");
    pending::<()>().await;
}

#[tokio::main]
pub async fn measure(address: &str, figures: Figures) {
    let node = node("client", 0).await;
    client_connect(&node, address).await.expect("it connects");
    let echo = loop {
        if let Some(echo) = pg::get_members(&GROUP.into()).pop() {
            break ActorRef::<Message>::from(echo);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    super::measure(Caller(echo), figures).await;
}

#[derive(Clone)]
struct Caller(ActorRef<Message>);

impl Client for Caller {
    async fn call(&mut self, text: String) -> bool {
        call!(self.0, Message::Echo, text).is_ok()
    }

    async fn send_all(self) -> Handled {
        for number in 0..SENDS {
            cast!(self.0, Message::Note(number)).expect("it is sent");
        }
        assert_eq!(call!(self.0, Message::Noted).expect("a reply"), SENDS);
        Handled::all()
    }
}
