//! Revocable addresses.

use actor_core::prelude::*;
use actor_core::proxy;
use std::time::Duration;

#[actor]
#[derive(Default)]
struct Account {
    balance: u64,
}

#[actor]
impl Account {
    async fn pay_in(&mut self, amount: u64) -> u64 {
        actor_core::time::sleep(Duration::from_millis(100)).await;
        self.balance += amount;
        self.balance
    }
}

#[actor_core::test(seeds = 50)]
async fn after_a_revocation_nothing_more_is_accepted() {
    let account = Account::default().spawn();
    let (lent, revoke) = proxy::revocable(&account);
    assert_eq!(lent.pay_in(1).await, Ok(1));
    revoke.revoke();
    assert_eq!(lent.pay_in(1).await, Err(CallError::Stopped));
    assert_eq!(lent.pay_in(1).try_send().unwrap_err().reason(), SendReason::Stopped);
    assert_eq!(lent.join().await, Exit::Stopped);
    assert_eq!(account.pay_in(1).await, Ok(2));
}

#[actor_core::test(seeds = 50)]
async fn a_running_call_still_gets_its_reply_after_a_revocation() {
    let account = Account::default().spawn();
    let (lent, revoke) = proxy::revocable(&account);
    let running = actor_core::spawn_task(lent.pay_in(1).into_owned());
    actor_core::time::sleep(Duration::from_millis(50)).await;
    revoke.revoke();
    assert_eq!(running.await, Ok(1));
}

#[actor_core::test(seeds = 20)]
async fn the_holder_of_a_revocable_address_cannot_end_the_actor() {
    let account = Account::default().spawn();
    for end in [Addr::stop, Addr::kill] {
        let (lent, _revoke) = proxy::revocable(&account);
        end(&lent);
        lent.join().await;
        assert!(account.is_alive());
    }
}

#[actor_core::test(seeds = 20)]
async fn a_revocable_address_ends_with_its_actor() {
    let account = Account::default().spawn();
    let (lent, _revoke) = proxy::revocable(&account);
    account.kill();
    assert_eq!(lent.join().await, Exit::Killed);
}

#[actor_core::test(seeds = 20)]
async fn a_revocable_address_keeps_its_actor_alive() {
    let (lent, _revoke) = proxy::revocable(&Account::default().spawn());
    actor_core::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(lent.pay_in(1).await, Ok(1));
}

#[actor_core::test(seeds = 20)]
async fn a_revoker_that_is_dropped_does_not_revoke() {
    let (lent, revoke) = proxy::revocable(&Account::default().spawn());
    drop(revoke);
    assert_eq!(lent.pay_in(1).await, Ok(1));
}
