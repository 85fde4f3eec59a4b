//! Maps of small clusters.

use std::fmt::Write as _;
use std::sync::Arc;

use ironsides_core::{Object, Origin, PodTemplates};
use ironsides_network::engine::Engine;
use ironsides_network::map::{Focus, Kind, Level, Map, Scale, Toward};
use ironsides_network::profile::lower;
use ironsides_network::{Cluster, Endpoint, Options, Policies, Profile};
use ironsides_tree::{Documents, Limits};

/// A shop: `web` is open, `api` takes `web` on port 8080, `db` takes `api` on port 5432 and may not send anything.
const SHOP: &str = "
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: other}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop},
 spec: {replicas: 2, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: api, namespace: shop},
 spec: {template: {metadata: {labels: {app: api}}, spec: {containers: [{name: c, image: i}]}}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db, namespace: shop},
 spec: {template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: i}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: one, namespace: other},
 spec: {template: {metadata: {labels: {app: one}}, spec: {containers: [{name: c, image: i}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: two, namespace: other},
 spec: {template: {metadata: {labels: {app: two}}, spec: {containers: [{name: c, image: i}]}}}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: api, namespace: shop},
 spec: {podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress],
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: db, namespace: shop},
 spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress],
  ingress: [{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 5432}]}]}}
";

fn objects(text: &str) -> Vec<Object> {
    let origin = || Origin::File { path: Arc::from("test.yaml"), text: Arc::from(text) };
    let documents = Documents::new(text, Limits::default()).map(Result::unwrap);
    documents
        .filter(|document| !document.envelope && !document.root.is_null())
        .map(|document| Object::new(document.root, origin(), document.remarks))
        .collect()
}

/// The cluster of a text, and what makes a map of it. TCP, UDP and SCTP are all that counts.
fn with<T>(text: &str, what: impl Fn(&Engine<'_>, &Cluster) -> T) -> T {
    let objects = objects(text);
    let (cluster, _) = Cluster::read(&objects, &PodTemplates::default());
    let mut policies = Policies::default();
    for (at, object) in (0..).zip(&objects) {
        policies.read(at, &object.root);
    }
    let lowered = lower(Profile::Calico, &cluster, &policies, &Options::of(Profile::Calico));
    what(&Engine::new(&lowered), &cluster)
}

fn told(map: &Map) -> String {
    let mut out = String::new();
    let name = |unit: u32| &map.units[unit as usize].name;
    for cell in &map.cells {
        writeln!(out, "{} -> {}: {} {}", name(cell.from), name(cell.to), cell.level.name(), map.told(cell))
            .unwrap();
    }
    out
}

#[test]
fn namespaces_in_a_table() {
    let map = with(SHOP, Map::namespaces);
    assert_eq!(map.scale, Scale::Namespaces);
    let units: Vec<_> = map.units.iter().map(|unit| (unit.name.as_str(), unit.size)).collect();
    assert_eq!(units, [("other", 2), ("shop", 4), ("outside", 0)]);
    insta::assert_snapshot!(told(&map));
}

#[test]
fn workloads_that_are_alike_are_one() {
    let map = with(SHOP, Map::workloads);
    insta::assert_snapshot!(told(&map));
    let both = map.units.iter().find(|unit| unit.namespace == "other").unwrap();
    assert_eq!((both.name.as_str(), both.size), ("2 workloads like other/one", 2));
    assert_eq!(both.all, ["Deployment other/one", "Deployment other/two"]);
}

#[test]
fn pairs_are_counted_without_a_pod_and_itself() {
    let map = with(SHOP, Map::workloads);
    let at = |name: &str| (0..).zip(&map.units).find(|(_, unit)| unit.name == name).unwrap().0;
    let web = at("shop/web");
    assert_eq!((map.cell(web, web).unwrap().open, map.cell(web, web).unwrap().pairs), (2, 2));
    let api = at("shop/api");
    assert_eq!(map.cell(api, api), None, "one pod and itself are no pair");
    assert_eq!(map.cell(web, api).unwrap().pairs, 2);
    let outside = (0..).zip(&map.units).find(|(_, unit)| unit.kind == Kind::Outside).unwrap().0;
    assert_eq!(map.cell(outside, outside), None);
    assert_eq!(map.cell(outside, web).unwrap().level, Level::Everything);
}

#[test]
fn a_focus_follows_connections_step_by_step() {
    let around = |name: &str, depth, toward| {
        with(SHOP, |engine, cluster| {
            let at = cluster.pods.iter().position(|pod| pod.workload == name).unwrap();
            let members = vec![Endpoint::Pod(u32::try_from(at).unwrap())];
            let map = Map::around(engine, cluster, &Focus { members, depth, toward });
            let layers = map.focus.clone().unwrap();
            let names = |layer: &Vec<u32>| {
                layer.iter().map(|&unit| map.units[unit as usize].name.clone()).collect::<Vec<_>>().join(", ")
            };
            let told = |layers: &[Vec<u32>]| layers.iter().map(names).collect::<Vec<_>>();
            (names(&layers.centre), told(&layers.senders), told(&layers.receivers))
        })
    };
    let (centre, senders, receivers) = around("db", 1, Toward::Both);
    assert_eq!((centre.as_str(), senders, receivers), ("shop/db", vec!["shop/api".to_owned()], vec![]));
    let (_, senders, _) = around("db", 2, Toward::Senders);
    assert_eq!(senders, ["shop/api", "shop/web"]);
    let (_, senders, _) = around("db", 3, Toward::Senders);
    assert_eq!(senders[2], "2 workloads like other/one, outside", "two stretches of addresses are one unit");
    let (_, senders, receivers) = around("api", 1, Toward::Receivers);
    assert_eq!((senders.len(), receivers.len()), (0, 1));
}

#[test]
fn what_holds_for_most_is_told_once() {
    let mut text = String::new();
    for at in 0..5 {
        write!(
            text,
            "{{apiVersion: v1, kind: Pod, metadata: {{name: p{at}, namespace: n{at}, labels: {{app: a{at}}}}},
              spec: {{containers: [{{name: c, image: i}}]}}}}\n---\n"
        )
        .unwrap();
    }
    text += "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: closed, namespace: n0},
      spec: {podSelector: {}, policyTypes: [Ingress]}}";
    let map = with(&text, Map::namespaces);
    let base = map.base().unwrap();
    assert_eq!((base.level, base.most.to_string().as_str()), (Level::Everything, "all traffic"));
    let others: Vec<_> = base.others.iter().map(|&(_, to)| map.units[to as usize].name.as_str()).collect();
    assert_eq!(others, ["n0"; 5], "four namespaces and what is outside cannot reach it");
    assert_eq!(with(SHOP, Map::workloads).base(), None, "less than half are alike");
}

#[test]
fn tables_hold_every_cell() {
    let map = with(SHOP, Map::workloads);
    insta::assert_snapshot!(map.csv());
    let document = serde_json::to_value(map.document()).unwrap();
    assert_eq!(document["profile"], "calico");
    assert_eq!(document["cells"].as_array().unwrap().len(), map.cells.len());
    let api = document["cells"].as_array().unwrap().iter().find(|cell| cell["to"] == "shop/api").unwrap();
    assert_eq!(api["traffic"][0]["first"], 8080);
}
