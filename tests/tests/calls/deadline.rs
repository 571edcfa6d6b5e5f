//! What inherits the deadline of a message, and what does not; how each wait ends with it.

use actor_core::future::{join_all, or, zip};
use actor_core::prelude::*;
use actor_core::{CallError, SendReason, topic::Topic};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use std::time::{Duration, Instant};
use tests::{Gate, Local, Tally, fill, is_looped, reached};

/// Long enough for any host, and never waited for.
const HOUR: Duration = Duration::from_secs(3600);

/// A deadline that passes in a test. On a busy machine a thread can be interrupted for long.
const SHORT: Duration = Duration::from_millis(250);

/// The longest transit time of a message to another node.
const WAY: Duration = Duration::from_secs(60);

/// The time left is carried to another node in whole microseconds.
const ROUNDED: Duration = Duration::from_micros(1);

/// The end of a chain: answers at once, or never.
#[actor(capacity = 1)]
struct Leaf {
    entered: Tally,
    handled: Tally,
}

type Deadline = Local<Option<Instant>>;

#[actor(remote)]
impl Leaf {
    fn deadline(&self, context: &Context<Self>) -> Deadline {
        self.handled.add();
        Local(context.deadline())
    }

    async fn block(&mut self, gate: Gate) {
        self.entered.add();
        gate.pass().await;
    }

    fn forwarded(&self, context: &Context<Self>, reply: Reply<Deadline>) {
        assert_eq!(reply.deadline(), context.deadline());
        let _ = reply.send(Local(context.deadline()));
    }
}

#[actor(remote)]
trait Inner {
    async fn through_protocol(&self) -> Deadline;
}

/// Calls the leaf in one way or another.
#[actor]
struct Front {
    leaf: LeafAddr,
    seen: Vec<Option<Instant>>,
    told: Tally,
}

#[actor]
impl Inner for Front {
    async fn through_protocol(&self) -> Deadline {
        self.leaf.deadline().await.unwrap()
    }
}

/// The deadline of a handler, and of the message that it has sent.
#[derive(Clone, Debug, PartialEq)]
struct Both {
    own: Option<Instant>,
    callee: Option<Instant>,
}

fn both(context: &Context<Front>, callee: Result<Deadline, CallError>) -> Local<Both> {
    Local(Both { own: context.deadline(), callee: callee.unwrap().0 })
}

#[actor(remote)]
impl Front {
    #[on_start]
    async fn start(&mut self, context: &Context<Self>) {
        assert_eq!(context.deadline(), None);
        assert_eq!(self.leaf.deadline().await, Ok(Local(None)));
    }

    async fn plainly(&self, context: &Context<Self>) -> Local<Both> {
        both(context, self.leaf.deadline().await)
    }

    async fn within(&self, limit: Duration, context: &Context<Self>) -> Local<Both> {
        both(context, self.leaf.deadline().timeout(limit).await)
    }

    async fn without(&self, context: &Context<Self>) -> Local<Both> {
        both(context, self.leaf.deadline().without_deadline().await)
    }

    async fn without_and_within(&self, limit: Duration, context: &Context<Self>) -> Local<Both> {
        both(context, self.leaf.deadline().timeout(limit).without_deadline().await)
    }

    async fn in_a_task(&self, context: &Context<Self>) -> Local<Both> {
        let call = self.leaf.deadline().into_owned();
        both(context, actor_core::spawn_task(call).await)
    }

    async fn joined(&self, context: &Context<Self>) -> Vec<Local<Both>> {
        let (one, two) = zip(self.leaf.deadline(), self.leaf.deadline()).await;
        let raced = or(self.leaf.deadline(), std::future::pending()).await;
        let mut answers = vec![one, two, raced];
        // These are polled with wakers of their own.
        answers.extend(join_all((0..40).map(|_| self.leaf.deadline())).await);
        let unordered: FuturesUnordered<_> = (0..3).map(|_| self.leaf.deadline()).collect();
        answers.extend(unordered.collect::<Vec<_>>().await);
        answers.into_iter().map(|answer| both(context, answer)).collect()
    }

    async fn forward(&self, reply: Reply<Deadline>) {
        self.leaf.forwarded().reply_to(reply).send().await.unwrap();
    }

    fn piped(&self, context: &Context<Self>) -> Deadline {
        self.leaf.deadline().pipe(context, |me, answer| me.tell(answer.unwrap()));
        self.leaf.deadline().timeout(HOUR).pipe(context, |me, answer| me.tell(answer.unwrap()));
        let call = self.leaf.deadline().into_owned();
        context.pipe(call, |me, answer| me.tell(answer.unwrap().unwrap()));
        context.after(Duration::ZERO, |me| me.tick()).detach();
        Local(context.deadline())
    }

    async fn tick(&mut self) {
        let answer = self.leaf.deadline().await;
        self.seen.push(answer.unwrap().0);
        self.told.add();
    }

    fn tell(&mut self, answer: Deadline) {
        self.seen.push(answer.0);
        self.told.add();
    }

    fn seen(&mut self) -> Local<Vec<Option<Instant>>> {
        Local(std::mem::take(&mut self.seen))
    }
}

fn new_front(leaf: &LeafAddr, told: &Tally) -> Front {
    Front { leaf: leaf.clone(), seen: vec![], told: told.clone() }
}

async fn front() -> (FrontAddr, LeafAddr, Tally) {
    let told = Tally::default();
    let leaf = Leaf { entered: Tally::default(), handled: Tally::default() }.spawn();
    let leaf = reached(leaf).await;
    let front = new_front(&leaf, &told).spawn();
    front.started().await.unwrap();
    (reached(front).await, leaf, told)
}

/// The deadlines of a caller and its callee are the same. On another node it is later by the transit time,
/// and rounded down.
#[track_caller]
fn assert_same(own: Option<Instant>, callee: Option<Instant>) {
    let (own, callee) = (own.unwrap(), callee.unwrap());
    if is_looped() {
        assert!(callee + ROUNDED > own && callee < own + WAY);
    } else {
        assert_eq!(callee, own);
    }
}

#[track_caller]
fn inherits(Local(Both { own, callee }): Local<Both>) {
    assert_same(own, callee);
}

#[track_caller]
fn has_none(Local(Both { own, callee }): Local<Both>) {
    assert!(own.is_some());
    assert_eq!(callee, None);
}

pub fn a_message_has_the_timeout_of_its_call_as_deadline(system: &System) {
    system.block_on(async {
        let (_front, leaf, _) = front().await;
        assert_eq!(leaf.deadline().await, Ok(Local(None)));
        let before = actor_core::time::now();
        let deadline = leaf.deadline().timeout(HOUR).await.unwrap().0.unwrap();
        let earliest = if is_looped() { before - ROUNDED } else { before };
        assert!(deadline >= earliest + HOUR && deadline <= actor_core::time::now() + HOUR);
        let never = leaf.deadline().timeout(Duration::MAX).await;
        assert_eq!(never, Ok(Local(None)), "no clock gets there");
    });
}

pub fn calls_in_a_handler_inherit_its_deadline(system: &System) {
    system.block_on(async {
        let (front, _leaf, _) = front().await;
        let none = Local(Both { own: None, callee: None });
        assert_eq!(front.plainly().await, Ok(none));
        inherits(front.plainly().timeout(HOUR).await.unwrap());
        // The shorter of the two counts.
        inherits(front.within(2 * HOUR).timeout(HOUR).await.unwrap());
        let Local(both) = front.within(HOUR / 2).timeout(HOUR).await.unwrap();
        assert!(both.callee.unwrap() < both.own.unwrap());
        for answer in front.joined().timeout(HOUR).await.unwrap() {
            inherits(answer);
        }
        let within_an_hour = actor_core::time::now() + HOUR;
        let Local(callee) = front.forward().timeout(HOUR).await.unwrap();
        assert!(callee.unwrap() + ROUNDED * 2 >= within_an_hour, "of the final caller");
    });
}

pub fn calls_without_deadline_inherit_none(system: &System) {
    system.block_on(async {
        let (front, _leaf, _) = front().await;
        has_none(front.without().timeout(HOUR).await.unwrap());
        has_none(front.in_a_task().timeout(HOUR).await.unwrap());
        let Local(both) = front.without_and_within(2 * HOUR).timeout(HOUR).await.unwrap();
        assert!(both.callee > both.own, "its own timeout counts");
        has_none(front.without_and_within(Duration::MAX).timeout(HOUR).await.unwrap());
    });
}

pub fn a_piped_call_inherits_and_other_futures_and_timers_do_not(system: &System) {
    system.block_on(async {
        let (front, _leaf, told) = front().await;
        let Local(own) = front.piped().timeout(HOUR).await.unwrap();
        told.reaches(4).await;
        let Local(mut seen) = front.seen().await.unwrap();
        seen.sort();
        assert_eq!(seen[..2], [None, None]);
        for callee in &seen[2..] {
            assert_same(own, *callee);
        }
    });
}

pub fn protocols_and_pools_inherit_as_plain_calls(system: &System) {
    system.block_on(async {
        let (_front, leaf, told) = front().await;
        let inner = InnerAddr::from(new_front(&leaf, &told).spawn());
        let inner = reached(inner).await;
        let deadline = inner.through_protocol().timeout(HOUR).await;
        assert!(deadline.unwrap().0.is_some());
        let pool = Front::pool(2, move || new_front(&leaf, &told));
        let pool = reached(pool).await;
        inherits(pool.plainly().timeout(HOUR).await.unwrap());
    });
}

/// Waits for a leaf that does not answer, in one of many ways.
#[actor]
struct Waiter {
    leaf: LeafAddr,
    ended: Tally,
    gate: Gate,
    topic: Topic<u8>,
    ends: Vec<CallError>,
}

#[actor]
impl Waiter {
    async fn plainly(&mut self) {
        let end = self.leaf.deadline().await.unwrap_err();
        self.end(end);
    }

    async fn running(&mut self) {
        let end = self.leaf.block(self.gate.clone()).await.unwrap_err();
        self.end(end);
    }

    async fn joined(&mut self) {
        let calls: Vec<_> = (0..40).map(|_| self.leaf.deadline()).collect();
        let ends = join_all(calls).await;
        for end in ends {
            self.ends.push(end.unwrap_err());
        }
        let unordered: FuturesUnordered<_> = (0..2).map(|_| self.leaf.deadline()).collect();
        let ends: Vec<_> = unordered.collect().await;
        for end in ends {
            self.ends.push(end.unwrap_err());
        }
        self.ended.add();
    }

    async fn with_own(&mut self, limit: Duration) {
        let end = self.leaf.deadline().timeout(limit).await.unwrap_err();
        self.end(end);
    }

    async fn capacity(&mut self) {
        let end = self.leaf.deadline().send().await.unwrap_err();
        assert_eq!(end.reason(), SendReason::DeadlineExceeded);
        // With a waker of its own.
        let mut sends: FuturesUnordered<_> = [self.leaf.deadline().send()].into_iter().collect();
        let end_of_other = sends.next().await.unwrap().unwrap_err();
        assert_eq!(end_of_other.reason(), SendReason::DeadlineExceeded);
        drop(sends);
        self.end(end.into());
    }

    async fn publish(&mut self) {
        self.topic.publish(1).await;
        self.end(CallError::NoReply);
    }

    async fn late(&mut self, context: &Context<Self>) {
        let deadline = context.deadline().unwrap();
        actor_core::time::sleep(deadline - actor_core::time::now() + Duration::from_millis(1))
            .await;
        let end = self.leaf.deadline().await.unwrap_err();
        self.end(end);
        assert!(self.leaf.is_alive());
    }

    async fn without(&mut self) {
        let answer = self.leaf.deadline().without_deadline().await;
        self.end(answer.err().unwrap_or(CallError::NoReply));
    }

    fn take_ends(&mut self) -> Vec<CallError> {
        std::mem::take(&mut self.ends)
    }
}

impl Waiter {
    fn end(&mut self, end: CallError) {
        self.ends.push(end);
        self.ended.add();
    }
}

struct Scene {
    waiter: WaiterAddr,
    leaf: LeafAddr,
    gate: Gate,
    ended: Tally,
    entered: Tally,
    handled: Tally,
}

impl Scene {
    async fn new() -> Self {
        let (ended, handled, entered) = (Tally::default(), Tally::default(), Tally::default());
        let gate = Gate::new();
        let leaf = Leaf { entered: entered.clone(), handled: handled.clone() }.spawn();
        let leaf = reached(leaf).await;
        let (topic, ends) = (Topic::new(), vec![]);
        let waiter =
            Waiter { leaf: leaf.clone(), ended: ended.clone(), gate: gate.clone(), topic, ends };
        Scene { waiter: waiter.spawn(), leaf, gate, ended, entered, handled }
    }

    /// The leaf handles a message until the gate opens.
    async fn blocked() -> Self {
        let scene = Scene::new().await;
        scene.leaf.block(scene.gate.clone()).send().await.unwrap();
        scene.entered.reaches(1).await;
        scene
    }

    /// The one error with which the handler's wait has ended.
    async fn end(&self) -> CallError {
        self.ended.reaches(1).await;
        let ends = self.waiter.take_ends().await.unwrap();
        assert_eq!(ends.len(), 1);
        ends[0].clone()
    }
}

const NEVER_STARTED: CallError = CallError::DeadlineExceeded { started: false };

/// Whether a call has ended with the inherited deadline while its message was queued. For a message that was
/// sent to another node, it is unknown whether it has started.
fn is_over_in_the_queue(end: &CallError) -> bool {
    *end == NEVER_STARTED || (is_looped() && *end == CallError::DeadlineExceeded { started: true })
}

pub fn a_queued_call_ends_with_the_deadline_and_says_that_it_never_started(system: &System) {
    system.block_on(async {
        let scene = Scene::blocked().await;
        let _ = scene.waiter.plainly().timeout(SHORT).await;
        let end = scene.end().await;
        assert_eq!(end, NEVER_STARTED);
        assert!(end.never_handled());
        scene.gate.open();
    });
}

pub fn a_queued_call_ends_with_the_deadline_and_is_never_handled(system: &System) {
    let before = system.counters().skipped_calls;
    system.block_on(async {
        let scene = Scene::blocked().await;
        // Both are over at the same time: the handler may answer just before its caller gives up.
        let own = scene.waiter.plainly().timeout(SHORT).await;
        assert!(matches!(own, Ok(()) | Err(CallError::Timeout { started: true })), "{own:?}");
        let end = scene.end().await;
        assert!(is_over_in_the_queue(&end), "{end:?}");
        if is_looped() {
            // The deadline there is later by the transit time of the message.
            actor_core::time::sleep(SHORT).await;
        }
        scene.gate.open();
        assert_eq!(scene.leaf.deadline().await, Ok(Local(None)), "the actor goes on");
        assert_eq!(scene.handled.count(), 1);
    });
    assert_eq!(system.counters().skipped_calls - before, 1);
}

pub fn a_running_call_ends_with_the_deadline_and_says_that_it_started(system: &System) {
    system.block_on(async {
        let scene = Scene::new().await;
        let _ = scene.waiter.running().timeout(SHORT).await;
        let end = scene.end().await;
        assert_eq!(end, CallError::DeadlineExceeded { started: true });
        assert!(!end.never_handled());
        scene.gate.open();
    });
}

pub fn calls_that_are_polled_with_their_own_wakers_end_with_the_deadline(system: &System) {
    system.block_on(async {
        let scene = Scene::blocked().await;
        let _ = scene.waiter.joined().timeout(SHORT).await;
        scene.ended.reaches(1).await;
        let ends = scene.waiter.take_ends().await.unwrap();
        assert_eq!(ends.len(), 42);
        assert!(ends.iter().all(is_over_in_the_queue), "{ends:?}");
        scene.gate.open();
    });
}

pub fn the_shorter_of_timeout_and_deadline_is_reported(system: &System) {
    system.block_on(async {
        for own in [Duration::from_millis(1), HOUR] {
            let scene = Scene::blocked().await;
            let _ = scene.waiter.with_own(own).timeout(SHORT).await;
            let end = scene.end().await;
            let is_own = matches!(end, CallError::Timeout { started } if !started || is_looped());
            assert!(if own < SHORT { is_own } else { is_over_in_the_queue(&end) }, "{end:?}");
            scene.gate.open();
        }
    });
}

pub fn a_wait_for_capacity_ends_with_the_deadline(system: &System) {
    system.block_on(async {
        let scene = Scene::blocked().await;
        let sent = fill(|| scene.leaf.deadline()).await;
        let _ = scene.waiter.capacity().timeout(SHORT).await;
        assert_eq!(scene.end().await, NEVER_STARTED);
        assert_eq!(scene.handled.count(), 0);
        // An accepted send stays.
        scene.gate.open();
        scene.handled.reaches(sent).await;
    });
}

pub fn a_wait_of_a_publisher_ends_with_the_deadline(system: &System) {
    system.block_on(async {
        let scene = Scene::new().await;
        let topic = Topic::new();
        let stream = topic.stream();
        while topic.publish(0).try_send() == 0 {}
        let told = Tally::default();
        let waiter = Waiter {
            leaf: scene.leaf.clone(),
            ended: told.clone(),
            gate: Gate::new(),
            topic: topic.clone(),
            ends: vec![],
        };
        let _ = waiter.spawn().publish().timeout(SHORT).await;
        told.reaches(1).await;
        drop(stream);
    });
}

pub fn a_call_after_the_deadline_is_not_sent(system: &System) {
    system.block_on(async {
        let scene = Scene::new().await;
        let _ = scene.waiter.late().timeout(SHORT).await;
        assert_eq!(scene.end().await, NEVER_STARTED);
        assert_eq!((scene.leaf.len(), scene.handled.count()), (0, 0));
    });
}

pub fn a_call_without_deadline_outlives_that_of_its_handler(system: &System) {
    system.block_on(async {
        let scene = Scene::blocked().await;
        let own = scene.waiter.without().timeout(SHORT).await;
        assert_eq!(own, Err(CallError::Timeout { started: true }));
        scene.gate.open();
        assert_eq!(scene.end().await, CallError::NoReply, "it was answered");
        assert_eq!(scene.handled.count(), 1);
    });
}
