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
        __Protocol(__p::ProtocolMessage<Counter>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for CounterMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Label { .. } => __f.write_str("Label"),
                Self::Last { .. } => __f.write_str("Last"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `CounterMessage`:\n"]
    #[doc = " - `Label`"]
    #[doc = " - `Last`"]
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
                CounterMessage::Label { ref __reply, .. } => __reply.info("label"),
                CounterMessage::Last { ref __reply, .. } => __reply.info("last"),
                CounterMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut CounterMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                CounterMessage::Label { ref mut __reply, .. } => __p::Some(__reply),
                CounterMessage::Last { ref mut __reply, .. } => __p::Some(__reply),
                CounterMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_sync(__life)
        }
        fn as_protocol(__message: &CounterMessage) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let CounterMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<CounterMessage>,
            __context: &__p::Context<Self>,
        ) -> __p::HandlerOutcome<__p::ProtocolMessage<Self>> {
            use __p::probes::*;
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
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
                __p::Input::Message(CounterMessage::__Protocol(__it)) => {
                    return __it.handle_sync(__actor, __context);
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
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
        #[doc = "Sends [`Counter::label`]."]
        pub fn label(&self) -> __p::Call<'_, Counter, String> {
            __p::Call::__new(self, CounterMessage::Label { __reply: __p::ReplySlot::EMPTY })
        }
        #[doc = "Sends [`Counter::last`]."]
        pub fn last(&self) -> __p::Call<'_, Counter, ()> {
            __p::Call::__new(self, CounterMessage::Last { __reply: __p::ReplySlot::EMPTY })
        }
    }
};
::core::compile_error! { "unexpected end of input, expected one of: `for`, parentheses, `unsafe`, `fn`, `extern`, identifier, `::`, `<`, `dyn`, square brackets, `*`, `&`, `!`, `impl`, `_`, lifetime" }
::core::compile_error! { "expected a body behind this signature" }
