// What `#[actor]` makes by a macro and in a function, and a call of each message of the corpus, which stands in
// front of it. Lints do not see this file: what they say of a macro's output depends on who wrote its tokens.

/// Made by a macro.
macro_rules! made {
    ($vis:vis $name:ident, $state:ty, $method:ident($argument:ident: $ty:ty), $size:expr, $body:block) => {
        /// Made.
        #[::rt::actor(crate = ::rt, capacity = $size)]
        #[::core::prelude::v1::derive(::core::fmt::Debug)]
        $vis struct $name($state);

        #[::rt::actor(crate = ::rt)]
        impl $name {
            /// Made as well.
            $vis fn $method(&mut self, $argument: $ty) -> $ty $body

            /// Reads what was made.
            $vis fn state(&self) -> $state {
                self.0
            }
        }
    };
}

made! { pub Made, u8, run(one: u8), 3 + 4, { one } }

/// An actor in a function, and calls of all the others.
pub fn calls() {
    use ::rt::Spawn as _;

    /// Inside.
    #[::rt::actor(crate = ::rt)]
    struct Local(u8);

    #[::rt::actor(crate = ::rt)]
    impl Local {
        fn get(&self) -> u8 {
            self.0
        }
    }

    let pair = Pair(1, 2).spawn();
    let _patterns = pair.patterns((1, 2), [3, 4], 5, 6, 7);
    let _later = pair.later_word(1, 2, 3);
    let _names = pair.names(1, 2, 3, 4, 5, 6, 7, 8, 9);
    let _changed = pair.changed(1);
    let _type = pair.r#type(1);
    let unit = Unit::new().spawn();
    let _report = unit.into_report();
    let _parts = unit.from_parts([1, 2]);
    let _add = unit.add(1);
    let _stop = unit.stop();
    let _clone = unit.clone();
    let _wait = unit.wait(1);
    let _close = unit.close();
    let doors = [Door::Open.spawn(), Door::Shut.spawn()];
    let [ref door, _] = doors;
    let _push = door.push();
    let _partly = door.partly(1);
    let _inner = door.inner(Inner(1));
    let generic = Generic { parts: [1_u8, 2], rest: (3_u8, 4_u8, 5_u8) }.spawn();
    let _put = generic.put([1, 2], (3, 4, 5));
    let _taken = generic.parts();
    let made = Made(1).spawn();
    let _run = made.run(1);
    let _state = made.state();
    let settled = Settled { free: 1 }.spawn();
    let _halt = settled.halt();
    let _back = settled.give_back(1);
    let _take = settled.take(1);
    let _drained = settled.drained((1, 2));
    let _later = settled.later();
    let _number = inside::Apart { number: 1 }.spawn().number().into_owned();
    let id = pair.id();
    let keeper: KeeperAddr<::rt::ActorId, u8, 3> = ::core::convert::From::from(::core::clone::Clone::clone(&pair));
    let _put = keeper.put(id, [1, 2, 3]);
    let _wait = keeper.wait(1, 2, 3);
    let _usual = keeper.usual(1);
    let _later = keeper.later();
    let _end = keeper.end();
    let other: KeeperAddr<u8, u8> = ::core::convert::From::from(::core::clone::Clone::clone(&generic));
    let _other = other.put(1, [1, 2]);
    let _got = Local(1).spawn().get().into_owned();
}
