//! The messages of a protocol and their types, as plain data. It must not know where they come from.

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
    /// The reply is a stream, and `reply` one of its items.
    pub(super) is_stream: bool,
}

/// The encoded form of a type.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A value without parts, or `any`.
    Leaf(String),
    /// An address of an actor with this protocol.
    Address(String),
    Option(Box<Shape>),
    Sequence(Box<Shape>),
    Map(Box<Shape>, Box<Shape>),
    Tuple(Vec<Shape>),
    /// One of the types of the protocol.
    Named(usize),
}

/// The type of a value that the tracer cannot see.
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
        /// The field with the name of the variant, if that is encoded next to other fields.
        tag: Option<String>,
    },
    /// Encoded as another type: a newtype that contains itself.
    Same(Shape),
}

#[derive(Debug)]
pub(super) struct Field {
    /// The names that are read, more than one with `alias`.
    pub(super) names: Vec<String>,
    pub(super) shape: Shape,
    /// A value without this field can be read.
    pub(super) has_default: bool,
}

#[derive(Debug)]
pub(super) struct Variant {
    pub(super) names: Vec<String>,
    /// Nothing for a unit variant.
    pub(super) payload: Option<Shape>,
    /// A variant of any other name is read as this one.
    pub(super) is_other: bool,
}
