//! Reports of failing tests.

/// The report of a test that fails.
pub fn said(test: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let payload = std::panic::catch_unwind(test).expect_err("it fails");
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .expect("a panic says something")
}

/// Its lines, without the location of the panic in the test body.
pub fn without_place(text: &str) -> Vec<&str> {
    let lines = text.trim().lines();
    lines.map(|line| line.split_once(" panicked at ").map_or(line, |(before, _)| before)).collect()
}

/// The number of steps that a report shows.
pub fn shown_steps(report: &str) -> usize {
    let is_step = |line: &&str| {
        let line = line.trim_start_matches(['>', ' ']);
        line.split_once('.').is_some_and(|(number, _)| number.parse::<u32>().is_ok())
    };
    report.lines().filter(is_step).count()
}
