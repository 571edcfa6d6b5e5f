// error: a returned stream is read by a task, after the handler, and cannot borrow `self`; write `impl Stream<Item = u8> + Send + 'static`
// under: impl Stream<Item = u8> + Send
// error: a handler answers with one `Reply` or with `Replies`; remove one of them, or mark what is plain data with `#[data]`
// under: Replies<u8>
// error: `Replies` is the last argument of a handler; move it to the end
// under: Replies<u8>
struct Log<T> {
    lines: Vec<T>,
    tails: Vec<Replies<T>>,
}
#[doc = "Address of a running [`Log`]."]
#[allow(deprecated)]
struct LogAddr<T>(::actor_core::__private::Addr<Log<T>>);
#[doc = "Messages of [`Log`], one variant each: `impl Dispatch for Log` lists them."]
#[allow(deprecated)]
type LogMessage<T> = <Log<T> as ::actor_core::__private::Protocol>::Message;
#[allow(deprecated)]
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl<T> __p::Actor for Log<T> {
        type Addr = LogAddr<T>;
        const SETTINGS: __p::Settings = __p::Settings::new("Log");
    }
    #[automatically_derived]
    impl<T> __p::TypedAddr for LogAddr<T> {
        type Actor = Log<T>;
    }
    #[automatically_derived]
    impl<T> __p::Clone for LogAddr<T> {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl<T> __p::fmt::Debug for LogAddr<T> {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl<T> __p::PartialEq for LogAddr<T> {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl<T> __p::Eq for LogAddr<T> {}
    #[automatically_derived]
    impl<T> __p::Hash for LogAddr<T> {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl<T> __p::Deref for LogAddr<T> {
        type Target = __p::Addr<Log<T>>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl<T> __p::AsRef<__p::Addr<Log<T>>> for LogAddr<T> {
        fn as_ref(&self) -> &__p::Addr<Log<T>> {
            &self.0
        }
    }
    #[automatically_derived]
    impl<T> __p::From<__p::Addr<Log<T>>> for LogAddr<T> {
        fn from(__addr: __p::Addr<Log<T>>) -> Self {
            Self(__addr)
        }
    }
    #[automatically_derived]
    impl<T> __p::From<LogAddr<T>> for __p::Addr<Log<T>> {
        fn from(__addr: LogAddr<T>) -> Self {
            __addr.0
        }
    }
};
impl<T: Clone + Send + 'static> Log<T> {
    #[doc = " The lines from `from` on, and each new one."]
    fn tail(&mut self, from: usize, context: &Context<Self>, lines: Replies<T>) {
        self.tails.push(lines);
    }
    #[doc = " The lines so far."]
    async fn lines(&self) -> impl Stream<Item = T> + Send + 'static {
        stream::iter(self.lines.clone())
    }
    fn take_over(&mut self, lines: Replies<T>) {
        self.tails.push(lines);
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
    pub enum LogMessage<T: Clone + Send + 'static> {
        #[doc = " The lines from `from` on, and each new one."]
        Tail {
            from: usize,
            #[doc(hidden)]
            __reply: __p::StreamSlot<T>,
        },
        #[doc = " The lines so far."]
        Lines {
            #[doc(hidden)]
            __reply: __p::StreamSlot<T>,
        },
        TakeOver {
            lines: Replies<T>,
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<Log<T>>),
    }
    #[automatically_derived]
    impl<T: Clone + Send + 'static> __p::fmt::Debug for LogMessage<T> {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Tail { .. } => __f.write_str("Tail"),
                Self::Lines { .. } => __f.write_str("Lines"),
                Self::TakeOver { .. } => __f.write_str("TakeOver"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `LogMessage`:\n"]
    #[doc = " - `Tail { from: usize }`: The lines from `from` on, and each new one."]
    #[doc = " - `Lines`: The lines so far."]
    #[doc = " - `TakeOver { lines: Replies<T> }`"]
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl<T: Clone + Send + 'static> __p::Dispatch for Log<T>
    where
        LogAddr<T>: __p::Sized,
    {
        type MessageEnum = LogMessage<T>;
        type Address = LogAddr<T>;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn info_of(__message: &LogMessage<T>) -> __p::MessageInfo<'_> {
            match *__message {
                LogMessage::Tail { ref __reply, .. } => __reply.info("tail"),
                LogMessage::Lines { ref __reply, .. } => __reply.info("lines"),
                LogMessage::TakeOver { ref __reply, .. } => __reply.info("take_over"),
                LogMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut LogMessage<T>) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                LogMessage::Tail { ref mut __reply, .. } => __p::Some(__reply),
                LogMessage::Lines { ref mut __reply, .. } => __p::Some(__reply),
                LogMessage::TakeOver { ref mut __reply, .. } => __p::Some(__reply),
                LogMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_async(__life.mailbox(), __p::run_async(__life))
        }
        fn as_protocol(__message: &LogMessage<T>) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let LogMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_async(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<LogMessage<T>>,
            __context: &__p::Context<Self>,
        ) -> impl __p::Future<Output = __p::HandlerOutcome> {
            use __p::probes::*;
            async move {
                let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
                match __input {
                    __p::Input::Message(LogMessage::Tail { from, __reply }) => {
                        Self::tail(__me, from, __context, __reply.into_replies());
                    }
                    __p::Input::Message(LogMessage::Lines { __reply }) => {
                        __p::answer_with_stream(
                            __p::SyncCheck::<Self>::new().assert_send(Self::lines(__me)).await,
                            __context,
                            __reply,
                        );
                    }
                    __p::Input::Message(LogMessage::TakeOver { lines, __reply }) => {
                        __p::answer(Self::take_over(__me, lines), __p::no_err, __reply);
                    }
                    __p::Input::Message(LogMessage::__Protocol(__it)) => {
                        return __it.handle_async(__actor, __context).await;
                    }
                    _ => {}
                }
                __p::HandlerOutcome::Done
            }
        }
    }
    #[automatically_derived]
    impl<T: Clone + Send + 'static> __p::ActorMessages<Log<T>> for LogMessage<T> {
        fn from_protocol(__it: __p::ProtocolMessage<Log<T>>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Log<T>>> {
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
    impl<T: Clone + Send + 'static> LogAddr<T> {
        #[doc = " The lines from `from` on, and each new one."]
        fn tail(&self, from: usize) -> __p::StreamCall<'_, Log<T>, T> {
            __p::StreamCall::__new(
                self,
                LogMessage::<T>::Tail { from, __reply: __p::StreamSlot::EMPTY },
            )
        }
        #[doc = " The lines so far."]
        fn lines(&self) -> __p::StreamCall<'_, Log<T>, T> {
            __p::StreamCall::__new(self, LogMessage::<T>::Lines { __reply: __p::StreamSlot::EMPTY })
        }
        #[doc = "Sends [`Log::take_over`]."]
        fn take_over(&self, lines: Replies<T>) -> __p::Call<'_, Log<T>, ()> {
            __p::Call::__new(
                self,
                LogMessage::<T>::TakeOver { lines, __reply: __p::ReplySlot::EMPTY },
            )
        }
    }
};
trait Feed<T: Send + 'static> {
    fn push(&mut self, items: Replies<T>);
    fn pull(&self) -> impl Stream<Item = T> + Send + 'static;
}
#[doc = "Any actor that implements [`Feed`], in types such as `WeakAddr<AnyFeed>`."]
#[allow(dead_code, missing_debug_implementations)]
struct AnyFeed<T: Send + 'static>(::actor_core::__private::Uninhabited<(*const T,)>);
#[doc = "Address of any actor that implements [`Feed`]."]
#[allow(deprecated)]
struct FeedAddr<T: Send + 'static>(::actor_core::__private::Addr<AnyFeed<T>>);
#[doc = "Messages of [`Feed`], one variant each: `impl Protocol for AnyFeed` lists them."]
#[allow(deprecated)]
type FeedMessage<T> = <AnyFeed<T> as ::actor_core::__private::Protocol>::Message;
#[allow(deprecated)]
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl<T: Send + 'static> __p::Actor for AnyFeed<T> {
        type Addr = FeedAddr<T>;
        const SETTINGS: __p::Settings = __p::Settings::new("Feed");
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::TypedAddr for FeedAddr<T> {
        type Actor = AnyFeed<T>;
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::Clone for FeedAddr<T> {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::fmt::Debug for FeedAddr<T> {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::PartialEq for FeedAddr<T> {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::Eq for FeedAddr<T> {}
    #[automatically_derived]
    impl<T: Send + 'static> __p::Hash for FeedAddr<T> {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::Deref for FeedAddr<T> {
        type Target = __p::Addr<AnyFeed<T>>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::AsRef<__p::Addr<AnyFeed<T>>> for FeedAddr<T> {
        fn as_ref(&self) -> &__p::Addr<AnyFeed<T>> {
            &self.0
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static, __A> __p::From<__A> for FeedAddr<T>
    where
        __p::AddrConversion: __p::Converts<__A, FeedAddr<T>>,
    {
        fn from(__addr: __A) -> Self {
            Self(<__p::AddrConversion as __p::Converts<__A, Self>>::convert(__addr))
        }
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::From<FeedAddr<T>> for __p::Addr<AnyFeed<T>> {
        fn from(__addr: FeedAddr<T>) -> Self {
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
    pub enum FeedMessage<T: Send + 'static> {
        Push {
            #[doc(hidden)]
            __reply: __p::StreamSlotOf<AnyFeed<T>, T>,
        },
        Pull {
            #[doc(hidden)]
            __reply: __p::StreamSlotOf<AnyFeed<T>, T>,
        },
    }
    #[automatically_derived]
    impl<T: Send + 'static> __p::fmt::Debug for FeedMessage<T> {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Push { .. } => __f.write_str("Push"),
                Self::Pull { .. } => __f.write_str("Pull"),
            }
        }
    }
    #[doc = " The messages, as variants of `FeedMessage`:\n"]
    #[doc = " - `Push`"]
    #[doc = " - `Pull`"]
    #[automatically_derived]
    #[allow(deprecated)]
    impl<T: Send + 'static> __p::Protocol for AnyFeed<T> {
        type Message = FeedMessage<T>;
        fn info(__message: &FeedMessage<T>) -> __p::MessageInfo<'_> {
            match *__message {
                FeedMessage::Push { ref __reply, .. } => __reply.info("push"),
                FeedMessage::Pull { ref __reply, .. } => __reply.info("pull"),
            }
        }
        fn slot(__message: &mut FeedMessage<T>) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                FeedMessage::Push { ref mut __reply, .. } => __p::Some(__reply),
                FeedMessage::Pull { ref mut __reply, .. } => __p::Some(__reply),
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
    impl<T: Send + 'static, __A> __p::ProtocolDispatch<__A> for AnyFeed<T>
    where
        __A: Feed<T> + __p::Dispatch,
    {
        fn with_arguments(
            __message: &FeedMessage<T>,
            __ask: impl __p::FnOnce(&[&dyn __p::Any]) -> __p::bool,
        ) -> __p::bool {
            match *__message {
                _ => __ask(&[]),
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<__A>,
            __message: FeedMessage<T>,
            __context: &__p::Context<__A>,
        ) -> __p::HandlerOutcome {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __message {
                FeedMessage::Push { __reply } => {
                    <__A as Feed<T>>::push(__me, __reply.into_replies());
                }
                FeedMessage::Pull { __reply } => {
                    __p::answer_with_stream(<__A as Feed<T>>::pull(__me), __context, __reply);
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
    impl<T: Send + 'static> FeedAddr<T> {
        #[doc = "Sends [`Feed::push`]."]
        fn push(&self) -> __p::StreamCall<'_, AnyFeed<T>, T> {
            __p::StreamCall::__new(self, FeedMessage::<T>::Push { __reply: __p::StreamSlot::EMPTY })
        }
        #[doc = "Sends [`Feed::pull`]."]
        fn pull(&self) -> __p::StreamCall<'_, AnyFeed<T>, T> {
            __p::StreamCall::__new(self, FeedMessage::<T>::Pull { __reply: __p::StreamSlot::EMPTY })
        }
    }
};
impl Log<u8> {
    fn borrows(&self) -> impl Stream<Item = u8> + Send;
    fn answers_twice(&self, reply: Reply<u8>, lines: Replies<u8>) {}
    fn not_last(&self, lines: Replies<u8>, from: usize) {}
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
    pub enum LogMessage {
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<Log<u8>>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for LogMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for Log<u8>
    where
        LogAddr<u8>: __p::Sized,
    {
        type MessageEnum = LogMessage;
        type Address = LogAddr<u8>;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn info_of(__message: &LogMessage) -> __p::MessageInfo<'_> {
            match *__message {
                LogMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut LogMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                LogMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_sync(__life)
        }
        fn as_protocol(__message: &LogMessage) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let LogMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<LogMessage>,
            __context: &__p::Context<Self>,
        ) -> __p::HandlerOutcome<__p::ProtocolMessage<Self>> {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __input {
                __p::Input::Message(LogMessage::__Protocol(__it)) => {
                    return __it.handle_sync(__actor, __context);
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
    #[automatically_derived]
    impl __p::ActorMessages<Log<u8>> for LogMessage {
        fn from_protocol(__it: __p::ProtocolMessage<Log<u8>>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Log<u8>>> {
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
    impl LogAddr<u8> {
        #[allow(unused_variables, missing_docs)]
        fn borrows(&self) -> __p::StreamCall<'_, Log<u8>, u8> {
            loop {}
        }
        #[allow(unused_variables, missing_docs)]
        fn answers_twice(&self) -> __p::StreamCall<'_, Log<u8>, u8> {
            loop {}
        }
        #[allow(unused_variables, missing_docs)]
        fn not_last(&self, from: usize) -> __p::StreamCall<'_, Log<u8>, u8> {
            loop {}
        }
    }
};
::core::compile_error! { "a returned stream is read by a task, after the handler, and cannot borrow `self`; write `impl Stream<Item = u8> + Send + 'static`" }
::core::compile_error! { "a handler answers with one `Reply` or with `Replies`; remove one of them, or mark what is plain data with `#[data]`" }
::core::compile_error! { "`Replies` is the last argument of a handler; move it to the end" }
