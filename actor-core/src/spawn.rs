//! The ways to spawn an actor, for every type that has both halves of `#[actor]`.

use crate::compose::pool;
use crate::life::dispatch::{AddrOf, Dispatch};
use crate::life::making;
use crate::life::spawn::{Birth, Prepared};
use crate::sync::Arc;
use crate::system::System;
use std::fmt::Display;
use std::future::Future;

/// Brings actors to life; in the prelude, and implemented for every actor.
///
/// All its functions return the address at once and run the actor later, on a system. It hangs on
/// [`Dispatch`] alone, which the `impl` block makes: so whichever half of `#[actor]` was forgotten,
/// one thing is said of it, and nothing of what is then done with the address.
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
    /// Spawns the actor on the current system and returns its address at once.
    ///
    /// Messages that are sent before it has started are kept, in order. On a system that is
    /// shutting down the address is that of an ended actor.
    ///
    /// # Panics
    /// If the actor is `local` and this is not inside `block_on` of a current-thread system.
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

    /// Sets one instance apart before it is spawned: its name, capacity and system.
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

    /// Spawns an actor whose state is made from its own address.
    ///
    /// `make` runs at once, on the caller's stack; what it sends to the address waits until the
    /// actor has started. A strong address kept in the state keeps the actor alive.
    ///
    /// # Panics
    /// As [`spawn`](Spawn::spawn), and if `make` does.
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
    fn spawn_with(make: impl FnOnce(&Self::Handle) -> Self) -> AddrOf<Self> {
        let settings = const { &Self::SETTINGS };
        Birth::<Self>::new(None, settings, settings.capacity).with(make)
    }

    /// Starts a pool: one address whose mailbox `size` actors share, each made by `make`.
    ///
    /// Members take one message at a time, whoever is free, without an actor in between. To the
    /// outside a pool is one actor: stopping it drains the mailbox through all members, its exit is
    /// theirs. A member that ends is replaced; more than 5 failures in 60 seconds fail the pool.
    ///
    /// # Panics
    /// If `size` is zero, and as [`spawn`](Spawn::spawn).
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
        pool::start(size, Arc::new(make))
    }

    /// Spawns an actor whose state is made by async code that may fail.
    ///
    /// The code runs beside the actor, on its system; messages wait meanwhile. An error is a failed
    /// start: see [`Addr::started`](crate::Addr::started).
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
    fn try_spawn_with<U, E>(make: impl FnOnce(Self::Handle) -> U) -> AddrOf<Self>
    where
        Self: Send,
        U: Future<Output = Result<Self, E>> + Send + 'static,
        E: Display,
    {
        let settings = const { &Self::SETTINGS };
        making::begin(Birth::<Self>::new(None, settings, settings.capacity), make)
    }
}

impl<A: Dispatch> Spawn for A {}
