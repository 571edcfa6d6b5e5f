//! Properties of every expansion: size, private interface, lints, determinism.

use std::path::Path;
use std::process::Command;
use std::{env, fs, io};

use super::snapshots::{fixtures, pretty};
use super::{errors_of, expand_file, tokens};

/// Returns an actor with this number of messages of one argument, without docs.
fn actor(messages: usize) -> String {
    let methods: String = (0..messages)
        .map(|number| {
            format!("pub fn message_{number}(&mut self, amount: u64) -> u64 {{ amount }}")
        })
        .collect();
    format!("#[actor] pub struct Counter; #[actor] impl Counter {{ {methods} }}")
}

/// Returns the number of lines that the macro adds to such an actor.
fn added(messages: usize) -> io::Result<usize> {
    let input = actor(messages);
    let bare = pretty(&tokens(&input.replace("#[actor]", "")))?;
    Ok(pretty(&expand_file(tokens(&input)).0)?.lines().count() - bare.lines().count())
}

#[test]
fn an_expansion_keeps_to_its_budget() -> io::Result<()> {
    // The address with its eight trait impls, the interface for protocol messages, and the parts
    // that exist once for all messages; for each message a variant, three short arms, an arm that
    // calls the handler, the address method, and its line in the list of messages.
    let (fixed, each) = (165, 25);
    for messages in [0, 1, 2, 10] {
        let (lines, most) = (added(messages)?, fixed + each * messages);
        assert!(lines <= most, "{messages} messages: {lines} lines instead of {most}");
    }
    Ok(())
}

#[test]
fn lints_are_allowed_in_few_places() {
    let made = expand_file(tokens(&actor(3))).0.to_string().replace(' ', "");
    assert_eq!(made.matches("#[allow(").count(), 3, "{made}");
}

/// Returns the recorded expansions, with their names.
fn recorded() -> io::Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for path in fixtures()? {
        let path = path.with_extension("expanded.rs");
        all.push((path.display().to_string(), fs::read_to_string(&path)?));
    }
    Ok(all)
}

#[test]
fn expansions_use_only_the_private_module() -> io::Result<()> {
    for (name, text) in recorded()? {
        for (at, path) in text.match_indices("::actor_core::") {
            let rest = text.get(at + path.len()..).unwrap_or_default();
            let line = rest.lines().next().unwrap_or_default();
            assert!(line.starts_with("__private"), "{name} names `::actor_core::{line}`");
        }
    }
    Ok(())
}

#[test]
fn trait_impls_say_that_they_are_generated() -> io::Result<()> {
    let made = pretty(&expand_file(tokens(&actor(2))).0)?;
    let lines: Vec<&str> = made.lines().map(str::trim).collect();
    let mut count = 0;
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("impl")) {
        let before = lines.get(..at).unwrap_or_default().iter().rev();
        let reported = before
            .take_while(|line| line.starts_with('#') || line.ends_with([',', ')', ']']))
            .any(|line| *line == "#[automatically_derived]");
        assert_eq!(reported, line.contains(" for "), "{line}");
        count += 1;
    }
    assert!(count > 10, "the impls were not found");
    Ok(())
}

#[test]
fn the_output_for_invalid_input_begins_with_that_input() {
    let wrong = [
        "pub union Both { one : u8 , two : u8 }",
        "fn counter () { }",
        "impl Counter { fn rename (& mut self , name : & str) { } }",
        "impl Counter { fn add (& mut self , x :) { } }",
        "impl Counter < { fn add (& mut self) { } }",
        "struct Parser < 'a > (& 'a str) ;",
    ];
    for item in wrong {
        let input = format!("#[actor] {item}");
        assert!(!errors_of(&input).is_empty(), "nothing is wrong with {item}");
        let made = expand_file(tokens(&input)).0.to_string();
        assert!(made.starts_with(&tokens(item).to_string()), "{item} became {made}");
    }
}

/// Expands all fixtures, without formatting.
fn raw() -> io::Result<String> {
    let mut all = String::new();
    for path in fixtures()? {
        all.push_str(&expand_file(tokens(&fs::read_to_string(path)?)).0.to_string());
    }
    Ok(all)
}

#[test]
fn expansions_are_the_same_in_each_process() -> io::Result<()> {
    const FILE: &str = "ACTOR_EXPANSIONS";
    let here = raw()?;
    if let Some(file) = env::var_os(FILE) {
        return fs::write(file, here);
    }
    let file = Path::new(&env::temp_dir()).join(format!("expansions-{}", std::process::id()));
    let other = Command::new(env::current_exe()?)
        .args(["--exact", "tests::output::expansions_are_the_same_in_each_process"])
        .env(FILE, &file)
        .output()?;
    assert!(other.status.success());
    let there = fs::read_to_string(&file)?;
    fs::remove_file(&file)?;
    assert!(!here.is_empty());
    assert_eq!(here, there);
    Ok(())
}

#[test]
fn the_docs_list_each_message_with_its_fields() {
    let made = expand_file(tokens(
        "#[actor] impl Account {
            /// Withdraws `amount`.
            ///
            /// More.
            fn withdraw(&mut self, /** In cents. */ amount: u64, to: Option<String>) {}
            #[cfg(unix)] fn close(&mut self, reply: Reply<u8>) {}
        }",
    ));
    let made = made.0.to_string();
    let listed = |text: &str| assert!(made.contains(&format!("{text:?}")), "{text} in {made}");
    listed(" The messages, as variants of `AccountMessage`:\n");
    listed(
        " - `Withdraw { amount: u64, to: Option<String> }`: Withdraws `amount`.\n   - `amount`: In cents.",
    );
    assert!(made.contains("cfg_attr (all (unix) , doc = \" - `Close`\")"), "{made}");
}
