//! Pods of which nobody knows the node: what Calico and Cilium say of them and of nodes depends on where they will be.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use ironsides_core::{Object, Origin, PodTemplates};
use ironsides_network::{Endpoint, Engine, Flow, Options, Profile, State, Traffic, Verdict};
use ironsides_tree::{Documents, Limits};

const CLUSTER: &str = "
{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 192.168.0.1}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, status: {addresses: [{type: InternalIP, address: 192.168.0.2}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: there, namespace: a}, spec: {nodeName: n1, containers: [{name: c}]}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: a},
 spec: {selector: {matchLabels: {app: web}},
        template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c}]}}}}
---
";

const CLOSED: &str =
    "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: a},
 spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}";

/// What one decision says, and what all pairs say: they must be one.
fn asked(profile: Profile, policy: &str, (from, to): (&str, &str), port: u16) -> String {
    let text = format!("{CLUSTER}{policy}");
    let objects: Vec<Object> = Documents::new(&text, Limits::default())
        .map(|document| Object::new(document.unwrap().root, Origin::Api { request: "".into() }, Vec::new()))
        .collect();
    let state = State::read(&objects, &PodTemplates::default());
    let cluster = &state.cluster;
    let end = |name: &str| {
        let pod =
            (0..).zip(&cluster.pods).find(|(_, pod)| pod.workload == name).map(|(at, _)| Endpoint::Pod(at));
        let node = || {
            (0..).zip(&cluster.nodes).find(|(_, node)| node.name == name).map(|(at, _)| Endpoint::Node(at))
        };
        pod.or_else(node).unwrap_or_else(|| panic!("no {name}"))
    };
    let lowered = state.lower(profile, &Options::of(profile));
    let (from, to, traffic) = (end(from), end(to), Traffic::tcp(port));
    let answer = lowered.answer(Flow { from, to, traffic }).unwrap();
    let verdict = answer.egress.verdict.and(&answer.ingress.verdict);
    let all = Engine::new(&lowered).connections(from, to).unwrap();
    assert_eq!(*all.at(traffic).unwrap(), verdict, "{from:?} {to:?}");
    match verdict {
        Verdict::Allow => "allow".to_owned(),
        Verdict::Deny => "deny".to_owned(),
        Verdict::Depends(conditions) => format!("if {}", conditions.join(" or ")),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_node_reaches_its_own_pods_and_a_pod_without_a_node_may_be_one_of_them() {
    for profile in [Profile::Spec, Profile::Calico, Profile::Cilium] {
        let says = |from, to| asked(profile, CLOSED, (from, to), 80);
        assert_eq!(says("n1", "web"), "if the pod is on this node", "{profile:?}");
        assert_eq!(says("n2", "web"), "if the pod is on this node", "{profile:?}");
        assert_eq!(says("n1", "there"), "allow", "{profile:?}");
        assert_eq!(says("n2", "there"), "deny", "{profile:?}");
    }
}

#[test]
fn cilium_tells_the_own_node_from_others_both_ways() {
    let policy = |rules: &str| {
        format!(
            "{{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {{name: p, namespace: a}},
             spec: {{endpointSelector: {{}}, {rules}}}}}"
        )
    };
    let says = |rules: &str, from, to, port| asked(Profile::Cilium, &policy(rules), (from, to), port);
    let host = "egress: [{toEntities: [host]}]";
    assert_eq!(says(host, "web", "n1", 80), "if the pod is on this node");
    assert_eq!(says(host, "there", "n1", 80), "allow");
    assert_eq!(says(host, "there", "n2", 80), "deny");
    let remote = "egress: [{toEntities: [remote-node]}]";
    assert_eq!(says(remote, "web", "n1", 80), "if the pod is on another node");
    let both = "egress: [{toEntities: [remote-node]}, {toEntities: [host]}]";
    assert_eq!(says(both, "web", "n1", 80), "allow");
    let denied = "egress: [{toEntities: [cluster, host]}],
         egressDeny: [{toEntities: [remote-node], toPorts: [{ports: [{port: '22'}]}]}]";
    assert_eq!(says(denied, "web", "n1", 80), "allow");
    assert_eq!(says(denied, "web", "n1", 22), "if the pod is on another node");
    assert_eq!(says(denied, "there", "n1", 22), "allow");
    assert_eq!(says(denied, "there", "n2", 22), "deny");
}
