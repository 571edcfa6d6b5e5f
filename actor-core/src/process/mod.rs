//! Processes: actors that are one async function and receive their messages themselves, as in
//! Erlang.
//!
//! The function gets an [`Inbox`] and takes messages from it, in order or selectively
//! ([`Inbox::select`]). A process suits a conversation whose next step depends on the last one. An
//! actor with handlers suits everything else.
//!
//! ```
//! use actor_core::prelude::*;
//!
//! System::current_thread().block_on(async {
//!     let sum = spawn_process(|mut inbox: Inbox<u32>| async move {
//!         let mut sum = 0;
//!         while let Some(number) = inbox.receive().await {
//!             sum += number;
//!         }
//!         sum
//!     });
//!     sum.send(1).await.unwrap();
//!     sum.send(2).await.unwrap();
//!     sum.stop(); // the queued messages are still received
//!     assert_eq!(sum.result().await, Ok(3));
//! });
//! ```

// This file starts processes and runs them. `address.rs` has their addresses, and `inbox.rs` the inbox.
// For the rest of the crate, a process is an actor with one hidden state type, whose `#[on_start]` is the
// user's function and never passes a message to the run loop. A life is one run of that function, which
// takes the messages itself. The loop of a process decides nothing about the end of a life: the run loop
// of the actor does.

mod address;
mod buffer;
mod inbox;

pub use address::{Ask, Process, ProcessAddr, ProcessResult};
pub use inbox::{ExitNotice, Inbox, Select};

use crate::actor::actor_task::HandlerFuture;
use crate::actor::dispatch::{Dispatch, HandlerOutcome, Hooks, Input};
use crate::actor::protocol_message::SendBox;
use crate::actor::spawn::{Prepared, SyncFactory};
use crate::actor::{Context, Life, Runner};
use crate::address::addr::Actor;
use crate::cell::current::CurrentMessage;
use crate::cell::header::{ParkReason, Settings};
use crate::cell::mailbox::Mailbox;
use crate::cell::message::MessageInfo;
use crate::panics::{drop_waker, wake_each};
use crate::supervision::Child;
use crate::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use crate::sync::{Arc, Mutex};
use crate::system::System;
use std::any::type_name;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context as Poller, Poll, Waker};

/// The function of one life, without its result.
type Start<M> = Box<dyn FnOnce(Inbox<M>) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// The actor of a [`Process`]. Public, because the type of the process's address contains it.
#[doc(hidden)]
pub struct Proc<M: Send + 'static> {
    /// `None` after the start.
    start: Option<Start<M>>,
}

impl<M: Send + 'static> Proc<M> {
    fn new<R, U>(
        run: impl FnOnce(Inbox<M>) -> U + Send + 'static,
        keep: impl FnOnce(R) + Send + 'static,
    ) -> Self
    where
        U: Future<Output = R> + Send + 'static,
    {
        let start = |inbox| -> Pin<Box<dyn Future<Output = ()> + Send>> {
            let running = run(inbox);
            Box::pin(async move { keep(running.await) })
        };
        Proc { start: Some(Box::new(start)) }
    }
}

// Errors about a missing half of `#[actor]` should not mention this type.
#[diagnostic::do_not_recommend]
impl<M: Send + 'static> Actor for Proc<M> {
    type Addr = ProcessAddr<M>;
    const SETTINGS: Settings = Settings::new("process");
}

// Errors about a missing half of `#[actor]` should not mention this type.
#[diagnostic::do_not_recommend]
impl<M: Send + 'static> Dispatch for Proc<M> {
    type Address = ProcessAddr<M>;
    type MessageEnum = M;
    type FutureBox = SendBox;

    const HOOKS: Hooks = Hooks { start: true, stop: false, exit: false };

    // A reply inside a message belongs to the user and is not visible here.
    fn info_of(_: &M) -> MessageInfo<'_> {
        MessageInfo::without_slot(type_name::<M>())
    }

    fn runner(life: Life<Self>) -> Runner {
        Runner::new_async(life.mailbox(), run_process(life))
    }
}

impl<M: Send + 'static> fmt::Debug for Proc<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proc").finish_non_exhaustive()
    }
}

/// Spawns a process on the current system: an actor that is one async function and receives its
/// messages itself.
///
/// The process ends with its function; [`Process::result`] returns the function's return value. A
/// panic fails the process, as for any actor, and `kill` drops the function at its next await.
/// After a `stop`, or when its last address is dropped, the process receives the queued messages
/// and then `None`.
///
/// ```
/// # use actor_core::Reply;
/// # use actor_core::process::{Inbox, spawn_process};
/// enum Message {
///     Add(u32),
///     Total(Reply<u32>),
/// }
///
/// actor_core::System::current_thread().block_on(async {
///     let counter = spawn_process(|mut inbox: Inbox<Message>| async move {
///         let mut total = 0;
///         while let Some(message) = inbox.receive().await {
///             match message {
///                 Message::Add(amount) => total += amount,
///                 Message::Total(reply) => drop(reply.send(total)),
///             }
///         }
///         total
///     });
///     counter.send(Message::Add(2)).await.unwrap();
///     assert_eq!(counter.ask(|reply| Message::Total(reply)).await, Ok(2));
///     counter.stop();
///     assert_eq!(counter.result().await, Ok(2));
/// });
/// ```
pub fn spawn_process<M, R, U>(run: impl FnOnce(Inbox<M>) -> U + Send + 'static) -> Process<M, R>
where
    M: Send + 'static,
    R: Send + 'static,
    U: Future<Output = R> + Send + 'static,
{
    Process::prepare(run).spawn()
}

impl System {
    /// Spawns a process on this system. See [`spawn_process`].
    ///
    /// ```
    /// # use actor_core::{System, process::Inbox};
    /// let system = System::builder().threads(1).build();
    /// let process = system.spawn_process(|_: Inbox<()>| async { 7 });
    /// assert_eq!(system.block_on(process.result()), Ok(7));
    /// ```
    pub fn spawn_process<M, R, U>(
        &self,
        run: impl FnOnce(Inbox<M>) -> U + Send + 'static,
    ) -> Process<M, R>
    where
        M: Send + 'static,
        R: Send + 'static,
        U: Future<Output = R> + Send + 'static,
    {
        Process::prepare(run).on(self).spawn()
    }
}

impl<M: Send + 'static, R: Send + 'static> Process<M, R> {
    /// Returns a builder that sets this process's name, capacity and system.
    ///
    /// ```
    /// # use actor_core::process::{Inbox, Process};
    /// # actor_core::System::current_thread().block_on(async {
    /// let process = Process::prepare(|mut inbox: Inbox<u8>| async move { inbox.receive().await })
    ///     .name("reader")
    ///     .capacity(8)
    ///     .spawn();
    /// assert_eq!((process.label().as_str(), process.capacity()), ("reader", Some(8)));
    /// # });
    /// ```
    pub fn prepare<U>(run: impl FnOnce(Inbox<M>) -> U + Send + 'static) -> PreparedProcess<M, R>
    where
        U: Future<Output = R> + Send + 'static,
    {
        let result = Arc::new(Mutex::new(None));
        let place = result.clone();
        let keep = move |value| *place.lock() = Some(value);
        Prepared::of::<Proc<M>>(ProcessSpec { process: Proc::new(run, keep), result })
    }
}

/// The builder of a process: see [`Process::prepare`].
///
/// ```
/// # use actor_core::prelude::*;
/// # use actor_core::process::{Inbox, Process, spawn_process};
/// # System::current_thread().block_on(async {
/// let process = Process::prepare(|mut inbox: Inbox<u8>| async move { inbox.receive().await })
///     .name("first")
///     .capacity(1)
///     .spawn();
/// process.send(7).await.unwrap();
/// assert_eq!(process.result().await, Ok(Some(7)));
/// # });
/// ```
pub type PreparedProcess<M, R> = Prepared<ProcessSpec<M, R>>;

/// A process that is not spawned yet, and the place of its result.
#[doc(hidden)]
pub struct ProcessSpec<M: Send + 'static, R> {
    process: Proc<M>,
    result: Arc<Mutex<Option<R>>>,
}

impl<M: Send + 'static, R> Prepared<ProcessSpec<M, R>> {
    /// Spawns the process as a child of the actor with this context, on its system. The process never starts if
    /// its parent has ended by then, or is between two lives.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::process::{Inbox, Process};
    /// #[actor]
    /// struct Tree;
    ///
    /// #[actor]
    /// impl Tree {
    ///     fn grow(&self, context: &Context<Self>) -> Process<u8, Option<u8>> {
    ///         Process::prepare(|mut inbox: Inbox<u8>| async move { inbox.receive().await })
    ///             .child_of(context)
    ///             .spawn()
    ///     }
    /// }
    ///
    /// # System::current_thread().block_on(async {
    /// let tree = Tree.spawn();
    /// let leaf = tree.grow().await.unwrap();
    /// tree.stop();
    /// tree.join().await;
    /// assert_eq!(leaf.result().await, Ok(None));
    /// # });
    /// ```
    pub fn child_of<P: Dispatch>(self, parent: &Context<P>) -> Self {
        self.with_parent(parent.mailbox().clone())
    }

    /// Spawns the process and returns its handle immediately.
    pub fn spawn(self) -> Process<M, R> {
        let (ProcessSpec { process, result }, builder) = self.build();
        Process::new(builder.start(Some(process)), result)
    }
}

impl<M: Send + 'static, R> fmt::Debug for ProcessSpec<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessSpec").finish_non_exhaustive()
    }
}

impl<M: Send + 'static> Child<Proc<M>> {
    /// Creates a child that is a process. `make` returns the function of each of its lives.
    ///
    /// Messages that were not received in one life are received in the next; the message being
    /// handled is lost. A function that returns is started again, unless the child is
    /// [`Transient`](crate::supervision::Restart::Transient) or
    /// [`Temporary`](crate::supervision::Restart::Temporary). The return value of the function is
    /// dropped.
    ///
    /// ```
    /// # use actor_core::prelude::*;
    /// # use actor_core::Reply;
    /// # use actor_core::process::Inbox;
    /// # use actor_core::supervision::{Child, Supervisor};
    /// # System::current_thread().block_on(async {
    /// let supervisor = Supervisor::one_for_one().spawn();
    /// let divider = supervisor.start(Child::process("divider", || {
    ///     |mut inbox: Inbox<(u32, Reply<u32>)>| async move {
    ///         while let Some((by, reply)) = inbox.receive().await {
    ///             let _ = reply.send(12 / by);
    ///         }
    ///     }
    /// }));
    /// assert!(matches!(divider.ask(|reply| (0, reply)).await, Err(CallError::Panicked(_))));
    /// assert_eq!(divider.ask(|reply| (4, reply)).await, Ok(3)); // a new life, at the same address
    /// # supervisor.stop();
    /// # });
    /// ```
    pub fn process<F, U>(
        name: impl Into<String>,
        mut make: impl FnMut() -> F + Send + 'static,
    ) -> Self
    where
        F: FnOnce(Inbox<M>) -> U + Send + 'static,
        U: Future + Send + 'static,
    {
        Child::of(name.into(), Box::new(SyncFactory(move || Proc::new(make(), drop))))
    }
}

/// State shared by the loop and the inbox of one life. Both are polled only by the process's own
/// task.
#[derive(Default)]
struct InboxLink {
    waits: AtomicU8,
    /// Set by the inbox if a system message that it left in the mailbox will fail this life.
    fails: AtomicBool,
    /// The waker of a wait that is polled with a waker other than the process's own.
    other_waker: Mutex<Option<Waker>>,
}

/// The inbox does not wait for messages.
const NOT_WAITING: u8 = 0;
/// The inbox waits with the process's own waker, so it is polled whenever the process is polled.
const OWN_WAKER: u8 = 1;
/// The inbox waits inside a combinator that polls its parts only when they are woken.
const OTHER_WAKER: u8 = 2;
/// The inbox waits with the process's own waker, but the process has been polled since without polling
/// it: the function holds the wait while it awaits something else.
const HELD: u8 = 3;

impl InboxLink {
    fn wait(&self, other: Option<&Waker>) {
        if let Some(waker) = other {
            // Cloned before taking the lock, because cloning a waker can run user code.
            let waker = waker.clone();
            let old = self.other_waker.lock().replace(waker);
            drop_waker(old);
        }
        self.waits.store(if other.is_some() { OTHER_WAKER } else { OWN_WAKER }, Ordering::Relaxed);
    }

    fn wait_is_over(&self) {
        self.waits.store(NOT_WAITING, Ordering::Relaxed);
    }

    fn fail(&self) {
        self.fails.store(true, Ordering::Relaxed);
    }

    fn is_failing(&self) -> bool {
        self.fails.load(Ordering::Relaxed)
    }

    /// Called before each poll of the process. Wakes a wait that this poll need not reach, so that a
    /// combinator between the process and the wait polls it.
    ///
    /// A wait is woken once, and only if a message is available. Until it is polled again, messages do not
    /// wake the process: a process that is woken and does not poll the wait would otherwise run forever.
    fn wake_wait<M: Send + 'static>(&self, mailbox: &Mailbox<Proc<M>>) {
        match self.waits.load(Ordering::Relaxed) {
            NOT_WAITING => {}
            OWN_WAKER => self.waits.store(HELD, Ordering::Relaxed),
            _ if mailbox.has_anything_new() => {
                self.wait_is_over();
                let waker = self.other_waker.lock().take();
                wake_each(waker);
            }
            _ => {}
        }
    }
}

/// Returns the run loop of a process. It differs from the loop of other actors only at the start.
fn run_process<M: Send + 'static>(life: Life<Proc<M>>) -> impl Future<Output = ()> + Send {
    let Life { mut run_loop, mut state } = life;
    async move {
        while let Some((input, _)) = poll_fn(|_| run_loop.poll_next(&mut state)).await {
            if let Input::Message(message) = input {
                // A stop arrived while the supervisor was ending this life: no life is left to
                // receive.
                run_loop.mailbox().discard_message(message);
                state = None;
                continue;
            }
            let Some(start) = state.as_mut().and_then(|state| state.start.take()) else { continue };
            run_loop.started();
            let mailbox = run_loop.mailbox().clone();
            let link = Arc::new(InboxLink::default());
            let inbox = Inbox::new(run_loop.context().clone_ref(), link.clone());
            let (shared, own) = (link.clone(), mailbox.clone());
            let work = async move {
                let future = Some(start(inbox));
                ProcessFunction { future, link: shared, mailbox: &*own }.await
            };
            let outcome = HandlerFuture::new(work, &mailbox.header, CurrentMessage::PROCESS).await;
            mailbox.header.set_never_pended(true);
            // If no state is left, the run loop treats the life as one that ended on its own.
            let by_itself = outcome.is_ok() && !link.is_failing() && !mailbox.is_ending_life();
            run_loop.on_outcome(outcome, CurrentMessage::PROCESS);
            if by_itself {
                state = None;
            }
        }
    }
}

/// The running user function.
struct ProcessFunction<'a, M: Send + 'static> {
    future: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    link: Arc<InboxLink>,
    mailbox: &'a Mailbox<Proc<M>>,
}

impl<M: Send + 'static> Future for ProcessFunction<'_, M> {
    type Output = HandlerOutcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<HandlerOutcome> {
        self.link.wake_wait(self.mailbox);
        let Some(future) = &mut self.future else { return Poll::Ready(HandlerOutcome::Done) };
        let poll = future.as_mut().poll(cx);
        if self.link.is_failing() {
            self.future = None;
            return Poll::Ready(HandlerOutcome::Done);
        }
        if poll.is_pending() && self.link.waits.load(Ordering::Relaxed) != NOT_WAITING {
            self.mailbox.header.set_park_reason(ParkReason::Receiving);
        }
        poll.map(|()| HandlerOutcome::Done)
    }
}
