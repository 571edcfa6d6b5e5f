#![allow(unused)]
use actor_core::prelude::*;
#[actor]
struct Log;
#[actor]
impl Log {
    fn tail(&mut self, lines: Replies<String>) {}
}
async fn read(log: LogAddr) {
    log.tail().await;
}
fn main() {
}
