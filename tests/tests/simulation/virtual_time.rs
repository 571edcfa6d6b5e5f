//! Virtual time is exact, and a day of it is over at once.
//! A test with `exact_time` asserts exact instants, which steps that take time would move.

use actor_core::prelude::*;
use actor_core::time::now;
use actor_core::{
    process::{Inbox, spawn_process},
    simulation::Sim,
};
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Writes down when it ticks.
#[actor]
struct Ticker {
    begun: Instant,
    ticks: Vec<(char, Duration)>,
    timers: Vec<actor_core::context::Timer>,
}

#[actor]
impl Ticker {
    fn every(&mut self, name: char, period: Duration, context: &Context<Self>) {
        self.timers.push(context.every(period, move |me| me.tick(name)));
    }

    fn tick(&mut self, name: char) {
        self.ticks.push((name, now() - self.begun));
    }

    async fn stall(&self, duration: Duration) {
        actor_core::time::sleep(duration).await;
    }

    fn cancel(&mut self) {
        self.timers.clear();
    }

    fn fail(&self) {
        panic!("planned");
    }

    fn ticks(&self) -> Vec<(char, Duration)> {
        self.ticks.clone()
    }
}

fn ticker() -> TickerAddr {
    Ticker { begun: now(), ticks: vec![], timers: vec![] }.spawn()
}

#[test]
fn a_day_of_ticks_of_a_second_is_over_in_seconds() {
    let begun = Instant::now();
    let system = System::simulation(1);
    let sim = Sim::of(&system).unwrap();
    system.block_on(async {
        let ticker = ticker();
        ticker.every('s', SECOND).await.unwrap();
        sim.advance(SECOND * 60 * 60 * 24).await;
        assert_eq!(ticker.ticks().await.unwrap().len(), 86_400);
    });
    let took = begun.elapsed();
    println!("24 hours of ticks of a second took {took:?}");
    // An optimized build takes a third of a second on an idle machine. A busy machine is given more.
    assert!(took < 30 * SECOND, "{took:?}");
}

#[actor_core::test(seeds = 100, exact_time)]
async fn a_stall_leaves_one_tick_and_keeps_the_schedule(sim: Sim) {
    let ticker = ticker();
    ticker.every('t', millis(10)).await.unwrap();
    ticker.stall(millis(55)).await.unwrap();
    sim.advance(millis(25)).await;
    let ticks: Vec<u128> =
        ticker.ticks().await.unwrap().iter().map(|(_, at)| at.as_millis()).collect();
    // One waited while it was stalled; 60, 70 and 80 were due after that.
    assert_eq!(ticks, [55, 60, 70, 80]);
}

#[actor_core::test(seeds = 100)]
async fn a_cancel_is_instant_even_if_a_tick_waits(sim: Sim) {
    let ticker = ticker();
    ticker.every('t', millis(10)).await.unwrap();
    let (stall, cancel) = actor_core::future::zip(ticker.stall(millis(15)), ticker.cancel()).await;
    assert_eq!((stall, cancel), (Ok(()), Ok(())));
    sim.advance(SECOND).await;
    // The tick of 10 ms was posted after `cancel`, which had been accepted before it.
    assert_eq!(ticker.ticks().await, Ok(vec![]));
}

#[actor_core::test(seeds = 20)]
async fn timers_die_with_their_life(sim: Sim) {
    let ticker = ticker();
    ticker.every('t', millis(10)).await.unwrap();
    assert!(matches!(ticker.fail().await, Err(CallError::Panicked(_))));
    ticker.join().await;
    let steps = sim.trace().count();
    sim.advance(SECOND).await;
    // The sleep of the body, and nothing else.
    assert!(sim.trace().count() - steps < 5, "{}", sim.trace());
}

#[actor_core::test(seeds = 100, exact_time)]
async fn timers_of_666_and_333_ms_interleave_in_due_order(sim: Sim) {
    let ticker = ticker();
    ticker.every('s', millis(666)).await.unwrap();
    ticker.every('f', millis(333)).await.unwrap();
    sim.advance(millis(6 * 666)).await;
    let ticks = ticker.ticks().await.unwrap();
    let names: String = ticks.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, "fsffsffsffsffsffsf");
    for (number, (_, at)) in (1..).zip(ticks.iter().filter(|(name, _)| *name == 'f')) {
        assert_eq!(*at, millis(333) * number);
    }
}

#[actor_core::test(seeds = 100, exact_time)]
async fn timeouts_of_a_receive_fire_as_often_as_they_should() {
    let process = spawn_process(|mut inbox: Inbox<u8>| async move {
        assert!(inbox.receive_timeout(Duration::ZERO).await.is_err(), "a zero polls");
        let begun = now();
        let mut fired = 0;
        while now() - begun < millis(100) {
            assert!(inbox.receive_timeout(millis(10)).await.is_err());
            fired += 1;
        }
        (fired, now() - begun)
    });
    assert_eq!(process.result().await, Ok((10, millis(100))));
}
