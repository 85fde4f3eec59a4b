use ironsides_core::{Object, Origin, PodTemplates};
use ironsides_tree::{Documents, Limits, print};

use super::*;
use crate::name::Destination;
use crate::profile::Profile;
use crate::reach::reach;

const WORKLOADS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: job, namespace: shop, labels: {app: job}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: data, labels: {app: db}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: cache, namespace: data, labels: {app: cache}}, spec: {containers: []}}
";

fn state(policies: &str) -> State {
    let text = format!("{WORKLOADS}---\n{policies}");
    let objects: Vec<Object> = Documents::new(&text, Limits::default())
        .map(|document| document.unwrap().root)
        .filter(|root| !root.is_null())
        .map(|root| Object::new(root, Origin::Api { request: "".into() }, Vec::new()))
        .collect();
    State::read(&objects, &PodTemplates::default())
}

/// Every way with its side effects, in words.
fn ways(policies: &str, profile: Profile, from: &str, to: &str) -> Vec<String> {
    let state = state(policies);
    let options = Options::of(profile);
    let lowered = state.lower(profile, &options);
    let from = Party::read(from, &state.cluster).unwrap();
    let to = Destination::read(to, &state.cluster).unwrap();
    let answer = reach(&state.cluster, &lowered, &from, &to).unwrap();
    let case = answer.cases.last().unwrap();
    let found = flips(&state, &options, &lowered, case, (&from, &to.party), None);
    found
        .iter()
        .map(|flip| {
            let steps: Vec<String> = flip
                .steps
                .iter()
                .map(|step| {
                    let value = step.value.as_ref().map(print::json).unwrap_or_default();
                    format!("{} {} {value}", step.policy, step.what)
                })
                .collect();
            format!("{} | {}", steps.join(" & "), flip.side_effects())
        })
        .collect()
}

const CLOSED: &str = "
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: db, namespace: data},
 spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress],
  ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}},
                     podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}]}}
";

#[test]
fn a_port_more_is_the_smallest_where_the_peer_is_let_in_already() {
    let found = ways(CLOSED, Profile::Spec, "shop/web", "data/db:9187");
    assert_eq!(
        found,
        [
            "NetworkPolicy/data/db add to spec.ingress[0].ports {\"port\":9187} | 0",
            "NetworkPolicy/data/allow-web-to-db add a policy {\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\
             \"NetworkPolicy\",\"metadata\":{\"name\":\"allow-web-to-db\",\"namespace\":\"data\"},\"spec\":{\"podSelector\":\
             {\"matchLabels\":{\"app\":\"db\"}},\"policyTypes\":[\"Ingress\"],\"ingress\":[{\"from\":[{\"namespaceSelector\":\
             {\"matchLabels\":{\"kubernetes.io/metadata.name\":\"shop\"}},\"podSelector\":{\"matchLabels\":{\"app\":\"web\"}}}],\
             \"ports\":[{\"port\":9187}]}]}} | 0",
        ]
    );
}

#[test]
fn a_peer_more_is_the_smallest_where_the_port_is_open_already() {
    let found = ways(CLOSED, Profile::Calico, "shop/job", "data/db:5432");
    assert!(found[0].starts_with("NetworkPolicy/data/db add to spec.ingress[0].from "), "{found:?}");
    assert!(found[0].ends_with("| 0") && found[1].contains("add a policy"), "{found:?}");
}

#[test]
fn a_rule_that_opens_more_than_asked_for_comes_after_a_policy_of_its_own() {
    let both = "
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: all, namespace: data},
 spec: {podSelector: {}, policyTypes: [Ingress]}}";
    let found = ways(both, Profile::Spec, "shop/web", "data/db:5432");
    assert!(found[0].contains("add a policy") && found[0].ends_with("| 0"), "{found:?}");
    // The policy guards the cache as well.
    assert!(
        found[1].contains("NetworkPolicy/data/all add to spec.ingress") && found[1].ends_with("| 1"),
        "{found:?}"
    );
}

#[test]
fn both_ends_are_opened_where_both_deny() {
    let both = format!(
        "{CLOSED}---
{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: job, namespace: shop}},
 spec: {{podSelector: {{matchLabels: {{app: job}}}}, policyTypes: [Egress]}}}}"
    );
    let found = ways(&both, Profile::Spec, "shop/job", "data/db:5432");
    assert!(found[0].contains("NetworkPolicy/shop/job add to spec.egress"), "{found:?}");
    assert!(found[0].contains(" & NetworkPolicy/data/db add to spec.ingress[0].from"), "{found:?}");
}

#[test]
fn a_rule_that_denies_is_gone_around() {
    let denied = "
{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: no-shop},
 spec: {tier: Admin, priority: 10, subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: data}}},
  ingress: [{action: Deny, from: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}]}]}}";
    let found = ways(denied, Profile::Spec, "shop/web", "data/db:5432");
    assert!(found[0].starts_with("ClusterNetworkPolicy/no-shop add before spec.ingress[0] "), "{found:?}");
    // It also opens the way to the cache, whom the policy guards too.
    assert!(found[0].ends_with("| 1"), "{found:?}");
}

#[test]
fn what_is_open_is_closed_for_the_two_alone_where_the_plug_in_has_a_kind_for_that() {
    let found = ways("", Profile::Spec, "shop/web", "data/db:5432");
    assert!(found[0].starts_with("ClusterNetworkPolicy/deny-web-to-db add a policy"), "{found:?}");
    assert!(found[0].ends_with("| 0"), "{found:?}");
    let found = ways("", Profile::Antrea, "shop/web", "data/db:5432");
    assert!(found[0].starts_with("AdminNetworkPolicy/deny-web-to-db add a policy"), "{found:?}");
    let found = ways(CLOSED, Profile::Spec, "shop/web", "data/db:5432");
    assert!(
        found.iter().any(|way| way.starts_with("NetworkPolicy/data/db remove spec.ingress[0]")),
        "{found:?}"
    );
}

#[test]
fn nothing_is_proposed_for_many_at_once() {
    assert_eq!(ways(CLOSED, Profile::Spec, "ns/shop", "data/db:9187"), [""; 0]);
}
