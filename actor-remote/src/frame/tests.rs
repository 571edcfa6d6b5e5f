//! The page `WIRE.md` and the code agree.

use super::{CallFault, Ending, Frame, Head, Named, TraceParent, VERSION, number, open};
use actor_core::proxy::ForeignFailure;
use actor_core::{FailureKind, error::RefusalKind};

const PAGE: &str = include_str!("../../WIRE.md");

const PARENT: &[u8] = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// One frame of each kind, as on the page.
fn examples() -> Vec<(&'static str, Frame<'static>)> {
    let given = Named { name: "y".into(), protocol: "P".into(), export: 3, key: 4 };
    vec![
        ("Hello", Frame::Hello { echo: 9, name: "a".into() }),
        ("Names", Frame::Names { gone: vec!["x".into()], given: vec![given] }),
        ("Hold", Frame::Hold { export: 3, key: 4, asks: false }),
        ("Release", Frame::Release { export: 3, count: 2 }),
        ("Call", Frame::Call { export: 3, method: 5, call: 300, left: None, body: &[0x91, 1] }),
        ("Send", Frame::Send { export: 3, method: 5, body: &[0x91, 1] }),
        ("Reply", Frame::Reply { call: 300, body: &[42] }),
        ("Failed", Frame::Failed { call: 300, error: CallFault::Stopped }),
        ("Cancel", Frame::Cancel { call: 300 }),
        ("Credit", Frame::Credit { export: 3, bytes: 128 }),
        ("Ended", Frame::Ended { export: 3, exit: Ending::Killed }),
        ("Stop", Frame::Stop { export: 3 }),
        ("Kill", Frame::Kill { export: 3 }),
        ("Heartbeat", Frame::Heartbeat),
        ("Leaving", Frame::Leaving),
        ("Item", Frame::Item { call: 300, number: 1, body: &[42] }),
        ("End", Frame::End { call: 300, error: Some(CallFault::Killed) }),
        ("Granted", Frame::Granted { call: 300, items: 16, bytes: 128 }),
        (
            "Call",
            Frame::Call { export: 3, method: 5, call: 300, left: Some(50_000), body: &[0x91, 1] },
        ),
        (
            "Open",
            Frame::Open {
                export: 3,
                method: 5,
                call: 300,
                left: None,
                items: 16,
                body: &[0x91, 1],
            },
        ),
        (
            "Open",
            Frame::Open {
                export: 3,
                method: 5,
                call: 300,
                left: Some(50_000),
                items: 16,
                body: &[0x91, 1],
            },
        ),
        ("Addresses", Frame::Addresses { exports: vec![3, 300] }),
        ("Trace", Frame::Trace { parent: TraceParent::new(PARENT) }),
        ("Hold", Frame::Hold { export: 3, key: 4, asks: true }),
        ("Held", Frame::Held { export: 3 }),
        ("Passed", Frame::Passed { actors: vec![(9, 3), (9, 300)] }),
        ("Taken", Frame::Taken { node: 9, export: 3, count: 2 }),
    ]
}

fn head(frame: &Frame<'_>) -> Head {
    Head { session: 7, sequence: u64::from(!matches!(frame, Frame::Hello { .. })) }
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    let pairs = (0..digits.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

/// Kind, name and bytes of each row of the table.
fn rows() -> Vec<(u8, String, Vec<u8>)> {
    let rows = PAGE.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let kind = cells.get(1)?.parse().ok()?;
        let name = cells.get(2)?.trim_matches('`').to_owned();
        Some((kind, name, from_hex(cells.get(4)?.trim_matches('`'))))
    });
    rows.collect()
}

fn encoded(frame: &Frame<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame.encode(head(frame), &mut bytes);
    bytes
}

#[test]
fn each_frame_of_the_page_is_what_the_code_writes_and_reads() {
    let (rows, examples) = (rows(), examples());
    assert_eq!(rows.len(), examples.len());
    for ((kind, name, bytes), (expected, frame)) in rows.iter().zip(&examples) {
        assert_eq!((name.as_str(), *kind), (*expected, frame.kind()));
        assert_eq!(*bytes, encoded(frame), "{name}");
        let (read, rest) = open(bytes).unwrap();
        assert_eq!((read, rest.frame().as_ref()), (head(frame), Some(frame)), "{name}");
    }
}

#[test]
fn errors_and_exits_come_back_as_they_were() {
    let failure = |location| ForeignFailure {
        kind: FailureKind::Panic,
        actor: "counter#7".into(),
        handler: "add".into(),
        message: "overflow".into(),
        location,
    };
    let place = Some(("src/main.rs".to_owned(), 3, 900));
    let errors = [
        CallFault::Stopped,
        CallFault::Full,
        CallFault::NoReply,
        CallFault::Killed,
        CallFault::DeadlineExceeded { started: false },
        CallFault::DeadlineExceeded { started: true },
        CallFault::Panicked(failure(place.clone())),
        CallFault::Panicked(failure(None)),
        CallFault::Refused(RefusalKind::BadReply, "no".into()),
    ];
    let exits = [
        Ending::Stopped,
        Ending::Killed,
        Ending::NoActor,
        Ending::Unreachable,
        Ending::Failed(failure(place)),
    ];
    let errors = errors.map(|error| Frame::Failed { call: 1, error });
    let exits = exits.map(|exit| Frame::Ended { export: 1, exit });
    let ends = [None, Some(CallFault::Stopped)].map(|error| Frame::End { call: 1, error });
    for frame in errors.into_iter().chain(exits).chain(ends) {
        let bytes = encoded(&frame);
        assert_eq!(open(&bytes).unwrap().1.frame(), Some(frame));
    }
}

#[test]
fn a_text_of_a_failure_beyond_its_limit_is_refused() {
    for (length, is_read) in [(1024, true), (1025, false)] {
        let mut fields = vec![VERSION, 7, 0, 0, 0, 1, 10, 3, 4, 0, 0, 0];
        number(&mut fields, length);
        fields.extend(std::iter::repeat_n(b'x', usize::try_from(length).unwrap()));
        fields.push(0);
        assert_eq!(open(&fields).unwrap().1.frame().is_some(), is_read, "{length} bytes");
    }
}

#[test]
fn every_shortened_and_lengthened_frame_is_refused() {
    for (name, frame) in examples() {
        let bytes = encoded(&frame);
        let has_body = matches!(
            frame,
            Frame::Call { .. }
                | Frame::Send { .. }
                | Frame::Reply { .. }
                | Frame::Item { .. }
                | Frame::Open { .. }
                | Frame::Trace { .. }
        );
        for length in 0..bytes.len() {
            let read = open(&bytes[..length]).and_then(|(_, rest)| rest.frame());
            // All remaining bytes are the body, so a shorter body is valid too.
            assert!(has_body || read.is_none(), "{name} of {length} bytes");
            assert_ne!(read, Some(frame.clone()));
        }
        let mut longer = bytes.clone();
        longer.push(0);
        let read = open(&longer).and_then(|(_, rest)| rest.frame());
        assert!(has_body || read.is_none(), "{name} with a byte more");
    }
}

#[test]
fn random_frames_never_panic() {
    let mut state = 7_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    for _ in 0..200_000 {
        let length = usize::from(random() % 40);
        let mut bytes = vec![1, 0, 0, 0, 0, 1, random() % 29];
        bytes.extend((0..length).map(|_| random()));
        let _ = open(&bytes).and_then(|(_, rest)| rest.frame());
    }
}
