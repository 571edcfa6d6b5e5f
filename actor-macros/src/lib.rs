//! Entry points of the macros: parse, check, expand, then append the errors.
//!
//! ```text
//!  tokens ──parse──▶ syntax ──check──▶ model ──expand──▶ tokens
//!          bodies stay opaque    all rules, all errors    cannot fail
//!                                                    │ names only actor_core::__private::*
//! ```
//! It must not contain logic; the documentation of the macros is in `actor-core`, where it is
//! tested.

#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unreachable,
    clippy::todo
)]

mod actor;
mod check;
mod display;
mod entry;
mod errors;
mod expand;
mod model;
mod names;
mod options;
mod span;
mod syntax;
#[cfg(test)]
mod tests;
mod token_cursor;

use proc_macro::TokenStream;
use quote::quote;

use crate::entry::Entry;
use crate::errors::Diagnostic;

/// Returns the code first, then its errors: editors show the first item.
fn output((tokens, diagnostics): (proc_macro2::TokenStream, Vec<Diagnostic>)) -> TokenStream {
    quote!(#tokens #(#diagnostics)*).into()
}

// Documented in `actor-core`, where its examples are tested.
#[proc_macro_attribute]
pub fn actor(options: TokenStream, item: TokenStream) -> TokenStream {
    output(actor::expand_actor(options.into(), item.into()))
}

// Documented in `actor-core`, where its examples are tested.
#[proc_macro_attribute]
pub fn main(options: TokenStream, item: TokenStream) -> TokenStream {
    output(entry::expand_entry(Entry::Main, options.into(), item.into()))
}

// Documented in `actor-core`, where its examples are tested.
#[proc_macro_attribute]
pub fn test(options: TokenStream, item: TokenStream) -> TokenStream {
    output(entry::expand_entry(Entry::Test, options.into(), item.into()))
}

// In scope only near a misspelt attribute: see `expand::suggestions`.
#[proc_macro_attribute]
pub fn message(_options: TokenStream, item: TokenStream) -> TokenStream {
    output(actor::reject_helper("message", item.into()))
}

// In scope only near a misspelt attribute: see `expand::suggestions`.
#[proc_macro_attribute]
pub fn on_start(_options: TokenStream, item: TokenStream) -> TokenStream {
    output(actor::reject_helper("on_start", item.into()))
}

// In scope only near a misspelt attribute: see `expand::suggestions`.
#[proc_macro_attribute]
pub fn on_stop(_options: TokenStream, item: TokenStream) -> TokenStream {
    output(actor::reject_helper("on_stop", item.into()))
}

// In scope only near a misspelt attribute: see `expand::suggestions`.
#[proc_macro_attribute]
pub fn on_exit(_options: TokenStream, item: TokenStream) -> TokenStream {
    output(actor::reject_helper("on_exit", item.into()))
}

// Returns the path of a protocol's address unchanged. If there is no such type, the compiler names this
// macro in its error, and so says what to write.
#[proc_macro]
pub fn write_actor_on_the_trait_or_import_its_address(path: TokenStream) -> TokenStream {
    actor::expanded_path(path.into()).into()
}
