//! Sources that a concurrent handler cancels while their message waits for this handler.

use actor_core::Dispatch;
use actor_core::context::{Attachment, Monitor, Timer};
use actor_core::prelude::*;
use std::sync::Mutex;
use std::time::Duration;
use tests::{Gate, Tally};

/// Cancels what it has created while the message of that waits for a running handler.
#[actor]
struct Canceller {
    created: Mutex<Option<Created<Canceller>>>,
    entered: Tally,
    handled: Tally,
}

/// A source of one message, which ends when this is dropped.
pub enum Created<A: Dispatch> {
    Timer(#[expect(dead_code, reason = "its drop cancels it")] Timer),
    Stream(#[expect(dead_code, reason = "its drop cancels it")] Attachment<A>),
    Monitor(Monitor),
}

impl<A: Dispatch> Created<A> {
    /// Creates the source with this number, whose message is due at once.
    pub fn of(
        number: u32,
        context: &Context<A>,
        make: impl for<'a> Fn(&'a A::Addr) -> Call<'a, A, ()> + Send + 'static,
    ) -> Self {
        match number {
            0 => Created::Timer(context.after(Duration::ZERO, move |me| make(me))),
            1 => {
                let items = futures_lite::stream::once(());
                Created::Stream(context.attach(items, move |me, ()| make(me)))
            }
            _ => {
                let ended = Canceller::new().spawn();
                ended.kill();
                Created::Monitor(context.monitor(&ended, move |me, _exit| make(me)))
            }
        }
    }
}

impl<A: Dispatch> Drop for Created<A> {
    fn drop(&mut self) {
        if let Created::Monitor(monitor) = self {
            monitor.cancel();
        }
    }
}

#[actor]
impl Canceller {
    #[message(concurrent)]
    async fn create(&self, number: u32, made: Tally, context: &Context<Self>) {
        let created = Created::of(number, context, move |me| {
            made.add();
            me.handle()
        });
        *self.created.lock().unwrap() = Some(created);
    }

    #[message(concurrent)]
    async fn hold(&self, gate: Gate, cancels: bool) {
        self.entered.add();
        gate.pass().await;
        if cancels {
            drop(self.created.lock().unwrap().take());
        }
    }

    fn handle(&mut self) {
        self.handled.add();
    }

    fn handled(&mut self) -> usize {
        self.handled.count()
    }
}

impl Canceller {
    fn new() -> Self {
        Canceller {
            created: Mutex::new(None),
            entered: Tally::default(),
            handled: Tally::default(),
        }
    }
}

pub fn a_cancelled_source_is_silent_although_its_message_waits_for_handlers(system: &System) {
    system.block_on(async {
        for (number, cancels) in
            [(0, true), (1, true), (2, true), (0, false), (1, false), (2, false)]
        {
            let (canceller, gate, made) = (Canceller::new(), Gate::new(), Tally::default());
            let entered = canceller.entered.clone();
            let canceller = canceller.spawn();
            let held = actor_core::spawn_task(canceller.hold(gate.clone(), cancels).into_owned());
            entered.reaches(1).await;
            canceller.create(number, made.clone()).await.unwrap();
            made.reaches(1).await;
            gate.open();
            held.await.unwrap();
            let handled = canceller.handled().await;
            assert_eq!(handled, Ok(usize::from(!cancels)), "source {number}");
        }
    });
}
