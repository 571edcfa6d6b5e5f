//! The errors of opening a transport.

use std::fmt;

/// The error of [`ZenohBuilder::open`](super::ZenohBuilder::open).
///
/// ```
/// # actor_core::System::current_thread().block_on(async {
/// use actor_remote::{OpenError, ZenohTransport};
///
/// let error = ZenohTransport::builder().listen("udp/127.0.0.1:7447").open().await.unwrap_err();
/// assert!(matches!(error, OpenError::Endpoint { .. }));
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// An endpoint cannot be used.
    Endpoint {
        /// The endpoint.
        endpoint: String,
        /// The reason, and what to write instead.
        reason: String,
    },
    /// A setting is not allowed. The text names the setting and the reason.
    Setting(String),
    /// zenoh reports an error: for example, that a port is in use, or a certificate cannot be read.
    Network(String),
    /// No node could be reached within the time limit.
    NoContact {
        /// The endpoints that were tried.
        endpoints: Vec<String>,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Endpoint { endpoint, reason } => {
                write!(f, "endpoint `{endpoint}`: {reason}")
            }
            OpenError::Setting(reason) => f.write_str(reason),
            OpenError::Network(error) => write!(f, "the network cannot be opened: {error}"),
            OpenError::NoContact { endpoints } => {
                write!(f, "no node answers at {}", endpoints.join(", "))
            }
        }
    }
}

impl std::error::Error for OpenError {}
