#[doc = " Stores values."]
#[allow(async_fn_in_trait)]
pub trait Store<K: Send + 'static, const N: usize = 1> {
    #[doc = " A name."]
    const NAME: &'static str;
    #[doc = " Puts `value` there."]
    fn put(&mut self, key: K, value: [u8; N]) -> Option<[u8; N]>;
    #[doc = " Looks it up, and may take its time."]
    #[cfg(feature = "slow")]
    async fn get(&self, key: K, context: &Context<Self>) -> Option<[u8; N]>
    where
        Self: ::actor_core::__private::Dispatch;
    #[doc = " Answers when there is something."]
    async fn wait(&mut self, reply: Reply<K>) {
        drop(reply);
    }
    fn finish(self) -> usize;
    fn helper(&self) {}
}
#[doc = "Any actor that implements [`Store`], in types such as `WeakAddr<AnyStore>`."]
#[allow(dead_code, missing_debug_implementations)]
pub struct AnyStore<K: Send + 'static, const N: usize = 1>(
    ::actor_core::__private::Uninhabited<(*const K,)>,
);
#[doc = "Address of any actor that implements [`Store`]."]
#[allow(deprecated)]
pub struct StoreAddr<K: Send + 'static, const N: usize = 1>(
    ::actor_core::__private::Addr<AnyStore<K, N>>,
);
#[doc = "Messages of [`Store`], one variant each: `impl Protocol for AnyStore` lists them."]
#[allow(deprecated)]
pub type StoreMessage<K, const N: usize = 1> =
    <AnyStore<K, N> as ::actor_core::__private::Protocol>::Message;
#[allow(deprecated)]
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl<K: Send + 'static, const N: usize> __p::Actor for AnyStore<K, N> {
        type Addr = StoreAddr<K, N>;
        const SETTINGS: __p::Settings = __p::Settings::new("Store");
    }
    #[automatically_derived]
    impl<K: Send + 'static, const N: usize> __p::TypedAddr for StoreAddr<K, N> {
        type Actor = AnyStore<K, N>;
    }
    #[automatically_derived]
    impl<K: Send + 'static, const N: usize> __p::Clone for StoreAddr<K, N> {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl<K: Send + 'static, const N: usize> __p::fmt::Debug for StoreAddr<K, N> {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl<K: Send + 'static, const N: usize> __p::PartialEq for StoreAddr<K, N> {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl<K: Send + 'static, const N: usize> __p::Eq for StoreAddr<K, N> {}
    #[automatically_derived]
    impl<K: Send + 'static, const N: usize> __p::Hash for StoreAddr<K, N> {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl<K: Send + 'static, const N: usize> __p::Deref for StoreAddr<K, N> {
        type Target = __p::Addr<AnyStore<K, N>>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl<K: Send + 'static, const N: usize> __p::AsRef<__p::Addr<AnyStore<K, N>>> for StoreAddr<K, N> {
        fn as_ref(&self) -> &__p::Addr<AnyStore<K, N>> {
            &self.0
        }
    }
    #[automatically_derived]
    impl<K: Send + 'static, const N: usize, __A> __p::From<__A> for StoreAddr<K, N>
    where
        __p::AddrConversion: __p::Converts<__A, StoreAddr<K, N>>,
    {
        fn from(__addr: __A) -> Self {
            Self(<__p::AddrConversion as __p::Converts<__A, Self>>::convert(__addr))
        }
    }
    #[automatically_derived]
    impl<K: Send + 'static, const N: usize> __p::From<StoreAddr<K, N>> for __p::Addr<AnyStore<K, N>> {
        fn from(__addr: StoreAddr<K, N>) -> Self {
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
    pub enum StoreMessage<K: Send + 'static, const N: usize = 1> {
        #[doc = " Puts `value` there."]
        Put {
            key: K,
            value: [u8; N],
            #[doc(hidden)]
            __reply: __p::ReplySlotOf<AnyStore<K, N>, Option<[u8; N]>>,
        },
        #[cfg(feature = "slow")]
        #[doc = " Looks it up, and may take its time."]
        Get {
            key: K,
            #[doc(hidden)]
            __reply: __p::ReplySlotOf<AnyStore<K, N>, Option<[u8; N]>>,
        },
        #[doc = " Answers when there is something."]
        Wait {
            #[doc(hidden)]
            __reply: __p::ReplySlotOf<AnyStore<K, N>, K>,
        },
        Finish {
            #[doc(hidden)]
            __reply: __p::ReplySlotOf<AnyStore<K, N>, usize>,
        },
    }
    #[automatically_derived]
    impl<K: Send + 'static, const N: usize> __p::fmt::Debug for StoreMessage<K, N> {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Put { .. } => __f.write_str("Put"),
                #[cfg(feature = "slow")]
                Self::Get { .. } => __f.write_str("Get"),
                Self::Wait { .. } => __f.write_str("Wait"),
                Self::Finish { .. } => __f.write_str("Finish"),
            }
        }
    }
    #[doc = " The messages, as variants of `StoreMessage`:\n"]
    #[doc = " - `Put { key: K, value: [u8; N] }`: Puts `value` there."]
    #[cfg_attr(
        all(feature = "slow"),
        doc = " - `Get { key: K }`: Looks it up, and may take its time."
    )]
    #[doc = " - `Wait`: Answers when there is something."]
    #[doc = " - `Finish`"]
    #[automatically_derived]
    #[allow(deprecated)]
    impl<K: Send + 'static, const N: usize> __p::Protocol for AnyStore<K, N> {
        type Message = StoreMessage<K, N>;
        const NON_MESSAGES: &'static [&'static __p::str] = &["helper"];
        fn info(__message: &StoreMessage<K, N>) -> __p::MessageInfo<'_> {
            match *__message {
                StoreMessage::Put { ref __reply, .. } => __reply.info("put"),
                #[cfg(feature = "slow")]
                StoreMessage::Get { ref __reply, .. } => __reply.info("get"),
                StoreMessage::Wait { ref __reply, .. } => __reply.info("wait"),
                StoreMessage::Finish { ref __reply, .. } => __reply.info("finish"),
            }
        }
        fn slot(__message: &mut StoreMessage<K, N>) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                StoreMessage::Put { ref mut __reply, .. } => __p::Some(__reply),
                #[cfg(feature = "slow")]
                StoreMessage::Get { ref mut __reply, .. } => __p::Some(__reply),
                StoreMessage::Wait { ref mut __reply, .. } => __p::Some(__reply),
                StoreMessage::Finish { ref mut __reply, .. } => __p::Some(__reply),
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
    impl<K: Send + 'static, const N: usize, __A> __p::ProtocolDispatch<__A> for AnyStore<K, N>
    where
        __A: Store<K, N> + __p::Dispatch,
    {
        fn with_arguments(
            __message: &StoreMessage<K, N>,
            __ask: impl __p::FnOnce(&[&dyn __p::Any]) -> __p::bool,
        ) -> __p::bool {
            match *__message {
                StoreMessage::Put { ref key, ref value, .. } => __ask(&[key, value]),
                #[cfg(feature = "slow")]
                StoreMessage::Get { ref key, .. } => __ask(&[key]),
                _ => __ask(&[]),
            }
        }
        fn handle_sync(
            __actor: &mut __p::Option<__A>,
            __message: StoreMessage<K, N>,
            __context: &__p::Context<__A>,
        ) -> __p::HandlerOutcome {
            use __p::probes::*;
            let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
            match __message {
                StoreMessage::Put { key, value, __reply } => {
                    __p::answer(
                        <__A as Store<K, N>>::put(__me, key, value),
                        (&&&__p::ErrProbe(&__reply)).describe_err(),
                        __reply,
                    );
                }
                StoreMessage::Finish { __reply } => {
                    let __p::Some(__me) = __actor.take() else { return __p::HandlerOutcome::Done };
                    __p::answer(
                        <__A as Store<K, N>>::finish(__me),
                        (&&&__p::ErrProbe(&__reply)).describe_err(),
                        __reply,
                    );
                }
                _ => {}
            }
            __p::HandlerOutcome::Done
        }
        fn is_async(__message: &StoreMessage<K, N>) -> __p::bool {
            match *__message {
                #[cfg(feature = "slow")]
                StoreMessage::Get { .. } => true,
                StoreMessage::Wait { .. } => true,
                _ => false,
            }
        }
        fn handle_async(
            __actor: &mut __p::Option<__A>,
            __message: StoreMessage<K, N>,
            __context: &__p::Context<__A>,
            __aborts: __p::bool,
        ) -> impl __p::Future<Output = __p::HandlerOutcome> {
            use __p::probes::*;
            async move {
                let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
                match __message {
                    #[cfg(feature = "slow")]
                    StoreMessage::Get { key, mut __reply } => {
                        __p::answer(
                            {
                                let __p::Some(__value) = __p::watch(
                                    &mut __reply,
                                    <__A as Store<K, N>>::get(__me, key, __context),
                                    __aborts,
                                )
                                .await
                                else {
                                    return __p::HandlerOutcome::Aborted;
                                };
                                __value
                            },
                            (&&&__p::ErrProbe(&__reply)).describe_err(),
                            __reply,
                        );
                    }
                    StoreMessage::Wait { __reply } => {
                        <__A as Store<K, N>>::wait(__me, __reply.into_reply()).await;
                    }
                    _ => {}
                }
                __p::HandlerOutcome::Done
            }
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
    impl<K: Send + 'static, const N: usize> StoreAddr<K, N> {
        #[doc = " Puts `value` there."]
        pub fn put(
            &self,
            key: K,
            value: [u8; N],
        ) -> __p::Call<'_, AnyStore<K, N>, Option<[u8; N]>> {
            __p::Call::__new(
                self,
                StoreMessage::<K, N>::Put { key, value, __reply: __p::ReplySlot::EMPTY },
            )
        }
        #[cfg(feature = "slow")]
        #[doc = " Looks it up, and may take its time."]
        pub fn get(&self, key: K) -> __p::Call<'_, AnyStore<K, N>, Option<[u8; N]>> {
            __p::Call::__new(
                self,
                StoreMessage::<K, N>::Get { key, __reply: __p::ReplySlot::EMPTY },
            )
        }
        #[doc = " Answers when there is something."]
        pub fn wait(&self) -> __p::Call<'_, AnyStore<K, N>, K> {
            __p::Call::__indirect(
                self,
                StoreMessage::<K, N>::Wait { __reply: __p::ReplySlot::EMPTY },
            )
        }
        #[doc = "Sends [`Store::finish`]."]
        pub fn finish(&self) -> __p::Call<'_, AnyStore<K, N>, usize> {
            __p::Call::__new(self, StoreMessage::<K, N>::Finish { __reply: __p::ReplySlot::EMPTY })
        }
    }
};
impl<K: Hash + Send + 'static> shop::Store<K, 2> for Map<K>
where
    K: Eq,
{
    const NAME: &'static str = "map";
    fn put(&mut self, key: K, limit: [u8; 2]) -> Option<[u8; 2]> {
        self.map.insert(key, limit)
    }
    #[cfg(feature = "slow")]
    async fn get(&self, key: K, _context: &Context<Self>) -> Option<[u8; 2]> {
        self.map.get(&key).copied()
    }
}
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl<K: Hash + Send + 'static> __p::ImplementsProtocol<shop::StoreAddr<K, 2>> for Map<K>
    where
        K: Eq,
        MapAddr<K>: __p::Sized,
        shop::StoreAddr<K, 2>: __p::Sized,
    {
        fn handle_boxed(
            __loan: __p::HandlerArgs<'_, Self, <shop::StoreAddr<K, 2> as __p::TypedAddr>::Actor>,
        ) -> __p::BorrowingFuture<'_, Self> {
            use __p::{ViaLocal as _, ViaSend as _, ViaUnknown as _};
            (&&&__p::BoxProbe::<Self>::new()).boxed(__p::handle_borrowing(
                __loan,
                <Self as __p::ImplementsProtocol<shop::StoreAddr<K, 2>>>::aborts,
            ))
        }
        fn delivery(__name: &__p::str) -> __p::Delivery {
            match __name {
                "put" => __p::Delivery { priority: true, unbounded: false, guarded: true },
                #[cfg(feature = "slow")]
                "get" => __p::Delivery { priority: false, unbounded: true, guarded: false },
                _ => __p::Delivery { priority: false, unbounded: false, guarded: false },
            }
        }
        fn guard_holds(
            &self,
            __name: &__p::str,
            __arguments: &mut __p::GuardArguments<'_>,
        ) -> __p::bool {
            match __name {
                "put" => <Self as __p::ProtocolGuard<shop::StoreAddr<K, 2>, 0usize>>::guard_holds(
                    self,
                    __arguments,
                ),
                _ => true,
            }
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unused_variables, unused_braces, unused_parens)]
    impl<K: Hash + Send + 'static> __p::ProtocolGuard<shop::StoreAddr<K, 2>, 0usize> for Map<K>
    where
        K: Eq,
        MapAddr<K>: __p::Sized,
        shop::StoreAddr<K, 2>: __p::Sized,
    {
        fn guard_holds(&self, __arguments: &mut __p::GuardArguments<'_>) -> __p::bool {
            let key: &K = __arguments.take();
            let limit: &[u8; 2] = __arguments.take();
            self.map.len() < limit.len()
        }
    }
    #[automatically_derived]
    impl<K: Hash + Send + 'static> __p::Converts<MapAddr<K>, shop::StoreAddr<K, 2>>
        for __p::AddrConversion
    where
        K: Eq,
        MapAddr<K>: __p::Sized,
        shop::StoreAddr<K, 2>: __p::Sized,
        Map<K>: __p::HasActorImpl,
    {
        fn convert(
            __addr: MapAddr<K>,
        ) -> __p::Addr<<shop::StoreAddr<K, 2> as __p::TypedAddr>::Actor> {
            __p::adapt::<Map<K>, <shop::StoreAddr<K, 2> as __p::TypedAddr>::Actor>(&__addr)
        }
    }
};
impl Greeter for Robot {}
const _: () = {
    use ::actor_core::__private as __p;
    type __Addr = __p::write_actor_on_the_trait_or_import_its_address!(GreeterAddr);
    #[automatically_derived]
    impl __p::ImplementsProtocol<<RobotAddr as __p::Named<__Addr>>::Type> for Robot
    where
        RobotAddr: __p::Sized,
        __Addr: __p::Sized,
        Robot: __p::HasActorImpl,
    {
        fn handle_boxed(
            __loan: __p::HandlerArgs<'_, Self, <__Addr as __p::TypedAddr>::Actor>,
        ) -> __p::BorrowingFuture<'_, Self> {
            use __p::{ViaLocal as _, ViaSend as _, ViaUnknown as _};
            (&&&__p::BoxProbe::<Self>::new()).boxed(__p::handle_borrowing(
                __loan,
                <Self as __p::ImplementsProtocol<__Addr>>::aborts,
            ))
        }
    }
    #[automatically_derived]
    impl __p::Converts<RobotAddr, __Addr> for __p::AddrConversion
    where
        RobotAddr: __p::Sized,
        __Addr: __p::Sized,
        Robot: __p::HasActorImpl,
    {
        fn convert(__addr: RobotAddr) -> __p::Addr<<__Addr as __p::TypedAddr>::Actor> {
            __p::adapt::<Robot, <__Addr as __p::TypedAddr>::Actor>(&__addr)
        }
    }
};
