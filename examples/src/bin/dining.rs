//! `dining`: the dining philosophers, and a table that checks that no two neighbors eat at once.
//!
//! The run is printed to stderr, the result to stdout: `cargo run -p examples --bin dining`. With
//! `--greedy`, the forks are taken in a different order, and soon each philosopher holds one fork:
//! the program reports this instead of hanging.

use std::collections::VecDeque;
use std::process::ExitCode;
use std::time::Duration;

use actor_core::future::{join_all, or};
use actor_core::prelude::*;
use actor_core::time::sleep;
use lexopt::prelude::*;

const NAMES: [&str; 5] = ["Hypatia", "Plato", "Diotima", "Zeno", "Aspasia"];

/// If nothing happens for this long, nothing ever will.
const STALL: Duration = Duration::from_secs(2);

/// A fork, lent to one philosopher at a time. The others wait in line, because their replies are
/// stored.
#[actor]
#[derive(Default)]
struct Fork {
    is_lent: bool,
    line: VecDeque<Reply<()>>,
}

#[actor]
impl Fork {
    /// Replies when it is the caller's turn.
    fn take(&mut self, reply: Reply<()>) {
        if self.is_lent {
            self.line.push_back(reply);
        } else {
            self.is_lent = reply.send(()).is_ok();
        }
    }

    fn put_back(&mut self) {
        // A caller that is gone is skipped.
        self.is_lent =
            std::iter::from_fn(|| self.line.pop_front()).any(|waiting| waiting.send(()).is_ok());
    }

    fn is_lent(&self) -> bool {
        self.is_lent
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Thinks,
    Waits,
    Eats,
}

/// Observes and prints all events.
#[actor]
struct Table {
    moods: Vec<Mood>,
    meals: Vec<u32>,
    clashes: u32,
    /// Returns the number of events.
    turns: u64,
}

#[actor]
impl Table {
    fn show(&mut self, seat: usize, mood: Mood) {
        self.turns += 1;
        self.moods[seat] = mood;
        if mood == Mood::Eats {
            self.meals[seat] += 1;
            let count = self.moods.len();
            let beside = [(seat + 1) % count, (seat + count - 1) % count];
            self.clashes += u32::from(beside.iter().any(|at| self.moods[*at] == Mood::Eats));
        }
        let row = self.moods.iter().zip(NAMES).map(|(mood, name)| match mood {
            Mood::Thinks => format!("{:9}", ""),
            Mood::Waits => format!("{:9}", name.to_lowercase()),
            Mood::Eats => format!("{:9}", name.to_uppercase()),
        });
        eprintln!("{}", row.collect::<String>().trim_end());
    }

    fn turns(&self) -> u64 {
        self.turns
    }

    fn outcome(&self) -> (Vec<u32>, u32) {
        (self.meals.clone(), self.clashes)
    }
}

/// Thinks and eats a number of times, then leaves.
#[actor]
struct Philosopher {
    seat: usize,
    meals: u32,
    /// In the order in which they are taken.
    forks: [ForkAddr; 2],
    table: TableAddr,
}

#[actor]
impl Philosopher {
    #[on_start]
    fn begin(&mut self, context: &Context<Self>) {
        let _ = context.address().dine().try_send();
    }

    #[message(last)]
    async fn dine(self) -> Result<(), CallError> {
        for meal in 0..self.meals {
            self.table.show(self.seat, Mood::Thinks).await?;
            // All at about the same time: this is when the order of the forks matters.
            sleep(Duration::from_millis(3 + u64::from(meal) * 5 % 11)).await;
            self.table.show(self.seat, Mood::Waits).await?;
            self.forks[0].take().await?;
            sleep(Duration::from_millis(2)).await;
            self.forks[1].take().await?;
            self.table.show(self.seat, Mood::Eats).await?;
            sleep(Duration::from_millis(5)).await;
            // Reported before the forks are free: a neighbor eats only after that.
            self.table.show(self.seat, Mood::Thinks).await?;
            for fork in &self.forks {
                fork.put_back().await?;
            }
        }
        Ok(())
    }
}

/// Ends when no event has occurred for a while.
async fn stalled(table: &TableAddr) {
    let mut before = None;
    loop {
        let turns = table.turns().await.ok();
        if turns == before {
            return;
        }
        before = turns;
        sleep(STALL).await;
    }
}

async fn run(meals: u32, is_greedy: bool) -> Result<bool, CallError> {
    let count = NAMES.len();
    let forks: Vec<_> = (0..count).map(|_| Fork::default().spawn()).collect();
    let table =
        Table { moods: vec![Mood::Thinks; count], meals: vec![0; count], clashes: 0, turns: 0 }
            .spawn();
    let guests: Vec<_> = (0..count)
        .map(|seat| {
            let mut hands = [seat, (seat + 1) % count];
            if !is_greedy {
                // All take the lower number first: one philosopher always has the highest one to
                // itself.
                hands.sort_unstable();
            }
            let forks = hands.map(|number| forks[number].clone());
            Philosopher { seat, meals, forks, table: table.clone() }.spawn()
        })
        .collect();

    let all_done = async {
        join_all(guests.iter().map(|guest| guest.join())).await;
        true
    };
    let is_done = or(all_done, async {
        stalled(&table).await;
        false
    })
    .await;
    guests.iter().for_each(|guest| guest.kill());
    if !is_done {
        println!("no philosopher moves: each has one fork and waits for the other");
        return Ok(false);
    }
    let (eaten, clashes) = table.outcome().await?;
    for (name, meals) in NAMES.iter().zip(&eaten) {
        println!("{name} ate {meals} times");
    }
    let mut lent = 0;
    for fork in &forks {
        lent += u32::from(fork.is_lent().await?);
    }
    println!("neighbours eating at once: {clashes}, forks not put back: {lent}");
    Ok(eaten.iter().all(|eaten| *eaten == meals) && (clashes, lent) == (0, 0))
}

fn options() -> Result<(u32, bool), lexopt::Error> {
    let (mut meals, mut is_greedy) = (5, false);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('m') | Long("meals") => meals = parser.value()?.parse()?,
            Long("greedy") => is_greedy = true,
            _ => return Err(argument.unexpected()),
        }
    }
    Ok((meals, is_greedy))
}

#[actor_core::main]
async fn main() -> ExitCode {
    let (meals, is_greedy) = match options() {
        Ok(options) => options,
        Err(error) => {
            eprintln!("dining: {error}\nUsage: dining [--meals N] [--greedy]");
            return ExitCode::from(2);
        }
    };
    match run(meals, is_greedy).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("dining: {error}");
            ExitCode::FAILURE
        }
    }
}
