//! Values of a test inside messages between nodes: the message carries a number, and the value
//! itself waits in this process. It must not be used for values that a behavior is about.

use crate::{Gate, Mark, Tally};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::any::Any;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard};

/// The values in flight.
#[derive(Default)]
struct Passage {
    next: u64,
    waiting: HashMap<u64, Box<dyn Any + Send>>,
}

static PASSAGE: LazyLock<Mutex<Passage>> = LazyLock::new(Mutex::default);

fn passage() -> MutexGuard<'static, Passage> {
    PASSAGE.lock().expect("no user code runs under this lock")
}

/// Writes the number of a value that waits from now on.
fn enter<S: Serializer>(value: impl Any + Send, serializer: S) -> Result<S::Ok, S::Error> {
    let mut passage = passage();
    passage.next += 1;
    let number = passage.next;
    passage.waiting.insert(number, Box::new(value));
    drop(passage);
    number.serialize(serializer)
}

/// Takes the value with this number. Each message is decoded at most once.
fn leave<'de, T: Any, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let number = u64::deserialize(deserializer)?;
    let found = passage().waiting.remove(&number);
    let found = found.and_then(|value| value.downcast().ok());
    found.map(|value| *value).ok_or_else(|| D::Error::custom("no such value is under way"))
}

impl Serialize for Gate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        enter(self.clone(), serializer)
    }
}

impl<'de> Deserialize<'de> for Gate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        leave(deserializer)
    }
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        enter(self.clone(), serializer)
    }
}

impl<'de> Deserialize<'de> for Tally {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        leave(deserializer)
    }
}

/// The mark moves into the message: it is dropped where the message has arrived. The mark of a message
/// that is not decoded is never dropped.
impl Serialize for Mark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.move_out() {
            Some(moved) => enter(moved, serializer),
            None => Err(serde::ser::Error::custom("the mark has been sent before")),
        }
    }
}

impl<'de> Deserialize<'de> for Mark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        leave(deserializer)
    }
}

/// A value of any type, as an argument or a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local<T>(pub T);

impl<T: Any + Clone + Send> Serialize for Local<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        enter(self.0.clone(), serializer)
    }
}

impl<'de, T: Any> Deserialize<'de> for Local<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        leave(deserializer).map(Local)
    }
}
