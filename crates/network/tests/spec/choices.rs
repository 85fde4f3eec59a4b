//! Clusters and policies of Kubernetes' own kinds out of choices.

use std::fmt::Write;

use crate::draw::Choices;

pub(crate) const NAMESPACES: [&str; 3] = ["a", "b", "c"];
/// Stretches of addresses that blocks tell apart; pods and nodes have theirs in them.
pub(crate) const ADDRESSES: [&str; 8] =
    ["10.0.0.1", "10.0.1.1", "10.1.0.1", "172.18.0.1", "192.0.2.1", "198.51.100.1", "8.8.8.8", "203.0.113.9"];
pub(crate) const SIXES: [&str; 4] = ["fd00::1", "fd00:1::1", "2001:db8::1", "2001:db8:1::1"];
pub(crate) const BLOCKS: [&str; 12] = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.0.0.0/16",
    "10.0.1.0/24",
    "10.1.0.1/32",
    "172.18.0.0/16",
    "192.0.2.0/24",
    "8.0.0.0/7",
    "::/0",
    "fd00::/16",
    "2001:db8::/32",
    "2001:db8:1::/48",
];
pub(crate) const NAMES: [&str; 4] = ["example.com", "www.example.com", "a.b.example.org", "example.org"];
const PATTERNS: [&str; 4] = ["example.com", "*.example.com", "*.example.org", "nobody.example.net"];

/// The documents of a world, in JSON.
pub(crate) struct Documents {
    pub(crate) cluster: String,
    pub(crate) policies: Vec<String>,
    /// Whether ends have addresses of both families.
    pub(crate) dual: bool,
}

/// Draws a cluster with its policies.
pub(crate) fn documents(choices: &mut Choices<'_>) -> Documents {
    let dual = choices.one_in(5);
    let cluster = cluster(choices, dual);
    let mut policies = Vec::new();
    for at in 0..choices.below(4) {
        policies.push(network_policy(choices, at));
    }
    for at in 0..choices.below(4) {
        policies.push(cluster_policy(choices, at));
    }
    for at in 0..choices.below(3) {
        policies.push(admin_policy(choices, at, "AdminNetworkPolicy"));
    }
    if choices.one_in(3) {
        policies.push(admin_policy(choices, 0, "BaselineAdminNetworkPolicy"));
    }
    Documents { cluster, policies, dual }
}

/// Namespaces, nodes and pods, each on a line.
pub(crate) fn cluster(choices: &mut Choices<'_>, dual: bool) -> String {
    let mut cluster = String::new();
    for name in NAMESPACES {
        let labels = labels(choices, &["team", "env"], &["x", "y"]);
        writeln!(
            cluster,
            r#"{{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"{name}","labels":{labels}}}}}"#
        )
        .unwrap();
    }
    let nodes = 1 + choices.below(2);
    for node in 0..nodes {
        let labels = labels(choices, &["zone", "role"], &["x", "y"]);
        let addresses = addresses(choices, dual);
        let addresses =
            addresses.iter().map(|address| format!(r#"{{"type":"InternalIP","address":"{address}"}}"#));
        let addresses = addresses.collect::<Vec<_>>().join(",");
        writeln!(
            cluster,
            r#"{{"apiVersion":"v1","kind":"Node","metadata":{{"name":"n{node}","labels":{labels}}},"status":{{"addresses":[{addresses}]}}}}"#
        )
        .unwrap();
    }
    for pod in 0..3 + choices.below(5) {
        let namespace = choices.of(&NAMESPACES);
        let labels = labels(choices, &["app", "tier"], &["x", "y"]);
        let node = match choices.below(6) {
            0 => String::new(),
            1 => r#""nodeName":"gone","#.to_owned(),
            _ => format!(r#""nodeName":"n{}","#, choices.below(nodes)),
        };
        let host = if choices.one_in(6) { r#""hostNetwork":true,"# } else { "" };
        let ports = [
            "",
            r#"{"name":"http","containerPort":80}"#,
            r#"{"name":"http","containerPort":81}"#,
            r#"{"name":"http","containerPort":80},{"name":"dns","containerPort":53,"protocol":"UDP"}"#,
            r#"{"name":"dns","containerPort":80},{"name":"http","containerPort":53,"protocol":"UDP"}"#,
        ];
        let ports = choices.of(&ports);
        let addresses = if choices.one_in(4) { Vec::new() } else { addresses(choices, dual) };
        let first = addresses.first().map_or(String::new(), |first| format!(r#""podIP":"{first}","#));
        let list =
            addresses.iter().map(|address| format!(r#"{{"ip":"{address}"}}"#)).collect::<Vec<_>>().join(",");
        writeln!(
            cluster,
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p{pod}","namespace":"{namespace}","labels":{labels}}},"spec":{{{node}{host}"containers":[{{"name":"c","ports":[{ports}]}}]}},"status":{{{first}"podIPs":[{list}]}}}}"#
        )
        .unwrap();
    }
    cluster
}

/// Names that were looked up.
pub(crate) fn names(choices: &mut Choices<'_>) -> Vec<(&'static str, &'static str)> {
    (0..choices.below(4)).map(|_| (choices.of(&NAMES), choices.of(&ADDRESSES))).collect()
}

pub(crate) fn addresses(choices: &mut Choices<'_>, dual: bool) -> Vec<&'static str> {
    let four = choices.of(&ADDRESSES);
    if dual { vec![four, choices.of(&SIXES)] } else { vec![four] }
}

pub(crate) fn labels(choices: &mut Choices<'_>, keys: &[&str], values: &[&str]) -> String {
    let mut labels = Vec::new();
    for key in keys {
        if !choices.one_in(3) {
            labels.push(format!(r#""{key}":"{}""#, choices.of(values)));
        }
    }
    format!("{{{}}}", labels.join(","))
}

fn selector(choices: &mut Choices<'_>, keys: &[&str]) -> String {
    let (key, value) = (choices.of(keys), choices.of(&["x", "y"]));
    match choices.below(7) {
        0 | 1 => "{}".to_owned(),
        2 | 3 => format!(r#"{{"matchLabels":{{"{key}":"{value}"}}}}"#),
        4 => format!(r#"{{"matchExpressions":[{{"key":"{key}","operator":"NotIn","values":["{value}"]}}]}}"#),
        5 => format!(r#"{{"matchExpressions":[{{"key":"{key}","operator":"Exists"}}]}}"#),
        _ => {
            let other = choices.of(keys);
            format!(
                r#"{{"matchLabels":{{"{key}":"{value}"}},"matchExpressions":[{{"key":"{other}","operator":"DoesNotExist"}}]}}"#
            )
        }
    }
}

fn pods(choices: &mut Choices<'_>) -> String {
    selector(choices, &["app", "tier"])
}

fn namespaces(choices: &mut Choices<'_>) -> String {
    selector(choices, &["team", "env"])
}

pub(crate) fn list(
    choices: &mut Choices<'_>,
    most: usize,
    item: impl Fn(&mut Choices<'_>) -> String,
) -> String {
    let items: Vec<String> = (0..choices.below(most + 1)).map(|_| item(choices)).collect();
    format!("[{}]", items.join(","))
}

pub(crate) fn some(
    choices: &mut Choices<'_>,
    most: usize,
    item: impl Fn(&mut Choices<'_>) -> String,
) -> String {
    let items: Vec<String> = (0..=choices.below(most)).map(|_| item(choices)).collect();
    format!("[{}]", items.join(","))
}

pub(crate) fn network_policy(choices: &mut Choices<'_>, at: usize) -> String {
    let peer = |choices: &mut Choices<'_>| match choices.below(5) {
        0 => format!(r#"{{"podSelector":{}}}"#, pods(choices)),
        1 => format!(r#"{{"namespaceSelector":{}}}"#, namespaces(choices)),
        2 => format!(r#"{{"namespaceSelector":{},"podSelector":{}}}"#, namespaces(choices), pods(choices)),
        _ => match choices.below(4) {
            0 => r#"{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.0.1.0/24"]}}"#.to_owned(),
            1 => r#"{"ipBlock":{"cidr":"0.0.0.0/0","except":["10.0.0.0/16","192.0.2.0/24"]}}"#.to_owned(),
            _ => format!(r#"{{"ipBlock":{{"cidr":"{}"}}}}"#, choices.of(&BLOCKS)),
        },
    };
    let port = |choices: &mut Choices<'_>| {
        let ports = [
            r#"{"port":80}"#,
            r#"{"port":"http"}"#,
            r#"{"port":"dns","protocol":"UDP"}"#,
            r#"{"protocol":"UDP"}"#,
            r#"{"port":80,"endPort":81,"protocol":"TCP"}"#,
            r#"{"protocol":"SCTP","port":80}"#,
        ];
        choices.of(&ports).to_owned()
    };
    let rules = |choices: &mut Choices<'_>, side: &'static str| {
        list(choices, 2, |choices| {
            let (peers, ports) = (list(choices, 2, peer), list(choices, 2, port));
            format!(r#"{{"{side}":{peers},"ports":{ports}}}"#)
        })
    };
    let mut spec = vec![format!(r#""podSelector":{}"#, pods(choices))];
    let types = [None, Some(r#"["Ingress"]"#), Some(r#"["Egress"]"#), Some(r#"["Ingress","Egress"]"#)];
    spec.extend(choices.of(&types).map(|types| format!(r#""policyTypes":{types}"#)));
    if !choices.one_in(3) {
        spec.push(format!(r#""ingress":{}"#, rules(choices, "from")));
    }
    if !choices.one_in(3) {
        spec.push(format!(r#""egress":{}"#, rules(choices, "to")));
    }
    let namespace = choices.of(&NAMESPACES);
    format!(
        r#"{{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{{"name":"np{at}","namespace":"{namespace}"}},"spec":{{{}}}}}"#,
        spec.join(",")
    )
}

fn subject(choices: &mut Choices<'_>) -> String {
    if choices.one_in(2) { format!(r#"{{"namespaces":{}}}"#, namespaces(choices)) } else { both(choices) }
}

fn both(choices: &mut Choices<'_>) -> String {
    format!(r#"{{"pods":{{"namespaceSelector":{},"podSelector":{}}}}}"#, namespaces(choices), pods(choices))
}

/// A peer, and whether it can stand beside a named port.
fn peer(choices: &mut Choices<'_>, egress: bool, names: bool) -> (String, bool) {
    match choices.below(if egress { 8 } else { 4 }) {
        0 => (format!(r#"{{"namespaces":{}}}"#, namespaces(choices)), true),
        1 | 2 => (both(choices), true),
        3 if choices.one_in(4) => (r#"{"services":{}}"#.to_owned(), true),
        3 => (r#"{"namespaces":{}}"#.to_owned(), true),
        4 => (format!(r#"{{"nodes":{}}}"#, selector(choices, &["zone", "role"])), false),
        5 if names => (format!(r#"{{"domainNames":["{}"]}}"#, choices.of(&PATTERNS)), false),
        _ => {
            let (one, other) = (choices.of(&BLOCKS), choices.of(&BLOCKS));
            let more = if one == other { String::new() } else { format!(r#","{other}""#) };
            (format!(r#"{{"networks":["{one}"{more}]}}"#), false)
        }
    }
}

fn rule(choices: &mut Choices<'_>, direction: &str, actions: &[&str], kind: &str) -> String {
    let (side, egress) = if direction == "egress" { ("to", true) } else { ("from", false) };
    let action = choices.of(actions);
    let mut peers = Vec::new();
    let mut nameable = true;
    for _ in 0..=choices.below(2) {
        let (peer, named) = peer(choices, egress, kind != "BaselineAdminNetworkPolicy");
        peers.push(peer);
        nameable &= named;
    }
    let cluster = kind == "ClusterNetworkPolicy";
    let port = |choices: &mut Choices<'_>| {
        let ports = if cluster {
            [
                r#"{"tcp":{"destinationPort":{"number":80}}}"#,
                r#"{"tcp":{"destinationPort":{"range":{"start":80,"end":81}}}}"#,
                r#"{"udp":{"destinationPort":{"number":53}}}"#,
                r#"{"sctp":{"destinationPort":{"range":{"start":1,"end":65535}}}}"#,
                r#"{"destinationNamedPort":"http"}"#,
                r#"{"destinationNamedPort":"dns"}"#,
            ]
        } else {
            [
                r#"{"portNumber":{"port":80}}"#,
                r#"{"portRange":{"protocol":"TCP","start":80,"end":81}}"#,
                r#"{"portNumber":{"protocol":"UDP","port":53}}"#,
                r#"{"portRange":{"protocol":"SCTP","start":1,"end":65535}}"#,
                r#"{"namedPort":"http"}"#,
                r#"{"namedPort":"dns"}"#,
            ]
        };
        ports[choices.below(if nameable { 6 } else { 4 })].to_owned()
    };
    let ports = if choices.one_in(2) {
        format!(r#","{}":{}"#, if cluster { "protocols" } else { "ports" }, some(choices, 2, port))
    } else {
        String::new()
    };
    format!(r#"{{"action":"{action}","{side}":[{}]{ports}}}"#, peers.join(","))
}

pub(crate) fn cluster_policy(choices: &mut Choices<'_>, at: usize) -> String {
    let kind = "ClusterNetworkPolicy";
    let tier = choices.of(&["Admin", "Baseline"]);
    // Few priorities, so that some are equal.
    let priority = choices.below(3);
    let subject = subject(choices);
    let rules = |choices: &mut Choices<'_>, direction: &'static str| {
        list(choices, 3, |choices| rule(choices, direction, &["Accept", "Deny", "Pass"], kind))
    };
    let (ingress, egress) = (rules(choices, "ingress"), rules(choices, "egress"));
    format!(
        r#"{{"apiVersion":"policy.networking.k8s.io/v1alpha2","kind":"{kind}","metadata":{{"name":"cnp{at}"}},"spec":{{"tier":"{tier}","priority":{priority},"subject":{subject},"ingress":{ingress},"egress":{egress}}}}}"#
    )
}

fn admin_policy(choices: &mut Choices<'_>, at: usize, kind: &str) -> String {
    let admin = kind == "AdminNetworkPolicy";
    let actions: &[&str] = if admin { &["Allow", "Deny", "Pass"] } else { &["Allow", "Deny"] };
    let (name, priority) = if admin {
        (format!("anp{at}"), format!(r#""priority":{},"#, choices.below(3)))
    } else {
        ("default".to_owned(), String::new())
    };
    let subject = subject(choices);
    let rules = |choices: &mut Choices<'_>, direction: &'static str| {
        list(choices, 2, |choices| rule(choices, direction, actions, kind))
    };
    let (ingress, egress) = (rules(choices, "ingress"), rules(choices, "egress"));
    format!(
        r#"{{"apiVersion":"policy.networking.k8s.io/v1alpha1","kind":"{kind}","metadata":{{"name":"{name}"}},"spec":{{{priority}"subject":{subject},"ingress":{ingress},"egress":{egress}}}}}"#
    )
}
