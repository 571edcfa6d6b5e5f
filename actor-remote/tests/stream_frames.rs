//! The frames of streams that a node refuses. The other node is played by hand.

mod forged;

use actor_core::prelude::*;
use actor_core::{error::RefusalKind, streaming::ReplyStream, time};
use actor_remote::{Node, NodeId, TransportEvent};
use forged::{Forger, Pipe};
use futures_lite::{StreamExt, future};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10);
const SOON: Duration = Duration::from_millis(100);

#[actor]
#[derive(Default)]
struct Log {
    tails: Vec<Replies<u8>>,
}

#[actor(remote = "log")]
impl Log {
    fn tail(&mut self, lines: Replies<u8>) {
        self.tails.push(lines);
    }

    fn texts(&self, texts: Replies<String>) {
        texts.finish();
    }

    fn length(&mut self) -> usize {
        self.tails.len()
    }

    fn end(&mut self) {
        self.tails.clear();
    }
}

/// An honest node, and a forger that has given it the address of a log.
struct Reader {
    node: Node,
    forger: Forger,
    log: LogAddr,
}

async fn reader() -> Reader {
    let pipe = Pipe::default();
    let node = Node::on(pipe.port(1), "reader");
    drop(pipe.port(3));
    pipe.event(NodeId(1), TransportEvent::Up(NodeId(3)));
    let mut forger = Forger { pipe, id: NodeId(3), victim: NodeId(1), session: 0, sequence: 0 };
    forger.open().await;
    forger.frame(&[&[1, 0, 1][..], b"\x03log\x03log", &[3], &[0; 8]].concat());
    let log: LogAddr = node.wait_for("log", LIMIT).await.unwrap();
    Reader { node, forger, log }
}

impl Reader {
    /// Opens a stream with this buffer. Its call has the number 1.
    async fn stream(&mut self, capacity: usize) -> ReplyStream<u8> {
        let mut lines = self.log.tail().stream_of(capacity);
        assert_eq!(future::poll_once(lines.next()).await, None);
        time::sleep(SOON).await;
        let frames = self.kinds();
        assert_eq!(frames, [2, 21], "the hold and the call");
        lines
    }

    /// The kinds of the frames that the forger got, without heartbeats.
    fn kinds(&self) -> Vec<u8> {
        let frames = self.forger.pipe.taken(NodeId(3));
        frames.iter().map(|frame| frame[6]).filter(|kind| *kind != 13).collect()
    }

    async fn counters(&self) -> (u64, u64, u64) {
        time::sleep(SOON).await;
        let counters = self.node.counters();
        (counters.bad_frames, counters.stale_frames, counters.lost_sessions)
    }
}

const UNREACHABLE: CallError = CallError::Unreachable { started: true };

#[actor_core::test(seeds = 20)]
async fn items_in_order_and_an_end_are_accepted() {
    let mut reader = reader().await;
    let lines = reader.stream(2).await;
    for frame in [&[15, 1, 1, 7][..], &[15, 1, 2, 8], &[16, 1, 1, 3]] {
        reader.forger.frame(frame);
    }
    assert_eq!(lines.collect::<Vec<_>>().await, [Ok(7), Ok(8), Err(CallError::Killed)]);
    assert_eq!((reader.counters().await, reader.node.tables().open_calls), ((0, 0, 0), 0));
    // The call is over, so frames that were in flight arrive late.
    reader.forger.frame(&[15, 1, 3, 9]);
    reader.forger.frame(&[16, 1, 0]);
    assert_eq!(reader.counters().await, (0, 2, 0));
}

#[actor_core::test(seeds = 20)]
async fn items_out_of_order_end_the_session() {
    // A gap, a repetition, and a first item that is not the first.
    let wrong = [
        vec![vec![15, 1, 1, 7], vec![15, 1, 3, 8]],
        vec![vec![15, 1, 1, 7], vec![15, 1, 1, 7]],
        vec![vec![15, 1, 2, 7]],
        vec![vec![15, 1, 0, 7]],
    ];
    for frames in wrong {
        let mut reader = reader().await;
        let mut lines = reader.stream(8).await;
        let accepted = frames.len() - 1;
        for frame in frames {
            reader.forger.frame(&frame);
        }
        for _ in 0..accepted {
            assert_eq!(lines.next().await, Some(Ok(7)));
        }
        assert_eq!(lines.collect::<Vec<_>>().await, [Err(UNREACHABLE)]);
        assert_eq!(reader.counters().await, (1, 0, 1));
    }
}

#[actor_core::test(seeds = 20)]
async fn items_beyond_their_credit_end_the_session() {
    let mut reader = reader().await;
    let lines = reader.stream(2).await;
    // The buffer, as many again for which the buffer has made room, and one that waits for the reader.
    for number in 1..=6 {
        reader.forger.frame(&[15, 1, number, number]);
        time::sleep(SOON).await;
        let (bad, _, lost) = reader.counters().await;
        assert_eq!((bad, lost), if number > 4 { (1, 1) } else { (0, 0) }, "item {number}");
        if lost > 0 {
            break;
        }
    }
    let expected = [1, 2, 3, 4].map(Ok).into_iter().chain([Err(UNREACHABLE)]);
    assert_eq!(lines.collect::<Vec<_>>().await, expected.collect::<Vec<_>>());

    // The limit in bytes: a window has 64 KiB, and the last item in it may exceed that.
    let mut reader = self::reader().await;
    let mut texts = reader.log.texts().stream_of(4);
    assert_eq!(future::poll_once(texts.next()).await, None);
    time::sleep(SOON).await;
    let text =
        |length: u32| [&[0xdb][..], &length.to_be_bytes(), &vec![b'x'; length as usize]].concat();
    for (number, length) in (1..).zip([1, 1, 1, 1, 70_000, 1]) {
        reader.forger.frame(&[&[15, 1, number][..], &text(length)].concat());
        let (bad, _, lost) = reader.counters().await;
        assert_eq!((bad, lost), if number > 5 { (1, 1) } else { (0, 0) }, "item {number}");
    }
    let lengths: Vec<_> = texts.map(|text| text.map(|text| text.len())).collect().await;
    assert_eq!(lengths, [Ok(1), Ok(1), Ok(1), Ok(1), Ok(70_000), Err(UNREACHABLE)]);
}

#[actor_core::test(seeds = 20)]
async fn a_bad_body_of_an_item_ends_its_stream_only() {
    let mut reader = reader().await;
    let mut lines = reader.stream(8).await;
    reader.forger.frame(&[15, 1, 1, 7]);
    assert_eq!(lines.next().await, Some(Ok(7)));
    time::sleep(SOON).await;
    let _ = reader.kinds();
    // A text instead of a number.
    reader.forger.frame(&[15, 1, 2, 0xa1, b'x']);
    let [Err(error @ CallError::Refused(refusal))] = &lines.collect::<Vec<_>>().await[..] else {
        panic!("it was accepted")
    };
    assert_eq!((refusal.kind(), error.never_handled()), (RefusalKind::BadReply, false));
    time::sleep(SOON).await;
    assert!(reader.kinds().contains(&8), "the producer is cancelled");
    assert_eq!(reader.node.tables().open_calls, 1);
    reader.forger.frame(&[15, 1, 3, 7]);
    reader.forger.frame(&[16, 1, 0]);
    assert_eq!((reader.counters().await, reader.node.tables().open_calls), ((0, 0, 0), 0));
    assert!(reader.log.is_alive());
}

#[actor_core::test(seeds = 20)]
async fn frames_of_streams_for_other_calls_end_the_session() {
    // Frames of a call that was never made, and of a call that has one reply.
    for frame in [&[15, 9, 1, 7][..], &[16, 9, 0], &[15, 1, 1, 7], &[16, 1, 0]] {
        let mut reader = reader().await;
        let length = reader.node.system().spawn_task(reader.log.length().into_owned());
        time::sleep(SOON).await;
        reader.forger.frame(frame);
        assert_eq!(length.await, Err(UNREACHABLE));
        assert_eq!(reader.counters().await, (1, 0, 1));
    }
    // A reply for a stream counts as late, and its stream continues.
    let mut reader = reader().await;
    let lines = reader.stream(2).await;
    reader.forger.frame(&[6, 1, 7]);
    reader.forger.frame(&[7, 1, 0]);
    assert_eq!(lines.collect::<Vec<_>>().await, [Err(CallError::Stopped)]);
    assert_eq!(reader.counters().await, (0, 1, 0));
}

#[actor_core::test(seeds = 20)]
async fn credit_and_cancellations_of_unknown_streams_are_no_matter() {
    let pipe = Pipe::default();
    let node = Node::on(pipe.port(1), "producer");
    let log = Log::default().spawn();
    node.register("log", &log).unwrap();
    drop(pipe.port(3));
    pipe.event(NodeId(1), TransportEvent::Up(NodeId(3)));
    let mut forger = Forger { pipe, id: NodeId(3), victim: NodeId(1), session: 0, sequence: 0 };
    forger.open().await;
    let most = [&[0xff; 9][..], &[1]].concat();
    forger.frame(&[&[17, 5][..], &most, &most].concat());
    forger.frame(&[8, 5]);
    time::sleep(SOON).await;
    assert_eq!((node.counters().bad_frames, node.counters().lost_sessions), (0, 0));
    assert_eq!(log.length().await, Ok(0));
    log.end().await.unwrap();
}
