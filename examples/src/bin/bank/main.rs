//! `bank`: random transfers between accounts while tellers and accounts are killed and fail,
//! without losing a penny. See `--help`.
//!
//! ```text
//!  supervisor ── accounts ◀── withdraw, deposit ── tellers ── supervisor
//!                   │                                 │
//!                   └────── pages ── store ── slips ──┘        survives a restart
//! ```
//!
//! A restart gives an actor a new state, so persistent data lives outside it: in the store, which
//! represents a disk and is passed to the factories. A transfer has two halves, and the actors
//! involved may die between any two awaits. Three rules keep it exact:
//!
//! - A teller records on its slip what it is about to do, and continues from there in its next
//!   life.
//! - A `Panicked` or `Killed` error does not say how far the account got, so the teller asks again
//!   with the same number.
//! - An account writes the balance and that number in one step, and does nothing the second time.

mod account;
mod options;
mod store;
mod storm;
mod teller;
#[cfg(test)]
mod tests;

use std::fmt;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actor_core::future::{join_all, or};
use actor_core::prelude::*;
use actor_core::supervision::SupervisorAddr;

use account::{Account, AccountAddr};
use options::{Options, Wish};
use store::Store;
use storm::Storm;
use teller::{Teller, TellerAddr};

/// The initial balance of each account.
const START: u64 = 1_000;

/// A handler has an outage once in this many chances.
const RARE: u64 = 400;

fn main() -> ExitCode {
    let options = match options::parse(std::env::args_os().skip(1)) {
        Ok(Wish::Run(options)) => options,
        Ok(Wish::Help) => {
            print!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("bank: {error}\nTry --help.");
            return ExitCode::from(2);
        }
    };
    storm::be_quiet_about_outages();
    // Failures are expected here: they are counted, not logged individually.
    let system = System::builder().on_incident(|_| {}).build();
    let is_right = system.block_on(run(&options));
    let report = system.block_on(system.shutdown(Duration::from_secs(10)));
    if !report.is_clean() {
        println!("left behind: {report}");
    }
    if is_right && report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Makes all the transfers; true if the books balance.
async fn run(options: &Options) -> bool {
    let begun = Instant::now();
    let storm = Storm::new((!options.calm).then_some(RARE), 0);
    let bank = Bank::open(options, storm);
    or(bank.work(), bank.storm.rage(&bank.accounts, &bank.tellers)).await;
    eprintln!("{} in {:.1?}", bank.storm, begun.elapsed());
    let books = bank.close().await;
    println!("{books}");
    books.are_right(options)
}

/// A running bank.
struct Bank {
    store: Arc<Store>,
    storm: Arc<Storm>,
    vault: SupervisorAddr,
    accounts: Arc<[AccountAddr]>,
    counter: SupervisorAddr,
    tellers: Vec<TellerAddr>,
}

impl Bank {
    fn open(options: &Options, storm: Storm) -> Self {
        let store = Arc::new(Store::new(options.accounts, START, options.tellers));
        let storm = Arc::new(storm);
        let (vault, counter) = (patient().spawn(), patient().spawn());
        let accounts: Arc<[AccountAddr]> =
            (0..options.accounts).map(|number| open(&vault, number, &store, &storm)).collect();
        let tellers = (0..options.tellers)
            .map(|number| hire(&counter, number, options, &store, &accounts))
            .collect();
        Bank { store, storm, vault, accounts, counter, tellers }
    }

    /// Waits until all transfers are done: a teller then ends on its own, regardless of its
    /// failures in the meantime.
    async fn work(&self) {
        join_all(self.tellers.iter().map(|teller| teller.join())).await;
    }

    /// Ends all actors, and compares the written data with the replies of the accounts.
    async fn close(self) -> Books {
        let balances = join_all(self.accounts.iter().map(|account| account.balance())).await;
        let answers: Option<Vec<u64>> = balances.into_iter().map(Result::ok).collect();
        self.counter.stop();
        self.vault.stop();
        let ends = [self.counter.join().await, self.vault.join().await];
        Books {
            done: self.store.transfers_done(),
            open: self.store.transfers_open(),
            sum: self.store.sum(),
            wanted: self.accounts.len() as u64 * START,
            agree: answers.is_some_and(|answers| answers == self.store.balances()),
            is_over: ends == [Exit::Stopped, Exit::Stopped],
        }
    }
}

/// The result of a bank.
struct Books {
    done: u64,
    open: usize,
    sum: u64,
    wanted: u64,
    agree: bool,
    is_over: bool,
}

impl Books {
    fn are_right(&self, options: &Options) -> bool {
        (self.done, self.open) == (options.transfers, 0)
            && self.sum == self.wanted
            && self.agree
            && self.is_over
    }
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Books { done, open, sum, wanted, agree, .. } = self;
        writeln!(f, "transfers: {done}, half done: {open}")?;
        writeln!(f, "money: {sum} of {wanted}")?;
        write!(f, "accounts and books agree: {}", if *agree { "yes" } else { "no" })
    }
}

/// A supervisor that tolerates any number of failures.
fn patient() -> Supervisor {
    Supervisor::one_for_one().intensity(usize::MAX, Duration::from_secs(1))
}

fn open(
    vault: &SupervisorAddr,
    number: usize,
    store: &Arc<Store>,
    storm: &Arc<Storm>,
) -> AccountAddr {
    let (store, storm) = (store.clone(), storm.clone());
    vault.start(Child::new("account", move || Account::open(number, store.clone(), storm.clone())))
}

fn hire(
    counter: &SupervisorAddr,
    number: usize,
    options: &Options,
    store: &Arc<Store>,
    accounts: &Arc<[AccountAddr]>,
) -> TellerAddr {
    let (store, accounts) = (store.clone(), accounts.clone());
    let share = options.share(number);
    let make = move || Teller::new(number, share, store.clone(), accounts.clone());
    counter.start(Child::new("teller", make).restart(Restart::Transient))
}
