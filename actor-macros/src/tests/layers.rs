//! Each file belongs to the layer that its first line names, and imports only from lower layers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Collects all files except the tests and `lib.rs`, each with its top module.
fn files(folder: &Path, top: Option<&str>, all: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            files(&path, Some(top.unwrap_or(&name)), all)?;
        } else if path.extension().is_some_and(|it| it == "rs") && name != "lib" {
            all.push((top.unwrap_or(&name).to_owned(), path));
        }
    }
    Ok(())
}

/// Returns the names after `crate::`, in code and in grouped imports.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, word) in text.match_indices("crate::") {
        let rest = text.get(at + word.len()..).unwrap_or_default();
        let group = rest.strip_prefix('{').and_then(|rest| rest.split('}').next());
        for part in group.unwrap_or(rest).split(',').take(group.map_or(1, |_| usize::MAX)) {
            let name = part.trim().chars().take_while(|it| it.is_alphanumeric() || *it == '_');
            found.push(name.collect());
        }
    }
    found
}

#[test]
fn files_import_only_from_lower_layers() -> io::Result<()> {
    let mut all = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), None, &mut all)?;
    let mut layers: BTreeMap<String, u32> = BTreeMap::new();
    let mut read = Vec::new();
    for (top, path) in all {
        let text = fs::read_to_string(&path)?;
        let layer = text.strip_prefix("//! Layer ").and_then(|rest| rest.chars().next());
        let layer = layer.and_then(|digit| digit.to_digit(10));
        assert!(layer.is_some(), "{} does not name its layer", path.display());
        layers.insert(top.clone(), layer.unwrap_or_default());
        read.push((top, path, text));
    }
    for (top, path, text) in read {
        for import in imports(&text).iter().filter(|import| **import != top) {
            if let (Some(own), Some(other)) = (layers.get(&top), layers.get(import)) {
                assert!(other < own, "{} must not import `{import}`", path.display());
            }
        }
    }
    Ok(())
}
