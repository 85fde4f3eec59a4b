//! Clusters and policies under Calico out of choices.

use std::fmt::Write;

use crate::choices::{self, ADDRESSES, BLOCKS, NAMESPACES, cluster_policy, list, network_policy, some};
use crate::draw::Choices;

/// The documents of a world, each on a line.
pub(crate) struct Drawn {
    pub(crate) cluster: String,
    pub(crate) policies: Vec<String>,
    pub(crate) dual: bool,
}

const API: &str = r#""apiVersion":"projectcalico.org/v3""#;
const TIERS: [&str; 3] = ["first", "second", "last"];

pub(crate) fn draw(choices: &mut Choices<'_>) -> Drawn {
    let dual = choices.one_in(6);
    let mut cluster = String::new();
    for line in choices::cluster(choices, dual).lines() {
        let account =
            choices.of(&["", "", r#""serviceAccountName":"web","#, r#""serviceAccountName":"db","#]);
        let own = format!(r#""spec":{{{account}"#);
        let line = if line.contains(r#""kind":"Pod""#) {
            line.replacen(r#""spec":{"#, &own, 1)
        } else {
            line.to_owned()
        };
        writeln!(cluster, "{line}").unwrap();
    }
    for (name, namespace) in [("s", "a"), ("t", "b")] {
        let selector =
            choices.of(&[r#""selector":{"app":"x"},"#, r#""selector":{"app":"y","tier":"x"},"#, ""]);
        let ports = choices.of(&[
            r#"{"port":80}"#,
            r#"{"port":1,"targetPort":"http"}"#,
            r#"{"name":"a","port":80},{"name":"b","port":53,"protocol":"UDP"}"#,
        ]);
        writeln!(
            cluster,
            r#"{{"apiVersion":"v1","kind":"Service","metadata":{{"name":"{name}","namespace":"{namespace}"}},"spec":{{{selector}"ports":[{ports}]}}}}"#
        )
        .unwrap();
        if selector.is_empty() {
            let address = choices.of(&ADDRESSES);
            writeln!(
                cluster,
                r#"{{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","addressType":"IPv4","metadata":{{"name":"{name}","namespace":"{namespace}","labels":{{"kubernetes.io/service-name":"{name}"}}}},"endpoints":[{{"addresses":["{address}"]}}],"ports":[{{"port":80}},{{"name":"a","port":80}},{{"name":"b","port":53,"protocol":"UDP"}}]}}"#
            )
            .unwrap();
        }
    }
    for at in 0..choices.below(4) {
        let (kind, namespace) = if choices.one_in(2) {
            ("GlobalNetworkSet", String::new())
        } else {
            ("NetworkSet", format!(r#","namespace":"{}""#, choices.of(&NAMESPACES)))
        };
        let (role, block) = (choices.of(&["x", "y"]), choices.of(&BLOCKS[2..]));
        let key = choices.of(&["role", "app"]);
        writeln!(
            cluster,
            r#"{{{API},"kind":"{kind}","metadata":{{"name":"set{at}"{namespace},"labels":{{"{key}":"{role}"}}}},"spec":{{"nets":["{block}"]}}}}"#
        )
        .unwrap();
    }
    let mut policies = Vec::new();
    for tier in TIERS {
        let order =
            choices.of(&[r#""order":10"#, r#""order":10"#, r#""order":2000000"#, r#""order":20000000"#, ""]);
        let action = choices.of(&[r#""defaultAction":"Pass""#, r#""defaultAction":"Deny""#, ""]);
        let both = [order, action].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(",");
        policies.push(format!(r#"{{{API},"kind":"Tier","metadata":{{"name":"{tier}"}},"spec":{{{both}}}}}"#));
    }
    for at in 0..=choices.below(5) {
        policies.push(own(choices, at));
    }
    for at in 0..choices.below(3) {
        policies.push(network_policy(choices, at));
    }
    for at in 0..choices.below(3) {
        policies.push(cluster_policy(choices, at));
    }
    if choices.one_in(6) {
        policies.push(format!(
            r#"{{{API},"kind":"HostEndpoint","metadata":{{"name":"h"}},"spec":{{"node":"n0","interfaceName":"*"}}}}"#
        ));
    }
    Drawn { cluster, policies, dual }
}

fn own(choices: &mut Choices<'_>, at: usize) -> String {
    let global = choices.one_in(2);
    let staged = if choices.one_in(12) { "Staged" } else { "" };
    let (kind, namespace) = if global {
        ("GlobalNetworkPolicy", String::new())
    } else {
        ("NetworkPolicy", format!(r#","namespace":"{}""#, choices.of(&NAMESPACES)))
    };
    let mut fields = vec![format!(r#""selector":{:?}"#, expression(choices))];
    if choices.one_in(2) {
        fields.push(format!(r#""tier":"{}""#, choices.of(&["default", "first", "second", "last", "gone"])));
    }
    if choices.one_in(2) {
        fields.push(format!(r#""order":{}"#, choices.of(&["1", "1", "2.5", "1000", "2000"])));
    }
    if global && choices.one_in(3) {
        fields.push(format!(r#""namespaceSelector":{:?}"#, namespaces(choices)));
    }
    if choices.one_in(5) {
        fields.push(format!(r#""serviceAccountSelector":{:?}"#, accounts(choices)));
    }
    if global && choices.one_in(10) {
        fields.push(
            choices
                .of(&[
                    r#""doNotTrack":true,"applyOnForward":true"#,
                    r#""preDNAT":true,"applyOnForward":true"#,
                    r#""applyOnForward":true"#,
                ])
                .to_owned(),
        );
    }
    let types = [None, Some(r#"["Ingress"]"#), Some(r#"["Egress"]"#), Some(r#"["Ingress","Egress"]"#)];
    fields.extend(choices.of(&types).map(|types| format!(r#""types":{types}"#)));
    for direction in ["ingress", "egress"] {
        if !choices.one_in(3) {
            let rules = list(choices, 3, |choices| rule(choices, direction == "egress"));
            fields.push(format!(r#""{direction}":{rules}"#));
        }
    }
    format!(
        r#"{{{API},"kind":"{staged}{kind}","metadata":{{"name":"p{at}"{namespace}}},"spec":{{{}}}}}"#,
        fields.join(",")
    )
}

fn expression(choices: &mut Choices<'_>) -> &'static str {
    choices.of(&[
        "",
        "all()",
        "app == 'x'",
        "app == 'x'",
        "app != 'y'",
        "app in {'x', 'y'}",
        "tier not in {'x'}",
        "has(tier)",
        "!has(app)",
        "app == 'x' && tier == 'y'",
        "app == 'x' || tier == 'x'",
        "!(app == 'x' && has(tier)) || tier == 'y'",
        "app starts with 'x'",
        "tier contains 'y'",
        "tier ends with 'x' && !(app contains 'y')",
        "projectcalico.org/namespace == 'a'",
        "role == 'x'",
        "has(role) || app == 'y'",
        "projectcalico.org/orchestrator == 'k8s'",
        "global()",
    ])
}

fn namespaces(choices: &mut Choices<'_>) -> &'static str {
    choices.of(&[
        "all()",
        "global()",
        "team == 'x'",
        "env != 'x'",
        "has(env) && team == 'y'",
        "projectcalico.org/name == 'b'",
        "!all()",
        "!has(team) || env == 'x'",
    ])
}

fn accounts(choices: &mut Choices<'_>) -> &'static str {
    choices.of(&[
        "projectcalico.org/name == 'web'",
        "projectcalico.org/name in {'db', 'default'}",
        "all()",
        "!has(projectcalico.org/name)",
    ])
}

/// One end of a rule; `with_ports` where its ports may be asked for.
fn entity(choices: &mut Choices<'_>, with_ports: bool) -> String {
    let mut fields = Vec::new();
    if choices.one_in(3) {
        fields.push(format!(r#""selector":{:?}"#, expression(choices)));
    }
    if choices.one_in(6) {
        fields.push(format!(r#""notSelector":{:?}"#, expression(choices)));
    }
    if choices.one_in(5) {
        fields.push(format!(r#""namespaceSelector":{:?}"#, namespaces(choices)));
    }
    if choices.one_in(8) {
        let accounts = match choices.below(3) {
            0 => r#"{"names":["web"]}"#.to_owned(),
            1 => r#"{"names":["web","default"],"selector":"has(projectcalico.org/name)"}"#.to_owned(),
            _ => format!(r#"{{"selector":{:?}}}"#, accounts(choices)),
        };
        fields.push(format!(r#""serviceAccounts":{accounts}"#));
    }
    let nets = |choices: &mut Choices<'_>| some(choices, 2, |choices| format!("{:?}", choices.of(&BLOCKS)));
    if choices.one_in(4) {
        fields.push(format!(r#""nets":{}"#, nets(choices)));
    }
    if choices.one_in(6) {
        fields.push(format!(r#""notNets":{}"#, nets(choices)));
    }
    if with_ports {
        let port = |choices: &mut Choices<'_>| {
            choices.of(&["80", r#""80:81""#, r#""http""#, "53", r#""8000:9000""#]).to_owned()
        };
        let number =
            |choices: &mut Choices<'_>| choices.of(&["80", r#""81:8080""#, "53", r#""0:80""#]).to_owned();
        if choices.one_in(2) {
            fields.push(format!(r#""ports":{}"#, some(choices, 2, port)));
        }
        if choices.one_in(4) {
            fields.push(format!(r#""notPorts":{}"#, some(choices, 2, number)));
        }
    }
    format!("{{{}}}", fields.join(","))
}

fn rule(choices: &mut Choices<'_>, egress: bool) -> String {
    let action = choices.of(&["Allow", "Allow", "Deny", "Deny", "Pass", "Log"]);
    let mut fields = vec![format!(r#""action":"{action}""#)];
    let mut ported = false;
    match choices.below(8) {
        0..=2 => {}
        3 => {
            fields.push(r#""protocol":"TCP""#.to_owned());
            ported = true;
        }
        4 => {
            fields.push(choices.of(&[r#""protocol":"UDP""#, r#""protocol":17"#]).to_owned());
            ported = true;
        }
        5 => fields.push(choices.of(&[r#""notProtocol":"TCP""#, r#""notProtocol":"ICMP""#]).to_owned()),
        6 => {
            let icmp = [
                r#""protocol":"ICMP","icmp":{"type":8}"#,
                r#""protocol":"ICMP","notICMP":{"type":8}"#,
                r#""protocol":"ICMPv6","icmp":{"type":128}"#,
                r#""protocol":"ICMP","icmp":{"type":8,"code":0}"#,
            ];
            fields.push(choices.of(&icmp).to_owned());
        }
        _ => fields.push(r#""protocol":47"#.to_owned()),
    }
    if choices.one_in(10) {
        fields.push(choices.of(&[r#""ipVersion":4"#, r#""ipVersion":6"#]).to_owned());
    }
    if choices.one_in(16) {
        fields.push(r#""http":{"methods":["GET"]}"#.to_owned());
    }
    if !choices.one_in(3) {
        let ports = ported && choices.one_in(10);
        let source = if ports { r#"{"ports":["1024:2048"]}"#.to_owned() } else { entity(choices, false) };
        fields.push(format!(r#""source":{source}"#));
    }
    if egress && !ported && choices.one_in(8) {
        let (name, namespace) = choices.of(&[("s", "a"), ("t", "b"), ("gone", "a")]);
        fields.push(format!(r#""destination":{{"services":{{"name":"{name}","namespace":"{namespace}"}}}}"#));
    } else if !choices.one_in(3) {
        fields.push(format!(r#""destination":{}"#, entity(choices, ported)));
    }
    format!("{{{}}}", fields.join(","))
}
