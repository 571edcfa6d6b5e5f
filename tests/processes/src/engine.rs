//! A member that uses zenoh alone: one token, one subscriber and puts, as a node does, but no node.

use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;
use zenoh::liveliness::LivelinessToken;
use zenoh::pubsub::Subscriber;
use zenoh::qos::CongestionControl;
use zenoh::sample::SampleKind;
use zenoh::{Config, Session, Wait};

/// A session of zenoh over `quic/`.
#[derive(Debug)]
pub struct Engine {
    session: Session,
    _token: LivelinessToken,
    _inbox: Subscriber<()>,
    /// The messages that other members have put for this one.
    pub messages: Receiver<Vec<u8>>,
}

/// The news of another member: its token has come or gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The process id of the member.
    pub process: u32,
    /// Whether the token has come.
    pub is_up: bool,
}

impl Engine {
    /// Opens a session that listens at one `quic/` endpoint and connects to others, with the certificates of a
    /// folder.
    ///
    /// # Panics
    /// If zenoh refuses anything.
    pub fn open(name: &str, listen: &str, connect: &[&str], files: &Path, lease: Duration) -> Self {
        let connect: Vec<_> = connect.iter().map(|endpoint| format!("\"{endpoint}\"")).collect();
        let file = |name: &str| format!("\"{}\"", files.join(name).display());
        let retry = "{ period_init_ms: 100, period_max_ms: 1000, period_increase_factor: 2 }";
        let mut config = Config::default();
        for (key, value) in [
            ("mode", "\"peer\"".to_owned()),
            ("scouting/multicast/enabled", "false".to_owned()),
            ("listen/endpoints", format!("[\"{listen}\"]")),
            ("connect/endpoints", format!("[{}]", connect.join(", "))),
            ("connect/timeout_ms", "-1".to_owned()),
            ("connect/exit_on_failure", "false".to_owned()),
            ("connect/retry", retry.to_owned()),
            ("transport/link/tx/lease", lease.as_millis().to_string()),
            ("transport/link/tls/root_ca_certificate", file("ca.pem")),
            ("transport/link/tls/enable_mtls", "true".to_owned()),
            ("transport/link/tls/listen_certificate", file("node.pem")),
            ("transport/link/tls/listen_private_key", file("node.key")),
            ("transport/link/tls/connect_certificate", file("node.pem")),
            ("transport/link/tls/connect_private_key", file("node.key")),
        ] {
            config.insert_json5(key, &value).expect("a known setting");
        }
        let session = zenoh::open(config).wait().expect("the session opens");
        let (sender, messages) = mpsc::channel();
        let inbox = session.declare_subscriber(format!("soak/in/{name}"));
        // The receiver is gone at the end.
        let inbox = inbox.callback(move |it| drop(sender.send(it.payload().to_bytes().to_vec())));
        let inbox = inbox.wait().expect("the subscriber is declared");
        let token = format!("soak/node/{name}/{}", std::process::id());
        let token = session.liveliness().declare_token(token).wait().expect("it is declared");
        Engine { session, _token: token, _inbox: inbox, messages }
    }

    /// Puts a message for a member.
    ///
    /// # Panics
    /// If zenoh refuses it.
    pub fn put(&self, name: &str, message: Vec<u8>) {
        let put = self.session.put(format!("soak/in/{name}"), message);
        put.congestion_control(CongestionControl::Block).wait().expect("it is accepted");
    }

    /// Returns the news of all members, with those that are there already.
    ///
    /// # Panics
    /// If zenoh refuses the subscriber, or a token of another kind comes.
    pub fn news(&self) -> (Subscriber<()>, Receiver<News>) {
        let (sender, news) = mpsc::channel();
        let tokens = self.session.liveliness().declare_subscriber("soak/node/**").history(true);
        let tokens = tokens.callback(move |sample| {
            let process = sample.key_expr().as_str().rsplit('/').next();
            let process = process.and_then(|it| it.parse().ok()).expect("a process id");
            let is_up = sample.kind() == SampleKind::Put;
            // The receiver is gone at the end.
            let _ = sender.send(News { process, is_up });
        });
        (tokens.wait().expect("the subscriber is declared"), news)
    }
}
