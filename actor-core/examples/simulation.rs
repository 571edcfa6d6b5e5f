//! A race found by a simulation: the seed that reveals it, the steps that lead to it, and a
//! thousand schedules without it after the fix.

use actor_core::future::zip;
use actor_core::prelude::*;
use actor_core::simulation::{Sim, Step};

/// Holds the balance.
#[actor]
struct Store {
    balance: u64,
}

#[actor]
impl Store {
    fn read(&self) -> u64 {
        self.balance
    }

    fn write(&mut self, balance: u64) {
        self.balance = balance;
    }

    fn add(&mut self, amount: u64) {
        self.balance += amount;
    }
}

/// Pays in by reading and then writing: another payment may happen in between.
#[actor]
struct Teller {
    store: StoreAddr,
    is_mended: bool,
}

#[actor]
impl Teller {
    async fn pay(&self, amount: u64) -> Result<(), CallError> {
        if self.is_mended {
            return self.store.add(amount).await;
        }
        let balance = self.store.read().await?;
        self.store.write(balance + amount).await
    }
}

/// Two tellers pay at the same time; returns the resulting balance.
async fn both_pay(is_mended: bool) -> Result<u64, CallError> {
    let store = Store { balance: 0 }.spawn();
    let teller = || Teller { store: store.clone(), is_mended }.spawn();
    let (one, two) = (teller(), teller());
    let (first, second) = zip(one.pay(1), two.pay(2)).await;
    first??;
    second??;
    store.read().await
}

/// One run: its result and its steps.
fn run(seed: u64, is_mended: bool) -> (Result<u64, CallError>, Vec<Step>, u64) {
    let system = System::simulation(seed);
    let balance = system.block_on(both_pay(is_mended));
    let trace = Sim::of(&system).expect("it is a simulation").trace();
    (balance, trace.steps().to_vec(), trace.hash())
}

fn main() {
    let fails = |seed: &u64| run(*seed, false).0 != Ok(3);
    let seed = (1..1000).find(fails).expect("a thousand schedules show it");
    let (balance, steps, hash) = run(seed, false);
    println!("seed {seed}: 1 and 2 were paid, and there is {balance:?}");
    for step in steps.iter().filter(|step| step.action.starts_with("takes")) {
        println!("  {step}");
    }
    assert_eq!(run(seed, false).2, hash);
    println!("the same seed gives the same steps, and so the same hash: {hash:016x}");
    assert!((1..1000).all(|seed| run(seed, true).0 == Ok(3)));
    println!("mended: a thousand seeds, and none fails");
}
