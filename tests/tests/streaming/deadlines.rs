//! Streams under the deadline of the handler that reads them.

use super::{Source, SourceAddr};
use actor_core::prelude::*;
use futures_lite::StreamExt;
use std::time::Duration;

/// On a busy machine, a handler begins late.
const LIMIT: Duration = Duration::from_millis(250);

/// Reads a stream that does not end.
#[actor]
struct Reader {
    source: SourceAddr,
    read: Vec<Result<u32, CallError>>,
}

#[actor]
impl Reader {
    async fn read(&mut self) {
        self.read = self.source.keep().stream().collect().await;
    }

    async fn read_late(&mut self) {
        actor_core::time::sleep(2 * LIMIT).await;
        self.read = self.source.keep().stream().collect().await;
    }

    fn take(&mut self) -> Vec<Result<u32, CallError>> {
        std::mem::take(&mut self.read)
    }
}

pub fn the_deadline_of_a_handler_ends_the_streams_it_reads(system: &System) {
    system.block_on(async {
        let source = Source::default().spawn();
        let reader = Reader { source: source.clone(), read: vec![] }.spawn();
        // The handler returns at its deadline, which is the timeout of its caller.
        let _ = reader.read().timeout(LIMIT).await;
        assert_eq!(
            reader.take().await,
            Ok(vec![Err(CallError::DeadlineExceeded { started: true })])
        );
        assert_eq!(source.publish(1).await, Ok(0), "the producer knows");
        let call = reader.read_late().timeout(LIMIT).await;
        assert!(matches!(call, Err(CallError::Timeout { .. })), "{call:?}");
        let passed = CallError::DeadlineExceeded { started: false };
        assert_eq!(reader.take().await, Ok(vec![Err(passed)]), "it is not sent");
    });
}
