//! The required part of the language server protocol; it must not know the questions.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// A running server. It ends when its input is closed.
pub(super) struct Client {
    _server: Child,
    input: ChildStdin,
    output: Receiver<Value>,
    last: i64,
}

/// Reads messages until the server closes its output.
fn read(output: ChildStdout, to: &Sender<Value>) -> io::Result<()> {
    let mut output = BufReader::new(output);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if output.read_line(&mut line)? == 0 {
                return Ok(());
            }
            match line.trim().split_once(": ") {
                Some(("Content-Length", number)) => length = number.parse().unwrap_or(0),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        output.read_exact(&mut body)?;
        if to.send(serde_json::from_slice(&body)?).is_err() {
            return Ok(());
        }
    }
}

impl Client {
    pub(super) fn start(mut command: Command) -> io::Result<Self> {
        let mut server =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let closed = || io::Error::other("the server has no pipes");
        let input = server.stdin.take().ok_or_else(closed)?;
        let pipe = server.stdout.take().ok_or_else(closed)?;
        let (sender, output) = channel();
        thread::spawn(move || read(pipe, &sender));
        Ok(Client { _server: server, input, output, last: 0 })
    }

    fn write(&mut self, message: &Value) -> io::Result<()> {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        self.input.flush()
    }

    pub(super) fn notify(&mut self, method: &str, params: &Value) -> io::Result<()> {
        self.write(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    /// The next message that is not a request of the server; those are answered with nothing.
    fn next(&mut self) -> io::Result<Value> {
        loop {
            let silent = |_| io::Error::other("the server has said nothing for five minutes");
            let message = self.output.recv_timeout(Duration::from_secs(300)).map_err(silent)?;
            let (Some(id), Some(_)) = (message.get("id"), message.get("method")) else {
                return Ok(message);
            };
            self.write(&json!({ "jsonrpc": "2.0", "id": id, "result": null }))?;
        }
    }

    /// Asks until the server has an answer that is not out of date.
    pub(super) fn ask(&mut self, method: &str, params: &Value) -> io::Result<Value> {
        const CONTENT_MODIFIED: i64 = -32801;
        loop {
            self.last += 1;
            let id = self.last;
            self.write(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
            let answer = loop {
                let message = self.next()?;
                if message["id"] == json!(id) {
                    break message;
                }
            };
            match answer.get("error") {
                Some(error) if error["code"] == json!(CONTENT_MODIFIED) => {}
                Some(error) => return Err(io::Error::other(error.to_string())),
                None => return Ok(answer["result"].clone()),
            }
        }
    }

    /// Waits until the server has loaded everything.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        loop {
            let message = self.next()?;
            if message["method"] == json!("experimental/serverStatus")
                && message["params"]["quiescent"] == json!(true)
            {
                return Ok(());
            }
        }
    }
}
