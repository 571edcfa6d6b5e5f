#[doc = " Counts."]
pub struct Counter {
    total: u64,
}
#[doc = "Address of a running [`Counter`]."]
pub struct CounterAddr(::actor_core::__private::Addr<Counter>);
#[doc = "Messages of [`Counter`], one variant each: `impl Dispatch for Counter` lists them."]
pub type CounterMessage = <Counter as ::actor_core::__private::Protocol>::Message;
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl __p::Actor for Counter {
        type Addr = CounterAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("counter").capacity(8).turn(4);
    }
    #[automatically_derived]
    impl __p::TypedAddr for CounterAddr {
        type Actor = Counter;
    }
    #[automatically_derived]
    impl __p::Clone for CounterAddr {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl __p::fmt::Debug for CounterAddr {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl __p::PartialEq for CounterAddr {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl __p::Eq for CounterAddr {}
    #[automatically_derived]
    impl __p::Hash for CounterAddr {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl __p::Deref for CounterAddr {
        type Target = __p::Addr<Counter>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<__p::Addr<Counter>> for CounterAddr {
        fn as_ref(&self) -> &__p::Addr<Counter> {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::From<__p::Addr<Counter>> for CounterAddr {
        fn from(__addr: __p::Addr<Counter>) -> Self {
            Self(__addr)
        }
    }
    #[automatically_derived]
    impl __p::From<CounterAddr> for __p::Addr<Counter> {
        fn from(__addr: CounterAddr) -> Self {
            __addr.0
        }
    }
};
impl Counter {
    #[doc = " Adds `amount`; returns the new total."]
    pub async fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
    #[doc = " Forgets everything."]
    pub fn reset(&mut self) {
        self.total = 0;
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
    pub enum CounterMessage {
        #[doc = " Adds `amount`; returns the new total."]
        Add {
            amount: u64,
            #[doc(hidden)]
            __reply: __p::ReplySlot<u64>,
        },
        #[doc = " Forgets everything."]
        Reset {
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<Counter>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for CounterMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Add { .. } => __f.write_str("Add"),
                Self::Reset { .. } => __f.write_str("Reset"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `CounterMessage`:\n"]
    #[doc = " - `Add { amount: u64 }`: Adds `amount`; returns the new total."]
    #[doc = " - `Reset`: Forgets everything."]
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for Counter
    where
        CounterAddr: __p::Sized,
    {
        type MessageEnum = CounterMessage;
        type Address = CounterAddr;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn info_of(__message: &CounterMessage) -> __p::MessageInfo<'_> {
            match *__message {
                CounterMessage::Add { ref __reply, .. } => __reply.info("add"),
                CounterMessage::Reset { ref __reply, .. } => __reply.info("reset"),
                CounterMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut CounterMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                CounterMessage::Add { ref mut __reply, .. } => __p::Some(__reply),
                CounterMessage::Reset { ref mut __reply, .. } => __p::Some(__reply),
                CounterMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_async(__life.mailbox(), __p::run_async(__life))
        }
        fn as_protocol(__message: &CounterMessage) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let CounterMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_async(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<CounterMessage>,
            __context: &__p::Context<Self>,
        ) -> impl __p::Future<Output = __p::HandlerOutcome> {
            use __p::probes::*;
            let __state = __p::StateCheck::<Self>::new();
            async move {
                let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
                match __input {
                    __p::Input::Message(CounterMessage::Add { amount, __reply }) => {
                        __p::answer(
                            __state.assert_send(Self::add(__me, amount)).await,
                            (&&&__p::ErrProbe(&__reply)).describe_err(),
                            __reply,
                        );
                    }
                    __p::Input::Message(CounterMessage::Reset { __reply }) => {
                        __p::answer(Self::reset(__me), __p::no_err, __reply);
                    }
                    __p::Input::Message(CounterMessage::__Protocol(__it)) => {
                        return __it.handle_async(__actor, __context).await;
                    }
                    _ => {}
                }
                __p::HandlerOutcome::Done
            }
        }
    }
    #[automatically_derived]
    impl __p::ActorMessages<Counter> for CounterMessage {
        fn from_protocol(__it: __p::ProtocolMessage<Counter>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Counter>> {
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
    impl CounterAddr {
        #[doc = " Adds `amount`; returns the new total."]
        pub fn add(&self, amount: u64) -> __p::Call<'_, Counter, u64> {
            __p::Call::__new(self, CounterMessage::Add { amount, __reply: __p::ReplySlot::EMPTY })
        }
        #[doc = " Forgets everything."]
        pub fn reset(&self) -> __p::Call<'_, Counter, ()> {
            __p::Call::__new(self, CounterMessage::Reset { __reply: __p::ReplySlot::EMPTY })
        }
    }
};
