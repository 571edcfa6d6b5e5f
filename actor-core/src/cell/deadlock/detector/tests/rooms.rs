//! Waits for capacity: a wait ends when its sender is admitted or rejected, even before the sender
//! is woken.

use super::*;

/// C is held. When it is released, it calls A and checks A's wait.
struct Closer {
    system: System,
    c: PeerAddr,
    open: Mutex<Option<Reply<()>>>,
    has_looked: Arc<AtomicBool>,
    is_refused: Arc<AtomicBool>,
}

impl Closer {
    fn new(system: &System) -> (Arc<Self>, PeerAddr) {
        let c = Peer.prepare().name("c").on(system).spawn();
        let (open, gate) = gate();
        c.hold(gate).try_send().unwrap();
        is_taken(&c);
        let closer = Closer {
            system: system.clone(),
            c: c.clone(),
            open: Mutex::new(Some(open)),
            has_looked: Arc::default(),
            is_refused: Arc::default(),
        };
        (Arc::new(closer), c)
    }

    /// Queues the call that C makes when it is released; returns its reply.
    fn will_ask(&self, a: &PeerAddr) -> thread::JoinHandle<Result<(), CallError>> {
        let (a, c) = (a.clone(), self.c.clone());
        let call = thread::spawn(move || c.ask(a).wait().unwrap());
        while self.c.len() == 0 {
            thread::yield_now();
        }
        call
    }

    /// Records what C sees, and runs `more` at the fail points.
    fn watch(&self, more: impl Fn(&Failpoint) + Send + Sync + 'static) {
        let (looked, refused) = (self.has_looked.clone(), self.is_refused.clone());
        let number = self.c.id().number;
        set_action(self.system.shared().id, move |point| match point {
            Failpoint::CheckEnded(actor) if actor == number => looked.store(true, Ordering::SeqCst),
            Failpoint::RefusalTried(true) => refused.store(true, Ordering::SeqCst),
            point => more(&point),
        });
    }

    /// Releases C, and waits until it has checked; not a second time.
    fn close(&self) {
        let Some(open) = self.open.lock().take() else { return };
        open.send(()).unwrap();
        let begun = Instant::now();
        while !self.has_looked.load(Ordering::SeqCst) {
            assert!(begun.elapsed() < Duration::from_secs(20), "it never looks");
            thread::yield_now();
        }
    }

    fn over(&self) {
        assert!(self.has_looked.load(Ordering::SeqCst), "it looked before it was too late");
        assert!(!self.is_refused.load(Ordering::SeqCst), "a false alarm");
        set_action(self.system.shared().id, |_| {});
    }
}

#[test]
fn an_admitted_sender_that_is_not_woken_yet_is_not_an_edge() {
    let system = System::builder().threads(4).build();
    let (closer, c) = Closer::new(&system);
    let (a, b) = (Peer.spawn_on(&system), Narrow.spawn_on(&system));
    // B is held, and full: it will call C. A waits for capacity.
    let (open_b, gate_b) = gate();
    b.hold(gate_b).try_send().unwrap();
    is_taken(&b);
    b.ask(c).try_send().unwrap();
    let send = thread::spawn({
        let (a, b) = (a.clone(), b.clone());
        move || a.send(b).wait()
    });
    waits_for(&a, &b);
    let answer = closer.will_ask(&a);
    // When B starts to wait for C, it has taken a message and admitted A.
    let (steps, number) = (closer.clone(), b.id().number);
    closer.watch(move |point| {
        if matches!(point, Failpoint::WaitersAdmitted(who) if *who == number) {
            steps.close();
        }
    });
    open_b.send(()).unwrap();
    assert_eq!(answer.join().unwrap(), Ok(()), "A was about to answer");
    assert_eq!(send.join().unwrap(), Ok(Ok(())));
    closer.over();
}

#[test]
fn a_sender_to_a_closed_mailbox_is_not_an_edge() {
    let system = System::builder().threads(4).build();
    let (closer, c) = Closer::new(&system);
    let (a, b) = (Peer.spawn_on(&system), Narrow.spawn_on(&system));
    let answer = closer.will_ask(&a);
    // B waits for C, and is full. A waits for capacity, and so does a call from outside.
    b.ask(c.clone()).try_send().unwrap();
    waits_for(&b, &c);
    b.work().try_send().unwrap();
    let send = thread::spawn({
        let (a, b) = (a.clone(), b.clone());
        move || a.send(b).wait()
    });
    waits_for(&a, &b);
    closer.watch(|_| {});
    // B closes when that call is discarded, and A is woken only after that.
    let (steps, (waits, entered)) = (closer.clone(), gate());
    let word = Word(Some(Box::new(move || steps.close())));
    let call = thread::spawn({
        let b = b.clone();
        move || {
            let mut call = b.keep(word);
            assert!(block_on(poll_once(&mut call)).is_none());
            waits.send(()).unwrap();
            call.wait()
        }
    });
    block_on(entered.0).unwrap();
    b.stop();
    assert_eq!(call.join().unwrap(), Err(CallError::Stopped));
    assert_eq!(answer.join().unwrap(), Ok(()), "A was about to answer");
    assert_eq!(send.join().unwrap(), Ok(Err(SendReason::Stopped)));
    closer.over();
}

#[test]
fn a_mailbox_that_closes_during_the_check_causes_no_refusal() {
    let system = System::builder().threads(4).build();
    let (a, b) = (Narrow.spawn_on(&system), Peer.spawn_on(&system));
    // A is held, and full: it will call B. B waits for capacity, behind another sender.
    let (open_a, gate_a) = gate();
    a.hold(gate_a).try_send().unwrap();
    is_taken(&a);
    let answer = thread::spawn({
        let (a, b) = (a.clone(), b.clone());
        move || a.ask(b).wait().unwrap()
    });
    while a.len() == 0 {
        thread::yield_now();
    }
    let mut before = a.work().send();
    assert!(block_on(poll_once(&mut before)).is_none());
    let send = thread::spawn({
        let (a, b) = (a.clone(), b.clone());
        move || b.send(a).wait()
    });
    waits_for(&b, &a);
    let judged = Arc::new(Mutex::new(Vec::new()));
    let (verdicts, closing) = (judged.clone(), a.clone());
    set_action(system.shared().id, move |point| match point {
        // B is about to be woken, and then to reply to A.
        Failpoint::Confirmed => closing.stop(),
        Failpoint::RefusalTried(is_refused) => verdicts.lock().push(is_refused),
        _ => {}
    });
    open_a.send(()).unwrap();
    assert_eq!(answer.join().unwrap(), Ok(()));
    assert_eq!(send.join().unwrap(), Ok(Err(SendReason::Stopped)));
    assert!(block_on(before).is_ok(), "it was let in");
    assert_eq!(*judged.lock(), [false]);
    set_action(system.shared().id, |_| {});
}
