// error: `remote` takes a string; write `remote = "shop"`
// under: shop
// error: `remote` needs the name of the protocol between nodes; write `remote` alone for that of the type or trait
// under: ""
// error: a generic `remote` protocol needs a name, because other nodes see no types; write `remote = "generic"`
// under: <T: Send + 'static>
// error: an argument of a `remote` message has no `#[cfg]`, because all nodes have to know it; write two messages
// under: #[cfg(unix)]
// error: a generic `remote` protocol needs a name, because other nodes see no types; write `remote = "cache"`
// under: Cache<u8, 4>
// error: `version` takes a number from 1, and is 1 without it; write `version = 2`
// under: 0
// error: a `Reply` cannot leave the process as data; send the address that is to be answered, or move this message to a block that is not `remote`
// under: Reply<u8>
// error: takes the state and ends this life, which other nodes cannot ask for; take `&mut self`, or move this message to a block that is not `remote`
// under: last
// error: unknown option `remot`; did you mean `remote`? (valid: `crate`, `remote`)
// under: remot
#[doc = " Greets people."]
#[allow(async_fn_in_trait)]
pub trait Greeter {
    #[doc = " Greets `name`."]
    fn greet(&mut self, name: String, times: u32) -> String;
    async fn forget(&mut self, reply: Reply<u64>, context: &Context<Self>)
    where
        Self: ::actor_core::__private::Dispatch;
}
#[doc = "Any actor that implements [`Greeter`], in types such as `WeakAddr<AnyGreeter>`."]
#[allow(dead_code, missing_debug_implementations)]
pub struct AnyGreeter(::actor_core::__private::Uninhabited<()>);
#[doc = "Address of any actor that implements [`Greeter`]."]
pub struct GreeterAddr(::actor_core::__private::Addr<AnyGreeter>);
#[doc = "Messages of [`Greeter`], one variant each: `impl Protocol for AnyGreeter` lists them."]
pub type GreeterMessage = <AnyGreeter as ::actor_core::__private::Protocol>::Message;
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl __p::Actor for AnyGreeter {
        type Addr = GreeterAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("Greeter");
    }
    #[automatically_derived]
    impl __p::TypedAddr for GreeterAddr {
        type Actor = AnyGreeter;
    }
    #[automatically_derived]
    impl __p::Clone for GreeterAddr {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl __p::fmt::Debug for GreeterAddr {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl __p::PartialEq for GreeterAddr {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl __p::Eq for GreeterAddr {}
    #[automatically_derived]
    impl __p::Hash for GreeterAddr {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl __p::Deref for GreeterAddr {
        type Target = __p::Addr<AnyGreeter>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<__p::Addr<AnyGreeter>> for GreeterAddr {
        fn as_ref(&self) -> &__p::Addr<AnyGreeter> {
            &self.0
        }
    }
    #[automatically_derived]
    impl<__A> __p::From<__A> for GreeterAddr
    where
        __p::AddrConversion: __p::Converts<__A, GreeterAddr>,
    {
        fn from(__addr: __A) -> Self {
            Self(<__p::AddrConversion as __p::Converts<__A, Self>>::convert(__addr))
        }
    }
    #[automatically_derived]
    impl __p::From<GreeterAddr> for __p::Addr<AnyGreeter> {
        fn from(__addr: GreeterAddr) -> Self {
            __addr.0
        }
    }
};
const _: () = {
    use ::actor_core::__private as __p;
    #[allow(
        unreachable_pub,
        private_interfaces,
        dead_code,
        deprecated,
        non_camel_case_types,
        clippy::min_ident_chars
    )]
    pub enum GreeterMessage {
        #[doc = " Greets `name`."]
        Greet {
            name: String,
            times: u32,
            #[doc(hidden)]
            __reply: __p::ReplySlot<String>,
        },
        Forget {
            #[doc(hidden)]
            __reply: __p::ReplySlot<u64>,
        },
    }
    #[automatically_derived]
    impl __p::fmt::Debug for GreeterMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Greet { .. } => __f.write_str("Greet"),
                Self::Forget { .. } => __f.write_str("Forget"),
            }
        }
    }
    #[doc = " The messages, as variants of `GreeterMessage`:\n"]
    #[doc = " - `Greet { name: String, times: u32 }`: Greets `name`."]
    #[doc = " - `Forget`"]
    #[automatically_derived]
    #[allow(deprecated)]
    impl __p::Protocol for AnyGreeter {
        type Message = GreeterMessage;
        fn info(__message: &GreeterMessage) -> __p::MessageInfo<'_> {
            match *__message {
                GreeterMessage::Greet { ref __reply, .. } => __reply.info("greet"),
                GreeterMessage::Forget { ref __reply, .. } => __reply.info("forget"),
            }
        }
        fn slot(__message: &mut GreeterMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                GreeterMessage::Greet { ref mut __reply, .. } => __p::Some(__reply),
                GreeterMessage::Forget { ref mut __reply, .. } => __p::Some(__reply),
            }
        }
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unreachable_patterns,
        unused_imports,
        unused_variables,
        clippy::min_ident_chars
    )]
    impl<__A> __p::ProtocolDispatch<__A> for AnyGreeter
    where
        __A: Greeter + __p::Dispatch,
    {
        fn with_arguments(
            __message: &GreeterMessage,
            __ask: impl __p::FnOnce(&[&dyn __p::Any]) -> __p::bool,
        ) -> __p::bool {
            match *__message {
                GreeterMessage::Greet { ref name, ref times, .. } => __ask(&[name, times]),
                _ => __ask(&[]),
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<__A>,
            __message: GreeterMessage,
            __context: &__p::Context<__A>,
        ) -> __p::HandlerOutcome {
            use __p::probes::*;
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __message {
                GreeterMessage::Greet { name, times, __reply } => {
                    __p::answer(
                        <__A as Greeter>::greet(__me, name, times),
                        (&&&__p::ErrProbe(&__reply)).describe_err(),
                        __reply,
                    );
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
        fn is_async(__message: &GreeterMessage) -> __p::bool {
            match *__message {
                GreeterMessage::Forget { .. } => true,
                _ => false,
            }
        }
        fn handle_async(
            __actor: &mut __p::Option<__A>,
            __message: GreeterMessage,
            __context: &__p::Context<__A>,
            __aborts: __p::bool,
        ) -> impl __p::Future<Output = __p::HandlerOutcome> {
            use __p::probes::*;
            async move {
                let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
                match __message {
                    GreeterMessage::Forget { __reply } => {
                        <__A as Greeter>::forget(__me, __reply.into_reply(), __context).await;
                    }
                    _ => {}
                }
                __p::HandlerOutcome::Done
            }
        }
    }
    #[allow(
        dead_code,
        deprecated,
        unreachable_pub,
        private_interfaces,
        unreachable_patterns,
        unused_qualifications,
        clippy::wrong_self_convention,
        clippy::should_implement_trait,
        clippy::same_name_method,
        clippy::too_many_arguments,
        clippy::min_ident_chars,
        clippy::many_single_char_names,
        clippy::missing_inline_in_public_items,
        clippy::pattern_type_mismatch,
        clippy::arbitrary_source_item_ordering
    )]
    impl GreeterAddr {
        #[doc = " Greets `name`."]
        pub fn greet(&self, name: String, times: u32) -> __p::Call<'_, AnyGreeter, String> {
            __p::Call::__new(
                self,
                GreeterMessage::Greet { name, times, __reply: __p::ReplySlot::EMPTY },
            )
        }
        #[doc = "Sends [`Greeter::forget`]."]
        pub fn forget(&self) -> __p::Call<'_, AnyGreeter, u64> {
            __p::Call::__indirect(self, GreeterMessage::Forget { __reply: __p::ReplySlot::EMPTY })
        }
    }
    const _: () = {
        #[allow(unused_imports)]
        use __r::NotWire as _;
        use ::actor_remote::__private as __r;
        #[allow(deprecated)]
        const _: () = {
            __r::wire::<String>();
            __r::wire::<u32>();
            __r::wire::<u64>();
        };
        #[automatically_derived]
        #[allow(deprecated, unused_variables, unreachable_code, clippy::min_ident_chars)]
        impl __r::Remote for AnyGreeter {
            const NAME: &'static __r::str = "Greeter";
            const IDS: &'static [__r::u64] = &[8370032796182716682u64, 5929923229739999979u64];
            fn encode(__message: &mut GreeterMessage, __out: &mut __r::Outgoing) -> __r::bool {
                match *__message {
                    GreeterMessage::Greet { ref name, ref times, ref mut __reply } => {
                        __out.message("greet", 8370032796182716682u64, 2);
                        __r::WireCheck::<String>::put(__out, name);
                        __r::WireCheck::<u32>::put(__out, times);
                        __r::WireCheck::<String>::put_reply(__out, __reply.take());
                    }
                    GreeterMessage::Forget { ref mut __reply } => {
                        __out.message("forget", 5929923229739999979u64, 0);
                        __r::WireCheck::<u64>::put_reply(__out, __reply.take());
                    }
                }
                true
            }
            fn decode<__S: __r::Source>(
                __id: __r::u64,
                __source: &mut __S,
            ) -> __r::Option<GreeterMessage> {
                match __id {
                    8370032796182716682u64 => {
                        __source.message("greet", 1u32);
                        let (__r::Some(name), __r::Some(times), __reply) = (
                            __r::WireCheck::<String>::argument(__source, "name"),
                            __r::WireCheck::<u32>::argument(__source, "times"),
                            __r::WireCheck::<String>::reply(__source),
                        ) else {
                            return __r::None;
                        };
                        __r::Some(GreeterMessage::Greet {
                            name,
                            times,
                            __reply: __p::ReplySlot::of(__reply),
                        })
                    }
                    5929923229739999979u64 => {
                        __source.message("forget", 1u32);
                        let __reply = __r::WireCheck::<u64>::reply(__source);
                        __r::Some(GreeterMessage::Forget { __reply: __p::ReplySlot::of(__reply) })
                    }
                    _ => {
                        __source.unknown();
                        __r::None
                    }
                }
            }
        }
        #[automatically_derived]
        impl __r::Serialize for GreeterAddr {
            fn serialize<__S: __r::Serializer>(
                &self,
                __serializer: __S,
            ) -> __r::Result<__S::Ok, __S::Error> {
                __r::write_address::<AnyGreeter, __S>(self, __serializer)
            }
        }
        #[automatically_derived]
        impl<'de> __r::Deserialize<'de> for GreeterAddr {
            fn deserialize<__D: __r::Deserializer<'de>>(
                __deserializer: __D,
            ) -> __r::Result<Self, __D::Error> {
                __r::read_address::<AnyGreeter, __D>(__deserializer)
            }
        }
    };
};
trait Nothing {}
#[doc = "Any actor that implements [`Nothing`], in types such as `WeakAddr<AnyNothing>`."]
#[allow(dead_code, missing_debug_implementations)]
struct AnyNothing(::actor_core::__private::Uninhabited<()>);
#[doc = "Address of any actor that implements [`Nothing`]."]
struct NothingAddr(::actor_core::__private::Addr<AnyNothing>);
#[doc = "Messages of [`Nothing`], one variant each: `impl Protocol for AnyNothing` lists them."]
type NothingMessage = <AnyNothing as ::actor_core::__private::Protocol>::Message;
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl __p::Actor for AnyNothing {
        type Addr = NothingAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("Nothing");
    }
    #[automatically_derived]
    impl __p::TypedAddr for NothingAddr {
        type Actor = AnyNothing;
    }
    #[automatically_derived]
    impl __p::Clone for NothingAddr {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl __p::fmt::Debug for NothingAddr {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl __p::PartialEq for NothingAddr {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl __p::Eq for NothingAddr {}
    #[automatically_derived]
    impl __p::Hash for NothingAddr {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl __p::Deref for NothingAddr {
        type Target = __p::Addr<AnyNothing>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<__p::Addr<AnyNothing>> for NothingAddr {
        fn as_ref(&self) -> &__p::Addr<AnyNothing> {
            &self.0
        }
    }
    #[automatically_derived]
    impl<__A> __p::From<__A> for NothingAddr
    where
        __p::AddrConversion: __p::Converts<__A, NothingAddr>,
    {
        fn from(__addr: __A) -> Self {
            Self(<__p::AddrConversion as __p::Converts<__A, Self>>::convert(__addr))
        }
    }
    #[automatically_derived]
    impl __p::From<NothingAddr> for __p::Addr<AnyNothing> {
        fn from(__addr: NothingAddr) -> Self {
            __addr.0
        }
    }
};
const _: () = {
    use ::actor_core::__private as __p;
    #[allow(
        unreachable_pub,
        private_interfaces,
        dead_code,
        deprecated,
        non_camel_case_types,
        clippy::min_ident_chars
    )]
    pub enum NothingMessage {}
    #[automatically_derived]
    impl __p::fmt::Debug for NothingMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {}
        }
    }
    #[automatically_derived]
    #[allow(deprecated)]
    impl __p::Protocol for AnyNothing {
        type Message = NothingMessage;
        fn info(__message: &NothingMessage) -> __p::MessageInfo<'_> {
            match *__message {}
        }
        fn slot(__message: &mut NothingMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {}
        }
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unreachable_patterns,
        unused_imports,
        unused_variables,
        clippy::min_ident_chars
    )]
    impl<__A> __p::ProtocolDispatch<__A> for AnyNothing
    where
        __A: Nothing + __p::Dispatch,
    {
        fn with_arguments(
            __message: &NothingMessage,
            __ask: impl __p::FnOnce(&[&dyn __p::Any]) -> __p::bool,
        ) -> __p::bool {
            match *__message {
                _ => __ask(&[]),
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<__A>,
            __message: NothingMessage,
            __context: &__p::Context<__A>,
        ) -> __p::HandlerOutcome {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __message {
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
    const _: () = {
        #[allow(unused_imports)]
        use __r::NotWire as _;
        use ::actor_remote::__private as __r;
        #[automatically_derived]
        #[allow(deprecated, unused_variables, unreachable_code, clippy::min_ident_chars)]
        impl __r::Remote for AnyNothing {
            const NAME: &'static __r::str = "shop.nothing";
            const IDS: &'static [__r::u64] = &[];
            fn encode(__message: &mut NothingMessage, __out: &mut __r::Outgoing) -> __r::bool {
                match *__message {}
                true
            }
            fn decode<__S: __r::Source>(
                __id: __r::u64,
                __source: &mut __S,
            ) -> __r::Option<NothingMessage> {
                match __id {
                    _ => {
                        __source.unknown();
                        __r::None
                    }
                }
            }
        }
        #[automatically_derived]
        impl __r::Serialize for NothingAddr {
            fn serialize<__S: __r::Serializer>(
                &self,
                __serializer: __S,
            ) -> __r::Result<__S::Ok, __S::Error> {
                __r::write_address::<AnyNothing, __S>(self, __serializer)
            }
        }
        #[automatically_derived]
        impl<'de> __r::Deserialize<'de> for NothingAddr {
            fn deserialize<__D: __r::Deserializer<'de>>(
                __deserializer: __D,
            ) -> __r::Result<Self, __D::Error> {
                __r::read_address::<AnyNothing, __D>(__deserializer)
            }
        }
    };
};
trait Unquoted {}
#[doc = "Any actor that implements [`Unquoted`], in types such as `WeakAddr<AnyUnquoted>`."]
#[allow(dead_code, missing_debug_implementations)]
struct AnyUnquoted(::actor_core::__private::Uninhabited<()>);
#[doc = "Address of any actor that implements [`Unquoted`]."]
struct UnquotedAddr(::actor_core::__private::Addr<AnyUnquoted>);
#[doc = "Messages of [`Unquoted`], one variant each: `impl Protocol for AnyUnquoted` lists them."]
type UnquotedMessage = <AnyUnquoted as ::actor_core::__private::Protocol>::Message;
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl __p::Actor for AnyUnquoted {
        type Addr = UnquotedAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("Unquoted");
    }
    #[automatically_derived]
    impl __p::TypedAddr for UnquotedAddr {
        type Actor = AnyUnquoted;
    }
    #[automatically_derived]
    impl __p::Clone for UnquotedAddr {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl __p::fmt::Debug for UnquotedAddr {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl __p::PartialEq for UnquotedAddr {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl __p::Eq for UnquotedAddr {}
    #[automatically_derived]
    impl __p::Hash for UnquotedAddr {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl __p::Deref for UnquotedAddr {
        type Target = __p::Addr<AnyUnquoted>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<__p::Addr<AnyUnquoted>> for UnquotedAddr {
        fn as_ref(&self) -> &__p::Addr<AnyUnquoted> {
            &self.0
        }
    }
    #[automatically_derived]
    impl<__A> __p::From<__A> for UnquotedAddr
    where
        __p::AddrConversion: __p::Converts<__A, UnquotedAddr>,
    {
        fn from(__addr: __A) -> Self {
            Self(<__p::AddrConversion as __p::Converts<__A, Self>>::convert(__addr))
        }
    }
    #[automatically_derived]
    impl __p::From<UnquotedAddr> for __p::Addr<AnyUnquoted> {
        fn from(__addr: UnquotedAddr) -> Self {
            __addr.0
        }
    }
};
const _: () = {
    use ::actor_core::__private as __p;
    #[allow(
        unreachable_pub,
        private_interfaces,
        dead_code,
        deprecated,
        non_camel_case_types,
        clippy::min_ident_chars
    )]
    pub enum UnquotedMessage {}
    #[automatically_derived]
    impl __p::fmt::Debug for UnquotedMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {}
        }
    }
    #[automatically_derived]
    #[allow(deprecated)]
    impl __p::Protocol for AnyUnquoted {
        type Message = UnquotedMessage;
        fn info(__message: &UnquotedMessage) -> __p::MessageInfo<'_> {
            match *__message {}
        }
        fn slot(__message: &mut UnquotedMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {}
        }
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unreachable_patterns,
        unused_imports,
        unused_variables,
        clippy::min_ident_chars
    )]
    impl<__A> __p::ProtocolDispatch<__A> for AnyUnquoted
    where
        __A: Unquoted + __p::Dispatch,
    {
        fn with_arguments(
            __message: &UnquotedMessage,
            __ask: impl __p::FnOnce(&[&dyn __p::Any]) -> __p::bool,
        ) -> __p::bool {
            match *__message {
                _ => __ask(&[]),
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<__A>,
            __message: UnquotedMessage,
            __context: &__p::Context<__A>,
        ) -> __p::HandlerOutcome {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __message {
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
};
::core::compile_error! { "`remote` takes a string; write `remote = \"shop\"`" }
trait Nameless {}
#[doc = "Any actor that implements [`Nameless`], in types such as `WeakAddr<AnyNameless>`."]
#[allow(dead_code, missing_debug_implementations)]
struct AnyNameless(::actor_core::__private::Uninhabited<()>);
#[doc = "Address of any actor that implements [`Nameless`]."]
struct NamelessAddr(::actor_core::__private::Addr<AnyNameless>);
#[doc = "Messages of [`Nameless`], one variant each: `impl Protocol for AnyNameless` lists them."]
type NamelessMessage = <AnyNameless as ::actor_core::__private::Protocol>::Message;
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl __p::Actor for AnyNameless {
        type Addr = NamelessAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("Nameless");
    }
    #[automatically_derived]
    impl __p::TypedAddr for NamelessAddr {
        type Actor = AnyNameless;
    }
    #[automatically_derived]
    impl __p::Clone for NamelessAddr {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl __p::fmt::Debug for NamelessAddr {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl __p::PartialEq for NamelessAddr {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl __p::Eq for NamelessAddr {}
    #[automatically_derived]
    impl __p::Hash for NamelessAddr {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl __p::Deref for NamelessAddr {
        type Target = __p::Addr<AnyNameless>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<__p::Addr<AnyNameless>> for NamelessAddr {
        fn as_ref(&self) -> &__p::Addr<AnyNameless> {
            &self.0
        }
    }
    #[automatically_derived]
    impl<__A> __p::From<__A> for NamelessAddr
    where
        __p::AddrConversion: __p::Converts<__A, NamelessAddr>,
    {
        fn from(__addr: __A) -> Self {
            Self(<__p::AddrConversion as __p::Converts<__A, Self>>::convert(__addr))
        }
    }
    #[automatically_derived]
    impl __p::From<NamelessAddr> for __p::Addr<AnyNameless> {
        fn from(__addr: NamelessAddr) -> Self {
            __addr.0
        }
    }
};
const _: () = {
    use ::actor_core::__private as __p;
    #[allow(
        unreachable_pub,
        private_interfaces,
        dead_code,
        deprecated,
        non_camel_case_types,
        clippy::min_ident_chars
    )]
    pub enum NamelessMessage {}
    #[automatically_derived]
    impl __p::fmt::Debug for NamelessMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {}
        }
    }
    #[automatically_derived]
    #[allow(deprecated)]
    impl __p::Protocol for AnyNameless {
        type Message = NamelessMessage;
        fn info(__message: &NamelessMessage) -> __p::MessageInfo<'_> {
            match *__message {}
        }
        fn slot(__message: &mut NamelessMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {}
        }
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unreachable_patterns,
        unused_imports,
        unused_variables,
        clippy::min_ident_chars
    )]
    impl<__A> __p::ProtocolDispatch<__A> for AnyNameless
    where
        __A: Nameless + __p::Dispatch,
    {
        fn with_arguments(
            __message: &NamelessMessage,
            __ask: impl __p::FnOnce(&[&dyn __p::Any]) -> __p::bool,
        ) -> __p::bool {
            match *__message {
                _ => __ask(&[]),
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<__A>,
            __message: NamelessMessage,
            __context: &__p::Context<__A>,
        ) -> __p::HandlerOutcome {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __message {
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
};
::core::compile_error! { "`remote` needs the name of the protocol between nodes; write `remote` alone for that of the type or trait" }
trait Generic<T: Send + 'static> {
    fn put(&mut self, value: T);
}
#[doc = "Any actor that implements [`Generic`], in types such as `WeakAddr<AnyGeneric>`."]
#[allow(dead_code, missing_debug_implementations)]
struct AnyGeneric<T: Send + 'static>(::actor_core::__private::Uninhabited<(*const T,)>);
#[doc = "Address of any actor that implements [`Generic`]."]
#[allow(deprecated)]
struct GenericAddr<T: Send + 'static>(::actor_core::__private::Addr<AnyGeneric<T>>);
#[doc = "Messages of [`Generic`], one variant each: `impl Protocol for AnyGeneric` lists them."]
#[allow(deprecated)]
type GenericMessage<T> = <AnyGeneric<T> as ::actor_core::__private::Protocol>::Message;
#[allow(deprecated)]
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl<T: Send + 'static> __p::Actor for AnyGeneric<T> {
        type Addr = GenericAddr<T>;
        const SETTINGS: __p::Settings = __p::Settings::new("Generic");
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::TypedAddr for GenericAddr<T> {
        type Actor = AnyGeneric<T>;
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::Clone for GenericAddr<T> {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::fmt::Debug for GenericAddr<T> {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::PartialEq for GenericAddr<T> {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::Eq for GenericAddr<T> {}
    #[automatically_derived]
    impl<T: Send + 'static> __p::Hash for GenericAddr<T> {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::Deref for GenericAddr<T> {
        type Target = __p::Addr<AnyGeneric<T>>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::AsRef<__p::Addr<AnyGeneric<T>>> for GenericAddr<T> {
        fn as_ref(&self) -> &__p::Addr<AnyGeneric<T>> {
            &self.0
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static, __A> __p::From<__A> for GenericAddr<T>
    where
        __p::AddrConversion: __p::Converts<__A, GenericAddr<T>>,
    {
        fn from(__addr: __A) -> Self {
            Self(<__p::AddrConversion as __p::Converts<__A, Self>>::convert(__addr))
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::From<GenericAddr<T>> for __p::Addr<AnyGeneric<T>> {
        fn from(__addr: GenericAddr<T>) -> Self {
            __addr.0
        }
    }
};
const _: () = {
    use ::actor_core::__private as __p;
    #[allow(
        unreachable_pub,
        private_interfaces,
        dead_code,
        deprecated,
        non_camel_case_types,
        clippy::min_ident_chars
    )]
    pub enum GenericMessage<T: Send + 'static> {
        Put {
            value: T,
            #[doc(hidden)]
            __reply: __p::ReplySlotOf<AnyGeneric<T>, ()>,
        },
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::fmt::Debug for GenericMessage<T> {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Put { .. } => __f.write_str("Put"),
            }
        }
    }
    #[doc = " The messages, as variants of `GenericMessage`:\n"]
    #[doc = " - `Put { value: T }`"]
    #[automatically_derived]
    #[allow(deprecated)]
    impl<T: Send + 'static> __p::Protocol for AnyGeneric<T> {
        type Message = GenericMessage<T>;
        fn info(__message: &GenericMessage<T>) -> __p::MessageInfo<'_> {
            match *__message {
                GenericMessage::Put { ref __reply, .. } => __reply.info("put"),
            }
        }
        fn slot(__message: &mut GenericMessage<T>) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                GenericMessage::Put { ref mut __reply, .. } => __p::Some(__reply),
            }
        }
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unreachable_patterns,
        unused_imports,
        unused_variables,
        clippy::min_ident_chars
    )]
    impl<T: Send + 'static, __A> __p::ProtocolDispatch<__A> for AnyGeneric<T>
    where
        __A: Generic<T> + __p::Dispatch,
    {
        fn with_arguments(
            __message: &GenericMessage<T>,
            __ask: impl __p::FnOnce(&[&dyn __p::Any]) -> __p::bool,
        ) -> __p::bool {
            match *__message {
                GenericMessage::Put { ref value, .. } => __ask(&[value]),
                _ => __ask(&[]),
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<__A>,
            __message: GenericMessage<T>,
            __context: &__p::Context<__A>,
        ) -> __p::HandlerOutcome {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __message {
                GenericMessage::Put { value, __reply } => {
                    __p::answer(<__A as Generic<T>>::put(__me, value), __p::no_err, __reply);
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
    #[allow(
        deprecated,
        unreachable_pub,
        private_interfaces,
        unreachable_patterns,
        unused_qualifications,
        clippy::wrong_self_convention,
        clippy::should_implement_trait,
        clippy::same_name_method,
        clippy::too_many_arguments,
        clippy::min_ident_chars,
        clippy::many_single_char_names,
        clippy::missing_inline_in_public_items,
        clippy::pattern_type_mismatch,
        clippy::arbitrary_source_item_ordering
    )]
    impl<T: Send + 'static> GenericAddr<T> {
        #[doc = "Sends [`Generic::put`]."]
        fn put(&self, value: T) -> __p::Call<'_, AnyGeneric<T>, ()> {
            __p::Call::__new(
                self,
                GenericMessage::<T>::Put { value, __reply: __p::ReplySlot::EMPTY },
            )
        }
    }
};
::core::compile_error! { "a generic `remote` protocol needs a name, because other nodes see no types; write `remote = \"generic\"`" }
trait Conditional {
    fn put(&mut self, #[cfg(unix)] value: u32);
}
#[doc = "Any actor that implements [`Conditional`], in types such as `WeakAddr<AnyConditional>`."]
#[allow(dead_code, missing_debug_implementations)]
struct AnyConditional(::actor_core::__private::Uninhabited<()>);
#[doc = "Address of any actor that implements [`Conditional`]."]
struct ConditionalAddr(::actor_core::__private::Addr<AnyConditional>);
#[doc = "Messages of [`Conditional`], one variant each: `impl Protocol for AnyConditional` lists them."]
type ConditionalMessage = <AnyConditional as ::actor_core::__private::Protocol>::Message;
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl __p::Actor for AnyConditional {
        type Addr = ConditionalAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("Conditional");
    }
    #[automatically_derived]
    impl __p::TypedAddr for ConditionalAddr {
        type Actor = AnyConditional;
    }
    #[automatically_derived]
    impl __p::Clone for ConditionalAddr {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl __p::fmt::Debug for ConditionalAddr {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl __p::PartialEq for ConditionalAddr {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl __p::Eq for ConditionalAddr {}
    #[automatically_derived]
    impl __p::Hash for ConditionalAddr {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl __p::Deref for ConditionalAddr {
        type Target = __p::Addr<AnyConditional>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<__p::Addr<AnyConditional>> for ConditionalAddr {
        fn as_ref(&self) -> &__p::Addr<AnyConditional> {
            &self.0
        }
    }
    #[automatically_derived]
    impl<__A> __p::From<__A> for ConditionalAddr
    where
        __p::AddrConversion: __p::Converts<__A, ConditionalAddr>,
    {
        fn from(__addr: __A) -> Self {
            Self(<__p::AddrConversion as __p::Converts<__A, Self>>::convert(__addr))
        }
    }
    #[automatically_derived]
    impl __p::From<ConditionalAddr> for __p::Addr<AnyConditional> {
        fn from(__addr: ConditionalAddr) -> Self {
            __addr.0
        }
    }
};
const _: () = {
    use ::actor_core::__private as __p;
    #[allow(
        unreachable_pub,
        private_interfaces,
        dead_code,
        deprecated,
        non_camel_case_types,
        clippy::min_ident_chars
    )]
    pub enum ConditionalMessage {
        Put {
            #[cfg(unix)]
            value: u32,
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
    }
    #[automatically_derived]
    impl __p::fmt::Debug for ConditionalMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Put { .. } => __f.write_str("Put"),
            }
        }
    }
    #[doc = " The messages, as variants of `ConditionalMessage`:\n"]
    #[doc = " - `Put { value: u32 }`"]
    #[automatically_derived]
    #[allow(deprecated)]
    impl __p::Protocol for AnyConditional {
        type Message = ConditionalMessage;
        fn info(__message: &ConditionalMessage) -> __p::MessageInfo<'_> {
            match *__message {
                ConditionalMessage::Put { ref __reply, .. } => __reply.info("put"),
            }
        }
        fn slot(__message: &mut ConditionalMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                ConditionalMessage::Put { ref mut __reply, .. } => __p::Some(__reply),
            }
        }
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unreachable_patterns,
        unused_imports,
        unused_variables,
        clippy::min_ident_chars
    )]
    impl<__A> __p::ProtocolDispatch<__A> for AnyConditional
    where
        __A: Conditional + __p::Dispatch,
    {
        fn with_arguments(
            __message: &ConditionalMessage,
            __ask: impl __p::FnOnce(&[&dyn __p::Any]) -> __p::bool,
        ) -> __p::bool {
            match *__message {
                ConditionalMessage::Put {
                    #[cfg(unix)]
                    ref value,
                    ..
                } => __ask(&[
                    #[cfg(unix)]
                    value,
                ]),
                _ => __ask(&[]),
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<__A>,
            __message: ConditionalMessage,
            __context: &__p::Context<__A>,
        ) -> __p::HandlerOutcome {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __message {
                ConditionalMessage::Put {
                    #[cfg(unix)]
                    value,
                    __reply,
                } => {
                    __p::answer(
                        <__A as Conditional>::put(
                            __me,
                            #[cfg(unix)]
                            value,
                        ),
                        __p::no_err,
                        __reply,
                    );
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
    #[allow(
        deprecated,
        unreachable_pub,
        private_interfaces,
        unreachable_patterns,
        unused_qualifications,
        clippy::wrong_self_convention,
        clippy::should_implement_trait,
        clippy::same_name_method,
        clippy::too_many_arguments,
        clippy::min_ident_chars,
        clippy::many_single_char_names,
        clippy::missing_inline_in_public_items,
        clippy::pattern_type_mismatch,
        clippy::arbitrary_source_item_ordering
    )]
    impl ConditionalAddr {
        #[doc = "Sends [`Conditional::put`]."]
        fn put(&self, #[cfg(unix)] value: u32) -> __p::Call<'_, AnyConditional, ()> {
            __p::Call::__new(
                self,
                ConditionalMessage::Put {
                    #[cfg(unix)]
                    value,
                    __reply: __p::ReplySlot::EMPTY,
                },
            )
        }
    }
};
::core::compile_error! { "an argument of a `remote` message has no `#[cfg]`, because all nodes have to know it; write two messages" }
impl<K: Hash, const N: usize> Cache<K, N>
where
    K: ::actor_core::__private::Send + 'static,
{
    #[cfg(unix)]
    fn put(&mut self, key: K, pages: [u8; 4]) -> Option<K> {}
    async fn me(&self, context: &Context<Self>) -> CacheAddr<K, N> {}
    fn fail(&self, reply: Reply<Box<dyn Error>>) {}
    fn keys(&self, from: u32, keys: Replies<K>) {}
    fn pages(&self) -> impl Stream<Item = u8> + Send + 'static {}
}
const _: () = {
    use ::actor_core::__private as __p;
    #[allow(
        unreachable_pub,
        private_interfaces,
        dead_code,
        deprecated,
        non_camel_case_types,
        clippy::min_ident_chars
    )]
    pub enum CacheMessage<K: Hash + __p::Send + 'static, const N: usize> {
        #[cfg(unix)]
        Put {
            key: K,
            pages: [u8; 4],
            #[doc(hidden)]
            __reply: __p::ReplySlot<Option<K>>,
        },
        Me {
            #[doc(hidden)]
            __reply: __p::ReplySlot<CacheAddr<K, N>>,
        },
        Fail {
            #[doc(hidden)]
            __reply: __p::ReplySlot<Box<dyn Error>>,
        },
        Keys {
            from: u32,
            #[doc(hidden)]
            __reply: __p::StreamSlot<K>,
        },
        Pages {
            #[doc(hidden)]
            __reply: __p::StreamSlot<u8>,
        },
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<Cache<K, N>>),
    }
    #[automatically_derived]
    impl<K: Hash + __p::Send + 'static, const N: usize> __p::fmt::Debug for CacheMessage<K, N> {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                #[cfg(unix)]
                Self::Put { .. } => __f.write_str("Put"),
                Self::Me { .. } => __f.write_str("Me"),
                Self::Fail { .. } => __f.write_str("Fail"),
                Self::Keys { .. } => __f.write_str("Keys"),
                Self::Pages { .. } => __f.write_str("Pages"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `CacheMessage`:\n"]
    #[cfg_attr(all(unix), doc = " - `Put { key: K, pages: [u8; 4] }`")]
    #[doc = " - `Me`"]
    #[doc = " - `Fail`"]
    #[doc = " - `Keys { from: u32 }`"]
    #[doc = " - `Pages`"]
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl<K: Hash + __p::Send + 'static, const N: usize> __p::Dispatch for Cache<K, N>
    where
        CacheAddr<K, N>: __p::Sized,
    {
        type MessageEnum = CacheMessage<K, N>;
        type Address = CacheAddr<K, N>;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        const HAS_GUARDS: __p::bool = true;
        fn info_of(__message: &CacheMessage<K, N>) -> __p::MessageInfo<'_> {
            match *__message {
                #[cfg(unix)]
                CacheMessage::Put { ref __reply, .. } => __reply.info("put"),
                CacheMessage::Me { ref __reply, .. } => __reply.info("me"),
                CacheMessage::Fail { ref __reply, .. } => __reply.info("fail"),
                CacheMessage::Keys { ref __reply, .. } => __reply.info("keys"),
                CacheMessage::Pages { ref __reply, .. } => __reply.info("pages"),
                CacheMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut CacheMessage<K, N>) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                #[cfg(unix)]
                CacheMessage::Put { ref mut __reply, .. } => __p::Some(__reply),
                CacheMessage::Me { ref mut __reply, .. } => __p::Some(__reply),
                CacheMessage::Fail { ref mut __reply, .. } => __p::Some(__reply),
                CacheMessage::Keys { ref mut __reply, .. } => __p::Some(__reply),
                CacheMessage::Pages { ref mut __reply, .. } => __p::Some(__reply),
                CacheMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_async(__life.mailbox(), __p::run_concurrent(__life))
        }
        fn as_protocol(__message: &CacheMessage<K, N>) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let CacheMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        #[allow(clippy::match_like_matches_macro)]
        fn is_concurrent(__message: &CacheMessage<K, N>) -> __p::bool {
            match *__message {
                CacheMessage::Me { .. } => true,
                _ => false,
            }
        }
        fn guard_holds(&self, __message: &CacheMessage<K, N>) -> __p::bool {
            match *__message {
                #[cfg(unix)]
                CacheMessage::Put { .. } => {
                    <Self as __p::Guard<0usize>>::guard_holds(self, __message)
                }
                _ => <Self as __p::Dispatch>::as_protocol(__message)
                    .is_none_or(|__it| __it.guard_holds(self)),
            }
        }
        fn handle_async(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<CacheMessage<K, N>>,
            __context: &__p::Context<Self>,
        ) -> impl __p::Future<Output = __p::HandlerOutcome> {
            use __p::probes::*;
            async move {
                let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
                match __input {
                    #[cfg(unix)]
                    __p::Input::Message(CacheMessage::Put { key, pages, __reply }) => {
                        __p::answer(
                            Self::put(__me, key, pages),
                            (&&&__p::ErrProbe(&__reply)).describe_err(),
                            __reply,
                        );
                    }
                    __p::Input::Message(CacheMessage::Fail { __reply }) => {
                        Self::fail(__me, __reply.into_reply());
                    }
                    __p::Input::Message(CacheMessage::Keys { from, __reply }) => {
                        Self::keys(__me, from, __reply.into_replies());
                    }
                    __p::Input::Message(CacheMessage::Pages { __reply }) => {
                        __p::answer_with_stream(Self::pages(__me), __context, __reply);
                    }
                    __p::Input::Message(CacheMessage::__Protocol(__it)) => {
                        return __it.handle_async(__actor, __context).await;
                    }
                    _ => {}
                }
                __p::HandlerOutcome::Done
            }
        }
        fn handle_concurrent(
            __me: &Self,
            __message: CacheMessage<K, N>,
            __context: &__p::Context<Self>,
        ) -> impl __p::Future<Output = __p::HandlerOutcome> {
            use __p::probes::*;
            async move {
                match __p::Input::Message(__message) {
                    __p::Input::Message(CacheMessage::Me { mut __reply }) => {
                        __p::answer(
                            {
                                let __p::Some(__value) = __p::watch(
                                    &mut __reply,
                                    __p::SyncCheck::<Self>::new()
                                        .assert_send(Self::me(__me, __context)),
                                    false,
                                )
                                .await
                                else {
                                    return __p::HandlerOutcome::Aborted;
                                };
                                __value
                            },
                            (&&&__p::ErrProbe(&__reply)).describe_err(),
                            __reply,
                        );
                    }
                    _ => {}
                }
                __p::HandlerOutcome::Done
            }
        }
    }
    #[automatically_derived]
    impl<K: Hash + __p::Send + 'static, const N: usize> __p::ActorMessages<Cache<K, N>>
        for CacheMessage<K, N>
    {
        fn from_protocol(__it: __p::ProtocolMessage<Cache<K, N>>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Cache<K, N>>> {
            if let Self::__Protocol(__it) = self { __p::Some(__it) } else { __p::None }
        }
    }
    #[cfg(unix)]
    #[automatically_derived]
    #[allow(
        deprecated,
        unused_variables,
        unused_braces,
        unused_parens,
        clippy::min_ident_chars,
        clippy::type_complexity
    )]
    impl<K: Hash + __p::Send + 'static, const N: usize> __p::Guard<0usize> for Cache<K, N> {
        fn guard_holds(&self, __message: &CacheMessage<K, N>) -> __p::bool {
            let CacheMessage::Put { key: ref __field_0, pages: ref __field_1, .. } = *__message
            else {
                return true;
            };
            let key: &K = __field_0;
            let pages: &[u8; 4] = __field_1;
            self.free > 0
        }
    }
    #[allow(
        dead_code,
        deprecated,
        unreachable_pub,
        private_interfaces,
        unreachable_patterns,
        unused_qualifications,
        clippy::wrong_self_convention,
        clippy::should_implement_trait,
        clippy::same_name_method,
        clippy::too_many_arguments,
        clippy::min_ident_chars,
        clippy::many_single_char_names,
        clippy::missing_inline_in_public_items,
        clippy::pattern_type_mismatch,
        clippy::arbitrary_source_item_ordering
    )]
    impl<K: Hash + __p::Send + 'static, const N: usize> CacheAddr<K, N> {
        #[cfg(unix)]
        #[doc = "Sends [`Cache::put`]."]
        fn put(&self, key: K, pages: [u8; 4]) -> __p::Call<'_, Cache<K, N>, Option<K>> {
            __p::Call::__indirect(
                self,
                CacheMessage::<K, N>::Put { key, pages, __reply: __p::ReplySlot::EMPTY },
            )
        }
        #[doc = "Sends [`Cache::me`]."]
        fn me(&self) -> __p::Call<'_, Cache<K, N>, CacheAddr<K, N>> {
            __p::Call::__indirect(self, CacheMessage::<K, N>::Me { __reply: __p::ReplySlot::EMPTY })
        }
        #[doc = "Sends [`Cache::fail`]."]
        fn fail(&self) -> __p::Call<'_, Cache<K, N>, Box<dyn Error>> {
            __p::Call::__indirect(
                self,
                CacheMessage::<K, N>::Fail { __reply: __p::ReplySlot::EMPTY },
            )
        }
        #[doc = "Sends [`Cache::keys`]."]
        fn keys(&self, from: u32) -> __p::StreamCall<'_, Cache<K, N>, K> {
            __p::StreamCall::__new(
                self,
                CacheMessage::<K, N>::Keys { from, __reply: __p::StreamSlot::EMPTY },
            )
        }
        #[doc = "Sends [`Cache::pages`]."]
        fn pages(&self) -> __p::StreamCall<'_, Cache<K, N>, u8> {
            __p::StreamCall::__new(
                self,
                CacheMessage::<K, N>::Pages { __reply: __p::StreamSlot::EMPTY },
            )
        }
    }
    #[diagnostic::on_unimplemented(
        message = "the type parameters of an actor must be `Send + 'static`",
        label = "write `impl<K: Hash + Send + 'static, const N: usize>`"
    )]
    trait __Bounded {}
    #[diagnostic::do_not_recommend]
    impl<__T: __p::Send> __Bounded for __T {}
    #[allow(dead_code)]
    struct __Sent<__T: __Bounded>(__T);
    #[allow(dead_code)]
    trait __Check {
        type Type<K: Hash, const N: usize>;
    }
    impl __Check for () {
        type Type<K: Hash, const N: usize> = (__Sent<(K,)>, __p::Static<K>);
    }
    const _: () = {
        use crate::wire::__private as __r;
        #[allow(unused_imports)]
        use __r::NotWire as _;
        #[allow(deprecated)]
        const _: () = {
            #[cfg(unix)]
            __r::wire::<[u8; 4]>();
            __r::wire::<Box<dyn Error>>();
            __r::wire::<u32>();
            __r::wire::<u8>();
        };
        #[automatically_derived]
        #[allow(deprecated, unused_variables, unreachable_code, clippy::min_ident_chars)]
        impl<K: Hash + __p::Send + 'static, const N: usize> __r::Remote for Cache<K, N>
        where
            K: __r::Wire,
        {
            const NAME: &'static __r::str = "shop.cache";
            const IDS: &'static [__r::u64] = &[
                #[cfg(unix)]
                12923742339655242091u64,
                6121963378974262890u64,
                3757722277192275984u64,
                5141692516379800316u64,
                13243477473008849796u64,
            ];
            fn encode(__message: &mut CacheMessage<K, N>, __out: &mut __r::Outgoing) -> __r::bool {
                match *__message {
                    #[cfg(unix)]
                    CacheMessage::<K, N>::Put { ref key, ref pages, ref mut __reply } => {
                        __out.message("put", 12923742339655242091u64, 2);
                        __r::WireCheck::<K>::put(__out, key);
                        __r::WireCheck::<[u8; 4]>::put(__out, pages);
                        __r::WireCheck::<Option<K>>::put_reply(__out, __reply.take());
                    }
                    CacheMessage::<K, N>::Me { ref mut __reply } => {
                        __out.message("me", 6121963378974262890u64, 0);
                        __r::WireCheck::<CacheAddr<K, N>>::put_reply(__out, __reply.take());
                    }
                    CacheMessage::<K, N>::Fail { ref mut __reply } => {
                        __out.message("fail", 3757722277192275984u64, 0);
                        __r::WireCheck::<Box<dyn Error>>::put_reply(__out, __reply.take());
                    }
                    CacheMessage::<K, N>::Keys { ref from, ref mut __reply } => {
                        __out.message("keys", 5141692516379800316u64, 1);
                        __r::WireCheck::<u32>::put(__out, from);
                        __r::WireCheck::<K>::put_replies(__out, __reply.take());
                    }
                    CacheMessage::<K, N>::Pages { ref mut __reply } => {
                        __out.message("pages", 13243477473008849796u64, 0);
                        __r::WireCheck::<u8>::put_replies(__out, __reply.take());
                    }
                    CacheMessage::<K, N>::__Protocol(_) => return false,
                }
                true
            }
            fn decode<__S: __r::Source>(
                __id: __r::u64,
                __source: &mut __S,
            ) -> __r::Option<CacheMessage<K, N>> {
                match __id {
                    #[cfg(unix)]
                    12923742339655242091u64 => {
                        #[cfg(unix)]
                        __r::wire::<K>();
                        #[cfg(unix)]
                        __r::wire::<Option<K>>();
                        __source.message("put", 2u32);
                        let (__r::Some(key), __r::Some(pages), __reply) = (
                            __r::WireCheck::<K>::argument(__source, "key"),
                            __r::WireCheck::<[u8; 4]>::argument(__source, "pages"),
                            __r::WireCheck::<Option<K>>::reply(__source),
                        ) else {
                            return __r::None;
                        };
                        __r::Some(CacheMessage::<K, N>::Put {
                            key,
                            pages,
                            __reply: __p::ReplySlot::of(__reply),
                        })
                    }
                    6121963378974262890u64 => {
                        __r::wire::<CacheAddr<K, N>>();
                        __source.message("me", 1u32);
                        let __reply = __r::WireCheck::<CacheAddr<K, N>>::reply(__source);
                        __r::Some(CacheMessage::<K, N>::Me { __reply: __p::ReplySlot::of(__reply) })
                    }
                    3757722277192275984u64 => {
                        __source.message("fail", 1u32);
                        let __reply = __r::WireCheck::<Box<dyn Error>>::reply(__source);
                        __r::Some(CacheMessage::<K, N>::Fail {
                            __reply: __p::ReplySlot::of(__reply),
                        })
                    }
                    5141692516379800316u64 => {
                        __r::wire::<K>();
                        __source.message("keys", 1u32);
                        let (__r::Some(from), __reply) = (
                            __r::WireCheck::<u32>::argument(__source, "from"),
                            __r::WireCheck::<K>::replies(__source),
                        ) else {
                            return __r::None;
                        };
                        __r::Some(CacheMessage::<K, N>::Keys {
                            from,
                            __reply: __p::StreamSlot::of(__reply),
                        })
                    }
                    13243477473008849796u64 => {
                        __source.message("pages", 1u32);
                        let __reply = __r::WireCheck::<u8>::replies(__source);
                        __r::Some(CacheMessage::<K, N>::Pages {
                            __reply: __p::StreamSlot::of(__reply),
                        })
                    }
                    _ => {
                        __source.unknown();
                        __r::None
                    }
                }
            }
        }
        #[automatically_derived]
        impl<K: Hash + __p::Send + 'static, const N: usize> __r::Serialize for CacheAddr<K, N>
        where
            K: __r::Wire,
        {
            fn serialize<__S: __r::Serializer>(
                &self,
                __serializer: __S,
            ) -> __r::Result<__S::Ok, __S::Error> {
                __r::write_address::<Cache<K, N>, __S>(self, __serializer)
            }
        }
        #[automatically_derived]
        impl<'de, K: Hash + __p::Send + 'static, const N: usize> __r::Deserialize<'de> for CacheAddr<K, N>
        where
            K: __r::Wire,
        {
            fn deserialize<__D: __r::Deserializer<'de>>(
                __deserializer: __D,
            ) -> __r::Result<Self, __D::Error> {
                __r::read_address::<Cache<K, N>, __D>(__deserializer)
            }
        }
    };
};
impl Cache<u8, 4> {}
const _: () = {
    use ::actor_core::__private as __p;
    #[allow(
        unreachable_pub,
        private_interfaces,
        dead_code,
        deprecated,
        non_camel_case_types,
        clippy::min_ident_chars
    )]
    pub enum CacheMessage {
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<Cache<u8, 4>>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for CacheMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for Cache<u8, 4>
    where
        CacheAddr<u8, 4>: __p::Sized,
    {
        type MessageEnum = CacheMessage;
        type Address = CacheAddr<u8, 4>;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn info_of(__message: &CacheMessage) -> __p::MessageInfo<'_> {
            match *__message {
                CacheMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut CacheMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                CacheMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_sync(__life)
        }
        fn as_protocol(__message: &CacheMessage) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let CacheMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<CacheMessage>,
            __context: &__p::Context<Self>,
        ) -> __p::HandlerOutcome<__p::ProtocolMessage<Self>> {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __input {
                __p::Input::Message(CacheMessage::__Protocol(__it)) => {
                    return __it.handle_sync(__actor, __context);
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
    #[automatically_derived]
    impl __p::ActorMessages<Cache<u8, 4>> for CacheMessage {
        fn from_protocol(__it: __p::ProtocolMessage<Cache<u8, 4>>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Cache<u8, 4>>> {
            if let Self::__Protocol(__it) = self { __p::Some(__it) } else { __p::None }
        }
    }
};
::core::compile_error! { "a generic `remote` protocol needs a name, because other nodes see no types; write `remote = \"cache\"`" }
impl Refused {
    fn last(self) {}
    fn data(&self, reply: Reply<u8>) {}
    fn zero(&self) {}
}
const _: () = {
    use ::actor_core::__private as __p;
    #[allow(
        unreachable_pub,
        private_interfaces,
        dead_code,
        deprecated,
        non_camel_case_types,
        clippy::min_ident_chars
    )]
    pub enum RefusedMessage {
        Last {
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        Data {
            reply: Reply<u8>,
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<Refused>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for RefusedMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Last { .. } => __f.write_str("Last"),
                Self::Data { .. } => __f.write_str("Data"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `RefusedMessage`:\n"]
    #[doc = " - `Last`"]
    #[doc = " - `Data { reply: Reply<u8> }`"]
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for Refused
    where
        RefusedAddr: __p::Sized,
    {
        type MessageEnum = RefusedMessage;
        type Address = RefusedAddr;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn info_of(__message: &RefusedMessage) -> __p::MessageInfo<'_> {
            match *__message {
                RefusedMessage::Last { ref __reply, .. } => __reply.info("last"),
                RefusedMessage::Data { ref __reply, .. } => __reply.info("data"),
                RefusedMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut RefusedMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                RefusedMessage::Last { ref mut __reply, .. } => __p::Some(__reply),
                RefusedMessage::Data { ref mut __reply, .. } => __p::Some(__reply),
                RefusedMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_sync(__life)
        }
        fn as_protocol(__message: &RefusedMessage) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let RefusedMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<RefusedMessage>,
            __context: &__p::Context<Self>,
        ) -> __p::HandlerOutcome<__p::ProtocolMessage<Self>> {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __input {
                __p::Input::Message(RefusedMessage::Last { __reply }) => {
                    let __p::Some(__me) = __actor.take() else { return __p::HandlerOutcome::Done };
                    __p::answer(Self::last(__me), __p::no_err, __reply);
                }
                __p::Input::Message(RefusedMessage::Data { reply, __reply }) => {
                    __p::answer(Self::data(__me, reply), __p::no_err, __reply);
                }
                __p::Input::Message(RefusedMessage::__Protocol(__it)) => {
                    return __it.handle_sync(__actor, __context);
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
    #[automatically_derived]
    impl __p::ActorMessages<Refused> for RefusedMessage {
        fn from_protocol(__it: __p::ProtocolMessage<Refused>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Refused>> {
            if let Self::__Protocol(__it) = self { __p::Some(__it) } else { __p::None }
        }
    }
    #[allow(
        deprecated,
        unreachable_pub,
        private_interfaces,
        unreachable_patterns,
        unused_qualifications,
        clippy::wrong_self_convention,
        clippy::should_implement_trait,
        clippy::same_name_method,
        clippy::too_many_arguments,
        clippy::min_ident_chars,
        clippy::many_single_char_names,
        clippy::missing_inline_in_public_items,
        clippy::pattern_type_mismatch,
        clippy::arbitrary_source_item_ordering
    )]
    impl RefusedAddr {
        #[doc = "Sends [`Refused::last`]."]
        fn last(&self) -> __p::Call<'_, Refused, ()> {
            __p::Call::__new(self, RefusedMessage::Last { __reply: __p::ReplySlot::EMPTY })
        }
        #[doc = "Sends [`Refused::data`]."]
        fn data(&self, reply: Reply<u8>) -> __p::Call<'_, Refused, ()> {
            __p::Call::__new(self, RefusedMessage::Data { reply, __reply: __p::ReplySlot::EMPTY })
        }
        #[allow(unused_variables, missing_docs)]
        fn zero(&self) -> __p::Call<'_, Refused, ()> {
            loop {}
        }
    }
};
::core::compile_error! { "`version` takes a number from 1, and is 1 without it; write `version = 2`" }
::core::compile_error! { "a `Reply` cannot leave the process as data; send the address that is to be answered, or move this message to a block that is not `remote`" }
::core::compile_error! { "takes the state and ends this life, which other nodes cannot ask for; take `&mut self`, or move this message to a block that is not `remote`" }
trait Misspelt {}
#[doc = "Any actor that implements [`Misspelt`], in types such as `WeakAddr<AnyMisspelt>`."]
#[allow(dead_code, missing_debug_implementations)]
struct AnyMisspelt(::actor_core::__private::Uninhabited<()>);
#[doc = "Address of any actor that implements [`Misspelt`]."]
struct MisspeltAddr(::actor_core::__private::Addr<AnyMisspelt>);
#[doc = "Messages of [`Misspelt`], one variant each: `impl Protocol for AnyMisspelt` lists them."]
type MisspeltMessage = <AnyMisspelt as ::actor_core::__private::Protocol>::Message;
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl __p::Actor for AnyMisspelt {
        type Addr = MisspeltAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("Misspelt");
    }
    #[automatically_derived]
    impl __p::TypedAddr for MisspeltAddr {
        type Actor = AnyMisspelt;
    }
    #[automatically_derived]
    impl __p::Clone for MisspeltAddr {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl __p::fmt::Debug for MisspeltAddr {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl __p::PartialEq for MisspeltAddr {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl __p::Eq for MisspeltAddr {}
    #[automatically_derived]
    impl __p::Hash for MisspeltAddr {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl __p::Deref for MisspeltAddr {
        type Target = __p::Addr<AnyMisspelt>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<__p::Addr<AnyMisspelt>> for MisspeltAddr {
        fn as_ref(&self) -> &__p::Addr<AnyMisspelt> {
            &self.0
        }
    }
    #[automatically_derived]
    impl<__A> __p::From<__A> for MisspeltAddr
    where
        __p::AddrConversion: __p::Converts<__A, MisspeltAddr>,
    {
        fn from(__addr: __A) -> Self {
            Self(<__p::AddrConversion as __p::Converts<__A, Self>>::convert(__addr))
        }
    }
    #[automatically_derived]
    impl __p::From<MisspeltAddr> for __p::Addr<AnyMisspelt> {
        fn from(__addr: MisspeltAddr) -> Self {
            __addr.0
        }
    }
};
const _: () = {
    use ::actor_core::__private as __p;
    #[allow(
        unreachable_pub,
        private_interfaces,
        dead_code,
        deprecated,
        non_camel_case_types,
        clippy::min_ident_chars
    )]
    pub enum MisspeltMessage {}
    #[automatically_derived]
    impl __p::fmt::Debug for MisspeltMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {}
        }
    }
    #[automatically_derived]
    #[allow(deprecated)]
    impl __p::Protocol for AnyMisspelt {
        type Message = MisspeltMessage;
        fn info(__message: &MisspeltMessage) -> __p::MessageInfo<'_> {
            match *__message {}
        }
        fn slot(__message: &mut MisspeltMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {}
        }
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unreachable_patterns,
        unused_imports,
        unused_variables,
        clippy::min_ident_chars
    )]
    impl<__A> __p::ProtocolDispatch<__A> for AnyMisspelt
    where
        __A: Misspelt + __p::Dispatch,
    {
        fn with_arguments(
            __message: &MisspeltMessage,
            __ask: impl __p::FnOnce(&[&dyn __p::Any]) -> __p::bool,
        ) -> __p::bool {
            match *__message {
                _ => __ask(&[]),
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<__A>,
            __message: MisspeltMessage,
            __context: &__p::Context<__A>,
        ) -> __p::HandlerOutcome {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __message {
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
};
::core::compile_error! { "unknown option `remot`; did you mean `remote`? (valid: `crate`, `remote`)" }
