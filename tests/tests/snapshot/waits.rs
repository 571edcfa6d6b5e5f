//! Each way in which a handler waits for another actor is shown.

use super::one_actor::when;
use actor_core::prelude::*;
use actor_core::{
    process::{Inbox, spawn_process},
    snapshot::{Snapshot, WaitKind},
    topic::Topic,
};
use std::time::Duration;
use tests::Gate;

/// Is waited for: it does nothing until its gate opens.
#[actor(capacity = 1)]
struct Host {
    gate: Gate,
    is_slow: bool,
}

#[actor]
impl Host {
    #[on_start]
    async fn open(&mut self) {
        if self.is_slow {
            self.gate.pass().await;
        }
    }

    async fn hold(&mut self) {
        self.gate.pass().await;
    }

    fn serve(&self) {}

    async fn hear(&mut self, _item: u32) {
        self.gate.pass().await;
    }

    #[message(when = self.is_slow)]
    fn guarded(&self) {}

    fn later(&mut self, reply: Reply<()>) {
        actor_core::spawn_task({
            let gate = self.gate.clone();
            async move {
                gate.pass().await;
                let _ = reply.send(());
            }
        })
        .detach();
    }
}

/// Waits for a host, in the requested way.
#[actor]
struct Guest {
    host: HostAddr,
}

#[actor]
impl Guest {
    async fn wait(&mut self, way: Way, topic: Topic<u32>) {
        let host = self.host.clone();
        match way {
            Way::Call => host.serve().await.unwrap_or_default(),
            Way::CallAnsweredLater => host.later().await.unwrap_or_default(),
            Way::CallOfGuarded => host.guarded().await.unwrap_or_default(),
            Way::Send => host.serve().send().await.unwrap_or_default(),
            Way::Join => drop(host.join().await),
            Way::Started => drop(host.started().await),
            Way::StopWithin => drop(host.stop_within(Duration::from_secs(3600)).await),
            Way::Publish => {
                // One item is handled and one is in the mailbox; one is being sent, and 64 wait.
                for item in 0..68 {
                    topic.publish(item).await;
                }
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Call,
    CallAnsweredLater,
    CallOfGuarded,
    Send,
    Join,
    Started,
    StopWithin,
    Publish,
}

const WAYS: [(Way, WaitKind, &str); 8] = [
    (Way::Call, WaitKind::Call, "waits for host\n"),
    (Way::CallAnsweredLater, WaitKind::Call, "waits for host\n"),
    (Way::CallOfGuarded, WaitKind::Call, "waits for host\n"),
    (Way::Send, WaitKind::Room, "waits for host (room)\n"),
    (Way::Join, WaitKind::Join, "waits for host (join)\n"),
    (Way::Started, WaitKind::Started, "waits for host (started)\n"),
    (Way::StopWithin, WaitKind::StopWithin, "waits for host (stop_within)\n"),
    (Way::Publish, WaitKind::Publish, "waits for host (publish)\n"),
];

pub fn it_shows_each_way_to_wait_for_an_actor(system: &System) {
    system.block_on(async {
        for (way, kind, printed) in WAYS {
            let gate = Gate::new();
            let is_slow = way == Way::Started;
            let host = Host { gate: gate.clone(), is_slow }.prepare().name("host").spawn();
            let topic = Topic::new();
            topic.subscribe(&host, |me, item| me.hear(item)).detach();
            if matches!(way, Way::Call | Way::Send | Way::Join | Way::StopWithin) {
                host.hold().send().await.unwrap();
                while host.len() > 0 {
                    actor_core::time::sleep(Duration::from_millis(1)).await;
                }
                host.serve().send().await.unwrap();
            }
            let guest = Guest { host: host.clone() }.spawn();
            guest.wait(way, topic.clone()).send().await.unwrap();
            let waits = |snapshot: &Snapshot| {
                let seen = snapshot.actor(guest.id()).unwrap();
                (seen.waits_for, seen.wait_kind) == (Some(host.id()), Some(kind))
            };
            let snapshot = when(waits).await;
            let text = snapshot.to_string();
            assert!(text.contains(printed), "{way:?}: {text}");
            assert!(text.contains("in `wait` for "), "{way:?}: {text}");
            host.kill();
            gate.open();
            guest.stop();
            guest.join().await;
            host.join().await;
        }
    });
}

pub fn it_shows_a_wait_for_a_pool_and_that_of_a_process(system: &System) {
    system.block_on(async {
        let gate = Gate::new();
        let (one, pool_gate) = (Host { gate: gate.clone(), is_slow: false }, gate.clone());
        let pool = Host::pool(1, move || Host { gate: pool_gate.clone(), is_slow: false });
        pool.hold().send().await.unwrap();
        let guest = Guest { host: pool.clone() }.spawn();
        guest.wait(Way::Call, Topic::new()).send().await.unwrap();
        let snapshot = when(|snapshot: &Snapshot| {
            snapshot.actor(guest.id()).unwrap().waits_for == Some(pool.id())
        })
        .await;
        assert_eq!(snapshot.actor(guest.id()).unwrap().wait_kind, Some(WaitKind::Call));

        let one = one.prepare().name("one").spawn();
        one.hold().send().await.unwrap();
        let asked = one.clone();
        let process = spawn_process(|inbox: Inbox<u8>| async move {
            let answer = asked.serve().await;
            drop(inbox);
            answer
        });
        when(|snapshot: &Snapshot| {
            let seen = snapshot.actors.iter().find(|actor| actor.waits_for == Some(one.id()));
            seen.is_some_and(|seen| seen.wait_kind == Some(WaitKind::Call))
        })
        .await;
        gate.open();
        assert_eq!(process.result().await, Ok(Ok(())));
        guest.stop();
        one.stop();
        pool.stop();
    });
}
