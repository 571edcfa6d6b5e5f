//! Layer 4, impl half: the place at which the compiler reports a message that is not `Send`.
//!
//! The compiler reports it at `type MessageEnum = ..`, once, and names the type. If the tokens
//! identify the argument, that line has the span of the argument's type. If they identify only the
//! handler, the line spans from the first candidate type to the last. It must not change which
//! input is accepted.

use proc_macro2::{Span, TokenStream};

use crate::display::display_tokens;
use crate::model::{Protocol, Role, SendHint};
use crate::span;

/// Returns the types that are certainly not `Send`. If there are none, returns the types that are
/// not certainly `Send`. Each has the number of its handler.
fn candidates(protocol: &Protocol) -> Vec<(usize, &TokenStream, SendHint)> {
    let mut all = Vec::new();
    for (handler, message) in protocol.messages.iter().enumerate() {
        for arg in &message.args {
            if let Role::Field(field) = &arg.role {
                all.push((handler, &field.ty, field.send_hint));
            }
        }
        all.push((handler, &message.reply.ty, message.reply.send_hint));
    }
    let worst = all.iter().map(|(.., send_hint)| *send_hint).max().unwrap_or(SendHint::Send);
    all.retain(|(.., send_hint)| *send_hint == worst && worst != SendHint::Send);
    all
}

/// Returns the first and last span of the only candidate type, or else of the types of the only
/// candidate handler.
pub(super) fn place(protocol: &Protocol) -> Option<(Span, Span)> {
    let candidates = candidates(protocol);
    let (handler, first, send_hint) = candidates.first()?;
    let (.., last, _) = candidates.last()?;
    if *send_hint == SendHint::NotSend
        || candidates.iter().all(|(_, it, _)| display_tokens(it) == display_tokens(first))
    {
        return Some((span::first(first), span::last(first)));
    }
    let is_one_handler = candidates.iter().all(|(other, ..)| other == handler);
    is_one_handler.then(|| (span::first(first), span::last(last)))
}
