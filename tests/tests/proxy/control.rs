//! The ends of a proxy: by its control, with its actor, by a stop, and when the last address is
//! dropped.

use actor_core::prelude::*;
use actor_core::proxy::{self, Cause, Control, Proxy};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[actor]
#[derive(Default)]
struct Log {
    lines: Vec<u32>,
}

#[actor]
impl Log {
    fn line(&mut self, number: u32) -> usize {
        self.lines.push(number);
        self.lines.len()
    }
}

/// Records what happens to the proxy.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn add(&self, note: &str) {
        self.0.lock().unwrap().push(note.to_owned());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

struct Noting {
    notes: Notes,
    delay: Duration,
}

impl Proxy<Log> for Noting {
    async fn forward(&mut self, message: LogMessage) {
        actor_core::time::sleep(self.delay).await;
        self.notes.add(&format!("{message:?}"));
    }

    async fn closed(&mut self, cause: Cause) -> Exit {
        self.notes.add(&format!("closed by {cause:?}"));
        Exit::NoActor
    }
}

fn noting() -> (LogAddr, Control, Notes) {
    let notes = Notes::default();
    let noting = Noting { notes: notes.clone(), delay: Duration::from_millis(1) };
    let (log, control) = proxy::prepare(noting).spawn();
    (log, control, notes)
}

#[actor_core::test(seeds = 20)]
async fn a_stopped_proxy_forwards_what_is_queued_and_publishes_the_exit_of_its_end() {
    let (log, _control, notes) = noting();
    for number in 0..3 {
        log.line(number).send().await.unwrap();
    }
    log.stop();
    assert_eq!(log.join().await, Exit::NoActor);
    assert_eq!(notes.take(), ["Line", "Line", "Line", "closed by Stop"]);
}

#[actor_core::test(seeds = 20)]
async fn stop_within_stops_a_proxy_and_then_kills_it_as_stop_and_kill_do() {
    let (log, _control, notes) = noting();
    log.line(0).send().await.unwrap();
    assert_eq!(log.stop_within(Duration::from_secs(1)).await, Exit::NoActor);
    assert_eq!(notes.take(), ["Line", "closed by Stop"]);

    let noting = Noting { notes: notes.clone(), delay: Duration::from_secs(60) };
    let killed = notes.clone();
    let (log, _control) = proxy::prepare(noting).on_kill(move || killed.add("killed")).spawn();
    log.line(0).send().await.unwrap();
    assert_eq!(log.stop_within(Duration::from_secs(1)).await, Exit::NoActor);
    assert_eq!(notes.take(), ["killed", "Line", "closed by Stop"]);
}

#[actor_core::test(seeds = 20)]
async fn a_proxy_ends_when_its_last_address_is_dropped() {
    let (log, _control, notes) = noting();
    let weak = log.downgrade();
    log.line(1).send().await.unwrap();
    drop(log);
    weak.join().await;
    assert_eq!(notes.take(), ["Line", "closed by Release"]);
}

#[actor_core::test(seeds = 50)]
async fn the_control_ends_a_proxy_behind_the_messages_accepted_before() {
    let (log, control, notes) = noting();
    for number in 0..3 {
        log.line(number).send().await.unwrap();
    }
    control.end(Exit::Killed);
    let late = log.line(3).await;
    assert_eq!(late, Err(CallError::Stopped));
    assert_eq!(log.join().await, Exit::Killed);
    assert_eq!(notes.take(), ["Line", "Line", "Line"]);
}

struct Token(Notes);

impl Drop for Token {
    fn drop(&mut self) {
        self.0.add("released");
    }
}

#[actor_core::test(seeds = 50)]
async fn a_token_is_dropped_behind_the_messages_accepted_before() {
    let (log, control, notes) = noting();
    log.line(0).send().await.unwrap();
    control.after_queued(Token(notes.clone()));
    log.line(1).send().await.unwrap();
    log.stop();
    log.join().await;
    assert_eq!(notes.take(), ["Line", "released", "Line", "closed by Stop"]);
}

#[actor_core::test(seeds = 50)]
async fn a_token_is_dropped_with_its_proxy() {
    let (log, control, notes) = noting();
    log.line(0).send().await.unwrap();
    control.after_queued(Token(notes.clone()));
    log.kill();
    log.join().await;
    assert!(notes.take().contains(&"released".to_owned()));
    control.after_queued(Token(notes.clone()));
    assert_eq!(notes.take(), ["released"]);
}

#[actor_core::test(seeds = 20)]
async fn a_kill_drops_the_message_that_is_being_forwarded() {
    let (log, _control, notes) = noting();
    let call = actor_core::spawn_task(log.line(0).into_owned());
    actor_core::time::sleep(Duration::from_micros(500)).await;
    log.kill();
    assert_eq!(log.join().await, Exit::Killed);
    let error = call.await.unwrap_err();
    assert!(matches!(error, CallError::Killed | CallError::Stopped), "{error:?}");
    assert!(notes.take().is_empty());
}

struct Fragile;

impl Proxy<Log> for Fragile {
    async fn forward(&mut self, message: LogMessage) {
        let _message = message;
        panic!("no line");
    }
}

#[actor_core::test(seeds = 20)]
async fn a_panic_in_a_proxy_fails_it_and_the_call() {
    let (log, _control) = proxy::prepare(Fragile).spawn();
    let Err(CallError::Panicked(failure)) = log.line(0).await else { unreachable!() };
    assert_eq!(failure.message(), "no line");
    assert!(matches!(log.join().await, Exit::Failed(_)));
}

#[actor_core::test(seeds = 20)]
async fn a_proxy_ends_with_its_actor_and_with_the_same_exit() {
    let log = Log::default().spawn();
    let end = |log: &LogAddr| {
        let noting = Noting { notes: Notes::default(), delay: Duration::ZERO };
        proxy::prepare(noting).ends_with(log).spawn().0
    };
    let first = end(&log);
    log.kill();
    assert_eq!(first.join().await, Exit::Killed);
    log.join().await;
    assert_eq!(end(&log).join().await, Exit::Killed);
}
