// Odd but legal input of `#[actor]`, for every crate of this folder. It may name nothing but `::rt`, which
// each of them makes an alias of the runtime, and must be legal in edition 2018 without a prelude.

/// A tuple struct.
#[::rt::actor(crate = ::rt)]
#[::core::prelude::v1::derive(::core::fmt::Debug)]
pub struct Pair(u8, u8);

#[::rt::actor(crate = ::rt)]
impl Pair {
    /// Patterns, and names in disguise.
    pub fn patterns(&self, (a, b): (u8, u8), [c, _]: [u8; 2], _: u8, _last: u8, arg0: u8) -> u8 {
        a ^ b ^ c ^ arg0 ^ self.0
    }

    /// An argument that is a word in later editions.
    pub fn later_word(&mut self, r#gen: u8, r#async: u8, r#dyn: u8) -> u8 {
        self.1 = r#gen;
        r#async ^ r#dyn
    }

    /// Names that an expansion might think of.
    #[allow(clippy::too_many_arguments, reason = "that is what is asked")]
    pub fn names(
        &self,
        reply: u8,
        this: u8,
        message: u8,
        self_: u8,
        _ctx: u8,
        actor: u8,
        input: u8,
        context: u8,
        value: u8,
    ) -> u8 {
        reply ^ this ^ message ^ self_ ^ actor ^ input ^ context ^ value
    }

    /// Mutable, and changed.
    pub fn changed(&mut self, mut n: u8) -> u8 {
        n ^= self.0;
        n
    }

    /// Raw.
    pub fn r#type(&self, r#fn: u8) -> u8 {
        r#fn
    }
}

/// A unit struct.
#[::rt::actor(crate = ::rt)]
#[::core::prelude::v1::derive(::core::fmt::Debug)]
pub struct Unit;

#[::rt::actor(crate = ::rt)]
impl Unit {
    /// A constant is no message.
    pub const SIZE: usize = 2;

    /// Nor is a function without `self`.
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self
    }

    /// Named like a conversion.
    pub fn into_report(&mut self) -> u8 {
        1
    }

    /// Named like a constructor.
    pub fn from_parts(&self, parts: [u8; Self::SIZE]) -> Self {
        let [_one, _two] = parts;
        Self
    }

    /// Named like an operator.
    pub fn add(&self, other: u8) -> u8 {
        other
    }

    /// Named like a verb of the address.
    pub fn stop(&self) -> u8 {
        1
    }

    /// Named like a trait's method.
    pub fn clone(&self) -> u8 {
        2
    }

    /// Waits with a shared state.
    pub async fn wait(&self, number: u8) -> u8 {
        async {}.await;
        number
    }

    /// The last message.
    #[message(last)]
    pub async fn close(self) -> Self {
        self
    }
}

/// An enum.
#[::core::prelude::v1::derive(::core::fmt::Debug)]
#[::rt::actor(crate = ::rt, capacity = 1 + 2)]
pub enum Door {
    /// One may go through.
    Open,
    /// One may not.
    Shut,
}

#[::rt::actor(crate = ::rt)]
impl Door {
    /// Answers with a result.
    ///
    /// # Errors
    /// If it is shut.
    pub async fn push(&mut self) -> ::core::result::Result<u8, u8> {
        match *self {
            Self::Open => ::core::result::Result::Ok(1),
            Self::Shut => ::core::result::Result::Err(2),
        }
    }

    /// Is not there, nor is its type.
    #[cfg(any())]
    pub fn gone(&self, what: Nope) -> Nope {
        what
    }

    /// Has an argument that is not there.
    pub fn partly(&self, #[cfg(any())] gone: Nope, kept: u8) -> u8 {
        kept
    }

    /// Is old.
    #[deprecated(note = "use `push`")]
    pub fn old(&self) {}

    /// Is seen in this crate only.
    pub(crate) fn inner(&self, what: Inner) -> u8 {
        what.0
    }

    #[on_start]
    fn begin(&mut self, context: &::rt::Context<Self>) {
        let _context = context;
    }

    #[on_stop]
    async fn end(&mut self, exit: &::rt::Exit) {
        let _exit = exit;
    }

    #[on_exit]
    fn gone_one(&mut self, id: ::rt::ActorId, exit: ::rt::Exit) {
        let _news = (id, exit);
    }
}

/// Nobody outside of this crate knows it.
#[::core::prelude::v1::derive(::core::fmt::Debug)]
pub(crate) struct Inner(pub(crate) u8);

/// Generic, with the parameters' names an expansion might use.
#[::rt::actor(crate = ::rt)]
#[::core::prelude::v1::derive(::core::fmt::Debug)]
pub struct Generic<A, R, T = u8, M = u8, const N: usize = 2>
where
    A: ::core::clone::Clone,
{
    parts: [A; N],
    rest: (R, T, M),
}

#[::rt::actor(crate = ::rt)]
impl<A, R, T, M, const N: usize> Generic<A, R, T, M, N>
where
    A: ::core::clone::Clone + ::core::marker::Send + 'static,
    R: ::core::marker::Send + 'static,
    T: ::core::marker::Send + 'static,
    M: ::core::marker::Send + 'static,
{
    /// Puts all of them in.
    pub fn put(&mut self, parts: [A; N], rest: (R, T, M)) {
        self.parts = parts;
        self.rest = rest;
    }

    /// Gives some of them out.
    pub async fn parts(&mut self) -> [A; N] {
        ::core::clone::Clone::clone(&self.parts)
    }
}

/// Messages with settings.
#[::rt::actor(crate = ::rt, capacity = 4, deferred = 2, turn = 8, name = "settled")]
#[::core::prelude::v1::derive(::core::fmt::Debug)]
pub struct Settled {
    free: u8,
}

#[::rt::actor(crate = ::rt)]
impl Settled {
    /// Is taken first.
    #[message(priority)]
    pub fn halt(&mut self) {
        self.free = 0;
    }

    /// Needs no room.
    #[message(unbounded)]
    pub fn give_back(&mut self, count: u8) {
        self.free ^= count;
    }

    /// Waits until there is enough.
    #[message(when = self.free >= *count)]
    pub fn take(&mut self, count: u8) {
        self.free ^= count;
    }

    /// Waits as well, for what stands in a pattern.
    #[message(when = self.free == 0)]
    pub async fn drained(&mut self, (a, _): (u8, u8)) -> u8 {
        a
    }

    /// Answers by itself.
    pub fn later(&self, reply: ::rt::Reply<u8>) {
        let _sent = reply.send(self.free);
    }
}

/// A module whose name the runtime has too.
pub mod inside {
    /// The struct here, the block elsewhere.
    #[::rt::actor(crate = ::rt)]
    #[::core::prelude::v1::derive(::core::fmt::Debug)]
    pub struct Apart {
        pub(super) number: u8,
    }
}

#[::rt::actor(crate = ::rt)]
impl inside::Apart {
    /// From elsewhere.
    pub fn number(&self) -> u8 {
        self.number
    }
}

/// A protocol, with messages of all kinds.
#[::rt::actor(crate = ::rt)]
pub trait Keeper<K, T = u8, const N: usize = 2>
where
    K: ::core::marker::Send + 'static,
    T: ::core::marker::Send + 'static,
{
    /// A constant is no message.
    const NAME: &'static str;

    /// Puts something in.
    fn put(&mut self, key: K, parts: [T; N]) -> ::core::option::Option<T>;

    /// Takes its time.
    async fn wait(&mut self, message: u8, reply: u8, r#gen: u8) -> u8;

    /// Has what it needs without being asked.
    fn usual(&self, #[cfg(any())] gone: Nope, kept: u8) -> u8 {
        kept
    }

    /// Is not there.
    #[cfg(any())]
    fn gone(&self, what: Nope) -> Nope;

    /// Is old.
    #[deprecated(note = "use `put`")]
    fn r#type(&self, r#fn: u8);

    /// Answers by itself, and sees its actor.
    fn later(&mut self, what: &::rt::Context<Self>, reply: ::rt::Reply<u8>);

    /// The last message.
    #[message(last)]
    fn end(self) -> u8;

    /// Is no message.
    #[message(skip)]
    fn borrowed<'a>(&self, word: &'a str) -> &'a str {
        word
    }
}

#[::rt::actor(crate = ::rt)]
impl Keeper<::rt::ActorId, u8, 3> for Pair {
    const NAME: &'static str = "pair";

    #[message(when = self.0 == *first && self.1 == 0, priority)]
    fn put(&mut self, _: ::rt::ActorId, [first, ..]: [u8; 3]) -> ::core::option::Option<u8> {
        self.0 = first;
        ::core::option::Option::None
    }

    #[message(when = *message == 0, unbounded)]
    async fn wait(&mut self, message: u8, _reply: u8, r#gen: u8) -> u8 {
        async {}.await;
        message ^ r#gen
    }

    fn r#type(&self, _fn: u8) {}

    #[message(when = self.0 == 0)]
    fn later(&mut self, context: &::rt::Context<Self>, reply: ::rt::Reply<u8>) {
        let _context = context;
        let _sent = reply.send(self.0);
    }

    #[message(unbounded)]
    fn end(self) -> u8 {
        self.0
    }
}

#[::rt::actor(crate = ::rt)]
impl<A, R, T, M, const N: usize> Keeper<A, R> for Generic<A, R, T, M, N>
where
    A: ::core::clone::Clone + ::core::marker::Send + 'static,
    R: ::core::marker::Send + 'static,
    T: ::core::marker::Send + 'static,
    M: ::core::marker::Send + 'static,
{
    const NAME: &'static str = "generic";

    #[message(when = self.parts.len() == 2 && parts.len() == 2)]
    fn put(&mut self, key: A, parts: [R; 2]) -> ::core::option::Option<R> {
        let _key = key;
        let [one, _] = parts;
        ::core::option::Option::Some(one)
    }

    async fn wait(&mut self, message: u8, reply: u8, r#gen: u8) -> u8 {
        message ^ reply ^ r#gen
    }

    fn r#type(&self, r#fn: u8) {
        let _fn = r#fn;
    }

    fn later(&mut self, context: &::rt::Context<Self>, reply: ::rt::Reply<u8>) {
        let _both = (context, reply);
    }

    fn end(self) -> u8 {
        1
    }
}
