//! The older version of a program with a shop. `newer` is the same program after the changes.

use actor_core::prelude::*;
use processes::{outcome, serve_or_call};
use serde::{Deserialize, Serialize};
use std::error::Error;

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    id: u32,
    count: u32,
    /// Missing in the newer version.
    #[serde(default)]
    gift: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Price {
    #[serde(default)]
    cents: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct Weight {
    grams: u32,
}

#[derive(Debug, Serialize, Deserialize)]
enum Paid {
    Cash,
    Card(u32),
}

#[actor]
struct Shop;

#[actor(remote = "shop")]
impl Shop {
    fn open(&self) -> bool {
        true
    }

    fn fax(&self) -> u8 {
        1
    }

    fn order(&self, order: Order) -> String {
        format!("{order:?}")
    }

    fn price(&self, price: Price) -> String {
        format!("{price:?}")
    }

    fn weigh(&self, weight: Weight) -> String {
        format!("{weight:?}")
    }

    fn pay(&self, paid: Paid) -> String {
        format!("{paid:?}")
    }

    fn wait(&self, time: u64) -> u64 {
        time
    }

    fn last_order(&self) -> Order {
        Order { id: 7, count: 3, gift: true }
    }

    fn last_weight(&self) -> Weight {
        Weight { grams: 5 }
    }
}

#[actor_core::main]
async fn main() -> Result<(), Box<dyn Error>> {
    serve_or_call(&Shop.spawn(), async |shop| {
        vec![
            outcome("open", shop.open().await),
            outcome("fax", shop.fax().await),
            outcome("order", shop.order(Order { id: 1, count: 2, gift: true }).await),
            outcome("price", shop.price(Price { cents: 99 }).await),
            outcome("weigh", shop.weigh(Weight { grams: 500 }).await),
            outcome("cash", shop.pay(Paid::Cash).await),
            outcome("card", shop.pay(Paid::Card(4)).await),
            outcome("wait", shop.wait(60).await),
            outcome("last_order", shop.last_order().await),
            outcome("last_weight", shop.last_weight().await),
            outcome("open", shop.open().await),
        ]
    })
    .await
}
