//! Layer 0: tokens as a user would write them, for error texts; it must not be used to generate
//! code.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;

/// Returns tokens as text, such as `Box<dyn Fn(u8) -> u8 + Send>`, regardless of the spaces between
/// them.
pub(crate) fn display_tokens(tokens: impl ToTokens) -> String {
    let mut out = String::new();
    write(tokens.into_token_stream(), &mut out);
    out
}

fn write(tokens: TokenStream, out: &mut String) {
    let mut after_word = false;
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                let behind_keyword = ["mut", "const", "dyn", "impl", "where", "for"]
                    .iter()
                    .any(|word| out.ends_with(word));
                if after_word && behind_keyword {
                    out.push(' ');
                }
                out.push_str(open);
                write(group.stream(), out);
                out.push_str(close);
                after_word = group.delimiter() == Delimiter::None;
            }
            TokenTree::Punct(punct) => {
                let letter = punct.as_char();
                let arrow = letter == '>' && out.ends_with(" -");
                match letter {
                    '+' | '=' => {
                        out.push(' ');
                        out.push(letter);
                        out.push(' ');
                    }
                    '-' => out.push_str(" -"),
                    ',' | ';' => {
                        out.push(letter);
                        out.push(' ');
                    }
                    '\'' | '&' | '*' if after_word => {
                        out.push(' ');
                        out.push(letter);
                    }
                    ':' if punct.spacing() == proc_macro2::Spacing::Alone
                        && !out.ends_with(':') =>
                    {
                        out.push_str(": ");
                    }
                    _ => out.push(letter),
                }
                if arrow {
                    out.push(' ');
                }
                after_word = letter == '>' && !arrow;
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => {
                let glued = out.ends_with('\'');
                if after_word && !glued {
                    out.push(' ');
                }
                out.push_str(&tree.to_string());
                after_word = true;
            }
        }
    }
}
