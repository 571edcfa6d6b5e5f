// error: unknown option `mailbx`; expected one of `capacity`, `unbounded`, `turn`, `deferred`, `max_concurrent`, `name`, `crate`, `local`
// under: mailbx
// error: a mailbox needs room for a message; write `capacity = 1` or more
// under: 0
// error: unknown option `lcal`; did you mean `local`? (valid: `crate`, `local`, `remote`)
// under: lcal
// error: unknown option `skp`; did you mean `skip`? (valid: `skip`, `when`, `concurrent`, `priority`, `unbounded`, `last`, `abort`, `version`)
// under: skp
// error: a hook cannot take `self`; write `&mut self` or `&self`
// under: self
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
        const SETTINGS: __p::Settings = __p::Settings::new("Counter");
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
::core::compile_error! { "unknown option `mailbx`; expected one of `capacity`, `unbounded`, `turn`, `deferred`, `max_concurrent`, `name`, `crate`, `local`" }
::core::compile_error! { "a mailbox needs room for a message; write `capacity = 1` or more" }
impl Counter {
    fn right(&self) {}
    fn start(self) {}
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
        Right {
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
                Self::Right { .. } => __f.write_str("Right"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `CounterMessage`:\n"]
    #[doc = " - `Right`"]
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
                CounterMessage::Right { ref __reply, .. } => __reply.info("right"),
                CounterMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut CounterMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                CounterMessage::Right { ref mut __reply, .. } => __p::Some(__reply),
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
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __input {
                __p::Input::Message(CounterMessage::Right { __reply }) => {
                    __p::answer(Self::right(__me), __p::no_err, __reply);
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
        #[doc = "Sends [`Counter::right`]."]
        fn right(&self) -> __p::Call<'_, Counter, ()> {
            __p::Call::__new(self, CounterMessage::Right { __reply: __p::ReplySlot::EMPTY })
        }
    }
};
::core::compile_error! { "unknown option `lcal`; did you mean `local`? (valid: `crate`, `local`, `remote`)" }
::core::compile_error! { "unknown option `skp`; did you mean `skip`? (valid: `skip`, `when`, `concurrent`, `priority`, `unbounded`, `last`, `abort`, `version`)" }
::core::compile_error! { "a hook cannot take `self`; write `&mut self` or `&self`" }
