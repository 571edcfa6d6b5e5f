//! What the features `tracing` and `metrics` show of messages.

#[path = "observe/metrics.rs"]
mod metrics;
#[path = "observe/spans.rs"]
mod spans;
