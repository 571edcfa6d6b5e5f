struct Double<T>(T)
where
    T: Clone;
#[doc = "Address of a running [`Double`]."]
#[allow(deprecated)]
struct DoubleAddr<T>(::actor_core::__private::Addr<Double<T>>)
where
    T: Clone;
#[doc = "Messages of [`Double`], one variant each: `impl Dispatch for Double` lists them."]
#[allow(deprecated)]
type DoubleMessage<T> = <Double<T> as ::actor_core::__private::Protocol>::Message;
#[allow(deprecated)]
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl<T> __p::Actor for Double<T>
    where
        T: Clone,
    {
        type Addr = DoubleAddr<T>;
        const SETTINGS: __p::Settings = __p::Settings::new("Double");
    }
    #[automatically_derived]
    impl<T> __p::TypedAddr for DoubleAddr<T>
    where
        T: Clone,
    {
        type Actor = Double<T>;
    }
    #[automatically_derived]
    impl<T> __p::Clone for DoubleAddr<T>
    where
        T: Clone,
    {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl<T> __p::fmt::Debug for DoubleAddr<T>
    where
        T: Clone,
    {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl<T> __p::PartialEq for DoubleAddr<T>
    where
        T: Clone,
    {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl<T> __p::Eq for DoubleAddr<T> where T: Clone {}
    #[automatically_derived]
    impl<T> __p::Hash for DoubleAddr<T>
    where
        T: Clone,
    {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl<T> __p::Deref for DoubleAddr<T>
    where
        T: Clone,
    {
        type Target = __p::Addr<Double<T>>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl<T> __p::AsRef<__p::Addr<Double<T>>> for DoubleAddr<T>
    where
        T: Clone,
    {
        fn as_ref(&self) -> &__p::Addr<Double<T>> {
            &self.0
        }
    }
    #[automatically_derived]
    impl<T> __p::From<__p::Addr<Double<T>>> for DoubleAddr<T>
    where
        T: Clone,
    {
        fn from(__addr: __p::Addr<Double<T>>) -> Self {
            Self(__addr)
        }
    }
    #[automatically_derived]
    impl<T> __p::From<DoubleAddr<T>> for __p::Addr<Double<T>>
    where
        T: Clone,
    {
        fn from(__addr: DoubleAddr<T>) -> Self {
            __addr.0
        }
    }
};
impl<T: Clone + Send + 'static> Double<T> {}
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
    pub enum DoubleMessage<T: Clone + Send + 'static> {
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<Double<T>>),
    }
    #[automatically_derived]
    impl<T: Clone + Send + 'static> __p::fmt::Debug for DoubleMessage<T> {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl<T: Clone + Send + 'static> __p::Dispatch for Double<T>
    where
        DoubleAddr<T>: __p::Sized,
    {
        type MessageEnum = DoubleMessage<T>;
        type Address = DoubleAddr<T>;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn info_of(__message: &DoubleMessage<T>) -> __p::MessageInfo<'_> {
            match *__message {
                DoubleMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut DoubleMessage<T>) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                DoubleMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_sync(__life)
        }
        fn as_protocol(__message: &DoubleMessage<T>) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let DoubleMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<DoubleMessage<T>>,
            __context: &__p::Context<Self>,
        ) -> __p::HandlerOutcome<__p::ProtocolMessage<Self>> {
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __input {
                __p::Input::Message(DoubleMessage::__Protocol(__it)) => {
                    return __it.handle_sync(__actor, __context);
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
    #[automatically_derived]
    impl<T: Clone + Send + 'static> __p::ActorMessages<Double<T>> for DoubleMessage<T> {
        fn from_protocol(__it: __p::ProtocolMessage<Double<T>>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Double<T>>> {
            if let Self::__Protocol(__it) = self { __p::Some(__it) } else { __p::None }
        }
    }
};
