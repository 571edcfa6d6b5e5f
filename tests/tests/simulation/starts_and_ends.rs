//! No entry is left over, and no message is lost, when actors start or end while others continue.
//! A test with `exact_time` counts the ticks of whole seconds, which steps that take time would move.

use actor_core::prelude::*;
use actor_core::simulation::{Fault, Probe, Sim};
use std::time::Duration;
use tests::Gate;

const SECOND: Duration = Duration::from_secs(1);

/// Counts its messages, and can be blocked.
#[actor(capacity = 1)]
struct Target {
    told: u32,
}

#[actor]
impl Target {
    async fn hold(&mut self, gate: Gate) {
        gate.pass().await;
    }

    fn tell(&mut self) {
        self.told += 1;
    }

    fn told(&self) -> u32 {
        self.told
    }
}

/// Tells its target something each second.
#[actor]
struct Clock {
    target: TargetAddr,
}

#[actor]
impl Clock {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        let target = self.target.clone();
        // The call is owned, since the closure keeps the address.
        context.every(SECOND, move |_me| target.tell().into_owned()).detach();
    }
}

#[actor_core::test(seeds = 20, exact_time)]
async fn a_timer_into_a_full_mailbox_has_one_message_under_way(sim: Sim) {
    let target = Target { told: 0 }.spawn();
    let gate = Gate::new();
    target.hold(gate.clone()).send().await.unwrap();
    sim.settle().await;
    let clock = Clock { target: target.clone() }.spawn();
    let weak = clock.downgrade();
    clock.keep_alive();
    sim.advance(SECOND * 1000).await;
    clock.stop();
    weak.join().await;
    gate.open();
    sim.settle().await;
    // One was in the mailbox, and one waited for capacity. The other ticks were missed.
    assert_eq!(target.told().await, Ok(2));
    assert_eq!(System::current().counters().missed_ticks, 998);
}

/// A member of a pool that takes its time to end.
#[actor]
struct Member {
    at_work: Probe<u32>,
}

#[actor]
impl Member {
    async fn work(&self) {
        self.at_work.tell(1);
        actor_core::time::sleep(SECOND).await;
    }

    #[on_stop]
    async fn end(&mut self, _exit: &Exit) {
        actor_core::time::sleep(SECOND * 5).await;
    }
}

#[actor_core::test(seeds = 20)]
async fn a_pool_that_grows_while_a_member_ends_has_as_many_as_it_should(sim: Sim) {
    let at_work = Probe::new();
    let given = at_work.clone();
    let pool = Member::pool(2, move || Member { at_work: given.clone() });
    sim.settle().await;
    Addr::resize(&pool, 1).unwrap();
    sim.settle().await;
    // One of them is in its hook now.
    Addr::resize(&pool, 2).unwrap();
    sim.advance(SECOND * 10).await;
    pool.work().send().await.unwrap();
    pool.work().send().await.unwrap();
    sim.settle().await;
    assert_eq!(at_work.take(), [1, 1], "both members are at work");
    pool.stop();
    assert_eq!(pool.join().await, Exit::Stopped);
}

#[actor_core::test(seeds = 20)]
async fn a_pool_that_shrinks_forgets_no_message(sim: Sim) {
    let at_work = Probe::new();
    let given = at_work.clone();
    let pool = Member::pool(2, move || Member { at_work: given.clone() });
    sim.settle().await;
    // This wakes one of the two, and that one has to end before it can take the message.
    pool.work().send().await.unwrap();
    Addr::resize(&pool, 1).unwrap();
    sim.settle().await;
    assert_eq!(at_work.take(), [1]);
    pool.stop();
    assert_eq!(pool.join().await, Exit::Stopped);
}

/// Makes a tick wait for the overlapping handlers.
#[actor]
struct Reader {
    ticks: Probe<u32>,
}

#[actor]
impl Reader {
    #[message(concurrent)]
    async fn read(&self) {
        actor_core::time::sleep(SECOND).await;
    }

    fn arm(&mut self, context: &Context<Self>) {
        context.after(SECOND / 2, |me| me.tick(1)).detach();
        context.after(SECOND * 2, |me| me.tick(2)).detach();
    }

    fn tick(&mut self, number: u32) {
        self.ticks.tell(number);
    }
}

#[actor_core::test(seeds = 20)]
async fn a_tick_that_waits_for_handlers_that_overlap_counts_once(sim: Sim) {
    let ticks = Probe::new();
    let reader = Reader { ticks: ticks.clone() }.spawn();
    let is_tick = |message: &ReaderMessage| matches!(message, ReaderMessage::Tick { .. });
    sim.fault(&reader, Fault::kill().on(is_tick).at(2));
    reader.arm().await.unwrap();
    // The first tick is due while this is at work.
    reader.read().await.unwrap();
    sim.settle().await;
    assert_eq!((ticks.take(), reader.is_alive()), (vec![1], true));
    let taken = sim.trace().to_string().matches("`tick`").count();
    assert_eq!(taken, 1, "{}", sim.trace());
    assert_eq!(reader.join().await, Exit::Killed);
    assert_eq!(ticks.take(), []);
}
