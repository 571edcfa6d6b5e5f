//! Reports why an endpoint cannot be reached. zenoh itself only logs the reason.
//!
//! While the node reaches no other node, a thread tries to connect to each endpoint once per [`PERIOD`], with a
//! temporary session, and reports the error.

use super::ZenohBuilder;
use super::peers::Peers;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;
use std::{io, thread};
use zenoh::Wait;

/// The time without any other node before each attempt to reach the endpoints.
const PERIOD: Duration = Duration::from_secs(2);

/// Ends the thread when it is dropped.
pub(super) struct Contact {
    _is_open: Sender<Infallible>,
}

impl Contact {
    /// Starts the thread for the endpoints to which the transport connects.
    pub(super) fn start(builder: ZenohBuilder, peers: Arc<Peers>) -> io::Result<Contact> {
        let (is_open, left) = mpsc::channel();
        if !builder.connect.is_empty() {
            let watching = move || watch(&builder, &peers, &left);
            thread::Builder::new().name("actor-contact".into()).spawn(watching)?;
        }
        Ok(Contact { _is_open: is_open })
    }
}

fn watch(builder: &ZenohBuilder, peers: &Peers, left: &Receiver<Infallible>) {
    // The last reported reason of each endpoint. The same reason is not reported twice.
    let mut reported = HashMap::<&str, String>::new();
    while let Err(RecvTimeoutError::Timeout) = left.recv_timeout(PERIOD) {
        if !peers.is_empty() {
            reported.clear();
            continue;
        }
        for endpoint in &builder.connect {
            let Some(reason) = failure(builder, endpoint) else { continue };
            if peers.is_empty() && reported.get(&**endpoint) != Some(&reason) {
                peers.no_contact(endpoint, &reason);
                reported.insert(endpoint, reason);
            }
        }
    }
}

/// Connects to an endpoint, and disconnects again. Returns the error if the connection failed.
fn failure(builder: &ZenohBuilder, endpoint: &str) -> Option<String> {
    let config = builder.config_of_attempt(endpoint).ok()?;
    match zenoh::open(config).wait() {
        Ok(session) => {
            // An error means that the session is closed already.
            let _ = session.close().wait();
            None
        }
        Err(error) => Some(reason(&error.to_string())),
    }
}

/// Returns the reason in an error of zenoh, without the position in zenoh's source.
fn reason(error: &str) -> String {
    // The connecting side completes a QUIC handshake before the other side has verified its certificate. If the other
    // side then closes the connection, zenoh drops the reason that it sends.
    if error.starts_with("Read error on QUIC link") && error.contains("connection lost") {
        return REFUSED.to_owned();
    }
    let place = error.rfind(" at ").filter(|place| error[*place..].contains(".rs:"));
    error[..place.unwrap_or(error.len())].to_owned()
}

const REFUSED: &str = "the other node closes the connection before it answers: if it refuses the certificate of this node, its \
                       log has the reason";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_have_no_place_in_a_source_file() {
        let error = "Can not create a link: error 51 at /zenoh-1.10.2/src/quic/unicast.rs:597.";
        assert_eq!(reason(error), "Can not create a link: error 51");
        assert_eq!(reason("no route to the host"), "no route to the host");
    }

    #[test]
    fn a_lost_connection_is_explained() {
        let error =
            "Read error on QUIC link 0.0.0.0:1 => 127.0.0.1:2: connection lost at /a.rs:135.";
        assert_eq!(reason(error), REFUSED);
    }
}
