//! A preprocessor of mdBook: replaces the line `<!-- picture: FILE -->` of a chapter by the drawing of that
//! file. A `.pikchr` file is drawn by pikchr; an `.svg` file is inserted as it is. Paths are relative to the
//! folder of the book. Does nothing else: without this program, the lines are comments.
#![forbid(unsafe_code)]

mod drawing;

use serde_json::Value;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

/// The text before and after the file in a line.
const MARKER: (&str, &str) = ("<!-- picture: ", " -->");

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ERROR: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads the book from stdin, and writes it with its pictures to stdout.
fn run() -> Result<(), Box<dyn Error>> {
    let (context, mut book): (Value, Value) = serde_json::from_reader(io::stdin())?;
    let root = context["root"].as_str().ok_or("the context has no root")?;
    draw_all(&mut book, Path::new(root))?;
    serde_json::to_writer(io::stdout(), &book)?;
    Ok(())
}

/// Draws the pictures of all chapters in `value`: each is the `content` of an object, however deeply nested.
fn draw_all(value: &mut Value, root: &Path) -> Result<(), Box<dyn Error>> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| draw_all(item, root)),
        Value::Object(fields) => fields.iter_mut().try_for_each(|(name, value)| match value {
            Value::String(content) if name == "content" => {
                *content = with_pictures(content, root)?;
                Ok(())
            }
            _ => draw_all(value, root),
        }),
        _ => Ok(()),
    }
}

/// Returns `chapter` with its pictures.
fn with_pictures(chapter: &str, root: &Path) -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    for line in chapter.lines() {
        let file = line.strip_prefix(MARKER.0).and_then(|line| line.strip_suffix(MARKER.1));
        match file {
            Some(file) => {
                out += &picture(&root.join(file)).map_err(|error| format!("{file}: {error}"))?
            }
            None => out += line,
        }
        out.push('\n');
    }
    Ok(out)
}

/// Returns the drawing of a file as a block of HTML. Such a block ends at the first empty line.
fn picture(file: &Path) -> Result<String, Box<dyn Error>> {
    let source = fs::read_to_string(file)?;
    let drawn = match file.extension().and_then(|extension| extension.to_str()) {
        Some("pikchr") => drawing::svg(&source)?,
        Some("svg") => source,
        _ => return Err("a picture is a .pikchr or an .svg file".into()),
    };
    let lines: Vec<&str> = drawn.lines().filter(|line| !line.trim().is_empty()).collect();
    Ok(format!("<figure class=\"picture\">\n{}\n</figure>\n", lines.join("\n")))
}

#[test]
fn every_diagram_can_be_drawn() -> Result<(), Box<dyn Error>> {
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../diagrams"))? {
        let file = file?.path();
        let block = picture(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        assert!(block.contains("<svg") && block.contains("<title>"), "{}", file.display());
        assert!(!block.trim_end().contains("\n\n"), "a block of HTML ends at an empty line");
        assert!(!block.contains("rgb("), "a color of its own is wrong in a dark theme");
    }
    Ok(())
}

#[test]
fn a_marker_is_replaced_and_other_text_is_kept() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let marker = "<!-- picture: diagrams/deadlock-cycle.pikchr -->";
    let chapter = format!("before\n{marker}\nafter\n");
    let mut book =
        serde_json::json!({"items": [{"Chapter": {"name": marker, "content": chapter}}]});
    draw_all(&mut book, &root)?;
    let chapter = &book["items"][0]["Chapter"];
    let content = chapter["content"].as_str().unwrap_or_default();
    assert!(content.starts_with("before\n<figure"), "{content}");
    assert!(content.ends_with("</figure>\n\nafter\n"), "{content}");
    assert_eq!(chapter["name"], marker);
    assert!(with_pictures("<!-- picture: diagrams/none.pikchr -->", &root).is_err());
    Ok(())
}
