//! Lists of connections as netpol-analyzer's users know them.

use std::sync::Arc;

use ironsides_core::{Object, Origin};
use ironsides_network::profile::np_guard;
use ironsides_network::{Cluster, Engine, Lowered, Options, Policies, Profile};
use ironsides_tree::{Documents, Limits};

/// The workloads `a` and `b` in the namespaces `one` (team=red) and `two`.
const WORLD: &str = "
{apiVersion: v1, kind: Namespace, metadata: {name: one, labels: {team: red}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: one}, spec: {template: {
 metadata: {labels: {app: a}}, spec: {containers: [{ports: [{containerPort: 8080, name: http},
 {containerPort: 53, protocol: UDP, name: dns}]}]}}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: b, namespace: two}, spec: {template: {
 metadata: {labels: {app: b}}, spec: {hostNetwork: true, containers: [{ports: [{containerPort: 9090, name: http}]}]}}}}
";

fn lowered(text: &str) -> (Cluster, Lowered, Vec<String>) {
    let origin = || Origin::File { path: Arc::from("test.yaml"), text: Arc::from(text) };
    let objects: Vec<Object> = Documents::new(text, Limits::default())
        .map(Result::unwrap)
        .filter(|document| !document.envelope && !document.root.is_null())
        .map(|document| Object::new(document.root, origin(), document.remarks))
        .collect();
    let mut policies = Policies::default();
    for (number, object) in (0..).zip(&objects) {
        policies.read(number, &object.root);
    }
    let (mut cluster, problems) = Cluster::read_as_written(&objects);
    assert_eq!(problems, []);
    let controller = cluster.add_ingress_controller();
    let lowered = np_guard::lower(&cluster, &policies, &Options::of(Profile::NpGuard));
    let lines = Engine::new(&lowered).listed(&cluster, controller).iter().map(ToString::to_string).collect();
    (cluster, lowered, lines)
}

/// The lines of the list that have all of these words, for a world with these documents in it.
fn lines(documents: &[&str], words: &[&str]) -> Vec<String> {
    let text = format!("{WORLD}---\n{}", documents.join("\n---\n"));
    let (_, _, mut lines) = lowered(&text);
    lines.retain(|line| words.iter().all(|word| line.contains(word)));
    lines
}

const A: &str = "one/a[Deployment]";
const B: &str = "two/b[StatefulSet]";
const ALL: &str = "0.0.0.0-255.255.255.255[External]";

fn policy(spec: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: one}}, spec: {spec}}}"
    )
}

fn admin(name: &str, spec: &str) -> String {
    let kind = if name == "default" { "BaselineAdminNetworkPolicy" } else { "AdminNetworkPolicy" };
    format!(
        "{{apiVersion: policy.networking.k8s.io/v1alpha1, kind: {kind}, metadata: {{name: {name}}}, spec: {{subject: \
         {{namespaces: {{}}}}, {spec}}}}}"
    )
}

#[test]
fn without_policies_everything_goes() {
    let all = |from: &str, to: &str| format!("{from} => {to} : All Connections");
    assert_eq!(lines(&[], &[]), [all(ALL, A), all(ALL, B), all(A, ALL), all(A, B), all(B, ALL), all(B, A)]);
}

#[test]
fn ports_are_those_of_the_destination() {
    let spec = "{podSelector: {}, ingress: [{ports: [{port: http}, {port: dns}, {port: dns, protocol: UDP}, {port: 90, \
                endPort: 99}, {port: 95, endPort: 120}, {protocol: SCTP}]}]}";
    let expected = format!("{B} => {A} : SCTP 1-65535,TCP 90-120,8080,UDP 53");
    assert_eq!(lines(&[&policy(spec)], &["two/b", "=> one/a"]), [expected]);
    // What a pod sends to names that the other end gives.
    let spec = "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], \
                ports: [{port: http}]}]}";
    assert_eq!(lines(&[&policy(spec)], &["one/a", "=>"]).len(), 3);
    assert_eq!(lines(&[&policy(spec)], &["one/a[Deployment] =>"]), [format!("{A} => {B} : TCP 9090")]);
    let spec = "{podSelector: {}, ingress: [{ports: [{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}]}]}";
    assert_eq!(lines(&[&policy(spec)], &["two/b", "=> one/a"]), [format!("{B} => {A} : All Connections")]);
}

#[test]
fn blocks_take_outside_addresses_alone_and_split_them_by_direction() {
    let spec = "{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: \
                [10.1.0.0/16]}}, {ipBlock: {cidr: '::/0'}}]}], egress: [{to: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}";
    assert_eq!(
        lines(&[&policy(spec)], &["=> one/a"]),
        [
            format!("10.0.0.0-10.0.255.255[External] => {A} : All Connections"),
            format!("10.2.0.0-10.255.255.255[External] => {A} : All Connections"),
        ]
    );
    // Egress does not count, and yet its blocks tell destinations apart, for everybody.
    assert_eq!(
        lines(&[&policy(spec)], &["two/b[StatefulSet] =>"]),
        [
            format!("{B} => 0.0.0.0-192.0.1.255[External] : All Connections"),
            format!("{B} => 192.0.2.0-192.0.2.255[External] : All Connections"),
            format!("{B} => 192.0.3.0-255.255.255.255[External] : All Connections"),
        ]
    );
}

#[test]
fn tiers_decide_in_order() {
    let rule = |action: &str, more: &str| format!("{{action: {action}, from: [{{namespaces: {{}}}}]{more}}}");
    let port = |port: u16| format!(", ports: [{{portNumber: {{protocol: TCP, port: {port}}}}}]");
    let deny = admin("late", &format!("priority: 9, ingress: [{}]", rule("Deny", &port(80))));
    let pass = admin("early", &format!("priority: 1, ingress: [{}]", rule("Pass", &port(80))));
    let b_to_a = &["two/b", "=> one/a"];
    let everything_but_80 = format!("{B} => {A} : SCTP 1-65535,TCP 1-79,81-65535,UDP 1-65535");
    assert_eq!(lines(&[&deny], b_to_a), [everything_but_80.as_str()]);
    assert_eq!(lines(&[&deny, &pass], b_to_a), [format!("{B} => {A} : All Connections")]);
    // What is passed goes to NetworkPolicy, and where that does not guard to Baseline.
    let baseline = admin("default", &format!("ingress: [{}]", rule("Deny", "")));
    assert_eq!(lines(&[&deny, &pass, &baseline], b_to_a), Vec::<String>::new());
    let open = policy("{podSelector: {}, ingress: [{ports: [{port: 80}, {port: 81}]}]}");
    assert_eq!(lines(&[&deny, &pass, &baseline, &open], b_to_a), [format!("{B} => {A} : TCP 80-81")]);
    assert_eq!(lines(&[&deny, &baseline, &open], b_to_a), [format!("{B} => {A} : TCP 81")]);
    // By name, whatever the protocol.
    let named = format!("ingress: [{}]", rule("Deny", ", ports: [{namedPort: dns}]"));
    let named = lines(&[&admin("named", &format!("priority: 0, {named}"))], b_to_a);
    assert_eq!(named, [format!("{B} => {A} : SCTP 1-65535,TCP 1-65535,UDP 1-52,54-65535")]);
}

#[test]
fn networks_of_ipv6_and_unknown_peers_take_nobody() {
    let spec = "priority: 1, egress: [{action: Deny, to: [{networks: ['::/0', 10.0.0.0/8]}, {nodes: {}}]}]";
    let text = format!("{WORLD}---\n{}", admin("x", spec));
    let (_, lowered, all) = lowered(&text);
    assert_eq!(all.iter().filter(|line| line.starts_with("one/a")).count(), 3);
    assert!(
        all.contains(&format!("{A} => 11.0.0.0-255.255.255.255[External] : All Connections")),
        "{all:#?}"
    );
    let messages: Vec<_> = lowered.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        ["netpol-analyzer knows no IPv6: ::/0 takes nobody", "netpol-analyzer takes nobody for this peer"]
    );
}

#[test]
fn kinds_that_it_does_not_know_and_ties_are_told() {
    let tie = |name: &str| admin(name, "priority: 5, ingress: []");
    let text = [
        WORLD,
        &tie("first"),
        &tie("second"),
        "{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: z}, spec: {}}",
    ]
    .join("\n---\n");
    let (_, lowered, _) = lowered(&text);
    let messages: Vec<_> = lowered.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "netpol-analyzer does not know ClusterNetworkPolicy: it has no effect",
            "AdminNetworkPolicy/first has the same priority: netpol-analyzer refuses to answer; here the name decides",
        ]
    );
}

fn service(ports: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Service, metadata: {{name: s, namespace: one}}, spec: {{selector: {{app: a}}, ports: \
         [{ports}]}}}}"
    )
}

fn ingress(port: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: i, namespace: one}}, spec: {{rules: [{{ \
         host: h.example.com, http: {{paths: [{{path: /, backend: \
         {{service: {{name: s, port: {{{port}}}}}}}}}]}}}}]}}}}"
    )
}

fn route(port: &str) -> String {
    format!(
        "{{apiVersion: route.openshift.io/v1, kind: Route, metadata: {{name: r, namespace: one}}, spec: {{to: \
         {{kind: Service, name: s}}{port}}}}}"
    )
}

#[test]
fn what_comes_in_through_ingress_and_routes() {
    let led = |documents: &[&str]| lines(documents, &["{ingress-controller}"]);
    let expected = [format!("{{ingress-controller}} => {A} : TCP 8080")];
    let nothing = Vec::<String>::new();
    let plain = service("{port: 80, targetPort: 8080, name: web}");
    for (service, entrance, expected) in [
        (&plain, ingress("number: 80"), &expected[..]),
        (&plain, ingress("name: web"), &expected[..]),
        (&plain, ingress("number: 8080"), &expected[..]),
        (&plain, ingress("number: 81"), &nothing),
        (&plain, ingress("name: http"), &nothing),
        (&service("{port: 80, targetPort: http}"), ingress("number: 80"), &expected),
        (&service("{port: 80, targetPort: http}"), route(", port: {targetPort: http}"), &expected),
        (&service("{port: 80, targetPort: http}"), route(", port: {targetPort: https}"), &nothing),
        (&service("{port: 80, targetPort: http}, {port: 1, targetPort: 9999}"), route(""), &expected),
        // Nobody listens at a port that is not declared.
        (&service("{port: 80}"), ingress("number: 80"), &nothing),
    ] {
        assert_eq!(led(&[service, &entrance]), expected, "{service} {entrance}");
    }
    // Policies have their say about an unknown pod in a namespace of its own.
    let red =
        policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: red}}}]}]}");
    assert_eq!(led(&[&plain, &ingress("number: 80"), &red]), nothing);
    let any = policy("{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}");
    assert_eq!(led(&[&plain, &ingress("number: 80"), &any]), expected);
    let deny = admin("deny", "priority: 1, egress: [{action: Deny, to: [{namespaces: {}}]}]");
    assert_eq!(led(&[&plain, &ingress("number: 80"), &deny]), nothing);
}

#[test]
fn owners_are_shown_as_the_pods_name_them() {
    let pod = |name: &str, owner: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: one, labels: \
             {{pod-template-hash: abc}}, ownerReferences: [{{name: c-abc, controller: true{owner}}}]}}, \
             status: {{phase: Succeeded}}}}"
        )
    };
    let set = pod("c-1", ", kind: ReplicaSet, apiVersion: apps/v1");
    let other = pod("c-2", ", kind: ReplicaSet, apiVersion: apps/v1");
    assert_eq!(lines(&[&set, &other], &["c-abc", "two/b ="]), Vec::<String>::new());
    assert_eq!(
        lines(&[&set, &other], &[B, "=> one/c"]),
        [format!("{B} => one/c-abc[ReplicaSet] : All Connections")]
    );
    assert_eq!(
        lines(&[&pod("c", "")], &[B, "=> one/c"]),
        [format!("{B} => one/c-abc[Pod] : All Connections")]
    );
}
