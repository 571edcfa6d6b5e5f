//! The messages of a protocol and their types, as plain data. This module does not depend on their source,
//! which is a wire file or the code.

/// A protocol, as another node sees it.
#[derive(Debug)]
pub(super) struct Protocol {
    pub(super) name: String,
    pub(super) messages: Vec<Message>,
    /// The types that messages refer to.
    pub(super) types: Vec<Type>,
}

/// A message of a protocol.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) name: String,
    pub(super) version: u32,
    /// The number in its frames: a hash of the names and the version.
    pub(super) id: u64,
    pub(super) arguments: Vec<(String, Shape)>,
    pub(super) reply: Shape,
    /// The reply is a stream, and `reply` is the type of its items.
    pub(super) is_stream: bool,
}

/// The encoded form of a type.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A type without parts, or `any`.
    Leaf(String),
    /// An address of an actor with this protocol.
    Address(String),
    Option(Box<Shape>),
    Sequence(Box<Shape>),
    Map(Box<Shape>, Box<Shape>),
    Tuple(Vec<Shape>),
    /// The index of a type in [`Protocol::types`].
    Named(usize),
}

/// A type whose form the tracer cannot determine.
pub(super) const ANY: &str = "any";

impl Shape {
    pub(super) fn any() -> Shape {
        Shape::Leaf(ANY.to_owned())
    }
}

/// A type with a name. The name is not encoded.
#[derive(Debug)]
pub(super) struct Type {
    pub(super) name: String,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    Struct {
        fields: Vec<Field>,
        /// A field that is not in the list is refused.
        is_strict: bool,
    },
    Enum {
        variants: Vec<Variant>,
        /// The field that holds the name of the variant, for an enum with `#[serde(tag = "..")]`.
        tag: Option<String>,
    },
    /// Encoded as another type: a newtype that contains itself.
    Same(Shape),
}

#[derive(Debug)]
pub(super) struct Field {
    /// The name, followed by the names of `alias`.
    pub(super) names: Vec<String>,
    pub(super) shape: Shape,
    /// A value without this field can be read.
    pub(super) has_default: bool,
}

#[derive(Debug)]
pub(super) struct Variant {
    pub(super) names: Vec<String>,
    /// `None` for a unit variant.
    pub(super) payload: Option<Shape>,
    /// A variant of any other name is read as this one.
    pub(super) is_other: bool,
}
