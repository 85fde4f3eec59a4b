//! How far workloads are open.

use std::sync::Arc;

use ironsides_core::{Object, Origin, PodTemplates};
use ironsides_network::exposure::{Exposure, Guard, exposures};
use ironsides_network::{Options, Profile, State, Verdict};
use ironsides_tree::{Documents, Limits};

/// The deployment `shop/web` and the pod `data/db`, each on a node of its own.
const WORLD: &str = "
{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 10.0.0.1}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, status: {addresses: [{type: InternalIP, address: 10.0.0.2}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {nodeName: n1, containers: [{ports: [{name: http, containerPort: 8080}]}]}
status: {podIP: 10.1.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: data, labels: {app: db}}
spec: {nodeName: n2, containers: [{ports: [{containerPort: 5432}]}]}
status: {podIP: 10.1.0.2}
";

fn look(documents: &[&str], profile: Profile) -> Vec<Exposure> {
    let text = format!("{WORLD}---\n{}", documents.join("\n---\n"));
    let origin = || Origin::File { path: Arc::from("test.yaml"), text: Arc::from(text.as_str()) };
    let objects: Vec<Object> = Documents::new(&text, Limits::default())
        .map(Result::unwrap)
        .filter(|document| !document.envelope && !document.root.is_null())
        .map(|document| Object::new(document.root, origin(), document.remarks))
        .collect();
    let state = State::read(&objects, &PodTemplates::default());
    assert_eq!(state.problems, []);
    exposures(&state.cluster, &state.policies, profile, &Options::of(profile))
}

fn web(documents: &[&str]) -> Exposure {
    let mut web = look(documents, Profile::Spec);
    web.retain(|exposure| exposure.name == "web");
    assert_eq!(web.len(), 1);
    web.remove(0)
}

fn told(exposure: &Exposure) -> Vec<String> {
    let way = |way: &ironsides_network::exposure::Way| {
        let verdict = match &way.verdict {
            Verdict::Allow => "yes".to_owned(),
            Verdict::Deny => "no".to_owned(),
            Verdict::Depends(conditions) => format!("if {}", conditions.join(" and ")),
            other => format!("{other:?}"),
        };
        format!("{way}{}: {verdict}", if way.internal { " (internal)" } else { "" })
    };
    exposure.ways.iter().map(way).collect()
}

fn policy(spec: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, \
         spec: {spec}}}"
    )
}

fn service(kind: &str, more: &str, metadata: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Service, metadata: {{name: web, namespace: shop{metadata}}}, spec: {{type: {kind}, \
         selector: {{app: web}}, ports: [{{port: 80, targetPort: http, nodePort: 30080}}]{more}}}}}"
    )
}

const CLOSED: &str = "{podSelector: {}, policyTypes: [Ingress, Egress]}";

#[test]
fn without_policies_everything_is_open() {
    let all = look(&[], Profile::Spec);
    let names: Vec<_> = all.iter().map(|one| format!("{}/{}", one.namespace, one.name)).collect();
    assert_eq!(names, ["data/db", "shop/web"]);
    for one in &all {
        assert_eq!((one.ingress, one.egress), (Guard::Unprotected, Guard::Unprotected));
        for open in [&one.from_internet, &one.to_internet, &one.from_cluster, &one.to_cluster] {
            assert_eq!(open.to_string(), "All Connections");
        }
        assert!(one.from_everywhere.is_all() && one.ways.is_empty());
    }
    assert_eq!(all[0].from_namespaces, ["shop"]);
}

#[test]
fn policies_close_what_they_guard() {
    let one = web(&[&policy(CLOSED)]);
    assert_eq!((one.ingress, one.egress), (Guard::Closed, Guard::Closed));
    for open in [&one.from_internet, &one.to_internet, &one.from_cluster, &one.to_cluster] {
        assert!(open.is_nothing(), "{open}");
    }
    assert!(one.from_namespaces.is_empty());
    let one = web(&[&policy(
        "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [198.51.100.0/24]}}], ports: \
         [{port: 443}]}, {from: [{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: '::/0'}}], ports: [{port: 80}]}, \
         {from: [{namespaceSelector: {}}], ports: [{port: 9090}]}, {from: [{namespaceSelector: {matchLabels: \
         {kubernetes.io/metadata.name: data}}}], ports: [{port: 1}]}]}",
    )]);
    assert_eq!((one.ingress, one.egress), (Guard::Closed, Guard::Unprotected));
    assert_eq!(one.from_internet.ports.to_string(), "TCP 80,443");
    assert_eq!(one.from_everywhere.to_string(), "TCP 80");
    // Whatever address a pod has, it is in one of the two blocks of port 80; about 443 nobody knows.
    assert_eq!(one.from_cluster.to_string(), "TCP 80,9090, perhaps TCP 443");
    assert_eq!(one.from_namespaces, ["data"]);
    assert_eq!(one.to_internet.to_string(), "All Connections");
    // An administrator's rule about one port guards, and closes nothing else.
    let deny = "{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: d}, spec: \
                {priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}], ports: \
                [{portNumber: {protocol: TCP, port: 22}}]}]}}";
    let one = web(&[deny]);
    assert_eq!(one.ingress, Guard::Partly);
    assert_eq!(one.from_cluster.ports.to_string(), "SCTP 1-65535,TCP 1-21,23-65535,UDP 1-65535");
}

#[test]
fn nodes_and_load_balancers_lead_in() {
    let balancer = service("LoadBalancer", "", "");
    assert_eq!(
        told(&web(&[&balancer])),
        [
            "load balancer port 80 of Service shop/web to TCP 8080: yes",
            "node port 30080 of Service shop/web to TCP 8080: yes",
        ]
    );
    let closed = policy(CLOSED);
    // Nothing comes between a pod and its own node.
    assert_eq!(
        told(&web(&[&service("NodePort", "", ""), &closed])),
        [
            "node port 30080 of Service shop/web to TCP 8080: if it comes in through a node that policies let in",
        ]
    );
    let local = service("NodePort", ", externalTrafficPolicy: Local", "");
    assert_eq!(told(&web(&[&local, &closed])), ["node port 30080 of Service shop/web to TCP 8080: no"]);
    let some = policy("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 198.51.100.0/24}}]}]}");
    assert_eq!(
        told(&web(&[&local, &some])),
        [
            "node port 30080 of Service shop/web to TCP 8080: if the sender's address is one that policies let in"
        ]
    );
    // The load balancer lets nobody in but those whom policies let in.
    let range = service(
        "LoadBalancer",
        ", externalTrafficPolicy: Local, loadBalancerSourceRanges: [198.51.100.0/25]",
        "",
    );
    assert_eq!(told(&web(&[&range, &some]))[0], "load balancer port 80 of Service shop/web to TCP 8080: yes");
    let metadata = ", annotations: {networking.gke.io/load-balancer-type: Internal}";
    assert!(told(&web(&[&service("LoadBalancer", "", metadata)]))[0].contains("TCP 8080 (internal): yes"));
    let external = service("ClusterIP", ", externalIPs: [203.0.113.1]", "");
    assert_eq!(told(&web(&[&external])), ["external address port 80 of Service shop/web to TCP 8080: yes"]);
    assert_eq!(told(&web(&[&service("ClusterIP", "", "")])), Vec::<String>::new());
}

#[test]
fn ingress_and_gateways_lead_in() {
    let plain = service("ClusterIP", "", "");
    let ingress = "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: shop}, spec: \
                   {rules: [{host: a.example.com, http: {paths: [{backend: {service: {name: web, port: \
                   {number: 80}}}}]}}]}}";
    let route = "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r, namespace: shop}, \
                 spec: {parentRefs: [{name: g}], rules: [{backendRefs: [{name: web, port: 80}]}]}}";
    let way = |verdict: &str| {
        [
            format!("any host of HTTPRoute shop/r to TCP 8080: {}", verdict.replace('_', "HTTPRoute shop/r")),
            format!(
                "a.example.com of Ingress shop/i to TCP 8080: {}",
                verdict.replace('_', "Ingress shop/i")
            ),
        ]
    };
    assert_eq!(told(&web(&[&plain, ingress, route])), way("yes"));
    let some = policy(
        "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {a: b}}}, {podSelector: {}}]}]}",
    );
    assert_eq!(
        told(&web(&[&plain, ingress, route, &some])),
        way("if whatever serves _ is one of those whom policies let in")
    );
    // Under np-guard there are no nodes, so that nobody is left.
    let one = look(&[&plain, ingress, route, &policy(CLOSED)], Profile::NpGuard);
    assert_eq!(told(&one[1]), way("no"));
}

#[test]
fn pods_lead_in_by_their_nodes() {
    let pod = |spec: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: shop}}, spec: {{nodeName: n1, {spec}}}}}"
        )
    };
    let host = pod("containers: [{ports: [{containerPort: 53, protocol: UDP, hostPort: 5353}]}]");
    assert_eq!(told(&web(&[&host])), ["host port 5353 to UDP 53: yes"]);
    assert_eq!(told(&web(&[&host, &policy(CLOSED)])), ["host port 5353 to UDP 53: no"]);
    let network = pod("hostNetwork: true, containers: [{ports: [{containerPort: 80}]}]");
    assert_eq!(told(&web(&[&network, &policy(CLOSED)])), ["the network of its node to TCP 80: yes"]);
    assert_eq!(
        told(&web(&[&pod("hostNetwork: true, containers: []")])),
        ["the network of its node to any port: yes"]
    );
}
