//! The ways to spawn an actor, for every type with both halves of `#[actor]`.

use crate::actor::dispatch::{AddrOf, Dispatch};
use crate::actor::spawn::{ActorBuilder, Prepared, start_async};
use crate::pool::PreparedPool;
use crate::sync::Arc;
use crate::system::System;
use std::fmt::Display;
use std::future::Future;

/// Spawns actors. Part of the prelude, and implemented for every actor.
///
/// All functions return the address immediately and run the actor later, on a system. The trait is
/// bounded only by [`Dispatch`], which the `impl` block implements, so that a missing half of
/// `#[actor]` causes a single error.
///
/// ```
/// use actor_core::prelude::*;
///
/// #[actor]
/// struct Echo;
///
/// #[actor]
/// impl Echo {
///     fn say(&self, number: u32) -> u32 {
///         number
///     }
/// }
///
/// System::current_thread().block_on(async {
///     let echo = Echo.spawn(); // an EchoAddr
///     assert_eq!(echo.say(7).await, Ok(7));
/// });
/// ```
pub trait Spawn: Dispatch {
    /// Spawns the actor on the current system and returns its address immediately.
    ///
    /// Messages sent before the actor has started are queued in order. On a system that is shutting
    /// down, the address belongs to an actor that has already ended.
    ///
    /// # Panics
    /// If the actor is `local` and the call is not inside `block_on` of a current-thread system.
    #[track_caller]
    fn spawn(self) -> AddrOf<Self> {
        self.prepare().spawn()
    }

    /// Spawns the actor on `system`. See [`spawn`](Spawn::spawn).
    ///
    /// # Panics
    /// As [`spawn`](Spawn::spawn).
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Idle; #[actor] impl Idle {}
    /// let system = System::current_thread();
    /// let idle = Idle.spawn_on(&system);
    /// idle.stop();
    /// assert_eq!(system.block_on(idle.join()), Exit::Stopped);
    /// ```
    #[track_caller]
    fn spawn_on(self, system: &System) -> AddrOf<Self> {
        self.prepare().on(system).spawn()
    }

    /// Returns a builder that sets this instance's name, capacity and system.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Room; #[actor] impl Room {}
    /// let lobby = Room.prepare().name("lobby").capacity(8).spawn();
    /// assert_eq!(lobby.capacity(), Some(8));
    /// ```
    fn prepare(self) -> Prepared<Self> {
        Prepared::new(self)
    }

    /// Spawns an actor whose state is created from its own address.
    ///
    /// `make` runs immediately on the caller's stack. Messages that it sends to the address are
    /// queued until the actor has started. A strong address stored in the state keeps the actor
    /// alive.
    ///
    /// # Panics
    /// If `make` panics. Also panics as [`spawn`](Spawn::spawn).
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::WeakAddr;
    /// #[actor]
    /// struct Room {
    ///     me: WeakAddr<Room>,
    /// }
    ///
    /// #[actor]
    /// impl Room {
    ///     fn is_me(&self, id: ActorId) -> bool {
    ///         self.me.id() == id
    ///     }
    /// }
    ///
    /// # System::current_thread().block_on(async {
    /// let room = Room::spawn_with(|me: &RoomAddr| Room { me: me.downgrade() });
    /// assert_eq!(room.is_me(room.id()).await, Ok(true));
    /// # });
    /// ```
    #[track_caller]
    fn spawn_with(make: impl FnOnce(&Self::Address) -> Self) -> AddrOf<Self> {
        let settings = const { &Self::SETTINGS };
        ActorBuilder::<Self>::new(None, settings, settings.capacity).with(make)
    }

    /// Spawns a pool: one address whose mailbox is shared by `size` actors, each created by `make`.
    ///
    /// Any idle member takes the next message, without a router in between. From outside, a pool is
    /// one actor: stopping it drains the mailbox through all members, and it has a single exit.
    ///
    /// A member that ends, normally or not, is replaced. More than 5 replacements within 60 seconds fail
    /// the pool, with [`FailureKind::Intensity`](crate::FailureKind::Intensity). This limit cannot be
    /// changed.
    ///
    /// # Panics
    /// If `size` is zero, or for a [`Supervisor`](crate::supervision::Supervisor), because each
    /// member would have its own children. Also panics as [`spawn`](Spawn::spawn).
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// #[actor]
    /// struct Hasher;
    ///
    /// #[actor]
    /// impl Hasher {
    ///     fn hash(&self, text: String) -> usize {
    ///         text.len() // and a lot more
    ///     }
    /// }
    ///
    /// System::new().block_on(async {
    ///     let hashers: HasherAddr = Hasher::pool(8, || Hasher);
    ///     assert_eq!(hashers.hash("abc".into()).await, Ok(3));
    /// });
    /// ```
    #[track_caller]
    fn pool(size: usize, make: impl Fn() -> Self + Send + Sync + 'static) -> AddrOf<Self> {
        Self::prepare_pool(size, make).spawn()
    }

    /// Returns a builder that sets the name, capacity and system of a pool.
    ///
    /// # Panics
    /// If `size` is zero, or for a [`Supervisor`](crate::supervision::Supervisor).
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Hasher; #[actor] impl Hasher {}
    /// let hashers = Hasher::prepare_pool(4, || Hasher).name("hashers").capacity(256).spawn();
    /// assert_eq!(hashers.capacity(), Some(256));
    /// ```
    #[track_caller]
    fn prepare_pool(
        size: usize,
        make: impl Fn() -> Self + Send + Sync + 'static,
    ) -> PreparedPool<Self> {
        PreparedPool::pool(size, Arc::new(make))
    }

    /// Spawns an actor whose state is created by async, fallible code.
    ///
    /// The code runs on the actor's system, and messages are queued in the meantime. An error is a
    /// failed start: see [`Addr::started`](crate::Addr::started).
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Db; #[actor] impl Db {}
    /// # System::current_thread().block_on(async {
    /// let db = Db::try_spawn_with(|_me| async { Err("no route to host") });
    /// let Err(Exit::Failed(failure)) = db.started().await else { unreachable!() };
    /// assert_eq!(failure.message(), "no route to host");
    /// # });
    /// ```
    #[track_caller]
    fn try_spawn_with<U, E>(make: impl FnOnce(Self::Address) -> U) -> AddrOf<Self>
    where
        Self: Send,
        U: Future<Output = Result<Self, E>> + Send + 'static,
        E: Display,
    {
        let settings = const { &Self::SETTINGS };
        start_async(ActorBuilder::<Self>::new(None, settings, settings.capacity), make)
    }
}

impl<A: Dispatch> Spawn for A {}
