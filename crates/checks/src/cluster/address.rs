//! Addresses: whether they are of the Internet, and of which provider names are.

use std::net::{IpAddr, Ipv4Addr};

/// Whether an address is one of the Internet: not private, of one machine or link, shared, or set aside. (Source: the
/// special-purpose address registries of IANA.)
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => {
            if let Some(inner) = address.to_ipv4_mapped() {
                return is_public_v4(inner);
            }
            let [first, second, ..] = address.segments();
            let is_global_unicast = first & 0xe000 == 0x2000;
            let is_documentation = first == 0x2001 && second == 0x0db8 || first & 0xfff0 == 0x3ff0;
            is_global_unicast && !is_documentation
        }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_shared = first == 100 && second & 0xc0 == 64;
    let is_benchmark = first == 198 && second & 0xfe == 18;
    let is_protocol = (first, second, third) == (192, 0, 0);
    !(first == 0
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || is_shared
        || is_benchmark
        || is_protocol
        || first >= 224)
}

/// The host of an address such as `https://10.0.0.1:6443` or `https://[fd00::1]:6443/path`.
pub(super) fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if let Some(inner) = authority.strip_prefix('[') {
        return inner.split(']').next().unwrap_or_default();
    }
    match authority.rsplit_once(':') {
        Some((host, _)) if !host.contains(':') => host,
        _ => authority,
    }
}

/// What a person must look at to know whether the name of an API server leads to it from outside.
pub(super) fn look_at(host: &str) -> &'static str {
    let ends = |suffix: &str| host.ends_with(suffix);
    if ends(".eks.amazonaws.com") || ends(".eks.amazonaws.com.cn") {
        "the endpoint access of the EKS cluster (endpointPublicAccess and publicAccessCidrs)"
    } else if ends(".azmk8s.io") {
        "the API server access of the AKS cluster (authorized IP ranges, private cluster)"
    } else if ends(".gke.goog") {
        "the control plane endpoints of the GKE cluster (DNS-based endpoint, authorized networks)"
    } else {
        "which addresses the name has outside of the network, and which sources a firewall lets through to it"
    }
}

/// Whether a name is one that only machines near the cluster know.
pub(super) fn is_local_name(host: &str) -> bool {
    let suffixes = [".svc", ".cluster.local", ".internal", ".local", ".localhost", ".lan", ".home.arpa"];
    !host.contains('.') && !host.contains(':')
        || suffixes.iter().any(|suffix| host.ends_with(suffix))
        || host.contains(".privatelink.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_internet_are_told_from_others() {
        for (address, expected) in [
            ("8.8.8.8", true),
            ("10.0.0.1", false),
            ("172.16.0.1", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("127.0.0.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("100.128.0.1", true),
            ("192.0.0.8", false),
            ("203.0.113.10", false),
            ("198.18.0.1", false),
            ("224.0.0.1", false),
            ("0.0.0.0", false),
            ("2606:4700::1111", true),
            ("fd00::1", false),
            ("fe80::1", false),
            ("::1", false),
            ("2001:db8::1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:8.8.8.8", true),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn hosts_are_taken_out_of_addresses() {
        for (address, expected) in [
            ("https://10.0.0.1:6443", "10.0.0.1"),
            ("https://api.example.com", "api.example.com"),
            ("https://[fd00::1]:6443/k8s", "fd00::1"),
            ("https://a@b:1", "b"),
            ("10.0.0.1", "10.0.0.1"),
            ("", ""),
        ] {
            assert_eq!(host(address), expected, "{address}");
        }
    }
}
