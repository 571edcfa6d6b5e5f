// error: unexpected end of input, expected one of: `for`, parentheses, `unsafe`, `fn`, `extern`, identifier, `::`, `<`, `dyn`, square brackets, `*`, `&`, `!`, `impl`, `_`, lifetime
// under: )
// error: expected a body behind this signature
// under: fn cut
impl Counter { pub fn add (& mut self , x :) { self . } pub fn label (& self) -> String { let x = ; } pub fn cut pub fn last (& self) { } }
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
        Label {
            #[doc(hidden)]
            __reply: __p::ReplySlot<String>,
        },
        Last {
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        #[doc(hidden)]
        __Foreign(__p::Foreign<Counter>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for CounterMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Label { .. } => __f.write_str("Label"),
                Self::Last { .. } => __f.write_str("Last"),
                Self::__Foreign(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for Counter
    where
        CounterAddr: __p::Sized,
    {
        type Enum = CounterMessage;
        type Handle = CounterAddr;
        type Boxing = __p::Sent;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn label_of(__message: &CounterMessage) -> __p::Label<'_> {
            match *__message {
                CounterMessage::Label { ref __reply, .. } => {
                    __p::Label::new("label", __reply.head())
                }
                CounterMessage::Last { ref __reply, .. } => __p::Label::new("last", __reply.head()),
                CounterMessage::__Foreign(ref __it) => __it.label(),
            }
        }
        fn slot_of(__message: &mut CounterMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                CounterMessage::Label { ref mut __reply, .. } => __p::Some(__reply),
                CounterMessage::Last { ref mut __reply, .. } => __p::Some(__reply),
                CounterMessage::__Foreign(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::now(__life)
        }
        fn foreign(__message: &CounterMessage) -> __p::Option<&__p::Foreign<Self>> {
            if let CounterMessage::__Foreign(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<CounterMessage>,
            __context: &::actor_core::Context<Self>,
        ) -> __p::Flow<__p::Foreign<Self>> {
            use __p::{ViaDebug as _, ViaName as _, ViaNone as _};
            let __p::Some(__me) = __actor else { return __p::Flow::Done };
            match __input {
                __p::Input::Message(CounterMessage::Label { __reply }) => {
                    __p::answer(
                        Self::label(__me),
                        (&&&__p::ErrProbe(&__reply)).describe_err(),
                        __reply,
                    );
                }
                __p::Input::Message(CounterMessage::Last { __reply }) => {
                    __p::answer(Self::last(__me), __p::no_err, __reply);
                }
                __p::Input::Message(CounterMessage::__Foreign(__it)) => {
                    return __it.now(__actor, __context);
                }
                _ => {}
            }
            __p::Flow::Done
        }
    }
    #[automatically_derived]
    impl __p::Envelope<Counter> for CounterMessage {
        fn wrap(__it: __p::Foreign<Counter>) -> Self {
            Self::__Foreign(__it)
        }
        fn unwrap(self) -> __p::Option<__p::Foreign<Counter>> {
            if let Self::__Foreign(__it) = self { __p::Some(__it) } else { __p::None }
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
        #[doc = "Sends [`Counter::label`]."]
        pub fn label(&self) -> ::actor_core::Call<'_, Counter, String> {
            ::actor_core::Call::__new(
                self,
                CounterMessage::Label { __reply: __p::ReplySlot::EMPTY },
            )
        }
        #[doc = "Sends [`Counter::last`]."]
        pub fn last(&self) -> ::actor_core::Call<'_, Counter, ()> {
            ::actor_core::Call::__new(self, CounterMessage::Last { __reply: __p::ReplySlot::EMPTY })
        }
    }
};
::core::compile_error! { "unexpected end of input, expected one of: `for`, parentheses, `unsafe`, `fn`, `extern`, identifier, `::`, `<`, `dyn`, square brackets, `*`, `&`, `!`, `impl`, `_`, lifetime" }
::core::compile_error! { "expected a body behind this signature" }
