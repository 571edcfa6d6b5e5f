//! Layer 4, impl half: the `match` from inputs to handlers, driven by the run loop.
//!
//! It must not await anything except user handlers.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::{
    at_actor, condition, delivery, do_not_recommend, docs, message, send_check, where_addressed,
};
use crate::model::{Arg, Hook, HookKind, Message, Protocol, Receiver, ReplyKind, Role, Side};
use crate::span;

/// Returns whether any handler or hook is async.
fn is_async(protocol: &Protocol) -> bool {
    protocol.messages.iter().any(|message| message.is_async)
        || protocol.hooks.iter().any(|hook| hook.is_async)
}

// Output:
//     /// The messages, as variants of `AccountMessage`: ..
//     impl __p::Dispatch for Account where AccountAddr: __p::Sized {
//         type MessageEnum = AccountMessage;
//         const HOOKS: __p::Hooks = __p::Hooks { start: false, stop: true, exit: false };
//         fn info_of(__message: &AccountMessage) -> __p::MessageInfo<'_> { .. }
//         fn slot_of(__message: &mut AccountMessage) -> __p::Option<__p::SlotMut<'_>> { .. }
//         fn runner(__life: __p::Life<Self>) -> __p::Runner {
//             __p::Runner::new_async(__life.mailbox(), __p::run_async(__life))
//         }
//         fn as_protocol(__message: &AccountMessage) -> __p::Option<&__p::ProtocolMessage<Self>> { .. }
//         fn handle_async(..) -> impl __p::Future<Output = __p::HandlerOutcome> { .. }
//     }
//
// One impl contains everything that an actor has once, so that a second block causes a single
// conflict. The compiler's error names the macro around it, whose name says what to write.
pub(super) fn expand_dispatch(protocol: &Protocol) -> TokenStream {
    let actor = &protocol.actor;
    let (params, ..) = protocol.generics.split_for_impl();
    let clause = where_addressed(protocol);
    let run =
        if delivery::is_shared(protocol) { quote!(run_concurrent) } else { quote!(run_async) };
    // A state that is not `Send`, or not an actor, is detected here.
    let runner = match (is_async(protocol), protocol.local) {
        (false, false) => quote!(new_sync(__life)),
        (true, false) => quote!(new_async(__life.mailbox(), __p::#run(__life))),
        (false, true) => quote!(new_local_sync(__life)),
        (true, true) => quote!(new_local_async(__life.mailbox(), __p::#run(__life))),
    };
    let runner = span::moved_all(
        quote!(fn runner(__life: __p::Life<Self>) -> __p::Runner { __p::Runner::#runner }),
        at_actor(protocol),
    );
    let hooks = HookKind::ALL.map(|kind| expand_presence(protocol, kind));
    let not_recommended = do_not_recommend(protocol.crate_path.as_ref(), &protocol.generics);
    let guarded = delivery::expand_guarded(protocol);
    let way = delivery::expand_way(protocol);
    let concurrent = delivery::expand_is_concurrent(protocol);
    let ready = delivery::expand_ready(protocol);
    let handle = expand_handle(protocol);
    let shared = expand_shared(protocol);
    let label = message::expand_label(protocol, &quote!(info_of));
    let slot = message::expand_slot(protocol, &quote!(slot_of));
    let boxing = if protocol.local { quote!(LocalBox) } else { quote!(SendBox) };
    let enum_type = message::expand_spanned_type(protocol);
    let list = docs::expand_list(protocol);
    let address = &protocol.address;
    let message_type = message::enum_type(protocol);
    let ident = span::on(&protocol.message, span::hidden());
    let body = quote! {
        type Address = #address;
        type FutureBox = __p::#boxing;
        const HOOKS: __p::Hooks = __p::Hooks { #(#hooks)* };
        #guarded
        #label
        #slot
        #runner
        fn as_protocol(__message: &#message_type) -> __p::Option<&__p::ProtocolMessage<Self>> {
            if let #ident::__Protocol(ref __it) = *__message { __p::Some(__it) } else { __p::None }
        }
        #way
        #concurrent
        #ready
        #handle
        #shared
    };
    quote_spanned! {at_actor(protocol)=>
        __p::merge_these_blocks_or_make_one_a_protocol! {
            #list
            #[automatically_derived]
            #not_recommended
            #[allow(deprecated, unreachable_patterns, unused_imports, clippy::min_ident_chars)]
            impl #params __p::Dispatch for #actor #clause {
                type MessageEnum = #enum_type;
                #body
            }
        }
    }
}

// Input:  #[on_stop] #[cfg(unix)] fn bye(&mut self, exit: &Exit)
// Output: #[cfg(unix)] stop: true, #[cfg(not(unix))] stop: false,
fn expand_presence(protocol: &Protocol, kind: HookKind) -> TokenStream {
    let field = match kind {
        HookKind::Start => quote!(start),
        HookKind::Stop => quote!(stop),
        HookKind::Exit => quote!(exit),
    };
    let hooks: Vec<_> = protocol.hooks.iter().filter(|hook| hook.kind == kind).collect();
    if hooks.iter().any(|hook| hook.cfgs.is_empty()) {
        return quote!(#field: true,);
    }
    if hooks.is_empty() {
        return quote!(#field: false,);
    }
    // A list with a single condition would cause a lint, so it is written alone.
    let joined = |word: TokenStream, mut list: Vec<TokenStream>| match (list.len(), list.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            list.extend(last);
            quote!(#word(#(#list),*))
        }
    };
    let conditions = hooks.iter().map(|hook| {
        let each = hook.cfgs.iter().filter_map(condition);
        joined(quote!(all), each.collect())
    });
    let any = joined(quote!(any), conditions.collect());
    quote!(#[cfg(#any)] #field: true, #[cfg(not(#any))] #field: false,)
}

// Output:
//     fn handle_sync(__actor: .., __input: .., __context: ..) -> __p::HandlerOutcome<__p::ProtocolMessage<Self>> {
//         let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
//         match __input { .. }
//         __p::HandlerOutcome::Done
//     }
// or, with an async handler or hook, `handle_async` and the same inside `async move { .. }`.
fn expand_handle(protocol: &Protocol) -> TokenStream {
    let message_type = message::enum_type(protocol);
    let is_later = is_async(protocol);
    let alone = protocol.messages.iter().filter(|message| !message.options.concurrent);
    let messages = alone.map(|message| expand_arm(protocol, message));
    let hooks = protocol.hooks.iter().map(|hook| expand_hook(protocol, hook));
    let foreign = span::on(&protocol.message, span::hidden());
    let foreign = quote!(__p::Input::Message(#foreign::__Protocol(__it)));
    let foreign = if is_later {
        quote!(#foreign => return __it.handle_async(__actor, __context).await,)
    } else {
        quote!(#foreign => return __it.handle_sync(__actor, __context),)
    };
    let body = quote! {
        let __p::Some(__me) = __actor else { return __p::HandlerOutcome::Done };
        // Message and handler are destructured in one pattern: a value that is moved twice is
        // stored twice.
        match __input {
            #(#messages)*
            #(#hooks)*
            #foreign
            _ => {}
        }
        __p::HandlerOutcome::Done
    };
    let (name, output, body) = if is_later {
        let output = quote!(impl __p::Future<Output = __p::HandlerOutcome>);
        (quote!(handle_async), output, quote!(async move { #body }))
    } else {
        (quote!(handle_sync), quote!(__p::HandlerOutcome<__p::ProtocolMessage<Self>>), body)
    };
    let uses = expand_uses(protocol);
    quote! {
        fn #name(
            __actor: &mut __p::Option<Self>,
            __input: __p::Input<#message_type>,
            __context: &__p::Context<Self>,
        ) -> #output {
            #uses
            #body
        }
    }
}

/// Imports the traits through which calls of handlers query the compiler about types.
fn expand_uses(protocol: &Protocol) -> TokenStream {
    let is_checked = is_async(protocol) && !protocol.local;
    if !is_checked {
        return expand_probe(protocol).unwrap_or_default();
    }
    let is_mut = |it: &Message| it.is_async && it.receiver != Receiver::Shared;
    let lends_mut =
        protocol.messages.iter().any(is_mut) || protocol.hooks.iter().any(|hook| hook.is_async);
    let lent = lends_mut.then(|| quote!(let __state = __p::StateCheck::<Self>::new();));
    quote!(use __p::probes::*; #lent)
}

// Input:  #[message(concurrent)] async fn look_up(&self, key: u32) -> Option<u32>
// Output:
//     fn handle_concurrent(__me: &Self, __message: IndexMessage, __context: ..) -> .. { async move {
//         match __message { .. }
//         __p::HandlerOutcome::Done
//     } }
fn expand_shared(protocol: &Protocol) -> Option<TokenStream> {
    if !delivery::is_shared(protocol) {
        return None;
    }
    let message_type = message::enum_type(protocol);
    let shared = protocol.messages.iter().filter(|message| message.options.concurrent);
    let arms = shared.map(|message| expand_arm(protocol, message));
    // They take `&self`, so nothing is lent mutably.
    let uses = quote!(
        use __p::probes::*;
    );
    Some(quote! {
        fn handle_concurrent(
            __me: &Self,
            __message: #message_type,
            __context: &__p::Context<Self>,
        ) -> impl __p::Future<Output = __p::HandlerOutcome> {
            #uses
            async move {
                match __p::Input::Message(__message) {
                    #(#arms)*
                    _ => {}
                }
                __p::HandlerOutcome::Done
            }
        }
    })
}

/// Returns the imports of `(&&&ErrProbe(..)).describe_err()`, if a handler returns a value.
pub(super) fn expand_probe(protocol: &Protocol) -> Option<TokenStream> {
    let returns = protocol.messages.iter().any(|it| it.reply.kind == ReplyKind::Returned);
    returns.then(|| {
        quote!(
            use __p::probes::*;
        )
    })
}

/// How the call of a handler or hook is run.
enum Runs {
    Now,
    Awaited,
    /// Awaited with a watch of its caller. The value says whether the handler is dropped when the
    /// caller has left.
    Watched(TokenStream),
}

impl Runs {
    fn of_hook(hook: &Hook) -> Self {
        if hook.is_async { Runs::Awaited } else { Runs::Now }
    }

    fn of_message(protocol: &Protocol, message: &Message) -> Self {
        match &protocol.side {
            _ if !message.is_async => Runs::Now,
            // Each actor's impl has the settings.
            Side::Trait(_) if message.reply.kind.is_of_handler() => Runs::Watched(quote!(__aborts)),
            Side::Actor if message.is_watched() => {
                let aborts = message.options.abort;
                Runs::Watched(quote!(#aborts))
            }
            Side::Actor | Side::Trait(_) => Runs::Awaited,
        }
    }
}

// Input:  async fn withdraw(&mut self, amount: u64) -> Result<u64, Insufficient>
// Output: __state.assert_send(Self::withdraw(__me, amount)).await
//     or: { let __p::Some(__value) = __p::watch(&mut __reply, .., true).await else { .. }; __value }
fn expand_call(
    protocol: &Protocol,
    name: &Ident,
    place: Span,
    runs: &Runs,
    ask: &TokenStream,
    args: &[Arg],
    hook_args: &[TokenStream],
) -> TokenStream {
    let args = args.iter().map(|Arg { cfgs, place, role }| {
        let place = span::hidden_at(*place);
        let value = match role {
            Role::Field(field) => {
                let name = &field.name;
                send_check::from_message(quote!(#name), &field.ty, field.send_form.as_deref())
            }
            Role::Context => quote_spanned!(place=> __context),
            Role::ContextMut => quote_spanned!(place=> &mut __p::clone_for_hook(__context)),
            Role::Reply => quote!(__reply.into_reply()),
            Role::Replies => quote!(__reply.into_replies()),
            Role::HookArg(index) => {
                let value = hook_args.get(*index).cloned().unwrap_or_default();
                span::moved_all(value, place)
            }
        };
        quote!(#(#cfgs)* #value)
    });
    let name = span::moved(name, place);
    let callee = match &protocol.side {
        Side::Actor => quote_spanned!(place=> Self),
        Side::Trait(of_trait) => quote!(<__A as #of_trait>),
    };
    let call = quote_spanned!(place=> #callee::#name(__me #(, #args)*));
    match (runs, protocol.local) {
        (Runs::Now, _) => call,
        (Runs::Awaited, true) => quote!(#call.await),
        (Runs::Awaited, false) => quote_spanned!(place=> #ask(#call).await),
        (Runs::Watched(aborts), true) => expand_watched(&call, aborts),
        (Runs::Watched(aborts), false) => {
            expand_watched(&quote_spanned!(place=> #ask(#call)), aborts)
        }
    }
}

fn expand_watched(future: &TokenStream, aborts: &TokenStream) -> TokenStream {
    quote! {{
        let __p::Some(__value) = __p::watch(&mut __reply, #future, #aborts).await else {
            return __p::HandlerOutcome::Aborted;
        };
        __value
    }}
}

// Output:
//     __p::Input::Message(AccountMessage::Withdraw { amount, __reply }) => {
//         __p::answer(.., (&&&__p::ErrProbe(&__reply)).describe_err(), __reply);
//     }
pub(super) fn expand_arm(protocol: &Protocol, message: &Message) -> TokenStream {
    let ident = span::on(&protocol.message, span::hidden());
    let variant = &message.variant;
    let cfgs = &message.attrs.cfgs;
    let fields = message.args.iter().filter_map(|arg| match &arg.role {
        Role::Field(field) => Some((&arg.cfgs, &field.name)),
        _ => None,
    });
    let fields = fields.map(|(cfgs, name)| quote!(#(#cfgs)* #name,));
    // Errors about a handler's future are reported at its name.
    let Message { name, is_async, args, receiver, receiver_span, .. } = message;
    let place = if *is_async { span::hidden_at(name.span()) } else { span::hidden() };
    // A state that is borrowed while its handler waits must be `Sync`: checked at the receiver.
    let ask = if *receiver == Receiver::Shared {
        quote_spanned!(span::hidden_at(*receiver_span)=> __p::SyncCheck::<Self>::new().assert_send)
    } else {
        quote_spanned!(place=> __state.assert_send)
    };
    let runs = Runs::of_message(protocol, message);
    let call = expand_call(protocol, name, place, &runs, &ask, args, &[]);
    let call =
        send_check::into_message(call, &message.reply.ty, message.reply.send_form.as_deref());
    // The last message consumes the state.
    let take = (*receiver == Receiver::Owned).then(
        || quote!(let __p::Some(__me) = __actor.take() else { return __p::HandlerOutcome::Done };),
    );
    let answer = match message.reply.kind {
        ReplyKind::Nothing => quote!(__p::answer(#call, __p::no_err, __reply);),
        ReplyKind::Returned => {
            quote!(__p::answer(#call, (&&&__p::ErrProbe(&__reply)).describe_err(), __reply);)
        }
        ReplyKind::Later | ReplyKind::Streamed => quote!(#call;),
        ReplyKind::ReturnedStream => quote!(__p::answer_with_stream(#call, __context, __reply);),
    };
    let is_watched = matches!(runs, Runs::Watched(_)).then(|| quote!(mut));
    let pattern = quote!(#ident::#variant { #(#fields)* #is_watched __reply });
    let pattern = match protocol.side {
        Side::Actor => quote!(__p::Input::Message(#pattern)),
        Side::Trait(_) => pattern,
    };
    quote! {
        #(#cfgs)*
        #pattern => {
            #take
            #answer
        }
    }
}

// Input:  #[on_stop] async fn bye(&mut self, exit: &Exit)
// Output: __p::Input::Hook(__p::Hook::Stop(__exit)) => { __state.assert_send(Self::bye(__me, &__exit)).await; }
fn expand_hook(protocol: &Protocol, hook: &Hook) -> TokenStream {
    let cfgs = &hook.cfgs;
    // Errors about the types of a hook are reported at its name.
    let place = span::hidden_at(hook.name.span());
    let ask = quote_spanned!(place=> __state.assert_send);
    let call = |hook_args: &[TokenStream]| {
        let runs = Runs::of_hook(hook);
        expand_call(protocol, &hook.name, place, &runs, &ask, &hook.args, hook_args)
    };
    match hook.kind {
        HookKind::Start => {
            let call = call(&[]);
            let started = quote_spanned!(place=> __p::started(#call));
            quote!(#(#cfgs)* __p::Input::Hook(__p::Hook::Start) => return #started,)
        }
        HookKind::Stop => {
            let call = call(&[quote!(&__exit)]);
            quote!(#(#cfgs)* __p::Input::Hook(__p::Hook::Stop(__exit)) => { #call; })
        }
        HookKind::Exit => {
            let call = call(&[quote!(__id), quote!(__exit)]);
            quote! {
                #(#cfgs)*
                __p::Input::Hook(__p::Hook::Exited(__exited)) => {
                    let (__id, __exit) = *__exited;
                    #call;
                }
            }
        }
    }
}
