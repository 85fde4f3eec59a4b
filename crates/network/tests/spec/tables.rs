//! Truth tables of NetworkPolicy: what the end-to-end tests of Kubernetes ask of a plug-in, 48 cases, told again over a grid of
//! nine pods of our own. Every cell of every table is asked; a pod to itself is left open, as there.

use std::fmt::Write;

use ironsides_network::Verdict;

use crate::world::World;

/// Who may not (or may) talk to whom: `red/*` is every pod of a namespace, `*` every pod. Later lines overrule earlier ones.
type Lines = &'static [(&'static str, &'static str, bool)];

struct Case {
    about: &'static str,
    /// Namespace and spec of each policy.
    policies: &'static [(&'static str, &'static str)],
    /// Labels that a namespace or a pod has besides its own.
    labels: &'static [(&'static str, &'static str)],
    /// Tables by traffic; what no line names may talk.
    tables: &'static [(&'static str, Lines)],
}

const CASES: &[Case] = &[
    Case {
        about: "a policy without rules shuts what comes into its namespace",
        policies: &[("red", "{podSelector: {}, ingress: []}")],
        labels: &[],
        tables: &[("TCP:80", &[("*", "red/*", false)])],
    },
    Case {
        about: "and what leaves it, where both directions are named",
        policies: &[("red", "{podSelector: {}, policyTypes: [Ingress, Egress]}")],
        labels: &[],
        tables: &[("TCP:80", &[("*", "red/*", false), ("red/*", "*", false)])],
    },
    Case {
        about: "a selector of pods means those of the own namespace",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{podSelector: {matchLabels: {pod: two}}}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:80", &[("*", "red/one", false), ("red/two", "red/one", true)])],
    },
    Case {
        about: "one pod is opened where all are shut",
        policies: &[
            ("red", "{podSelector: {}, ingress: []}"),
            (
                "red",
                "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{podSelector: {}, namespaceSelector: {}}]}]}",
            ),
        ],
        labels: &[],
        tables: &[("TCP:80", &[("*", "red/*", false), ("*", "red/one", true)])],
    },
    Case {
        about: "an empty selector of namespaces is all of them",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchLabels: {}}}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:80", &[])],
    },
    Case {
        about: "one other namespace alone",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: green}}}]}]}",
        )],
        labels: &[("green", "team: green"), ("blue", "team: blue")],
        tables: &[("TCP:80", &[("red/*", "red/one", false), ("blue/*", "red/one", false)])],
    },
    Case {
        about: "pods by expressions",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{podSelector: {matchExpressions: [{key: pod, operator: In, values: [two]}]}}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:80", &[("*", "red/one", false), ("red/two", "red/one", true)])],
    },
    Case {
        about: "namespaces by expressions",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: team, operator: In, values: [green]}]}}]}]}",
        )],
        labels: &[("green", "team: green"), ("blue", "team: blue")],
        tables: &[("TCP:80", &[("red/*", "red/one", false), ("blue/*", "red/one", false)])],
    },
    Case {
        about: "two peers: either will do",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [red]}]}}, {podSelector: {matchLabels: {pod: two}}}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:80", &[("red/three", "red/one", false)])],
    },
    Case {
        about: "one peer of two selectors: both must hold",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [red]}]}, podSelector: {matchLabels: {pod: two}}}]}]}",
        )],
        labels: &[],
        tables: &[(
            "TCP:80",
            &[("*", "red/one", false), ("green/two", "red/one", true), ("blue/two", "red/one", true)],
        )],
    },
    Case {
        about: "and so with several values",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [red]}]}, podSelector: {matchExpressions: [{key: pod, operator: In, values: [two, three]}]}}]}]}",
        )],
        labels: &[],
        tables: &[(
            "TCP:80",
            &[("red/*", "red/one", false), ("green/one", "red/one", false), ("blue/one", "red/one", false)],
        )],
    },
    Case {
        about: "two selectors of pods: either",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{podSelector: {matchLabels: {pod: two}}}, {podSelector: {matchLabels: {pod: three}}}]}]}",
        )],
        labels: &[],
        tables: &[(
            "TCP:80",
            &[("*", "red/one", false), ("red/two", "red/one", true), ("red/three", "red/one", true)],
        )],
    },
    Case {
        about: "one pod of one other namespace",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: green}}, podSelector: {matchLabels: {pod: one}}}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:80", &[("*", "red/one", false), ("green/one", "red/one", true)])],
    },
    Case {
        about: "one port from one namespace",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: green}}}], ports: [{port: 81, protocol: TCP}]}]}",
        )],
        labels: &[],
        tables: &[
            ("TCP:81", &[("red/*", "red/one", false), ("blue/*", "red/one", false)]),
            ("TCP:80", &[("*", "red/one", false)]),
        ],
    },
    Case {
        about: "policies add up: one port of each of two",
        policies: &[
            (
                "red",
                "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: green}}}], ports: [{port: 81}]}]}",
            ),
            (
                "red",
                "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: green}}}], ports: [{port: 80}]}]}",
            ),
        ],
        labels: &[],
        tables: &[
            ("TCP:81", &[("*", "red/one", false), ("green/*", "red/one", true)]),
            ("TCP:80", &[("*", "red/one", false), ("green/*", "red/one", true)]),
        ],
    },
    Case {
        about: "a rule that says nothing takes everything",
        policies: &[("red", "{podSelector: {matchLabels: {}}, ingress: [{}]}")],
        labels: &[],
        tables: &[("TCP:80", &[]), ("TCP:81", &[])],
    },
    Case {
        about: "a port of what comes in by its name",
        policies: &[("red", "{podSelector: {}, ingress: [{ports: [{port: tcp-81}]}]}")],
        labels: &[],
        tables: &[("TCP:81", &[]), ("TCP:80", &[("*", "red/*", false)])],
    },
    Case {
        about: "and from one namespace",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: green}}}], ports: [{port: tcp-80, protocol: TCP}]}]}",
        )],
        labels: &[],
        tables: &[
            ("TCP:80", &[("red/*", "red/one", false), ("blue/*", "red/one", false)]),
            ("TCP:81", &[("*", "red/one", false)]),
        ],
    },
    Case {
        about: "a port of what goes out by the name that the other end gives it",
        policies: &[("red", "{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: tcp-80}]}]}")],
        labels: &[],
        tables: &[("TCP:80", &[]), ("TCP:81", &[("red/*", "*", false)])],
    },
    Case {
        about: "a policy that allowed all and has lost its rules",
        policies: &[("red", "{podSelector: {}, policyTypes: [Ingress], ingress: []}")],
        labels: &[],
        tables: &[("TCP:81", &[("*", "red/*", false)])],
    },
    Case {
        about: "a namespace is selected by a label that it does not have",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchLabels: {fresh: very}}}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:80", &[("*", "red/one", false)])],
    },
    Case {
        about: "and now it does",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchLabels: {fresh: very}}}]}]}",
        )],
        labels: &[("green", "fresh: very")],
        tables: &[("TCP:80", &[("*", "red/one", false), ("green/*", "red/one", true)])],
    },
    Case {
        about: "a pod is selected by a label that it does not have",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{podSelector: {matchLabels: {pod: two, fresh: very}}}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:80", &[("*", "red/one", false)])],
    },
    Case {
        about: "and now it does",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{podSelector: {matchLabels: {pod: two, fresh: very}}}]}]}",
        )],
        labels: &[("red/two", "fresh: very")],
        tables: &[("TCP:80", &[("*", "red/one", false), ("red/two", "red/one", true)])],
    },
    Case {
        about: "all pods of the own namespace and no others",
        policies: &[("red", "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {}}}]}]}")],
        labels: &[],
        tables: &[("TCP:80", &[("green/*", "red/*", false), ("blue/*", "red/*", false)])],
    },
    Case {
        about: "a policy for a label that no pod has",
        policies: &[("red", "{podSelector: {matchLabels: {alone: quite}}, ingress: []}")],
        labels: &[],
        tables: &[("TCP:80", &[])],
    },
    Case {
        about: "and now one has it",
        policies: &[("red", "{podSelector: {matchLabels: {alone: quite}}, ingress: []}")],
        labels: &[("red/one", "alone: quite")],
        tables: &[("TCP:80", &[("*", "red/one", false)])],
    },
    Case {
        about: "nothing leaves one pod",
        policies: &[("red", "{podSelector: {matchLabels: {pod: one}}, policyTypes: [Egress], egress: []}")],
        labels: &[],
        tables: &[("TCP:80", &[("red/one", "*", false)])],
    },
    Case {
        about: "nothing leaves a namespace",
        policies: &[("red", "{podSelector: {}, policyTypes: [Egress]}")],
        labels: &[],
        tables: &[("TCP:80", &[("red/*", "*", false)])],
    },
    Case {
        about: "both directions in one policy",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, policyTypes: [Egress, Ingress], ingress: [{from: [{podSelector: {matchLabels: {pod: two}}}]}], egress: [{ports: [{port: 80}]}]}",
        )],
        labels: &[],
        tables: &[
            ("TCP:80", &[("*", "red/one", false), ("red/two", "red/one", true)]),
            ("TCP:81", &[("*", "red/one", false), ("red/one", "*", false), ("red/two", "red/one", true)]),
        ],
    },
    Case {
        about: "the sender's end denies what the receiver's allows",
        policies: &[
            (
                "red",
                "{podSelector: {matchLabels: {pod: one}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: green}}, podSelector: {matchLabels: {pod: one}}}]}]}",
            ),
            (
                "green",
                "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: red}}, podSelector: {matchLabels: {pod: one}}}]}]}",
            ),
            (
                "green",
                "{podSelector: {matchLabels: {pod: two}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: red}}, podSelector: {matchLabels: {pod: one}}}]}]}",
            ),
        ],
        labels: &[],
        tables: &[(
            "TCP:80",
            &[
                ("red/one", "*", false),
                ("*", "green/one", false),
                ("*", "green/two", false),
                ("red/one", "green/one", true),
            ],
        )],
    },
    Case {
        about: "one pod of another namespace as the only destination",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: green}}, podSelector: {matchLabels: {pod: one}}}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:80", &[("red/one", "*", false), ("red/one", "green/one", true)])],
    },
    Case {
        about: "every port of one protocol",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{ports: [{protocol: TCP}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:80", &[]), ("UDP:80", &[("*", "red/one", false)])],
    },
    Case {
        about: "one port comes in",
        policies: &[("red", "{podSelector: {}, ingress: [{ports: [{port: 80}]}]}")],
        labels: &[],
        tables: &[("TCP:81", &[("*", "red/*", false)])],
    },
    Case {
        about: "until another policy lets everything in",
        policies: &[
            ("red", "{podSelector: {}, ingress: [{ports: [{port: 80}]}]}"),
            ("red", "{podSelector: {}, ingress: [{}]}"),
        ],
        labels: &[],
        tables: &[("TCP:81", &[])],
    },
    Case {
        about: "one port goes out",
        policies: &[("red", "{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 80}]}]}")],
        labels: &[],
        tables: &[("TCP:81", &[("red/*", "*", false)])],
    },
    Case {
        about: "until another policy lets everything out",
        policies: &[
            ("red", "{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 80}]}]}"),
            ("red", "{podSelector: {}, policyTypes: [Egress], egress: [{}]}"),
        ],
        labels: &[],
        tables: &[("TCP:81", &[])],
    },
    Case { about: "no policy is left", policies: &[], labels: &[], tables: &[("TCP:80", &[])] },
    Case {
        about: "a block of one pod's address",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.1.2/32}}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:80", &[("red/one", "*", false), ("red/one", "green/two", true)])],
    },
    Case {
        about: "a wide block without one pod's address",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.2/4, except: [10.0.0.2/32]}}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:80", &[("red/one", "red/two", false)])],
    },
    Case {
        about: "what one policy leaves out another lets in",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.2/4, except: [10.0.0.2/32]}}]}, {to: [{ipBlock: {cidr: 10.0.0.2/32}}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:80", &[])],
    },
    Case {
        about: "the block is replaced by the one address",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.2/32}}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:80", &[("red/one", "*", false), ("red/one", "red/two", true)])],
    },
    Case {
        about: "the directions of a pod do not hang together",
        policies: &[
            ("red", "{podSelector: {matchLabels: {pod: one}}, policyTypes: [Egress], egress: [{}]}"),
            ("red", "{podSelector: {matchLabels: {pod: one}}, ingress: []}"),
        ],
        labels: &[],
        tables: &[("TCP:80", &[("*", "red/one", false)])],
    },
    Case {
        about: "SCTP is not TCP",
        policies: &[
            ("red", "{podSelector: {}, ingress: []}"),
            (
                "red",
                "{podSelector: {matchLabels: {pod: one}}, ingress: [{ports: [{port: 81, protocol: SCTP}]}]}",
            ),
        ],
        labels: &[],
        tables: &[
            ("TCP:81", &[("*", "red/*", false)]),
            ("SCTP:81", &[("*", "red/*", false), ("*", "red/one", true)]),
        ],
    },
    Case {
        about: "a policy that allows SCTP alone shuts TCP",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{ports: [{port: 80, protocol: SCTP}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:81", &[("*", "red/one", false)])],
    },
    Case {
        about: "UDP is not TCP",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{ports: [{port: 81, protocol: UDP}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:81", &[("*", "red/one", false)]), ("UDP:81", &[])],
    },
    Case {
        about: "every namespace has a label with its name",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: green}}}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:80", &[("red/*", "red/one", false), ("blue/*", "red/one", false)])],
    },
    Case {
        about: "also for expressions",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [green]}]}}]}]}",
        )],
        labels: &[],
        tables: &[("TCP:80", &[("red/one", "green/*", false)])],
    },
    Case {
        about: "UDP and SCTP are shut like TCP",
        policies: &[("red", "{podSelector: {}, ingress: []}")],
        labels: &[],
        tables: &[("UDP:80", &[("*", "red/*", false)]), ("SCTP:80", &[("*", "red/*", false)])],
    },
    Case {
        about: "one port of UDP from one namespace",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: green}}}], ports: [{port: 81, protocol: UDP}]}]}",
        )],
        labels: &[],
        tables: &[("UDP:81", &[("red/*", "red/one", false), ("blue/*", "red/one", false)])],
    },
    Case {
        about: "one port of SCTP from one namespace",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: green}}}], ports: [{port: 81, protocol: SCTP}]}]}",
        )],
        labels: &[],
        tables: &[("SCTP:81", &[("red/*", "red/one", false), ("blue/*", "red/one", false)])],
    },
    Case {
        about: "one pod of another namespace over UDP and SCTP",
        policies: &[(
            "red",
            "{podSelector: {matchLabels: {pod: one}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: green}}, podSelector: {matchLabels: {pod: one}}}]}]}",
        )],
        labels: &[],
        tables: &[
            ("UDP:80", &[("*", "red/one", false), ("green/one", "red/one", true)]),
            ("SCTP:80", &[("*", "red/one", false), ("green/one", "red/one", true)]),
        ],
    },
];

const NAMESPACES: [&str; 3] = ["red", "green", "blue"];
const PODS: [&str; 3] = ["one", "two", "three"];

fn world(case: &Case) -> World {
    let more = |whose: &str| {
        let own = case.labels.iter().filter(|(other, _)| *other == whose);
        own.flat_map(|(_, label)| [", ", label]).collect::<String>()
    };
    let mut text = String::new();
    for (number, namespace) in NAMESPACES.iter().enumerate() {
        let labels = more(namespace);
        writeln!(text, "---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: {namespace}, labels: {{grid: here{labels}}}}}}}").unwrap();
        for (at, pod) in (1..).zip(PODS) {
            let labels = more(&format!("{namespace}/{pod}"));
            let port = |(protocol, port): (&str, u16)| {
                format!(
                    "{{name: {}-{port}, containerPort: {port}, protocol: {protocol}}}",
                    protocol.to_lowercase()
                )
            };
            let ports = [("TCP", 80), ("TCP", 81), ("UDP", 80), ("UDP", 81)].map(port).join(", ");
            writeln!(
                text,
                "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {pod}, namespace: {namespace}, labels: {{pod: {pod}{labels}}}}}\n\
                 spec: {{containers: [{{name: c, ports: [{ports}]}}]}}\nstatus: {{podIPs: [{{ip: 10.0.{number}.{at}}}]}}"
            )
            .unwrap();
        }
    }
    for (number, (namespace, spec)) in case.policies.iter().enumerate() {
        writeln!(
            text,
            "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p{number}, namespace: {namespace}}}, spec: {spec}}}"
        )
        .unwrap();
    }
    World::read(&text)
}

fn means(pattern: &str, pod: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => pod.starts_with(start),
        None => pattern == pod,
    }
}

#[test]
fn every_cell_of_every_table() {
    let mut cells = 0;
    for case in CASES {
        let world = world(case);
        let lowered = world.spec();
        let pods: Vec<String> =
            NAMESPACES.iter().flat_map(|namespace| PODS.map(|pod| format!("{namespace}/{pod}"))).collect();
        for (traffic, lines) in case.tables {
            for from in &pods {
                for to in pods.iter().filter(|to| *to != from) {
                    let line = lines
                        .iter()
                        .rfind(|(senders, receivers, _)| means(senders, from) && means(receivers, to));
                    let wanted =
                        if line.is_none_or(|(_, _, open)| *open) { Verdict::Allow } else { Verdict::Deny };
                    assert_eq!(
                        world.ask(&lowered, from, to, traffic),
                        wanted,
                        "{}: {from} to {to} {traffic}",
                        case.about
                    );
                    cells += 1;
                }
            }
        }
    }
    assert!(CASES.len() >= 48 && cells > 4_000, "{} cases, {cells} cells", CASES.len());
}
