//! The message of an incident: [`DeadLetter`].

use crate::sync::{Arc, Mutex};
use std::any::Any;
use std::fmt;

/// A message that was not delivered, in an [`Incident`](crate::incident::Incident).
///
/// Only an incident hook gets it. Clones refer to the same message. Unless the hook takes the
/// message, it is dropped with the incident.
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::incident::Incident;
/// # use std::sync::{Arc, Mutex};
/// #[actor]
/// struct Log;
///
/// #[actor]
/// impl Log {
///     fn line(&self, text: String) {}
///     async fn hang(&self) {
///         std::future::pending().await
///     }
/// }
///
/// let lost = Arc::new(Mutex::new(Vec::new()));
/// let lines = lost.clone();
/// let system = System::builder()
///     .threads(1)
///     .on_incident(move |incident| {
///         let Incident::Undelivered { letter, .. } = incident else { return };
///         letter.inspect(|message: &LogMessage| {
///             if let LogMessage::Line { text, .. } = message {
///                 lines.lock().unwrap().push(text.clone());
///             }
///         });
///         assert!(letter.take().is_some_and(|message| message.is::<LogMessage>()));
///     })
///     .build();
/// system.block_on(async {
///     let log = Log.spawn();
///     log.hang().send().await.unwrap();
///     log.line("the last words".into()).send().await.unwrap();
///     log.kill();
///     log.join().await;
/// });
/// assert_eq!(lost.lock().unwrap().last().unwrap(), "the last words");
/// ```
#[derive(Clone, Default)]
pub struct DeadLetter(Arc<Mutex<Option<Box<dyn Any + Send>>>>);

impl DeadLetter {
    pub(crate) fn new(message: Option<Box<dyn Any + Send>>) -> Self {
        DeadLetter(Arc::new(Mutex::new(message)))
    }

    /// Takes the message: a value of the actor's message type, such as `LogMessage`. Later calls
    /// return `None`.
    pub fn take(&self) -> Option<Box<dyn Any + Send>> {
        self.0.lock().take()
    }

    /// Passes the message to `look`, if it has not been taken and has the type `M`.
    pub fn inspect<M: 'static, T>(&self, look: impl FnOnce(&M) -> T) -> Option<T> {
        // Taken out while `look` runs, because user code never runs under a lock.
        let message = self.take()?;
        let seen = message.downcast_ref().map(look);
        self.0.lock().get_or_insert(message);
        seen
    }
}

impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter").finish_non_exhaustive()
    }
}
