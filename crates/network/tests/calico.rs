//! Calico's tiers, orders and selectors, by small clusters.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::net::IpAddr;

use ironsides_network::cluster::{
    AddressGroup, Cluster, ContainerPort, Namespace, Node, Pod, Service, ServicePort, TargetPort,
};
use ironsides_network::profile::calico::lower;
use ironsides_network::{Endpoint, Flow, Options, Policies, Profile, Protocol, Traffic, Verdict};
use ironsides_tree::{Documents, Limits, Text};

fn labels(text: &str) -> BTreeMap<Text, Text> {
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (Text::new(key), Text::new(value))).collect()
}

/// Pods `web` and `db` in namespace shop (env=prod), `probe` in ops (env=dev), two nodes, a service, a set of blocks.
fn cluster() -> Cluster {
    let mut cluster = Cluster::default();
    for (name, more) in [("shop", "env=prod"), ("ops", "env=dev")] {
        let labels = labels(&format!("kubernetes.io/metadata.name={name},{more}"));
        cluster.namespaces.insert(Text::new(name), Namespace { labels, place: None });
    }
    for (namespace, name, text, address, account) in [
        ("shop", "web", "app=web,tier=front", "10.0.0.1", "web"),
        ("shop", "db", "app=db,tier=back", "10.0.0.2", "default"),
        ("ops", "probe", "app=probe", "10.0.1.1", "default"),
    ] {
        cluster.pods.push(Pod {
            namespace: Text::new(namespace),
            name: Text::new(name),
            labels: labels(text),
            service_account: Text::new(account),
            node: Some(Text::new("n1")),
            addresses: vec![address.parse().unwrap()],
            ports: vec![ContainerPort {
                name: Some(Text::new("sql")),
                number: 5432,
                protocol: Protocol::Tcp,
            }],
            replicas: 1,
            ..Pod::default()
        });
    }
    for (name, address) in [("n1", "172.18.0.2"), ("n2", "172.18.0.3")] {
        let node =
            Node { name: Text::new(name), addresses: vec![address.parse().unwrap()], ..Node::default() };
        cluster.nodes.push(node);
    }
    cluster.address_groups.push(AddressGroup {
        kind: Text::new("GlobalNetworkSet"),
        name: Text::new("partners"),
        labels: labels("role=partner"),
        blocks: vec!["198.51.100.0/24".parse().unwrap()],
        ..AddressGroup::default()
    });
    cluster.services.push(Service {
        namespace: Text::new("shop"),
        name: Text::new("db"),
        selector: Some(labels("app=db")),
        ports: vec![ServicePort {
            name: None,
            protocol: Protocol::Tcp,
            port: 1,
            target: TargetPort::Number(5432),
            node_port: None,
        }],
        ..Service::default()
    });
    cluster
}

fn endpoint(cluster: &Cluster, name: &str) -> Endpoint {
    if let Some((at, _)) = (0..).zip(&cluster.pods).find(|(_, pod)| pod.name == name) {
        return Endpoint::Pod(at);
    }
    if let Some((at, _)) = (0..).zip(&cluster.nodes).find(|(_, node)| node.name == name) {
        return Endpoint::Node(at);
    }
    Endpoint::Address(name.parse::<IpAddr>().unwrap())
}

/// What both ends say: `allow`, `deny` or what it depends on.
fn asked(policies: &str, flow: &str) -> String {
    let cluster = cluster();
    let mut read = Policies::default();
    for (place, document) in (0..).zip(Documents::new(policies, Limits::default())) {
        let root = document.unwrap().root;
        assert!(root.is_null() || read.read(place, &root), "{policies}");
    }
    let lowered = lower(&cluster, &read, &Options::of(Profile::Calico));
    let words: Vec<&str> = flow.split(' ').collect();
    let [from, to, protocol, port] = words[..] else { panic!("{flow}") };
    let protocol = Protocol::named(protocol).unwrap_or(Protocol::Other(47));
    let traffic = Traffic { protocol, port: port.parse().unwrap() };
    let flow = Flow { from: endpoint(&cluster, from), to: endpoint(&cluster, to), traffic };
    let answer = lowered.answer(flow).unwrap();
    let word = |verdict: &Verdict| match verdict {
        Verdict::Allow => "allow".to_owned(),
        Verdict::Deny => "deny".to_owned(),
        Verdict::Depends(conditions) => format!("depends: {}", conditions.join("; ")),
        #[allow(unreachable_patterns, reason = "Calico has no proxies")]
        other => format!("{other:?}"),
    };
    match (word(&answer.egress.verdict), word(&answer.ingress.verdict)) {
        (out, into) if out == "allow" => into,
        (out, _) => format!("out {out}"),
    }
}

fn policy(name: &str, rest: &str) -> String {
    let rest = rest.replace('\n', "\n  ");
    let head = "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata:";
    format!("{head} {{name: {name}}}\nspec:\n  {rest}\n---\n")
}

#[test]
fn what_no_policy_guards_is_open_and_what_one_guards_is_closed() {
    assert_eq!(asked("", "web db tcp 5432"), "allow");
    let empty = policy("a", "selector: app == 'db'");
    assert_eq!(asked(&empty, "web db tcp 5432"), "deny");
    assert_eq!(asked(&empty, "db web tcp 80"), "allow", "without rules a policy guards what comes in alone");
    assert_eq!(asked(&empty, "n1 db tcp 5432"), "allow", "the own node");
    assert_eq!(asked(&empty, "n2 db tcp 5432"), "deny");
    let out =
        policy("a", "selector: app == 'db'\negress: [{action: Allow, destination: {nets: [10.0.0.0/8]}}]");
    assert_eq!(asked(&out, "web db tcp 5432"), "allow", "with rules for egress alone it guards that alone");
    assert_eq!(asked(&out, "db web tcp 80"), "allow", "blocks hold pods");
    assert_eq!(asked(&out, "db 192.0.2.1 tcp 80"), "out deny");
}

#[test]
fn policies_are_asked_by_order_then_by_name() {
    let allow = |order: &str| format!("{order}selector: all()\ningress: [{{action: Allow}}]");
    let deny = |order: &str| format!("{order}selector: all()\ningress: [{{action: Deny}}]");
    for (first, second, expected) in [
        (policy("a", &deny("order: 2\n")), policy("b", &allow("order: 1\n")), "allow"),
        (policy("a", &deny("order: 1.5\n")), policy("b", &allow("order: 2\n")), "deny"),
        (policy("a", &deny("order: 1\n")), policy("b", &allow("order: 1\n")), "deny"),
        (policy("b", &deny("order: 1\n")), policy("a", &allow("order: 1\n")), "allow"),
        (policy("a", &deny("")), policy("b", &allow("order: 9999999\n")), "allow"),
    ] {
        assert_eq!(asked(&(first + &second), "web db tcp 1"), expected);
    }
}

#[test]
fn rules_are_asked_from_top_to_bottom_and_a_log_decides_nothing() {
    let policy = policy(
        "a",
        "selector: all()\ningress:\n- {action: Log}\n\
         - {action: Deny, protocol: TCP, destination: {ports: [22, '8000:8100']}}\n- {action: Allow}",
    );
    for (port, expected) in
        [("22", "deny"), ("8000", "deny"), ("8100", "deny"), ("8101", "allow"), ("23", "allow")]
    {
        assert_eq!(asked(&policy, &format!("web db tcp {port}")), expected, "{port}");
    }
    assert_eq!(asked(&policy, "web db udp 22"), "allow");
}

#[test]
fn a_pass_goes_on_in_the_next_tier() {
    let tier = |more: &str| {
        let head = "apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata:";
        format!("{head} {{name: t}}\nspec: {{order: 10{more}}}\n---\n")
    };
    let passes = policy("t.a", "tier: t\nselector: all()\ningress: [{action: Pass, protocol: TCP}]");
    let denies =
        policy("d", "selector: app == 'db'\ningress: [{action: Deny, protocol: TCP}, {action: Allow}]");
    let all = tier("") + &passes + &denies;
    assert_eq!(asked(&all, "web db tcp 1"), "deny");
    assert_eq!(asked(&all, "web db udp 1"), "deny", "the end of the tier");
    assert_eq!(asked(&all, "db web tcp 1"), "allow", "passed, and nothing after it guards web");
    let all = tier(", defaultAction: Pass") + &passes + &denies;
    assert_eq!(asked(&all, "web db udp 1"), "allow");
    let nowhere = policy("a", "tier: nosuch\nselector: all()\ningress: [{action: Deny}]");
    assert_eq!(asked(&nowhere, "web db tcp 1"), "allow", "a tier that is not there");
}

#[test]
fn staged_policies_and_those_for_hosts_have_no_effect() {
    let staged = policy("a", "selector: all()\ningress: [{action: Deny}]");
    let staged = staged.replace("GlobalNetworkPolicy", "StagedGlobalNetworkPolicy");
    assert_eq!(asked(&staged, "web db tcp 1"), "allow");
    let host = policy("a", "selector: all()\npreDNAT: true\napplyOnForward: true\ningress: [{action: Deny}]");
    assert_eq!(asked(&host, "web db tcp 1"), "allow");
}

#[test]
fn peers_are_selected_as_calico_selects_them() {
    let from = |source: &str| {
        policy("a", &format!("selector: app == 'db'\ningress: [{{action: Allow, source: {{{source}}}}}]"))
    };
    for (source, web, probe, partner, stranger) in [
        ("selector: \"app == 'web'\"", "allow", "deny", "deny", "deny"),
        ("selector: \"tier starts with 'fr'\"", "allow", "deny", "deny", "deny"),
        ("selector: \"!has(tier)\"", "deny", "allow", "allow", "deny"),
        ("selector: \"role == 'partner'\"", "deny", "deny", "allow", "deny"),
        ("notSelector: \"app == 'web'\"", "deny", "allow", "allow", "allow"),
        ("notSelector: \"role == 'partner'\"", "allow", "allow", "deny", "allow"),
        ("namespaceSelector: \"env == 'prod'\"", "allow", "deny", "deny", "deny"),
        ("namespaceSelector: all()", "allow", "allow", "deny", "deny"),
        ("namespaceSelector: global()", "deny", "deny", "allow", "deny"),
        ("namespaceSelector: \"projectcalico.org/name == 'ops'\"", "deny", "allow", "deny", "deny"),
        ("serviceAccounts: {names: [web]}", "allow", "deny", "deny", "deny"),
        ("nets: [10.0.0.0/24, 198.51.100.7]", "allow", "deny", "allow", "deny"),
        ("notNets: [10.0.0.0/24]", "deny", "allow", "allow", "allow"),
        ("nets: [10.0.0.0/8], notNets: [10.0.1.0/24]", "allow", "deny", "deny", "deny"),
        ("selector: \"has(app)\", nets: [10.0.1.0/24]", "deny", "allow", "deny", "deny"),
        ("", "allow", "allow", "allow", "allow"),
    ] {
        let policy = from(source);
        for (name, expected) in
            [("web", web), ("probe", probe), ("198.51.100.7", partner), ("192.0.2.1", stranger)]
        {
            assert_eq!(asked(&policy, &format!("{name} db tcp 1")), expected, "{source}: {name}");
        }
    }
}

#[test]
fn a_policy_of_a_namespace_means_that_namespace_as_soon_as_it_selects() {
    let of = |source: &str| {
        format!(
            "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {{name: a, namespace: shop}}\n\
             spec: {{selector: \"app == 'db'\", ingress: [{{action: Allow, source: {{{source}}}}}]}}\n"
        )
    };
    for (source, web, probe, stranger) in [
        ("", "allow", "allow", "allow"),
        ("selector: has(app)", "allow", "deny", "deny"),
        ("selector: has(app), namespaceSelector: all()", "allow", "allow", "deny"),
        ("notSelector: \"app == 'web'\"", "deny", "deny", "deny"),
        ("nets: [10.0.1.0/24]", "deny", "allow", "deny"),
    ] {
        for (name, expected) in [("web", web), ("probe", probe), ("192.0.2.1", stranger)] {
            assert_eq!(asked(&of(source), &format!("{name} db tcp 1")), expected, "{source}: {name}");
        }
    }
    assert_eq!(asked(&of(""), "web probe tcp 1"), "allow", "another namespace is not guarded");
}

#[test]
fn blocks_of_one_family_that_are_excluded_leave_the_other_family_alone() {
    let denies = "{action: Deny, source: {notNets: [10.0.0.0/24]}}";
    let policy = policy("a", &format!("selector: app == 'db'\ningress: [{denies}, {{action: Allow}}]"));
    assert_eq!(asked(&policy, "192.0.2.1 db tcp 1"), "deny");
    assert_eq!(asked(&policy, "web db tcp 1"), "allow");
    assert_eq!(asked(&policy, "2001:db8::1 db tcp 1"), "allow", "such a rule is not rendered for IPv6");
}

#[test]
fn traffic_is_told_apart_by_protocol_port_and_type() {
    let taking =
        |what: &str| policy("a", &format!("selector: app == 'db'\ningress: [{{action: Allow, {what}}}]"));
    for (what, flow, expected) in [
        ("protocol: TCP, destination: {ports: [sql]}", "web db tcp 5432", "allow"),
        ("protocol: TCP, destination: {ports: [sql]}", "web db tcp 5433", "deny"),
        ("protocol: UDP, destination: {ports: [sql]}", "web db udp 5432", "deny"),
        ("protocol: TCP, destination: {notPorts: [22]}", "web db tcp 22", "deny"),
        ("protocol: TCP, destination: {notPorts: [22]}", "web db tcp 23", "allow"),
        ("protocol: 17", "web db udp 1", "allow"),
        ("notProtocol: TCP", "web db tcp 1", "deny"),
        ("notProtocol: TCP", "web db other 0", "allow"),
        ("protocol: ICMP, icmp: {type: 8}", "web db icmp 8", "allow"),
        ("protocol: ICMP, icmp: {type: 8}", "web db icmp 0", "deny"),
        ("protocol: ICMP, notICMP: {type: 8}", "web db icmp 0", "allow"),
        ("ipVersion: 6", "web db tcp 1", "deny"),
        ("ipVersion: 4", "web db tcp 1", "allow"),
        ("destination: {selector: \"app == 'web'\"}", "web db tcp 1", "deny"),
        ("destination: {nets: [10.0.0.2/32]}", "web db tcp 1", "allow"),
    ] {
        assert_eq!(asked(&taking(what), flow), expected, "{what}: {flow}");
    }
    let depends = asked(&taking("protocol: TCP, source: {ports: [1024]}"), "web db tcp 1");
    assert_eq!(depends, "depends: it comes from one of the source ports of the rule");
}

#[test]
fn a_service_as_destination_is_its_pods_at_their_ports() {
    let services = "{services: {name: db, namespace: shop}}";
    let policy =
        policy("a", &format!("selector: app == 'web'\negress: [{{action: Allow, destination: {services}}}]"));
    assert_eq!(asked(&policy, "web db tcp 5432"), "allow");
    assert_eq!(asked(&policy, "web db tcp 1"), "out deny");
    assert_eq!(asked(&policy, "web probe tcp 5432"), "out deny");
    let narrowed = |what: &str| policy.replace("action: Allow,", &format!("action: Allow, {what},"));
    assert_eq!(asked(&narrowed("protocol: TCP"), "web db tcp 5432"), "allow");
    assert_eq!(
        asked(&narrowed("protocol: TCP"), "web db tcp 1"),
        "out deny",
        "not every port of the protocol"
    );
    assert_eq!(asked(&narrowed("protocol: UDP"), "web db udp 5432"), "out deny");
    assert_eq!(asked(&narrowed("notProtocol: TCP"), "web db tcp 5432"), "out deny");
}

#[test]
fn a_node_with_a_host_endpoint_depends() {
    let endpoint = "apiVersion: projectcalico.org/v3\nkind: HostEndpoint\nmetadata: {name: h}\n\
                    spec: {node: n1, interfaceName: '*'}\n";
    assert_eq!(asked(endpoint, "web n1 tcp 22"), "depends: host endpoint h drops it");
    assert_eq!(asked(endpoint, "web n2 tcp 22"), "allow");
}

#[test]
fn what_calico_refuses_is_told_and_has_no_effect() {
    for (rest, expected) in [
        ("selector: \"app = 'x'\"\ningress: [{action: Deny}]", "the selector \"app = 'x'\" cannot be read"),
        ("selector: all()\ningress: [{action: Reject}]", "\"Reject\" is none of Allow, Deny, Log and Pass"),
        ("selector: all()\ningress: [{action: Deny, destination: {ports: [80]}}]", "ports need a protocol"),
        (
            "selector: all()\ningress: [{action: Deny, source: {nets: [10.0.0.0/40]}}]",
            "is no block of addresses",
        ),
        (
            "selector: all()\ningress: [{action: Deny, protocol: TCP, source: {ports: ['9:1']}}]",
            "a port is a number",
        ),
        ("selector: all()\ningress: [{action: Deny, protocol: QUIC}]", "a protocol is TCP"),
    ] {
        let text = policy("a", rest);
        let root = ironsides_tree::parse_one(text.trim_end_matches("---\n")).unwrap();
        let mut read = Policies::default();
        assert!(read.read(0, &root));
        assert!(read.calico.policies.is_empty(), "{rest}");
        assert!(read.problems[0].message.contains(expected), "{rest}: {}", read.problems[0].message);
    }
}

#[test]
fn policies_of_kubernetes_stand_in_the_default_tier_at_order_1000() {
    let kubernetes = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: np, namespace: shop}\n\
        spec:\n  podSelector: {matchLabels: {app: db}}\n  ingress:\n  \
        - {from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: sql}, {port: 80, endPort: 90}, {protocol: UDP}]}\n  \
        - {from: [{namespaceSelector: {matchLabels: {env: dev}}}, {ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.9/32]}}]}\n---\n";
    for (flow, expected) in [
        ("web db tcp 5432", "allow"),
        ("web db tcp 85", "allow"),
        ("web db tcp 91", "deny"),
        ("web db udp 7", "allow"),
        ("web db sctp 7", "deny"),
        ("probe db other 0", "allow"),
        ("192.0.2.1 db tcp 1", "allow"),
        ("192.0.2.9 db tcp 1", "deny"),
        ("db web tcp 1", "allow"),
    ] {
        assert_eq!(asked(kubernetes, flow), expected, "{flow}");
    }
    let before = policy("z", "order: 999\nselector: all()\ningress: [{action: Deny, protocol: UDP}]");
    assert_eq!(asked(&(kubernetes.to_owned() + &before), "web db udp 7"), "deny");
    let after = policy("z", "order: 1001\nselector: all()\ningress: [{action: Deny, protocol: UDP}]");
    assert_eq!(asked(&(kubernetes.to_owned() + &after), "web db udp 7"), "allow");
}

#[test]
fn policies_of_the_cluster_stand_around_them_and_fail_closed() {
    let cluster = |tier: &str, rule: &str| {
        format!(
            "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {{name: c}}\n\
             spec: {{tier: {tier}, priority: 1, subject: {{namespaces: {{}}}}, ingress: [{rule}]}}\n---\n"
        )
    };
    let deny = "{action: Deny, from: [{namespaces: {matchLabels: {env: prod}}}], protocols: [{tcp: {destinationPort: {range: {start: 1, end: 99}}}}]}";
    let allows = policy("z", "selector: all()\ningress: [{action: Allow}]");
    assert_eq!(asked(&(cluster("Admin", deny) + &allows), "web db tcp 1"), "deny");
    assert_eq!(asked(&(cluster("Baseline", deny) + &allows), "web db tcp 1"), "allow");
    assert_eq!(asked(&cluster("Baseline", deny), "web db tcp 1"), "deny");
    assert_eq!(asked(&cluster("Baseline", deny), "web db udp 1"), "allow", "these tiers close nothing");
    let named =
        deny.replace("tcp: {destinationPort: {range: {start: 1, end: 99}}}", "destinationNamedPort: sql");
    assert_eq!(
        asked(&cluster("Admin", &named), "probe db udp 1"),
        "deny",
        "a Deny of what it does not take denies all"
    );
    let named = named.replace("Deny", "Accept");
    assert_eq!(
        asked(&(cluster("Admin", &named) + &policy("z", "selector: all()")), "web db tcp 5432"),
        "deny"
    );
}

#[test]
fn fields_that_do_not_exist_are_told_with_their_places() {
    let told = |text: &str| -> Vec<String> {
        let mut read = Policies::default();
        for (place, document) in (0..).zip(Documents::new(text, Limits::default())) {
            let root = document.unwrap().root;
            assert!(root.is_null() || read.read(place, &root), "{text}");
        }
        let lowered = lower(&cluster(), &read, &Options::of(Profile::Calico));
        let told =
            lowered.problems.iter().map(|problem| format!("{}: {}", problem.place.path, problem.message));
        told.collect()
    };
    let dropped = "the API server drops it, and what it says does not count";
    let rules = "selector: app == 'db'
ingress: [{action: Allow, source: {selctor: app == 'web', serviceAccounts: {name: [a]}}, ports: [80]}]
egres: []";
    assert_eq!(
        told(&policy("a", rules)),
        [
            format!("spec.egres: `egres` is no field here; did you mean egress? {dropped}"),
            format!("spec.ingress[0].ports: `ports` is no field here: {dropped}"),
            format!(
                "spec.ingress[0].source.selctor: `selctor` is no field here; did you mean selector? {dropped}"
            ),
            format!(
                "spec.ingress[0].source.serviceAccounts.name: `name` is no field here; did you mean names? {dropped}"
            ),
        ]
    );
    assert_eq!(asked(&policy("a", rules), "web db tcp 5432"), "allow", "as if it were not written");
    // All that there is.
    let every = "{action: Allow, ipVersion: 4, protocol: TCP, notProtocol: UDP, metadata: {annotations: {}}, http: {methods: [GET]},
 source: {nets: [10.0.0.0/8], notNets: [10.1.0.0/16], selector: all(), notSelector: has(a), namespaceSelector: all(),
  serviceAccounts: {names: [a], selector: all()}, ports: [1], notPorts: [2]}, destination: {services: {name: a, namespace: b}}}";
    let spec = format!(
        "selector: all()\ntier: default\norder: 1\ntypes: [Ingress, Egress]\nnamespaceSelector: all()\napplyOnForward: true\n\
         serviceAccountSelector: all()\nperformanceHints: []\ningress: [{every}]\negress: [{every}]"
    );
    let fields = told(&policy("a", &spec)).into_iter().filter(|problem| problem.contains("field"));
    assert_eq!(fields.collect::<Vec<_>>(), Vec::<String>::new());
    let of_namespace = policy("a", "applyOnForward: true").replace("GlobalNetworkPolicy", "NetworkPolicy");
    assert_eq!(told(&of_namespace).len(), 1, "global policies alone have it");
    // Names are those of another product: what they take is not known.
    let domains =
        "selector: app == 'web'\negress: [{action: Allow, destination: {domains: ['*.example.com']}}]";
    let [problem] = &told(&policy("a", domains))[..] else { panic!("{:?}", told(&policy("a", domains))) };
    assert!(
        problem.starts_with("spec.egress[0].destination.domains: `domains` is a field of Calico Enterprise"),
        "{problem}"
    );
    assert_eq!(
        asked(&policy("a", domains), "web 203.0.113.9 tcp 443"),
        "out depends: the address is one of those that the domains of the rule have"
    );
}
