//! Documents as they are read, and what an API server would say to them.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ironsides_network::kinds::network_policy::NetworkPolicy;
use ironsides_network::{Loss, Policies, Problem};
use ironsides_schema::admit::{FieldValidation, Resource, World, create};
use ironsides_tree::{Format, parse_one};

fn read(text: &str) -> Policies {
    let mut policies = Policies::default();
    assert!(policies.read(3, &parse_one(text).unwrap()), "{text}");
    policies
}

fn network(spec: &str) -> (NetworkPolicy, Vec<Problem>, String) {
    let text = format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: shop}}\nspec: {spec}\n"
    );
    let mut policies = read(&text);
    (policies.network.remove(0), policies.problems, text)
}

fn cluster(spec: &str) -> String {
    format!(
        "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {{name: p}}\nspec: {spec}\n"
    )
}

fn told(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{}: {}", problem.place.path, problem.message)).collect()
}

/// Each was posted to an API server of Kubernetes 1.36.3, with the answer that stands beside it. The first path is where a
/// refusal points.
#[test]
fn network_policies_are_refused_as_the_server_refuses_them() {
    for (spec, refused_at) in [
        ("{podSelector: {}}", None),
        ("{}", None),
        ("{podSelector: {}, policyTypes: [Ingress, Ingress]}", None),
        ("{podSelector: {}, policyTypes: [Ingress, Egress, Ingress]}", Some("spec.policyTypes")),
        ("{podSelector: {}, policyTypes: [ingress]}", Some("spec.policyTypes[0]")),
        ("{podSelector: {}, policyTypes: []}", None),
        ("{podSelector: {}, ingress: [{from: [{}]}]}", Some("spec.ingress[0].from[0]")),
        ("{podSelector: {}, ingress: [{from: [null]}]}", Some("spec.ingress[0].from[0]")),
        ("{podSelector: {}, ingress: [{from: [{podSelector: null}]}]}", Some("spec.ingress[0].from[0]")),
        (
            "{podSelector: {}, ingress: [{from: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]}",
            Some("spec.ingress[0].from[0]"),
        ),
        (
            "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0}}]}]}",
            Some("spec.ingress[0].from[0].ipBlock.cidr"),
        ),
        (
            "{podSelector: {}, ingress: [{from: [{ipBlock: {}}]}]}",
            Some("spec.ingress[0].from[0].ipBlock.cidr"),
        ),
        (
            "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}]}",
            Some("spec.ingress[0].from[0].ipBlock.except[0]"),
        ),
        (
            "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}]}]}",
            Some("spec.ingress[0].from[0].ipBlock.except[0]"),
        ),
        (
            "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [0.0.0.0/0]}}]}]}",
            Some("spec.ingress[0].from[0].ipBlock.except[0]"),
        ),
        (
            "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.1]}}]}]}",
            Some("spec.ingress[0].from[0].ipBlock.except[0]"),
        ),
        (
            "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: ['fd00::/16']}}]}]}",
            Some("spec.ingress[0].from[0].ipBlock.except[0]"),
        ),
        (
            "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: ['']}}]}]}",
            Some("spec.ingress[0].from[0].ipBlock.except[0]"),
        ),
        ("{podSelector: {}, ingress: [{ports: [{port: 0}]}]}", Some("spec.ingress[0].ports[0].port")),
        ("{podSelector: {}, ingress: [{ports: [{port: 65536}]}]}", Some("spec.ingress[0].ports[0].port")),
        ("{podSelector: {}, ingress: [{ports: [{port: -1}]}]}", Some("spec.ingress[0].ports[0].port")),
        ("{podSelector: {}, ingress: [{ports: [{port: '80'}]}]}", Some("spec.ingress[0].ports[0].port")),
        ("{podSelector: {}, ingress: [{ports: [{port: Web}]}]}", Some("spec.ingress[0].ports[0].port")),
        (
            "{podSelector: {}, ingress: [{ports: [{port: abcdefghijklmnop}]}]}",
            Some("spec.ingress[0].ports[0].port"),
        ),
        ("{podSelector: {}, ingress: [{ports: [{port: ''}]}]}", Some("spec.ingress[0].ports[0].port")),
        ("{podSelector: {}, ingress: [{ports: [{port: a--b}]}]}", Some("spec.ingress[0].ports[0].port")),
        ("{podSelector: {}, ingress: [{ports: [{port: 80.5}]}]}", Some("spec.ingress[0].ports[0].port")),
        ("{podSelector: {}, ingress: [{ports: [{port: true}]}]}", Some("spec.ingress[0].ports[0].port")),
        ("{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 80}]}]}", None),
        (
            "{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 79}]}]}",
            Some("spec.ingress[0].ports[0].endPort"),
        ),
        (
            "{podSelector: {}, ingress: [{ports: [{port: web, endPort: 90}]}]}",
            Some("spec.ingress[0].ports[0].endPort"),
        ),
        ("{podSelector: {}, ingress: [{ports: [{endPort: 90}]}]}", Some("spec.ingress[0].ports[0].endPort")),
        (
            "{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 65536}]}]}",
            Some("spec.ingress[0].ports[0].endPort"),
        ),
        (
            "{podSelector: {}, ingress: [{ports: [{protocol: ICMP}]}]}",
            Some("spec.ingress[0].ports[0].protocol"),
        ),
        (
            "{podSelector: {}, ingress: [{ports: [{protocol: tcp, port: 80}]}]}",
            Some("spec.ingress[0].ports[0].protocol"),
        ),
        (
            "{podSelector: {}, ingress: [{ports: [{protocol: '', port: 80}]}]}",
            Some("spec.ingress[0].ports[0].protocol"),
        ),
        ("{podSelector: {}, ingress: [{ports: [{}]}]}", None),
        ("{podSelector: {}, ingress: [{ports: [null]}]}", None),
        ("{podSelector: {}, ingress: [null]}", None),
        ("{podSelector: {}, ingress: [{from: null}]}", None),
        ("{podSelector: {}, ingress: {}}", Some("spec.ingress")),
        ("{podSelector: {matchExpressions: [{key: a, operator: Bad}]}}", Some("spec.podSelector")),
        ("{podSelector: {matchExpressions: [{key: a, operator: In}]}}", Some("spec.podSelector")),
        ("{podSelector: {matchLabels: {a b: c}}}", Some("spec.podSelector")),
        ("{podSelector: {matchLabels: {a: c d}}}", Some("spec.podSelector")),
        (
            "{podSelector: {matchExpressions: [{key: a, operator: In, values: [c d]}]}}",
            Some("spec.podSelector"),
        ),
        ("{podSelector: {matchLabels: {a: 1}}}", Some("spec.podSelector")),
        ("{podSelector: {}, policyTypes: [Ingress], egress: [{to: [{}]}]}", Some("spec.egress[0].to[0]")),
        ("{podSelector: {}, ingress: [{to: [{podSelector: {}}]}]}", None),
        (
            "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.1.0.0/16]}}]}]}",
            None,
        ),
    ] {
        let (policy, _, text) = network(spec);
        let text = text.replace(", namespace: shop", "");
        let place = policy.refused.first().map(|problem| problem.place.path.to_string());
        assert_eq!(place.as_deref(), refused_at, "{spec}: {:?}", told(&policy.refused));
        let kind = ironsides_schema::kind("networking.k8s.io/v1", "NetworkPolicy").unwrap();
        let admitted =
            create(&text, Format::Yaml, Resource::BuiltIn(kind), FieldValidation::Ignore, &World::default());
        assert_eq!(admitted.outcome.is_err(), refused_at.is_some(), "{spec}: {:?}", admitted.outcome);
    }
}

/// What an API server of 1.36 refuses in new objects and older ones have let in stays in force.
#[test]
fn old_forms_of_blocks_are_told_and_read() {
    for (block, read) in [
        ("10.1.2.3/8", "10.0.0.0/8"),
        ("010.0.0.0/8", "10.0.0.0/8"),
        ("10.0.0.0/08", "10.0.0.0/8"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
    ] {
        let (policy, problems, _) =
            network(&format!("{{ingress: [{{from: [{{ipBlock: {{cidr: '{block}'}}}}]}}]}}"));
        assert!(policy.refused.is_empty(), "{block}");
        assert_eq!(problems.len(), 1, "{block}");
        assert_eq!(problems[0].loss, Loss::Nothing);
        let peer = &policy.ingress.unwrap()[0].peers[0];
        assert_eq!(peer.ip_block.as_ref().unwrap().cidr.trunc().to_string(), read);
    }
}

#[test]
fn absent_and_empty_are_kept_apart() {
    let (policy, ..) = network("{podSelector: {}}");
    assert!(policy.ingress.is_none() && policy.egress.is_none() && policy.policy_types.is_none());
    let (policy, ..) = network("{podSelector: {}, ingress: [], egress: null, policyTypes: []}");
    assert!(policy.ingress.unwrap().is_empty() && policy.egress.is_none() && policy.policy_types.is_none());
    let (policy, ..) =
        network("{ingress: [null, {}], egress: [{to: [{podSelector: {}}, {namespaceSelector: {}}]}]}");
    assert_eq!(policy.ingress.unwrap().len(), 2, "the server reads null as {{}}, which takes everyone");
    let peers = &policy.egress.as_ref().unwrap()[0].peers;
    assert!(peers[0].pod_selector.is_some() && peers[0].namespace_selector.is_none());
    assert!(peers[1].pod_selector.is_none() && peers[1].namespace_selector.is_some());
}

#[test]
fn the_namespace_is_default_where_none_is_written() {
    let policies = read("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}}");
    assert_eq!(policies.network[0].name.to_string(), "NetworkPolicy/default/p");
}

#[test]
fn a_misplaced_field_is_told_since_it_opens_the_rule() {
    let (policy, problems, _) = network("{ingress: [{to: [{podSelector: {}}]}]}");
    assert_eq!(told(&problems), ["spec.ingress[0].to: unknown field `to`: the API server drops it"]);
    assert_eq!((problems[0].loss, problems[0].place.document), (Loss::Part, 3));
    assert!(policy.ingress.unwrap()[0].peers.is_empty());
}

/// A rule never becomes wider because a part of it cannot be read.
#[test]
fn rules_of_which_nothing_is_left_are_left_out() {
    let (policy, ..) =
        network("{ingress: [{from: [{ipBlock: {cidr: abc}}]}, {ports: [{protocol: QUIC}]}, {from: []}]}");
    let rules = policy.ingress.unwrap();
    assert_eq!(rules.len(), 1);
    assert_eq!(&*rules[0].place.path, "spec.ingress[2]");
    assert_eq!(policy.refused.len(), 2);
}

#[test]
fn lists_are_read_item_by_item() {
    let policies = read(
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod}\n- apiVersion: networking.k8s.io/v1\n  \
         kind: NetworkPolicy\n  metadata: {name: a}\n  spec: {ingress: [{from: [{}]}]}\n",
    );
    assert_eq!(
        told(&policies.network[0].refused)[0].split(':').next(),
        Some("items[1].spec.ingress[0].from[0]")
    );
    assert!(!Policies::default().read(0, &parse_one("{apiVersion: v1, kind: Pod}").unwrap()));
    assert!(!Policies::default().read(0, &parse_one("[1, 2]").unwrap()));
}

/// The rules of the custom resource's definition in v1alpha2.
#[test]
fn cluster_network_policies_are_refused_by_their_definition() {
    let rule =
        |rule: &str| format!("{{tier: Admin, priority: 1, subject: {{namespaces: {{}}}}, egress: [{rule}]}}");
    let protocol = |protocol: &str| {
        rule(&format!("{{action: Deny, to: [{{namespaces: {{}}}}], protocols: [{protocol}]}}"))
    };
    let many = |what: &str, count: usize| vec![what; count].join(", ");
    let networks =
        |count: usize| (0..count).map(|at| format!("10.{at}.0.0/16")).collect::<Vec<_>>().join(", ");
    let cases = [
        ("{tier: Admin, priority: 0, subject: {namespaces: {}}}".to_owned(), None),
        ("{tier: Baseline, priority: 1000, subject: {pods: {podSelector: {}}}}".to_owned(), None),
        ("{priority: 1, subject: {namespaces: {}}}".to_owned(), Some("spec.tier")),
        ("{tier: admin, priority: 1, subject: {namespaces: {}}}".to_owned(), Some("spec.tier")),
        ("{tier: Admin, subject: {namespaces: {}}}".to_owned(), Some("spec.priority")),
        ("{tier: Admin, priority: 1001, subject: {namespaces: {}}}".to_owned(), Some("spec.priority")),
        ("{tier: Admin, priority: -1, subject: {namespaces: {}}}".to_owned(), Some("spec.priority")),
        ("{tier: Admin, priority: 1}".to_owned(), Some("spec.subject")),
        ("{tier: Admin, priority: 1, subject: {}}".to_owned(), Some("spec.subject")),
        (
            "{tier: Admin, priority: 1, subject: {namespaces: {}, pods: {podSelector: {}}}}".to_owned(),
            Some("spec.subject"),
        ),
        ("{tier: Admin, priority: 1, subject: {pods: {}}}".to_owned(), Some("spec.subject.pods.podSelector")),
        (rule("{action: Accept, to: [{namespaces: {}}]}"), None),
        (rule("{action: Pass, to: [{nodes: {}}]}"), None),
        (rule("{action: Allow, to: [{namespaces: {}}]}"), Some("spec.egress[0].action")),
        (rule("{to: [{namespaces: {}}]}"), Some("spec.egress[0].action")),
        (rule("{action: Deny}"), Some("spec.egress[0].to")),
        (rule("{action: Deny, to: []}"), Some("spec.egress[0].to")),
        (rule("{action: Deny, to: [{}]}"), Some("spec.egress[0].to[0]")),
        (rule("{action: Deny, to: [{namespaces: {}, nodes: {}}]}"), Some("spec.egress[0].to[0]")),
        (rule("{action: Deny, to: [{services: {}}]}"), None),
        (rule(&format!("{{action: Deny, to: [{}]}}", many("{namespaces: {}}", 25))), None),
        (
            rule(&format!("{{action: Deny, to: [{}]}}", many("{namespaces: {}}", 26))),
            Some("spec.egress[0].to"),
        ),
        (rule(&many("{action: Deny, to: [{namespaces: {}}]}", 25)), None),
        (rule(&many("{action: Deny, to: [{namespaces: {}}]}", 26)), Some("spec.egress")),
        (rule(&format!("{{action: Deny, to: [{{networks: [{}]}}]}}", networks(25))), None),
        (
            rule(&format!("{{action: Deny, to: [{{networks: [{}]}}]}}", networks(26))),
            Some("spec.egress[0].to[0].networks"),
        ),
        (rule("{action: Deny, to: [{networks: []}]}"), Some("spec.egress[0].to[0].networks")),
        (rule("{action: Deny, to: [{networks: [10.0.0.0]}]}"), Some("spec.egress[0].to[0].networks[0]")),
        (
            rule("{action: Deny, to: [{networks: [10.0.0.0/8, 10.0.0.0/8]}]}"),
            Some("spec.egress[0].to[0].networks[1]"),
        ),
        (rule("{action: Accept, to: [{domainNames: ['*.example.com', example.com.]}]}"), None),
        (rule("{action: Accept, to: [{domainNames: ['*']}]}"), Some("spec.egress[0].to[0].domainNames[0]")),
        (
            rule("{action: Accept, to: [{domainNames: [a b.com]}]}"),
            Some("spec.egress[0].to[0].domainNames[0]"),
        ),
        (rule("{action: Accept, to: [{domainNames: [com]}]}"), Some("spec.egress[0].to[0].domainNames[0]")),
        (
            rule("{action: Accept, to: [{domainNames: ['a.*.com']}]}"),
            Some("spec.egress[0].to[0].domainNames[0]"),
        ),
        (rule("{action: Deny, to: [{domainNames: [example.com]}]}"), None),
        (protocol("{tcp: {destinationPort: {number: 80}}}"), None),
        (protocol("{sctp: {destinationPort: {range: {start: 1, end: 65535}}}}"), None),
        (protocol("{destinationNamedPort: web}"), None),
        (protocol(""), Some("spec.egress[0].protocols")),
        (protocol(&many("{destinationNamedPort: web}", 26)), Some("spec.egress[0].protocols")),
        (protocol("{}"), Some("spec.egress[0].protocols[0]")),
        (protocol("{icmp: {}}"), Some("spec.egress[0].protocols[0]")),
        (protocol("{tcp: {}}"), Some("spec.egress[0].protocols[0].tcp")),
        (
            protocol("{tcp: {destinationPort: {number: 1}}, udp: {destinationPort: {number: 1}}}"),
            Some("spec.egress[0].protocols[0]"),
        ),
        (
            protocol("{tcp: {destinationPort: {number: 0}}}"),
            Some("spec.egress[0].protocols[0].tcp.destinationPort.number"),
        ),
        (
            protocol("{tcp: {destinationPort: {range: {start: 80, end: 80}}}}"),
            Some("spec.egress[0].protocols[0].tcp.destinationPort.range"),
        ),
        (
            protocol("{tcp: {destinationPort: {range: {start: 80}}}}"),
            Some("spec.egress[0].protocols[0].tcp.destinationPort.range.end"),
        ),
        (
            rule("{action: Deny, to: [{networks: [10.0.0.0/8]}], protocols: [{destinationNamedPort: web}]}"),
            Some("spec.egress[0]"),
        ),
        (
            rule(&format!("{{name: {}, action: Deny, to: [{{namespaces: {{}}}}]}}", "x".repeat(101))),
            Some("spec.egress[0].name"),
        ),
    ];
    for (spec, refused_at) in cases {
        let policies = read(&cluster(&spec));
        let policy = &policies.cluster[0];
        let place = policy.refused.first().map(|problem| problem.place.path.to_string());
        assert_eq!(place.as_deref(), refused_at, "{spec}: {:?}", told(&policy.refused));
    }
}

/// A field that this version does not know may come from a newer definition: the rule stays and fails closed.
#[test]
fn unknown_peers_are_told_and_kept() {
    let policies = read(&cluster(
        "{tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{nodes: {}}]}]}",
    ));
    assert_eq!(policies.problems.len(), 1);
    assert_eq!(&*policies.problems[0].place.path, "spec.ingress[0].from[0]");
    assert!(policies.cluster[0].refused.is_empty());
}

#[test]
fn the_older_kinds_have_rules_of_their_own() {
    let admin = |kind: &str, name: &str, spec: &str| {
        let text = format!(
            "{{apiVersion: policy.networking.k8s.io/v1alpha1, kind: {kind}, metadata: {{name: {name}}}, spec: {spec}}}"
        );
        let policies = read(&text);
        let refused = policies.cluster[0].refused.first().map(|problem| problem.place.path.to_string());
        (refused, policies.problems.len())
    };
    let subject = "subject: {namespaces: {}}";
    let rule = |rule: &str| format!("{{priority: 5, {subject}, ingress: [{rule}]}}");
    let anp = |spec: &str| admin("AdminNetworkPolicy", "a", spec);
    let refused = |path: &str| (Some(path.to_owned()), 0);
    assert_eq!(anp(&rule("{action: Allow, from: [{namespaces: {}}]}")), (None, 0));
    assert_eq!(anp(&rule("{action: Accept, from: [{namespaces: {}}]}")), refused("spec.ingress[0].action"));
    assert_eq!(anp(&format!("{{{subject}}}")), refused("spec.priority"));
    let pods = "{action: Pass, from: [{pods: {podSelector: {}}}]}";
    assert_eq!(anp(&rule(pods)), refused("spec.ingress[0].from[0].pods.namespaceSelector"));
    let port =
        |port: &str| anp(&rule(&format!("{{action: Deny, from: [{{namespaces: {{}}}}], ports: [{port}]}}")));
    assert_eq!(port(""), (None, 0));
    assert_eq!(port("{portNumber: {port: 80}}"), (None, 0));
    assert_eq!(port("{portNumber: {port: 80, protocol: ICMP}}"), (None, 1));
    assert_eq!(port("{portRange: {start: 90, end: 80}}"), (None, 1));
    assert_eq!(
        port("{portRange: {start: 80, end: 90, protocol: UDP}, namedPort: x}"),
        refused("spec.ingress[0].ports[0]")
    );
    assert_eq!(port("{portNumber: {protocol: UDP}}"), refused("spec.ingress[0].ports[0].portNumber.port"));
    let banp = |name: &str, spec: &str| admin("BaselineAdminNetworkPolicy", name, spec);
    assert_eq!(banp("default", &format!("{{{subject}}}")), (None, 0));
    assert_eq!(banp("other", &format!("{{{subject}}}")), refused("metadata.name"));
    let pass = format!("{{{subject}, ingress: [{{action: Pass, from: [{{namespaces: {{}}}}]}}]}}");
    assert_eq!(banp("default", &pass), refused("spec.ingress[0].action"));
}
