//! All settings of messages together, under random schedules: guards, priority, `unbounded`, `concurrent`, `abort`,
//! timeouts, abandoned calls, timers, failures and restarts.
//!
//! No message is handled twice; each call ends as its error says; each accepted send is handled or reported; and the
//! ordinary messages of each sender without a guard are handled in order.

use actor_core::future::{or, yield_now};
use actor_core::prelude::*;
use actor_core::simulation::Sim;
use actor_core::supervision::{Child, Supervisor};
use actor_core::time::sleep;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SENDERS: usize = 4;

/// The number of a message, and its sender.
type Id = (usize, usize);

/// The messages that were started.
#[derive(Default)]
struct Log {
    counts: HashMap<Id, usize>,
    /// The ordinary ones without a guard, by sender.
    ordinary: [Vec<usize>; SENDERS],
}

impl Log {
    fn count(&self, id: Id) -> usize {
        self.counts.get(&id).copied().unwrap_or(0)
    }
}

type SharedLog = Arc<Mutex<Log>>;

#[actor(capacity = 3, max_concurrent = 2, deferred = 200, turn = 5)]
struct Mix {
    is_open: AtomicBool,
    log: SharedLog,
}

impl Mix {
    fn new(log: &SharedLog) -> Self {
        Mix { is_open: AtomicBool::new(false), log: log.clone() }
    }

    fn is_open(&self) -> bool {
        self.is_open.load(Relaxed)
    }

    fn begin(&self, id: Id) {
        *self.log.lock().unwrap().counts.entry(id).or_default() += 1;
    }

    fn begin_in_order(&self, id: Id) {
        self.begin(id);
        let (number, sender) = id;
        self.log.lock().unwrap().ordinary[sender].push(number);
    }

    fn flip(&self) {
        self.is_open.fetch_not(Relaxed);
    }
}

const fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[actor]
impl Mix {
    fn plain(&mut self, id: Id) {
        self.begin_in_order(id);
    }

    async fn slow(&mut self, id: Id) {
        self.begin_in_order(id);
        sleep(millis(3)).await;
    }

    #[message(abort)]
    async fn aborted(&mut self, id: Id) {
        self.begin_in_order(id);
        sleep(millis(5)).await;
    }

    #[message(priority)]
    fn first(&mut self, id: Id) {
        self.begin(id);
    }

    #[message(unbounded)]
    fn free(&mut self, id: Id) {
        self.begin(id);
    }

    #[message(concurrent)]
    async fn read(&self, id: Id) {
        self.begin_in_order(id);
        sleep(millis(2)).await;
    }

    #[message(concurrent, abort)]
    async fn aborted_read(&self, id: Id) {
        self.begin_in_order(id);
        sleep(millis(4)).await;
    }

    #[message(concurrent, priority)]
    async fn first_read(&self, id: Id) {
        self.begin(id);
        yield_now().await;
    }

    #[message(when = self.is_open())]
    fn guarded(&mut self, id: Id) {
        self.begin(id);
    }

    #[message(when = self.is_open(), concurrent)]
    async fn guarded_read(&self, id: Id) {
        self.begin(id);
        sleep(millis(1)).await;
    }

    #[message(when = self.is_open(), priority)]
    fn guarded_first(&mut self, id: Id) {
        self.begin(id);
    }

    #[message(when = self.is_open(), unbounded, concurrent)]
    async fn guarded_free(&self, id: Id) {
        self.begin(id);
    }

    fn toggle(&mut self, id: Id) {
        self.begin_in_order(id);
        self.flip();
    }

    #[message(concurrent)]
    async fn toggle_read(&self, id: Id) {
        self.begin_in_order(id);
        sleep(millis(1)).await;
        self.flip();
    }

    fn tick(&mut self, id: Id, context: &Context<Self>) {
        self.begin_in_order(id);
        context.every(millis(2), |me| me.work()).detach();
        context.after(millis(3), |me| me.guarded_work()).detach();
    }

    fn fail(&mut self, id: Id) {
        self.begin_in_order(id);
        panic!("planned");
    }

    #[message(concurrent)]
    async fn fail_read(&self, id: Id) {
        self.begin_in_order(id);
        sleep(millis(1)).await;
        panic!("planned");
    }

    fn leave(&mut self, id: Id, context: &Context<Self>) {
        self.begin_in_order(id);
        context.fail("planned");
    }

    fn work(&mut self) {}

    #[message(when = self.is_open())]
    fn guarded_work(&mut self) {}

    fn open(&mut self) {
        self.is_open.store(true, Relaxed);
    }
}

/// What the sender of a message knows of it.
#[derive(Clone, Copy, Debug)]
enum Known {
    Handled,
    NeverHandled,
    MayBeHandled,
    /// The call was dropped when the message had been started this often.
    Dropped(usize),
    Sent,
}

impl Known {
    fn of<T>(sent: &Result<(), T>) -> Self {
        if sent.is_ok() { Known::Sent } else { Known::NeverHandled }
    }

    fn of_call(result: &Result<(), CallError>) -> Self {
        match result {
            Ok(()) => Known::Handled,
            Err(error) if error.never_handled() => Known::NeverHandled,
            Err(_) => Known::MayBeHandled,
        }
    }
}

fn any_call(mix: &MixAddr, id: Id, choice: u32) -> Call<'_, Mix, ()> {
    match choice {
        0 => mix.slow(id),
        1 => mix.aborted(id),
        2 => mix.first(id),
        3 => mix.free(id),
        4 => mix.read(id),
        5 => mix.aborted_read(id),
        6 => mix.first_read(id),
        7 => mix.guarded(id),
        8 => mix.guarded_read(id),
        9 => mix.guarded_first(id),
        10 => mix.guarded_free(id),
        11 | 12 => mix.toggle(id),
        13 | 14 => mix.toggle_read(id),
        15 => mix.tick(id),
        16 => mix.fail(id),
        17 => mix.fail_read(id),
        18 => mix.leave(id),
        _ => mix.plain(id),
    }
}

/// Sends 25 messages, in different ways.
async fn send_all(mix: MixAddr, sender: usize, log: SharedLog) -> Vec<(Id, Known)> {
    let rng = &mut actor_core::rng();
    let mut known = Vec::new();
    for number in 0..25 {
        let id = (number, sender);
        // One failure among 38 messages.
        let choice = if rng.bool() { rng.u32(0..19) } else { rng.u32(0..16) };
        let call = any_call(&mix, id, choice);
        let how = match rng.u32(0..6) {
            0 => Known::of(&call.send().await),
            1 => Known::of(&call.try_send()),
            2 => Known::of(&call.send().timeout(millis(rng.u64(0..4))).await),
            3 => {
                let limit = sleep(millis(rng.u64(0..8)));
                let call = async { Some(Known::of_call(&call.await)) };
                let ended = or(call, async {
                    limit.await;
                    None
                })
                .await;
                ended.unwrap_or_else(|| Known::Dropped(log.lock().unwrap().count(id)))
            }
            _ => Known::of_call(&call.timeout(millis(rng.u64(0..30))).await),
        };
        known.push((id, how));
        if rng.bool() {
            yield_now().await;
        }
    }
    known
}

fn check(known: &[(Id, Known)], log: &Log, undelivered: u64) {
    let mut lost = 0;
    for (id, known) in known {
        let count = log.count(*id);
        assert!(count <= 1, "{id:?} was handled {count} times");
        match known {
            Known::Handled => assert_eq!(count, 1, "{id:?}"),
            Known::NeverHandled => assert_eq!(count, 0, "{id:?}"),
            Known::Dropped(before) => assert_eq!(count, *before, "{id:?}"),
            Known::Sent => lost += u64::from(count == 0),
            Known::MayBeHandled => {}
        }
    }
    assert_eq!(lost, undelivered, "sends that were not handled, and incidents");
}

/// Lets the senders finish and the actor end. Returns the log.
async fn run(mix: MixAddr, log: SharedLog) {
    let send = |sender| send_all(mix.clone(), sender, log.clone());
    let mut known = Vec::new();
    for mut sender in (0..SENDERS).map(send).map(actor_core::spawn_task).collect::<Vec<_>>() {
        known.extend(loop {
            let late = async {
                sleep(millis(100)).await;
                None
            };
            match or(async { Some((&mut sender).await) }, late).await {
                Some(known) => break known,
                // It waits for a guard.
                None => drop(mix.open().timeout(millis(50)).await),
            }
        });
    }
    match actor_core::rng().u32(0..3) {
        0 => mix.kill(),
        1 => mix.stop(),
        _ => drop(mix.open().timeout(millis(50)).await),
    }
    mix.stop();
    mix.join().await;
    check(&known, &log.lock().unwrap(), System::current().counters().undelivered);
}

fn assert_order(log: &SharedLog) {
    for numbers in &log.lock().unwrap().ordinary {
        assert!(numbers.is_sorted(), "{numbers:?}");
    }
}

#[actor_core::test(seeds = 100)]
async fn settings_together_lose_no_message_of_an_actor(sim: Sim) {
    expect_any_failure(&sim).await;
    let log = SharedLog::default();
    run(Mix::new(&log).spawn(), log.clone()).await;
    assert_order(&log);
}

#[actor_core::test(seeds = 100)]
async fn settings_together_lose_no_message_of_a_supervised_actor(sim: Sim) {
    expect_any_failure(&sim).await;
    let log = SharedLog::default();
    let made = log.clone();
    let supervisor = Supervisor::one_for_one().intensity(1000, millis(1)).spawn();
    run(supervisor.start(Child::new("mix", move || Mix::new(&made))), log.clone()).await;
    assert_order(&log);
    supervisor.stop();
    supervisor.join().await;
}

#[actor_core::test(seeds = 100)]
async fn settings_together_lose_no_message_of_a_pool(sim: Sim) {
    expect_any_failure(&sim).await;
    let log = SharedLog::default();
    let made = log.clone();
    run(Mix::pool(2, move || Mix::new(&made)), log).await;
}

/// Expects failures. Causes one, because an expected failure has to occur.
async fn expect_any_failure(sim: &Sim) {
    sim.expect_failure(|failure| failure.message() == "planned");
    let failing = Mix::new(&SharedLog::default()).spawn();
    assert!(matches!(failing.fail((0, 0)).await, Err(CallError::Panicked(_))));
    failing.join().await;
}
