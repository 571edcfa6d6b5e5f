//! The fate of a message that a proxy has encoded and does not send.

use super::{Caller, Encoded, Import, KEPT, cost};
use crate::node::Inner;
use crate::scope::Written;
use crate::trace::TraceParent;
use crate::window::Window;
use actor_core::CallError;
use actor_core::error::Refusal;

/// A message that has not been sent. When it is dropped, its call fails, or its loss is reported; the
/// addresses in it are taken back.
pub(super) struct Unsent<'a> {
    pub(super) import: &'a Import,
    pub(super) node: &'a Inner,
    /// The name, the caller and the error of its call. `None` once the message has been sent, or its
    /// caller has left.
    pub(super) message: Option<(&'static str, Option<Caller>, CallError)>,
    /// The addresses in the message.
    written: Written,
    method: u64,
    trace: Option<TraceParent>,
}

impl<'a> Unsent<'a> {
    /// Returns the body of a message, or the reason why it has none, and the rest.
    pub(super) fn of(
        encoded: Encoded,
        import: &'a Import,
        node: &'a Inner,
    ) -> (Result<Vec<u8>, Refusal>, Self) {
        let Encoded { name, method, body, caller, written, trace } = encoded;
        let message = Some((name, caller, CallError::Stopped));
        (body, Unsent { import, node, message, written, method, trace })
    }

    pub(super) fn is_call(&self) -> bool {
        matches!(self.message, Some((_, Some(_), _)))
    }

    /// Sends the message, for which credit has been taken. Its body becomes the buffer for the next one.
    pub(super) fn sends(mut self, shared: &Window, body: Vec<u8>, buffer: &mut Vec<u8>) {
        let Some((name, caller, _)) = self.message.take() else { return };
        let (import, cost, is_call) = (self.import, cost(&body), caller.is_some());
        // The message has waited on this side until now, so its caller may have left.
        let caller = caller.map(Caller::begin);
        let is_wanted = !matches!(caller, Some(None));
        let result = match is_wanted {
            true => {
                let content = (&body[..], &mut self.written, self.trace);
                self.node.send_message(import, name, self.method, content, caller.flatten())
            }
            false => Err(None),
        };
        if body.capacity() <= KEPT {
            *buffer = body;
        }
        let Err(caller) = result else { return self.written.exports.clear() };
        import.give_back_credit(cost);
        shared.give(cost);
        shared.answered(usize::from(is_call));
        if is_wanted {
            self.message = Some((name, caller, import.unsent()));
        }
    }

    /// Drops the message, whose call fails with this error.
    pub(super) fn fails(mut self, error: CallError) {
        if let Some(message) = &mut self.message {
            message.2 = error;
        }
    }
}

impl Drop for Unsent<'_> {
    fn drop(&mut self) {
        if let Some((name, caller, error)) = self.message.take() {
            self.import.lose(name, caller, error);
        }
        if !self.written.exports.is_empty() {
            let Import { place, session, .. } = self.import;
            self.node.take_back(place.node, *session, &self.written.exports);
        }
    }
}
