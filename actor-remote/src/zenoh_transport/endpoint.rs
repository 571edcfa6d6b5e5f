//! Checks endpoints: the link, and whether the link may be used with the host.

use super::OpenError;
use std::net::IpAddr;

/// The links that zenoh may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// Neither encrypted nor authenticated.
    Tcp,
    /// TLS with certificates on both sides.
    Quic,
}

/// Returns the link of an endpoint such as `tcp/127.0.0.1:7447`.
///
/// # Errors
/// If the endpoint has another form or another link, or if it would send plain text to other machines
/// and `allows_plaintext` is not set.
pub(super) fn check(endpoint: &str, allows_plaintext: bool) -> Result<Link, OpenError> {
    let refuse = |reason: &str| {
        Err(OpenError::Endpoint { endpoint: endpoint.to_owned(), reason: reason.to_owned() })
    };
    let Some((link, place)) = endpoint.split_once('/') else {
        return refuse("write `tcp/host:port` or `quic/host:port`");
    };
    // Further parts would be settings of zenoh. The builder has methods for these settings.
    if place.contains(['#', '?', '/']) {
        return refuse("nothing may follow the port");
    }
    let Some((host, port)) = place.rsplit_once(':') else {
        return refuse("the port is missing: write `host:port`");
    };
    if host.is_empty() || port.parse::<u16>().is_err() {
        return refuse("write `host:port` after the link");
    }
    match link {
        "quic" => Ok(Link::Quic),
        "tcp" if allows_plaintext || is_loopback(host) => Ok(Link::Tcp),
        "tcp" => refuse(
            "`tcp/` is not encrypted; between machines, use `quic/` with certificates, or allow it \
             with `.plaintext()`",
        ),
        "tls" => refuse(
            "`tls/` is not supported, because of a data race in zenoh's TLS link (zenoh issue 2557); \
             use `quic/`, which has the same certificates",
        ),
        _ => refuse("the link must be `tcp/` or `quic/`"),
    }
}

/// Returns whether a host is this machine. A name other than `localhost` may be any machine.
fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reason(endpoint: &str) -> String {
        check(endpoint, false).unwrap_err().to_string()
    }

    #[test]
    fn plain_text_stays_on_this_machine() {
        for endpoint in ["tcp/127.0.0.1:1", "tcp/127.8.8.8:1", "tcp/localhost:1", "tcp/[::1]:1"] {
            assert_eq!(check(endpoint, false), Ok(Link::Tcp), "{endpoint}");
        }
        for endpoint in ["tcp/10.0.0.5:1", "tcp/0.0.0.0:1", "tcp/[::]:1", "tcp/shop.example:1"] {
            assert!(reason(endpoint).contains("`.plaintext()`"), "{endpoint}");
            assert_eq!(check(endpoint, true), Ok(Link::Tcp), "{endpoint}");
        }
    }

    #[test]
    fn quic_may_go_anywhere() {
        assert_eq!(check("quic/10.0.0.5:7447", false), Ok(Link::Quic));
    }

    #[test]
    fn other_links_are_refused_with_the_one_to_use() {
        assert!(reason("tls/10.0.0.5:7447").contains("use `quic/`"));
        assert!(reason("udp/10.0.0.5:7447").contains("`tcp/` or `quic/`"));
    }

    #[test]
    fn other_forms_are_refused() {
        for endpoint in ["", "127.0.0.1:1", "tcp/", "tcp/127.0.0.1", "tcp/:1", "tcp/a:99999"] {
            assert!(reason(endpoint).contains("write `"), "{endpoint}");
        }
        assert!(reason("quic/a:1#verify_name_on_connect=false").contains("nothing may follow"));
    }
}
