//! Whether blocks of addresses are, all together, everything there is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ironsides_network::address::block;
use ironsides_network::kinds::network_policy::{Peer, PortNumbers, Rule};
use ironsides_network::{AddressSet, Protocol};
use rustc_hash::FxHashMap;

/// Blocks that lead to nobody, or to no further than the own link: leaving them out leaves nothing out.
const NOWHERE: [&str; 9] = [
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/127",
    "fe80::/10",
    "ff00::/8",
    "fd00:ec2::254/128",
];

/// So many addresses of a family may be left out, and a set is everything all the same: less than a /16, or a /48.
const FEW: [u128; 2] = [1 << 16, 1 << 80];

/// How much of a family of addresses a set holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Breadth {
    /// Everything but a few.
    Nearly,
    /// Everything.
    Whole,
}

/// Whether a set holds everything that is reachable by one of the two families.
pub(super) fn of_everything(set: &AddressSet) -> Option<Breadth> {
    let nowhere: AddressSet =
        NOWHERE.iter().filter_map(|text| block(text)).map(ironsides_network::address::range).collect();
    breadth(set, &AddressSet::everything().minus(&nowhere))
}

/// Whether a set holds every address of the public internet, of one of the two families.
pub(super) fn of_internet(set: &AddressSet) -> Option<Breadth> {
    breadth(set, &ironsides_network::name::internet())
}

fn breadth(set: &AddressSet, meant: &AddressSet) -> Option<Breadth> {
    let missing = meant.minus(set);
    let every = [
        (IpAddr::from(Ipv4Addr::UNSPECIFIED), IpAddr::from(Ipv4Addr::BROADCAST)),
        (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::from_bits(u128::MAX).into()),
    ];
    let of_family = every.into_iter().zip(FEW).filter_map(|(family, few)| {
        let family: AddressSet = [family].into_iter().collect();
        if family.minus(set).is_empty() {
            return Some(Breadth::Whole);
        }
        (count(&missing.and(&family)) < few).then_some(Breadth::Nearly)
    });
    of_family.max()
}

/// How many addresses there are.
fn count(set: &AddressSet) -> u128 {
    let of = |&(first, last): &(IpAddr, IpAddr)| match (first, last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => u128::from(last.to_bits() - first.to_bits()) + 1,
        (IpAddr::V6(first), IpAddr::V6(last)) => (last.to_bits() - first.to_bits()).saturating_add(1),
        _ => 0,
    };
    set.ranges().iter().map(of).fold(0, u128::saturating_add)
}

/// The addresses of the blocks of a rule.
pub(super) fn blocks(rule: &Rule) -> AddressSet {
    let blocks = rule.peers.iter().filter_map(|peer| peer.ip_block.as_ref());
    blocks.flat_map(|block| AddressSet::block(block.cidr, &block.except).ranges().to_vec()).collect()
}

/// The rules of a list whose blocks are everything, by themselves or with other rules for the same ports, each with the peer to
/// point at and how much it is. Of rules that are everything only together the first is told.
pub(super) fn wide<'p>(
    rules: &'p [Rule],
    breadth: fn(&AddressSet) -> Option<Breadth>,
) -> Vec<(&'p Rule, &'p Peer, Breadth)> {
    type Ports<'p> = Vec<(Protocol, Option<&'p PortNumbers>)>;
    let mut groups: FxHashMap<String, Vec<&Rule>> = FxHashMap::default();
    let mut order = Vec::new();
    for rule in rules.iter().filter(|rule| !rule.peers.is_empty()) {
        let ports: Ports<'_> = rule.ports.iter().map(|port| (port.protocol, port.port.as_ref())).collect();
        let key = format!("{ports:?}");
        let group = groups.entry(key.clone()).or_insert_with(|| {
            order.push(key);
            Vec::new()
        });
        group.push(rule);
    }
    let mut found = Vec::new();
    for group in order.iter().filter_map(|key| groups.get(key)) {
        let widest = |rule: &'p Rule| {
            let blocks = rule.peers.iter().filter_map(|peer| Some((peer, peer.ip_block.as_ref()?)));
            blocks.min_by_key(|(_, block)| block.cidr.prefix_len()).map(|(peer, _)| peer)
        };
        let alone: Vec<_> =
            group.iter().filter_map(|rule| Some((*rule, widest(rule)?, breadth(&blocks(rule))?))).collect();
        if !alone.is_empty() {
            found.extend(alone);
            continue;
        }
        let together: AddressSet = group.iter().flat_map(|rule| blocks(rule).ranges().to_vec()).collect();
        let first = group.iter().find_map(|rule| Some((*rule, widest(rule)?)));
        if let (Some((rule, peer)), Some(breadth)) = (first, breadth(&together)) {
            found.push((rule, peer, breadth));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(blocks: &[&str], except: &[&str]) -> AddressSet {
        let set = |texts: &[&str]| -> AddressSet {
            texts.iter().map(|text| ironsides_network::address::range(block(text).unwrap())).collect()
        };
        set(blocks).minus(&set(except))
    }

    #[test]
    fn halves_are_everything_and_so_is_everything_but_little() {
        assert_eq!(of_everything(&set(&["0.0.0.0/0"], &[])), Some(Breadth::Whole));
        assert_eq!(of_everything(&set(&["0.0.0.0/1", "128.0.0.0/1"], &[])), Some(Breadth::Whole));
        assert_eq!(of_everything(&set(&["::/1", "8000::/1"], &[])), Some(Breadth::Whole));
        assert_eq!(of_everything(&set(&["0.0.0.0/0"], &["169.254.0.0/16"])), Some(Breadth::Nearly));
        assert_eq!(of_everything(&set(&["0.0.0.0/0"], &["192.0.2.0/24"])), Some(Breadth::Nearly));
        assert_eq!(of_everything(&set(&["0.0.0.0/0"], &["10.0.0.0/8"])), None);
        assert_eq!(of_everything(&set(&["0.0.0.0/0"], &["10.42.0.0/16"])), None);
        assert_eq!(of_everything(&set(&["0.0.0.0/1"], &[])), None);
        assert_eq!(of_everything(&set(&["::/0"], &["fd00:ec2::254/128"])), Some(Breadth::Nearly));
        assert_eq!(of_everything(&set(&["::/0"], &["fd12:3456:789a::/48"])), None);
    }

    #[test]
    fn the_internet_is_without_private_blocks() {
        assert_eq!(
            of_internet(&set(&["0.0.0.0/0"], &["10.0.0.0/8", "192.168.0.0/16"])),
            Some(Breadth::Nearly)
        );
        assert_eq!(of_internet(&set(&["0.0.0.0/0"], &["8.0.0.0/8"])), None);
        assert_eq!(of_internet(&set(&["2000::/3"], &[])), Some(Breadth::Nearly));
        assert_eq!(of_internet(&set(&["10.0.0.0/8"], &[])), None);
    }
}
