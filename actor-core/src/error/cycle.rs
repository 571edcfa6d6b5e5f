//! [`Cycle`]: the actors of a deadlock. Plain data; the detection is in `cell::deadlock`.

use crate::sync::Arc;
use std::fmt;

/// A cycle of actors that wait for each other, printed as `bank#3 > account#7 > bank#3`.
///
/// ```
/// # use actor_core::prelude::*;
/// #[actor]
/// struct Loner;
///
/// #[actor]
/// impl Loner {
///     async fn ask_myself(&self, context: &Context<Self>) -> Result<u32, CallError> {
///         context.address().answer().await
///     }
///
///     fn answer(&self) -> u32 {
///         42
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let loner = Loner.spawn();
///     let Ok(Err(CallError::Deadlock(cycle))) = loner.ask_myself().await else { unreachable!() };
///     assert_eq!(cycle.to_string(), format!("{0} > {0}", loner.label()));
///     assert_eq!(cycle.path(), [loner.label()]);
///     assert_eq!(cycle.handlers(), ["ask_myself"]);
/// });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle(Arc<Path>);

#[derive(Debug, PartialEq, Eq)]
struct Path {
    labels: Vec<String>,
    handlers: Vec<&'static str>,
}

impl Cycle {
    /// Creates a cycle from the label of each actor and the handler in which it waits, starting
    /// with the refused caller.
    pub(crate) fn new(path: impl IntoIterator<Item = (String, &'static str)>) -> Self {
        let (labels, handlers) = path.into_iter().unzip();
        Cycle(Arc::new(Path { labels, handlers }))
    }

    /// Returns the labels of the actors in the cycle, each once, starting with the refused caller.
    pub fn path(&self) -> &[String] {
        &self.0.labels
    }

    /// Returns the message or hook that each actor is handling while it waits for the next one, in
    /// the order of [`path`](Cycle::path).
    pub fn handlers(&self) -> &[&'static str] {
        &self.0.handlers
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for label in self.path() {
            write!(f, "{label} > ")?;
        }
        f.write_str(self.path().first().map_or("", String::as_str))
    }
}
