//! The corpus in edition 2024, without a single warning.
#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations)]

include!("../../corpus.rs");
include!("../../calls.rs");
