//! Each field of Cilium's kinds by itself.

use ironsides_network::{Options, Profile};

use crate::fields::{Field, check, field};

const INGRESS: &str = r#"
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  endpointSelector: {matchLabels: {app: db}}
  enableDefaultDeny: {ingress: true}
  ingress:
  - fromEndpoints: [{matchLabels: {app: web}}]
    toPorts: [{ports: [{port: "80", protocol: TCP}]}]
  - fromEntities: [remote-node]
    toPorts: [{ports: [{port: "9000", endPort: 9010, protocol: UDP}]}]
  - fromCIDR: [198.51.100.0/24]
  - fromCIDRSet: [{cidr: 203.0.113.0/24, except: [203.0.113.128/25]}]
    icmps: [{fields: [{type: 8}]}]
  - fromCIDRSet: [{cidrGroupRef: g}]
  - fromEndpoints: [{matchLabels: {app: mon, io.kubernetes.pod.namespace: ops}}]
    authentication: {mode: required}
    toPorts: [{ports: [{port: http, protocol: TCP}]}]
  - fromEndpoints: [{matchLabels: {tier: front}}]
    toPorts: [{ports: [{port: "8080", protocol: TCP}], rules: {http: [{method: GET}]}}, {ports: [{port: "443", protocol: TCP}], serverNames: [db.example.com]}]
  ingressDeny:
  - fromEndpoints: [{matchExpressions: [{key: app, operator: In, values: [web]}]}]
    toPorts: [{ports: [{port: "9100"}]}]
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: wide, namespace: shop}
spec: {endpointSelector: {matchLabels: {app: db}}, ingress: [{fromEndpoints: [{matchLabels: {app: web}}], toPorts: [{ports: [{port: "9100", protocol: TCP}]}]}]}
"#;

const EGRESS: &str = r#"
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: p, namespace: shop}
specs:
- endpointSelector: {matchLabels: {app: web}}
  egress:
  - toEndpoints: [{matchLabels: {app: mon, "k8s:io.kubernetes.pod.namespace": ops}}]
  - toFQDNs: [{matchName: api.example.com}]
    toPorts: [{ports: [{port: "443", protocol: TCP}]}]
  - toServices: [{k8sService: {serviceName: db, namespace: shop}}]
    toPorts: [{ports: [{port: http, protocol: TCP}]}]
  - toServices: [{k8sServiceSelector: {selector: {matchLabels: {kind: inner}}}}]
    toPorts: [{ports: [{port: "5432", protocol: TCP}]}]
  - toEntities: [world]
    toPorts: [{ports: [{port: "53", protocol: UDP}], rules: {dns: [{matchPattern: "*.example.com"}]}}]
  - toCIDR: [203.0.113.0/24]
    toPorts: [{ports: [{port: "9443", protocol: TCP}], listener: {name: l, envoyConfig: {name: c}}}]
  - toGroups: [{aws: {region: here}}]
    toPorts: [{ports: [{port: "7443", protocol: TCP}]}]
  egressDeny:
  - toCIDRSet: [{cidr: 198.51.100.0/24}]
- endpointSelector: {matchLabels: {app: web}}
  egress: [{toCIDR: [198.51.100.0/25], toPorts: [{ports: [{port: "25"}]}]}]
"#;

fn options() -> Options {
    Options { dual_stack: false, ..Options::of(Profile::Cilium) }
}

fn check_both(policies: &str, fields: &[Field]) {
    check(policies, options(), Profile::Cilium, fields);
}

#[test]
fn every_field_of_what_comes_in() {
    check_both(
        INGRESS,
        &[
            field(
                "metadata: {name: p, namespace: shop}\nspec",
                "metadata: {name: p, namespace: ops}\nspec",
                "198.51.100.7 shop/db TCP:1",
                "allow",
                "deny",
            ),
            field(
                "endpointSelector: {matchLabels: {app: db}}\n",
                "endpointSelector: {matchLabels: {app: none}}\n",
                "198.51.100.7 shop/db TCP:1",
                "allow",
                "deny",
            ),
            field(
                "- fromEndpoints: [{matchLabels: {app: web}}]\n",
                "- fromEndpoints: [{matchLabels: {app: wet}}]\n",
                "shop/web shop/db TCP:80",
                "allow",
                "deny",
            ),
            field(
                "port: \"80\", protocol: TCP",
                "port: \"81\", protocol: TCP",
                "shop/web shop/db TCP:80",
                "allow",
                "deny",
            ),
            field(
                "port: \"80\", protocol: TCP",
                "port: \"80\", protocol: UDP",
                "shop/web shop/db TCP:80",
                "allow",
                "deny",
            ),
            field("port: \"80\", protocol: TCP", "port: \"80\"", "shop/web shop/db UDP:80", "deny", "allow"),
            field(
                "port: \"80\", protocol: TCP",
                "port: \"0\", protocol: TCP",
                "shop/web shop/db TCP:4711",
                "deny",
                "allow",
            ),
            field(
                "fromEntities: [remote-node]",
                "fromEntities: [world]",
                "node:n1 shop/db UDP:9005",
                "allow",
                "deny",
            ),
            field(
                "fromEntities: [remote-node]",
                "fromEntities: [all]",
                "ops/mon shop/db UDP:9005",
                "deny",
                "allow",
            ),
            field("endPort: 9010", "endPort: 9004", "node:n1 shop/db UDP:9005", "allow", "deny"),
            field(
                "fromCIDR: [198.51.100.0/24]",
                "fromCIDR: [198.51.101.0/24]",
                "198.51.100.7 shop/db TCP:1",
                "allow",
                "deny",
            ),
            field(
                "cidr: 203.0.113.0/24",
                "cidr: 203.0.112.0/20",
                "203.0.112.7 shop/db ICMP:8",
                "deny",
                "allow",
            ),
            field(", except: [203.0.113.128/25]", "", "203.0.113.200 shop/db ICMP:8", "deny", "allow"),
            field(
                "fields: [{type: 8}]",
                "fields: [{type: 9}]",
                "203.0.113.7 shop/db ICMP:8",
                "allow",
                "deny",
            ),
            field(
                "fields: [{type: 8}]",
                "fields: [{family: IPv6, type: 8}]",
                "203.0.113.7 shop/db ICMP:8",
                "allow",
                "deny",
            ),
            field(
                "fields: [{type: 8}]",
                "fields: [{type: 0}]",
                "203.0.113.7 shop/db ICMP:13",
                "deny",
                "allow",
            ),
            field("cidrGroupRef: g", "cidrGroupRef: gone", "192.0.2.7 shop/db TCP:1", "allow", "deny"),
            field(
                "cidrGroupRef: g",
                "cidrGroupSelector: {matchLabels: {region: us}}",
                "192.0.2.7 shop/db TCP:1",
                "allow",
                "deny",
            ),
            field(", io.kubernetes.pod.namespace: ops}}]", "}}]", "ops/mon shop/db TCP:80", "proof", "deny"),
            field("    authentication: {mode: required}\n", "", "ops/mon shop/db TCP:80", "proof", "allow"),
            field("mode: required", "mode: disabled", "ops/mon shop/db TCP:80", "proof", "allow"),
            field(
                "port: http, protocol: TCP",
                "port: https, protocol: TCP",
                "ops/mon shop/db TCP:80",
                "proof",
                "deny",
            ),
            field(", rules: {http: [{method: GET}]}", "", "shop/web shop/db TCP:8080", "http", "allow"),
            field("{http: [{method: GET}]}", "{http: []}", "shop/web shop/db TCP:8080", "http", "allow"),
            field(", serverNames: [db.example.com]", "", "shop/web shop/db TCP:443", "depends", "allow"),
            field(
                "{matchExpressions: [{key: app, operator: In, values: [web]}]}",
                "{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}",
                "shop/web shop/db TCP:9100",
                "deny",
                "allow",
            ),
            field(
                "ports: [{port: \"9100\"}]",
                "ports: [{port: \"9100\", protocol: UDP}]",
                "shop/web shop/db TCP:9100",
                "deny",
                "allow",
            ),
            field("ingressDeny:", "ingress_:", "shop/web shop/db TCP:9100", "deny", "allow"),
        ],
    );
    let alone = INGRESS.split("---").next().unwrap();
    check_both(
        alone,
        &[field(
            "enableDefaultDeny: {ingress: true}",
            "enableDefaultDeny: {ingress: false}",
            "ops/mon shop/db UDP:1",
            "deny",
            "allow",
        )],
    );
}

#[test]
fn every_field_of_what_goes_out() {
    check_both(
        EGRESS,
        &[
            field(
                "\"k8s:io.kubernetes.pod.namespace\": ops",
                "\"k8s:io.kubernetes.pod.namespace\": shop",
                "shop/web ops/mon TCP:1",
                "allow",
                "deny",
            ),
            field(
                "toFQDNs: [{matchName: api.example.com}]",
                "toEntities: [none]",
                "shop/web 192.0.2.50 TCP:443",
                "depends",
                "deny",
            ),
            field(
                "port: http, protocol: TCP",
                "port: other, protocol: TCP",
                "shop/web shop/db TCP:80",
                "allow",
                "deny",
            ),
            // Where no service is meant, the ports are open to everyone.
            field(
                "matchLabels: {kind: inner}",
                "matchLabels: {kind: outer}",
                "shop/web node:n2 TCP:5432",
                "deny",
                "allow",
            ),
            field(
                ", rules: {dns: [{matchPattern: \"*.example.com\"}]}",
                "",
                "shop/web 192.0.2.50 UDP:53",
                "dns",
                "allow",
            ),
            field("toEntities: [world]", "toEntities: [cluster]", "shop/web node:n2 UDP:53", "deny", "dns"),
            field(
                ", listener: {name: l, envoyConfig: {name: c}}",
                "",
                "shop/web 203.0.113.7 TCP:9443",
                "depends",
                "allow",
            ),
            field(
                "toGroups: [{aws: {region: here}}]",
                "toEntities: [none]",
                "shop/web 192.0.2.50 TCP:7443",
                "depends",
                "deny",
            ),
            field(
                "cidr: 198.51.100.0/24",
                "cidr: 198.51.100.0/30",
                "shop/web 198.51.100.7 TCP:25",
                "deny",
                "allow",
            ),
        ],
    );
}

#[test]
fn every_field_for_nodes() {
    const NODES: &str = r#"
apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: w}
spec:
  nodeSelector: {matchLabels: {zone: b}}
  ingress: [{fromNodes: [{matchLabels: {zone: a}}], toPorts: [{ports: [{port: "22", protocol: TCP}]}]}]
"#;
    let host = Options { host_firewall: true, node_selector_labels: true, ..options() };
    check(
        NODES,
        host,
        Profile::Cilium,
        &[
            field(
                "nodeSelector: {matchLabels: {zone: b}}",
                "nodeSelector: {matchLabels: {zone: c}}",
                "192.0.2.1 node:n2 TCP:22",
                "deny",
                "allow",
            ),
            field(
                "fromNodes: [{matchLabels: {zone: a}}]",
                "fromNodes: [{matchLabels: {zone: b}}]",
                "node:n1 node:n2 TCP:22",
                "allow",
                "deny",
            ),
            field(
                "kind: CiliumClusterwideNetworkPolicy",
                "kind: CiliumNetworkPolicy",
                "192.0.2.1 node:n2 TCP:22",
                "deny",
                "allow",
            ),
        ],
    );
}
