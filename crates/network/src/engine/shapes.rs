//! Views that no rule can tell apart.

use std::net::IpAddr;

use rustc_hash::FxHashMap;

use super::intern::Interner;
use super::selectors::Selectors;
use crate::address::AddressRange;
use crate::address::atoms;
use crate::lowered::Lowered;
use crate::port::PortMatch;
use crate::symbol::Symbol;
use crate::view::{Addresses, NamedPort, View};

/// Views that agree in everything that some rule asks about.
pub(super) struct Shapes<'a> {
    /// One view of each.
    pub(super) views: Vec<&'a View>,
    /// The shape of each view.
    pub(super) of: Vec<u32>,
    /// The named ports of each for traffic that it judges, and as others see them: places in `ports`.
    pub(super) named: Vec<[u32; 2]>,
    /// Lists of named ports, the empty one first. What no rule names is not in them.
    pub(super) ports: Interner<[NamedPort]>,
}

impl<'a> Shapes<'a> {
    pub(super) fn new(lowered: &'a Lowered, selectors: &Selectors<'_>) -> Self {
        let mut used = vec![false; lowered.symbols.len()];
        for key in selectors.keys() {
            if let Some(used) = used.get_mut(key.0 as usize) {
                *used = true;
            }
        }
        let stretches = if selectors.sets().next().is_some() { atoms(selectors.sets()) } else { Vec::new() };
        let names = Names::new(lowered);
        let mut ports: Interner<[NamedPort]> = Interner::default();
        ports.intern(&[]);
        let mut shapes =
            Self { views: Vec::new(), of: Vec::with_capacity(lowered.views.len()), named: Vec::new(), ports };
        let mut known: FxHashMap<Box<[u32]>, u32> = FxHashMap::default();
        let mut key: Vec<u32> = Vec::new();
        for view in &lowered.views {
            let named =
                [names.part(&view.ports, &mut shapes.ports), names.part(&view.peer_ports, &mut shapes.ports)];
            key.clear();
            key.extend(named);
            address_key(&view.addresses, &stretches, &mut key);
            for (name, value) in view.labels.iter() {
                if used.get(name.0 as usize).copied().unwrap_or_default() {
                    key.extend([name.0, value.0]);
                }
            }
            let shape = if let Some(&shape) = known.get(key.as_slice()) {
                shape
            } else {
                let shape = u32::try_from(shapes.views.len()).unwrap_or(u32::MAX);
                known.insert(key.as_slice().into(), shape);
                shapes.views.push(view);
                shapes.named.push(named);
                shape
            };
            shapes.of.push(shape);
        }
        shapes
    }
}

/// What rules by address can know of a view: a length, then the stretches that its addresses are in.
fn address_key(addresses: &Addresses, stretches: &[AddressRange], key: &mut Vec<u32>) {
    let stretch = |address: &IpAddr| {
        let after = stretches.partition_point(|(first, _)| first <= address);
        u32::try_from(after).unwrap_or(u32::MAX)
    };
    if stretches.is_empty() {
        return key.push(0);
    }
    match addresses {
        Addresses::Unseen => key.push(0),
        Addresses::Unknown => key.push(u32::MAX),
        Addresses::Range(first, _) => key.extend([1, stretch(first)]),
        Addresses::Known(addresses) => {
            let start = key.len() + 1;
            key.push(0);
            key.extend(addresses.iter().map(stretch));
            if let Some(own) = key.get_mut(start..) {
                own.sort_unstable();
            }
            let count = u32::try_from(key.len() - start).unwrap_or(u32::MAX);
            if let Some(length) = key.get_mut(start - 1) {
                *length = count;
            }
        }
    }
}

/// The named ports that rules ask for.
struct Names<'a>(Vec<(crate::port::Protocol, &'a str)>);

impl<'a> Names<'a> {
    fn new(lowered: &'a Lowered) -> Self {
        let ports = lowered.rules.iter().filter_map(|rule| rule.ports.as_deref()).flatten();
        let mut names: Vec<_> = ports
            .filter_map(|port| match port {
                PortMatch::Named { protocol, name } => Some((*protocol, name.as_str())),
                PortMatch::Range { .. } => None,
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        Self(names)
    }

    /// The place of what counts of a list of ports.
    fn part(&self, ports: &[NamedPort], known: &mut Interner<[NamedPort]>) -> u32 {
        if self.0.is_empty() || ports.is_empty() {
            return 0;
        }
        let counts = |port: &&NamedPort| self.0.binary_search(&(port.protocol, port.name.as_str())).is_ok();
        let mut part: Vec<NamedPort> = ports.iter().filter(counts).cloned().collect();
        part.sort_unstable();
        part.dedup();
        known.intern(&part)
    }
}

/// Shapes that have something, in their order.
#[derive(Default)]
pub(super) struct Posting {
    pub(super) list: Vec<u32>,
    /// The same as bits, where the list is long.
    bits: Vec<u64>,
}

impl Posting {
    /// Whether a shape is among them.
    pub(super) fn holds(&self, shape: u32) -> bool {
        if self.bits.is_empty() {
            return self.list.binary_search(&shape).is_ok();
        }
        self.bits.get(shape as usize / 64).is_some_and(|bits| bits >> (shape % 64) & 1 == 1)
    }

    /// Makes bits of a list that takes more room than they do.
    fn settle(&mut self, count: u32) {
        let words = count.div_ceil(64) as usize;
        if self.list.len() <= words * 2 {
            return;
        }
        self.bits = vec![0; words];
        for &shape in &self.list {
            if let Some(bits) = self.bits.get_mut(shape as usize / 64) {
                *bits |= 1 << (shape % 64);
            }
        }
    }
}

/// Which shapes have a label, and which have which address.
pub(super) struct Index {
    by_label: FxHashMap<(Symbol, Symbol), Posting>,
    by_key: FxHashMap<Symbol, Posting>,
    none: Posting,
    by_address: Vec<(IpAddr, u32)>,
    unknown: Vec<u32>,
    count: u32,
}

impl Index {
    pub(super) fn new(shapes: &Shapes<'_>, selectors: &Selectors<'_>) -> Self {
        let keys: rustc_hash::FxHashSet<Symbol> = selectors.keys().collect();
        let count = u32::try_from(shapes.views.len()).unwrap_or(u32::MAX);
        let mut index = Self {
            by_label: FxHashMap::default(),
            by_key: FxHashMap::default(),
            none: Posting::default(),
            by_address: Vec::new(),
            unknown: Vec::new(),
            count,
        };
        for (shape, view) in (0..).zip(&shapes.views) {
            for (key, value) in view.labels.iter().filter(|(key, _)| keys.contains(key)) {
                index.by_label.entry((key, value)).or_default().list.push(shape);
                index.by_key.entry(key).or_default().list.push(shape);
            }
            match &view.addresses {
                Addresses::Known(addresses) => {
                    index.by_address.extend(addresses.iter().map(|address| (*address, shape)));
                }
                Addresses::Range(first, _) => index.by_address.push((*first, shape)),
                Addresses::Unknown => index.unknown.push(shape),
                Addresses::Unseen => {}
            }
        }
        index.by_address.sort_unstable();
        for posting in index.by_label.values_mut().chain(index.by_key.values_mut()) {
            posting.settle(count);
        }
        index
    }

    /// How many shapes there are.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// The shapes that have a label with a value.
    pub(super) fn with(&self, key: Symbol, value: Symbol) -> &Posting {
        self.by_label.get(&(key, value)).unwrap_or(&self.none)
    }

    /// The shapes that have a label.
    pub(super) fn having(&self, key: Symbol) -> &Posting {
        self.by_key.get(&key).unwrap_or(&self.none)
    }

    /// The shapes that have an address of these, or one that is not known.
    pub(super) fn within(&self, ranges: &[AddressRange]) -> Vec<u32> {
        let mut found = self.unknown.clone();
        for (first, last) in ranges {
            let from = self.by_address.partition_point(|(address, _)| address < first);
            let known = self.by_address.get(from..).unwrap_or_default();
            found.extend(known.iter().take_while(|(address, _)| address <= last).map(|&(_, shape)| shape));
        }
        found
    }
}
