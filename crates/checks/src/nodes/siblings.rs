//! Nodes of one role, and what most of them have in common.

use std::collections::BTreeMap;

use ironsides_core::{Inventory, Object};
use ironsides_settings::{Component, Host, Settings};
use rustc_hash::{FxHashMap, FxHashSet};

use super::portrait::{Feature, Portrait, Trait, of_setting};
use crate::check::NODE_FACTS;

/// How many nodes have to be there for some of them to be most.
const LEAST: usize = 3;

/// How each node differs from those of its role.
pub(super) struct Siblings {
    /// By the places of the nodes among the documents of [`NODE_FACTS`].
    nodes: Vec<Standing>,
}

/// How a node stands among those of its role.
pub(super) enum Standing {
    /// Its facts cannot be read.
    Unread,
    /// A later look at the same node is there.
    Earlier,
    /// So many nodes of its role are there, itself included, which are too few.
    Few(usize),
    /// It differs in these, sorted.
    Compared(Vec<Deviation>),
}

/// What a node has otherwise than most.
pub(super) struct Deviation {
    pub(super) feature: Feature,
    /// What most have, as people are told it, and for comparing.
    pub(super) there: Trait,
    /// How many of the other nodes have it.
    pub(super) agreeing: usize,
    /// The other nodes of which it is known what they have.
    pub(super) others: usize,
}

/// What is remembered of a node: numbers of features, and of what it has of them.
struct Member {
    traits: FxHashMap<u32, Option<u32>>,
    whole: Vec<Component>,
    knows_ports: bool,
}

/// Features and what nodes have of them, each once.
#[derive(Default)]
struct Table {
    features: Vec<Feature>,
    of_feature: FxHashMap<Feature, u32>,
    traits: Vec<Trait>,
    of_value: FxHashMap<(u32, String), u32>,
}

impl Table {
    fn feature(&mut self, feature: Feature) -> u32 {
        if let Some(known) = self.of_feature.get(&feature) {
            return *known;
        }
        let number = u32::try_from(self.features.len()).unwrap_or(u32::MAX);
        self.features.push(feature.clone());
        self.of_feature.insert(feature, number);
        number
    }

    fn value(&mut self, feature: u32, value: Trait) -> u32 {
        let key = (feature, value.value.clone());
        if let Some(known) = self.of_value.get(&key) {
            return *known;
        }
        let number = u32::try_from(self.traits.len()).unwrap_or(u32::MAX);
        self.traits.push(value);
        self.of_value.insert(key, number);
        number
    }
}

impl Siblings {
    /// How a node stands, by its place among the documents of [`NODE_FACTS`].
    pub(super) fn standing(&self, at: usize) -> &Standing {
        self.nodes.get(at).unwrap_or(&Standing::Unread)
    }

    /// Compares the nodes of an input. `see` is shown each document that can be read.
    pub(super) fn new(inventory: &Inventory, mut see: impl FnMut(&Object, &Host, &[Settings])) -> Self {
        let mut table = Table::default();
        let mut nodes = Vec::new();
        let mut members: FxHashMap<usize, Member> = FxHashMap::default();
        let mut roles: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let latest = latest(inventory);
        for (at, object) in inventory.of_kind(NODE_FACTS.0, NODE_FACTS.1).enumerate() {
            let host = Host::read(&object.root);
            let settings = host.as_ref().map(Settings::of_host).unwrap_or_default();
            if let Ok(host) = &host {
                see(object, host, &settings);
            }
            if !latest.contains(&at) {
                nodes.push(Standing::Earlier);
                continue;
            }
            let Ok(host) = host else {
                nodes.push(Standing::Unread);
                continue;
            };
            nodes.push(Standing::Few(1));
            let Portrait { role, traits, whole, knows_ports } = Portrait::of(&host, &settings);
            let mut numbers = FxHashMap::default();
            for (feature, value) in traits {
                let feature = table.feature(feature);
                numbers.insert(feature, value.map(|value| table.value(feature, value)));
            }
            roles.entry(role).or_default().push(at);
            members.insert(at, Member { traits: numbers, whole, knows_ports });
        }
        for places in roles.into_values() {
            let few = places.len() < LEAST;
            for at in &places {
                if let Some(node) = nodes.get_mut(*at) {
                    *node = if few { Standing::Few(places.len()) } else { Standing::Compared(Vec::new()) };
                }
            }
            if !few {
                let group = Group { inventory, members: &members, places: &places };
                group.compare(&mut table, &mut nodes);
            }
        }
        for node in &mut nodes {
            if let Standing::Compared(deviations) = node {
                deviations.sort_by(|a, b| a.feature.cmp(&b.feature));
            }
        }
        Self { nodes }
    }
}

/// The places of the last look at each node.
fn latest(inventory: &Inventory) -> FxHashSet<usize> {
    let mut latest: FxHashMap<&str, (Option<&str>, usize)> = FxHashMap::default();
    for (at, object) in inventory.of_kind(NODE_FACTS.0, NODE_FACTS.1).enumerate() {
        let collected = object.root.at(&["metadata", "creationTimestamp"]).and_then(|node| node.as_str());
        let known = latest.entry(object.reference().name.as_str()).or_insert((collected, at));
        if collected >= known.0 {
            *known = (collected, at);
        }
    }
    latest.into_values().map(|(_, at)| at).collect()
}

/// Nodes of one role.
struct Group<'a> {
    inventory: &'a Inventory,
    members: &'a FxHashMap<usize, Member>,
    places: &'a [usize],
}

impl Group<'_> {
    fn compare(&self, table: &mut Table, nodes: &mut [Standing]) {
        let mut features: Vec<u32> =
            self.members().flat_map(|(_, member)| member.traits.keys().copied()).collect();
        features.sort_unstable();
        features.dedup();
        let mut defaults = Defaults { group: self, hosts: FxHashMap::default() };
        for number in features {
            let Some(feature) = table.features.get(number as usize).cloned() else { continue };
            let lacking = self.lacking(&feature, number, table, &mut defaults);
            let had: Vec<(usize, u32)> = self
                .members()
                .filter_map(|(at, member)| match member.traits.get(&number) {
                    Some(value) => Some((at, (*value)?)),
                    None if member.is_told(&feature) => Some((at, lacking?)),
                    None => None,
                })
                .collect();
            let mut votes: FxHashMap<u32, usize> = FxHashMap::default();
            for (_, value) in &had {
                *votes.entry(*value).or_default() += 1;
            }
            let most = votes.into_iter().find(|(_, count)| had.len() >= LEAST && count * 2 > had.len());
            let Some((most, agreeing)) = most.filter(|(_, count)| *count < had.len()) else { continue };
            let Some(there) = table.traits.get(most as usize) else { continue };
            for (at, _) in had.iter().filter(|(_, value)| *value != most) {
                if let Some(Standing::Compared(deviations)) = nodes.get_mut(*at) {
                    let (feature, there) = (feature.clone(), there.clone());
                    deviations.push(Deviation { feature, there, agreeing, others: had.len() - 1 });
                }
            }
        }
    }

    fn members(&self) -> impl Iterator<Item = (usize, &Member)> {
        self.places.iter().filter_map(|at| Some((*at, self.members.get(at)?)))
    }

    /// What those have of a feature that do not mention it.
    fn lacking(
        &self,
        feature: &Feature,
        number: u32,
        table: &mut Table,
        defaults: &mut Defaults<'_>,
    ) -> Option<u32> {
        let mut silent = self
            .members()
            .filter(|(_, member)| !member.traits.contains_key(&number) && member.is_told(feature));
        let (at, _) = silent.next()?;
        let value = match feature {
            Feature::Setting(component, key) => defaults.of(at, *component, key)?,
            Feature::Port(_) => Trait::nobody(),
            Feature::Mode(_) | Feature::Owner(_) | Feature::Kernel(_) => return None,
        };
        Some(table.value(number, value))
    }
}

impl Member {
    /// Whether it is known what a feature is that is not mentioned.
    fn is_told(&self, feature: &Feature) -> bool {
        match feature {
            Feature::Setting(component, _) => self.whole.contains(component),
            Feature::Port(_) => self.knows_ports,
            Feature::Mode(_) | Feature::Owner(_) | Feature::Kernel(_) => false,
        }
    }
}

/// What settings are that a node does not mention. The nodes that are asked are read anew, and few are.
struct Defaults<'a> {
    group: &'a Group<'a>,
    hosts: FxHashMap<usize, Option<(Host, Vec<Settings>)>>,
}

impl Defaults<'_> {
    fn of(&mut self, at: usize, component: Component, key: &str) -> Option<Trait> {
        let inventory = self.group.inventory;
        let read = || {
            let object = inventory.of_kind(NODE_FACTS.0, NODE_FACTS.1).nth(at)?;
            let host = Host::read(&object.root).ok()?;
            let components = Settings::of_host(&host);
            Some((host, components))
        };
        let (host, components) = self.hosts.entry(at).or_insert_with(read).as_ref()?;
        of_setting(host, components.iter().find(|one| one.component() == component)?, key)
    }
}
