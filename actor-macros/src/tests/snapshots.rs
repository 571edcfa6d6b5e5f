//! Each `tests/expand/*.rs` expands to its `*.expanded.rs`, including invalid input.
//!
//! `UPDATE=1` rewrites the snapshots. Read the difference before you keep it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

use proc_macro2::{Group, TokenStream, TokenTree};

use super::{expand_file, item, tokens};
use crate::token_cursor::TokenCursor;

/// Formats the code with rustfmt. Returns `None` if rustfmt cannot read it.
fn formatted(code: &str) -> io::Result<Option<String>> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "use_small_heuristics=Max"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = rustfmt.stdin.take() {
        input.write_all(code.as_bytes())?;
    }
    let output = rustfmt.wait_with_output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(output.status.success().then_some(text))
}

/// Replaces the macro call around `impl Dispatch` by its contents, because rustfmt does not format those.
fn unwrapped(made: TokenStream) -> TokenStream {
    let mut out = Vec::new();
    let mut trees = made.into_iter();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Ident(name) if name == "merge_these_blocks_or_make_one_a_protocol" => {
                out.truncate(out.len() - 3); // `__p::`, three tokens
                if let Some(TokenTree::Group(contents)) = trees.nth(1) {
                    out.extend(unwrapped(contents.stream()));
                }
            }
            TokenTree::Group(group) => {
                let inside = unwrapped(group.stream());
                out.push(Group::new(group.delimiter(), inside).into());
            }
            other => out.push(other),
        }
    }
    out.into_iter().collect()
}

/// Formats the whole expansion at once, or, if it contains a broken item, item by item.
pub(super) fn pretty(made: &TokenStream) -> io::Result<String> {
    if let Some(text) = formatted(&made.to_string())? {
        return Ok(text);
    }
    let mut cursor = TokenCursor::new(made.clone());
    let mut out = String::new();
    while !cursor.is_done() {
        let start = cursor.position();
        item(&mut cursor);
        cursor.next_if(cursor.is_punct(0, ';'));
        let code = cursor.since(start).to_string();
        out.push_str(&formatted(&code)?.unwrap_or(format!("{code}\n")));
    }
    Ok(out)
}

fn snapshot(source: &str) -> io::Result<String> {
    let (made, reported) = expand_file(tokens(source));
    let mut out = String::new();
    for (text, under) in reported {
        let under = under.replace('\n', " ");
        out.extend(["// error: ", &text, "\n// under: ", &under, "\n"]);
    }
    out.push_str(&pretty(&unwrapped(made))?);
    Ok(out)
}

pub(super) fn fixtures() -> io::Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expand");
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".rs") && !name.ends_with(".expanded.rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[test]
fn fixtures_expand_as_recorded() -> io::Result<()> {
    let fixtures = fixtures()?;
    assert!(!fixtures.is_empty());
    let mut wrong = Vec::new();
    for path in fixtures {
        let made = snapshot(&fs::read_to_string(&path)?)?;
        let recorded = path.with_extension("expanded.rs");
        if env::var_os("UPDATE").is_some() {
            fs::write(&recorded, made)?;
        } else if fs::read_to_string(&recorded).unwrap_or_default() != made {
            wrong.push(recorded);
        }
    }
    assert!(wrong.is_empty(), "changed (UPDATE=1 rewrites): {wrong:#?}");
    Ok(())
}
