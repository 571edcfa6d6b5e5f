//! Feature `metrics`: counts and times by the type of the actor and the name of the message.

use super::alone;
use actor_core::prelude::*;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use std::collections::BTreeMap;
use std::time::Duration;

#[actor]
struct Till;

#[actor]
impl Till {
    async fn sell(&self) {
        actor_core::time::sleep(Duration::from_secs(2)).await;
    }

    fn ping(&self) {}

    fn fail(&self) {
        panic!("as asked");
    }
}

#[actor]
trait Delivery {
    async fn deliver(&mut self);
    async fn lose(&mut self);
}

/// An actor without async handlers of its own.
#[actor]
struct Courier;

#[actor]
impl Courier {}

#[actor]
impl Delivery for Courier {
    async fn deliver(&mut self) {
        actor_core::time::sleep(Duration::from_secs(2)).await;
    }

    async fn lose(&mut self) {
        self.deliver().await;
        panic!("as asked");
    }
}

/// The measurements, by name and labels.
fn measured(body: impl AsyncFnOnce()) -> BTreeMap<String, Vec<f64>> {
    let _alone = alone();
    let recorder = DebuggingRecorder::new();
    metrics::with_local_recorder(&recorder, || System::simulation(1).block_on(body()));
    let entries = recorder.snapshotter().snapshot().into_vec();
    let entries = entries.into_iter().map(|(key, _, _, value)| {
        let labels = key.key().labels().map(|label| format!(" {}", label.value()));
        let name = format!("{}{}", key.key().name(), labels.collect::<String>());
        let values = match value {
            DebugValue::Counter(count) => vec![count as f64],
            DebugValue::Gauge(value) => vec![value.into_inner()],
            DebugValue::Histogram(values) => values.into_iter().map(|it| it.into_inner()).collect(),
        };
        (name, values)
    });
    entries.collect()
}

#[test]
fn messages_are_counted_and_timed_by_actor_and_name() {
    let measured = measured(async || {
        let till = Till.spawn();
        for _ in 0..3 {
            till.sell().send().await.unwrap();
        }
        till.ping().await.unwrap();
        let failed = till.fail().await;
        assert!(matches!(failed, Err(CallError::Panicked(_))));
        till.join().await;
    });
    let seen = |name: &str| measured.get(name).cloned().unwrap_or_default();
    assert_eq!(seen("actor_messages_total Till sell ok"), [3.0]);
    assert_eq!(seen("actor_messages_total Till ping ok"), [1.0]);
    assert_eq!(seen("actor_messages_total Till fail failed"), [1.0]);
    assert_eq!(seen("actor_run_seconds Till sell"), [2.0, 2.0, 2.0]);
    assert_eq!(seen("actor_queue_seconds Till sell"), [0.0, 2.0, 4.0]);
    assert_eq!(seen("actor_queue_seconds Till ping"), [6.0]);
    assert_eq!(seen("actor_run_seconds Till ping"), [0.0]);
    assert_eq!(seen("actor_mailbox_depth Till").len(), 5);
}

#[test]
fn async_messages_of_a_protocol_are_timed_to_their_end() {
    let measured = measured(async || {
        let courier = DeliveryAddr::from(Courier.spawn());
        courier.deliver().await.unwrap();
        assert!(matches!(courier.lose().await, Err(CallError::Panicked(_))));
        courier.join().await;
    });
    let seen = |name: &str| measured.get(name).cloned().unwrap_or_default();
    assert_eq!(seen("actor_messages_total Courier deliver ok"), [1.0]);
    assert_eq!(seen("actor_messages_total Courier lose failed"), [1.0]);
    assert_eq!(seen("actor_messages_total Courier lose ok"), []);
    assert_eq!(seen("actor_run_seconds Courier deliver"), [2.0]);
    assert_eq!(seen("actor_run_seconds Courier lose"), [2.0]);
}

/// Refuses everything.
struct Broken;

impl Recorder for Broken {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        panic!("no counter")
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        panic!("no gauge")
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        panic!("no histogram")
    }
}

#[test]
fn a_recorder_that_panics_affects_no_actor() {
    let _alone = alone();
    let body = async {
        let till = Till.spawn();
        assert_eq!(till.ping().await, Ok(()));
        assert_eq!(till.sell().await, Ok(()));
        let Err(CallError::Panicked(failure)) = till.fail().await else { panic!("it fails") };
        assert_eq!(failure.message(), "as asked");
        assert!(failure.location().is_some(), "the record of the panic stays");
        assert!(matches!(till.join().await, Exit::Failed(_)));
    };
    metrics::with_local_recorder(&Broken, || System::simulation(1).block_on(body));
}
