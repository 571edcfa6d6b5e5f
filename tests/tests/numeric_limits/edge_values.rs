//! The values that are tried: the edges, and any between them.

use actor_core::System;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use std::fmt::Debug;
use std::time::Duration;
use tests::guarded;

const SECOND: Duration = Duration::from_secs(1);

/// The maximum wait of a test, in virtual time.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub fn durations() -> impl Strategy<Value = Duration> {
    let edges = vec![
        Duration::ZERO,
        Duration::from_nanos(1),
        Duration::from_micros(1),
        Duration::from_millis(1),
        SECOND,
        DAY,
        DAY + Duration::from_nanos(1),
        // The clock can represent this instant, but hardly a later one.
        Duration::from_secs(u64::MAX / 4),
        Duration::from_secs(u64::MAX / 2 + 1),
        Duration::MAX - Duration::from_nanos(1),
        Duration::MAX,
    ];
    prop_oneof![
        3 => prop::sample::select(edges),
        1 => (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(s, n)| Duration::new(s, n)),
        1 => (0..10 * 86_400_000_u64).prop_map(Duration::from_millis),
    ]
}

pub fn counts() -> impl Strategy<Value = usize> {
    let edges = vec![0, 1, 2, 63, 64, 65, u16::MAX as usize, u32::MAX as usize - 1];
    let large = vec![u32::MAX as usize, u32::MAX as usize + 1, usize::MAX - 1, usize::MAX];
    prop_oneof![3 => prop::sample::select([edges, large].concat()), 1 => any::<usize>()]
}

pub fn factors() -> impl Strategy<Value = f64> {
    let edges = vec![
        0.0,
        -0.0,
        0.5,
        1.0,
        1.0 + f64::EPSILON,
        2.0,
        -1.0,
        1e300,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::MIN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    prop_oneof![3 => prop::sample::select(edges), 1 => any::<f64>()]
}

/// Tries the property with many values, each in a simulation of its own.
pub fn hold<V: Debug + Clone>(
    name: &str,
    values: impl Strategy<Value = V> + Send + 'static,
    property: impl Fn(&System, V) + Send + 'static,
) {
    guarded(name, move || {
        let config = Config { cases: 96, failure_persistence: None, ..Config::default() };
        let outcome = TestRunner::new(config).run(&values, |value| {
            let system = System::simulation(1);
            let run = || property(&system, value.clone());
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
            caught.map_err(|_| TestCaseError::fail("it panicked; see above"))
        });
        if let Err(error) = outcome {
            panic!("{error}");
        }
    });
}

/// Whether building it panics.
pub fn panics<T>(build: impl FnOnce() -> T) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(build)).is_err()
}
