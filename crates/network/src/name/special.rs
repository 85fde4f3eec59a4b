//! The addresses of the public internet.

use crate::address::{AddressSet, block};

/// Blocks of IPv4 that the registry of special-purpose addresses (RFC 6890, RFC 6598) does not call global, and multicast
/// (RFC 5771).
const SPECIAL_V4: [&str; 14] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// The block from which global unicast addresses of IPv6 are given out (RFC 4291).
const GLOBAL_V6: &str = "2000::/3";

/// Blocks inside it that are not global: protocol assignments (RFC 2928), documentation (RFC 3849, RFC 9637), 6to4 (RFC 3056).
const SPECIAL_V6: [&str; 4] = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/// Every address of the public internet, of both families.
pub fn internet() -> AddressSet {
    let set = |texts: &[&str]| -> AddressSet {
        texts.iter().filter_map(|text| block(text)).map(crate::address::range).collect()
    };
    let all = set(&["0.0.0.0/0", GLOBAL_V6]);
    all.minus(&set(&SPECIAL_V4)).minus(&set(&SPECIAL_V6))
}
