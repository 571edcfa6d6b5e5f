//! The settings of a transport, and the function that opens it.

use super::endpoint::{self, Link};
use super::sender::QUEUE;
use super::{OpenError, ZenohTransport};
use crate::node::secret;
use crate::transport::NodeId;
use std::fmt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;
use zenoh::{Config, Wait};

/// The limits of the lease.
const LEASES: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(100)..=Duration::from_secs(3600);

/// The maximum number of bytes of one put: a full batch, followed by a frame with a body of the
/// maximum size.
const LARGEST_PUT: usize = crate::batch::FULL + crate::frame::BODY + 1024;

/// The settings of a transport that is not open yet. See [`ZenohTransport::builder`].
///
/// Two programs on two machines, each with a certificate of the cluster's own authority:
///
/// ```no_run
/// # async fn open() -> Result<(), actor_remote::OpenError> {
/// use actor_remote::ZenohTransport;
/// use std::time::Duration;
///
/// let transport = ZenohTransport::builder()
///     .cluster("shop")
///     .listen("quic/10.0.0.5:7447")
///     .connect("quic/10.0.0.6:7447")
///     .certificates("ca.pem", "node.pem", "node.key")
///     .lease(Duration::from_secs(5))
///     .open()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is opened before `.open()`"]
#[derive(Clone)]
pub struct ZenohBuilder {
    pub(super) cluster: String,
    listen: Vec<String>,
    pub(super) connect: Vec<String>,
    allows_plaintext: bool,
    certificates: Option<Certificates>,
    lease: Duration,
}

#[derive(Clone)]
struct Certificates {
    authority: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

impl ZenohBuilder {
    pub(super) fn new() -> Self {
        ZenohBuilder {
            cluster: "default".to_owned(),
            listen: Vec::new(),
            connect: Vec::new(),
            allows_plaintext: false,
            certificates: None,
            lease: Duration::from_secs(2),
        }
    }

    /// Sets the name of the cluster. Nodes of other clusters are ignored, and are reported as
    /// [`NoContact`](crate::NodeEvent::NoContact). The default is `default`.
    ///
    /// The name prevents accidental connections. The name is not a secret.
    pub fn cluster(mut self, name: impl Into<String>) -> Self {
        self.cluster = name.into();
        self
    }

    /// Adds an endpoint at which other nodes can connect, such as `quic/10.0.0.5:7447`.
    pub fn listen(mut self, endpoint: impl Into<String>) -> Self {
        self.listen.push(endpoint.into());
        self
    }

    /// Adds an endpoint of another node. The transport connects to it, and reconnects whenever the
    /// connection is lost.
    pub fn connect(mut self, endpoint: impl Into<String>) -> Self {
        self.connect.push(endpoint.into());
        self
    }

    /// Allows `tcp/` endpoints on other machines. Messages can then be read and changed in transit, and
    /// every process that reaches the port is a member of the cluster.
    pub fn plaintext(mut self) -> Self {
        self.allows_plaintext = true;
        self
    }

    /// Sets the certificates for `quic/` endpoints, as PEM files: the certificate of the authority, and the
    /// certificate and private key of this node.
    ///
    /// Both sides of a connection authenticate each other. The connecting side also checks that the certificate
    /// is valid for the host of the endpoint. Use an authority that signs only the nodes of this cluster, because
    /// every certificate of the authority is accepted.
    pub fn certificates(
        mut self,
        authority: impl AsRef<Path>,
        certificate: impl AsRef<Path>,
        key: impl AsRef<Path>,
    ) -> Self {
        self.certificates = Some(Certificates {
            authority: authority.as_ref().to_owned(),
            certificate: certificate.as_ref().to_owned(),
            key: key.as_ref().to_owned(),
        });
        self
    }

    /// Sets the time after which a silent node counts as lost: from 100 ms to an hour. The default is
    /// two seconds. All nodes should use the same time.
    ///
    /// When a process ends, its `tcp/` connections close, and other nodes notice at once. Over `quic/`, other
    /// nodes notice the end of a process that did not leave after the lease.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Opens the transport. Returns once the node listens; connections are made in the background.
    ///
    /// # Errors
    /// [`OpenError`] if a setting or an endpoint cannot be used.
    ///
    /// # Cancellation
    /// If the future is dropped, the transport is opened in the background, and closed again.
    pub async fn open(self) -> Result<ZenohTransport, OpenError> {
        let config = self.config()?;
        let id = NodeId(secret().max(1));
        let (opened, session) = async_channel::bounded(1);
        // Opening a session blocks. On some runtimes, zenoh refuses to block.
        let opening = move || {
            let session = zenoh::open(config).wait().map_err(|error| error.to_string());
            // If the future was dropped, there is no receiver, and the transport is closed here.
            let _ = opened.try_send(session.map(|it| ZenohTransport::new(id, self, it)));
        };
        thread::Builder::new()
            .name("actor-open".into())
            .spawn(opening)
            .map_err(|error| OpenError::Network(error.to_string()))?;
        let ended = |_| OpenError::Network("zenoh has panicked".to_owned());
        session.recv().await.map_err(ended)?.map_err(OpenError::Network)
    }

    /// Returns the settings of zenoh for one attempt to connect to an endpoint.
    pub(super) fn config_of_attempt(&self, endpoint: &str) -> Result<Config, OpenError> {
        let mut config = self.config()?;
        for (key, value) in [
            ("listen/endpoints", list(&[])),
            ("connect/endpoints", list(&[endpoint.to_owned()])),
            // The attempt does not connect to further nodes.
            ("scouting/gossip/autoconnect", "{ router: [], peer: [] }".to_owned()),
            ("connect/timeout_ms", "0".to_owned()),
            ("connect/exit_on_failure", "true".to_owned()),
            ("transport/unicast/open_timeout", "5000".to_owned()),
        ] {
            let inserted = config.insert_json5(key, &value);
            inserted.map_err(|error| OpenError::Setting(format!("{key} = {value}: {error}")))?;
        }
        Ok(config)
    }

    /// Checks the settings and returns those of zenoh.
    fn config(&self) -> Result<Config, OpenError> {
        let is_chunk = |name: &str| {
            !name.is_empty() && !name.contains(['/', '*', '$', '#', '?']) && !name.starts_with('@')
        };
        if !is_chunk(&self.cluster) {
            let text = "the name of a cluster must not be empty, begin with `@`, or contain any of `/*$#?`";
            return Err(OpenError::Setting(format!("cluster `{}`: {text}", self.cluster)));
        }
        if !LEASES.contains(&self.lease) {
            let text = "the lease must be between 100 ms and an hour";
            return Err(OpenError::Setting(format!("{text}, and is {:?}", self.lease)));
        }
        if self.listen.is_empty() && self.connect.is_empty() {
            let text = "a node needs an endpoint: use `.listen(..)` or `.connect(..)`";
            return Err(OpenError::Setting(text.to_owned()));
        }
        for endpoint in self.listen.iter().chain(&self.connect) {
            let link = endpoint::check(endpoint, self.allows_plaintext)?;
            if link == Link::Quic && self.certificates.is_none() {
                let reason =
                    "`quic/` needs `.certificates(authority, certificate, key)`".to_owned();
                return Err(OpenError::Endpoint { endpoint: endpoint.clone(), reason });
            }
        }
        let settings = self.settings();
        let mut config = Config::default();
        for (key, value) in settings {
            let inserted = config.insert_json5(key, &value);
            inserted.map_err(|error| OpenError::Setting(format!("{key} = {value}: {error}")))?;
        }
        Ok(config)
    }

    /// Returns the settings of zenoh, each a key and its value in JSON.
    fn settings(&self) -> Vec<(&'static str, String)> {
        let lease = self.lease.as_millis().to_string();
        let mut settings = vec![
            ("mode", "\"peer\"".to_owned()),
            ("scouting/multicast/enabled", "false".to_owned()),
            // Nodes exchange the endpoints of other nodes.
            ("scouting/gossip/enabled", "true".to_owned()),
            ("listen/endpoints", list(&self.listen)),
            ("connect/endpoints", list(&self.connect)),
            ("connect/timeout_ms", "-1".to_owned()),
            ("connect/exit_on_failure", "false".to_owned()),
            // Short periods: a restarted node is found soon.
            (
                "connect/retry",
                "{ period_init_ms: 100, period_max_ms: 1000, period_increase_factor: 2 }"
                    .to_owned(),
            ),
            ("transport/link/tx/lease", lease),
            (
                "transport/link/tx/queue/congestion_control/block/wait_before_close",
                self.lease.as_micros().to_string(),
            ),
            // Each put is one batch of the queue. The memory of a batch is allocated when it is first used.
            ("transport/link/tx/queue/size/data", QUEUE.to_string()),
            ("transport/link/tx/queue/allocation/mode", "\"lazy\"".to_owned()),
            ("transport/link/rx/max_message_size", LARGEST_PUT.to_string()),
            ("transport/link/protocols", list(&["tcp".to_owned(), "quic".to_owned()])),
        ];
        if let Some(Certificates { authority, certificate, key }) = &self.certificates {
            let path = |path: &Path| quoted(&path.to_string_lossy());
            settings.extend([
                ("transport/link/tls/root_ca_certificate", path(authority)),
                ("transport/link/tls/enable_mtls", "true".to_owned()),
                ("transport/link/tls/listen_certificate", path(certificate)),
                ("transport/link/tls/listen_private_key", path(key)),
                ("transport/link/tls/connect_certificate", path(certificate)),
                ("transport/link/tls/connect_private_key", path(key)),
                ("transport/link/tls/verify_name_on_connect", "true".to_owned()),
                ("transport/link/tls/close_link_on_expiration", "true".to_owned()),
            ]);
        }
        settings
    }
}

fn list(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", quoted.join(", "))
}

/// Returns a text as a JSON string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

impl fmt::Debug for ZenohBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZenohBuilder")
            .field("cluster", &self.cluster)
            .field("listen", &self.listen)
            .field("connect", &self.connect)
            .field("lease", &self.lease)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local() -> ZenohBuilder {
        ZenohTransport::builder().listen("tcp/127.0.0.1:7447")
    }

    #[track_caller]
    fn error(builder: &ZenohBuilder) -> String {
        builder.config().unwrap_err().to_string()
    }

    #[test]
    fn zenoh_accepts_all_settings() {
        let builder = local().connect("quic/shop:1").certificates("a \"b\\.pem", "c", "d");
        builder.config().unwrap();
        builder.config_of_attempt("quic/shop:1").unwrap();
    }

    #[test]
    fn settings_that_cannot_work_are_refused_before_anything_is_opened() {
        assert!(error(&ZenohTransport::builder()).contains("needs an endpoint"));
        assert!(error(&local().connect("quic/shop:1")).contains("`.certificates("));
        assert!(error(&local().connect("tcp/shop:1")).contains("`.plaintext()`"));
        local().connect("tcp/shop:1").plaintext().config().unwrap();
        for name in ["", "a/b", "*", "@actor"] {
            assert!(error(&local().cluster(name)).contains("name of a cluster"), "{name}");
        }
        for lease in [Duration::ZERO, Duration::from_millis(99), Duration::MAX] {
            assert!(error(&local().lease(lease)).contains("between 100 ms"), "{lease:?}");
        }
    }
}
