//! The output of a life.

use super::{ActorBuilder, Life, RunLoop};
use crate::Actor;
use crate::prelude::*;

#[actor(crate = crate)]
struct Seed;

#[actor(crate = crate)]
impl Seed {}

#[test]
fn a_life_shows_its_type() {
    let system = System::current_thread();
    let settings = const { &Seed::SETTINGS };
    let builder = ActorBuilder::<Seed>::new(Some(system.shared().clone()), settings, None);
    let life = Life { run_loop: RunLoop::new(builder.mailbox.clone()), state: Some(Seed) };
    assert_eq!(format!("{life:?}"), "Life { .. }");
    builder.end();
}
