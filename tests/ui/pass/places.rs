//! Halves in different modules, inside a function, behind a renamed crate, made by a macro.
#![deny(warnings)]

extern crate actor_core as renamed;

pub mod rt {
    pub use actor_core::*;
}

mod shop {
    #[actor_core::actor(crate = crate::rt)]
    pub(super) struct Counter {
        pub(super) total: u64,
    }
}

use rt::Spawn as _;

#[actor_core::actor(crate = ::renamed)]
impl shop::Counter {
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

#[actor_core::actor]
struct Plain(u8);

/// Functions without `self` only: an actor without messages.
#[actor_core::actor]
impl Plain {
    fn new() -> Self {
        Self(Self::limit())
    }

    fn limit() -> u8 {
        9
    }
}

macro_rules! parts {
    ($vis:vis $name:ident, $state:ty, $method:ident($argument:ident: $ty:ty), $size:expr, $body:block) => {
        #[actor_core::actor(capacity = $size)]
        $vis struct $name($state);

        #[actor_core::actor]
        impl $name {
            $vis async fn $method(&mut self, $argument: $ty, _last: $ty) -> $ty $body

            fn own(&self, number: u8) -> u8 {
                number
            }
        }
    };
}

macro_rules! whole {
    ($name:ident { $($body:tt)* }) => {
        #[actor_core::actor]
        struct $name;

        #[actor_core::actor]
        impl $name {
            $($body)*
        }
    };
}

whole! {
    Whole {
        fn add(&self, one: u8, (two, _three): (u8, u8)) -> u8 {
            one + two
        }

        fn empty_clause(&self) -> u8 where {
            4
        }
    }
}

#[actor_core::actor]
trait Clauses {
    fn empty(&self, _context: &rt::Context<Self>) -> u8 where {
        5
    }
}

#[actor_core::actor]
impl Clauses for Whole {}

#[actor_core::main(crate = ::renamed)]
async fn main() -> Result<(), rt::CallError> {
    #[actor_core::actor]
    struct Inside {
        number: u8,
    }

    #[actor_core::actor]
    impl Inside {
        fn get(&self) -> u8 {
            self.number
        }
    }

    parts! { pub Made, u8, run(one: u8), 3 + 4, { one } }

    assert_eq!(shop::Counter { total: 1 }.spawn().add(2).await?, 3);
    assert_eq!(Inside { number: 3 }.spawn().get().await?, 3);
    assert_eq!(Made(1).spawn().run(7, 2).await?, 7);
    assert_eq!(Made(1).spawn().own(1).await?, 1);
    assert_eq!(Made(1).0, 1);
    assert_eq!(Plain::new().0, 9);
    assert!(Plain::new().spawn().is_alive());
    assert_eq!(Whole.spawn().add(1, (2, 3)).await?, 3);
    assert_eq!(Whole.spawn().empty_clause().await?, 4);
    assert_eq!(ClausesAddr::from(Whole.spawn()).empty().await?, 5);
    Ok(())
}
