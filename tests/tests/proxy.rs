//! Proxies: addresses whose messages are forwarded.

#[path = "proxy"]
mod proxy {
    mod control;
    mod forward;
    mod revocable;
}
