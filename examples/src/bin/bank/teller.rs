//! A teller: makes its share of the transfers, one after another, across any number of lives.

use std::sync::Arc;

use actor_core::prelude::*;

use crate::account::{Account, AccountAddr, Order};
use crate::store::{Slip, Store, Transfer};
use crate::storm::scramble;

/// A teller in one of its lives.
#[actor]
pub struct Teller {
    number: usize,
    /// The number of transfers to make.
    share: u64,
    store: Arc<Store>,
    accounts: Arc<[AccountAddr]>,
}

impl Teller {
    pub fn new(number: usize, share: u64, store: Arc<Store>, accounts: Arc<[AccountAddr]>) -> Self {
        Teller { number, share, store, accounts }
    }

    /// The next transfer: an amount from one account to another.
    fn think(&self, slip: Slip) -> Transfer {
        let count = self.accounts.len();
        let chance = scramble(slip.done * 1_000 + self.number as u64);
        let below =
            |most: usize, chance: u64| usize::try_from(chance % most as u64).unwrap_or_default();
        let from = below(count, chance);
        let to = (from + 1 + below(count - 1, chance >> 20)) % count;
        let amount = 1 + (chance >> 40) % 300;
        Transfer { from, to, amount, is_withdrawn: false }
    }

    /// Retries until there is a reply: repeating an order is harmless.
    async fn insist<'a>(
        &self,
        ask: impl Fn() -> Call<'a, Account, bool>,
    ) -> Result<bool, CallError> {
        loop {
            match ask().await {
                Err(CallError::Panicked(_) | CallError::Killed) => {}
                answer => return answer,
            }
        }
    }

    /// Makes one transfer, or the remaining part of it.
    async fn carry_out(&self, mut slip: Slip, mut transfer: Transfer) -> Result<(), CallError> {
        let order = Order { teller: self.number, number: slip.done };
        let Transfer { from, to, amount, .. } = transfer;
        let mut is_covered = true;
        if !transfer.is_withdrawn {
            let from = &self.accounts[from];
            is_covered = self.insist(|| from.withdraw(order, amount)).await?;
            transfer.is_withdrawn = is_covered;
            self.store.write_slip(self.number, Slip { open: Some(transfer), ..slip });
        }
        if is_covered {
            let to = &self.accounts[to];
            self.insist(|| to.deposit(order, amount)).await?;
        }
        slip.done += 1;
        self.store.write_slip(self.number, Slip { open: None, ..slip });
        Ok(())
    }
}

#[actor]
impl Teller {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        // If one is already queued, from a previous life, the second finds nothing left to do.
        let _ = context.address().work().try_send();
    }

    /// Makes all remaining transfers.
    async fn work(&mut self, context: &Context<Self>) -> Result<(), CallError> {
        loop {
            let slip = self.store.slip(self.number);
            let transfer = match slip.open {
                Some(transfer) => transfer,
                None if slip.done == self.share => break,
                None => {
                    let transfer = self.think(slip);
                    self.store.write_slip(self.number, Slip { open: Some(transfer), ..slip });
                    transfer
                }
            };
            self.carry_out(slip, transfer).await?;
        }
        // A normal end, after which a transient child is not restarted.
        context.stop();
        Ok(())
    }
}
