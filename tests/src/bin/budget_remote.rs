//! Runs one operation between two nodes of one process a given number of times, for counting the instructions of
//! both sides together (`.ci/instructions`). The network is a function call: frames are collected as on a busy
//! connection, and each batch is handed to the other node at once.
//!
//! `budget_remote (send | call | call-64 | call-256) TIMES`

use actor_core::prelude::*;
use actor_core::{CallError, spawn_task};
use actor_remote::{Batch, Node, NodeId, Transport, TransportEvent};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

type OnEvent = Box<dyn Fn(TransportEvent<'_>) + Send + Sync>;

/// The number of bytes in the argument and in the reply of a call.
const PAYLOAD: usize = 64;

/// The receivers of events of both ends.
#[derive(Clone, Default)]
struct Wire(Arc<[OnceLock<Mutex<OnEvent>>; 2]>);

struct End {
    index: usize,
    wire: Wire,
}

fn id(end: usize) -> NodeId {
    NodeId(end as u64)
}

impl Wire {
    fn ends(&self) -> [End; 2] {
        [0, 1].map(|index| End { index, wire: self.clone() })
    }

    fn report(&self, end: usize, event: TransportEvent<'_>) {
        if let Some(on_event) = self.0[end].get() {
            on_event.lock().expect("a node does not panic")(event);
        }
    }
}

impl Transport for End {
    fn node(&self) -> NodeId {
        id(self.index)
    }

    fn start(&self, on_event: OnEvent) {
        let _ = self.wire.0[self.index].set(Mutex::new(on_event));
        if self.wire.0.iter().all(|end| end.get().is_some()) {
            for end in [0, 1] {
                self.wire.report(end, TransportEvent::Up(id(1 - end)));
            }
        }
    }

    fn send(&self, _to: NodeId, frame: Vec<u8>) {
        let event = TransportEvent::Frame { from: id(self.index), bytes: &frame };
        self.wire.report(1 - self.index, event);
    }

    fn send_batch(&self, _to: NodeId, batch: Batch) {
        let bytes = batch.into_bytes();
        let event = TransportEvent::Batch { from: id(self.index), bytes: &bytes };
        self.wire.report(1 - self.index, event);
    }

    fn is_busy(&self, _to: NodeId) -> bool {
        true
    }

    fn leave(&self) {
        self.wire.report(1 - self.index, TransportEvent::Down(id(self.index)));
    }
}

#[actor]
struct Echo {
    noted: u64,
}

#[actor(remote)]
impl Echo {
    fn echo(&mut self, text: String) -> String {
        text
    }

    fn note(&mut self, number: u64) {
        self.noted += number;
    }

    fn noted(&self) -> u64 {
        self.noted
    }
}

/// Makes calls, with this number of them in flight.
async fn call(echo: &EchoAddr, in_flight: u64, times: u64) -> Result<(), CallError> {
    let text = "x".repeat(PAYLOAD);
    let callers: Vec<_> = (0..in_flight)
        .map(|_| {
            let (echo, text) = (echo.clone(), text.clone());
            spawn_task(async move {
                for _ in 0..times / in_flight {
                    echo.echo(text.clone()).await?;
                }
                Ok::<_, CallError>(())
            })
        })
        .collect();
    for caller in callers {
        caller.await?;
    }
    Ok(())
}

async fn run(what: &str, times: u64) -> Result<(), CallError> {
    let [server, client] = Wire::default().ends();
    let (server, client) = (Node::on(server, "server"), Node::on(client, "client"));
    server.register("echo", &Echo { noted: 0 }.spawn()).expect("the name is new");
    let limit = Duration::from_secs(10);
    let echo: EchoAddr = client.wait_for("echo", limit).await.expect("the nodes are connected");
    match what {
        "send" => {
            for _ in 0..times {
                echo.note(1).send().await?;
            }
            assert_eq!(echo.noted().await?, times);
        }
        "call" => call(&echo, 1, times).await?,
        "call-64" => call(&echo, 64, times).await?,
        "call-256" => call(&echo, 256, times).await?,
        other => panic!("there is no operation `{other}`"),
    }
    Ok(())
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let times = arguments.next().and_then(|times| times.parse().ok()).unwrap_or(1000);
    let system = System::builder().threads(1).build();
    let outcome =
        system.block_on(async { spawn_task(async move { run(&what, times).await }).await });
    outcome.expect("no call fails");
    // Counted as a whole, and not up to where the process happens to end.
    let report = system.block_on(system.shutdown(Duration::from_secs(60)));
    assert!(report.is_clean(), "{report}");
}
