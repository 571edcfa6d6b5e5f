//! Frames of every kind with valid fields, and their mutations.

use super::bytes::{self, method};
use super::subject::{Line, Order, Shape};
use actor_remote::Wire;

/// A generator of its own, so that a seed gives the same frames in each version of the program.
pub struct Random(pub u64);

impl Random {
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.number() >> 16).unwrap() % end.max(1)
    }

    fn byte(&mut self) -> u8 {
        self.number().to_le_bytes()[3]
    }

    fn text(&mut self) -> String {
        let length = self.below(12);
        (0..length).map(|_| char::from(b'a' + self.byte() % 26)).collect()
    }

    fn list<T>(&mut self, end: usize, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(end)).map(|_| one(self)).collect()
    }
}

fn number(out: &mut Vec<u8>, value: u64) {
    out.extend(bytes::number(value));
}

fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn shape(random: &mut Random, depth: usize) -> Shape {
    match random.below(if depth == 0 { 3 } else { 4 }) {
        0 => Shape::Empty,
        1 => Shape::Circle(1.5),
        2 => Shape::Rectangle { width: 7, height: 9 },
        _ => Shape::Many(random.list(4, |random| shape(random, depth - 1))),
    }
}

fn order(random: &mut Random) -> Order {
    let line = |random: &mut Random| Line { article: random.text(), price: Some(random.number()) };
    Order {
        id: random.number(),
        lines: random.list(6, line),
        note: (random.below(2) == 0).then(|| random.text()),
        tags: random.list(4, |random| (random.text(), vec![1, 2, 3])).into_iter().collect(),
        shape: shape(random, 5),
    }
}

fn encoded(value: &impl Wire) -> Vec<u8> {
    let mut out = Vec::new();
    value.encode(&mut out).unwrap();
    out
}

/// The method and the arguments of a message from the node `from`. One in a thousand is large.
fn message(random: &mut Random, from: u64) -> ([u8; 8], Vec<u8>) {
    let many = if random.below(1000) == 0 { 20_000 } else { 20 };
    match random.below(7) {
        0 => (method(&["subject", "order", "order"]), encoded(&(order(random),))),
        1 => {
            let units = vec![(); random.below(10 * many)];
            (method(&["subject", "units", "units"]), encoded(&(units,)))
        }
        2 => {
            let texts = random.list(many, Random::text);
            (method(&["subject", "texts", "texts"]), encoded(&(texts,)))
        }
        3 => {
            let lists = random.list(many, |random| random.list(3, |random| Some(random.byte())));
            (method(&["subject", "lists", "lists"]), encoded(&(lists,)))
        }
        4 => {
            let place = (random.number(), random.below(3) as u64, random.number());
            (method(&["subject", "give", "other"]), encoded(&(place,)))
        }
        5 => {
            let places = random.list(many / 4, |random| {
                let node = if random.below(4) == 0 { random.number() } else { from };
                (node, random.number() >> random.below(64), random.number())
            });
            (method(&["subject", "gather", "others"]), encoded(&(places,)))
        }
        _ => (method(&["subject", "pair", "a", "b"]), encoded(&(random.byte(), random.text()))),
    }
}

/// The kind and the fields of a frame from the node `from`.
pub fn frame(random: &mut Random, from: u64, export: u64, key: u64) -> Vec<u8> {
    // Most frames are messages, whose arguments have the richest structure.
    let kind = [
        4, 5, 4, 5, 20, 5, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 21, 22, 23, 24, 25,
        26, 27, 28,
    ];
    let kind = kind[random.below(kind.len())];
    let export = if random.below(16) == 0 { random.number() >> random.below(64) } else { export };
    let call = if random.below(4) == 0 { random.number() } else { random.below(300) as u64 };
    let mut out = vec![kind];
    match kind {
        1 => {
            let gone = random.list(3, Random::text);
            number(&mut out, gone.len() as u64);
            gone.iter().for_each(|name| text(&mut out, name));
            let given = random.list(3, Random::text);
            number(&mut out, given.len() as u64);
            for name in given {
                text(&mut out, &name);
                text(&mut out, "subject");
                number(&mut out, random.below(5) as u64);
                out.extend(random.number().to_le_bytes());
            }
        }
        2 | 25 => {
            number(&mut out, export);
            out.extend(key.to_le_bytes());
        }
        3 => {
            number(&mut out, export);
            number(&mut out, 0);
        }
        4 | 5 | 20 => {
            let (method, body) = message(random, from);
            number(&mut out, export);
            out.extend(method);
            if kind != 5 {
                number(&mut out, call);
            }
            if kind == 20 {
                number(&mut out, random.number() >> random.below(64));
            }
            out.extend(body);
        }
        6 => {
            number(&mut out, call);
            out.extend(message(random, from).1);
        }
        7 => {
            number(&mut out, call);
            match random.below(6) {
                4 => failure(random, &mut out),
                5 => {
                    out.extend([5, random.byte() % 7]);
                    text(&mut out, &random.text());
                }
                plain => out.push(u8::try_from(plain).unwrap()),
            }
        }
        8 => number(&mut out, call),
        9 => {
            number(&mut out, export * (random.below(2) as u64));
            number(&mut out, random.number() >> random.below(64));
        }
        10 => {
            number(&mut out, export);
            match random.below(5) {
                4 => failure(random, &mut out),
                plain => out.push(u8::try_from(plain).unwrap()),
            }
        }
        11 | 12 | 26 => number(&mut out, export),
        15 => {
            number(&mut out, call);
            number(&mut out, random.below(3) as u64);
            out.extend(message(random, from).1);
        }
        16 => {
            number(&mut out, call);
            out.extend([1, random.byte() % 4]);
        }
        17 => {
            number(&mut out, call);
            number(&mut out, random.number() >> random.below(64));
            number(&mut out, random.number() >> random.below(64));
        }
        21 | 22 => {
            let method = method(&["subject", "numbers", "count", ".."]);
            number(&mut out, export);
            out.extend(method);
            number(&mut out, call);
            if kind == 22 {
                number(&mut out, random.number() >> random.below(64));
            }
            number(&mut out, random.number() >> random.below(64));
            out.extend(encoded(&(random.number() >> random.below(64),)));
        }
        23 => {
            let exports = random.list(5, Random::number);
            number(&mut out, exports.len() as u64);
            exports.iter().for_each(|export| number(&mut out, export >> (export % 64)));
        }
        27 => {
            let actors = random.list(5, Random::number);
            number(&mut out, actors.len() as u64);
            for actor in actors {
                out.extend(actor.to_le_bytes());
                number(&mut out, actor >> (actor % 64));
            }
        }
        28 => {
            out.extend(random.number().to_le_bytes());
            number(&mut out, export);
            number(&mut out, 1);
        }
        24 => out.extend(b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        _ => {}
    }
    out
}

/// A failure with its place.
fn failure(random: &mut Random, out: &mut Vec<u8>) {
    out.extend([4, random.byte() % 6]);
    for _ in 0..4 {
        text(out, &random.text());
    }
    number(out, 3);
    number(out, 9);
}

/// Bytes with a meaning in heads, lengths or MessagePack.
const MARKERS: [u8; 16] =
    [0, 1, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x91, 0x9f, 0xa1, 0xc0, 0xc1, 0xc4, 0xdb, 0xdd, 0xff];

/// Lengths of 2^32 and more.
const LENGTHS: [&[u8]; 4] = [
    &[0xdd, 0xff, 0xff, 0xff, 0xff],
    &[0xdf, 0x7f, 0xff, 0xff, 0xff],
    &[0xc6, 0xff, 0xff, 0xff, 0xff],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
];

/// Changes a frame at up to three places, one time in six at none.
pub fn mutate(random: &mut Random, frame: &mut Vec<u8>) {
    let times = [0, 1, 1, 1, 2, 3][random.below(6)];
    for _ in 0..times {
        // Most mutations come after the kind: other kinds occur anyway.
        let first = if random.below(8) == 0 { 0 } else { 1.min(frame.len()) };
        let at = first + random.below(frame.len() - first);
        let end = at + random.below(8).min(frame.len() - at);
        match random.below(7) {
            0 => frame.truncate(at),
            1 => {
                let bytes = random.list(5, Random::byte);
                frame.splice(at..at, bytes);
            }
            2 => drop(frame.splice(at..end, LENGTHS[random.below(4)].iter().copied())),
            3 => {
                let again = frame[at..end].to_vec();
                frame.splice(at..at, again);
            }
            4 => {
                let marker = MARKERS[random.below(MARKERS.len())];
                frame.splice(at..at, vec![marker; random.below(100)]);
            }
            5 if at < frame.len() => frame[at] = MARKERS[random.below(MARKERS.len())],
            _ if at < frame.len() => frame[at] ^= 1 << random.below(8),
            _ => {}
        }
    }
}
