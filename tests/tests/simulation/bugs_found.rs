//! Deliberate bugs in a program of five actors are found, and reported in few steps.

use crate::said;
use actor_core::__private::{TestConfig, simulate};
use actor_core::prelude::*;
use actor_core::simulation::Sim;

/// Holds the balance, which other actors read and write.
#[actor]
struct Store {
    balance: i64,
}

#[actor]
impl Store {
    fn read(&self) -> i64 {
        self.balance
    }

    fn write(&mut self, balance: i64) {
        self.balance = balance;
    }
}

/// Counts the operations.
#[actor]
struct Audit {
    lines: Vec<&'static str>,
}

#[actor]
impl Audit {
    fn note(&mut self, line: &'static str) {
        self.lines.push(line);
    }

    fn lines(&self) -> Vec<&'static str> {
        self.lines.clone()
    }
}

/// Pays into the store, by reading and then writing: the planted bug.
#[actor]
struct Teller {
    store: StoreAddr,
    audit: AuditAddr,
}

#[actor]
impl Teller {
    async fn pay(&self, amount: i64) -> Result<(), CallError> {
        let balance = self.store.read().await?;
        self.audit.note("pay").await?;
        self.store.write(balance + amount).await
    }
}

/// Two tellers pay at the same time.
pub async fn lost_update() {
    let store = Store { balance: 0 }.spawn();
    let audit = Audit { lines: vec![] }.spawn();
    let teller = || Teller { store: store.clone(), audit: audit.clone() }.spawn();
    let (one, two, idle) = (teller(), teller(), teller());
    let paid = actor_core::future::zip(one.pay(1), two.pay(2)).await;
    assert_eq!(paid, (Ok(Ok(())), Ok(Ok(()))));
    idle.pay(4).await.unwrap().unwrap();
    assert_eq!(store.read().await, Ok(7));
}

/// Opens, and then makes another actor close: the deliberate bug is the assumption about the order
/// of two senders.
#[actor]
struct Front {
    store: StoreAddr,
    back: BackAddr,
    audit: AuditAddr,
}

#[actor]
impl Front {
    async fn go(&self) -> Result<(), CallError> {
        self.back.finish().send().await?;
        self.store.write(1).await?;
        self.audit.note("opened").send().await?;
        Ok(())
    }
}

#[actor]
struct Back {
    audit: AuditAddr,
    store: StoreAddr,
}

#[actor]
impl Back {
    async fn finish(&self) -> Result<(), CallError> {
        let _ = self.store.read().await?;
        self.audit.note("closed").send().await?;
        Ok(())
    }
}

async fn wrong_order(sim: Sim) {
    let store = Store { balance: 0 }.spawn();
    let audit = Audit { lines: vec![] }.spawn();
    let back = Back { audit: audit.clone(), store: store.clone() }.spawn();
    let front = Front { store, back, audit: audit.clone() }.spawn();
    let idle = Audit { lines: vec![] }.spawn();
    idle.note("idle").await.unwrap();
    front.go().await.unwrap().unwrap();
    sim.settle().await;
    assert_eq!(audit.lines().await, Ok(vec!["closed", "opened"]));
}

/// The reported steps of a failure.
pub fn steps(said: &str) -> Vec<&str> {
    let is_step = |line: &&str| {
        let number = line.trim_start_matches(['>', ' ']).split('.').next().unwrap_or_default();
        line.starts_with(['>', ' ']) && number.parse::<u32>().is_ok()
    };
    said.lines().filter(is_step).collect()
}

/// The reported seed of a failure.
pub fn seed(said: &str) -> u64 {
    let (_, tail) = said.split_once("ACTOR_SEED=").expect("it says how to replay");
    tail.split(' ').next().expect("it is a number").parse().expect("it is a number")
}

#[test]
fn a_lost_update_is_found_and_reported_in_ten_steps() {
    let said = said(|| simulate(TestConfig::single_seed().seeds(1000), |_| lost_update()));
    println!("{said}");
    assert!(seed(&said) <= 1000);
    assert!((1..=10).contains(&steps(&said).len()), "{said}");
    assert!(said.contains("takes `read`") || said.contains("goes on with `pay`"), "{said}");
}

#[test]
fn a_wrong_order_is_found_and_reported_in_ten_steps() {
    let said = said(|| simulate(TestConfig::single_seed().seeds(1000), wrong_order));
    println!("{said}");
    assert!((1..=10).contains(&steps(&said).len()), "{said}");
}

#[test]
fn the_printed_seed_fails_again() {
    let said = said(|| simulate(TestConfig::single_seed().seeds(1000), |_| lost_update()));
    let seed = seed(&said);
    let fails = std::panic::catch_unwind(|| System::simulation(seed).block_on(lost_update()));
    assert!(fails.is_err(), "seed {seed} passes");
}

#[test]
fn without_the_bug_no_seed_fails() {
    #[actor]
    struct Honest {
        balance: i64,
    }

    #[actor]
    impl Honest {
        fn pay(&mut self, amount: i64) -> i64 {
            self.balance += amount;
            self.balance
        }
    }

    simulate(TestConfig::single_seed().seeds(1000), |_| async {
        let honest = Honest { balance: 0 }.spawn();
        let _ = actor_core::future::zip(honest.pay(1), honest.pay(2)).await;
        assert_eq!(honest.pay(4).await, Ok(7));
    });
}
