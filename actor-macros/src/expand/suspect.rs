//! Floor 4, impl half: where the compiler shall complain when a message is not `Send`.
//!
//! The compiler complains at `type Message = ..`, once, and names the type. If the tokens tell
//! which argument it can only be, that line wears the span of that argument's type. It must not
//! change what is accepted.

use proc_macro2::{Span, TokenStream};

use crate::model::{Protocol, Role, Sendable};
use crate::span;
use crate::text::text;

/// The types that are not surely `Send`, or of these the ones that surely are not.
fn suspects(protocol: &Protocol) -> Vec<(&TokenStream, Sendable)> {
    let mut all = Vec::new();
    for message in &protocol.messages {
        for arg in &message.args {
            if let Role::Field(field) = &arg.role {
                all.push((&field.ty, field.sendable));
            }
        }
        all.push((&message.reply.ty, message.reply.sendable));
    }
    let worst = all.iter().map(|(_, sendable)| *sendable).max().unwrap_or(Sendable::Surely);
    all.retain(|(_, sendable)| *sendable == worst && worst != Sendable::Surely);
    all
}

/// The first and last span of the only type that can be meant.
pub(super) fn place(protocol: &Protocol) -> Option<(Span, Span)> {
    let suspects = suspects(protocol);
    let (first, sendable) = suspects.first()?;
    let alone = suspects.iter().all(|(other, _)| text(other) == text(first));
    let found = alone || *sendable == Sendable::Hardly;
    found.then(|| (span::first(first), span::last(first)))
}

/// Whether each suspect must be asked for itself, because [`place`] could not tell.
pub(super) fn is_open(protocol: &Protocol) -> bool {
    place(protocol).is_none() && !suspects(protocol).is_empty()
}
