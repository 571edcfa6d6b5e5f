use actor_core::prelude::*;
#[actor]
struct Renderer;

#[actor]
impl Renderer {
    #[message(abort)]
    async fn render(&mut self, _reply: Reply<u8>) {}
}

fn main() {}
