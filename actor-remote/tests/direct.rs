//! Replies that are completed on the thread of the transport, over a network whose frames the test delivers.

use actor_core::future::yield_now;
use actor_core::prelude::*;
use actor_core::proxy::{self, Proxy};
use actor_remote::{Batch, Node, NodeId, Transport, TransportEvent};
use futures_lite::{Stream, StreamExt, stream};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

type OnEvent = Box<dyn Fn(TransportEvent<'_>) + Send + Sync>;

/// The ends of a network of two nodes, and the batches that are in flight to each.
#[derive(Default)]
struct Network {
    ends: Mutex<[Option<Arc<OnEvent>>; 2]>,
    in_flight: [Mutex<VecDeque<Vec<u8>>>; 2],
}

struct End {
    number: usize,
    network: Arc<Network>,
    has_left: AtomicBool,
}

fn id(number: usize) -> NodeId {
    NodeId(number as u64 + 1)
}

impl Transport for End {
    fn node(&self) -> NodeId {
        id(self.number)
    }

    fn start(&self, on_event: OnEvent) {
        self.network.ends.lock().unwrap()[self.number] = Some(Arc::new(on_event));
    }

    fn send(&self, to: NodeId, frame: Vec<u8>) {
        panic!("{} bytes for {to} come in a batch", frame.len());
    }

    fn send_batch(&self, to: NodeId, batch: Batch) {
        if self.has_left.load(Ordering::SeqCst) {
            return;
        }
        let to = usize::from(to == id(1));
        self.network.in_flight[to].lock().unwrap().push_back(batch.into_bytes());
    }

    fn leave(&self) {
        self.has_left.store(true, Ordering::SeqCst);
    }
}

impl Network {
    fn report(&self, to: usize, event: TransportEvent<'_>) {
        let end = self.ends.lock().unwrap()[to].clone().unwrap();
        end(event);
    }

    /// Delivers the batches that are in flight to a node. Returns whether there were any.
    fn deliver(&self, to: usize) -> bool {
        let batches = std::mem::take(&mut *self.in_flight[to].lock().unwrap());
        for bytes in &batches {
            self.report(to, TransportEvent::Batch { from: id(1 - to), bytes });
        }
        !batches.is_empty()
    }

    /// Joins the batches that are in flight to a node.
    fn join(&self, to: usize) {
        let mut batches = self.in_flight[to].lock().unwrap();
        let joined = batches.drain(..).flatten().collect();
        batches.push_back(joined);
    }

    /// Lets the nodes run until nothing is in flight to node `to`, whose batches stay there if `holds`.
    async fn settle(&self, to: usize, holds: bool) {
        let mut quiet = 0;
        while quiet < 100 {
            let is_busy = self.deliver(1 - to) | (!holds && self.deliver(to));
            quiet = if is_busy { 0 } else { quiet + 1 };
            yield_now().await;
        }
    }
}

#[actor]
#[derive(Default)]
struct Echo {
    listener: Option<ListenerAddr>,
}

#[actor]
#[derive(Default)]
struct Listener {
    heard: u32,
}

#[actor(remote)]
impl Listener {
    fn hear(&mut self, number: u32) {
        self.heard += number;
    }
}

#[actor(remote)]
impl Echo {
    fn listen(&mut self, listener: ListenerAddr) {
        self.listener = Some(listener);
    }

    fn echo(&mut self, text: String) -> String {
        text
    }

    async fn tell(&mut self, number: u32) {
        let listener = self.listener.as_ref().unwrap();
        listener.hear(number).send().await.unwrap();
    }
}

/// Handles each message once the door is open.
#[actor(capacity = 1)]
struct Door {
    opened: async_channel::Receiver<()>,
    passed: Vec<u32>,
}

#[actor(remote)]
impl Door {
    async fn pass(&mut self, number: u32) -> u32 {
        let _ = self.opened.recv().await;
        self.passed.push(number);
        number
    }

    fn watch(&mut self, number: u32) -> impl Stream<Item = u32> + Send + 'static {
        self.passed.push(number);
        stream::iter([number])
    }

    fn passed(&self) -> Vec<u32> {
        self.passed.clone()
    }
}

/// Calls that arrive together and are cancelled while one of them waits for capacity are not handled.
#[test]
fn calls_that_are_cancelled_behind_a_full_mailbox_are_not_handled() {
    System::current_thread().block_on(async {
        let (network, nodes, _echo) = connected().await;
        let (open, opened) = async_channel::unbounded();
        let local = Door { opened, passed: Vec::new() }.spawn();
        nodes[0].register("door", &local).unwrap();
        network.settle(1, false).await;
        let door: DoorAddr = nodes[1].lookup("door").unwrap();
        let call = |number| {
            let door = door.clone();
            actor_core::spawn_task(async move { door.pass(number).await })
        };
        network.settle(0, false).await;
        let calls: Vec<_> = (0..20).map(call).collect();
        network.settle(0, true).await;
        network.join(0);
        network.settle(0, false).await;
        assert_eq!(nodes[0].tables().running_calls, 20);
        let mut waiting = Vec::new();
        for (number, call) in (0..).zip(calls) {
            match number % 2 {
                0 => waiting.push((number, call)),
                _ => drop(call.cancel().await),
            }
        }
        network.settle(0, false).await;
        open.close();
        network.settle(0, false).await;
        for (number, call) in waiting {
            assert_eq!(call.await, Ok(number));
        }
        let expected: Vec<u32> = (0..20).filter(|number| number % 2 == 0).collect();
        assert_eq!(local.passed().await, Ok(expected));
        assert_eq!(nodes[0].tables().running_calls, 0);
    });
}

/// The same for a call whose replies are a stream.
#[test]
fn a_stream_that_is_cancelled_in_front_of_a_full_mailbox_is_not_handled() {
    System::current_thread().block_on(async {
        let (network, nodes, _echo) = connected().await;
        let (open, opened) = async_channel::unbounded();
        let local = Door { opened, passed: Vec::new() }.spawn();
        nodes[0].register("door", &local).unwrap();
        network.settle(1, false).await;
        let door: DoorAddr = nodes[1].lookup("door").unwrap();
        for number in [0, 1] {
            door.pass(number).send().await.unwrap();
            network.settle(0, false).await;
        }
        let mut numbers = door.watch(2).stream();
        assert_eq!(poll_once(pin!(numbers.next())).await, Poll::Pending);
        network.settle(0, false).await;
        assert_eq!(nodes[0].tables().running_calls, 1);
        drop(numbers);
        network.settle(0, false).await;
        open.close();
        network.settle(0, false).await;
        assert_eq!(local.passed().await, Ok(vec![0, 1]));
        assert_eq!(nodes[0].tables().running_calls, 0);
    });
}

/// A server, number 0, a client, number 1, and the address of the client for the actor of the server.
async fn connected() -> (Arc<Network>, [Node; 2], EchoAddr) {
    let network = Arc::new(Network::default());
    let node = |number, name| {
        let has_left = AtomicBool::new(false);
        Node::on(End { number, network: network.clone(), has_left }, name)
    };
    let nodes = [node(0, "server"), node(1, "client")];
    nodes[0].register("echo", &Echo::default().spawn()).unwrap();
    network.report(0, TransportEvent::Up(id(1)));
    network.report(1, TransportEvent::Up(id(0)));
    network.settle(1, false).await;
    let echo = nodes[1].lookup("echo").unwrap();
    (network, nodes, echo)
}

/// Polls a future once.
async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

#[test]
fn a_plain_reply_is_completed_before_the_node_runs() {
    System::current_thread().block_on(async {
        let (network, _nodes, echo) = connected().await;
        let mut call = pin!(echo.echo("hello".into()).into_future());
        assert_eq!(poll_once(call.as_mut()).await, Poll::Pending);
        network.settle(1, true).await;
        assert_eq!(poll_once(call.as_mut()).await, Poll::Pending);
        assert!(network.deliver(1), "the reply");
        assert_eq!(poll_once(call.as_mut()).await, Poll::Ready(Ok("hello".into())));
    });
}

#[test]
fn a_reply_does_not_overtake_an_earlier_message() {
    System::current_thread().block_on(async {
        let (network, _nodes, echo) = connected().await;
        let listener = Listener::default().spawn();
        let mut listening = pin!(echo.listen(listener).into_future());
        while poll_once(listening.as_mut()).await.is_pending() {
            network.settle(1, false).await;
        }
        let mut telling = pin!(echo.tell(7).into_future());
        assert_eq!(poll_once(telling.as_mut()).await, Poll::Pending);
        network.settle(1, true).await;
        let mut call = pin!(echo.echo("hello".into()).into_future());
        assert_eq!(poll_once(call.as_mut()).await, Poll::Pending);
        network.settle(1, true).await;
        // The message for the listener, and behind it the replies.
        assert!(network.deliver(1));
        assert_eq!(poll_once(call.as_mut()).await, Poll::Pending, "the node has not run");
        network.settle(1, false).await;
        assert_eq!(poll_once(telling.as_mut()).await, Poll::Ready(Ok(())));
        assert_eq!(poll_once(call.as_mut()).await, Poll::Ready(Ok("hello".into())));
    });
}

/// Observes the calls that it forwards.
struct Observing {
    to: EchoAddr,
    seen: Arc<Mutex<u32>>,
}

impl Proxy<Echo> for Observing {
    async fn forward(&mut self, mut message: EchoMessage) {
        let seen = self.seen.clone();
        proxy::observe::<Echo>(&mut message, move |_| *seen.lock().unwrap() += 1);
        proxy::forward_or_discard(&self.to, message).await;
    }
}

#[test]
fn an_observer_does_not_run_on_the_thread_of_the_transport() {
    System::current_thread().block_on(async {
        let (network, _nodes, to) = connected().await;
        let seen = Arc::new(Mutex::new(0));
        let (echo, _control) = proxy::prepare(Observing { to, seen: seen.clone() }).spawn();
        let mut call = pin!(echo.echo("hello".into()).into_future());
        assert_eq!(poll_once(call.as_mut()).await, Poll::Pending);
        network.settle(1, true).await;
        assert!(network.deliver(1), "the reply");
        assert_eq!(*seen.lock().unwrap(), 0);
        network.settle(1, false).await;
        assert_eq!(*seen.lock().unwrap(), 1);
        assert_eq!(poll_once(call.as_mut()).await, Poll::Ready(Ok("hello".into())));
    });
}

/// Makes a node leave, and drops it.
struct Leaves(Mutex<Option<Node>>);

impl Wake for Leaves {
    fn wake(self: Arc<Self>) {
        self.0.lock().unwrap().take().unwrap().leave();
    }
}

#[test]
fn a_node_that_leaves_on_the_transport_thread_notifies_its_peers() {
    System::current_thread().block_on(async {
        let (network, [server, client], echo) = connected().await;
        let mut call = pin!(echo.echo("hello".into()).into_future());
        let leaves = Waker::from(Arc::new(Leaves(Mutex::new(Some(client)))));
        assert!(call.as_mut().poll(&mut Context::from_waker(&leaves)).is_pending());
        network.settle(1, true).await;
        assert!(network.deliver(1), "the reply");
        assert_eq!(poll_once(call.as_mut()).await, Poll::Ready(Ok("hello".into())));
        assert_eq!(server.peers(), ["client"]);
        network.settle(1, false).await;
        assert!(server.peers().is_empty(), "the client has said that it leaves");
    });
}
