//! What Cilium makes of policies where that is not what one would expect: one small cluster, one policy or two, and
//! questions.

#![allow(
    clippy::panic,
    clippy::trivially_copy_pass_by_ref,
    clippy::unwrap_used,
    reason = "a test fails where a document cannot be read"
)]

use std::collections::BTreeMap;

use ironsides_network::cluster::{
    AddressGroup, ContainerPort, Labels, Namespace, Node, Pod, Service, ServiceEndpoint,
};
use ironsides_network::l7::http::Request;
use ironsides_network::profile::{Enforcement, cilium};
use ironsides_network::{
    Authentication, Cluster, Decision, Direction, Endpoint, Flow, Limit, Lowered, Match, Options, Origin,
    Policies, Profile, Protocol, Traffic, Verdict,
};
use ironsides_tree::{Text, parse_one};

fn labels(text: &str) -> Labels {
    text.split_whitespace()
        .filter_map(|label| label.split_once('='))
        .map(|(k, v)| (k.into(), v.into()))
        .collect()
}

fn pod(
    namespace: &str,
    name: &str,
    node: &str,
    address: &str,
    own: &str,
    ports: &[(&str, u16, Protocol)],
) -> Pod {
    let port = |&(name, number, protocol): &(&str, u16, Protocol)| ContainerPort {
        name: Some(name.into()),
        number,
        protocol,
    };
    Pod {
        namespace: namespace.into(),
        name: name.into(),
        labels: labels(own),
        service_account: "default".into(),
        node: Some(node.into()),
        addresses: vec![address.parse().unwrap()],
        ports: ports.iter().map(port).collect(),
        ..Pod::default()
    }
}

/// Two nodes, three namespaces, five pods; `a` and `c` are on the first node.
fn cluster() -> Cluster {
    let namespace = |name: &str, own: &str| {
        let mut labels = labels(own);
        labels.insert("kubernetes.io/metadata.name".into(), name.into());
        (Text::new(name), Namespace { labels, ..Namespace::default() })
    };
    let node = |name: &str, address: &str, own: &str| Node {
        name: name.into(),
        labels: labels(own),
        addresses: vec![address.parse().unwrap()],
    };
    let service = |name: &str, own: &str, selector: Option<&str>, backends: &[&str]| Service {
        namespace: "one".into(),
        name: name.into(),
        labels: labels(own),
        selector: selector.map(labels),
        endpoints: backends.iter().map(|address| ServiceEndpoint::at(address.parse().unwrap())).collect(),
        ..Service::default()
    };
    let group = |name: &str, own: &str, block: &str| AddressGroup {
        kind: "CiliumCIDRGroup".into(),
        name: name.into(),
        labels: labels(own),
        blocks: vec![block.parse().unwrap()],
        ..AddressGroup::default()
    };
    Cluster {
        namespaces: BTreeMap::from([
            namespace("one", "team=red"),
            namespace("two", "team=blue"),
            namespace("kube-system", ""),
        ]),
        nodes: vec![
            node("n1", "172.20.0.1", "disk=ssd kubernetes.io/hostname=n1"),
            node("n2", "172.20.0.2", "disk=hdd"),
        ],
        pods: vec![
            pod("one", "a", "n1", "10.0.1.1", "app=a", &[("http", 8080, Protocol::Tcp)]),
            pod("one", "b", "n2", "10.0.2.1", "app=b pod-template-hash=x", &[("http", 80, Protocol::Tcp)]),
            pod("two", "c", "n1", "10.0.1.2", "app=c", &[("http", 8080, Protocol::Tcp)]),
            pod("two", "d", "n2", "10.0.2.2", "app=c", &[("http", 9090, Protocol::Tcp)]),
            pod(
                "kube-system",
                "dns",
                "n2",
                "10.0.2.3",
                "k8s-app=kube-dns",
                &[("dns", 53, Protocol::Udp), ("dns-tcp", 53, Protocol::Tcp)],
            ),
        ],
        services: vec![
            service("inside", "", Some("app=b"), &[]),
            service("outside", "kind=ext", None, &["192.0.2.9"]),
        ],
        address_groups: vec![group("g", "zone=eu", "192.0.2.0/24"), group("h", "zone=us", "198.51.100.0/24")],
        apiserver: vec!["203.0.113.1".parse().unwrap(), "172.20.0.2".parse().unwrap()],
        names: BTreeMap::from([
            (Text::new("api.example.com"), vec!["198.51.100.7".parse().unwrap()]),
            (Text::new("db.two.svc.cluster.local"), vec!["10.0.1.2".parse().unwrap()]),
        ]),
        names_complete: true,
        ..Cluster::default()
    }
}

fn options() -> Options {
    Options { dual_stack: false, as_stored: true, ..Options::of(Profile::Cilium) }
}

fn cnp(name: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {{name: {name}, namespace: one}}, \
         spec: {spec}}}"
    )
}

/// A policy in namespace `one` for pod `a` with these rules.
fn rules(name: &str, rules: &str) -> String {
    cnp(name, &format!("{{endpointSelector: {{matchLabels: {{app: a}}}}, {rules}}}"))
}

fn ccnp(spec: &str) -> String {
    format!(
        "{{apiVersion: cilium.io/v2, kind: CiliumClusterwideNetworkPolicy, metadata: {{name: w}}, spec: {spec}}}"
    )
}

fn netpol(spec: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: n, namespace: one}}, spec: {spec}}}"
    )
}

/// A ClusterNetworkPolicy for pod `a`.
fn kcnp(name: &str, tier: &str, priority: i32, rules: &str) -> String {
    format!(
        "{{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {{name: {name}}}, \
         spec: {{tier: {tier}, priority: {priority}, \
         subject: {{pods: {{namespaceSelector: {{}}, podSelector: {{matchLabels: {{app: a}}}}}}}}, {rules}}}}}"
    )
}

fn lower_with(policies: &[String], options: &Options) -> Lowered {
    let mut read = Policies::default();
    for (document, text) in (0..).zip(policies) {
        let root = parse_one(text).unwrap_or_else(|error| panic!("{text}\n{error}"));
        assert!(read.read(document, &root), "{text}");
    }
    cilium::lower(&cluster(), &read, options)
}

fn endpoint(text: &str) -> Endpoint {
    let at = |at: Option<usize>| u32::try_from(at.unwrap_or_else(|| panic!("no {text}"))).unwrap();
    let cluster = cluster();
    if let Ok(address) = text.parse() {
        return Endpoint::Address(address);
    }
    match cluster.nodes.iter().position(|node| node.name == text) {
        Some(node) => Endpoint::Node(at(Some(node))),
        None => Endpoint::Pod(at(cluster.pods.iter().position(|pod| pod.name == text))),
    }
}

/// `a b 8080` or `a b UDP 53`: what the sender's (`egress`) or the receiver's end decides.
fn ask(lowered: &Lowered, direction: Direction, question: &str) -> Decision {
    let words: Vec<&str> = question.split_whitespace().collect();
    let (protocol, port) = match words.get(2..) {
        Some([port]) => (Protocol::Tcp, port),
        Some([protocol, port]) => (Protocol::named(protocol).unwrap(), port),
        _ => panic!("{question}"),
    };
    let traffic = Traffic { protocol, port: port.parse().unwrap() };
    let answer = lowered.answer(Flow { from: endpoint(words[0]), to: endpoint(words[1]), traffic }).unwrap();
    if direction == Direction::Egress { answer.egress } else { answer.ingress }
}

/// In one word, with who decides where that is no policy.
fn told(lowered: &Lowered, decision: &Decision) -> String {
    let own = decision.rules.iter().find_map(|&rule| match lowered.rules[rule as usize].origin {
        Origin::Plugin(name) => Some(name),
        _ => None,
    });
    let mut word = match &decision.verdict {
        Verdict::Allow if decision.rules.is_empty() => "open".to_owned(),
        Verdict::Deny if decision.is_default(&lowered.rules) => "closed".to_owned(),
        Verdict::Allow => own.unwrap_or("allow").to_owned(),
        Verdict::Deny => own.unwrap_or("deny").to_owned(),
        Verdict::Broken => "broken".to_owned(),
        Verdict::Depends(conditions) => format!("if {}", conditions.join(", ")),
        Verdict::Limited(limits) => {
            let kind = |limit: &Limit| match limit {
                Limit::Http(_) => "http",
                Limit::Dns(_) => "dns",
                Limit::Authentication(_) => "proof",
            };
            limits.iter().map(kind).collect::<Vec<_>>().join("+")
        }
    };
    if decision.verdict.authentication() == Some(Authentication::AlwaysFail) {
        word.push_str(" never");
    }
    word
}

/// Each line is `QUESTION: ANSWER`.
fn check_with(policies: &[String], options: &Options, direction: Direction, expected: &str) {
    let lowered = lower_with(policies, options);
    let lines = expected.lines().map(str::trim).filter(|line| !line.is_empty());
    let got: Vec<String> = lines
        .clone()
        .map(|line| {
            let (question, _) = line.split_once(": ").unwrap();
            format!("{question}: {}", told(&lowered, &ask(&lowered, direction, question)))
        })
        .collect();
    assert_eq!(got.join("\n"), lines.collect::<Vec<_>>().join("\n"), "{}", policies.join("\n"));
}

fn ingress(policies: &[String], expected: &str) {
    check_with(policies, &options(), Direction::Ingress, expected);
}

fn egress(policies: &[String], expected: &str) {
    check_with(policies, &options(), Direction::Egress, expected);
}

#[test]
fn rules_without_peers_lock_and_let_nobody_in() {
    for empty in [
        "ingress: [{}]",
        "ingress: [{toPorts: []}]",
        "ingress: [{toPorts: [{}]}]",
        "ingress: [{icmps: []}]",
        "ingressDeny: [{}]",
        "ingress: [{fromEndpoints: []}]",
        "ingress: [{fromEntities: [], toPorts: [{ports: [{port: '80'}]}]}]",
        "ingress: [{fromEndpoints: [{}], fromEntities: []}]",
        "ingress: [{fromCIDRSet: [{cidrGroupRef: nosuch}]}]",
    ] {
        ingress(
            &[rules("p", empty)],
            "b a 80: closed\n192.0.2.1 a 80: closed\nn1 a 80: allow-localhost-ingress",
        );
    }
    ingress(
        &[rules("p", "ingress: [{toPorts: [{ports: [{port: '80'}]}]}]")],
        "192.0.2.1 a 80: allow\nb a 81: closed",
    );
}

#[test]
fn services_that_nobody_has_open_ports_to_everyone() {
    let to =
        |services: &str, rest: &str| [rules("p", &format!("egress: [{{toServices: {services}{rest}}}]"))];
    let port = ", toPorts: [{ports: [{port: '80'}]}]";
    let unknown = "[{k8sService: {serviceName: nosuch, namespace: one}}]";
    egress(&to(unknown, port), "a b 80: allow\na 8.8.8.8 80: allow\na b 81: closed");
    egress(&to("[]", port), "a 8.8.8.8 80: allow");
    egress(&to(unknown, ""), "a b 80: closed\na 8.8.8.8 80: closed");
    let one = "[{k8sService: {serviceName: nosuch, namespace: one}}, \
               {k8sService: {serviceName: inside, namespace: one}}]";
    egress(&to(one, port), "a b 80: allow\na 8.8.8.8 80: closed\na c 80: closed");
    let by_label = "[{k8sServiceSelector: {selector: {matchLabels: {kind: ext}}}}]";
    egress(&to(by_label, ""), "a 192.0.2.9 443: allow\na 192.0.2.8 443: closed");
}

#[test]
fn the_default_denial_can_be_left_out() {
    let off = rules(
        "p",
        "ingress: [{fromEndpoints: [{}], toPorts: [{ports: [{port: '80'}]}]}], enableDefaultDeny: {ingress: false}",
    );
    ingress(
        std::slice::from_ref(&off),
        "b a 80: allow\nb a 81: allow-any-ingress\nc a 80: allow-any-ingress",
    );
    let other = rules("q", "ingress: [{fromEntities: [world]}]");
    ingress(&[off.clone(), other], "b a 80: allow\nb a 81: closed");
    // It speaks of directions in which the policy has rules.
    let elsewhere = rules("r", "egress: [{}], enableDefaultDeny: {ingress: true}");
    ingress(&[elsewhere], "b a 80: open");
    let always = Options { enforcement: Enforcement::Always, ..options() };
    check_with(
        &[off],
        &always,
        Direction::Ingress,
        "b a 81: closed\nc b 80: closed\nn1 a 80: allow-localhost-ingress\nn2 b 80: closed",
    );
    let never = Options { enforcement: Enforcement::Never, ..options() };
    check_with(
        &[rules("s", "ingressDeny: [{fromEntities: [all]}]")],
        &never,
        Direction::Ingress,
        "b a 80: open",
    );
}

#[test]
fn labels_that_differ_from_pod_to_pod_select_nobody() {
    let from = |selector: &str| [rules("p", &format!("ingress: [{{fromEndpoints: [{selector}]}}]"))];
    ingress(&from("{matchLabels: {pod-template-hash: x}}"), "b a 80: closed");
    ingress(
        &from("{matchExpressions: [{key: pod-template-hash, operator: NotIn, values: [x]}]}"),
        "b a 80: allow",
    );
    let spec = "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {pod-template-hash: x}}}]}]}";
    ingress(&[netpol(spec)], "b a 80: closed");
}

#[test]
fn peers_stay_in_their_namespace_unless_they_name_one() {
    let from = |selector: &str| [rules("p", &format!("ingress: [{{fromEndpoints: [{selector}]}}]"))];
    ingress(&from("{}"), "b a 80: allow\nc a 80: closed\n192.0.2.1 a 80: closed");
    ingress(&from("{matchLabels: {io.kubernetes.pod.namespace: two}}"), "b a 80: closed\nc a 80: allow");
    ingress(
        &from("{matchLabels: {'k8s:io.cilium.k8s.namespace.labels.team': blue}}"),
        "b a 80: closed\nc a 80: allow",
    );
    let not =
        "{matchExpressions: [{key: 'any:io.cilium.k8s.namespace.labels.team', operator: DoesNotExist}]}";
    ingress(&from(not), "b a 80: closed\ndns a 80: allow");
    // With one of Cilium's own labels neither namespace nor cluster confines it.
    let world = "{matchExpressions: [{key: 'reserved:host', operator: DoesNotExist}]}";
    ingress(
        &from(world),
        "c a 80: allow\n8.8.8.8 a 80: allow\nn2 a 80: allow\nn1 a 80: allow-localhost-ingress",
    );
    // The subject is in the namespace of the policy, whichever it names.
    let named = "{endpointSelector: {matchLabels: {'k8s:io.kubernetes.pod.namespace': two}}, ingress: [{}]}";
    ingress(&[cnp("p", named)], "c a 80: closed\na c 80: open");
    let wide = ccnp("{endpointSelector: {matchLabels: {app: a}}, ingress: [{fromEndpoints: [{}]}]}");
    ingress(&[wide], "c a 80: allow\n8.8.8.8 a 80: closed\nn2 a 80: closed");
}

#[test]
fn entities_overlap() {
    let from = |entity: &str| [rules("p", &format!("ingress: [{{fromEntities: [{entity}]}}]"))];
    ingress(&from("world"), "8.8.8.8 a 80: allow\n203.0.113.1 a 80: allow\nb a 80: closed\nn2 a 80: closed");
    ingress(&from("cluster"), "8.8.8.8 a 80: closed\n203.0.113.1 a 80: allow\nc a 80: allow\nn2 a 80: allow");
    ingress(
        &from("kube-apiserver"),
        "203.0.113.1 a 80: allow\nn2 a 80: allow\nn1 a 80: allow-localhost-ingress",
    );
    ingress(&from("world-ipv4"), "8.8.8.8 a 80: closed");
    ingress(&from("all"), "8.8.8.8 a 80: allow\nb a 80: allow\nn2 a 80: allow");
    let to = |entity: &str| [rules("p", &format!("egress: [{{toEntities: [{entity}]}}]"))];
    egress(&to("host"), "a n1 80: allow\na n2 80: closed");
    egress(&to("remote-node"), "a n1 80: closed\na n2 80: allow");
    egress(&to("world"), "a n1 80: closed");
}

#[test]
fn the_own_node_is_let_in_last() {
    ingress(&[rules("p", "ingressDeny: [{fromEntities: [host]}]")], "n1 a 80: deny");
    let admin = kcnp("k", "Admin", 1, "ingress: [{action: Deny, from: [{}]}]");
    ingress(&[admin], "n1 a 80: deny\nb a 80: deny");
    let policy = Options { allow_local_host: false, ..options() };
    check_with(&[rules("p", "ingress: [{}]")], &policy, Direction::Ingress, "n1 a 80: closed");
}

#[test]
fn host_policies_select_nodes_by_their_labels() {
    let host = |selector: &str| {
        [ccnp(&format!("{{nodeSelector: {selector}, ingress: [{{fromEndpoints: [{{}}]}}]}}"))]
    };
    let firewall = Options { host_firewall: true, ..options() };
    let asks = |policies: &[String], expected| check_with(policies, &firewall, Direction::Ingress, expected);
    asks(
        &host("{matchLabels: {disk: ssd}}"),
        "a n1 22: allow\n8.8.8.8 n1 22: closed\n8.8.8.8 n2 22: open\n8.8.8.8 a 22: open",
    );
    asks(&host("{matchLabels: {kubernetes.io/hostname: n1}}"), "8.8.8.8 n1 22: open");
    ingress(&host("{}"), "8.8.8.8 n1 22: open");
    let nodes = ccnp(
        "{endpointSelector: {matchLabels: {app: a}}, ingress: [{fromNodes: [{matchLabels: {disk: hdd}}]}]}",
    );
    ingress(std::slice::from_ref(&nodes), "8.8.8.8 a 80: open");
    let labelled = Options { node_selector_labels: true, ..options() };
    check_with(&[nodes], &labelled, Direction::Ingress, "n2 a 80: allow\n8.8.8.8 a 80: closed");
}

#[test]
fn blocks_are_for_outsiders_unless_told_otherwise() {
    let to = |block: &str| [rules("p", &format!("egress: [{{toCIDR: ['{block}']}}]"))];
    egress(&to("0.0.0.0/0"), "a 8.8.8.8 80: allow\na b 80: closed\na n2 80: closed");
    egress(&to("10.0.0.0/8"), "a 10.9.9.9 80: allow\na b 80: closed");
    let mode = |nodes, pods| Options { blocks_hold_nodes: nodes, blocks_hold_pods: pods, ..options() };
    let asks = |block: &str, options: Options, expected| {
        check_with(&to(block), &options, Direction::Egress, expected);
    };
    asks("172.20.0.0/16", mode(true, false), "a n1 80: allow\na n2 80: allow\na b 80: closed");
    asks("0.0.0.0/0", mode(true, false), "a n2 80: closed\na 8.8.8.8 80: allow");
    asks("10.0.2.0/24", mode(false, true), "a b 80: allow\na c 80: closed");
    asks("0.0.0.0/0", mode(false, true), "a b 80: allow\na n2 80: closed");
    asks("0.0.0.0/0", mode(true, true), "a b 80: allow\na n1 80: allow\na n2 80: allow");
    let set = |set: &str| [rules("p", &format!("egress: [{{toCIDRSet: [{set}]}}]"))];
    egress(
        &set("{cidrGroupRef: g, except: [192.0.2.64/26]}"),
        "a 192.0.2.1 80: allow\na 192.0.2.65 80: closed",
    );
    egress(
        &set("{cidrGroupSelector: {matchLabels: {zone: us}}}"),
        "a 198.51.100.1 80: allow\na 192.0.2.1 80: closed",
    );
    let not = "{cidrGroupSelector: {matchExpressions: [{key: zone, operator: NotIn, values: [us]}]}}";
    egress(
        &set(not),
        "a 8.8.8.8 80: allow\na 192.0.2.1 80: allow\na 198.51.100.1 80: closed\na b 80: closed",
    );
    egress(&set("{cidrGroupSelector: {}}"), "a b 80: allow\na n2 80: allow\na 8.8.8.8 80: allow");
}

#[test]
fn names_are_addresses_that_were_learned() {
    let to = |selector: &str| [rules("p", &format!("egress: [{{toFQDNs: [{selector}]}}]"))];
    egress(&to("{matchPattern: '*.example.com'}"), "a 198.51.100.7 80: allow\na 8.8.8.8 80: closed");
    egress(&to("{matchName: db.two.svc.cluster.local}"), "a c 80: closed");
    let unknown = Cluster { names_complete: false, ..cluster() };
    let mut policies = Policies::default();
    policies.read(0, &parse_one(&to("{matchName: new.example.com}")[0]).unwrap());
    let lowered = cilium::lower(&unknown, &policies, &options());
    let decision = ask(&lowered, Direction::Egress, "a 8.8.8.8 80");
    assert_eq!(told(&lowered, &decision), "if new.example.com resolves to this address");
}

#[test]
fn ports_have_their_own_arithmetic() {
    let on = |ports: &str| [rules("p", &format!("ingress: [{{toPorts: [{{ports: [{ports}]}}]}}]"))];
    ingress(&on("{port: '80'}"), "b a UDP 80: allow\nb a SCTP 80: allow\nb a ICMP 8: closed");
    ingress(&on("{port: '0', endPort: 10, protocol: TCP}"), "b a 9999: allow\nb a UDP 1: closed");
    ingress(&on("{port: '80', endPort: 70, protocol: TCP}"), "b a 80: allow\nb a 75: closed");
    ingress(&on("{port: HTTP}"), "b a 8080: allow\nb a 80: closed");
    ingress(&on("{port: '0x50'}"), "b a 80: closed");
    let spec = "{podSelector: {}, ingress: [{ports: [{port: HTTP}]}]}";
    ingress(&[netpol(spec)], "b a 8080: closed");
    // Pods with the same labels share the names of their ports, and two numbers of one name are none.
    let to = rules("p", "egress: [{toEntities: [all], toPorts: [{ports: [{port: http}]}]}]");
    egress(&[to], "a b 80: allow\na c 8080: closed\na d 9090: closed\na 8.8.8.8 80: closed");
    let icmp = |fields: &str| [rules("p", &format!("ingress: [{{icmps: [{{fields: [{fields}]}}]}}]"))];
    ingress(&icmp("{type: 8}"), "b a ICMP 8: allow\nb a ICMP 3: closed\nb a 80: closed");
    ingress(&icmp("{type: EchoReply}"), "b a ICMP 8: allow\nb a ICMP 3: allow\nb a ICMPv6 128: closed");
}

const GET: &str = "toPorts: [{ports: [{port: '80', protocol: TCP}], rules: {http: [{method: GET}]}}]";

/// Which of a GET and a POST pass.
fn passing(policies: &[String], question: &str) -> String {
    let lowered = lower_with(policies, &options());
    let decision = ask(&lowered, Direction::Ingress, question);
    let [limit @ Limit::Http(_)] = decision.verdict.limits() else { return told(&lowered, &decision) };
    let request = |method: &&&str| Request {
        method: (**method).into(),
        path: "/".into(),
        host: "h".into(),
        headers: Vec::new(),
    };
    let passes = |method: &&&str| limit.request(&lowered.rules, &request(method)) == Match::Yes;
    ["GET", "POST"].iter().filter(passes).copied().collect::<Vec<_>>().join(" ")
}

#[test]
fn plain_rules_void_those_on_requests() {
    let http = rules("p", &format!("ingress: [{{fromEndpoints: [{{}}], {GET}}}]"));
    let with = |other: &str| passing(&[http.clone(), other.to_owned()], "b a 80");
    assert_eq!(passing(std::slice::from_ref(&http), "b a 80"), "GET");
    for plain in [
        "ingress: [{fromEndpoints: [{}], toPorts: [{ports: [{port: '80'}]}]}]",
        "ingress: [{fromEndpoints: [{}], toPorts: [{ports: [{port: '70', endPort: 90, protocol: TCP}]}]}]",
        "ingress: [{fromEndpoints: [{}]}]",
        "ingress: [{fromEntities: [all]}]",
    ] {
        assert_eq!(with(&rules("q", plain)), "GET POST", "{plain}");
    }
    assert_eq!(with(&rules("q", "ingressDeny: [{fromEndpoints: [{matchLabels: {app: b}}]}]")), "deny");
    assert_eq!(
        with(&kcnp("k", "Admin", 1, "ingress: [{action: Accept, from: [{namespaces: {}}]}]")),
        "allow"
    );
    assert_eq!(with(&kcnp("k", "Admin", 1, "ingress: [{action: Pass, from: [{namespaces: {}}]}]")), "GET");
    assert_eq!(
        with(&kcnp("k", "Baseline", 1, "ingress: [{action: Accept, from: [{namespaces: {}}]}]")),
        "GET POST"
    );
    assert_eq!(with(&kcnp("k", "Baseline", 1, "ingress: [{action: Deny, from: [{namespaces: {}}]}]")), "GET");
    let open = rules(
        "p",
        &format!("ingress: [{{fromEndpoints: [{{}}], {GET}}}], enableDefaultDeny: {{ingress: false}}"),
    );
    assert_eq!(passing(std::slice::from_ref(&open), "b a 80"), "GET POST");
    assert_eq!(passing(&[open, rules("q", "ingress: [{}]")], "b a 80"), "GET");
    let everyone = rules("p", &format!("ingress: [{{fromEntities: [all], {GET}}}]"));
    assert_eq!(passing(std::slice::from_ref(&everyone), "n1 a 80"), "GET POST");
    assert_eq!(passing(&[everyone], "n2 a 80"), "GET");
    for (list, expected) in [("{http: []}", "allow"), ("{}", "allow"), ("{http: [{}]}", "GET POST")] {
        let rule =
            format!("ingress: [{{toPorts: [{{ports: [{{port: '80', protocol: TCP}}], rules: {list}}}]}}]");
        assert_eq!(passing(&[rules("p", &rule)], "b a 80"), expected, "{list}");
    }
}

#[test]
fn only_rules_of_exactly_the_port_void_those_on_names() {
    let to = "toEndpoints: [{matchLabels: {'k8s:io.kubernetes.pod.namespace': kube-system}}]";
    let dns = rules(
        "p",
        &format!(
            "egress: [{{{to}, toPorts: [{{ports: [{{port: '53'}}], rules: {{dns: [{{matchName: x.y}}]}}}}]}}]"
        ),
    );
    let looked_up = |policies: &[String], name: &str| {
        let lowered = lower_with(policies, &options());
        let decision = ask(&lowered, Direction::Egress, "a dns UDP 53");
        let [limit @ Limit::Dns(_)] = decision.verdict.limits() else { return told(&lowered, &decision) };
        limit.lookup(&lowered.rules, name).to_string()
    };
    let with = |other: &str| looked_up(&[dns.clone(), other.to_owned()], "z.y");
    assert_eq!(looked_up(std::slice::from_ref(&dns), "x.y"), "true");
    assert_eq!(looked_up(std::slice::from_ref(&dns), "z.y"), "false");
    assert_eq!(with(&rules("q", &format!("egress: [{{{to}}}]"))), "false");
    assert_eq!(
        with(&rules(
            "q",
            &format!("egress: [{{{to}, toPorts: [{{ports: [{{port: '50', endPort: 60}}]}}]}}]")
        )),
        "false"
    );
    assert_eq!(
        with(&rules(
            "q",
            &format!("egress: [{{{to}, toPorts: [{{ports: [{{port: '53', protocol: UDP}}]}}]}}]")
        )),
        "true"
    );
    // The proxy keeps one list a port: that of the last tier.
    let baseline = kcnp("k", "Baseline", 1, "egress: [{action: Accept, to: [{domainNames: ['*.y']}]}]");
    assert_eq!(with(&baseline), "true");
    assert_eq!(looked_up(&[dns.clone(), baseline], "x.z"), "false");
    let admin = kcnp("k", "Admin", 1, "egress: [{action: Accept, to: [{domainNames: ['*.z']}]}]");
    assert_eq!(looked_up(&[dns, admin], "x.y"), "true");
}

#[test]
fn tiers_decide_in_their_order() {
    let locked = rules("p", "ingress: [{}]");
    let admin =
        |priority, rules: &str| kcnp(&format!("k{priority}{}", rules.len()), "Admin", priority, rules);
    let accept = "ingress: [{action: Accept, from: [{namespaces: {matchLabels: {team: red}}}]}]";
    let deny = "ingress: [{action: Deny, from: [{namespaces: {}}]}]";
    ingress(&[admin(1, accept), locked.clone()], "b a 80: allow\nc a 80: closed");
    ingress(&[admin(1, accept), admin(2, deny)], "b a 80: allow\nc a 80: deny");
    ingress(&[admin(1, accept), admin(1, deny)], "b a 80: deny");
    let both = "ingress: [{action: Accept, from: [{namespaces: {matchLabels: {team: red}}}]}, \
                {action: Deny, from: [{namespaces: {}}]}]";
    ingress(&[admin(1, both)], "b a 80: allow\nc a 80: deny\n8.8.8.8 a 80: allow-any-ingress");
    let pass = "ingress: [{action: Pass, from: [{namespaces: {}}]}]";
    ingress(&[admin(1, pass), admin(2, deny)], "b a 80: allow-any-ingress");
    ingress(&[admin(1, pass), locked], "b a 80: deny-any-ingress\n8.8.8.8 a 80: deny-any-ingress");
    ingress(&[admin(1, pass), rules("q", "ingressDeny: [{fromEndpoints: [{}]}]")], "b a 80: deny");
    // An empty peer takes nobody in an Accept, and denies everyone in a Deny and a Pass.
    ingress(&[admin(1, "ingress: [{action: Accept, from: [{}]}]")], "b a 80: open");
    ingress(&[admin(1, "ingress: [{action: Pass, from: [{}]}]")], "b a 80: deny\n8.8.8.8 a 80: deny");
    // What only says which namespaces it does not mean takes everyone, even those.
    let not = "ingress: [{action: Deny, \
               from: [{namespaces: {matchExpressions: [{key: team, operator: NotIn, values: [red]}]}}]}]";
    ingress(&[admin(1, not)], "b a 80: deny\nc a 80: deny\n8.8.8.8 a 80: deny\nn2 a 80: deny");
    let networks = "egress: [{action: Deny, to: [{networks: [0.0.0.0/0]}]}]";
    egress(&[admin(1, networks)], "a b 80: allow-any-egress\na 8.8.8.8 80: deny");
}

#[test]
fn network_policies_are_read_in_their_own_way() {
    let egress_alone = "{podSelector: {matchLabels: {app: a}}, policyTypes: [Egress], \
                        ingress: [{from: [{podSelector: {}}]}]}";
    ingress(&[netpol(egress_alone)], "b a 80: allow\nc a 80: closed");
    let empty = "{podSelector: {matchLabels: {app: a}}, ingress: [{from: [{}]}]}";
    ingress(&[netpol(empty)], "b a 80: allow\nc a 80: closed");
    let both = "{podSelector: {matchLabels: {app: a}}, \
                ingress: [{from: [{ipBlock: {cidr: 8.8.8.0/24}, podSelector: {}}]}]}";
    ingress(&[netpol(both)], "b a 80: closed\n8.8.8.8 a 80: allow");
    let plain = "{podSelector: {matchLabels: {app: a}}, \
                 egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}], policyTypes: [Egress]}";
    egress(&[netpol(plain)], "a b 80: closed\na n1 80: closed");
    ingress(
        &[netpol("{podSelector: {matchLabels: {app: a}}}")],
        "n1 a 80: allow-localhost-ingress\nn2 a 80: closed",
    );
}

#[test]
fn authentication_is_inherited_and_may_contradict_itself() {
    let mode =
        |peer: &str, mode: &str| format!("{{fromEndpoints: [{peer}], authentication: {{mode: {mode}}}}}");
    let of = |list: &[String]| rules("p", &format!("ingress: [{}]", list.join(", ")));
    let b = "{matchLabels: {app: b}}";
    ingress(&[of(&[mode("{}", "required")])], "b a 80: proof\nc a 80: closed");
    ingress(&[of(&[mode("{}", "disabled")])], "b a 80: allow");
    ingress(&[of(&[mode("{}", "required"), mode(b, "disabled")])], "b a 80: proof");
    ingress(&[of(&[mode("{}", "required"), mode(b, "test-always-fail")])], "b a 80: proof never");
    let plain = "{fromEndpoints: [{matchLabels: {app: b}}], toPorts: [{ports: [{port: '80'}]}]}".to_owned();
    ingress(&[of(&[mode("{}", "required"), plain])], "b a 80: proof\nb a 81: proof");
    let contradiction = [of(&[mode("{}", "required"), mode("{}", "test-always-fail")])];
    ingress(&contradiction, "b a 80: broken\n8.8.8.8 a 80: broken\na b 80: open");
    egress(&contradiction, "a b 80: broken");
    assert!(
        lower_with(&contradiction, &options())
            .problems
            .iter()
            .any(|problem| problem.message.contains("modes of authentication"))
    );
}

#[test]
fn what_is_refused_does_not_exist() {
    let refused = rules("p", "ingress: [{fromEndpoints: [{}], fromCIDR: [10.0.0.0/8]}]");
    let lowered = lower_with(std::slice::from_ref(&refused), &options());
    assert!(lowered.policies.is_empty() && lowered.problems.len() == 1, "{:?}", lowered.problems);
    ingress(&[refused], "8.8.8.8 a 80: open");
    // What an API server refuses counts only where it got past one.
    let empty = netpol("{podSelector: {matchLabels: {app: a}}, ingress: [{from: [{}]}]}");
    let read = Options { as_stored: false, ..options() };
    check_with(&[empty], &read, Direction::Ingress, "c a 80: open");
}
