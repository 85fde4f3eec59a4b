//! How fast texts become trees, and how fast an edit is made: `cargo bench -p ironsides-tree`.

use std::fmt::Write;

use divan::Bencher;
use divan::counter::BytesCount;
use ironsides_tree::edit::{Edit, OwnedPath, Part, apply};
use ironsides_tree::{Documents, Limits, Node, Value, print};

fn main() {
    divan::main();
}

/// About 1.5 MB of Deployments, always the same ones.
fn deployments() -> String {
    let mut text = String::new();
    for number in 0..1000 {
        let image = ["nginx", "ghcr.io/example/api", "registry.example.com/team/worker"][number % 3];
        let written = write!(
            text,
            "---
# Deployment {number}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: service-{number}
  namespace: team-{team}
  labels: {{app.kubernetes.io/name: service-{number}, app.kubernetes.io/part-of: shop}}
  annotations:
    example.com/owner: \"team-{team}@example.com\"
    example.com/notes: 'restarted on 2024-01-{day:02}, see runbook'
spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app.kubernetes.io/name: service-{number}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: service-{number}
    spec:
      serviceAccountName: service-{number}
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      containers:
      - name: main
        image: {image}:1.{day}.{team}
        args: [\"--listen=:8080\", --verbose, \"--shard={number}\"]
        ports:
        - containerPort: 8080 # plain
          name: http
        env:
        - name: LOG_LEVEL
          value: info
        - name: PASSWORD
          valueFrom:
            secretKeyRef:
              name: service-{number}
              key: password
        resources:
          requests: {{cpu: 100m, memory: 128Mi}}
          limits:
            cpu: \"1\"
            memory: 512Mi
        livenessProbe:
          httpGet:
            path: /healthz
            port: http
          initialDelaySeconds: {day}
        command:
        - /bin/sh
        - -c
        - |
          set -eu
          exec /usr/local/bin/service --number {number}
",
            team = number % 17,
            day = number % 28 + 1,
            replicas = number % 5 + 1,
        );
        if written.is_err() {
            break;
        }
    }
    text
}

/// The same objects, one a line.
fn json_lines() -> String {
    Documents::new(&deployments(), Limits::default()).flatten().fold(String::new(), |mut text, document| {
        text.push_str(&print::json(&document.root));
        text.push('\n');
        text
    })
}

fn read(text: &str) -> usize {
    Documents::new(text, Limits::default()).flatten().count()
}

#[divan::bench]
fn yaml(bencher: Bencher<'_, '_>) {
    let text = deployments();
    bencher.counter(BytesCount::of_str(&text)).bench(|| read(divan::black_box(&text)));
}

#[divan::bench]
fn json(bencher: Bencher<'_, '_>) {
    let text = json_lines();
    bencher.counter(BytesCount::of_str(&text)).bench(|| read(divan::black_box(&text)));
}

#[divan::bench]
fn edit(bencher: Bencher<'_, '_>) {
    let text = deployments();
    let path = ["spec", "template", "spec", "hostPID"].map(Part::from);
    let edits = [Edit::set(OwnedPath::from(path), Node::bare(Value::Bool(false)))];
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| apply(divan::black_box(&text), 500, &edits).map(|text| text.len()));
}
