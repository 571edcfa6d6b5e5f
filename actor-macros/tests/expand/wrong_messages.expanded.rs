// error: message arguments must be owned; use `String` instead of `&str`
// under: &str
// error: a message cannot be generic over `T`; move `T` to the actor, or the method to an ordinary `impl` block
// under: T
// error: a reply needs a type with a name; write `Box<dyn Display + Send>`, or move the method to an ordinary `impl` block
// under: impl Display
// error: a message takes `&Context<Self>`; all its methods take `&self`
// under: &mut Context<Self>
// error: takes the state and ends this life; write `#[message(last)]`, `&mut self`, or move it to an ordinary `impl` block
// under: self
// error: a message cannot take `Rc<Self>`; write `&self`, `&mut self` or `self`
// under: Rc<Self>
// error: a reply must be owned; use `u8` instead of `&u8`
// under: &u8
// error: a message takes `&self`, `&mut self` or `self`; add a receiver
// under: lost
impl Counter {
    pub fn rename(&mut self, name: &str) {}
    fn generic<T: Into<u8>>(&mut self, value: T) -> u8
    where
        T: Copy,
    {
        1
    }
    fn shown(&self) -> impl Display {
        1
    }
    fn part(&self, ctx: &mut Context<Self>, reply: Reply<u8>) {}
    pub fn into_total(self) -> u64 {
        self.total
    }
    fn shared(self: Rc<Self>, (a, b): (u8, u8)) -> &u8 {
        &1
    }
    fn lost(key: u8) {}
    fn right(&self, amount: u64) -> u64 {
        amount
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
        Right {
            amount: u64,
            #[doc(hidden)]
            __reply: __p::ReplySlot<u64>,
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
    #[doc = " - `Right { amount: u64 }`"]
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
            use __p::probes::*;
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __input {
                __p::Input::Message(CounterMessage::Right { amount, __reply }) => {
                    __p::answer(
                        Self::right(__me, amount),
                        (&&&__p::ErrProbe(&__reply)).describe_err(),
                        __reply,
                    );
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
        fn right(&self, amount: u64) -> __p::Call<'_, Counter, u64> {
            __p::Call::__new(self, CounterMessage::Right { amount, __reply: __p::ReplySlot::EMPTY })
        }
        #[allow(unused_variables, missing_docs)]
        pub fn rename(&self, name: &str) -> __p::Call<'_, Counter, ()> {
            loop {}
        }
        #[allow(unused_variables, missing_docs)]
        fn generic<T: Into<u8>>(&self, value: T) -> __p::Call<'_, Counter, u8>
        where
            T: Copy,
        {
            loop {}
        }
        #[allow(unused_variables, missing_docs)]
        fn shown(&self) -> __p::Call<'_, Counter, impl Display> {
            ::core::compile_error! { "a reply needs a type with a name; write `Box<dyn Display + Send>`, or move the method to an ordinary `impl` block" }
        }
        #[allow(unused_variables, missing_docs)]
        fn part(&self) -> __p::Call<'_, Counter, u8> {
            loop {}
        }
        #[allow(unused_variables, missing_docs)]
        pub fn into_total(&self) -> __p::Call<'_, Counter, u64> {
            loop {}
        }
        #[allow(unused_variables, missing_docs)]
        fn shared(&self, arg0: (u8, u8)) -> __p::Call<'_, Counter, &u8> {
            loop {}
        }
        #[allow(unused_variables, missing_docs)]
        fn lost(&self, key: u8) -> __p::Call<'_, Counter, ()> {
            loop {}
        }
    }
};
::core::compile_error! { "message arguments must be owned; use `String` instead of `&str`" }
::core::compile_error! { "a message cannot be generic over `T`; move `T` to the actor, or the method to an ordinary `impl` block" }
::core::compile_error! { "a reply needs a type with a name; write `Box<dyn Display + Send>`, or move the method to an ordinary `impl` block" }
::core::compile_error! { "a message takes `&Context<Self>`; all its methods take `&self`" }
::core::compile_error! { "takes the state and ends this life; write `#[message(last)]`, `&mut self`, or move it to an ordinary `impl` block" }
::core::compile_error! { "a message cannot take `Rc<Self>`; write `&self`, `&mut self` or `self`" }
::core::compile_error! { "a reply must be owned; use `u8` instead of `&u8`" }
::core::compile_error! { "a message takes `&self`, `&mut self` or `self`; add a receiver" }
