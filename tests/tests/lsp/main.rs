//! The editor keeps working while code is typed: rust-analyzer on a small actor, queried as an editor does.
//!
//! Opt-in, since it takes a language server: `ACTOR_LSP=1`, with `rust-analyzer` in the path or named
//! by `RUST_ANALYZER`, and the component rust-src or the folder `RUST_SRC` of a standard library.

mod client;
mod editor;
