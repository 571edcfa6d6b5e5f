//! Times, processor time and thread switches of a measurement.

use std::fs;
use std::time::{Duration, Instant};

/// Prints the figures of one run.
pub struct Figures {
    /// This process and the others.
    processes: Vec<u32>,
}

/// A measurement that has begun.
pub struct Begun {
    time: Instant,
    /// Of each process.
    used: Vec<Used>,
}

/// The resources that a process has used.
#[derive(Clone, Copy)]
struct Used {
    processor: Duration,
    switches: u64,
}

impl Used {
    fn by(process: u32) -> Self {
        let (mut nanos, mut switches) = (0, 0);
        for task in fs::read_dir(format!("/proc/{process}/task")).expect("the process runs") {
            let Ok(task) = task.map(|it| it.path()) else { continue };
            let read = |file| fs::read_to_string(task.join(file));
            // A thread may end meanwhile.
            let (Ok(times), Ok(status)) = (read("schedstat"), read("status")) else { continue };
            // The first field is the time on a processor. The times in `stat` are counted in ticks, and a thread
            // that runs for less than a tick at a time gets too much or too little.
            let time = times.split_whitespace().next().and_then(|it| it.parse::<u64>().ok());
            nanos += time.expect("a number");
            let count = status.lines().find_map(|it| it.strip_prefix("voluntary_ctxt_switches:"));
            switches += count.and_then(|it| it.trim().parse::<u64>().ok()).unwrap_or(0);
        }
        Used { processor: Duration::from_nanos(nanos), switches }
    }
}

impl Figures {
    /// Returns the figures of this process and the others together.
    pub fn new(others: impl IntoIterator<Item = u32>) -> Self {
        Figures { processes: [std::process::id()].into_iter().chain(others).collect() }
    }

    fn used(&self) -> Vec<Used> {
        self.processes.iter().map(|process| Used::by(*process)).collect()
    }

    pub fn begin(&self) -> Begun {
        Begun { used: self.used(), time: Instant::now() }
    }

    /// Prints the rate of a measurement, and what each message has used in all processes together.
    pub fn end(&self, begun: Begun, name: &str, messages: u64) {
        self.end_at(begun, name, messages, Instant::now());
    }

    /// Does the same for a measurement whose last message was handled at this time.
    pub fn end_at(&self, begun: Begun, name: &str, messages: u64, at: Instant) {
        let time = at - begun.time;
        let (mut processor, mut switches) = (Duration::ZERO, 0);
        for (now, before) in self.used().iter().zip(begun.used) {
            // A thread that has ended is counted before only.
            processor += now.processor.saturating_sub(before.processor);
            switches += now.switches.saturating_sub(before.switches);
        }
        let each = |total: f64| total / messages as f64;
        print(
            &format!("{name}, thousands a second"),
            messages as f64 / time.as_secs_f64() / 1000.0,
        );
        print(&format!("{name}, processor us a message"), each(processor.as_secs_f64() * 1e6));
        print(&format!("{name}, thread switches a message"), each(switches as f64));
    }

    /// Prints the share of messages with an outcome, unless all have it.
    #[cfg(feature = "peers")]
    pub fn share(&self, outcome: &str, messages: u64, of: u64) {
        if messages < of {
            print(&format!("{outcome}, %"), messages as f64 / of as f64 * 100.0);
        }
    }

    /// Prints percentiles of single times.
    pub fn times(&self, name: &str, mut times: Vec<Duration>) {
        times.sort_unstable();
        for (part, of) in [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)] {
            let place = ((times.len() - 1) as f64 * of) as usize;
            print(&format!("{name}, {part}, us"), times[place].as_secs_f64() * 1e6);
        }
    }
}

fn print(name: &str, value: f64) {
    println!("{name}\t{value}");
}
