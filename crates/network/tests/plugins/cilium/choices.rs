//! Clusters and policies under Cilium out of choices.

use std::fmt::Write;

use ironsides_network::profile::Enforcement;
use ironsides_network::{Options, Profile};

use crate::choices::{self, ADDRESSES, NAMESPACES, cluster_policy, list, network_policy, some};
use crate::draw::Choices;

/// The documents of a world, each on a line, and the settings of its agents.
pub(crate) struct Drawn {
    pub(crate) cluster: String,
    pub(crate) policies: Vec<String>,
    pub(crate) options: Options,
}

/// What policies may ask for.
#[derive(Clone, Copy)]
struct Asked {
    /// Whether peers may be groups of blocks.
    groups: bool,
    /// Whether nodes may be peers by their labels.
    nodes: bool,
    /// Whether nodes may be guarded.
    host: bool,
}

pub(crate) fn draw(choices: &mut Choices<'_>) -> Drawn {
    let blocks_hold = choices.of(&[
        (false, false),
        (false, false),
        (false, false),
        (true, false),
        (false, true),
        (true, true),
    ]);
    let asked =
        Asked { groups: blocks_hold == (false, false), nodes: choices.one_in(4), host: choices.one_in(3) };
    let dual = choices.one_in(6);
    let enforcement = [Enforcement::Default; 8].into_iter().chain([Enforcement::Always, Enforcement::Never]);
    let enforcement = choices.of(&enforcement.collect::<Vec<_>>());
    let options = Options {
        enforcement,
        host_firewall: asked.host,
        dual_stack: dual,
        blocks_hold_pods: blocks_hold.0,
        blocks_hold_nodes: blocks_hold.1,
        node_selector_labels: asked.nodes,
        allow_local_host: !choices.one_in(8),
        ..Options::of(Profile::Cilium)
    };
    let mut cluster = choices::cluster(choices, dual);
    for (name, namespace) in [("s", "a"), ("t", "b")] {
        let kind = choices.of(&["x", "y"]);
        let selector =
            choices.of(&[r#""selector":{"app":"x"},"#, r#""selector":{"app":"y","tier":"x"},"#, ""]);
        writeln!(
            cluster,
            r#"{{"apiVersion":"v1","kind":"Service","metadata":{{"name":"{name}","namespace":"{namespace}","labels":{{"kind":"{kind}"}}}},"spec":{{{selector}"ports":[{{"port":80}}]}}}}"#
        )
        .unwrap();
        if selector.is_empty() {
            let address = choices.of(&ADDRESSES);
            writeln!(
                cluster,
                r#"{{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","addressType":"IPv4","metadata":{{"name":"{name}","namespace":"{namespace}","labels":{{"kubernetes.io/service-name":"{name}"}}}},"endpoints":[{{"addresses":["{address}"]}}],"ports":[{{"port":80}}]}}"#
            )
            .unwrap();
        }
    }
    for (name, zone) in [("g", "eu"), ("h", "us")] {
        let block = choices.of(&["192.0.2.0/24", "198.51.100.0/24", "8.0.0.0/7", "203.0.113.9/32"]);
        writeln!(
            cluster,
            r#"{{"apiVersion":"cilium.io/v2","kind":"CiliumCIDRGroup","metadata":{{"name":"{name}","labels":{{"zone":"{zone}"}}}},"spec":{{"externalCIDRs":["{block}"]}}}}"#
        )
        .unwrap();
    }
    let mut policies = Vec::new();
    for at in 0..=choices.below(5) {
        policies.push(own(choices, asked, at));
    }
    for at in 0..choices.below(2) {
        policies.push(network_policy(choices, at));
    }
    for at in 0..choices.below(3) {
        policies.push(cluster_policy(choices, at));
    }
    // What names resolve to is asked for in another way, by the tests of recorded answers.
    policies.retain(|policy| !policy.contains("domainNames"));
    Drawn { cluster, policies, options }
}

/// A policy of Cilium's own.
fn own(choices: &mut Choices<'_>, asked: Asked, at: usize) -> String {
    let wide = choices.one_in(3);
    let host = wide && asked.host && choices.one_in(2);
    let (kind, head) = if wide {
        ("CiliumClusterwideNetworkPolicy", format!(r#""name":"w{at}""#))
    } else {
        ("CiliumNetworkPolicy", format!(r#""name":"p{at}","namespace":"{}""#, choices.of(&NAMESPACES)))
    };
    let spec = |choices: &mut Choices<'_>| spec(choices, asked, host);
    let specs = if choices.one_in(5) {
        format!(r#""specs":[{},{}]"#, spec(choices), spec(choices))
    } else {
        format!(r#""spec":{}"#, spec(choices))
    };
    format!(r#"{{"apiVersion":"cilium.io/v2","kind":"{kind}","metadata":{{{head}}},{specs}}}"#)
}

fn spec(choices: &mut Choices<'_>, asked: Asked, host: bool) -> String {
    let mut fields = Vec::new();
    if host {
        fields.push(format!(r#""nodeSelector":{}"#, selector(choices, &["zone", "role"])));
    } else {
        fields.push(format!(r#""endpointSelector":{}"#, selector(choices, &["app", "tier"])));
    }
    if choices.one_in(4) {
        let word = |choices: &mut Choices<'_>| choices.of(&["true", "false"]);
        fields.push(format!(
            r#""enableDefaultDeny":{{"ingress":{},"egress":{}}}"#,
            word(choices),
            word(choices)
        ));
    }
    let mut any = false;
    for (field, deny) in [("ingress", false), ("egress", false), ("ingressDeny", true), ("egressDeny", true)]
    {
        if choices.one_in(if deny { 3 } else { 2 }) {
            let rules =
                some(choices, 2, |choices| rule(choices, asked, field.starts_with("egress"), deny, host));
            fields.push(format!(r#""{field}":{rules}"#));
            any = true;
        }
    }
    if !any {
        fields.push(format!(r#""ingress":[{}]"#, rule(choices, asked, false, false, host)));
    }
    format!("{{{}}}", fields.join(","))
}

/// A selector of labels of pods or nodes.
fn selector(choices: &mut Choices<'_>, keys: &[&str]) -> String {
    let (key, value) = (choices.of(keys), choices.of(&["x", "y"]));
    match choices.below(8) {
        0 | 1 => "{}".to_owned(),
        2 | 3 => format!(r#"{{"matchLabels":{{"{key}":"{value}"}}}}"#),
        4 => format!(r#"{{"matchLabels":{{"k8s:{key}":"{value}"}}}}"#),
        5 => format!(r#"{{"matchExpressions":[{{"key":"{key}","operator":"NotIn","values":["{value}"]}}]}}"#),
        6 => format!(r#"{{"matchExpressions":[{{"key":"{key}","operator":"DoesNotExist"}}]}}"#),
        _ => format!(r#"{{"matchExpressions":[{{"key":"{key}","operator":"In","values":["x","y"]}}]}}"#),
    }
}

/// A selector of peers: their namespace may be named in several ways.
fn endpoints(choices: &mut Choices<'_>) -> String {
    let (value, namespace) = (choices.of(&["x", "y"]), choices.of(&NAMESPACES));
    match choices.below(10) {
        0..=3 => selector(choices, &["app", "tier"]),
        4 => format!(r#"{{"matchLabels":{{"io.kubernetes.pod.namespace":"{namespace}"}}}}"#),
        5 => format!(
            r#"{{"matchLabels":{{"app":"{value}","k8s:io.kubernetes.pod.namespace":"{namespace}"}}}}"#
        ),
        6 => format!(r#"{{"matchLabels":{{"io.cilium.k8s.namespace.labels.team":"{value}"}}}}"#),
        7 => format!(
            r#"{{"matchExpressions":[{{"key":"io.kubernetes.pod.namespace","operator":"NotIn","values":["{namespace}"]}}]}}"#
        ),
        8 => {
            let entity = choices.of(&["host", "remote-node", "world", "kube-apiserver"]);
            format!(r#"{{"matchLabels":{{"reserved:{entity}":""}}}}"#)
        }
        _ => r#"{"matchExpressions":[{"key":"reserved:host","operator":"DoesNotExist"}]}"#.to_owned(),
    }
}

fn peers(choices: &mut Choices<'_>, asked: Asked, egress: bool, deny: bool) -> Option<String> {
    let side = if egress { "to" } else { "from" };
    let blocks = [
        "0.0.0.0/0",
        "10.0.0.0/8",
        "10.0.1.0/24",
        "172.18.0.0/16",
        "192.0.2.0/24",
        "8.8.8.8/32",
        "::/0",
        "fd00::/16",
    ];
    let field = match choices.below(if egress { 13 } else { 9 }) {
        0..=2 => format!(r#""{side}Endpoints":{}"#, list(choices, 2, endpoints)),
        3 | 4 => {
            let words =
                ["all", "world", "cluster", "host", "remote-node", "kube-apiserver", "none", "health"];
            format!(r#""{side}Entities":{}"#, list(choices, 2, |choices| format!("{:?}", choices.of(&words))))
        }
        5 => format!(r#""{side}CIDR":{}"#, list(choices, 2, |choices| format!("{:?}", choices.of(&blocks)))),
        6 | 7 => format!(
            r#""{side}CIDRSet":{}"#,
            list(choices, 2, |choices| match choices.below(if asked.groups { 6 } else { 3 }) {
                0 => r#"{"cidr":"10.0.0.0/8","except":["10.0.1.0/24"]}"#.to_owned(),
                1 => r#"{"cidr":"0.0.0.0/0","except":["10.0.0.0/16","192.0.2.0/24"]}"#.to_owned(),
                2 => format!(r#"{{"cidr":"{}"}}"#, choices.of(&blocks)),
                3 => format!(r#"{{"cidrGroupRef":"{}"}}"#, choices.of(&["g", "h", "gone"])),
                4 => r#"{"cidrGroupRef":"g","except":["192.0.2.1/32"]}"#.to_owned(),
                _ => {
                    let operator =
                        choices.of(&[r#""In","values":["eu"]"#, r#""NotIn","values":["eu"]"#, r#""Exists""#]);
                    format!(
                        r#"{{"cidrGroupSelector":{{"matchExpressions":[{{"key":"zone","operator":{operator}}}]}}}}"#
                    )
                }
            })
        ),
        8 if asked.nodes => {
            format!(r#""{side}Nodes":{}"#, list(choices, 1, |choices| selector(choices, &["zone", "role"])))
        }
        9 | 10 => {
            let reference = |choices: &mut Choices<'_>| {
                let references = [
                    r#"{"k8sService":{"serviceName":"s","namespace":"a"}}"#,
                    r#"{"k8sService":{"serviceName":"t","namespace":"b"}}"#,
                    r#"{"k8sService":{"serviceName":"t","namespace":"a"}}"#,
                    r#"{"k8sServiceSelector":{"selector":{"matchLabels":{"kind":"x"}}}}"#,
                    r#"{"k8sServiceSelector":{"selector":{"matchLabels":{"kind":"y"}},"namespace":"a"}}"#,
                ];
                choices.of(&references).to_owned()
            };
            format!(r#""toServices":{}"#, list(choices, 2, reference))
        }
        11 if !deny => {
            let name = |choices: &mut Choices<'_>| {
                let names = [
                    r#"{"matchName":"example.com"}"#,
                    r#"{"matchPattern":"*.example.com"}"#,
                    r#"{"matchPattern":"**.example.org"}"#,
                    r#"{"matchPattern":"*"}"#,
                    r#"{"matchName":"nobody.example.net"}"#,
                ];
                choices.of(&names).to_owned()
            };
            format!(r#""toFQDNs":{}"#, list(choices, 2, name))
        }
        12 if choices.one_in(3) => r#""toGroups":[{"aws":{"labels":{"a":"b"}}}]"#.to_owned(),
        _ => return None,
    };
    Some(field)
}

fn rule(choices: &mut Choices<'_>, asked: Asked, egress: bool, deny: bool, host: bool) -> String {
    let mut fields: Vec<String> = peers(choices, asked, egress, deny).into_iter().collect();
    match choices.below(6) {
        0 | 1 => {}
        2 => {
            let types = [
                r#"{"type":8}"#,
                r#"{"type":0}"#,
                r#"{"type":"EchoRequest"}"#,
                r#"{"family":"IPv6","type":128}"#,
            ];
            let field = |choices: &mut Choices<'_>| choices.of(&types).to_owned();
            fields.push(format!(r#""icmps":[{{"fields":{}}}]"#, some(choices, 2, field)));
        }
        _ => {
            let ports = some(choices, 2, |choices| ports(choices, egress, deny, host));
            fields.push(format!(r#""toPorts":{ports}"#));
        }
    }
    if !deny && choices.one_in(8) {
        let mode = choices.of(&["required", "required", "disabled", "test-always-fail"]);
        fields.push(format!(r#""authentication":{{"mode":"{mode}"}}"#));
    }
    format!("{{{}}}", fields.join(","))
}

fn ports(choices: &mut Choices<'_>, egress: bool, deny: bool, host: bool) -> String {
    let port = |choices: &mut Choices<'_>| {
        let ports = [
            r#"{"port":"80","protocol":"TCP"}"#,
            r#"{"port":"80"}"#,
            r#"{"port":"80","endPort":81,"protocol":"TCP"}"#,
            r#"{"port":"81","endPort":8080}"#,
            r#"{"port":"http","protocol":"TCP"}"#,
            r#"{"port":"HTTP"}"#,
            r#"{"port":"dns","protocol":"UDP"}"#,
            r#"{"port":"53","protocol":"UDP"}"#,
            r#"{"port":"0","protocol":"TCP"}"#,
            r#"{"port":"0"}"#,
            r#"{"port":"80","protocol":"SCTP"}"#,
            r#"{"port":"0","protocol":"GRE"}"#,
        ];
        choices.of(&ports).to_owned()
    };
    if deny || !choices.one_in(3) {
        return format!(r#"{{"ports":{}}}"#, list(choices, 2, port));
    }
    match choices.below(if egress { 8 } else { 5 }) {
        0..=2 if !host => {
            let http = |choices: &mut Choices<'_>| {
                let rules = [
                    "{}",
                    r#"{"method":"GET"}"#,
                    r#"{"path":"/api/.*"}"#,
                    r#"{"method":"GET|HEAD","path":"/(.*)"}"#,
                    r#"{"host":"api[.]example[.]com"}"#,
                    r#"{"headers":["X-Token: secret"]}"#,
                    r#"{"headers":["X-Token"],"method":"HEAD"}"#,
                    r#"{"headerMatches":[{"name":"X-Token","value":"secret"}]}"#,
                    r#"{"headerMatches":[{"name":"X-Token","value":"other","mismatch":"LOG"}],"path":"/"}"#,
                ];
                choices.of(&rules).to_owned()
            };
            let port = choices.of(&["80", "80", "http", "8080"]);
            format!(
                r#"{{"ports":[{{"port":"{port}","protocol":"TCP"}}],"rules":{{"http":{}}}}}"#,
                list(choices, 2, http)
            )
        }
        3 | 4 => r#"{"ports":[{"port":"80","protocol":"TCP"}],"serverNames":["www.example.com"]}"#.to_owned(),
        5 if !host => r#"{"ports":[{"port":"8080","protocol":"TCP"}],"listener":{"envoyConfig":{"name":"c"},"name":"l"}}"#.to_owned(),
        _ if egress => {
            let dns = |choices: &mut Choices<'_>| {
                let rules = [
                    "{\"matchName\":\"example.com\"}",
                    r#"{"matchPattern":"*.example.com"}"#,
                    r#"{"matchPattern":"**.example.org"}"#,
                    r#"{"matchPattern":"*"}"#,
                ];
                choices.of(&rules).to_owned()
            };
            format!(
                r#"{{"ports":[{{"port":"53","protocol":"UDP"}}],"rules":{{"dns":{}}}}}"#,
                some(choices, 2, dns)
            )
        }
        _ => r#"{"ports":[{"port":"80","protocol":"TCP"}]}"#.to_owned(),
    }
}
