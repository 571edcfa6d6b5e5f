//! Cycles that are not detected, and wait as written: the reply may come from elsewhere, or the
//! actor may do something else in the meantime.

use actor_core::prelude::*;
use std::time::Duration;
use tests::times_out_in_its_handler;

/// Waits for itself, in a way that the detection does not see.
#[actor(max_concurrent = 1)]
struct Stuck {
    is_open: bool,
}

type Heard = Result<(), CallError>;

#[actor]
impl Stuck {
    fn plain(&self) {}

    #[message(concurrent)]
    async fn overlapping(&self, me: StuckAddr) -> Heard {
        me.plain().await
    }

    #[message(when = self.is_open)]
    fn guarded(&self) {}

    async fn ask_guarded(&mut self, me: StuckAddr) -> Heard {
        me.guarded().await
    }

    fn later(&self, reply: Reply<()>) {
        let _ = reply.send(());
    }

    async fn ask_later(&mut self, me: StuckAddr) -> Heard {
        me.later().await
    }

    async fn ask_pool(&mut self, pool: MemberAddr, me: StuckAddr) -> Heard {
        pool.ask(me).await?
    }
}

/// The one member of a pool: another might take the message.
#[actor]
struct Member;

#[actor]
impl Member {
    async fn ask(&mut self, stuck: StuckAddr) -> Heard {
        stuck.plain().await
    }
}

/// Long enough to be looked at a few times.
const A_WHILE: Duration = Duration::from_millis(20);

pub fn a_call_that_another_task_may_answer_is_never_refused(system: &System) {
    system.block_on(async {
        let pool = Member::pool(1, || Member);
        for way in 0..4 {
            let stuck = Stuck { is_open: true }.spawn();
            let me = || stuck.clone();
            let call = || match way {
                0 => stuck.overlapping(me()),
                1 => stuck.ask_guarded(me()),
                2 => stuck.ask_later(me()),
                _ => stuck.ask_pool(pool.clone(), me()),
            };
            let answer = times_out_in_its_handler(A_WHILE, call).await;
            // The handler's own call ends at the same time, and the handler may report that first.
            let is_over = matches!(
                answer,
                Err(CallError::Timeout { started: true })
                    | Ok(Err(CallError::DeadlineExceeded { .. }))
            );
            assert!(is_over, "{way}: {answer:?}");
            stuck.kill();
            stuck.join().await;
        }
        pool.kill();
        pool.join().await;
    });
}
