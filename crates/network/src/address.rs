//! Sets of addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// The first and the last address of a stretch, both of one family.
pub type AddressRange = (IpAddr, IpAddr);

/// A set of addresses: disjoint, sorted stretches that do not touch, IPv4 first.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressSet(Vec<AddressRange>);

impl AddressSet {
    /// Every address of both families.
    pub fn everything() -> Self {
        Self(vec![
            (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::BROADCAST.into()),
            (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::from_bits(u128::MAX).into()),
        ])
    }

    /// The addresses of a block without those of others.
    pub fn block(block: IpNet, except: &[IpNet]) -> Self {
        Self(vec![range(block)]).minus(&except.iter().copied().map(range).collect())
    }

    /// Its stretches.
    pub fn ranges(&self) -> &[AddressRange] {
        &self.0
    }

    /// Whether there is no address in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let after = self.0.partition_point(|&(first, _)| first <= address);
        after.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|&(_, last)| address <= last)
    }

    /// What is in this set and not in another.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        for &(first, last) in &self.0 {
            let mut next = Some(first);
            for &(from, to) in &other.0 {
                let Some(start) = next else { break };
                if to < start || from > last || from.is_ipv4() != start.is_ipv4() {
                    continue;
                }
                if let Some(before) = before(from).filter(|&before| before >= start && from > start) {
                    left.push((start, before));
                }
                next = after(to).filter(|&after| after <= last);
            }
            if let Some(start) = next {
                left.push((start, last));
            }
        }
        Self(left)
    }

    /// What is in one set or the other.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        self.0.iter().chain(&other.0).copied().collect()
    }

    /// What is in both sets.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut both = Vec::new();
        for &(first, last) in &self.0 {
            for &(from, to) in &other.0 {
                let (start, end) = (first.max(from), last.min(to));
                if first.is_ipv4() == from.is_ipv4() && start <= end {
                    both.push((start, end));
                }
            }
        }
        both.into_iter().collect()
    }
}

impl fmt::Display for AddressSet {
    /// Its stretches, as blocks where they are some: `10.0.0.0/8 or 192.0.2.1-192.0.2.7`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, &(first, last)) in self.0.iter().enumerate() {
            if at > 0 {
                out.write_str(" or ")?;
            }
            let bits = |address: IpAddr| match address {
                IpAddr::V4(address) => u128::from(address.to_bits()),
                IpAddr::V6(address) => address.to_bits(),
            };
            let width = if first.is_ipv4() { 32 } else { 128 };
            let host = (bits(first) ^ bits(last)).checked_ilog2().map_or(0, |bit| bit + 1);
            let prefix = u8::try_from(width - host).unwrap_or_default();
            match IpNet::new(first, prefix).map(|block| (block, range(block))) {
                Ok((block, whole)) if whole == (first, last) => write!(out, "{block}")?,
                _ => write!(out, "{first}-{last}")?,
            }
        }
        Ok(())
    }
}

impl FromIterator<AddressRange> for AddressSet {
    fn from_iter<I: IntoIterator<Item = AddressRange>>(ranges: I) -> Self {
        let mut ranges: Vec<_> = ranges.into_iter().collect();
        ranges.sort_unstable();
        let mut joined: Vec<AddressRange> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match joined.last_mut() {
                Some((start, end))
                    if start.is_ipv4() == first.is_ipv4() && after(*end).is_none_or(|next| first <= next) =>
                {
                    *end = last.max(*end);
                }
                _ => joined.push((first, last)),
            }
        }
        Self(joined)
    }
}

/// The first and the last address of a block. Bits beyond the prefix are of no account.
pub fn range(block: IpNet) -> AddressRange {
    (block.network(), block.broadcast())
}

/// Reads a block as the API server does: `10.0.0.0/8`, also with bits beyond the prefix. A bare address is none.
pub fn block(text: &str) -> Option<IpNet> {
    text.parse().ok()
}

/// The coarsest stretches of both families such that every one of these sets is made of whole stretches.
pub fn atoms<'a>(sets: impl IntoIterator<Item = &'a AddressSet>) -> Vec<AddressRange> {
    let mut starts = vec![IpAddr::from(Ipv4Addr::UNSPECIFIED), IpAddr::from(Ipv6Addr::UNSPECIFIED)];
    for &(first, last) in sets.into_iter().flat_map(AddressSet::ranges) {
        starts.push(first);
        starts.extend(after(last));
    }
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).copied().map(Some).chain([None]);
    let end = |next: Option<IpAddr>, start: IpAddr| match (next.and_then(before), start) {
        (Some(end), start) if end.is_ipv4() == start.is_ipv4() => end,
        (_, IpAddr::V4(_)) => Ipv4Addr::BROADCAST.into(),
        (_, IpAddr::V6(_)) => Ipv6Addr::from_bits(u128::MAX).into(),
    };
    starts.iter().zip(ends).map(|(&start, next)| (start, end(next, start))).collect()
}

/// The address after this one in its family.
pub fn after(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => address.to_bits().checked_add(1).map(|bits| Ipv4Addr::from_bits(bits).into()),
        IpAddr::V6(address) => address.to_bits().checked_add(1).map(|bits| Ipv6Addr::from_bits(bits).into()),
    }
}

/// The address before this one in its family.
pub fn before(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => address.to_bits().checked_sub(1).map(|bits| Ipv4Addr::from_bits(bits).into()),
        IpAddr::V6(address) => address.to_bits().checked_sub(1).map(|bits| Ipv6Addr::from_bits(bits).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> IpNet {
        block(text).unwrap()
    }

    fn shown(set: &AddressSet) -> Vec<String> {
        set.ranges().iter().map(|(first, last)| format!("{first}-{last}")).collect()
    }

    #[test]
    fn blocks_lose_their_exceptions() {
        let set = AddressSet::block(net("10.1.2.3/8"), &[net("10.0.0.0/16"), net("10.255.255.255/32")]);
        assert_eq!(shown(&set), ["10.1.0.0-10.255.255.254"]);
        assert!(set.contains("10.1.0.0".parse().unwrap()) && !set.contains("10.0.9.9".parse().unwrap()));
        assert!(AddressSet::block(net("::/0"), &[net("::/0")]).is_empty());
        let all = AddressSet::everything().minus(&set);
        assert_eq!(all.ranges().len(), 3);
        assert!(all.and(&set).is_empty());
        assert_eq!(
            all.ranges().iter().chain(set.ranges()).copied().collect::<AddressSet>(),
            AddressSet::everything()
        );
    }

    #[test]
    fn stretches_are_shown_as_blocks_where_they_are_some() {
        for (blocks, shown) in [
            (&["10.0.0.0/8"][..], "10.0.0.0/8"),
            (&["0.0.0.0/0", "::/0"], "0.0.0.0/0 or ::/0"),
            (&["10.0.0.0/9", "10.128.0.0/9"], "10.0.0.0/8"),
            (&["10.0.0.1/32"], "10.0.0.1/32"),
            (&["10.0.0.1/32", "10.0.0.2/32"], "10.0.0.1-10.0.0.2"),
            (&["fd00::/16", "fd01::/16", "fd02::/16"], "fd00::-fd02:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            (&[], ""),
        ] {
            let set: AddressSet = blocks.iter().map(|text| range(net(text))).collect();
            assert_eq!(set.to_string(), shown);
        }
    }

    #[test]
    fn atoms_are_the_coarsest_split() {
        let sets = [
            AddressSet::block(net("10.0.0.0/8"), &[net("10.1.0.0/16")]),
            AddressSet::block(net("::/1"), &[]),
        ];
        let atoms = atoms(&sets);
        let shown: Vec<_> = atoms.iter().map(|(first, last)| format!("{first}-{last}")).collect();
        assert_eq!(
            shown,
            [
                "0.0.0.0-9.255.255.255",
                "10.0.0.0-10.0.255.255",
                "10.1.0.0-10.1.255.255",
                "10.2.0.0-10.255.255.255",
                "11.0.0.0-255.255.255.255",
                "::-7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                "8000::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            ]
        );
    }
}
