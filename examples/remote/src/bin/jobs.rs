//! A job queue over three processes. The client gives jobs to all nodes that have the name `worker`, one of
//! which is killed and started again meanwhile.
//!
//! `cargo run --bin jobs` starts everything.

use actor_core::prelude::*;
use actor_core::{spawn_task, time};
use actor_remote::{Node, ZenohTransport};
use futures_lite::StreamExt;
use remote::{Worker, WorkerAddr};
use std::error::Error;
use std::process::{Child, Command};
use std::time::Duration;

const JOBS: u64 = 400;
/// The number of jobs that are given out at one time.
const AT_ONCE: u64 = 8;
const LIMIT: Duration = Duration::from_secs(10);

#[actor]
struct Machine;

#[actor]
impl Machine {}

#[actor]
impl Worker for Machine {
    async fn square(&mut self, number: u64) -> u64 {
        time::sleep(Duration::from_millis(20)).await;
        number * number
    }
}

/// The program of a worker's process.
async fn work(endpoint: &str, name: &str) -> Result<(), Box<dyn Error>> {
    let transport = ZenohTransport::builder().connect(endpoint).open().await?;
    let node = Node::on(transport, name);
    node.register("worker", &WorkerAddr::from(Machine.spawn()))?;
    node.left().await;
    Ok(())
}

/// A worker's process, which is killed when this is dropped.
struct Process(Child);

impl Process {
    fn start(endpoint: &str, name: &str) -> std::io::Result<Self> {
        let program = std::env::current_exe()?;
        Command::new(program).args(["work", endpoint, name]).spawn().map(Process)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Fails if it has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

// ANCHOR: job
/// Gives out a job until a worker has done it. Returns the result, and the number of repetitions.
async fn job(workers: &WorkerAddr, number: u64) -> Result<(u64, u32), CallError> {
    let mut repeated = 0;
    loop {
        match workers.square(number).timeout(LIMIT).await {
            Ok(result) => return Ok((result, repeated)),
            // The worker was lost, and may have done the job. A repetition is harmless here; otherwise,
            // it is safe only if `error.never_handled()`.
            Err(CallError::Unreachable { .. } | CallError::Stopped) => repeated += 1,
            Err(error) => return Err(error),
        }
        time::sleep(Duration::from_millis(100)).await;
    }
}
// ANCHOR_END: job

async fn submit(endpoint: &str) -> Result<(), Box<dyn Error>> {
    let node = Node::listen(endpoint).await?;
    let mut events = node.events();
    let log = spawn_task(async move {
        while let Some(event) = events.next().await {
            println!("{event}");
        }
    });
    let _steady = Process::start(endpoint, "worker-1")?;
    let victim = Process::start(endpoint, "worker-2")?;
    node.wait_for::<WorkerAddr>("worker", LIMIT).await?;

    let workers: WorkerAddr = node.pool("worker");
    let jobs: Vec<_> = (0..AT_ONCE)
        .map(|first| {
            let workers = workers.clone();
            spawn_task(async move {
                let (mut sum, mut repeated) = (0, 0);
                for number in (first..JOBS).step_by(AT_ONCE as usize) {
                    let (result, again) = job(&workers, number).await?;
                    sum += result;
                    repeated += again;
                }
                Ok::<_, CallError>((sum, repeated))
            })
        })
        .collect();

    time::sleep(Duration::from_secs(1)).await;
    drop(victim);
    time::sleep(Duration::from_millis(500)).await;
    let _again = Process::start(endpoint, "worker-2")?;

    let (mut sum, mut repeated) = (0, 0);
    for some in jobs {
        let (results, again) = some.await?;
        sum += results;
        repeated += again;
    }
    node.leave();
    log.await;
    println!("{repeated} jobs were given out again");
    println!("the sum of {JOBS} squares is {sum}");
    Ok(())
}

#[actor_core::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => submit("tcp/127.0.0.1:7449").await,
        ["work", endpoint, name] => work(endpoint, name).await,
        _ => Err("run it without arguments".into()),
    }
}
