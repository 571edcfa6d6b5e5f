impl One {
    fn f(&self, entry: Entry, more: Vec<Entry>, number: u8) {}
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
    pub enum OneMessage {
        F {
            entry: Entry,
            more: Vec<Entry>,
            number: u8,
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<One>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for OneMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::F { .. } => __f.write_str("F"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `OneMessage`:\n"]
    #[doc = " - `F { entry: Entry, more: Vec<Entry>, number: u8 }`"]
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for One
    where
        OneAddr: __p::Sized,
    {
        type MessageEnum = OneMessage;
        type Address = OneAddr;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn info_of(__message: &OneMessage) -> __p::MessageInfo<'_> {
            match *__message {
                OneMessage::F { ref __reply, .. } => __reply.info("f"),
                OneMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut OneMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                OneMessage::F { ref mut __reply, .. } => __p::Some(__reply),
                OneMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_sync(__life)
        }
        fn as_protocol(__message: &OneMessage) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let OneMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<OneMessage>,
            __context: &__p::Context<Self>,
        ) -> __p::HandlerOutcome<__p::ProtocolMessage<Self>> {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __input {
                __p::Input::Message(OneMessage::F { entry, more, number, __reply }) => {
                    __p::answer(Self::f(__me, entry, more, number), __p::no_err, __reply);
                }
                __p::Input::Message(OneMessage::__Protocol(__it)) => {
                    return __it.handle_sync(__actor, __context);
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
    #[automatically_derived]
    impl __p::ActorMessages<One> for OneMessage {
        fn from_protocol(__it: __p::ProtocolMessage<One>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<One>> {
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
    impl OneAddr {
        #[doc = "Sends [`One::f`]."]
        fn f(&self, entry: Entry, more: Vec<Entry>, number: u8) -> __p::Call<'_, One, ()> {
            __p::Call::__new(
                self,
                OneMessage::F { entry, more, number, __reply: __p::ReplySlot::EMPTY },
            )
        }
    }
};
impl Many {
    fn f(&self, entry: Entry, other: Other) -> Third {
        x
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
    pub enum ManyMessage {
        F {
            entry: Entry,
            other: Other,
            #[doc(hidden)]
            __reply: __p::ReplySlot<Third>,
        },
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<Many>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for ManyMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::F { .. } => __f.write_str("F"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `ManyMessage`:\n"]
    #[doc = " - `F { entry: Entry, other: Other }`"]
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for Many
    where
        ManyAddr: __p::Sized,
    {
        type MessageEnum = ManyMessage;
        type Address = ManyAddr;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn info_of(__message: &ManyMessage) -> __p::MessageInfo<'_> {
            match *__message {
                ManyMessage::F { ref __reply, .. } => __reply.info("f"),
                ManyMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut ManyMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                ManyMessage::F { ref mut __reply, .. } => __p::Some(__reply),
                ManyMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_sync(__life)
        }
        fn as_protocol(__message: &ManyMessage) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let ManyMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<ManyMessage>,
            __context: &__p::Context<Self>,
        ) -> __p::HandlerOutcome<__p::ProtocolMessage<Self>> {
            use __p::probes::*;
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __input {
                __p::Input::Message(ManyMessage::F { entry, other, __reply }) => {
                    __p::answer(
                        Self::f(__me, entry, other),
                        (&&&__p::ErrProbe(&__reply)).describe_err(),
                        __reply,
                    );
                }
                __p::Input::Message(ManyMessage::__Protocol(__it)) => {
                    return __it.handle_sync(__actor, __context);
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
    #[automatically_derived]
    impl __p::ActorMessages<Many> for ManyMessage {
        fn from_protocol(__it: __p::ProtocolMessage<Many>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Many>> {
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
    impl ManyAddr {
        #[doc = "Sends [`Many::f`]."]
        fn f(&self, entry: Entry, other: Other) -> __p::Call<'_, Many, Third> {
            __p::Call::__new(self, ManyMessage::F { entry, other, __reply: __p::ReplySlot::EMPTY })
        }
    }
};
impl Sure {
    fn f(&self, entry: Entry, other: Rc<u8>) {}
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
    pub enum SureMessage {
        F {
            entry: Entry,
            other: Rc<u8>,
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<Sure>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for SureMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::F { .. } => __f.write_str("F"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `SureMessage`:\n"]
    #[doc = " - `F { entry: Entry, other: Rc<u8> }`"]
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for Sure
    where
        SureAddr: __p::Sized,
    {
        type MessageEnum = SureMessage;
        type Address = SureAddr;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn info_of(__message: &SureMessage) -> __p::MessageInfo<'_> {
            match *__message {
                SureMessage::F { ref __reply, .. } => __reply.info("f"),
                SureMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut SureMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                SureMessage::F { ref mut __reply, .. } => __p::Some(__reply),
                SureMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_sync(__life)
        }
        fn as_protocol(__message: &SureMessage) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let SureMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<SureMessage>,
            __context: &__p::Context<Self>,
        ) -> __p::HandlerOutcome<__p::ProtocolMessage<Self>> {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __input {
                __p::Input::Message(SureMessage::F { entry, other, __reply }) => {
                    __p::answer(Self::f(__me, entry, other), __p::no_err, __reply);
                }
                __p::Input::Message(SureMessage::__Protocol(__it)) => {
                    return __it.handle_sync(__actor, __context);
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
    #[automatically_derived]
    impl __p::ActorMessages<Sure> for SureMessage {
        fn from_protocol(__it: __p::ProtocolMessage<Sure>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Sure>> {
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
    impl SureAddr {
        #[doc = "Sends [`Sure::f`]."]
        fn f(&self, entry: Entry, other: Rc<u8>) -> __p::Call<'_, Sure, ()> {
            __p::Call::__new(self, SureMessage::F { entry, other, __reply: __p::ReplySlot::EMPTY })
        }
    }
};
