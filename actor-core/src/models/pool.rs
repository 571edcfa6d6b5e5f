//! The drop of a pool's last address races with the upgrade of a weak address.

use super::{Jobs, model};
use crate::prelude::*;

#[actor(crate = crate)]
struct Worker;

#[actor(crate = crate)]
impl Worker {
    fn work(&self) {}
}

#[test]
fn an_upgraded_address_is_never_that_of_a_pool_about_to_close() {
    model(|| {
        let (jobs, system) = Jobs::system();
        let mut prepared = Worker::prepare_pool(1, || Worker);
        prepared.system = Some(system);
        let pool = prepared.spawn();
        // The member starts, finds no message, and becomes idle.
        jobs.run_all();
        let weak = pool.downgrade();
        let upgrades = weak.clone();
        let other = loom::thread::spawn(move || {
            if let Some(pool) = upgrades.upgrade() {
                assert!(pool.work().try_send().is_ok(), "its pool is closed");
            }
        });
        drop(pool);
        other.join().expect("it does not panic");
        jobs.run_all();
        assert!(!weak.is_alive());
    });
}
