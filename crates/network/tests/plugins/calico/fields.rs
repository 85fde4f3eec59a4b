//! Each field of Calico's kinds by itself.

use ironsides_network::{Options, Profile};

use crate::fields::{check, field};

const OWN: &str = r#"
apiVersion: projectcalico.org/v3
kind: Tier
metadata: {name: first}
spec: {order: 10, defaultAction: Pass}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: early}
spec: {tier: first, selector: app == 'db', types: [Ingress], ingress: [{action: Deny, protocol: TCP, destination: {ports: [6000]}}, {action: Pass, protocol: TCP, destination: {ports: [6001]}}, {action: Log}]}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: own, namespace: shop}
spec:
  order: 5
  selector: "has(app) && app in {'db'}"
  serviceAccountSelector: projectcalico.org/name == 'db'
  types: [Ingress, Egress]
  ingress:
  - {action: Allow, protocol: TCP, source: {selector: "tier == 'front'"}, destination: {ports: [80, "90:99", http], notPorts: [95]}}
  - {action: Allow, protocol: UDP, source: {namespaceSelector: "team == 'ops'"}}
  - {action: Allow, protocol: SCTP, source: {nets: [203.0.113.0/24], notNets: [203.0.113.128/25]}}
  - {action: Allow, protocol: ICMP, icmp: {type: 8}, source: {serviceAccounts: {names: [web]}}}
  - {action: Allow, protocol: TCP, source: {selector: "role == 'partner'", namespaceSelector: global()}}
  - {action: Allow, protocol: TCP, source: {ports: [1024], nets: [192.0.2.0/25]}}
  - {action: Allow, notProtocol: TCP, ipVersion: 4, source: {nets: [192.0.2.128/25]}}
  egress:
  - {action: Deny, destination: {notSelector: all(), nets: [192.0.2.0/24]}}
  - {action: Allow, destination: {services: {name: web, namespace: shop}}}
  - {action: Allow, destination: {nets: [198.51.100.0/24]}, http: {methods: [GET]}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: later}
spec: {order: 6, namespaceSelector: team == 'shop', selector: app == 'db', ingress: [{action: Allow, protocol: TCP, destination: {ports: [6000, 6001, 7000]}}]}
---
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: h}
spec: {node: n1, interfaceName: eth0}
"#;

#[test]
fn every_field() {
    check(
        OWN,
        Options::of(Profile::Calico),
        Profile::Calico,
        &[
            field(
                "spec: {order: 10, defaultAction: Pass}",
                "spec: {order: 2000000, defaultAction: Pass}",
                "ops/mon shop/db TCP:6000",
                "deny",
                "allow",
            ),
            field(
                "spec: {order: 10, defaultAction: Pass}",
                "spec: {order: 10, defaultAction: Deny}",
                "ops/mon shop/db TCP:7000",
                "allow",
                "deny",
            ),
            field("tier: first, ", "tier: gone, ", "ops/mon shop/db TCP:6000", "deny", "allow"),
            field(
                "tier: first, selector: app == 'db'",
                "tier: first, selector: app == 'web'",
                "ops/mon shop/db TCP:6000",
                "deny",
                "allow",
            ),
            field("types: [Ingress], ", "types: [Egress], ", "ops/mon shop/db TCP:6000", "deny", "allow"),
            field(
                "{action: Pass, protocol: TCP, destination: {ports: [6001]}}",
                "{action: Deny, protocol: TCP, destination: {ports: [6001]}}",
                "ops/mon shop/db TCP:6001",
                "allow",
                "deny",
            ),
            field("{action: Log}", "{action: Deny}", "ops/mon shop/db TCP:7000", "allow", "deny"),
            field(
                "metadata: {name: own, namespace: shop}",
                "metadata: {name: own, namespace: ops}",
                "ops/mon shop/db UDP:1",
                "allow",
                "deny",
            ),
            field("app in {'db'}", "app in {'web'}", "ops/mon shop/db UDP:1", "allow", "deny"),
            field(
                "projectcalico.org/name == 'db'",
                "projectcalico.org/name == 'web'",
                "ops/mon shop/db UDP:1",
                "allow",
                "deny",
            ),
            field("types: [Ingress, Egress]", "types: [Ingress]", "shop/db ops/mon TCP:1", "deny", "allow"),
            field("tier == 'front'", "tier == 'back'", "shop/web shop/db TCP:80", "allow", "deny"),
            field(
                "ports: [80, \"90:99\", http]",
                "ports: [81, \"90:99\"]",
                "shop/web shop/db TCP:80",
                "allow",
                "deny",
            ),
            field("\"90:99\"", "\"90:91\"", "shop/web shop/db TCP:98", "allow", "deny"),
            field("notPorts: [95]", "notPorts: [96]", "shop/web shop/db TCP:95", "deny", "allow"),
            field(
                "action: Allow, protocol: UDP",
                "action: Allow, protocol: SCTP",
                "ops/mon shop/db UDP:1",
                "allow",
                "deny",
            ),
            field(
                "source: {namespaceSelector: \"team == 'ops'\"}",
                "source: {namespaceSelector: \"team == 'none'\"}",
                "ops/mon shop/db UDP:1",
                "allow",
                "deny",
            ),
            field(
                "nets: [203.0.113.0/24]",
                "nets: [203.0.114.0/24]",
                "203.0.113.1 shop/db SCTP:1",
                "allow",
                "deny",
            ),
            field(
                "notNets: [203.0.113.128/25]",
                "notNets: [203.0.113.254/32]",
                "203.0.113.200 shop/db SCTP:1",
                "deny",
                "allow",
            ),
            field("icmp: {type: 8}", "icmp: {type: 9}", "shop/web shop/db ICMP:8", "allow", "deny"),
            field("icmp: {type: 8}", "notICMP: {type: 8}", "shop/web shop/db ICMP:8", "allow", "deny"),
            field(
                "icmp: {type: 8}",
                "icmp: {type: 8, code: 3}",
                "shop/web shop/db ICMP:8",
                "allow",
                "depends",
            ),
            field(
                "serviceAccounts: {names: [web]}",
                "serviceAccounts: {names: [db]}",
                "shop/web shop/db ICMP:8",
                "allow",
                "deny",
            ),
            field(
                "serviceAccounts: {names: [web]}",
                "serviceAccounts: {selector: \"projectcalico.org/name == 'db'\"}",
                "shop/web shop/db ICMP:8",
                "allow",
                "deny",
            ),
            field(
                "labels: {role: partner}",
                "labels: {role: other}",
                "198.51.100.7 shop/db TCP:1",
                "allow",
                "deny",
            ),
            field(
                "spec: {nets: [198.51.100.0/24]}",
                "spec: {nets: [198.51.101.0/24]}",
                "198.51.100.7 shop/db TCP:1",
                "allow",
                "deny",
            ),
            field(", namespaceSelector: global()", "", "198.51.100.7 shop/db TCP:1", "allow", "deny"),
            field(
                "source: {ports: [1024], nets: [192.0.2.0/25]}",
                "source: {nets: [192.0.2.0/25]}",
                "192.0.2.7 shop/db TCP:1",
                "depends",
                "allow",
            ),
            field("notProtocol: TCP", "notProtocol: UDP", "192.0.2.200 shop/db UDP:1", "allow", "deny"),
            field("ipVersion: 4", "ipVersion: 6", "192.0.2.200 shop/db UDP:1", "allow", "deny"),
            field(
                "name: web, namespace: shop}}}",
                "name: gone, namespace: shop}}}",
                "shop/db shop/web TCP:80",
                "allow",
                "deny",
            ),
            field(", http: {methods: [GET]}", "", "shop/db 198.51.100.7 TCP:1", "depends", "allow"),
            field(
                "namespaceSelector: team == 'shop'",
                "namespaceSelector: team == 'ops'",
                "ops/mon shop/db TCP:7000",
                "allow",
                "deny",
            ),
            field(
                "spec: {node: n1, interfaceName: eth0}",
                "spec: {node: n3, interfaceName: eth0}",
                "192.0.2.7 node:n1 TCP:22",
                "depends",
                "allow",
            ),
            field(
                "kind: GlobalNetworkPolicy\nmetadata: {name: early}",
                "kind: StagedGlobalNetworkPolicy\nmetadata: {name: early}",
                "ops/mon shop/db TCP:6000",
                "deny",
                "allow",
            ),
            field(
                "spec: {tier: first, ",
                "spec: {doNotTrack: true, applyOnForward: true, tier: first, ",
                "ops/mon shop/db TCP:6000",
                "deny",
                "allow",
            ),
            field(
                "spec: {tier: first, ",
                "spec: {preDNAT: true, applyOnForward: true, tier: first, ",
                "ops/mon shop/db TCP:6000",
                "deny",
                "allow",
            ),
        ],
    );
}
