//! A TCP link that can be cut: it accepts connections for a port and forwards their bytes, or drops them.

use super::free_port;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// A link to a port of this machine.
///
/// While it is cut, it accepts and reads as before, but forwards nothing and closes nothing: both sides only
/// see silence.
#[derive(Debug)]
pub struct Link {
    port: u16,
    is_cut: Arc<AtomicBool>,
}

impl Link {
    /// Starts a link to `target`.
    ///
    /// # Panics
    /// If no port is free.
    pub fn to(target: u16) -> Self {
        let port = free_port();
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
        let is_cut = Arc::new(AtomicBool::new(false));
        let cut = is_cut.clone();
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                // The error of a target that is not there is seen by the one that connects.
                let _ = forward(&near, target, &cut);
            }
        });
        Link { port, is_cut }
    }

    /// Returns the port of the link.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts the link, or heals it.
    pub fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::SeqCst);
    }
}

fn forward(near: &TcpStream, target: u16, is_cut: &Arc<AtomicBool>) -> io::Result<()> {
    let far = TcpStream::connect(("127.0.0.1", target))?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    for (from, to) in [(near, &far), (&far, near)] {
        let (from, to, is_cut) = (from.try_clone()?, to.try_clone()?, is_cut.clone());
        thread::spawn(move || copy(from, to, &is_cut));
    }
    Ok(())
}

/// Copies bytes while the link is not cut. A connection that has lost bytes forwards no more of them.
fn copy(mut from: TcpStream, mut to: TcpStream, is_cut: &AtomicBool) {
    let mut buffer = vec![0; 64 * 1024];
    let mut has_lost = false;
    loop {
        match from.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(count) => {
                has_lost |= is_cut.load(Ordering::SeqCst);
                if !has_lost && to.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
        }
    }
    let _ = to.shutdown(Shutdown::Write);
    let _ = from.shutdown(Shutdown::Read);
}
