//! The newer version of the program `older`: a message is added and another one removed, fields are added,
//! removed, reordered and renamed, a type is changed, a variant is added, and a message has another meaning.

use actor_core::prelude::*;
use processes::{outcome, serve_or_call};
use serde::{Deserialize, Serialize};
use std::error::Error;

/// In another order, without `gift`, and with a field that has a default.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    count: u32,
    id: u32,
    #[serde(default)]
    voucher: Option<u32>,
}

/// The field was `cents`.
#[derive(Debug, Serialize, Deserialize)]
struct Price {
    #[serde(default)]
    amount: u32,
}

/// The field was a number.
#[derive(Debug, Serialize, Deserialize)]
struct Weight {
    grams: String,
}

#[derive(Debug, Serialize, Deserialize)]
enum Paid {
    Cash,
    Card(u32),
    Voucher,
}

#[actor]
struct Shop;

#[actor(remote = "shop")]
impl Shop {
    fn open(&self) -> bool {
        true
    }

    fn chat(&self) -> u8 {
        2
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

    /// Takes milliseconds. The first version took seconds.
    #[message(version = 2)]
    fn wait(&self, time: u64) -> u64 {
        time
    }

    fn last_order(&self) -> Order {
        Order { count: 3, id: 7, voucher: Some(1) }
    }

    fn last_weight(&self) -> Weight {
        Weight { grams: "five".to_owned() }
    }
}

#[actor_core::main]
async fn main() -> Result<(), Box<dyn Error>> {
    serve_or_call(&Shop.spawn(), async |shop| {
        let order = Order { count: 2, id: 1, voucher: Some(5) };
        vec![
            outcome("open", shop.open().await),
            outcome("chat", shop.chat().await),
            outcome("order", shop.order(order).await),
            outcome("price", shop.price(Price { amount: 99 }).await),
            outcome("weigh", shop.weigh(Weight { grams: "heavy".to_owned() }).await),
            outcome("cash", shop.pay(Paid::Cash).await),
            outcome("card", shop.pay(Paid::Card(4)).await),
            outcome("voucher", shop.pay(Paid::Voucher).await),
            outcome("wait", shop.wait(60_000).await),
            outcome("last_order", shop.last_order().await),
            outcome("last_weight", shop.last_weight().await),
            outcome("open", shop.open().await),
        ]
    })
    .await
}
