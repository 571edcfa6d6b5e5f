//! Timers, streams, piped futures and tasks.

use super::Context;
use crate::actor::attachment::{self, Attachment, once};
use crate::actor::callback::{Callback, CallbackResult, own_address};
use crate::actor::dispatch::Dispatch;
use crate::actor::task::{Task, TaskGuard, run_task};
use crate::actor::timer::Timer;
use crate::address::call::Call;
use crate::address::with_timeout::WithTimeout;
use crate::cell::message::Protocol;
use crate::cell::resources::Resource;
use crate::cell::state::Key;
use crate::cell::timer_entry::TimerEntry;
use crate::error::CallError;
use crate::executor;
use crate::exit::Failure;
use crate::sync::Arc;
use futures_lite::Stream;
use std::future::Future;
use std::time::Duration;

impl<A: Dispatch> Context<A> {
    /// Sends a message after `delay`, unless the timer is cancelled first.
    ///
    /// `make` gets this actor's address and returns one call, to this actor or another one. Return
    /// the call without awaiting it: it is sent, and an error becomes an
    /// [incident](crate::Incident).
    pub fn after<B, T, F>(&self, delay: Duration, make: F) -> Timer
    where
        B: Protocol,
        F: for<'a> FnOnce(&'a A::Addr) -> Call<'a, B, T> + Send + 'static,
    {
        let own = self.id();
        let make = once(move |me, slot| CallbackResult::of(make(&own_address::<A>(me)), own, slot));
        self.timer(delay, None, make)
    }

    /// Sends a message every `period`, for the first time after one period.
    ///
    /// The timer does not drift and causes no burst after a stall: at most one tick is pending, and
    /// missed ticks are skipped.
    ///
    /// # Panics
    /// If `period` is zero.
    #[track_caller]
    pub fn every<B, T, F>(&self, period: Duration, mut make: F) -> Timer
    where
        B: Protocol,
        F: for<'a> FnMut(&'a A::Addr) -> Call<'a, B, T> + Send + 'static,
    {
        assert!(!period.is_zero(), "a period of zero would tick without end; use a longer one");
        let own = self.id();
        let make: Callback =
            Box::new(move |me, slot| CallbackResult::of(make(&own_address::<A>(me)), own, slot));
        self.timer(period, Some(period), make)
    }

    /// Sends a message for each item of `stream`.
    ///
    /// At most one item is pending; the stream is polled again after the actor has taken it. A
    /// stream that has not ended keeps the actor alive.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// #[actor]
    /// struct Sum {
    ///     total: u32,
    /// }
    ///
    /// #[actor]
    /// impl Sum {
    ///     #[on_start]
    ///     fn begin(&mut self, context: &Context<Self>) {
    ///         let numbers = futures_lite::stream::iter([1, 2, 3]);
    ///         context
    ///             .attach(numbers, |me, number| me.add(number))
    ///             .on_end(|me| me.done())
    ///             .detach();
    ///     }
    ///
    ///     fn add(&mut self, number: u32) {
    ///         self.total += number;
    ///     }
    ///
    ///     fn done(&mut self, context: &Context<Self>) {
    ///         assert_eq!(self.total, 6);
    ///         context.stop();
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     assert_eq!(Sum { total: 0 }.spawn().join().await, Exit::Stopped);
    /// });
    /// ```
    pub fn attach<S, B, T, F>(&self, stream: S, each: F) -> Attachment<A>
    where
        S: Stream + Send + 'static,
        S::Item: Send,
        B: Protocol,
        F: for<'a> FnMut(&'a A::Addr, S::Item) -> Call<'a, B, T> + Send + 'static,
    {
        let guard = self.task_guard(true);
        let key = guard.key;
        let (bring, make) = attachment::stream::<A, _, _, _, _>(stream, each, guard, self.id());
        self.hold_task(key, bring, |task| Resource::Source {
            task,
            callback: Some(make),
            once: false,
            on_end: None,
        });
        Attachment::new(self.mail.clone(), key)
    }

    /// Runs `future` concurrently with the actor and sends a message with its output. The actor
    /// handles other messages in the meantime. A running future keeps the actor alive.
    ///
    /// The output is `Err(Failure)` if the future panicked. Corresponds to Akka's `pipeToSelf`.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::Failure;
    /// #[actor]
    /// struct Cache {
    ///     page: Option<String>,
    /// }
    ///
    /// #[actor]
    /// impl Cache {
    ///     fn load(&mut self, context: &Context<Self>) {
    ///         let fetching = async { String::from("text") };
    ///         context.pipe(fetching, |me, page| me.loaded(page));
    ///     }
    ///
    ///     fn loaded(&mut self, page: Result<String, Failure>) {
    ///         self.page = page.ok();
    ///     }
    ///
    ///     fn page(&self) -> Option<String> {
    ///         self.page.clone()
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let cache = Cache { page: None }.spawn();
    ///     cache.load().await.unwrap();
    ///     while cache.page().await.unwrap().is_none() {}
    /// });
    /// ```
    pub fn pipe<U, B, T, F>(&self, future: U, make: F)
    where
        U: Future + Send + 'static,
        U::Output: Send,
        B: Protocol,
        F: for<'a> FnOnce(&'a A::Addr, Result<U::Output, Failure>) -> Call<'a, B, T>
            + Send
            + 'static,
    {
        let guard = self.task_guard(true);
        let key = guard.key;
        let (bring, make) = attachment::pipe::<A, _, _, _, _>(future, make, guard, self.id());
        self.hold_task(key, bring, |task| Resource::Source {
            task,
            callback: Some(make),
            once: true,
            on_end: None,
        });
    }

    /// Runs `future` concurrently with the actor until it completes or the life ends.
    ///
    /// The task does not keep the actor alive. A panic in it is a failure of this life.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) -> Task {
        let guard = self.task_guard(false);
        let key = guard.key;
        self.hold_task(key, run_task(guard, future, "task"), Resource::Task);
        Task::new(Arc::downgrade(&self.any()), key)
    }

    fn timer(&self, delay: Duration, period: Option<Duration>, make: Callback) -> Timer {
        let key = self.with_resources(|resources| resources.key());
        // The tick is looked for by its key only at its turn, which is after this handler.
        let entry = TimerEntry::start(&self.any(), key, delay, period);
        let resource = Resource::Timer { entry, callback: Some(make) };
        self.with_resources(|resources| resources.insert(key, resource));
        Timer::new(Arc::downgrade(&self.any()), key)
    }

    /// Counts one more future of this life.
    fn task_guard(&self, keeps_alive: bool) -> TaskGuard {
        let key = self.with_resources(|resources| {
            resources.tasks += 1;
            resources.key()
        });
        if keeps_alive {
            self.mail.core.keep();
        }
        TaskGuard { mail: self.any(), key, keeps_alive }
    }

    fn hold_task(
        &self,
        key: Key,
        future: impl Future<Output = ()> + Send + 'static,
        hold: impl FnOnce(executor::Task<()>) -> Resource,
    ) {
        let (runnable, task) = crate::system::task::prepare(&self.mail.core.hub, future);
        let resource = hold(task);
        self.with_resources(|resources| resources.insert(key, resource));
        runnable.schedule();
    }
}

impl<P: Protocol, T> Call<'_, P, T> {
    /// Makes the call concurrently with the calling actor and sends a message with the reply. The
    /// actor handles other messages in the meantime.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # #[actor] struct Store; #[actor] impl Store { fn get(&self, key: u32) -> u32 { key * 2 } }
    /// #[actor]
    /// struct Front {
    ///     store: StoreAddr,
    ///     found: Option<u32>,
    /// }
    ///
    /// #[actor]
    /// impl Front {
    ///     fn look_up(&mut self, key: u32, context: &Context<Self>) {
    ///         self.store.get(key).pipe(context, |me, answer| me.found(answer));
    ///     }
    ///
    ///     fn found(&mut self, answer: Result<u32, CallError>) {
    ///         self.found = answer.ok();
    ///     }
    ///
    ///     fn last(&self) -> Option<u32> {
    ///         self.found
    ///     }
    /// }
    ///
    /// System::current_thread().block_on(async {
    ///     let front = Front { store: Store.spawn(), found: None }.spawn();
    ///     front.look_up(4).await.unwrap();
    ///     while front.last().await.unwrap().is_none() {}
    ///     assert_eq!(front.last().await, Ok(Some(8)));
    /// });
    /// ```
    ///
    /// # Panics
    /// If the call has already been polled.
    #[track_caller]
    pub fn pipe<A, B, U, F>(self, context: &Context<A>, make: F)
    where
        A: Dispatch,
        B: Protocol,
        T: Send + 'static,
        F: for<'b> FnOnce(&'b A::Addr, Result<T, CallError>) -> Call<'b, B, U> + Send + 'static,
    {
        // A call does not panic while it waits. If it did, its reply would be lost: `NoReply`.
        context.pipe(self.into_owned(), move |me, answer| {
            make(me, answer.unwrap_or(Err(CallError::NoReply)))
        });
    }
}

impl<P: Protocol, T> WithTimeout<Call<'_, P, T>> {
    /// Makes the call concurrently with the calling actor and sends a message with the reply, or that
    /// the timeout elapsed. See [`Call::pipe`].
    ///
    /// # Panics
    /// If the call has already been polled.
    #[track_caller]
    pub fn pipe<A, B, U, F>(self, context: &Context<A>, make: F)
    where
        A: Dispatch,
        B: Protocol,
        T: Send + 'static,
        F: for<'b> FnOnce(&'b A::Addr, Result<T, CallError>) -> Call<'b, B, U> + Send + 'static,
    {
        context.pipe(self.into_owned(), move |me, answer| {
            make(me, answer.unwrap_or(Err(CallError::NoReply)))
        });
    }
}
