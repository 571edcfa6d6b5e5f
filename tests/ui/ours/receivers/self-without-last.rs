use actor_core::prelude::*;
#[actor]
struct Builder;

#[actor]
impl Builder {
    fn with_size(self, _size: u8) -> Self {
        self
    }
}

fn main() {}
