//! `ring`: a token travels around a ring of actors, each of which knows only its neighbor.

use actor_core::prelude::*;

const ACTORS: u32 = 1_000;
const ROUNDS: u32 = 10;

/// `next` is set by a message: the neighbor of the last actor exists only when the ring is closed.
#[actor]
#[derive(Default)]
struct Node {
    next: Option<NodeAddr>,
}

#[actor]
impl Node {
    fn close(&mut self, next: NodeAddr) {
        self.next = Some(next);
    }

    /// Passes the token on until all steps are done. The reply travels with it.
    fn pass(&mut self, steps: u32, left: u32, #[data] done: Reply<u32>) -> Result<(), CallError> {
        match &self.next {
            Some(next) if left > 0 => next.pass(steps + 1, left - 1, done).try_send()?,
            _ => drop(done.send(steps)),
        }
        Ok(())
    }

    /// A ring of addresses would keep itself alive forever.
    fn open(&mut self) {
        self.next = None;
    }
}

#[actor_core::main]
async fn main() -> Result<(), CallError> {
    let first = Node::default().spawn();
    let mut last = first.clone();
    for _ in 1..ACTORS {
        let node = Node::default().spawn();
        node.close(last).await?;
        last = node;
    }
    first.close(last).await?;

    let (reply, answer) = Reply::pair();
    first.pass(0, ACTORS * ROUNDS, reply).send().await?;
    println!("{} steps round {ACTORS} actors", answer.await?);

    first.open().await?;
    let end = first.join();
    drop(first);
    println!("the ring: {}", end.await);
    Ok(())
}
