//! The report in the guide's chapter on testing is the one that such a test prints; the README
//! shows some of its lines.

use crate::said;
use actor_core::__private::{TestConfig, simulate};
use actor_core::future::zip;
use actor_core::prelude::*;

const CHAPTER: &str = include_str!("../../../book/src/testing.md");
const README: &str = include_str!("../../../README.md");

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

async fn both_payments_arrive() {
    let store = Store { balance: 0 }.spawn();
    let one = Teller { store: store.clone() }.spawn();
    let two = Teller { store: store.clone() }.spawn();
    let _ = zip(one.pay(1), two.pay(2)).await;
    assert_eq!(store.read().await, Ok(3));
}

/// The report shown on a page.
fn shown(page: &str) -> String {
    let (_, shown) = page.split_once("```text\nseed ").expect("the page shows it");
    let (shown, _) = shown.split_once("```").expect("and ends");
    format!("seed {shown}")
}

#[test]
fn the_guide_shows_the_report_of_a_failing_test() {
    let told = said(|| simulate(TestConfig::single_seed().seeds(1000), |_| both_payments_arrive()));
    assert_eq!(placeless(&shown(CHAPTER)), placeless(&told));
    let mut lines = told.lines();
    for line in shown(README).lines() {
        assert!(lines.any(|told| told == line), "the README shows `{line}`, which is not said");
    }
}

/// Its lines, without the location of the panic in the test body.
fn placeless(text: &str) -> Vec<&str> {
    let lines = text.trim().lines();
    lines.map(|line| line.split_once(" panicked at ").map_or(line, |(before, _)| before)).collect()
}
