//! Which proxy stands before a server, as Go's clients decide it.

use std::net::IpAddr;

use http::Uri;

use crate::environment::Environment;
use crate::error::ClusterError;

/// The proxy: the one that is named, else that of the environment unless the server is exempt from it.
pub(crate) fn of(
    named: Option<String>,
    server: &Uri,
    environment: &Environment,
) -> Result<Option<Uri>, ClusterError> {
    let from_environment = || {
        let variable = match server.scheme_str() {
            Some("https") => &environment.https_proxy,
            _ => &environment.http_proxy,
        };
        let no_proxy = environment.no_proxy.as_deref().unwrap_or_default();
        variable.clone().filter(|_| !is_exempt(server, no_proxy))
    };
    let Some(text) = named.filter(|text| !text.is_empty()).or_else(from_environment) else { return Ok(None) };
    let full = if text.contains("://") { text.clone() } else { format!("http://{text}") };
    let wrong =
        |why: &str| ClusterError::Setting(format!("the proxy {:?} cannot be used: {why}", hidden(&text)));
    let proxy: Uri = full.parse().map_err(|_| wrong("it is no address"))?;
    match proxy.scheme_str() {
        Some("http" | "https" | "socks5" | "socks5h") if proxy.host().is_some() => Ok(Some(proxy)),
        _ => Err(wrong("it must begin with http://, https:// or socks5://")),
    }
}

/// The address of a proxy without a password.
fn hidden(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((before, after)) => {
            let scheme = before.find("://").map_or("", |at| before.get(..at + 3).unwrap_or_default());
            format!("{scheme}…@{after}")
        }
        None => text.to_owned(),
    }
}

/// Whether a server is reached without the environment's proxy: this machine always is, others as `$NO_PROXY` says:
/// hosts with their subdomains, `.domain` for subdomains alone, addresses, networks, each with a port or without.
fn is_exempt(server: &Uri, no_proxy: &str) -> bool {
    let host = server.host().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase();
    let port = server.port_u16().unwrap_or(if server.scheme_str() == Some("https") { 443 } else { 80 });
    let address: Option<IpAddr> = host.parse().ok();
    if host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
        return true;
    }
    no_proxy.split(',').map(|entry| entry.trim().to_ascii_lowercase()).any(|entry| {
        if entry == "*" {
            return true;
        }
        if let (Some(address), Some((network, bits))) = (address, entry.split_once('/')) {
            return network
                .parse()
                .ok()
                .zip(bits.parse().ok())
                .is_some_and(|(network, bits)| is_within(address, network, bits));
        }
        let is_address = entry.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        let (entry, of_port) = match entry.rsplit_once(':') {
            Some((name, digits)) if !is_address => match digits.parse::<u16>() {
                Ok(port) => (name.to_owned(), Some(port)),
                Err(_) => (entry.clone(), None),
            },
            _ => (entry.clone(), None),
        };
        let name = entry.trim_matches(['[', ']']);
        if name.is_empty() || of_port.is_some_and(|of_port| of_port != port) {
            return false;
        }
        if let Some(address) = address {
            return name.parse().is_ok_and(|known: IpAddr| known == address);
        }
        let name = name.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(name);
        match name.strip_prefix('.') {
            Some(_) => host.ends_with(name),
            None => host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')),
        }
    })
}

fn is_within(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_exempt_as_no_proxy_says() {
        for (server, no_proxy, expected) in [
            ("https://localhost:6443", "", true),
            ("https://127.0.0.1:6443", "", true),
            ("https://[::1]:6443", "", true),
            ("https://api.example.com:6443", "", false),
            ("https://api.example.com:6443", "*", true),
            ("https://api.example.com:6443", "example.com", true),
            ("https://api.example.com:6443", " .example.com", true),
            ("https://example.com", ".example.com", false),
            ("https://api.example.com:6443", "*.example.com", true),
            ("https://api.badexample.com", "example.com", false),
            ("https://api.example.com:6443", "example.com:443", false),
            ("https://api.example.com:6443", "x,example.com:6443", true),
            ("https://10.1.2.3:6443", "10.0.0.0/8", true),
            ("https://11.1.2.3:6443", "10.0.0.0/8", false),
            ("https://10.1.2.3:6443", "10.1.2.3", true),
            ("https://10.1.2.3:6443", "10.1.2", false),
            ("https://[fd00::7]:6443", "fd00::/8", true),
            ("https://[fd00::7]:6443", "fd00::7", true),
            ("https://10.1.2.3", "0.0.0.0/0", true),
        ] {
            assert_eq!(is_exempt(&server.parse().unwrap(), no_proxy), expected, "{server} {no_proxy}");
        }
    }

    #[test]
    fn the_named_proxy_comes_first_and_its_password_is_not_told() {
        let server: Uri = "https://api.example.com".parse().unwrap();
        let environment = Environment {
            https_proxy: Some("proxy:3128".into()),
            no_proxy: Some("example.com".into()),
            ..Environment::default()
        };
        let of = |named: Option<&str>, server: &Uri| of(named.map(str::to_owned), server, &environment);
        assert_eq!(of(None, &server).unwrap(), None);
        let other: Uri = "https://api.example.org".parse().unwrap();
        assert_eq!(of(None, &other).unwrap().unwrap().to_string(), "http://proxy:3128/");
        let named = of(Some("socks5://127.0.0.1:1080"), &server).unwrap().unwrap();
        assert_eq!(named.scheme_str(), Some("socks5"));
        let error = of(Some("ftp://me:hunter2@proxy"), &server).unwrap_err().to_string();
        assert!(error.contains("ftp://…@proxy") && !error.contains("hunter2"), "{error}");
    }
}
