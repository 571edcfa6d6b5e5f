//! The program of the five nodes, the record of everything that was sent, handled and reported, and the check
//! of these against each other.

use super::faults::{Kind, NODES, disturb};
use actor_core::prelude::*;
use actor_core::{rng, simulation::Sim, time};
use actor_remote::{Node, NodeId, SimNetwork};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;
use std::time::Duration;

/// The time within which a run must end once all faults are repaired: a run that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Records the numbers of each sender, where a sender is one address of one client.
#[actor(remote)]
trait Ledger {
    async fn note(&mut self, sender: u64, number: u64) -> u64;
}

#[actor]
struct Book {
    run: Arc<Run>,
    index: usize,
}

#[actor]
impl Book {}

#[actor]
impl Ledger for Book {
    async fn note(&mut self, sender: u64, number: u64) -> u64 {
        self.run.handles(self.index, sender, number);
        if rng().u8(..10) == 0 {
            time::sleep(Duration::from_millis(rng().u64(..30))).await;
        }
        number
    }
}

/// Monitors the addresses of its node.
#[actor]
struct Watcher {
    run: Arc<Run>,
}

#[actor]
impl Watcher {
    fn watch(&mut self, sender: u64, ledger: LedgerAddr, context: &Context<Self>) {
        context.monitor(&ledger, move |me, exit| me.gone(sender, exit));
    }

    fn gone(&mut self, sender: u64, exit: Exit) {
        self.run.record().exits.entry(sender).or_default().push(exit);
    }
}

/// The outcome of one message as its sender got it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Told {
    Handled,
    NeverHandled,
    Unknown,
    TimedOut,
}

/// What one seed has reached.
#[derive(Debug)]
pub struct One {
    pub(super) calls: u64,
    pub(super) sends: u64,
    pub(super) faults: usize,
    pub(super) kinds: usize,
    pub(super) actors: usize,
    handled: u64,
    never_handled: u64,
    unknown: u64,
    exits: u64,
}

/// The sum over all seeds.
#[derive(Default)]
pub(super) struct Totals {
    pub(super) runs: u64,
    calls: u64,
    sends: u64,
    faults: usize,
    handled: u64,
    never_handled: u64,
    unknown: u64,
    exits: u64,
}

impl Totals {
    pub(super) fn add(&mut self, one: &One) {
        self.runs += 1;
        self.calls += one.calls;
        self.sends += one.sends;
        self.faults += one.faults;
        self.handled += one.handled;
        self.never_handled += one.never_handled;
        self.unknown += one.unknown;
        self.exits += one.exits;
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals { runs, calls, sends, faults, handled, never_handled, unknown, exits } = self;
        write!(
            f,
            "{runs} runs, {calls} calls and {sends} sends under {faults} faults: {handled} handled, \
             {never_handled} never handled, {unknown} unknown; {exits} exits"
        )
    }
}

#[derive(Default)]
struct Record {
    senders: u64,
    calls: u64,
    sends: u64,
    is_over: bool,
    /// By sender.
    handled: BTreeMap<u64, Vec<u64>>,
    told: BTreeMap<u64, BTreeMap<u64, Told>>,
    exits: BTreeMap<u64, Vec<Exit>>,
    /// The incarnation whose watcher monitors the address of a sender.
    monitored: BTreeMap<u64, NodeId>,
    addressed: BTreeSet<usize>,
    nodes: Vec<Node>,
    current: BTreeMap<String, NodeId>,
    crashed: BTreeSet<NodeId>,
    /// The running clients of each incarnation.
    clients: BTreeMap<NodeId, usize>,
    faults: Vec<Kind>,
    complaints: Vec<String>,
}

#[derive(Default)]
pub(super) struct Run(Mutex<Record>);

impl Run {
    fn record(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap()
    }

    pub(super) fn counts_fault(&self, kind: Kind) {
        self.record().faults.push(kind);
    }

    fn handles(&self, book: usize, sender: u64, number: u64) {
        let mut record = self.record();
        record.handled.entry(sender).or_default().push(number);
        record.addressed.insert(book);
    }

    /// The node is about to crash.
    pub(super) fn crashes(&self, name: &str) {
        let mut record = self.record();
        if let Some(id) = record.current.remove(name) {
            record.crashed.insert(id);
        }
    }

    fn is_over(&self) -> bool {
        self.record().is_over
    }
}

/// The program of one node: two books, a watcher, and two clients of the books of all nodes.
async fn boot(node: Node, run: Arc<Run>) {
    let id = node.id();
    {
        let mut record = run.record();
        record.nodes.push(node.clone());
        record.current.insert(node.name().to_owned(), id);
        record.clients.insert(id, 2);
    }
    let place = NODES.iter().position(|name| *name == node.name()).unwrap();
    for index in [place, place + 5] {
        let book = Book { run: run.clone(), index }.spawn();
        node.register(format!("book {index}"), &LedgerAddr::from(book)).unwrap();
    }
    let watcher = Watcher { run: run.clone() }.spawn();
    watcher.clone().keep_alive();
    // The first books of all clients are all books, those of the next node.
    let next = (place + 1) % 5;
    for first in [next, next + 5] {
        let (node, run, watcher) = (node.clone(), run.clone(), watcher.clone());
        actor_core::spawn_task(async move {
            client(&node, &run, &watcher, first).await;
            *run.record().clients.entry(id).or_default() -= 1;
        })
        .detach();
    }
}

/// Sends to one book after the other, beginning with `first`.
async fn client(node: &Node, run: &Arc<Run>, watcher: &WatcherAddr, first: usize) {
    let mut book = first;
    while !run.is_over() {
        let name = format!("book {book}");
        book = rng().usize(..10);
        let Ok(ledger) = node.wait_for::<LedgerAddr>(&name, PATIENCE).await else {
            if !run.is_over() {
                run.record().complaints.push(format!("{} never finds {name}", node.name()));
            }
            return;
        };
        let sender = {
            let mut record = run.record();
            record.senders += 1;
            record.senders
        };
        if rng().bool() {
            run.record().monitored.insert(sender, node.id());
            watcher.watch(sender, ledger.clone()).await.unwrap();
        }
        let mut next = 0;
        for _ in 0..rng().u32(1..20) {
            time::sleep(Duration::from_millis(rng().u64(..150))).await;
            if run.is_over() || !turn(run, &ledger, sender, &mut next).await {
                break;
            }
        }
    }
}

/// A send, a call, or several calls at once. Returns `false` if the address is no longer usable.
async fn turn(run: &Run, ledger: &LedgerAddr, sender: u64, next: &mut u64) -> bool {
    let number = *next;
    if rng().bool() {
        *next += 1;
        let outcome = ledger.note(sender, number).send().await;
        run.record().sends += 1;
        if outcome.is_err() {
            tell(run, sender, number, Told::NeverHandled);
        }
        return outcome.is_ok();
    }
    let count = rng().u64(1..6);
    *next += count;
    let limit = Duration::from_millis(rng().u64(1..500));
    let is_limited = rng().u8(..4) == 0;
    let mut calls: Vec<Pin<Box<dyn Future<Output = Result<u64, CallError>> + Send>>> = Vec::new();
    for number in number..*next {
        if is_limited {
            // The recorded outcome until the outcome is known, or if the client crashes first.
            tell(run, sender, number, Told::TimedOut);
        }
        let call = ledger.note(sender, number);
        calls.push(if is_limited {
            Box::pin(call.timeout(limit).into_owned())
        } else {
            Box::pin(call.into_owned())
        });
    }
    let mut goes_on = true;
    for (number, outcome) in (number..).zip(in_order(calls).await) {
        let told = match outcome {
            Ok(answer) => {
                assert_eq!(answer, number, "the reply of another call");
                Told::Handled
            }
            Err(error) if error.never_handled() => Told::NeverHandled,
            Err(CallError::Timeout { .. }) => Told::TimedOut,
            Err(_) => Told::Unknown,
        };
        goes_on &= matches!(told, Told::Handled | Told::TimedOut);
        // The node of the ledger skips a call whose limit has passed, though its caller has been notified of
        // the loss of that node before.
        let is_skippable = is_limited && matches!(told, Told::Unknown);
        tell(run, sender, number, if is_skippable { Told::TimedOut } else { told });
    }
    run.record().calls += count;
    goes_on
}

fn tell(run: &Run, sender: u64, number: u64, told: Told) {
    run.record().told.entry(sender).or_default().insert(number, told);
}

/// Awaits all futures at once; they begin in their order.
async fn in_order<T>(futures: Vec<Pin<Box<dyn Future<Output = T> + Send>>>) -> Vec<T> {
    let mut entries: Vec<_> = futures.into_iter().map(|future| (future, None)).collect();
    poll_fn(move |context| {
        for (future, output) in &mut entries {
            if output.is_none()
                && let Poll::Ready(value) = future.as_mut().poll(context)
            {
                *output = Some(value);
            }
        }
        if entries.iter().any(|(_, output)| output.is_none()) {
            return Poll::Pending;
        }
        Poll::Ready(entries.iter_mut().filter_map(|(_, output)| output.take()).collect())
    })
    .await
}

/// Waits until `is_done`, for a limited time.
async fn until(run: &Run, what: &str, is_done: impl Fn(&Record) -> bool) {
    let begun = time::now();
    while !is_done(&run.record()) {
        time::sleep(Duration::from_millis(100)).await;
        assert!(time::now() - begun < 2 * PATIENCE, "it hangs: {what}");
    }
}

/// One run.
pub async fn storm(sim: &Sim) -> One {
    let run = Arc::new(Run::default());
    let network = SimNetwork::new().lease(Duration::from_secs(2));
    for name in NODES {
        let run = run.clone();
        network.node_with(name, move |node| boot(node, run.clone()));
    }
    let disturbing: Vec<_> =
        (0..2).map(|_| actor_core::spawn_task(disturb(6, network.clone(), run.clone()))).collect();
    for disturbing in disturbing {
        disturbing.await;
    }
    until(&run, "the messages", |record| record.calls >= 500 && record.sends >= 500).await;
    run.record().is_over = true;
    let clients = |record: &Record| {
        let left = record.clients.iter().filter(|(id, _)| !record.crashed.contains(id));
        left.map(|(_, count)| *count).sum::<usize>()
    };
    until(&run, "a client", |record| clients(record) == 0).await;
    // All addresses end, and what was sent before is handled or lost by then.
    time::sleep(Duration::from_secs(10)).await;
    let nodes = std::mem::take(&mut run.record().nodes);
    nodes.iter().for_each(Node::leave);
    time::sleep(Duration::from_secs(10)).await;
    drop((nodes, network));
    sim.settle().await;
    let record = run.record();
    check(&record)
}

fn check(record: &Record) -> One {
    assert!(record.complaints.is_empty(), "{:?}", record.complaints);
    let nothing = BTreeMap::new();
    for (sender, numbers) in &record.handled {
        let told = record.told.get(sender).unwrap_or(&nothing);
        let mut expected = 0;
        for number in numbers {
            assert!(*number >= expected, "a swap or double of sender {sender}: {numbers:?}");
            for gap in expected..*number {
                let may_miss = matches!(told.get(&gap), Some(Told::NeverHandled | Told::TimedOut));
                assert!(may_miss, "{gap} is missing of sender {sender}: {numbers:?}, {told:?}");
            }
            expected = number + 1;
        }
    }
    let mut counts = [0; 3];
    for (sender, told) in &record.told {
        let handled = record.handled.get(sender);
        for (number, told) in told {
            let is_handled = handled.is_some_and(|numbers| numbers.binary_search(number).is_ok());
            match told {
                Told::Handled => assert!(is_handled, "{number} of {sender} was answered"),
                Told::NeverHandled => assert!(!is_handled, "{number} of {sender} was handled"),
                Told::Unknown | Told::TimedOut => {}
            }
            let place = match told {
                Told::Handled => 0,
                Told::NeverHandled => 1,
                Told::Unknown | Told::TimedOut => 2,
            };
            counts[place] += 1;
        }
    }
    let mut exits = 0;
    for (sender, incarnation) in &record.monitored {
        let heard = record.exits.get(sender).map_or(0, Vec::len);
        let is_gone = record.crashed.contains(incarnation);
        assert!(heard == 1 || heard == 0 && is_gone, "{heard} exits for the monitor of {sender}");
        exits += heard as u64;
    }
    let mut kinds = record.faults.clone();
    kinds.sort();
    kinds.dedup();
    One {
        calls: record.calls,
        sends: record.sends,
        faults: record.faults.len(),
        kinds: kinds.len(),
        actors: record.addressed.len(),
        handled: record.handled.values().map(|numbers| numbers.len() as u64).sum(),
        never_handled: counts[1],
        unknown: counts[2],
        exits,
    }
}
