//! Layer 4, impl half: where the compiler shall complain when a message is not `Send`.
//!
//! The compiler complains at `type Enum = ..`, once, and names the type. If the tokens tell which
//! argument it can only be, that line wears the span of that argument's type; if they tell no more
//! than the handler, it wears what reaches from the first type in question to the last. It must not
//! change what is accepted.

use proc_macro2::{Span, TokenStream};

use crate::model::{Protocol, Role, Sendable};
use crate::span;
use crate::text::text;

/// The types that are not surely `Send`, or of these the ones that surely are not; each with the
/// number of its handler.
fn suspects(protocol: &Protocol) -> Vec<(usize, &TokenStream, Sendable)> {
    let mut all = Vec::new();
    for (handler, message) in protocol.messages.iter().enumerate() {
        for arg in &message.args {
            if let Role::Field(field) = &arg.role {
                all.push((handler, &field.ty, field.sendable));
            }
        }
        all.push((handler, &message.reply.ty, message.reply.sendable));
    }
    let worst = all.iter().map(|(.., sendable)| *sendable).max().unwrap_or(Sendable::Surely);
    all.retain(|(.., sendable)| *sendable == worst && worst != Sendable::Surely);
    all
}

/// The first and last span of the only type, or else the only handler's types, that can be meant.
pub(super) fn place(protocol: &Protocol) -> Option<(Span, Span)> {
    let suspects = suspects(protocol);
    let (handler, first, sendable) = suspects.first()?;
    let (.., last, _) = suspects.last()?;
    if *sendable == Sendable::Hardly || suspects.iter().all(|(_, it, _)| text(it) == text(first)) {
        return Some((span::first(first), span::last(first)));
    }
    let is_one_handler = suspects.iter().all(|(other, ..)| other == handler);
    is_one_handler.then(|| (span::first(first), span::last(last)))
}
