//! Proxies in front of a long-lived actor, and observed calls, leave nothing behind.

use crate::measure::{ROUNDS, stay_flat};
use actor_core::prelude::*;
use actor_core::proxy::{self, Proxy};
use std::time::Duration;

#[actor]
struct Lasting {
    kept: Vec<Reply<()>>,
}

#[actor]
impl Lasting {
    fn ping(&self) {}

    fn keep(&mut self, reply: Reply<()>) {
        self.kept.push(reply);
    }

    fn drop_kept(&mut self) {
        self.kept.clear();
    }
}

struct Observer(LastingAddr);

impl Proxy<Lasting> for Observer {
    async fn forward(&mut self, mut message: LastingMessage) {
        // Held by the observer.
        let held = vec![self.0.clone()];
        proxy::observe::<Lasting>(&mut message, move |_| drop(held));
        proxy::forward_or_discard(&self.0, message).await;
    }
}

pub fn proxies_of_a_lasting_actor_leave_nothing(system: &System) {
    system.block_on(async {
        let lasting = Lasting { kept: vec![] }.spawn();
        stay_flat("revoked", ROUNDS, async |_| {
            let (lent, revoke) = proxy::revocable(&lasting);
            lent.ping().await.unwrap();
            revoke.revoke();
            lent.join().await;
        })
        .await;
        stay_flat("dropped", ROUNDS, async |_| {
            let (lent, _revoke) = proxy::revocable(&lasting);
            let weak = lent.downgrade();
            drop(lent);
            weak.join().await;
        })
        .await;
    });
}

pub fn observed_calls_leave_nothing(system: &System) {
    system.block_on(async {
        let lasting = Lasting { kept: vec![] }.spawn();
        let (front, _control) = proxy::prepare(Observer(lasting.clone())).spawn();
        stay_flat("answered", ROUNDS, async |_| front.ping().await.unwrap()).await;
        stay_flat("timed out", ROUNDS / 100, async |_| {
            let limit = Duration::from_micros(100);
            assert!(front.keep().timeout(limit).await.is_err());
            lasting.drop_kept().await.unwrap();
        })
        .await;
    });
}
