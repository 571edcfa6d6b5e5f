//! The private interface for generated code. It is not meant for users, and may change in any release.

pub use crate::codec::Wire;
pub use crate::import::Outgoing;
pub use crate::remote::{Remote, Source, read_address, write_address};
pub use crate::wire_check::{NotWire, WireCheck, wire};
pub use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use std::option::Option::{self, None, Some};
pub use std::primitive::{bool, str, u64};
pub use std::result::Result;
