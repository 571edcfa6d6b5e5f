use actor_core::prelude::*;
#[actor]
struct Renderer;

#[actor]
impl Renderer {
    #[message(abort, last)]
    async fn render(self) {}
}

fn main() {}
