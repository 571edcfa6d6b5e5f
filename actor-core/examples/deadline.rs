//! `deadline`: the time limit of one call reaches the calls that are made on its behalf. The client
//! waits for a shop, and the shop for a stock that takes an hour.

use std::time::Duration;

use actor_core::prelude::*;
use actor_core::time;

#[actor]
#[derive(Default)]
struct Stock {
    reserved: u32,
}

#[actor]
impl Stock {
    /// Dropped at its next await when the caller has left.
    #[message(abort)]
    async fn reserve(&mut self) {
        time::sleep(Duration::from_secs(3600)).await;
        self.reserved += 1;
    }

    fn reserved(&self) -> u32 {
        self.reserved
    }
}

#[actor]
struct Shop {
    stock: StockAddr,
    last: Option<CallError>,
}

#[actor]
impl Shop {
    /// This call has no limit of its own: it inherits the deadline of the order.
    async fn order(&mut self) -> Result<(), CallError> {
        let reserved = self.stock.reserve().await;
        self.last = reserved.clone().err();
        reserved
    }

    fn last(&self) -> Option<CallError> {
        self.last.clone()
    }
}

#[actor_core::main]
async fn main() -> Result<(), CallError> {
    let stock = Stock::default().spawn();
    let shop = Shop { stock: stock.clone(), last: None }.spawn();

    let limit = Duration::from_millis(50);
    // The client and the shop reach the deadline together, so either may be first.
    match shop.order().timeout(limit).await {
        Ok(Ok(())) => println!("the client: the goods are reserved"),
        Ok(Err(_)) | Err(_) => println!("the client: no goods within {limit:?}"),
    }
    if let Some(error) = shop.last().await? {
        println!("the shop: {error}");
    }
    println!("the stock is free again, and has reserved {}", stock.reserved().await?);
    Ok(())
}
