//! Policies of Cilium's own kinds: what the agent and the schema of the custom resources say to them.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use ironsides_network::kinds::Policies;
use ironsides_network::kinds::cilium::{CiliumPolicy, Stage, Subject};
use ironsides_tree::{Documents, Limits, parse_one};
use proptest::prelude::*;

/// A policy whose `spec` is this, in flow style.
fn read(spec: &str) -> CiliumPolicy {
    let text = format!(
        "{{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {spec}}}"
    );
    of(&text)
}

fn of(text: &str) -> CiliumPolicy {
    let root = parse_one(text).unwrap();
    let mut policies = Policies::default();
    assert!(policies.read(0, &root), "{text}");
    policies.cilium.remove(0)
}

/// The outcome at the agent with what is wrong where, and whether the schema refuses.
fn judged(policy: &CiliumPolicy) -> String {
    let agent = policy.refused(false).map_or_else(
        || "accept".to_owned(),
        |refusal| format!("{:?} {}: {}", refusal.stage, refusal.problem.place.path, refusal.problem.message),
    );
    let schema: Vec<String> =
        policy.schema.iter().map(|problem| format!("{}: {}", problem.place.path, problem.message)).collect();
    format!("{agent} | {}", schema.join("; "))
}

fn ingress(rule: &str) -> String {
    judged(&read(&format!("{{endpointSelector: {{}}, ingress: [{rule}]}}")))
}

fn egress(rule: &str) -> String {
    judged(&read(&format!("{{endpointSelector: {{}}, egress: [{rule}]}}")))
}

#[test]
fn what_both_take() {
    for rule in [
        "{}",
        "{fromEndpoints: []}",
        "{fromEndpoints: [{matchLabels: {'k8s:app': web, 'reserved:host': ''}}]}",
        "{fromEndpoints: [{}], fromEntities: []}",
        "{fromCIDR: [10.1.2.3/8, '::/0', 'fd00::1.2.3.4/127']}",
        "{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.0.0.0/8]}, {cidrGroupRef: g, except: [10.0.0.0/8]}]}",
        "{fromCIDRSet: [{cidrGroupSelector: {}}]}",
        "{fromGroups: [{aws: {region: x}}]}",
        "{icmps: [{fields: [{type: 256}, {type: -1}, {type: EchoRequest, family: IPv6}, {type: '255'}]}]}",
        "{toPorts: [{ports: [{port: '80', endPort: 79}, {port: HTTP}, {port: '0', protocol: VRRP}]}]}",
        "{toPorts: [{ports: [{port: '80', protocol: TCP}], rules: {http: []}}]}",
        "{toPorts: [{ports: [{port: '80', protocol: TCP}], rules: {http: [{host: '['}]}}]}",
        "{toPorts: [{ports: [{port: '443', protocol: TCP}], serverNames: [a.b, '*.b']}]}",
        "{toPorts: [{ports: [{port: '53', protocol: UDP}], rules: {dns: []}}]}",
        "{toPorts: [{ports: [{port: '80', protocol: UDP}], rules: {http: []}}]}",
        "{authentication: {mode: required}}",
    ] {
        assert_eq!(ingress(rule), "accept | ", "{rule}");
    }
    for rule in [
        "{toServices: [{}], toPorts: [{ports: [{port: '80'}]}]}",
        "{toFQDNs: [{matchPattern: '**.a'}, {matchName: _x.a.}]}",
        "{toPorts: [{ports: [{port: '53'}], rules: {dns: [{matchPattern: '*'}]}}]}",
        "{toPorts: [{ports: [{port: '80'}], listener: {name: l, envoyConfig: {name: c}, priority: 100}}]}",
    ] {
        assert_eq!(egress(rule), "accept | ", "{rule}");
    }
}

#[test]
fn what_only_the_schema_refuses() {
    for (rule, place) in [
        ("{fromEntities: [world-ipv4]}", "fromEntities[0]"),
        ("{fromCIDR: [10.0.0.1]}", "fromCIDR[0]"),
        ("{fromCIDRSet: [{cidrGroupRef: Bad_Name}]}", "fromCIDRSet[0].cidrGroupRef"),
        ("{fromEndpoints: null}", "fromEndpoints"),
        ("{fromEndpoints: [null]}", "fromEndpoints[0]"),
        ("{fromRequires: [a]}", "fromRequires"),
        ("{authentication: {mode: mutual}}", "authentication.mode"),
        ("{authentication: {}}", "authentication"),
        ("{toPorts: [{ports: [{port: '80', endPort: 70000}]}]}", "toPorts[0].ports[0].endPort"),
        ("{toPorts: [{ports: [{port: '80', protocol: tcp}]}]}", "toPorts[0].ports[0].protocol"),
        ("{toPorts: [{ports: [{port: '80', protocol: TCP}], rules: {}}]}", "toPorts[0].rules"),
        ("{toPorts: [{ports: [{port: '443'}], serverNames: []}]}", "toPorts[0].serverNames"),
        ("{toPorts: [{ports: [{port: '443'}], serverNames: [a, a]}]}", "toPorts[0].serverNames[1]"),
        ("{toPorts: [{ports: [{port: '443'}], terminatingTLS: {}}]}", "toPorts[0].terminatingTLS"),
        ("{icmps: [{fields: [{type: '256'}]}]}", "icmps[0].fields[0].type"),
        ("{icmps: [{fields: [{type: ExtendedEchoReply}]}]}", "icmps[0].fields[0].type"),
    ] {
        let judged = ingress(rule);
        let expected = format!("accept | spec.ingress[0].{place}: ");
        assert!(judged.starts_with(&expected), "{rule}\n{judged}");
    }
}

#[test]
fn what_the_agent_refuses() {
    for (rule, place) in [
        ("{fromEndpoints: [{}], fromCIDR: [10.0.0.0/8]}", ""),
        ("{fromGroups: [{}], fromNodes: [{}]}", ""),
        ("{fromNodes: [{}]}", ".fromNodes[0]"),
        ("{fromEndpoints: [{matchLabels: {'a:b:c': x}}]}", ".fromEndpoints[0]"),
        ("{fromEndpoints: [{matchLabels: {':a': x}}]}", ".fromEndpoints[0]"),
        ("{fromEndpoints: [{matchLabels: {'a.b:c': x}}]}", ".fromEndpoints[0]"),
        (
            "{fromEndpoints: [{matchExpressions: [{key: a, operator: In, values: ['-']}]}]}",
            ".fromEndpoints[0].matchExpressions[0]",
        ),
        (
            "{fromCIDRSet: [{cidrGroupSelector: {matchLabels: {'k8s:a': b}}}]}",
            ".fromCIDRSet[0].cidrGroupSelector",
        ),
        ("{fromCIDR: [010.0.0.0/8]}", ".fromCIDR[0]"),
        ("{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [11.0.0.0/9]}]}", ".fromCIDRSet[0].except[0]"),
        ("{toPorts: [{ports: [{port: '80', protocol: VRRP}]}]}", ".toPorts[0].ports[0]"),
        ("{toPorts: [{ports: [{port: '080'}]}]}", ".toPorts[0].ports[0]"),
        ("{toPorts: [{ports: [{port: '80'}], rules: {http: [{}]}}]}", ".toPorts[0].ports[0]"),
        ("{toPorts: [{ports: [{port: '53'}], rules: {dns: [{matchName: a}]}}]}", ".toPorts[0].rules"),
        (
            "{toPorts: [{ports: [{port: '80', protocol: TCP}], rules: {http: [{path: 'a**'}]}}]}",
            ".toPorts[0].rules.http[0]",
        ),
        (
            "{toPorts: [{ports: [{port: '80', protocol: TCP}], serverNames: [a], rules: {http: [{}]}}]}",
            ".toPorts[0]",
        ),
        ("{icmps: [{fields: [{type: 8}]}], toPorts: [{ports: [{port: '80'}]}]}", ""),
    ] {
        let judged = ingress(rule);
        assert!(judged.starts_with(&format!("Parse spec.ingress[0]{place}: ")), "{rule}\n{judged}");
    }
    for (rule, place) in [
        ("{toFQDNs: [{matchName: a, matchPattern: b}]}", ".toFQDNs[0]"),
        ("{toServices: [{}], toEntities: [all]}", ""),
        (
            "{toPorts: [{ports: [{port: '53', endPort: 54}], rules: {dns: [{matchName: a}]}}]}",
            ".toPorts[0].ports[0]",
        ),
        (
            "{toPorts: [{ports: [{port: '80'}], rules: {http: [{}]}, listener: {name: l}}]}",
            ".toPorts[0].ports[0]",
        ),
    ] {
        let judged = egress(rule);
        assert!(judged.starts_with(&format!("Parse spec.egress[0]{place}: ")), "{rule}\n{judged}");
    }
}

#[test]
fn types_come_before_conditions_and_crashes_before_both() {
    let outcome =
        |rule: &str| read(&format!("{{endpointSelector: {{}}, ingress: [{rule}]}}")).refusal.unwrap().stage;
    assert_eq!(outcome("{toPorts: [{ports: [{port: 80}]}]}"), Stage::Decode);
    assert_eq!(outcome("{fromEntities: [x], toPorts: [{ports: [{port: 80}]}]}"), Stage::Decode);
    assert_eq!(outcome("{icmps: [{fields: [{}]}], fromEntities: [1]}"), Stage::DecodePanic);
    assert_eq!(outcome("{icmps: [{fields: [{type: Echo, family: IPv6}]}]}"), Stage::Decode);
    assert_eq!(outcome("{fromCIDR: ['fe80::1%eth0']}"), Stage::Panic);
    assert_eq!(outcome("{fromCIDR: ['fe80::1%eth0'], fromEntities: [x]}"), Stage::Parse);
    assert_eq!(outcome("{fromCIDRSet: [{cidrGroupRef: g, except: [x]}]}"), Stage::Panic);
}

#[test]
fn policies_as_a_whole() {
    let policy = |kind: &str, rest: &str| of(&format!("{{apiVersion: cilium.io/v2, kind: {kind}, {rest}}}"));
    let named = |rest: &str| policy("CiliumNetworkPolicy", &format!("metadata: {{name: p}}, {rest}"));
    assert_eq!(named("specs: []").name.to_string(), "CiliumNetworkPolicy/default/p");
    assert!(named("specs: []").refusal.is_none() && named("spec: null").refusal.is_some());
    assert_eq!(named("specs: [null]").refusal.unwrap().stage, Stage::Panic);
    assert_eq!(named("spec: {endpointSelector: {}, ingress: []}").refusal.unwrap().stage, Stage::Parse);
    let hosts = "spec: {nodeSelector: {}, egress: [{}]}";
    assert_eq!(named(hosts).refusal.unwrap().stage, Stage::Parse);
    let clusterwide = policy("CiliumClusterwideNetworkPolicy", &format!("metadata: {{name: p}}, {hosts}"));
    assert!(clusterwide.refusal.is_none() && matches!(clusterwide.specs[0].subject, Subject::Nodes(_)));
    let nameless = policy("CiliumNetworkPolicy", "metadata: {}, specs: []");
    assert_eq!(nameless.refusal.unwrap().stage, Stage::Parse);
}

#[test]
fn fields_that_are_dropped_are_named() {
    let policy = read(
        "{endpointSelector: {}, order: 1, ingress: [{FromEndpoints: [{}], toFQDNs: []}], \
         ingressDeny: [{toPorts: [{ports: [], rules: {http: []}}], authentication: {mode: required}}]}",
    );
    let dropped: Vec<String> =
        policy.unknown.iter().map(|problem| format!("{}: {}", problem.place.path, problem.message)).collect();
    assert_eq!(
        dropped,
        [
            "spec.order: `order` is no field here and is dropped",
            "spec.ingress[0].FromEndpoints: `FromEndpoints` is no field here and is dropped; `fromEndpoints` is",
            "spec.ingress[0].toFQDNs: `toFQDNs` is no field here and is dropped",
            "spec.ingressDeny[0].toPorts[0].rules: `rules` is no field here and is dropped",
            "spec.ingressDeny[0].authentication: `authentication` is no field here and is dropped",
        ]
    );
    let deny = policy.specs[0].rules.iter().find(|rule| rule.deny).unwrap();
    assert!(deny.authentication.is_none() && deny.ports.as_ref().unwrap()[0].rules.is_none());
}

#[test]
fn absent_and_empty_lists_are_kept_apart() {
    let policy = read("{endpointSelector: null, ingress: [null, {fromEndpoints: [], toPorts: []}]}");
    let rules = &policy.specs[0].rules;
    assert_eq!(rules.len(), 2);
    assert!(rules[0].peers.endpoints.is_none() && rules[0].ports.is_none());
    assert!(
        rules[1].peers.endpoints.as_ref().unwrap().is_empty() && rules[1].ports.as_ref().unwrap().is_empty()
    );
    assert!(
        matches!(&policy.specs[0].subject, Subject::Endpoints(selector) if selector.requirements.is_empty())
    );
}

const SEED: &str = include_str!("../../../fuzz/seeds/policy/cilium.yaml");

#[test]
fn the_seed_is_taken() {
    let mut policies = Policies::default();
    for document in Documents::new(SEED, Limits::default()) {
        policies.read(0, &document.unwrap().root);
    }
    for policy in &policies.cilium {
        assert_eq!(
            (policy.refused(true), policy.schema.as_slice(), policy.unknown.as_slice()),
            (None, [].as_slice(), [].as_slice())
        );
    }
    assert_eq!(policies.cilium.len(), 2);
}

proptest! {
    /// Documents with parts cut out or replaced are read without a panic, and what is wrong has a place within them.
    #[test]
    fn broken_documents_are_read(start in 0..SEED.len(), length in 0..40usize, word in "[a-z0-9:{}\\[\\]'\\-*, ]{0,8}|null|-1|1.5|true") {
        let end = (start + length).min(SEED.len());
        let text = format!("{}{word}{}", &SEED[..start], &SEED[end..]);
        let mut policies = Policies::default();
        for document in Documents::new(&text, Limits::default()) {
            let Ok(document) = document else { break };
            policies.read(0, &document.root);
        }
        for policy in &policies.cilium {
            let refusal = policy.refused(false).map(|refusal| refusal.problem);
            for problem in refusal.iter().chain(&policy.schema).chain(&policy.unknown) {
                prop_assert!(problem.place.span.start as usize <= text.len() && !problem.message.is_empty());
            }
        }
    }
}
