//! Addresses of the internet.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use rustc_hash::FxHashSet;

use crate::address::{AddressRange, AddressSet, range};
use crate::cluster::Endpoint;
use crate::engine::Engine;

/// What no router of the internet forwards: the private, shared, loopback, link-local, multicast and reserved blocks
/// of IANA's registry of special-purpose addresses. Blocks for documentation stay, because examples use them as what
/// is outside.
const NOT_ROUTED_V4: [(Ipv4Addr, u8); 9] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Global unicast, all that IPv6 has of the internet.
const ROUTED_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// The addresses outside the cluster, one for each stretch that rules tell apart.
pub(super) struct Internet {
    /// Those of the internet: of IPv4, then of IPv6.
    pub(super) families: [Vec<Endpoint>; 2],
    /// All stretches outside that have such addresses, and those that have others.
    pub(super) public: Vec<(AddressRange, Endpoint)>,
    /// Those that have private ones.
    pub(super) private: Vec<(AddressRange, Endpoint)>,
}

impl Internet {
    pub(super) fn new(engine: &Engine<'_>) -> Self {
        let routed = routed();
        let (mut public, mut private) = (Vec::new(), Vec::new());
        for &(stretch, _) in &engine.lowered().outside {
            let set: AddressSet = [stretch].into_iter().collect();
            let end = (stretch, Endpoint::Address(stretch.0));
            if !set.and(&routed).is_empty() {
                public.push(end);
            }
            if !set.minus(&routed).is_empty() {
                private.push(end);
            }
        }
        let family = |v4: bool| {
            let mut seen = FxHashSet::default();
            let of = public.iter().filter(|((first, _), _)| first.is_ipv4() == v4).map(|(_, end)| *end);
            of.filter(|end| seen.insert(engine.class_of(*end))).collect()
        };
        Self { families: [family(true), family(false)], public, private }
    }
}

/// Every address of the internet.
fn routed() -> AddressSet {
    let net = |&(address, length): &(Ipv4Addr, u8)| Ipv4Net::new(address, length).ok().map(IpNet::from);
    let not_routed: AddressSet = NOT_ROUTED_V4.iter().filter_map(net).map(range).collect();
    let (address, length) = ROUTED_V6;
    let v6 = Ipv6Net::new(address, length).ok().map(IpNet::from).map(range);
    let v4 = (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::BROADCAST.into());
    [v4].into_iter().chain(v6).collect::<AddressSet>().minus(&not_routed)
}

/// Whether an address is one of the internet.
pub(super) fn is_routed(address: std::net::IpAddr) -> bool {
    routed().contains(address)
}
