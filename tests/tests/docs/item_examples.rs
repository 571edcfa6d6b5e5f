//! Every public item has an example: in its own documentation or, for a method, in another example
//! of the crate that calls it.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use syn::{Attribute, Expr, ImplItem, Item, Lit, Meta, TraitItem, Type, Visibility};

use super::{page, public_items};

#[test]
fn every_public_item_is_shown_by_an_example() {
    // Except macros, which have the names of internal functions.
    let macros = ["actor", "main", "test"];
    let exported = public_items::modules().into_values().flatten();
    let exported = exported.filter(|name| !macros.contains(&name.as_str())).collect();
    let (mut shown, mut wanted) = (String::new(), Vec::new());
    for item in items() {
        visit(&item, &exported, &mut shown, &mut wanted);
    }
    assert!(wanted.len() > 150, "only {} public items were found", wanted.len());
    let lacks = |(name, _): &(String, bool)| {
        let method = name.rsplit("::").next().unwrap_or(name);
        let is_called = [".", "::", " ", "("]
            .iter()
            .any(|before| shown.contains(&format!("{before}{method}(")))
            && name.contains("::");
        // Two items may have the same name if one of them is in a private module.
        let has_own = wanted.iter().any(|(other, has_own)| other == name && *has_own);
        !has_own && !is_called
    };
    let lacking: Vec<_> = wanted.iter().filter(|item| lacks(item)).map(|(name, _)| name).collect();
    assert!(lacking.is_empty(), "no example shows {lacking:#?}");
}

/// Collects the public items within `item`, each with whether it has its own example, and all
/// examples in `shown`.
fn visit(
    item: &Item,
    exported: &BTreeSet<String>,
    shown: &mut String,
    wanted: &mut Vec<(String, bool)>,
) {
    let mut note = |name: String, attributes: &[Attribute], is_public: bool| {
        let examples = examples(attributes);
        if is_public && !is_hidden(attributes) {
            wanted.push((name, !examples.is_empty()));
        }
        shown.push_str(&examples);
    };
    let is_exported = |name: &syn::Ident, visibility: &Visibility| {
        is_public(visibility) && exported.contains(&name.to_string())
    };
    match item {
        Item::Struct(item) => {
            note(item.ident.to_string(), &item.attrs, is_exported(&item.ident, &item.vis));
        }
        Item::Enum(item) => {
            note(item.ident.to_string(), &item.attrs, is_exported(&item.ident, &item.vis));
        }
        Item::Fn(item) => {
            let name = &item.sig.ident;
            note(name.to_string(), &item.attrs, is_exported(name, &item.vis));
        }
        Item::Trait(item) => {
            let is_public = is_exported(&item.ident, &item.vis);
            note(item.ident.to_string(), &item.attrs, is_public);
            for method in &item.items {
                if let TraitItem::Fn(method) = method {
                    let name = format!("{}::{}", item.ident, method.sig.ident);
                    note(name, &method.attrs, is_public);
                }
            }
        }
        Item::Impl(item) if item.trait_.is_none() => {
            let Type::Path(path) = &*item.self_ty else { return };
            let Some(last) = path.path.segments.last() else { return };
            for method in &item.items {
                let ImplItem::Fn(method) = method else { continue };
                let is_public = is_exported(&last.ident, &method.vis);
                note(format!("{}::{}", last.ident, method.sig.ident), &method.attrs, is_public);
            }
        }
        Item::Mod(item) => {
            for inner in item.content.iter().flat_map(|(_, items)| items) {
                visit(inner, exported, shown, wanted);
            }
        }
        _ => {}
    }
}

/// The code of the examples in a doc comment.
fn examples(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    let text: Vec<String> = lines.collect();
    let text = text.join("\n");
    let blocks = text.split("```").skip(1).step_by(2);
    blocks.filter(|block| !block.starts_with("text")).collect()
}

pub(super) fn is_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("doc") && list.tokens.to_string() == "hidden",
        _ => false,
    })
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn items() -> Vec<Item> {
    let mut folders = vec![page::root().join("actor-core/src")];
    let mut items = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the sources are there") {
            let path: PathBuf = entry.expect("a folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).expect("a source can be read");
                items.extend(syn::parse_file(&text).expect("a source is Rust").items);
            }
        }
    }
    items
}
