//! Crates that are difficult for a macro: no prelude, other editions, other names, every lint.
//!
//! They are a workspace of their own below `hostile`, checked here and never run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::{env, fs, io};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile")
}

/// Returns their target folder. It is next to the target folder of the tests, so that it is kept as long.
fn target() -> PathBuf {
    let exe = env::current_exe().unwrap_or_default();
    let target = exe.ancestors().find(|it| it.join("CACHEDIR.TAG").exists());
    target.map_or_else(env::temp_dir, Path::to_path_buf).join("hostile")
}

fn cargo(words: &[&str], more: impl FnOnce(&mut Command)) -> io::Result<Output> {
    // They have the dependencies of the project's own workspace, in its versions.
    static LOCK: LazyLock<io::Result<u64>> = LazyLock::new(|| {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
        fs::copy(own, folder().join("Cargo.lock"))
    });
    assert!(LOCK.is_ok(), "{:?}", *LOCK);
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(words).current_dir(folder()).env("CARGO_TARGET_DIR", target());
    more(&mut cargo);
    cargo.output()
}

#[test]
fn each_hostile_crate_compiles_without_warnings() -> io::Result<()> {
    let words = ["check", "--quiet", "--workspace", "--exclude", "hostile-lints"];
    let output = cargo(&words, |cargo| {
        cargo.arg("--keep-going");
    })?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    Ok(())
}

/// The lints of rustc that are off by default, except unstable ones.
fn quiet_lints() -> io::Result<Vec<String>> {
    let help = Command::new("rustc").args(["-W", "help"]).output()?;
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let off = help.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some(name), Some("allow")) if !line.contains("unstable") => Some(name.to_owned()),
            _ => None,
        }
    });
    Ok(off.collect())
}

/// The warnings of rustc and clippy for a corpus, with their counts per location.
fn said(corpus: &Path) -> io::Result<BTreeMap<String, usize>> {
    let lints = quiet_lints()?;
    assert!(lints.len() > 30, "{lints:?}");
    let words = ["clippy", "-p", "hostile-lints", "--no-deps"];
    let output = cargo(&words, |cargo| {
        cargo.args(["--message-format", "short", "--"]).env("CORPUS", corpus);
        for lint in lints {
            cargo.arg("-W").arg(lint);
        }
        for group in ["all", "pedantic", "nursery", "restriction", "cargo"] {
            cargo.arg("-W").arg(format!("clippy::{group}"));
        }
    })?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    let mut said = BTreeMap::new();
    for line in text.lines() {
        if let Some((_, what)) = line.split_once("corpus.rs:") {
            *said.entry(what.to_owned()).or_default() += 1;
        }
    }
    Ok(said)
}

/// The corpus without actors: each line, and its contents, stay where they are.
fn by_hand(corpus: &str) -> String {
    let marks = ["#[::rt::actor(", "#[on_", "#[message"];
    let lines = corpus.lines().map(|line| {
        let is_ours = marks.iter().any(|mark| line.trim_start().starts_with(mark));
        // Only an actor has a context; a system can be lent to any code.
        if is_ours { String::new() } else { line.replace("::Context<Self>", "::System       ") }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Warnings that a hand-written dispatch and address would also cause.
const BY_HAND_TOO: [(&str, &str); 4] = [
    ("this function is only used once", "the one who calls a handler is the dispatch"),
    ("missing trait method provided by default", "defaults are there to be left alone"),
    ("type of pattern does not match the expression", "a guard sees arguments by reference"),
    ("method `inner` is never used", "true: nobody sends it"),
];

#[test]
fn no_lint_blames_generated_code() -> io::Result<()> {
    let corpus = folder().join("corpus.rs");
    let plain = target().join("by-hand");
    fs::create_dir_all(&plain)?;
    let plain = plain.join("corpus.rs");
    fs::write(&plain, by_hand(&fs::read_to_string(&corpus)?))?;
    let (without, with) = (said(&plain)?, said(&corpus)?);
    assert!(without.len() > 20, "the lints are not on: {without:#?}");
    let extra: Vec<_> = with
        .iter()
        .filter(|(what, _)| !BY_HAND_TOO.iter().any(|(text, _)| what.contains(text)))
        .filter(|(what, times)| **times > without.get(*what).copied().unwrap_or(0))
        .map(|(what, times)| format!("{what} ({times} times)"))
        .collect();
    assert!(extra.is_empty(), "{} more than by hand: {extra:#?}", extra.len());
    Ok(())
}
