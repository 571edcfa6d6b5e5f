//! The layers of actor-core: a module imports only the modules that the table allows. No import goes upward.

use std::fs;
use std::path::Path;

/// Each module and the modules that it may import, the lowest layer first.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("clock", &[]),
    ("sync", &[]),
    ("exit", &["sync"]),
    ("error", &["exit", "sync"]),
    ("panics", &["exit", "sync"]),
    ("future", &["panics", "sync"]),
    ("event", &["clock", "sync", "panics"]),
    ("executor", &["clock", "panics", "sync"]),
    ("incident", &["clock", "exit", "panics", "sync"]),
    ("cell", &["clock", "error", "event", "executor", "exit", "incident", "panics", "sync"]),
    ("system", &["cell", "clock", "event", "executor", "exit", "incident", "panics", "sync"]),
    ("time", &["clock", "executor", "sync", "system"]),
    ("snapshot", &["cell", "exit", "sync", "system"]),
    ("telemetry", &["cell", "clock", "executor", "panics", "sync"]),
    (
        "address",
        &["cell", "clock", "error", "event", "executor", "exit", "panics", "sync", "system"],
    ),
    (
        "actor",
        &[
            "address",
            "cell",
            "clock",
            "error",
            "event",
            "executor",
            "exit",
            "future",
            "incident",
            "panics",
            "sync",
            "system",
            "telemetry",
        ],
    ),
    ("supervision", &["actor", "address", "cell", "clock", "exit", "sync", "time"]),
    (
        "process",
        &[
            "actor",
            "address",
            "cell",
            "error",
            "exit",
            "supervision",
            "sync",
            "system",
            "time",
            "panics",
        ],
    ),
    ("pool", &["actor", "address", "cell", "exit", "supervision", "sync", "system", "panics"]),
    ("topic", &["actor", "address", "cell", "exit", "panics", "sync", "system"]),
    (
        "simulation",
        &[
            "actor", "address", "cell", "event", "executor", "exit", "incident", "panics", "sync",
            "system", "time",
        ],
    ),
    (
        "proxy",
        &[
            "actor", "address", "cell", "clock", "error", "event", "exit", "incident", "panics",
            "sync", "system",
        ],
    ),
    ("models", ALL),
    ("spawn", &["actor", "pool", "sync", "system"]),
    ("private", ALL),
    ("lib", ALL),
];

const ALL: &[&str] = &["*"];

#[test]
fn each_module_keeps_to_its_layer() {
    check(MAY_NAME);
}

#[test]
fn only_sync_names_the_primitives_of_std() {
    let files = sources();
    let all = files.iter().filter(|(file, _)| file != "sync.rs");
    let strays: Vec<_> = all.filter(|(_, code)| code.contains("std::sync")).collect();
    let names: Vec<_> = strays.iter().map(|(file, _)| file).collect();
    assert!(names.is_empty(), "`std::sync` is named outside of `sync.rs`: {names:?}");
}

/// A browser has no clock that std can read, so there is one type of instants for all platforms.
#[test]
fn only_clock_names_the_instant_of_std() {
    let files = sources();
    let all = files.iter().filter(|(file, _)| file != "clock.rs" && !file.contains("models"));
    let strays = all.filter(|(_, code)| {
        let imports = code.split("std::time::").skip(1).flat_map(paths);
        imports.into_iter().any(|name| name.split("::").next() == Some("Instant"))
    });
    let names: Vec<_> = strays.map(|(file, _)| file).collect();
    assert!(names.is_empty(), "use `crate::clock::Instant` in {names:?}");
}

/// A waker may be user code, whose panic must not reach the code that wakes it.
#[test]
fn only_the_module_panics_calls_wakers_that_may_panic() {
    let files = sources();
    let all = files.iter().filter(|(file, _)| file != "panics.rs" && !file.contains("models"));
    let strays = all.filter(|(_, code)| code.contains(".wake()") || code.contains("Waker::wake"));
    let names: Vec<_> = strays.map(|(file, _)| file).collect();
    assert!(names.is_empty(), "use `crate::panics::wake` in {names:?}");
}

/// The macros that print panic if the stream is closed; one file catches that.
#[test]
fn only_the_reporter_prints_by_a_macro() {
    let files = sources();
    let macros = ["print", "println", "eprint", "eprintln", "dbg"].map(|name| format!("{name}!("));
    let all = files.iter().filter(|(file, _)| file != "incident.rs");
    let strays = all.filter(|(_, code)| macros.iter().any(|print| code.contains(print.as_str())));
    let names: Vec<_> = strays.map(|(file, _)| file).collect();
    assert!(names.is_empty(), "use `crate::incident::print_on_stderr` in {names:?}");
}

/// Fails with every import that the table does not allow.
fn check(table: &[(&str, &[&str])]) {
    let files = sources();
    let root = &files.iter().find(|(file, _)| file == "lib.rs").expect("a crate has a root").1;
    let exported: Vec<String> = root.split("pub use ").skip(1).flat_map(paths).collect();
    let mut wrong = Vec::new();
    for (file, code) in &files {
        let module = file.split(['/', '.']).next().unwrap_or_default();
        let Some((_, allowed)) = table.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("{file}: `{module}` is not in the table of tests/layers.rs"));
            continue;
        };
        // The parent of a folder's root is the crate.
        let code = match file.strip_suffix("/mod.rs") {
            Some(folder) if !folder.contains('/') => code.replace("super::", "crate::"),
            _ => code.clone(),
        };
        if code.contains("super::super::") {
            wrong.push(format!("{file}: names by `super::super::`; use `crate::`"));
        }
        for path in code.split("crate::").skip(1).flat_map(paths) {
            // An item that the root re-exports belongs to the module that defines it.
            let end = format!("::{path}");
            let path = exported.iter().find(|from| from.ends_with(&end)).unwrap_or(&path).clone();
            let target = path.split("::").next().unwrap_or_default();
            let is_module = table.iter().any(|(name, _)| *name == target);
            if !is_module || target == module || allowed.contains(&target) || *allowed == ALL {
                continue;
            }
            wrong.push(format!("{file}: `{module}` must not import `{path}`"));
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "\n  {}", wrong.join("\n  "));
}

/// The paths at the start of `code`, which follows `crate::` or `use`: `a::{b, c::d}` is
/// `a::b` and `a::c::d`.
fn paths(code: &str) -> Vec<String> {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let end = code.find(|c| !is_path(c)).unwrap_or(code.len());
    let (head, rest) = code.split_at(end);
    let Some(group) = rest.strip_prefix('{').filter(|_| head.is_empty() || head.ends_with("::"))
    else {
        return vec![head.trim_end_matches(':').to_owned()];
    };
    let (mut depth, mut found, mut start) = (0, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        let is_end = depth == 0 && c == '}';
        if is_end || (depth == 0 && c == ',') {
            found.extend(paths(group[start..at].trim()).iter().map(|tail| format!("{head}{tail}")));
            start = at + 1;
        }
        match c {
            '}' if is_end => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    found.retain(|path| path != head);
    found
}

/// The files under `src` by their names, without comments and without tests.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../actor-core/src");
    let (mut folders, mut files) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the sources lie beside the tests") {
            let path = entry.expect("a folder can be read").path();
            let name = path.strip_prefix(&root).expect("it lies within").to_string_lossy();
            let name = name.replace('\\', "/");
            if path.is_dir() && !name.ends_with("tests") {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") && !name.ends_with("tests.rs")
            {
                let text = fs::read_to_string(&path).expect("a source can be read");
                let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                files.push((name, code.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    files.sort();
    files
}
