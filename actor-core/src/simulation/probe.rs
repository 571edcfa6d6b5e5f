//! Test probes: actors report values, and a test awaits them.

use crate::event::Event;
use crate::sync::{Arc, Mutex};
use std::collections::VecDeque;
use std::fmt;

/// Records values and lets a test await them. Put a clone into the state of a test double, or into
/// any other code that should report.
///
/// All clones share one queue. A probe works on every system, and does not advance virtual time in
/// a simulation.
///
/// ```
/// # use actor_core::prelude::*;
/// use actor_core::simulation::Probe;
///
/// #[actor]
/// struct Mailer {
///     sent: Probe<String>,
/// }
///
/// #[actor]
/// impl Mailer {
///     fn mail(&self, text: String) {
///         self.sent.tell(text);
///     }
/// }
///
/// System::simulation(1).block_on(async {
///     let sent = Probe::new();
///     let mailer = Mailer { sent: sent.clone() }.spawn();
///     mailer.mail("hello".into()).send().await.unwrap();
///     assert_eq!(sent.next().await, "hello");
///     assert!(sent.is_empty());
///
///     mailer.mail("one".into()).await.unwrap();
///     mailer.mail("two".into()).await.unwrap();
///     assert_eq!((sent.len(), sent.try_next()), (2, Some("one".into())));
///     assert_eq!(sent.take(), ["two"]);
/// });
/// ```
pub struct Probe<T> {
    inner: Arc<ProbeInner<T>>,
}

struct ProbeInner<T> {
    values: Mutex<VecDeque<T>>,
    added: Arc<Event>,
}

impl<T> Probe<T> {
    /// Creates an empty probe.
    pub fn new() -> Self {
        Probe {
            inner: Arc::new(ProbeInner {
                values: Mutex::new(VecDeque::new()),
                added: Event::new(),
            }),
        }
    }

    /// Records a value. Does not wait.
    pub fn tell(&self, value: T) {
        self.inner.values.lock().push_back(value);
        self.inner.added.notify();
    }

    /// Waits for the next value, in FIFO order.
    ///
    /// # Cancellation
    /// Dropping the future loses no value.
    pub async fn next(&self) -> T {
        loop {
            // Register the listener, then check, so that nothing is missed.
            let added = self.inner.added.listen();
            if let Some(value) = self.try_next() {
                return value;
            }
            added.await;
        }
    }

    /// Returns the next value, if there is one.
    pub fn try_next(&self) -> Option<T> {
        self.inner.values.lock().pop_front()
    }

    /// Returns all values not yet taken.
    pub fn take(&self) -> Vec<T> {
        std::mem::take(&mut *self.inner.values.lock()).into()
    }

    /// Returns the number of values not yet taken.
    pub fn len(&self) -> usize {
        self.inner.values.lock().len()
    }

    /// Returns `true` if all values have been taken.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Default for Probe<T> {
    fn default() -> Self {
        Probe::new()
    }
}

impl<T> Clone for Probe<T> {
    fn clone(&self) -> Self {
        Probe { inner: self.inner.clone() }
    }
}

impl<T> fmt::Debug for Probe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe").field("len", &self.len()).finish_non_exhaustive()
    }
}
