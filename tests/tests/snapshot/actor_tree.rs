//! A snapshot as a whole: as text and as data.

use actor_core::prelude::*;
use actor_core::supervision::{Child, Supervisor};
use std::time::Duration;
use tests::Gate;

/// A node of a tree.
#[actor]
struct Node {
    children: Vec<NodeAddr>,
}

#[actor]
impl Node {
    fn grow(&mut self, count: usize, context: &Context<Self>) -> Vec<NodeAddr> {
        for _ in 0..count {
            self.children.push(context.spawn_child(Node { children: vec![] }));
        }
        self.children.clone()
    }

    fn link(&self, to: NodeAddr, context: &Context<Self>) {
        let _link = context.link(&to);
    }

    async fn hold(&self, begun: Gate) {
        begun.open();
        std::future::pending().await
    }
}

fn node() -> Node {
    Node { children: vec![] }
}

async fn idle(system: &System) -> String {
    loop {
        let text = system.snapshot().to_string();
        if !text.contains("on its way") && !text.contains("starting") {
            return text;
        }
        futures_lite::future::yield_now().await;
    }
}

pub fn it_prints_as_a_tree(system: &System) {
    system.block_on(async {
        let top = node().spawn();
        top.register("top").unwrap();
        let children = top.grow(2).await.unwrap();
        let leaves = children[0].grow(1).await.unwrap();
        leaves[0].link(children[1].clone()).await.unwrap();
        let supervisor = Supervisor::one_for_one().spawn();
        let worker = supervisor.start(Child::new("worker", node));
        worker.started().await.unwrap();
        let pool = Node::pool(2, node);
        pool.grow(0).await.unwrap();

        let text = idle(system).await;
        let expected = "\
top (Node#1): idle
├─ node#2: idle
│  └─ node#4: idle, linked to node#3
└─ node#3: idle, linked to node#4
supervisor#5: idle
└─ worker (Node#6): idle
node#7: idle
├─ node#7/0 (Node#8): idle
└─ node#7/1 (Node#9): idle
";
        assert_eq!(text, expected);

        let begun = Gate::new();
        worker.hold(begun.clone()).send().await.unwrap();
        begun.pass().await;
        worker.kill();
        actor_core::time::sleep(Duration::from_millis(1)).await;
        while !system.snapshot().to_string().contains("worker (Node#6): restarted 1 times, idle") {
            actor_core::time::sleep(Duration::from_millis(1)).await;
        }
    });
}

pub fn it_can_be_serialised(system: &System) {
    system.block_on(async {
        let top = node().spawn();
        top.register("top").unwrap();
        top.grow(1).await.unwrap();
        idle(system).await;
        let json = serde_json::to_value(system.snapshot()).unwrap();
        let [top, child] = [&json["actors"][0], &json["actors"][1]];
        assert_eq!((&top["label"], &top["names"][0]), (&"top".into(), &"top".into()));
        assert_eq!((&top["id"], &child["parent"]), (&1.into(), &1.into()));
        assert_eq!((&child["activity"], &child["state"]), (&"Idle".into(), &"Running".into()));
        assert_eq!(child["capacity"], 64);
    });
}

pub fn an_empty_system_prints_nothing(system: &System) {
    let snapshot = system.snapshot();
    assert_eq!((snapshot.to_string().as_str(), snapshot.actors.len()), ("", 0));
    assert!(snapshot.cycles().is_empty());
}
