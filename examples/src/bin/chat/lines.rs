//! What a client types, line by line: bounded, as text, whatever the bytes are.

use async_net::TcpStream;
use futures_lite::io::BufReader;
use futures_lite::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, Stream, stream};
use std::io;

/// How many bytes a line may have.
pub const LONGEST: usize = 1024;

pub enum Line {
    Text(String),
    /// It had more than [`LONGEST`] bytes, and was thrown away as it came.
    TooLong,
}

/// The lines of a socket. A broken connection is the end of them, as a closed one is.
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
    // No more than a piece of it is ever kept.
    while !is_whole(&bytes) {
        bytes = piece(reader).await?;
    }
    Ok(Some(Line::TooLong))
}

/// Reads to the end of the line, but no more than a line may have with its end.
async fn piece(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(LONGEST as u64 + 1).read_until(b'\n', &mut bytes).await?;
    Ok(bytes)
}

/// Whether the line ends here. The last one may end without a newline.
fn is_whole(bytes: &[u8]) -> bool {
    bytes.len() <= LONGEST || bytes.ends_with(b"\n")
}

/// Bytes that are no UTF-8 become `U+FFFD`. Control characters go: they would let a client write
/// all over the others' terminals.
fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().filter(|char| !char.is_control()).collect::<String>().trim().to_owned()
}
