//! Two builds of a program with different versions of a protocol.

use processes::{Process, free_port};

/// Runs a server of one version and a client of the other, and returns the outcomes of the client's calls.
fn calls(server: &str, client: &str) -> Vec<String> {
    let endpoint = format!("tcp/127.0.0.1:{}", free_port());
    let _server = Process::start(server, &[&endpoint, "-"]);
    let client = Process::start(client, &["-", &endpoint]);
    let mut lines = Vec::new();
    loop {
        match client.line() {
            line if line == "done" => return lines,
            line => lines.push(line),
        }
    }
}

const OLDER: &str = env!("CARGO_BIN_EXE_older");
const NEWER: &str = env!("CARGO_BIN_EXE_newer");

#[test]
fn calls_of_the_same_build_all_work() {
    for build in [OLDER, NEWER] {
        let refused = ["UnknownMessage", "BadFrame", "BadReply"];
        let failed = |line: &String| refused.iter().any(|kind| line.ends_with(kind));
        assert!(!calls(build, build).iter().any(failed));
    }
}

#[test]
fn a_newer_build_calls_an_older_one() {
    let expected = [
        "open: true",
        // A message that was added.
        "chat: UnknownMessage",
        // Reordered fields, one that was added, and one that was removed and has a default.
        r#"order: "Order { id: 1, count: 2, gift: false }""#,
        // A renamed field with a default.
        r#"price: "Price { cents: 0 }""#,
        // A field of another type.
        "weigh: BadFrame",
        r#"cash: "Cash""#,
        r#"card: "Card(4)""#,
        // A variant that was added.
        "voucher: BadFrame",
        // A message with another meaning.
        "wait: UnknownMessage",
        "last_order: Order { count: 3, id: 7, voucher: None }",
        "last_weight: BadReply",
        "open: true",
    ];
    assert_eq!(calls(OLDER, NEWER), expected);
}

#[test]
fn an_older_build_calls_a_newer_one() {
    let expected = [
        "open: true",
        // A message that was removed.
        "fax: UnknownMessage",
        r#"order: "Order { count: 2, id: 1, voucher: None }""#,
        r#"price: "Price { amount: 0 }""#,
        "weigh: BadFrame",
        r#"cash: "Cash""#,
        r#"card: "Card(4)""#,
        "wait: UnknownMessage",
        "last_order: Order { id: 7, count: 3, gift: false }",
        "last_weight: BadReply",
        "open: true",
    ];
    assert_eq!(calls(NEWER, OLDER), expected);
}
