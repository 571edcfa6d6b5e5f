//! How a proxy ends when its own code panics or hangs, when an actor linked to it ends, and in chains.

use actor_core::prelude::*;
use actor_core::proxy::{self, Cause, Proxy};
use actor_core::{future, simulation::Sim};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

#[actor]
struct Echo;

#[actor]
impl Echo {
    fn say(&self, number: u32) -> u32 {
        number
    }

    fn boom(&self) {
        panic!("boom");
    }
}

/// What the code of a proxy does.
#[derive(Clone, Copy, PartialEq)]
enum Conduct {
    Passes,
    /// `forward` never returns.
    HangsInForward,
    /// `closed` never returns.
    HangsInClosed,
    /// `forward` panics before it returns its future.
    PanicsAtOnce,
    PanicsInClosed,
    PanicsInDrop,
}

struct Front {
    to: EchoAddr,
    conduct: Conduct,
}

impl Proxy<Echo> for Front {
    fn forward(&mut self, message: EchoMessage) -> impl Future<Output = ()> + Send {
        assert!(self.conduct != Conduct::PanicsAtOnce, "at once");
        let hangs = self.conduct == Conduct::HangsInForward;
        async move {
            if hangs {
                std::future::pending::<()>().await;
            }
            proxy::forward_or_discard(&self.to, message).await;
        }
    }

    async fn closed(&mut self, _cause: Cause) -> Exit {
        match self.conduct {
            Conduct::HangsInClosed => std::future::pending().await,
            Conduct::PanicsInClosed => panic!("in closed"),
            _ => Exit::Stopped,
        }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        assert!(self.conduct != Conduct::PanicsInDrop, "in drop");
    }
}

/// A token whose drop panics.
struct Loud;

impl Drop for Loud {
    fn drop(&mut self) {
        panic!("a token");
    }
}

fn front(conduct: Conduct) -> (EchoAddr, proxy::Control) {
    proxy::prepare(Front { to: Echo.spawn(), conduct }).spawn()
}

#[actor_core::test(seeds = 20)]
async fn a_proxy_that_hangs_ends_by_a_kill() {
    for conduct in [Conduct::HangsInForward, Conduct::HangsInClosed] {
        let (front, _control) = front(conduct);
        let running = actor_core::spawn_task(front.say(1).into_owned());
        let queued = actor_core::spawn_task(front.say(1).into_owned());
        actor_core::time::sleep(SECOND).await;
        front.stop();
        actor_core::time::sleep(SECOND).await;
        front.kill();
        assert_eq!(front.join().await, Exit::Killed);
        let ends = [running.await, queued.await];
        let expected = match conduct {
            Conduct::HangsInForward => [Err(CallError::Killed), Err(CallError::Stopped)],
            _ => [Ok(1), Ok(1)],
        };
        assert!(expected.iter().all(|end| ends.contains(end)), "{ends:?}");
    }
}

#[test]
fn the_shutdown_of_a_system_ends_proxies_that_hang() {
    tests::guarded("a shutdown with proxies that hang", || {
        let system = System::builder().threads(1).build();
        let fronts = system.block_on(async {
            [Conduct::HangsInForward, Conduct::HangsInClosed].map(|conduct| {
                let hanging = Front { to: Echo.spawn(), conduct };
                // `kill()` on the address does not end these proxies; a shutdown does.
                proxy::prepare(hanging).on_kill(|| {}).spawn().0
            })
        });
        for front in &fronts {
            front.say(1).send().wait().unwrap();
            front.kill();
            assert!(front.is_alive());
        }
        system.block_on(system.shutdown(SECOND / 10));
        assert!(fronts.iter().all(|front| !front.is_alive()));
    });
}

#[actor_core::test(seeds = 20)]
async fn a_panic_of_a_proxy_is_its_exit() {
    let (at_once, _control) = front(Conduct::PanicsAtOnce);
    let Err(CallError::Panicked(failure)) = at_once.say(1).await else { unreachable!() };
    assert_eq!(failure.message(), "at once");
    assert_eq!(at_once.join().await, Exit::Failed(failure));

    let (in_closed, _control) = front(Conduct::PanicsInClosed);
    assert_eq!(in_closed.say(1).await, Ok(1));
    in_closed.stop();
    let exit = in_closed.join().await;
    assert!(matches!(&exit, Exit::Failed(failure) if failure.message() == "in closed"), "{exit}");
}

#[actor_core::test(seeds = 20)]
async fn panics_in_drops_and_in_on_kill_do_not_change_the_exit(sim: Sim) {
    sim.expect_failure(|failure| failure.message() == "in drop");
    sim.expect_failure(|failure| failure.message() == "in kill");
    let (in_drop, control) = front(Conduct::PanicsInDrop);
    control.end(Exit::NoActor);
    assert_eq!(in_drop.join().await, Exit::NoActor);

    let to = Front { to: Echo.spawn(), conduct: Conduct::Passes };
    let (in_kill, control) = proxy::prepare(to).on_kill(|| panic!("in kill")).spawn();
    in_kill.kill();
    assert_eq!(in_kill.say(1).await, Ok(1));
    in_kill.stop();
    in_kill.join().await;

    let (front, alive) = front(Conduct::Passes);
    alive.after_queued(Loud);
    assert_eq!(front.say(1).await, Ok(1));
    // The proxy has ended: the token is dropped here.
    control.after_queued(Loud);
    control.end(Exit::Killed);
    assert_eq!(in_kill.join().await, Exit::Stopped);
}

/// Links itself to an address.
#[actor]
struct Linker;

#[actor]
impl Linker {
    fn link(&self, to: EchoAddr, context: &Context<Self>) {
        context.link(&to);
    }

    fn fail(&self) {
        panic!("linker");
    }
}

#[actor_core::test(seeds = 20)]
async fn a_proxy_ends_with_an_actor_linked_to_it_only_if_that_fails() {
    let (front, _control) = front(Conduct::Passes);
    let (first, second) = (Linker.spawn(), Linker.spawn());
    first.link(front.clone()).await.unwrap();
    second.link(front.clone()).await.unwrap();
    first.stop();
    first.join().await;
    assert_eq!(front.say(1).await, Ok(1));
    assert!(matches!(second.fail().await, Err(CallError::Panicked(_))));
    let Exit::Failed(failure) = front.join().await else { unreachable!() };
    assert_eq!(failure.kind(), actor_core::FailureKind::Linked);
}

#[actor_core::test(seeds = 20)]
async fn an_actor_linked_to_a_proxy_ends_when_the_actor_behind_it_fails() {
    let echo = Echo.spawn();
    let (lent, _revoke) = proxy::revocable(&echo);
    let linker = Linker.spawn();
    linker.link(lent.clone()).await.unwrap();
    let Err(CallError::Panicked(_)) = lent.boom().await else { unreachable!() };
    let exits = future::zip(lent.join(), linker.join()).await;
    assert!(matches!(exits, (Exit::Failed(_), Exit::Failed(_))), "{exits:?}");
}

#[actor_core::test(seeds = 50)]
async fn a_revocation_in_a_chain_ends_what_is_in_front_of_it() {
    let echo = Echo.spawn();
    let (first, _keep) = proxy::revocable(&echo);
    let (second, revoke) = proxy::revocable(&first);
    let (third, _keep) = proxy::revocable(&second);
    assert_eq!(third.say(7).await, Ok(7));
    revoke.revoke();
    assert_eq!(third.join().await, Exit::Stopped);
    assert_eq!(third.say(7).await, Err(CallError::Stopped));
    assert_eq!(first.say(7).await, Ok(7));
}
