//! Draws the source of a diagram in the colors of the page.

use pikchr::{Pikchr, PikchrFlags};

/// The colors of a source, as pikchr writes them, and those of the page. `book.css` defines the variables
/// that are not part of mdBook.
const COLORS: &[(&str, &str)] = &[
    ("rgb(0,0,0)", "currentColor"),              // black, the default
    ("rgb(128,128,128)", "var(--picture-gray)"), // gray
    ("rgb(255,0,0)", "var(--picture-red)"),      // red
    ("rgb(0,0,255)", "var(--picture-blue)"),     // blue
    ("rgb(211,211,211)", "var(--picture-fill)"), // lightgray
    ("rgb(255,255,255)", "var(--bg)"),           // white
];

/// Draws `source`. Its first line is a comment with the title of the drawing.
pub fn svg(source: &str) -> Result<String, String> {
    let title = source.lines().next().and_then(|line| line.strip_prefix("# "));
    let title = escaped(title.ok_or("the first line is not `# ` and a title")?);
    let drawn = Pikchr::render(source, None, PikchrFlags::default())?;
    let (_, shapes) = drawn.split_once('>').ok_or("pikchr has drawn nothing")?;
    let mut shapes = shapes.to_owned();
    for (drawn, shown) in COLORS {
        shapes = shapes.replace(drawn, shown);
    }
    if let Some((_, unknown)) = shapes.split_once("rgb(") {
        let unknown = unknown.split(')').next().unwrap_or_default();
        return Err(format!("the color rgb({unknown}) has no counterpart in `COLORS`"));
    }
    let (width, height) = (drawn.width(), drawn.height());
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{title}\" \
         style=\"width: {width}px\" viewBox=\"0 0 {width} {height}\">\n<title>{title}</title>{shapes}"
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[test]
fn a_drawing_has_a_title_and_the_colors_of_the_page() {
    let drawn = svg("# A <box>\nbox \"text\" fill lightgray\n").unwrap_or_default();
    assert!(drawn.contains("<title>A &lt;box&gt;</title>"), "{drawn}");
    assert!(drawn.contains("fill:var(--picture-fill)"), "{drawn}");
    assert!(drawn.contains("fill=\"currentColor\""), "{drawn}");
}

#[test]
fn mistakes_are_errors() {
    let error = |source| svg(source).err().unwrap_or_default();
    assert_eq!(error("box\n"), "the first line is not `# ` and a title");
    assert_eq!(
        error("# Red\nbox color orange\n"),
        "the color rgb(255,165,0) has no counterpart in `COLORS`"
    );
    assert!(error("# A box\nbix\n").contains("ERROR"));
}
