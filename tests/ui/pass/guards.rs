//! Guards: every shape of argument, generics, and macros that write them.
#![deny(warnings)]

use actor_core::prelude::*;

/// Its guards see what its handlers are given.
#[actor(deferred = 8)]
pub struct Store<T: Send + Ord + 'static, const ROOM: usize> {
    items: Vec<T>,
}

#[actor]
impl<T: Send + Sync + Ord + 'static, const ROOM: usize> Store<T, ROOM> {
    const LIMIT: usize = ROOM * 2;

    /// Puts.
    #[message(when = self.items.len() + items.len() <= Self::LIMIT)]
    pub fn put(&mut self, mut items: Vec<T>) {
        self.items.append(&mut items);
    }

    /// Takes the largest.
    #[message(when = { self.items.iter().max() > Some(than) && !matches!(mode, Mode::Never) })]
    pub async fn take(
        &mut self,
        than: T,
        (mode, mut times): (Mode, u8),
        _why: String,
    ) -> Option<T> {
        times += 1;
        drop(than);
        (times > 0 && matches!(mode, Mode::Once)).then(|| self.items.pop()).flatten()
    }

    /// One whose argument is used by its guard only.
    #[message(when = self.items.len() >= *_wanted, priority, unbounded)]
    pub fn wait(&self, _wanted: usize, reply: Reply<usize>, context: &Context<Self>) {
        context.address().len();
        let _ = reply.send(self.items.len());
    }

    /// A guard that looks at nothing.
    #[message(when = true)]
    pub fn r#type(self: &mut Self, #[cfg(all())] wanted: u8, #[cfg(any())] other: u8) -> u8 {
        wanted
    }

    /// Overlaps.
    #[message(concurrent, when = self.items.len() < *most)]
    pub async fn peek(&self, most: usize) -> usize {
        actor_core::future::yield_now().await;
        most - self.items.len()
    }

    /// One that is not there.
    #[message(when = self.nothing())]
    #[cfg(any())]
    pub fn gone(&mut self) {}
}

/// How often.
#[derive(Debug)]
pub enum Mode {
    /// Now.
    Once,
    /// Not at all.
    Never,
}

macro_rules! gate {
    ($name:ident, $field:ident, $guard:expr) => {
        /// Made by a macro.
        #[actor(local)]
        pub struct $name {
            $field: bool,
        }

        #[actor(local)]
        impl $name {
            /// The `self` of the macro.
            #[message(when = self.$field)]
            pub fn pass(&mut self) -> bool {
                self.$field
            }

            /// The condition of its user.
            #[message(when = $guard)]
            pub fn second(&mut self) {}

            /// Opens.
            pub fn open(&mut self) {
                self.$field = true;
            }
        }
    };
}

gate!(Gate, is_open, 1 + 1 == 2);

fn main() {
    System::current_thread().block_on(async {
        let store = Store::<u8, 2> { items: vec![] }.spawn();
        let full = store.put(vec![1, 2, 3, 4, 5]).timeout(std::time::Duration::ZERO).await;
        assert!(matches!(full, Err(CallError::Timeout { started: false })));
        store.put(vec![1, 2, 3]).await.unwrap();
        assert_eq!(store.take(2, (Mode::Once, 0), String::new()).await, Ok(Some(3)));
        assert_eq!(store.wait(2).await, Ok(2));
        assert_eq!(store.peek(3).await, Ok(1));
        assert_eq!(store.r#type(7).await, Ok(7));
        let gate = Gate { is_open: false }.spawn();
        let (passed, opened) = actor_core::future::zip(gate.pass(), gate.open()).await;
        assert_eq!((passed, opened), (Ok(true), Ok(())));
        gate.second().await.unwrap();
    });
}
