//! The valid forms of a protocol.

use actor_core::prelude::*;
use std::cell::Cell;
use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;
use std::time::Duration;

/// Keeps values by keys.
#[actor]
pub trait Store<K: Send + 'static, V = u8, const N: usize = 1>
where
    V: Send + 'static,
{
    /// Replaces the current value by `value`.
    fn put(&mut self, key: K, value: V) -> Option<V>;

    /// The current value, and `N`.
    async fn get(&mut self, key: K) -> (Option<V>, [u8; N]);
}

#[actor]
struct Map<K: 'static, V: 'static> {
    map: HashMap<K, V>,
}

#[actor]
impl<K: Eq + Hash + Send + 'static, V: Clone + Send + 'static> Map<K, V> {}

#[actor]
impl<K: Eq + Hash + Send + 'static, V: Clone + Send + 'static> Store<K, V, 2> for Map<K, V> {
    fn put(&mut self, key: K, value: V) -> Option<V> {
        self.map.insert(key, value)
    }

    async fn get(&mut self, key: K) -> (Option<V>, [u8; 2]) {
        (self.map.get(&key).cloned(), [0; 2])
    }
}

pub(crate) fn a_protocol_may_be_generic(system: &System) {
    system.block_on(async {
        let map = Map::<String, u32> { map: HashMap::new() }.spawn();
        let store: StoreAddr<String, u32, 2> = map.into();
        assert_eq!(store.put("a".into(), 1).await, Ok(None));
        assert_eq!(store.get("a".into()).await, Ok((Some(1), [0, 0])));
    });
}

#[actor]
trait Alarm {
    fn set(&mut self, rung: tests::Gate, context: &Context<Self>);
    async fn stop_yourself(&self, context: &Context<Self>);
}

#[actor]
struct Clock {
    rung: Option<tests::Gate>,
}

#[actor]
impl Clock {
    fn ring(&mut self) {
        self.rung.take().unwrap().open();
    }
}

#[actor]
impl Alarm for Clock {
    fn set(&mut self, rung: tests::Gate, context: &Context<Self>) {
        self.rung = Some(rung);
        context.after(Duration::from_millis(1), |me| me.ring()).detach();
    }

    async fn stop_yourself(&self, context: &Context<Self>) {
        context.stop();
    }
}

pub(crate) fn the_context_is_the_actors_own(system: &System) {
    system.block_on(async {
        let alarm: AlarmAddr = Clock { rung: None }.spawn().into();
        let rung = tests::Gate::new();
        alarm.set(rung.clone()).await.unwrap();
        rung.pass().await;
        alarm.stop_yourself().await.unwrap();
        assert_eq!(alarm.join().await, Exit::Stopped);
    });
}

#[actor]
trait Sensor: Send + std::marker::Sync + 'static {
    async fn read(&self) -> u8;
}

#[actor]
struct Thermometer(u8);

#[actor]
impl Thermometer {}

#[actor]
impl Sensor for Thermometer {
    async fn read(&self) -> u8 {
        self.0
    }
}

pub(crate) fn a_protocol_may_ask_its_actors_to_be_send_and_sync(system: &System) {
    fn is_shared<T: Send + Sync + 'static>(_: &T) {}
    fn watch<T: Sensor>(sensor: &T) {
        is_shared(sensor);
    }
    system.block_on(async {
        let thermometer = Thermometer(21);
        watch(&thermometer);
        let sensor: SensorAddr = thermometer.spawn().into();
        assert_eq!(sensor.read().await, Ok(21));
    });
}

#[actor]
trait Door {
    fn pass(&mut self, who: u8, reply: Reply<u8>);
    fn open(&mut self);
    /// Plain data, though it is a `Reply`.
    fn give(&mut self, #[data] reply: Reply<u8>);
    #[message(last)]
    fn finish(self) -> usize;
}

#[actor]
struct Gate {
    waiting: Vec<(u8, Reply<u8>)>,
}

#[actor]
impl Gate {}

#[actor]
impl Door for Gate {
    fn pass(&mut self, who: u8, reply: Reply<u8>) {
        self.waiting.push((who, reply));
    }

    fn open(&mut self) {
        for (who, reply) in self.waiting.drain(..) {
            reply.send(who).unwrap();
        }
    }

    fn give(&mut self, reply: Reply<u8>) {
        reply.send(9).unwrap();
    }

    fn finish(self) -> usize {
        self.waiting.len()
    }
}

pub(crate) fn a_reply_is_given_later(system: &System) {
    system.block_on(async {
        let door: DoorAddr = Gate { waiting: vec![] }.spawn().into();
        let (passed, opened) = actor_core::future::zip(door.pass(3), door.open()).await;
        assert_eq!((passed, opened), (Ok(3), Ok(())));
        let (reply, answer) = Reply::pair();
        door.give(reply).await.unwrap();
        assert_eq!(answer.await, Ok(9));
    });
}

pub(crate) fn a_self_handler_is_the_last_message(system: &System) {
    system.block_on(async {
        let door: DoorAddr = Gate { waiting: vec![] }.spawn().into();
        assert_eq!(door.finish().await, Ok(0));
        assert_eq!(door.join().await, Exit::Stopped);
        assert_eq!(door.open().await, Err(CallError::Stopped));
    });
}

#[actor]
trait Named {
    const NAME: &'static str;
    fn helper() -> u8 {
        3
    }
    #[message(skip)]
    fn borrowed<'a>(&'a self, word: &'a str) -> &'a str {
        word
    }
    #[cfg(any())]
    fn gone(&self, nothing: Nowhere);
    /// The length of the name.
    fn length(&self) -> usize {
        self.borrowed(Self::NAME).len() + usize::from(Self::helper())
    }
}

#[actor]
struct Plain;

#[actor]
impl Plain {}

#[actor]
impl Named for Plain {
    const NAME: &'static str = "plain";
}

pub(crate) fn helpers_and_constants_of_the_trait_are_left_alone(system: &System) {
    system.block_on(async {
        let named = NamedAddr::from(Plain.spawn());
        assert_eq!((named.length().await, Plain.length()), (Ok(8), 8));
    });
}

#[actor]
trait Count {
    fn now(&self) -> u32;
    async fn later(&self) -> u32;
}

#[actor(local)]
struct Local {
    count: Rc<Cell<u32>>,
}

#[actor(local)]
impl Local {}

#[actor(local)]
impl Count for Local {
    fn now(&self) -> u32 {
        self.count.replace(self.count.get() + 1)
    }

    async fn later(&self) -> u32 {
        let count = self.count.clone();
        actor_core::time::sleep(Duration::from_millis(1)).await;
        count.replace(count.get() + 1)
    }
}

pub(crate) fn a_local_actor_serves_a_protocol(system: &System) {
    system.block_on(async {
        let count = Rc::new(Cell::new(0));
        let local: CountAddr = Local { count: count.clone() }.spawn().into();
        assert_eq!((local.now().await, local.later().await), (Ok(0), Ok(1)));
        assert_eq!(count.get(), 2);
    });
}
