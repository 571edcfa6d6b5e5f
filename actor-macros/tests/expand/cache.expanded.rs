#[derive(Debug)]
pub(crate) struct Cache<K: Hash, V = u8, const N: usize = 3>
where
    V: Clone,
{
    map: HashMap<K, V>,
}
#[doc = "Address of a running [`Cache`]."]
#[allow(deprecated)]
pub(crate) struct CacheAddr<K: Hash, V = u8, const N: usize = 3>(
    ::actor_core::__private::Addr<Cache<K, V, N>>,
)
where
    V: Clone;
#[doc = "Messages of [`Cache`], one variant each: `impl Dispatch for Cache` lists them."]
#[allow(deprecated)]
pub(crate) type CacheMessage<K, V = u8, const N: usize = 3> =
    <Cache<K, V, N> as ::actor_core::__private::Protocol>::Message;
#[allow(deprecated)]
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl<K: Hash, V, const N: usize> __p::Actor for Cache<K, V, N>
    where
        V: Clone,
    {
        type Addr = CacheAddr<K, V, N>;
        const SETTINGS: __p::Settings = __p::Settings::new("Cache").unbounded();
    }
    #[automatically_derived]
    impl<K: Hash, V, const N: usize> __p::TypedAddr for CacheAddr<K, V, N>
    where
        V: Clone,
    {
        type Actor = Cache<K, V, N>;
    }
    #[automatically_derived]
    impl<K: Hash, V, const N: usize> __p::Clone for CacheAddr<K, V, N>
    where
        V: Clone,
    {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl<K: Hash, V, const N: usize> __p::fmt::Debug for CacheAddr<K, V, N>
    where
        V: Clone,
    {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl<K: Hash, V, const N: usize> __p::PartialEq for CacheAddr<K, V, N>
    where
        V: Clone,
    {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl<K: Hash, V, const N: usize> __p::Eq for CacheAddr<K, V, N> where V: Clone {}
    #[automatically_derived]
    impl<K: Hash, V, const N: usize> __p::Hash for CacheAddr<K, V, N>
    where
        V: Clone,
    {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl<K: Hash, V, const N: usize> __p::Deref for CacheAddr<K, V, N>
    where
        V: Clone,
    {
        type Target = __p::Addr<Cache<K, V, N>>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl<K: Hash, V, const N: usize> __p::AsRef<__p::Addr<Cache<K, V, N>>> for CacheAddr<K, V, N>
    where
        V: Clone,
    {
        fn as_ref(&self) -> &__p::Addr<Cache<K, V, N>> {
            &self.0
        }
    }
    #[automatically_derived]
    impl<K: Hash, V, const N: usize> __p::From<__p::Addr<Cache<K, V, N>>> for CacheAddr<K, V, N>
    where
        V: Clone,
    {
        fn from(__addr: __p::Addr<Cache<K, V, N>>) -> Self {
            Self(__addr)
        }
    }
    #[automatically_derived]
    impl<K: Hash, V, const N: usize> __p::From<CacheAddr<K, V, N>> for __p::Addr<Cache<K, V, N>>
    where
        V: Clone,
    {
        fn from(__addr: CacheAddr<K, V, N>) -> Self {
            __addr.0
        }
    }
};
impl<K: Hash + Eq + Send + 'static, V: Clone + Send + 'static, const N: usize> shop::Cache<K, V, N>
where
    Self: Sized,
{
    pub fn get(&self, key: K) -> Option<V> {
        self.map.get(&key).cloned()
    }
    pub fn all(&self, others: Vec<Self>, numbers: [u8; Self::SIZE]) -> <Self as Trait>::Item {
        others
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
    pub enum CacheMessage<K: Hash + Eq + Send + 'static, V: Clone + Send + 'static, const N: usize>
    where
        shop::Cache<K, V, N>: Sized,
    {
        Get {
            key: K,
            #[doc(hidden)]
            __reply: __p::ReplySlot<Option<V>>,
        },
        All {
            others: Vec<shop::Cache<K, V, N>>,
            numbers: [u8; <shop::Cache<K, V, N>>::SIZE],
            #[doc(hidden)]
            __reply: __p::ReplySlot<<shop::Cache<K, V, N> as Trait>::Item>,
        },
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<shop::Cache<K, V, N>>),
    }
    #[automatically_derived]
    impl<K: Hash + Eq + Send + 'static, V: Clone + Send + 'static, const N: usize> __p::fmt::Debug
        for CacheMessage<K, V, N>
    where
        shop::Cache<K, V, N>: Sized,
    {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Get { .. } => __f.write_str("Get"),
                Self::All { .. } => __f.write_str("All"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `CacheMessage`:\n"]
    #[doc = " - `Get { key: K }`"]
    #[doc = " - `All { others: Vec<shop::Cache<K, V, N>>, numbers: [u8; <shop::Cache<K, V, N>>::SIZE] }`"]
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl<K: Hash + Eq + Send + 'static, V: Clone + Send + 'static, const N: usize> __p::Dispatch
        for shop::Cache<K, V, N>
    where
        shop::Cache<K, V, N>: Sized,
        shop::CacheAddr<K, V, N>: __p::Sized,
    {
        type MessageEnum = CacheMessage<K, V, N>;
        type Address = shop::CacheAddr<K, V, N>;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        fn info_of(__message: &CacheMessage<K, V, N>) -> __p::MessageInfo<'_> {
            match *__message {
                CacheMessage::Get { ref __reply, .. } => __reply.info("get"),
                CacheMessage::All { ref __reply, .. } => __reply.info("all"),
                CacheMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut CacheMessage<K, V, N>) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                CacheMessage::Get { ref mut __reply, .. } => __p::Some(__reply),
                CacheMessage::All { ref mut __reply, .. } => __p::Some(__reply),
                CacheMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_sync(__life)
        }
        fn as_protocol(
            __message: &CacheMessage<K, V, N>,
        ) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let CacheMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<CacheMessage<K, V, N>>,
            __context: &__p::Context<Self>,
        ) -> __p::HandlerOutcome<__p::ProtocolMessage<Self>> {
            use __p::probes::*;
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __input {
                __p::Input::Message(CacheMessage::Get { key, __reply }) => {
                    __p::answer(
                        Self::get(__me, key),
                        (&&&__p::ErrProbe(&__reply)).describe_err(),
                        __reply,
                    );
                }
                __p::Input::Message(CacheMessage::All { others, numbers, __reply }) => {
                    __p::answer(
                        Self::all(__me, others, numbers),
                        (&&&__p::ErrProbe(&__reply)).describe_err(),
                        __reply,
                    );
                }
                __p::Input::Message(CacheMessage::__Protocol(__it)) => {
                    return __it.handle_sync(__actor, __context);
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
    }
    #[automatically_derived]
    impl<K: Hash + Eq + Send + 'static, V: Clone + Send + 'static, const N: usize>
        __p::ActorMessages<shop::Cache<K, V, N>> for CacheMessage<K, V, N>
    where
        shop::Cache<K, V, N>: Sized,
    {
        fn from_protocol(__it: __p::ProtocolMessage<shop::Cache<K, V, N>>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<shop::Cache<K, V, N>>> {
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
    impl<K: Hash + Eq + Send + 'static, V: Clone + Send + 'static, const N: usize>
        shop::CacheAddr<K, V, N>
    where
        shop::Cache<K, V, N>: Sized,
    {
        #[doc = "Sends [`Cache::get`](shop::Cache::get)."]
        pub fn get(&self, key: K) -> __p::Call<'_, shop::Cache<K, V, N>, Option<V>> {
            __p::Call::__new(
                self,
                CacheMessage::<K, V, N>::Get { key, __reply: __p::ReplySlot::EMPTY },
            )
        }
        #[doc = "Sends [`Cache::all`](shop::Cache::all)."]
        pub fn all(
            &self,
            others: Vec<shop::Cache<K, V, N>>,
            numbers: [u8; <shop::Cache<K, V, N>>::SIZE],
        ) -> __p::Call<'_, shop::Cache<K, V, N>, <shop::Cache<K, V, N> as Trait>::Item> {
            __p::Call::__new(
                self,
                CacheMessage::<K, V, N>::All { others, numbers, __reply: __p::ReplySlot::EMPTY },
            )
        }
    }
};
