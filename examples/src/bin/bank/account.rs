//! An account, the only writer of its page.

use std::sync::Arc;

use actor_core::prelude::*;
use futures_lite::future::yield_now;

use crate::store::{Page, Store};
use crate::storm::Storm;

/// An account in one of its lives.
#[actor]
pub struct Account {
    number: usize,
    /// The state of this life; the authoritative value is in the store.
    page: Page,
    store: Arc<Store>,
    storm: Arc<Storm>,
}

/// The teller, and the number of its order, which is the same if the order is repeated.
#[derive(Clone, Copy)]
pub struct Order {
    pub teller: usize,
    pub number: u64,
}

impl Account {
    /// Starts a life from the values that the previous one wrote.
    pub fn open(number: usize, store: Arc<Store>, storm: Arc<Storm>) -> Self {
        Account { number, page: store.page(number), store, storm }
    }

    /// Applies `change` once for each order, and returns whether it was accepted.
    async fn carry_out(&mut self, order: Order, change: impl Fn(u64) -> Option<u64>) -> bool {
        if let Some((number, accepted)) = self.page.last[order.teller]
            && number == order.number
        {
            return accepted;
        }
        let mut page = self.page.clone();
        let changed = change(page.balance);
        page.balance = changed.unwrap_or(page.balance);
        page.last[order.teller] = Some((order.number, changed.is_some()));
        // It may fail here, with nothing written,
        self.storm.strike();
        yield_now().await;
        self.store.write_page(self.number, &page);
        // or here, with everything written and no reply sent.
        self.storm.strike();
        yield_now().await;
        self.page = page;
        changed.is_some()
    }
}

#[actor]
impl Account {
    /// Withdraws `amount`; false if the balance is too low.
    pub async fn withdraw(&mut self, order: Order, amount: u64) -> bool {
        self.carry_out(order, |balance| balance.checked_sub(amount)).await
    }

    /// Deposits `amount`.
    pub async fn deposit(&mut self, order: Order, amount: u64) -> bool {
        self.carry_out(order, |balance| balance.checked_add(amount)).await
    }

    /// Returns the balance.
    pub fn balance(&self) -> u64 {
        self.page.balance
    }
}
