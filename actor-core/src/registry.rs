//! Names: one namespace per system, with typed lookup.

use crate::address::addr::{Addr, TypedAddr};
use crate::cell::handle::TypedMailbox;
use crate::cell::system_shared::RegisterError;
use crate::sync::Arc;
use crate::{Actor, System};

impl<A: Actor + 'static> Addr<A> {
    /// Registers the actor under a name in its system, for [`TypedAddr::lookup`](crate::TypedAddr::lookup).
    ///
    /// An actor may have several names. A named actor lives until it is stopped. Its names survive
    /// restarts and are released when the actor ends. Registering a name that the actor already has
    /// does nothing and returns `Ok`, so that `#[on_start]` may register it in each life.
    ///
    /// # Errors
    /// [`RegisterError`](crate::address::RegisterError), if another actor has the name, or the actor has ended.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::address::RegisterError;
    /// # #[actor] struct Clock; #[actor] impl Clock {}
    /// # System::current_thread().block_on(async {
    /// let clock = Clock.spawn();
    /// clock.register("clock").unwrap();
    /// assert_eq!(Clock.spawn().register("clock"), Err(RegisterError::Taken));
    /// assert_eq!(ClockAddr::lookup("clock"), Some(clock.clone()));
    /// clock.stop();
    /// clock.join().await;
    /// assert_eq!(ClockAddr::lookup("clock"), None);
    /// # });
    /// ```
    pub fn register(&self, name: impl Into<String>) -> Result<(), RegisterError> {
        let name: Arc<str> = Arc::from(name.into());
        let typed: Arc<dyn TypedMailbox<A>> = self.shared();
        let mailbox = typed.clone().any();
        mailbox.header().system.names.register(name, &*mailbox, Box::new(typed))
    }

    /// Releases a name. Returns `false` if the actor did not have it.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Clock; #[actor] impl Clock {}
    /// # System::current_thread().block_on(async {
    /// let clock = Clock.spawn();
    /// clock.register("clock").unwrap();
    /// assert!(clock.unregister("clock"));
    /// assert!(!clock.unregister("clock"));
    /// # });
    /// ```
    pub fn unregister(&self, name: impl AsRef<str>) -> bool {
        // User code, which runs before any lock is taken.
        let name = name.as_ref();
        let mailbox = self.shared().any();
        let freed = mailbox.header().system.names.unregister(name, self.id());
        if freed {
            let mut locked = mailbox.lock();
            locked.cell.remove_name(name);
            drop(locked);
            mailbox.release();
        }
        freed
    }
}

impl System {
    /// Looks up the actor registered as `name` in this system. Returns `None` if the name is not
    /// registered or belongs to an actor of another type.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Clock; #[actor] impl Clock {}
    /// # #[actor] struct Cat; #[actor] impl Cat {}
    /// let system = System::builder().threads(1).build();
    /// system.spawn(Clock).register("clock").unwrap();
    /// assert!(system.lookup::<ClockAddr>("clock").is_some());
    /// assert!(system.lookup::<CatAddr>("clock").is_none());
    /// ```
    pub fn lookup<T: TypedAddr>(&self, name: impl AsRef<str>) -> Option<T>
    where
        T::Actor: 'static,
    {
        self.shared()
            .names
            .lookup::<T::Actor>(name.as_ref())
            .map(|typed| Addr::adopted(typed).into())
    }
}
