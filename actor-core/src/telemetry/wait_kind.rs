//! The kinds of waits that a snapshot shows: [`WaitKind`].

use crate::cell::deadlock::edge::WaitGoal;
use std::fmt;

/// The kind of event that a handler waits for: see
/// [`ActorSnapshot::wait_kind`](crate::snapshot::ActorSnapshot::wait_kind).
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::snapshot::WaitKind;
/// #[actor]
/// struct Closer {
///     shop: ShopAddr,
/// }
///
/// #[actor]
/// impl Closer {
///     async fn see_it_closed(&self) {
///         self.shop.join().await;
///     }
/// }
/// # #[actor] struct Shop; #[actor] impl Shop {}
/// # System::current_thread().block_on(async {
/// let shop = Shop.prepare().name("shop").spawn();
/// let closer = Closer { shop: shop.clone() }.spawn();
/// closer.see_it_closed().send().await.unwrap();
/// let snapshot = loop {
///     let snapshot = System::current().snapshot();
///     if snapshot.actor(closer.id()).unwrap().waits_for.is_some() {
///         break snapshot;
///     }
///     actor_core::future::yield_now().await;
/// };
/// let seen = snapshot.actor(closer.id()).unwrap();
/// assert_eq!((seen.waits_for, seen.wait_kind), (Some(shop.id()), Some(WaitKind::Join)));
/// assert!(snapshot.to_string().contains("waits for shop (join)"));
/// # shop.stop();
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum WaitKind {
    /// The reply to a call.
    Call,
    /// Capacity in the actor's mailbox.
    Room,
    /// The actor's exit, in [`join`](crate::Addr::join).
    Join,
    /// The actor's start, in [`started`](crate::Addr::started).
    Started,
    /// The actor's exit, in [`stop_within`](crate::Addr::stop_within).
    StopWithin,
    /// Capacity in the buffer of the actor's subscription, in [`publish`](crate::topic::Topic::publish).
    Publish,
    /// The next item of a streaming reply.
    Item,
    /// Capacity in the buffer of a streaming reply, in [`Replies::send`](crate::streaming::Replies::send). The actor
    /// is the reader.
    ItemRoom,
}

impl WaitKind {
    pub(super) fn of(goal: WaitGoal) -> Self {
        match goal {
            WaitGoal::Reply | WaitGoal::AnyReply => WaitKind::Call,
            WaitGoal::Capacity(_) => WaitKind::Room,
            WaitGoal::Exit => WaitKind::Join,
            WaitGoal::Start => WaitKind::Started,
            WaitGoal::ExitOrKill => WaitKind::StopWithin,
            WaitGoal::Publication => WaitKind::Publish,
            WaitGoal::Item => WaitKind::Item,
            WaitGoal::ItemRoom => WaitKind::ItemRoom,
        }
    }
}

impl fmt::Display for WaitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WaitKind::Call => "call",
            WaitKind::Room => "room",
            WaitKind::Join => "join",
            WaitKind::Started => "started",
            WaitKind::StopWithin => "stop_within",
            WaitKind::Publish => "publish",
            WaitKind::Item => "next item",
            WaitKind::ItemRoom => "room for an item",
        })
    }
}
