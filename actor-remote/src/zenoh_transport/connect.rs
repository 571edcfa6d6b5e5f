//! Shortcuts that start a node over zenoh.

use super::{OpenError, ZenohTransport};
use crate::node::Node;
use std::time::Duration;

/// The time that [`Node::connect`] waits for another node.
const CONTACT: Duration = Duration::from_secs(10);

impl Node {
    /// Starts a node that other nodes can connect to, at an endpoint such as `tcp/127.0.0.1:7447`. The
    /// node is named after the program and its process id. [`ZenohTransport::builder`] has more settings.
    ///
    /// # Errors
    /// [`OpenError`] if the endpoint cannot be used.
    ///
    /// # Cancellation
    /// If the future is dropped, there is no node.
    pub async fn listen(endpoint: &str) -> Result<Node, OpenError> {
        let transport = ZenohTransport::builder().listen(endpoint).open().await?;
        Ok(Node::on(transport, program()))
    }

    /// Starts a node that connects to another node, and waits until the other node answers. The new
    /// node is named after the program and its process id. [`ZenohTransport::builder`] has more settings.
    ///
    /// # Errors
    /// [`OpenError`] if the endpoint cannot be used, or if no node answers within ten seconds.
    ///
    /// # Cancellation
    /// If the future is dropped, there is no node.
    pub async fn connect(endpoint: &str) -> Result<Node, OpenError> {
        let transport = ZenohTransport::builder().connect(endpoint).open().await?;
        let node = Node::on(transport, program());
        match node.has_peer_within(CONTACT).await {
            true => Ok(node),
            false => Err(OpenError::NoContact { endpoints: vec![endpoint.to_owned()] }),
        }
    }
}

fn program() -> String {
    let path = std::env::current_exe().unwrap_or_default();
    let program = path.file_stem().map_or("node".into(), |name| name.to_string_lossy());
    format!("{program}-{}", std::process::id())
}
