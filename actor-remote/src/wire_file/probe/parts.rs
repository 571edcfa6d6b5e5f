//! The parts of a value that a probe gives: elements, entries, fields and variants. This module does not
//! determine the form of a type.

use super::{Kind, Position, Probe, Step, Stop, values};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use std::any::type_name;

/// The elements of a tuple or sequence, one of which may be on the path.
pub(super) struct Elements<'r> {
    pub(super) probe: Probe<'r>,
    pub(super) next: usize,
    pub(super) length: usize,
    pub(super) on_path: Option<usize>,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Stop;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Stop> {
        if self.next >= self.length {
            return Ok(None);
        }
        let is_on_path = self.on_path == Some(self.next);
        self.next += 1;
        let probe = if is_on_path { self.probe.next() } else { self.probe.made_up() };
        seed.deserialize(probe).map(Some)
    }
}

/// A map with at most one entry.
pub(super) struct Entry<'r> {
    pub(super) probe: Probe<'r>,
    pub(super) has_entry: bool,
}

impl<'r> Entry<'r> {
    fn part(&self, step: Step) -> Probe<'r> {
        match self.probe.position() {
            Position::Before(on_path) if on_path == step => self.probe.next(),
            _ => self.probe.made_up(),
        }
    }
}

impl<'de> MapAccess<'de> for Entry<'_> {
    type Error = Stop;

    fn next_key_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Stop> {
        match std::mem::take(&mut self.has_entry) {
            true => seed.deserialize(self.part(Step::Key)).map(Some),
            false => Ok(None),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Stop> {
        seed.deserialize(self.part(Step::Value))
    }
}

/// The value of a field.
#[derive(Clone, Copy)]
pub(super) enum Given {
    /// The next position on the path.
    Path,
    MadeUp,
    /// A name that no type knows.
    Unknown,
    /// No value: the run ends once the name of the field is read.
    Nothing,
}

/// The fields of a struct, in this order.
pub(super) struct Fields<'r, 'k> {
    pub(super) probe: Probe<'r>,
    pub(super) keys: &'k [&'static str],
    pub(super) value: Given,
}

impl<'de> MapAccess<'de> for Fields<'_, '_> {
    type Error = Stop;

    fn next_key_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Stop> {
        let Some((key, rest)) = self.keys.split_first() else { return Ok(None) };
        self.keys = rest;
        let key = seed.deserialize(Name(key))?;
        self.probe.note_name(&key);
        Ok(Some(key))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Stop> {
        match self.value {
            Given::Path => seed.deserialize(self.probe.next()),
            Given::MadeUp => seed.deserialize(self.probe.made_up()),
            Given::Unknown => seed.deserialize(Name(values::UNKNOWN)),
            Given::Nothing => Err(Stop::Read),
        }
    }
}

/// A variant of an enum.
pub(super) struct Chosen<'r> {
    pub(super) probe: Probe<'r>,
    pub(super) variant: &'static str,
}

impl<'de, 'r> EnumAccess<'de> for Chosen<'r> {
    type Error = Stop;
    type Variant = Probe<'r>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Probe<'r>), Stop> {
        let name = seed.deserialize(Name(self.variant))?;
        self.probe.note_name(&name);
        match self.probe.position() {
            Position::End(_) => Err(Stop::Read),
            _ => Ok((name, self.probe.next())),
        }
    }
}

impl<'de> VariantAccess<'de> for Probe<'_> {
    type Error = Stop;

    fn unit_variant(self) -> Result<(), Stop> {
        match self.position() {
            Position::End(_) => {
                Err(self.found_as(Kind::UnitVariant, type_name::<()>(), String::new()))
            }
            Position::Before(_) => Err(Stop::Refused),
            Position::MadeUp => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Stop> {
        match self.position() {
            Position::End(_) => {
                Err(self.found_as(Kind::NewtypeVariant, type_name::<T>(), String::new()))
            }
            _ => seed.deserialize(self.next()),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Stop> {
        self.tuple(Kind::TupleVariant(length), length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.fields(Kind::StructVariant(fields), fields, visitor)
    }
}

/// The name of a field or variant.
struct Name(&'static str);

impl<'de> Deserializer<'de> for Name {
    type Error = Stop;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_borrowed_str(self.0)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
