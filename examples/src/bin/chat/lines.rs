//! The input of a client, line by line: bounded, and as text for any bytes.

use async_net::TcpStream;
use futures_lite::io::BufReader;
use futures_lite::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, Stream, stream};
use std::io;

/// The maximum number of bytes in a line.
pub const LONGEST: usize = 1024;

pub enum Line {
    Text(String),
    /// The line had more than [`LONGEST`] bytes and was discarded.
    TooLong,
}

/// The lines of a socket. A broken connection ends them like a closed one.
pub fn lines(socket: TcpStream) -> impl Stream<Item = Line> + Send + 'static {
    stream::unfold(BufReader::new(socket), |mut reader| async move {
        let line = next(&mut reader).await.ok()??;
        Some((line, reader))
    })
}

async fn next(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Line>> {
    let mut bytes = piece(reader).await?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if is_whole(&bytes) {
        return Ok(Some(Line::Text(text(&bytes))));
    }
    // Only a bounded part of the line is ever kept.
    while !is_whole(&bytes) {
        bytes = piece(reader).await?;
    }
    Ok(Some(Line::TooLong))
}

/// Reads to the end of the line, but at most the length of a valid line with its end.
async fn piece(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(LONGEST as u64 + 1).read_until(b'\n', &mut bytes).await?;
    Ok(bytes)
}

/// Whether the line ends here. The last line may end without a newline.
fn is_whole(bytes: &[u8]) -> bool {
    bytes.len() <= LONGEST || bytes.ends_with(b"\n")
}

/// Bytes that are not UTF-8 become `U+FFFD`. Control characters are removed: they would let a
/// client write anywhere on the terminals of others.
fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().filter(|char| !char.is_control()).collect::<String>().trim().to_owned()
}
