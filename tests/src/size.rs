//! The sizes of tests that need very many actors or messages.

use std::env;

/// `full` if the environment variable `ACTOR_TESTS` is `full`, as in CI, and otherwise `usual`.
#[must_use]
pub fn sized(usual: usize, full: usize) -> usize {
    if env::var("ACTOR_TESTS").is_ok_and(|size| size == "full") { full } else { usual }
}
