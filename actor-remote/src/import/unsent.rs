//! Handles messages that a proxy has encoded but does not send.

use super::{Caller, Import, KEPT, Outgoing, cost};
use crate::node::Inner;
use crate::window::Window;
use actor_core::CallError;

/// A message that has not been sent. The drop fails its call or reports its loss, and takes the addresses in the
/// message back.
pub(super) struct Unsent<'a> {
    import: &'a Import,
    node: &'a Inner,
    message: &'a mut Outgoing,
    /// The error of its call. `None` once the message has been sent, or its caller has left.
    error: Option<CallError>,
}

impl<'a> Unsent<'a> {
    pub(super) fn new(import: &'a Import, node: &'a Inner, message: &'a mut Outgoing) -> Self {
        Unsent { import, node, message, error: Some(CallError::Stopped) }
    }

    /// Sends the message, for which credit has been taken.
    pub(super) fn sends(mut self, shared: &Window) {
        self.error = None;
        let caller = self.message.caller.take();
        let is_call = caller.is_some();
        // The caller may have left while the message waited.
        let caller = caller.map(Caller::begin);
        let is_wanted = !matches!(caller, Some(None));
        let result = match is_wanted {
            true => self.node.send_message(self.import, self.message, caller.flatten()),
            false => Err(None),
        };
        let Err(caller) = result else { return self.message.written.exports.clear() };
        let cost = cost(&self.message.body);
        self.import.give_back_credit(cost);
        shared.give(cost);
        shared.answered(usize::from(is_call));
        if is_wanted {
            self.message.caller = caller;
            self.error = Some(self.import.unsent());
        }
    }

    /// Drops the message. Its call fails with this error.
    pub(super) fn fails(mut self, error: CallError) {
        self.error = Some(error);
    }
}

impl Drop for Unsent<'_> {
    fn drop(&mut self) {
        if let Some(error) = self.error.take() {
            self.import.lose(self.message.name, self.message.caller.take(), error);
        }
        let written = std::mem::take(&mut self.message.written);
        if !written.exports.is_empty() {
            let Import { place, session, .. } = self.import;
            self.node.take_back(place.node, *session, &written.exports);
        }
        if self.message.body.capacity() > KEPT {
            self.message.body = Vec::new();
        }
    }
}
