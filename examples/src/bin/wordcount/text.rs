//! Reads a file as text, in pieces of bounded size that do not split words. Knows nothing about
//! actors.

use std::fmt;
use std::io::{self, ErrorKind, Read};

/// The reason for skipping a file or folder.
#[derive(Debug)]
pub enum Skip {
    Unreadable(io::Error),
    Binary,
    NotUtf8,
    SymbolicLink,
    Special,
}

impl Skip {
    /// The category of the reason, for counting.
    pub fn reason(&self) -> &'static str {
        match self {
            Skip::Unreadable(_) => "unreadable",
            Skip::Binary => "binary",
            Skip::NotUtf8 => "not UTF-8",
            Skip::SymbolicLink => "symbolic link",
            Skip::Special => "pipe, socket or device",
        }
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Skip::Unreadable(error) => error.fmt(f),
            _ => f.write_str(self.reason()),
        }
    }
}

impl From<io::Error> for Skip {
    fn from(error: io::Error) -> Self {
        Skip::Unreadable(error)
    }
}

/// A buffer, reused for each file.
pub struct Pieces {
    buffer: Vec<u8>,
    /// The size of a read, and the size to which the buffer shrinks after a long word.
    size: usize,
    /// The part of the buffer with which the next piece begins: a word or character that was split
    /// by the end of the last piece.
    rest: std::ops::Range<usize>,
}

/// Valid text in lower case, ending at a word boundary.
pub struct Piece<'a> {
    pub text: &'a [u8],
    /// The number of bytes of the file that were read for it.
    pub bytes: u64,
    /// Set at the end of the file.
    pub is_last: bool,
}

impl Pieces {
    pub fn new(size: usize) -> Self {
        Pieces { buffer: vec![0; size], size, rest: 0..0 }
    }

    /// Prepares for another file.
    pub fn begin(&mut self) {
        self.rest = 0..0;
        // The buffer has grown for a very long word; few files have one.
        self.buffer.truncate(self.size);
        self.buffer.shrink_to_fit();
    }

    /// Reads the next piece of `file`.
    pub fn next(&mut self, file: &mut impl Read) -> Result<Piece<'_>, Skip> {
        let carried = self.rest.len();
        self.buffer.copy_within(self.rest.clone(), 0);
        if carried * 2 > self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let bytes = fill(file, &mut self.buffer[carried..])?;
        let end = carried + bytes;
        let is_last = end < self.buffer.len();
        if self.buffer[carried..end].contains(&0) {
            return Err(Skip::Binary);
        }
        let valid = match std::str::from_utf8(&self.buffer[..end]) {
            Ok(_) => end,
            Err(error) if error.error_len().is_none() && !is_last => error.valid_up_to(),
            Err(_) => return Err(self.reject(file)),
        };
        let text = &mut self.buffer[..valid];
        text.make_ascii_lowercase();
        let letters = text.iter().rev().take_while(|byte| byte.is_ascii_lowercase()).count();
        // A split character is not a letter, so there is never a split word before it.
        let cut = if is_last || valid < end { valid } else { valid - letters };
        self.rest = cut..end;
        Ok(Piece { text: &self.buffer[..cut], bytes: bytes as u64, is_last })
    }

    /// Distinguishes binary files from badly encoded ones, which requires the whole file.
    fn reject(&mut self, file: &mut impl Read) -> Skip {
        loop {
            match fill(file, &mut self.buffer) {
                Ok(0) => return Skip::NotUtf8,
                Ok(read) if self.buffer[..read].contains(&0) => return Skip::Binary,
                Ok(_) => {}
                Err(error) => return error.into(),
            }
        }
    }
}

/// Reads until `buffer` is full or the file ends.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::Tally;

    fn count(mut file: &[u8], size: usize) -> Result<Tally, Skip> {
        let (mut pieces, mut tally) = (Pieces::new(size), Tally::default());
        pieces.begin();
        loop {
            let piece = pieces.next(&mut file)?;
            tally.add(piece.text);
            if piece.is_last {
                return Ok(tally);
            }
        }
    }

    #[test]
    fn the_size_of_the_buffer_changes_nothing() {
        let text = "One two, naïve ONE €uro 日本 antidisestablishmentarianism\ntwo one";
        let expected = count(text.as_bytes(), 1024).unwrap();
        assert_eq!((expected.words(), expected.distinct()), (9, 6));
        for size in 4..80 {
            let tally = count(text.as_bytes(), size).unwrap();
            assert_eq!(tally.top(99), expected.top(99), "with a buffer of {size} bytes");
        }
    }

    #[test]
    fn invalid_text_is_found_at_any_position() {
        for size in 4..20 {
            assert!(matches!(count(b"some words \xff then a \0", size), Err(Skip::Binary)));
            assert!(matches!(count(b"some words and \xff", size), Err(Skip::NotUtf8)));
            assert!(matches!(count(b"a character cut short \xe2\x82", size), Err(Skip::NotUtf8)));
        }
    }
}
