//! Layer 0: a cursor over token trees with lookahead and backtracking.
//!
//! It must not check rules.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// The tokens and the current position.
pub(crate) struct TokenCursor {
    trees: Vec<TokenTree>,
    at: usize,
}

impl TokenCursor {
    pub(crate) fn new(tokens: TokenStream) -> Self {
        Self { trees: tokens.into_iter().collect(), at: 0 }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.at >= self.trees.len()
    }

    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Moves back to `position`.
    pub(crate) fn go_back(&mut self, position: usize) {
        self.at = self.at.min(position);
    }

    /// Returns the tokens read since `start`.
    pub(crate) fn since(&self, start: usize) -> TokenStream {
        self.trees.iter().take(self.at).skip(start).cloned().collect()
    }

    pub(crate) fn rest(&mut self) -> TokenStream {
        let rest = self.trees.iter().skip(self.at).cloned().collect();
        self.at = self.trees.len();
        rest
    }

    pub(crate) fn peek(&self, ahead: usize) -> Option<&TokenTree> {
        self.trees.get(self.at.saturating_add(ahead))
    }

    pub(crate) fn next(&mut self) -> Option<TokenTree> {
        let tree = self.trees.get(self.at).cloned();
        self.at = self.trees.len().min(self.at + 1);
        tree
    }

    pub(crate) fn next_if(&mut self, wanted: bool) {
        if wanted {
            self.next();
        }
    }

    pub(crate) fn peek_ident(&self, ahead: usize) -> Option<&Ident> {
        match self.peek(ahead) {
            Some(TokenTree::Ident(ident)) => Some(ident),
            _ => None,
        }
    }

    pub(crate) fn is_ident(&self, ahead: usize, word: &str) -> bool {
        self.peek_ident(ahead).is_some_and(|ident| ident == word)
    }

    pub(crate) fn is_punct(&self, ahead: usize, wanted: char) -> bool {
        matches!(self.peek(ahead), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
    }

    pub(crate) fn peek_group(&self, ahead: usize, delimiter: Delimiter) -> Option<&Group> {
        match self.peek(ahead) {
            Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
            _ => None,
        }
    }
}
