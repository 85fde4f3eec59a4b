//! Addresses outside the cluster as few blocks.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Up to so many addresses are written one by one.
const SINGLE: usize = 8;
/// From so many addresses within one network on, the network is written.
const NEIGHBOURS: usize = 4;
/// Beyond so many blocks everything outside is written.
const MOST: usize = 32;

/// The address at which clouds give their machines credentials.
pub(crate) const METADATA: [&str; 2] = ["169.254.169.254/32", "fd00:ec2::254/128"];

/// Blocks of private networks: RFC 1918, RFC 6598 (carriers), RFC 3927 and 4291 (links), RFC 4193.
pub(crate) const PRIVATE: [&str; 7] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "fc00::/7",
    "fe80::/10",
];

/// A block without others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block {
    /// The block.
    pub cidr: IpNet,
    /// What is not meant within it.
    pub except: Vec<IpNet>,
    /// How many of the addresses that were seen are in it.
    pub seen: usize,
}

/// What [`merge`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Widened {
    /// Nothing: the blocks hold the addresses that were seen, and no other.
    #[default]
    Not,
    /// Networks of 256 addresses (or /64) stand for several neighbours.
    ToNetworks,
    /// Everything that is not private stands for many addresses.
    ToPublic,
}

/// The blocks that stand for addresses: the addresses themselves while they are few, their networks where several are
/// neighbours, all public networks where they are from everywhere.
pub fn merge(addresses: &[IpAddr]) -> (Vec<Block>, Widened) {
    let mut all: Vec<IpAddr> = addresses.to_vec();
    all.sort_unstable();
    all.dedup();
    if all.len() <= SINGLE {
        return (all.into_iter().map(single).collect(), Widened::Not);
    }
    let mut networks: BTreeMap<IpNet, Vec<IpAddr>> = BTreeMap::new();
    for address in all {
        networks.entry(network(address)).or_default().push(address);
    }
    let mut widened = Widened::Not;
    let mut blocks = Vec::new();
    let mut public = Vec::new();
    for (network, addresses) in networks {
        if addresses.len() < NEIGHBOURS {
            blocks.extend(addresses.into_iter().map(single));
        } else {
            widened = Widened::ToNetworks;
            blocks.push(Block { cidr: network, except: Vec::new(), seen: addresses.len() });
        }
    }
    if blocks.len() > MOST {
        widened = Widened::ToPublic;
        let (kept, many): (Vec<Block>, Vec<Block>) =
            blocks.into_iter().partition(|block| private().any(|private| private.contains(&block.cidr)));
        for mut all in public_blocks() {
            let family = |block: &&Block| block.cidr.addr().is_ipv4() == all.cidr.addr().is_ipv4();
            all.seen = many.iter().filter(family).map(|block| block.seen).sum();
            public.extend(Some(all).filter(|all| all.seen > 0));
        }
        blocks = kept;
    }
    blocks.extend(public);
    blocks.sort();
    (blocks, widened)
}

/// All that is not private, of both families.
pub fn public_blocks() -> [Block; 2] {
    let except = |v4: bool| private().filter(|block| block.addr().is_ipv4() == v4).collect();
    let block = |cidr: IpNet, v4| Block { cidr, except: except(v4), seen: 0 };
    [
        block(IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0)), true),
        block(IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 0)), false),
    ]
}

/// Everything of both families, without the address of credentials.
pub fn everything() -> [Block; 2] {
    let metadata = |v4: bool| {
        METADATA
            .iter()
            .filter_map(|text| text.parse().ok())
            .filter(move |block: &IpNet| block.addr().is_ipv4() == v4)
            .collect()
    };
    let [v4, v6] = public_blocks();
    [Block { except: metadata(true), ..v4 }, Block { except: metadata(false), ..v6 }]
}

/// The private networks in which pods, nodes and what is near to them live.
pub fn private_blocks() -> Vec<Block> {
    let near = private()
        .filter(|block| !block.to_string().starts_with("169.254") && !block.to_string().starts_with("fe80"));
    near.map(|cidr| Block { cidr, except: Vec::new(), seen: 0 }).collect()
}

fn private() -> impl Iterator<Item = IpNet> {
    PRIVATE.iter().filter_map(|text| text.parse().ok())
}

fn single(address: IpAddr) -> Block {
    Block { cidr: IpNet::from(address), except: Vec::new(), seen: 1 }
}

fn network(address: IpAddr) -> IpNet {
    let length = if address.is_ipv4() { 24 } else { 64 };
    IpNet::new(address, length).map_or_else(|_| IpNet::from(address), |block| block.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: impl IntoIterator<Item = String>) -> Vec<IpAddr> {
        texts.into_iter().map(|text| text.parse().unwrap()).collect()
    }

    fn shown(blocks: &[Block]) -> Vec<String> {
        blocks
            .iter()
            .map(|block| format!("{} ({}) except {}", block.cidr, block.seen, block.except.len()))
            .collect()
    }

    #[test]
    fn few_stay_single_neighbours_join_many_are_everywhere() {
        let few = addresses((1..=8).map(|at| format!("203.0.113.{at}")));
        assert_eq!(merge(&few).0.len(), 8);
        let near = addresses((1..=9).map(|at| format!("203.0.113.{at}")).chain(["198.51.100.7".to_owned()]));
        let (blocks, widened) = merge(&near);
        assert_eq!(shown(&blocks), ["198.51.100.7/32 (1) except 0", "203.0.113.0/24 (9) except 0"]);
        assert_eq!(widened, Widened::ToNetworks);
        let many = addresses((0..40).map(|at| format!("{}.0.0.1", at + 20)).chain(["10.0.0.1".to_owned()]));
        let (blocks, widened) = merge(&many);
        assert_eq!(shown(&blocks), ["0.0.0.0/0 (40) except 5", "10.0.0.1/32 (1) except 0"]);
        assert_eq!(widened, Widened::ToPublic);
        let v6 = addresses((1..=9).map(|at| format!("2001:db8::{at}")));
        assert_eq!(shown(&merge(&v6).0), ["2001:db8::/64 (9) except 0"]);
    }

    #[test]
    fn nothing_that_was_seen_is_lost() {
        let all = addresses((0..200u32).map(|at| format!("{}.{}.0.{}", at % 60 + 1, at % 3, at % 7)));
        let (blocks, _) = merge(&all);
        for address in all {
            let holds = |block: &Block| {
                block.cidr.contains(&address) && !block.except.iter().any(|except| except.contains(&address))
            };
            assert!(blocks.iter().any(holds), "{address}");
        }
    }
}
