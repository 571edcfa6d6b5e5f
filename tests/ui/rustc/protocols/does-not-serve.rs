use actor_core::prelude::*;
use ui::greeting::GreeterAddr;
#[actor]
struct Robot;
#[actor]
impl Robot {}
fn main() {
    let _ = GreeterAddr::from(Robot.spawn());
}
