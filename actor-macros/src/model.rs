//! Layer 2: what was understood, as plain data; it must not hold errors or make tokens.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Attribute, Generics, LitStr, Visibility};

/// The struct half.
pub(crate) struct ActorType {
    /// The path of `actor_core`, where it is not the usual one.
    pub(crate) krate: Option<TokenStream>,
    /// `#[cfg]`s that stood behind `#[actor]`.
    pub(crate) cfgs: Vec<Attribute>,
    /// `#[deprecated]` and `#[doc(hidden)]`: they hold for the address too.
    pub(crate) carried: Vec<Attribute>,
    /// Whether the actor, or what its generics name, may be deprecated.
    pub(crate) deprecated: bool,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) address: Ident,
    pub(crate) message: Ident,
    /// What the docs are about: the actor, or the trait of a protocol.
    pub(crate) shown: Ident,
    pub(crate) generics: Generics,
    pub(crate) settings: Settings,
}

pub(crate) struct Settings {
    pub(crate) name: LitStr,
    pub(crate) room: Room,
    pub(crate) turn: Option<TokenStream>,
    pub(crate) deferred: Option<TokenStream>,
    pub(crate) overlap: Option<TokenStream>,
}

/// The bound of the mailbox.
pub(crate) enum Room {
    Usual,
    Bounded(TokenStream),
    Unbounded,
}

/// A trait under `#[actor]`: the type that stands for all who implement it, and its messages.
pub(crate) struct TraitHalf {
    pub(crate) stand_in: ActorType,
    pub(crate) protocol: Protocol,
}

/// The impl of a protocol's trait.
pub(crate) struct Service {
    pub(crate) krate: Option<TokenStream>,
    /// `#[cfg]`s and lint levels that stood behind `#[actor]`.
    pub(crate) carried: Vec<Attribute>,
    pub(crate) generics: Generics,
    /// The actor as written, `shop::Robot<K>`.
    pub(crate) actor: TokenStream,
    /// Its name alone.
    pub(crate) name: Ident,
    /// `shop::RobotAddr<K>`
    pub(crate) address: TokenStream,
    /// `shop::GreeterAddr<K>`
    pub(crate) served: TokenStream,
    /// The name of the trait.
    pub(crate) ident: Ident,
    /// The methods with settings.
    pub(crate) tuned: Vec<Tuned>,
    /// The functions with settings, be they methods or not, and their `#[cfg]`s.
    pub(crate) marked: Vec<(Vec<Attribute>, Ident)>,
}

/// A method of the impl of a protocol's trait that waits or is handled otherwise than usual.
pub(crate) struct Tuned {
    pub(crate) attrs: Forwarded,
    pub(crate) name: Ident,
    pub(crate) manner: Manner,
}

/// Whose messages they are.
pub(crate) enum Side {
    /// An actor's own: the impl half.
    Actor,
    /// Those of a protocol: `Greeter<K>`, the trait.
    Trait(TokenStream),
}

/// The impl half, or what a trait has of it.
pub(crate) struct Protocol {
    pub(crate) side: Side,
    pub(crate) krate: Option<TokenStream>,
    /// `#[cfg]`s and lint levels that stood behind `#[actor]`.
    pub(crate) carried: Vec<Attribute>,
    /// Without `Self`, so that they can be used on other types.
    pub(crate) generics: Generics,
    /// The actor as written, `shop::Cache<K, V>`, or `AnyGreeter<K>`.
    pub(crate) actor: TokenStream,
    /// Its name alone, or that of the trait.
    pub(crate) ident: Ident,
    /// `shop::CacheAddr<K, V>`
    pub(crate) address: TokenStream,
    /// `CacheMessage`
    pub(crate) message: Ident,
    /// Handlers and state need not be `Send`.
    pub(crate) local: bool,
    pub(crate) messages: Vec<Message>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) poisoned: Vec<Poisoned>,
    /// The functions of a trait that are no messages.
    pub(crate) helpers: Vec<Ident>,
}

/// A method that is a message.
pub(crate) struct Message {
    pub(crate) attrs: Forwarded,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) variant: Ident,
    pub(crate) receiver: Receiver,
    /// Where the receiver stands.
    pub(crate) taken: Span,
    pub(crate) is_async: bool,
    /// In the order of the handler.
    pub(crate) args: Vec<Arg>,
    /// What the caller gets.
    pub(crate) reply: Reply,
    pub(crate) manner: Manner,
}

/// How a message waits and is handled, where that is not the usual way.
#[derive(Default)]
pub(crate) struct Manner {
    /// Taken before the ordinary ones.
    pub(crate) priority: bool,
    /// It needs no room.
    pub(crate) unbounded: bool,
    /// It may be handled beside others of its kind.
    pub(crate) concurrent: bool,
    /// What has to be true.
    pub(crate) guard: Option<Guard>,
}

/// `when = EXPR`
pub(crate) struct Guard {
    /// The word `when`.
    pub(crate) key: Ident,
    pub(crate) expr: TokenStream,
    /// The `self` of the handler: another one would not be that of the expression.
    pub(crate) me: TokenStream,
    /// The arguments that come from the caller: `#[cfg]`s, pattern and type.
    pub(crate) params: Vec<(Vec<Attribute>, TokenStream, TokenStream)>,
}

impl Message {
    /// Whether the answer comes from the handler, and the handler runs when it is the message's turn:
    /// then who waits for it waits for the actor, and for nothing else.
    pub(crate) fn is_answered_in_turn(&self) -> bool {
        self.reply.kind != ReplyKind::Later
            && self.manner.guard.is_none()
            && !self.manner.concurrent
    }
}

/// The attributes of a handler that something generated bears too.
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
    /// Where the type of the argument stands.
    pub(crate) place: Span,
    pub(crate) role: Role,
}

/// Where a handler's argument comes from.
pub(crate) enum Role {
    /// The caller, by a field of the message.
    Field(Box<Field>),
    /// The run loop: `&Context<Self>`.
    Context,
    /// The run loop: `&mut Context<Self>`, in hooks only.
    ContextMut,
    /// The caller's end of the call: `Reply<T>`.
    Reply,
    /// The hook's own news, by its place: `&Exit`, or `ActorId` and `Exit`.
    News(usize),
}

pub(crate) struct Field {
    pub(crate) name: Ident,
    /// Without `Self`.
    pub(crate) ty: TokenStream,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) sendable: Sendable,
}

/// What the tokens of a type tell about `Send`; it only decides where an error is shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sendable {
    Surely,
    Unknown,
    Hardly,
}

pub(crate) struct Reply {
    pub(crate) ty: TokenStream,
    pub(crate) kind: ReplyKind,
    pub(crate) sendable: Sendable,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReplyKind {
    /// The handler returns nothing.
    Nothing,
    /// The handler returns it.
    Returned,
    /// The handler has a `Reply` and answers when it likes.
    Later,
}

/// A method that the run loop calls by itself.
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

/// A method that was refused: its address method stays, so that callers see no second error.
pub(crate) struct Poisoned {
    pub(crate) attrs: Forwarded,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    /// `#[cfg]`s, name and type.
    pub(crate) args: Vec<(Vec<Attribute>, Ident, TokenStream)>,
    pub(crate) reply: TokenStream,
    /// What stands in the body, where nothing will not do.
    pub(crate) body: Option<TokenStream>,
}

impl TraitHalf {
    /// Whether the trait has an `async fn`.
    pub(crate) fn is_async(&self) -> bool {
        self.protocol.messages.iter().any(|message| message.is_async)
    }
}

impl HookKind {
    pub(crate) const ALL: [Self; 3] = [Self::Start, Self::Stop, Self::Exit];
}

/// How a test is to be run.
#[derive(Default)]
pub(crate) struct Trial {
    pub(crate) krate: Option<TokenStream>,
    /// Under so many schedules.
    pub(crate) seeds: Option<syn::LitInt>,
    /// Under all schedules that differ in the first so many choices.
    pub(crate) explore: Option<syn::LitInt>,
    /// Whether something may be left over.
    pub(crate) leftovers: bool,
    /// Whether it runs in real time.
    pub(crate) real: bool,
}
