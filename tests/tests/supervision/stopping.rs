//! Handlers that wait until their actor is being stopped, and the end of a life that another one follows.

use actor_core::prelude::*;
use actor_core::supervision::{Child, Supervisor};
use tests::{Gate, Tally};

#[actor]
struct Worker {
    entered: Tally,
}

#[actor]
impl Worker {
    async fn work_until_stopped(&mut self, context: &Context<Self>) {
        self.entered.add();
        context.stopping().await;
    }

    #[message(concurrent)]
    async fn overlap_until_stopped(&self, context: &Context<Self>) {
        self.entered.add();
        context.stopping().await;
    }

    #[message(concurrent)]
    async fn end(&self, how: How, gate: Gate, context: &Context<Self>) {
        self.entered.add();
        gate.pass().await;
        match how {
            How::Panic => panic!("planned"),
            How::Fail => context.fail("planned"),
            How::Stop => context.stop(),
        }
    }

    fn lives(&self, context: &Context<Self>) -> u32 {
        context.restarts() + 1
    }
}

#[derive(Clone, Copy, Debug)]
enum How {
    Panic,
    Fail,
    Stop,
}

/// The child of a supervisor, which is named after its number.
fn child(name: &str, entered: &Tally) -> Child<Worker> {
    let entered = entered.clone();
    Child::new(name, move || Worker { entered: entered.clone() })
}

pub fn a_handler_notices_that_its_actor_is_restarted_with_others(system: &System) {
    system.block_on(async {
        let (entered, gate) = (Tally::default(), Gate::new());
        let supervisor = Supervisor::one_for_all().spawn();
        let [working, failing] =
            ["working", "failing"].map(|name| supervisor.start(child(name, &entered)));
        let work = actor_core::spawn_task(working.work_until_stopped().into_owned());
        let end = actor_core::spawn_task(failing.end(How::Fail, gate.clone()).into_owned());
        entered.reaches(2).await;
        gate.open();
        end.await.unwrap();
        assert_eq!(work.await, Ok(()));
        assert_eq!((working.lives().await, failing.lives().await), (Ok(2), Ok(2)));
        supervisor.stop();
        supervisor.join().await;
    });
}

pub fn concurrent_handlers_notice_that_another_one_ends_their_life(system: &System) {
    system.block_on(async {
        for how in [How::Panic, How::Fail, How::Stop] {
            let (entered, gate) = (Tally::default(), Gate::new());
            let supervisor = Supervisor::one_for_one().spawn();
            let worker = supervisor.start(child("worker", &entered));
            let work = actor_core::spawn_task(worker.overlap_until_stopped().into_owned());
            let end = actor_core::spawn_task(worker.end(how, gate.clone()).into_owned());
            entered.reaches(2).await;
            gate.open();
            assert_eq!(end.await.is_ok(), !matches!(how, How::Panic));
            assert_eq!(work.await, Ok(()), "{how:?}");
            assert_eq!(worker.lives().await, Ok(2), "{how:?}");
            supervisor.stop();
            supervisor.join().await;
        }
    });
}

pub fn a_concurrent_handler_notices_that_another_one_fails_its_actor(system: &System) {
    system.block_on(async {
        let (entered, gate) = (Tally::default(), Gate::new());
        let worker = Worker { entered: entered.clone() }.spawn();
        let work = actor_core::spawn_task(worker.overlap_until_stopped().into_owned());
        let end = actor_core::spawn_task(worker.end(How::Fail, gate.clone()).into_owned());
        entered.reaches(2).await;
        gate.open();
        end.await.unwrap();
        assert_eq!(work.await, Ok(()));
        assert!(matches!(worker.join().await, Exit::Failed(_)));
    });
}
