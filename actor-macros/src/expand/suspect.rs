//! Layer 4, impl half: where the compiler reports a message that is not `Send`.
//!
//! The compiler reports it at `type Enum = ..`, once, and names the type. If the tokens identify
//! the argument, that line has the span of the argument's type. If they identify only the handler,
//! it spans from the first candidate type to the last. It must not change which input is accepted.

use proc_macro2::{Span, TokenStream};

use crate::model::{Protocol, Role, Sendable};
use crate::span;
use crate::text::text;

/// The types that are not certainly `Send`, or among these the ones that are certainly not; each
/// with the number of its handler.
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

/// The first and last span of the only candidate type, or else of the types of the only candidate
/// handler.
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
