impl Account {
    pub const LIMIT: u64 = { 1_000 };
    pub fn new() -> Self {
        Self { balance: 0 }
    }
    fn open(&mut self, context: &Context<Self>) -> Result<(), String> {
        Ok(())
    }
    async fn close_books(&mut self, exit: &Exit) {}
    fn partner_gone(&mut self, context: &mut Context<Self>, id: ActorId, exit: Exit) {}
    pub async fn withdraw(&mut self, mut amount: u64) -> Result<u64, Insufficient> {
        amount += 1;
        Err(Insufficient)
    }
    #[doc = " Looks up `key` some day."]
    pub(crate) fn lookup(&self, key: String, context: &Context<Self>, reply: Reply<Entry>) {}
    fn keep(&mut self, reply: Reply<Entry>, (x, y): (u8, u8), _: u8, _z: u8) {}
    #[doc = " Ends the account."]
    pub fn close(self) -> Self {
        self
    }
    fn audit(&self, by: &str) {}
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
    pub enum AccountMessage {
        Withdraw {
            amount: u64,
            #[doc(hidden)]
            __reply: __p::ReplySlot<Result<u64, Insufficient>>,
        },
        #[doc = " Looks up `key` some day."]
        Lookup {
            key: String,
            #[doc(hidden)]
            __reply: __p::ReplySlot<Entry>,
        },
        Keep {
            reply: Reply<Entry>,
            #[doc = " The place. "]
            arg1: (u8, u8),
            arg2: u8,
            z: u8,
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        #[doc = " Ends the account."]
        Close {
            #[doc(hidden)]
            __reply: __p::ReplySlot<Account>,
        },
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<Account>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for AccountMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Withdraw { .. } => __f.write_str("Withdraw"),
                Self::Lookup { .. } => __f.write_str("Lookup"),
                Self::Keep { .. } => __f.write_str("Keep"),
                Self::Close { .. } => __f.write_str("Close"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `AccountMessage`:\n"]
    #[doc = " - `Withdraw { amount: u64 }`"]
    #[doc = " - `Lookup { key: String }`: Looks up `key` some day."]
    #[doc = " - `Keep { reply: Reply<Entry>, arg1: (u8, u8), arg2: u8, z: u8 }`\n   - `arg1`: The place."]
    #[doc = " - `Close`: Ends the account."]
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for Account
    where
        AccountAddr: __p::Sized,
    {
        type MessageEnum = AccountMessage;
        type Address = AccountAddr;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: true, stop: true, exit: true };
        fn info_of(__message: &AccountMessage) -> __p::MessageInfo<'_> {
            match *__message {
                AccountMessage::Withdraw { ref __reply, .. } => __reply.info("withdraw"),
                AccountMessage::Lookup { ref __reply, .. } => __reply.info("lookup"),
                AccountMessage::Keep { ref __reply, .. } => __reply.info("keep"),
                AccountMessage::Close { ref __reply, .. } => __reply.info("close"),
                AccountMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut AccountMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                AccountMessage::Withdraw { ref mut __reply, .. } => __p::Some(__reply),
                AccountMessage::Lookup { ref mut __reply, .. } => __p::Some(__reply),
                AccountMessage::Keep { ref mut __reply, .. } => __p::Some(__reply),
                AccountMessage::Close { ref mut __reply, .. } => __p::Some(__reply),
                AccountMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_async(__life.mailbox(), __p::run_async(__life))
        }
        fn as_protocol(__message: &AccountMessage) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let AccountMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn handle_async(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<AccountMessage>,
            __context: &__p::Context<Self>,
        ) -> impl __p::Future<Output = __p::HandlerOutcome> {
            use __p::probes::*;
            let __state = __p::StateCheck::<Self>::new();
            async move {
                let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
                match __input {
                    __p::Input::Message(AccountMessage::Withdraw { amount, __reply }) => {
                        __p::answer(
                            __state.assert_send(Self::withdraw(__me, amount)).await,
                            (&&&__p::ErrProbe(&__reply)).describe_err(),
                            __reply,
                        );
                    }
                    __p::Input::Message(AccountMessage::Lookup { key, __reply }) => {
                        Self::lookup(__me, key, __context, __reply.into_reply());
                    }
                    __p::Input::Message(AccountMessage::Keep { reply, arg1, arg2, z, __reply }) => {
                        __p::answer(Self::keep(__me, reply, arg1, arg2, z), __p::no_err, __reply);
                    }
                    __p::Input::Message(AccountMessage::Close { __reply }) => {
                        let __p::Some(__me) = __actor.take() else {
                            return __p::HandlerOutcome::Done;
                        };
                        __p::answer(
                            Self::close(__me),
                            (&&&__p::ErrProbe(&__reply)).describe_err(),
                            __reply,
                        );
                    }
                    __p::Input::Hook(__p::Hook::Start) => {
                        return __p::started(Self::open(__me, __context));
                    }
                    __p::Input::Hook(__p::Hook::Stop(__exit)) => {
                        __state.assert_send(Self::close_books(__me, &__exit)).await;
                    }
                    __p::Input::Hook(__p::Hook::Exited(__exited)) => {
                        let (__id, __exit) = *__exited;
                        Self::partner_gone(__me, &mut __p::clone_for_hook(__context), __id, __exit);
                    }
                    __p::Input::Message(AccountMessage::__Protocol(__it)) => {
                        return __it.handle_async(__actor, __context).await;
                    }
                    _ => {}
                }
                __p::HandlerOutcome::Done
            }
        }
    }
    #[automatically_derived]
    impl __p::ActorMessages<Account> for AccountMessage {
        fn from_protocol(__it: __p::ProtocolMessage<Account>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Account>> {
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
    impl AccountAddr {
        #[doc = "Sends [`Account::withdraw`]."]
        pub fn withdraw(&self, amount: u64) -> __p::Call<'_, Account, Result<u64, Insufficient>> {
            __p::Call::__new(
                self,
                AccountMessage::Withdraw { amount, __reply: __p::ReplySlot::EMPTY },
            )
        }
        #[doc = " Looks up `key` some day."]
        pub(crate) fn lookup(&self, key: String) -> __p::Call<'_, Account, Entry> {
            __p::Call::__indirect(
                self,
                AccountMessage::Lookup { key, __reply: __p::ReplySlot::EMPTY },
            )
        }
        #[doc = "Sends [`Account::keep`]."]
        fn keep(
            &self,
            reply: Reply<Entry>,
            arg1: (u8, u8),
            arg2: u8,
            z: u8,
        ) -> __p::Call<'_, Account, ()> {
            __p::Call::__new(
                self,
                AccountMessage::Keep { reply, arg1, arg2, z, __reply: __p::ReplySlot::EMPTY },
            )
        }
        #[doc = " Ends the account."]
        pub fn close(&self) -> __p::Call<'_, Account, Account> {
            __p::Call::__new(self, AccountMessage::Close { __reply: __p::ReplySlot::EMPTY })
        }
    }
};
