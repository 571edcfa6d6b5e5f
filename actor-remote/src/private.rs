//! The private interface for generated code. Not for users; it may change in any release.

pub use crate::codec::Wire;
pub use crate::export::{Back, Body, Delivery};
pub use crate::import::{Encoded, Outgoing};
pub use crate::remote::{Remote, Visit, read_address, write_address};
pub use crate::wire_check::{Field, NotWire, WireCheck, wire};
pub use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use std::primitive::{bool, str, u64};
pub use std::result::Result::{self, Err, Ok};
