//! Encodes and decodes frames, as specified in `WIRE.md`. This module does not depend on sessions.

mod outcome;

pub(crate) use outcome::{CallFault, Ending, short};

use crate::trace::TraceParent;

/// The version of the layout.
pub(crate) const VERSION: u8 = 1;

/// The maximum number of bytes of arguments or of a reply.
pub(crate) const BODY: usize = 1 << 20;

/// The export number in `Credit` that stands for replies. No export has this number.
pub(crate) const REPLIES: u64 = 0;

/// The first part of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) session: u32,
    /// Zero for `Hello`. All other frames of a session are counted from one.
    pub(crate) sequence: u64,
}

/// A frame without its head. Bodies are borrowed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Frame<'a> {
    /// The first frame of a session. `echo` is the session of the receiver, if it is known.
    Hello {
        echo: u32,
        name: String,
    },
    /// Names that are taken back, and names that are given, in this order.
    Names {
        gone: Vec<String>,
        given: Vec<Named>,
    },
    /// The sender has a proxy for this export.
    Hold {
        export: u64,
        key: u64,
        /// Whether the sender wants to know that it is counted.
        asks: bool,
    },
    /// The answer to a `Hold` with `asks`: the sender has counted the holder, or the actor has ended.
    Held {
        export: u64,
    },
    /// The sender has dropped its proxies for this export, which counted as holders this many
    /// times.
    Release {
        export: u64,
        count: u64,
    },
    Call {
        export: u64,
        method: u64,
        call: u64,
        /// The microseconds until its deadline, if it has one.
        left: Option<u64>,
        body: &'a [u8],
    },
    Send {
        export: u64,
        method: u64,
        body: &'a [u8],
    },
    Reply {
        call: u64,
        body: &'a [u8],
    },
    Failed {
        call: u64,
        error: CallFault,
    },
    /// The caller no longer waits.
    Cancel {
        call: u64,
    },
    /// The receiver's mailbox has accepted messages of this many bytes.
    Credit {
        export: u64,
        bytes: u64,
    },
    /// The actor has ended.
    Ended {
        export: u64,
        exit: Ending,
    },
    Stop {
        export: u64,
    },
    Kill {
        export: u64,
    },
    Heartbeat,
    Leaving,
    /// A call with streaming replies, whose reader has a buffer for this many items.
    Open {
        export: u64,
        method: u64,
        call: u64,
        /// The microseconds until its deadline, if it has one.
        left: Option<u64>,
        items: u64,
        body: &'a [u8],
    },
    /// One item of a stream of replies; `number` is counted from one.
    Item {
        call: u64,
        number: u64,
        body: &'a [u8],
    },
    /// The end of a stream of replies.
    End {
        call: u64,
        error: Option<CallFault>,
    },
    /// This many more items, and bytes of items, may be sent.
    Granted {
        call: u64,
        items: u64,
        bytes: u64,
    },
    /// The exports whose addresses are in the body of the next frame, once for each address.
    Addresses {
        exports: Vec<u64>,
    },
    /// The actors of other nodes whose addresses are in the body of the next frame, once for each address: the node
    /// and the export of each. The sender keeps these actors.
    Passed {
        actors: Vec<(u64, u64)>,
    },
    /// This many addresses were taken: the node that passed them on need not keep the actor any longer.
    Taken {
        node: u64,
        export: u64,
        count: u64,
    },
    /// The trace of the next message. `None` if the trace is malformed.
    Trace {
        parent: Option<TraceParent>,
    },
}

/// A `Send` or a `Call`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    pub(crate) export: u64,
    pub(crate) method: u64,
    /// The number of the call, and the microseconds until its deadline.
    pub(crate) call: Option<(u64, Option<u64>)>,
    pub(crate) body: &'a [u8],
}

impl<'a> Message<'a> {
    fn frame(self) -> Frame<'a> {
        let Message { export, method, call, body } = self;
        match call {
            None => Frame::Send { export, method, body },
            Some((call, left)) => Frame::Call { export, method, call, left, body },
        }
    }
}

/// A `Reply` or a `Credit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer<'a> {
    Reply { call: u64, body: &'a [u8] },
    Credit { export: u64, bytes: u64 },
}

impl<'a> Answer<'a> {
    fn frame(self) -> Frame<'a> {
        match self {
            Answer::Reply { call, body } => Frame::Reply { call, body },
            Answer::Credit { export, bytes } => Frame::Credit { export, bytes },
        }
    }
}

/// A name of an actor of the sender.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) protocol: String,
    pub(crate) export: u64,
    pub(crate) key: u64,
}

impl Frame<'_> {
    /// Appends the whole frame.
    pub(crate) fn encode(&self, head: Head, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.extend_from_slice(&head.session.to_le_bytes());
        number(out, head.sequence);
        self.write(out);
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.kind());
        match self {
            Frame::Hello { echo, name } => {
                out.extend_from_slice(&echo.to_le_bytes());
                text(out, name);
            }
            Frame::Names { gone, given } => {
                number(out, gone.len() as u64);
                gone.iter().for_each(|name| text(out, name));
                number(out, given.len() as u64);
                for named in given {
                    text(out, &named.name);
                    text(out, &named.protocol);
                    number(out, named.export);
                    out.extend_from_slice(&named.key.to_le_bytes());
                }
            }
            Frame::Hold { export, key, .. } => {
                number(out, *export);
                out.extend_from_slice(&key.to_le_bytes());
            }
            Frame::Held { export } => number(out, *export),
            Frame::Release { export, count } => {
                number(out, *export);
                number(out, *count);
            }
            Frame::Call { export, method, call, left, body } => {
                number(out, *export);
                out.extend_from_slice(&method.to_le_bytes());
                number(out, *call);
                if let Some(left) = left {
                    number(out, *left);
                }
                out.extend_from_slice(body);
            }
            Frame::Send { export, method, body } => {
                number(out, *export);
                out.extend_from_slice(&method.to_le_bytes());
                out.extend_from_slice(body);
            }
            Frame::Reply { call, body } => {
                number(out, *call);
                out.extend_from_slice(body);
            }
            Frame::Failed { call, error } => {
                number(out, *call);
                error.write(out);
            }
            Frame::Cancel { call } => number(out, *call),
            Frame::Credit { export, bytes } => {
                number(out, *export);
                number(out, *bytes);
            }
            Frame::Ended { export, exit } => {
                number(out, *export);
                exit.write(out);
            }
            Frame::Stop { export } | Frame::Kill { export } => number(out, *export),
            Frame::Heartbeat | Frame::Leaving => {}
            Frame::Open { export, method, call, left, items, body } => {
                number(out, *export);
                out.extend_from_slice(&method.to_le_bytes());
                number(out, *call);
                if let Some(left) = left {
                    number(out, *left);
                }
                number(out, *items);
                out.extend_from_slice(body);
            }
            Frame::Item { call, number: place, body } => {
                number(out, *call);
                number(out, *place);
                out.extend_from_slice(body);
            }
            Frame::End { call, error } => {
                number(out, *call);
                out.push(u8::from(error.is_some()));
                if let Some(error) = error {
                    error.write(out);
                }
            }
            Frame::Granted { call, items, bytes } => {
                number(out, *call);
                number(out, *items);
                number(out, *bytes);
            }
            Frame::Addresses { exports } => {
                number(out, exports.len() as u64);
                exports.iter().for_each(|export| number(out, *export));
            }
            Frame::Passed { actors } => {
                number(out, actors.len() as u64);
                for (node, export) in actors {
                    out.extend_from_slice(&node.to_le_bytes());
                    number(out, *export);
                }
            }
            Frame::Taken { node, export, count } => {
                out.extend_from_slice(&node.to_le_bytes());
                number(out, *export);
                number(out, *count);
            }
            Frame::Trace { parent } => {
                out.extend_from_slice(parent.as_ref().map_or(&[], TraceParent::bytes));
            }
        }
    }

    /// Returns the body, which can contain addresses.
    pub(crate) fn body(&self) -> Option<&[u8]> {
        match self {
            Frame::Call { body, .. }
            | Frame::Send { body, .. }
            | Frame::Reply { body, .. }
            | Frame::Open { body, .. }
            | Frame::Item { body, .. } => Some(body),
            _ => None,
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Frame::Hello { .. } => 0,
            Frame::Names { .. } => 1,
            Frame::Hold { asks: false, .. } => 2,
            Frame::Hold { asks: true, .. } => 25,
            Frame::Release { .. } => 3,
            Frame::Call { left: None, .. } => 4,
            Frame::Call { left: Some(_), .. } => 20,
            Frame::Send { .. } => 5,
            Frame::Reply { .. } => 6,
            Frame::Failed { .. } => 7,
            Frame::Cancel { .. } => 8,
            Frame::Credit { .. } => 9,
            Frame::Ended { .. } => 10,
            Frame::Stop { .. } => 11,
            Frame::Kill { .. } => 12,
            Frame::Heartbeat => 13,
            Frame::Leaving => 14,
            Frame::Item { .. } => 15,
            Frame::End { .. } => 16,
            Frame::Granted { .. } => 17,
            Frame::Open { left: None, .. } => 21,
            Frame::Open { left: Some(_), .. } => 22,
            Frame::Addresses { .. } => 23,
            Frame::Trace { .. } => 24,
            Frame::Held { .. } => 26,
            Frame::Passed { .. } => 27,
            Frame::Taken { .. } => 28,
        }
    }
}

/// Reads the head of a frame, and returns a reader for the rest. Returns `None` if the head is cut off, or has
/// another version.
pub(crate) fn open(bytes: &[u8]) -> Option<(Head, Reader<'_>)> {
    let mut reader = Reader(bytes);
    if reader.byte()? != VERSION {
        return None;
    }
    let head = Head { session: reader.word()?, sequence: reader.number()? };
    Some((head, reader))
}

/// The unread rest of a frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads the frame after the head. Returns `None` if bytes remain.
    pub(crate) fn frame(mut self) -> Option<Frame<'a>> {
        let whole = self;
        let frame = match self.byte()? {
            0 => Frame::Hello { echo: self.word()?, name: self.text_within(outcome::TEXT)? },
            1 => Frame::Names { gone: self.list(Self::text)?, given: self.list(Self::named)? },
            kind @ (2 | 25) => {
                Frame::Hold { export: self.number()?, key: self.key()?, asks: kind == 25 }
            }
            3 => Frame::Release { export: self.number()?, count: self.number()? },
            4 | 5 | 20 => return whole.message().map(Message::frame),
            6 | 9 => return whole.answer().map(Answer::frame),
            7 => Frame::Failed { call: self.number()?, error: CallFault::read(&mut self)? },
            8 => Frame::Cancel { call: self.number()? },
            10 => Frame::Ended { export: self.number()?, exit: Ending::read(&mut self)? },
            11 => Frame::Stop { export: self.number()? },
            12 => Frame::Kill { export: self.number()? },
            13 => Frame::Heartbeat,
            14 => Frame::Leaving,
            15 => Frame::Item { call: self.number()?, number: self.number()?, body: self.body()? },
            16 => Frame::End { call: self.number()?, error: self.optional(CallFault::read)? },
            17 => Frame::Granted {
                call: self.number()?,
                items: self.number()?,
                bytes: self.number()?,
            },
            kind @ (21 | 22) => Frame::Open {
                export: self.number()?,
                method: self.key()?,
                call: self.number()?,
                left: if kind == 22 { Some(self.number()?) } else { None },
                items: self.number()?,
                body: self.body()?,
            },
            23 => Frame::Addresses { exports: self.list(Self::number)? },
            24 => Frame::Trace { parent: TraceParent::new(self.body()?) },
            26 => Frame::Held { export: self.number()? },
            27 => Frame::Passed { actors: self.list(Self::actor)? },
            28 => Frame::Taken { node: self.key()?, export: self.number()?, count: self.number()? },
            _ => return None,
        };
        self.0.is_empty().then_some(frame)
    }

    /// Reads the frame if it is a send or a call.
    pub(crate) fn message(mut self) -> Option<Message<'a>> {
        let kind = self.byte().filter(|kind| matches!(kind, 4 | 5 | 20))?;
        let (export, method) = (self.number()?, self.key()?);
        let number = if kind == 5 { None } else { Some(self.number()?) };
        let left = if kind == 20 { Some(self.number()?) } else { None };
        let body = self.body()?;
        Some(Message { export, method, call: number.map(|number| (number, left)), body })
    }

    /// Reads the frame if it is a reply or credit.
    pub(crate) fn answer(mut self) -> Option<Answer<'a>> {
        let kind = self.byte().filter(|kind| matches!(kind, 6 | 9))?;
        let number = self.number()?;
        if kind == 6 {
            return Some(Answer::Reply { call: number, body: self.body()? });
        }
        let bytes = self.number()?;
        self.0.is_empty().then_some(Answer::Credit { export: number, bytes })
    }

    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(byte)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*array)
    }

    fn word(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn key(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// Reads a number. Each byte has seven bits of it, the lowest first; the high bit says that
    /// more bytes follow.
    fn number(&mut self) -> Option<u64> {
        if let Some((&number @ ..0x80, rest)) = self.0.split_first() {
            self.0 = rest;
            return Some(u64::from(number));
        }
        let mut number = 0_u64;
        for place in 0..10 {
            let byte = self.byte()?;
            let digits = u64::from(byte & 0x7f);
            if place == 9 && digits > 1 {
                return None;
            }
            number |= digits << (7 * place);
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn text(&mut self) -> Option<String> {
        self.text_within(usize::MAX)
    }

    /// Reads a text of at most this many bytes.
    fn text_within(&mut self, limit: usize) -> Option<String> {
        let length = usize::try_from(self.number()?).ok().filter(|length| *length <= limit)?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    /// Reads a list. Each element takes at least one byte, so a length beyond the remaining bytes is
    /// refused at once.
    fn list<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let length = usize::try_from(self.number()?).ok().filter(|it| *it <= self.0.len())?;
        (0..length).map(|_| read(self)).collect()
    }

    /// Reads a byte that says whether there is a value, and the value.
    fn optional<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.byte()? {
            0 => Some(None),
            1 => read(self).map(Some),
            _ => None,
        }
    }

    fn named(&mut self) -> Option<Named> {
        let (name, protocol) = (self.text()?, self.text()?);
        Some(Named { name, protocol, export: self.number()?, key: self.key()? })
    }

    fn actor(&mut self) -> Option<(u64, u64)> {
        Some((self.key()?, self.number()?))
    }

    /// Takes all remaining bytes as the body.
    fn body(&mut self) -> Option<&'a [u8]> {
        let body = std::mem::take(&mut self.0);
        (body.len() <= BODY).then_some(body)
    }
}

fn number(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let digits = number.to_le_bytes()[0] & 0x7f;
        number >>= 7;
        if number == 0 {
            return out.push(digits);
        }
        out.push(digits | 0x80);
    }
}

fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests;
