//! The ui cases: each mistake is told once and says what to write instead; odd but legal input passes.
//!
//! `TRYBUILD=overwrite` writes the texts anew; read the difference aloud before it is kept.

#[test]
fn each_mistake_is_told_once() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/ours/*/*.rs");
}

#[test]
fn odd_but_legal_input_passes() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
}
