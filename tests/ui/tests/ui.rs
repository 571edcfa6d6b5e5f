//! Error texts, as users see them: a mistake is reported once.
//!
//! `TRYBUILD=overwrite` writes the texts anew; read the difference aloud before it is kept.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

#[test]
fn each_mistake_is_reported_once() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ours/*/*.rs");
}

#[test]
fn mistakes_are_reported_together() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("together/*.rs");
}

/// The compiler words these, so they are compared with one compiler only: that of `rust-version`.
#[test]
fn compiler_errors_point_at_the_offending_token() -> io::Result<()> {
    let recorded = env!("CARGO_PKG_RUST_VERSION");
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let ask = |option: &[&str]| -> io::Result<String> {
        let answer = Command::new(&compiler).args(option).output()?;
        Ok(String::from_utf8_lossy(&answer.stdout).trim().to_owned())
    };
    let version = ask(&["--version"])?;
    let sysroot = PathBuf::from(ask(&["--print", "sysroot"])?);
    let reason = if !version.starts_with(&format!("rustc {recorded}.")) {
        format!("recorded with rustc {recorded}, this is {version}")
    } else if sysroot.join("lib/rustlib/src").exists() {
        "recorded without rust-src, whose lines the compiler would quote".to_owned()
    } else {
        let cases = trybuild::TestCases::new();
        cases.compile_fail("rustc/*/*.rs");
        return Ok(());
    };
    // Bypasses the capture of the test harness: skipped tests must be visible.
    writeln!(io::stderr(), "skipped: rustc: {reason}")
}

/// Legal input is a test program of its own, which cargo compiles and runs.
#[test]
fn each_legal_input_is_a_test_program() -> io::Result<()> {
    let manifest = fs::read_to_string(ui("Cargo.toml"))?;
    for entry in fs::read_dir(ui("pass"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        assert!(manifest.contains(&format!("path = \"pass/{name}\"")), "pass/{name} is not listed");
    }
    Ok(())
}

/// All recorded texts of a folder.
fn texts(folder: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(texts(&path)?);
        } else if path.extension().is_some_and(|it| it == "stderr") {
            let text = fs::read_to_string(&path)?;
            found.push((path, text));
        }
    }
    Ok(found)
}

fn ui(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

/// The lines that begin an error, without `error`.
fn errors(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("error")).collect()
}

#[test]
fn each_macro_error_is_single_and_suggests_a_fix() -> io::Result<()> {
    let all = texts(&ui("ours"))?;
    assert!(all.len() >= 60, "only {} cases", all.len());
    let mut wrong = Vec::new();
    for (path, recorded) in all {
        let name = path.strip_prefix(ui("ours")).unwrap_or(&path).display().to_string();
        let mut complain = |what: &str| wrong.push(format!("{name} {what}"));
        let [text] = errors(&recorded)[..] else {
            complain("is not one error");
            continue;
        };
        let Some(text) = text.strip_prefix(": ") else {
            complain("is an error of the compiler: it belongs to rustc");
            continue;
        };
        if text.starts_with(|first: char| first.is_uppercase()) || text.ends_with('.') {
            complain("is not written in lower case without a full stop");
        }
        if !text.contains("; ") {
            complain("does not say what to write, after `;`");
        }
        // The line with the carets stands below the one that they mark.
        let mut lines = recorded.lines().skip_while(|line| !line.contains(" | "));
        let marked = lines.next().and_then(|line| line.split_once(" | ")).unwrap_or_default().1;
        if marked.trim().starts_with("#[actor") && !name.contains("duplicate-actor") {
            let carets = lines.next().unwrap_or_default().trim_start_matches([' ', '|']);
            if carets.trim_end().len() >= marked.trim().len() {
                complain("points at `#[actor]` instead of the guilty token");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

#[test]
fn each_compiler_mistake_gives_one_error() -> io::Result<()> {
    let all = texts(&ui("rustc"))?;
    assert!(all.len() >= 50, "only {} cases", all.len());
    for (path, recorded) in all {
        assert_eq!(errors(&recorded).len(), 1, "{}", path.display());
    }
    Ok(())
}

#[test]
fn several_mistakes_give_several_errors() -> io::Result<()> {
    for (path, recorded) in texts(&ui("together"))? {
        assert!(errors(&recorded).len() > 1, "{}", path.display());
    }
    Ok(())
}
