//! What reaches itself.
//!
//! A pod cannot be kept from itself ("Network Policies" in the Kubernetes documentation, and the text of ClusterNetworkPolicy):
//! what it sends to its own address never leaves it, whoever enforces. By a Service it is another matter. Cilium lets it through
//! (`bpf_lxc.c` skips policies for such a connection); ClusterNetworkPolicy and its predecessors guard it; NetworkPolicy leaves it
//! open. netpol-analyzer makes no exception at all.

use std::sync::Arc;

use super::{Side, Whom, Why};
use crate::cluster::{Cluster, Endpoint};
use crate::lowered::Lowered;
use crate::name::{Goal, Party, PartyKind};
use crate::profile::Profile;
use crate::rule::Origin;
use crate::verdict::Verdict;

/// On what it depends under NetworkPolicy.
const HAIRPIN: &str = "the plug-in lets a pod through that reaches itself by a Service";

/// How something reaches itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Itself {
    /// Without any policy in between.
    Freely,
    /// By a Service, as rules say.
    Through,
}

impl Itself {
    /// How one and the same pod or node reaches itself by what it asked for; `None` where nothing is exempt.
    pub(super) fn of(to: &Party, goal: &Goal, cluster: &Cluster, lowered: &Lowered) -> Option<Self> {
        let profile = lowered.profile;
        if profile == Profile::NpGuard {
            return None;
        }
        let translated = matches!(to.kind, PartyKind::Service(at)
            if cluster.services.get(at as usize).is_some_and(|service| !service.headless));
        let hairpin = translated && goal.through.is_some() && profile != Profile::Cilium;
        Some(if hairpin { Self::Through } else { Self::Freely })
    }

    /// What an end says, given what rules say.
    pub(super) fn side(self, lowered: &Lowered, judged: Side) -> Side {
        match self {
            Self::Freely => {
                Side { verdict: Verdict::Allow, why: Why::Itself, deciding: Vec::new(), also: Vec::new() }
            }
            Self::Through
                if judged.verdict == Verdict::Deny
                    && judged.deciding.iter().all(|&rule| is_of_pods(lowered, rule)) =>
            {
                Side { verdict: Verdict::Depends(vec![Arc::from(HAIRPIN)]), ..judged }
            }
            Self::Through => judged,
        }
    }
}

/// Whether a rule is one of NetworkPolicy, or of a kind of the plug-in's own: these say nothing of such a connection.
fn is_of_pods(lowered: &Lowered, rule: u32) -> bool {
    let of_cluster = |policy: u32| {
        let name = lowered.policies.get(policy as usize);
        name.is_some_and(|name| {
            matches!(
                name.kind.as_str(),
                "ClusterNetworkPolicy" | "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy"
            )
        })
    };
    match lowered.rules.get(rule as usize).map(|rule| &rule.origin) {
        Some(Origin::Policy(policy, _)) => !of_cluster(*policy),
        Some(Origin::Default(_) | Origin::Plugin(_)) | None => true,
    }
}

/// Whether somebody at both ends is one pod or one node, and stands for no others that are alike: those are judged like any.
pub(super) fn is_single(whom: Whom, parties: [&Party; 2], cluster: &Cluster, lowered: &Lowered) -> bool {
    let Whom::Pod(at) = whom else { return matches!(whom, Whom::Node(_)) };
    let Some(pod) = cluster.pods.get(at as usize) else { return false };
    // Nobody knows on how many nodes the pods of a template will be.
    if pod.replicas > 1 || !pod.live && pod.workload_kind == "DaemonSet" {
        return false;
    }
    let sight = |at: u32| lowered.pods.get(at as usize);
    let is_alike = |member: &Endpoint| match member {
        Endpoint::Pod(other) => {
            *other != at && sight(*other) == sight(at) && Whom::Pod(*other).is_like(whom, cluster)
        }
        Endpoint::Node(_) | Endpoint::Address(_) => false,
    };
    !parties.iter().flat_map(|party| &party.members).any(is_alike)
}
