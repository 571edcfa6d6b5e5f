//! Writes the text of a wire file. Each line is an item. An indented line is a part of the item above.

use super::schema::{Body, Field, Message, Protocol, Shape, Type, Variant};
use std::fmt::{self, Display, Write};

/// The first lines of each file. A file with other first lines was written for another encoding.
pub(super) const HEAD: &str = "\
# The messages between nodes. `UPDATE=1 cargo test` writes this file.
codec \"MessagePack with field names\", version 1
";

/// Returns the text of these protocols.
pub(super) fn write(protocols: &[Protocol]) -> String {
    let mut out = HEAD.to_owned();
    for protocol in protocols {
        // Writing to a `String` does not fail.
        let _ = write!(out, "\n{protocol}");
    }
    out
}

impl Display for Protocol {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "protocol {}", Name(&self.name))?;
        for Message { name, version, id, arguments, reply, is_stream } in &self.messages {
            writeln!(out, "\nmessage {}, version {version}, id {id:016x}", Name(name))?;
            for (name, shape) in arguments {
                writeln!(out, "  {}: {}", Name(name), self.shown(shape))?;
            }
            match is_stream {
                false => writeln!(out, "  -> {}", self.shown(reply))?,
                true => writeln!(out, "  -> stream({})", self.shown(reply))?,
            }
        }
        for Type { name, body } in &self.types {
            writeln!(out)?;
            match body {
                Body::Struct { fields, is_strict } => {
                    let strict = if *is_strict { ", no other fields" } else { "" };
                    writeln!(out, "struct {}{strict}", Name(name))?;
                    fields.iter().try_for_each(|field| self.write_field(out, field))?;
                }
                Body::Enum { variants, tag } => {
                    write!(out, "enum {}", Name(name))?;
                    match tag {
                        Some(tag) => writeln!(out, ", tag {}", Name(tag))?,
                        None => writeln!(out)?,
                    }
                    variants.iter().try_for_each(|variant| self.write_variant(out, variant))?;
                }
                Body::Same(shape) => {
                    writeln!(out, "type {} = {}", Name(name), self.shown(shape))?;
                }
            }
        }
        Ok(())
    }
}

impl Protocol {
    /// Returns the form of a type, with the names of the types of this protocol.
    pub(super) fn shown<'a>(&'a self, shape: &'a Shape) -> impl Display + 'a {
        Shown { protocol: self, shape }
    }

    fn write_field(&self, out: &mut fmt::Formatter<'_>, field: &Field) -> fmt::Result {
        let default = if field.has_default { ", default" } else { "" };
        writeln!(out, "  {}: {}{default}", Names(&field.names), self.shown(&field.shape))
    }

    fn write_variant(&self, out: &mut fmt::Formatter<'_>, variant: &Variant) -> fmt::Result {
        write!(out, "  {}", Names(&variant.names))?;
        if let Some(payload) = &variant.payload {
            write!(out, ": {}", self.shown(payload))?;
        }
        let other = if variant.is_other { ", any other" } else { "" };
        writeln!(out, "{other}")
    }
}

struct Shown<'a> {
    protocol: &'a Protocol,
    shape: &'a Shape,
}

impl Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |shape| self.protocol.shown(shape);
        match self.shape {
            Shape::Leaf(name) => out.write_str(name),
            Shape::Address(protocol) => write!(out, "address({})", Name(protocol)),
            Shape::Option(inner) => write!(out, "option({})", shown(inner)),
            Shape::Sequence(inner) => write!(out, "sequence({})", shown(inner)),
            Shape::Map(key, value) => write!(out, "map({}, {})", shown(key), shown(value)),
            Shape::Tuple(parts) => {
                out.write_str("tuple(")?;
                for (index, part) in parts.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(out, "{comma}{}", shown(part))?;
                }
                out.write_str(")")
            }
            Shape::Named(index) => Name(&self.protocol.types[*index].name).fmt(out),
        }
    }
}

/// A name, in quotes unless it is one word.
struct Name<'a>(&'a str);

impl Display for Name<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.is_empty() && self.0.chars().all(is_word) {
            return out.write_str(self.0);
        }
        out.write_char('"')?;
        for letter in self.0.chars() {
            match letter {
                '"' | '\\' => write!(out, "\\{letter}")?,
                '\n' => out.write_str("\\n")?,
                '\r' => out.write_str("\\r")?,
                _ => out.write_char(letter)?,
            }
        }
        out.write_char('"')
    }
}

/// The names of a field or variant.
struct Names<'a>(&'a [String]);

impl Display for Names<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            let bar = if index == 0 { "" } else { " | " };
            write!(out, "{bar}{}", Name(name))?;
        }
        Ok(())
    }
}

/// Returns whether this character can be in a name without quotes.
pub(super) fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.' | '/' | '@')
}
