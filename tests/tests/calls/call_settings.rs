//! The methods of a call can be combined in any order, with the same meaning.

use actor_core::future::zip;
use actor_core::prelude::*;
use std::time::Duration;
use tests::{Gate, fill, reached};

/// So long that it never ends a test.
const LONG: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(1);

#[actor(capacity = 1)]
struct Echo;

#[actor(remote)]
impl Echo {
    fn say(&self, number: u8) -> u8 {
        number
    }

    async fn hold(&mut self, arrived: Gate, gate: Gate) {
        arrived.open();
        gate.pass().await;
    }
}

/// An actor that is at work until the gate opens, with its mailbox full.
async fn full() -> (EchoAddr, Gate) {
    let (arrived, gate) = (Gate::new(), Gate::new());
    let echo = reached(Echo.spawn()).await;
    echo.hold(arrived.clone(), gate.clone()).send().await.unwrap();
    arrived.pass().await;
    fill(|| echo.say(0)).await;
    (echo, gate)
}

/// Runs `with` with each order of the methods in the brackets.
macro_rules! each_order {
    ($with:ident, $($start:tt)*) => { each_order!(@ $with $($start)*) };
    (@ $with:ident ($($chain:tt)*) [] []) => { $with!($($chain)*); };
    (@ $with:ident ($($chain:tt)*) [{ $($next:tt)* } $($rest:tt)*] [$($skipped:tt)*]) => {
        each_order!(@ $with ($($chain)* . $($next)*) [$($skipped)* $($rest)*] []);
        each_order!(@ $with ($($chain)*) [$($rest)*] [$($skipped)* { $($next)* }]);
    };
    (@ $with:ident ($($chain:tt)*) [] [$($skipped:tt)*]) => {};
}

pub fn the_settings_of_a_call_combine_in_any_order(system: &System) {
    system.block_on(async {
        let echo = reached(Echo.spawn()).await;
        let mut count = 0;
        macro_rules! is_answered {
            ($($call:tt)*) => {
                assert_eq!(actor_core::spawn_task($($call)*).await, Ok(7));
                count += 1;
            };
        }
        each_order!(is_answered, (echo.say(7)) [{ into_owned() } { timeout(LONG) } { if_room() }] []);
        assert_eq!(count, 6);
    });
}

pub fn the_settings_of_a_send_combine_in_any_order(system: &System) {
    system.block_on(async {
        let echo = reached(Echo.spawn()).await;
        let mut count = 0;
        macro_rules! is_sent {
            ($($send:tt)*) => {
                actor_core::spawn_task($($send)*).await.unwrap();
                assert_eq!(echo.say(1).await, Ok(1), "it was let in before");
                count += 1;
            };
        }
        each_order!(
            is_sent,
            (echo.say(7)) [{ send() } { into_owned() } { timeout(LONG) } { if_room() }] []
        );
        assert_eq!(count, 24);
    });
}

pub fn the_settings_of_a_forwarded_call_combine_in_any_order(system: &System) {
    system.block_on(async {
        let echo = reached(Echo.spawn()).await;
        let mut count = 0;
        let mut answers = Vec::new();
        let mut reply = || {
            let (reply, answer) = Reply::pair();
            answers.push(answer);
            reply
        };
        macro_rules! is_forwarded {
            ($($call:tt)*) => {
                actor_core::spawn_task($($call)*.send()).await.unwrap();
                assert_eq!(echo.say(1).await, Ok(1), "it was let in before");
                count += 1;
            };
        }
        each_order!(
            is_forwarded,
            (echo.say(7)) [{ reply_to(reply()) } { into_owned() } { timeout(LONG) } { if_room() }] []
        );
        macro_rules! is_sent {
            ($($send:tt)*) => {
                actor_core::spawn_task($($send)*).await.unwrap();
                assert_eq!(echo.say(1).await, Ok(1), "it was let in before");
                count += 1;
            };
        }
        each_order!(
            is_sent,
            (echo.say(7).reply_to(reply()).send()) [{ into_owned() } { timeout(LONG) } { if_room() }] []
        );
        assert_eq!((count, answers.len()), (30, 30));
        for answer in answers {
            assert_eq!(answer.await, Ok(7));
        }
    });
}

pub fn a_time_limit_holds_in_each_order(system: &System) {
    system.block_on(async {
        let (echo, gate) = full().await;
        let unhandled = Err(CallError::Timeout { started: false });
        assert_eq!(echo.say(1).timeout(SHORT).into_owned().await, unhandled);
        assert_eq!(echo.say(1).into_owned().timeout(SHORT).await, unhandled);
        macro_rules! times_out {
            ($($send:tt)*) => {
                let error = $($send)*.await.unwrap_err();
                assert_eq!(error.reason(), SendReason::Timeout);
                let EchoMessage::Say { number: 1, .. } = error.into_message() else {
                    panic!("the message comes back")
                };
            };
        }
        each_order!(times_out, (echo.say(1)) [{ send() } { into_owned() } { timeout(SHORT) }] []);
        gate.open();
    });
}

pub fn if_room_holds_in_each_order(system: &System) {
    system.block_on(async {
        let (echo, gate) = full().await;
        macro_rules! is_full {
            ($($send:tt)*) => {
                let error = $($send)*.await.unwrap_err();
                assert_eq!(error.reason(), SendReason::Full);
            };
        }
        assert_eq!(echo.say(1).timeout(LONG).if_room().await, Err(CallError::Full));
        assert_eq!(echo.say(1).if_room().timeout(LONG).await, Err(CallError::Full));
        each_order!(is_full, (echo.say(1)) [{ send() } { if_room() } { timeout(LONG) }] []);
        let reply = || Reply::pair().0;
        is_full!(echo.say(1).if_room().reply_to(reply()).send());
        is_full!(echo.say(1).reply_to(reply()).if_room().send());
        is_full!(echo.say(1).reply_to(reply()).send().if_room());
        gate.open();
    });
}

pub fn a_forwarded_call_that_is_not_sent_gives_the_reply_back(system: &System) {
    system.block_on(async {
        let (echo, gate) = full().await;
        let ended = reached(Echo.spawn()).await;
        ended.stop();
        ended.join().await;
        macro_rules! gives_back {
            ($reason:ident, |$reply:ident| $error:expr) => {
                let ($reply, answer) = Reply::pair();
                let error = $error.unwrap_err();
                assert_eq!(error.reason(), SendReason::$reason);
                let (EchoMessage::Say { number, .. }, reply) = error.into_message() else {
                    panic!("the message comes back")
                };
                assert!(!reply.is_closed());
                reply.send(number + 1).unwrap();
                assert_eq!(answer.await, Ok(4));
                // Dropping it leaves the caller without a reply, as elsewhere.
                let ($reply, answer) = Reply::<u8>::pair();
                drop($error);
                assert_eq!(answer.await, Err(CallError::NoReply));
            };
        }
        gives_back!(Stopped, |reply| ended.say(3).reply_to(reply).send().await);
        gives_back!(Stopped, |reply| ended.say(3).reply_to(reply).try_send());
        gives_back!(Full, |reply| echo.say(3).reply_to(reply).try_send());
        gives_back!(Full, |reply| echo.say(3).reply_to(reply).if_room().send().await);
        gives_back!(Timeout, |reply| echo.say(3).reply_to(reply).send().timeout(SHORT).await);
        gives_back!(Timeout, |reply| echo.say(3).timeout(SHORT).reply_to(reply).send().await);
        gives_back!(WouldBlock, |reply| echo.say(3).reply_to(reply).send().wait());
        gate.open();
    });
}

/// Asks another actor, and answers on its own if that actor does not accept the call.
#[actor]
struct Front {
    echo: EchoAddr,
    piped: Option<Reply<CallError>>,
}

#[actor]
impl Front {
    async fn say(&self, number: u8, reply: Reply<u8>) {
        if let Err(error) = self.echo.say(number).reply_to(reply).send().await {
            let (_, reply) = error.into_message();
            reply.send(0).unwrap();
        }
    }

    fn pipe(&mut self, reply: Reply<CallError>, context: &Context<Self>) {
        self.piped = Some(reply);
        self.echo.say(1).timeout(SHORT).pipe(context, |me, answer| me.piped(answer));
    }

    fn piped(&mut self, answer: Result<u8, CallError>) {
        let reply = self.piped.take().unwrap();
        reply.send(answer.expect_err("there is no room")).unwrap();
    }
}

pub fn a_handler_answers_by_itself_where_it_cannot_forward(system: &System) {
    system.block_on(async {
        let echo = reached(Echo.spawn()).await;
        let front = Front { echo: echo.clone(), piped: None }.spawn();
        assert_eq!(front.say(5).await, Ok(5));
        echo.stop();
        echo.join().await;
        assert_eq!(front.say(5).await, Ok(0));
    });
}

pub fn a_piped_call_may_have_a_time_limit(system: &System) {
    system.block_on(async {
        let (echo, gate) = full().await;
        let front = Front { echo, piped: None }.spawn();
        assert_eq!(front.pipe().await, Ok(CallError::Timeout { started: false }));
        gate.open();
    });
}

pub fn a_send_that_would_block_its_system_gives_the_message_back(system: &System) {
    system.block_on(async {
        let echo = reached(Echo.spawn()).await;
        for error in [echo.say(1).send().wait(), echo.say(1).send().timeout(LONG).wait()] {
            let error = error.unwrap_err();
            assert_eq!(error.reason(), SendReason::WouldBlock);
            assert!(matches!(error.into_message(), EchoMessage::Say { number: 1, .. }));
        }
        assert_eq!(echo.say(1).timeout(LONG).wait(), Err(CallError::WouldBlock));
    });
}

#[cfg(not(target_family = "wasm"))]
pub fn a_thread_outside_async_waits_in_each_order(system: &System) {
    system.block_on(async {
        let (echo, gate) = full().await;
        let done = Gate::new();
        let over = done.clone();
        let thread = std::thread::spawn(move || {
            macro_rules! is_sent {
                ($($send:tt)*) => { $($send)*.wait().unwrap(); };
            }
            // The first waits for room.
            is_sent!(echo.say(1).send());
            macro_rules! is_answered {
                ($($call:tt)*) => { assert_eq!($($call)*.wait(), Ok(7)); };
            }
            each_order!(is_answered, (echo.say(7)) [{ into_owned() } { timeout(LONG) }] []);
            each_order!(is_sent, (echo.say(7)) [{ send() } { into_owned() } { timeout(LONG) }] []);
            let (reply, answer) = Reply::pair();
            is_sent!(echo.say(9).reply_to(reply).send());
            assert_eq!(smol::block_on(answer), Ok(9));
            over.open();
        });
        zip(done.pass(), async { gate.open() }).await;
        thread.join().unwrap();
    });
}
