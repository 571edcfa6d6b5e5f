//! Two services: chat rooms over WebSockets, on axum and tokio, and a store of numbers over TCP, on smol.

#![forbid(unsafe_code)]

pub mod rooms;
pub mod store;
