//! Wire files: tests that notice when a protocol changes for nodes of other versions.
//!
//! A *wire file* lists the messages of a protocol with their versions, the names of their arguments, and
//! the encoded form of each type in them. The file is committed next to the code. [`check`] compares the
//! file with the code in a test. If they differ, the test fails. The error text lists each difference, and
//! its effect while older and newer nodes run side by side:
//!
//! ```text
//! the messages of this program are not those of `shop.wire`:
//!
//! - `shop`, message `place`, `order.note`: it was added with a default: works with older nodes (an older
//!   node ignores it)
//! - `shop`, message `place`, `order.paid`: its type was `bool`, and is `u64` now: breaks older nodes (..)
//! ```
//!
//! If the change is intended, `UPDATE=1 cargo test` writes the file.
//!
//! ```
//! use actor_core::prelude::*;
//! use actor_remote::wire_file;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Order {
//!     sku: String,
//!     quantity: u32,
//!     #[serde(default)]
//!     note: String,
//! }
//!
//! #[actor(remote = "shop")]
//! trait Shop {
//!     fn place(&mut self, order: Order) -> Result<u64, String>;
//!     fn cancel(&mut self, id: u64) -> bool;
//! }
//!
//! // In a test:
//! wire_file::check::<ShopAddr>("tests/shop.wire");
//! ```
//!
//! The file of this example:
//!
//! ```text
#![doc = include_str!("../tests/shop.wire")]
//! ```
//!
//! # What a wire file shows
//!
//! The `Deserialize` of each type reveals its form; no values are needed. The file shows structs, enums,
//! tuples, options, sequences, maps, newtypes and addresses. For the fields of derived code, it also shows
//! defaults, aliases, and whether unknown fields are denied. For an enum with `#[serde(tag = "..")]`, it
//! shows the tag and the names of the variants.
//!
//! `any` stands for each type that can be read from several kinds of values: enums with `untagged`,
//! structs with `flatten`, the content of variants with `tag`, and types such as `serde_json::Value`.
//! Changes inside such a type are not detected. A type that parses a string, such as a date, is a
//! `string`.
//!
//! A change of meaning, such as from seconds to milliseconds, is not detected either. Such a change needs
//! `#[message(version = 2)]`, which gives the message another id.
//!
//! # Several versions
//!
//! A comparison has two versions: the one that wrote the file, and this one. To compare with the nodes of
//! a release, pass the text of that release's file to [`WireFile::differences`].

mod compare;
mod parse;
mod probe;
mod schema;
mod text;
mod trace;
mod types;
mod values;

#[cfg(test)]
mod tests;

pub(crate) use schema::Shape;
pub(crate) use trace::Tracer;

use crate::codec::Wire;
use crate::remote::{Remote, Source};
use actor_core::{Reply, TypedAddr, streaming::Replies};
use schema::{Message, Protocol};
use std::env;
use std::fmt::{self, Debug, Display};
use std::fs;
use std::path::Path;

/// Compares the protocol of the address `A` with the file at `path`, relative to the folder of the
/// package.
///
/// If the environment variable `UPDATE` is set, writes the file instead, and prints the differences.
///
/// # Panics
/// If the file is missing or different. The panic message has a line for each difference, with its
/// [`Effect`].
///
/// ```
/// use actor_core::prelude::*;
/// use actor_remote::wire_file;
///
/// #[actor(remote = "greeter")]
/// trait Greeter {
///     fn greet(&mut self, name: String) -> String;
/// }
///
/// wire_file::check::<GreeterAddr>("tests/greeter.wire");
/// ```
#[track_caller]
pub fn check<A: TypedAddr<Actor: Remote>>(path: impl AsRef<Path>) {
    WireFile::new().protocol::<A>().check(path);
}

/// The protocols of a file. [`check`] is enough for one protocol.
///
/// ```
/// use actor_core::prelude::*;
/// use actor_remote::wire_file::WireFile;
///
/// #[actor(remote = "greeter")]
/// trait Greeter {
///     fn greet(&mut self, name: String) -> String;
/// }
///
/// #[actor(remote = "counter")]
/// trait Counter {
///     fn add(&mut self, amount: u64) -> u64;
/// }
///
/// WireFile::new()
///     .protocol::<GreeterAddr>()
///     .protocol::<CounterAddr>()
///     .check("tests/two.wire");
/// ```
#[derive(Debug, Default)]
pub struct WireFile {
    protocols: Vec<Protocol>,
}

impl WireFile {
    /// Creates a file without protocols.
    ///
    /// ```
    /// use actor_remote::wire_file::WireFile;
    ///
    /// assert!(WireFile::new().text().contains("MessagePack"));
    /// ```
    #[must_use]
    pub fn new() -> Self {
        WireFile::default()
    }

    /// Adds the protocol of the address `A`.
    ///
    /// ```
    /// use actor_core::prelude::*;
    /// use actor_remote::wire_file::WireFile;
    ///
    /// #[actor(remote)]
    /// trait Counter {
    ///     fn add(&mut self, amount: u64) -> u64;
    /// }
    ///
    /// let file = WireFile::new().protocol::<CounterAddr>();
    /// assert!(file.text().contains("protocol Counter"));
    /// ```
    #[must_use]
    pub fn protocol<A: TypedAddr<Actor: Remote>>(mut self) -> Self {
        let mut seen = Seen { id: 0, messages: Vec::new(), tracer: Tracer::new() };
        for id in A::Actor::IDS {
            seen.id = *id;
            drop(A::Actor::decode(*id, &mut seen));
        }
        self.protocols.push(Protocol {
            name: A::Actor::NAME.to_owned(),
            messages: seen.messages,
            types: seen.tracer.into_types(),
        });
        self
    }

    /// Returns the text of the file.
    ///
    /// ```
    /// use actor_core::prelude::*;
    /// use actor_remote::wire_file::WireFile;
    ///
    /// #[actor(remote)]
    /// trait Counter {
    ///     fn add(&mut self, amount: u64) -> Option<u64>;
    /// }
    ///
    /// let text = WireFile::new().protocol::<CounterAddr>().text();
    /// assert!(text.ends_with("\n  amount: u64\n  -> option(u64)\n"));
    /// ```
    #[must_use]
    pub fn text(&self) -> String {
        text::write(&self.protocols)
    }

    /// Returns the differences between the text of an older file and these protocols.
    ///
    /// # Errors
    /// If `older` is not the text of a wire file. The error says why.
    ///
    /// ```
    /// use actor_core::prelude::*;
    /// use actor_remote::wire_file::{Effect, WireFile};
    ///
    /// #[actor(remote)]
    /// trait Counter {
    ///     fn add(&mut self, amount: u64) -> u64;
    /// }
    ///
    /// let file = WireFile::new().protocol::<CounterAddr>();
    /// let older = file.text().replace("amount: u64", "amount: u32");
    /// let differences = file.differences(&older).unwrap();
    /// assert_eq!(differences[0].effect(), Effect::Breaks);
    /// ```
    pub fn differences(&self, older: &str) -> Result<Vec<Difference>, String> {
        let older = parse::read(older)?;
        let mut found = compare::compare(&older, &self.protocols);
        if found.is_empty() && text::write(&older) != self.text() {
            let text = "types in it are renamed or reordered";
            found.push(Difference::new("the file", text, Effect::Works));
        }
        Ok(found)
    }

    /// Compares the protocols with the file at `path`, as [`check`] does.
    ///
    /// # Panics
    /// If the file is missing or different.
    ///
    /// ```
    /// use actor_core::prelude::*;
    /// use actor_remote::wire_file::WireFile;
    ///
    /// #[actor(remote = "greeter")]
    /// trait Greeter {
    ///     fn greet(&mut self, name: String) -> String;
    /// }
    ///
    /// WireFile::new().protocol::<GreeterAddr>().check("tests/greeter.wire");
    /// ```
    #[track_caller]
    pub fn check(&self, path: impl AsRef<Path>) {
        let is_update = env::var_os("UPDATE").is_some();
        if let Err(text) = self.compare_or_write(path.as_ref(), is_update) {
            panic!("{text}");
        }
    }

    /// Compares the file with the protocols, or, for an update, writes a file that differs.
    fn compare_or_write(&self, path: &Path, is_update: bool) -> Result<(), String> {
        let name = path.display();
        let report = match fs::read_to_string(path) {
            Ok(committed) => self.report(&name.to_string(), &committed),
            Err(error) => Some(format!("`{name}` cannot be read: {error}")),
        };
        let Some(report) = report else { return Ok(()) };
        if !is_update {
            return Err(format!(
                "{report}\n\nIf this is intended, `UPDATE=1 cargo test` writes the file."
            ));
        }
        eprintln!("{report}\n\nThe file is written.");
        fs::write(path, self.text()).map_err(|error| format!("`{name}` cannot be written: {error}"))
    }

    /// Returns a text of all differences from the file `name` with the text `committed`, or `None`
    /// if there are none.
    fn report(&self, name: &str, committed: &str) -> Option<String> {
        if committed.replace("\r\n", "\n") == self.text() {
            return None;
        }
        let lines: Vec<String> = match self.differences(committed) {
            Err(error) => return Some(format!("`{name}` cannot be compared: {error}")),
            // The texts differ only in empty lines.
            Ok(none) if none.is_empty() => return None,
            Ok(differences) => differences.iter().map(|it| format!("- {it}")).collect(),
        };
        Some(format!(
            "the messages of this program are not those of `{name}`:\n\n{}\n\nA change of meaning alone is \
             not seen here; it needs `#[message(version = 2)]`.",
            lines.join("\n")
        ))
    }
}

/// A change between two versions of a protocol, displayed as one line.
///
/// ```
/// use actor_core::prelude::*;
/// use actor_remote::wire_file::WireFile;
///
/// #[actor(remote = "counter")]
/// trait Counter {
///     fn add(&mut self, amount: u64) -> u64;
/// }
///
/// let file = WireFile::new().protocol::<CounterAddr>();
/// let older = file.text().replace("add, version 1", "add, version 2");
/// let differences = file.differences(&older).unwrap();
/// assert_eq!(
///     differences[0].to_string(),
///     "`counter`, message `add`: its version was 2, and is 1 now: breaks older nodes (it is another \
///      message, and calls of the other one are refused as unknown)",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    place: String,
    change: String,
    effect: Effect,
    reason: Option<String>,
}

impl Difference {
    /// Returns the meaning of the change for older nodes.
    ///
    /// ```
    /// use actor_remote::wire_file::WireFile;
    ///
    /// let older = WireFile::new().text() + "\nprotocol counter\n";
    /// let differences = WireFile::new().differences(&older).unwrap();
    /// assert_eq!(differences[0].effect().to_string(), "breaks older nodes");
    /// ```
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.effect
    }
}

impl Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}: {}", self.place, self.change, self.effect)?;
        match &self.reason {
            Some(reason) => write!(out, " ({reason})"),
            None => Ok(()),
        }
    }
}

/// The effect of a change while nodes with and without the change run.
///
/// ```
/// use actor_remote::wire_file::Effect;
///
/// assert_eq!(Effect::Works.to_string(), "works with older nodes");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Older and newer nodes read each other's messages.
    Works,
    /// Some messages are refused.
    Breaks,
    /// An item was removed, and another one was added. If they are one renamed item, older nodes break.
    LooksLikeRename,
}

impl Display for Effect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Effect::Works => "works with older nodes",
            Effect::Breaks => "breaks older nodes",
            Effect::LooksLikeRename => "looks like a rename: breaks older nodes",
        })
    }
}

/// The messages of a protocol that were visited so far.
struct Seen {
    /// The id of the message.
    id: u64,
    messages: Vec<Message>,
    tracer: Tracer,
}

impl Seen {
    fn add_reply(&mut self, reply: Shape, is_stream: bool) {
        if let Some(message) = self.messages.last_mut() {
            message.reply = reply;
            message.is_stream = is_stream;
        }
    }
}

/// Records the types of a message. No message is created, because there are no values.
impl Source for Seen {
    fn message(&mut self, name: &'static str, version: u32) {
        self.messages.push(Message {
            name: name.to_owned(),
            version,
            id: self.id,
            arguments: Vec::new(),
            reply: Shape::any(),
            is_stream: false,
        });
    }

    fn argument<T: Wire>(&mut self, name: &'static str) -> Option<T> {
        let shape = self.tracer.shape::<T>();
        if let Some(message) = self.messages.last_mut() {
            message.arguments.push((name.to_owned(), shape));
        }
        None
    }

    fn reply<T: Wire>(&mut self) -> Option<Reply<T>> {
        let reply = self.tracer.shape::<T>();
        self.add_reply(reply, false);
        None
    }

    fn replies<T: Wire>(&mut self) -> Option<Replies<T>> {
        let item = self.tracer.shape::<T>();
        self.add_reply(item, true);
        None
    }

    fn unknown(&mut self) {}
}
