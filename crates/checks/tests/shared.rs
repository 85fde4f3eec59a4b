//! Who is asked about the settings of kube-proxy that nodes share: nodes, the `ConfigMap`, the pods that mount it.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::sync::Arc;

use ironsides_checks::{Judge, Options};
use ironsides_core::{Inventory, Object, Origin, Tally};
use ironsides_tree::{Documents, Limits};

const CHECK: &str = "kube-proxy-metrics-exposed";

/// The answers over all objects.
fn tally(documents: &[&str]) -> Tally {
    let judge = Judge::new(Options { only: vec![CHECK.into()], ..Options::default() });
    let (mut findings, mut counts, mut inventory) = (Vec::new(), judge.counts(), Inventory::default());
    let text = documents.join("\n---\n");
    for document in Documents::new(&text, Limits::default()) {
        let origin = Origin::File { path: Arc::from("all.yaml"), text: Arc::from(text.as_str()) };
        let object = Object::new(document.unwrap().root, origin, Vec::new());
        judge.object(&object, &mut findings, &mut counts);
        if judge.keeps(&object) {
            inventory.push(object);
        }
    }
    judge.together(&inventory, &mut findings, &mut counts);
    judge.tallies(&counts).into_values().next().unwrap_or_default()
}

fn config_map(address: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: kube-proxy, namespace: kube-system}}, data: {{config.conf: \
         '{{apiVersion: kubeproxy.config.k8s.io/v1alpha1, kind: KubeProxyConfiguration, metricsBindAddress: \"{address}\"}}'}}}}"
    )
}

fn pod(name: &str, node: &str, volume: &str, namespace: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: {namespace}}}, spec: {{nodeName: {node}, \
         containers: [{{name: kube-proxy, image: 'kube-proxy:v1.36.3', command: [kube-proxy, --config=/c/config.conf], \
         volumeMounts: [{{name: v, mountPath: /c}}]}}], volumes: [{{name: v, {volume}}}]}}}}"
    )
}

fn node(name: &str) -> String {
    format!("{{apiVersion: v1, kind: Node, metadata: {{name: {name}}}}}")
}

fn facts(name: &str, more: &str) -> String {
    format!("{{apiVersion: ironsides.dev/v1, kind: NodeFacts, metadata: {{name: {name}}}, {more}}}")
}

const MOUNTED: &str = "configMap: {name: kube-proxy}";
const RUNS: &str =
    "processes: [{pid: 7, program: kube-proxy, arguments: [kube-proxy, --metrics-bind-address=127.0.0.1]}]";
const OPEN: &str = "0.0.0.0:10249";

#[test]
fn without_facts_of_nodes_the_config_map_tells() {
    let pod = pod("a", "n", MOUNTED, "kube-system");
    let closed = config_map("127.0.0.1:10249");
    assert_eq!(tally(&[&pod, &closed, &node("n")]), Tally { pass: 1, not_applicable: 1, ..Tally::default() });
    let open = config_map(OPEN);
    assert_eq!(tally(&[&pod, &open]), Tally { fail: 1, not_applicable: 1, ..Tally::default() });
}

#[test]
fn a_pod_whose_config_map_is_not_there_leaves_the_question_open() {
    let unknown = Tally { unknown: 1, ..Tally::default() };
    assert_eq!(tally(&[&pod("a", "n", MOUNTED, "kube-system")]), unknown);
    let elsewhere = Tally { pass: 1, ..unknown };
    let closed = config_map("127.0.0.1");
    assert_eq!(tally(&[&pod("a", "n", MOUNTED, "other"), &closed]), elsewhere);
    assert_eq!(tally(&[&pod("a", "n", "hostPath: {path: /c}", "kube-system"), &closed]), elsewhere);
    let other = "{apiVersion: v1, kind: ConfigMap, metadata: {name: kube-proxy, namespace: kube-system}, data: {a: b}}";
    assert_eq!(tally(&[&pod("a", "n", MOUNTED, "kube-system"), other]), unknown);
}

#[test]
fn facts_of_nodes_count_where_they_tell() {
    let open = config_map(OPEN);
    let (a, b) = (facts("a", RUNS), facts("b", RUNS));
    let told = Tally { pass: 2, not_applicable: 1, ..Tally::default() };
    assert_eq!(tally(&[&open, &a, &b]), told);
    assert_eq!(tally(&[&open, &a, &b, &node("a"), &node("b")]), told);
    // A third node is there, of which only the ConfigMap tells.
    let third = Tally { pass: 2, fail: 1, ..Tally::default() };
    assert_eq!(tally(&[&open, &a, &b, &node("a"), &node("b"), &node("c")]), third);
    // Where processes were not seen, nothing is told of them.
    let blind = facts("b", "gaps: [{what: processes, why: no /proc}]");
    assert_eq!(tally(&[&open, &a, &blind]), Tally { pass: 1, fail: 1, unknown: 1, ..Tally::default() });
    // Nobody runs it: what the ConfigMap says matters to nobody.
    let idle = Tally { not_applicable: 2, ..Tally::default() };
    assert_eq!(tally(&[&open, &facts("a", "processes: [{pid: 1, program: kubelet}]")]), idle);
}

#[test]
fn pods_on_nodes_with_facts_are_judged_there() {
    let on = |node: &str| pod(node, node, "hostPath: {path: /c}", "kube-system");
    let one = Tally { pass: 1, not_applicable: 1, unknown: 1, ..Tally::default() };
    assert_eq!(tally(&[&on("a"), &on("b"), &facts("a", RUNS)]), one);
}
