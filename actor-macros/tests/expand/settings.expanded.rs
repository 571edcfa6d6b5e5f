#![doc = " The settings of messages, and options of structs."]
struct Motor {
    speed: u32,
}
#[doc = "Address of a running [`Motor`]."]
struct MotorAddr(::actor_core::__private::Addr<Motor>);
#[doc = "Messages of [`Motor`], one variant each: `impl Dispatch for Motor` lists them."]
type MotorMessage = <Motor as ::actor_core::__private::Protocol>::Message;
const _: () = {
    use ::actor_core::__private as __p;
    #[automatically_derived]
    impl __p::Actor for Motor {
        type Addr = MotorAddr;
        const SETTINGS: __p::Settings = __p::Settings::new("Motor").deferred(8).max_concurrent(4);
    }
    #[automatically_derived]
    impl __p::TypedAddr for MotorAddr {
        type Actor = Motor;
    }
    #[automatically_derived]
    impl __p::Clone for MotorAddr {
        fn clone(&self) -> Self {
            Self(__p::Clone::clone(&self.0))
        }
    }
    #[automatically_derived]
    impl __p::fmt::Debug for MotorAddr {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            __p::fmt::Debug::fmt(&self.0, __f)
        }
    }
    #[automatically_derived]
    impl __p::PartialEq for MotorAddr {
        fn eq(&self, __other: &Self) -> __p::bool {
            __p::PartialEq::eq(&self.0, &__other.0)
        }
    }
    #[automatically_derived]
    impl __p::Eq for MotorAddr {}
    #[automatically_derived]
    impl __p::Hash for MotorAddr {
        fn hash<__H: __p::Hasher>(&self, __state: &mut __H) {
            __p::Hash::hash(&self.0, __state);
        }
    }
    #[automatically_derived]
    impl __p::Deref for MotorAddr {
        type Target = __p::Addr<Motor>;
        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::AsRef<__p::Addr<Motor>> for MotorAddr {
        fn as_ref(&self) -> &__p::Addr<Motor> {
            &self.0
        }
    }
    #[automatically_derived]
    impl __p::From<__p::Addr<Motor>> for MotorAddr {
        fn from(__addr: __p::Addr<Motor>) -> Self {
            Self(__addr)
        }
    }
    #[automatically_derived]
    impl __p::From<MotorAddr> for __p::Addr<Motor> {
        fn from(__addr: MotorAddr) -> Self {
            __addr.0
        }
    }
};
impl Motor {
    fn turn(&mut self, speed: u32) {
        self.speed = speed;
    }
    fn halt(&mut self) {
        self.speed = 0;
    }
    #[cfg(unix)]
    fn give_back(&mut self) {}
    fn alarm(&mut self) {}
    fn shift(&mut self, (gear, mut level): (Gear, u8), #[cfg(unix)] mut by: String) {}
    async fn coast(&mut self) -> u32 {
        self.speed
    }
    async fn watch(&self, limit: u32) -> u32 {
        limit
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
    pub enum MotorMessage {
        Turn {
            speed: u32,
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        Halt {
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        #[cfg(unix)]
        GiveBack {
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        Alarm {
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        Shift {
            arg0: (Gear, u8),
            #[cfg(unix)]
            by: String,
            #[doc(hidden)]
            __reply: __p::ReplySlot<()>,
        },
        Coast {
            #[doc(hidden)]
            __reply: __p::ReplySlot<u32>,
        },
        Watch {
            limit: u32,
            #[doc(hidden)]
            __reply: __p::ReplySlot<u32>,
        },
        #[doc(hidden)]
        __Protocol(__p::ProtocolMessage<Motor>),
    }
    #[automatically_derived]
    impl __p::fmt::Debug for MotorMessage {
        fn fmt(&self, __f: &mut __p::fmt::Formatter<'_>) -> __p::fmt::Result {
            match *self {
                Self::Turn { .. } => __f.write_str("Turn"),
                Self::Halt { .. } => __f.write_str("Halt"),
                #[cfg(unix)]
                Self::GiveBack { .. } => __f.write_str("GiveBack"),
                Self::Alarm { .. } => __f.write_str("Alarm"),
                Self::Shift { .. } => __f.write_str("Shift"),
                Self::Coast { .. } => __f.write_str("Coast"),
                Self::Watch { .. } => __f.write_str("Watch"),
                Self::__Protocol(ref __it) => __p::fmt::Debug::fmt(__it, __f),
            }
        }
    }
    #[doc = " The messages, as variants of `MotorMessage`:\n"]
    #[doc = " - `Turn { speed: u32 }`"]
    #[doc = " - `Halt`"]
    #[cfg_attr(all(unix), doc = " - `GiveBack`")]
    #[doc = " - `Alarm`"]
    #[doc = " - `Shift { arg0: (Gear, u8), by: String }`"]
    #[doc = " - `Coast`"]
    #[doc = " - `Watch { limit: u32 }`"]
    #[automatically_derived]
    #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
    impl __p::Dispatch for Motor
    where
        MotorAddr: __p::Sized,
    {
        type MessageEnum = MotorMessage;
        type Address = MotorAddr;
        type FutureBox = __p::SendBox;
        const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: false, exit: false };
        const HAS_GUARDS: __p::bool = true;
        fn info_of(__message: &MotorMessage) -> __p::MessageInfo<'_> {
            match *__message {
                MotorMessage::Turn { ref __reply, .. } => __reply.info("turn"),
                MotorMessage::Halt { ref __reply, .. } => __reply.info("halt"),
                #[cfg(unix)]
                MotorMessage::GiveBack { ref __reply, .. } => __reply.info("give_back"),
                MotorMessage::Alarm { ref __reply, .. } => __reply.info("alarm"),
                MotorMessage::Shift { ref __reply, .. } => __reply.info("shift"),
                MotorMessage::Coast { ref __reply, .. } => __reply.info("coast"),
                MotorMessage::Watch { ref __reply, .. } => __reply.info("watch"),
                MotorMessage::__Protocol(ref __it) => __it.info(),
            }
        }
        fn slot_of(__message: &mut MotorMessage) -> __p::Option<__p::SlotMut<'_>> {
            match *__message {
                MotorMessage::Turn { ref mut __reply, .. } => __p::Some(__reply),
                MotorMessage::Halt { ref mut __reply, .. } => __p::Some(__reply),
                #[cfg(unix)]
                MotorMessage::GiveBack { ref mut __reply, .. } => __p::Some(__reply),
                MotorMessage::Alarm { ref mut __reply, .. } => __p::Some(__reply),
                MotorMessage::Shift { ref mut __reply, .. } => __p::Some(__reply),
                MotorMessage::Coast { ref mut __reply, .. } => __p::Some(__reply),
                MotorMessage::Watch { ref mut __reply, .. } => __p::Some(__reply),
                MotorMessage::__Protocol(_) => __p::None,
            }
        }
        fn runner(__life: __p::Life<Self>) -> __p::Runner {
            __p::Runner::new_async(__life.mailbox(), __p::run_concurrent(__life))
        }
        fn as_protocol(__message: &MotorMessage) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let MotorMessage::__Protocol(ref __it) = *__message {
                __p::Some(__it)
            } else {
                __p::None
            }
        }
        fn delivery_of(__message: &MotorMessage) -> __p::Delivery {
            match *__message {
                MotorMessage::Halt { .. } => {
                    __p::Delivery { priority: true, unbounded: false, guarded: false }
                }
                #[cfg(unix)]
                MotorMessage::GiveBack { .. } => {
                    __p::Delivery { priority: false, unbounded: true, guarded: false }
                }
                MotorMessage::Alarm { .. } => {
                    __p::Delivery { priority: true, unbounded: true, guarded: false }
                }
                MotorMessage::Shift { .. } => {
                    __p::Delivery { priority: true, unbounded: false, guarded: true }
                }
                _ => __p::Delivery { priority: false, unbounded: false, guarded: false },
            }
        }
        #[allow(clippy::match_like_matches_macro)]
        fn is_concurrent(__message: &MotorMessage) -> __p::bool {
            match *__message {
                MotorMessage::Watch { .. } => true,
                _ => false,
            }
        }
        fn guard_holds(&self, __message: &MotorMessage) -> __p::bool {
            match *__message {
                MotorMessage::Shift { .. } => {
                    <Self as __p::Guard<0usize>>::guard_holds(self, __message)
                }
                MotorMessage::Watch { .. } => {
                    <Self as __p::Guard<1usize>>::guard_holds(self, __message)
                }
                _ => <Self as __p::Dispatch>::as_protocol(__message)
                    .is_none_or(|__it| __it.guard_holds(self)),
            }
        }
        fn handle_async(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<MotorMessage>,
            __context: &__p::Context<Self>,
        ) -> impl __p::Future<Output = __p::HandlerOutcome> {
            use __p::probes::*;
            let __state = __p::StateCheck::<Self>::new();
            async move {
                let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
                match __input {
                    __p::Input::Message(MotorMessage::Turn { speed, __reply }) => {
                        __p::answer(Self::turn(__me, speed), __p::no_err, __reply);
                    }
                    __p::Input::Message(MotorMessage::Halt { __reply }) => {
                        __p::answer(Self::halt(__me), __p::no_err, __reply);
                    }
                    #[cfg(unix)]
                    __p::Input::Message(MotorMessage::GiveBack { __reply }) => {
                        __p::answer(Self::give_back(__me), __p::no_err, __reply);
                    }
                    __p::Input::Message(MotorMessage::Alarm { __reply }) => {
                        __p::answer(Self::alarm(__me), __p::no_err, __reply);
                    }
                    __p::Input::Message(MotorMessage::Shift {
                        arg0,
                        #[cfg(unix)]
                        by,
                        __reply,
                    }) => {
                        __p::answer(
                            Self::shift(
                                __me,
                                arg0,
                                #[cfg(unix)]
                                by,
                            ),
                            __p::no_err,
                            __reply,
                        );
                    }
                    __p::Input::Message(MotorMessage::Coast { mut __reply }) => {
                        __p::answer(
                            {
                                let __p::Some(__value) = __p::watch(
                                    &mut __reply,
                                    __state.assert_send(Self::coast(__me)),
                                    true,
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
                    __p::Input::Message(MotorMessage::__Protocol(__it)) => {
                        return __it.handle_async(__actor, __context).await;
                    }
                    _ => {}
                }
                __p::HandlerOutcome::Done
            }
        }
        fn handle_concurrent(
            __me: &Self,
            __message: MotorMessage,
            __context: &__p::Context<Self>,
        ) -> impl __p::Future<Output = __p::HandlerOutcome> {
            use __p::probes::*;
            async move {
                match __p::Input::Message(__message) {
                    __p::Input::Message(MotorMessage::Watch { limit, __reply }) => {
                        __p::answer(
                            __p::SyncCheck::<Self>::new()
                                .assert_send(Self::watch(__me, limit))
                                .await,
                            (&&&__p::ErrProbe(&__reply)).describe_err(),
                            __reply,
                        );
                    }
                    _ => {}
                }
                __p::HandlerOutcome::Done
            }
        }
    }
    #[automatically_derived]
    impl __p::ActorMessages<Motor> for MotorMessage {
        fn from_protocol(__it: __p::ProtocolMessage<Motor>) -> Self {
            Self::__Protocol(__it)
        }
        fn into_protocol(self) -> __p::Option<__p::ProtocolMessage<Motor>> {
            if let Self::__Protocol(__it) = self { __p::Some(__it) } else { __p::None }
        }
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unused_variables,
        unused_braces,
        unused_parens,
        clippy::min_ident_chars,
        clippy::type_complexity
    )]
    impl __p::Guard<0usize> for Motor {
        fn guard_holds(&self, __message: &MotorMessage) -> __p::bool {
            let MotorMessage::Shift {
                arg0: ref __field_0,
                #[cfg(unix)]
                    by: ref __field_1,
                ..
            } = *__message
            else {
                return true;
            };
            let (gear, level): &(Gear, u8) = __field_0;
            #[cfg(unix)]
            let by: &String = __field_1;
            self.speed == 0 && gear.fits::<u8, 4>(*level)
        }
    }
    #[automatically_derived]
    #[allow(
        deprecated,
        unused_variables,
        unused_braces,
        unused_parens,
        clippy::min_ident_chars,
        clippy::type_complexity
    )]
    impl __p::Guard<1usize> for Motor {
        fn guard_holds(&self, __message: &MotorMessage) -> __p::bool {
            let MotorMessage::Watch { limit: ref __field_0, .. } = *__message else {
                return true;
            };
            let limit: &u32 = __field_0;
            self.speed > 0
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
    impl MotorAddr {
        #[doc = "Sends [`Motor::turn`]."]
        fn turn(&self, speed: u32) -> __p::Call<'_, Motor, ()> {
            __p::Call::__new(self, MotorMessage::Turn { speed, __reply: __p::ReplySlot::EMPTY })
        }
        #[doc = "Sends [`Motor::halt`]."]
        fn halt(&self) -> __p::Call<'_, Motor, ()> {
            __p::Call::__new(self, MotorMessage::Halt { __reply: __p::ReplySlot::EMPTY })
        }
        #[cfg(unix)]
        #[doc = "Sends [`Motor::give_back`]."]
        fn give_back(&self) -> __p::Call<'_, Motor, ()> {
            __p::Call::__new(self, MotorMessage::GiveBack { __reply: __p::ReplySlot::EMPTY })
        }
        #[doc = "Sends [`Motor::alarm`]."]
        fn alarm(&self) -> __p::Call<'_, Motor, ()> {
            __p::Call::__new(self, MotorMessage::Alarm { __reply: __p::ReplySlot::EMPTY })
        }
        #[doc = "Sends [`Motor::shift`]."]
        fn shift(&self, arg0: (Gear, u8), #[cfg(unix)] by: String) -> __p::Call<'_, Motor, ()> {
            __p::Call::__indirect(
                self,
                MotorMessage::Shift {
                    arg0,
                    #[cfg(unix)]
                    by,
                    __reply: __p::ReplySlot::EMPTY,
                },
            )
        }
        #[doc = "Sends [`Motor::coast`]."]
        fn coast(&self) -> __p::Call<'_, Motor, u32> {
            __p::Call::__new(self, MotorMessage::Coast { __reply: __p::ReplySlot::EMPTY })
        }
        #[doc = "Sends [`Motor::watch`]."]
        fn watch(&self, limit: u32) -> __p::Call<'_, Motor, u32> {
            __p::Call::__indirect(
                self,
                MotorMessage::Watch { limit, __reply: __p::ReplySlot::EMPTY },
            )
        }
    }
};
