//! `async-nats`: requests to a service, and messages to a subject. All of them pass through a server.

use super::{Client, Handled, Noted};
use crate::SENDS;
use crate::figures::Figures;
use async_nats::ConnectOptions;
use futures_util::StreamExt;
use std::process::Command;
use std::time::Duration;

/// With the default, 65 536, a subscriber drops messages when it is slower than their sender.
const CAPACITY: usize = 1 << 20;

/// The command that starts the server, if it is installed. Debian has it in a folder that is not in the path
/// of all users.
pub fn broker(address: &str) -> Option<Command> {
    let (host, port) = address.rsplit_once(':').expect("a port");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&path).collect();
    folders.push("/usr/sbin".into());
    let program = folders.into_iter().map(|it| it.join("nats-server")).find(|it| it.is_file())?;
    let mut command = Command::new(program);
    command.args(["--addr", host, "--port", port, "--log", "/dev/null"]);
    Some(command)
}

async fn connect(address: &str) -> async_nats::Client {
    loop {
        let options = ConnectOptions::new().subscription_capacity(CAPACITY);
        if let Ok(client) = options.connect(address).await {
            return client;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::main]
pub async fn serve(address: &str) {
    let client = connect(address).await;
    let mut messages = client.subscribe("bench.*").await.expect("it subscribes");
    client.flush().await.expect("it is sent");
    println!("ready");
    let mut noted = Noted::default();
    while let Some(message) = messages.next().await {
        let answer = match message.subject.as_str() {
            "bench.echo" => message.payload,
            "bench.noted" => noted.counts().1.to_le_bytes().to_vec().into(),
            _ => {
                noted.add(u64::from_le_bytes(message.payload[..].try_into().expect("a number")));
                continue;
            }
        };
        client.publish(message.reply.expect("a request"), answer).await.expect("it is sent");
    }
}

#[tokio::main]
pub async fn measure(address: &str, figures: Figures) {
    super::measure(Caller(connect(address).await), figures).await;
}

#[derive(Clone)]
struct Caller(async_nats::Client);

impl Client for Caller {
    async fn call(&mut self, text: String) -> bool {
        self.0.request("bench.echo", text.into()).await.is_ok()
    }

    async fn send_all(self) -> Handled {
        for number in 0..SENDS {
            let bytes = number.to_le_bytes().to_vec();
            self.0.publish("bench.note", bytes.into()).await.expect("it is sent");
        }
        let noted = self.0.request("bench.noted", "".into()).await.expect("a reply");
        assert_eq!(noted.payload[..], SENDS.to_le_bytes());
        Handled::all()
    }
}
