//! Layer 2: the validated input, as plain data; it must not contain errors or create tokens.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Attribute, Generics, LitStr, Visibility};

/// The struct half.
pub(crate) struct ActorType {
    /// The path of `actor_core`, if it is not the default.
    pub(crate) crate_path: Option<TokenStream>,
    /// `#[cfg]`s after `#[actor]`.
    pub(crate) cfgs: Vec<Attribute>,
    /// `#[deprecated]` and `#[doc(hidden)]`, which also apply to the address.
    pub(crate) forwarded: Vec<Attribute>,
    /// Whether the actor, or a type in its generics, may be deprecated.
    pub(crate) deprecated: bool,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) address: Ident,
    pub(crate) message: Ident,
    /// The subject of the docs: the actor, or the trait of a protocol.
    pub(crate) doc_target: Ident,
    pub(crate) generics: Generics,
    pub(crate) settings: Settings,
}

impl ActorType {
    /// Returns whether the type represents every actor that implements a trait.
    pub(crate) fn is_marker(&self) -> bool {
        self.doc_target != self.ident
    }
}

pub(crate) struct Settings {
    pub(crate) name: LitStr,
    pub(crate) capacity: Capacity,
    pub(crate) turn: Option<TokenStream>,
    pub(crate) deferred: Option<TokenStream>,
    pub(crate) max_concurrent: Option<TokenStream>,
}

/// The capacity of the mailbox.
pub(crate) enum Capacity {
    Default,
    Bounded(TokenStream),
    Unbounded,
}

/// A trait under `#[actor]`: the type that represents all implementors, and its messages.
pub(crate) struct TraitHalf {
    pub(crate) marker_type: ActorType,
    pub(crate) protocol: Protocol,
}

/// A protocol whose messages can leave the process.
pub(crate) struct Remote {
    /// The path of `actor_remote`, if it is not the default.
    pub(crate) crate_path: Option<TokenStream>,
    /// The name of the protocol between nodes.
    pub(crate) name: LitStr,
    /// The type parameters that messages name.
    pub(crate) parameters: Vec<Ident>,
    /// The messages, with their ids.
    pub(crate) messages: Vec<RemoteMessage>,
}

/// The data that other nodes have about a message.
pub(crate) struct RemoteMessage {
    /// A hash of the names of the protocol, of the message and of its arguments, and of its version.
    pub(crate) id: u64,
    pub(crate) version: u32,
    /// For the reply and each argument, in this order: whether the type names a parameter of the
    /// block.
    pub(crate) are_generic: Vec<bool>,
}

/// The impl of a protocol's trait.
pub(crate) struct ProtocolImpl {
    pub(crate) crate_path: Option<TokenStream>,
    /// `#[cfg]`s and lint levels after `#[actor]`.
    pub(crate) forwarded: Vec<Attribute>,
    /// The generics with the missing bounds.
    pub(crate) generics: Generics,
    pub(crate) missing: Option<MissingBounds>,
    /// The actor as written, `shop::Robot<K>`.
    pub(crate) actor: TokenStream,
    /// The actor's name without the path.
    pub(crate) name: Ident,
    /// `shop::RobotAddr<K>`
    pub(crate) address: TokenStream,
    /// `shop::GreeterAddr<K>`
    pub(crate) protocol_address: TokenStream,
    /// The name of the trait.
    pub(crate) ident: Ident,
    /// The methods with settings.
    pub(crate) configured: Vec<ConfiguredMethod>,
    /// The functions with settings, whether methods or not, and their `#[cfg]`s.
    pub(crate) with_settings: Vec<(Vec<Attribute>, Ident)>,
}

/// A method in the impl of a protocol's trait that has settings.
pub(crate) struct ConfiguredMethod {
    pub(crate) attrs: Forwarded,
    pub(crate) name: Ident,
    pub(crate) options: MessageOptions,
}

/// Type parameters that seem to lack `Send` or `'static`. The compiler decides, because a supertrait
/// may imply them.
pub(crate) struct MissingBounds {
    /// The text of the error.
    pub(crate) message: String,
    /// The text at the parameters.
    pub(crate) label: String,
    /// The generics as written, without `Self`.
    pub(crate) generics: Generics,
    pub(crate) parameters: Vec<Parameter>,
}

/// A type parameter that has to be `'static`.
pub(crate) struct Parameter {
    pub(crate) ident: Ident,
    /// Whether the parameter also has to be `Send`.
    pub(crate) is_sent: bool,
}

/// The owner of the messages.
pub(crate) enum Side {
    /// The messages of an actor: the impl half.
    Actor,
    /// The messages of a protocol: `Greeter<K>`, the trait.
    Trait(TokenStream),
}

/// The impl half, or the corresponding parts of a trait.
pub(crate) struct Protocol {
    pub(crate) side: Side,
    pub(crate) crate_path: Option<TokenStream>,
    /// `#[cfg]`s and lint levels after `#[actor]`.
    pub(crate) forwarded: Vec<Attribute>,
    /// The generics without `Self`, so that they can be used on other types, and with the missing
    /// bounds.
    pub(crate) generics: Generics,
    pub(crate) missing: Option<MissingBounds>,
    /// The actor as written, `shop::Cache<K, V>`, or `AnyGreeter<K>`.
    pub(crate) actor: TokenStream,
    /// The actor's name without the path, or the name of the trait.
    pub(crate) ident: Ident,
    /// `shop::CacheAddr<K, V>`
    pub(crate) address: TokenStream,
    /// `CacheMessage`
    pub(crate) message: Ident,
    /// Whether handlers and state need not be `Send`.
    pub(crate) local: bool,
    pub(crate) messages: Vec<Message>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) rejected: Vec<Rejected>,
    /// The functions of a trait that are not messages.
    pub(crate) helpers: Vec<Ident>,
    /// Set if the messages can leave the process.
    pub(crate) remote: Option<Remote>,
}

/// A method that is a message.
pub(crate) struct Message {
    pub(crate) attrs: Forwarded,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) variant: Ident,
    pub(crate) receiver: Receiver,
    /// The span of the receiver.
    pub(crate) receiver_span: Span,
    pub(crate) is_async: bool,
    /// The arguments, in the order of the handler's parameters.
    pub(crate) args: Vec<Arg>,
    /// The reply type.
    pub(crate) reply: Reply,
    pub(crate) options: MessageOptions,
}

/// The settings of a message that differ from the default.
#[derive(Default)]
pub(crate) struct MessageOptions {
    /// Whether the message is taken before ordinary ones.
    pub(crate) priority: bool,
    /// Whether the message needs no capacity.
    pub(crate) unbounded: bool,
    /// Whether the message may be handled concurrently with others of its kind.
    pub(crate) concurrent: bool,
    /// The version of a remote message, and the word `version`.
    pub(crate) version: Option<(Ident, u32)>,
    /// Whether the handler is dropped when its caller has left.
    pub(crate) abort: bool,
    /// The guard.
    pub(crate) guard: Option<Guard>,
}

/// `when = EXPR`
pub(crate) struct Guard {
    /// The word `when`.
    pub(crate) key: Ident,
    pub(crate) expr: TokenStream,
    /// The `self` of the handler, because another `self` would not resolve in the expression.
    pub(crate) receiver: TokenStream,
    /// The arguments from the caller: `#[cfg]`s, pattern and type.
    pub(crate) params: Vec<(Vec<Attribute>, TokenStream, TokenStream)>,
}

impl Message {
    /// Returns whether the handler runs together with a watch of its caller: it is dropped when the
    /// caller has left, or can wait for that through its context.
    pub(crate) fn is_watched(&self) -> bool {
        let has_context = self.args.iter().any(|arg| matches!(arg.role, Role::Context));
        self.is_async && self.reply.kind.is_of_handler() && (self.options.abort || has_context)
    }

    /// Returns whether the reply comes from the handler, which runs when the message is taken. A
    /// caller then waits only for this actor.
    pub(crate) fn is_answered_in_turn(&self) -> bool {
        self.reply.kind != ReplyKind::Later
            && self.options.guard.is_none()
            && !self.options.concurrent
    }
}

/// The attributes of a handler that are forwarded to generated items.
#[derive(Default)]
pub(crate) struct Forwarded {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) docs: Vec<Attribute>,
    /// Lint levels and `#[deprecated]`.
    pub(crate) others: Vec<Attribute>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver {
    Shared,
    Unique,
    Owned,
}

pub(crate) struct Arg {
    pub(crate) cfgs: Vec<Attribute>,
    /// The span of the argument's type.
    pub(crate) place: Span,
    pub(crate) role: Role,
}

/// The source of a handler's argument.
pub(crate) enum Role {
    /// The caller, by a field of the message.
    Field(Box<Field>),
    /// The run loop: `&Context<Self>`.
    Context,
    /// The run loop: `&mut Context<Self>`, in hooks only.
    ContextMut,
    /// The caller's end of the call: `Reply<T>`.
    Reply,
    /// The producer's end of a stream: `Replies<T>`.
    Replies,
    /// An argument of the hook, by position: `&Exit`, or `ActorId` and `Exit`.
    HookArg(usize),
}

pub(crate) struct Field {
    pub(crate) name: Ident,
    /// The type without `Self`.
    pub(crate) ty: TokenStream,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) send_hint: SendHint,
    /// The type with `Send`, if it seems to lack it and is to be checked.
    pub(crate) send_form: Option<String>,
}

/// The evidence in the tokens of a type about `Send`. Used only to decide where an error is
/// reported.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SendHint {
    Send,
    Unknown,
    NotSend,
}

pub(crate) struct Reply {
    pub(crate) ty: TokenStream,
    pub(crate) kind: ReplyKind,
    pub(crate) send_hint: SendHint,
    /// The type with `Send`, as for a [`Field`].
    pub(crate) send_form: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReplyKind {
    /// The handler returns nothing.
    Nothing,
    /// The handler returns the reply.
    Returned,
    /// The handler has a `Reply`, and answers at any time.
    Later,
    /// The handler has a `Replies`, and answers with any number of items.
    Streamed,
    /// The handler returns the stream of the items.
    ReturnedStream,
}

impl ReplyKind {
    /// Returns whether the output of the handler is the reply, so that the call is answered when the
    /// handler ends.
    pub(crate) fn is_of_handler(self) -> bool {
        matches!(self, ReplyKind::Nothing | ReplyKind::Returned)
    }

    /// Returns whether the caller gets a stream. The reply type is then the type of its items.
    pub(crate) fn is_stream(self) -> bool {
        matches!(self, ReplyKind::Streamed | ReplyKind::ReturnedStream)
    }
}

/// A method that the run loop calls automatically.
pub(crate) struct Hook {
    pub(crate) kind: HookKind,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) is_async: bool,
    pub(crate) args: Vec<Arg>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum HookKind {
    Start,
    Stop,
    Exit,
}

/// A rejected method. Its address method is still generated, so that callers cause no second error.
pub(crate) struct Rejected {
    pub(crate) attrs: Forwarded,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    /// The `#[cfg]`s, name and type of each argument.
    pub(crate) args: Vec<(Vec<Attribute>, Ident, TokenStream)>,
    pub(crate) reply: TokenStream,
    /// Whether the reply is a stream of such items.
    pub(crate) is_stream: bool,
    /// The body, if an empty one does not compile.
    pub(crate) body: Option<TokenStream>,
}

impl TraitHalf {
    /// Returns whether the trait has an `async fn`.
    pub(crate) fn is_async(&self) -> bool {
        self.protocol.messages.iter().any(|message| message.is_async)
    }
}

impl HookKind {
    pub(crate) const ALL: [Self; 3] = [Self::Start, Self::Stop, Self::Exit];
}

/// The options of a test.
#[derive(Default)]
pub(crate) struct TestOptions {
    pub(crate) crate_path: Option<TokenStream>,
    /// The number of schedules under which the test runs.
    pub(crate) seeds: Option<syn::LitInt>,
    /// The number of first choices in which the explored schedules differ.
    pub(crate) explore: Option<syn::LitInt>,
    /// Whether leftovers are allowed.
    pub(crate) leftovers: bool,
    /// Whether no step takes time.
    pub(crate) exact_time: bool,
    /// Whether the test runs in real time.
    pub(crate) real: bool,
}
