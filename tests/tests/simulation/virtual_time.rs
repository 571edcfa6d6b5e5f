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

#[actor_core::test(exact_time)]
async fn an_interval_delivers_one_tick_after_any_number_of_missed_ones() {
    for period in [Duration::from_nanos(1), Duration::from_nanos(7), SECOND, SECOND * 7] {
        let (mut ticks, begun) = (actor_core::time::interval(period), now());
        actor_core::time::sleep(SECOND * 60 * 60 * 24).await;
        let (last, rest) = (ticks.tick().await, (now() - begun).as_nanos() % period.as_nanos());
        assert_eq!((now() - last).as_nanos(), rest);
        assert_eq!(ticks.tick().await, last + period);
    }
}

/// Whether two runs are compared. How long the clock goes on depends on the real time.
fn is_compared(sim: &Sim) -> bool {
    sim.seed() == 1
}

/// The last instant that the clock can represent.
fn last_instant() -> Instant {
    let steps = (0..63).rev().map(|power| Duration::from_secs(1 << power));
    let steps = steps.chain((0..30).rev().map(|power| Duration::from_nanos(1 << power)));
    steps.fold(now(), |latest, step| latest.checked_add(step).unwrap_or(latest))
}

/// Answers only what others say.
#[actor]
struct Relay;

#[actor]
impl Relay {
    async fn ask(&self, other: RelayAddr) -> bool {
        other.answer().await.is_ok()
    }

    fn answer(&self) {}
}

#[actor_core::test(seeds = 10, exact_time)]
async fn a_periodic_timer_ticks_once_at_the_end_of_the_clock(sim: Sim) {
    if is_compared(&sim) {
        return;
    }
    let (ticker, begun) = (ticker(), now());
    let left = last_instant() - begun;
    ticker.every('l', left).await.unwrap();
    sim.advance(last_instant() - now()).await;
    let ticks = ticker.ticks().await.unwrap();
    assert_eq!(ticks, [('l', left)]);
    ticker.cancel().await.unwrap();
}

#[actor_core::test(seeds = 40)]
async fn at_the_end_of_the_clock_time_stands_still_and_messages_are_handled(sim: Sim) {
    if is_compared(&sim) {
        return;
    }
    sim.advance(last_instant() - now()).await;
    let relays = [Relay.spawn(), Relay.spawn()];
    for _ in 0..100 {
        assert_eq!(relays[0].ask(relays[1].clone()).await, Ok(true));
    }
    assert!(now().checked_add(SECOND).is_none());
    assert!(relays[0].answer().timeout(SECOND).await.is_ok());
    sim.settle().await;
}
