//! `pubsub`: one publisher and three subscribers: one that needs every item, one that wants the
//! latest price of each stock, and a stream that is read late.

use std::collections::BTreeMap;

use actor_core::prelude::*;
use actor_core::topic::Lagged;
use futures_lite::StreamExt;

#[derive(Clone)]
struct Price {
    stock: &'static str,
    cents: u32,
}

/// Needs every price: the publisher waits for it.
#[actor(capacity = 1)]
struct Ledger {
    sum: u32,
}

#[actor]
impl Ledger {
    fn book(&mut self, price: Price) {
        self.sum += price.cents;
    }

    fn sum(&self) -> u32 {
        self.sum
    }
}

/// Shows the current prices.
#[actor]
struct Display {
    shown: BTreeMap<&'static str, u32>,
}

#[actor]
impl Display {
    fn show(&mut self, price: Price) {
        self.shown.insert(price.stock, price.cents);
    }

    fn shown(&self) -> BTreeMap<&'static str, u32> {
        self.shown.clone()
    }
}

#[actor_core::main]
async fn main() -> Result<(), CallError> {
    let prices = Topic::new();
    let ledger = Ledger { sum: 0 }.spawn();
    let display = Display { shown: BTreeMap::new() }.spawn();
    prices.subscribe(&ledger, |me, price| me.book(price)).wait().detach();
    prices.subscribe(&display, |me, price| me.show(price)).latest_by(|price| price.stock).detach();
    let mut late = prices.stream().drop_oldest(2);

    for cents in 1..=100 {
        prices.publish(Price { stock: "oak", cents }).await;
        prices.publish(Price { stock: "elm", cents: 2 * cents }).await;
    }
    drop(prices);

    while ledger.sum().await? < 3 * 5050 {}
    println!("the ledger: {}", ledger.sum().await?);
    while display.shown().await?.values().sum::<u32>() < 300 {}
    println!("the display: {:?}", display.shown().await?);
    while let Some(item) = late.next().await {
        match item {
            Ok(Price { stock, cents }) => println!("the stream: {stock} {cents}"),
            Err(Lagged(lost)) => println!("the stream: {lost} were lost"),
        }
    }
    Ok(())
}
