//! The race of the guide's chapter on testing: two tellers pay into one store, and each reads the balance
//! and then writes the new one. `race SEED` runs one schedule and prints its steps; `race FROM TO` prints
//! the first seed of a range under which a payment is lost.
//!
//! The guide runs this program in its page, as `race.wasm`.

use actor_core::future::zip;
use actor_core::prelude::*;
use actor_core::simulation::{Sim, Step};
use std::env;
use std::process::ExitCode;

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
}

/// Pays in with two messages, so that another payment may happen between them.
#[actor]
struct Teller {
    store: StoreAddr,
}

#[actor]
impl Teller {
    async fn pay(&self, amount: u64) -> Result<(), CallError> {
        let balance = self.store.read().await?;
        self.store.write(balance + amount).await
    }
}

/// Pays 1 and 2 at the same time, and returns the balance.
async fn both_pay() -> Result<u64, CallError> {
    let store = Store { balance: 0 }.spawn();
    let one = Teller { store: store.clone() }.spawn();
    let two = Teller { store: store.clone() }.spawn();
    let (first, second) = zip(one.pay(1), two.pay(2)).await;
    first??;
    second??;
    store.read().await
}

/// Runs the schedule of a seed. Returns the balance and the steps.
fn run(seed: u64) -> (Result<u64, CallError>, Vec<Step>) {
    let system = System::simulation(seed);
    let balance = system.block_on(both_pay());
    let steps = Sim::of(&system).map(|sim| sim.trace().steps().to_vec());
    (balance, steps.unwrap_or_default())
}

fn is_lost(seed: u64) -> bool {
    run(seed).0 != Ok(3)
}

fn show(seed: u64) {
    let (balance, steps) = run(seed);
    match balance {
        Ok(3) => println!("seed {seed}: both payments arrived, the balance is 3"),
        Ok(balance) => println!("seed {seed}: a payment is lost, the balance is {balance}"),
        Err(error) => println!("seed {seed}: {error}"),
    }
    for (number, step) in (1..).zip(steps) {
        println!("{number:3}. {step}");
    }
}

fn main() -> ExitCode {
    let numbers: Option<Vec<u64>> = env::args().skip(1).map(|text| text.parse().ok()).collect();
    match numbers.as_deref() {
        Some([seed]) => show(*seed),
        Some([from, to]) => match (*from..=*to).find(|seed| is_lost(*seed)) {
            Some(seed) => println!("{seed}"),
            None => println!("no seed from {from} to {to} loses a payment"),
        },
        _ => {
            eprintln!("usage: race SEED, or race FROM TO");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
