//! The corpus in edition 2018, without a single warning.
#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations)]

include!("../../corpus.rs");
include!("../../calls.rs");

/// `gen` is a name here, and a word of the language in the edition of the macro.
#[::rt::actor(crate = ::rt)]
#[derive(Debug)]
pub struct Old;

#[::rt::actor(crate = ::rt)]
impl Old {
    /// Gives it back.
    pub fn gen(&self, gen: u8) -> u8 {
        gen
    }
}

/// Calls it.
pub fn old() {
    use rt::Spawn as _;
    let _gen = Old.spawn().gen(1).into_owned();
}
