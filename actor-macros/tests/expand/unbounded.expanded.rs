impl<K: Hash, V> Cache<K, V>
where
    V: Clone,
    K: ::actor_core::__private::Send + 'static,
    V: ::actor_core::__private::Send + 'static,
{
    fn get(&self, key: K) -> Option<V> {
        self.map.get(&key).cloned()
    }
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
    pub enum CacheMessage<K: Hash + __p::Send + 'static, V: __p::Send + 'static>
    where
        V: Clone,
    {
        Get {
            key: K,
            #[doc(hidden)]
            __reply: __p::ReplySlot<Option<V>>,
        },
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<Cache<K, V>>),
    }
    #[automatically_derived]
    impl<K: Hash + __p::Send + 'static, V: __p::Send + 'static> __p::fmt::Debug for CacheMessage<K, V>
    where
        V: Clone,
    {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Get { .. } => __f.write_str("Get"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `CacheMessage`:\n"]
    #[doc = " - `Get { key: K }`"]
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl<K: Hash + __p::Send + 'static, V: __p::Send + 'static> __p::Dispatch for Cache<K, V>
    where
        V: Clone,
        CacheAddr<K, V>: __p::Sized,
    {
        type MessageEnum = CacheMessage<K, V>;
        type Address = CacheAddr<K, V>;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn info_of(__message: &CacheMessage<K, V>) -> __p::MessageInfo<'_> {
            match *__message {
                CacheMessage::Get { ref __reply, .. } => __reply.info("get"),
                CacheMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut CacheMessage<K, V>) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                CacheMessage::Get { ref mut __reply, .. } => __p::Some(__reply),
                CacheMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_sync(__life)
        }
        fn as_protocol(__message: &CacheMessage<K, V>) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let CacheMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<CacheMessage<K, V>>,
            __context: &__p::Context<Self>,
        ) -> __p::HandlerOutcome<__p::ProtocolMessage<Self>> {
            use __p::probes::*;
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __input {
                __p::Input::Message(CacheMessage::Get { key, __reply }) => {
                    __p::answer(
                        Self::get(__me, key),
                        (&&&__p::ErrProbe(&__reply)).describe_err(),
                        __reply,
                    );
                }
                __p::Input::Message(CacheMessage::__Protocol(__it)) => {
                    return __it.handle_sync(__actor, __context);
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
    #[automatically_derived]
    impl<K: Hash + __p::Send + 'static, V: __p::Send + 'static> __p::ActorMessages<Cache<K, V>>
        for CacheMessage<K, V>
    where
        V: Clone,
    {
        fn from_protocol(__it: __p::ProtocolMessage<Cache<K, V>>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Cache<K, V>>> {
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
    impl<K: Hash + __p::Send + 'static, V: __p::Send + 'static> CacheAddr<K, V>
    where
        V: Clone,
    {
        #[doc = "Sends [`Cache::get`]."]
        fn get(&self, key: K) -> __p::Call<'_, Cache<K, V>, Option<V>> {
            __p::Call::__new(
                self,
                CacheMessage::<K, V>::Get { key, __reply: __p::ReplySlot::EMPTY },
            )
        }
    }
    #[diagnostic::on_unimplemented(
        message = "the type parameters of an actor must be `Send + 'static`",
        label = "write `impl<K: Hash + Send + 'static, V: Send + 'static>`"
    )]
    trait __Bounded {}
    #[diagnostic::do_not_recommend]
    impl<__T: __p::Send> __Bounded for __T {}
    #[allow(dead_code)]
    struct __Sent<__T: __Bounded>(__T);
    #[allow(dead_code)]
    trait __Check {
        type Type<K: Hash, V>
        where
            V: Clone;
    }
    impl __Check for () {
        type Type<K: Hash, V>
            = (__Sent<(K, V)>, __p::Static<K>, __p::Static<V>)
        where
            V: Clone;
    }
};
impl Parser {
    fn parse(&self, done: Box<dyn FnOnce()>) -> Result<u64, Box<dyn Error>> {
        done()
    }
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
    pub enum ParserMessage {
        Parse {
            done: <Box<dyn FnOnce()> as __p::InMessage<
                { __p::SendCheck::<Box<dyn FnOnce()>>::IS_SEND },
            >>::Type,
            #[doc(hidden)]
            __reply: __p::ReplySlot<
                <Result<u64, Box<dyn Error>> as __p::InMessage<
                    { __p::SendCheck::<Result<u64, Box<dyn Error>>>::IS_SEND },
                >>::Type,
            >,
        },
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<Parser>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for ParserMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Parse { .. } => __f.write_str("Parse"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `ParserMessage`:\n"]
    #[doc = " - `Parse { done: Box<dyn FnOnce()> }`"]
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for Parser
    where
        ParserAddr: __p::Sized,
    {
        type MessageEnum = ParserMessage;
        type Address = ParserAddr;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn info_of(__message: &ParserMessage) -> __p::MessageInfo<'_> {
            match *__message {
                ParserMessage::Parse { ref __reply, .. } => __reply.info("parse"),
                ParserMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut ParserMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                ParserMessage::Parse { ref mut __reply, .. } => __p::Some(__reply),
                ParserMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_sync(__life)
        }
        fn as_protocol(__message: &ParserMessage) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let ParserMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<ParserMessage>,
            __context: &__p::Context<Self>,
        ) -> __p::HandlerOutcome<__p::ProtocolMessage<Self>> {
            use __p::probes::*;
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __input {
                __p::Input::Message(ParserMessage::Parse { done, __reply }) => {
                    __p::answer(
                        <Result<u64, Box<dyn Error>> as __p::InMessage<
                            { __p::SendCheck::<Result<u64, Box<dyn Error>>>::IS_SEND },
                        >>::into_message(Self::parse(
                            __me,
                            <Box<dyn FnOnce()> as __p::InMessage<
                                { __p::SendCheck::<Box<dyn FnOnce()>>::IS_SEND },
                            >>::from_message(done),
                        )),
                        (&&&__p::ErrProbe(&__reply)).describe_err(),
                        __reply,
                    );
                }
                __p::Input::Message(ParserMessage::__Protocol(__it)) => {
                    return __it.handle_sync(__actor, __context);
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
    #[automatically_derived]
    impl __p::ActorMessages<Parser> for ParserMessage {
        fn from_protocol(__it: __p::ProtocolMessage<Parser>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Parser>> {
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
    impl ParserAddr {
        #[doc = "Sends [`Parser::parse`]."]
        fn parse(
            &self,
            done: Box<dyn FnOnce()>,
        ) -> __p::Call<'_, Parser, Result<u64, Box<dyn Error>>> {
            __p::Call::__new(
                self,
                ParserMessage::Parse {
                    done: <Box<dyn FnOnce()> as __p::InMessage<
                        { __p::SendCheck::<Box<dyn FnOnce()>>::IS_SEND },
                    >>::into_message(done),
                    __reply: __p::ReplySlot::EMPTY,
                },
            )
        }
    }
    use __p::NotSend as _;
    const _: () = {
        #[diagnostic::on_unimplemented(
            message = "the argument of a message must be `Send`",
            label = "write `Box<dyn FnOnce() + Send>`"
        )]
        trait __Sent {}
        #[diagnostic::do_not_recommend]
        impl<__T: __p::Send> __Sent for __T {}
        const fn __sent<__T: __Sent>() {}
        __sent::<Box<dyn FnOnce()>>()
    };
    const _: () = {
        #[diagnostic::on_unimplemented(
            message = "the reply of a message must be `Send`",
            label = "write `Result<u64, Box<dyn Error + Send + Sync>>`"
        )]
        trait __Sent {}
        #[diagnostic::do_not_recommend]
        impl<__T: __p::Send> __Sent for __T {}
        const fn __sent<__T: __Sent>() {}
        __sent::<Result<u64, Box<dyn Error>>>()
    };
};
impl Robot {
    #[on_started]
    fn begin(&mut self) {}
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
    pub enum RobotMessage {
        Begin {
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<Robot>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for RobotMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Begin { .. } => __f.write_str("Begin"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `RobotMessage`:\n"]
    #[doc = " - `Begin`"]
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for Robot
    where
        RobotAddr: __p::Sized,
    {
        type MessageEnum = RobotMessage;
        type Address = RobotAddr;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn info_of(__message: &RobotMessage) -> __p::MessageInfo<'_> {
            match *__message {
                RobotMessage::Begin { ref __reply, .. } => __reply.info("begin"),
                RobotMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut RobotMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                RobotMessage::Begin { ref mut __reply, .. } => __p::Some(__reply),
                RobotMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_sync(__life)
        }
        fn as_protocol(__message: &RobotMessage) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let RobotMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<RobotMessage>,
            __context: &__p::Context<Self>,
        ) -> __p::HandlerOutcome<__p::ProtocolMessage<Self>> {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __input {
                __p::Input::Message(RobotMessage::Begin { __reply }) => {
                    __p::answer(Self::begin(__me), __p::no_err, __reply);
                }
                __p::Input::Message(RobotMessage::__Protocol(__it)) => {
                    return __it.handle_sync(__actor, __context);
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
    #[automatically_derived]
    impl __p::ActorMessages<Robot> for RobotMessage {
        fn from_protocol(__it: __p::ProtocolMessage<Robot>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Robot>> {
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
    impl RobotAddr {
        #[doc = "Sends [`Robot::begin`]."]
        fn begin(&self) -> __p::Call<'_, Robot, ()> {
            __p::Call::__new(self, RobotMessage::Begin { __reply: __p::ReplySlot::EMPTY })
        }
    }
};
#[allow(unused_imports, clippy::wildcard_imports)]
use ::actor_core::__private::attributes::*;
