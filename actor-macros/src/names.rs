//! Layer 0: creation and comparison of names; it must not depend on their use.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt as _;

/// Message names that would shadow a function of the plain struct.
pub(crate) const RESERVED: &[&str] =
    &["spawn", "spawn_on", "spawn_with", "try_spawn_with", "prepare", "pool", "prepare_pool"];

/// Returns the name without `r#`: `type` for `r#type`.
pub(crate) fn unraw(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// Returns an identifier with this text, followed by `_` if the text is a keyword.
pub(crate) fn identifier(text: &str, span: Span) -> Ident {
    let ident = syn::parse_str::<Ident>(text)
        .or_else(|_| syn::parse_str::<Ident>(&format!("{text}_")))
        .or_else(|_| syn::parse_str::<Ident>(&format!("_{text}")));
    let mut ident = ident.unwrap_or_else(|_| Ident::new("Nameless", span));
    ident.set_span(span);
    ident
}

/// Returns the identifier `text`, or `None` if it is a keyword or not an identifier.
pub(crate) fn parse_ident(text: &str, span: Span) -> Option<Ident> {
    let mut ident = syn::parse_str::<Ident>(text).ok()?;
    ident.set_span(span);
    Some(ident)
}

/// Returns the name of a message's variant: `FooBar` for `foo_bar`.
///
/// The variant does not have the method's span, because editors would then highlight the method as
/// a variant.
pub(crate) fn variant(method: &Ident) -> Ident {
    let text: String = unraw(method).split('_').map(capitalized).collect();
    identifier(&text, Span::call_site())
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Returns the words as `` `a`, `b`, `c` ``.
pub(crate) fn quoted_list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Returns the known word closest to a misspelled one.
pub(crate) fn did_you_mean<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let allowed = 1.max(word.chars().count() / 3);
    let near = known.iter().map(|candidate| (distance(word, candidate), *candidate));
    near.filter(|(steps, _)| *steps <= allowed).min_by_key(|(steps, _)| *steps).map(|(_, it)| it)
}

/// Returns the edit distance: the number of insertions, deletions, changes, and swaps of
/// neighboring letters.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    let mut last_letter = None;
    for (row, letter) in left.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let get = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
            let changed = get(&above, column) + usize::from(letter != *other);
            let mut best = changed.min(get(&above, column + 1) + 1).min(get(&current, column) + 1);
            let previous = column.checked_sub(1).and_then(|at| right.get(at).map(|it| (at, *it)));
            if let Some((at, previous)) = previous
                && last_letter == Some(*other)
                && previous == letter
            {
                best = best.min(get(&before, at) + 1);
            }
            current.push(best);
        }
        last_letter = Some(letter);
        before = std::mem::replace(&mut above, current);
    }
    above.last().copied().unwrap_or(0)
}
