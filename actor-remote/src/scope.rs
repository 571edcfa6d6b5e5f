//! The session for which this thread encodes or decodes a value. Serde code of addresses uses the session.

use crate::export::Exported;
use crate::node::{Announced, Inner, Listed};
use crate::remote::Place;
use crate::transport::NodeId;
use actor_core::Exit;
use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

/// A session of a node.
#[derive(Clone)]
pub(crate) struct Scope {
    pub(crate) node: Arc<Inner>,
    pub(crate) peer: NodeId,
    pub(crate) session: u32,
}

/// The value that is being encoded or decoded.
struct Value {
    scope: Scope,
    /// Whether exits that arrived after the value did not wait until the value is decoded.
    is_late: bool,
    /// `None` until the first address. Most values have no addresses.
    addresses: Option<Box<Addresses>>,
}

/// The addresses in the value that is being encoded or decoded.
#[derive(Default)]
struct Addresses {
    /// The addresses that have been encoded.
    written: Written,
    /// The listed addresses of the value that is being decoded. Addresses that were read are removed.
    announced: Listed,
    /// The addresses of ended actors in the value that is being decoded, one for each type and exit.
    ended: Vec<(Exit, Box<dyn Any>)>,
}

thread_local! {
    static VALUE: RefCell<Option<Value>> = const { RefCell::new(None) };
}

/// The addresses in a value that has been encoded.
#[derive(Default)]
pub(crate) struct Written {
    /// The exports of this node, once for each address.
    pub(crate) exports: Vec<u64>,
    /// The addresses of actors of other nodes.
    pub(crate) kept: Vec<Kept>,
}

/// An address of a proxy. While the address exists, the node of the actor counts this node as a holder.
pub(crate) struct Kept {
    /// The node of the actor, and its export there.
    pub(crate) actor: (NodeId, u64),
    pub(crate) address: Box<dyn Exported>,
}

/// Restores the previous value when it is dropped, even during a panic of serde code.
struct Before(Option<Option<Value>>);

impl Drop for Before {
    fn drop(&mut self) {
        drop(self.restore());
    }
}

impl Before {
    fn enter(scope: Scope, announced: Option<Listed>, is_late: bool) -> Self {
        let addresses =
            announced.map(|announced| Box::new(Addresses { announced, ..Addresses::default() }));
        Before(Some(VALUE.replace(Some(Value { scope, is_late, addresses }))))
    }

    /// Restores the previous value, and returns the other one. Returns `None` the second time.
    fn restore(&mut self) -> Option<Value> {
        VALUE.replace(self.0.take()?)
    }
}

/// Runs `f` with the addresses of the current value. Returns `None` if there is no current value.
fn addresses<T>(f: impl FnOnce(&mut Addresses) -> T) -> Option<T> {
    VALUE.with_borrow_mut(|value| Some(f(value.as_mut()?.addresses.get_or_insert_default())))
}

/// Runs `decode`, which reads addresses for this session. Releases the announced addresses that `decode` does not
/// read.
pub(crate) fn decoding<T>(
    scope: &Scope,
    mut announced: Announced,
    decode: impl FnOnce() -> T,
) -> T {
    let is_late = announced.is_late();
    let listed = announced.listed();
    let mut before = Before::enter(scope.clone(), listed.map(std::mem::take), is_late);
    let result = decode();
    let left = before.restore().and_then(|value| value.addresses);
    if let Some(listed) = announced.listed()
        && let Some(left) = left
    {
        *listed = left.announced;
        drop(left.ended);
    }
    result
}

/// Takes an announced address of this export. Returns `false` if there is none: then the other node does not count
/// this node as a holder.
pub(crate) fn take_announced(export: u64) -> bool {
    addresses(|addresses| addresses.announced.take_own(export)).unwrap_or(false)
}

/// Takes an address that was passed on, if the address is listed. It is given back when the result is dropped.
pub(crate) fn take_passed(scope: &Scope, place: Place) -> Announced {
    let take =
        |addresses: &mut Addresses| addresses.announced.take_passed((place.node, place.export));
    if addresses(take).unwrap_or(false) {
        Announced::passed(scope, place)
    } else {
        Announced::default()
    }
}

/// Returns whether the exit of an actor may have arrived before its address is read.
pub(crate) fn is_late() -> bool {
    VALUE.with_borrow(|value| value.as_ref().is_some_and(|value| value.is_late))
}

/// Puts back an announced address that was taken and that no proxy counts.
pub(crate) fn put_announced(export: u64) {
    addresses(|addresses| *addresses.announced.own.entry(export).or_default() += 1);
}

/// Runs `encode` for this session. Also returns the addresses that `encode` wrote. The other node counts as a holder
/// of the exports, unless the caller takes the addresses back.
pub(crate) fn encoding<T>(scope: &Scope, encode: impl FnOnce() -> T) -> (T, Written) {
    let (result, written, _) = encoding_in(scope.clone(), encode);
    (result, written)
}

/// Runs `encode` as [`encoding`] does. Also returns the session, which is not copied.
pub(crate) fn encoding_in<T>(
    scope: Scope,
    encode: impl FnOnce() -> T,
) -> (T, Written, Option<Scope>) {
    let mut before = Before::enter(scope, None, false);
    let result = encode();
    match before.restore() {
        Some(Value { scope, addresses, .. }) => {
            let written = addresses.map_or_else(Written::default, |addresses| addresses.written);
            (result, written, Some(scope))
        }
        None => (result, Written::default(), None),
    }
}

/// Takes the addresses that have been written until now, for one of several values.
pub(crate) fn take_written() -> Option<Box<Written>> {
    let addresses = VALUE.with_borrow_mut(|value| value.as_mut()?.addresses.take());
    addresses.map(|addresses| Box::new(addresses.written))
}

/// Records that the address of an export has been written.
pub(crate) fn wrote(export: u64) {
    addresses(|addresses| addresses.written.exports.push(export));
}

/// Records that the address of a proxy has been written.
pub(crate) fn wrote_proxy(kept: Kept) {
    addresses(|addresses| addresses.written.kept.push(kept));
}

/// Returns the address of an actor that has ended with `exit`. All such addresses in one value share one
/// actor, so that the bytes of a value cannot make the decoder spawn many.
pub(crate) fn ended<A: Clone + 'static>(
    exit: &Exit,
    make: impl FnOnce() -> Option<A>,
) -> Option<A> {
    let found = addresses(|addresses| {
        let mut same = addresses.ended.iter().filter(|(other, _)| other == exit);
        same.find_map(|(_, address)| address.downcast_ref::<A>().cloned())
    });
    if let Some(Some(found)) = found {
        return Some(found);
    }
    let made = make()?;
    addresses(|addresses| addresses.ended.push((exit.clone(), Box::new(made.clone()))));
    Some(made)
}

pub(crate) fn current() -> Option<Scope> {
    VALUE.with_borrow(|value| Some(value.as_ref()?.scope.clone()))
}
