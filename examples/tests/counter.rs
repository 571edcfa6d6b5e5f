//! The number of lines of a counter, as formatted by `rustfmt`.

#[test]
fn a_counter_is_defined_in_at_most_12_lines() {
    let source = include_str!("../../actor-core/examples/counter.rs");
    let definition = source
        .lines()
        .skip_while(|line| !line.starts_with("#[actor]"))
        .take_while(|line| !line.starts_with("#[actor_core::main]"));
    let lines: Vec<_> = definition.filter(|line| !line.trim().is_empty()).collect();
    assert!((1..=12).contains(&lines.len()), "{} lines:\n{}", lines.len(), lines.join("\n"));
}
