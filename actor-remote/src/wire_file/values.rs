//! Made-up values for the parts of a type that are read before the examined part. Most types accept the
//! first value. A type that validates its values, such as a date in a string, may accept only a later one.

/// The name of a field or variant that no type has.
pub(super) const UNKNOWN: &str = "\u{1}unknown";

/// Texts that common types are read from.
pub(super) const TEXTS: &[&str] = &[
    "",
    "0",
    "a",
    "1.0.0",
    "2000-01-01T00:00:00Z",
    "2000-01-01T00:00:00",
    "2000-01-01",
    "00:00:00",
    "http://a/",
    "127.0.0.1",
    "::1",
    "127.0.0.1:1",
    "[::1]:1",
    "10.0.0.0/8",
    "GET",
    "00000000-0000-0000-0000-000000000000",
    "/",
    "UTC",
    "true",
];

/// Bytes of common lengths.
pub(super) const BYTES: &[&[u8]] = &[&[], &[0; 4], &[0; 8], &[0; 12], &[0; 16], &[0; 32]];

/// Numbers of every type.
pub(super) const NUMBERS: &[u8] = &[0, 1, 100];

/// The maximum number of steps of a run.
const STEPS: usize = 10_000;

/// The choices that determine a made-up value. Each run repeats the choices of the previous run, except
/// the last one.
#[derive(Debug)]
pub(super) struct Choices {
    /// The choices of this run, each with its number of alternatives.
    picked: Vec<(usize, usize)>,
    used: usize,
    steps: usize,
    depth: usize,
    /// The maximum depth.
    limit: usize,
}

impl Choices {
    pub(super) fn new(limit: usize) -> Self {
        Choices { picked: Vec::new(), used: 0, steps: 0, depth: 0, limit }
    }

    /// Picks one of `number` values. Returns `None` if `number` is 0, or if the run has too many steps.
    pub(super) fn pick(&mut self, number: usize) -> Option<usize> {
        self.steps += 1;
        if number == 0 || self.steps > STEPS {
            return None;
        }
        if self.used == self.picked.len() {
            self.picked.push((0, number));
        }
        self.used += 1;
        Some(self.picked[self.used - 1].0)
    }

    /// Starts a deeper level of the value, which [`leave`](Self::leave) ends. Returns `false` if a limit
    /// is exceeded.
    pub(super) fn enter(&mut self) -> bool {
        self.steps += 1;
        let may_enter = self.depth < self.limit && self.steps <= STEPS;
        self.depth += usize::from(may_enter);
        may_enter
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Returns the choices of the next run, or `None` if all combinations were tried.
    pub(super) fn next(mut self) -> Option<Self> {
        self.picked.truncate(self.used);
        while let Some((last, number)) = self.picked.pop() {
            if last + 1 < number {
                self.picked.push((last + 1, number));
                return Some(Choices { used: 0, steps: 0, depth: 0, ..self });
            }
        }
        None
    }
}
