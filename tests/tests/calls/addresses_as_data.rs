//! An address is data like any other, and an actor is a struct like any other.

use actor_core::WeakAddr;
use actor_core::prelude::*;
use tests::reached;

/// Sends its products to a given target.
#[actor]
struct Worker;

#[actor(remote)]
impl Worker {
    fn double(&self, number: u64, reply_to: CollectorAddr) {
        reply_to.collect(number * 2).try_send().unwrap();
    }

    /// Addresses are returned as replies, and inside compound arguments.
    fn introduce(&self, others: Vec<(String, Option<CollectorAddr>)>) -> Option<CollectorAddr> {
        others.into_iter().find_map(|(name, address)| address.filter(|_| name == "this"))
    }
}

#[actor]
struct Collector {
    sum: u64,
}

#[actor(remote)]
impl Collector {
    fn collect(&mut self, number: u64) {
        self.sum += number;
    }

    fn sum(&self) -> u64 {
        self.sum
    }
}

pub fn a_reply_goes_to_the_address_in_the_message(system: &System) {
    system.block_on(async {
        let worker = reached(Worker.spawn()).await;
        let collector = reached(Collector { sum: 0 }.spawn()).await;
        let other = reached(Collector { sum: 0 }.spawn()).await;
        for number in 1..=10 {
            worker.double(number, collector.clone()).await.unwrap();
        }
        assert_eq!(collector.sum().await, Ok(110));
        assert_eq!(other.sum().await, Ok(0));

        let others = vec![
            ("that".to_owned(), Some(other)),
            ("none".to_owned(), None),
            ("this".to_owned(), Some(collector.clone())),
        ];
        let found = worker.introduce(others).await.unwrap();
        assert_eq!(found, Some(collector));
    });
}

/// Plays against the sender of the ball.
#[actor]
struct Player {
    hits: u32,
    me: WeakAddr<Player>,
}

#[actor(remote)]
impl Player {
    fn ball(&mut self, from: PlayerAddr, left: u32, winner: CollectorAddr) {
        self.hits += 1;
        let Some(left) = left.checked_sub(1) else {
            return winner.collect(1).try_send().unwrap();
        };
        let me = self.me.upgrade().unwrap();
        from.ball(me, left, winner).try_send().unwrap();
    }

    fn hits(&self) -> u32 {
        self.hits
    }
}

pub fn ping_pong_by_address(system: &System) {
    system.block_on(async {
        let player =
            || Player::spawn_with(|me: &PlayerAddr| Player { hits: 0, me: me.downgrade() });
        let (ping, pong) = (reached(player()).await, reached(player()).await);
        let winner = reached(Collector { sum: 0 }.spawn()).await;
        ping.ball(pong.clone(), 9_999, winner.clone()).send().await.unwrap();
        while winner.sum().await != Ok(1) {}
        assert_eq!((ping.hits().await, pong.hits().await), (Ok(5_000), Ok(5_000)));
    });
}

/// A member of a ring that passes on its messages.
#[actor]
struct Node {
    next: Option<NodeAddr>,
    seen: u32,
}

#[actor(remote)]
impl Node {
    fn close_the_ring(&mut self, next: NodeAddr) {
        self.next = Some(next);
    }

    fn pass(&mut self, hops: u64, home: CollectorAddr) {
        self.seen += 1;
        match hops.checked_sub(1) {
            None => home.collect(u64::from(self.seen)).try_send().unwrap(),
            Some(left) => self.next.as_ref().unwrap().pass(left, home).try_send().unwrap(),
        }
    }
}

pub fn a_message_goes_around_a_ring_of_ten_thousand_actors(system: &System) {
    const NODES: u64 = 10_000;
    system.block_on(async {
        let first = reached(Node { next: None, seen: 0 }.spawn()).await;
        let mut nodes = vec![first.clone()];
        for _ in 1..NODES {
            let next = nodes.last().cloned();
            nodes.push(Node { next, seen: 0 }.spawn());
        }
        let last = nodes.last().unwrap().clone();
        first.close_the_ring(last).await.unwrap();
        let home = reached(Collector { sum: 0 }.spawn()).await;
        // Three times around: it stops where it started, which is visited for the fourth time.
        first.pass(3 * NODES, home.clone()).send().await.unwrap();
        loop {
            match home.sum().await.unwrap() {
                0 => futures_lite::future::yield_now().await,
                times => break assert_eq!(times, 4),
            }
        }
        // They hold each other's addresses: without a stop they would live forever.
        nodes.iter().for_each(|node| node.stop());
        for node in &nodes {
            assert_eq!(node.join().await, Exit::Stopped);
        }
    });
}

/// Has a message of each kind.
#[actor]
struct Plain {
    total: u32,
}

impl Plain {
    fn helper(&self) -> u32 {
        self.total * 10
    }
}

#[actor]
impl Plain {
    const STEP: u32 = 2;

    fn new() -> Self {
        Plain { total: 0 }
    }

    fn add(&mut self, amount: u32) -> u32 {
        self.total += amount;
        self.total
    }

    fn tenfold(&self) -> u32 {
        self.helper()
    }

    async fn add_later(&mut self, (left, right): (u32, u32)) -> Result<u32, String> {
        futures_lite::future::yield_now().await;
        self.total += left + right;
        Ok(self.total)
    }

    fn later(&self, reply: Reply<u32>) {
        let _ = reply.send(self.total);
    }

    #[on_start]
    fn begin(&mut self) {
        self.total = Self::STEP;
    }

    #[message(last)]
    fn finish(self) -> u32 {
        self.total
    }
}

pub fn the_original_methods_remain_callable_on_the_plain_struct(system: &System) {
    let mut plain = Plain::new();
    plain.begin();
    assert_eq!(plain.add(1), 3);
    assert_eq!(plain.tenfold(), 30);
    assert_eq!(futures_lite::future::block_on(plain.add_later((3, 4))), Ok(10));
    let (reply, answer) = Reply::pair();
    plain.later(reply);
    assert_eq!(futures_lite::future::block_on(answer), Ok(10));
    assert_eq!(plain.finish(), 10);

    // And they do the same behind an address.
    system.block_on(async {
        let plain = Plain::new().spawn();
        assert_eq!(plain.add(1).await, Ok(3));
        assert_eq!(plain.tenfold().await, Ok(30));
        assert_eq!(plain.add_later((3, 4)).await, Ok(Ok(10)));
        assert_eq!(plain.later().await, Ok(10));
        assert_eq!(plain.finish().await, Ok(10));
    });
}
