use actor_core::prelude::*;
use futures_lite::{Stream, stream};
#[actor]
struct Log(Vec<u8>);
#[actor]
impl Log {
    fn tail(&self) -> impl Stream<Item = u8> + Send + 'static {
        stream::iter(self.0.iter().copied())
    }
}
fn main() {}
