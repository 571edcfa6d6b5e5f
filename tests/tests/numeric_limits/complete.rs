//! Each public function that takes a duration, a count or a factor is tested, here or in the named
//! file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The type, which is empty for a free function, and the name of the function.
const HERE: [(&str, &str); 34] = [
    ("", "sleep"),
    ("", "timeout"),
    ("", "interval"),
    ("", "open_stream"),
    ("", "queued_reply_until"),
    ("", "queued_stream"),
    ("Prepared", "capacity"),
    ("Child", "capacity"),
    ("Child", "shutdown"),
    ("Backoff", "exponential"),
    ("Backoff", "factor"),
    ("Backoff", "jitter"),
    ("Backoff", "reset_after"),
    ("Supervisor", "intensity"),
    ("Inbox", "receive_timeout"),
    ("Inbox", "select_timeout"),
    ("TypedSubscription", "drop_oldest"),
    ("TypedSubscription", "drop_newest"),
    ("TopicStream", "drop_oldest"),
    ("TopicStream", "drop_newest"),
    ("Sim", "advance"),
    ("System", "shutdown"),
    ("SystemBuilder", "threads"),
    ("Replies", "pair"),
    ("StreamCall", "timeout"),
    ("StreamCall", "stream_of"),
    ("Addr", "resize"),
    ("Addr", "stop_within"),
    ("Call", "timeout"),
    ("Delegated", "timeout"),
    ("Delegating", "timeout"),
    ("SendFuture", "timeout"),
    ("Context", "after"),
    ("Context", "every"),
];

/// Parameters that are tested elsewhere, or whose values are all equivalent.
const ELSEWHERE: [(&str, &str); 13] = [
    // The macros check the result: `tests/ui/ours/options`, `actor-macros/src/tests/settings.rs`.
    ("Settings", "capacity"),
    ("Settings", "turn"),
    ("Settings", "deferred"),
    ("Settings", "max_concurrent"),
    ("TestConfig", "seeds"),
    ("TestConfig", "explore"),
    // A seed: any number is one.
    ("TestConfig", "first_seed"),
    ("System", "simulation"),
    // Injected faults: `tests/tests/simulation/fault_injection.rs`.
    ("Fault", "delay"),
    ("Fault", "full"),
    ("Fault", "at"),
    ("Fault", "every"),
    ("Fault", "chance"),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../actor-core/src")
}

/// The type whose `impl` a public function at `place` is in, or nothing for one outside of them.
fn owner(text: &str, place: usize) -> &str {
    let before = &text[..place];
    if before.ends_with('\n') {
        return "";
    }
    let head = before.rfind("\nimpl").map_or("", |at| &before[at + "\nimpl".len()..]);
    let head = head.split('{').next().unwrap_or_default();
    let (mut depth, mut after) = (0, head);
    if head.starts_with('<') {
        for (at, letter) in head.char_indices() {
            match letter {
                '<' => depth += 1,
                '>' if !head[..at].ends_with('-') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                after = &head[at + 1..];
                break;
            }
        }
    }
    let named = after.rsplit(" for ").next().unwrap_or_default().trim_start();
    named.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default()
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
                found.insert((owner(text, place).to_owned(), name[..end].to_owned()));
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
        .filter(|(owner, name)| !known.contains(&(owner.as_str(), name.as_str())))
        .collect();
    assert!(missing.is_empty(), "try them in `tests/numeric_limits`: {missing:?}");
    let gone: Vec<_> = HERE
        .iter()
        .filter(|(owner, name)| !found.contains(&((*owner).to_owned(), (*name).to_owned())))
        .collect();
    assert!(gone.is_empty(), "no such functions any more: {gone:?}");
}
