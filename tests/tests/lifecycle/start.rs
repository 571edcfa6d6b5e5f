//! The start of an actor, and the messages that it may send itself then.

use actor_core::prelude::*;
use std::cell::Cell;
use std::convert::Infallible;
use tests::{Gate, Tally};

thread_local! {
    /// Set while this thread is inside a spawning call.
    static SPAWNING: Cell<bool> = const { Cell::new(false) };
}

/// Spawns the actor, and marks this thread as spawning in the meantime.
fn spawning<T>(spawn: impl FnOnce() -> T) -> T {
    SPAWNING.set(true);
    let spawned = spawn();
    SPAWNING.set(false);
    spawned
}

/// Counts the times it finds itself on the stack of the spawning code.
#[actor]
struct Newborn {
    nested: Tally,
    log: Vec<u32>,
}

impl Newborn {
    fn new(nested: &Tally) -> Self {
        Newborn { nested: nested.clone(), log: vec![] }
    }

    fn look(&self) {
        if SPAWNING.get() {
            self.nested.add();
        }
    }
}

#[actor]
impl Newborn {
    #[on_start]
    fn begin(&mut self) {
        self.look();
    }

    fn note(&mut self, number: u32) {
        self.look();
        self.log.push(number);
    }

    fn log(&self) -> Vec<u32> {
        self.log.clone()
    }
}

/// Spawns from inside a handler, in every possible way.
#[actor]
struct Parent {
    nested: Tally,
}

#[actor]
impl Parent {
    fn bear(&mut self, context: &Context<Self>) -> Vec<NewbornAddr> {
        let mut born = spawn_in_every_way(&self.nested);
        born.push(spawning(|| context.spawn_child(Newborn::new(&self.nested))));
        born
    }
}

fn spawn_in_every_way(nested: &Tally) -> Vec<NewbornAddr> {
    let made = nested.clone();
    vec![
        spawning(|| Newborn::new(nested).spawn()),
        spawning(|| Newborn::new(nested).spawn_on(&System::current())),
        spawning(|| Newborn::new(nested).prepare().name("newborn").spawn()),
        spawning(|| Newborn::spawn_with(|_me| Newborn::new(nested))),
        spawning(|| {
            Newborn::try_spawn_with(move |_me| async move {
                let newborn = Newborn::new(&made);
                newborn.look();
                Ok::<_, Infallible>(newborn)
            })
        }),
    ]
}

pub fn spawn_never_runs_the_actor_on_the_callers_stack(system: &System) {
    system.block_on(async {
        let nested = Tally::default();
        for _ in 0..50 {
            let parent = Parent { nested: nested.clone() }.spawn();
            let task_nested = nested.clone();
            let mut born = spawn_in_every_way(&nested);
            born.extend(parent.bear().await.unwrap());
            born.extend(
                actor_core::spawn_task(async move { spawn_in_every_way(&task_nested) }).await,
            );
            for newborn in &born {
                newborn.note(7).await.unwrap();
                assert_eq!(newborn.log().await, Ok(vec![7]));
            }
        }
        assert_eq!(nested.count(), 0, "an actor ran inside the call that spawned it");
    });
}

/// Starts only when it is let.
#[actor]
struct Slow {
    gate: Gate,
    log: Vec<u32>,
}

#[actor]
impl Slow {
    #[on_start]
    async fn begin(&mut self) {
        self.gate.pass().await;
        self.log.push(0);
    }

    fn note(&mut self, number: u32) {
        self.log.push(number);
    }

    fn log(&self) -> Vec<u32> {
        self.log.clone()
    }
}

pub fn messages_sent_before_the_start_are_kept_in_order(system: &System) {
    system.block_on(async {
        let gate = Gate::new();
        let slow = Slow { gate: gate.clone(), log: vec![] }.spawn();
        for number in 1..=60 {
            slow.note(number).try_send().unwrap();
        }
        assert_eq!(slow.len(), 60, "something was handled before the start");
        gate.open();
        assert_eq!(slow.log().await, Ok((0..=60).collect()));
    });
}

pub fn messages_sent_while_the_state_is_created_are_kept_in_order(system: &System) {
    system.block_on(async {
        let early = Newborn::spawn_with(|me: &NewbornAddr| {
            (1..=60).for_each(|number| me.note(number).try_send().unwrap());
            Newborn::new(&Tally::default())
        });
        assert_eq!(early.log().await, Ok((1..=60).collect()));

        let gate = Gate::new();
        let held = gate.clone();
        let late = Newborn::try_spawn_with(move |_me| async move {
            held.pass().await;
            Ok::<_, Infallible>(Newborn::new(&Tally::default()))
        });
        (1..=60).for_each(|number| late.note(number).try_send().unwrap());
        assert_eq!(late.len(), 60);
        gate.open();
        assert_eq!(late.log().await, Ok((1..=60).collect()));
    });
}

/// Sends itself messages while it starts, with room for one.
#[actor(capacity = 1)]
struct Eager {
    waits: bool,
    refused: Option<SendReason>,
    log: Vec<u32>,
}

#[actor]
impl Eager {
    #[on_start]
    async fn begin(&mut self, context: &Context<Self>) {
        let me = context.address();
        if self.waits {
            me.note(1).send().await.unwrap();
        } else {
            me.note(1).try_send().unwrap();
        }
        let refused = me.note(2).try_send().unwrap_err();
        self.refused = Some(refused.reason());
    }

    fn note(&mut self, number: u32) {
        self.log.push(number);
    }

    fn log(&self) -> (Vec<u32>, Option<SendReason>) {
        (self.log.clone(), self.refused.clone())
    }
}

pub fn a_message_to_oneself_from_the_start_does_not_hang(system: &System) {
    system.block_on(async {
        for waits in [false, true] {
            let eager = Eager { waits, refused: None, log: vec![] }.spawn();
            assert_eq!(eager.started().await, Ok(()));
            assert_eq!(eager.log().await, Ok((vec![1], Some(SendReason::Full))));
        }
    });
}

/// Waits for room in its own full mailbox.
#[actor(capacity = 1)]
struct Impatient {
    at_start: bool,
    refused: Vec<SendReason>,
    log: Vec<u32>,
}

impl Impatient {
    async fn overfill(&mut self, context: &Context<Self>) {
        let me = context.address();
        me.note(1).try_send().unwrap();
        let refused = me.note(2).send().await.unwrap_err();
        self.refused.push(refused.reason());
        assert!(matches!(refused.into_message(), ImpatientMessage::Note { number: 2, .. }));
    }
}

#[actor]
impl Impatient {
    #[on_start]
    async fn begin(&mut self, context: &Context<Self>) {
        if self.at_start {
            self.overfill(context).await;
        }
    }

    async fn fill(&mut self, context: &Context<Self>) {
        self.overfill(context).await;
    }

    fn note(&mut self, number: u32) {
        self.log.push(number);
    }

    fn seen(&self) -> (Vec<u32>, Vec<SendReason>) {
        (self.log.clone(), self.refused.clone())
    }
}

pub fn waiting_for_capacity_in_its_own_mailbox_is_a_deadlock(system: &System) {
    system.block_on(async {
        for at_start in [false, true] {
            let state = Impatient { at_start, refused: vec![], log: vec![] };
            let impatient = state.prepare().name("impatient").spawn();
            assert_eq!(impatient.started().await, Ok(()));
            if !at_start {
                impatient.fill().await.unwrap();
            }
            let (log, refused) = impatient.seen().await.unwrap();
            assert_eq!(log, [1], "the refused message was handled, or the accepted one was not");
            let [SendReason::Deadlock(cycle)] = &refused[..] else { panic!("{refused:?}") };
            assert_eq!(cycle.to_string(), "impatient > impatient");
        }
    });
}
