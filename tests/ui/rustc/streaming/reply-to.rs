#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Log;
#[actor]
impl Log {
    fn tail(&mut self, lines: Replies<String>) {}
}
fn log() -> LogAddr {
    Log.spawn()
}
fn main() {
    log().tail().reply_to(Reply::pair().0);
}
