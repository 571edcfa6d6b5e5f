//! Layer 4, impl half: the list of the messages in the docs of the generated impl.
//!
//! The enum is inside a constant, whose items rustdoc omits, and the alias of the struct half shows
//! no variants. The impl is documented with the actor. It must not copy more than the first
//! paragraph of a message's docs, because the address method has all of it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta};

use crate::display::display_tokens;
use crate::model::{Field, Message, Protocol, Role};
use crate::{names, span};

// Output:
//     /// The messages, as variants of `AccountMessage`:
//     ///
//     /// - `Withdraw { amount: u64 }`: Withdraws `amount`.
pub(super) fn expand_list(protocol: &Protocol) -> TokenStream {
    if protocol.messages.is_empty() {
        return TokenStream::new();
    }
    let head = format!(" The messages, as variants of `{}`:\n", names::unraw(&protocol.message));
    let head = LitStr::new(&head, span::hidden());
    let items = protocol.messages.iter().map(|message| {
        let text = LitStr::new(&item(message), span::hidden());
        let conditions = message.attrs.cfgs.iter().filter_map(super::condition);
        if message.attrs.cfgs.is_empty() {
            quote!(#[doc = #text])
        } else {
            quote!(#[cfg_attr(all(#(#conditions),*), doc = #text)])
        }
    });
    quote!(#[doc = #head] #(#items)*)
}

/// Returns the item of one message, with an item for each documented field.
fn item(message: &Message) -> String {
    let fields = message.args.iter().filter_map(|arg| match &arg.role {
        Role::Field(field) => Some(&**field),
        _ => None,
    });
    let fields: Vec<_> = fields.collect();
    let mut text = format!(" - `{}", message.variant);
    let typed =
        |field: &&Field| format!("{}: {}", names::unraw(&field.name), display_tokens(&field.ty));
    if !fields.is_empty() {
        text.push_str(" { ");
        text.push_str(&fields.iter().map(typed).collect::<Vec<_>>().join(", "));
        text.push_str(" }");
    }
    text.push('`');
    describe(&mut text, &message.attrs.docs);
    for field in fields {
        if summary(&field.docs).is_some() {
            text.push_str(&format!("\n   - `{}`", names::unraw(&field.name)));
            describe(&mut text, &field.docs);
        }
    }
    text
}

fn describe(text: &mut String, docs: &[Attribute]) {
    if let Some(summary) = summary(docs) {
        text.push_str(": ");
        text.push_str(&summary);
    }
}

/// Returns the first paragraph, as one line.
fn summary(docs: &[Attribute]) -> Option<String> {
    let texts = docs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    let all = texts.collect::<Vec<_>>().join("\n");
    let lines = all.trim().lines().map(str::trim);
    let first = lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    (!first.is_empty()).then_some(first)
}
