//! Workloads: the pods that are meant when one of them is seen.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_tree::Text;

use crate::cluster::{Cluster, Labels};
use crate::generate::labels::{is_stable, telling};

/// The pods of a workload, and how they are selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Their namespace.
    pub namespace: Text,
    /// The kind of the workload.
    pub kind: Text,
    /// Its name.
    pub name: Text,
    /// Places in [`Cluster::pods`].
    pub pods: Vec<u32>,
    /// The labels that select them; empty where nothing but the whole namespace does.
    pub selector: Labels,
    /// Workloads of the namespace that these labels select, too: their full names.
    pub shared: Vec<String>,
    /// Whether they use the network of their nodes: no policy guards or selects them.
    pub host_network: bool,
    /// What tells it from another workload of its name, in words; empty where there is none: `StatefulSet`.
    pub apart: String,
}

impl Group {
    /// `shop/cart`; `shop/cart (StatefulSet)` where a workload of another kind has the same name.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.namespace, self.told())
    }

    /// The same without the namespace.
    pub fn told(&self) -> String {
        if self.apart.is_empty() { self.name.to_string() } else { format!("{} ({})", self.name, self.apart) }
    }

    /// The name of its policy: that of the workload, with the kind where another workload has the same name.
    pub(super) fn policy(&self) -> String {
        if self.apart.is_empty() {
            return self.name.to_string();
        }
        format!("{}-{}", self.name, self.kind.to_ascii_lowercase())
    }
}

/// The workloads of a cluster, by namespace, name and kind, and for each pod the place of its own.
pub fn groups(cluster: &Cluster) -> (Vec<Group>, Vec<u32>) {
    let mut by_name: BTreeMap<(Text, Text, Text, bool), Vec<u32>> = BTreeMap::new();
    for (at, pod) in (0..).zip(&cluster.pods) {
        let name = if pod.workload.is_empty() { &pod.name } else { &pod.workload };
        let key = (pod.namespace.clone(), name.clone(), pod.workload_kind.clone(), pod.host_network);
        by_name.entry(key).or_default().push(at);
    }
    let mut groups: Vec<Group> = by_name
        .into_iter()
        .map(|((namespace, name, kind, host_network), pods)| Group {
            namespace,
            kind,
            name,
            pods,
            host_network,
            ..Group::default()
        })
        .collect();
    tell_apart(&mut groups);
    let common: Vec<Labels> = groups.iter().map(|group| common(cluster, group)).collect();
    let pod_labels = |group: &Group| -> Vec<&Labels> {
        group.pods.iter().filter_map(|&at| cluster.pods.get(at as usize)).map(|pod| &pod.labels).collect()
    };
    let mut by_namespace: BTreeMap<&Text, Vec<&Group>> = BTreeMap::new();
    for group in groups.iter().filter(|group| !group.host_network) {
        by_namespace.entry(&group.namespace).or_default().push(group);
    }
    let mut found = Vec::with_capacity(groups.len());
    for (at, group) in groups.iter().enumerate() {
        let own = common.get(at).cloned().unwrap_or_default();
        let others: Vec<(&Group, &Labels)> = by_namespace
            .get(&group.namespace)
            .into_iter()
            .flatten()
            .copied()
            .filter(|other| (&other.name, &other.kind) != (&group.name, &group.kind))
            .flat_map(|other| pod_labels(other).into_iter().map(move |labels| (other, labels)))
            .collect();
        let labels: Vec<&Labels> = others.iter().map(|(_, labels)| *labels).collect();
        let selector = telling(&own, &labels).unwrap_or_else(|| stable(&own));
        let selects = |labels: &Labels| selector.iter().all(|(key, value)| labels.get(key) == Some(value));
        let mut shared: Vec<String> =
            others.iter().filter(|(_, labels)| selects(labels)).map(|(other, _)| other.full_name()).collect();
        shared.sort();
        shared.dedup();
        found.push((selector, shared));
    }
    for (group, (selector, shared)) in groups.iter_mut().zip(found) {
        (group.selector, group.shared) = (selector, shared);
    }
    let mut of = vec![0; cluster.pods.len()];
    for (at, group) in (0..).zip(&groups) {
        for &pod in &group.pods {
            if let Some(of) = of.get_mut(pod as usize) {
                *of = at;
            }
        }
    }
    (groups, of)
}

/// Names what tells workloads apart that have one name.
fn tell_apart(groups: &mut [Group]) {
    let mut same: BTreeMap<(Text, Text), (usize, BTreeSet<Text>)> = BTreeMap::new();
    for group in groups.iter() {
        let known = same.entry((group.namespace.clone(), group.name.clone())).or_default();
        known.0 += 1;
        known.1.insert(group.kind.clone());
    }
    for group in groups {
        let Some((count, kinds)) = same.get(&(group.namespace.clone(), group.name.clone())) else { continue };
        let on_node = if group.host_network { "on the network of its node" } else { "" };
        group.apart = match (*count, kinds.len()) {
            (1, _) => String::new(),
            (_, 1) => on_node.to_owned(),
            (count, kinds) if count == kinds || !group.host_network => group.kind.to_string(),
            _ => format!("{}, {on_node}", group.kind),
        };
    }
}

/// The labels that all pods of a workload have.
fn common(cluster: &Cluster, group: &Group) -> Labels {
    let mut all = group.pods.iter().filter_map(|&at| cluster.pods.get(at as usize)).map(|pod| &pod.labels);
    let mut common = all.next().cloned().unwrap_or_default();
    for labels in all {
        common.retain(|key, value| labels.get(key) == Some(value));
    }
    common
}

fn stable(labels: &Labels) -> Labels {
    labels.iter().filter(|(key, _)| is_stable(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}
