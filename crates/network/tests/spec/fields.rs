//! One field after the other: a change of it alone turns a verdict over.

use ironsides_network::Verdict;

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
";

#[test]
fn smoke() {
    let world = World::read(CLUSTER).with(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: http}]}]}",
    );
    let lowered = world.spec();
    assert_eq!(lowered.problems, []);
    assert_eq!(world.ask(&lowered, "shop/web", "shop/db", "TCP:80"), Verdict::Allow);
    assert_eq!(world.ask(&lowered, "shop/web", "shop/db", "TCP:8080"), Verdict::Deny);
    assert_eq!(world.ask(&lowered, "ops/mon", "shop/db", "TCP:80"), Verdict::Deny);
    assert_eq!(world.ask(&lowered, "node:n2", "shop/db", "TCP:80"), Verdict::Allow);
    assert_eq!(world.ask(&lowered, "node:n1", "shop/db", "TCP:80"), Verdict::Deny);
    assert!(matches!(world.ask(&lowered, "ops/mon", "shop/db", "ICMP:8"), Verdict::Depends(_)));
}
