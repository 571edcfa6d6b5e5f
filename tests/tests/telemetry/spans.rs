//! Feature `tracing`: one span a message, below the call that waits for it or following from the send.

use super::alone;
use actor_core::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Span, Subscriber};
use tracing_subscriber::layer::{Context as Layered, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

/// The recorded spans of messages.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Notes>>);

#[derive(Default)]
pub(super) struct Notes {
    /// Message, its parent's message, and the number of enclosing spans.
    pub(super) begun: Vec<(String, Option<String>, usize)>,
    /// A message, and the span it follows from.
    pub(super) follows: Vec<(String, String)>,
    pub(super) open: usize,
    most_open: usize,
    fields: BTreeMap<String, String>,
}

struct Message(String);

#[derive(Default)]
struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Seen {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Layered<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let span = context.span(id).unwrap();
        let name = fields.0.get("message").cloned().unwrap_or_else(|| span.name().to_owned());
        let parent = span.parent().map(|parent| message(&parent));
        let depth = span.scope().skip(1).count();
        span.extensions_mut().insert(Message(name.clone()));
        let mut notes = self.0.lock().unwrap();
        notes.begun.push((name, parent, depth));
        notes.open += 1;
        notes.most_open = notes.most_open.max(notes.open);
        notes.fields = fields.0;
    }

    fn on_follows_from(&self, span: &Id, follows: &Id, context: Layered<'_, S>) {
        let names = [span, follows].map(|id| message(&context.span(id).unwrap()));
        self.0.lock().unwrap().follows.push(names.into());
    }

    fn on_close(&self, _: Id, _: Layered<'_, S>) {
        self.0.lock().unwrap().open -= 1;
    }
}

pub(super) fn message<'a, S: LookupSpan<'a>>(
    span: &tracing_subscriber::registry::SpanRef<'a, S>,
) -> String {
    span.extensions().get::<Message>().unwrap().0.clone()
}

/// Runs `body` in a simulation and returns the recorded spans.
pub(super) fn seen(body: impl AsyncFnOnce()) -> Notes {
    let _alone = alone();
    let seen = Seen::default();
    let subscriber = Registry::default().with(seen.clone());
    tracing::subscriber::with_default(subscriber, || System::simulation(1).block_on(body()));
    let mut notes = seen.0.lock().unwrap();
    std::mem::take(&mut *notes)
}

#[actor]
struct Player {
    peer: Option<PlayerAddr>,
    rounds: u32,
}

#[actor]
impl Player {
    fn meet(&mut self, peer: PlayerAddr) {
        self.peer = Some(peer);
    }

    async fn call(&self) -> bool {
        let own = Span::current().id();
        let peer = self.peer.as_ref().unwrap();
        actor_core::time::sleep(Duration::from_secs(3)).await;
        peer.called().await.unwrap();
        Span::current().id() == own && own.is_some()
    }

    fn called(&self) {}

    async fn tell(&self) {
        let _ = self.peer.as_ref().unwrap().told().send().await;
    }

    fn told(&self) {}

    fn ball(&mut self, left: u32, context: &Context<Self>) {
        self.rounds += 1;
        match left.checked_sub(1) {
            Some(left) => {
                let _ = self.peer.as_ref().unwrap().ball(left).try_send();
            }
            None => context.stop(),
        }
    }
}

async fn pair() -> (PlayerAddr, PlayerAddr) {
    let player = || Player { peer: None, rounds: 0 }.spawn();
    let (one, other) = (player(), player());
    one.meet(other.clone()).await.unwrap();
    other.meet(one.clone()).await.unwrap();
    (one, other)
}

#[test]
fn the_span_of_a_call_is_a_child_of_the_callers() {
    let seen = seen(async || {
        let (one, other) = pair().await;
        assert_eq!(one.call().await, Ok(true), "a handler is inside its span at each poll");
        one.kill();
        other.kill();
    });
    assert!(seen.begun.contains(&("call".into(), None, 0)));
    assert!(seen.begun.contains(&("called".into(), Some("call".into()), 1)));
    assert_eq!((seen.follows.len(), seen.open), (0, 0));
    let fields = ["actor", "id", "queued_us"].map(|name| seen.fields[name].as_str());
    assert_eq!(fields, ["player#2", "2", "0"]);
}

#[test]
fn the_span_of_a_send_follows_from_the_senders() {
    let seen = seen(async || {
        let (one, other) = pair().await;
        one.tell().await.unwrap();
        other.called().await.unwrap();
        one.kill();
        other.kill();
    });
    assert!(seen.begun.contains(&("told".into(), None, 0)));
    assert_eq!(seen.follows, [("told".to_owned(), "tell".to_owned())]);
    assert_eq!(seen.open, 0);
}

#[test]
fn a_hundred_thousand_hops_nest_nothing() {
    const HOPS: u32 = 100_000;
    let seen = seen(async || {
        let (one, other) = pair().await;
        one.ball(HOPS).send().await.unwrap();
        one.join().await;
        other.kill();
    });
    let balls = seen.begun.iter().filter(|(name, _, _)| name == "ball");
    assert_eq!(balls.count(), HOPS as usize + 1);
    assert!(seen.begun.iter().all(|(_, parent, depth)| (parent, *depth) == (&None, 0)));
    assert_eq!(seen.follows.len(), HOPS as usize);
    assert!(seen.most_open <= 3, "{} were open at once", seen.most_open);
}

#[actor]
trait Weigh {
    fn lift(&self, grams: u32) -> u32;
}

#[actor]
struct Scales;

#[actor]
impl Scales {
    #[tracing::instrument(name = "now", skip_all)]
    fn weigh(&self, grams: u32) -> u32 {
        grams
    }

    #[tracing::instrument(name = "later", skip_all)]
    async fn settle(&mut self, grams: u32, context: &Context<Self>) -> u32 {
        actor_core::time::sleep(Duration::from_secs(u64::from(context.restarts()) + 1)).await;
        grams
    }
}

#[actor]
impl Weigh for Scales {
    #[tracing::instrument(name = "served", skip_all)]
    fn lift(&self, grams: u32) -> u32 {
        grams
    }
}

/// Other attribute macros see only the handler, not its method on the address, which is called
/// without a span.
#[test]
fn an_instrumented_handler_has_one_span_of_its_own() {
    let seen = seen(async || {
        let scales = Scales.spawn();
        assert_eq!(scales.weigh(1).await, Ok(1));
        assert_eq!(scales.settle(2).await, Ok(2));
        assert_eq!(WeighAddr::from(scales).lift(3).await, Ok(3));
    });
    let own = |name: &str, message: &str| (name.to_owned(), Some(message.to_owned()), 1);
    let message = |name: &str| (name.to_owned(), None, 0);
    let all = [
        message("weigh"),
        own("now", "weigh"),
        message("settle"),
        own("later", "settle"),
        message("lift"),
        own("served", "lift"),
    ];
    assert_eq!(seen.begun, all);
    assert_eq!(seen.open, 0);
}

/// Panics in one of its methods, for the span of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Broken {
    New,
    Enter,
    Record,
    Exit,
    Close,
}

impl Broken {
    fn reached(self, method: Broken) {
        assert!(self != method, "no {method:?}");
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Broken {
    fn on_new_span(&self, _: &Attributes<'_>, _: &Id, _: Layered<'_, S>) {
        self.reached(Broken::New);
    }

    fn on_enter(&self, _: &Id, _: Layered<'_, S>) {
        self.reached(Broken::Enter);
    }

    fn on_record(&self, _: &Id, _: &Record<'_>, _: Layered<'_, S>) {
        self.reached(Broken::Record);
    }

    fn on_exit(&self, _: &Id, _: Layered<'_, S>) {
        self.reached(Broken::Exit);
    }

    fn on_close(&self, _: Id, _: Layered<'_, S>) {
        self.reached(Broken::Close);
    }
}

#[test]
fn a_subscriber_that_panics_affects_no_actor() {
    let _alone = alone();
    for method in [Broken::New, Broken::Enter, Broken::Record, Broken::Exit, Broken::Close] {
        let subscriber = Registry::default().with(method);
        let body = async {
            let (player, peer) = pair().await;
            assert!(player.call().await.is_ok(), "{method:?}");
            assert_eq!(player.tell().await, Ok(()), "{method:?}");
            player.stop();
            peer.stop();
            assert_eq!(player.join().await, Exit::Stopped, "{method:?}");
            assert_eq!(peer.join().await, Exit::Stopped, "{method:?}");
        };
        tracing::subscriber::with_default(subscriber, || System::simulation(1).block_on(body));
    }
}
