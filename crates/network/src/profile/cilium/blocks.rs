//! Peers by address: blocks, groups of blocks, and names that were looked up.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use ironsides_tree::Text;

use crate::address::AddressSet;
use crate::cluster::{AddressGroup, Cluster};
use crate::kinds::cilium::{CidrRule, EndpointSelector, FqdnSelector, LabelKey};
use crate::kinds::selector::Asked;
use crate::matcher::{Conjunct, Operator, Requirement};
use crate::place::Place;
use crate::profile::Options;
use crate::profile::cilium::label::{Label, NAMESPACE};
use crate::profile::cilium::views::NAME;
use crate::symbol::Symbols;

/// The kind of groups that policies of Cilium's name.
const GROUP: &str = "CiliumCIDRGroup";

/// Peers by address in a cluster.
pub(super) struct Blocks<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) options: &'a Options,
    /// Every set that a rule asks for.
    pub(super) sets: Vec<AddressSet>,
    /// Every block that a rule lists, exceptions among them.
    pub(super) listed: Vec<IpNet>,
    /// Every name or pattern of names that a rule lists, as a label, with the addresses that it stands for.
    pub(super) names: Vec<(Label, AddressSet)>,
    /// Names outside the cluster that services stand for.
    external_names: Vec<Text>,
    /// Those of them that rules ask for.
    pub(super) asked_names: BTreeSet<Text>,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(cluster: &'a Cluster, options: &'a Options) -> Self {
        // Groups give their addresses identities whether a policy names them or not.
        let groups = cluster.address_groups.iter().filter(|group| group.kind == GROUP);
        let sets = groups.map(|group| group.blocks.iter().copied().map(crate::address::range).collect());
        Self {
            cluster,
            options,
            sets: sets.collect(),
            listed: Vec::new(),
            names: Vec::new(),
            external_names: cluster.external_names(),
            asked_names: BTreeSet::new(),
        }
    }

    /// A block without some. The block of all addresses means the world, of which pods and nodes are a part only where
    /// blocks hold them.
    pub(super) fn block(&mut self, block: IpNet, except: &[IpNet], symbols: &mut Symbols) -> Vec<Conjunct> {
        let set = AddressSet::block(block, except);
        for listed in except.iter().copied().chain([block]) {
            self.list(listed);
        }
        if block.prefix_len() > 0 {
            return vec![self.within(set)];
        }
        let mut conjuncts = self.world(&set, symbols);
        let mut also = |key: &str| {
            let labels = [Requirement::exists(symbols.intern(key))];
            conjuncts.push(Conjunct { addresses: Some(Arc::new(set.clone())), ..Conjunct::of(labels) });
        };
        if self.options.blocks_hold_pods {
            also(&format!("k8s:{NAMESPACE}"));
            if self.options.blocks_hold_nodes {
                also("reserved:host");
                also("reserved:remote-node");
            }
        }
        self.sets.push(set);
        conjuncts
    }

    /// An item of `fromCIDRSet` or `toCIDRSet`.
    pub(super) fn rule(&mut self, rule: &CidrRule, symbols: &mut Symbols) -> Vec<Conjunct> {
        let except: Vec<IpNet> = rule.except.iter().filter_map(|cidr| cidr.block).collect();
        if let Some(block) = rule.cidr.as_ref().and_then(|cidr| cidr.block) {
            return self.block(block, &except, symbols);
        }
        let set = match &rule.group_selector {
            // Its key in Cilium's cache is that of the selector of everyone.
            Some(selector) if selector.requirements.is_empty() => return vec![Conjunct::default()],
            Some(selector) => self.selected(selector),
            None => self.groups(|group| group.name == rule.group),
        };
        for &block in &except {
            self.list(block);
        }
        let except: AddressSet = except.into_iter().map(crate::address::range).collect();
        vec![self.within(set.minus(&except))]
    }

    /// Whether the group that an item names is there; yes where it names none.
    pub(super) fn knows(&self, rule: &CidrRule) -> bool {
        let by_name = rule.cidr.is_none() && rule.group_selector.is_none();
        let named = |group: &AddressGroup| group.kind == GROUP && group.name == rule.group;
        !by_name || self.cluster.address_groups.iter().any(named)
    }

    /// Outside addresses that a cloud counts in a group of its own.
    pub(super) fn cloud(&self, place: &Place, symbols: &mut Symbols) -> Vec<Conjunct> {
        let condition: Arc<str> =
            format!("the cloud counts this address in the group at {}", place.path).into();
        let everywhere = self.world(&AddressSet::everything(), symbols).into_iter();
        let conditional =
            |conjunct| Conjunct { addresses: None, condition: Some(Arc::clone(&condition)), ..conjunct };
        everywhere.map(conditional).collect()
    }

    /// Addresses behind a service.
    pub(super) fn backends(&mut self, addresses: &[IpAddr]) -> Conjunct {
        for &address in addresses {
            self.list(address.into());
        }
        self.within(addresses.iter().map(|&address| (address, address)).collect())
    }

    fn within(&mut self, set: AddressSet) -> Conjunct {
        self.sets.push(set.clone());
        Conjunct::within(set)
    }

    /// Notes that a rule lists a block.
    fn list(&mut self, block: IpNet) {
        self.sets.push(AddressSet::block(block, &[]));
        self.listed.push(block.trunc());
    }

    fn world(&self, set: &AddressSet, symbols: &mut Symbols) -> Vec<Conjunct> {
        let labels: &[&str] =
            if self.options.dual_stack { &["world-ipv4", "world-ipv6"] } else { &["world"] };
        let of = |name: &&str| {
            let label = Requirement::exists(symbols.intern(&format!("reserved:{name}")));
            Conjunct { addresses: Some(Arc::new(set.clone())), ..Conjunct::of([label]) }
        };
        labels.iter().map(of).collect()
    }

    fn groups(&self, wanted: impl Fn(&AddressGroup) -> bool) -> AddressSet {
        let groups = self.cluster.address_groups.iter().filter(|group| group.kind == GROUP && wanted(group));
        groups.flat_map(|group| group.blocks.iter().copied().map(crate::address::range)).collect()
    }

    /// The addresses of which a selector of groups holds. An address has the labels of all groups that it is in.
    fn selected(&self, selector: &EndpointSelector) -> AddressSet {
        let with = |key: &str, values: Option<&[Text]>| {
            self.groups(|group| {
                group.labels.get(key).is_some_and(|value| values.is_none_or(|values| values.contains(value)))
            })
        };
        selector.requirements.iter().fold(AddressSet::everything(), |set, requirement| {
            let key = requirement.key.name.as_str();
            match &requirement.operator {
                Asked::In(values) => set.and(&with(key, Some(values))),
                Asked::NotIn(values) => set.minus(&with(key, Some(values))),
                Asked::Exists => set.and(&with(key, None)),
                Asked::DoesNotExist => set.minus(&with(key, None)),
            }
        })
    }

    /// An item of `toFQDNs`: outside addresses that were given for a name that it means.
    pub(super) fn name(&mut self, selector: &FqdnSelector, symbols: &mut Symbols) -> Vec<Conjunct> {
        let learned = self.cluster.names.iter().filter(|(name, _)| selector.matches(name));
        let set: AddressSet =
            learned.flat_map(|(_, addresses)| addresses).map(|&address| (address, address)).collect();
        self.sets.push(set.clone());
        self.names.push((Label::new("fqdn", written(selector), ""), set.clone()));
        let mut conjuncts = self.world(&set, symbols);
        let standing: Vec<Text> =
            self.external_names.iter().filter(|name| selector.matches(name)).cloned().collect();
        if !standing.is_empty() {
            let key = LabelKey::new(NAME, NAME).to_string();
            let values = standing.iter().map(|name| symbols.intern(name)).collect();
            let operator = Operator::In(values);
            conjuncts.push(Conjunct::of([Requirement { key: symbols.intern(&key), operator }]));
            self.asked_names.extend(standing);
        }
        if !self.cluster.names_complete {
            let condition: Arc<str> = format!("{} resolves to this address", written(selector)).into();
            let everywhere = self.world(&AddressSet::everything(), symbols);
            conjuncts.extend(everywhere.into_iter().map(|conjunct| Conjunct {
                addresses: None,
                condition: Some(Arc::clone(&condition)),
                ..conjunct
            }));
        }
        conjuncts
    }
}

fn written(selector: &FqdnSelector) -> &str {
    if selector.name.is_empty() { &selector.pattern } else { &selector.name }
}
