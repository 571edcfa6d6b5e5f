//! A process that uses zenoh alone and answers each message with the same bytes.
//!
//! Arguments: its name; the endpoint to listen at; the endpoints to connect to. `CERTIFICATES` is the folder
//! of its certificates. It ends when its input does.

use processes::{ENGINE_LEASE, Engine};
use std::io::Read;
use std::path::PathBuf;
use std::thread;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, listen, connect @ ..] = &arguments[..] else {
        panic!("expected: a name, an endpoint to listen at, and endpoints to connect to");
    };
    let connect: Vec<&str> = connect.iter().map(String::as_str).collect();
    let files = PathBuf::from(std::env::var_os("CERTIFICATES").expect("CERTIFICATES is set"));
    let engine = Engine::open(name, listen, &connect, &files, ENGINE_LEASE);
    println!("ready");
    thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    // A put inside a callback can block the thread that would make room for it.
    while let Ok(message) = engine.messages.recv() {
        engine.put("test", message);
    }
}
