//! A call may come from anywhere.

use actor_core::prelude::*;
use std::cell::RefCell;
use std::thread;
use std::time::Duration;
use tests::reached;

#[actor]
struct Adder {
    total: u64,
}

#[actor(remote)]
impl Adder {
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    async fn add_later(&mut self, amount: u64) -> u64 {
        futures_lite::future::yield_now().await;
        self.total += amount;
        self.total
    }
}

/// An actor that calls another.
#[actor]
struct Clerk {
    adder: AdderAddr,
}

#[actor]
impl Clerk {
    async fn add(&mut self, amount: u64) -> Result<u64, CallError> {
        self.adder.add(amount).await?;
        self.adder.add_later(amount).await
    }

    /// Blocking here would block the system.
    fn add_blocking(&mut self, amount: u64) -> Result<u64, CallError> {
        self.adder.add(amount).wait()
    }
}

pub fn a_call_from_another_actor(system: &System) {
    system.block_on(async {
        let adder = reached(Adder { total: 0 }.spawn()).await;
        let clerk = Clerk { adder: adder.clone() }.spawn();
        assert_eq!(clerk.add(2).await, Ok(Ok(4)));
        assert_eq!(clerk.add_blocking(1).await, Ok(Err(CallError::WouldBlock)));
        assert_eq!(adder.add(0).await, Ok(4));
    });
}

pub fn a_call_from_a_plain_task(system: &System) {
    let adder = system.block_on(reached(Adder { total: 0 }.spawn_on(system)));
    let task_adder = adder.clone();
    let task = system.spawn_task(async move { task_adder.add(2).await });
    system.block_on(async {
        assert_eq!(task.await, Ok(2));
        let task_adder = adder.clone();
        let task = actor_core::spawn_task(async move { task_adder.add_later(2).await });
        assert_eq!(task.await, Ok(4));
        let blocking = adder.clone();
        let task = actor_core::spawn_task(async move { blocking.add(1).wait() });
        assert_eq!(task.await, Err(CallError::WouldBlock));
        assert_eq!(adder.add(1).wait(), Err(CallError::WouldBlock));
        assert_eq!(adder.add(0).await, Ok(4));
    });
}

#[cfg(not(target_family = "wasm"))]
pub fn a_call_from_a_tokio_task(system: &System) {
    let adder = system.block_on(reached(Adder { total: 0 }.spawn_on(system)));
    for workers in [None, Some(2)] {
        let calling = adder.clone();
        let (done, is_done) = async_channel::bounded(1);
        let tokio = thread::spawn(move || {
            let runtime = match workers {
                None => tokio::runtime::Builder::new_current_thread().enable_time().build(),
                Some(workers) => tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(workers)
                    .enable_time()
                    .build(),
            };
            let answers = runtime.unwrap().block_on(async move {
                let limit = Duration::from_secs(60);
                let task = tokio::spawn(async move {
                    let first = calling.add(2).await;
                    let second = calling.add_later(2).timeout(limit).await;
                    let third = tokio::time::timeout(limit, calling.add(2)).await.unwrap();
                    [first, second, third]
                });
                task.await.unwrap()
            });
            done.send_blocking(answers).unwrap();
        });
        let answers = system.block_on(is_done.recv()).unwrap();
        tokio.join().unwrap();
        let before = if workers.is_none() { 0 } else { 6 };
        assert_eq!(answers, [2, 4, 6].map(|answer| Ok(before + answer)));
    }
}

/// Calls at the end of its thread.
#[cfg(not(target_family = "wasm"))]
struct LastCall {
    call: fn(&AdderAddr) -> Result<u64, CallError>,
    adder: AdderAddr,
    done: async_channel::Sender<Result<u64, CallError>>,
}

#[cfg(not(target_family = "wasm"))]
impl Drop for LastCall {
    fn drop(&mut self) {
        let _ = self.done.send_blocking((self.call)(&self.adder));
    }
}

#[cfg(not(target_family = "wasm"))]
thread_local! {
    static LAST_CALL: RefCell<Option<LastCall>> = const { RefCell::new(None) };
}

#[cfg(not(target_family = "wasm"))]
pub fn a_call_from_the_destructor_of_a_thread_local(system: &System) {
    call_from_a_destructor(system, |adder| adder.add_later(1).wait());
}

#[cfg(not(target_family = "wasm"))]
pub fn a_call_with_a_timeout_from_the_destructor_of_a_thread_local(system: &System) {
    call_from_a_destructor(system, |adder| {
        adder.add_later(1).timeout(Duration::from_secs(600)).wait()
    });
}

#[cfg(not(target_family = "wasm"))]
fn call_from_a_destructor(system: &System, call: fn(&AdderAddr) -> Result<u64, CallError>) {
    let adder = system.block_on(reached(Adder { total: 0 }.spawn_on(system)));
    let (done, is_done) = async_channel::bounded(1);
    let calling = adder.clone();
    let outside = thread::spawn(move || {
        // Registers the destructor, which then runs after those of the library.
        LAST_CALL.take();
        assert_eq!(calling.add(1).wait(), Ok(1));
        LAST_CALL.set(Some(LastCall { call, adder: calling, done }));
    });
    assert_eq!(system.block_on(is_done.recv()), Ok(Ok(2)));
    outside.join().unwrap();
    adder.stop();
    assert_eq!(system.block_on(adder.join()), Exit::Stopped);
}

#[cfg(not(target_family = "wasm"))]
pub fn a_call_from_a_thread_outside_async(system: &System) {
    let adder = system.block_on(reached(Adder { total: 0 }.spawn_on(system)));
    let calling = adder.clone();
    let (done, is_done) = async_channel::bounded(1);
    let outside = thread::spawn(move || {
        let first = calling.add(2).wait();
        let second = calling.add_later(2).timeout(Duration::from_secs(60)).wait();
        done.send_blocking([first, second]).unwrap();
    });
    assert_eq!(system.block_on(is_done.recv()), Ok([Ok(2), Ok(4)]));
    outside.join().unwrap();
    // This thread is not inside the system either.
    assert_eq!(adder.add(3).wait(), Ok(7));
    adder.stop();
    assert_eq!(system.block_on(adder.join()), Exit::Stopped);
    assert_eq!(adder.add(3).wait(), Err(CallError::Stopped));
}
