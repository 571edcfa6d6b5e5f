//! Determines the encoded form of a type from its `Deserialize`, without a value of the type.
//!
//! Each part of a type is examined by one or more runs of `Deserialize` along the path to that part. The
//! lengths of paths, the depths and the numbers of runs are limited, so the search ends in bounded time.
//! A part that the search does not find, or that its type does not read by name, is `any`.

use super::probe::{Found, Kind, Probe, Question, Run, Step, Stop};
use super::schema::{Body, Field, Shape, Type, Variant};
use super::values::Choices;
use crate::remote::ADDRESS;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The maximum number of parts of the types of a protocol.
const PARTS: usize = 5_000;
/// The maximum length of a path to a part.
const LENGTH: usize = 100;
/// The maximum number of runs for one question and depth.
const RUNS: usize = 150;
/// The depths of made-up values. Small depths are tried first, which keeps recursive types small.
const DEPTHS: [usize; 4] = [2, 4, 8, 40];

/// Collects the types of one protocol.
#[derive(Debug, Default)]
pub struct Tracer {
    types: Vec<Type>,
    /// The indices of known types, by visitor.
    known: HashMap<String, usize>,
    /// The newtypes around the current part.
    open: Vec<&'static str>,
    parts: usize,
}

/// The `Deserialize` of a type.
type Read<'t> = &'t dyn Fn(Probe<'_>) -> Result<(), Stop>;

impl Tracer {
    pub(super) fn new() -> Self {
        Tracer::default()
    }

    /// Returns the form of `T`. [`into_types`](Self::into_types) returns the named types of all forms.
    pub(crate) fn shape<T: DeserializeOwned>(&mut self) -> Shape {
        let read = |probe: Probe<'_>| T::deserialize(probe).map(drop);
        Walk { tracer: self, read: &read, path: Vec::new() }.shape()
    }

    pub(super) fn into_types(self) -> Vec<Type> {
        self.types
    }

    /// Adds a type whose parts are not known yet.
    fn begin(&mut self, visitor: String, name: &str) -> usize {
        let index = self.types.len();
        let name = self.label(name);
        self.types.push(Type { name, body: Body::Same(Shape::any()) });
        self.known.insert(visitor, index);
        index
    }

    /// Returns a unique label for `name`: one word that begins with a capital letter.
    fn label(&self, name: &str) -> String {
        let mut letters = name.chars().filter(|it| it.is_alphanumeric() || *it == '_');
        let word: String = match letters.next() {
            Some(first) if first.is_alphabetic() => first.to_uppercase().chain(letters).collect(),
            _ => "Type".to_owned(),
        };
        let is_free = |label: &String| self.types.iter().all(|it| it.name != *label);
        let numbered = (2..).map(|number| format!("{word}_{number}"));
        std::iter::once(word.clone()).chain(numbered).find(is_free).unwrap_or(word)
    }
}

/// A type, and the path to the part that is examined.
struct Walk<'t> {
    tracer: &'t mut Tracer,
    read: Read<'t>,
    path: Vec<Step>,
}

impl Walk<'_> {
    fn shape(&mut self) -> Shape {
        match self.find() {
            Some((found, _)) => self.shape_of(&found),
            None => Shape::any(),
        }
    }

    fn part(&mut self, step: Step) -> Shape {
        self.within(step, Self::shape)
    }

    fn within<T>(&mut self, step: Step, run: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let result = run(self);
        self.path.pop();
        result
    }

    fn shape_of(&mut self, found: &Found) -> Shape {
        match found.kind {
            Kind::Scalar(name) => Shape::Leaf(name.to_owned()),
            Kind::Any => self.tagged(found),
            Kind::Identifier | Kind::UnitVariant | Kind::NewtypeVariant => Shape::any(),
            Kind::Option => Shape::Option(Box::new(self.part(Step::Inner))),
            Kind::Sequence => Shape::Sequence(Box::new(self.part(Step::Inner))),
            Kind::Newtype => self.newtype(found),
            Kind::Map => self.map(),
            Kind::Tuple(length) | Kind::TupleVariant(length) => {
                Shape::Tuple((0..length).map(|it| self.part(Step::Element(it))).collect())
            }
            Kind::Struct(protocol, fields) if fields == ADDRESS => {
                Shape::Address(protocol.to_owned())
            }
            Kind::Struct(name, fields) => {
                self.named(found.visitor, name, |walk| walk.fields(fields))
            }
            Kind::StructVariant(fields) => self.fields_of_variant(found, fields),
            Kind::Enum(name, variants) => {
                self.named(found.visitor, name, |walk| walk.variants(variants))
            }
        }
    }

    /// Returns the form of a named type. The parts of each named type are examined once.
    fn named(&mut self, visitor: &str, name: &str, body: impl FnOnce(&mut Self) -> Body) -> Shape {
        if let Some(known) = self.tracer.known.get(visitor) {
            return Shape::Named(*known);
        }
        let index = self.tracer.begin(visitor.to_owned(), name);
        let body = body(self);
        self.tracer.types[index].body = body;
        Shape::Named(index)
    }

    /// Returns the form of a newtype, which is encoded as its inner value. The newtype has a name only if
    /// the inner value contains the newtype again.
    fn newtype(&mut self, found: &Found) -> Shape {
        if let Some(known) = self.tracer.known.get(found.visitor) {
            return Shape::Named(*known);
        }
        if self.tracer.open.contains(&found.visitor) {
            let name = last_word(&found.expecting);
            return Shape::Named(self.tracer.begin(found.visitor.to_owned(), name));
        }
        self.tracer.open.push(found.visitor);
        let inner = self.part(Step::Inner);
        self.tracer.open.pop();
        let Some(&index) = self.tracer.known.get(found.visitor) else { return inner };
        if inner != Shape::Named(index) {
            self.tracer.types[index].body = Body::Same(inner);
        }
        Shape::Named(index)
    }

    /// Returns the form of a map, or `any` for a struct with `flatten`, which reads a map whose keys are
    /// field names.
    fn map(&mut self) -> Shape {
        let key = self.within(Step::Key, |walk| match walk.find() {
            Some((Found { kind: Kind::Identifier, .. }, _)) => None,
            Some((found, _)) => Some(walk.shape_of(&found)),
            None => Some(Shape::any()),
        });
        match key {
            Some(key) => Shape::Map(Box::new(key), Box::new(self.part(Step::Value))),
            None => Shape::any(),
        }
    }

    fn fields(&mut self, names: &'static [&'static str]) -> Body {
        let required = self.required(names);
        let mut fields: Vec<Field> = Vec::new();
        let mut read: Vec<Option<String>> = Vec::new();
        for name in names {
            let found = self.within(Step::Field(name), Self::find);
            let name_read = found.as_ref().and_then(|(_, name_read)| name_read.clone());
            let same = read.iter().position(|it| it.is_some() && *it == name_read);
            if let Some(alias_of) = same {
                fields[alias_of].names.push((*name).to_owned());
                continue;
            }
            let shape = match found {
                Some((found, _)) => self.within(Step::Field(name), |it| it.shape_of(&found)),
                None => Shape::any(),
            };
            let has_default = match &required {
                Some(required) => !required.contains(name),
                // If no value could be made, the field counts as optional only if its type is an
                // `Option`, which is the usual type of optional fields.
                None => matches!(shape, Shape::Option(_)),
            };
            fields.push(Field { names: vec![(*name).to_owned()], shape, has_default });
            read.push(name_read);
        }
        // For a missing field, serde reports the name of the field, not its aliases.
        for field in &mut fields {
            field.has_default &= !field
                .names
                .iter()
                .any(|name| required.as_ref().is_some_and(|it| it.contains(&name.as_str())));
        }
        let is_strict = self.ask(&Question::UnknownName, |stop, _| *stop != Stop::Refused);
        Body::Struct { fields, is_strict: matches!(is_strict, Some((Stop::UnknownField, _))) }
    }

    /// Returns the required fields of a struct, or `None` if no value could be made for one of them.
    fn required(&mut self, names: &[&'static str]) -> Option<Vec<&'static str>> {
        let mut given: Vec<&'static str> = Vec::new();
        loop {
            let missing = |stop: &Stop| match stop {
                Stop::MissingField(name) if names.contains(name) && !given.contains(name) => {
                    Some(*name)
                }
                _ => None,
            };
            let is_answer = |stop: &Stop, _: &Run| *stop == Stop::Read || missing(stop).is_some();
            let (stop, _) = self.ask(&Question::Fields(given.clone()), is_answer)?;
            let Some(name) = missing(&stop) else { return Some(given) };
            given.push(name);
        }
    }

    fn variants(&mut self, names: &'static [&'static str]) -> Body {
        let is_answer = |stop: &Stop, _: &Run| *stop != Stop::Refused;
        let other = match self.ask(&Question::UnknownName, is_answer) {
            Some((Stop::Read, run)) => run.name_read,
            _ => None,
        };
        let mut variants: Vec<Variant> = Vec::new();
        let mut read: Vec<Option<String>> = Vec::new();
        for name in names {
            let found = self.within(Step::Variant(name), Self::find);
            let name_read = found.as_ref().and_then(|(_, name_read)| name_read.clone());
            let same = read.iter().position(|it| it.is_some() && *it == name_read);
            if let Some(alias_of) = same {
                variants[alias_of].names.push((*name).to_owned());
                continue;
            }
            let payload = self.within(Step::Variant(name), |walk| match found {
                Some((Found { kind: Kind::UnitVariant, .. }, _)) => None,
                Some((Found { kind: Kind::NewtypeVariant, .. }, _)) => Some(walk.part(Step::Inner)),
                Some((found, _)) => Some(walk.shape_of(&found)),
                None => Some(Shape::any()),
            });
            let is_other = other.is_some() && other == name_read;
            variants.push(Variant { names: vec![(*name).to_owned()], payload, is_other });
            read.push(name_read);
        }
        Body::Enum { variants, tag: None }
    }

    /// Returns the form of a variant with fields: a struct with the name of the variant. The visitors of
    /// two variants can have one name, so the variant is a part of the key.
    fn fields_of_variant(&mut self, found: &Found, fields: &'static [&'static str]) -> Shape {
        let Some(Step::Variant(name)) = self.path.last().copied() else { return Shape::any() };
        let visitor = format!("{} {name}", found.visitor);
        self.named(&visitor, name, |walk| walk.fields(fields))
    }

    /// Returns the form of an enum with `tag`. Such an enum reads any value; its errors name the missing
    /// tag, and the variants.
    fn tagged(&mut self, found: &Found) -> Shape {
        let is_answer = |stop: &Stop, _: &Run| *stop != Stop::Refused;
        let Some((Stop::MissingField(tag), _)) = self.ask(&Question::Map(None), is_answer) else {
            return Shape::any();
        };
        let Some((Stop::UnknownVariant(names), _)) = self.ask(&Question::Map(Some(tag)), is_answer)
        else {
            return Shape::any();
        };
        let name = last_word(&found.expecting);
        self.named(found.visitor, name, |_| Body::Enum {
            variants: names.iter().map(|name| Variant::unseen(name)).collect(),
            tag: Some(tag.to_owned()),
        })
    }

    /// Returns the type at the end of the path, and the representation of the last name on the path.
    fn find(&mut self) -> Option<(Found, Option<String>)> {
        self.tracer.parts += 1;
        if self.tracer.parts > PARTS || self.path.len() > LENGTH {
            return None;
        }
        let (_, run) = self.ask(&Question::Kind, |_, run| run.found.is_some())?;
        run.found.map(|found| (found, run.name_read))
    }

    /// Runs the type with different made-up values until a run gives an answer.
    fn ask(
        &self,
        question: &Question,
        is_answer: impl Fn(&Stop, &Run) -> bool,
    ) -> Option<(Stop, Run)> {
        for depth in DEPTHS {
            let mut choices = Choices::new(self.path.len() + depth);
            for _ in 0..RUNS {
                let (stop, run) = self.run(question.clone(), choices);
                if is_answer(&stop, &run) {
                    return Some((stop, run));
                }
                let Some(next) = run.choices.next() else { break };
                choices = next;
            }
        }
        None
    }

    /// Reads one made-up value. A panic in the `Deserialize` impl refuses the value.
    fn run(&self, question: Question, choices: Choices) -> (Stop, Run) {
        let path = self.path.clone();
        let run = RefCell::new(Run { path, question, choices, found: None, name_read: None });
        let result = catch_unwind(AssertUnwindSafe(|| (self.read)(Probe::new(&run))));
        let stop = match result {
            Ok(Ok(())) | Err(_) => Stop::Refused,
            Ok(Err(stop)) => stop,
        };
        (stop, run.into_inner())
    }
}

impl Variant {
    fn unseen(name: &str) -> Self {
        Variant { names: vec![name.to_owned()], payload: Some(Shape::any()), is_other: false }
    }
}

/// Returns the name in a text such as `tuple struct Id`.
fn last_word(expecting: &str) -> &str {
    expecting.rsplit(' ').next().unwrap_or_default()
}
