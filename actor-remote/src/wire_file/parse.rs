//! Reads a wire file. The input is untrusted. A malformed line is an error with the number of the line.

use super::schema::{Body, Field, Message, Protocol, Shape, Type, Variant};
use super::text::{HEAD, is_word};
use std::collections::HashMap;

/// The maximum depth of a type's form.
const DEPTH: usize = 200;

/// Returns the protocols of a file.
pub(super) fn read(text: &str) -> Result<Vec<Protocol>, String> {
    // A checkout can convert line endings.
    let text = text.replace("\r\n", "\n");
    let Some(rest) = text.strip_prefix(HEAD) else {
        return Err("it is of another version of `actor_remote`, or not a wire file".to_owned());
    };
    let head = HEAD.lines().count();
    let mut blocks: Vec<Vec<Line<'_>>> = Vec::new();
    for (index, text) in rest.lines().enumerate() {
        if text.trim().is_empty() {
            continue;
        }
        let line = Line { text, number: head + index + 1 };
        match blocks.last_mut() {
            Some(block) if !text.starts_with("protocol ") => block.push(line),
            _ => blocks.push(vec![line]),
        }
    }
    blocks.into_iter().map(|lines| protocol(&lines)).collect()
}

#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    number: usize,
}

/// Reads the lines of a protocol. The first line is the name of the protocol.
fn protocol(lines: &[Line<'_>]) -> Result<Protocol, String> {
    let mut labels = HashMap::new();
    for line in lines {
        let mut cursor = Cursor::new(*line, &labels)?;
        let is_item = !line.text.starts_with(' ');
        if is_item && ["struct", "enum", "type"].iter().any(|word| cursor.skip(word)) {
            let name = cursor.name()?;
            labels.insert(name, labels.len());
        }
    }
    let mut protocol = Protocol { name: String::new(), messages: Vec::new(), types: Vec::new() };
    let mut is_message = false;
    for (index, line) in lines.iter().enumerate() {
        let mut cursor = Cursor::new(*line, &labels)?;
        if line.text.starts_with(' ') {
            match (is_message, protocol.messages.last_mut(), protocol.types.last_mut()) {
                (true, Some(message), _) => cursor.part_of_message(message)?,
                (false, _, Some(of)) => cursor.part_of_type(of)?,
                _ => return Err(cursor.error("a message or type")),
            }
        } else if index == 0 {
            cursor.expect("protocol")?;
            protocol.name = cursor.name()?;
        } else if cursor.skip("message") {
            is_message = true;
            protocol.messages.push(cursor.message()?);
        } else {
            is_message = false;
            protocol.types.push(cursor.ty()?);
        }
        cursor.end()?;
    }
    Ok(protocol)
}

#[derive(PartialEq)]
enum Token {
    Name(String),
    Mark(&'static str),
}

struct Cursor<'a> {
    tokens: std::vec::IntoIter<Token>,
    labels: &'a HashMap<String, usize>,
    number: usize,
}

impl<'a> Cursor<'a> {
    fn new(line: Line<'_>, labels: &'a HashMap<String, usize>) -> Result<Self, String> {
        let tokens = tokens(line.text).ok_or_else(|| format!("line {} is damaged", line.number))?;
        Ok(Cursor { tokens: tokens.into_iter(), labels, number: line.number })
    }

    fn error(&self, expected: &str) -> String {
        format!("line {} needs {expected}", self.number)
    }

    /// Skips this mark or word if it is the next token. Returns whether it was.
    fn skip(&mut self, text: &str) -> bool {
        let is_next = match self.tokens.as_slice().first() {
            Some(Token::Name(name)) => name == text,
            Some(Token::Mark(mark)) => *mark == text,
            None => false,
        };
        if is_next {
            self.tokens.next();
        }
        is_next
    }

    fn expect(&mut self, text: &str) -> Result<(), String> {
        if self.skip(text) { Ok(()) } else { Err(self.error(&format!("`{text}`"))) }
    }

    fn name(&mut self) -> Result<String, String> {
        match self.tokens.next() {
            Some(Token::Name(name)) => Ok(name),
            _ => Err(self.error("a name")),
        }
    }

    fn names(&mut self) -> Result<Vec<String>, String> {
        let mut names = vec![self.name()?];
        while self.skip("|") {
            names.push(self.name()?);
        }
        Ok(names)
    }

    fn end(&self) -> Result<(), String> {
        match self.tokens.as_slice() {
            [] => Ok(()),
            _ => Err(self.error("to end here")),
        }
    }

    fn message(&mut self) -> Result<Message, String> {
        let name = self.name()?;
        self.expect(",")?;
        self.expect("version")?;
        let version = self.name()?.parse().map_err(|_| self.error("a number"))?;
        self.expect(",")?;
        self.expect("id")?;
        let id = u64::from_str_radix(&self.name()?, 16).map_err(|_| self.error("an id"))?;
        Ok(Message {
            name,
            version,
            id,
            arguments: Vec::new(),
            reply: Shape::any(),
            is_stream: false,
        })
    }

    fn part_of_message(&mut self, message: &mut Message) -> Result<(), String> {
        if self.skip("->") {
            // Names of types begin with a capital.
            message.is_stream = self.skip("stream");
            if message.is_stream {
                self.expect("(")?;
            }
            message.reply = self.shape(0)?;
            return if message.is_stream { self.expect(")") } else { Ok(()) };
        }
        let name = self.name()?;
        self.expect(":")?;
        message.arguments.push((name, self.shape(0)?));
        Ok(())
    }

    fn ty(&mut self) -> Result<Type, String> {
        if self.skip("struct") {
            let name = self.name()?;
            let is_strict = self.flag(&["no", "other", "fields"])?;
            return Ok(Type { name, body: Body::Struct { fields: Vec::new(), is_strict } });
        }
        if self.skip("enum") {
            let name = self.name()?;
            let tag = if self.flag(&["tag"])? { Some(self.name()?) } else { None };
            return Ok(Type { name, body: Body::Enum { variants: Vec::new(), tag } });
        }
        self.expect("type")?;
        let name = self.name()?;
        self.expect("=")?;
        Ok(Type { name, body: Body::Same(self.shape(0)?) })
    }

    fn part_of_type(&mut self, of: &mut Type) -> Result<(), String> {
        let names = self.names()?;
        match &mut of.body {
            Body::Struct { fields, .. } => {
                self.expect(":")?;
                let shape = self.shape(0)?;
                let has_default = self.flag(&["default"])?;
                fields.push(Field { names, shape, has_default });
            }
            Body::Enum { variants, .. } => {
                let payload = if self.skip(":") { Some(self.shape(0)?) } else { None };
                let is_other = self.flag(&["any", "other"])?;
                variants.push(Variant { names, payload, is_other });
            }
            Body::Same(_) => return Err(self.error("to be a type of its own")),
        }
        Ok(())
    }

    /// Returns whether a comma follows. After a comma, expects these words.
    fn flag(&mut self, words: &[&str]) -> Result<bool, String> {
        if !self.skip(",") {
            return Ok(false);
        }
        words.iter().try_for_each(|word| self.expect(word))?;
        Ok(true)
    }

    fn shape(&mut self, depth: usize) -> Result<Shape, String> {
        if depth > DEPTH {
            return Err(self.error("less depth"));
        }
        let name = self.name()?;
        if let Some(index) = self.labels.get(&name) {
            return Ok(Shape::Named(*index));
        }
        if !self.skip("(") {
            return Ok(Shape::Leaf(name));
        }
        if name == "address" {
            let protocol = self.name()?;
            self.expect(")")?;
            return Ok(Shape::Address(protocol));
        }
        let mut parts = Vec::new();
        while !self.skip(")") {
            if !parts.is_empty() {
                self.expect(",")?;
            }
            parts.push(self.shape(depth + 1)?);
        }
        let mut parts = parts.into_iter();
        let shape = match (name.as_str(), parts.len()) {
            ("tuple", _) => Some(Shape::Tuple(parts.by_ref().collect())),
            ("option", 1) => parts.next().map(|it| Shape::Option(Box::new(it))),
            ("sequence", 1) => parts.next().map(|it| Shape::Sequence(Box::new(it))),
            ("map", 2) => parts
                .next()
                .zip(parts.next())
                .map(|(key, value)| Shape::Map(Box::new(key), Box::new(value))),
            _ => None,
        };
        shape.ok_or_else(|| self.error("a type"))
    }
}

/// Returns the words and marks of a line, or `None` if the line has another character or an open quote.
fn tokens(line: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == ' ' {
            continue;
        }
        if is_word(letter) {
            let mut word = String::from(letter);
            while let Some(more) = letters.next_if(|it| is_word(*it)) {
                word.push(more);
            }
            tokens.push(Token::Name(word));
            continue;
        }
        tokens.push(match letter {
            '"' => Token::Name(quoted(&mut letters)?),
            '-' if letters.next_if_eq(&'>').is_some() => Token::Mark("->"),
            ':' => Token::Mark(":"),
            ',' => Token::Mark(","),
            '|' => Token::Mark("|"),
            '=' => Token::Mark("="),
            '(' => Token::Mark("("),
            ')' => Token::Mark(")"),
            _ => return None,
        });
    }
    Some(tokens)
}

/// Reads the rest of a name in quotes.
fn quoted(letters: &mut impl Iterator<Item = char>) -> Option<String> {
    let mut name = String::new();
    loop {
        match letters.next()? {
            '"' => return Some(name),
            '\\' => name.push(match letters.next()? {
                'n' => '\n',
                'r' => '\r',
                other => other,
            }),
            letter => name.push(letter),
        }
    }
}
