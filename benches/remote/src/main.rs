//! Compares calls and sends between two processes with the same over zenoh alone, and, with the feature `peers`,
//! over other frameworks.
//!
//! `cargo run --release --manifest-path benches/remote/Cargo.toml` runs five rounds, in which they alternate, and
//! prints the medians and their ratios.

mod figures;
mod ours;
#[cfg(feature = "peers")]
mod peers;
mod raw;
mod table;

use figures::Figures;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use table::Run;

/// The number of bytes in the argument of a call.
const PAYLOAD: usize = 64;
const WARM_UP: u32 = 1_000;
const CALLS: u32 = 10_000;
/// The calls of a measurement with several in flight.
const MANY: u32 = 60_000;
const SENDS: u64 = 300_000;
const ROUNDS: usize = 5;

/// One of the frameworks that are compared.
struct Subject {
    /// The argument that chooses it.
    name: &'static str,
    /// Its name in the table.
    title: &'static str,
    /// Runs the server at an address, and prints `ready`.
    serve: fn(&str),
    /// Runs a client of the server at an address, and prints the figures.
    measure: fn(&str, Figures),
    /// Returns the command of the program through which all messages pass. Without it, the subject is skipped.
    broker: Option<fn(&str) -> Option<Command>>,
}

const SUBJECTS: &[Subject] = &[
    Subject {
        name: "ours",
        title: "ours",
        serve: ours::serve,
        measure: ours::measure,
        broker: None,
    },
    Subject {
        name: "raw",
        title: "zenoh alone",
        serve: raw::serve,
        measure: raw::measure,
        broker: None,
    },
    #[cfg(feature = "peers")]
    Subject {
        name: "ractor",
        title: "ractor_cluster",
        serve: peers::ractor::serve,
        measure: peers::ractor::measure,
        broker: None,
    },
    #[cfg(feature = "peers")]
    Subject {
        name: "kameo",
        title: "kameo `remote`",
        serve: peers::kameo::serve,
        measure: peers::kameo::measure,
        broker: None,
    },
    #[cfg(feature = "peers")]
    Subject {
        name: "nats",
        title: "async-nats",
        serve: peers::nats::serve,
        measure: peers::nats::measure,
        broker: Some(peers::nats::broker),
    },
    #[cfg(feature = "peers")]
    Subject {
        name: "tonic",
        title: "tonic",
        serve: peers::tonic::serve,
        measure: peers::tonic::measure,
        broker: None,
    },
];

fn named(name: &str) -> &'static Subject {
    SUBJECTS.iter().find(|subject| subject.name == name).expect("the name of a subject")
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => compare(),
        ["serve", name, address] => (named(name).serve)(address),
        ["measure", name, address, ref others @ ..] => {
            let others = others.iter().map(|id| id.parse().expect("a process id"));
            (named(name).measure)(address, Figures::new(others));
        }
        _ => panic!("run it without arguments"),
    }
}

/// A process that is killed at the end.
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

fn run(subject: &Subject) -> Run {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound").to_string();
    drop(listener);
    let broker = subject.broker.and_then(|broker| broker(&address));
    let broker = broker.map(|mut command| Process(command.spawn().expect("it starts")));
    let (server, mut lines) = start(&["serve", subject.name, &address]);
    assert_eq!(lines.next().as_deref(), Some("ready"));
    let others: Vec<String> =
        broker.iter().chain([&server]).map(|process| process.0.id().to_string()).collect();
    let mut arguments = vec!["measure", subject.name, &address];
    arguments.extend(others.iter().map(String::as_str));
    let (_client, lines) = start(&arguments);
    lines
        .map(|line| {
            let (name, value) = line.split_once('\t').expect("a name and a figure");
            (name.to_owned(), value.parse().expect("a number"))
        })
        .collect()
}

fn compare() {
    let subjects: Vec<&Subject> = SUBJECTS
        .iter()
        .filter(|subject| {
            let is_there = subject.broker.is_none_or(|broker| broker("127.0.0.1:0").is_some());
            if !is_there {
                eprintln!("skipped: {}, whose server is not installed", subject.title);
            }
            is_there
        })
        .collect();
    let mut runs: Vec<Vec<Run>> = subjects.iter().map(|_| Vec::new()).collect();
    for round in 0..ROUNDS {
        for (subject, runs) in subjects.iter().zip(&mut runs) {
            eprintln!("round {} of {ROUNDS}: {}", round + 1, subject.title);
            runs.push(run(subject));
        }
    }
    let titles: Vec<&str> = subjects.iter().map(|subject| subject.title).collect();
    table::print(&titles, &runs);
}
