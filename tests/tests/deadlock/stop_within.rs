//! A wait that kills its target at its time limit ends on its own.

use actor_core::prelude::*;
use futures_lite::future::poll_once;
use std::time::Duration;
use tests::Gate;

#[actor]
struct Slow {
    kid: Option<SlowKidAddr>,
}

#[actor]
impl Slow {
    fn adopt(&mut self, kid: SlowKidAddr) {
        self.kid = Some(kid);
    }

    fn ping(&self) {}

    async fn end_kid(&mut self, entered: Gate, waits: Gate) -> Exit {
        entered.pass().await;
        let mut ending = self.kid.take().unwrap().stop_within(Duration::from_millis(50));
        let early = poll_once(&mut ending).await;
        waits.open();
        match early {
            Some(exit) => exit,
            None => ending.await,
        }
    }
}

#[actor]
struct SlowKid {
    aunt: SlowAuntAddr,
}

#[actor]
impl SlowKid {
    async fn ask(&mut self, entered: Gate, waits: Gate) -> Result<(), CallError> {
        self.aunt.pass_on(entered, waits).await
    }
}

#[actor]
struct SlowAunt {
    slow: SlowAddr,
    heard: async_channel::Sender<Result<(), CallError>>,
}

#[actor]
impl SlowAunt {
    async fn pass_on(&mut self, entered: Gate, waits: Gate) {
        entered.open();
        waits.pass().await;
        // With more than one thread the other one may be a moment later.
        actor_core::time::sleep(Duration::from_millis(1)).await;
        let answer = self.slow.ping().await;
        self.heard.try_send(answer).unwrap();
    }
}

pub fn a_stop_within_refuses_no_call_that_its_kill_would_end(system: &System) {
    system.block_on(async {
        // Once the kid is killed, the aunt's call to the parent is answered.
        let (heard, hears) = async_channel::unbounded();
        let slow = Slow { kid: None }.spawn();
        let aunt = SlowAunt { slow: slow.clone(), heard }.prepare().name("aunt").spawn();
        let kid = SlowKid { aunt: aunt.clone() }.spawn();
        slow.adopt(kid.clone()).await.unwrap();
        let (entered, waits) = (Gate::new(), Gate::new());
        let ends = slow.end_kid(entered.clone(), waits.clone());
        let asks = kid.ask(entered, waits);
        let (exit, asked) = actor_core::future::zip(ends, asks).await;
        match exit.unwrap() {
            // The kid's own call may be refused: its only other end is the kill.
            Exit::Stopped => assert!(matches!(asked, Ok(Err(CallError::Deadlock(_)))), "{asked:?}"),
            Exit::Killed => assert_eq!(asked, Err(CallError::Killed)),
            other => panic!("{other:?}"),
        }
        assert_eq!(hears.recv().await.unwrap(), Ok(()), "a false alarm");
        aunt.stop();
        slow.stop();
    });
}
