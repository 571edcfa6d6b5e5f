//! The contents of an ended session. They are dropped outside of the lock, because calls and proxies may run code of
//! the user.

use super::Pending;
use crate::export::Lane;
use crate::import::Import;
use crate::node::{Member, Undecoded};
use crate::stream::reader::OpenStream;
use crate::window::Window;
use actor_core::{CallError, Exit, Reply};
use std::any::Any;
use std::sync::Arc;

/// The contents of an ended session. The values are dropped, and waiters are notified, outside of the lock.
#[derive(Default)]
pub(crate) struct EndedSession {
    /// The other node, if there was a session.
    pub(crate) member: Option<Member>,
    pub(super) windows: Vec<Arc<Window>>,
    pub(super) calls: Vec<Box<dyn Pending>>,
    pub(super) streams: Vec<OpenStream>,
    pub(super) lanes: Vec<Lane>,
    /// The calls of the other node for which tasks wait. They are not cancelled: a mailbox would skip a cancelled
    /// call, although it handles a later message of the same sender.
    pub(super) running: Vec<Reply<()>>,
    /// The proxies, each with the replies of its actor that are not decoded yet.
    pub(super) imports: Vec<(Arc<Import>, Option<Arc<Undecoded>>)>,
    pub(super) rest: Vec<Box<dyn Any + Send>>,
}

/// A proxy whose session has ended. The drop ends the proxy.
struct Lost(Arc<Import>);

impl Drop for Lost {
    fn drop(&mut self) {
        self.0.end(Exit::Unreachable);
    }
}

impl EndedSession {
    /// Notifies all waiters.
    pub(crate) fn tell(self) {
        for window in self.windows {
            window.close();
        }
        for call in self.calls {
            call.fail(CallError::Unreachable { started: true });
        }
        for stream in self.streams {
            stream.end(Some(CallError::Unreachable { started: true }));
        }
        for token in self.running {
            let _ = token.send(());
        }
        for lane in self.lanes {
            lane.cancels.add();
            lane.cancels.wake();
        }
        for (import, undecoded) in self.imports {
            let lost = Lost(import);
            if let Some(undecoded) = undecoded {
                undecoded.add_barrier(Arc::new(lost));
            }
        }
    }

    pub(crate) fn merge(&mut self, other: EndedSession) {
        self.member = self.member.take().or(other.member);
        self.windows.extend(other.windows);
        self.calls.extend(other.calls);
        self.streams.extend(other.streams);
        self.lanes.extend(other.lanes);
        self.running.extend(other.running);
        self.imports.extend(other.imports);
        self.rest.extend(other.rest);
    }

    pub(crate) fn keep(&mut self, value: impl Any + Send) {
        self.rest.push(Box::new(value));
    }
}
