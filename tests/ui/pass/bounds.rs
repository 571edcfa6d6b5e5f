//! Bounds that the tokens do not show, or that are not needed.
#![deny(warnings)]
#![allow(dead_code)]

use actor_core::prelude::*;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

trait Key: Ord + Send + 'static {}
impl Key for u8 {}

#[actor]
struct Implied<K>(Vec<K>);
#[actor]
impl<K: Key> Implied<K> {
    async fn add(&mut self, key: K) {
        self.0.push(key);
    }
}

mod own {
    pub trait Clone: Send + 'static {}
    pub trait Error: Send {}
    impl Clone for u8 {}
}

#[actor]
struct Shadowed<T>(Vec<T>);
#[actor]
impl<T: own::Clone> Shadowed<T> {
    fn push(&mut self, item: T) {
        self.0.push(item);
    }
}

#[actor]
struct Marker<T>(PhantomData<fn() -> T>);
#[actor]
impl<T: 'static> Marker<T> {
    fn get(&self) -> u8 {
        1
    }
}

#[actor]
struct Larger<T>(Vec<T>);
#[actor]
impl<T> Larger<T>
where
    Vec<T>: Send + 'static,
{
    fn count(&self) -> usize {
        self.0.len()
    }
}

#[actor]
struct Local<T>(Rc<T>);
#[actor(local)]
impl<T: fmt::Debug + 'static> Local<T> {
    async fn show(&self) -> String {
        format!("{:?}", self.0)
    }
}

#[actor]
trait Store<K: Key> {
    fn put(&mut self, key: K);
}
#[actor]
impl<K: Key> Store<K> for Implied<K> {
    fn put(&mut self, key: K) {
        self.0.push(key);
    }
}

#[actor]
trait Named {
    fn name(&self) -> u8;
}
#[actor]
struct Declared<T: 'static>(PhantomData<fn() -> T>);
#[actor]
impl<T: 'static> Declared<T> {}
// The struct implies that its parameter is `'static`.
#[actor]
impl<T> Named for Declared<T> {
    fn name(&self) -> u8 {
        1
    }
}

#[actor]
struct Objects;
#[actor]
impl Objects {
    fn fail(&self) -> Result<u8, Box<dyn own::Error>> {
        Ok(1)
    }
    fn take(&mut self, error: Box<dyn own::Error>) {
        drop(error);
    }
    async fn wait(&mut self) -> Option<Box<dyn own::Error>> {
        None
    }
}

fn main() {
    System::current_thread().block_on(async {
        assert_eq!(Implied::<u8>(Vec::new()).spawn().add(1).await, Ok(()));
        assert_eq!(Shadowed::<u8>(Vec::new()).spawn().push(1).await, Ok(()));
        assert_eq!(Marker::<Rc<u8>>(PhantomData).spawn().get().await, Ok(1));
        assert_eq!(Larger::<u8>(Vec::new()).spawn().count().await, Ok(0));
        let objects = Objects.spawn();
        assert!(matches!(objects.fail().await, Ok(Ok(1))));
        assert!(matches!(objects.wait().await, Ok(None)));
    });
}
