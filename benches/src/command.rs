//! The command line of each framework's binary: `WORKLOAD WORKERS (--millis N | --operations N)`.

use crate::framework::Framework;
use crate::latency::{self, Disturbance};
use crate::load::{Budget, measure};
use crate::{memory, workloads as w};
use lexopt::{Arg, Parser, ValueExt};
use std::time::Duration;

struct Command {
    workload: String,
    workers: usize,
    budget: Budget,
}

/// Runs the workload of the command line and prints the measurements as `name=number` pairs; prints
/// nothing if the framework does not support the workload.
pub fn run<F: Framework>() {
    let command = parse().unwrap_or_else(|error| {
        eprintln!("{error}");
        std::process::exit(2);
    });
    F::block_on(command.workers, async move { dispatch::<F>(command).await });
}

fn parse() -> Result<Command, lexopt::Error> {
    let mut command =
        Command { workload: String::new(), workers: 1, budget: Budget::Operations(1000) };
    let mut parser = Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Value(value) if command.workload.is_empty() => {
                command.workload = value.string()?
            }
            Arg::Value(value) => command.workers = value.parse()?,
            Arg::Long("millis") => {
                let millis = parser.value()?.parse()?;
                command.budget = Budget::Time(Duration::from_millis(millis));
            }
            Arg::Long("operations") => {
                command.budget = Budget::Operations(parser.value()?.parse()?);
            }
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(command)
}

async fn dispatch<F: Framework>(command: Command) {
    let budget = command.budget;
    let needs_actors = [
        "call-timeout",
        "relay",
        "ring",
        "rings",
        "ping",
        "spawn",
        "fork",
        "big",
        "chameneos",
        "idle",
    ];
    if !F::HAS_ACTORS && needs_actors.contains(&command.workload.as_str()) {
        return;
    }
    match command.workload.as_str() {
        "call" => measure::<F, w::Call<F, 1>>(budget).await,
        "call-10" => measure::<F, w::Call<F, 10>>(budget).await,
        "call-100" => measure::<F, w::Call<F, 100>>(budget).await,
        "call-1000" => measure::<F, w::Call<F, 1000>>(budget).await,
        "call-10000" => measure::<F, w::Call<F, 10_000>>(budget).await,
        "call-100000" => measure::<F, w::Call<F, 100_000>>(budget).await,
        "call-1000000" => measure::<F, w::Call<F, 1_000_000>>(budget).await,
        "call-timeout" => measure::<F, w::TimedCall<F>>(budget).await,
        "relay" => measure::<F, w::Relay<F>>(budget).await,
        "fan" => measure::<F, w::Clients<F, 64>>(budget).await,
        "send" => measure::<F, w::Send<F, 1>>(budget).await,
        "send-4" => measure::<F, w::Send<F, 4>>(budget).await,
        "send-8B" => measure::<F, w::Bytes<F, 8>>(budget).await,
        "send-64B" => measure::<F, w::Bytes<F, 64>>(budget).await,
        "send-512B" => measure::<F, w::Bytes<F, 512>>(budget).await,
        "send-4096B" => measure::<F, w::Bytes<F, 4096>>(budget).await,
        "spawn" => measure::<F, w::Spawn>(budget).await,
        "fork" => measure::<F, w::ForkJoin>(budget).await,
        "spread" => measure::<F, w::Spread<F, 0>>(budget).await,
        "work" => measure::<F, w::Spread<F, 250>>(budget).await,
        "ring" => measure::<F, w::Ring<F, 1, 1000>>(budget).await,
        "rings" => measure::<F, w::Ring<F, 16, 100>>(budget).await,
        "ping" => measure::<F, w::Ring<F, 1, 2>>(budget).await,
        "big" => measure::<F, w::Big<F>>(budget).await,
        "chameneos" => measure::<F, w::Chameneos<F>>(budget).await,
        "idle" => memory::measure::<F>(operations(budget) as usize).await,
        "flood" => latency::measure::<F>(Disturbance::Flood, time(budget)).await,
        "timer" if F::HAS_TIMERS => latency::measure_timer::<F>(time(budget)).await,
        "timer" => {}
        "crowd" => latency::measure::<F>(Disturbance::Crowd, time(budget)).await,
        other => eprintln!("no workload is called `{other}`"),
    }
}

fn operations(budget: Budget) -> u64 {
    match budget {
        Budget::Operations(operations) => operations,
        Budget::Time(_) => 100_000,
    }
}

fn time(budget: Budget) -> Duration {
    match budget {
        Budget::Operations(_) => Duration::from_secs(1),
        Budget::Time(time) => time,
    }
}
