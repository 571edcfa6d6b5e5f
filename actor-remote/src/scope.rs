//! The session for which this thread encodes or decodes a value. Addresses in the value use it.

use crate::node::{Announced, Inner};
use crate::transport::NodeId;
use actor_core::Exit;
use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A session of a node.
#[derive(Clone)]
pub(crate) struct Scope {
    pub(crate) node: Arc<Inner>,
    pub(crate) peer: NodeId,
    pub(crate) session: u32,
}

thread_local! {
    static SCOPE: RefCell<Option<Scope>> = const { RefCell::new(None) };
    /// The exports whose addresses are in the value that is being encoded.
    static WRITTEN: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
    /// The exports of the other node whose addresses the value contains that is being decoded, with the number of
    /// the addresses that are not read yet.
    static ANNOUNCED: RefCell<BTreeMap<u64, u64>> = const { RefCell::new(BTreeMap::new()) };
    /// The addresses of ended actors in the value that is being decoded, one for each type and exit.
    static ENDED: RefCell<Vec<(Exit, Box<dyn Any>)>> = const { RefCell::new(Vec::new()) };
}

/// Restores the previous scope and addresses when it is dropped, even during a panic of serde code.
struct Before {
    scope: Option<Scope>,
    announced: BTreeMap<u64, u64>,
    ended: Vec<(Exit, Box<dyn Any>)>,
}

impl Drop for Before {
    fn drop(&mut self) {
        ANNOUNCED.set(std::mem::take(&mut self.announced));
        let ended = ENDED.replace(std::mem::take(&mut self.ended));
        drop((SCOPE.replace(self.scope.take()), ended));
    }
}

impl Before {
    fn enter(scope: &Scope) -> Self {
        let scope = SCOPE.replace(Some(scope.clone()));
        Before { scope, announced: ANNOUNCED.take(), ended: ENDED.take() }
    }
}

/// Runs `decode`, in which addresses are read for this session. The announced addresses that it does not read
/// are released.
pub(crate) fn decoding<T>(
    scope: &Scope,
    mut announced: Announced,
    decode: impl FnOnce() -> T,
) -> T {
    let _before = Before::enter(scope);
    let Some(exports) = announced.exports() else { return decode() };
    ANNOUNCED.set(std::mem::take(exports));
    let result = decode();
    *exports = ANNOUNCED.take();
    result
}

/// Takes an announced address of this export, if there is one. Otherwise the other node does not count this
/// one as a holder.
pub(crate) fn take_announced(export: u64) -> bool {
    ANNOUNCED.with_borrow_mut(|announced| {
        let Some(count) = announced.get_mut(&export) else { return false };
        *count -= 1;
        if *count == 0 {
            announced.remove(&export);
        }
        true
    })
}

/// Returns an announced address that was taken and that no proxy counts.
pub(crate) fn put_announced(export: u64) {
    ANNOUNCED.with_borrow_mut(|announced| *announced.entry(export).or_default() += 1);
}

/// Runs `encode` for this session. Also returns the export of each address that it wrote, once for each
/// time: the other node counts as a holder of these exports, unless it never gets the value.
pub(crate) fn encoding<T>(scope: &Scope, encode: impl FnOnce() -> T) -> (T, Vec<u64>) {
    let before = WRITTEN.take();
    let result = {
        let _before = Before::enter(scope);
        encode()
    };
    (result, WRITTEN.replace(before))
}

/// Records that the address of an export has been written.
pub(crate) fn wrote(export: u64) {
    WRITTEN.with_borrow_mut(|written| written.push(export));
}

/// Returns the address of an actor that has ended with `exit`. All such addresses in one value share one
/// actor, so that the bytes of a value cannot make the decoder spawn many.
pub(crate) fn ended<A: Clone + 'static>(
    exit: &Exit,
    make: impl FnOnce() -> Option<A>,
) -> Option<A> {
    let found = ENDED.with_borrow(|ended| {
        let mut same = ended.iter().filter(|(other, _)| other == exit);
        same.find_map(|(_, address)| address.downcast_ref::<A>().cloned())
    });
    if found.is_some() {
        return found;
    }
    let made = make()?;
    ENDED.with_borrow_mut(|ended| ended.push((exit.clone(), Box::new(made.clone()))));
    Some(made)
}

pub(crate) fn current() -> Option<Scope> {
    SCOPE.with_borrow(Clone::clone)
}
