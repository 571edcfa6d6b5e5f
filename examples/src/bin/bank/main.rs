//! `bank`: random transfers between accounts while tellers and accounts are killed and fail; not a
//! penny is lost. `--help` says more.
//!
//! ```text
//!  supervisor ── accounts ◀── withdraw, deposit ── tellers ── supervisor
//!                   │                                 │
//!                   └────── pages ── store ── slips ──┘        what a restart does not lose
//! ```
//!
//! A restart gives an actor a new state, so what must not be lost lies outside of it: in the store,
//! which stands for a disk and is handed to the factories. A transfer has two halves, and whoever
//! works on it may die between any two awaits. What keeps it exact:
//!
//! - A teller writes down on its slip what it is about to do, and goes on there in its next life.
//! - An answer of `Panicked` or `Killed` does not say how far the account came, so the teller asks
//!   again, with the same number.
//! - An account writes the balance and that number in one step, and does nothing the second time.

mod account;
mod options;
mod store;
mod storm;
mod teller;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actor_core::future::{join_all, or};
use actor_core::prelude::*;
use actor_core::{Child, Restart, Supervisor, SupervisorAddr};

use account::{Account, AccountAddr};
use options::{Options, Wish};
use store::Store;
use storm::Storm;
use teller::{Teller, TellerAddr};

/// What each account has at the beginning.
const START: u64 = 1_000;

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
    // Failures are what this is about: they are counted, not logged one by one.
    let system = System::builder().on_incident(|_| {}).build();
    let is_right = system.block_on(run(&options));
    let report = system.block_on(system.shutdown(Duration::from_secs(10)));
    if !report.is_clean() {
        println!("left behind: {report}");
    }
    if is_right && report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Does all the transfers; true if the books balance.
async fn run(options: &Options) -> bool {
    let begun = Instant::now();
    let store = Arc::new(Store::new(options.accounts, START, options.tellers));
    let storm = Arc::new(Storm::new(options.calm));

    let vault = patient().spawn();
    let accounts: Arc<[AccountAddr]> =
        (0..options.accounts).map(|number| open(&vault, number, &store, &storm)).collect();
    let counter = patient().spawn();
    let tellers: Vec<_> = (0..options.tellers)
        .map(|number| hire(&counter, number, options, &store, &accounts))
        .collect();

    // A teller ends by itself when its transfers are done, whatever happens to it meanwhile.
    let work = async {
        join_all(tellers.iter().map(|teller| teller.join())).await;
    };
    or(work, storm.rage(&accounts, &tellers)).await;

    let balances = join_all(accounts.iter().map(|account| account.balance())).await;
    let answers: Option<Vec<u64>> = balances.into_iter().map(Result::ok).collect();
    counter.stop();
    vault.stop();
    let ends = [counter.join().await, vault.join().await];

    let (done, open) = (store.transfers_done(), store.transfers_open());
    let (sum, wanted) = (store.sum(), options.accounts as u64 * START);
    eprintln!("{storm} in {:.1?}", begun.elapsed());
    println!("transfers: {done}, half done: {open}");
    println!("money: {sum} of {wanted}");
    let agree = answers.is_some_and(|answers| answers == store.balances());
    println!("accounts and books agree: {}", if agree { "yes" } else { "no" });
    (done, open) == (options.transfers, 0)
        && sum == wanted
        && agree
        && ends == [Exit::Stopped, Exit::Stopped]
}

/// A supervisor that goes on through any storm.
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
