//! The public names of `actor-core`: few at the root, and each in one place.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, UseTree, Visibility};

use super::item_examples::is_hidden;
use super::page;

/// The module of the names at the root of the crate.
const ROOT: &str = "lib";

/// The most names that the root may have, macros included. Modules are not counted.
///
/// A new item belongs in the module of its subject. The root is for names that nearly every program
/// writes.
const MOST_AT_THE_ROOT: usize = 29;

#[test]
fn the_root_has_few_names() {
    let names = &modules()[ROOT];
    assert!(names.len() > 20, "only {names:?}");
    assert!(names.len() <= MOST_AT_THE_ROOT, "{} names at the root: {names:?}", names.len());
}

/// Except in the prelude, which repeats the usual names.
#[test]
fn each_name_has_one_path() {
    let mut modules = modules();
    let prelude = modules.remove("prelude").expect("there is a prelude");
    assert!(modules.len() > 15, "only {:?}", modules.keys());
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (module, names) in &modules {
        for name in names {
            places.entry(name).or_default().push(module);
        }
    }
    assert!(places.len() > 120, "only {:?}", places.keys());
    let several: Vec<_> = places.iter().filter(|(_, modules)| modules.len() > 1).collect();
    assert!(several.is_empty(), "these names have several paths: {several:?}");
    let unknown: Vec<_> = prelude.iter().filter(|name| !places.contains_key(&***name)).collect();
    assert!(unknown.is_empty(), "only the prelude has {unknown:?}");
}

/// The doc of a public module has an example.
#[test]
fn each_public_module_has_a_doc_with_an_example() {
    for module in modules().into_keys().filter(|module| module != ROOT) {
        let (attributes, _) = contents(&module);
        let has_example = attributes.iter().filter_map(doc_line).any(|line| line == " ```");
        assert!(has_example, "the doc of `{module}` has no example");
    }
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
            Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) => Some(line.value()),
            _ => None,
        },
        _ => None,
    }
}

/// The names that users can write, by the public module that has them: the items and re-exports of
/// the root and of each `pub mod` in it.
pub(super) fn modules() -> BTreeMap<String, BTreeSet<String>> {
    let root = items(ROOT);
    let public = root.iter().filter_map(|item| match item {
        Item::Mod(item) if is_public(&item.vis) && !is_hidden(&item.attrs) => {
            Some(item.ident.to_string())
        }
        _ => None,
    });
    let modules: Vec<String> = public.chain([ROOT.to_owned()]).collect();
    modules.into_iter().map(|module| (module.clone(), names(&module))).collect()
}

fn names(module: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for item in items(module) {
        note(&item, module, &mut names);
    }
    names
}

fn note(item: &Item, module: &str, names: &mut BTreeSet<String>) {
    let mut add = |name: &syn::Ident, visibility: &Visibility, attributes: &[Attribute]| {
        if is_public(visibility) && !is_hidden(attributes) {
            names.insert(name.to_string());
        }
    };
    match item {
        Item::Const(item) => add(&item.ident, &item.vis, &item.attrs),
        Item::Enum(item) => add(&item.ident, &item.vis, &item.attrs),
        Item::Fn(item) => add(&item.sig.ident, &item.vis, &item.attrs),
        Item::Static(item) => add(&item.ident, &item.vis, &item.attrs),
        Item::Struct(item) => add(&item.ident, &item.vis, &item.attrs),
        Item::Trait(item) => add(&item.ident, &item.vis, &item.attrs),
        Item::Type(item) => add(&item.ident, &item.vis, &item.attrs),
        // A struct in `pin_project!`.
        Item::Macro(item) => {
            if let Ok(inner) = item.mac.parse_body::<Item>() {
                note(&inner, module, names);
            }
        }
        Item::Mod(item) => {
            let is_nested = module != ROOT && is_public(&item.vis);
            assert!(!is_nested, "`{module}` has the public module `{}`", item.ident);
        }
        Item::Use(item) if is_public(&item.vis) && !is_hidden(&item.attrs) => {
            gather(&item.tree, names);
        }
        _ => {}
    }
}

fn gather(tree: &UseTree, names: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(path) => gather(&path.tree, names),
        UseTree::Group(group) => group.items.iter().for_each(|tree| gather(tree, names)),
        UseTree::Name(name) => drop(names.insert(name.ident.to_string())),
        // A new name for an item that has a path is a second path.
        UseTree::Rename(rename) => {
            names.extend([rename.ident.to_string(), rename.rename.to_string()]);
        }
        UseTree::Glob(_) => panic!("a public glob hides what it exports"),
    }
}

fn items(module: &str) -> Vec<Item> {
    contents(module).1
}

/// The attributes and items of a module, which is a file or stands in the root.
fn contents(module: &str) -> (Vec<Attribute>, Vec<Item>) {
    if module != ROOT {
        let inline = items(ROOT).into_iter().find_map(|item| match item {
            Item::Mod(item) if item.ident == module => Some((item.attrs, item.content?.1)),
            _ => None,
        });
        if let Some(found) = inline {
            return found;
        }
    }
    let text = fs::read_to_string(file(module)).expect("a source can be read");
    let file = syn::parse_file(&text).expect("a source is Rust");
    (file.attrs, file.items)
}

fn file(module: &str) -> PathBuf {
    let folder = page::root().join("actor-core/src");
    let file = folder.join(format!("{module}.rs"));
    if file.exists() { file } else { folder.join(module).join("mod.rs") }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}
