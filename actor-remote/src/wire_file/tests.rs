//! The forms that the tracer finds, and the text of each one read back.
#![allow(dead_code, reason = "the fields of these types are only read by serde")]

use super::schema::Protocol;
use super::trace::Tracer;
use super::{WireFile, compare, parse, text};
use actor_core::prelude::*;
use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::{env, fmt, fs, process};

/// Returns the form of `T`, followed by the types in it.
fn form<T: DeserializeOwned>() -> String {
    let mut tracer = Tracer::new();
    let reply = tracer.shape::<T>();
    let message = super::Message {
        name: "m".into(),
        version: 1,
        id: 1,
        arguments: Vec::new(),
        reply,
        is_stream: false,
    };
    let protocol =
        Protocol { name: "p".into(), messages: vec![message], types: tracer.into_types() };
    let written = text::write(std::slice::from_ref(&protocol));
    let read = parse::read(&written).unwrap();
    assert_eq!(text::write(&read), written);
    assert_eq!(compare::compare(&read, &[protocol]), []);
    let (_, form) = written.split_once("-> ").unwrap();
    form.trim_end().to_owned()
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "the sku")]
    sku: String,
    #[serde(alias = "count", alias = "amount")]
    quantity: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    id: (u64, bool),
    lines: Vec<Line>,
    note: Option<Cow<'static, str>>,
    #[serde(default)]
    priority: i8,
    state: State,
    same: Option<Box<Order>>,
    #[serde(skip)]
    _skipped: f64,
}

#[derive(Deserialize)]
enum State {
    New,
    Paid {
        reference: String,
        parts: HashSet<char>,
    },
    Sent(Line),
    Lost(u8, f32),
    #[serde(other)]
    Unknown,
}

#[test]
fn structs_and_enums_show_what_serde_knows_of_them() {
    let expected = "\
Order

struct Order, no other fields
  id: tuple(u64, bool)
  lines: sequence(Line)
  note: option(string), default
  priority: i8, default
  state: State
  same: option(Order), default

struct Line
  \"the sku\": string
  amount | count | quantity: u32

enum State
  New
  Paid: Paid
  Sent: Line
  Lost: tuple(u8, f32)
  Unknown, any other

struct Paid
  reference: string
  parts: sequence(char)";
    assert_eq!(form::<Order>(), expected);
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Id(u64);

#[derive(Deserialize)]
struct Tree(Vec<Tree>);

#[derive(Deserialize)]
struct Pair(Tree, Box<Pair>);

#[derive(Deserialize)]
struct Nothing;

#[derive(Deserialize)]
enum Never {}

#[test]
fn plain_types_are_words() {
    assert_eq!(form::<()>(), "unit");
    assert_eq!(form::<Nothing>(), "unit");
    assert_eq!(form::<Id>(), "u64");
    assert_eq!(form::<BTreeMap<Id, [i128; 2]>>(), "map(u64, tuple(i128, i128))");
    assert_eq!(form::<std::num::NonZeroU8>(), "u8");
    assert_eq!(form::<std::net::IpAddr>(), "string");
    assert_eq!(
        form::<Result<u8, Option<String>>>(),
        "Result\n\nenum Result\n  Ok: u8\n  Err: option(string)"
    );
    assert_eq!(
        form::<std::time::Duration>(),
        "Duration\n\nstruct Duration, no other fields\n  secs: u64\n  nanos: u32"
    );
    assert_eq!(form::<Never>(), "Never\n\nenum Never");
}

#[test]
fn a_type_that_contains_itself_is_shown_once() {
    assert_eq!(form::<Tree>(), "Tree\n\ntype Tree = sequence(Tree)");
    assert_eq!(form::<Vec<Tree>>(), "sequence(Tree)\n\ntype Tree = sequence(Tree)");
}

/// No value of it exists, so nothing after its first part can be examined.
#[test]
fn probing_a_type_without_values_terminates() {
    assert!(form::<Pair>().starts_with("tuple(Tree, "));
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Event {
    Moved { _x: u8 },
    Gone,
}

#[derive(Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Number(u8),
    Text(String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(u8),
    Text(String),
}

#[derive(Deserialize)]
struct Flat {
    _own: u8,
    #[serde(flatten)]
    _line: Line,
}

#[derive(Deserialize)]
struct Mixed {
    first: Untagged,
    second: Option<Flat>,
    third: u8,
}

#[test]
fn self_describing_types_are_shown_as_any_and_tags_are_shown() {
    assert_eq!(form::<Event>(), "Event\n\nenum Event, tag type\n  Moved: any\n  Gone: any");
    assert_eq!(
        form::<Adjacent>(),
        "Adjacent\n\nstruct Adjacent\n  t: Adjacent_2\n  c: any\n\nenum Adjacent_2\n  Number\n  Text"
    );
    assert_eq!(form::<Untagged>(), "any");
    assert_eq!(form::<Flat>(), "any");
    assert_eq!(
        form::<Mixed>(),
        "Mixed\n\nstruct Mixed\n  first: any\n  second: option(any), default\n  third: u8"
    );
}

/// Its `Deserialize` is written by hand, with names that are not read into an enum.
#[derive(Debug)]
struct Manual;

impl<'de> Deserialize<'de> for Manual {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Manual;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("two fields")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Manual, A::Error> {
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "a" => drop(map.next_value::<u8>()?),
                        "b" => drop(map.next_value::<bool>()?),
                        _ => return Err(A::Error::unknown_field(&key, &["a", "b"])),
                    }
                }
                Ok(Manual)
            }
        }

        deserializer.deserialize_struct("Manual", &["a", "b"], Reader)
    }
}

#[test]
fn a_type_written_by_hand_has_its_fields() {
    let expected = "Manual\n\nstruct Manual, no other fields\n  a: u8, default\n  b: bool, default";
    assert_eq!(form::<Manual>(), expected);
}

/// Reads only texts that no made-up value is.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Choosy;

impl TryFrom<String> for Choosy {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Err(text)
    }
}

#[derive(Deserialize)]
struct AroundChoosy {
    _choosy: Choosy,
    _number: u8,
    _maybe: Option<u8>,
}

#[test]
fn a_type_that_refuses_all_probe_values_hides_only_dependent_parts() {
    assert_eq!(form::<(Choosy, u8)>(), "tuple(string, any)");
    assert_eq!(
        form::<AroundChoosy>(),
        "AroundChoosy\n\nstruct AroundChoosy\n  _choosy: string\n  _number: u8\n  _maybe: option(u8), default"
    );
}

struct Angry;

impl<'de> Deserialize<'de> for Angry {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        std::panic::resume_unwind(Box::new("never"))
    }
}

#[derive(Deserialize)]
struct AroundAngry {
    _angry: Angry,
    _number: u8,
}

#[test]
fn a_type_whose_probe_panics_is_shown_as_any() {
    assert_eq!(form::<Angry>(), "any");
    assert_eq!(
        form::<AroundAngry>(),
        "AroundAngry\n\nstruct AroundAngry\n  _angry: any\n  _number: u8"
    );
}

/// An endless type without a name for any of its parts.
struct Endless;

impl<'de> Deserialize<'de> for Endless {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <(Vec<Endless>, Vec<Endless>)>::deserialize(deserializer).map(|_| Endless)
    }
}

#[test]
fn probing_an_endless_type_terminates() {
    assert!(form::<Endless>().len() < 1 << 20);
}

macro_rules! nested {
    ($($outer:ident $inner:ident,)*) => {
        $(#[derive(Deserialize)]
        struct $outer {
            _a: Box<$inner>,
            _b: Vec<$inner>,
            _c: Option<Box<$inner>>,
        })*
    };
}

nested!(N1 N2, N2 N3, N3 N4, N4 N5, N5 N6, N6 N7, N7 N8, N8 N9, N9 N10, N10 N11, N11 N12, N12 Line,);

#[test]
fn a_type_is_probed_once_no_matter_how_often_it_is_used() {
    let form = form::<N1>();
    assert_eq!(form.matches("struct ").count(), 13);
    assert!(!form.contains("any"));
}

#[test]
fn two_types_of_one_name_are_shown_as_two() {
    mod other {
        #[derive(serde::Deserialize)]
        pub(super) struct Line {
            _length: f64,
        }
    }
    let expected = "tuple(Line, Line_2, Line)\n\nstruct Line\n  \"the sku\": string\n  \
                    amount | count | quantity: u32\n\nstruct Line_2\n  _length: f64";
    assert_eq!(form::<(Line, other::Line, Line)>(), expected);
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "my type")]
enum Odd {
    #[serde(rename = "a \"b\"\\\n, c: ->")]
    Quoted,
    #[serde(rename = "")]
    Empty,
}

#[test]
fn odd_names_are_quoted() {
    assert_eq!(form::<Odd>(), "Mytype\n\nenum Mytype\n  \"a \\\"b\\\"\\\\\\n, c: ->\"\n  \"\"");
}

#[test]
fn a_damaged_file_is_an_error_with_the_line() {
    let head = text::HEAD;
    for (rest, text) in [
        ("something", "line 3 needs `protocol`"),
        ("protocol p\nmessage m", "line 4 needs `,`"),
        ("protocol p\n  x: u8", "line 4 needs a message or type"),
        ("protocol p\nmessage m, version 1, id 1\n  -> option(u8", "line 5 needs `,`"),
        ("protocol p\nmessage m, version 1, id 1\n  -> option(u8, u8)", "line 5 needs a type"),
        ("protocol p\nstruct S\n  x: u8 y", "line 5 needs to end here"),
        ("protocol p\nstruct \"S", "line 4 is damaged"),
        ("protocol p\ntype T = u8\n  x: u8", "line 5 needs to be a type of its own"),
    ] {
        assert_eq!(parse::read(&format!("{head}{rest}")).unwrap_err(), text, "{rest}");
    }
    let deep = format!("{head}protocol p\ntype T = {}", "option(".repeat(100_000));
    assert_eq!(parse::read(&deep).unwrap_err(), "line 4 needs less depth");
    assert!(parse::read("").unwrap_err().contains("another version"));
}

#[actor(remote = "the clock")]
trait Clock {
    fn me(&self) -> ClockAddr;
    fn pair(&self, pair: (ClockAddr, Vec<ClockAddr>), times: u8);
}

#[actor(remote = "log")]
trait Log {
    fn tail(&mut self, lines: usize, replies: Replies<Option<u64>>);
}

#[test]
fn a_streaming_reply_shows_its_items() {
    let file = WireFile::new().protocol::<LogAddr>();
    assert!(file.text().ends_with("  lines: u64\n  -> stream(option(u64))\n"), "{}", file.text());
    assert_eq!(file.differences(&file.text()), Ok(Vec::new()));

    let other = file.text().replace("stream(option(u64))", "stream(u64)");
    let text = "`log`, message `tail`, `item`: it is optional now: breaks older nodes (an older node \
                refuses values without it)";
    assert_eq!(file.differences(&other).unwrap()[0].to_string(), text);

    let other = file.text().replace("stream(option(u64))", "option(u64)");
    let text = "`log`, message `tail`: its reply is a stream now: breaks older nodes (it is another \
                message, and calls of the other one are refused as unknown)";
    assert_eq!(file.differences(&other).unwrap()[0].to_string(), text);
}

#[test]
fn an_address_has_the_name_of_its_protocol() {
    let text = WireFile::new().protocol::<ClockAddr>().text();
    assert!(text.contains("-> address(\"the clock\")"), "{text}");
    let pair = "  pair: tuple(address(\"the clock\"), any)\n  times: u8\n  -> unit\n";
    assert!(text.ends_with(pair), "{text}");
    let other = text.replace("-> address(\"the clock\")", "-> address(other)");
    let differences = WireFile::new().protocol::<ClockAddr>().differences(&other).unwrap();
    let text = "`the clock`, message `me`, `reply`: its type was `address(other)`, and is `address(\"the \
                clock\")` now: breaks older nodes";
    assert_eq!(differences.len(), 1);
    assert!(differences[0].to_string().starts_with(text), "{differences:?}");
}

/// A file in a folder of its own, which is removed at the end.
struct TemporaryFile(PathBuf);

impl TemporaryFile {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("actor-remote-{}-{name}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        TemporaryFile(folder.join("it.wire"))
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.parent().unwrap());
    }
}

fn file(arguments: &[&str]) -> WireFile {
    let shape = Tracer::new().shape::<u8>();
    let arguments = arguments.iter().map(|name| ((*name).to_owned(), shape.clone())).collect();
    let message = super::Message {
        name: "m".into(),
        version: 1,
        id: 1,
        arguments,
        reply: shape,
        is_stream: false,
    };
    let protocol = Protocol { name: "p".into(), messages: vec![message], types: Vec::new() };
    WireFile { protocols: vec![protocol] }
}

#[test]
fn a_missing_or_different_file_fails_until_it_is_written() {
    let it = TemporaryFile::new("written");
    let error = file(&["a"]).compare_or_write(&it.0, false).unwrap_err();
    assert!(error.contains("cannot be read") && error.contains("`UPDATE=1 cargo test`"), "{error}");
    file(&["a"]).compare_or_write(&it.0, true).unwrap();
    assert_eq!(file(&["a"]).compare_or_write(&it.0, false), Ok(()));

    let error = file(&["a", "b"]).compare_or_write(&it.0, false).unwrap_err();
    let expected = format!(
        "the messages of this program are not those of `{}`:\n\n- `p`, message `m`: its arguments were \
         `a`, and are `a`, `b` now: breaks older nodes (it is another message, and calls of the other one \
         are refused as unknown)\n\nA change of meaning alone is not seen here; it needs \
         `#[message(version = 2)]`.\n\nIf this is intended, `UPDATE=1 cargo test` writes the file.",
        it.0.display()
    );
    assert_eq!(error, expected);
    assert_eq!(fs::read_to_string(&it.0).unwrap(), file(&["a"]).text());
}

#[test]
fn a_file_of_a_checkout_with_other_ends_of_lines_is_the_same() {
    let it = TemporaryFile::new("checkout");
    fs::write(&it.0, file(&["a"]).text().replace('\n', "\r\n")).unwrap();
    assert_eq!(file(&["a"]).compare_or_write(&it.0, false), Ok(()));
}

#[test]
fn a_file_that_cannot_be_parsed_says_so() {
    let it = TemporaryFile::new("damaged");
    fs::write(&it.0, "something").unwrap();
    let error = file(&["a"]).compare_or_write(&it.0, false).unwrap_err();
    assert!(error.contains("cannot be compared: it is of another version"), "{error}");
}
