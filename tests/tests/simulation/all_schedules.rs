//! All schedules of a small program, one after another.

use crate::said;
use actor_core::__private::{TestConfig, simulate};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// Three tasks write their numbers; the result of each run goes into `seen`.
async fn three(seen: Arc<Mutex<BTreeSet<String>>>) {
    let order = Arc::new(Mutex::new(String::new()));
    let tasks = ["a", "b", "c"].map(|name| {
        let order = order.clone();
        actor_core::spawn_task(async move { order.lock().unwrap().push_str(name) })
    });
    for task in tasks {
        task.await;
    }
    seen.lock().unwrap().insert(order.lock().unwrap().clone());
}

#[test]
fn exploring_sees_each_order_of_three_tasks() {
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    simulate(TestConfig::single_seed().explore(20), |_| three(seen.clone()));
    let seen = seen.lock().unwrap();
    assert_eq!(seen.iter().collect::<Vec<_>>(), ["abc", "acb", "bac", "bca", "cab", "cba"]);
}

#[test]
fn exploring_finds_the_one_order_that_fails() {
    let said = said(|| {
        simulate(TestConfig::single_seed().explore(20), |_| async {
            let seen = Arc::new(Mutex::new(BTreeSet::new()));
            three(seen.clone()).await;
            assert!(!seen.lock().unwrap().contains("bca"), "that is the one");
        });
    });
    assert!(said.contains("that is the one"), "{said}");
    assert!(said.starts_with("schedule "), "{said}");
}
