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

use crate::place::{Place, PolicyName, Problem};

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
