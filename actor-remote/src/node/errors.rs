//! The errors of names: a name that is taken, and a name that was not found.

use std::fmt;

/// The error of [`Node::register`](crate::Node::register): another actor of this node has the name.
///
/// ```
/// let error = actor_remote::NameTaken;
/// assert_eq!(error.to_string(), "another actor of this node has the name");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameTaken;

/// The error of [`Node::wait_for`](crate::Node::wait_for): no actor of this type had the name within the time limit.
///
/// ```
/// let error = actor_remote::NotFound { name: "greeter".into() };
/// assert_eq!(error.to_string(), "no actor of this type is named `greeter`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound {
    /// The name.
    pub name: String,
}

impl fmt::Display for NameTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another actor of this node has the name")
    }
}

impl std::error::Error for NameTaken {}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no actor of this type is named `{}`", self.name)
    }
}

impl std::error::Error for NotFound {}
