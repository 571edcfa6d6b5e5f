// error: `capacity` is a setting of an actor; write it at the `#[actor]` of its struct
// under: capacity
// error: a protocol cannot be `unsafe`; write `trait`
// under: unsafe
// error: a protocol has no supertraits but `Send`, `Sync` and `'static`: its address knows its own messages and nothing else; remove this, and have the actor implement both
// under: Debug
// error: a protocol has no lifetimes: its messages are owned; use owned types, or `'static`
// under: 'a
// error: message arguments must be owned; use `String` instead of `&str`
// under: &str
// error: the sender of a protocol's message does not know which actor handles it, so `Self` cannot be named; name a type, or make it a parameter of the trait
// under: Self
// error: a message cannot be generic over `T`; move `T` to the trait, or the method to an ordinary `impl` block
// under: T
// error: `#[on_stop]` belongs to an actor; move the method to its `#[actor] impl`
// under: end
// error: a message takes `&self`, `&mut self` or `self`; add a receiver
// under: none
// error: `Display` of the standard library is not an actor protocol; remove `#[actor]` here
// under: Display
// error: `turn` is a setting of the state; write it at the `#[actor]` of the struct
// under: turn
// error: unexpected end of input, expected one of: `for`, parentheses, `unsafe`, `fn`, `extern`, identifier, `::`, `<`, `dyn`, square brackets, `*`, `&`, `!`, `impl`, `_`, lifetime
// under: )
pub unsafe trait Greeter<'a>: Debug {
    fn greet(&self, name: &str);
    fn twin(&self) -> Self;
    fn generic<T>(&self, value: T);
    fn end(&mut self, exit: &Exit);
    fn none();
    fn fine(&self);
}
::core::compile_error! { "`capacity` is a setting of an actor; write it at the `#[actor]` of its struct" }
::core::compile_error! { "a protocol cannot be `unsafe`; write `trait`" }
::core::compile_error! { "a protocol has no supertraits but `Send`, `Sync` and `'static`: its address knows its own messages and nothing else; remove this, and have the actor implement both" }
::core::compile_error! { "a protocol has no lifetimes: its messages are owned; use owned types, or `'static`" }
::core::compile_error! { "message arguments must be owned; use `String` instead of `&str`" }
::core::compile_error! { "the sender of a protocol's message does not know which actor handles it, so `Self` cannot be named; name a type, or make it a parameter of the trait" }
::core::compile_error! { "a message cannot be generic over `T`; move `T` to the trait, or the method to an ordinary `impl` block" }
::core::compile_error! { "`#[on_stop]` belongs to an actor; move the method to its `#[actor] impl`" }
::core::compile_error! { "a message takes `&self`, `&mut self` or `self`; add a receiver" }
impl Display for Robot {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        Ok(())
    }
}
::core::compile_error! { "`Display` of the standard library is not an actor protocol; remove `#[actor]` here" }
impl Greeter for Robot { # [on_start] fn greet (& self , # [data] name : String , x :) { } }
const _: () = {
    use ::actor_core::__private as __p;
    type __Addr = __p::write_actor_on_the_trait_or_import_its_address!(GreeterAddr);
    #[automatically_derived]
    impl __p::ImplementsProtocol<<RobotAddr as __p::Named<__Addr>>::Type> for Robot
    where
        RobotAddr: __p::Sized,
        __Addr: __p::Sized,
        Robot: __p::HasActorImpl,
    {
        fn handle_boxed(
            __loan: __p::HandlerArgs<'_, Self, <__Addr as __p::TypedAddr>::Actor>,
        ) -> __p::BorrowingFuture<'_, Self> {
            use __p::{ViaLocal as _, ViaSend as _, ViaUnknown as _};
            (&&&__p::BoxProbe::<Self>::new()).boxed(__p::handle_borrowing(
                __loan,
                <Self as __p::ImplementsProtocol<__Addr>>::aborts,
            ))
        }
    }
    #[automatically_derived]
    impl __p::Converts<RobotAddr, __Addr> for __p::AddrConversion
    where
        RobotAddr: __p::Sized,
        __Addr: __p::Sized,
        Robot: __p::HasActorImpl,
    {
        fn convert(__addr: RobotAddr) -> __p::Addr<<__Addr as __p::TypedAddr>::Actor> {
            __p::adapt::<Robot, <__Addr as __p::TypedAddr>::Actor>(&__addr)
        }
    }
};
::core::compile_error! { "`turn` is a setting of the state; write it at the `#[actor]` of the struct" }
::core::compile_error! { "unexpected end of input, expected one of: `for`, parentheses, `unsafe`, `fn`, `extern`, identifier, `::`, `<`, `dyn`, square brackets, `*`, `&`, `!`, `impl`, `_`, lifetime" }
