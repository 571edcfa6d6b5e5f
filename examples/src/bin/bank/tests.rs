//! A small bank in a simulation: the same code, under many schedules.

use actor_core::future::or;
use actor_core::{rng, simulation::Sim};
use futures_lite::future::yield_now;

use crate::Bank;
use crate::options::Options;
use crate::storm::Storm;

#[actor_core::test(seeds = 200)]
async fn the_books_balance_under_every_schedule(sim: Sim) {
    let options = Options { transfers: 20, accounts: 3, tellers: 2, calm: false };
    // At least one of a few chances is taken, and not the same one under each seed.
    let bank = Bank::open(&options, Storm::new(Some(20), sim.seed() << 32));
    let rage = async {
        for _ in 0..3 {
            for _ in 0..rng().u32(..100) {
                yield_now().await;
            }
            bank.storm.kill_one(&bank.accounts, &bank.tellers);
        }
        std::future::pending().await
    };
    or(bank.work(), rage).await;
    let books = bank.close().await;
    assert!(books.are_right(&options), "{books}");
}
