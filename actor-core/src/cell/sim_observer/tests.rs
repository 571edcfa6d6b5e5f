//! The list of the systems of a simulation.

use super::{SimExecutor, SimObserver};
use crate::System;
use crate::executor::sim::Scheduler;

#[test]
fn systems_are_listed_in_the_order_of_their_start_until_they_end() {
    let observer = SimObserver::new(SimExecutor::new(Scheduler::seeded(1, false), 1), 1);
    let systems = [(); 2].map(|()| System::current_thread());
    let numbers = || observer.systems().iter().map(|system| system.id).collect::<Vec<_>>();
    systems.iter().for_each(|system| observer.add_system(system.shared()));
    assert_eq!(numbers(), systems.each_ref().map(|system| system.shared().id));
    drop(systems);
    assert!(numbers().is_empty());
}
