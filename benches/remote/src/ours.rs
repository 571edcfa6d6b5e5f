//! Calls and sends to an actor of another process.

use crate::figures::Figures;
use crate::{CALLS, MANY, PAYLOAD, SENDS, WARM_UP};
use actor_core::prelude::*;
use actor_core::{System, spawn_task};
use actor_remote::Node;
use std::time::{Duration, Instant};

#[actor]
#[derive(Default)]
struct Echo {
    noted: u64,
}

#[actor(remote)]
impl Echo {
    fn echo(&mut self, text: String) -> String {
        text
    }

    fn note(&mut self, number: u64) {
        assert_eq!(number, self.noted, "no message is lost or out of order");
        self.noted += 1;
    }

    fn noted(&self) -> u64 {
        self.noted
    }
}

pub fn serve(address: &str) {
    System::builder().build().block_on(async {
        let node = Node::listen(&format!("tcp/{address}")).await.expect("it listens");
        node.register("echo", &Echo::default().spawn()).expect("the name is free");
        println!("ready");
        node.left().await;
    });
}

async fn call_one_by_one(echo: &EchoAddr, text: &str) -> Vec<Duration> {
    let mut times = Vec::with_capacity(CALLS as usize);
    for _ in 0..CALLS {
        let start = Instant::now();
        echo.echo(text.to_owned()).await.expect("a reply");
        times.push(start.elapsed());
    }
    times
}

pub fn measure(address: &str, figures: Figures) {
    System::builder().build().block_on(async {
        let node = Node::connect(&format!("tcp/{address}")).await.expect("it connects");
        let echo: EchoAddr =
            node.wait_for("echo", Duration::from_secs(10)).await.expect("the server has it");
        let text = "x".repeat(PAYLOAD);
        for _ in 0..WARM_UP {
            echo.echo(text.clone()).await.expect("a reply");
        }
        let begun = figures.begin();
        let times = call_one_by_one(&echo, &text).await;
        figures.end(begun, "calls, 1 in flight", u64::from(CALLS));
        figures.times("call", times);
        let begun = figures.begin();
        let (of_task, words) = (echo.clone(), text.clone());
        let calling = spawn_task(async move { call_one_by_one(&of_task, &words).await });
        let times = calling.await;
        figures.end(begun, "calls from a task, 1 in flight", u64::from(CALLS));
        figures.times("call from a task", times);
        for in_flight in [64, 256] {
            let begun = figures.begin();
            let callers: Vec<_> = (0..in_flight)
                .map(|_| {
                    let (echo, text) = (echo.clone(), text.clone());
                    spawn_task(async move {
                        for _ in 0..MANY / in_flight {
                            echo.echo(text.clone()).await.expect("a reply");
                        }
                    })
                })
                .collect();
            for caller in callers {
                caller.await;
            }
            figures.end(begun, &format!("calls, {in_flight} in flight"), u64::from(MANY));
        }
        let begun = figures.begin();
        let sending = spawn_task(async move {
            for number in 0..SENDS {
                echo.note(number).send().await.expect("it is accepted");
            }
            echo.noted().await
        });
        assert_eq!(sending.await, Ok(SENDS));
        figures.end(begun, "sends", SENDS);
    });
}
