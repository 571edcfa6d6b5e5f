//! Actors on sockets, by attached streams; loopback only.

use actor_core::prelude::*;
use futures_lite::{AsyncReadExt, AsyncWriteExt, Stream, stream};
use smol::net::{TcpListener, TcpStream, UdpSocket};
use std::net::SocketAddr;
use tests::Gate;
use tests::probe::Diary;

const LOOPBACK: (&str, u16) = ("127.0.0.1", 0);

/// The bytes that come from a connection, in chunks as they come; ends when the peer closes.
fn chunks(socket: TcpStream, size: usize) -> impl Stream<Item = Vec<u8>> + Send {
    stream::unfold(socket, move |mut socket| async move {
        let mut chunk = vec![0; size];
        let read = socket.read(&mut chunk).await.expect("loopback does not fail");
        chunk.truncate(read);
        (read > 0).then_some((chunk, socket))
    })
}

/// Accepts connections and makes an actor of each.
#[actor]
struct Server {
    listener: Option<TcpListener>,
    diary: Diary,
}

#[actor]
impl Server {
    #[on_start]
    fn listen(&mut self, context: &Context<Self>) {
        let listener = self.listener.take().expect("it starts once");
        let incoming = stream::unfold(listener, |listener| async move {
            let (socket, _) = listener.accept().await.expect("loopback does not fail");
            Some((socket, listener))
        });
        context.attach(incoming, |me, socket| me.accept(socket)).detach();
    }

    fn accept(&mut self, socket: TcpStream) {
        // Its address is not stored: the stream keeps the connection alive.
        drop(Echo { socket, line: Vec::new(), diary: self.diary.clone() }.spawn());
    }
}

/// One connection of the server: answers each line with the same, doubled.
#[actor]
struct Echo {
    socket: TcpStream,
    line: Vec<u8>,
    diary: Diary,
}

#[actor]
impl Echo {
    #[on_start]
    fn open(&mut self, context: &Context<Self>) {
        let chunks = chunks(self.socket.clone(), 7);
        context.attach(chunks, |me, chunk| me.read(chunk)).on_end(|me| me.closed()).detach();
    }

    async fn read(&mut self, chunk: Vec<u8>) {
        for byte in chunk {
            self.line.push(byte);
            if byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                let answer = [&line[..line.len() - 1], &line].concat();
                self.socket.write_all(&answer).await.expect("the peer reads");
            }
        }
    }

    fn closed(&mut self) {
        self.diary.note("echo closed");
    }
}

/// The other side: sends a line, checks the answer, and so on.
#[actor]
struct Client {
    socket: TcpStream,
    round: u32,
    rounds: u32,
    answer: String,
    done: Gate,
}

#[actor]
impl Client {
    #[on_start]
    async fn open(&mut self, context: &Context<Self>) {
        let chunks = chunks(self.socket.clone(), 64);
        context.attach(chunks, |me, chunk| me.read(chunk)).detach();
        self.say().await;
    }

    async fn read(&mut self, chunk: Vec<u8>, context: &Context<Self>) {
        self.answer.push_str(&String::from_utf8(chunk).expect("it was sent as text"));
        if !self.answer.ends_with('\n') {
            return;
        }
        let wanted = format!("round {0}round {0}\n", self.round);
        assert_eq!(std::mem::take(&mut self.answer), wanted);
        self.round += 1;
        if self.round < self.rounds {
            self.say().await;
        } else {
            self.done.open();
            context.stop();
        }
    }

    #[message(skip)]
    async fn say(&mut self) {
        let line = format!("round {}\n", self.round);
        self.socket.write_all(line.as_bytes()).await.expect("the peer reads");
    }
}

async fn listen(diary: &Diary) -> (SocketAddr, ServerAddr) {
    let listener = TcpListener::bind(LOOPBACK).await.unwrap();
    let at = listener.local_addr().unwrap();
    (at, Server { listener: Some(listener), diary: diary.clone() }.spawn())
}

pub fn two_hundred_and_fifty_rounds_over_tcp(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let (at, server) = listen(&diary).await;
        let clients = futures_lite::future::zip(client(at, 250), client(at, 250));
        assert_eq!(clients.await, (Exit::Stopped, Exit::Stopped));
        while diary.count("echo closed") < 2 {
            futures_lite::future::yield_now().await;
        }
        server.stop();
        assert_eq!(server.join().await, Exit::Stopped);
        assert_eq!(diary.lines().len(), 2, "each close arrives once");
    });
}

async fn client(at: SocketAddr, rounds: u32) -> Exit {
    let socket = TcpStream::connect(at).await.unwrap();
    let done = Gate::new();
    let client = Client { socket, round: 0, rounds, answer: String::new(), done: done.clone() };
    let exit = client.spawn().join().await;
    assert!(done.is_open(), "{exit}");
    exit
}

/// Collects all that comes.
#[actor]
struct Sink {
    socket: Option<TcpStream>,
    bytes: Vec<u8>,
    diary: Diary,
    give: async_channel::Sender<Vec<u8>>,
}

#[actor]
impl Sink {
    #[on_start]
    fn open(&mut self, context: &Context<Self>) {
        let socket = self.socket.take().expect("it starts once");
        let chunks = chunks(socket, 1000);
        context.attach(chunks, |me, chunk| me.read(chunk)).on_end(|me| me.closed()).detach();
    }

    fn read(&mut self, chunk: Vec<u8>) {
        self.bytes.extend(chunk);
    }

    fn closed(&mut self) {
        self.diary.note("closed");
        self.give.try_send(std::mem::take(&mut self.bytes)).expect("somebody waits for it");
    }
}

pub fn a_hundred_thousand_bytes_in_chunks_arrive_complete(system: &System) {
    system.block_on(async {
        let diary = Diary::default();
        let listener = TcpListener::bind(LOOPBACK).await.unwrap();
        let at = listener.local_addr().unwrap();
        let (source, accepted) =
            futures_lite::future::try_zip(TcpStream::connect(at), listener.accept()).await.unwrap();
        let (give, given) = async_channel::bounded(1);
        let (socket, bytes) = (Some(accepted.0), Vec::new());
        let weak = Sink { socket, bytes, diary: diary.clone(), give }.spawn().downgrade();
        let sent: Vec<u8> =
            (0..100_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        let pour = async {
            let (mut source, mut rest, mut size) = (source, &sent[..], 1);
            while !rest.is_empty() {
                let (chunk, left) = rest.split_at(size.min(rest.len()));
                source.write_all(chunk).await.unwrap();
                (rest, size) = (left, size % 4099 + 13);
            }
        };
        let (received, ()) = futures_lite::future::zip(given.recv(), pour).await;
        assert!(received.unwrap() == sent, "what came is what was sent");
        // Its stream has ended, and its address is not stored.
        assert!(matches!(weak.join().await, Exit::Stopped | Exit::NoActor));
        assert_eq!(diary.lines(), ["closed"]);
    });
}

/// One side of a conversation by datagrams.
#[actor]
struct Peer {
    socket: UdpSocket,
    answers: bool,
    received: Vec<String>,
    rounds: usize,
    done: Gate,
}

#[actor]
impl Peer {
    #[on_start]
    fn open(&mut self, context: &Context<Self>) {
        let datagrams = stream::unfold(self.socket.clone(), |socket| async move {
            let mut datagram = [0; 64];
            let (size, from) = socket.recv_from(&mut datagram).await.expect("loopback works");
            Some(((datagram[..size].to_vec(), from), socket))
        });
        context.attach(datagrams, |me, (datagram, from)| me.read(datagram, from)).detach();
    }

    async fn read(&mut self, datagram: Vec<u8>, from: SocketAddr) {
        self.received.push(String::from_utf8(datagram).expect("it was sent as text"));
        let round = self.received.len();
        if self.answers {
            self.say(format!("pong {round}"), from).await;
        } else if round < self.rounds {
            self.say(format!("ping {}", round + 1), from).await;
        } else {
            self.done.open();
        }
    }

    async fn say(&mut self, text: String, to: SocketAddr) {
        self.socket.send_to(text.as_bytes(), to).await.expect("loopback works");
    }

    fn received(&self) -> Vec<String> {
        self.received.clone()
    }
}

pub fn datagrams_go_to_and_fro(system: &System) {
    system.block_on(async {
        const ROUNDS: usize = 50;
        let (done, mut peers, mut places) = (Gate::new(), Vec::new(), Vec::new());
        for answers in [true, false] {
            let socket = UdpSocket::bind(LOOPBACK).await.unwrap();
            places.push(socket.local_addr().unwrap());
            let done = done.clone();
            let peer = Peer { socket, answers, received: Vec::new(), rounds: ROUNDS, done };
            peers.push(peer.spawn());
        }
        peers[1].say("ping 1".into(), places[0]).await.unwrap();
        done.pass().await;
        for (peer, word) in peers.iter().zip(["ping", "pong"]) {
            let wanted: Vec<_> = (1..=ROUNDS).map(|round| format!("{word} {round}")).collect();
            assert_eq!(peer.received().await, Ok(wanted));
        }
    });
}
