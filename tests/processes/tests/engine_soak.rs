//! The network engine alone, under the load of `soak`: three members over `quic/`, each with a token, a
//! subscriber and puts, while one of them is killed and started again every three seconds. A fault that also
//! shows here is one of zenoh.
//!
//! `SOAK_SECONDS=3600 cargo test --release -p processes --features zenoh --test engine_soak -- --nocapture` runs it
//! for an hour.

use processes::{Authority, ENGINE_LEASE, Engine, News, Process, SOON, free_port, memory_of};
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

const LIFE: Duration = Duration::from_secs(3);
/// The pause between two messages to one member.
const PAUSE: Duration = Duration::from_millis(20);
/// The number of KiB by which the memory of a process may grow.
const GROWTH: u64 = 10 * 1024;

fn at(port: u16) -> String {
    format!("quic/127.0.0.1:{port}")
}

fn member(name: &str, listen: u16, connect: &[u16], files: &Path) -> Process {
    let connect: Vec<String> = connect.iter().copied().map(at).collect();
    let mut arguments = vec![name.to_owned(), at(listen)];
    arguments.extend(connect);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Process::start_with_certificates(env!("CARGO_BIN_EXE_engine"), &arguments, files)
}

/// The echoes of one life of a member.
#[derive(Default)]
struct Echoes {
    sent: u64,
    received: u64,
    last: Option<u64>,
}

/// A member, and the number of its life.
struct Target {
    name: &'static str,
    life: u64,
    echoes: Echoes,
}

impl Target {
    fn put(&mut self, engine: &Engine) {
        let message = [self.life.to_le_bytes(), self.echoes.sent.to_le_bytes()].concat();
        engine.put(self.name, [self.name.as_bytes(), &message].concat());
        self.echoes.sent += 1;
    }

    /// Checks an echo, if it is from this member. One of an earlier life may be late.
    fn check(&mut self, echo: &[u8]) {
        let Some(message) = echo.strip_prefix(self.name.as_bytes()) else { return };
        let (life, number) = message.split_at(8);
        let life = u64::from_le_bytes(life.try_into().expect("eight bytes"));
        let number = u64::from_le_bytes(number.try_into().expect("eight bytes"));
        if life == self.life {
            let last = self.echoes.last.replace(number);
            assert!(last.is_none_or(|last| number > last), "{number} after {last:?}");
            self.echoes.received += 1;
        }
    }
}

/// The tokens of the other members.
struct Tokens {
    news: Receiver<News>,
    /// The processes that were killed and whose tokens are still there, with the time of the kill.
    killed: Vec<(u32, Instant)>,
    slowest_up: Duration,
    slowest_down: Duration,
}

impl Tokens {
    /// Notes that a token has gone, or returns the process whose token has come.
    fn note(&mut self, News { process, is_up }: News) -> Option<u32> {
        if is_up {
            return Some(process);
        }
        let index = self.killed.iter().position(|(killed, _)| *killed == process);
        let index = index.unwrap_or_else(|| panic!("the token of {process} has gone too early"));
        let (_, since) = self.killed.swap_remove(index);
        self.slowest_down = self.slowest_down.max(since.elapsed());
        None
    }

    fn wait_for(&mut self, process: u32, started: Instant) {
        loop {
            let news = self.news.recv_timeout(SOON).expect("the token of the new process");
            if self.note(news) == Some(process) {
                break;
            }
        }
        self.slowest_up = self.slowest_up.max(started.elapsed());
    }
}

#[test]
fn the_engine_alone_survives_a_member_that_is_killed_every_three_seconds() {
    let seconds = std::env::var("SOAK_SECONDS").map_or(10, |it| it.parse().unwrap());
    let authority = Authority::new();
    let files = authority.folder();
    let (own, steady_port, victim_port) = (free_port(), free_port(), free_port());
    let engine = Engine::open("test", &at(own), &[], files, ENGINE_LEASE);
    let (_tokens, news) = engine.news();
    let (slowest_up, slowest_down) = (Duration::ZERO, Duration::ZERO);
    let mut tokens = Tokens { news, killed: Vec::new(), slowest_up, slowest_down };

    let steady_process = member("steady", steady_port, &[own], files);
    tokens.wait_for(steady_process.id(), Instant::now());
    let mut steady = Target { name: "steady", life: 0, echoes: Echoes::default() };
    let mut victim = Target { name: "victim", life: 0, echoes: Echoes::default() };
    let mut answered = 0;
    let start = Instant::now();
    let mut first = None;
    while start.elapsed() < Duration::from_secs(seconds) {
        let started = Instant::now();
        let process = member("victim", victim_port, &[own, steady_port], files);
        victim = Target { life: victim.life + 1, echoes: Echoes::default(), ..victim };
        tokens.wait_for(process.id(), started);
        while started.elapsed() < LIFE {
            steady.put(&engine);
            victim.put(&engine);
            thread::sleep(PAUSE);
            while let Ok(echo) = engine.messages.try_recv() {
                steady.check(&echo);
                victim.check(&echo);
            }
        }
        answered += victim.echoes.received;
        assert!(victim.echoes.received > 0, "life {} has answered nothing", victim.life);
        tokens.killed.push((process.id(), Instant::now()));
        process.kill();
        while let Ok(news) = tokens.news.try_recv() {
            assert_eq!(tokens.note(news), None, "an unknown member");
        }
        assert!(tokens.killed.iter().all(|(_, since)| since.elapsed() < SOON), "a token stays");
        let memory = [memory_of(std::process::id()), steady_process.memory()];
        // The tables have their size after a tenth of the time.
        if start.elapsed().as_secs() >= seconds / 10 {
            first.get_or_insert(memory);
        }
        if victim.life.is_multiple_of(100) {
            let elapsed = start.elapsed().as_secs();
            println!("{elapsed:5} s: {} lives, memory in KiB: {memory:?}", victim.life);
        }
    }
    // The steady member loses nothing.
    let deadline = Instant::now() + SOON;
    while steady.echoes.received < steady.echoes.sent {
        let left = deadline.saturating_duration_since(Instant::now());
        let echo = engine.messages.recv_timeout(left).expect("each message of the steady member");
        steady.check(&echo);
    }
    let (first, last) = (first.unwrap(), [memory_of(std::process::id()), steady_process.memory()]);
    let Tokens { slowest_up, slowest_down, .. } = tokens;
    println!(
        "{} lives; echoes: {} of the steady member, {answered} of the other; a token comes within {slowest_up:.1?} of \
         the start and goes within {slowest_down:.1?} of the kill; memory in KiB: {first:?} at first, {last:?} at last",
        victim.life, steady.echoes.received,
    );
    for (first, last) in first.into_iter().zip(last) {
        assert!(last < first + GROWTH, "{first} KiB grew to {last} KiB");
    }
}
