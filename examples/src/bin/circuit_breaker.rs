//! `circuit_breaker`: a proxy that stops passing messages on after three failed calls in a row. After a
//! pause it passes one call on as a probe, and all calls again once a probe has succeeded.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actor_core::future::zip;
use actor_core::prelude::*;
use actor_core::proxy::{self, Outcome, Proxy};
use actor_core::time::{now, sleep};
use actor_core::{
    Protocol, TypedAddr,
    error::{Refusal, RefusalKind},
};

const FAILURES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(10);

enum State {
    /// Messages are passed on. Counts the failures in a row.
    Closed(u32),
    /// Messages are refused until this time.
    Open(Instant),
    /// One call has been passed on, and decides.
    Probing,
}

/// The state of a circuit, which the observers of its calls change. `epoch` grows each time the circuit
/// opens or is tried again, so that the late end of an older call changes nothing.
#[derive(Clone)]
struct Circuit(Arc<Mutex<(State, u64)>>);

impl Circuit {
    fn new() -> Self {
        Circuit(Arc::new(Mutex::new((State::Closed(0), 0))))
    }

    /// Returns the epoch in which a message may be passed on now.
    fn admit(&self) -> Option<u64> {
        let (state, epoch) = &mut *self.0.lock().unwrap();
        match state {
            State::Closed(_) => {}
            State::Open(until) if now() >= *until => {
                (*state, *epoch) = (State::Probing, *epoch + 1);
            }
            State::Open(_) | State::Probing => return None,
        }
        Some(*epoch)
    }

    /// A message that was passed on in epoch `admitted` has ended.
    fn record(&self, outcome: &Outcome, admitted: u64) {
        let (state, epoch) = &mut *self.0.lock().unwrap();
        if *epoch != admitted {
            return;
        }
        let is_failure = match outcome {
            Outcome::Replied => {
                *state = State::Closed(0);
                return;
            }
            // The mailbox was full: the callee is busy, not broken.
            Outcome::Failed(error) => *error != CallError::Full,
            _ => false,
        };
        match state {
            State::Closed(failures) if is_failure && *failures + 1 < FAILURES => *failures += 1,
            State::Closed(_) if !is_failure => {}
            // A probe that says nothing, such as one whose caller has left, is repeated at once.
            State::Probing if !is_failure => *state = State::Open(now()),
            _ => (*state, *epoch) = (State::Open(now() + PAUSE), *epoch + 1),
        }
    }
}

/// Works for the address of any actor or protocol.
struct Breaker<A> {
    to: A,
    circuit: Circuit,
}

impl<A: TypedAddr<Actor: Protocol> + Send + Sync + 'static> Proxy<A::Actor> for Breaker<A> {
    async fn forward(&mut self, mut message: <A::Actor as Protocol>::Message) {
        let to = self.to.as_ref();
        let Some(epoch) = self.circuit.admit() else {
            // Certainly not handled: `never_handled()` is true. A send becomes an incident.
            let open = Refusal::new(RefusalKind::Denied, "the circuit is open");
            return proxy::refuse(to, message, CallError::Refused(open));
        };
        let circuit = self.circuit.clone();
        proxy::observe::<A::Actor>(&mut message, move |outcome| circuit.record(&outcome, epoch));
        proxy::forward_or_discard(to, message).await;
    }
}

/// A shop that does not answer while its line is down.
#[actor]
#[derive(Default)]
struct Shop {
    is_down: bool,
    unanswered: Vec<Reply<u32>>,
}

#[actor]
impl Shop {
    fn price(&mut self, article: u32, reply: Reply<u32>) {
        if self.is_down {
            self.unanswered.push(reply);
        } else {
            let _ = reply.send(article * 10);
        }
    }

    fn set_down(&mut self, is_down: bool) {
        self.is_down = is_down;
    }
}

async fn ask(shop: &ShopAddr, article: u32) {
    let begun = now();
    let price = shop.price(article).timeout(Duration::from_secs(1)).await;
    let waited = (now() - begun).as_secs();
    match price {
        Ok(price) => println!("article {article}: {price}"),
        Err(error) => println!("article {article}: {error} ({waited} s)"),
    }
}

fn main() -> Result<(), CallError> {
    System::simulation(1).block_on(async {
        let shop = Shop::default().spawn();
        let breaker = Breaker { to: shop.clone(), circuit: Circuit::new() };
        let (guarded, _control) = proxy::prepare(breaker).ends_with(&shop).spawn();

        ask(&guarded, 1).await;
        shop.set_down(true).await?;
        for article in 2..=6 {
            ask(&guarded, article).await;
        }
        sleep(PAUSE).await;
        println!("a probe, while the shop is down:");
        ask(&guarded, 7).await;
        ask(&guarded, 8).await;
        sleep(PAUSE).await;
        shop.set_down(false).await?;
        println!("a probe, and a call during it:");
        let (first, second) = zip(guarded.price(9), guarded.price(10)).await;
        println!("passed on: {}", usize::from(first.is_ok()) + usize::from(second.is_ok()));
        ask(&guarded, 11).await;
        Ok(())
    })
}
