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
        __Foreign(__p::Foreign<One>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for OneMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::F { .. } => __f.write_str("F"),
                Self::__Foreign(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for One
    where
        OneAddr: __p::Sized,
    {
        type Enum = OneMessage;
        type Handle = OneAddr;
        type Boxing = __p::Sent;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn label_of(__message: &OneMessage) -> __p::Label<'_> {
            match *__message {
                OneMessage::F { ref __reply, .. } => __p::Label::new("f", __reply.head()),
                OneMessage::__Foreign(ref __it) => __it.label(),
            }
        }
        fn slot_of(__message: &mut OneMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                OneMessage::F { ref mut __reply, .. } => __p::Some(__reply),
                OneMessage::__Foreign(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::now(__life)
        }
        fn foreign(__message: &OneMessage) -> __p::Option<&__p::Foreign<Self>> {
            if let OneMessage::__Foreign(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<OneMessage>,
            __context: &::actor_core::Context<Self>,
        ) -> __p::Flow<__p::Foreign<Self>> {
            let __p::Some(__me) = __actor else { return __p::Flow::Done };
            match __input {
                __p::Input::Message(OneMessage::F { entry, more, number, __reply }) => {
                    __p::answer(Self::f(__me, entry, more, number), __p::no_err, __reply);
                }
                __p::Input::Message(OneMessage::__Foreign(__it)) => {
                    return __it.now(__actor, __context);
                }
                _ => {}
            }
            __p::Flow::Done
        }
    }
    #[automatically_derived]
    impl __p::Envelope<One> for OneMessage {
        fn wrap(__it: __p::Foreign<One>) -> Self {
            Self::__Foreign(__it)
        }
        fn unwrap(self) -> __p::Option<__p::Foreign<One>> {
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
    impl OneAddr {
        #[doc = "Sends [`One::f`]."]
        fn f(&self, entry: Entry, more: Vec<Entry>, number: u8) -> ::actor_core::Call<'_, One, ()> {
            ::actor_core::Call::__new(
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
        __Foreign(__p::Foreign<Many>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for ManyMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::F { .. } => __f.write_str("F"),
                Self::__Foreign(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for Many
    where
        ManyAddr: __p::Sized,
    {
        type Enum = ManyMessage;
        type Handle = ManyAddr;
        type Boxing = __p::Sent;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn label_of(__message: &ManyMessage) -> __p::Label<'_> {
            match *__message {
                ManyMessage::F { ref __reply, .. } => __p::Label::new("f", __reply.head()),
                ManyMessage::__Foreign(ref __it) => __it.label(),
            }
        }
        fn slot_of(__message: &mut ManyMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                ManyMessage::F { ref mut __reply, .. } => __p::Some(__reply),
                ManyMessage::__Foreign(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::now(__life)
        }
        fn foreign(__message: &ManyMessage) -> __p::Option<&__p::Foreign<Self>> {
            if let ManyMessage::__Foreign(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<ManyMessage>,
            __context: &::actor_core::Context<Self>,
        ) -> __p::Flow<__p::Foreign<Self>> {
            use __p::{ViaDebug as _, ViaName as _, ViaNone as _};
            let __p::Some(__me) = __actor else { return __p::Flow::Done };
            match __input {
                __p::Input::Message(ManyMessage::F { entry, other, __reply }) => {
                    __p::answer(
                        Self::f(__me, entry, other),
                        (&&&__p::ErrProbe(&__reply)).describe_err(),
                        __reply,
                    );
                }
                __p::Input::Message(ManyMessage::__Foreign(__it)) => {
                    return __it.now(__actor, __context);
                }
                _ => {}
            }
            __p::Flow::Done
        }
    }
    #[automatically_derived]
    impl __p::Envelope<Many> for ManyMessage {
        fn wrap(__it: __p::Foreign<Many>) -> Self {
            Self::__Foreign(__it)
        }
        fn unwrap(self) -> __p::Option<__p::Foreign<Many>> {
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
    impl ManyAddr {
        #[doc = "Sends [`Many::f`]."]
        fn f(&self, entry: Entry, other: Other) -> ::actor_core::Call<'_, Many, Third> {
            ::actor_core::Call::__new(
                self,
                ManyMessage::F { entry, other, __reply: __p::ReplySlot::EMPTY },
            )
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
        __Foreign(__p::Foreign<Sure>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for SureMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::F { .. } => __f.write_str("F"),
                Self::__Foreign(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for Sure
    where
        SureAddr: __p::Sized,
    {
        type Enum = SureMessage;
        type Handle = SureAddr;
        type Boxing = __p::Sent;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn label_of(__message: &SureMessage) -> __p::Label<'_> {
            match *__message {
                SureMessage::F { ref __reply, .. } => __p::Label::new("f", __reply.head()),
                SureMessage::__Foreign(ref __it) => __it.label(),
            }
        }
        fn slot_of(__message: &mut SureMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                SureMessage::F { ref mut __reply, .. } => __p::Some(__reply),
                SureMessage::__Foreign(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::now(__life)
        }
        fn foreign(__message: &SureMessage) -> __p::Option<&__p::Foreign<Self>> {
            if let SureMessage::__Foreign(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<SureMessage>,
            __context: &::actor_core::Context<Self>,
        ) -> __p::Flow<__p::Foreign<Self>> {
            let __p::Some(__me) = __actor else { return __p::Flow::Done };
            match __input {
                __p::Input::Message(SureMessage::F { entry, other, __reply }) => {
                    __p::answer(Self::f(__me, entry, other), __p::no_err, __reply);
                }
                __p::Input::Message(SureMessage::__Foreign(__it)) => {
                    return __it.now(__actor, __context);
                }
                _ => {}
            }
            __p::Flow::Done
        }
    }
    #[automatically_derived]
    impl __p::Envelope<Sure> for SureMessage {
        fn wrap(__it: __p::Foreign<Sure>) -> Self {
            Self::__Foreign(__it)
        }
        fn unwrap(self) -> __p::Option<__p::Foreign<Sure>> {
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
    impl SureAddr {
        #[doc = "Sends [`Sure::f`]."]
        fn f(&self, entry: Entry, other: Rc<u8>) -> ::actor_core::Call<'_, Sure, ()> {
            ::actor_core::Call::__new(
                self,
                SureMessage::F { entry, other, __reply: __p::ReplySlot::EMPTY },
            )
        }
    }
};
