#![allow(unused)]
use actor_core::prelude::*;
use futures_lite::Stream;
#[actor]
struct Log;
#[actor]
impl Log {
    fn tail(&self, lines: Replies<u8>) -> impl Stream<Item = u8> + Send + 'static {
        futures_lite::stream::empty()
    }
}
fn main() {}
