//! Policies of every kind, as they were written: types that say nothing more than the text, each part with its place.

pub mod calico;
pub mod cilium;
pub mod cluster_network_policy;
pub mod network_policy;
pub mod reader;
pub mod selector;

use calico::Calico;
use cilium::CiliumPolicy;
use cluster_network_policy::ClusterNetworkPolicy;
use ironsides_tree::{Cursor, Node};
use network_policy::NetworkPolicy;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::place::{Loss, Place, PolicyName, Problem};

/// The policies of a cluster by kind, in the order in which they were read.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// NetworkPolicy (networking.k8s.io/v1).
    pub network: Vec<NetworkPolicy>,
    /// ClusterNetworkPolicy (policy.networking.k8s.io/v1alpha2), AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1).
    pub cluster: Vec<ClusterNetworkPolicy>,
    /// CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy (cilium.io/v2).
    pub cilium: Vec<CiliumPolicy>,
    /// The kinds of Calico's own API.
    pub calico: Calico,
    /// What is wrong with the documents, whoever enforces them: what the API server would refuse, what it would drop.
    pub problems: Vec<Problem>,
}

impl Policies {
    /// Leaves of policies that have the same name the last, as an API server does to which one is applied after the other; one
    /// that it refuses changes nothing. Both are told of.
    pub fn latest(&mut self) {
        let problems = &mut self.problems;
        once(&mut self.network, |own| (&own.name, &own.place, own.refused.is_empty()), problems);
        once(&mut self.cluster, |own| (&own.name, &own.place, own.refused.is_empty()), problems);
        once(&mut self.cilium, |own| (&own.name, &own.place, own.schema.is_empty()), problems);
        let known = problems.len();
        once(&mut self.calico.policies, |own| (&own.name, &own.place, true), problems);
        // A cluster may serve these under two groups, and hand out each twice.
        problems.iter_mut().skip(known).for_each(|problem| problem.loss = Loss::Nothing);
    }

    /// All policies by name, with their places: those too that the API server would refuse.
    pub fn named(&self) -> impl Iterator<Item = (&PolicyName, &Place)> {
        let network = self.network.iter().map(|policy| (&policy.name, &policy.place));
        let cluster = self.cluster.iter().map(|policy| (&policy.name, &policy.place));
        let cilium = self.cilium.iter().map(|policy| (&policy.name, &policy.place));
        let calico = self.calico.policies.iter().map(|policy| (&policy.name, &policy.place));
        network.chain(cluster).chain(cilium).chain(calico)
    }

    /// Takes a document if it is a policy, or a list with policies among its items; whether there was one. `document` counts
    /// the documents that were given, from 0.
    pub fn read(&mut self, document: u32, root: &Node) -> bool {
        self.read_at(document, &Cursor::root(root))
    }

    fn read_at(&mut self, document: u32, at: &Cursor<'_>) -> bool {
        let (group, version) =
            at.get("apiVersion").str().and_then(|text| text.split_once('/')).unwrap_or_default();
        match (group, version, at.get("kind").str().unwrap_or_default()) {
            ("networking.k8s.io" | "extensions", _, "NetworkPolicy") => {
                let (policy, problems) = NetworkPolicy::read(document, at);
                self.network.push(policy);
                self.problems.extend(problems);
                true
            }
            ("policy.networking.k8s.io", _, kind) if ClusterNetworkPolicy::KINDS.contains(&kind) => {
                let (policy, problems) = ClusterNetworkPolicy::read(document, at);
                self.cluster.push(policy);
                self.problems.extend(problems);
                true
            }
            ("projectcalico.org" | "crd.projectcalico.org", _, kind) if !kind.ends_with("List") => {
                self.calico.read(document, at, &mut self.problems)
            }
            ("cilium.io", _, kind) if CiliumPolicy::KINDS.contains(&kind) => {
                self.cilium.push(CiliumPolicy::read(document, at));
                true
            }
            (_, _, kind) if kind.ends_with("List") => {
                let mut any = false;
                for item in at.get("items").items() {
                    any |= self.read_at(document, &item);
                }
                any
            }
            _ => false,
        }
    }
}

/// Leaves of things that have the same name the last that is not refused. Those without a name are given one each.
/// `of` is the name, the place, and whether it counts.
fn once<T>(things: &mut Vec<T>, of: impl Fn(&T) -> (&PolicyName, &Place, bool), problems: &mut Vec<Problem>) {
    let mut last: FxHashMap<PolicyName, usize> = FxHashMap::default();
    let mut lost: Vec<(usize, usize)> = Vec::new();
    for (at, thing) in things.iter().enumerate() {
        let (name, _, counts) = of(thing);
        if counts
            && !name.name.is_empty()
            && let Some(earlier) = last.insert(name.clone(), at)
        {
            lost.push((earlier, at));
        }
    }
    for &(earlier, later) in &lost {
        let (Some(earlier), Some(later)) = (things.get(earlier), things.get(later)) else { continue };
        let ((name, place, _), (_, by, _)) = (of(earlier), of(later));
        let message = format!("another {name} comes later and takes its place: this one has no effect");
        problems.push(Problem { place: place.clone(), message, loss: Loss::Policy });
        let message = format!("it takes the place of the {name} that comes before");
        problems.push(Problem { place: by.clone(), message, loss: Loss::Part });
    }
    let lost: FxHashSet<usize> = lost.into_iter().map(|(earlier, _)| earlier).collect();
    let mut at = 0..;
    things.retain(|_| at.next().is_none_or(|at| !lost.contains(&at)));
}
