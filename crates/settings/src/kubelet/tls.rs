//! TLS of the kubelet's server: names of versions and cipher suites, and what is accepted.

/// A cipher suite.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suite {
    /// Its name in Go and in the kubelet's settings.
    pub(super) name: &'static str,
    /// The key that the server must have.
    key: Key,
    /// Whether it is accepted if no list is given.
    default: bool,
}

/// What a cipher suite asks of the server's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    /// An RSA key.
    Rsa,
    /// An elliptic curve.
    Ecdsa,
    /// It is of TLS 1.3, which has no lists.
    Any,
}

const fn suite(name: &'static str, key: Key, default: bool) -> Suite {
    Suite { name, key, default }
}

/// The cipher suites that Go has, in the order in which it prefers them.
const SUITES: &[Suite] = &[
    suite("TLS_AES_128_GCM_SHA256", Key::Any, true),
    suite("TLS_AES_256_GCM_SHA384", Key::Any, true),
    suite("TLS_CHACHA20_POLY1305_SHA256", Key::Any, true),
    suite("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", Key::Ecdsa, true),
    suite("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", Key::Rsa, true),
    suite("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", Key::Ecdsa, true),
    suite("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", Key::Rsa, true),
    suite("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", Key::Ecdsa, true),
    suite("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", Key::Rsa, true),
    suite("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", Key::Ecdsa, true),
    suite("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", Key::Rsa, true),
    suite("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", Key::Ecdsa, true),
    suite("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", Key::Rsa, true),
    suite("TLS_RSA_WITH_AES_128_GCM_SHA256", Key::Rsa, false),
    suite("TLS_RSA_WITH_AES_256_GCM_SHA384", Key::Rsa, false),
    suite("TLS_RSA_WITH_AES_128_CBC_SHA", Key::Rsa, false),
    suite("TLS_RSA_WITH_AES_256_CBC_SHA", Key::Rsa, false),
    suite("TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", Key::Rsa, false),
    suite("TLS_RSA_WITH_3DES_EDE_CBC_SHA", Key::Rsa, false),
    suite("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", Key::Ecdsa, false),
    suite("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", Key::Rsa, false),
    suite("TLS_RSA_WITH_AES_128_CBC_SHA256", Key::Rsa, false),
    suite("TLS_ECDHE_ECDSA_WITH_RC4_128_SHA", Key::Ecdsa, false),
    suite("TLS_ECDHE_RSA_WITH_RC4_128_SHA", Key::Rsa, false),
    suite("TLS_RSA_WITH_RC4_128_SHA", Key::Rsa, false),
];

/// Other names that the kubelet takes, and what they mean.
const ALIASES: [(&str, &str); 2] = [
    ("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
];

/// One of these must be in a list, or HTTP/2 will not be served, and then nothing is.
const REQUIRED: [&str; 2] =
    ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"];

/// Versions by their names in the settings.
const VERSIONS: [(&str, &str); 4] =
    [("VersionTLS10", "1.0"), ("VersionTLS11", "1.1"), ("VersionTLS12", "1.2"), ("VersionTLS13", "1.3")];

/// A cipher suite by the name that a setting has for it; case counts.
pub(super) fn find(name: &str) -> Option<&'static Suite> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
    SUITES.iter().find(|suite| suite.name == name)
}

/// The versions from a lowest one on: `1.2`, `1.3`. `None` where the name of the lowest is no version's. No name means 1.2.
pub(super) fn versions(lowest: &str) -> Option<Vec<&'static str>> {
    let lowest = if lowest.is_empty() { "VersionTLS12" } else { lowest };
    let at = VERSIONS.iter().position(|(name, _)| *name == lowest)?;
    Some(VERSIONS.iter().skip(at).map(|(_, version)| *version).collect())
}

/// Whether a list has one of the suites that HTTP/2 asks for.
pub(super) fn serves_http2<'a>(mut list: impl Iterator<Item = &'a str>) -> bool {
    list.any(|name| REQUIRED.contains(&name))
}

/// The suites of TLS 1.2 that are accepted; without a list those that Go has on by itself.
pub(super) fn accepted<'a>(list: impl Iterator<Item = &'a str>, elliptic: bool) -> Vec<&'static str> {
    let named: Vec<&str> = list.filter_map(find).map(|suite| suite.name).collect();
    let key = if elliptic { Key::Ecdsa } else { Key::Rsa };
    SUITES
        .iter()
        .filter(|suite| suite.key == key)
        .filter(|suite| if named.is_empty() { suite.default } else { named.contains(&suite.name) })
        .map(|suite| suite.name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_go_s_to_the_letter() {
        assert!(find("TLS_RSA_WITH_RC4_128_SHA").is_some());
        assert_eq!(
            find("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305").map(|suite| suite.name),
            Some("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")
        );
        for name in ["ECDHE-RSA-AES128-GCM-SHA256", "tls_rsa_with_rc4_128_sha", "TLS_RSA_WITH_NULL_SHA", ""] {
            assert!(find(name).is_none(), "{name}");
        }
    }

    #[test]
    fn versions_go_up_from_the_lowest() {
        assert_eq!(versions("").unwrap(), ["1.2", "1.3"]);
        assert_eq!(versions("VersionTLS10").unwrap().len(), 4);
        assert_eq!(versions("VersionTLS13").unwrap(), ["1.3"]);
        assert!(versions("TLSv1.2").is_none());
    }
}
