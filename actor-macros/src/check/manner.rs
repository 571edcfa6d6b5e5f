//! Floor 3: the settings of a message, `#[message(priority)]` and its like, and what they exclude.
//!
//! It must not know other messages.

use crate::errors::Errors;
use crate::model::Manner;
use crate::options::Entry;

/// The settings that a message may have.
pub(super) const SETTINGS: &[&str] = &["priority", "unbounded"];

/// Reads the settings of a message.
pub(super) fn check(entries: &[Entry], errors: &mut Errors) -> Manner {
    let mut manner = Manner::default();
    for entry in entries {
        match entry.key.to_string().as_str() {
            "priority" => {
                entry.expect_plain(errors);
                manner.priority = true;
            }
            "unbounded" => {
                entry.expect_plain(errors);
                manner.unbounded = true;
            }
            _ => {}
        }
    }
    manner
}
