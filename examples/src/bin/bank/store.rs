//! Data that outlives every actor: a page for each account and a slip for each teller. It
//! represents a disk, and each write is atomic.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The stored data of one account.
#[derive(Clone)]
pub struct Page {
    pub balance: u64,
    /// By teller: its last executed order, and whether it was accepted. A teller gives one order at
    /// a time, so no more needs to be stored.
    pub last: Vec<Option<(u64, bool)>>,
}

/// A transfer in progress.
#[derive(Clone, Copy)]
pub struct Transfer {
    pub from: usize,
    pub to: usize,
    pub amount: u64,
    /// Set when the first half is known to be done.
    pub is_withdrawn: bool,
}

/// The stored data of one teller.
#[derive(Clone, Copy, Default)]
pub struct Slip {
    pub done: u64,
    pub open: Option<Transfer>,
}

pub struct Store {
    pages: Vec<Mutex<Page>>,
    slips: Vec<Mutex<Slip>>,
}

impl Store {
    pub fn new(accounts: usize, balance: u64, tellers: usize) -> Self {
        let page = || Mutex::new(Page { balance, last: vec![None; tellers] });
        Store {
            pages: (0..accounts).map(|_| page()).collect(),
            slips: (0..tellers).map(|_| Mutex::default()).collect(),
        }
    }

    pub fn page(&self, account: usize) -> Page {
        lock(&self.pages[account]).clone()
    }

    pub fn write_page(&self, account: usize, page: &Page) {
        lock(&self.pages[account]).clone_from(page);
    }

    pub fn slip(&self, teller: usize) -> Slip {
        *lock(&self.slips[teller])
    }

    pub fn write_slip(&self, teller: usize, slip: Slip) {
        *lock(&self.slips[teller]) = slip;
    }

    pub fn balances(&self) -> Vec<u64> {
        self.pages.iter().map(|page| lock(page).balance).collect()
    }

    pub fn sum(&self) -> u64 {
        self.balances().iter().sum()
    }

    pub fn transfers_done(&self) -> u64 {
        self.slips.iter().map(|slip| lock(slip).done).sum()
    }

    pub fn transfers_open(&self) -> usize {
        self.slips.iter().filter(|slip| lock(slip).open.is_some()).count()
    }
}

/// Nothing can panic while it is held, so poisoning can be ignored.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
