//! A deserializer without input. The deserializer follows a path into a type, and records the request of
//! the type at the end of the path. [`trace`](super::trace) decides which paths are followed.

mod parts;

use super::values::{self, Choices};
use parts::{Chosen, Elements, Entry, Fields, Given};
use serde::de::{Deserializer, Error, Expected, Visitor};
use std::any::type_name;
use std::cell::RefCell;
use std::fmt::{self, Debug, Display};

/// A step from a value to one of its parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    Inner,
    Element(usize),
    Field(&'static str),
    Variant(&'static str),
    Key,
    Value,
}

/// A question about the type at the end of the path.
#[derive(Clone, Debug)]
pub(super) enum Question {
    /// The kind of the type.
    Kind,
    /// Whether a struct can be read from these fields.
    Fields(Vec<&'static str>),
    /// Whether a field or variant of an unknown name can be read.
    UnknownName,
    /// Whether the type can be read from a map that is empty, or has an unknown name under this key.
    Map(Option<&'static str>),
}

/// The value that a type asks its deserializer for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Scalar(&'static str),
    Any,
    Identifier,
    Option,
    Newtype,
    Sequence,
    Map,
    Tuple(usize),
    Struct(&'static str, &'static [&'static str]),
    Enum(&'static str, &'static [&'static str]),
    UnitVariant,
    NewtypeVariant,
    TupleVariant(usize),
    StructVariant(&'static [&'static str]),
}

/// The type at the end of the path.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kind: Kind,
    /// The type name of the visitor. Different types have different visitors.
    pub(super) visitor: &'static str,
    /// The text of the visitor's `expecting`.
    pub(super) expecting: String,
}

/// The reason why a run has ended.
#[derive(Debug, PartialEq)]
pub(super) enum Stop {
    /// The kind was found.
    Found,
    /// The value at the end of the path was read.
    Read,
    MissingField(&'static str),
    UnknownField,
    UnknownVariant(&'static [&'static str]),
    /// The type refused the value, or the value could not be made.
    Refused,
}

impl Display for Stop {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(self, out)
    }
}

impl std::error::Error for Stop {}

impl Error for Stop {
    fn custom<T: Display>(_: T) -> Self {
        Stop::Refused
    }

    fn missing_field(field: &'static str) -> Self {
        Stop::MissingField(field)
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Stop::UnknownField
    }

    fn unknown_variant(_: &str, variants: &'static [&'static str]) -> Self {
        Stop::UnknownVariant(variants)
    }
}

/// One run of the `Deserialize` of a type.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) path: Vec<Step>,
    pub(super) question: Question,
    pub(super) choices: Choices,
    pub(super) found: Option<Found>,
    /// The last field or variant, in the representation that the type has read. Aliases are equal.
    pub(super) name_read: Option<String>,
}

/// A position on the path, or in a made-up value.
#[derive(Clone, Copy)]
pub(super) struct Probe<'r> {
    run: &'r RefCell<Run>,
    /// The number of steps before this position, or `None` in a made-up value.
    at: Option<usize>,
}

/// The position of a probe.
enum Position {
    End(Question),
    Before(Step),
    MadeUp,
}

impl<'r> Probe<'r> {
    pub(super) fn new(run: &'r RefCell<Run>) -> Self {
        Probe { run, at: Some(0) }
    }

    fn position(&self) -> Position {
        let run = self.run.borrow();
        let Some(at) = self.at else { return Position::MadeUp };
        match run.path.get(at) {
            Some(step) => Position::Before(*step),
            None => Position::End(run.question.clone()),
        }
    }

    fn next(&self) -> Probe<'r> {
        Probe { run: self.run, at: self.at.map(|at| at + 1) }
    }

    fn made_up(&self) -> Probe<'r> {
        Probe { run: self.run, at: None }
    }

    fn pick(&self, number: usize) -> Result<usize, Stop> {
        self.run.borrow_mut().choices.pick(number).ok_or(Stop::Refused)
    }

    /// Runs `read` one level deeper.
    fn deeper<T>(&self, read: impl FnOnce() -> Result<T, Stop>) -> Result<T, Stop> {
        if !self.run.borrow_mut().choices.enter() {
            return Err(Stop::Refused);
        }
        let result = read();
        self.run.borrow_mut().choices.leave();
        result
    }

    fn found<'de, V: Visitor<'de>>(&self, kind: Kind, visitor: &V) -> Stop {
        let expecting = (visitor as &dyn Expected).to_string();
        self.found_as(kind, type_name::<V>(), expecting)
    }

    fn found_as(&self, kind: Kind, visitor: &'static str, expecting: String) -> Stop {
        self.run.borrow_mut().found = Some(Found { kind, visitor, expecting });
        Stop::Found
    }

    /// Records how the type has read the name of a field or variant. Derived code reads a name into an
    /// small enum. A larger representation is not recorded.
    fn note_name<T>(&self, name: &T) {
        let read = (size_of::<T>() <= 2).then(|| format!("{:?}", std::mem::discriminant(name)));
        self.run.borrow_mut().name_read = read;
    }

    /// Reads a value without parts. In a made-up value, `make` creates one of `number` values.
    fn scalar<'de, V: Visitor<'de>>(
        self,
        kind: Kind,
        visitor: V,
        number: usize,
        make: impl FnOnce(V, usize) -> Result<V::Value, Stop>,
    ) -> Result<V::Value, Stop> {
        match self.position() {
            Position::End(Question::Map(tag)) if matches!(kind, Kind::Any) => {
                let keys = tag.as_slice();
                visitor.visit_map(Fields { probe: self, keys, value: Given::Unknown })?;
                Err(Stop::Read)
            }
            Position::End(_) => Err(self.found(kind, &visitor)),
            Position::Before(_) => Err(Stop::Refused),
            Position::MadeUp => make(visitor, self.pick(number)?),
        }
    }

    fn tuple<'de, V: Visitor<'de>>(
        self,
        kind: Kind,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let on_path = match self.position() {
            Position::End(_) => return Err(self.found(kind, &visitor)),
            Position::Before(Step::Element(element)) => Some(element),
            Position::Before(_) => return Err(Stop::Refused),
            Position::MadeUp => None,
        };
        self.deeper(|| visitor.visit_seq(Elements { probe: self, next: 0, length, on_path }))
    }

    fn fields<'de, V: Visitor<'de>>(
        self,
        kind: Kind,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        match self.position() {
            Position::End(Question::Fields(keys)) => {
                visitor.visit_map(Fields { probe: self, keys: &keys, value: Given::MadeUp })?;
                Err(Stop::Read)
            }
            Position::End(Question::UnknownName) => {
                let keys = &[values::UNKNOWN];
                visitor.visit_map(Fields { probe: self, keys, value: Given::Nothing })?;
                Err(Stop::Read)
            }
            Position::End(_) => Err(self.found(kind, &visitor)),
            Position::Before(Step::Field(name)) => {
                visitor.visit_map(Fields { probe: self, keys: &[name], value: Given::Path })
            }
            Position::Before(_) => Err(Stop::Refused),
            Position::MadeUp if self.pick(2)? == 0 => {
                let length = fields.len();
                let elements = Elements { probe: self, next: 0, length, on_path: None };
                self.deeper(|| visitor.visit_seq(elements))
            }
            Position::MadeUp => {
                let given = Fields { probe: self, keys: fields, value: Given::MadeUp };
                self.deeper(|| visitor.visit_map(given))
            }
        }
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty),* $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
            let kind = Kind::Scalar(stringify!($type));
            self.scalar(kind, visitor, values::NUMBERS.len(), |visitor, pick| {
                visitor.$visit(<$type>::from(values::NUMBERS[pick]))
            })
        })*
    };
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Stop;

    numbers!(
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_u128 visit_u128 u128,
        deserialize_f32 visit_f32 f32,
        deserialize_f64 visit_f64 f64,
    );

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.scalar(Kind::Scalar("i8"), visitor, 2, |visitor, pick| {
            visitor.visit_i8(if pick == 0 { 0 } else { 1 })
        })
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.scalar(Kind::Scalar("bool"), visitor, 2, |visitor, pick| visitor.visit_bool(pick == 1))
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.scalar(Kind::Scalar("char"), visitor, 1, |visitor, _| visitor.visit_char('a'))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.scalar(Kind::Scalar("string"), visitor, values::TEXTS.len(), |visitor, pick| {
            visitor.visit_borrowed_str(values::TEXTS[pick])
        })
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.deserialize_byte_buf(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.scalar(Kind::Scalar("bytes"), visitor, values::BYTES.len(), |visitor, pick| {
            visitor.visit_borrowed_bytes(values::BYTES[pick])
        })
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.scalar(Kind::Scalar("unit"), visitor, 1, |visitor, _| visitor.visit_unit())
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.scalar(Kind::Any, visitor, 3, |visitor, pick| match pick {
            0 => visitor.visit_unit(),
            1 => visitor.visit_borrowed_str(""),
            _ => visitor.visit_u64(0),
        })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.scalar(Kind::Any, visitor, 1, |visitor, _| visitor.visit_unit())
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        self.scalar(Kind::Identifier, visitor, 1, |visitor, _| visitor.visit_borrowed_str(""))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        match self.position() {
            Position::End(_) => Err(self.found(Kind::Option, &visitor)),
            Position::Before(_) => visitor.visit_some(self.next()),
            Position::MadeUp => visitor.visit_none(),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        if let Position::End(_) = self.position() {
            return Err(self.found(Kind::Newtype, &visitor));
        }
        self.deeper(|| visitor.visit_newtype_struct(self.next()))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let (length, on_path) = match self.position() {
            Position::End(_) => return Err(self.found(Kind::Sequence, &visitor)),
            Position::Before(_) => (1, Some(0)),
            Position::MadeUp => (self.pick(2)?, None),
        };
        self.deeper(|| visitor.visit_seq(Elements { probe: self, next: 0, length, on_path }))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.tuple(Kind::Tuple(length), length, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.tuple(Kind::Tuple(length), length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        let has_entry = match self.position() {
            Position::End(_) => return Err(self.found(Kind::Map, &visitor)),
            Position::Before(_) => true,
            Position::MadeUp => self.pick(2)? == 1,
        };
        self.deeper(|| visitor.visit_map(Entry { probe: self, has_entry }))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.fields(Kind::Struct(name, fields), fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let variant = match self.position() {
            Position::End(Question::UnknownName) => values::UNKNOWN,
            Position::End(_) => return Err(self.found(Kind::Enum(name, variants), &visitor)),
            Position::Before(Step::Variant(variant)) => variant,
            Position::Before(_) => return Err(Stop::Refused),
            Position::MadeUp => variants[self.pick(variants.len())?],
        };
        self.deeper(|| visitor.visit_enum(Chosen { probe: self, variant }))
    }
}
