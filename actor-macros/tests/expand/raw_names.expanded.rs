pub enum r#Type {
    A,
}
#[doc = "Address of a running [`Type`]."]
pub struct TypeAddr(::actor_core::__private::Addr<r#Type>);
#[doc = "Messages of [`Type`], one variant each: `impl Dispatch for Type` lists them."]
pub type TypeMessage = <r#Type as ::actor_core::__private::Protocol>::Message;
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl __p::Actor for r#Type {
        type Addr = TypeAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("Type");
    }
    #[automatically_derived]
    impl __p::TypedAddr for TypeAddr {
        type Actor = r#Type;
    }
    #[automatically_derived]
    impl __p::Clone for TypeAddr {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl __p::fmt::Debug for TypeAddr {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl __p::PartialEq for TypeAddr {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl __p::Eq for TypeAddr {}
    #[automatically_derived]
    impl __p::Hash for TypeAddr {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl __p::Deref for TypeAddr {
        type Target = __p::Addr<r#Type>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<__p::Addr<r#Type>> for TypeAddr {
        fn as_ref(&self) -> &__p::Addr<r#Type> {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::From<__p::Addr<r#Type>> for TypeAddr {
        fn from(__addr: __p::Addr<r#Type>) -> Self {
            Self(__addr)
        }
    }
    #[automatically_derived]
    impl __p::From<TypeAddr> for __p::Addr<r#Type> {
        fn from(__addr: TypeAddr) -> Self {
            __addr.0
        }
    }
};
impl r#Type {
    pub async fn r#fn(&self, r#match: u8, self_: u8, arg0: u8, (a, b): (u8, u8)) {}
    pub fn self_(&self) {}
    pub fn _1(&self, message: Message, reply: Reply, _type: u8) {}
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
    pub enum TypeMessage {
        Fn {
            r#match: u8,
            self_: u8,
            arg0: u8,
            arg3: (u8, u8),
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        Self_ {
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        _1 {
            message: Message,
            reply: Reply,
            _type: u8,
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<r#Type>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for TypeMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Fn { .. } => __f.write_str("Fn"),
                Self::Self_ { .. } => __f.write_str("Self_"),
                Self::_1 { .. } => __f.write_str("_1"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `TypeMessage`:\n"]
    #[doc = " - `Fn { match: u8, self_: u8, arg0: u8, arg3: (u8, u8) }`"]
    #[doc = " - `Self_`"]
    #[doc = " - `_1 { message: Message, reply: Reply, _type: u8 }`"]
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for r#Type
    where
        TypeAddr: __p::Sized,
    {
        type MessageEnum = TypeMessage;
        type Address = TypeAddr;
        type FutureBox = __p::LocalBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn info_of(__message: &TypeMessage) -> __p::MessageInfo<'_> {
            match *__message {
                TypeMessage::Fn { ref __reply, .. } => __reply.info("fn"),
                TypeMessage::Self_ { ref __reply, .. } => __reply.info("self_"),
                TypeMessage::_1 { ref __reply, .. } => __reply.info("_1"),
                TypeMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut TypeMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                TypeMessage::Fn { ref mut __reply, .. } => __p::Some(__reply),
                TypeMessage::Self_ { ref mut __reply, .. } => __p::Some(__reply),
                TypeMessage::_1 { ref mut __reply, .. } => __p::Some(__reply),
                TypeMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_local_async(__life.mailbox(), __p::run_async(__life))
        }
        fn as_protocol(__message: &TypeMessage) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let TypeMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_async(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<TypeMessage>,
            __context: &__p::Context<Self>,
        ) -> impl __p::Future<Output = __p::HandlerOutcome> {
            async move {
                let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
                match __input {
                    __p::Input::Message(TypeMessage::Fn {
                        r#match,
                        self_,
                        arg0,
                        arg3,
                        __reply,
                    }) => {
                        __p::answer(
                            Self::r#fn(__me, r#match, self_, arg0, arg3).await,
                            __p::no_err,
                            __reply,
                        );
                    }
                    __p::Input::Message(TypeMessage::Self_ { __reply }) => {
                        __p::answer(Self::self_(__me), __p::no_err, __reply);
                    }
                    __p::Input::Message(TypeMessage::_1 { message, reply, _type, __reply }) => {
                        __p::answer(Self::_1(__me, message, reply, _type), __p::no_err, __reply);
                    }
                    __p::Input::Message(TypeMessage::__Protocol(__it)) => {
                        return __it.handle_async(__actor, __context).await;
                    }
                    _ => {}
                }
                __p::HandlerOutcome::Done
            }
        }
    }
    #[automatically_derived]
    impl __p::ActorMessages<r#Type> for TypeMessage {
        fn from_protocol(__it: __p::ProtocolMessage<r#Type>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<r#Type>> {
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
    impl TypeAddr {
        #[doc = "Sends [`Type::fn`]."]
        pub fn r#fn(
            &self,
            r#match: u8,
            self_: u8,
            arg0: u8,
            arg3: (u8, u8),
        ) -> __p::Call<'_, r#Type, ()> {
            __p::Call::__new(
                self,
                TypeMessage::Fn { r#match, self_, arg0, arg3, __reply: __p::ReplySlot::EMPTY },
            )
        }
        #[doc = "Sends [`Type::self_`]."]
        pub fn self_(&self) -> __p::Call<'_, r#Type, ()> {
            __p::Call::__new(self, TypeMessage::Self_ { __reply: __p::ReplySlot::EMPTY })
        }
        #[doc = "Sends [`Type::_1`]."]
        pub fn _1(&self, message: Message, reply: Reply, _type: u8) -> __p::Call<'_, r#Type, ()> {
            __p::Call::__new(
                self,
                TypeMessage::_1 { message, reply, _type, __reply: __p::ReplySlot::EMPTY },
            )
        }
    }
};
