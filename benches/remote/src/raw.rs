//! The same over zenoh alone: a put, and a put of the other side as the answer.

use crate::figures::Figures;
use crate::{CALLS, MANY, PAYLOAD, SENDS, WARM_UP};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use zenoh::Wait;
use zenoh::pubsub::Publisher;
use zenoh::qos::CongestionControl;

fn open(listen: &str, connect: &str) -> zenoh::Session {
    let mut config = zenoh::Config::default();
    for (key, value) in [
        ("mode", "\"peer\"".to_owned()),
        ("scouting/multicast/enabled", "false".to_owned()),
        ("listen/endpoints", listen.to_owned()),
        ("connect/endpoints", connect.to_owned()),
    ] {
        config.insert_json5(key, &value).expect("a known setting");
    }
    zenoh::open(config).wait().expect("it opens")
}

fn endpoint(address: &str) -> String {
    format!("[\"tcp/{address}\"]")
}

fn publisher(session: &zenoh::Session, key: &'static str) -> Publisher<'static> {
    let publisher = session.declare_publisher(key).congestion_control(CongestionControl::Block);
    publisher.wait().expect("it is declared")
}

/// The bytes of a message without an answer.
const NOTE: usize = 8;

pub fn serve(address: &str) {
    let session = open(&endpoint(address), "[]");
    // Answers are put by another thread, because a put inside a callback can block the thread that would
    // make room for it.
    let (sender, answers) = mpsc::channel::<Vec<u8>>();
    let noted = AtomicU64::new(0);
    let _inbox = session
        .declare_subscriber("bench/server")
        .callback(move |sample| {
            let bytes = sample.payload().to_bytes();
            match bytes.len() {
                NOTE => {
                    noted.fetch_add(1, Ordering::Relaxed);
                }
                0 => {
                    let noted = noted.load(Ordering::Relaxed).to_le_bytes();
                    sender.send(noted.to_vec()).expect("the thread runs");
                }
                _ => sender.send(bytes.to_vec()).expect("the thread runs"),
            }
        })
        .wait()
        .expect("it is declared");
    let publisher = publisher(&session, "bench/client");
    println!("ready");
    for answer in answers {
        publisher.put(answer).wait().expect("it is sent");
    }
}

pub fn measure(address: &str, figures: Figures) {
    let session = open("[]", &endpoint(address));
    let (sender, answers) = mpsc::channel::<Vec<u8>>();
    let _inbox = session
        .declare_subscriber("bench/client")
        .callback(move |sample| {
            // The receiver is gone at the end.
            let _ = sender.send(sample.payload().to_bytes().to_vec());
        })
        .wait()
        .expect("it is declared");
    let publisher = publisher(&session, "bench/server");
    let put = |bytes: Vec<u8>| publisher.put(bytes).wait().expect("it is sent");
    let text = vec![b'x'; PAYLOAD];
    while !publisher.matching_status().wait().expect("it is known").matching() {
        thread::sleep(Duration::from_millis(10));
    }
    let call = || {
        put(text.clone());
        answers.recv().expect("an answer")
    };
    for _ in 0..WARM_UP {
        call();
    }
    for name in ["call", "call from a task"] {
        let mut times = Vec::with_capacity(CALLS as usize);
        let begun = figures.begin();
        for _ in 0..CALLS {
            let start = Instant::now();
            call();
            times.push(start.elapsed());
        }
        let calls = name.replacen("call", "calls", 1);
        figures.end(begun, &format!("{calls}, 1 in flight"), u64::from(CALLS));
        figures.times(name, times);
    }
    for in_flight in [64, 256] {
        let begun = figures.begin();
        (0..in_flight).for_each(|_| put(text.clone()));
        for _ in in_flight..MANY {
            answers.recv().expect("an answer");
            put(text.clone());
        }
        (0..in_flight).for_each(|_| drop(answers.recv().expect("an answer")));
        figures.end(begun, &format!("calls, {in_flight} in flight"), u64::from(MANY));
    }
    let begun = figures.begin();
    for number in 0..SENDS {
        put(number.to_le_bytes().to_vec());
    }
    put(Vec::new());
    let noted = answers.recv().expect("an answer");
    assert_eq!(noted, SENDS.to_le_bytes());
    figures.end(begun, "sends", SENDS);
}
