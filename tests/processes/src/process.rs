//! A peer: another process with a node.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// A signal to a process.
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    /// Stops the process until it is continued.
    Stop,
    /// Continues the process.
    Continue,
    /// Asks the process to end, as Ctrl-C does.
    Interrupt,
}

/// A running peer. Dropping it kills the process.
#[derive(Debug)]
pub struct Process {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Process {
    /// Starts the program of a peer with these arguments, and waits until it is ready.
    ///
    /// # Panics
    /// If it is not ready within a minute.
    pub fn start(program: &str, arguments: &[&str]) -> Self {
        Self::run(Command::new(program).args(arguments))
    }

    /// Starts the program of a peer with certificates from a folder.
    ///
    /// # Panics
    /// If it is not ready within a minute.
    pub fn start_with_certificates(program: &str, arguments: &[&str], folder: &Path) -> Self {
        Self::run(Command::new(program).args(arguments).env("CERTIFICATES", folder))
    }

    fn run(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|it| sender.send(it))
        });
        let peer = Process { child, input, lines };
        assert_eq!(peer.line(), "ready");
        peer
    }

    /// Returns the next line that the process prints.
    ///
    /// # Panics
    /// If there is none within a minute.
    pub fn line(&self) -> String {
        self.lines.recv_timeout(Duration::from_secs(60)).expect("the process prints a line")
    }

    /// Returns the id of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns the resident memory of the process, in KiB.
    ///
    /// # Panics
    /// If the process has ended, or on a system without `/proc`.
    pub fn memory(&self) -> u64 {
        memory_of(self.id())
    }

    /// Writes a line to the process.
    ///
    /// # Panics
    /// If the process has ended.
    pub fn tell(&mut self, line: &str) {
        let input = self.input.as_mut().expect("its input is open");
        writeln!(input, "{line}").expect("the process reads");
    }

    /// Writes a line to the process, and returns the next line that it prints.
    ///
    /// # Panics
    /// If the process has ended, or prints none within a minute.
    pub fn ask(&mut self, line: &str) -> String {
        self.tell(line);
        self.line()
    }

    /// Sends a signal.
    ///
    /// # Panics
    /// If there is no such process.
    pub fn signal(&self, signal: Signal) {
        let name = match signal {
            Signal::Stop => "-STOP",
            Signal::Continue => "-CONT",
            Signal::Interrupt => "-INT",
        };
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &id]).status().expect("`kill` starts");
        assert!(sent.success(), "{signal:?} was not sent");
    }

    /// Kills the process, which cannot do anything about it.
    ///
    /// # Panics
    /// If that is not allowed.
    pub fn kill(mut self) {
        self.child.kill().expect("the process can be killed");
        self.child.wait().expect("the process ends");
    }

    /// Waits for the end of the process, and returns its exit code.
    ///
    /// # Panics
    /// If it was ended by a signal.
    pub fn wait(mut self) -> i32 {
        self.child.wait().expect("the process ends").code().expect("it returns")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Fails if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the resident memory of a process, in KiB.
///
/// # Panics
/// If there is no such process, or on a system without `/proc`.
pub fn memory_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = resident.and_then(|it| it.trim().strip_suffix(" kB"));
    number.expect("a size in KiB").trim().parse().expect("a number")
}

/// Returns a port that was free a moment ago.
///
/// # Panics
/// If no port is free.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}
