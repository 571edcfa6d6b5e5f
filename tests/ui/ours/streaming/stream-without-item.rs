#![allow(unused)]
use actor_core::prelude::*;
use futures_lite::Stream;
#[actor]
struct Log;
#[actor]
impl Log {
    fn tail(&self) -> impl Stream + Send + 'static {
        futures_lite::stream::empty::<u8>()
    }
}
fn main() {}
