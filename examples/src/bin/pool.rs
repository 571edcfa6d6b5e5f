//! `pool`: one address, one mailbox, four workers behind it. A job that crashes its worker loses
//! only that job.

use std::collections::BTreeSet;
use std::time::Duration;

use actor_core::future::join_all;
use actor_core::prelude::*;

#[actor]
struct Worker {
    done: u32,
}

#[actor]
impl Worker {
    /// Returns the number of the member that did the job, and the result.
    async fn factorial(&mut self, of: u32, context: &Context<Self>) -> (Option<usize>, u32) {
        actor_core::time::sleep(Duration::from_millis(2)).await;
        let result = (1..=of).try_fold(1_u32, |product, factor| product.checked_mul(factor));
        self.done += 1;
        (context.pool_index(), result.expect("it is too large"))
    }
}

async fn run() -> Result<(), CallError> {
    let workers = Worker::pool(4, || Worker { done: 0 });

    let answers = join_all((1..=14).map(|number| workers.factorial(number))).await;
    let mut members = BTreeSet::new();
    for (number, answer) in (1..).zip(answers) {
        match answer {
            Ok((member, result)) => {
                members.insert(member);
                println!("{number}! = {result}");
            }
            Err(CallError::Panicked(failure)) => println!("{number}!: {}", failure.message()),
            Err(other) => return Err(other),
        }
    }
    println!("more than one member had work: {}", members.len() > 1);

    let (_, result) = workers.factorial(5).await?;
    println!("and they go on: 5! = {result}");
    workers.stop();
    println!("the pool: {}", workers.join().await);
    Ok(())
}

fn main() -> Result<(), CallError> {
    std::panic::set_hook(Box::new(|_| {})); // the failures are printed above
    System::new().run(run())
}
