//! `llms.txt`, the summary of the API on one page, has all settings, features, errors and verbs of the
//! sources, and names no verb that does not exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use syn::{Expr, ImplItem, Item, Lit, Type, Visibility};

use super::item_examples::is_hidden;
use super::page::{self, Page};
use super::public_items;

/// The words of the inline code.
fn named() -> BTreeSet<String> {
    let page = Page::read("llms.txt");
    page.words.iter().flat_map(|code| identifiers(code)).collect()
}

fn identifiers(code: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    code.split(|c| !is_part(c)).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

fn assert_named(kind: &str, expected: &BTreeSet<String>, least: usize) {
    assert!(expected.len() >= least, "{kind}: only {expected:?} was found in the sources");
    let named = named();
    let missing: Vec<_> = expected.difference(&named).collect();
    assert!(missing.is_empty(), "{kind}: llms.txt lacks {missing:?}");
}

fn items(path: &str) -> Vec<Item> {
    let text = fs::read_to_string(page::root().join(path)).expect("a source can be read");
    syn::parse_file(&text).expect("a source is Rust").items
}

/// All items of the sources in `folder`, including those of inline modules.
fn items_within(folder: &str) -> Vec<Item> {
    let (mut folders, mut found) = (vec![page::root().join(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the sources are there") {
            let path: PathBuf = entry.expect("a folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).expect("a source can be read");
                found.extend(syn::parse_file(&text).expect("a source is Rust").items);
            }
        }
    }
    found
}

/// The strings in the constant `name`, a slice of strings.
pub(super) fn strings(path: &str, name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for item in items(path) {
        let Item::Const(item) = item else { continue };
        let (true, Expr::Reference(slice)) = (item.ident == name, *item.expr) else { continue };
        let Expr::Array(array) = *slice.expr else { continue };
        for element in array.elems {
            if let Expr::Lit(literal) = element
                && let Lit::Str(text) = literal.lit
            {
                found.insert(text.value());
            }
        }
    }
    assert!(!found.is_empty(), "{path} has no constant {name}");
    found
}

#[test]
fn each_setting_of_the_macros_is_named() {
    let mut keys = BTreeSet::from(["skip".to_owned()]);
    for (path, name) in [
        ("check/settings.rs", "OF_TYPE"),
        ("check/settings.rs", "OF_BLOCK"),
        ("check/settings.rs", "OF_TRAIT"),
        ("check/settings.rs", "OF_REMOTE"),
        ("check/message_options.rs", "SETTINGS"),
        ("check/test_options.rs", "KNOWN"),
        ("syntax/method.rs", "HELPER_ATTRS"),
    ] {
        keys.extend(strings(&format!("actor-macros/src/{path}"), name));
    }
    assert_named("settings", &keys, 24);
}

#[test]
fn each_item_of_the_prelude_is_named() {
    assert_named("prelude", &public_items::modules()["prelude"], 20);
}

#[test]
fn each_feature_is_named() {
    let mut features = BTreeSet::new();
    for name in ["actor-core", "actor-remote"] {
        let manifest = page::root().join(name).join("Cargo.toml");
        let manifest = fs::read_to_string(manifest).expect("a manifest can be read");
        let (_, table) = manifest.split_once("[features]\n").expect("it has features");
        let lines = table.lines().take_while(|line| !line.starts_with('['));
        let keys = lines.filter_map(|line| line.split_once(" = "));
        features.extend(keys.map(|(key, _)| key.to_owned()));
    }
    assert_named("features", &features, 7);
}

#[test]
fn each_error_is_named() {
    let errors = ["CallError", "SendReason", "Exit", "FailureKind", "RefusalKind", "Incident"];
    let mut names: BTreeSet<String> = errors.map(str::to_owned).into();
    for item in items_within("actor-core/src") {
        if let Item::Enum(item) = item
            && errors.contains(&item.ident.to_string().as_str())
        {
            names.extend(item.variants.iter().map(|variant| variant.ident.to_string()));
        }
    }
    assert_named("errors", &names, 35);
}

#[test]
fn each_verb_is_named() {
    let types = [
        "Addr",
        "Backoff",
        "Call",
        "CallError",
        "Child",
        "Context",
        "Inbox",
        "Prepared",
        "Replies",
        "Reply",
        "Sim",
        "StreamCall",
        "SystemBuilder",
        "Topic",
        "TopicStream",
    ];
    let mut verbs = BTreeSet::new();
    for item in items_within("actor-core/src") {
        let Item::Impl(item) = item else { continue };
        let Type::Path(path) = &*item.self_ty else { continue };
        let name = path.path.segments.last().map(|it| it.ident.to_string()).unwrap_or_default();
        if item.trait_.is_some() || !types.contains(&name.as_str()) {
            continue;
        }
        for method in &item.items {
            if let ImplItem::Fn(method) = method
                && matches!(method.vis, Visibility::Public(_))
                && !is_hidden(&method.attrs)
            {
                verbs.insert(method.sig.ident.to_string());
            }
        }
    }
    assert_named("verbs", &verbs, 90);
}

/// A renamed or removed method is noticed. The names of the examples are not methods of the sources.
#[test]
fn each_verb_that_is_named_exists() {
    const OF_EXAMPLES: &[&str] = &[
        "done", "gone", "loaded", "message", "tail", "take", "tick", "Ok", "Err", "Deadlock",
        "Failed", "Panicked", "Refused", "Lagged", "actor", "remote", "impl", "fn", "into", "test",
    ];
    let mut functions: BTreeSet<String> = BTreeSet::new();
    for item in ["actor-core/src", "actor-remote/src"].into_iter().flat_map(items_within) {
        match item {
            Item::Fn(item) => drop(functions.insert(item.sig.ident.to_string())),
            Item::Impl(item) => functions.extend(item.items.iter().filter_map(|it| match it {
                ImplItem::Fn(it) => Some(it.sig.ident.to_string()),
                _ => None,
            })),
            Item::Trait(item) => functions.extend(item.items.iter().filter_map(|it| match it {
                syn::TraitItem::Fn(it) => Some(it.sig.ident.to_string()),
                _ => None,
            })),
            _ => {}
        }
    }
    let mut called = BTreeSet::new();
    for code in &Page::read("llms.txt").words {
        let heads = code.match_indices('(').map(|(at, _)| &code[..at]);
        // Without the turbofish.
        let heads = heads.map(|head| head.split_once("::<").map_or(head, |(head, _)| head));
        called.extend(heads.filter_map(|head| {
            let is_called = head.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            is_called.then(|| identifiers(head).pop()).flatten()
        }));
    }
    assert!(called.len() > 80, "only {called:?}");
    let unknown = |it: &&String| !functions.contains(*it) && !OF_EXAMPLES.contains(&it.as_str());
    let unknown: Vec<_> = called.iter().filter(unknown).collect();
    assert!(unknown.is_empty(), "llms.txt calls what does not exist: {unknown:?}");
}
