//! Each public function that takes a duration, a count or a factor is tried, here or where it says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The file and the function.
const HERE: [(&str, &str); 33] = [
    ("child", "capacity"),
    ("child", "shutdown"),
    ("backoff", "exponential"),
    ("backoff", "factor"),
    ("backoff", "jitter"),
    ("backoff", "reset_after"),
    ("supervisor", "intensity"),
    ("process", "capacity"),
    ("ask", "timeout"),
    ("inbox", "receive_timeout"),
    ("inbox", "select_timeout"),
    ("prepared", "capacity"),
    ("proxy", "capacity"),
    ("pool", "resize"),
    ("subscription", "drop_oldest"),
    ("subscription", "drop_newest"),
    ("stream", "drop_oldest"),
    ("stream", "drop_newest"),
    ("simulation", "advance"),
    ("shutdown", "shutdown"),
    ("builder", "threads"),
    ("replies", "pair"),
    ("reply_stream", "timeout"),
    ("reply_stream", "stream_of"),
    ("time", "sleep"),
    ("time", "timeout"),
    ("time", "interval"),
    ("addr", "stop_within"),
    ("call", "timeout"),
    ("delegated", "timeout"),
    ("send", "timeout"),
    ("timers", "after"),
    ("timers", "every"),
];

/// Parameters that are tested elsewhere, or whose values are all equivalent.
const ELSEWHERE: [(&str, &str); 13] = [
    // The same settings by another way in: `capacities_are_exact_or_refused`.
    ("spawn", "capacity"),
    // The macros check the result: `tests/ui/ours/options`.
    ("message", "capacity"),
    ("message", "turn"),
    ("message", "deferred"),
    ("message", "max_concurrent"),
    ("test", "seeds"),
    ("test", "explore"),
    // A seed: any number is one.
    ("system", "simulation"),
    // Injected faults: `tests/tests/simulation/fault_injection.rs`.
    ("fault", "delay"),
    ("fault", "full"),
    ("fault", "at"),
    ("fault", "every"),
    ("fault", "chance"),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../actor-core/src")
}

/// The name of the file, or of the folder of a `mod.rs`.
fn module(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    let name = if stem == "mod" { path.parent().and_then(Path::file_name) } else { Some(stem) };
    name.unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether an argument of the signature is one.
fn takes_a_number(signature: &str) -> bool {
    let types = ["Duration", "Instant", "usize", "u64", "u32", "f64", "f32"];
    types.iter().any(|number| signature.contains(&format!(": {number}")))
}

/// The public functions of a file that take a number.
fn functions(path: &Path, found: &mut BTreeSet<(String, String)>) {
    let text = fs::read_to_string(path).expect("a source file can be read");
    // Public interfaces have none in their tests, and none that are private.
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    for head in ["pub fn ", "pub const fn ", "pub async fn "] {
        for (place, _) in text.match_indices(head) {
            let line = text[..place].rsplit('\n').next().unwrap_or_default();
            let is_comment = line.contains("//");
            let name = &text[place + head.len()..];
            let end = name.find(['(', '<']).unwrap_or(0);
            let signature = name.split('{').next().unwrap_or_default();
            if !is_comment && takes_a_number(signature) {
                found.insert((module(path), name[..end].to_owned()));
            }
        }
    }
}

#[test]
fn each_public_function_that_takes_a_number_is_tried() {
    let (mut folders, mut found) = (vec![source()], BTreeSet::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder can be read").flatten() {
            let path = entry.path();
            let name = module(&path);
            if path.is_dir() {
                folders.push(path);
            } else if !matches!(name.as_str(), "private" | "generated" | "tests" | "models") {
                functions(&path, &mut found);
            }
        }
    }
    let known: BTreeSet<_> = HERE.iter().chain(&ELSEWHERE).copied().collect();
    let missing: Vec<_> = found
        .iter()
        .filter(|(file, name)| !known.contains(&(file.as_str(), name.as_str())))
        .collect();
    assert!(missing.is_empty(), "try them in `tests/numeric_limits`: {missing:?}");
    let gone: Vec<_> = HERE
        .iter()
        .filter(|(file, name)| !found.contains(&((*file).to_owned(), (*name).to_owned())))
        .collect();
    assert!(gone.is_empty(), "no such functions any more: {gone:?}");
}
