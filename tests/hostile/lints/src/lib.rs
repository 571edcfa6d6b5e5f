//! The corpus, or the same without `#[actor]`, under every lint there is: `tests/tests/hostile.rs` compares them.

include!(env!("CORPUS"));
