//! The fate of a message that a proxy has encoded and does not send.

use super::{Caller, Import};
use crate::node::Inner;
use actor_core::CallError;

/// A message that has not been sent. When it is dropped, its call fails, or its loss is reported; the
/// addresses in it are taken back.
pub(super) struct Unsent<'a> {
    pub(super) import: &'a Import,
    pub(super) node: &'a Inner,
    /// The name, the caller and the error of its call. `None` once the message has been sent, or its
    /// caller has left.
    pub(super) message: Option<(&'static str, Option<Caller>, CallError)>,
    /// The exports whose addresses are in the message.
    pub(super) written: Vec<u64>,
}

impl Unsent<'_> {
    pub(super) fn is_call(&self) -> bool {
        matches!(self.message, Some((_, Some(_), _)))
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
        if !self.written.is_empty() {
            let Import { place, session, .. } = self.import;
            self.node.take_back(place.node, *session, &self.written);
        }
    }
}
