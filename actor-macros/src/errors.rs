//! Layer 0: the errors of one expansion, collected so that all of them are reported together.
//!
//! It must not depend on a rule: the texts are written in `options`, `syntax` and `check`.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};

/// One diagnostic, with the first and the last token that it concerns.
pub(crate) struct Diagnostic {
    pub(crate) start: Span,
    pub(crate) end: Span,
    pub(crate) text: String,
}

/// All errors of one input, in source order.
///
/// `Errors` has a drop bomb: if it is dropped without being turned into diagnostics, errors were
/// lost, so debug builds panic.
#[must_use]
pub(crate) struct Errors {
    diagnostics: Vec<Diagnostic>,
    spent: bool,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self { diagnostics: Vec::new(), spent: false }
    }

    /// Records `text` for the span of `tokens`.
    pub(crate) fn push(&mut self, tokens: impl ToTokens, text: impl Into<String>) {
        let mut spans = tokens.into_token_stream().into_iter();
        let first = spans.next();
        let last = spans.last();
        let start = first.as_ref().map_or_else(Span::call_site, TokenTree::span);
        let end = last.map_or(start, |tree| tree.span());
        self.diagnostics.push(Diagnostic { start, end, text: text.into() });
    }

    /// Records the parser's error about tokens that it could not read.
    pub(crate) fn push_syntax(&mut self, error: &syn::Error) {
        let span = error.span();
        self.diagnostics.push(Diagnostic { start: span, end: span, text: error.to_string() });
    }

    pub(crate) fn count(&self) -> usize {
        self.diagnostics.len()
    }

    /// Returns the last recorded error, as code. If it is emitted twice, the compiler shows it
    /// once.
    pub(crate) fn latest(&self) -> Option<TokenStream> {
        self.diagnostics.last().map(ToTokens::to_token_stream)
    }

    /// Returns the diagnostics, and defuses the drop bomb.
    pub(crate) fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        self.spent = true;
        std::mem::take(&mut self.diagnostics)
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        debug_assert!(self.spent || std::thread::panicking(), "errors were dropped unread");
    }
}

impl ToTokens for Diagnostic {
    // Output: ::core::compile_error! { "unknown option `mailbx`; ..." }
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let text = &self.text;
        // The compiler underlines from the first token of a macro call to the last.
        let body = quote_spanned!(self.end=> { #text });
        tokens.extend(quote_spanned!(self.start=> ::core::compile_error!));
        tokens.extend(body);
    }
}
