// error: a union cannot be an actor; write a struct (`#[actor]` goes on a struct, an enum, an `impl` block or a trait)
// under: pub union
// error: an actor owns its state and has no lifetimes; use owned types, or `'static`
// under: 'a
impl Greeter for Robot {
    fn greet(&self) -> String {
        String::new()
    }
}
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
pub union Both {
    a: u8,
}
::core::compile_error! { "a union cannot be an actor; write a struct (`#[actor]` goes on a struct, an enum, an `impl` block or a trait)" }
impl<'a> Parser<'a> {
    fn f(&self) {}
}
struct Parser<'a>(&'a str);
#[doc = "Address of a running [`Parser`]."]
#[allow(deprecated)]
struct ParserAddr<'a>(::actor_core::__private::Addr<Parser<'a>>);
#[doc = "Messages of [`Parser`], one variant each: `impl Dispatch for Parser` lists them."]
#[allow(deprecated)]
type ParserMessage<'a> = <Parser<'a> as ::actor_core::__private::Protocol>::Message;
#[allow(deprecated)]
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl<'a> __p::Actor for Parser<'a> {
        type Addr = ParserAddr<'a>;
        const SETTINGS: __p::Settings = __p::Settings::new("Parser");
    }
    #[automatically_derived]
    impl<'a> __p::TypedAddr for ParserAddr<'a> {
        type Actor = Parser<'a>;
    }
    #[automatically_derived]
    impl<'a> __p::Clone for ParserAddr<'a> {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl<'a> __p::fmt::Debug for ParserAddr<'a> {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl<'a> __p::PartialEq for ParserAddr<'a> {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl<'a> __p::Eq for ParserAddr<'a> {}
    #[automatically_derived]
    impl<'a> __p::Hash for ParserAddr<'a> {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl<'a> __p::Deref for ParserAddr<'a> {
        type Target = __p::Addr<Parser<'a>>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl<'a> __p::AsRef<__p::Addr<Parser<'a>>> for ParserAddr<'a> {
        fn as_ref(&self) -> &__p::Addr<Parser<'a>> {
            &self.0
        }
    }
    #[automatically_derived]
    impl<'a> __p::From<__p::Addr<Parser<'a>>> for ParserAddr<'a> {
        fn from(__addr: __p::Addr<Parser<'a>>) -> Self {
            Self(__addr)
        }
    }
    #[automatically_derived]
    impl<'a> __p::From<ParserAddr<'a>> for __p::Addr<Parser<'a>> {
        fn from(__addr: ParserAddr<'a>) -> Self {
            __addr.0
        }
    }
};
::core::compile_error! { "an actor owns its state and has no lifetimes; use owned types, or `'static`" }
