//! The corpus without a prelude, among names that a careless expansion would take for its own.
#![no_implicit_prelude]
#![deny(warnings)]
#![allow(dead_code, non_camel_case_types, reason = "they are there to be in the way")]

mod actor_core {}
mod core {}
mod std {}
mod rt {}

type Result = ();
type Option = u16;
type Self_ = u16;
type bool = u32;
struct Addr;
struct Call;
struct Context;
struct Exit;
struct Message;
struct None;
struct Reply;
struct Some;
trait Clone {}
trait Debug {}
trait Future {}
trait Send {}

include!("../../corpus.rs");
include!("../../calls.rs");

/// Users may name their own things so.
#[::rt::actor(crate = ::rt)]
pub struct Names;

#[::rt::actor(crate = ::rt)]
impl Names {
    fn message(&self, message: Message, call: Call, reply: Reply, addr: Addr) -> Result {
        let _all = (message, call, reply, addr);
    }

    async fn option(&self, option: Option, context: Context, some: Some, exit: Exit) -> bool {
        let _all = (option, context, some, exit);
        1
    }

    fn none(&self, none: None, word: Self_) -> None {
        let _word = word;
        none
    }
}
