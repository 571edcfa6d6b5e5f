//! The compile time of actors: 40 actors with 10 messages each, compared with a hand-written
//! version (an enum, a `match`, a channel) and with `#[actor(remote)]`, and a block of 12 000 lines, compared with a macro that
//! does nothing.
//!
//! `cargo run --release --manifest-path benches/compile/Cargo.toml`, optionally followed by `--`
//! and the number of repetitions (three by default). Times are CPU seconds of the compiler, the
//! minimum of all repetitions, so that other work on the machine matters little.

mod crates;
mod measure;

use std::path::Path;
use std::{env, io};

use measure::Project;

fn main() -> io::Result<()> {
    let times = env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(3);
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let open = |name| Project::open(here, name);
    let ours = open("ours")?.write(&crates::ours())?;
    let hand = open("hand")?.write(&crates::by_hand())?;
    println!("{} actors with {} messages each", crates::ACTORS, crates::MESSAGES);
    println!("| | ours | by hand | ratio |\n|---|---|---|---|");
    let row = |what: &str, ours: f64, hand: f64| {
        println!("| {what} | {ours:.2} | {hand:.2} | {:.2} |", ours / hand);
    };
    row("check, s", ours.least(times, &["check"])?, hand.least(times, &["check"])?);
    row("build, s", ours.least(times, &["build"])?, hand.least(times, &["build"])?);
    row("LLVM lines, thousands", ours.llvm_lines()?, hand.llvm_lines()?);

    let remote = open("remote")?.write(&crates::remote())?;
    println!("\nthe same actors with `#[actor(remote)]`, compared with those without");
    println!("| | remote | ours | ratio |\n|---|---|---|---|");
    row("check, s", remote.least(times, &["check"])?, ours.least(times, &["check"])?);
    row("build, s", remote.least(times, &["build"])?, ours.least(times, &["build"])?);
    row("LLVM lines, thousands", remote.llvm_lines()?, ours.llvm_lines()?);

    let registered = open("registered")?.write(&crates::registered())?;
    println!("\nthese actors at a node, compared with the actors without `remote`");
    println!("| | at a node | ours | ratio |\n|---|---|---|---|");
    row("build, s", registered.least(times, &["build"])?, ours.least(times, &["build"])?);
    row("LLVM lines, thousands", registered.llvm_lines()?, ours.llvm_lines()?);

    let plain = open("identity")?.write(&crates::identity())?;
    let long = open("long")?.write(&crates::long("actor_core::actor"))?;
    let bare = open("bare")?.write(&crates::long("identity::actor"))?;
    drop(plain);
    println!("\na block of 12 000 lines, compared with a macro that returns its input unchanged");
    println!("| | ours | identity | ratio |\n|---|---|---|---|");
    row("check, s", long.least(times, &["check"])?, bare.least(times, &["check"])?);
    Ok(())
}
