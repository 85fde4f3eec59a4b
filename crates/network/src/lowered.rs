//! A cluster and its policies under one plug-in.

use std::net::IpAddr;
use std::sync::Arc;

use ironsides_tree::Text;

use crate::address::AddressRange;
use crate::cluster::Endpoint;
use crate::decide::{Decision, decide};
use crate::matcher::{Conjunct, Matcher, Operator, Requirement};
use crate::place::{PolicyName, Problem};
use crate::port::Traffic;
use crate::profile::Profile;
use crate::profile::spec::basis::Basis;
use crate::rule::{Direction, Rule};
use crate::symbol::Symbols;
use crate::view::{View, ViewId};

/// A cluster and its policies under one plug-in: what can talk, and the rules that decide.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The plug-in.
    pub profile: Profile,
    /// The keys and values of labels.
    pub symbols: Symbols,
    /// The policies that count for this plug-in.
    pub policies: Vec<PolicyName>,
    /// All rules by direction and rank.
    pub rules: Vec<Rule>,
    /// What can talk.
    pub views: Vec<View>,
    /// How each pod is seen, in the order of [`crate::Cluster::pods`].
    pub pods: Vec<Sight>,
    /// How each node is seen, in the order of [`crate::Cluster::nodes`].
    pub nodes: Vec<Sight>,
    /// Stretches of addresses outside the cluster within which all are alike: sorted, and covering both families.
    pub outside: Vec<(AddressRange, ViewId)>,
    /// How addresses are seen that are known to be those of a name: for each name of [`crate::Cluster::external_names`] its
    /// stretches, as in `outside`. None where no rule asks for the name: it is seen as any address.
    pub names: Vec<(Text, Vec<(AddressRange, ViewId)>)>,
    /// What this plug-in makes of the documents: refused policies, parts without effect.
    pub problems: Vec<Problem>,
    /// What the views rest on, where they can be kept.
    pub(crate) basis: Option<Arc<Basis>>,
}

/// How something of the cluster is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// By itself, and by peers on other nodes.
    pub remote: ViewId,
    /// By peers on the same node. The same for pods; nodes may be another matter.
    pub local: ViewId,
    /// The node that it is or is on: a place in [`crate::Cluster::nodes`].
    pub node: Option<u32>,
}

/// A question about one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flow {
    /// Who opens it.
    pub from: Endpoint,
    /// To whom.
    pub to: Endpoint,
    /// The kind of traffic.
    pub traffic: Traffic,
}

/// What both ends say to a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The sender's end.
    pub egress: Decision,
    /// The receiver's end.
    pub ingress: Decision,
}

impl Lowered {
    /// A matcher with what its labels bring with them, for comparisons: only pods are in namespaces.
    #[must_use]
    pub fn completed(&self, matcher: &Matcher) -> Matcher {
        let find = |text| self.symbols.find(text);
        let (Some(namespace), Some(kind), Some(pod)) = (find(":namespace"), find(":kind"), find("pod"))
        else {
            return matcher.clone();
        };
        let is_pod = Requirement::equals(kind, pod);
        let complete = |conjunct: &Conjunct| {
            let mut conjunct = conjunct.clone();
            let within = conjunct.requirements.iter().any(|asked| {
                asked.key == namespace && matches!(asked.operator, Operator::In(_) | Operator::Exists)
            });
            if within {
                conjunct.requirements.push(is_pod.clone());
            }
            conjunct
        };
        Matcher(matcher.0.iter().map(complete).collect())
    }

    /// How a subject or peer is seen by what is on a node (`None`: outside the cluster, or nobody knows where).
    pub fn view(&self, endpoint: Endpoint, from: Option<u32>) -> Option<ViewId> {
        let sight = match endpoint {
            Endpoint::Pod(at) => self.pods.get(at as usize)?,
            Endpoint::Node(at) => self.nodes.get(at as usize)?,
            Endpoint::Address(address) => return self.outside(address),
        };
        let same = from.is_some() && from == sight.node;
        Some(if same { sight.local } else { sight.remote })
    }

    /// The node that an endpoint is or is on.
    pub fn node(&self, endpoint: Endpoint) -> Option<u32> {
        match endpoint {
            Endpoint::Pod(at) => self.pods.get(at as usize)?.node,
            Endpoint::Node(at) => self.nodes.get(at as usize)?.node,
            Endpoint::Address(_) => None,
        }
    }

    fn outside(&self, address: IpAddr) -> Option<ViewId> {
        let after = self.outside.partition_point(|&((first, _), _)| first <= address);
        self.outside.get(after.checked_sub(1)?).map(|&(_, view)| view)
    }

    /// What both ends say to a connection; `None` where an endpoint does not exist.
    pub fn answer(&self, flow: Flow) -> Option<Answer> {
        let side = |direction| {
            let (subject, peer) = match direction {
                Direction::Egress => (flow.from, flow.to),
                Direction::Ingress => (flow.to, flow.from),
            };
            // A subject judges as what it is on its own node.
            let own = self.node(subject);
            let (subject, peer) = (self.view(subject, own)?, self.view(peer, own)?);
            let (subject, peer) = (self.views.get(subject.index())?, self.views.get(peer.index())?);
            Some(decide(&self.rules, direction, subject, peer, flow.traffic))
        };
        Some(Answer { egress: side(Direction::Egress)?, ingress: side(Direction::Ingress)? })
    }
}
