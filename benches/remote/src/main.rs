//! Compares calls and sends between two processes with the same over zenoh alone.
//!
//! `cargo run --release --manifest-path benches/remote/Cargo.toml` runs five rounds, in which the two
//! alternate, and prints the medians and their ratios.

mod figures;
mod ours;
mod raw;

use figures::{Figures, median};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

/// The number of bytes in the argument of a call.
const PAYLOAD: usize = 64;
const WARM_UP: u32 = 1_000;
const CALLS: u32 = 10_000;
/// The calls of a measurement with several in flight.
const MANY: u32 = 60_000;
const SENDS: u64 = 300_000;
const ROUNDS: usize = 5;

#[derive(Clone, Copy)]
enum Kind {
    Ours,
    Raw,
}

impl Kind {
    const ALL: [Kind; 2] = [Kind::Ours, Kind::Raw];

    fn name(self) -> &'static str {
        match self {
            Kind::Ours => "ours",
            Kind::Raw => "raw",
        }
    }

    fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.name() == name).expect("`ours` or `raw`")
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => compare(),
        ["serve", kind, endpoint] => match Kind::named(kind) {
            Kind::Ours => ours::serve(endpoint),
            Kind::Raw => raw::serve(endpoint),
        },
        ["measure", kind, endpoint, server] => {
            let figures = Figures::new(server.parse().expect("a process id"));
            match Kind::named(kind) {
                Kind::Ours => ours::measure(endpoint, figures),
                Kind::Raw => raw::measure(endpoint, figures),
            }
        }
        _ => panic!("run it without arguments"),
    }
}

/// A process of this program. It is killed at the end.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Fails if it has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(arguments: &[&str]) -> (Process, impl Iterator<Item = String> + use<>) {
    let program = std::env::current_exe().expect("this program has a path");
    let mut child =
        Command::new(program).args(arguments).stdout(Stdio::piped()).spawn().expect("it starts");
    let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
    (Process(child), output.lines().map_while(Result::ok))
}

/// Returns the figures of one run, each with its name, in the order of the measurements.
fn run(kind: Kind) -> Vec<(String, f64)> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let endpoint = format!("tcp/{}", listener.local_addr().expect("it is bound"));
    drop(listener);
    let (server, mut lines) = start(&["serve", kind.name(), &endpoint]);
    assert_eq!(lines.next().as_deref(), Some("ready"));
    let id = server.0.id().to_string();
    let (_client, lines) = start(&["measure", kind.name(), &endpoint, &id]);
    lines
        .map(|line| {
            let (name, value) = line.split_once('\t').expect("a name and a figure");
            (name.to_owned(), value.parse().expect("a number"))
        })
        .collect()
}

fn compare() {
    let mut rounds: [Vec<Vec<(String, f64)>>; 2] = Default::default();
    for round in 0..ROUNDS {
        for kind in Kind::ALL {
            eprintln!("round {} of {ROUNDS}: {}", round + 1, kind.name());
            rounds[kind as usize].push(run(kind));
        }
    }
    println!("| | ours | zenoh alone | ours / zenoh |\n|---|--:|--:|--:|");
    for (place, (name, _)) in rounds[0][0].iter().enumerate() {
        let of =
            |kind: Kind| median(rounds[kind as usize].iter().map(|round| round[place].1).collect());
        let (ours, raw) = (of(Kind::Ours), of(Kind::Raw));
        println!("| {name} | {ours:.1} | {raw:.1} | {:.2} |", ours / raw);
    }
}
