//! Forms of strings: names, labels, paths, addresses.
//!
//! Source: `k8s.io/apimachinery/pkg/util/validation` and `k8s.io/apimachinery/pkg/api/validation`.

use std::net::IpAddr;

fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// A DNS label of RFC 1123: up to 63 lower-case letters, digits and inner hyphens.
pub fn is_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && bytes.first().is_some_and(|byte| is_lower(*byte))
        && bytes.last().is_some_and(|byte| is_lower(*byte))
        && bytes.iter().all(|byte| is_lower(*byte) || *byte == b'-')
}

/// A DNS name of RFC 1123: labels joined by dots, 253 characters at most.
pub fn is_subdomain(text: &str) -> bool {
    let part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(|byte| is_lower(*byte))
            && bytes.last().is_some_and(|byte| is_lower(*byte))
            && bytes.iter().all(|byte| is_lower(*byte) || *byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(part)
}

/// A DNS label of RFC 1035, which begins with a letter.
pub(super) fn is_label_1035(text: &str) -> bool {
    is_label(text) && text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
}

/// The name part of a label key, and a label's value unless it is empty.
fn is_name_part(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

/// A name with an optional DNS prefix, such as a label's key.
pub fn is_qualified(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name_part(name),
        None => is_name_part(text),
    }
}

/// The value of a label.
pub fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_name_part(text)
}

/// A key of a config map or secret, which is also a file name.
pub(super) fn is_config_key(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && text != "."
        && !text.starts_with("..")
}

/// The name of an environment variable: printable ASCII without an equals sign.
pub(super) fn is_env_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=')
}

/// The name of a port: a short label with a letter and no doubled hyphen.
pub fn is_port_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= 15
        && bytes.iter().all(|byte| is_lower(*byte) || *byte == b'-')
        && bytes.iter().any(u8::is_ascii_lowercase)
        && !text.contains("--")
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// A segment of a URL path.
pub(super) fn is_path_segment(text: &str) -> bool {
    text != "." && text != ".." && !text.contains(['/', '%'])
}

/// A relative path that does not lead upwards.
pub(super) fn is_local_path(text: &str) -> bool {
    !text.starts_with('/') && text.split('/').all(|part| part != "..")
}

/// A percentage of whole digits.
pub(super) fn percent(text: &str) -> Option<i64> {
    let digits = text.strip_suffix('%')?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// An address. Numbers of IPv4 addresses have no leading zeros.
pub(super) fn is_ip(text: &str) -> bool {
    !text.contains('%') && text.parse::<IpAddr>().is_ok()
}

/// An address that is not within an IPv6 address.
pub(super) fn is_mapped(text: &str) -> bool {
    text.contains(':') && text.contains('.')
}

/// A range of addresses without bits beyond its prefix.
pub(super) fn cidr(text: &str) -> Option<(u128, u32, bool)> {
    let (address, length) = text.split_once('/')?;
    if length.is_empty()
        || !length.bytes().all(|byte| byte.is_ascii_digit())
        || (length.len() > 1 && length.starts_with('0'))
    {
        return None;
    }
    let length: u32 = length.parse().ok()?;
    if is_mapped(address) {
        return None;
    }
    let (bits, width, four) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32, true),
        IpAddr::V6(address) => (u128::from(address), 128, false),
    };
    if length > width {
        return None;
    }
    let free = width - length;
    let beyond = if free >= 128 { u128::MAX } else { (1_u128 << free) - 1 };
    (bits & beyond == 0).then_some((bits, length, four))
}

/// Whether one range lies strictly within another.
pub(super) fn is_within(inner: (u128, u32, bool), outer: (u128, u32, bool)) -> bool {
    let width = if outer.2 { 32 } else { 128 };
    let free = width - outer.1;
    let top = |bits: u128| if free >= 128 { 0 } else { bits >> free };
    inner.2 == outer.2 && inner.1 > outer.1 && top(inner.0) == top(outer.0)
}

/// The name of an HTTP header.
pub(super) fn is_header(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A C identifier.
pub(super) fn is_identifier(text: &str) -> bool {
    text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert!(is_label("a-1") && is_label("1") && !is_label("A") && !is_label("-a") && !is_label(""));
        assert!(is_subdomain("a.b-c.d") && !is_subdomain("a..b") && !is_subdomain("a_b"));
        assert!(is_label_1035("a1") && !is_label_1035("1a"));
        assert!(
            is_qualified("example.com/A_b.c")
                && is_qualified("a")
                && !is_qualified("/a")
                && !is_qualified("a/b/c")
        );
        assert!(
            is_label_value("") && is_label_value("A_1") && !is_label_value("a b") && !is_label_value("a-")
        );
        assert!(
            is_config_key("a_.b") && is_config_key(".x") && !is_config_key("..x") && !is_config_key("a/b")
        );
        assert!(
            is_port_name("http-1")
                && !is_port_name("80")
                && !is_port_name("a--b")
                && !is_port_name("abcdefghijklmnop")
        );
        assert!(is_env_name("a b") && !is_env_name("a=b") && !is_env_name(""));
        assert_eq!((percent("25%"), percent("25"), percent("-1%")), (Some(25), None, None));
        assert!(cidr("10.0.0.0/8").is_some() && cidr("10.0.0.1/8").is_none() && cidr("10.0.0.0").is_none());
        assert!(is_within(cidr("10.1.0.0/16").unwrap(), cidr("10.0.0.0/8").unwrap()));
        assert!(!is_within(cidr("10.0.0.0/8").unwrap(), cidr("10.0.0.0/8").unwrap()));
        assert!(is_ip("::1") && is_ip("10.0.0.1") && !is_ip("010.0.0.1") && !is_ip("a"));
    }
}
