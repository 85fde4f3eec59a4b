//! Services: who is behind them, at which ports, and what is asked there.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use ironsides_core::{Object, Origin, PodTemplates};
use ironsides_network::exposure::exposures;
use ironsides_network::flow::{LogPlace, Observed, ObservedFlow, Seen, Talker, TalkerKind, Who, resolve};
use ironsides_network::name::{Destination, Goal};
use ironsides_network::reach::{Case, told};
use ironsides_network::{Endpoint, Options, Party, Profile, State, Traffic, Verdict, reach};
use ironsides_tree::{Documents, Limits};

/// Pods `shop/web` (10.0.0.1), `shop/api` (10.0.0.2, names its port 8443 `https`) and `data/db` (10.0.0.3) on one network, and
/// whatever is said besides.
const PODS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]},
 status: {podIP: 10.0.0.1}}
---
{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api}},
 spec: {containers: [{name: c, ports: [{name: https, containerPort: 8443}]}]}, status: {podIP: 10.0.0.2}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: data, labels: {app: db}}, spec: {containers: [{name: c}]},
 status: {podIP: 10.0.0.3}}
---
";

fn state(documents: &str) -> State {
    let text = format!("{PODS}{documents}");
    let objects: Vec<Object> = Documents::new(&text, Limits::default())
        .map(|document| document.unwrap().root)
        .map(|root| Object::new(root, Origin::Api { request: "".into() }, Vec::new()))
        .collect();
    State::read(&objects, &PodTemplates::default())
}

/// What is asked for at whom: `web TCP 8080`.
fn goals(state: &State, to: &str) -> Vec<String> {
    let destination = Destination::read(to, &state.cluster).unwrap_or_else(|error| panic!("{to}: {error}"));
    let shown = |goal: &Goal| {
        let who = match goal.member {
            Some(Endpoint::Pod(at)) => state.cluster.pods[at as usize].name.to_string(),
            Some(Endpoint::Node(at)) => format!("node/{}", state.cluster.nodes[at as usize].name),
            _ => goal.outside.to_string().replace("/32", ""),
        };
        match goal.traffic {
            Some(traffic) => format!("{who} {} {}", traffic.protocol, traffic.port),
            None => who,
        }
    };
    destination.goals(&state.cluster).unwrap().iter().map(shown).collect()
}

/// What becomes of a connection from `shop/web`: one verdict for each case.
fn asked(state: &State, profile: Profile, from: &str, to: &str) -> Vec<String> {
    let lowered = state.lower(profile, &Options::of(profile));
    let from = Party::read(from, &state.cluster).unwrap();
    let to = Destination::read(to, &state.cluster).unwrap();
    let cases = reach(&state.cluster, &lowered, &from, &to).unwrap().cases;
    let shown = |case: &Case| {
        let verdict = match &case.verdict {
            Verdict::Allow => "allow".to_owned(),
            Verdict::Deny => "deny".to_owned(),
            Verdict::Depends(conditions) => format!("if {}", conditions.join(", ")),
            other => format!("{other:?}"),
        };
        format!("{} {verdict}", told(&case.traffic))
    };
    cases.iter().map(shown).collect()
}

fn service(name: &str, spec: &str) -> String {
    format!(
        "---\n{{apiVersion: v1, kind: Service, metadata: {{name: {name}, namespace: shop}}, spec: {{{spec}}}}}\n"
    )
}

fn slice(name: &str, of: &str, rest: &str) -> String {
    format!(
        "---\n{{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4, metadata: {{name: {name}, \
         namespace: shop, labels: {{kubernetes.io/service-name: {of}}}}}, {rest}}}\n"
    )
}

#[test]
fn a_port_leads_where_the_endpoints_serve() {
    let by_name = "ports: [{name: https, port: 443, targetPort: https}, {name: metrics, port: 9090}]";
    let plain = "ports: [{port: 443}]";
    for (about, spec, slices, to, expected) in [
        (
            "the port of the slice, not that of the service",
            plain,
            vec!["ports: [{port: 6443}], endpoints: [{addresses: [203.0.113.5]}]"],
            "svc/shop/x:443",
            vec!["203.0.113.5 TCP 6443"],
        ),
        (
            "a target by name has the number that the slice gives it",
            by_name,
            vec![
                "ports: [{name: https, port: 6443}, {name: metrics, port: 9100}], endpoints: [{addresses: [203.0.113.5]}]",
            ],
            "svc/shop/x:https",
            vec!["203.0.113.5 TCP 6443"],
        ),
        (
            "names join, not the order",
            by_name,
            vec![
                "ports: [{name: metrics, port: 9100}, {name: https, port: 6443}], endpoints: [{addresses: [203.0.113.5]}]",
            ],
            "svc/shop/x:9090",
            vec!["203.0.113.5 TCP 9100"],
        ),
        (
            "a port of another name serves another one",
            plain,
            vec!["ports: [{name: https, port: 6443}], endpoints: [{addresses: [203.0.113.5]}]"],
            "svc/shop/x:443",
            vec![],
        ),
        (
            "so does one of another protocol",
            plain,
            vec!["ports: [{port: 6443, protocol: UDP}], endpoints: [{addresses: [203.0.113.5]}]"],
            "svc/shop/x:443",
            vec![],
        ),
        (
            "an endpoint that is a pod is that pod",
            plain,
            vec!["ports: [{port: 5432}], endpoints: [{addresses: [10.0.0.3]}, {addresses: [203.0.113.5]}]"],
            "svc/shop/x:443",
            vec!["db TCP 5432", "203.0.113.5 TCP 5432"],
        ),
        (
            "slices may have ports of their own",
            plain,
            vec![
                "ports: [{port: 1}], endpoints: [{addresses: [203.0.113.5, 10.0.0.3]}]",
                "ports: [{port: 2}], endpoints: [{addresses: [203.0.113.6]}, {addresses: [203.0.113.7]}]",
            ],
            "svc/shop/x:443",
            vec!["db TCP 1", "203.0.113.5 TCP 1", "203.0.113.6/31 TCP 2"],
        ),
        (
            "without a number any port is served",
            plain,
            vec!["ports: [{name: ''}], endpoints: [{addresses: [203.0.113.5]}]"],
            "svc/shop/x:443",
            vec!["203.0.113.5 TCP 443"],
        ),
        (
            "without ports none is",
            plain,
            vec!["endpoints: [{addresses: [203.0.113.5]}]"],
            "svc/shop/x:443",
            vec![],
        ),
        (
            "what is not ready will be",
            plain,
            vec!["ports: [{port: 1}], endpoints: [{addresses: [203.0.113.5], conditions: {ready: false}}]"],
            "svc/shop/x",
            vec!["203.0.113.5 TCP 1"],
        ),
        (
            "what leaves serves while nobody else does",
            plain,
            vec![
                "ports: [{port: 1}], endpoints: [
                 {addresses: [203.0.113.5], conditions: {ready: false, serving: true, terminating: true}},
                 {addresses: [203.0.113.6], conditions: {ready: false, serving: false, terminating: true}}]",
            ],
            "svc/shop/x",
            vec!["203.0.113.5 TCP 1"],
        ),
        (
            "and no longer than that",
            plain,
            vec![
                "ports: [{port: 1}], endpoints: [
                 {addresses: [203.0.113.5], conditions: {ready: false, serving: true, terminating: true}},
                 {addresses: [203.0.113.6]}]",
            ],
            "svc/shop/x",
            vec!["203.0.113.6 TCP 1"],
        ),
        (
            "the name of a headless service is translated by nobody",
            "clusterIP: None, ports: [{name: pg, port: 5432}]",
            vec!["ports: [{name: pg, port: 6543}], endpoints: [{addresses: [10.0.0.3]}]"],
            "svc/shop/x:5432",
            vec!["db TCP 5432"],
        ),
        (
            "so any port can be asked for",
            "clusterIP: None, ports: [{name: pg, port: 5432}]",
            vec!["ports: [{name: pg, port: 6543}], endpoints: [{addresses: [10.0.0.3]}]"],
            "svc/shop/x:80",
            vec!["db TCP 80"],
        ),
        (
            "and the name of a port is answered with where it leads",
            "clusterIP: None, ports: [{name: pg, port: 5432}]",
            vec!["ports: [{name: pg, port: 6543}], endpoints: [{addresses: [10.0.0.3]}]"],
            "svc/shop/x:pg",
            vec!["db TCP 6543"],
        ),
        (
            "what Kubernetes derives from a selector says nothing new",
            "selector: {app: api}, ports: [{port: 443, targetPort: https}]",
            vec![],
            "svc/shop/x:443",
            vec!["api TCP 8443"],
        ),
        (
            "what others add to a selector is served too",
            "selector: {app: api}, ports: [{port: 443, targetPort: https}]",
            vec!["ports: [{port: 9443}], endpoints: [{addresses: [203.0.113.5]}]"],
            "svc/shop/x:443",
            vec!["api TCP 8443", "203.0.113.5 TCP 9443"],
        ),
    ] {
        let mut text = service("x", spec);
        for (at, rest) in slices.iter().enumerate() {
            text += &slice(&format!("x-{at}"), "x", rest);
        }
        assert_eq!(goals(&state(&text), to), expected, "{about}");
    }
}

#[test]
fn endpoints_are_read_as_slices_are() {
    let endpoints = |labels: &str, subsets: &str| {
        format!(
            "---\n{{apiVersion: v1, kind: Endpoints, metadata: {{name: x, namespace: shop, labels: {{{labels}}}}}, \
             subsets: [{subsets}]}}\n"
        )
    };
    let two = "{addresses: [{ip: 10.0.0.3}], ports: [{name: a, port: 1}]}, \
               {notReadyAddresses: [{ip: 203.0.113.5}], ports: [{name: a, port: 2}, {name: b, port: 3}]}";
    let without = "ports: [{name: a, port: 80}, {name: b, port: 81}]";
    let selecting = "selector: {app: api}, ports: [{port: 80}]";
    for (about, spec, labels, subsets, to, expected) in [
        (
            "each subset has its ports",
            without,
            "",
            two,
            "svc/shop/x:80",
            vec!["db TCP 1", "203.0.113.5 TCP 2"],
        ),
        ("some serve one port alone", without, "", two, "svc/shop/x:b", vec!["203.0.113.5 TCP 3"]),
        (
            "nobody mirrors these",
            without,
            "endpointslice.kubernetes.io/skip-mirror: 'true'",
            two,
            "svc/shop/x:80",
            vec![],
        ),
        ("the controller overwrites these", selecting, "", two, "svc/shop/x:80", vec!["api TCP 80"]),
    ] {
        let text = service("x", spec) + &endpoints(labels, subsets);
        assert_eq!(goals(&state(&text), to), expected, "{about}");
    }
    // The slice that mirrors Endpoints says the same once more.
    let mirrored = service("x", without)
        + &endpoints("", two)
        + &slice("x-m", "x", "ports: [{name: a, port: 1}], endpoints: [{addresses: [10.0.0.3]}]");
    assert_eq!(goals(&state(&mirrored), "svc/shop/x:80"), ["db TCP 1", "203.0.113.5 TCP 2"]);
}

#[test]
fn a_pod_without_an_address_is_known_by_its_name() {
    let text = "
---
{apiVersion: v1, kind: Pod, metadata: {name: new, namespace: data}, spec: {containers: [{name: c}]}}
"
    .to_owned()
        + &service("x", "ports: [{port: 80}]")
        + &slice(
            "x-1",
            "x",
            "ports: [{port: 1}], endpoints: [
             {addresses: [10.0.0.9], targetRef: {kind: Pod, name: new, namespace: data}},
             {addresses: [10.0.0.8], targetRef: {kind: Pod, name: db, namespace: data}}]",
        );
    // The address of a pod that has one is its own, whatever the list says.
    assert_eq!(goals(&state(&text), "svc/shop/x:80"), ["new TCP 1", "10.0.0.8 TCP 1"]);
}

#[test]
fn a_port_that_nobody_serves_is_told() {
    let text = service("x", "ports: [{port: 443}, {name: b, port: 80}]")
        + &slice(
            "x-1",
            "x",
            "ports: [{name: https, port: 1}, {name: b, port: 2}], endpoints: [{addresses: [10.0.0.3]}]",
        );
    let problems: Vec<String> = state(&text).problems.into_iter().map(|problem| problem.message).collect();
    assert_eq!(
        problems,
        ["port 443 leads nowhere: none of the endpoints of the Service has a TCP port without a name"]
    );
}

#[test]
fn policies_are_asked_about_the_port_of_the_endpoint() {
    let world = service("x", "ports: [{name: pg, port: 5432, targetPort: pg}]")
        + &slice(
            "x-1",
            "x",
            "ports: [{name: pg, port: 6543}], endpoints: [{addresses: [10.0.0.3]}, {addresses: [203.0.113.5]}]",
        );
    let policy = |port: u16| {
        format!(
            "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: web, namespace: shop}}, \
             spec: {{podSelector: {{}}, policyTypes: [Egress], egress: [{{ports: [{{port: {port}}}]}}]}}}}\n"
        )
    };
    for (port, expected) in [(6543, "TCP 6543 allow"), (5432, "TCP 6543 deny")] {
        let state = state(&(world.clone() + &policy(port)));
        for profile in [Profile::Spec, Profile::Cilium, Profile::Calico, Profile::Ovn] {
            let answers = asked(&state, profile, "shop/web", "svc/shop/x:5432");
            assert!(!answers.is_empty() && answers.iter().all(|answer| answer == expected), "{answers:?}");
        }
    }
}

#[test]
fn a_service_in_a_rule_of_calico_is_its_endpoints_with_their_ports() {
    let world = service("x", "ports: [{name: a, port: 80}]")
        + &slice(
            "x-1",
            "x",
            "ports: [{name: a, port: 1}, {name: z, port: 9}], endpoints: [{addresses: [10.0.0.3]}]",
        )
        + &slice(
            "x-2",
            "x",
            "ports: [{name: a, port: 2}, {name: n}], endpoints: [{addresses: [203.0.113.5]}]",
        )
        + "---
{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: web, namespace: shop},
 spec: {selector: app == 'web', types: [Egress], egress: [
  {action: Allow, destination: {services: {name: x, namespace: shop}}}]}}
";
    let state = state(&world);
    for (to, expected) in [
        ("data/db:1", "TCP 1 allow"),
        ("data/db:9", "TCP 9 allow"),
        ("data/db:2", "TCP 2 deny"),
        ("203.0.113.5:2", "TCP 2 allow"),
        ("203.0.113.5:1", "TCP 1 deny"),
        ("203.0.113.5:80", "TCP 80 deny"),
        ("203.0.113.6:2", "TCP 2 deny"),
    ] {
        assert_eq!(asked(&state, Profile::Calico, "shop/web", to), [expected], "{to}");
    }
    let through = asked(&state, Profile::Calico, "shop/web", "svc/shop/x:80");
    assert_eq!(through, ["TCP 1 allow", "TCP 2 allow"]);
}

/// `shop/x` stands for a name.
fn external(name: &str) -> String {
    service("x", &format!("type: ExternalName, externalName: {name}, ports: [{{name: tls, port: 443}}]"))
}

const CLOSED: &str = "
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: closed, namespace: shop},
 spec: {podSelector: {}, policyTypes: [Egress]}}
";

fn to_block(block: &str, except: &str) -> String {
    format!(
        "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: block, namespace: shop}}, \
         spec: {{podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{{ipBlock: {{cidr: {block}, except: [{except}]}}}}]}}]}}}}\n"
    )
}

fn to_name(name: &str) -> String {
    format!(
        "---\n{{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {{name: names, namespace: shop}}, \
         spec: {{endpointSelector: {{}}, egress: [{{toFQDNs: [{{matchPattern: '{name}'}}], \
         toPorts: [{{ports: [{{port: '443', protocol: TCP}}]}}]}}]}}}}\n"
    )
}

#[test]
fn a_service_that_stands_for_a_name_is_judged_as_that_name() {
    let open = "TCP 443 allow";
    for (about, policies, profile, to, expected) in [
        ("nothing guards it", String::new(), Profile::Spec, "svc/shop/x:443", open),
        ("its ports mean nothing", String::new(), Profile::Spec, "svc/shop/x:8443", "TCP 8443 allow"),
        ("but they tell numbers", String::new(), Profile::Spec, "svc/shop/x:tls", open),
        ("no address is let through", CLOSED.to_owned(), Profile::Spec, "svc/shop/x:443", "TCP 443 deny"),
        ("every address is let through", to_block("0.0.0.0/0", ""), Profile::Spec, "svc/shop/x:443", open),
        (
            "no name resolves to a link-local address",
            to_block("0.0.0.0/0", "169.254.169.254/32"),
            Profile::Spec,
            "svc/shop/x:443",
            open,
        ),
        (
            "some addresses are let through",
            to_block("203.0.113.0/24", ""),
            Profile::Spec,
            "svc/shop/x:443",
            "TCP 443 if api.example.com resolves to an address in 203.0.113.0/24",
        ),
        (
            "some are not",
            to_block("0.0.0.0/0", "10.0.0.0/8, 192.168.0.0/16"),
            Profile::Calico,
            "svc/shop/x:443",
            "TCP 443 if api.example.com resolves to no address in 10.0.0.0/8 or 192.168.0.0/16",
        ),
        ("a rule names it", to_name("api.example.com"), Profile::Cilium, "svc/shop/x:443", open),
        ("a rule has a pattern for it", to_name("*.example.com"), Profile::Cilium, "svc/shop/x:443", open),
        ("at one port", to_name("*.example.com"), Profile::Cilium, "svc/shop/x:80", "TCP 80 deny"),
        (
            "another name may have the same address",
            to_name("other.example.com"),
            Profile::Cilium,
            "svc/shop/x:443",
            "TCP 443 if other.example.com resolves to this address",
        ),
        (
            "names have no effect elsewhere",
            to_name("api.example.com") + CLOSED,
            Profile::Spec,
            "svc/shop/x:443",
            "TCP 443 deny",
        ),
    ] {
        let state = state(&(external("api.example.com.") + &policies));
        assert_eq!(asked(&state, profile, "shop/web", to), [expected], "{about}");
    }
}

#[test]
fn names_of_cluster_policies_take_the_service_too() {
    let policies = "---
{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: names},
 spec: {tier: Admin, priority: 1, subject: {namespaces: {}}, egress: [
  {action: Accept, to: [{domainNames: [api.example.com]}]}, {action: Deny, to: [{networks: [0.0.0.0/0]}]}]}}
";
    for (name, expected) in [
        ("api.example.com", "TCP 443 allow"),
        ("www.example.com", "TCP 443 if `api.example.com` resolves to this address"),
    ] {
        let state = state(&(external(name) + policies));
        assert_eq!(asked(&state, Profile::Spec, "shop/web", "svc/shop/x:443"), [expected], "{name}");
    }
}

#[test]
fn all_traffic_to_a_name_is_told_apart_by_what_rules_ask() {
    let state = state(&(external("api.example.com") + &to_name("api.example.com")));
    let answers = asked(&state, Profile::Cilium, "shop/web", "svc/shop/x");
    assert_eq!(answers, ["TCP 443 allow", "all but TCP 443 deny"]);
}

#[test]
fn a_name_of_the_cluster_is_followed() {
    let db = "---\n{apiVersion: v1, kind: Service, metadata: {name: db, namespace: data}, spec: {selector: {app: db}, ports: \
              [{name: pg, port: 443, targetPort: 5432}]}}\n";
    for (name, to, expected) in [
        ("db.data.svc.cluster.local", "svc/shop/x:443", "db TCP 5432"),
        ("db.data.svc.cluster.local.", "svc/shop/x:pg", "db TCP 5432"),
        ("db.data.svc.example.org", "svc/shop/x:443", "db TCP 5432"),
        ("db.db.data.svc.cluster.local", "svc/shop/x:443", "db TCP 5432"),
    ] {
        assert_eq!(goals(&state(&(external(name) + db)), to), [expected], "{name}");
    }
    let again = "---\n{apiVersion: v1, kind: Service, metadata: {name: again, namespace: data}, spec: \
                 {type: ExternalName, externalName: x.shop.svc.cluster.local}}\n";
    let chain = state(&(external("db.data.svc.cluster.local") + db + again));
    assert_eq!(goals(&chain, "svc/data/again:443"), ["db TCP 5432"]);
    for (name, expected) in [
        ("again.data.svc.cluster.local", "svc/shop/x stands for itself"),
        ("x.shop.svc.cluster.local", "svc/shop/x stands for itself"),
        ("no.data.svc.cluster.local", "there is no service data/no"),
    ] {
        let state = state(&(external(name) + again));
        let error = Destination::read("svc/shop/x:443", &state.cluster).unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
    // Nobody completes the names that DNS servers answer with.
    let state = state(&(external("db.data") + db));
    assert!(Party::read("svc/shop/x", &state.cluster).unwrap().named.is_some());
}

#[test]
fn names_with_known_addresses_are_those_addresses() {
    let mut state = state(&(external("api.example.com") + &to_block("203.0.113.0/24", "")));
    let cluster = std::sync::Arc::make_mut(&mut state.cluster);
    cluster.names.insert("api.example.com".into(), vec!["203.0.113.5".parse().unwrap()]);
    assert_eq!(asked(&state, Profile::Spec, "shop/web", "svc/shop/x:443"), ["TCP 443 allow"]);
}

#[test]
fn an_external_name_that_is_none_is_told() {
    for (spec, expected) in [
        ("type: ExternalName", "a Service of type ExternalName without externalName leads nowhere"),
        ("type: ExternalName, externalName: 10.0.0.1", "externalName is a name, and 10.0.0.1 is an address"),
        ("type: ExternalName, externalName: API.example.com", "\"API.example.com\" is no name of lower case"),
    ] {
        let problems = state(&service("x", spec)).problems;
        assert!(problems.iter().any(|problem| problem.message.starts_with(expected)), "{problems:?}");
    }
}

/// One pod, the template of a workload of two, that of one, and of one on every node; services for the first two.
const LONELY: &str = "---
{apiVersion: v1, kind: Pod, metadata: {name: one, namespace: own, labels: {app: one}}, spec: {containers: [{name: c}]},
 status: {podIP: 10.0.1.1}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: two, namespace: own}, spec: {replicas: 2, template:
 {metadata: {labels: {app: two}}, spec: {containers: [{name: c}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: single, namespace: own}, spec: {template:
 {metadata: {labels: {app: single}}, spec: {containers: [{name: c}]}}}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent, namespace: own}, spec: {template:
 {metadata: {labels: {app: agent}}, spec: {containers: [{name: c}]}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: one, namespace: own}, spec: {clusterIP: 10.96.0.1, selector: {app: one}, ports:
 [{port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: bare, namespace: own}, spec: {clusterIP: None, selector: {app: one}, ports:
 [{name: http, port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: two, namespace: own}, spec: {selector: {app: two}, ports: [{port: 80}]}}
";

const LOCKED: &str = "---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: locked, namespace: own},
 spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}
";

const FORBIDDEN: &str = "---
{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: forbidden},
 spec: {tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}}
";

#[test]
fn a_pod_reaches_itself() {
    use Profile::{Antrea, Calico, Cilium, NpGuard, Ovn, Spec};
    let hairpin = "TCP 80 if the plug-in lets a pod through that reaches itself by a Service";
    for (policies, profiles, from, to, expected) in [
        (LOCKED, &[Spec, Calico, Cilium, Ovn, Antrea][..], "own/one", "own/one:80", "TCP 80 allow"),
        (LOCKED, &[Spec, Calico, Cilium, Ovn, Antrea], "own/one", "10.0.1.1:80", "TCP 80 allow"),
        (LOCKED, &[Spec, Calico, Cilium, Ovn, Antrea], "own/one", "svc/own/bare:http", "TCP 80 allow"),
        (LOCKED, &[Spec, Calico, Cilium, Ovn, Antrea], "own/single", "own/single:80", "TCP 80 allow"),
        (LOCKED, &[NpGuard], "own/one", "own/one:80", "TCP 80 deny"),
        (LOCKED, &[Spec, Calico, Cilium], "own/two", "own/two:80", "TCP 80 deny"),
        (LOCKED, &[Spec, Calico, Cilium], "own/agent", "own/agent:80", "TCP 80 deny"),
        (LOCKED, &[Spec, Calico, Cilium], "own/two", "svc/own/two:80", "TCP 80 deny"),
        (LOCKED, &[Cilium], "own/one", "svc/own/one:80", "TCP 80 allow"),
        (LOCKED, &[Spec, Calico, Ovn, Antrea], "own/one", "svc/own/one:80", hairpin),
        (LOCKED, &[Spec], "own/one", "10.96.0.1:80", hairpin),
        (FORBIDDEN, &[Spec, Calico, Cilium], "own/one", "own/one:80", "TCP 80 allow"),
        (FORBIDDEN, &[Spec, Calico], "own/one", "svc/own/one:80", "TCP 80 deny"),
        ("", &[Spec, Calico, Cilium], "own/one", "svc/own/one:80", "TCP 80 allow"),
    ] {
        for &profile in profiles {
            let state = state(&format!("{LONELY}{policies}"));
            assert_eq!(asked(&state, profile, from, to), [expected], "{profile}: {from} {to}");
        }
    }
    // Of many the pods that are one are passed over, and the siblings are not.
    let state = state(&format!("{LONELY}{LOCKED}"));
    assert_eq!(asked(&state, Spec, "own/one", "ns/own:80"), ["TCP 80 deny"]);
    assert_eq!(asked(&state, Spec, "ns/own", "ns/own:80"), ["TCP 80 deny"]);
    assert_eq!(asked(&state, Spec, "ns/own", "own/two:80"), ["TCP 80 deny"]);
}

#[test]
fn names_that_are_no_strings_are_told() {
    for (document, expected) in [
        (
            "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: true}, spec: {containers: []}}",
            "metadata.namespace: the namespace is no string (quote it): the API server refuses the object, and it is left out",
        ),
        (
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: 12, namespace: shop}, spec: {template: {}}}",
            "metadata.name: the name is no string (quote it): the API server refuses the object, and it is left out",
        ),
        (
            "{apiVersion: v1, kind: Service, metadata: {name: p, namespace: 12}, spec: {ports: [{port: 80}]}}",
            "metadata.namespace: the namespace is no string (quote it): the API server refuses the object, and it is left out",
        ),
    ] {
        let state = state(&format!("---\n{document}\n"));
        let told: Vec<String> = state
            .problems
            .iter()
            .map(|problem| format!("{}: {}", problem.place.path, problem.message))
            .collect();
        assert_eq!(told, [expected]);
        assert_eq!((state.cluster.pods.len(), state.cluster.services.len()), (3, 0));
        assert!(!state.cluster.namespaces.contains_key("default"));
    }
    // A policy that the API server refuses does not exist.
    let policy = "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: true}, spec: \
                  {podSelector: {}}}\n";
    let state = state(policy);
    let refused = &state.policies.network[0].refused;
    assert_eq!((refused.len(), &*refused[0].place.path), (1, "metadata.namespace"));
}

#[test]
fn of_policies_of_one_name_the_last_counts() {
    let policy = |name: &str, port: u16| {
        format!(
            "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{{name}, namespace: data}}, spec: \
             {{podSelector: {{}}, ingress: [{{ports: [{{port: {port}}}]}}]}}}}\n"
        )
    };
    let twice = state(&(policy("name: p", 1) + &policy("name: p", 2)));
    assert_eq!(asked(&twice, Profile::Spec, "shop/web", "data/db:1"), ["TCP 1 deny"]);
    assert_eq!(asked(&twice, Profile::Spec, "shop/web", "data/db:2"), ["TCP 2 allow"]);
    let told: Vec<(u32, &str)> =
        twice.policies.problems.iter().map(|problem| (problem.place.document, &*problem.message)).collect();
    assert_eq!(
        told,
        [
            (4, "another NetworkPolicy/data/p comes later and takes its place: this one has no effect"),
            (5, "it takes the place of the NetworkPolicy/data/p that comes before"),
        ]
    );
    // One that is refused replaces nothing.
    let bad = policy("name: p", 2).replace("port: 2", "port: 70000");
    let refused = state(&(policy("name: p", 1) + &bad));
    assert_eq!(asked(&refused, Profile::Spec, "shop/web", "data/db:1"), ["TCP 1 allow"]);
    // Other names, and names that the API server makes up, are other policies.
    for second in ["name: q", "generateName: p-"] {
        let two = state(&(policy(second, 1) + &policy(second.replace('q', "r").as_str(), 2)));
        assert_eq!(asked(&two, Profile::Spec, "shop/web", "data/db:1"), ["TCP 1 allow"]);
        assert!(two.policies.problems.is_empty());
    }
}

#[test]
fn flows_to_a_service_end_where_it_leads() {
    let world = service("x", "clusterIP: 10.96.0.9, ports: [{name: pg, port: 5432}]")
        + &slice("x-1", "x", "ports: [{name: pg, port: 6543}], endpoints: [{addresses: [10.0.0.3]}]")
        + &slice("x-2", "x", "ports: [{name: pg, port: 7654}], endpoints: [{addresses: [203.0.113.5]}]")
        + &service("named", "type: ExternalName, externalName: api.example.com");
    let state = state(&world);
    let flow = |to: Talker, port: u16| ObservedFlow {
        from: Talker::pod("shop", "web"),
        to,
        traffic: Traffic::tcp(port),
        seen: Seen::Forwarded,
        request: None,
        count: 1,
        first: None,
        last: None,
        place: LogPlace::default(),
    };
    let named = Talker {
        kind: TalkerKind::Service,
        namespace: "shop".into(),
        name: "named".into(),
        ..Talker::default()
    };
    let flows = vec![flow(Talker::at("10.96.0.9".parse().unwrap()), 5432), flow(named, 443)];
    let resolved = resolve(&state.cluster, &Observed { flows, ..Observed::default() });
    let told: Vec<(Who, u16)> = resolved.flows.into_iter().map(|flow| (flow.to, flow.traffic.port)).collect();
    assert_eq!(
        told,
        [
            (Who::Pods(vec![2]), 6543),
            (Who::Address("203.0.113.5".parse().unwrap()), 7654),
            (Who::Name("api.example.com".into()), 443),
        ]
    );
}

#[test]
fn a_load_balancer_ends_at_the_port_of_the_endpoint() {
    let world = service("x", "type: LoadBalancer, ports: [{name: pg, port: 5432}]")
        + &slice("x-1", "x", "ports: [{name: pg, port: 6543}], endpoints: [{addresses: [10.0.0.3]}]");
    let state = state(&world);
    let all = exposures(&state.cluster, &state.policies, Profile::Spec, &Options::of(Profile::Spec));
    let ways: Vec<String> = all.iter().flat_map(|own| &own.ways).map(ToString::to_string).collect();
    assert_eq!(ways, ["load balancer port 5432 of Service shop/x to TCP 6543"]);
}

#[test]
fn a_refused_policy_is_told_with_its_reason_whoever_enforces_it() {
    let of_pods = "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: \
                   {podSelector: {}, ingress: [{ports: [{port: 70000}]}]}}\n";
    let of_cluster = "---\n{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: p}, \
                      spec: {tier: Admin, priority: 5000, subject: {namespaces: {}}}}\n";
    for (policy, named, path) in [
        (of_pods, "the API server refuses NetworkPolicy/shop/p: ", "spec.ingress[0].ports[0].port"),
        (of_cluster, "the API server refuses ClusterNetworkPolicy/p: ", "spec.priority"),
    ] {
        let state = state(policy);
        for profile in [Profile::Spec, Profile::Cilium, Profile::Calico] {
            let problems = state.lower(profile, &Options::of(profile)).problems;
            let told: Vec<(&str, &str)> =
                problems.iter().map(|problem| (&*problem.message, &*problem.place.path)).collect();
            let [(message, place)] = told.as_slice() else { panic!("{profile}: {told:?}") };
            assert!(message.starts_with(named) && message.len() > named.len(), "{profile}: {message}");
            assert_eq!(*place, path, "{profile}");
        }
    }
}

#[test]
fn of_policies_of_one_priority_each_rule_is_told_once() {
    let policy = |name: &str, rule: &str| {
        format!(
            "---\n{{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {{name: {name}}}, spec: \
             {{tier: Admin, priority: 7, subject: {{namespaces: {{}}}}, ingress: [{rule}]}}}}\n"
        )
    };
    let all = |action: &str| format!("{{action: {action}, from: [{{namespaces: {{}}}}]}}");
    let tie = policy("t1", &all("Accept")) + &policy("t2", &all("Deny"));
    for (world, deciding) in [(tie.clone(), 2), (tie + &policy("t3", &all("Pass")), 2)] {
        let state = state(&world);
        let lowered = state.lower(Profile::Spec, &Options::of(Profile::Spec));
        let from = Party::read("shop/web", &state.cluster).unwrap();
        let to = Destination::read("data/db:80", &state.cluster).unwrap();
        let cases = reach(&state.cluster, &lowered, &from, &to).unwrap().cases;
        let side = &cases[0].ingress;
        assert!(matches!(side.verdict, Verdict::Depends(_)), "{:?}", side.verdict);
        let origins = |rules: &[u32]| -> Vec<String> {
            let written = rules.iter().map(|&rule| &lowered.rules[rule as usize]);
            written
                .filter(|rule| matches!(rule.origin, ironsides_network::Origin::Policy(..)))
                .map(|rule| format!("{:?} {:?}", rule.origin, rule.action))
                .collect()
        };
        let told = [origins(&side.deciding), origins(&side.also)].concat();
        assert_eq!(origins(&side.deciding).len(), deciding, "{told:?}");
        let mut once = told.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), told.len(), "{told:?}");
        // A Deny is not told as something that passes on.
        let passing = told.iter().filter(|rule| rule.contains("Pass")).count();
        assert_eq!(passing, usize::from(world.contains("t3")), "{told:?}");
    }
}
