//! One field after the other: a change of it alone turns a verdict over.

use ironsides_network::profile::lower;
use ironsides_network::{Options, Profile, Verdict};

use crate::world::World;

const CLUSTER: &str = "
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: shop}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: ops, labels: {team: ops}}}
---
{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {zone: a}}, status: {addresses: [{type: InternalIP, address: 172.18.0.2}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2, labels: {zone: b}}, status: {addresses: [{type: InternalIP, address: 172.18.0.3}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {nodeName: n1, containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}
status: {podIP: 10.0.1.1, podIPs: [{ip: 10.0.1.1}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {nodeName: n2, containers: [{name: c, ports: [{name: http, containerPort: 80}]}]}
status: {podIP: 10.0.2.1, podIPs: [{ip: 10.0.2.1}]}
---
apiVersion: v1
kind: Pod
metadata: {name: mon, namespace: ops, labels: {app: mon}}
spec: {nodeName: n2, containers: [{name: c}]}
status: {podIP: 10.0.2.2, podIPs: [{ip: 10.0.2.2}]}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: ops, labels: {app: agent}}
spec: {nodeName: n1, hostNetwork: true, containers: [{name: c}]}
status: {podIP: 172.18.0.2, podIPs: [{ip: 172.18.0.2}]}
---
apiVersion: v1
kind: Pod
metadata: {name: old, namespace: ops, labels: {app: old}}
spec: {nodeName: n1, containers: [{name: c}]}
status: {podIP: 10.0.1.9, podIPs: [{ip: 10.0.1.9}]}
---
apiVersion: v1
kind: Pod
metadata: {name: new, namespace: ops, labels: {app: new}}
spec: {nodeName: n1, containers: [{name: c}]}
";

/// A document, what of it is changed into what, a question, and whether it is allowed before and after; `None`: it depends.
struct Field {
    name: &'static str,
    policies: &'static str,
    was: &'static str,
    is: &'static str,
    ask: (&'static str, &'static str, &'static str),
    before: Option<bool>,
    after: Option<bool>,
}

fn ask(text: &str, field: &Field, profile: Profile) -> Option<bool> {
    let world = World::read(text);
    let (from, to, traffic) = field.ask;
    match world.ask(&world.lower(profile), from, to, traffic) {
        Verdict::Allow => Some(true),
        Verdict::Deny => Some(false),
        Verdict::Depends(_) => None,
        other => panic!("{}: {other:?}", field.name),
    }
}

fn check(profile: Profile, fields: &[Field]) {
    for field in fields {
        let text = format!("{CLUSTER}---\n{}", field.policies);
        assert_eq!(text.matches(field.was).count(), 1, "{}: {} stands once", field.name, field.was);
        assert_eq!(ask(&text, field, profile), field.before, "{} before", field.name);
        assert_eq!(
            ask(&text.replace(field.was, field.is), field, profile),
            field.after,
            "{} after",
            field.name
        );
        assert_ne!(field.before, field.after, "{}", field.name);
    }
}

macro_rules! field {
    ($name:expr, $policies:expr, $was:expr => $is:expr, $from:expr => $to:expr, $traffic:expr, $before:expr => $after:expr) => {
        Field {
            name: $name,
            policies: $policies,
            was: $was,
            is: $is,
            ask: ($from, $to, $traffic),
            before: $before,
            after: $after,
        }
    };
}

/// A NetworkPolicy for the database, with every field that one can have.
const NETWORK: &str = "
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}, matchExpressions: [{key: app, operator: Exists}]}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{protocol: TCP, port: http}, {protocol: UDP, port: 100, endPort: 200}]
  - from: [{namespaceSelector: {matchExpressions: [{key: team, operator: In, values: [ops]}]}, podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [old]}]}}]
    ports: [{port: 5432}]
  - from: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.128/25]}}]
  egress:
  - to: [{namespaceSelector: {matchLabels: {team: ops}}}]
";

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

#[test]
fn every_field_of_a_network_policy() {
    check(
        Profile::Spec,
        &[
            field!("apiVersion", NETWORK, "apiVersion: networking.k8s.io/v1" => "apiVersion: example.com/v1", "ops/old" => "shop/db", "TCP:80", NO => YES),
            field!("metadata.namespace", NETWORK, "{name: p, namespace: shop}" => "{name: p, namespace: ops}", "ops/old" => "shop/db", "TCP:80", NO => YES),
            field!("podSelector.matchLabels", NETWORK, "podSelector: {matchLabels: {app: db}" => "podSelector: {matchLabels: {app: mon}", "ops/old" => "shop/db", "TCP:80", NO => YES),
            field!("podSelector.matchExpressions", NETWORK, "operator: Exists" => "operator: DoesNotExist", "ops/old" => "shop/db", "TCP:80", NO => YES),
            field!("policyTypes, Ingress", NETWORK, "policyTypes: [Ingress, Egress]" => "policyTypes: [Egress]", "ops/old" => "shop/db", "TCP:80", NO => YES),
            field!("policyTypes, Egress", NETWORK, "policyTypes: [Ingress, Egress]" => "policyTypes: [Ingress]", "shop/db" => "shop/web", "TCP:80", NO => YES),
        ],
    );
    check(
        Profile::Spec,
        &[
            field!("from.podSelector", NETWORK, "- from: [{podSelector: {matchLabels: {app: web}}}]" => "- from: [{podSelector: {matchLabels: {app: other}}}]", "shop/web" => "shop/db", "TCP:80", YES => NO),
            field!("ports.port by name", NETWORK, "port: http}, {protocol: UDP" => "port: https}, {protocol: UDP", "shop/web" => "shop/db", "TCP:80", YES => NO),
            field!("ports.protocol", NETWORK, "{protocol: TCP, port: http}" => "{protocol: UDP, port: http}", "shop/web" => "shop/db", "TCP:80", YES => NO),
            field!("ports.protocol of a range", NETWORK, "{protocol: UDP, port: 100" => "{protocol: SCTP, port: 100", "shop/web" => "shop/db", "UDP:150", YES => NO),
            field!("ports.port of a range", NETWORK, "port: 100, endPort" => "port: 160, endPort", "shop/web" => "shop/db", "UDP:150", YES => NO),
            field!("ports.endPort", NETWORK, ", endPort: 200" => "", "shop/web" => "shop/db", "UDP:150", YES => NO),
            field!("ports.endPort itself", NETWORK, "endPort: 200" => "endPort: 199", "shop/web" => "shop/db", "UDP:200", YES => NO),
            field!("from.namespaceSelector", NETWORK, "values: [ops]" => "values: [shop]", "ops/mon" => "shop/db", "TCP:5432", YES => NO),
            field!("from.namespaceSelector, operator", NETWORK, "operator: In, values: [ops]" => "operator: NotIn, values: [ops]", "ops/mon" => "shop/db", "TCP:5432", YES => NO),
            field!("from.podSelector beside it", NETWORK, "values: [old]" => "values: [mon]", "ops/mon" => "shop/db", "TCP:5432", YES => NO),
            field!("two peers rather than one", NETWORK, "}, podSelector: {matchExpressions" => "}}, {podSelector: {matchExpressions", "ops/old" => "shop/db", "TCP:5432", NO => YES),
            field!("ports, none", NETWORK, "\n    ports: [{port: 5432}]" => "", "ops/mon" => "shop/db", "TCP:80", NO => YES),
            field!("from, none", NETWORK, "- from: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.128/25]}}]" => "- {}", "ops/old" => "shop/db", "TCP:80", NO => YES),
            field!("ipBlock.cidr", NETWORK, "cidr: 192.0.2.0/24" => "cidr: 192.0.0.0/16", "192.0.9.9" => "shop/db", "TCP:80", NO => YES),
            field!("ipBlock.except", NETWORK, "except: [192.0.2.128/25]" => "except: []", "192.0.2.200" => "shop/db", "TCP:80", NO => YES),
            field!("ipBlock of a pod's address", NETWORK, "cidr: 192.0.2.0/24, except: [192.0.2.128/25]" => "cidr: 10.0.2.2/32", "ops/mon" => "shop/db", "TCP:80", NO => YES),
            field!("ipBlock of a node's address", NETWORK, "cidr: 192.0.2.0/24, except: [192.0.2.128/25]" => "cidr: 172.18.0.2/32", "node:n1" => "shop/db", "TCP:80", NO => YES),
            field!("ipBlock where no pod is", NETWORK, "cidr: 192.0.2.0/24, except: [192.0.2.128/25]" => "cidr: 169.254.0.0/16", "ops/new" => "shop/db", "TCP:80", None => NO),
            field!("ipBlock of everything", NETWORK, "cidr: 192.0.2.0/24, except: [192.0.2.128/25]" => "cidr: 0.0.0.0/0", "ops/new" => "shop/db", "TCP:80", None => YES),
            field!("ipBlock of everything but what no pod has", NETWORK, "cidr: 192.0.2.0/24, except: [192.0.2.128/25]" => "cidr: 0.0.0.0/0, except: [169.254.169.254/32]", "ops/new" => "shop/db", "TCP:80", None => YES),
            field!("ingress", NETWORK, "  - from: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.128/25]}}]\n" => "", "192.0.2.1" => "shop/db", "TCP:80", YES => NO),
            field!("to.namespaceSelector", NETWORK, "- to: [{namespaceSelector: {matchLabels: {team: ops}}}]" => "- to: [{namespaceSelector: {matchLabels: {team: shop}}}]", "shop/db" => "ops/mon", "TCP:80", YES => NO),
            field!("to, none", NETWORK, "- to: [{namespaceSelector: {matchLabels: {team: ops}}}]" => "- {}", "shop/db" => "shop/web", "TCP:80", NO => YES),
            field!("ICMP is open", NETWORK, "policyTypes: [Ingress, Egress]" => "policyTypes: [Egress]", "ops/old" => "shop/db", "ICMP:8", None => YES),
        ],
    );
}

/// What policies ask about.
#[test]
fn every_field_of_what_can_talk() {
    check(
        Profile::Spec,
        &[
            field!("labels of a namespace", NETWORK, "labels: {team: ops}" => "labels: {team: none}", "ops/mon" => "shop/db", "TCP:5432", YES => NO),
            field!("labels of a subject", NETWORK, "labels: {app: db}" => "labels: {app: dc}", "ops/old" => "shop/db", "TCP:80", NO => YES),
            field!("labels of a peer", NETWORK, "labels: {app: web}" => "labels: {app: wet}", "shop/web" => "shop/db", "TCP:80", YES => NO),
            field!("the name of a port", NETWORK, "{name: http, containerPort: 80}" => "{name: other, containerPort: 80}", "shop/web" => "shop/db", "TCP:80", YES => NO),
            field!("the number of a port", NETWORK, "{name: http, containerPort: 80}" => "{name: http, containerPort: 81}", "shop/web" => "shop/db", "TCP:80", YES => NO),
            field!("the protocol of a port", NETWORK, "{name: http, containerPort: 80}" => "{name: http, containerPort: 80, protocol: UDP}", "shop/web" => "shop/db", "TCP:80", YES => NO),
            field!("a port of a sidecar", NETWORK, "containers: [{name: c, ports: [{name: http, containerPort: 80}]}]" => "containers: [{name: c}], initContainers: [{name: s, restartPolicy: Always, ports: [{name: http, containerPort: 81}]}]", "shop/web" => "shop/db", "TCP:81", NO => YES),
            field!("a port of an init container that ends", NETWORK, "containers: [{name: c, ports: [{name: http, containerPort: 80}]}]" => "containers: [{name: c}], initContainers: [{name: s, ports: [{name: http, containerPort: 80}]}]", "shop/web" => "shop/db", "TCP:80", YES => NO),
            field!("hostNetwork of a subject", NETWORK, "spec: {nodeName: n2, containers: [{name: c, ports" => "spec: {nodeName: n2, hostNetwork: true, containers: [{name: c, ports", "ops/old" => "shop/db", "TCP:80", NO => YES),
            field!("hostNetwork of a peer", NETWORK, "spec: {nodeName: n1, containers: [{name: c, ports" => "spec: {nodeName: n1, hostNetwork: true, containers: [{name: c, ports", "shop/web" => "shop/db", "TCP:80", YES => NO),
            field!("nodeName of a subject", NETWORK, "spec: {nodeName: n2, containers: [{name: c, ports" => "spec: {nodeName: n1, containers: [{name: c, ports", "node:n1" => "shop/db", "TCP:80", NO => YES),
            field!("nodeName of a pod that is its node", NETWORK, "nodeName: n1, hostNetwork: true" => "nodeName: n2, hostNetwork: true", "ops/agent" => "shop/db", "TCP:80", NO => YES),
            field!("nodeName, none", NETWORK, "spec: {nodeName: n2, containers: [{name: c, ports" => "spec: {containers: [{name: c, ports", "node:n2" => "shop/db", "TCP:80", YES => None),
        ],
    );
    let blocks = "
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.2.2/32}}, {ipBlock: {cidr: 172.18.0.3/32}}, {ipBlock: {cidr: 'fd00::/64'}}]}]}
";
    check(
        Profile::Spec,
        &[
            field!("the address of a pod", blocks, "podIP: 10.0.2.2, podIPs: [{ip: 10.0.2.2}]" => "podIP: 10.0.2.3, podIPs: [{ip: 10.0.2.3}]", "shop/web" => "ops/mon", "TCP:80", YES => NO),
            field!("both addresses of a pod within", blocks, "podIPs: [{ip: 10.0.2.2}]" => "podIPs: [{ip: 10.0.2.2}, {ip: 'fd00:1::2'}]", "shop/web" => "ops/mon", "TCP:80", YES => None),
            field!("a second address within", blocks, "podIPs: [{ip: 10.0.2.1}]" => "podIPs: [{ip: 10.0.2.1}, {ip: 'fd00::2'}]", "shop/web" => "shop/db", "TCP:80", NO => None),
            field!("the address of a node", blocks, "address: 172.18.0.3" => "address: 172.18.0.4", "shop/web" => "node:n2", "TCP:80", YES => NO),
        ],
    );
}

/// A ClusterNetworkPolicy for the shop, with every field that one can have.
const ADMIN: &str = "
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: cluster}
spec:
  tier: Admin
  priority: 10
  subject: {pods: {namespaceSelector: {matchLabels: {team: shop}}, podSelector: {matchLabels: {app: web}}}}
  ingress:
  - action: Accept
    from: [{namespaces: {matchLabels: {team: ops}}}]
    protocols: [{tcp: {destinationPort: {number: 90}}}, {udp: {destinationPort: {range: {start: 10, end: 20}}}}, {destinationNamedPort: http}]
  - action: Deny
    from: [{pods: {namespaceSelector: {}, podSelector: {}}}]
  egress:
  - {name: nodes, action: Deny, to: [{nodes: {matchLabels: {zone: b}}}]}
  - {name: names, action: Accept, to: [{domainNames: ['*.example.com']}]}
  - {name: rest, action: Deny, to: [{networks: [198.51.100.0/24]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open, namespace: shop}
spec: {podSelector: {}, ingress: [{ports: [{port: 7000}]}]}
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: later}
spec: {tier: Admin, priority: 20, subject: {namespaces: {matchLabels: {team: shop}}}, ingress: [{action: Deny, from: [{namespaces: {matchExpressions: [{key: team, operator: Exists}]}}], protocols: [{sctp: {destinationPort: {number: 9}}}]}]}
";

#[test]
fn every_field_of_a_cluster_network_policy() {
    check(
        Profile::Spec,
        &[
            field!("tier", ADMIN, "tier: Admin\n" => "tier: Baseline\n", "shop/db" => "shop/web", "TCP:7000", NO => YES),
            field!("subject.pods.namespaceSelector", ADMIN, "{pods: {namespaceSelector: {matchLabels: {team: shop}}" => "{pods: {namespaceSelector: {matchLabels: {team: ops}}", "shop/db" => "shop/web", "TCP:7000", NO => YES),
            field!("subject.pods.podSelector", ADMIN, "podSelector: {matchLabels: {app: web}}}}" => "podSelector: {matchLabels: {app: db}}}}", "shop/db" => "shop/web", "TCP:7000", NO => YES),
            field!("action Accept", ADMIN, "action: Accept\n" => "action: Deny\n", "ops/mon" => "shop/web", "TCP:90", YES => NO),
            field!("action Pass", ADMIN, "action: Deny\n" => "action: Pass\n", "shop/db" => "shop/web", "TCP:7000", NO => YES),
            field!("from.namespaces", ADMIN, "- action: Accept\n    from: [{namespaces: {matchLabels: {team: ops}}}]" => "- action: Accept\n    from: [{namespaces: {matchLabels: {team: shop}}}]", "ops/mon" => "shop/web", "TCP:90", YES => NO),
            field!("from.pods.namespaceSelector", ADMIN, "{namespaceSelector: {}, podSelector: {}}" => "{namespaceSelector: {matchLabels: {team: ops}}, podSelector: {}}", "shop/db" => "shop/web", "TCP:7000", NO => YES),
            field!("from.pods.podSelector", ADMIN, "{namespaceSelector: {}, podSelector: {}}" => "{namespaceSelector: {}, podSelector: {matchLabels: {app: mon}}}", "shop/db" => "shop/web", "TCP:7000", NO => YES),
            field!("tcp.number", ADMIN, "number: 90" => "number: 91", "ops/mon" => "shop/web", "TCP:90", YES => NO),
            field!("udp.range.start", ADMIN, "start: 10" => "start: 11", "ops/mon" => "shop/web", "UDP:10", YES => NO),
            field!("udp.range.end", ADMIN, "end: 20" => "end: 19", "ops/mon" => "shop/web", "UDP:20", YES => NO),
            field!("udp", ADMIN, "{udp: {destinationPort" => "{sctp: {destinationPort", "ops/mon" => "shop/web", "UDP:15", YES => NO),
            field!("destinationNamedPort", ADMIN, "{destinationNamedPort: http}" => "{destinationNamedPort: other}", "ops/mon" => "shop/web", "TCP:8080", YES => NO),
            field!("protocols, none", ADMIN, "    protocols: [{tcp: {destinationPort: {number: 90}}}, {udp: {destinationPort: {range: {start: 10, end: 20}}}}, {destinationNamedPort: http}]\n" => "", "ops/mon" => "shop/web", "ICMP:8", NO => YES),
            field!("nodes", ADMIN, "{nodes: {matchLabels: {zone: b}}}" => "{nodes: {matchLabels: {zone: c}}}", "shop/web" => "node:n2", "TCP:80", NO => YES),
            field!("networks", ADMIN, "networks: [198.51.100.0/24]" => "networks: [198.51.101.0/24]", "shop/web" => "198.51.100.7", "TCP:80", None => YES),
            field!("an unknown peer that is denied", ADMIN, "{networks: [198.51.100.0/24]}" => "{services: {}}", "shop/web" => "ops/mon", "TCP:80", YES => NO),
            field!("an unknown peer that is accepted", ADMIN, "from: [{namespaces: {matchLabels: {team: ops}}}]" => "from: [{namespaces: {matchLabels: {team: ops}}}, {services: {}}]", "ops/mon" => "shop/web", "TCP:90", YES => NO),
            field!("what the server refuses is not there", ADMIN, "priority: 10" => "priority: 1001", "shop/db" => "shop/web", "TCP:7000", NO => YES),
        ],
    );
    let order = "
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: a}
spec: {tier: Admin, priority: 10, subject: {namespaces: {}}, ingress: [{action: Accept, from: [{namespaces: {}}]}]}
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: b}
spec: {tier: Admin, priority: 20, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}, {action: Accept, from: [{namespaces: {}}]}]}
";
    check(
        Profile::Spec,
        &[
            field!("priority", order, "priority: 10" => "priority: 30", "ops/mon" => "shop/web", "TCP:80", YES => NO),
            field!("equal priorities", order, "priority: 10" => "priority: 20", "ops/mon" => "shop/web", "TCP:80", YES => None),
            field!("subject.namespaces", order, "priority: 10, subject: {namespaces: {}}" => "priority: 10, subject: {namespaces: {matchLabels: {team: none}}}", "ops/mon" => "shop/web", "TCP:80", YES => NO),
            field!("ingress rather than egress", order, "ingress: [{action: Accept, from: [{namespaces: {}}]}]}\n---" => "egress: [{action: Accept, to: [{namespaces: {}}]}]}\n---", "ops/mon" => "shop/web", "TCP:80", YES => NO),
        ],
    );
}

/// Names that were looked up, and whether those are all.
#[test]
fn names_are_addresses_that_were_seen() {
    let mut world = World::read(CLUSTER).with(ADMIN);
    let ask = |world: &World, address: &str| world.ask(&world.spec(), "shop/web", address, "TCP:443");
    let condition = "`*.example.com` resolves to this address";
    assert_eq!(ask(&world, "198.51.100.7"), Verdict::Depends(vec![condition.into()]));
    world.cluster.names.insert("api.example.com".into(), vec!["198.51.100.7".parse().unwrap()]);
    world.cluster.names.insert("example.com".into(), vec!["198.51.100.8".parse().unwrap()]);
    assert_eq!(ask(&world, "198.51.100.7"), Verdict::Allow);
    assert_eq!(ask(&world, "198.51.100.8"), Verdict::Depends(vec![condition.into()]));
    world.cluster.names_complete = true;
    assert_eq!(ask(&world, "198.51.100.7"), Verdict::Allow);
    assert_eq!(ask(&world, "198.51.100.8"), Verdict::Deny);
}

/// What plug-ins do where the texts leave it open, and what they do not enforce.
#[test]
fn plug_ins_differ() {
    let world = World::read(CLUSTER).with(NETWORK);
    for (profile, icmp, other) in [
        (Profile::Spec, None, None),
        (Profile::Ovn, Some(Verdict::Deny), Some(Verdict::Allow)),
        (Profile::Antrea, None, None),
    ] {
        let lowered = world.lower(profile);
        for (traffic, wanted) in [("ICMP:8", icmp), ("47", other)] {
            let answer = world.ask(&lowered, "ops/old", "shop/db", traffic);
            match wanted {
                Some(wanted) => assert_eq!(answer, wanted, "{profile} {traffic}"),
                None => assert!(matches!(answer, Verdict::Depends(_)), "{profile} {traffic}: {answer:?}"),
            }
        }
        assert_eq!(world.ask(&lowered, "ops/old", "shop/db", "TCP:80"), Verdict::Deny);
    }
    let world = World::read(CLUSTER).with(ADMIN);
    for (profile, open, told) in [(Profile::Spec, Verdict::Deny, 0), (Profile::Ovn, Verdict::Allow, 2)] {
        let lowered = world.lower(profile);
        assert_eq!(world.ask(&lowered, "shop/db", "shop/web", "TCP:7000"), open, "{profile}");
        assert_eq!(lowered.problems.len(), told, "{profile}: {:?}", lowered.problems);
    }
}

/// What the API server refuses does not exist, unless the documents count as they are: then a peer of nobody shuts.
#[test]
fn refused_policies_count_where_documents_count_as_they_are() {
    let world = World::read(CLUSTER).with(
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {ingress: [{from: [{}]}]}}",
    );
    for (as_stored, wanted, problems) in [(false, Verdict::Allow, 1), (true, Verdict::Deny, 0)] {
        let options = Options { as_stored, ..Options::of(Profile::Spec) };
        let lowered = lower(Profile::Spec, &world.cluster, &world.policies, &options);
        assert_eq!(world.ask(&lowered, "shop/web", "shop/db", "TCP:80"), wanted);
        assert_eq!(lowered.problems.len(), problems);
    }
}
