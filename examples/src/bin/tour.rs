use actor_core::prelude::*;
use std::time::Duration;

/// A bank account.
#[actor]
pub struct Account {
    balance: u64,
}

#[derive(Debug)]
pub struct Insufficient {
    pub balance: u64,
}

#[actor]
impl Account {
    /// Adds `amount`.
    pub fn deposit(&mut self, amount: u64) {
        self.balance += amount;
    }

    /// Withdraws `amount`, or refuses.
    pub async fn withdraw(&mut self, amount: u64) -> Result<u64, Insufficient> {
        if amount > self.balance {
            return Err(Insufficient { balance: self.balance });
        }
        actor_core::time::sleep(Duration::from_millis(1)).await;
        self.balance -= amount;
        Ok(self.balance)
    }

    /// Returns the balance.
    pub fn balance(&self) -> u64 {
        self.balance
    }
}

#[rustfmt::skip] // The comments are aligned.
#[actor_core::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let account = Account { balance: 0 }.spawn();        // AccountAddr

    account.deposit(100).await?;                         // call: wait until it is handled
    account.deposit(20).send().await?;                   // send: wait only for mailbox capacity
    account.deposit(3).try_send()?;                      // try_send: never wait
    match account.withdraw(1_000).await? {               // `?` is the actor's failure, the inner Result is the bank's reply
        Ok(left) => println!("left {left}"),
        Err(Insufficient { balance }) => println!("refused, balance {balance}"),
    }
    let balance = account.balance().timeout(Duration::from_secs(1)).await?;
    assert_eq!(balance, 123);

    account.stop();                                      // refuse new messages, handle queued ones, then end
    assert!(matches!(account.join().await, Exit::Stopped));
    assert!(matches!(account.balance().await, Err(CallError::Stopped)));
    Ok(())
}
