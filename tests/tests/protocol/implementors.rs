//! The actors that can be behind a protocol's address.

use actor_core::prelude::*;
use actor_core::{
    actor as of_actors,
    supervision::{Child, Supervisor},
};
use std::time::Duration;
use tests::payments::{Cards, Payments, PaymentsAddr};
use ui::greeting::{Greeter, GreeterAddr};

/// Lends money.
#[of_actors]
trait Bank {
    /// Lends `amount`, or says why not.
    async fn lend(&mut self, amount: u64) -> Result<u64, String>;

    /// How much is left.
    fn left(&self) -> u64 {
        0
    }
}

/// Without async messages of its own.
#[actor]
struct Robot {
    left: u64,
}

#[actor]
impl Robot {
    fn model(&self) -> u8 {
        7
    }
}

#[actor]
impl Bank for Robot {
    async fn lend(&mut self, amount: u64) -> Result<u64, String> {
        actor_core::time::sleep(Duration::from_millis(1)).await;
        self.left -= amount;
        Ok(amount)
    }

    fn left(&self) -> u64 {
        self.left
    }
}

#[actor]
impl Greeter for Robot {
    fn greet(&mut self, name: String) -> String {
        format!("beep {name}")
    }
}

/// With an async message of its own.
#[actor]
struct Human;

#[actor]
impl Human {
    async fn sleep(&self) -> u8 {
        actor_core::time::sleep(Duration::from_millis(1)).await;
        8
    }
}

#[actor]
impl Bank for Human {
    async fn lend(&mut self, amount: u64) -> Result<u64, String> {
        actor_core::time::sleep(Duration::from_millis(1)).await;
        if amount > 1 { Err("too much".into()) } else { Ok(amount) }
    }
}

pub(crate) fn different_actors_stand_behind_one_address(system: &System) {
    system.block_on(async {
        let (robot, human) = (Robot { left: 9 }.spawn(), Human.spawn());
        let banks: Vec<BankAddr> = vec![robot.clone().into(), human.clone().into()];
        let mut said = Vec::new();
        for bank in &banks {
            said.push((bank.lend(2).await.unwrap(), bank.left().await.unwrap()));
        }
        assert_eq!(said, [(Ok(2), 7), (Err("too much".into()), 0)]);
        assert_eq!((robot.model().await, human.sleep().await), (Ok(7), Ok(8)));
    });
}

pub(crate) fn a_test_double_is_a_struct_and_the_trait(system: &System) {
    #[actor]
    struct Double;
    #[actor]
    impl Double {}
    #[actor]
    impl Bank for Double {
        async fn lend(&mut self, amount: u64) -> Result<u64, String> {
            Ok(amount)
        }
    }

    system.block_on(async {
        let bank: BankAddr = Double.spawn().into();
        assert_eq!(bank.lend(1_000_000).await, Ok(Ok(1_000_000)));
    });
}

pub(crate) fn an_actor_serves_a_protocol_of_another_crate(system: &System) {
    system.block_on(async {
        let greeter = GreeterAddr::from(Robot { left: 0 }.spawn());
        assert_eq!(greeter.greet("you".into()).await.unwrap(), "beep you");
        assert_eq!(greeter.think("me".into()).await.unwrap(), "beep me");
    });
}

/// A test double of a protocol whose crate has an implementation too.
#[actor]
struct Till {
    charged: Vec<u64>,
}

#[actor]
impl Till {
    fn charged(&self) -> Vec<u64> {
        self.charged.clone()
    }
}

#[actor]
impl Payments for Till {
    fn charge(&mut self, cents: u64) -> bool {
        self.charged.push(cents);
        true
    }
}

pub(crate) fn a_protocol_that_is_implemented_in_its_crate_is_implemented_in_another_one(
    system: &System,
) {
    system.block_on(async {
        let till = Till { charged: Vec::new() }.spawn();
        let all = [PaymentsAddr::from(Cards { limit: 5 }.spawn()), till.clone().into()];
        assert_eq!((all[0].charge(7).await, all[1].charge(7).await), (Ok(false), Ok(true)));
        assert_eq!(till.charged().await, Ok(vec![7]));
    });
}

/// Has a message of the same name as another protocol.
#[actor]
trait Shop {
    fn left(&self) -> &'static str;
}

#[actor]
impl Shop for Robot {
    fn left(&self) -> &'static str {
        "nothing"
    }
}

pub(crate) fn an_actor_serves_two_protocols_with_the_same_message(system: &System) {
    system.block_on(async {
        let robot = Robot { left: 3 }.spawn();
        assert_eq!(BankAddr::from(robot.clone()).left().await, Ok(3));
        assert_eq!(ShopAddr::from(robot).left().await, Ok("nothing"));
    });
}

pub(crate) fn a_pool_serves_a_protocol(system: &System) {
    system.block_on(async {
        let bank: BankAddr = Robot::pool(3, || Robot { left: 5 }).into();
        let lent = actor_core::future::join_all((0..6).map(|_| bank.lend(1))).await;
        assert_eq!(lent, vec![Ok(Ok(1)); 6]);
        bank.stop();
        assert_eq!(bank.join().await, Exit::Stopped);
    });
}

pub(crate) fn a_pool_is_killed_and_kept_alive_by_the_address_of_a_protocol(system: &System) {
    system.block_on(async {
        let bank: BankAddr = Robot::pool(3, || Robot { left: 5 }).into();
        bank.kill();
        assert_eq!(bank.join().await, Exit::Killed);

        let bank: BankAddr = Robot::pool(3, || Robot { left: 5 }).into();
        let end = bank.downgrade().join();
        assert_eq!(bank.lend(1).await, Ok(Ok(1)));
        drop(bank);
        assert_eq!(end.await, Exit::Stopped);
    });
}

pub(crate) fn a_restarted_actor_keeps_its_protocol_addresses(system: &System) {
    system.block_on(async {
        let supervisor = Supervisor::one_for_one().spawn();
        let robot = supervisor.start(Child::new("robot", || Robot { left: 1 }));
        let bank: BankAddr = robot.into();
        let Err(CallError::Panicked(failure)) = bank.lend(2).await else { panic!("it overflows") };
        assert_eq!((failure.handler(), bank.left().await), ("lend", Ok(1)));
        supervisor.stop();
        supervisor.join().await;
    });
}
