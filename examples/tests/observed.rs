//! The output of `observed`.

use std::process::Command;

const EXPECTED: &str = r#"message{actor="teller#3" id=3 transfer queued_us=0}: actor_core: new
message{actor="teller#3" id=3 transfer queued_us=0}:message{actor="account#1" id=1 withdraw queued_us=0}: actor_core: new
message{actor="account#2" id=2 deposit queued_us=0}: actor_core: new
message{actor="teller#3" id=3 transfer queued_us=0}: actor_core: new
message{actor="teller#3" id=3 transfer queued_us=0}:message{actor="account#1" id=1 withdraw queued_us=0}: actor_core: new
message{actor="teller#3" id=3 transfer queued_us=0}: actor_core: new
message{actor="teller#3" id=3 transfer queued_us=0}:message{actor="account#1" id=1 withdraw queued_us=0}: actor_core: new
message{actor="account#2" id=2 deposit queued_us=0}: actor_core: new
account#2 failed in `deposit`: a deposit of zero (examples/src/bin/observed.rs:23:9)
message{actor="account#1" id=1 withdraw queued_us=0}: actor_core: new
account#1: 1 of 64 waits, in `withdraw` for 10.0ms
teller#3: idle
message{actor="account#1" id=1 withdraw queued_us=20000}: actor_core: new
actor_mailbox_depth_sum{actor="Account"} 1
actor_mailbox_depth_sum{actor="Teller"} 0
actor_messages_total{actor="Account",message="deposit",outcome="failed"} 1
actor_messages_total{actor="Account",message="deposit",outcome="ok"} 1
actor_messages_total{actor="Account",message="withdraw",outcome="ok"} 5
actor_messages_total{actor="Teller",message="transfer",outcome="ok"} 3
actor_queue_seconds_sum{actor="Account",message="deposit"} 0
actor_queue_seconds_sum{actor="Account",message="withdraw"} 0.02
actor_queue_seconds_sum{actor="Teller",message="transfer"} 0
actor_run_seconds_sum{actor="Account",message="deposit"} 0
actor_run_seconds_sum{actor="Account",message="withdraw"} 0.1
actor_run_seconds_sum{actor="Teller",message="transfer"} 0.06
"#;

#[test]
fn it_prints_spans_a_snapshot_and_metrics() {
    let output = Command::new(env!("CARGO_BIN_EXE_observed")).output().expect("it can be run");
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).expect("it prints text");
    assert_eq!(printed, EXPECTED);
}
