//! The list of the macro's promises in `tests/README.md`: it is complete, and the tests it names
//! exist.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The rows of the list, by letter.
const ROWS: [(char, usize); 7] =
    [('A', 11), ('B', 7), ('C', 22), ('D', 11), ('E', 10), ('F', 6), ('G', 5)];

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The inline code.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Whether `name` is an existing test, case, recorded expansion, crate or gate.
fn exists(name: &str) -> io::Result<bool> {
    let project = project();
    if let Some((file, function)) = name.split_once("::") {
        let files = ["actor-macros/src/tests", "tests/tests", "tests/ui/tests"];
        let files = files.map(|folder| format!("{folder}/{file}.rs"));
        let mut files: Vec<_> = files.iter().map(|it| project.join(it)).collect();
        // A large test program has a folder with its name.
        for entry in fs::read_dir(project.join("tests/tests").join(file)).into_iter().flatten() {
            files.push(entry?.path());
        }
        for path in files.iter().filter(|it| it.is_file()) {
            if fs::read_to_string(path)?.contains(&format!("#[test]\nfn {function}(")) {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let Some((folder, rest)) = name.split_once('/') else { return Ok(false) };
    Ok(match folder {
        "ours" | "rustc" | "together" => {
            let case = project.join("tests/ui").join(name);
            case.with_extension("rs").exists() && case.with_extension("stderr").exists()
        }
        "pass" => project.join("tests/ui").join(name).with_extension("rs").exists(),
        "expand" => project.join(format!("actor-macros/tests/expand/{rest}.rs")).exists(),
        "hostile" => project.join(format!("tests/hostile/{rest}/Cargo.toml")).exists(),
        "benches" => project.join(name).is_dir(),
        "ci" => fs::read_to_string(project.join(".ci/run"))?.contains(&format!("step '{rest}'")),
        _ => false,
    })
}

#[test]
fn each_promise_names_what_holds_it() -> io::Result<()> {
    let page = fs::read_to_string(project().join("tests/README.md"))?;
    let rows = ROWS
        .iter()
        .flat_map(|(letter, last)| (1..=*last).map(move |number| format!("{letter}{number}")));
    let mut wrong = Vec::new();
    for row in rows {
        let mut lines = page.lines().filter_map(|line| line.strip_prefix(&format!("| {row} | ")));
        let (Some(line), None) = (lines.next(), lines.next()) else {
            wrong.push(format!("{row} does not stand there once"));
            continue;
        };
        let cells: Vec<&str> = line.trim_end_matches([' ', '|']).split(" | ").collect();
        let &[promise, held] = &cells[..] else {
            wrong.push(format!("{row} has {} cells", cells.len()));
            continue;
        };
        if !promise.ends_with('.') {
            wrong.push(format!("{row} is no sentence"));
        }
        let reason = held.strip_prefix("does not apply: ");
        if names(held).next().is_none() && reason.is_none_or(str::is_empty) {
            wrong.push(format!("{row} is held by nothing, and no reason is given"));
        }
        for name in names(held).filter(|_| reason.is_none()) {
            if !exists(name)? {
                wrong.push(format!("{row} names `{name}`, which is not there"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}
