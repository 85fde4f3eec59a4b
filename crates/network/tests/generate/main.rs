//! Policies out of flows and intents: what they hold, and that the engine proves them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod again;
mod strangers;

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use ironsides_core::{Object, Origin, PodTemplates};
use ironsides_network::flow::{Flows, Observed, Who};
use ironsides_network::generate::{
    Caller, Enforcer, Generated, Intent, NoteKind, PolicyKind, Wishes, generate, intents, named_by_policies,
};
use ironsides_network::reach::told as traffic_of;
use ironsides_network::{Cluster, Endpoint, Flow, Options, Policies, Profile, Traffic, Verdict};
use ironsides_tree::{Documents, Limits};
use proptest::prelude::*;

fn objects(text: &str) -> Vec<Object> {
    let origin = || Origin::File { path: Arc::from("test.yaml"), text: Arc::from(text) };
    Documents::new(text, Limits::default())
        .map(Result::unwrap)
        .filter(|document| !document.envelope && !document.root.is_null())
        .map(|document| Object::new(document.root, origin(), document.remarks))
        .collect()
}

fn flows(text: &str) -> Observed {
    let mut flows = Flows::new();
    for (line, text) in (1..).zip(text.lines()) {
        flows.record("flows.jsonl", line, text);
    }
    let observed = flows.finish();
    assert!(observed.tally.is_whole(), "{:?}", observed.tally);
    observed
}

struct World {
    cluster: Cluster,
    policies: Policies,
    observed: Observed,
    intents: Vec<Intent>,
}

fn world(manifests: &str, log: &str) -> World {
    let objects = objects(manifests);
    let templates = PodTemplates::default();
    let (cluster, _) = Cluster::read(&objects, &templates);
    let mut policies = Policies::default();
    for (number, object) in (0..).zip(&objects) {
        policies.read(number, &object.root);
    }
    World { cluster, policies, observed: flows(log), intents: Vec::new() }
}

/// The same with what the manifests intend.
fn intended(manifests: &str, log: &str) -> World {
    let objects = objects(manifests);
    let mut world = world(manifests, log);
    named_by_policies(&mut world.cluster, &world.policies);
    world.intents = intents(&objects, &PodTemplates::default(), &world.cluster, &world.policies).0;
    world
}

/// `shop/frontend -> shop/cart TCP 8080: CART_URL of shop/frontend`, and the notes.
fn shown(manifests: &str) -> Vec<String> {
    let objects = objects(manifests);
    let (cluster, _) = Cluster::read(&objects, &PodTemplates::default());
    let mut policies = Policies::default();
    for (number, object) in (0..).zip(&objects) {
        policies.read(number, &object.root);
    }
    let (found, notes) = intents(&objects, &PodTemplates::default(), &cluster, &policies);
    let who = |who: &Who| match who {
        Who::Pods(pods) => {
            let names = pods.iter().map(|&at| &cluster.pods[at as usize]);
            names.map(|pod| format!("{}/{}", pod.namespace, pod.workload)).collect::<Vec<_>>().join("+")
        }
        Who::Name(name) => name.to_string(),
        other => format!("{other:?}"),
    };
    let line = |intent: &Intent| {
        let from = match &intent.from {
            Caller::Who(from) => who(from),
            Caller::Namespace(name) => format!("namespace {name}"),
            Caller::Block(block) => block.to_string(),
            Caller::Everyone => "everyone".to_owned(),
        };
        let traffic = format!("{} {}", intent.traffic.protocol, intent.traffic.port);
        format!("{from} -> {} {traffic}: {}", who(&intent.to), intent.why)
    };
    found.iter().map(line).chain(notes.iter().map(|note| format!("{:?}: {}", note.kind, note.text))).collect()
}

fn made(world: &World, wishes: &Wishes, profile: Profile) -> Generated {
    let enforcer = Enforcer { profile, options: Options::of(profile) };
    generate(&world.cluster, &world.policies, &world.observed, &world.intents, wishes, enforcer)
}

/// Everything that a run says, for snapshots.
fn told(generated: &Generated, observed: &Observed) -> String {
    let mut text = generated.text();
    for note in &generated.notes {
        _ = writeln!(text, "note {:?}: {}", note.kind, note.text);
    }
    for left in &generated.left {
        _ = writeln!(text, "left out {}: {}", left.what, left.why);
    }
    let proof = &generated.proof;
    _ = writeln!(text, "asked {} allowed {}", proof.asked, proof.allowed);
    _ = writeln!(text, "intended {} denied {:?}", proof.intended, proof.intended_denied);
    for (kind, list) in
        [("DENIED", &proof.denied), ("denied before", &proof.denied_before), ("undecided", &proof.undecided)]
    {
        for flow in list {
            let seen = &observed.flows[flow.flow as usize];
            _ = writeln!(
                text,
                "{kind} {} to {} {} {}: {}",
                seen.from, seen.to, seen.traffic.protocol, seen.traffic.port, flow.why
            );
        }
    }
    for (kind, list) in [("newly denied", &proof.newly_denied), ("newly allowed", &proof.newly_allowed)] {
        for denied in list {
            let traffic = traffic_of(&denied.traffic);
            _ = writeln!(
                text,
                "{kind} to {}: {} from {} ({} pairs)",
                denied.to,
                traffic,
                denied.from.join(", "),
                denied.pairs
            );
        }
    }
    text
}

fn demo_manifests() -> String {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    let mut manifests = String::new();
    let mut files: Vec<_> = demo.join("shop").read_dir().unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    for file in files {
        manifests.push_str("---\n");
        manifests.push_str(&std::fs::read_to_string(file).unwrap());
    }
    manifests
}

fn demo_log() -> String {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    std::fs::read_to_string(demo.join("flows/hubble.jsonl")).unwrap()
}

#[test]
fn the_demo_is_closed_and_proved() {
    let world = world(&demo_manifests(), &demo_log());
    let generated = made(&world, &Wishes::default(), Profile::Spec);
    insta::assert_snapshot!(told(&generated, &world.observed));
    assert!(generated.proof.holds());
}

#[test]
fn the_demo_says_whom_it_calls() {
    insta::assert_snapshot!(shown(&demo_manifests()).join("\n"));
}

const TIERS: &str = "
apiVersion: v1
kind: Namespace
metadata: {name: production}
---
apiVersion: v1
kind: Namespace
metadata: {name: monitoring}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: frontend, namespace: production}
spec: {template: {metadata: {labels: {app: frontend}}, spec: {containers: [{name: c, ports: [{containerPort: 80}]}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: production}
spec:
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: c, ports: [{containerPort: 8080}, {containerPort: 9090, name: metrics}]}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: database, namespace: production}
spec: {template: {metadata: {labels: {app: database}}, spec: {containers: [{name: c, ports: [{containerPort: 5432}]}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: public, namespace: production}
spec: {type: LoadBalancer, selector: {app: frontend}, ports: [{port: 443, targetPort: 80}]}
";

#[test]
fn the_common_pattern_is_read_out_of_names() {
    let world = intended(TIERS, "");
    let generated = made(&world, &Wishes::default(), Profile::Spec);
    insta::assert_snapshot!(told(&generated, &world.observed));
}

/// The guide's own policies: what they let in at one end is opened at the other, though no pods are known.
#[test]
fn policies_that_are_there_say_who_calls_whom() {
    let guide = "
apiVersion: v1
kind: Namespace
metadata: {name: production}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny-ingress, namespace: production}
spec: {podSelector: {}, policyTypes: [Ingress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow-frontend-to-api, namespace: production}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress: [{from: [{podSelector: {matchLabels: {app: frontend}}}], ports: [{protocol: TCP, port: 8080}]}]
";
    let world = intended(guide, "");
    let generated = made(&world, &Wishes::default(), Profile::Spec);
    insta::assert_snapshot!(told(&generated, &world.observed));
    assert!(generated.proof.holds() && generated.proof.intended == 1);
}

#[test]
fn manifests_say_whom_they_call() {
    let pod = |name: &str, spec: &str| {
        format!(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n  template:\n    \
             metadata: {{labels: {{app: {name}}}}}\n    spec: {spec}\n"
        )
    };
    let service = |name: &str, ports: &str| {
        format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop}}\nspec: {{selector: {{app: {name}}}, \
             ports: {ports}}}\n"
        )
    };
    let cart = pod("cart", "{containers: [{name: c, ports: [{containerPort: 8081, name: http}]}]}")
        + &service("cart", "[{port: 80, targetPort: http}, {port: 9000}]");
    let caller = |container: &str| pod("x", &format!("{{containers: [{{name: c, {container}}}]}}"));
    let table: [(String, &[&str]); 9] = [
        (
            caller("env: [{name: CART_URL, value: 'http://cart/x'}]"),
            &["shop/x -> shop/cart TCP 8081: CART_URL of shop/x"],
        ),
        (
            caller("env: [{name: CART_HOST, value: cart.shop}, {name: CART_PORT, value: '9000'}]"),
            &[
                "shop/x -> shop/cart TCP 8081: CART_HOST of shop/x",
                "shop/x -> shop/cart TCP 9000: CART_HOST of shop/x",
            ],
        ),
        (
            caller("args: ['--cart=cart.shop.svc.cluster.local:9000']"),
            &["shop/x -> shop/cart TCP 9000: an argument of shop/x"],
        ),
        (caller("env: [{name: APP, value: cart}]"), &[]),
        (
            caller("env: [{name: PAY_URL, value: 'https://api.cards.example/v1'}]"),
            &["shop/x -> api.cards.example TCP 443: PAY_URL of shop/x"],
        ),
        (
            caller("env: [{name: CART_URL, value: 'http://cart:81'}]"),
            &["Remark: CART_URL of shop/x names port 81 of service shop/cart, which has none such"],
        ),
        (
            caller("env: [{name: OLD_URL, value: 'http://old.shop.svc'}]"),
            &["Remark: OLD_URL of shop/x names old.shop.svc, and no such service was read"],
        ),
        (
            caller("envFrom: [{configMapRef: {name: settings}}]")
                + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\ndata: {CART_ADDR: 'cart:80'}\n",
            &["shop/x -> shop/cart TCP 8081: CART_ADDR of shop/x"],
        ),
        (
            pod("x", "{containers: [{name: c}], volumes: [{name: v, configMap: {name: nginx}}]}")
                + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: nginx, namespace: shop}\ndata:\n  a.conf: |\n    \
                   # proxy_pass http://old.shop.svc;\n    proxy_pass http://cart:9000;\n",
            &["shop/x -> shop/cart TCP 9000: a.conf of ConfigMap shop/nginx in shop/x"],
        ),
    ];
    for (manifests, expected) in table {
        assert_eq!(shown(&(cart.clone() + &manifests)), expected, "{manifests}");
    }
}

#[test]
fn the_platform_calls_too() {
    let manifests = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: hook, namespace: shop}
spec: {template: {metadata: {labels: {app: hook}}, spec: {containers: [{name: c, ports: [{containerPort: 9443, name: tls}]}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: hook, namespace: shop}
spec: {selector: {app: hook}, type: NodePort, ports: [{port: 443, targetPort: tls, name: https}]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: hook}
webhooks: [{name: a.b.c, clientConfig: {service: {namespace: shop, name: hook}}}]
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: controller, namespace: ingress}
spec: {template: {metadata: {labels: {app.kubernetes.io/name: ingress-nginx}}, spec: {containers: [{name: c}]}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: way-in, namespace: shop}
spec: {ingressClassName: nginx, defaultBackend: {service: {name: hook, port: {name: https}}}}
---
apiVersion: v1
kind: Namespace
metadata: {name: monitoring}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: hook, namespace: shop}
spec: {selector: {}, endpoints: [{port: https}]}
";
    assert_eq!(
        shown(manifests),
        [
            "ingress/controller -> shop/hook TCP 9443: Ingress shop/way-in",
            "everyone -> shop/hook TCP 9443: NodePort shop/hook",
            "namespace monitoring -> shop/hook TCP 9443: ServiceMonitor shop/hook",
            "ApiServer -> shop/hook TCP 9443: ValidatingWebhookConfiguration hook",
        ]
    );
}

/// A flow of Hubble between two pods, or to an address.
fn hubble(from: (&str, &str), to: (&str, &str), port: u16) -> String {
    let end = |(namespace, name): (&str, &str)| {
        if namespace.is_empty() {
            return r#"{"identity":2,"labels":["reserved:world"]}"#.to_owned();
        }
        format!(
            r#"{{"identity":9,"namespace":"{namespace}","pod_name":"{name}","labels":["k8s:app={name}"]}}"#
        )
    };
    let address =
        |(namespace, name): (&str, &str)| if namespace.is_empty() { name.to_owned() } else { String::new() };
    format!(
        r#"{{"flow":{{"verdict":"FORWARDED","IP":{{"source":"{}","destination":"{}"}},"l4":{{"TCP":{{"source_port":40000,"destination_port":{port},"flags":{{"SYN":true}}}}}},"source":{},"destination":{},"Type":"L3_L4","traffic_direction":"INGRESS","is_reply":false}}}}"#,
        address(from),
        address(to),
        end(from),
        end(to)
    )
}

fn deployments(names: &[(&str, &str)]) -> String {
    let one = |(namespace, name): &(&str, &str)| {
        format!(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  template:\n    \
             metadata: {{labels: {{app: {name}}}}}\n    spec: {{containers: [{{name: c}}]}}\n"
        )
    };
    names.iter().map(one).collect()
}

const PODS: [(&str, &str); 5] = [("a", "one"), ("a", "two"), ("b", "one"), ("b", "three"), ("c", "four")];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever was seen stays allowed, what was not seen between closed pods is denied, and what both profiles say agrees.
    #[test]
    fn what_was_seen_stays_allowed(seen in proptest::collection::vec((0usize..6, 0usize..6, 1u16..4), 0..14)) {
        let end = |at: usize| PODS.get(at).copied().unwrap_or(("", "203.0.113.9"));
        let pairs: Vec<_> = seen.iter().filter(|(from, to, _)| *from < 5 || *to < 5).copied().collect();
        let log: Vec<String> = pairs.iter().map(|&(from, to, port)| hubble(end(from), end(to), 8000 + port)).collect();
        let world = world(&deployments(&PODS), &log.join("\n"));
        for profile in [Profile::Spec, Profile::Calico] {
            let generated = made(&world, &Wishes::default(), profile);
            prop_assert!(generated.proof.holds(), "{profile}: {}", told(&generated, &world.observed));
            prop_assert_eq!(generated.proof.allowed, generated.proof.asked);
            // Nothing that is open was not seen: ask the written policies once more.
            let mut policies = Policies::default();
            for (number, made) in (0..).zip(&generated.policies) {
                policies.read(number, &ironsides_tree::parse_one(&made.text).unwrap());
            }
            prop_assert!(policies.problems.is_empty() && policies.network.iter().all(|policy| policy.refused.is_empty()));
            let lowered = ironsides_network::profile::lower(profile, &world.cluster, &policies, &Options::of(profile));
            let place = |(namespace, name): (&str, &str)| {
                let at = world.cluster.pods.iter().position(|pod| pod.namespace == namespace && pod.name == name);
                Endpoint::Pod(u32::try_from(at.unwrap()).unwrap())
            };
            for (from_at, from) in PODS.iter().enumerate() {
                for (to_at, to) in PODS.iter().enumerate() {
                    for port in 1..4 {
                        let flow = Flow { from: place(*from), to: place(*to), traffic: Traffic::tcp(8000 + port) };
                        let answer = lowered.answer(flow).unwrap();
                        let open = [&answer.egress, &answer.ingress].iter().all(|side| side.verdict == Verdict::Allow);
                        let was_seen = pairs.contains(&(from_at, to_at, port));
                        prop_assert!(open == was_seen || from_at == to_at, "{from:?} to {to:?} {port}: {answer:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_allowed_already_needs_no_rule() {
    let allow = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: open, namespace: a}\nspec: {podSelector: {}, \
                 policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}\n";
    let log = hubble(("a", "one"), ("a", "two"), 8001);
    let world = world(&(deployments(&PODS) + allow), &log);
    let generated = made(&world, &Wishes::default(), Profile::Spec);
    assert!(
        generated.policies.iter().all(|made| made.draft.namespace != "a" || made.draft.subject.is_empty())
    );
    assert!(
        generated.left.iter().any(|left| left.why == "allowed already by NetworkPolicy/a/open"),
        "{:?}",
        generated.left
    );
    // Where it will be deleted, it allows nothing.
    let replaced = made(&world, &Wishes { replace: true, ..Wishes::default() }, Profile::Spec);
    let names: Vec<_> = replaced
        .policies
        .iter()
        .filter(|made| made.draft.namespace == "a")
        .map(|made| made.name.name.as_str())
        .collect();
    assert_eq!(names, ["default-deny", "allow-dns", "one", "two"]);
    assert!(replaced.proof.holds());
    assert!(
        replaced.steps.iter().any(|step| step.commands
            == ["kubectl -n a delete --ignore-not-found networkpolicies.networking.k8s.io open"]),
        "{:?}",
        replaced.steps
    );
    assert!(replaced.proof.newly_denied.iter().any(|denied| denied.to == "a/two"));
}

#[test]
fn what_a_kind_cannot_say_is_told() {
    let ping = hubble(("a", "one"), ("a", "two"), 1).replace(
        r#""TCP":{"source_port":40000,"destination_port":1,"flags":{"SYN":true}}"#,
        r#""ICMPv4":{"type":8}"#,
    );
    let world = world(&deployments(&PODS), &ping);
    let generated = made(&world, &Wishes::default(), Profile::Spec);
    let impossible: Vec<_> =
        generated.notes.iter().filter(|note| note.kind == NoteKind::Impossible).collect();
    assert_eq!(impossible.len(), 1, "{:?}", generated.notes);
    assert!(!generated.proof.holds());
    let cilium = made(&world, &Wishes { kind: PolicyKind::Cilium, ..Wishes::default() }, Profile::Spec);
    assert!(cilium.text().contains("family: IPv4"), "{}", cilium.text());
}

#[test]
fn flows_alone_are_enough() {
    let log = [hubble(("a", "one"), ("b", "three"), 8001), hubble(("b", "three"), ("", "203.0.113.9"), 443)]
        .join("\n");
    let world = world("", &log);
    let generated = made(&world, &Wishes::default(), Profile::Spec);
    assert!(generated.proof.holds());
    let names: Vec<String> = generated.policies.iter().map(|made| made.name.to_string()).collect();
    assert_eq!(
        names,
        [
            "NetworkPolicy/a/default-deny",
            "NetworkPolicy/a/allow-dns",
            "NetworkPolicy/a/one",
            "NetworkPolicy/b/default-deny",
            "NetworkPolicy/b/allow-dns",
            "NetworkPolicy/b/three",
        ]
    );
}

#[test]
fn the_roll_out_opens_before_it_closes() {
    let world = world(&demo_manifests(), &demo_log());
    let generated = made(&world, &Wishes::default(), Profile::Spec);
    let titles: Vec<String> = generated
        .steps
        .iter()
        .map(|step| format!("{} / back: {}", step.title, step.rollback.len()))
        .collect();
    insta::assert_snapshot!(titles.join("\n"));
    for step in generated.steps.iter().filter_map(|step| step.document.as_ref()) {
        let mut policies = Policies::default();
        assert!(policies.read(0, &ironsides_tree::parse_one(step).unwrap()) && policies.problems.is_empty());
    }
}

#[test]
fn policies_of_cilium_are_taken_by_its_agent() {
    let world = world(&demo_manifests(), &demo_log());
    let wishes = Wishes { kind: PolicyKind::Cilium, ..Wishes::default() };
    let generated = made(&world, &wishes, Profile::Cilium);
    insta::assert_snapshot!(told(&generated, &world.observed));
    assert!(generated.proof.holds());
    assert_eq!(generated.proof.allowed, generated.proof.asked);
    let mut policies = Policies::default();
    for (number, made) in (0..).zip(&generated.policies) {
        policies.read(number, &ironsides_tree::parse_one(&made.text).unwrap());
    }
    assert_eq!(policies.cilium.len(), generated.policies.len());
    for policy in &policies.cilium {
        assert!(
            policy.refused(false).is_none() && policy.schema.is_empty() && policy.unknown.is_empty(),
            "{policy:?}"
        );
    }
}

#[test]
fn ends_are_found_by_whatever_the_log_tells() {
    let manifests = "
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web}}
spec: {nodeName: n1, containers: [{name: c}]}
status: {phase: Running, podIP: 10.0.0.7}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec: {template: {metadata: {labels: {app: cart}}, spec: {containers: [{name: c, ports: [{name: http, containerPort: 8081}]}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {clusterIP: 10.96.0.9, selector: {app: cart}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {addresses: [{type: InternalIP, address: 172.18.0.11}]}
";
    let table = [
        (r#"{"source":"10.0.0.7","destination":"10.96.0.9","port":80}"#, "Pods([0]) Pods([1]) 8081"),
        (r#"{"source":"shop/web-1","destination":"cart.shop.svc","port":80}"#, "Pods([0]) Pods([1]) 8081"),
        (
            r#"{"source":"shop/web","destination":"shop/cart-7d98456675-2mcs4","port":8081}"#,
            "Pods([2]) Pods([1]) 8081",
        ),
        (
            r#"{"source":"172.18.0.11","destination":"shop/cart","port":8081}"#,
            "Node(Some(0), Some(172.18.0.11)) Pods([1]) 8081",
        ),
        (
            r#"{"source":"10.0.0.7","destination":"203.0.113.9","port":443}"#,
            "Pods([0]) Address(203.0.113.9) 443",
        ),
        (
            r#"{"source":"10.0.0.7","destination":"api.example.com","port":443}"#,
            "Pods([0]) Name(\"api.example.com\") 443",
        ),
    ];
    for (line, expected) in table {
        let world = world(manifests, line);
        let resolved = ironsides_network::flow::resolve(&world.cluster, &world.observed);
        let flow = resolved.flows.first().unwrap_or_else(|| panic!("{line}: {:?}", resolved.lost));
        assert_eq!(format!("{:?} {:?} {}", flow.from, flow.to, flow.traffic.port), expected, "{line}");
    }
    for (line, why) in [
        (
            r#"{"source":"10.0.0.7","destination":"10.96.0.9","port":81}"#,
            "service shop/cart has no port TCP 81",
        ),
        (
            r#"{"source":"10.96.0.9","destination":"10.0.0.7","port":81}"#,
            "10.96.0.9 is a service and opens no connections",
        ),
        (
            r#"{"source":"10.0.0.7","destination":"service:shop/old","port":81}"#,
            "service shop/old is not among the services that were read",
        ),
    ] {
        let world = world(manifests, line);
        let resolved = ironsides_network::flow::resolve(&world.cluster, &world.observed);
        assert_eq!(resolved.lost, [(0, why.to_owned())]);
    }
}
