#![allow(unused)]
use actor_core::prelude::*;
use futures_lite::Stream;
#[actor]
struct Log;
#[actor]
impl Log {
    fn tail(&self) -> impl Stream<Item = String> + Send {
        futures_lite::stream::empty()
    }
}
fn main() {}
