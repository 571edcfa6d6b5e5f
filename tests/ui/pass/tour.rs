//! The shortest useful actor, silent under strict lints.
#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    missing_debug_implementations,
    unused_qualifications
)]

use actor_core::prelude::*;

/// A bank account.
#[actor]
#[derive(Debug)]
pub struct Account {
    balance: u64,
}

/// Not enough money.
#[derive(Debug)]
pub struct Insufficient {
    /// What there is.
    pub balance: u64,
}

#[actor]
impl Account {
    /// Adds `amount`.
    pub fn deposit(&mut self, amount: u64) {
        self.balance += amount;
    }

    /// Takes `amount` out, or refuses.
    pub async fn withdraw(&mut self, amount: u64) -> Result<u64, Insufficient> {
        if amount > self.balance {
            return Err(Insufficient { balance: self.balance });
        }
        self.balance -= amount;
        Ok(self.balance)
    }

    /// The balance.
    pub fn balance(&self) -> u64 {
        self.balance
    }
}

#[actor_core::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let account = Account { balance: 0 }.spawn();
    account.deposit(100).await?;
    account.deposit(23).send().await?;
    assert!(matches!(account.withdraw(1_000).await?, Err(Insufficient { balance: 123 })));
    assert_eq!(account.withdraw(23).await?.ok(), Some(100));
    assert_eq!(account.balance().await?, 100);

    let mut plain = Account { balance: 0 };
    plain.deposit(1);
    assert_eq!(plain.balance(), 1);
    Ok(())
}
