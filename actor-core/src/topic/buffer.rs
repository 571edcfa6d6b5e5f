//! The buffer of one subscriber, and its policy for a full buffer. No user code runs under the
//! lock: items are cloned before the lock is taken, and dropped after it is released.
//!
//! A publisher that has to wait stores its item in the buffer, after the other waiting items. Each
//! item that the reader takes admits the oldest waiting item, and wakes only the publisher of that
//! item. Publishers are therefore served in FIFO order, with one wake-up for each item.

use crate::cell::deadlock::edge::ActorKey;
use crate::cell::ordered_map::OrderedMap;
use crate::panics::{self, PanicRecord, Payload, contained, drop_waker, wake, wake_each};
use crate::sync::{Arc, Mutex};
use std::collections::{HashMap, VecDeque};
use std::task::{Poll, Waker};

#[cfg(test)]
mod tests;

/// The default capacity of a subscriber's buffer. It is 1 in the loom models, where the buffer is
/// to be full.
const CAPACITY: usize = if cfg!(actor_loom) { 1 } else { 64 };

/// The id of a publisher that waits for capacity.
pub(super) type PublisherTicket = u64;

/// The key of an item for [`TypedSubscription::latest_by`](crate::topic::TypedSubscription::latest_by), created from
/// integers and strings.
///
/// ```
/// use actor_core::topic::TopicKey;
/// assert_eq!(TopicKey::from("ACME"), TopicKey::from(String::from("ACME")));
/// assert_ne!(TopicKey::from(7_u8), TopicKey::from(8_i64));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicKey(KeyRepr);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum KeyRepr {
    Number(i128),
    Text(Arc<str>),
}

macro_rules! key_from_numbers {
    ($($number:ty),*) => {
        $(impl From<$number> for TopicKey {
            fn from(number: $number) -> Self {
                TopicKey(KeyRepr::Number(i128::from(number)))
            }
        })*
    };
}

key_from_numbers!(u8, u16, u32, u64, i8, i16, i32, i64, bool);

impl From<&str> for TopicKey {
    fn from(text: &str) -> Self {
        TopicKey(KeyRepr::Text(Arc::from(text)))
    }
}

impl From<String> for TopicKey {
    fn from(text: String) -> Self {
        TopicKey(KeyRepr::Text(Arc::from(text)))
    }
}

/// The policy for an item when the buffer is full.
#[derive(Clone)]
pub(super) enum Policy<T> {
    /// The publisher waits.
    Wait,
    DropOldest(usize),
    DropNewest(usize),
    /// The item replaces the buffered one.
    Latest,
    /// The item replaces a buffered one with the same key.
    LatestBy(Arc<dyn Fn(&T) -> TopicKey + Send + Sync>),
}

/// Returns the size of a buffer that a subscriber was given.
///
/// # Panics
/// If it is zero.
#[track_caller]
pub(super) fn checked_size(most: usize) -> usize {
    assert!(most > 0, "a buffer of a topic needs room for one item; use 1 or more");
    most
}

pub(super) struct Buffer<T> {
    /// The key of the buffer in its topic.
    pub(super) number: u64,
    state: Mutex<BufferState<T>>,
}

struct BufferState<T> {
    policy: Policy<T>,
    /// The buffered items. They have keys only under [`Policy::LatestBy`].
    items: VecDeque<(Option<TopicKey>, T)>,
    /// The number of items taken from the front so far.
    taken: u64,
    /// The number of the item with each key, which is the number of items offered before it. Only
    /// used for lookups, never iterated.
    number_by_key: HashMap<TopicKey, u64>,
    /// Items whose publishers wait for capacity, in FIFO order. Empty unless the buffer is full.
    waiting: OrderedMap<WaitingItem<T>>,
    /// The next ticket.
    tickets: PublisherTicket,
    /// The number of items lost since the last report to the reader.
    lost: u64,
    /// The total number of lost items.
    lost_total: u64,
    reader: Option<Waker>,
    /// The panic of the key function, until the reader takes it.
    panic: Option<(Payload, PanicRecord)>,
    /// The actor that gets the items, or `None` for a stream.
    actor: Option<ActorKey>,
    /// Set when no more items will arrive; buffered items are still read.
    ended: bool,
}

struct WaitingItem<T> {
    item: T,
    /// `None` while the publisher waits for another subscriber first.
    waker: Option<Waker>,
}

/// The result of an offer.
pub(super) enum OfferResult {
    /// The item was buffered, or was discarded according to the policy.
    Done,
    /// The item waits for capacity.
    Waits(PublisherTicket),
    /// The item was dropped, because the buffer is full and the item may not wait.
    Refused,
}

/// The result of a read.
pub(super) enum ReadResult<T> {
    Item(T),
    /// The number of items lost since the last report.
    Lagged(u64),
    End,
}

impl<T> Buffer<T> {
    pub(super) fn new(number: u64, policy: Policy<T>) -> Arc<Self> {
        let state = BufferState {
            policy,
            items: VecDeque::new(),
            taken: 0,
            number_by_key: HashMap::new(),
            waiting: OrderedMap::default(),
            tickets: 0,
            lost: 0,
            lost_total: 0,
            reader: None,
            panic: None,
            actor: None,
            ended: false,
        };
        Arc::new(Buffer { number, state: Mutex::new(state) })
    }

    pub(super) fn set_policy(&self, policy: Policy<T>) {
        let mut state = self.state.lock();
        let old = std::mem::replace(&mut state.policy, policy);
        let mut woken = Vec::new();
        if !matches!(state.policy, Policy::Wait) {
            // Under the new policy, no publisher waits.
            woken = state.admit_all();
        }
        // They belong to the function of the old policy.
        state.forget_keys();
        let (most, drops_newest, loses) = match state.policy {
            Policy::DropOldest(most) => (most, false, true),
            Policy::DropNewest(most) => (most, true, true),
            Policy::Latest => (1, false, false),
            Policy::Wait | Policy::LatestBy(_) => (usize::MAX, false, false),
        };
        let mut dropped = Vec::new();
        while state.items.len() > most {
            dropped.extend(if drops_newest { state.pop_back() } else { state.pop_front() });
            if loses {
                state.count_lost();
            }
        }
        drop(state);
        wake_each(woken);
        dropped.into_iter().for_each(|item| contained(|| drop(item)));
        drop(old);
    }

    /// Adds `item` according to the policy. If there is no capacity, the item waits if `waits` is
    /// set, and is otherwise dropped. The drop of an item is user code, whose panic must not reach the publisher.
    pub(super) fn offer(&self, item: T, waits: bool) -> OfferResult {
        let key = match self.key(&item) {
            Ok(key) => key,
            Err(payload) => {
                self.fail(payload);
                contained(|| drop(item));
                return OfferResult::Done;
            }
        };
        let mut dropped = None;
        let mut state = self.state.lock();
        if state.ended {
            drop(state);
            contained(|| drop(item));
            return OfferResult::Done;
        }
        match state.policy {
            Policy::Wait if state.items.len() >= CAPACITY => {
                if waits {
                    return OfferResult::Waits(state.wait(item));
                }
                drop(state);
                contained(|| drop(item));
                return OfferResult::Refused;
            }
            Policy::DropOldest(most) if state.items.len() >= most => {
                dropped = state.pop_front();
                state.count_lost();
                state.push_back(key, item);
            }
            Policy::DropNewest(most) if state.items.len() >= most => {
                dropped = Some(item);
                state.count_lost();
            }
            Policy::Latest => {
                dropped = state.pop_front();
                state.push_back(None, item);
            }
            Policy::LatestBy(_) => match state.buffered_with_key(key.as_ref()) {
                Some(same) => dropped = Some(std::mem::replace(same, item)),
                None => state.push_back(key, item),
            },
            _ => state.push_back(key, item),
        }
        let reader = state.reader.take();
        drop(state);
        if let Some(reader) = reader {
            wake(reader);
        }
        contained(|| drop(dropped));
        OfferResult::Done
    }

    /// Waits until the item with this ticket is admitted, or the reader is gone.
    pub(super) fn poll_admitted(&self, ticket: PublisherTicket, waker: &Waker) -> Poll<()> {
        // Cloned without the lock. A clone that is not needed is dropped after the lock is
        // released.
        let mut waker = Some(waker.clone());
        let mut state = self.state.lock();
        let poll = match state.waiting.get_mut(ticket) {
            Some(waiting) => {
                std::mem::swap(&mut waiting.waker, &mut waker);
                Poll::Pending
            }
            None => Poll::Ready(()),
        };
        drop(state);
        drop_waker(waker);
        poll
    }

    /// Removes a publisher that stops waiting. The item is dropped, unless it was admitted.
    pub(super) fn withdraw(&self, ticket: PublisherTicket) {
        let left = self.state.lock().waiting.remove(ticket);
        if let Some(WaitingItem { item, waker }) = left {
            drop_waker(waker);
            contained(|| drop(item));
        }
    }

    /// Calls the user's key function. Not called under the lock. The function belongs to the subscriber, so its
    /// panic must not reach the publisher.
    fn key(&self, item: &T) -> Result<Option<TopicKey>, Payload> {
        let by = match &self.state.lock().policy {
            Policy::LatestBy(by) => by.clone(),
            _ => return Ok(None),
        };
        panics::catch(|| Some(by(item)))
    }

    /// Passes a panic of the key function to the reader, unless there is no reader, or another panic waits for it.
    fn fail(&self, payload: Payload) {
        let record = panics::record_of(&payload);
        let mut rejected = Some((payload, record));
        let mut state = self.state.lock();
        if !state.ended && state.panic.is_none() {
            state.panic = rejected.take();
        }
        let reader = state.reader.take();
        drop(state);
        if let Some((payload, _)) = rejected {
            panics::discard(payload);
        }
        wake_each(reader);
    }

    /// # Panics
    /// If the key function has panicked.
    pub(super) fn poll_next(&self, waker: &Waker) -> Poll<ReadResult<T>> {
        // Cloned without the lock. A clone that is not needed is dropped after the lock is
        // released.
        let mut waker = Some(waker.clone());
        let mut state = self.state.lock();
        if let Some((payload, record)) = state.panic.take() {
            drop(state);
            drop_waker(waker);
            panics::resume(payload, record);
        }
        let mut woken = None;
        let next = if state.lost > 0 {
            ReadResult::Lagged(std::mem::take(&mut state.lost))
        } else if let Some(item) = state.pop_front() {
            // More items may be left of an earlier policy.
            woken = if state.items.len() < CAPACITY { state.admit() } else { None };
            ReadResult::Item(item)
        } else if state.ended {
            ReadResult::End
        } else {
            let old = std::mem::replace(&mut state.reader, waker.take());
            drop(state);
            drop_waker(old);
            return Poll::Pending;
        };
        drop(state);
        drop_waker(waker);
        wake_each(woken);
        Poll::Ready(next)
    }

    /// Closes the buffer for new items. Buffered items are still read, and so are the items of
    /// waiting publishers.
    pub(super) fn end(&self) {
        let mut state = self.state.lock();
        state.ended = true;
        let mut woken = state.admit_all();
        woken.extend(state.reader.take());
        drop(state);
        wake_each(woken);
    }

    /// Drops the buffered items, because the reader is gone.
    pub(super) fn clear(&self) {
        self.end();
        let mut state = self.state.lock();
        state.number_by_key = HashMap::new();
        let left = std::mem::take(&mut state.items);
        let panic = state.panic.take();
        drop(state);
        if let Some((payload, _)) = panic {
            panics::discard(payload);
        }
        // One by one, because the drop of an item is user code, and a panic of one drop must not
        // meet the panic of another.
        left.into_iter().for_each(|item| contained(|| drop(item)));
    }

    pub(super) fn lost_total(&self) -> u64 {
        self.state.lock().lost_total
    }

    /// Sets the actor that reads the items.
    pub(super) fn set_actor(&self, actor: ActorKey) {
        self.state.lock().actor = Some(actor);
    }

    pub(super) fn actor(&self) -> Option<ActorKey> {
        self.state.lock().actor
    }
}

impl<T> BufferState<T> {
    fn push_back(&mut self, key: Option<TopicKey>, item: T) {
        if let Some(key) = &key {
            self.number_by_key.insert(key.clone(), self.taken + self.items.len() as u64);
        }
        self.items.push_back((key, item));
    }

    fn pop_front(&mut self) -> Option<T> {
        let (key, item) = self.items.pop_front()?;
        if let Some(key) = &key {
            self.number_by_key.remove(key);
        }
        self.taken += 1;
        Some(item)
    }

    /// Removes the newest item, which has no key.
    fn pop_back(&mut self) -> Option<T> {
        let (_, item) = self.items.pop_back()?;
        Some(item)
    }

    /// Removes the keys of the buffered items, which stay.
    fn forget_keys(&mut self) {
        if !self.number_by_key.is_empty() {
            self.number_by_key = HashMap::new();
            self.items.iter_mut().for_each(|(key, _)| *key = None);
        }
    }

    /// Adds an item that waits for capacity.
    fn wait(&mut self, item: T) -> PublisherTicket {
        let ticket = self.tickets;
        self.tickets += 1;
        self.waiting.insert(ticket, WaitingItem { item, waker: None });
        ticket
    }

    /// Admits the item that has waited longest, and returns the waker of its publisher.
    fn admit(&mut self) -> Option<Waker> {
        let WaitingItem { item, waker } = self.waiting.pop_first()?;
        self.push_back(None, item);
        waker
    }

    /// Admits all waiting items, regardless of the capacity.
    fn admit_all(&mut self) -> Vec<Waker> {
        let mut woken = Vec::new();
        while !self.waiting.is_empty() {
            woken.extend(self.admit());
        }
        woken
    }

    /// Returns the buffered item with that key.
    fn buffered_with_key(&mut self, key: Option<&TopicKey>) -> Option<&mut T> {
        let number = self.number_by_key.get(key?)?;
        let place = usize::try_from(number - self.taken).ok()?;
        self.items.get_mut(place).map(|(_, item)| item)
    }

    fn count_lost(&mut self) {
        self.lost += 1;
        self.lost_total += 1;
    }
}
