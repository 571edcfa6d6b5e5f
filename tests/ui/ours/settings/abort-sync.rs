use actor_core::prelude::*;
#[actor]
struct Renderer;

#[actor]
impl Renderer {
    #[message(abort)]
    fn render(&mut self) {}
}

fn main() {}
