//! In a simulation a snapshot is exact, to the tenth of a virtual second.

use super::one_actor::{Clerk, ClerkAddr};
use actor_core::prelude::*;
use actor_core::supervision::{Child, Supervisor};
use std::time::Duration;
use tests::Gate;

fn clerk() -> Clerk {
    Clerk { peer: None, gate: Gate::new() }
}

async fn ask(clerk: &ClerkAddr, of: &ClerkAddr) {
    clerk.meet(of.clone()).await.unwrap();
    clerk.ask(Gate::new()).send().await.unwrap();
}

#[test]
fn a_simulated_system_prints_exactly_as_in_golden_txt() {
    for seed in 1..=20 {
        let system = System::simulation(seed);
        system.block_on(async {
            let shop = Supervisor::one_for_one().spawn();
            shop.register("shop").unwrap();
            let till = shop.start(Child::new("till", clerk));
            let store = shop.start(Child::new("store", clerk));
            till.started().await.unwrap();
            store.started().await.unwrap();
            let guest = clerk().spawn();

            store.hold(Gate::new()).send().await.unwrap();
            actor_core::time::sleep(Duration::from_millis(1500)).await;
            ask(&till, &store).await;
            actor_core::time::sleep(Duration::from_secs(60)).await;
            ask(&guest, &till).await;
            guest.ping().try_send().unwrap();
            actor_core::time::sleep(Duration::from_millis(250)).await;

            let text = system.snapshot().to_string();
            assert_eq!(text, include_str!("golden.txt"), "seed {seed}");
            shop.kill();
            guest.kill();
        });
    }
}
