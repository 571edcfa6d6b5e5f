//! The chat server as its users meet it: the real program, real sockets, real signals.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Nothing here takes nearly as long; a longer wait never ends.
const LIMIT: Duration = Duration::from_secs(30);

/// The exit code of `#[actor_core::main]` for an interrupted program.
const INTERRUPTED: i32 = 130;

/// A server of this test alone; killed with it if it does not end before.
struct Server {
    child: Option<Child>,
    address: String,
}

impl Server {
    fn start() -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_chat"))
            .arg("127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let address = first.trim().strip_prefix("listening on ").unwrap().to_owned();
        Server { child: Some(child), address }
    }

    /// Sends SIGTERM.
    fn terminate(&self) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    /// Waits for its end; it must have had nothing to complain of.
    fn ended(mut self) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        let id = child.id().to_string();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let mut complaints = String::new();
            child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
            tell.send((child.wait().unwrap(), complaints)).unwrap();
        });
        let Ok((status, complaints)) = told.recv_timeout(LIMIT) else {
            Command::new("kill").args(["-KILL", &id]).status().unwrap();
            panic!("the server does not end");
        };
        assert_eq!(complaints, "");
        status
    }

    /// Ends a test: the server still works, and ends when it is stopped.
    fn end(self) {
        self.terminate();
        assert_eq!(self.ended().code(), Some(INTERRUPTED));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

struct Client {
    input: BufReader<TcpStream>,
    socket: TcpStream,
}

impl Client {
    fn connect(server: &Server) -> Client {
        let socket = TcpStream::connect(&server.address).unwrap();
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        socket.set_write_timeout(Some(LIMIT)).unwrap();
        Client { input: BufReader::new(socket.try_clone().unwrap()), socket }
    }

    /// Comes in and takes a name.
    fn named(server: &Server, nick: &str) -> Client {
        let mut client = Client::connect(server);
        client.type_line(&format!("/nick {nick}"));
        client.read_until(|line| line.ends_with(&format!(" is now {nick}")));
        client
    }

    fn type_line(&mut self, line: &str) {
        self.type_bytes(format!("{line}\n").as_bytes());
    }

    fn type_bytes(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).unwrap();
    }

    /// The next line; `None` if the server has closed the connection.
    fn read(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.input.read_line(&mut line) {
            Ok(0) => None,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => None,
            Ok(_) => Some(line.trim_end_matches('\n').to_owned()),
            Err(error) => panic!("{error} after {line:?}"),
        }
    }

    /// Reads up to the first line that is wanted.
    fn read_until(&mut self, is_wanted: impl Fn(&str) -> bool) -> String {
        loop {
            let line = self.read().expect("the server has closed the connection");
            if is_wanted(&line) {
                return line;
            }
        }
    }

    /// Reads up to this line.
    fn hears(&mut self, wanted: &str) {
        self.read_until(|line| line == wanted);
    }

    /// Reads the very next line, which is this one.
    fn hears_next(&mut self, wanted: &str) {
        assert_eq!(self.read().as_deref(), Some(wanted));
    }

    /// Reads all there is up to the end, and returns the last line.
    fn last_words(mut self) -> String {
        let mut last = None;
        while let Some(line) = self.read() {
            last = Some(line);
        }
        last.expect("the server has closed the connection without a word")
    }
}

#[test]
fn fifty_clients_hear_each_other_in_one_order() {
    const CLIENTS: usize = 50;
    const LINES: usize = 10;
    let server = Server::start();
    let names = (0..CLIENTS).map(|number| format!("client-{number}"));
    let clients: Vec<_> = names.map(|name| Client::named(&server, &name)).collect();

    let talks = clients.into_iter().map(|mut client| {
        thread::spawn(move || {
            for number in 0..LINES {
                client.type_line(&format!("line {number}"));
            }
            let mut heard = Vec::new();
            while heard.len() < (CLIENTS - 1) * LINES {
                heard.push(client.read_until(|line| line.starts_with('<')));
            }
            (heard, client)
        })
    });
    let talks: Vec<_> = talks.collect();
    let talks: Vec<_> = talks.into_iter().map(|talk| talk.join().unwrap()).collect();

    let without = |heard: &[String], number: usize| -> Vec<String> {
        let prefix = format!("<client-{number}> ");
        heard.iter().filter(|line| !line.starts_with(&prefix)).cloned().collect()
    };
    for (number, (heard, _)) in talks.iter().enumerate() {
        for other in (0..CLIENTS).filter(|other| *other != number) {
            let prefix = format!("<client-{other}> line ");
            let said: Vec<_> = heard.iter().filter_map(|line| line.strip_prefix(&prefix)).collect();
            let meant: Vec<_> = (0..LINES).map(|number| number.to_string()).collect();
            assert_eq!(said, meant, "client {number} of client {other}");
        }
        // Two clients differ only in that a client does not receive its own lines.
        assert_eq!(without(heard, 0), without(&talks[0].0, number), "client {number}");
    }
    server.end();
}

#[test]
fn a_nick_is_changed_unless_it_is_taken_or_no_name() {
    let server = Server::start();
    let mut ann = Client::named(&server, "ann");
    let mut bob = Client::named(&server, "bob");
    bob.type_line("/nick ann");
    bob.hears("* ann is taken");
    bob.type_line("/nick two words");
    bob.hears("* it is `/nick NAME`, a name without blanks");
    bob.type_line("/nick <ann>");
    bob.hears("* a name has at most 24 letters, digits, `-` and `_`");
    bob.type_line("/nick robert");
    bob.hears("* bob is now robert");
    bob.type_line("hello");
    ann.hears("* bob is now robert");
    ann.hears_next("<robert> hello");
    // The old name is free again, and so is the name of a client that has left.
    let cid = Client::named(&server, "bob");
    drop(cid);
    ann.hears("* bob is gone");
    loop {
        // The hall is notified of an end a little later than the room.
        ann.type_line("/nick bob");
        if ann.read_until(|line| line.contains("bob")) == "* ann is now bob" {
            break;
        }
    }
    server.end();
}

#[test]
fn lines_reach_only_the_clients_of_their_room() {
    let server = Server::start();
    let mut ann = Client::named(&server, "ann");
    let mut bob = Client::named(&server, "bob");
    let mut cid = Client::named(&server, "cid");
    bob.type_line("/join rust");
    bob.hears("* in rust: bob");
    ann.hears("* bob has left");
    cid.hears("* bob has left");
    cid.type_line("/join rust");
    cid.hears("* in rust: bob, cid");
    bob.hears("* cid has joined");
    ann.type_line("in the lobby");
    ann.type_line("/who");
    ann.hears("* in lobby: ann");
    bob.type_line("in here");
    cid.hears_next("<bob> in here");
    cid.type_line("/join rust");
    cid.hears_next("* you are there");
    // All of them leave one room after another: the lobby is still there, and any other anew.
    for room in ["lobby", "other", "rust", "lobby"] {
        for client in [&mut ann, &mut bob, &mut cid] {
            client.type_line(&format!("/join {room}"));
            client.read_until(|line| line == "* you are there" || line.contains(room));
        }
    }
    bob.type_line("/who");
    bob.hears("* in lobby: ann, bob, cid");
    server.end();
}

#[test]
fn quit_closes_the_connection_and_is_announced() {
    let server = Server::start();
    let mut ann = Client::named(&server, "ann");
    let mut bob = Client::named(&server, "bob");
    bob.type_line("/help");
    bob.hears("* /quit       go");
    bob.type_line("/quiet");
    bob.hears("* there is no such command; try /help");
    bob.type_line("/quit");
    assert_eq!(bob.last_words(), "* bye");
    ann.hears("* bob has quit");
    server.end();
}

#[test]
fn a_client_that_disconnects_is_announced() {
    let server = Server::start();
    let mut ann = Client::named(&server, "ann");

    let bob = Client::named(&server, "bob");
    // Unread data at the close makes the kernel reset the connection.
    ann.type_line("unread");
    bob.socket.peek(&mut [0]).unwrap();
    drop(bob);
    ann.hears("* bob is gone");

    // One that closes within a line has said it, and may still be there to read.
    let mut cid = Client::named(&server, "cid");
    cid.type_bytes(b"half a li");
    cid.socket.shutdown(Shutdown::Write).unwrap();
    ann.hears("<cid> half a li");
    ann.hears_next("* cid is gone");
    assert_eq!(cid.last_words(), "* bye");

    // One that says nothing at all.
    drop(TcpStream::connect(&server.address).unwrap());
    ann.read_until(|line| line.starts_with("* guest-") && line.ends_with(" is gone"));
    server.end();
}

#[test]
fn a_line_is_bounded_and_is_text() {
    let server = Server::start();
    let mut ann = Client::named(&server, "ann");
    let mut bob = Client::named(&server, "bob");
    let most = "x".repeat(1024);
    ann.type_line(&most);
    bob.hears(&format!("<ann> {most}"));
    ann.type_line(&"y".repeat(1025));
    ann.hears("* not delivered: it is longer than 1024 bytes");
    // Nothing of it is kept, however long it is.
    let megabyte = vec![b'z'; 1 << 20];
    for _ in 0..16 {
        ann.type_bytes(&megabyte);
    }
    ann.type_line("");
    ann.hears("* not delivered: it is longer than 1024 bytes");
    ann.type_bytes(b"caf\xc3\xa9, \xff\xfe and \x1b[2J a bell\x07\r\n");
    bob.hears_next("<ann> caf\u{e9}, \u{fffd}\u{fffd} and [2J a bell");
    server.end();
}

#[test]
fn a_slow_reader_is_disconnected_and_delays_no_other_client() {
    let server = Server::start();
    let mut talker = Client::named(&server, "talker");
    let mut listener = Client::named(&server, "listener");
    let slow = Client::named(&server, "slow");
    let stuck = Client::named(&server, "stuck");

    // The talker is never far ahead of the listener, so that this one is not slow itself however
    // busy the machine is.
    let (heard, may_talk) = mpsc::channel();
    (0..1000).for_each(|_| heard.send(()).unwrap());
    let filler = "x".repeat(900);
    thread::scope(|scope| {
        let (talker, filler) = (&mut talker, &filler);
        scope.spawn(move || {
            let mut numbers = 0..;
            while may_talk.recv_timeout(LIMIT).is_ok() {
                talker.type_line(&format!("{} {filler}", numbers.next().unwrap()));
            }
        });
        // Every line comes, in order, while the two others read nothing.
        let (mut dropped, mut number) = (0, 0);
        while dropped < 2 {
            match listener.read().unwrap().as_str() {
                "* slow was too slow" | "* stuck was too slow" => dropped += 1,
                line if line.starts_with('<') => {
                    assert_eq!(line, format!("<talker> {number} {filler}"));
                    number += 1;
                    heard.send(()).unwrap();
                }
                _ => {}
            }
        }
        drop(heard);
    });
    // It gets the text if it starts to read in time.
    assert_eq!(slow.last_words(), "* you are too slow");
    listener.type_line("/who");
    listener.hears("* in lobby: talker, listener");
    // The one that is stuck does not hold up the end.
    server.terminate();
    assert_eq!(listener.last_words(), "* server is shutting down");
    assert_eq!(server.ended().code(), Some(INTERRUPTED));
    drop(stuck);
}

#[test]
fn a_signal_shuts_the_server_down_and_notifies_all_clients() {
    let server = Server::start();
    let mut clients: Vec<_> =
        (0..20).map(|number| Client::named(&server, &format!("client-{number}"))).collect();
    clients[7].type_line("/join elsewhere");
    clients[7].hears("* in elsewhere: client-7");
    server.terminate();
    for client in clients {
        assert_eq!(client.last_words(), "* server is shutting down");
    }
    assert_eq!(server.ended().code(), Some(INTERRUPTED));
}

#[test]
fn a_missing_or_invalid_address_is_reported() {
    for (arguments, complaint) in [
        (&[][..], "usage: chat ADDR"),
        (&["127.0.0.1:0", "more"], "usage: chat ADDR"),
        (&["nonsense"], "chat: cannot listen on `nonsense`: "),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_chat")).args(arguments).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.starts_with(complaint), "{error}");
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
    }
}
