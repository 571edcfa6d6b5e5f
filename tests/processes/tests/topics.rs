//! A topic over the nodes of several processes.

use actor_remote::Node;
use processes::{Broadcast, Process, SOON, free_port, run};
use std::time::{Duration, Instant};

/// The number of subscribers of each node.
const READERS: usize = 100;

/// Starts two peers and a node that are connected to each other. All use the topic, and reach each other.
async fn three() -> (Vec<Process>, Node, Broadcast) {
    let (first, second) = (free_port(), free_port());
    let at = |port| format!("tcp/127.0.0.1:{port}");
    let program = env!("CARGO_BIN_EXE_peer");
    let mut peers = vec![
        Process::start(program, &[&at(first), "-", "5000"]),
        Process::start(program, &[&at(second), &at(first), "5000"]),
    ];
    let node = Node::connect(&at(first)).await.unwrap();
    let news = Broadcast::of(&node, READERS);
    for peer in &mut peers {
        assert_eq!(peer.ask(&format!("subscribe {READERS}")), "subscribed");
    }
    let start = Instant::now();
    loop {
        news.say_hello(0).await;
        let mut reached = vec![news.publishers().await];
        for (publisher, peer) in (1..).zip(&mut peers) {
            assert_eq!(peer.ask(&format!("hello {publisher}")), "said");
            reached.push(peer.ask("publishers").parse().unwrap());
        }
        if reached == [3, 3, 3] {
            return (peers, node, news);
        }
        assert!(start.elapsed() < SOON, "{reached:?}: not in time");
        actor_core::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until all subscribers of a peer have got this number of items, in order.
async fn sees(peer: &mut Process, count: u64) {
    let start = Instant::now();
    let expected = format!("{:?}", (count, count, 0));
    loop {
        let seen = peer.ask("seen");
        if seen == expected {
            return;
        }
        assert!(start.elapsed() < SOON, "{seen} instead of {expected}");
        actor_core::time::sleep(Duration::from_millis(10)).await;
    }
}

#[test]
fn items_of_three_processes_reach_all_subscribers_in_the_order_of_their_publisher() {
    const ITEMS: u64 = 200;
    run(async {
        let (mut peers, _node, news) = three().await;
        for (publisher, peer) in (1..).zip(&mut peers) {
            peer.tell(&format!("publish {publisher} {ITEMS}"));
        }
        news.publish(0, ITEMS).await;
        for peer in &mut peers {
            assert_eq!(peer.line(), "published");
            sees(peer, 3 * ITEMS).await;
        }
        let start = Instant::now();
        while news.seen().await != (3 * ITEMS, 3 * ITEMS, 0) {
            assert!(start.elapsed() < SOON, "{:?}", news.seen().await);
            actor_core::time::sleep(Duration::from_millis(10)).await;
        }
    });
}

#[test]
fn an_item_is_one_frame_for_each_process_with_subscribers() {
    const ITEMS: u64 = 1000;
    run(async {
        let (mut peers, _node, news) = three().await;
        let mut before = Vec::new();
        for peer in &mut peers {
            before.push(peer.ask("frames").parse::<u64>().unwrap());
        }
        let start = Instant::now();
        news.publish(0, ITEMS).await;
        for (peer, before) in peers.iter_mut().zip(before) {
            sees(peer, ITEMS).await;
            let frames = peer.ask("frames").parse::<u64>().unwrap() - before;
            // A heartbeat a second from each of the two others, and credit for earlier items.
            let others = 2 * (start.elapsed().as_secs() + 1) + 20;
            assert!((ITEMS..=ITEMS + others).contains(&frames), "{frames} frames");
        }
    });
}

#[test]
fn a_subscriber_of_another_process_keeps_its_policy() {
    const ITEMS: u64 = 300;
    run(async {
        let (mut peers, _node, news) = three().await;
        let peer = &mut peers[0];
        assert_eq!(peer.ask("latest 2"), "subscribed");
        news.publish(0, ITEMS).await;
        sees(peer, ITEMS).await;
        let counts = peer.ask(&format!("read {}", ITEMS - 1));
        let counts: Vec<u64> = counts.split(' ').map(|count| count.parse().unwrap()).collect();
        assert_eq!(counts.iter().sum::<u64>(), ITEMS);
        // Two items are kept; the last one may arrive during the reading.
        assert!(counts[1] <= 3, "{counts:?}");
    });
}
