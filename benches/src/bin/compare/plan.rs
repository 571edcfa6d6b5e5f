//! The frameworks, and the rows of the table.

/// Each framework's binary and its heading. All others are compared with the first one.
pub const FRAMEWORKS: &[(&str, &str)] = &[
    ("ours", "ours"),
    ("ours-async", "ours, async handlers"),
    ("tokio", "tokio by hand"),
    ("tokio-unbounded", "tokio by hand, unbounded"),
    ("smol", "smol by hand"),
    ("kameo", "kameo 0.22.2"),
    ("ractor", "ractor 0.16.5"),
    ("actix", "actix 0.13.5"),
    ("xtra", "xtra 0.6.0"),
    ("mutex", "a mutex"),
];

/// Run only for the memory rows.
pub const SUPERVISED: (&str, &str) = ("ours-supervised", "ours, supervised and named");

/// One row.
#[derive(Clone, Copy)]
pub struct Row {
    pub title: &'static str,
    pub workload: &'static str,
    pub workers: usize,
    /// Left out of `--quick`.
    pub is_long: bool,
    /// With this number of actors, only frameworks with small actors are run.
    pub is_large: bool,
}

const fn row(title: &'static str, workload: &'static str, workers: usize) -> Row {
    Row { title, workload, workers, is_long: false, is_large: false }
}

const fn long(title: &'static str, workload: &'static str, workers: usize) -> Row {
    Row { title, workload, workers, is_long: true, is_large: false }
}

const fn large(title: &'static str, workload: &'static str, workers: usize) -> Row {
    Row { title, workload, workers, is_long: true, is_large: true }
}

/// Rows in nanoseconds per operation.
pub const TIMED: &[Row] = &[
    row("call", "call", 1),
    row("call", "call", 2),
    row("call with a timeout of 30 s", "call-timeout", 1),
    row("call with a timeout of 30 s", "call-timeout", 2),
    row("call of a handler that calls another actor", "relay", 1),
    row("call of a handler that calls another actor", "relay", 2),
    row("call, 64 clients", "fan", 1),
    row("call, 64 clients", "fan", 2),
    row("send, 1 producer", "send", 1),
    row("send, 1 producer", "send", 2),
    row("send, 4 producers", "send-4", 1),
    row("send, 4 producers", "send-4", 2),
    row("spawn and first call", "spawn", 1),
    row("spawn and first call", "spawn", 2),
    long("fork and join 1000 actors", "fork", 1),
    long("fork and join 1000 actors", "fork", 2),
    long("send to 64 actors in turn", "spread", 1),
    long("send to 64 actors in turn", "spread", 2),
    row("the same, 500 ns of work each", "work", 1),
    row("the same, 500 ns of work each", "work", 2),
    row("ring of 1000, per hop", "ring", 1),
    row("ring of 1000, per hop", "ring", 2),
    row("16 rings, per hop", "rings", 1),
    row("16 rings, per hop", "rings", 2),
    row("ping-pong, per hop", "ping", 1),
    row("ping-pong, per hop", "ping", 2),
    row("big, per ping and pong", "big", 1),
    row("big, per ping and pong", "big", 2),
    row("chameneos, per meeting", "chameneos", 1),
    row("chameneos, per meeting", "chameneos", 2),
];

/// The workloads whose instructions and atomic operations are counted, with their names in the titles.
pub const COUNTED: &[(&str, &str)] = &[
    ("call", "call"),
    ("call-timeout", "call with a timeout"),
    ("relay", "call of a handler that calls"),
    ("send", "send"),
    ("ring", "hop"),
];

/// The growth of the cost, also in nanoseconds.
pub const GROWTH: &[Row] = &[
    long("call one of 10 actors", "call-10", 1),
    long("call one of 100", "call-100", 1),
    long("call one of 1000", "call-1000", 1),
    long("call one of 10 000", "call-10000", 1),
    large("call one of 100 000", "call-100000", 1),
    large("call one of 1 000 000", "call-1000000", 1),
    long("send 8 bytes", "send-8B", 1),
    long("send 64 bytes", "send-64B", 1),
    long("send 512 bytes", "send-512B", 1),
    long("send 4096 bytes", "send-4096B", 1),
];

/// Rows with quantiles.
pub const LATENCY: &[Row] = &[
    row("call while another actor is flooded", "flood", 2),
    row("delay of a timer while all workers run handlers of 1 ms", "timer", 2),
    long("call while 4 threads compute on 2 cores", "crowd", 2),
];

/// Whether the actors of a framework are small enough for a large row.
pub fn is_small(framework: &str) -> bool {
    framework.starts_with("ours") || framework == "tokio" || framework == "smol"
}
