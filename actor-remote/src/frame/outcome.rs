//! The encoded forms of call errors and actor exits.

use super::{Reader, number, text};
use actor_core::proxy::ForeignFailure;
use actor_core::{
    CallError, Exit, FailureKind,
    error::{Refusal, RefusalKind},
};

/// The maximum number of bytes of a failure's text, and of the name of a node.
pub(super) const TEXT: usize = 1024;

/// The encoded form of a call error.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CallFault {
    Stopped,
    Full,
    NoReply,
    Killed,
    DeadlineExceeded { started: bool },
    Panicked(ForeignFailure),
    Refused(RefusalKind, String),
}

/// The encoded form of an actor exit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ending {
    Stopped,
    Killed,
    NoActor,
    Unreachable,
    Failed(ForeignFailure),
}

/// Cuts the text off at the limit.
pub(crate) fn short(text: &str) -> &str {
    let mut end = text.len().min(TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

impl CallFault {
    /// Converts the error of a call on this node for a caller on another node.
    pub(crate) fn of(error: &CallError) -> Self {
        match error {
            CallError::Stopped => CallFault::Stopped,
            CallError::Full => CallFault::Full,
            CallError::Killed => CallFault::Killed,
            CallError::DeadlineExceeded { started } => {
                CallFault::DeadlineExceeded { started: *started }
            }
            CallError::Panicked(failure) => CallFault::Panicked(ForeignFailure::of(failure)),
            CallError::Refused(refusal) => {
                CallFault::Refused(refusal.kind(), short(refusal.text()).to_owned())
            }
            _ => CallFault::NoReply,
        }
    }

    pub(crate) fn into_error(self) -> CallError {
        match self {
            CallFault::Stopped => CallError::Stopped,
            CallFault::Full => CallError::Full,
            CallFault::NoReply => CallError::NoReply,
            CallFault::Killed => CallError::Killed,
            CallFault::DeadlineExceeded { started } => CallError::DeadlineExceeded { started },
            CallFault::Panicked(failure) => CallError::Panicked(failure.into()),
            CallFault::Refused(kind, text) => CallError::Refused(Refusal::new(kind, text)),
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            CallFault::Stopped => out.push(0),
            CallFault::Full => out.push(1),
            CallFault::NoReply => out.push(2),
            CallFault::Killed => out.push(3),
            CallFault::Panicked(failure) => {
                out.push(4);
                write_failure(out, failure);
            }
            CallFault::DeadlineExceeded { started } => out.push(6 + u8::from(*started)),
            CallFault::Refused(kind, reason) => {
                out.push(5);
                out.push(match kind {
                    RefusalKind::UnknownMessage => 0,
                    RefusalKind::TooLarge => 1,
                    RefusalKind::NotEncodable => 2,
                    RefusalKind::BadFrame => 3,
                    RefusalKind::Denied => 5,
                    _ => 4,
                });
                text(out, reason);
            }
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(match reader.byte()? {
            0 => CallFault::Stopped,
            1 => CallFault::Full,
            2 => CallFault::NoReply,
            3 => CallFault::Killed,
            4 => CallFault::Panicked(read_failure(reader)?),
            5 => {
                let kind = match reader.byte()? {
                    0 => RefusalKind::UnknownMessage,
                    1 => RefusalKind::TooLarge,
                    2 => RefusalKind::NotEncodable,
                    3 => RefusalKind::BadFrame,
                    4 => RefusalKind::BadReply,
                    5 => RefusalKind::Denied,
                    _ => return None,
                };
                CallFault::Refused(kind, reader.text_within(TEXT)?)
            }
            6 => CallFault::DeadlineExceeded { started: false },
            7 => CallFault::DeadlineExceeded { started: true },
            _ => return None,
        })
    }
}

impl Ending {
    pub(crate) fn of(exit: &Exit) -> Self {
        match exit {
            Exit::Stopped => Ending::Stopped,
            Exit::Killed => Ending::Killed,
            Exit::Failed(failure) => Ending::Failed(ForeignFailure::of(failure)),
            Exit::Unreachable => Ending::Unreachable,
            _ => Ending::NoActor,
        }
    }

    /// Returns the bytes that the exit takes in memory.
    pub(crate) fn cost(&self) -> usize {
        let texts = match self {
            Ending::Failed(failure) => {
                let file = failure.location.as_ref().map_or(0, |(file, ..)| file.len());
                failure.actor.len() + failure.handler.len() + failure.message.len() + file
            }
            _ => 0,
        };
        texts + 64
    }

    pub(crate) fn into_exit(self) -> Exit {
        match self {
            Ending::Stopped => Exit::Stopped,
            Ending::Killed => Exit::Killed,
            Ending::NoActor => Exit::NoActor,
            Ending::Unreachable => Exit::Unreachable,
            Ending::Failed(failure) => Exit::Failed(failure.into()),
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Ending::Stopped => out.push(0),
            Ending::Killed => out.push(1),
            Ending::NoActor => out.push(2),
            Ending::Unreachable => out.push(3),
            Ending::Failed(failure) => {
                out.push(4);
                write_failure(out, failure);
            }
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(match reader.byte()? {
            0 => Ending::Stopped,
            1 => Ending::Killed,
            2 => Ending::NoActor,
            3 => Ending::Unreachable,
            4 => Ending::Failed(read_failure(reader)?),
            _ => return None,
        })
    }
}

fn write_failure(out: &mut Vec<u8>, failure: &ForeignFailure) {
    out.push(match failure.kind {
        FailureKind::Start => 1,
        FailureKind::Linked => 2,
        FailureKind::Intensity => 3,
        FailureKind::Explicit => 4,
        _ => 0,
    });
    text(out, short(&failure.actor));
    text(out, short(&failure.handler));
    text(out, short(&failure.message));
    match &failure.location {
        Some((file, line, column)) => {
            text(out, short(file));
            number(out, u64::from(*line));
            number(out, u64::from(*column));
        }
        None => text(out, ""),
    }
}

fn read_failure(reader: &mut Reader<'_>) -> Option<ForeignFailure> {
    let kind = match reader.byte()? {
        0 => FailureKind::Panic,
        1 => FailureKind::Start,
        2 => FailureKind::Linked,
        3 => FailureKind::Intensity,
        4 => FailureKind::Explicit,
        _ => return None,
    };
    let mut text = || reader.text_within(TEXT);
    let (actor, handler, message, file) = (text()?, text()?, text()?, text()?);
    let location = if file.is_empty() {
        None
    } else {
        let line = u32::try_from(reader.number()?).ok()?;
        Some((file, line, u32::try_from(reader.number()?).ok()?))
    };
    Some(ForeignFailure { kind, actor, handler, message, location })
}
