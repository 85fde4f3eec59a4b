//! What can talk, read out of documents.

use std::sync::Arc;

use ironsides_core::{Object, Origin, PodTemplates};
use ironsides_network::Cluster;
use ironsides_network::cluster::{Pod, TargetPort};
use ironsides_network::place::Problem;
use ironsides_tree::{Documents, Limits, Node, Text, Value};

fn objects(text: &str, limits: Limits) -> Vec<Object> {
    let origin = || Origin::File { path: Arc::from("test.yaml"), text: Arc::from(text) };
    Documents::new(text, limits)
        .map(Result::unwrap)
        .filter(|document| !document.envelope && !document.root.is_null())
        .map(|document| Object::new(document.root, origin(), document.remarks))
        .collect()
}

fn read(text: &str) -> (Cluster, Vec<Problem>) {
    Cluster::read(&objects(text, Limits::default()), &PodTemplates::default())
}

fn clean(text: &str) -> Cluster {
    let (cluster, problems) = read(text);
    assert_eq!(problems, []);
    cluster
}

/// `namespace/name of kind/workload`
fn names(cluster: &Cluster) -> Vec<String> {
    let name = |pod: &Pod| {
        format!("{}/{} of {}/{} x{}", pod.namespace, pod.name, pod.workload_kind, pod.workload, pod.replicas)
    };
    cluster.pods.iter().map(name).collect()
}

fn messages(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{}: {}", problem.place.path, problem.message)).collect()
}

const SHOP: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: web, empty: null}}
    spec:
      serviceAccountName: web
      initContainers:
      - {name: setup, ports: [{containerPort: 1, name: gone}]}
      - {name: proxy, restartPolicy: Always, ports: [{containerPort: 15001, name: proxy}]}
      containers:
      - {name: web, ports: [{containerPort: 8080, name: http}, {containerPort: 53, protocol: UDP, hostPort: 5353}]}
";

#[test]
fn a_template_stands_for_its_pods() {
    let cluster = clean(SHOP);
    assert_eq!(names(&cluster), ["shop/web of Deployment/web x3"]);
    let pod = &cluster.pods[0];
    assert!(
        !pod.live && pod.owner.is_none() && pod.service_account == "web" && pod.labels["empty"].is_empty()
    );
    let ports: Vec<_> = pod.ports.iter().map(|port| (port.number, port.protocol.to_string())).collect();
    assert_eq!(ports, [(15001, "TCP".into()), (8080, "TCP".into()), (53, "UDP".into())]);
    assert_eq!(pod.ports[0].name.as_deref(), Some("proxy"));
    assert_eq!((pod.host_ports[0].host, pod.host_ports[0].number), (5353, 53));
    // Nobody wrote the namespace, and yet it is there with the name that the server writes on it.
    assert_eq!(cluster.namespaces["shop"].labels["kubernetes.io/metadata.name"], "shop");
    assert!(cluster.namespaces["shop"].place.is_none());
}

#[test]
fn every_kind_of_workload_makes_pods() {
    let template = "template: {metadata: {labels: {app: x}}, spec: {containers: [{name: x}]}}";
    let kinds = [
        ("apps/v1", "Deployment", format!("replicas: 2, {template}"), 2),
        ("apps/v1", "StatefulSet", template.to_owned(), 1),
        ("apps/v1", "DaemonSet", template.to_owned(), 1),
        ("apps/v1", "ReplicaSet", format!("replicas: 0, {template}"), 0),
        ("v1", "ReplicationController", template.to_owned(), 1),
        ("batch/v1", "Job", format!("parallelism: 4, {template}"), 4),
        ("batch/v1", "CronJob", format!("jobTemplate: {{spec: {{parallelism: 5, {template}}}}}"), 5),
        ("argoproj.io/v1alpha1", "Rollout", template.to_owned(), 1),
        ("kubevirt.io/v1", "VirtualMachine", template.to_owned(), 1),
    ];
    for (version, kind, spec, replicas) in kinds {
        let cluster = clean(&format!(
            "{{apiVersion: {version}, kind: {kind}, metadata: {{name: a}}, spec: {{{spec}}}}}"
        ));
        assert_eq!(names(&cluster), [format!("default/a of {kind}/a x{replicas}")]);
        assert_eq!(cluster.pods[0].labels["app"], "x", "{kind}");
    }
}

/// A live pod of the ReplicaSet `web-7d77fb55cc`.
fn live(name: &str, label: &str, rest: &str) -> String {
    format!(
        "---
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  namespace: shop
  labels: {{app: web, pod-template-hash: 7d77fb55cc, role: {label}}}
  ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: web-7d77fb55cc, controller: true, uid: u}}]
spec: {{nodeName: n1, containers: [{{name: web}}]}}
status: {{{rest}}}
"
    )
}

#[test]
fn live_pods_take_the_place_of_their_workload() {
    let set = "---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-7d77fb55cc
  namespace: shop
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, controller: true, uid: u}]
spec: {replicas: 2, template: {metadata: {labels: {app: web}}, spec: {containers: []}}}
";
    let pods = [
        live("web-1", "a", "phase: Running, podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: 'fd00::1'}]"),
        live("web-2", "b", "phase: Pending"),
        live("web-3", "c", "phase: Failed"),
    ]
    .concat();
    let expected = ["shop/web-1 of Deployment/web x1", "shop/web-2 of Deployment/web x1"];
    // With all of it, without the ReplicaSet, without both: the label tells the Deployment.
    for rest in [format!("{SHOP}{set}"), SHOP.to_owned(), String::new()] {
        let cluster = clean(&format!("{rest}{pods}"));
        assert_eq!(names(&cluster), expected);
        let [one, two] = &cluster.pods[..] else { panic!("two") };
        assert_eq!(
            one.addresses,
            ["10.0.0.1", "fd00::1"].map(|text| text.parse::<std::net::IpAddr>().unwrap())
        );
        assert!(two.addresses.is_empty() && one.live && two.labels["role"] == "b");
        assert_eq!(one.owner.as_ref().unwrap().name, "web-7d77fb55cc");
        assert_eq!(one.node.as_deref(), Some("n1"));
    }
    // Without pods the Deployment counts once, whatever revisions there are.
    assert_eq!(names(&clean(&format!("{SHOP}{set}"))), ["shop/web of Deployment/web x3"]);
    assert_eq!(names(&clean(set)), ["shop/web-7d77fb55cc of Deployment/web x2"]);
    // netpol-analyzer counts whatever is written.
    let rollout = SHOP.replace("apps/v1", "argoproj.io/v1alpha1").replace("Deployment", "Rollout");
    let (every, problems) =
        Cluster::read_as_written(&objects(&format!("{SHOP}{set}{pods}---{rollout}"), Limits::default()));
    assert_eq!((every.pods.len(), problems), (5, vec![]));
    assert_eq!(every.pods[3].ports[0].number, 8080);
    assert_eq!(every.pods[4].owner.as_ref().map(|owner| owner.kind.as_str()), Some("ReplicaSet"));
}

#[test]
fn pods_of_their_own_and_of_others() {
    let pod = |name: &str, metadata: &str, spec: &str| {
        format!(
            "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}{metadata}}}, spec: {{{spec}}}}}\n"
        )
    };
    let owned = |owner: &str| format!(", ownerReferences: [{{{owner}, controller: true}}]");
    let text = [
        pod("alone", "", "hostNetwork: true"),
        pod("static", &owned("apiVersion: v1, kind: Node, name: n1"), ""),
        pod("db-1", &owned("apiVersion: postgresql.cnpg.io/v1, kind: Cluster, name: db"), ""),
        pod("odd", &owned("name: nobody"), ""),
        pod("run-1", &owned("apiVersion: batch/v1, kind: Job, name: run"), ""),
        "---\n{apiVersion: batch/v1, kind: Job, metadata: {name: run, ownerReferences: [{apiVersion: batch/v1, \
         kind: CronJob, name: nightly, controller: true}]}, spec: {template: {}}}\n"
            .to_owned(),
        "---\n{apiVersion: batch/v1, kind: Job, metadata: {name: done}, spec: {template: {}}, status: {conditions: \
         [{type: Complete, status: 'True'}]}}\n"
            .to_owned(),
    ]
    .concat();
    let cluster = clean(&text);
    assert_eq!(
        names(&cluster),
        [
            "default/alone of Pod/alone x1",
            "default/static of Pod/static x1",
            "default/db-1 of Cluster/db x1",
            "default/odd of Pod/odd x1",
            "default/run-1 of CronJob/nightly x1",
        ]
    );
    assert!(cluster.pods[0].host_network && !cluster.pods[1].host_network);
    assert_eq!(cluster.pods[3].owner.as_ref().map(|owner| owner.name.as_str()), Some("nobody"));
}

#[test]
fn services_know_their_addresses_and_what_is_behind_them() {
    let cluster = clean(
        "
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  clusterIP: 10.96.0.5
  clusterIPs: [10.96.0.5, 'fd00::5']
  externalIPs: [192.0.2.1]
  loadBalancerSourceRanges: [198.51.100.0/24]
  selector: {app: web}
  ports: [{port: 80, targetPort: http, nodePort: 30080, name: http}, {port: 53, protocol: UDP}]
status: {loadBalancer: {ingress: [{ip: 203.0.113.9}, {hostname: lb.example.com}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop}, spec: {clusterIP: None, ports: [{port: 5432}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: db-x, namespace: shop, labels: {kubernetes.io/service-name: db}}
addressType: IPv4
endpoints: [{addresses: [10.1.0.2]}, {addresses: [10.1.0.1]}]
---
{apiVersion: v1, kind: Endpoints, metadata: {name: db, namespace: shop}, subsets: [{addresses: [{ip: 10.1.0.1}]}]}
---
{apiVersion: v1, kind: Endpoints, metadata: {name: kubernetes}, subsets: [{addresses: [{ip: 172.18.0.2}]}]}
",
    );
    let [web, db] = &cluster.services[..] else { panic!("two services") };
    let shown =
        |addresses: &[std::net::IpAddr]| addresses.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(shown(&web.addresses), ["10.96.0.5", "fd00::5", "192.0.2.1", "203.0.113.9"]);
    assert_eq!(shown(&web.external), ["192.0.2.1", "203.0.113.9"]);
    assert!(web.external_local && !web.headless && db.headless && db.selector.is_none());
    assert_eq!(web.source_ranges[0].to_string(), "198.51.100.0/24");
    assert_eq!(web.ports[0].target, TargetPort::Name("http".into()));
    assert_eq!((web.ports[0].node_port, web.ports[1].target.clone()), (Some(30080), TargetPort::Number(53)));
    assert_eq!(shown(&db.backends()), ["10.1.0.1", "10.1.0.2"]);
    assert_eq!(shown(&cluster.apiserver), ["172.18.0.2"]);
}

#[test]
fn entrances_lead_to_services() {
    let (cluster, problems) = read(
        "
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  ingressClassName: nginx
  defaultBackend: {service: {name: fallback, port: {number: 80}}}
  rules:
  - host: b.example.com
    http: {paths: [{path: /, backend: {service: {name: web, port: {name: http}}}}]}
  - host: a.example.com
    http:
      paths:
      - {path: /, backend: {service: {name: web, port: {name: http}}}}
      - {path: /x, backend: {resource: {kind: Bucket, name: b}}}
      - {path: /y, backend: {}}
---
apiVersion: extensions/v1beta1
kind: Ingress
metadata: {name: old, annotations: {kubernetes.io/ingress.class: traefik}}
spec: {backend: {serviceName: web, servicePort: 8080}}
---
apiVersion: route.openshift.io/v1
kind: Route
metadata: {name: web, namespace: shop}
spec:
  host: www.example.com
  to: {kind: Service, name: web}
  alternateBackends: [{kind: Service, name: canary, weight: 1}, {kind: Other, name: no}]
  port: {targetPort: http}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: infra}
spec: {gatewayClassName: cilium, addresses: [{value: 203.0.113.7}, {type: Hostname, value: x.example.com}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs: [{name: public, namespace: infra}]
  hostnames: [www.example.com]
  rules:
  - backendRefs: [{name: web, port: 80}, {name: old, port: 80, weight: 0}, {name: db, namespace: data, port: 1}]
    filters: [{type: RequestMirror, requestMirror: {backendRef: {name: shadow, port: 80}}}]
  - backendRefs: [{name: other, namespace: secret, port: 80}, {kind: ServiceImport, name: far}]
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: shop, namespace: data}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]
  to: [{group: '', kind: Service, name: db}]
---
{apiVersion: gateway.networking.k8s.io/v1, kind: GRPCRoute, metadata: {name: mesh, namespace: shop}, spec: {parentRefs:
 [{group: '', kind: Service, name: web}], rules: [{backendRefs: [{name: web, port: 80}]}]}}
---
{apiVersion: gateway.networking.k8s.io/v1alpha2, kind: TCPRoute, metadata: {name: lost}, spec: {rules: []}}
",
    );
    let shown: Vec<String> = cluster
        .entrances
        .iter()
        .map(|entrance| {
            let backend = |backend: &ironsides_network::cluster::Backend| {
                let port = match &backend.port {
                    None => "*".to_owned(),
                    Some(TargetPort::Name(name)) => name.to_string(),
                    Some(TargetPort::Number(number)) => number.to_string(),
                };
                format!("{}/{}:{port}", backend.namespace, backend.service)
            };
            let backends: Vec<_> = entrance.backends.iter().map(backend).collect();
            let (kind, name) = (&entrance.kind, &entrance.name);
            format!("{kind} {name} {:?} {:?} to {}", entrance.through, entrance.hosts, backends.join(" "))
        })
        .collect();
    assert_eq!(
        shown,
        [
            r#"Ingress web ["nginx"] ["a.example.com", "b.example.com"] to shop/fallback:80 shop/web:http"#,
            r#"Ingress old ["traefik"] [] to default/web:8080"#,
            r#"Route web [] ["www.example.com"] to shop/web:http shop/canary:http"#,
            r#"HTTPRoute web ["infra/public"] ["www.example.com"] to shop/web:80 data/db:1 shop/shadow:80"#,
        ]
    );
    assert_eq!((cluster.gateways[0].class.as_str(), cluster.gateways[0].addresses.len()), ("cilium", 1));
    assert_eq!(
        messages(&problems),
        [
            "spec.rules[1].http.paths[2].backend: a backend that is neither a service nor a resource leads nowhere",
            "spec.alternateBackends[1].kind: a Route leads to services alone, and \"Other\" is none: it leads nowhere",
            "spec.rules[1].backendRefs[0]: no ReferenceGrant in secret lets a HTTPRoute of shop lead to Service other: \
             it does not",
            "spec.parentRefs: the TCPRoute names no Gateway, so nothing comes in by it",
        ]
    );
    assert_eq!(problems[2].place.document, 4);
    assert!(cluster.namespaces.contains_key("shop") && cluster.namespaces.contains_key("infra"));
}

#[test]
fn nodes_and_groups_of_blocks() {
    let cluster = clean(
        "
apiVersion: v1
kind: Node
metadata: {name: n1, labels: {zone: a}}
status: {addresses: [{type: InternalIP, address: 10.0.0.1}, {type: Hostname, address: n1}]}
---
{apiVersion: cilium.io/v2alpha1, kind: CiliumCIDRGroup, metadata: {name: g}, spec: {externalCIDRs: [10.0.0.0/8]}}
---
{apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: {name: g, labels: {a: b}}, spec: {nets:
 [10.0.0.0/8, 192.0.2.1]}}
---
{apiVersion: crd.projectcalico.org/v1, kind: NetworkSet, metadata: {name: all, namespace: shop}, spec: {nets: ['::/0']}}
",
    );
    assert_eq!((cluster.nodes[0].labels["zone"].as_str(), cluster.nodes[0].addresses.len()), ("a", 1));
    let groups: Vec<_> = cluster.address_groups.iter().map(|group| format!("{group:?}")).collect();
    assert_eq!(groups.len(), 3);
    let blocks: Vec<_> = cluster.address_groups[1].blocks.iter().map(ToString::to_string).collect();
    assert_eq!(blocks, ["10.0.0.0/8", "192.0.2.1/32"]);
    assert_eq!(cluster.address_groups[1].namespace, None);
    assert_eq!(cluster.address_groups[2].namespace.as_deref(), Some("shop"));
}

#[test]
fn lists_are_taken_apart_and_the_last_of_a_name_counts() {
    let text = "
apiVersion: v1
kind: PodList
items:
- {metadata: {name: a, labels: {v: one}}, spec: {}}
- {metadata: {name: a, labels: {v: two}}, spec: {}}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Namespace, metadata: {name: default, labels: {kubernetes.io/metadata.name: lie}}}
- {apiVersion: v1, kind: Service, metadata: {name: s, namespace: other}, spec: {ports: [{port: 1}]}}
- {apiVersion: v1, kind: Service, metadata: {name: s, namespace: other}, spec: {ports: [{port: 2}]}}
";
    for split_lists in [true, false] {
        let limits = Limits { split_lists, ..Limits::default() };
        let (cluster, problems) = Cluster::read(&objects(text, limits), &PodTemplates::default());
        assert_eq!(problems, []);
        assert_eq!(names(&cluster), ["default/a of Pod/a x1"]);
        assert_eq!(cluster.pods[0].labels["v"], "two");
        assert_eq!(cluster.namespaces["default"].labels["kubernetes.io/metadata.name"], "default");
        assert_eq!(cluster.services.len(), 1);
        assert_eq!(cluster.services[0].ports[0].port, 2);
        assert!(cluster.namespaces.contains_key("other"));
    }
}

#[test]
fn what_is_malformed_is_told_and_the_rest_stays() {
    let (cluster, problems) = read(
        "
apiVersion: v1
kind: Pod
metadata: {name: a, labels: {version: 1.0, app: web}}
spec:
  containers:
  - ports: [{containerPort: 70000}, {containerPort: 80, protocol: tcp}, {name: x}, {containerPort: '80'},
      {containerPort: 8080}]
status: {podIP: 10.0.0.300, podIPs: [{ip: 10.0.0.3}]}
---
{apiVersion: v1, kind: Pod, spec: {}}
---
{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {type: Odd, ports: [{port: 0}, {port: 1, targetPort: 99999},
 {port: 2}], loadBalancerSourceRanges: [10.0.0.0/33], selector: [a]}}
---
{apiVersion: v1, kind: Namespace, metadata: {}}
",
    );
    assert_eq!(
        messages(&problems),
        [
            "metadata.labels.version: label version is a number, and the API server wants a string (quote it): \
             it is left out",
            "status.podIP: \"10.0.0.300\" is no address: it is left out",
            "spec.containers[0].ports[0].containerPort: 70000 is no port from 1 to 65535: it is left out",
            "spec.containers[0].ports[1].protocol: \"tcp\" is none of TCP, UDP and SCTP: the port is left out",
            "spec.containers[0].ports[2]: a port without containerPort: it is left out",
            "spec.containers[0].ports[3].containerPort: \"80\" is no port from 1 to 65535: it is left out",
            ": a Pod without a name: it is left out",
            "spec.selector: labels are a map of strings: none are read",
            "spec.type: \"Odd\" is no type of service: the API server refuses it",
            "spec.loadBalancerSourceRanges[0]: \"10.0.0.0/33\" is no block of addresses: it is left out",
            "spec.ports[0].port: 0 is no port from 1 to 65535: it is left out",
            "spec.ports[1].targetPort: 99999 is no port from 1 to 65535: it is left out",
            ": a namespace without a name",
        ]
    );
    assert_eq!(cluster.pods[0].labels.len(), 1);
    assert_eq!(cluster.pods[0].ports.len(), 1);
    assert_eq!(cluster.pods[0].addresses.len(), 1);
    assert_eq!(cluster.services[0].ports.len(), 1);
}

/// Every tree that comes of putting something odd at one place of a tree.
fn spoiled(node: &Node) -> Vec<Node> {
    let odd = [
        Value::Null,
        Value::Bool(true),
        Value::Int(-1),
        Value::Int(i64::MAX),
        Value::Float(0.5),
        Value::from(""),
        Value::from("::ffff:10.0.0.0/97"),
        Value::List(Arc::from([Node::NULL, Node::bare(Value::from("x"))])),
        Value::Map(Arc::new(std::iter::once((Text::from("x"), Node::NULL)).collect())),
    ];
    let mut all: Vec<Node> = odd.into_iter().map(Node::bare).collect();
    match node.value() {
        Value::Map(map) => {
            for (at, _) in map.iter() {
                for value in spoiled(map.get(at).unwrap_or(&Node::NULL)) {
                    let entry = |(key, old): (&str, &Node)| {
                        (Text::new(key), if key == at { value.clone() } else { old.clone() })
                    };
                    all.push(Node::bare(Value::Map(Arc::new(map.iter().map(entry).collect()))));
                }
            }
        }
        Value::List(list) => {
            for at in 0..list.len() {
                for value in spoiled(&list[at]) {
                    let mut list = list.to_vec();
                    list[at] = value;
                    all.push(Node::bare(Value::List(list.into())));
                }
            }
        }
        _ => {}
    }
    all
}

#[test]
fn nothing_odd_stops_the_reading() {
    let text = "
{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: s, labels: {a: b}, ownerReferences: [{kind: Job, name: j,
 apiVersion: batch/v1, controller: true}]}, spec: {hostNetwork: true, nodeName: n1, containers: [{ports: [
 {containerPort: 1, name: p, protocol: TCP, hostPort: 2}]}]}, status: {phase: Running, podIPs: [{ip: 10.0.0.1}]}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: j, namespace: s}, spec: {parallelism: 2, template: {
 metadata: {labels: {a: b}}, spec: {containers: []}}}, status: {conditions: [{type: Complete, status: 'True'}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: x, namespace: s}, spec: {type: NodePort, clusterIPs: [10.0.0.9],
 selector: {a: b}, ports: [{port: 1, targetPort: p, nodePort: 30000}], loadBalancerSourceRanges: [10.0.0.0/8]}}
---
{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: x, namespace: s, labels:
 {kubernetes.io/service-name: x}}, endpoints: [{addresses: [10.0.0.1]}]}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: s}, spec: {ingressClassName: c, rules:
 [{host: h, http: {paths: [{backend: {service: {name: x, port: {number: 1}}}}]}}]}}
---
{apiVersion: route.openshift.io/v1, kind: Route, metadata: {name: r, namespace: s}, spec: {host: h, to: {name: x}, port:
 {targetPort: p}}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: h, namespace: s}, spec: {parentRefs: [
 {name: g}], hostnames: [h], rules: [{backendRefs: [{name: x, port: 1}]}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {a: b}}, status: {addresses: [{type: InternalIP,
 address: 10.0.0.1}]}}
";
    let whole = objects(text, Limits::default());
    let (_, problems) = Cluster::read(&whole, &PodTemplates::default());
    assert_eq!(problems, []);
    for (at, object) in whole.iter().enumerate() {
        for root in spoiled(&object.root) {
            let mut odd = whole.clone();
            odd[at] = Object::new(root, object.origin.clone(), Vec::new());
            let (mut cluster, problems) = Cluster::read(&odd, &PodTemplates::default());
            for problem in &problems {
                assert!(!problem.message.is_empty() && problem.place.document == u32::try_from(at).unwrap());
            }
            // Whatever was read can be asked about.
            for entrance in &cluster.entrances {
                for backend in &entrance.backends {
                    let service = cluster.service(&backend.namespace, &backend.service);
                    assert!(service.is_none_or(|service| service.name == backend.service));
                }
            }
            assert_eq!(cluster.add_ingress_controller().is_some(), !cluster.entrances.is_empty());
        }
    }
}
