//! Tasks: futures and blocking code that run on a system concurrently with its actors, with the system as
//! the current one. [`Task`] is the handle, [`TaskFuture`] the code that runs, and [`TaskOutcome`] the state
//! that both share.

#[cfg(feature = "unblock")]
use super::blocking::BlockingTask;
use crate::cell::current;
use crate::cell::resources::ResourceHandle;
use crate::cell::system_shared::SystemShared;
use crate::executor;
use crate::executor::task::Unscheduled;
use crate::exit::{ActorId, Failure, FailureKind, FailureParts};
use crate::incident::Incident;
use crate::panics::{self, Payload, contained, drop_waker, wake};
use crate::sync::{Arc, Mutex, Weak};
use pin_project_lite::pin_project;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::resume_unwind;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// A task started by [`spawn_task`](crate::spawn_task), [`System::spawn_task`](crate::System::spawn_task),
/// [`Context::spawn_task`](crate::Context::spawn_task) or [`unblock`](crate::unblock). Awaiting it returns
/// the result.
///
/// A task of [`Context::spawn_task`](crate::Context::spawn_task) also ends with the life that started it,
/// and its panic is a failure of that life.
///
/// # Panics
/// When awaited, if the task panicked, with the payload of that panic, or if it was dropped before it was
/// done, because its system or life ended first. A panic that no handle delivers, such as the panic
/// of a detached task, is reported as an [`Incident`](crate::incident::Incident).
///
/// # Cancellation
/// Dropping the handle cancels a future at its next await. Blocking code that is already running
/// completes.
///
/// ```
/// # actor_core::System::current_thread().block_on(async {
/// let sum: actor_core::Task<u32> = actor_core::spawn_task(async { 1 + 1 });
/// assert_eq!(sum.await, 2);
/// actor_core::spawn_task(async { /* runs on by itself */ }).detach();
/// # });
/// ```
#[must_use = "dropping it cancels what was started; await it or call `.detach()`"]
pub struct Task<T = ()> {
    outcome: Arc<TaskOutcome<T>>,
    /// `None` for a task that cannot be cancelled, and once the task has been detached or cancelled.
    task: Option<TaskKind>,
}

/// The running task. Dropping it cancels the task.
pub(super) enum TaskKind {
    Task(executor::TaskHandle<()>),
    #[cfg(feature = "unblock")]
    Blocking(BlockingTask<()>),
    OfLife(ResourceHandle),
}

impl Task {
    /// Creates the handle of a task of a life. The task completes through the returned
    /// [`Completion`].
    pub(crate) fn of_life(
        system: &Arc<SystemShared>,
        handle: ResourceHandle,
    ) -> (Self, Completion) {
        let outcome = TaskOutcome::new(Some(system), 0);
        let task = Task { outcome: outcome.clone(), task: Some(TaskKind::OfLife(handle)) };
        (task, Completion(outcome))
    }
}

/// Ends a task of a life: as completed if `done` was called, and otherwise as dropped.
pub(crate) struct Completion(Arc<TaskOutcome<()>>);

impl Completion {
    pub(crate) fn done(self) {
        self.0.end(TaskEnd::Done(()));
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        // Changes nothing after `done`.
        self.0.end(TaskEnd::Dropped);
    }
}

impl<T> Task<T> {
    pub(super) fn new(outcome: Arc<TaskOutcome<T>>, task: Option<TaskKind>) -> Self {
        Task { outcome, task }
    }

    /// Keeps the task running without this handle.
    pub fn detach(mut self) {
        match self.task.take() {
            Some(TaskKind::Task(task)) => task.detach(),
            #[cfg(feature = "unblock")]
            Some(TaskKind::Blocking(task)) => task.detach(),
            Some(TaskKind::OfLife(mut task)) => task.detach(),
            None => {}
        }
    }

    /// Cancels the task and waits until it has ended. Returns the result if the task had already
    /// completed.
    ///
    /// ```
    /// # actor_core::System::current_thread().block_on(async {
    /// let never = actor_core::spawn_task(std::future::pending::<u32>());
    /// assert_eq!(never.cancel().await, None);
    /// # });
    /// ```
    pub async fn cancel(mut self) -> Option<T> {
        drop(self.task.take());
        let end = poll_fn(|cx| self.outcome.poll(cx)).await;
        match end {
            Some(TaskEnd::Done(value)) => Some(value),
            Some(TaskEnd::Panicked(panic)) => self.deliver(panic),
            Some(TaskEnd::Dropped) | None => None,
        }
    }

    /// Returns `true` if the task has completed.
    ///
    /// ```
    /// # actor_core::System::current_thread().block_on(async {
    /// let soon = actor_core::spawn_task(async { 1 + 1 });
    /// while !soon.is_finished() {
    ///     actor_core::future::yield_now().await;
    /// }
    /// assert_eq!(soon.await, 2);
    /// # });
    /// ```
    pub fn is_finished(&self) -> bool {
        self.outcome.is_over()
    }

    fn owner(&self) -> &'static str {
        match self.task {
            Some(TaskKind::OfLife(_)) => "actor",
            _ => "system",
        }
    }

    fn deliver(&self, panic: TaskPanic) -> ! {
        self.outcome.delivered();
        resume_unwind(panic.payload)
    }
}

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.outcome.poll(cx).map(|end| match end {
            Some(TaskEnd::Done(value)) => value,
            Some(TaskEnd::Panicked(panic)) => self.deliver(panic),
            Some(TaskEnd::Dropped) => {
                panic!("the task was dropped before it was done: its {} has ended", self.owner())
            }
            None => panic!("a task was polled after it had returned its result"),
        })
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        // Before the task is cancelled: a panic from now on is reported by the task.
        self.outcome.leave();
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("is_finished", &self.is_finished()).finish()
    }
}

/// Creates a task from a future on a system. The task does not run before it is scheduled.
pub(crate) fn prepare<F>(
    system: &Arc<SystemShared>,
    future: F,
) -> (Unscheduled, executor::TaskHandle<F::Output>)
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    numbered(system, system.executor.next_task_number(), future)
}

/// Like [`prepare`], for a task with this number.
pub(super) fn numbered<F>(
    system: &Arc<SystemShared>,
    number: u32,
    future: F,
) -> (Unscheduled, executor::TaskHandle<F::Output>)
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let within = InSystem { future: Some(future), system: Some(system.clone()), number };
    executor::task::prepare(system.executor.clone(), number, within)
}

pin_project! {
    /// A future that is polled with its system as the current one.
    pub(crate) struct InSystem<F> {
        #[pin]
        future: Option<F>,
        system: Option<Arc<SystemShared>>,
        // The number of the task in a simulation; 0 elsewhere.
        number: u32,
    }

    impl<F> PinnedDrop for InSystem<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // `async-task` aborts the process if the drop of a cancelled future panics.
            current::within(this.system, || contained(|| this.future.set(None)));
            if *this.number != 0
                && let Some(sim_observer) = this.system.as_ref().and_then(|system| system.sim_observer.as_ref())
            {
                sim_observer.task_over(*this.number);
            }
        }
    }
}

impl<F> InSystem<F> {
    pub(crate) fn new(future: F, system: Arc<SystemShared>) -> Self {
        InSystem::of(future, Some(system))
    }

    /// Wraps a future of a system, or one outside any system.
    pub(super) fn of(future: F, system: Option<Arc<SystemShared>>) -> Self {
        InSystem { future: Some(future), system, number: 0 }
    }
}

impl<F: Future> Future for InSystem<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        current::within(this.system, || future.poll(cx))
    }
}

/// The state shared by a task and its handle. No user code runs under its lock: no waker, and no
/// drop of a result or payload.
pub(crate) struct TaskOutcome<T> {
    state: Mutex<TaskState<T>>,
    origin: TaskOrigin,
}

struct TaskState<T> {
    stage: TaskStage<T>,
    /// Wakes the task that awaits the handle.
    waiting: Option<Waker>,
}

enum TaskStage<T> {
    Running,
    Ended(TaskEnd<T>),
    /// The result has been taken, or the handle was dropped.
    Taken,
}

/// The way in which a task ended.
pub(crate) enum TaskEnd<T> {
    Done(T),
    Panicked(TaskPanic),
    /// The task was dropped before it completed: it was cancelled, or ended with its system.
    Dropped,
}

pub(crate) struct TaskPanic {
    pub(crate) payload: Payload,
    failure: Failure,
}

/// The system that a task belongs to, and the number of the task in a simulation.
struct TaskOrigin {
    system: Weak<SystemShared>,
    number: u32,
}

impl<T> TaskOutcome<T> {
    pub(super) fn new(system: Option<&Arc<SystemShared>>, number: u32) -> Arc<Self> {
        let origin = TaskOrigin { system: system.map_or_else(Weak::new, Arc::downgrade), number };
        let state = Mutex::new(TaskState { stage: TaskStage::Running, waiting: None });
        Arc::new(TaskOutcome { state, origin })
    }

    /// Stores the end of the task. If there is no handle, the result is dropped and a panic is
    /// reported.
    pub(super) fn end(&self, end: TaskEnd<T>) {
        let mut rejected = Some(end);
        let mut state = self.state.lock();
        if matches!(state.stage, TaskStage::Running)
            && let Some(end) = rejected.take()
        {
            state.stage = TaskStage::Ended(end);
        }
        let waiting = state.waiting.take();
        drop(state);
        if let Some(waiting) = waiting {
            wake(waiting);
        }
        self.discard(rejected);
    }

    pub(super) fn poll(&self, cx: &Context<'_>) -> Poll<Option<TaskEnd<T>>> {
        // A clone of a waker is user code, so it does not run under the lock.
        let mut waker = Some(cx.waker().clone());
        let mut state = self.state.lock();
        let poll = match std::mem::replace(&mut state.stage, TaskStage::Taken) {
            TaskStage::Running => {
                state.stage = TaskStage::Running;
                std::mem::swap(&mut state.waiting, &mut waker);
                Poll::Pending
            }
            TaskStage::Ended(end) => Poll::Ready(Some(end)),
            TaskStage::Taken => Poll::Ready(None),
        };
        drop(state);
        drop_waker(waker);
        if poll.is_pending() && self.origin.number != 0 {
            self.awaited();
        }
        poll
    }

    /// Records in a simulation that the current agent waits for the task.
    #[cold]
    fn awaited(&self) {
        if let Some(system) = self.origin.system.upgrade()
            && let Some(sim_observer) = &system.sim_observer
        {
            sim_observer.waits_for_task(self.origin.number);
        }
    }

    pub(super) fn is_over(&self) -> bool {
        !matches!(self.state.lock().stage, TaskStage::Running)
    }

    /// Called when the handle is dropped. A panic that it has not delivered is reported.
    pub(super) fn leave(&self) {
        let mut state = self.state.lock();
        let stage = std::mem::replace(&mut state.stage, TaskStage::Taken);
        let waiting = state.waiting.take();
        drop(state);
        drop_waker(waiting);
        if let TaskStage::Ended(end) = stage {
            self.discard(Some(end));
        }
    }

    /// Counts the panic as observed in a simulation.
    pub(super) fn delivered(&self) {
        if let Some(system) = self.origin.system.upgrade()
            && let Some(sim_observer) = &system.sim_observer
        {
            sim_observer.task_observed(self.origin.number);
        }
    }

    fn discard(&self, end: Option<TaskEnd<T>>) {
        match end {
            Some(TaskEnd::Done(value)) => self.origin.contain(|| drop(value)),
            Some(TaskEnd::Panicked(TaskPanic { payload, failure })) => {
                panics::discard(payload);
                self.origin.report(failure);
            }
            Some(TaskEnd::Dropped) | None => {}
        }
    }
}

impl TaskOrigin {
    /// Runs user code whose panic no handle delivers.
    fn contain(&self, run: impl FnOnce()) {
        if let Err(payload) = panics::catch(run) {
            let failure = self.failure(&payload);
            panics::discard(payload);
            self.report(failure);
        }
    }

    fn failure(&self, payload: &Payload) -> Failure {
        let note = panics::record_of(payload);
        let system = self.system.upgrade().map_or(0, |system| system.id);
        let actor = if self.number == 0 { "task".into() } else { format!("task {}", self.number) };
        Failure::new(FailureParts {
            kind: FailureKind::Panic,
            actor,
            id: ActorId { system, number: 0 },
            handler: "",
            message: note.message,
            location: note.location,
            cause: None,
        })
    }

    /// Makes a simulation fail for the panic, unless the handle delivers it.
    fn sim_observer(&self, failure: &Failure) {
        if let Some(system) = self.system.upgrade()
            && let Some(sim_observer) = &system.sim_observer
        {
            sim_observer.task_panicked(self.number, failure);
        }
    }

    fn report(&self, failure: Failure) {
        if let Some(system) = self.system.upgrade() {
            system.report(Incident::TaskPanicked { failure });
        }
    }
}

pin_project! {
    /// The future of a task. Stores the result, or the panic, in a [`TaskOutcome`]. It never
    /// panics.
    pub(crate) struct TaskFuture<F: Future> {
        #[pin]
        future: Option<F>,
        outcome: Arc<TaskOutcome<F::Output>>,
    }

    impl<F: Future> PinnedDrop for TaskFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // `async-task` aborts the process if the drop of a cancelled future panics.
            this.outcome.origin.contain(|| this.future.set(None));
            // This has no effect if the task has ended.
            this.outcome.end(TaskEnd::Dropped);
        }
    }
}

impl<F: Future> TaskFuture<F> {
    /// Wraps the future of task `number` of a system. Also returns the outcome that its handle
    /// reads.
    pub(super) fn new(
        future: F,
        system: Option<&Arc<SystemShared>>,
        number: u32,
    ) -> (Self, Arc<TaskOutcome<F::Output>>) {
        let outcome = TaskOutcome::new(system, number);
        (TaskFuture { future: Some(future), outcome: outcome.clone() }, outcome)
    }
}

impl<F: Future> Future for TaskFuture<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let Some(future) = this.future.as_mut().as_pin_mut() else { return Poll::Ready(()) };
        let end = match panics::catch(|| future.poll(cx)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(value)) => TaskEnd::Done(value),
            Err(payload) => {
                let failure = this.outcome.origin.failure(&payload);
                this.outcome.origin.sim_observer(&failure);
                TaskEnd::Panicked(TaskPanic { payload, failure })
            }
        };
        this.outcome.origin.contain(|| this.future.set(None));
        this.outcome.end(end);
        Poll::Ready(())
    }
}

/// Runs the future of a blocking closure to completion.
pub(super) fn run_now(future: impl Future<Output = ()>) {
    let poll = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    debug_assert!(poll.is_ready(), "a closure is ready at its first poll");
}

/// Blocking code as a future that is ready at its first poll.
pub(super) struct BlockingClosure<F>(Option<F>);

impl<F> BlockingClosure<F> {
    pub(super) fn new(run: F) -> Self {
        BlockingClosure(Some(run))
    }
}

impl<F> Unpin for BlockingClosure<F> {}

impl<T, F: FnOnce() -> T> Future for BlockingClosure<F> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        match self.0.take() {
            Some(run) => Poll::Ready(run()),
            None => Poll::Pending,
        }
    }
}
