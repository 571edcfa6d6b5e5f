//! Subscriptions of processes to topics.

use actor_core::prelude::*;
use actor_core::process::ProcessAddr;
use actor_core::topic::Topic;
use futures_lite::future::yield_now;
use tests::Gate;

type Item = (u32, Reply<()>);

pub fn a_process_gets_the_items_of_its_subscription(system: &System) {
    system.block_on(async {
        let topic = Topic::new();
        let items = topic.clone();
        let process = spawn_process(|mut inbox: Inbox<Item>| async move {
            let subscription =
                items.subscribe(&inbox.address(), |me, item| me.ask(move |reply| (item, reply)));
            subscription.detach();
            inbox.receive().await.map(|(item, _)| item)
        });
        while topic.subscribers() == 0 {
            yield_now().await;
        }
        topic.publish(7).await;
        assert_eq!(process.result().await, Ok(Some(7)));
    });
}

pub fn a_panic_in_the_closure_of_a_subscription_fails_a_process(system: &System) {
    system.block_on(async {
        for is_own in [true, false] {
            let topic = Topic::new();
            let subscribe = |topic: &Topic<u32>, process: &ProcessAddr<Item>| {
                let subscription = topic.subscribe(process, |me, item| {
                    assert!(!me.is_alive(), "planned");
                    me.ask(move |reply| (item, reply))
                });
                subscription.detach();
            };
            let (items, received) = (topic.clone(), Gate::new());
            let gate = received.clone();
            let process = spawn_process(move |mut inbox: Inbox<Item>| async move {
                if is_own {
                    subscribe(&items, &inbox.address());
                }
                while let Some((_, reply)) = inbox.receive().await {
                    reply.send(()).unwrap();
                    gate.open();
                }
            });
            process.ask(|reply| (0, reply)).await.unwrap();
            received.pass().await;
            if !is_own {
                subscribe(&topic, &process);
            }
            topic.publish(1).await;
            let Exit::Failed(failure) = process.join().await else { panic!("it did not fail") };
            assert_eq!((failure.handler(), failure.message()), ("topic", "planned"));
        }
    });
}
