//! Inside a tokio runtime: which system is the current one, and that code which needs tokio runs in
//! handlers as it is.

use actor_core::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tests::guarded;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};

/// Uses tokio in all its hooks and handlers.
#[actor]
struct Client {
    listener: Option<TcpListener>,
    ticks: u32,
}

#[actor]
impl Client {
    #[on_start]
    async fn listen(&mut self) -> std::io::Result<()> {
        self.listener = Some(TcpListener::bind("127.0.0.1:0").await?);
        Ok(())
    }

    /// Sends `text` to itself over a socket.
    async fn echo(&self, text: String) -> std::io::Result<String> {
        let listener = self.listener.as_ref().expect("it listens from its start on");
        let stream = tokio::net::TcpStream::connect(listener.local_addr()?).await?;
        let sent = tokio::spawn(async move {
            stream.writable().await?;
            stream.try_write(text.as_bytes())
        });
        let (stream, _) = listener.accept().await?;
        let length = sent.await??;
        let mut bytes = vec![0; length];
        loop {
            stream.readable().await?;
            match stream.try_read(&mut bytes) {
                Ok(_) => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn nap(&self) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    async fn blocking(&self) -> u32 {
        tokio::task::spawn_blocking(|| 7).await.expect("it does not panic")
    }

    /// A sync handler is inside the runtime too.
    fn spawn_task(&self) -> bool {
        tokio::spawn(async {});
        Handle::try_current().is_ok()
    }

    fn system(&self) -> System {
        System::current()
    }

    fn tick_hourly(&mut self, context: &Context<Self>) {
        context.every(Duration::from_hours(1), |me| me.tick()).detach();
    }

    fn tick(&mut self) {
        self.ticks += 1;
    }

    fn ticks(&self) -> u32 {
        self.ticks
    }
}

fn client() -> Client {
    Client { listener: None, ticks: 0 }
}

fn runtimes() -> [Runtime; 2] {
    let multi = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let current = Builder::new_current_thread().enable_all().build();
    [multi.unwrap(), current.unwrap()]
}

#[test]
fn code_that_needs_tokio_works_in_hooks_and_handlers() {
    guarded("needs tokio", || {
        for runtime in runtimes() {
            runtime.block_on(async {
                let client = client().spawn();
                let text = "over a socket and back".to_owned();
                assert_eq!(client.echo(text.clone()).await.unwrap().unwrap(), text);
                client.nap().await.unwrap();
                assert_eq!(client.blocking().await, Ok(7));
                assert_eq!(client.spawn_task().await, Ok(true));
            });
        }
    });
}

#[test]
fn a_runtime_has_one_system_and_it_is_the_current_one_inside() {
    guarded("one system", || {
        let [one, other] = runtimes();
        let own = System::builder().threads(1).build();
        let systems = [&one, &other].map(|runtime| {
            runtime.block_on(async {
                let current = System::current();
                assert_eq!(current, System::tokio(Handle::current()));
                assert_eq!(client().spawn().system().await, Ok(current.clone()));
                let task = tokio::spawn(async { System::current() });
                assert_eq!(task.await.unwrap(), current);
                let blocking = tokio::task::spawn_blocking(System::current);
                assert_eq!(blocking.await.unwrap(), current);
                current
            })
        });
        assert_ne!(systems[0], systems[1]);
        assert!(!systems.contains(&System::current()), "outside it is the global one");
        // Code inside an actor system stays there, inside a runtime or not.
        one.block_on(async {
            let _entered = one.enter();
            let task = own.spawn_task(async { System::current() });
            assert_eq!(task.await, own);
        });
        let _entered = one.enter();
        assert_eq!(own.block_on(async { System::current() }), own);
        assert_eq!(System::current(), systems[0]);
    });
}

#[test]
fn a_builder_sets_the_hook_of_a_runtimes_system_before_anything_else_is_there() {
    guarded("hook", || {
        let [one, _] = runtimes();
        let heard = Arc::new(AtomicUsize::new(0));
        let counted = heard.clone();
        let hook = move |_: &_| {
            counted.fetch_add(1, Ordering::Relaxed);
        };
        let build = || System::builder().on_incident(hook).tokio(one.handle().clone()).build();
        let system = build();
        assert_eq!(system, System::tokio(one.handle().clone()));
        one.block_on(async {
            let failing = Failing.spawn();
            failing.fail().send().await.unwrap();
            failing.downgrade().join().await;
        });
        assert!(heard.load(Ordering::Relaxed) > 0);
        let handle = one.handle().clone();
        let second = catch_unwind(|| System::builder().tokio(handle).build());
        assert!(told(second).contains("has a system already"));
    });
}

/// Returns an error without a caller.
#[actor]
struct Failing;

#[actor]
impl Failing {
    #[message(last)]
    fn fail(self) -> Result<(), u8> {
        Err(1)
    }
}

#[test]
fn a_runtime_without_a_clock_is_refused_in_words() {
    guarded("no clock", || {
        let runtime = Builder::new_current_thread().build().unwrap();
        let handle = runtime.handle().clone();
        assert!(told(catch_unwind(|| System::tokio(handle))).contains("enable_time"));
        let inside = AssertUnwindSafe(|| runtime.block_on(async { client().spawn() }));
        assert!(told(catch_unwind(inside)).contains("enable_time"));
    });
}

fn told<T>(caught: std::thread::Result<T>) -> String {
    let Err(payload) = caught else { return "no panic".into() };
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap()
}

#[test]
fn actors_follow_a_clock_that_a_test_has_paused() {
    guarded("paused", || {
        let begun = Instant::now();
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build();
        runtime.unwrap().block_on(async {
            let client = client().spawn();
            client.tick_hourly().await.unwrap();
            let before = actor_core::time::now();
            tokio::time::sleep(Duration::from_secs(5 * 3600 + 60)).await;
            assert_eq!(client.ticks().await, Ok(5));
            actor_core::time::sleep(Duration::from_hours(1)).await;
            assert_eq!(client.ticks().await, Ok(6));
            assert!(actor_core::time::now() - before >= Duration::from_hours(6));
        });
        assert!(begun.elapsed() < Duration::from_mins(2));
    });
}

#[test]
fn a_wait_that_would_stop_the_only_thread_of_a_runtime_is_refused() {
    guarded("wait in a runtime", || {
        let [multi, current] = runtimes();
        // The threads for blocking code may wait, even in a runtime with a single thread for tasks.
        for runtime in [&multi, &current] {
            runtime.block_on(async {
                let client = client().spawn();
                let waits = move || client.ticks().wait();
                assert_eq!(tokio::task::spawn_blocking(waits).await.unwrap(), Ok(0));
            });
        }
        current.block_on(async {
            let client = client().spawn();
            let (waits, limited) = (client.clone(), client.clone());
            let limit = Duration::from_hours(1);
            assert_eq!(client.ticks().wait(), Err(CallError::WouldBlock));
            let task = tokio::spawn(async move { waits.ticks().wait() });
            assert_eq!(task.await.unwrap(), Err(CallError::WouldBlock));
            let task = tokio::spawn(async move { limited.ticks().timeout(limit).wait() });
            assert_eq!(task.await.unwrap(), Err(CallError::WouldBlock));
            assert_eq!(client.ticks().await, Ok(0));
        });
    });
}
