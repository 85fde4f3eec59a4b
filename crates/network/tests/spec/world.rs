//! Clusters and policies from text, and questions about them.

use std::sync::Arc;

use ironsides_core::{Object, Origin, PodTemplates};
use ironsides_network::profile::lower;
use ironsides_network::{
    Cluster, Endpoint, Flow, Lowered, Options, Policies, Profile, Protocol, Traffic, Verdict,
};
use ironsides_tree::{Documents, Limits};

/// A cluster with its policies.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) cluster: Cluster,
    pub(crate) policies: Policies,
}

impl World {
    /// Reads documents of YAML.
    pub(crate) fn read(text: &str) -> Self {
        let origin = || Origin::File { path: Arc::from("test.yaml"), text: Arc::from(text) };
        let documents = Documents::new(text, Limits::default()).map(|document| match document {
            Ok(document) => document,
            Err(error) => panic!("{error:?} in\n{text}"),
        });
        let objects: Vec<Object> = documents
            .filter(|document| !document.envelope && !document.root.is_null())
            .map(|document| Object::new(document.root, origin(), document.remarks))
            .collect();
        let (cluster, problems) = Cluster::read(&objects, &PodTemplates::default());
        assert_eq!(problems, [], "{text}");
        let mut policies = Policies::default();
        for (number, object) in (0..).zip(&objects) {
            policies.read(number, &object.root);
        }
        Self { cluster, policies }
    }

    /// With more documents.
    pub(crate) fn with(&self, policies: &str) -> Self {
        let mut all = self.clone();
        let more = Self::read(policies);
        all.policies.network.extend(more.policies.network);
        all.policies.cluster.extend(more.policies.cluster);
        all.policies.cilium.extend(more.policies.cilium);
        all.policies.calico.tiers.extend(more.policies.calico.tiers);
        all.policies.calico.policies.extend(more.policies.calico.policies);
        all.policies.calico.host_endpoints.extend(more.policies.calico.host_endpoints);
        all
    }

    /// Under a profile as it comes.
    pub(crate) fn lower(&self, profile: Profile) -> Lowered {
        lower(profile, &self.cluster, &self.policies, &Options::of(profile))
    }

    /// Under the texts alone.
    pub(crate) fn spec(&self) -> Lowered {
        self.lower(Profile::Spec)
    }

    /// `namespace/pod`, `node:name` or an address.
    pub(crate) fn endpoint(&self, name: &str) -> Endpoint {
        if let Ok(address) = name.parse() {
            return Endpoint::Address(address);
        }
        if let Some(name) = name.strip_prefix("node:") {
            let at = self.cluster.nodes.iter().position(|node| node.name == name);
            return Endpoint::Node(at.unwrap_or_else(|| panic!("no node {name}")).try_into().unwrap());
        }
        let (namespace, name) = name.split_once('/').unwrap();
        let at = self.cluster.pods.iter().position(|pod| pod.namespace == namespace && pod.name == name);
        Endpoint::Pod(at.unwrap_or_else(|| panic!("no pod {namespace}/{name}")).try_into().unwrap())
    }

    /// What both ends say.
    pub(crate) fn ask(&self, lowered: &Lowered, from: &str, to: &str, traffic: &str) -> Verdict {
        let flow = Flow { from: self.endpoint(from), to: self.endpoint(to), traffic: self::traffic(traffic) };
        let answer = lowered.answer(flow).unwrap();
        answer.egress.verdict.and(&answer.ingress.verdict)
    }
}

/// `TCP:80`, `ICMP:8`, `47` for another protocol.
pub(crate) fn traffic(text: &str) -> Traffic {
    let (protocol, port) = text.split_once(':').unwrap_or((text, "0"));
    let protocol = Protocol::named(protocol).unwrap_or_else(|| Protocol::Other(protocol.parse().unwrap()));
    Traffic { protocol, port: port.parse().unwrap() }
}
