//! A message that holds the last address of its own actor can be discarded safely.

use actor_core::prelude::*;
use futures_lite::future::poll_once;
use std::time::Duration;
use tests::{Gate, Tally};

/// The content of a message, whose drop uses every operation of its own mailbox.
struct Meddler {
    address: VesselAddr,
    dropped: Tally,
    panics: bool,
}

impl Drop for Meddler {
    fn drop(&mut self) {
        let address = &self.address;
        // Each of these takes the lock.
        let _ = (address.len(), address.is_alive(), address.label());
        let _ = address.work(None).try_send();
        drop(address.clone());
        address.stop();
        address.kill();
        self.dropped.add();
        if self.panics {
            panic!("while it is thrown away");
        }
    }
}

#[actor(capacity = 4)]
struct Vessel {
    entered: Gate,
    gate: Gate,
}

#[actor]
impl Vessel {
    async fn hold(&mut self) {
        self.entered.open();
        self.gate.pass().await;
    }

    async fn hold_and_panic(&mut self) {
        self.entered.open();
        self.gate.pass().await;
        panic!("told to fail");
    }

    fn work(&mut self, _cargo: Option<Meddler>) {}
}

/// How the actor ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Kill,
    Panic,
    StopThenKill,
}

/// Fills a mailbox with messages that hold the only remaining addresses, and discards them.
async fn throw_away(end: End, panics: bool) {
    let (entered, gate, dropped) = (Gate::new(), Gate::new(), Tally::default());
    let vessel = Vessel { entered: entered.clone(), gate: gate.clone() }.spawn();
    match end {
        End::Panic => vessel.hold_and_panic().send().await.unwrap(),
        End::Kill | End::StopThenKill => vessel.hold().send().await.unwrap(),
    }
    entered.pass().await;
    let cargo = || Some(Meddler { address: vessel.clone(), dropped: dropped.clone(), panics });
    // Sends and a call in the mailbox, and both waiting for room.
    (0..3).for_each(|_| vessel.work(cargo()).try_send().unwrap());
    let mut call = vessel.work(cargo()).into_owned();
    let mut waiting_call = vessel.work(cargo()).into_owned();
    assert!(poll_once(&mut call).await.is_none());
    assert!(poll_once(&mut waiting_call).await.is_none());
    let join = vessel.join();
    match end {
        End::Kill => vessel.kill(),
        End::Panic => gate.open(),
        End::StopThenKill => {
            vessel.stop();
            vessel.kill();
        }
    }
    drop(vessel);
    assert_eq!(call.await, Err(CallError::Stopped));
    assert_eq!(waiting_call.await, Err(CallError::Stopped));
    let exit = join.await;
    match end {
        End::Panic => assert!(matches!(exit, Exit::Failed(_)), "{exit}"),
        End::Kill | End::StopThenKill => assert_eq!(exit, Exit::Killed),
    }
    dropped.reaches(5).await;
    assert_eq!(dropped.count(), 5, "{end:?}");
}

pub fn a_message_with_the_last_address_of_its_actor_is_discarded(system: &System) {
    system.block_on(async {
        for end in [End::Kill, End::Panic, End::StopThenKill] {
            for _ in 0..20 {
                throw_away(end, false).await;
            }
        }
    });
}

pub fn a_panic_in_the_drop_of_the_last_address_poisons_no_lock(system: &System) {
    system.block_on(async {
        for end in [End::Kill, End::Panic, End::StopThenKill] {
            throw_away(end, true).await;
        }
    });
}

pub fn a_message_with_the_last_address_is_discarded_before_start_and_at_shutdown(system: &System) {
    let (entered, gate, dropped) = (Gate::new(), Gate::new(), Tally::default());
    let cargo = |vessel: &VesselAddr| {
        let (address, dropped) = (vessel.clone(), dropped.clone());
        Some(Meddler { address, dropped, panics: false })
    };
    let vessel = || Vessel { entered: entered.clone(), gate: gate.clone() };
    system.block_on(async {
        let unborn = vessel().spawn();
        unborn.work(cargo(&unborn)).try_send().unwrap();
        let join = unborn.join();
        unborn.kill();
        drop(unborn);
        assert_eq!(join.await, Exit::Killed);
        assert_eq!(dropped.count(), 1);
    });

    let stuck = vessel().spawn_on(system);
    system.block_on(async {
        stuck.hold().send().await.unwrap();
        entered.pass().await;
        (0..3).for_each(|_| stuck.work(cargo(&stuck)).try_send().unwrap());
    });
    let join = stuck.join();
    drop(stuck);
    let report = system.block_on(system.shutdown(Duration::ZERO));
    assert_eq!(report.killed.len(), 1, "{report}");
    assert_eq!(system.block_on(join), Exit::Killed);
    assert_eq!(dropped.count(), 4);
}

pub fn a_skipped_call_with_the_last_address_ends_its_actor(system: &System) {
    system.block_on(async {
        let (entered, gate, dropped) = (Gate::new(), Gate::new(), Tally::default());
        let vessel = Vessel { entered: entered.clone(), gate: gate.clone() }.spawn();
        vessel.hold().send().await.unwrap();
        entered.pass().await;
        let cargo = Meddler { address: vessel.clone(), dropped: dropped.clone(), panics: false };
        let mut call = vessel.work(Some(cargo));
        assert!(poll_once(&mut call).await.is_none());
        // Its caller no longer waits: it is dropped by the loop.
        drop(call);
        let join = vessel.join();
        drop(vessel);
        assert_eq!(dropped.count(), 0);
        gate.open();
        assert_eq!(join.await, Exit::Killed);
        assert_eq!(dropped.count(), 1);
    });
}

/// Holds nothing but the address.
struct Cargo {
    _address: HullAddr,
    dropped: Tally,
}

impl Drop for Cargo {
    fn drop(&mut self) {
        self.dropped.add();
    }
}

#[actor]
struct Hull {
    entered: Gate,
    gate: Gate,
}

#[actor]
impl Hull {
    async fn hold(&mut self) {
        self.entered.open();
        self.gate.pass().await;
    }

    fn work(&mut self, _cargo: Cargo) {}
}

pub fn the_last_address_in_a_skipped_call_ends_the_actor_normally(system: &System) {
    system.block_on(async {
        let (entered, gate, dropped) = (Gate::new(), Gate::new(), Tally::default());
        let hull = Hull { entered: entered.clone(), gate: gate.clone() }.spawn();
        hull.hold().send().await.unwrap();
        entered.pass().await;
        let cargo = Cargo { _address: hull.clone(), dropped: dropped.clone() };
        let mut call = hull.work(cargo);
        assert!(poll_once(&mut call).await.is_none());
        drop(call);
        let join = hull.join();
        drop(hull);
        gate.open();
        assert_eq!(join.await, Exit::Stopped);
        assert_eq!(dropped.count(), 1);
    });
}
