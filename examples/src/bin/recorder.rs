//! `recorder`: a proxy that writes down the messages of an address and the end of each call. The record of
//! a failure is then replayed at a new actor, and fails again.

use std::sync::{Arc, Mutex};

use actor_core::prelude::*;
use actor_core::proxy::{self, Outcome, Proxy};

/// Panics if more is paid out than there is.
#[actor]
#[derive(Default)]
struct Till {
    cents: u64,
}

#[actor]
impl Till {
    fn pay_in(&mut self, cents: u64) -> u64 {
        self.cents += cents;
        self.cents
    }

    fn pay_out(&mut self, cents: u64) -> u64 {
        self.cents = self.cents.checked_sub(cents).expect("the till is not overdrawn");
        self.cents
    }
}

/// A message as plain data, which can be cloned, printed and saved.
#[derive(Clone, Copy, Debug)]
enum Entry {
    PayIn(u64),
    PayOut(u64),
}

impl Entry {
    fn of(message: &TillMessage) -> Option<Self> {
        match *message {
            TillMessage::PayIn { cents, .. } => Some(Entry::PayIn(cents)),
            TillMessage::PayOut { cents, .. } => Some(Entry::PayOut(cents)),
            // A message of a protocol, which the till does not have.
            _ => None,
        }
    }

    async fn replay(self, till: &TillAddr) -> Result<u64, CallError> {
        match self {
            Entry::PayIn(cents) => till.pay_in(cents).await,
            Entry::PayOut(cents) => till.pay_out(cents).await,
        }
    }
}

/// The messages in the order in which they were passed on, each with the end of its call.
type Tape = Arc<Mutex<Vec<(Entry, Option<Outcome>)>>>;

struct Recorder {
    to: TillAddr,
    tape: Tape,
}

impl Proxy<Till> for Recorder {
    async fn forward(&mut self, mut message: TillMessage) {
        if let Some(entry) = Entry::of(&message) {
            let place = {
                let mut tape = self.tape.lock().unwrap();
                tape.push((entry, None));
                tape.len() - 1
            };
            let tape = self.tape.clone();
            proxy::observe::<Till>(&mut message, move |outcome| {
                tape.lock().unwrap()[place].1 = Some(outcome);
            });
        }
        proxy::forward_or_discard(&self.to, message).await;
    }
}

/// Returns the text of an error, without the place in the source.
fn text(error: &CallError) -> String {
    match error {
        CallError::Panicked(failure) => failure.message().to_owned(),
        error => error.to_string(),
    }
}

fn print(tape: &Tape) {
    for (entry, outcome) in tape.lock().unwrap().iter() {
        match outcome {
            Some(Outcome::Failed(error)) => println!("{entry:?}: {}", text(error)),
            Some(outcome) => println!("{entry:?}: {outcome:?}"),
            None => println!("{entry:?}: not ended"),
        }
    }
}

#[actor_core::main]
async fn main() -> Result<(), CallError> {
    let (till, tape) = (Till::default().spawn(), Tape::default());
    let recorder = Recorder { to: till.clone(), tape: tape.clone() };
    let (till, _control) = proxy::prepare(recorder).ends_with(&till).spawn();
    till.pay_in(500).await?;
    till.pay_out(200).await?;
    till.pay_in(50).send().await?;
    let _ = till.pay_out(400).await;
    print(&tape);

    println!("once more, at a new till:");
    let fresh = Till::default().spawn();
    let entries: Vec<Entry> = tape.lock().unwrap().iter().map(|(entry, _)| *entry).collect();
    for entry in entries {
        match entry.replay(&fresh).await {
            Ok(cents) => println!("{entry:?}: {cents}"),
            Err(error) => println!("{entry:?}: {}", text(&error)),
        }
    }
    Ok(())
}
