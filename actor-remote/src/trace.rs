//! The trace of a message between nodes: the `traceparent` of the W3C trace context. Functions of the user read the
//! current `traceparent`, and enter a span with a given one.

use crate::contained;
use std::fmt;
use std::sync::Arc;

/// The number of bytes of a `traceparent`.
const LENGTH: usize = 55;

type Read = dyn Fn() -> Option<String> + Send + Sync;
type Enter = dyn Fn(&str, &mut dyn FnMut()) + Send + Sync;

/// The functions of the user.
#[derive(Clone)]
pub(crate) struct Tracing {
    read: Arc<Read>,
    enter: Arc<Enter>,
}

/// A `traceparent` in the form of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TraceParent([u8; LENGTH]);

impl Tracing {
    pub(crate) fn new(
        read: impl Fn() -> Option<String> + Send + Sync + 'static,
        enter: impl Fn(&str, &mut dyn FnMut()) + Send + Sync + 'static,
    ) -> Self {
        Tracing { read: Arc::new(read), enter: Arc::new(enter) }
    }

    /// Returns the trace of the current span, if there is one. A panic of the user's function is caught.
    pub(crate) fn current(&self) -> Option<TraceParent> {
        let text = contained::run(|| (self.read)())??;
        TraceParent::new(text.as_bytes())
    }

    /// Runs `deliver` exactly once. The user's function can call `deliver` within a span of this trace.
    pub(crate) fn within<T>(&self, parent: TraceParent, deliver: impl FnOnce() -> T) -> T {
        let mut deliver = Some(deliver);
        let mut delivered = None;
        let mut once = || {
            if let Some(deliver) = deliver.take() {
                delivered = Some(deliver());
            }
        };
        // A panic of the user's function does not affect the message.
        contained::run(|| (self.enter)(parent.text(), &mut once));
        once();
        delivered.expect("it was called")
    }
}

impl TraceParent {
    /// Returns `None` unless the bytes have the form `00-<trace>-<parent>-<flags>`. Other versions than `00` are
    /// accepted, as the standard demands, if they have its length.
    pub(crate) fn new(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; LENGTH] = bytes.try_into().ok()?;
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_dash = |place: usize| matches!(place, 2 | 35 | 52);
        let mut places = bytes.iter().enumerate();
        let has_form = places.all(|(place, byte)| match is_dash(place) {
            true => *byte == b'-',
            false => is_hex(*byte),
        });
        let is_zero = |part: &[u8]| part.iter().all(|byte| *byte == b'0');
        let is_known = has_form && &bytes[..2] != b"ff";
        (is_known && !is_zero(&bytes[3..35]) && !is_zero(&bytes[36..52]))
            .then_some(TraceParent(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.0).expect("it is ASCII")
    }
}

impl fmt::Debug for Tracing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracing").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_traceparent_has_the_form_of_the_standard() {
        let parent = TraceParent::new(GOOD.as_bytes()).unwrap();
        assert_eq!((parent.text(), parent.bytes()), (GOOD, GOOD.as_bytes()));
        for bad in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(TraceParent::new(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn a_message_is_delivered_once_whatever_the_function_does() {
        let parent = TraceParent::new(GOOD.as_bytes()).unwrap();
        let enters: [fn(&str, &mut dyn FnMut()); 4] = [
            |_, _| {},
            |_, deliver| {
                deliver();
                deliver();
            },
            |_, _| panic!("before"),
            |_, deliver| {
                deliver();
                panic!("after");
            },
        ];
        for enter in enters {
            let mut count = 0;
            let tracing = Tracing::new(|| panic!("no trace"), enter);
            assert_eq!(
                tracing.within(parent, || {
                    count += 1;
                    7
                }),
                7
            );
            assert_eq!((count, tracing.current()), (1, None));
        }
    }
}
