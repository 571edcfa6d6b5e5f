//! The result of a task, between the task and its handle. If the task panics, the handle delivers the
//! panic; without a handle the panic is an incident.

use crate::cell::system_shared::Hub;
use crate::exit::{ActorId, Failure, FailureKind, FailureParts};
use crate::incident::Incident;
use crate::panics::{self, Payload};
use crate::sync::{Arc, Mutex, Weak};
use crate::waking::{drop_waker, wake};
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// Shared by a task and its handle. No user code runs under its lock: neither a waker nor the drop of a
/// result or payload.
pub(crate) struct Outcome<T> {
    state: Mutex<State<T>>,
    origin: Origin,
}

struct State<T> {
    stage: Stage<T>,
    /// Wakes the task that awaits the handle.
    waiting: Option<Waker>,
}

enum Stage<T> {
    Running,
    Ended(End<T>),
    /// The result has been taken, or the handle is gone.
    Left,
}

/// How a task ended.
pub(crate) enum End<T> {
    Done(T),
    Panicked(Panic),
    /// The task was dropped before it was done: canceled, or ended with its system.
    Dropped,
}

pub(crate) struct Panic {
    pub(crate) payload: Payload,
    failure: Failure,
}

/// The system that a task belongs to, and the number of the task in a simulation.
struct Origin {
    hub: Weak<Hub>,
    number: u32,
}

impl<T> Outcome<T> {
    fn new(hub: Option<&Arc<Hub>>, number: u32) -> Arc<Self> {
        let origin = Origin { hub: hub.map_or_else(Weak::new, Arc::downgrade), number };
        let state = Mutex::new(State { stage: Stage::Running, waiting: None });
        Arc::new(Outcome { state, origin })
    }

    /// The task has ended. Without a handle, the result is dropped and a panic is reported.
    fn end(&self, end: End<T>) {
        let mut left = Some(end);
        let mut state = self.state.lock();
        if matches!(state.stage, Stage::Running)
            && let Some(end) = left.take()
        {
            state.stage = Stage::Ended(end);
        }
        let waiting = state.waiting.take();
        drop(state);
        if let Some(waiting) = waiting {
            wake(waiting);
        }
        self.discard(left);
    }

    pub(super) fn poll(&self, cx: &Context<'_>) -> Poll<Option<End<T>>> {
        // A clone of a waker is user code: not under the lock.
        let mut waker = Some(cx.waker().clone());
        let mut state = self.state.lock();
        let poll = match std::mem::replace(&mut state.stage, Stage::Left) {
            Stage::Running => {
                state.stage = Stage::Running;
                std::mem::swap(&mut state.waiting, &mut waker);
                Poll::Pending
            }
            Stage::Ended(end) => Poll::Ready(Some(end)),
            Stage::Left => Poll::Ready(None),
        };
        drop(state);
        drop_waker(waker);
        if poll.is_pending() && self.origin.number != 0 {
            self.awaited();
        }
        poll
    }

    /// A simulation records what waits for the task.
    #[cold]
    fn awaited(&self) {
        if let Some(hub) = self.origin.hub.upgrade()
            && let Some(witness) = &hub.witness
        {
            witness.waits_for_task(self.origin.number);
        }
    }

    pub(super) fn is_over(&self) -> bool {
        !matches!(self.state.lock().stage, Stage::Running)
    }

    /// The handle is gone: a panic that it has not delivered is reported.
    pub(super) fn leave(&self) {
        let mut state = self.state.lock();
        let stage = std::mem::replace(&mut state.stage, Stage::Left);
        let waiting = state.waiting.take();
        drop(state);
        drop_waker(waiting);
        if let Stage::Ended(end) = stage {
            self.discard(Some(end));
        }
    }

    /// A simulation counts the panic as observed.
    pub(super) fn delivered(&self) {
        if let Some(hub) = self.origin.hub.upgrade()
            && let Some(witness) = &hub.witness
        {
            witness.task_observed(self.origin.number);
        }
    }

    fn discard(&self, end: Option<End<T>>) {
        match end {
            Some(End::Done(value)) => self.origin.contain(|| drop(value)),
            Some(End::Panicked(Panic { payload, failure })) => {
                panics::discard(payload);
                self.origin.report(failure);
            }
            Some(End::Dropped) | None => {}
        }
    }
}

impl Origin {
    /// Runs user code whose panic has no handle to be delivered by.
    fn contain(&self, run: impl FnOnce()) {
        if let Err(payload) = panics::catch(run) {
            let failure = self.failure(&payload);
            panics::discard(payload);
            self.report(failure);
        }
    }

    fn failure(&self, payload: &Payload) -> Failure {
        let note = panics::note_of(payload);
        let system = self.hub.upgrade().map_or(0, |hub| hub.id);
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

    /// A simulation fails for the panic, unless the handle delivers it.
    fn witness(&self, failure: &Failure) {
        if let Some(hub) = self.hub.upgrade()
            && let Some(witness) = &hub.witness
        {
            witness.task_panicked(self.number, failure);
        }
    }

    fn report(&self, failure: Failure) {
        if let Some(hub) = self.hub.upgrade() {
            hub.report(Incident::TaskPanicked { failure });
        }
    }
}

pin_project! {
    /// The future of a task: leaves its result, or its panic, in an [`Outcome`]. It never panics.
    pub(crate) struct Telling<F: Future> {
        #[pin]
        future: Option<F>,
        outcome: Arc<Outcome<F::Output>>,
    }

    impl<F: Future> PinnedDrop for Telling<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // `async-task` aborts the process if the drop of a canceled future panics.
            this.outcome.origin.contain(|| this.future.set(None));
            // Nothing changes if it has ended.
            this.outcome.end(End::Dropped);
        }
    }
}

impl<F: Future> Telling<F> {
    /// The future of task `number` of a system, and where its result will be.
    pub(super) fn new(
        future: F,
        hub: Option<&Arc<Hub>>,
        number: u32,
    ) -> (Self, Arc<Outcome<F::Output>>) {
        let outcome = Outcome::new(hub, number);
        (Telling { future: Some(future), outcome: outcome.clone() }, outcome)
    }

    /// Runs the future of a closure to its end.
    pub(super) fn at_once(self) {
        let poll = pin!(self).poll(&mut Context::from_waker(Waker::noop()));
        debug_assert!(poll.is_ready(), "a closure is ready at its first poll");
    }
}

impl<F: Future> Future for Telling<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let Some(future) = this.future.as_mut().as_pin_mut() else { return Poll::Ready(()) };
        let end = match panics::catch(|| future.poll(cx)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(value)) => End::Done(value),
            Err(payload) => {
                let failure = this.outcome.origin.failure(&payload);
                this.outcome.origin.witness(&failure);
                End::Panicked(Panic { payload, failure })
            }
        };
        this.outcome.origin.contain(|| this.future.set(None));
        this.outcome.end(end);
        Poll::Ready(())
    }
}

/// Blocking code as a future that is ready at its first poll.
pub(super) struct Closure<F>(Option<F>);

impl<F> Closure<F> {
    pub(super) fn new(run: F) -> Self {
        Closure(Some(run))
    }
}

impl<F> Unpin for Closure<F> {}

impl<T, F: FnOnce() -> T> Future for Closure<F> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        match self.0.take() {
            Some(run) => Poll::Ready(run()),
            None => Poll::Pending,
        }
    }
}
