//! Failures of actors in other processes.

use crate::exit::{ActorId, Failure, FailureKind, FailureParts, Location};

/// A failure of an actor in another process, as plain data.
///
/// ```
/// use actor_core::proxy::ForeignFailure;
/// use actor_core::{Failure, FailureKind};
///
/// let failure = Failure::from(ForeignFailure {
///     kind: FailureKind::Panic,
///     actor: "counter#7@shop".into(),
///     handler: "add".into(),
///     message: "overflow".into(),
///     location: Some(("counter.rs".into(), 3, 9)),
/// });
/// assert_eq!(failure.to_string(), "counter#7@shop failed in `add`: overflow (counter.rs:3:9)");
/// assert_eq!(ForeignFailure::of(&failure).handler, "add");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignFailure {
    /// The kind of failure.
    pub kind: FailureKind,
    /// The label of the actor.
    pub actor: String,
    /// The message or hook that was being handled.
    pub handler: String,
    /// The panic message or the error text.
    pub message: String,
    /// The source file, the line and the column.
    pub location: Option<(String, u32, u32)>,
}

impl ForeignFailure {
    /// Returns the data of a failure, for another process.
    pub fn of(failure: &Failure) -> Self {
        let place = |place: &Location| (place.file().to_owned(), place.line(), place.column());
        ForeignFailure {
            kind: failure.kind(),
            actor: failure.actor().to_owned(),
            handler: failure.handler().to_owned(),
            message: failure.message().to_owned(),
            location: failure.location().map(place),
        }
    }
}

/// The failure of an actor in another process. No actor in this process has its id.
impl From<ForeignFailure> for Failure {
    fn from(foreign: ForeignFailure) -> Self {
        let place = |(file, line, column)| Location::foreign(file, line, column);
        let parts = FailureParts {
            kind: foreign.kind,
            actor: foreign.actor,
            id: ActorId { system: u32::MAX, number: 0 },
            handler: "",
            message: foreign.message,
            location: foreign.location.map(place),
            cause: None,
        };
        Failure::foreign(parts, foreign.handler)
    }
}
