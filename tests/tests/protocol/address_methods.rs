//! The operations of a protocol's address.

use actor_core::prelude::*;
use actor_core::{AnyAddr, WeakAddr};
use std::collections::HashSet;
use std::time::Duration;
use tests::{Gate, Tally};

#[actor]
trait Log {
    fn note(&mut self, word: &'static str);
    fn noted(&self) -> Vec<&'static str>;
    async fn wait(&mut self, entered: Gate, gate: Gate);
}

#[actor(capacity = 2)]
#[derive(Default)]
struct Book {
    words: Vec<&'static str>,
    dropped: Tally,
}

#[actor]
impl Book {
    fn own(&mut self, word: &'static str) {
        self.words.push(word);
    }

    #[on_stop]
    fn end(&mut self, _exit: &Exit) {
        self.dropped.add();
    }
}

#[actor]
impl Log for Book {
    fn note(&mut self, word: &'static str) {
        self.words.push(word);
    }

    fn noted(&self) -> Vec<&'static str> {
        self.words.clone()
    }

    async fn wait(&mut self, entered: Gate, gate: Gate) {
        entered.open();
        gate.pass().await;
    }
}

fn book() -> LogAddr {
    Book::default().spawn().into()
}

#[actor]
struct Reader {
    log: LogAddr,
    read: Option<usize>,
}

#[actor]
impl Reader {
    fn read_for(&self, reply: Reply<Vec<&'static str>>) {
        self.log.noted().reply_to(reply).try_send().unwrap();
    }

    fn look(&self, context: &Context<Self>) {
        self.log.noted().pipe(context, |me, words| me.looked(words.map_or(0, |words| words.len())));
    }

    fn looked(&mut self, words: usize) {
        self.read = Some(words);
    }

    fn seen(&self) -> Option<usize> {
        self.read
    }
}

pub(crate) fn all_methods_of_a_call_are_available(system: &System) {
    system.block_on(async {
        let log = book();
        log.note("call").await.unwrap();
        log.note("send").send().await.unwrap();
        log.note("try").try_send().unwrap();
        log.note("time").timeout(Duration::from_secs(30)).await.unwrap();
        log.note("room").if_room().await.unwrap();
        actor_core::spawn_task(log.note("owned").into_owned()).await.unwrap();
        assert!(matches!(log.noted().wait(), Err(CallError::WouldBlock)));
        let words = ["call", "send", "try", "time", "room", "owned"];
        let reader = Reader { log: log.clone(), read: None }.spawn();
        assert_eq!(reader.read_for().await.unwrap(), words);
        reader.look().await.unwrap();
        while reader.seen().await.unwrap().is_none() {}
        assert_eq!(reader.seen().await, Ok(Some(6)));
        let (entered, gate) = (Gate::new(), Gate::new());
        let late = log.wait(entered, gate.clone()).timeout(Duration::from_millis(1)).await;
        assert!(matches!(late, Err(CallError::Timeout { .. })));
        gate.open();
    });
}

pub(crate) fn a_rejected_message_is_returned(system: &System) {
    system.block_on(async {
        let log = book();
        log.stop();
        log.join().await;
        assert_eq!(log.note("a").await, Err(CallError::Stopped));
        let error = log.note("b").try_send().unwrap_err();
        assert_eq!(error.reason(), SendReason::Stopped);
        let LogMessage::Note { word, .. } = error.into_message() else { panic!("another message") };
        assert_eq!(word, "b");
        let error = log.note("c").send().await.unwrap_err();
        assert_eq!(format!("{:?}", error.into_message()), "Note");
    });
}

pub(crate) fn a_full_mailbox_is_full_for_a_protocol_too(system: &System) {
    system.block_on(async {
        let log = book();
        let (entered, gate) = (Gate::new(), Gate::new());
        log.wait(entered.clone(), gate.clone()).send().await.unwrap();
        entered.pass().await;
        log.note("a").try_send().unwrap();
        log.note("b").try_send().unwrap();
        assert_eq!((log.len(), log.capacity()), (2, Some(2)));
        let error = log.note("c").try_send().unwrap_err();
        assert_eq!(error.reason(), SendReason::Full);
        assert_eq!(log.noted().if_room().await, Err(CallError::Full));
        let waiting = log.note("d").send().timeout(Duration::from_millis(1)).await.unwrap_err();
        assert_eq!(waiting.reason(), SendReason::Timeout);
        let (sent, ()) = actor_core::future::zip(log.note("e").send(), async { gate.open() }).await;
        sent.unwrap();
        assert_eq!(log.noted().await.unwrap(), ["a", "b", "e"]);
    });
}

pub(crate) fn own_messages_and_those_of_a_protocol_keep_their_order(system: &System) {
    system.block_on(async {
        let book = Book::default().prepare().capacity(64).spawn();
        let log: LogAddr = book.clone().into();
        for _ in 0..8 {
            book.own("own").try_send().unwrap();
            log.note("other").try_send().unwrap();
        }
        assert_eq!(log.noted().await.unwrap(), ["own", "other"].repeat(8));
    });
}

pub(crate) fn two_addresses_of_one_actor_are_equal(system: &System) {
    system.block_on(async {
        let book = Book::default().spawn();
        let (one, two) = (LogAddr::from(book.clone()), LogAddr::from(book.clone()));
        assert_eq!(one, two);
        assert_eq!((one.id(), one.name()), (book.id(), "Book"));
        assert_ne!(one, LogAddr::from(Book::default().spawn()));
        assert_eq!(HashSet::from([one, two]).len(), 1);
    });
}

pub(crate) fn a_protocol_address_keeps_its_actor_alive(system: &System) {
    system.block_on(async {
        let dropped = Tally::default();
        let book = Book { dropped: dropped.clone(), words: vec![] }.spawn();
        let log: LogAddr = book.into();
        let other = log.clone();
        drop(log);
        assert_eq!(other.noted().await, Ok(vec![]));
        let exit = other.downgrade().join();
        drop(other);
        assert_eq!((exit.await, dropped.count()), (Exit::Stopped, 1));
    });
}

pub(crate) fn a_weak_address_keeps_nothing_alive(system: &System) {
    system.block_on(async {
        let log = book();
        let weak: WeakAddr<AnyLog> = log.downgrade();
        let again: LogAddr = weak.upgrade().expect("it lives");
        assert_eq!((&again, again.noted().await), (&log, Ok(vec![])));
        let exit = weak.join();
        drop((log, again));
        assert_eq!(exit.await, Exit::Stopped);
        assert!(weak.upgrade().is_none() && !weak.is_alive());
    });
}

#[actor]
struct Watcher {
    told: Tally,
}

#[actor]
impl Watcher {
    fn watch(&self, log: LogAddr, context: &Context<Self>) {
        context.monitor(&log, |me, _exit| me.gone());
        context.monitor(&log.downgrade(), |me, _exit| me.gone());
    }

    fn gone(&self) {
        self.told.add();
    }
}

pub(crate) fn a_protocol_address_is_watched_named_and_found(system: &System) {
    system.block_on(async {
        let log = book();
        let told = Tally::default();
        let watcher = Watcher { told: told.clone() }.spawn();
        watcher.watch(log.clone()).await.unwrap();
        log.register("log").unwrap();
        let found = LogAddr::lookup("log").expect("it has that name");
        assert_eq!(found, log);
        assert_eq!(BookAddr::lookup("log"), None);
        let any: AnyAddr = found.to_any();
        assert_eq!(any.id(), log.id());
        assert_eq!(log.stop_within(Duration::from_secs(30)).await, Exit::Stopped);
        told.reaches(2).await;
        assert_eq!(LogAddr::lookup("log"), None);
    });
}
