use actor_core::prelude::*;

#[actor]
struct Door;

#[actor]
impl Door {}

fn main() {
    let node = actor_remote::SimNetwork::new().node("here");
    let _ = node.register("door", &Door.spawn());
}
