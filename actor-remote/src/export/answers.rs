//! The answers to calls: those that a lane sends together, and those for which a task waits.

use super::{Begun, Progress, Server};
use crate::frame::{BODY, CallFault};
use crate::import::cost;
use crate::incoming::Waiting;
use crate::scope::{self, Scope, Written};
use crate::window::Window;
use actor_core::CallError;
use actor_core::call::ReplyReceiver;
use actor_core::error::{Refusal, RefusalKind};
use actor_core::future::or;
use std::future::poll_fn;
use std::ops::Range;
use std::sync::Arc;
use std::task::{Context, Poll};

/// The most bytes for which answers have room from the start.
const MOST: usize = 16 * 1024;

/// Encoded answers, whose bodies are in one buffer.
#[derive(Default)]
pub(crate) struct Answers {
    pub(crate) bytes: Vec<u8>,
    pub(crate) all: Vec<Answered>,
    /// The room for answers and their bytes, once there is one.
    room: (usize, usize),
}

/// The encoded answer to a call.
pub(crate) struct Answered {
    pub(crate) number: u64,
    pub(crate) outcome: Outcome,
    /// The addresses in the body, if there are any.
    pub(crate) written: Option<Box<Written>>,
}

pub(crate) enum Outcome {
    /// The place of the body in the buffer.
    Reply(Range<usize>),
    Failed(Box<CallFault>),
}

impl Answers {
    fn with_room(room: (usize, usize)) -> Self {
        Answers { room, ..Answers::default() }
    }

    /// Encodes an answer, inside of [`scope::encoding`]. Returns its cost, which is zero for an error.
    fn add(
        &mut self,
        scope: &Scope,
        number: u64,
        outcome: Result<(), CallError>,
        mut reply: Box<dyn Waiting>,
    ) -> u64 {
        if self.all.is_empty() {
            self.all.reserve(self.room.0);
            self.bytes.reserve(self.room.1);
        }
        let start = self.bytes.len();
        let text = match outcome {
            Err(error) => return self.fail(number, &error),
            Ok(()) => reply.encode(&mut self.bytes).err(),
        };
        let written = scope::take_written();
        let length = self.bytes.len() - start;
        let is_too_large = length > BODY;
        let text = text.or_else(|| {
            is_too_large.then(|| format!("the reply has {length} bytes; the limit is {BODY}"))
        });
        if let Some(text) = text {
            self.bytes.truncate(start);
            if let Some(written) = written {
                scope.node.take_back(scope.peer, scope.session, &written.exports);
            }
            let refusal = Refusal::new(RefusalKind::BadReply, text);
            return self.fail(number, &CallError::Refused(refusal));
        }
        let body = start..self.bytes.len();
        let cost = cost(&self.bytes[body.clone()]);
        self.all.push(Answered { number, outcome: Outcome::Reply(body), written });
        cost
    }

    fn fail(&mut self, number: u64, error: &CallError) -> u64 {
        let outcome = Outcome::Failed(Box::new(CallFault::of(error)));
        self.all.push(Answered { number, outcome, written: None });
        0
    }
}

impl Server {
    /// Drops the calls that are cancelled, and sends the replies that the actor has made. The task is woken for
    /// the others.
    pub(super) fn settle(&self, lane: &mut Progress, cx: &mut Context<'_>) {
        if lane.begun.is_empty() && lane.queued.is_none() {
            return;
        }
        self.cancels.follow(cx.waker());
        let cancels = self.cancels.count();
        if lane.checked != cancels {
            lane.checked = cancels;
            self.drop_cancelled(lane);
        }
        let mut answers = Answers::with_room(lane.room);
        // A node that does not accept replies gets the others one after another.
        let (room, mut spent) = (self.replies.left(), 0);
        let mut late = Vec::new();
        let begun = &mut lane.begun;
        let encode = || {
            for Begun { number, reply, outcome } in begun.extract_if(.., |it| it.poll(cx)) {
                match outcome {
                    None => {}
                    Some(Ok(())) if spent >= room => late.push((number, reply)),
                    Some(outcome) => spent += answers.add(&self.scope, number, outcome, reply),
                }
            }
        };
        scope::encoding(&self.scope, encode);
        if !answers.all.is_empty() {
            let mean = |before: usize, now: usize| now.max((before + now) / 2);
            lane.room = (
                mean(lane.room.0, answers.all.len()),
                mean(lane.room.1, answers.bytes.len()).min(MOST),
            );
            self.replies.spend(spent);
            self.scope.node.push_answers(&self.scope, &self.replies, answers);
        }
        for (number, reply) in late {
            self.start(self.call(number).answer_in_turn(Ok(()), reply));
        }
    }

    /// Drops the calls that have left the table of the session. If the session is over, the messages that the
    /// mailbox has accepted are handled in their turn.
    fn drop_cancelled(&self, lane: &mut Progress) {
        let Progress { begun, queued, .. } = lane;
        let cancelled: Vec<_> = self.scope.node.with_running(&self.scope, |running| {
            let Some(running) = running else {
                *queued = None;
                return Vec::new();
            };
            *queued = queued.filter(|number| running.contains(*number));
            begun.extract_if(.., |begun| !running.contains(begun.number)).collect()
        });
        drop(cancelled);
    }

    /// Starts a task for each call that the lane waits for.
    pub(super) fn leave_to_tasks(&self, lane: &mut Progress) {
        let numbers = lane.begun.iter().map(|begun| begun.number);
        let watches = self.scope.node.watch_calls(&self.scope, numbers);
        for (Begun { number, mut reply, .. }, watch) in lane.begun.drain(..).zip(watches) {
            match watch {
                Watched::Yes(cancelled) => self.start(self.call(number).wait(reply, cancelled)),
                Watched::Cancelled => drop(reply),
                // The message is handled in its turn.
                Watched::Over => self.start(async move {
                    let _ = poll_fn(|cx| reply.poll(cx)).await;
                }),
            }
        }
    }

    pub(super) fn call(&self, number: u64) -> Call {
        Call { scope: self.scope.clone(), number, replies: self.replies.clone() }
    }
}

impl Begun {
    /// Returns whether the actor has answered.
    fn poll(&mut self, cx: &mut Context<'_>) -> bool {
        self.outcome = match self.reply.poll(cx) {
            Poll::Ready(outcome) => Some(outcome),
            Poll::Pending => None,
        };
        self.outcome.is_some()
    }
}

/// The watch of a task over a call.
pub(crate) enum Watched {
    /// Resolves when the call is cancelled, or the session is over.
    Yes(ReplyReceiver<()>),
    Cancelled,
    /// The session is over.
    Over,
}

/// A call of another node that an actor of this node has accepted.
pub(crate) struct Call {
    pub(crate) scope: Scope,
    pub(crate) number: u64,
    pub(crate) replies: Arc<Window>,
}

impl Call {
    /// Waits for the reply, and sends it back.
    async fn wait(self, mut reply: Box<dyn Waiting>, mut cancelled: ReplyReceiver<()>) {
        let outcome = or(async { Ok(poll_fn(|cx| reply.poll(cx)).await) }, async {
            Err((&mut cancelled).await)
        });
        match outcome.await {
            Ok(outcome) => self.answer_in_turn(outcome, reply).await,
            // The session is over. The message is handled in its turn.
            Err(Ok(())) => {
                drop(self);
                let _ = poll_fn(|cx| reply.poll(cx)).await;
            }
            Err(Err(_)) => self.scope.node.finish(&self.scope, self.number),
        }
    }

    /// Sends the answer back, once the other node has accepted enough of the earlier replies.
    async fn answer_in_turn(self, outcome: Result<(), CallError>, reply: Box<dyn Waiting>) {
        let Call { scope, number, replies } = self;
        let _turn = match outcome {
            Ok(()) => match replies.room().await {
                Some(turn) => Some(turn),
                None => return,
            },
            Err(_) => None,
        };
        let mut answers = Answers::default();
        let add = || answers.add(&scope, number, outcome, reply);
        let (spent, _) = scope::encoding(&scope, add);
        replies.spend(spent);
        scope.node.push_answers(&scope, &replies, answers);
    }
}
