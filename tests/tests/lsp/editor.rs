//! The questions, and the lines and columns of the answers.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::{env, fs, io};

use serde_json::{Value, json};

use super::client::Client;

/// Lines are counted from 0, as the protocol does.
const ACTOR: &str = "\
use actor_core::prelude::*;
/// Counts.
#[actor]
pub struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    /// Adds `amount`.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
    /// The label.
    pub fn label(&self) -> u64 {
        self.total
    }
}

pub fn call(addr: &CounterAddr) {
    let _call = addr.add(1);
}
";

/// `fn add`, and `addr.add`.
const HANDLER: (usize, usize) = (10, 11);
const CALL: (usize, usize) = (21, 21);

struct Editor {
    client: Client,
    uri: String,
    version: i64,
    colours: Vec<String>,
}

/// The server, or why there is none.
static EDITOR: LazyLock<Result<Mutex<Editor>, String>> =
    LazyLock::new(|| Editor::open().map(Mutex::new).map_err(|error| error.to_string()));

/// Runs a test in the editor, or says that it does not.
fn edit(test: impl FnOnce(&mut Editor) -> io::Result<()>) -> io::Result<()> {
    if env::var_os("ACTOR_LSP").is_none() {
        // Bypasses the capture of the test harness: skipped tests must be visible.
        return writeln!(io::stderr(), "skipped: the editor: ACTOR_LSP is not set");
    }
    match &*EDITOR {
        Ok(editor) => test(&mut editor.lock().unwrap_or_else(PoisonError::into_inner)),
        Err(error) => Err(io::Error::other(error.clone())),
    }
}

/// A crate with the actor in it, where builds are.
fn project() -> io::Result<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tests.join("../target/lsp/edited");
    fs::create_dir_all(folder.join("src"))?;
    let folder = folder.canonicalize()?;
    let core = tests.join("../actor-core");
    let manifest = format!(
        "[package]\nname = \"edited\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [dependencies]\nactor-core = {{ path = {core:?} }}\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/lib.rs"), ACTOR)?;
    fs::copy(tests.join("../Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(folder)
}

/// The sources of the standard library.
fn library() -> io::Result<PathBuf> {
    if let Some(library) = env::var_os("RUST_SRC") {
        return Ok(library.into());
    }
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output()?;
    let sysroot = String::from_utf8_lossy(&sysroot.stdout).trim().to_owned();
    let library = Path::new(&sysroot).join("lib/rustlib/src/rust/library");
    let missing = "rust-src is not there (rustup component add rust-src, or RUST_SRC)";
    if library.is_dir() { Ok(library) } else { Err(io::Error::other(missing)) }
}

impl Editor {
    fn open() -> io::Result<Self> {
        let folder = project()?;
        let uri = |path: &Path| format!("file://{}", path.display());
        let server = env::var_os("RUST_ANALYZER").unwrap_or_else(|| "rust-analyzer".into());
        let mut client = Client::start(Command::new(server))?;
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/lsp");
        let mut options = json!({
            "checkOnSave": false,
            "cachePriming": { "enable": false },
            "cargo": { "targetDir": target, "allTargets": false },
            "completion": { "callable": { "snippets": "none" } },
        });
        // Always set: otherwise a server would have rustup install a toolchain, and change the
        // compiler's texts.
        options["cargo"]["sysrootSrc"] = json!(library()?);
        let about = client.ask(
            "initialize",
            &json!({
                "processId": process::id(),
                "rootUri": uri(&folder),
                "capabilities": {
                    "experimental": { "serverStatusNotification": true },
                    "textDocument": {
                        "hover": { "contentFormat": ["markdown"] },
                        "semanticTokens": {
                            "requests": { "full": true },
                            "tokenTypes": [], "tokenModifiers": [], "formats": ["relative"],
                        },
                    },
                },
                "initializationOptions": options,
            }),
        )?;
        let legend = &about["capabilities"]["semanticTokensProvider"]["legend"]["tokenTypes"];
        let colours = legend.as_array().into_iter().flatten();
        let colours = colours.filter_map(|it| it.as_str().map(str::to_owned)).collect();
        client.notify("initialized", &json!({}))?;
        let uri = uri(&folder.join("src/lib.rs"));
        let file = json!({ "uri": uri, "languageId": "rust", "version": 1, "text": ACTOR });
        client.notify("textDocument/didOpen", &json!({ "textDocument": file }))?;
        client.settle()?;
        Ok(Editor { client, uri, version: 1, colours })
    }

    /// Types, with `^` where the cursor stands then; gives its place.
    fn types(&mut self, from: &str, to: &str) -> io::Result<(usize, usize)> {
        assert!(ACTOR.contains(from), "{from:?} is not there");
        let text = ACTOR.replacen(from, to, 1);
        let before = text.split('^').next().unwrap_or_default();
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().len();
        self.shows(&text.replace('^', ""))?;
        Ok((line, column))
    }

    fn shows(&mut self, text: &str) -> io::Result<()> {
        self.version += 1;
        let file = json!({ "uri": self.uri, "version": self.version });
        let change = json!({ "textDocument": file, "contentChanges": [{ "text": text }] });
        self.client.notify("textDocument/didChange", &change)
    }

    fn ask(&mut self, what: &str, at: (usize, usize), more: &[(&str, Value)]) -> io::Result<Value> {
        let mut params = json!({
            "textDocument": { "uri": self.uri },
            "position": { "line": at.0, "character": at.1 },
        });
        for (key, value) in more {
            params[*key] = value.clone();
        }
        self.client.ask(&format!("textDocument/{what}"), &params)
    }

    /// The names that are offered there.
    fn offers(&mut self, at: (usize, usize)) -> io::Result<Vec<String>> {
        let answer = self.ask("completion", at, &[])?;
        let items = answer["items"].as_array().or(answer.as_array()).cloned().unwrap_or_default();
        let label = |item: &Value| item["label"].as_str().unwrap_or_default().to_owned();
        let name = |label: String| {
            label.split(|it: char| !it.is_alphanumeric() && it != '_').next().map(str::to_owned)
        };
        Ok(items.iter().map(label).filter_map(name).collect())
    }
}

/// Line and column at which a range starts.
fn start(range: &Value) -> (u64, u64) {
    let start = &range["start"];
    let number = |key: &str| start[key].as_u64().unwrap_or(u64::MAX);
    (number("line"), number("character"))
}

fn place(at: (usize, usize)) -> (u64, u64) {
    (at.0 as u64, at.1 as u64)
}

fn assert_offers(offered: &[String], names: &[&str]) {
    for name in names {
        assert!(offered.iter().any(|it| it == name), "no `{name}` among {offered:?}");
    }
}

#[test]
fn a_broken_body_still_completes() -> io::Result<()> {
    edit(|editor| {
        let inside = editor.types("self.total += amount;", "let x = ; self.^")?;
        assert_eq!(inside, (11, 23));
        assert_offers(&editor.offers(inside)?, &["total", "add", "label"]);
        editor.shows(&ACTOR.replacen("+= amount;", "", 1).replace(".add(1);", "."))?;
        assert_offers(&editor.offers((21, 21))?, &["add", "label"]);
        Ok(())
    })
}

#[test]
fn a_spawned_actor_completes() -> io::Result<()> {
    edit(|editor| {
        let at = editor.types(
            "let _call = addr.add(1);",
            "let counter = Counter { total: 1 }.prepare().spawn();\n    counter.^",
        )?;
        assert_offers(&editor.offers(at)?, &["add", "label", "stop"]);
        let spawned = "let counter = Counter { total: 1 }.spawn();\n    counter.^";
        let at = editor.types("let _call = addr.add(1);", spawned)?;
        assert_offers(&editor.offers(at)?, &["add", "label", "stop"]);
        Ok(())
    })
}

#[test]
fn a_half_typed_method_leaves_its_neighbours() -> io::Result<()> {
    edit(|editor| {
        let text = ACTOR.replacen("amount: u64)", "x: )", 1).replace(".add(1);", ".");
        editor.shows(&text)?;
        assert_offers(&editor.offers((21, 21))?, &["label", "stop"]);
        Ok(())
    })
}

#[test]
fn a_half_typed_head_leaves_the_address() -> io::Result<()> {
    edit(|editor| {
        for head in ["impl Counter< {", "impl {", "impl Greet for Counter {"] {
            let text = ACTOR.replacen("impl Counter {", head, 1).replace(".add(1);", ".");
            editor.shows(&text)?;
            assert_offers(&editor.offers((21, 21))?, &["stop", "join"]);
        }
        Ok(())
    })
}

#[test]
fn definition_of_a_call_is_its_handler() -> io::Result<()> {
    edit(|editor| {
        editor.shows(ACTOR)?;
        let answer = editor.ask("definition", CALL, &[])?;
        let places = answer.as_array().cloned().unwrap_or_default();
        let places: Vec<_> = places.iter().map(|it| start(&it["range"])).collect();
        assert_eq!(places, [place(HANDLER)]);
        Ok(())
    })
}

#[test]
fn renaming_a_handler_renames_its_calls() -> io::Result<()> {
    edit(|editor| {
        editor.shows(ACTOR)?;
        let answer = editor.ask("rename", HANDLER, &[("newName", json!("plus"))])?;
        let of_file = answer["changes"].as_object().and_then(|it| it.values().next()).cloned();
        let edits = of_file.unwrap_or_else(|| answer["documentChanges"][0]["edits"].clone());
        let mut places: Vec<_> =
            edits.as_array().into_iter().flatten().map(|it| start(&it["range"])).collect();
        places.sort_unstable();
        assert_eq!(places, [place(HANDLER), place((CALL.0, 21))]);
        Ok(())
    })
}

#[test]
fn hover_shows_the_docs_of_the_handler() -> io::Result<()> {
    edit(|editor| {
        editor.shows(ACTOR)?;
        let answer = editor.ask("hover", CALL, &[])?;
        let text = answer["contents"]["value"].as_str().unwrap_or_default();
        assert!(text.contains("Adds `amount`."), "{answer}");
        assert!(text.contains("amount: u64"), "{answer}");
        Ok(())
    })
}

#[test]
fn a_handler_is_coloured_as_a_method() -> io::Result<()> {
    edit(|editor| {
        editor.shows(ACTOR)?;
        let params = json!({ "textDocument": { "uri": editor.uri } });
        let answer = editor.client.ask("textDocument/semanticTokens/full", &params)?;
        let numbers: Vec<u64> =
            answer["data"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
        let (mut line, mut column) = (0, 0);
        let mut found = None;
        for token in numbers.chunks_exact(5) {
            let &[down, right, _, kind, _] = token else { continue };
            column = if down == 0 { column + right } else { right };
            line += down;
            if (line, column) == place(HANDLER) {
                found = usize::try_from(kind).ok().and_then(|kind| editor.colours.get(kind));
            }
        }
        assert_eq!(found.map(String::as_str), Some("method"));
        Ok(())
    })
}
