//! What the conformance tests of ClusterNetworkPolicy ask of a plug-in, told again over a cluster of our own: four sides with two
//! pods each, a client with rules of every kind and a server.

use std::fmt::Write;

use ironsides_network::Verdict;

use crate::world::World;

const SIDES: [&str; 4] = ["north", "south", "east", "west"];

/// Two pods a side, and one in the network of the second node.
fn sides() -> String {
    let mut text = String::new();
    for (number, name) in (1..).zip(["n1", "n2"]) {
        writeln!(
            text,
            "---\n{{apiVersion: v1, kind: Node, metadata: {{name: {name}, labels: {{os: some}}}}, status: {{addresses: [{{type: InternalIP, address: 172.18.0.{number}}}]}}}}"
        )
        .unwrap();
    }
    for (number, side) in SIDES.iter().enumerate() {
        writeln!(
            text,
            "---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: {side}, labels: {{side: {side}}}}}}}"
        )
        .unwrap();
        for at in 0..2 {
            writeln!(
                text,
                "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: '{at}', namespace: {side}, labels: {{side: {side}, at: '{at}'}}}}, \
                 spec: {{nodeName: n1, containers: [{{name: c, ports: [{{name: web, containerPort: 80}}]}}]}}, status: {{podIPs: [{{ip: 10.0.{number}.{at}}}]}}}}"
            )
            .unwrap();
        }
    }
    text + "---\n{apiVersion: v1, kind: Pod, metadata: {name: host, namespace: west, labels: {side: west}}, \
            spec: {hostNetwork: true, nodeName: n2, containers: [{name: c}]}, status: {podIPs: [{ip: 172.18.0.2}]}}\n"
}

fn policy(name: &str, spec: &str) -> String {
    format!(
        "---\n{{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {{name: {name}}}, spec: {spec}}}\n"
    )
}

fn world(policies: &[String]) -> World {
    let world = World::read(&(sides() + &policies.concat()));
    for policy in &world.policies.cluster {
        assert!(policy.refused.is_empty(), "{:?}", policy.refused);
    }
    world
}

/// Asks `north/0 > west/1 TCP:80 UDP:53`, one line after the other; how many were asked.
fn ask(about: &str, world: &World, lines: &[(&str, bool)]) -> usize {
    let lowered = world.spec();
    let mut asked = 0;
    for (line, open) in lines {
        let mut words = line.split_whitespace();
        let (from, to) = (words.next().unwrap(), words.nth(1).unwrap());
        for traffic in words {
            let wanted = if *open { Verdict::Allow } else { Verdict::Deny };
            assert_eq!(world.ask(&lowered, from, to, traffic), wanted, "{about}: {from} > {to} {traffic}");
            asked += 1;
        }
    }
    asked
}

const TIERS: [&str; 2] = ["Admin", "Baseline"];

/// A policy of one direction for the north. `rules` are an action, a side, and ports in the notation of the API.
fn north(tier: &str, direction: &str, rules: &[(&str, &str, String)]) -> String {
    policy(
        "rules",
        &format!(
            "{{tier: {tier}, priority: 5, subject: {{namespaces: {{matchLabels: {{side: north}}}}}}, {}}}",
            part(direction, rules)
        ),
    )
}

fn part(direction: &str, rules: &[(&str, &str, String)]) -> String {
    let peers = if direction == "egress" { "to" } else { "from" };
    let rules = rules.iter().map(|(action, side, ports)| {
        let ports = if ports.is_empty() { String::new() } else { format!(", protocols: [{ports}]") };
        format!("{{action: {action}, {peers}: [{{namespaces: {{matchLabels: {{side: {side}}}}}}}]{ports}}}")
    });
    format!("{direction}: [{}]", rules.collect::<Vec<_>>().join(", "))
}

/// Rules are asked in order, in both tiers and directions, for each protocol; ports confine them.
#[test]
fn rules_are_ordered() {
    let mut asked = 0;
    for tier in TIERS {
        for direction in ["ingress", "egress"] {
            for (protocol, one, other) in [("TCP", 80, 8080), ("UDP", 53, 5353), ("SCTP", 9003, 9005)] {
                let port = |number: u16| {
                    format!("{{{}: {{destinationPort: {{number: {number}}}}}}}", protocol.to_lowercase())
                };
                let rules = || {
                    vec![
                        ("Accept", "west", String::new()),
                        ("Deny", "west", String::new()),
                        ("Pass", "west", String::new()),
                        ("Deny", "south", port(one)),
                        ("Pass", "south", port(one)),
                        ("Accept", "east", port(other)),
                        ("Deny", "east", String::new()),
                    ]
                };
                let swapped = |one: usize, other: usize| {
                    let mut rules = rules();
                    rules.swap(one, other);
                    world(&[north(tier, direction, &rules)])
                };
                let line = |side: &str, number: u16| match direction {
                    "egress" => format!("north/0 > {side}/1 {protocol}:{number}"),
                    _ => format!("{side}/0 > north/1 {protocol}:{number}"),
                };
                let about = format!("{tier} {direction} {protocol}");
                let mut check = |world: &World, cells: &[(&str, u16, bool)]| {
                    for &(side, number, open) in cells {
                        asked += ask(&about, world, &[(&line(side, number), open)]);
                    }
                };
                let rest = [("south", other, true), ("east", other, true), ("east", one, false)];
                let plain = world(&[north(tier, direction, &rules())]);
                check(&plain, &[("west", one, true), ("west", other, true), ("south", one, false)]);
                check(&plain, &rest);
                check(&swapped(0, 1), &[("west", one, false), ("west", other, false), ("south", one, false)]);
                check(&swapped(0, 1), &rest);
                check(&swapped(0, 2), &[("west", one, true), ("west", other, true)]);
                check(&swapped(3, 4), &[("south", one, true), ("south", other, true)]);
            }
        }
    }
    assert!(asked >= 180, "{asked}");
}

/// Both directions and all protocols in one policy: nothing of one leaks into another.
#[test]
fn directions_and_protocols_stay_apart() {
    let ports = |list: &[(&str, u16)]| {
        let port = |(protocol, number): &(&str, u16)| {
            format!("{{{protocol}: {{destinationPort: {{number: {number}}}}}}}")
        };
        list.iter().map(port).collect::<Vec<_>>().join(", ")
    };
    for tier in TIERS {
        let out = [
            ("Accept", "west", String::new()),
            ("Deny", "south", ports(&[("tcp", 80), ("udp", 53), ("sctp", 9003)])),
            ("Accept", "east", ports(&[("tcp", 8080), ("udp", 5353), ("sctp", 9003)])),
            ("Deny", "east", String::new()),
        ];
        let into = [
            ("Deny", "west", String::new()),
            ("Deny", "south", ports(&[("tcp", 80), ("udp", 5353), ("sctp", 9003)])),
            ("Accept", "east", ports(&[("tcp", 80), ("udp", 5353), ("sctp", 9003)])),
            ("Deny", "east", String::new()),
        ];
        let spec = format!(
            "{{tier: {tier}, priority: 15, subject: {{namespaces: {{matchLabels: {{side: north}}}}}}, {}, {}}}",
            part("egress", &out),
            part("ingress", &into)
        );
        let asked = ask(
            tier,
            &world(&[policy("both", &spec)]),
            &[
                ("north/0 > west/0 TCP:80 UDP:53 SCTP:9003", true),
                ("west/0 > north/0 TCP:80 UDP:53 SCTP:9003", false),
                ("north/0 > south/0 TCP:80 UDP:53 SCTP:9003", false),
                ("north/0 > south/0 TCP:8080 UDP:5353 SCTP:9005", true),
                ("south/0 > north/0 TCP:80 UDP:5353 SCTP:9003", false),
                ("south/0 > north/0 TCP:8080 UDP:53 SCTP:9005", true),
                ("north/0 > east/0 TCP:8080 UDP:5353 SCTP:9003", true),
                ("north/0 > east/0 TCP:80 UDP:53 SCTP:9005", false),
                ("east/0 > north/0 TCP:80 UDP:5353 SCTP:9003", true),
                ("east/0 > north/0 TCP:8080 UDP:53 SCTP:9005", false),
            ],
        );
        assert_eq!(asked, 30);
    }
}

#[test]
fn ranges_take_their_ends() {
    let range = |protocol: &str, start: u16, end: u16| {
        format!("{{{protocol}: {{destinationPort: {{range: {{start: {start}, end: {end}}}}}}}}}")
    };
    for tier in TIERS {
        let rules = [
            ("Accept", "west", range("tcp", 80, 8080)),
            ("Accept", "east", range("udp", 53, 5353)),
            ("Accept", "south", range("sctp", 9003, 9005)),
            ("Deny", "west", String::new()),
            ("Deny", "east", String::new()),
            ("Deny", "south", String::new()),
        ];
        for direction in ["egress", "ingress"] {
            let world = world(&[north(tier, direction, &rules)]);
            for (side, open, shut) in [
                ("west", "TCP:80 TCP:8080 TCP:443", "TCP:79 TCP:8081 UDP:80"),
                ("east", "UDP:53 UDP:5353", "UDP:52 UDP:5354 TCP:80"),
                ("south", "SCTP:9003 SCTP:9005", "SCTP:9002 SCTP:9006 TCP:80"),
            ] {
                let ends = if direction == "egress" {
                    format!("north/0 > {side}/1")
                } else {
                    format!("{side}/1 > north/0")
                };
                ask(tier, &world, &[(&format!("{ends} {open}"), true), (&format!("{ends} {shut}"), false)]);
            }
        }
    }
}

/// Pods are selected in the subject and in peers, with namespaces and without.
#[test]
fn pods_are_selected() {
    for tier in TIERS {
        let by_label = format!(
            "{{tier: {tier}, priority: 20, subject: {{pods: {{podSelector: {{matchLabels: {{side: north}}}}}}}}, \
             egress: [{{action: Deny, to: [{{pods: {{podSelector: {{matchLabels: {{side: west}}}}}}}}]}}, \
             {{action: Deny, to: [{{pods: {{namespaceSelector: {{matchLabels: {{side: east}}}}, podSelector: {{matchLabels: {{at: '0'}}}}}}}}]}}], \
             ingress: [{{action: Deny, from: [{{pods: {{podSelector: {{matchLabels: {{side: south}}}}}}}}]}}, \
             {{action: Deny, from: [{{pods: {{namespaceSelector: {{matchLabels: {{side: east}}}}, podSelector: {{matchLabels: {{at: '0'}}}}}}}}]}}]}}"
        );
        let one_pod = format!(
            "{{tier: {tier}, priority: 21, subject: {{pods: {{namespaceSelector: {{matchLabels: {{side: west}}}}, podSelector: {{matchLabels: {{at: '0'}}}}}}}}, \
             egress: [{{action: Deny, to: [{{namespaces: {{matchLabels: {{side: south}}}}}}]}}]}}"
        );
        ask(
            tier,
            &world(&[policy("labels", &by_label), policy("one", &one_pod)]),
            &[
                ("north/0 > west/0 TCP:80", false),
                ("north/0 > east/0 TCP:80", false),
                ("north/0 > east/1 TCP:80", true),
                ("south/0 > north/0 TCP:80", false),
                ("east/0 > north/0 TCP:80", false),
                ("east/1 > north/0 TCP:80", true),
                ("south/0 > east/0 TCP:80", true),
                ("west/0 > south/0 TCP:80", false),
                ("west/1 > south/0 TCP:80", true),
            ],
        );
    }
}

/// A policy with rules in one direction leaves the other alone, and its own wherever no rule takes the traffic.
#[test]
fn nothing_is_shut_that_no_rule_names() {
    for tier in TIERS {
        let only = |direction| world(&[north(tier, direction, &[("Deny", "south", String::new())])]);
        ask(
            tier,
            &only("ingress"),
            &[
                ("south/0 > north/0 TCP:80", false),
                ("north/0 > west/0 TCP:80", true),
                ("north/0 > east/0 TCP:80", true),
                ("north/0 > south/0 TCP:80", true),
            ],
        );
        ask(
            tier,
            &only("egress"),
            &[
                ("north/0 > south/0 TCP:80", false),
                ("west/0 > north/0 TCP:80", true),
                ("east/0 > north/0 TCP:80", true),
                ("south/0 > north/0 TCP:80", true),
            ],
        );
    }
}

/// Networks take pods by their addresses, and nodes, and what is outside.
#[test]
fn networks_take_everything_with_an_address() {
    for tier in TIERS {
        let spec = |first: &str| {
            format!(
                "{{tier: {tier}, priority: 85, subject: {{pods: {{namespaceSelector: {{matchLabels: {{side: north}}}}, podSelector: {{matchLabels: {{side: north}}}}}}}}, \
                 egress: [{first}{{action: Accept, to: [{{pods: {{namespaceSelector: {{matchLabels: {{side: south}}}}, podSelector: {{matchLabels: {{side: south}}}}}}}}]}}, \
                 {{action: Deny, to: [{{networks: [0.0.0.0/0, '::/0']}}]}}]}}"
            )
        };
        let all = "TCP:80 UDP:53 SCTP:9003";
        let shut = world(&[policy("networks", &spec(""))]);
        ask(
            tier,
            &shut,
            &[
                (&format!("north/1 > west/0 {all}"), false),
                (&format!("north/1 > east/0 {all}"), false),
                (&format!("north/1 > south/0 {all}"), true),
                (&format!("north/1 > 8.8.8.8 {all} ICMP:8"), false),
                (&format!("north/1 > 2001:db8::1 {all}"), false),
                (&format!("north/1 > node:n2 {all}"), false),
            ],
        );
        let opened = world(&[policy(
            "networks",
            &spec("{action: Accept, to: [{networks: [10.0.3.0/32, 10.0.2.0/32]}]}, "),
        )]);
        ask(
            tier,
            &opened,
            &[
                (&format!("north/1 > west/0 {all}"), true),
                (&format!("north/1 > east/0 {all}"), true),
                (&format!("north/1 > west/1 {all}"), false),
                (&format!("north/1 > east/1 {all}"), false),
            ],
        );
    }
}

const NETWORK_POLICY: &str = "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: south, namespace: north}, \
     spec: {policyTypes: [Ingress, Egress], ingress: [{from: [{namespaceSelector: {matchLabels: {side: south}}}]}], \
     egress: [{to: [{namespaceSelector: {matchLabels: {side: south}}}]}]}}\n";

/// Admin, then NetworkPolicy, then Baseline: Pass goes down one step.
#[test]
fn tiers_follow_each_other() {
    let spec = |tier: &str, action: &str| {
        let rules = [(action, "south", String::new())];
        format!(
            "{{tier: {tier}, priority: 10, subject: {{namespaces: {{matchLabels: {{side: north}}}}}}, {}, {}}}",
            part("ingress", &rules),
            part("egress", &rules)
        )
    };
    let baseline = policy("baseline", &spec("Baseline", "Deny"));
    let cases = [
        ("Admin denies", "Deny", Some(NETWORK_POLICY), false),
        ("NetworkPolicy allows what Admin passes", "Pass", Some(NETWORK_POLICY), true),
        ("Baseline denies what nobody else decides", "Pass", None, false),
        ("Admin accepts over both", "Accept", None, true),
    ];
    for (about, action, network, open) in cases {
        let policies = [
            policy("admin", &spec("Admin", action)),
            network.unwrap_or_default().to_owned(),
            baseline.clone(),
        ];
        let world = world(&policies);
        ask(
            about,
            &world,
            &[
                ("south/0 > north/0 TCP:80", open),
                ("south/1 > north/0 TCP:8080", open),
                ("north/0 > south/0 TCP:80", open),
                ("north/1 > south/0 TCP:8080", open),
            ],
        );
        // Whom NetworkPolicy selects is shut to all others; Baseline is not asked any more.
        ask(about, &world, &[("west/0 > north/0 TCP:80", network.is_none())]);
    }
}

/// Lower priorities are asked first.
#[test]
fn priorities_decide() {
    let spec = |tier: &str, priority: u16, action: &str| {
        let rules = [(action, "south", String::new())];
        format!(
            "{{tier: {tier}, priority: {priority}, subject: {{namespaces: {{matchLabels: {{side: north}}}}}}, {}, {}}}",
            part("ingress", &rules),
            part("egress", &rules)
        )
    };
    for (priority, open) in [(60, false), (40, true)] {
        for other in ["Pass", "Accept"] {
            let policies = [
                policy("fifty", &spec("Admin", 50, "Deny")),
                policy("moved", &spec("Admin", priority, other)),
                policy("below", &spec("Baseline", 10, "Accept")),
                policy("last", &spec("Baseline", 11, "Deny")),
            ];
            ask(
                other,
                &world(&policies),
                &[
                    ("south/0 > north/0 TCP:80", open),
                    ("south/1 > north/0 TCP:8080", open),
                    ("north/0 > south/0 TCP:80", open),
                ],
            );
        }
    }
}

/// Policies of one priority all count, each for its own subject; only where they disagree it is open.
#[test]
fn equal_priorities_all_count() {
    for tier in TIERS {
        let spec = |subject: &str, action: &str, side: &str, number: u16| {
            let rules = [(action, side, format!("{{tcp: {{destinationPort: {{number: {number}}}}}}}"))];
            format!(
                "{{tier: {tier}, priority: 15, subject: {{namespaces: {{matchLabels: {{side: {subject}}}}}}}, {}, {}}}",
                part("ingress", &rules),
                part("egress", &rules)
            )
        };
        let policies = vec![
            policy("a", &spec("north", "Deny", "south", 80)),
            policy("b", &spec("north", "Deny", "east", 80)),
            policy("c", &spec("east", "Deny", "south", 8080)),
        ];
        let agree = [
            ("south/0 > north/0 TCP:80", false),
            ("north/0 > south/0 TCP:80", false),
            ("east/0 > north/0 TCP:80", false),
            ("north/1 > east/0 TCP:80", false),
            ("south/1 > east/0 TCP:8080", false),
            ("east/1 > south/0 TCP:8080", false),
            ("south/0 > north/0 TCP:8080", true),
            ("north/0 > south/0 TCP:8080", true),
            ("south/1 > east/0 TCP:80", true),
            ("east/0 > south/0 TCP:80", true),
            ("west/0 > north/0 TCP:80", true),
            ("north/1 > west/0 TCP:80", true),
        ];
        ask(tier, &world(&policies), &agree);
        let disputed = world(&[policies, vec![policy("d", &spec("north", "Accept", "south", 80))]].concat());
        ask(tier, &disputed, &agree[2..]);
        let answer = disputed.ask(&disputed.spec(), "south/0", "north/0", "TCP:80");
        let text = "the plug-in asks ClusterNetworkPolicy/d before the others of the same priority";
        assert_eq!(answer, Verdict::Depends(vec![text.into()]));
    }
}

#[test]
fn ports_go_by_the_name_that_the_destination_gives() {
    for tier in TIERS {
        let rules =
            [("Accept", "east", "{destinationNamedPort: web}".to_owned()), ("Deny", "east", String::new())];
        ask(
            tier,
            &world(&[north(tier, "egress", &rules)]),
            &[("north/0 > east/1 TCP:80", true), ("north/1 > east/1 TCP:8080 UDP:80 SCTP:80", false)],
        );
        let rules =
            [("Accept", "east", "{destinationNamedPort: web}".to_owned()), ("Deny", "east", String::new())];
        ask(
            tier,
            &world(&[north(tier, "ingress", &rules)]),
            &[("east/1 > north/0 TCP:80", true), ("east/1 > north/0 TCP:8080 UDP:80", false)],
        );
    }
}

/// Nodes are peers of what goes out; a pod in the network of one is the node.
#[test]
fn nodes_are_peers() {
    for tier in TIERS {
        let spec = format!(
            "{{tier: {tier}, priority: 75, subject: {{pods: {{namespaceSelector: {{matchLabels: {{side: north}}}}, podSelector: {{matchLabels: {{side: north}}}}}}}}, egress: [\
             {{action: Accept, to: [{{nodes: {{matchLabels: {{os: some}}}}}}], protocols: [{{tcp: {{destinationPort: {{number: 34345}}}}}}]}}, \
             {{action: Pass, to: [{{nodes: {{matchLabels: {{os: some}}}}}}], protocols: [{{udp: {{destinationPort: {{number: 34346}}}}}}]}}, \
             {{action: Deny, to: [{{pods: {{namespaceSelector: {{matchLabels: {{side: south}}}}, podSelector: {{matchLabels: {{side: south}}}}}}}}, {{nodes: {{matchLabels: {{os: some}}}}}}, {{networks: [0.0.0.0/0, '::/0']}}]}}]}}"
        );
        ask(
            tier,
            &world(&[policy("nodes", &spec)]),
            &[
                ("north/1 > west/host TCP:34345", true),
                ("north/1 > west/host UDP:34346", true),
                ("north/1 > west/host TCP:34347 UDP:34348 SCTP:34349", false),
                ("north/1 > node:n1 TCP:34345", true),
                ("north/1 > node:n1 TCP:34347", false),
            ],
        );
    }
}

/// A pod that reaches itself through a Service is judged like any other.
#[test]
fn a_service_back_to_the_sender_is_judged() {
    let rules = [("Deny", "north", String::new())];
    ask("hairpin", &world(&[north("Admin", "ingress", &rules)]), &[("north/0 > north/0 TCP:80", false)]);
}

/// The two kinds of v1alpha1 say the same in other words.
#[test]
fn the_older_kinds_mean_the_same() {
    let admin = |action: &str, ports: &str| {
        format!(
            "---\n{{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {{name: a}}, spec: {{priority: 5, \
             subject: {{namespaces: {{matchLabels: {{side: north}}}}}}, egress: [{{action: {action}, to: [{{namespaces: {{matchLabels: {{side: south}}}}}}]{ports}}}]}}}}\n"
        )
    };
    let baseline = "---\n{apiVersion: policy.networking.k8s.io/v1alpha1, kind: BaselineAdminNetworkPolicy, metadata: {name: default}, spec: {\
         subject: {namespaces: {}}, egress: [{action: Deny, to: [{namespaces: {matchLabels: {side: south}}}]}]}}\n";
    let named = ", ports: [{namedPort: web}, {portNumber: {port: 81}}, {portRange: {protocol: UDP, start: 53, end: 55}}]";
    ask(
        "allow",
        &world(&[admin("Allow", named), baseline.to_owned()]),
        &[
            ("north/0 > south/0 TCP:80 TCP:81 UDP:54", true),
            ("north/0 > south/0 TCP:82 UDP:56 UDP:81", false),
            ("west/0 > south/0 TCP:80", false),
            ("west/0 > east/0 TCP:80", true),
        ],
    );
    ask(
        "deny",
        &world(&[admin("Deny", "")]),
        &[("north/0 > south/0 TCP:80", false), ("south/0 > north/0 TCP:80", true)],
    );
    ask(
        "pass",
        &world(&[admin("Pass", ""), NETWORK_POLICY.to_owned(), baseline.to_owned()]),
        &[("north/0 > south/0 TCP:80", true)],
    );
    ask(
        "pass, nothing between",
        &world(&[admin("Pass", ""), baseline.to_owned()]),
        &[("north/0 > south/0 TCP:80", false)],
    );
}
