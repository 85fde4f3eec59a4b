//! How fast flow logs are read, and policies made of them: `cargo bench -p ironsides-network --bench flows`.

use std::hint::black_box;

use divan::Bencher;
use divan::counter::BytesCount;
use ironsides_network::cluster::{Cluster, Labels, Namespace, Pod};
use ironsides_network::flow::{Flows, Observed};
use ironsides_network::generate::{Enforcer, Wishes, generate};
use ironsides_network::{Options, Policies, Profile};
use ironsides_tree::Text;

fn main() {
    divan::main();
}

/// So many workloads share a namespace.
const SHARED: usize = 20;

fn name(at: usize) -> (String, String) {
    (format!("team-{}", at / SHARED), format!("app-{}", at % SHARED))
}

fn workloads(count: usize) -> Cluster {
    let mut cluster = Cluster::default();
    for at in 0..count {
        let (namespace, app) = name(at);
        let namespace = Text::from(namespace);
        let labels: Labels = [(Text::new_static("app"), Text::from(app.clone()))].into();
        cluster.namespaces.entry(namespace.clone()).or_insert_with(|| Namespace {
            labels: [(Text::new_static("kubernetes.io/metadata.name"), namespace.clone())].into(),
            place: None,
        });
        let (name, kind) = (Text::from(app), Text::new_static("Deployment"));
        let workload = name.clone();
        cluster.pods.push(Pod {
            namespace,
            name,
            workload_kind: kind,
            workload,
            labels,
            replicas: 3,
            ..Pod::default()
        });
    }
    cluster
}

fn line(from: usize, to: usize, port: usize) -> String {
    let end = |at: usize| {
        let (namespace, app) = name(at);
        format!(
            r#"{{"ID":{at},"identity":{at},"cluster_name":"default","namespace":"{namespace}","labels":["k8s:app={app}","k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name={namespace}","k8s:io.cilium.k8s.policy.cluster=default","k8s:io.cilium.k8s.policy.serviceaccount=default","k8s:io.kubernetes.pod.namespace={namespace}"],"pod_name":"{app}-7d98456675-2mcs4","workloads":[{{"name":"{app}","kind":"Deployment"}}]}}"#
        )
    };
    format!(
        r#"{{"flow":{{"time":"2026-03-01T10:00:00.5Z","uuid":"60e8fedd-6d98-49d8-b7f6-cb84455757ab","verdict":"FORWARDED","ethernet":{{"source":"ce:38:1f:4b:21:dd","destination":"fa:ce:3c:de:8b:f8"}},"IP":{{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"}},"l4":{{"TCP":{{"source_port":40000,"destination_port":{port},"flags":{{"SYN":true}}}}}},"source":{},"destination":{},"Type":"L3_L4","node_name":"n1","event_type":{{"type":4}},"traffic_direction":"INGRESS","trace_observation_point":"TO_ENDPOINT","is_reply":false,"Summary":"TCP Flags: SYN"}},"node_name":"n1","time":"2026-03-01T10:00:00.5Z"}}"#,
        end(from),
        end(to)
    )
}

/// Every workload calls ten others.
fn log(workloads: usize) -> Vec<String> {
    (0..workloads * 10)
        .map(|at| line(at % workloads, (at * 7 + at / workloads) % workloads, 8000 + at % 3))
        .collect()
}

fn read(lines: &[String]) -> Observed {
    let mut flows = Flows::new();
    for (number, text) in (1..).zip(lines) {
        flows.record("flows.jsonl", number, text);
    }
    flows.finish()
}

#[divan::bench]
fn hubble(bencher: Bencher<'_, '_>) {
    let lines = log(1000);
    let bytes: usize = lines.iter().map(String::len).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| read(black_box(&lines)));
}

#[divan::bench(args = [100, 400, 1000], sample_count = 3)]
fn policies(bencher: Bencher<'_, '_>, count: usize) {
    let (cluster, observed) = (workloads(count), read(&log(count)));
    let enforcer = Enforcer { profile: Profile::Spec, options: Options::of(Profile::Spec) };
    bencher.bench(|| {
        generate(&cluster, &Policies::default(), &observed, &[], &Wishes::default(), enforcer).policies.len()
    });
}
