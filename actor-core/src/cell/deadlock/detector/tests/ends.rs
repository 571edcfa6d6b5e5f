//! Cycles with a join, in which the wait that is refused is not that of the actor that looks.

use super::*;
use crate::repetitions;

#[test]
fn a_join_and_a_call_checked_concurrently_refuse_the_call_once() {
    let system = System::builder().threads(4).build();
    for _ in 0..3 {
        let (a, b) = (Peer.spawn_on(&system), Peer.spawn_on(&system));
        let looking = Meeting::new(Duration::from_secs(20));
        // With the lock only one comes so far.
        let confirming = Meeting::new(Duration::from_millis(100));
        let verdicts = Arc::new(AtomicUsize::new(0));
        let judged = verdicts.clone();
        let has_looked = AtomicUsize::new(0);
        set_action(system.shared().id, move |point| match point {
            // Both have published before either looks.
            Failpoint::CheckStarts if has_looked.fetch_add(1, Ordering::SeqCst) < 2 => {
                looking.meet()
            }
            Failpoint::Confirmed => confirming.meet(),
            Failpoint::RefusalTried(is_refused) => {
                judged.fetch_add(usize::from(is_refused), Ordering::SeqCst);
            }
            _ => {}
        });
        let both = Arc::new(Barrier::new(2));
        let joins = thread::spawn({
            let (a, b, both) = (a.clone(), b.clone(), both.clone());
            move || a.cross_join(b, both).wait()
        });
        let calls = thread::spawn({
            let (a, b) = (a.clone(), b.clone());
            move || b.cross(a, both).wait().unwrap()
        });
        let answer = calls.join().unwrap();
        assert!(matches!(answer, Err(CallError::Deadlock(_))), "{answer:?}");
        b.stop();
        assert_eq!(joins.join().unwrap(), Ok(Exit::Stopped));
        assert_eq!(verdicts.load(Ordering::SeqCst), 1);
    }
    set_action(system.shared().id, |_| {});
}

#[test]
fn an_actor_that_is_killed_during_its_check_refuses_no_other_wait() {
    let system = System::builder().threads(4).build();
    for _ in 0..repetitions(20) {
        let (a, b) = (Peer.spawn_on(&system), Peer.spawn_on(&system));
        let (open_a, gate_a) = gate();
        a.hold(gate_a).try_send().unwrap();
        is_taken(&a);
        let call = thread::spawn({
            let (a, b) = (a.clone(), b.clone());
            move || b.ask(a).wait().unwrap()
        });
        waits_for(&b, &a);
        let is_refused = Arc::new(AtomicBool::new(false));
        let (refused, a2, seen_b) = (is_refused.clone(), a.clone(), b.id().number);
        set_action(system.shared().id, move |point| match point {
            Failpoint::Visited(number) if number == seen_b => a2.kill(),
            Failpoint::RefusalTried(true) => refused.store(true, Ordering::SeqCst),
            _ => {}
        });
        // B's call is in the mailbox: A takes this one first.
        a.mourn(b.clone()).try_send().unwrap();
        open_a.send(()).unwrap();
        assert_eq!(call.join().unwrap(), Err(CallError::Stopped));
        assert!(!is_refused.load(Ordering::SeqCst));
    }
    set_action(system.shared().id, |_| {});
}
