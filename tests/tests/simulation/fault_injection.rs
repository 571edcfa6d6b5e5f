//! Faults that a simulation plants: each does what it says, when it says, and each knob has an effect.
//! A test with `exact_time` asserts exact instants, which steps that take time would move.

use actor_core::prelude::*;
use actor_core::{
    simulation::{Fault, Probe, Sim},
    supervision::{Child, Supervisor},
};
use std::time::Duration;
use tests::Gate;

const SECOND: Duration = Duration::from_secs(1);

/// Reports the messages it handles.
#[actor]
struct Disk {
    did: Probe<u32>,
}

#[actor]
impl Disk {
    fn read(&self, number: u32) -> u32 {
        self.did.tell(number);
        number
    }

    async fn write(&mut self, number: u32) -> u32 {
        actor_core::time::sleep(SECOND).await;
        self.did.tell(number);
        number
    }

    #[message(abort)]
    async fn flush(&mut self) -> u32 {
        for _part in 0..100 {
            actor_core::time::sleep(SECOND).await;
        }
        0
    }
}

fn disk() -> (DiskAddr, Probe<u32>) {
    let did = Probe::new();
    (Disk { did: did.clone() }.spawn(), did)
}

fn is_read(message: &DiskMessage) -> bool {
    matches!(message, DiskMessage::Read { .. })
}

#[actor_core::test(seeds = 20)]
async fn a_planted_panic_is_reported_to_the_caller_and_the_handler_does_not_run(sim: Sim) {
    let (disk, did) = disk();
    sim.fault(&disk, Fault::panic());
    let Err(CallError::Panicked(failure)) = disk.read(1).await else { panic!("it panics") };
    assert_eq!(failure.handler(), "read");
    assert_eq!((disk.join().await.is_normal(), did.take()), (false, vec![]));
}

#[actor_core::test(seeds = 20)]
async fn each_planted_fault_is_a_line_of_the_trace(sim: Sim) {
    let faults: [(Fault<DiskMessage>, &str); 6] = [
        (Fault::panic(), "panics by a planted fault"),
        (Fault::kill(), "is killed by a planted fault"),
        (Fault::delay(SECOND), "is delayed by a planted fault"),
        (Fault::full(SECOND), "has a full mailbox by a planted fault"),
        (Fault::drop_reply(), "drops a reply by a planted fault"),
        (Fault::abort(), "drops its handler by a planted fault"),
    ];
    for (fault, line) in faults {
        let (disk, _) = disk();
        let is_write = !format!("{fault:?}").contains("Abort");
        sim.fault(&disk, fault);
        let _ = if is_write { disk.write(1).await } else { disk.flush().await };
        let line = format!("{} {line}", disk.label());
        let trace = sim.trace().to_string();
        assert!(trace.contains(&line), "{line}: {trace}");
        disk.stop();
        disk.join().await;
    }
}

#[actor_core::test(seeds = 20)]
async fn a_condition_of_a_fault_that_panics_fails_its_actor(sim: Sim) {
    let (disk, did) = disk();
    sim.fault(&disk, Fault::delay(SECOND).on(|_| panic!("an odd message")));
    let Err(CallError::Panicked(failure)) = disk.read(1).await else { panic!("it panics") };
    assert_eq!((failure.handler(), failure.message()), ("read", "an odd message"));
    assert_eq!((disk.join().await.is_normal(), did.take()), (false, vec![]));
}

#[actor_core::test(seeds = 20)]
async fn faults_outlast_the_panic_of_a_condition(sim: Sim) {
    let supervisor = Supervisor::one_for_one().spawn();
    let did = Probe::new();
    let given = did.clone();
    let disk = supervisor.start(Child::new("disk", move || Disk { did: given.clone() }));
    sim.fault(
        &disk,
        Fault::drop_reply().on(|message| match message {
            DiskMessage::Read { number: 1, .. } => panic!("an odd message"),
            _ => true,
        }),
    );
    assert!(matches!(disk.read(1).await, Err(CallError::Panicked(_))));
    assert_eq!(disk.read(2).await, Err(CallError::NoReply));
    assert_eq!(disk.read(3).await, Ok(3));
    supervisor.stop();
    supervisor.join().await;
}

#[actor_core::test(seeds = 20)]
async fn an_unobserved_planted_panic_fails_no_test(sim: Sim) {
    let (disk, _) = disk();
    sim.fault(&disk, Fault::panic());
    disk.read(1).send().await.unwrap();
    sim.settle().await;
    assert!(!disk.is_alive());
}

#[actor_core::test(seeds = 20)]
async fn a_supervised_actor_with_a_planted_panic_is_restarted_with_its_queue(sim: Sim) {
    let supervisor = Supervisor::one_for_one().spawn();
    let did = Probe::new();
    let given = did.clone();
    let disk = supervisor.start(Child::new("disk", move || Disk { did: given.clone() }));
    sim.fault(&disk, Fault::panic().at(2));
    for number in 1..=3 {
        disk.write(number).send().await.unwrap();
    }
    assert_eq!((did.next().await, did.next().await), (1, 3));
    supervisor.stop();
    supervisor.join().await;
}

#[actor_core::test(seeds = 20)]
async fn a_kill_is_reported_to_the_caller_and_to_joiners(sim: Sim) {
    let (disk, did) = disk();
    sim.fault(&disk, Fault::kill().on(is_read));
    assert_eq!(disk.write(1).await, Ok(1));
    assert_eq!(disk.read(2).await, Err(CallError::Killed));
    assert!(matches!(disk.join().await, Exit::Killed));
    assert_eq!(did.take(), [1]);
}

#[actor_core::test(seeds = 20, exact_time)]
async fn a_delay_holds_up_what_is_behind_it_in_order(sim: Sim) {
    let (disk, did) = disk();
    sim.fault(&disk, Fault::delay(SECOND * 5).at(2));
    let begun = actor_core::time::now();
    for number in 1..=3 {
        disk.read(number).send().await.unwrap();
    }
    sim.settle().await;
    assert_eq!(did.take(), [1]);
    assert_eq!(disk.read(4).await, Ok(4));
    assert_eq!(actor_core::time::now() - begun, SECOND * 5);
    assert_eq!(did.take(), [2, 3, 4]);
}

#[actor_core::test(seeds = 20, exact_time)]
async fn a_delay_does_not_hold_up_the_restart_of_a_group(sim: Sim) {
    let supervisor = Supervisor::one_for_all().spawn();
    let did = Probe::new();
    let given = did.clone();
    let disk = supervisor.start(Child::new("disk", move || Disk { did: given.clone() }));
    let other = supervisor.start(Child::new("other", || Disk { did: Probe::new() }));
    sim.fault(&disk, Fault::delay(SECOND * 5));
    sim.fault(&other, Fault::panic());
    let begun = actor_core::time::now();
    disk.read(1).send().await.unwrap();
    sim.settle().await;
    assert_eq!(did.take(), []);
    assert!(matches!(other.read(2).await, Err(CallError::Panicked(_))));
    assert_eq!(disk.read(3).await, Ok(3));
    assert_eq!(actor_core::time::now() - begun, Duration::ZERO);
    assert_eq!(did.take(), [1, 3]);
    supervisor.stop();
    supervisor.join().await;
}

#[actor_core::test(seeds = 20)]
async fn an_actor_killed_or_stopped_while_delayed_ends(sim: Sim) {
    let (killed, did) = disk();
    sim.fault(&killed, Fault::delay(SECOND * 5));
    let call = killed.read(1).into_owned();
    let call = actor_core::spawn_task(call);
    sim.settle().await;
    killed.kill();
    assert_eq!((call.await, killed.join().await), (Err(CallError::Killed), Exit::Killed));
    let (stopped, drained) = disk();
    sim.fault(&stopped, Fault::delay(SECOND * 5));
    stopped.read(2).send().await.unwrap();
    sim.settle().await;
    stopped.stop();
    assert!(matches!(stopped.join().await, Exit::Stopped));
    assert_eq!((did.take(), drained.take()), (vec![], vec![2]));
}

#[actor_core::test(seeds = 20)]
async fn a_fault_may_last_as_long_as_can_be_said(sim: Sim) {
    let (delayed, _) = disk();
    sim.fault(&delayed, Fault::delay(Duration::MAX));
    let call = delayed.read(1).timeout(SECOND).await;
    assert_eq!(call, Err(CallError::Timeout { started: true }));
    let (full, did) = disk();
    sim.fault(&full, Fault::full(Duration::MAX));
    assert_eq!(full.read(2).await, Ok(2));
    assert!(full.read(3).timeout(SECOND).await.is_err());
    assert_eq!(did.take(), [2]);
    for disk in [delayed, full] {
        disk.kill();
        assert_eq!(disk.join().await, Exit::Killed);
    }
}

#[actor_core::test(seeds = 20, exact_time)]
async fn a_full_fault_rejects_messages_until_it_ends(sim: Sim) {
    let (disk, did) = disk();
    sim.fault(&disk, Fault::full(SECOND * 5));
    assert_eq!(disk.read(1).await, Ok(1));
    let refused = disk.read(2).try_send().unwrap_err();
    assert_eq!(refused.reason(), SendReason::Full);
    assert_eq!(disk.read(3).if_room().await, Err(CallError::Full));
    let begun = actor_core::time::now();
    assert_eq!(disk.read(4).await, Ok(4));
    assert_eq!(actor_core::time::now() - begun, SECOND * 5);
    disk.read(5).try_send().unwrap();
    sim.settle().await;
    assert_eq!(did.take(), [1, 4, 5]);
}

/// Calls an actor that waits for capacity in its own mailbox.
#[actor]
struct Desk;

#[actor]
impl Desk {
    async fn work(&self, entered: Gate, gate: Gate, clerk: ClerkAddr) -> Result<(), CallError> {
        entered.open();
        gate.pass().await;
        clerk.ping().await
    }

    fn note(&self) {}
}

#[actor]
struct Clerk;

#[actor]
impl Clerk {
    async fn report(&self, desk: DeskAddr) -> Result<(), CallError> {
        desk.note().await
    }

    fn ping(&self) {}
}

#[actor_core::test(seeds = 20)]
async fn a_call_to_an_actor_that_waits_for_a_full_mailbox_is_refused(sim: Sim) {
    let (desk, clerk) = (Desk.spawn(), Clerk.spawn());
    let (entered, gate) = (Gate::new(), Gate::new());
    sim.fault(&desk, Fault::full(SECOND));
    let call = desk.work(entered.clone(), gate.clone(), clerk.clone()).into_owned();
    let work = actor_core::spawn_task(call);
    entered.pass().await;
    let report = actor_core::spawn_task(clerk.report(desk.clone()).into_owned());
    sim.settle().await;
    // The mailbox of `desk` is empty, but `clerk` waits for it.
    gate.open();
    assert!(matches!(work.await, Ok(Err(CallError::Deadlock(_)))));
    assert_eq!(report.await, Ok(Ok(())));
}

#[actor_core::test(seeds = 20)]
async fn a_dropped_reply_leaves_the_message_handled(sim: Sim) {
    let (disk, did) = disk();
    sim.fault(&disk, Fault::drop_reply());
    assert_eq!(disk.write(1).await, Err(CallError::NoReply));
    assert_eq!(disk.write(2).await, Ok(2));
    assert_eq!(did.take(), [1, 2]);
}

#[actor_core::test(seeds = 20)]
async fn every_counts_only_matching_messages(sim: Sim) {
    let (disk, _) = disk();
    sim.fault(&disk, Fault::drop_reply().on(is_read).every(2));
    let mut lost = Vec::new();
    for number in 1..=6 {
        assert_eq!(disk.write(0).await, Ok(0));
        if disk.read(number).await.is_err() {
            lost.push(number);
        }
    }
    assert_eq!(lost, [2, 4, 6]);
}

#[actor_core::test(seeds = 20)]
async fn chance_follows_the_seed(sim: Sim) {
    let (disk, _) = disk();
    sim.fault(&disk, Fault::drop_reply().chance(0.5));
    let mut lost = 0;
    for number in 0..200 {
        lost += u32::from(disk.read(number).await.is_err());
    }
    assert!((60..=140).contains(&lost), "{lost} of 200");
}

#[actor_core::test(seeds = 20)]
async fn a_fault_of_a_pool_strikes_one_of_its_members(sim: Sim) {
    let did = Probe::new();
    let given = did.clone();
    let pool = Disk::pool(3, move || Disk { did: given.clone() });
    sim.fault(&pool, Fault::panic().at(2));
    let mut lost = 0;
    for number in 0..6 {
        lost += u32::from(pool.read(number).await.is_err());
    }
    assert_eq!((lost, did.take().len()), (1, 5));
}

#[actor_core::test(seeds = 20, exact_time)]
async fn a_full_fault_fills_the_mailbox_of_a_pool(sim: Sim) {
    let did = Probe::new();
    let given = did.clone();
    let pool = Disk::pool(3, move || Disk { did: given.clone() });
    sim.fault(&pool, Fault::full(SECOND * 5));
    assert_eq!(pool.read(1).await, Ok(1));
    sim.settle().await;
    assert_eq!(pool.read(2).if_room().await, Err(CallError::Full));
    let begun = actor_core::time::now();
    let writes = actor_core::future::zip(pool.write(3), pool.write(4));
    assert_eq!(writes.await, (Ok(3), Ok(4)));
    // Five seconds until the fault has ended, and then two members work at the same time.
    assert_eq!(actor_core::time::now() - begun, SECOND * 6);
    assert_eq!(did.take().len(), 3);
}

/// Breaks a handler off at one of its awaits.
#[actor]
struct Pages {
    did: Probe<u32>,
}

#[actor]
impl Pages {
    #[message(abort)]
    async fn render(&mut self, steps: u32) {
        for step in 0..steps {
            self.did.tell(step);
            actor_core::time::sleep(SECOND).await;
        }
        self.did.tell(steps);
    }

    async fn print(&self) -> u32 {
        actor_core::time::sleep(SECOND).await;
        7
    }
}

#[actor_core::test(seeds = 20)]
async fn a_planted_abort_drops_an_abort_handler_at_an_await_and_no_other(sim: Sim) {
    let did = Probe::new();
    let pages = Pages { did: did.clone() }.spawn();
    sim.fault(&pages, Fault::abort());
    // Enough awaits for every seed.
    assert_eq!(pages.render(60).await, Err(CallError::NoReply));
    let steps = did.take();
    assert!(!steps.is_empty() && steps.len() <= 60, "{}", steps.len());
    assert_eq!(System::current().counters().aborted_handlers, 1);
    sim.fault(&pages, Fault::abort());
    assert_eq!(pages.print().await, Ok(7));
    assert_eq!(pages.render(1).await, Ok(()), "the life goes on");
    assert_eq!(System::current().counters().aborted_handlers, 1);
}
