//! `sleeping_barber`: the barber sleeps until a customer is seated, a customer waits until the
//! haircut is done, and a customer that finds no free chair leaves. Each kind of waiting is one
//! guard.

use actor_core::prelude::*;
use std::collections::{BTreeSet, VecDeque};

const CHAIRS: usize = 3;

#[actor]
#[derive(Default)]
struct Shop {
    seated: VecDeque<u32>,
    cut: BTreeSet<u32>,
}

#[actor]
impl Shop {
    /// Takes a chair, if one is free.
    fn sit_down(&mut self, customer: u32) -> bool {
        let is_free = self.seated.len() < CHAIRS;
        if is_free {
            self.seated.push_back(customer);
        }
        is_free
    }

    /// The barber sleeps here.
    #[message(when = !self.seated.is_empty())]
    fn next_customer(&mut self) -> u32 {
        self.seated.pop_front().expect("the guard has seen one")
    }

    fn finish(&mut self, customer: u32) {
        self.cut.insert(customer);
    }

    /// The customer waits here.
    #[message(when = self.cut.contains(customer))]
    fn leave(&mut self, customer: u32) {
        self.cut.remove(&customer);
    }
}

async fn work(shop: ShopAddr) -> Result<u32, CallError> {
    let mut cuts = 0;
    loop {
        match shop.next_customer().await {
            Ok(customer) => shop.finish(customer).send().await?,
            // The shop closes while the barber sleeps.
            Err(CallError::Stopped) => return Ok(cuts),
            Err(error) => return Err(error),
        }
        cuts += 1;
    }
}

#[actor_core::main]
async fn main() -> Result<(), CallError> {
    let shop = Shop::default().spawn();
    // The barber is late: five customers arrive, and there are three chairs.
    let mut seated = vec![];
    for customer in 1..=5 {
        if shop.sit_down(customer).await? {
            seated.push(customer);
        }
    }
    println!("{} sit, {} go away", seated.len(), 5 - seated.len());
    let barber = actor_core::spawn_task(work(shop.clone()));
    for customer in seated {
        shop.leave(customer).await?;
        println!("{customer} leaves with short hair");
    }
    // The barber now sleeps, and the next customer wakes him.
    assert!(shop.sit_down(6).await?);
    shop.leave(6).await?;
    shop.stop();
    println!("the barber has cut the hair of {}", barber.await?);
    Ok(())
}
