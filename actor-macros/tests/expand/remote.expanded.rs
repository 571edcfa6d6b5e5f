// error: `remote` takes a string; write `remote = "shop"`
// under: shop
// error: `remote` needs the name of the protocol between nodes; write `remote` alone for that of the trait
// under: ""
// error: a `remote` protocol has no generics, because all nodes have to know its types; write one trait for each type
// under: <T: Send + 'static>
// error: an argument of a `remote` message has no `#[cfg]`, because all nodes have to know it; write two messages
// under: #[cfg(unix)]
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
pub struct GreeterAddr(::actor_core::Addr<AnyGreeter>);
#[doc = "Messages of [`Greeter`], one variant each."]
pub type GreeterMessage = <AnyGreeter as ::actor_core::Protocol>::Message;
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl ::actor_core::Actor for AnyGreeter {
        type Addr = GreeterAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("Greeter");
    }
    #[automatically_derived]
    impl ::actor_core::TypedAddr for GreeterAddr {
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
        type Target = ::actor_core::Addr<AnyGreeter>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<::actor_core::Addr<AnyGreeter>> for GreeterAddr {
        fn as_ref(&self) -> &::actor_core::Addr<AnyGreeter> {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::From<::actor_core::Addr<AnyGreeter>> for GreeterAddr {
        fn from(__addr: ::actor_core::Addr<AnyGreeter>) -> Self {
            Self(__addr)
        }
    }
    #[automatically_derived]
    impl __p::From<GreeterAddr> for ::actor_core::Addr<AnyGreeter> {
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
    #[automatically_derived]
    #[allow(deprecated)]
    impl __p::Protocol for AnyGreeter {
        type Message = GreeterMessage;
        fn info(__message: &GreeterMessage) -> __p::MessageInfo<'_> {
            match *__message {
                GreeterMessage::Greet { ref __reply, .. } => {
                    __p::MessageInfo::new("greet", __reply.head())
                }
                GreeterMessage::Forget { ref __reply, .. } => {
                    __p::MessageInfo::new("forget", __reply.head())
                }
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
            __context: &::actor_core::Context<__A>,
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
            __context: &::actor_core::Context<__A>,
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
        pub fn greet(
            &self,
            name: String,
            times: u32,
        ) -> ::actor_core::Call<'_, AnyGreeter, String> {
            ::actor_core::Call::__new(
                self,
                GreeterMessage::Greet { name, times, __reply: __p::ReplySlot::EMPTY },
            )
        }
        #[doc = "Sends [`Greeter::forget`]."]
        pub fn forget(&self) -> ::actor_core::Call<'_, AnyGreeter, u64> {
            ::actor_core::Call::__indirect(
                self,
                GreeterMessage::Forget { __reply: __p::ReplySlot::EMPTY },
            )
        }
    }
};
const _: () = {
    use ::actor_remote::__private as __r;
    #[allow(dead_code)]
    const __GREET: __r::u64 = __r::method_id(&["Greeter", "greet", "name", "times"]);
    #[allow(dead_code)]
    const __FORGET: __r::u64 = __r::method_id(&["Greeter", "forget"]);
    #[automatically_derived]
    #[allow(deprecated, unused_variables, unused_parens, clippy::min_ident_chars)]
    impl __r::Remote for AnyGreeter
    where
        String: __r::Wire,
        u32: __r::Wire,
        String: __r::Wire,
        u64: __r::Wire,
    {
        const NAME: &'static __r::str = "Greeter";
        fn encode(__message: GreeterMessage, __out: __r::Outgoing) -> __r::Encoded {
            match __message {
                GreeterMessage::Greet { name, times, __reply } => {
                    __out.message("greet", __GREET, &(name, times), __reply.into_reply())
                }
                GreeterMessage::Forget { __reply } => {
                    __out.message("forget", __FORGET, &(), __reply.into_reply())
                }
            }
        }
        fn deliver(
            __to: &GreeterAddr,
            __method: __r::u64,
            __body: __r::Body<'_>,
            __back: __r::Back,
        ) -> __r::Delivery {
            match __method {
                __GREET => match __body.read::<(String, u32)>() {
                    __r::Ok((name, times)) => __back.call(GreeterAddr::greet(__to, name, times)),
                    __r::Err(__refusal) => __back.refuse(__refusal),
                },
                __FORGET => match __body.read::<()>() {
                    __r::Ok(()) => __back.call(GreeterAddr::forget(__to)),
                    __r::Err(__refusal) => __back.refuse(__refusal),
                },
                _ => __back.unknown("Greeter"),
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
trait Nothing {}
#[doc = "Any actor that implements [`Nothing`], in types such as `WeakAddr<AnyNothing>`."]
#[allow(dead_code, missing_debug_implementations)]
struct AnyNothing(::actor_core::__private::Uninhabited<()>);
#[doc = "Address of any actor that implements [`Nothing`]."]
struct NothingAddr(::actor_core::Addr<AnyNothing>);
#[doc = "Messages of [`Nothing`], one variant each."]
type NothingMessage = <AnyNothing as ::actor_core::Protocol>::Message;
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl ::actor_core::Actor for AnyNothing {
        type Addr = NothingAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("Nothing");
    }
    #[automatically_derived]
    impl ::actor_core::TypedAddr for NothingAddr {
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
        type Target = ::actor_core::Addr<AnyNothing>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<::actor_core::Addr<AnyNothing>> for NothingAddr {
        fn as_ref(&self) -> &::actor_core::Addr<AnyNothing> {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::From<::actor_core::Addr<AnyNothing>> for NothingAddr {
        fn from(__addr: ::actor_core::Addr<AnyNothing>) -> Self {
            Self(__addr)
        }
    }
    #[automatically_derived]
    impl __p::From<NothingAddr> for ::actor_core::Addr<AnyNothing> {
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
            __context: &::actor_core::Context<__A>,
        ) -> __p::HandlerOutcome {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __message {
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
};
const _: () = {
    use ::actor_remote::__private as __r;
    #[automatically_derived]
    #[allow(deprecated, unused_variables, unused_parens, clippy::min_ident_chars)]
    impl __r::Remote for AnyNothing {
        const NAME: &'static __r::str = "shop.nothing";
        fn encode(__message: NothingMessage, __out: __r::Outgoing) -> __r::Encoded {
            match __message {}
        }
        fn deliver(
            __to: &NothingAddr,
            __method: __r::u64,
            __body: __r::Body<'_>,
            __back: __r::Back,
        ) -> __r::Delivery {
            match __method {
                _ => __back.unknown("shop.nothing"),
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
trait Unquoted {}
#[doc = "Any actor that implements [`Unquoted`], in types such as `WeakAddr<AnyUnquoted>`."]
#[allow(dead_code, missing_debug_implementations)]
struct AnyUnquoted(::actor_core::__private::Uninhabited<()>);
#[doc = "Address of any actor that implements [`Unquoted`]."]
struct UnquotedAddr(::actor_core::Addr<AnyUnquoted>);
#[doc = "Messages of [`Unquoted`], one variant each."]
type UnquotedMessage = <AnyUnquoted as ::actor_core::Protocol>::Message;
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl ::actor_core::Actor for AnyUnquoted {
        type Addr = UnquotedAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("Unquoted");
    }
    #[automatically_derived]
    impl ::actor_core::TypedAddr for UnquotedAddr {
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
        type Target = ::actor_core::Addr<AnyUnquoted>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<::actor_core::Addr<AnyUnquoted>> for UnquotedAddr {
        fn as_ref(&self) -> &::actor_core::Addr<AnyUnquoted> {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::From<::actor_core::Addr<AnyUnquoted>> for UnquotedAddr {
        fn from(__addr: ::actor_core::Addr<AnyUnquoted>) -> Self {
            Self(__addr)
        }
    }
    #[automatically_derived]
    impl __p::From<UnquotedAddr> for ::actor_core::Addr<AnyUnquoted> {
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
            __context: &::actor_core::Context<__A>,
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
struct NamelessAddr(::actor_core::Addr<AnyNameless>);
#[doc = "Messages of [`Nameless`], one variant each."]
type NamelessMessage = <AnyNameless as ::actor_core::Protocol>::Message;
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl ::actor_core::Actor for AnyNameless {
        type Addr = NamelessAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("Nameless");
    }
    #[automatically_derived]
    impl ::actor_core::TypedAddr for NamelessAddr {
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
        type Target = ::actor_core::Addr<AnyNameless>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<::actor_core::Addr<AnyNameless>> for NamelessAddr {
        fn as_ref(&self) -> &::actor_core::Addr<AnyNameless> {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::From<::actor_core::Addr<AnyNameless>> for NamelessAddr {
        fn from(__addr: ::actor_core::Addr<AnyNameless>) -> Self {
            Self(__addr)
        }
    }
    #[automatically_derived]
    impl __p::From<NamelessAddr> for ::actor_core::Addr<AnyNameless> {
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
            __context: &::actor_core::Context<__A>,
        ) -> __p::HandlerOutcome {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __message {
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
};
::core::compile_error! { "`remote` needs the name of the protocol between nodes; write `remote` alone for that of the trait" }
trait Generic<T: Send + 'static> {
    fn put(&mut self, value: T);
}
#[doc = "Any actor that implements [`Generic`], in types such as `WeakAddr<AnyGeneric>`."]
#[allow(dead_code, missing_debug_implementations)]
struct AnyGeneric<T: Send + 'static>(::actor_core::__private::Uninhabited<(*const T,)>);
#[doc = "Address of any actor that implements [`Generic`]."]
#[allow(deprecated)]
struct GenericAddr<T: Send + 'static>(::actor_core::Addr<AnyGeneric<T>>);
#[doc = "Messages of [`Generic`], one variant each."]
#[allow(deprecated)]
type GenericMessage<T> = <AnyGeneric<T> as ::actor_core::Protocol>::Message;
#[allow(deprecated)]
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl<T: Send + 'static> ::actor_core::Actor for AnyGeneric<T> {
        type Addr = GenericAddr<T>;
        const SETTINGS: __p::Settings = __p::Settings::new("Generic");
    }
    #[automatically_derived]
    impl<T: Send + 'static> ::actor_core::TypedAddr for GenericAddr<T> {
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
        type Target = ::actor_core::Addr<AnyGeneric<T>>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::AsRef<::actor_core::Addr<AnyGeneric<T>>> for GenericAddr<T> {
        fn as_ref(&self) -> &::actor_core::Addr<AnyGeneric<T>> {
            &self.0
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::From<::actor_core::Addr<AnyGeneric<T>>> for GenericAddr<T> {
        fn from(__addr: ::actor_core::Addr<AnyGeneric<T>>) -> Self {
            Self(__addr)
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::From<GenericAddr<T>> for ::actor_core::Addr<AnyGeneric<T>> {
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
    #[automatically_derived]
    #[allow(deprecated)]
    impl<T: Send + 'static> __p::Protocol for AnyGeneric<T> {
        type Message = GenericMessage<T>;
        fn info(__message: &GenericMessage<T>) -> __p::MessageInfo<'_> {
            match *__message {
                GenericMessage::Put { ref __reply, .. } => {
                    __p::MessageInfo::new("put", __reply.head())
                }
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
            __context: &::actor_core::Context<__A>,
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
        fn put(&self, value: T) -> ::actor_core::Call<'_, AnyGeneric<T>, ()> {
            ::actor_core::Call::__new(
                self,
                GenericMessage::<T>::Put { value, __reply: __p::ReplySlot::EMPTY },
            )
        }
    }
};
::core::compile_error! { "a `remote` protocol has no generics, because all nodes have to know its types; write one trait for each type" }
trait Conditional {
    fn put(&mut self, #[cfg(unix)] value: u32);
}
#[doc = "Any actor that implements [`Conditional`], in types such as `WeakAddr<AnyConditional>`."]
#[allow(dead_code, missing_debug_implementations)]
struct AnyConditional(::actor_core::__private::Uninhabited<()>);
#[doc = "Address of any actor that implements [`Conditional`]."]
struct ConditionalAddr(::actor_core::Addr<AnyConditional>);
#[doc = "Messages of [`Conditional`], one variant each."]
type ConditionalMessage = <AnyConditional as ::actor_core::Protocol>::Message;
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl ::actor_core::Actor for AnyConditional {
        type Addr = ConditionalAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("Conditional");
    }
    #[automatically_derived]
    impl ::actor_core::TypedAddr for ConditionalAddr {
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
        type Target = ::actor_core::Addr<AnyConditional>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<::actor_core::Addr<AnyConditional>> for ConditionalAddr {
        fn as_ref(&self) -> &::actor_core::Addr<AnyConditional> {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::From<::actor_core::Addr<AnyConditional>> for ConditionalAddr {
        fn from(__addr: ::actor_core::Addr<AnyConditional>) -> Self {
            Self(__addr)
        }
    }
    #[automatically_derived]
    impl __p::From<ConditionalAddr> for ::actor_core::Addr<AnyConditional> {
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
    #[automatically_derived]
    #[allow(deprecated)]
    impl __p::Protocol for AnyConditional {
        type Message = ConditionalMessage;
        fn info(__message: &ConditionalMessage) -> __p::MessageInfo<'_> {
            match *__message {
                ConditionalMessage::Put { ref __reply, .. } => {
                    __p::MessageInfo::new("put", __reply.head())
                }
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
            __context: &::actor_core::Context<__A>,
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
        fn put(&self, #[cfg(unix)] value: u32) -> ::actor_core::Call<'_, AnyConditional, ()> {
            ::actor_core::Call::__new(
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
trait Misspelt {}
#[doc = "Any actor that implements [`Misspelt`], in types such as `WeakAddr<AnyMisspelt>`."]
#[allow(dead_code, missing_debug_implementations)]
struct AnyMisspelt(::actor_core::__private::Uninhabited<()>);
#[doc = "Address of any actor that implements [`Misspelt`]."]
struct MisspeltAddr(::actor_core::Addr<AnyMisspelt>);
#[doc = "Messages of [`Misspelt`], one variant each."]
type MisspeltMessage = <AnyMisspelt as ::actor_core::Protocol>::Message;
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl ::actor_core::Actor for AnyMisspelt {
        type Addr = MisspeltAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("Misspelt");
    }
    #[automatically_derived]
    impl ::actor_core::TypedAddr for MisspeltAddr {
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
        type Target = ::actor_core::Addr<AnyMisspelt>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<::actor_core::Addr<AnyMisspelt>> for MisspeltAddr {
        fn as_ref(&self) -> &::actor_core::Addr<AnyMisspelt> {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::From<::actor_core::Addr<AnyMisspelt>> for MisspeltAddr {
        fn from(__addr: ::actor_core::Addr<AnyMisspelt>) -> Self {
            Self(__addr)
        }
    }
    #[automatically_derived]
    impl __p::From<MisspeltAddr> for ::actor_core::Addr<AnyMisspelt> {
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
            __context: &::actor_core::Context<__A>,
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
