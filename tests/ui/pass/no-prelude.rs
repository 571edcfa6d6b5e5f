//! No prelude, and the user owns every name that an expansion might think of.
#![no_implicit_prelude]
#![deny(warnings)]
#![allow(dead_code, non_camel_case_types)]

use ::actor_core::{Spawn as _, actor};

mod core {}
mod std {}
mod actor_core {}

type Result = ();
type Option = u8;
type bool = u32;

struct Message;
struct Call;
struct Reply;
struct Addr;
struct Context;
struct Some;

#[actor]
struct Names;

#[actor]
impl Names {
    fn message(&self, message: Message, call: Call, reply: Reply, addr: Addr) -> Result {
        let _ = (message, call, reply, addr);
    }

    async fn option(&self, option: Option, context: Context, some: Some) -> bool {
        let _ = (option, context, some);
        1
    }
}

fn main() {
    let _ = || {
        let names = Names.spawn();
        let _ = names.message(Message, Call, Reply, Addr);
        let _ = names.option(1, Context, Some);
    };
}
