//! Proxies: addresses whose messages are forwarded.

#[path = "proxy"]
mod proxy {
    mod control;
    mod ends;
    mod forward;
    mod losses;
    mod observe;
    mod observe_races;
    mod revocable;
}
