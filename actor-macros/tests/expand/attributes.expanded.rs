#[deprecated]
#[cfg(unix)]
#[doc(hidden)]
pub struct Old;
#[cfg(unix)]
#[deprecated]
#[doc(hidden)]
#[doc = "Address of a running [`Old`]."]
#[allow(deprecated)]
pub struct OldAddr(::actor_core::__private::Addr<Old>);
#[cfg(unix)]
#[deprecated]
#[doc(hidden)]
#[doc = "Messages of [`Old`], one variant each: `impl Dispatch for Old` lists them."]
#[allow(deprecated)]
pub type OldMessage = <Old as ::actor_core::__private::Protocol>::Message;
#[cfg(unix)]
#[allow(deprecated)]
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl __p::Actor for Old {
        type Addr = OldAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("Old");
    }
    #[automatically_derived]
    impl __p::TypedAddr for OldAddr {
        type Actor = Old;
    }
    #[automatically_derived]
    impl __p::Clone for OldAddr {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl __p::fmt::Debug for OldAddr {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl __p::PartialEq for OldAddr {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl __p::Eq for OldAddr {}
    #[automatically_derived]
    impl __p::Hash for OldAddr {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl __p::Deref for OldAddr {
        type Target = __p::Addr<Old>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<__p::Addr<Old>> for OldAddr {
        fn as_ref(&self) -> &__p::Addr<Old> {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::From<__p::Addr<Old>> for OldAddr {
        fn from(__addr: __p::Addr<Old>) -> Self {
            Self(__addr)
        }
    }
    #[automatically_derived]
    impl __p::From<OldAddr> for __p::Addr<Old> {
        fn from(__addr: OldAddr) -> Self {
            __addr.0
        }
    }
};
#[cfg(unix)]
#[allow(dead_code)]
impl Old {
    const SIZE: usize = { 1 + 1 };
    type Own = [u8; 2];
    more_of! { fn made (& self) { } }
    #[inline]
    fn new(size: impl Into<usize>) -> Self {
        Old
    }
    #[doc = " Doc."]
    #[cfg(feature = "extra")]
    #[cfg_attr(test, doc = "More.", tracing::instrument)]
    #[deprecated(note = "use `g`")]
    #[allow(clippy::pedantic)]
    #[expect(unused)]
    #[must_use]
    #[tracing::instrument]
    pub fn f(&self, #[cfg(any())] gone: Nope, kept: u8) -> u8 {
        kept
    }
    #[cfg(feature = "extra")]
    #[cfg(unix)]
    fn bye(&mut self, exit: &Exit) {}
    #[cfg(not(feature = "extra"))]
    fn bye_plain(&mut self, exit: &Exit) {}
}
#[cfg(unix)]
#[allow(dead_code)]
const _: () = {
    use ::mine::rt::__private as __p;
    #[allow(
        unreachable_pub,
        private_interfaces,
        dead_code,
        deprecated,
        non_camel_case_types,
        clippy::min_ident_chars
    )]
    pub enum OldMessage {
        #[cfg(feature = "extra")]
        #[doc = " Doc."]
        #[cfg_attr(test, doc = "More.")]
        F {
            #[cfg(any())]
            gone: Nope,
            #[doc = " How many."]
            kept: u8,
            #[doc(hidden)]
            __reply: __p::ReplySlot<u8>,
        },
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<Old>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for OldMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                #[cfg(feature = "extra")]
                Self::F { .. } => __f.write_str("F"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `OldMessage`:\n"]
    #[cfg_attr(
        all(feature = "extra"),
        doc = " - `F { gone: Nope, kept: u8 }`: Doc.\n   - `kept`: How many."
    )]
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for Old
    where
        OldAddr: __p::Sized,
    {
        type MessageEnum = OldMessage;
        type Address = OldAddr;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks {
            start: false,
            #[cfg(any(all(feature = "extra", unix), not(feature = "extra")))]
            stop: true,
            #[cfg(not(any(all(feature = "extra", unix), not(feature = "extra"))))]
            stop: false,
            exit: false,
        };
        fn info_of(__message: &OldMessage) -> __p::MessageInfo<'_> {
            match *__message {
                #[cfg(feature = "extra")]
                OldMessage::F { ref __reply, .. } => __reply.info("f"),
                OldMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut OldMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                #[cfg(feature = "extra")]
                OldMessage::F { ref mut __reply, .. } => __p::Some(__reply),
                OldMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_sync(__life)
        }
        fn as_protocol(__message: &OldMessage) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let OldMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<OldMessage>,
            __context: &__p::Context<Self>,
        ) -> __p::HandlerOutcome<__p::ProtocolMessage<Self>> {
            use __p::probes::*;
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __input {
                #[cfg(feature = "extra")]
                __p::Input::Message(OldMessage::F {
                    #[cfg(any())]
                    gone,
                    kept,
                    __reply,
                }) => {
                    __p::answer(
                        Self::f(
                            __me,
                            #[cfg(any())]
                            gone,
                            kept,
                        ),
                        (&&&__p::ErrProbe(&__reply)).describe_err(),
                        __reply,
                    );
                }
                #[cfg(feature = "extra")]
                #[cfg(unix)]
                __p::Input::Hook(__p::Hook::Stop(__exit)) => {
                    Self::bye(__me, &__exit);
                }
                #[cfg(not(feature = "extra"))]
                __p::Input::Hook(__p::Hook::Stop(__exit)) => {
                    Self::bye_plain(__me, &__exit);
                }
                __p::Input::Message(OldMessage::__Protocol(__it)) => {
                    return __it.handle_sync(__actor, __context);
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
    #[automatically_derived]
    impl __p::ActorMessages<Old> for OldMessage {
        fn from_protocol(__it: __p::ProtocolMessage<Old>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Old>> {
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
    impl OldAddr {
        #[cfg(feature = "extra")]
        #[doc = " Doc."]
        #[cfg_attr(test, doc = "More.")]
        #[deprecated(note = "use `g`")]
        #[allow(clippy::pedantic)]
        pub fn f(&self, #[cfg(any())] gone: Nope, kept: u8) -> __p::Call<'_, Old, u8> {
            __p::Call::__new(
                self,
                OldMessage::F {
                    #[cfg(any())]
                    gone,
                    kept,
                    __reply: __p::ReplySlot::EMPTY,
                },
            )
        }
    }
};
