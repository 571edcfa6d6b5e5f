//! The fate of a child and its siblings, for every strategy, restart policy and kind of end.

use crate::support::{child, fail, stop};
use actor_core::prelude::*;
use actor_core::supervision::{Restart, Supervisor};
use std::fmt::Write;
use tests::probe::{Diary, ProbeAddr, settle, step};

/// The child in the middle of three ends. `R`: restarted, `.`: left alone, otherwise its exit.
const EXPECTED: &str = "
strategy     restart    | panic        | ctx.stop      | kill         | stop
one_for_one  permanent  | . R .        | . R .         | . R .        | . stopped .
one_for_one  transient  | . R .        | . stopped .   | . R .        | . stopped .
one_for_one  temporary  | . failed .   | . stopped .   | . killed .   | . stopped .
one_for_all  permanent  | R R R        | R R R         | R R R        | . stopped .
one_for_all  transient  | R R R        | . stopped .   | R R R        | . stopped .
one_for_all  temporary  | . failed .   | . stopped .   | . killed .   | . stopped .
rest_for_one permanent  | . R R        | . R R         | . R R        | . stopped .
rest_for_one transient  | . R R        | . stopped .   | . R R        | . stopped .
rest_for_one temporary  | . failed .   | . stopped .   | . killed .   | . stopped .
";

const STRATEGIES: [(&str, fn() -> Supervisor); 3] = [
    ("one_for_one", Supervisor::one_for_one),
    ("one_for_all", Supervisor::one_for_all),
    ("rest_for_one", Supervisor::rest_for_one),
];

const KINDS: [(&str, Restart); 3] = [
    ("permanent", Restart::Permanent),
    ("transient", Restart::Transient),
    ("temporary", Restart::Temporary),
];

#[derive(Clone, Copy)]
enum End {
    Panic,
    Leave,
    Kill,
    Stop,
}

const ENDS: [(&str, End, usize); 4] = [
    ("panic", End::Panic, 12),
    ("ctx.stop", End::Leave, 13),
    ("kill", End::Kill, 12),
    ("stop", End::Stop, 11),
];

async fn end(victim: &ProbeAddr, end: End) {
    match end {
        End::Panic => fail(victim).await,
        End::Leave => victim.run(step(|_, context| context.stop())).await.unwrap(),
        End::Kill => victim.kill(),
        End::Stop => victim.stop(),
    }
}

async fn cell(strategy: fn() -> Supervisor, kind: Restart, way: End) -> String {
    let diary = Diary::default();
    let supervisor = strategy().spawn();
    let before = supervisor.start(child("before", &diary));
    let victim = supervisor.start(child("victim", &diary).restart(kind));
    let after = supervisor.start(child("after", &diary));
    for actor in [&before, &victim, &after] {
        actor.ping().await.unwrap();
    }
    end(&victim, way).await;
    // Either it ends, or its next life answers.
    while victim.is_alive() && diary.count("victim: made") < 2 {
        futures_lite::future::yield_now().await;
    }
    let lives_on = diary.count("victim: made") == 2;
    for _ in 0..2 {
        settle().await;
        supervisor.children().await.unwrap();
    }
    let fate = if lives_on {
        assert_eq!(victim.ping().await, Ok(()));
        "R"
    } else {
        match victim.join().await {
            Exit::Stopped => "stopped",
            Exit::Failed(_) => "failed",
            Exit::Killed => "killed",
            _ => "unknown",
        }
    };
    let mut fates = [".", fate, "."];
    for (place, name, sibling) in [(0, "before: made", &before), (2, "after: made", &after)] {
        assert_eq!(sibling.ping().await, Ok(()));
        match diary.count(name) {
            1 => {}
            2 => fates[place] = "R",
            lives => panic!("{lives} lives of a sibling"),
        }
    }
    // Live children have their position, ended ones have none.
    assert_eq!(supervisor.children().await.unwrap().len(), if lives_on { 3 } else { 2 });
    stop(&supervisor).await;
    fates.join(" ")
}

pub fn every_strategy_kind_and_end(system: &System) {
    let found = system.block_on(async {
        let mut table = format!("\n{:<12} {:<10}", "strategy", "restart");
        for (name, _, width) in ENDS {
            write!(table, " | {name:<width$}").unwrap();
        }
        for (strategy, make) in STRATEGIES {
            write!(table, "\n{strategy:<12}").unwrap();
            for (number, (kind, restart)) in KINDS.into_iter().enumerate() {
                if number > 0 {
                    write!(table, "\n{strategy:<12}").unwrap();
                }
                write!(table, " {kind:<10}").unwrap();
                for (_, way, width) in ENDS {
                    write!(table, " | {:<width$}", cell(make, restart, way).await).unwrap();
                }
            }
        }
        table
    });
    println!("{found}");
    let lines = |table: &str| table.trim().lines().map(str::trim_end).map(String::from).collect();
    let (found, expected): (Vec<String>, Vec<String>) = (lines(&found), lines(EXPECTED));
    assert_eq!(found, expected);
}
