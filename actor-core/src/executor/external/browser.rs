//! The event loop of a browser as an external runtime.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use gloo_timers::future::sleep;
use send_wrapper::SendWrapper;
use wasm_bindgen_futures::spawn_local;

use super::ExternalRuntime;
use crate::clock::Instant;

/// The timers of a browser have whole milliseconds, so a wait is rounded up.
const ROUNDING: Duration = Duration::from_nanos(999_999);

/// The longest timer of a browser. The timer driver continues a longer wait with another timer.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// The event loop of the page or worker that the program runs in.
pub(crate) struct Browser;

impl ExternalRuntime for Browser {
    const IS_WHOLE_PROGRAM: bool = true;

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        spawn_local(task);
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, at: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let left = at.saturating_duration_since(Instant::now()) + ROUNDING;
        Box::pin(SendWrapper::new(sleep(left.min(LONGEST))))
    }

    fn block_on(&self, _future: Pin<&mut dyn Future<Output = ()>>) {
        panic!("a browser cannot block its thread; use `.await` inside of `spawn_task`");
    }

    fn is_only_driver(&self) -> bool {
        true
    }
}
