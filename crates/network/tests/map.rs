//! Maps of small clusters.

#![allow(clippy::unwrap_used, reason = "a test may fail wherever it stands")]

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
    assert_eq!((both.name.as_str(), both.size), ("other/one and 1 like it", 2));
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
    assert_eq!(senders[2], "other/one and 1 like it, outside", "two stretches of addresses are one unit");
    let (_, senders, receivers) = around("api", 1, Toward::Receivers);
    assert_eq!((senders.len(), receivers.len()), (0, 1));
}

#[test]
fn a_focus_holds_every_connection_on_a_way_to_it() {
    let cells = |depth| {
        with(SHOP, |engine, cluster| {
            let at = cluster.pods.iter().position(|pod| pod.workload == "db").unwrap();
            let members = vec![Endpoint::Pod(u32::try_from(at).unwrap())];
            let map = Map::around(engine, cluster, &Focus { members, depth, toward: Toward::Senders });
            let name = |unit: u32| map.units[unit as usize].name.as_str();
            let all = map.cells.iter().map(|cell| format!("{} -> {}", name(cell.from), name(cell.to)));
            (all.collect::<Vec<_>>(), map.svg())
        })
    };
    assert_eq!(cells(1).0, ["shop/api -> shop/db"]);
    // From `web` to `web` and on to `api` and `db` are three connections.
    assert_eq!(cells(2).0, ["shop/api -> shop/db", "shop/web -> shop/api"]);
    let (all, svg) = cells(3);
    let expected = [
        "other/one and 1 like it -> shop/web",
        "shop/api -> shop/db",
        "shop/api -> shop/web",
        "shop/web -> shop/api",
        "shop/web -> shop/web",
        "outside -> shop/web",
    ];
    assert_eq!(all, expected);
    assert!(svg.contains("2 connections between boxes that are as far from the focus have no line"), "{svg}");
}

#[test]
fn a_picture_tells_many_stretches_of_addresses_in_groups() {
    let mut text = SHOP.to_owned();
    for at in 0..20 {
        write!(
            text,
            "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: b{at}, namespace: shop}},
              spec: {{podSelector: {{matchLabels: {{app: api}}}}, policyTypes: [Ingress],
               ingress: [{{from: [{{ipBlock: {{cidr: 10.{at}.0.0/16}}}}], ports: [{{port: {}}}]}}]}}}}\n",
            9000 + at
        )
        .unwrap();
    }
    let map = with(&text, Map::workloads);
    assert!(map.units.iter().filter(|unit| unit.kind == Kind::Outside).count() > 20);
    let svg = map.svg();
    assert!(
        svg.contains(">internet addresses, ") && svg.contains(">private addresses, 20 stretches<"),
        "{svg}"
    );
    assert!(svg.contains("they are told in groups"), "{svg}");
    let all = map.units.iter().find(|unit| unit.name.contains(" but ")).map(|unit| unit.name.as_str());
    assert_eq!(all, Some("outside but 10.0.0.0-10.19.255.255"));
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

/// A cluster of so many workloads in so many namespaces, each application taking two others of its namespace.
fn many(workloads: usize, namespaces: usize) -> String {
    let mut text = String::new();
    for at in 0..workloads {
        let (space, app) = (at % namespaces, at / namespaces % 8);
        write!(
            text,
            "{{apiVersion: v1, kind: Pod, metadata: {{name: p{at}, namespace: team-{space}, labels: {{app: a{app}}}}},
              spec: {{containers: [{{name: c, image: i}}]}}}}\n---\n"
        )
        .unwrap();
    }
    for space in 0..namespaces {
        for app in 0..8 {
            write!(
                text,
                "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy,
                  metadata: {{name: a{app}, namespace: team-{space}}},
                  spec: {{podSelector: {{matchLabels: {{app: a{app}}}}}, policyTypes: [Ingress],
                   ingress: [{{from: [{{podSelector: {{matchLabels: {{app: a{}}}}}}}], ports: [{{port: {}}}]}}]}}}}\n---\n",
                (app + 1 + space % 3) % 8,
                8000 + space
            )
            .unwrap();
        }
    }
    text
}

/// All shapes of a picture, which must be well-formed: name and attributes.
fn shapes(svg: &str) -> Vec<(String, std::collections::BTreeMap<String, String>)> {
    let mut reader = quick_xml::Reader::from_str(svg);
    let (mut depth, mut shapes) = (0, Vec::new());
    let mut classes: Vec<String> = Vec::new();
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                let attributes = tag.attributes().map(Result::unwrap).map(|attribute| {
                    let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
                    (key, attribute.unescape_value().unwrap().into_owned())
                });
                let mut attributes: std::collections::BTreeMap<_, _> = attributes.collect();
                let class = attributes.get("class").cloned().unwrap_or_default();
                attributes.insert("parent".to_owned(), classes.last().cloned().unwrap_or_default());
                shapes.push((String::from_utf8(tag.name().as_ref().to_vec()).unwrap(), attributes));
                if matches!(event, quick_xml::events::Event::Start(_)) {
                    depth += 1;
                    classes.push(class);
                }
            }
            quick_xml::events::Event::End(_) => {
                depth -= 1;
                classes.pop();
            }
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    shapes
}

/// The boxes and cells of a picture: left, top, right, bottom.
fn boxes(svg: &str) -> Vec<[f64; 4]> {
    let shapes = shapes(svg);
    let number =
        |shape: &std::collections::BTreeMap<String, String>, key: &str| shape[key].parse::<f64>().unwrap();
    let rects = shapes.iter().filter(|(name, shape)| {
        name == "rect" && (shape["parent"].starts_with("box") || shape["parent"].starts_with("cell"))
    });
    rects
        .map(|(_, shape)| {
            let (x, y) = (number(shape, "x"), number(shape, "y"));
            [x, y, x + number(shape, "width"), y + number(shape, "height")]
        })
        .collect()
}

#[test]
fn nothing_overlaps_and_all_is_inside() {
    let focus = |engine: &Engine<'_>, cluster: &Cluster| {
        let members = vec![Endpoint::Pod(0)];
        Map::around(engine, cluster, &Focus { members, depth: 2, toward: Toward::Both })
    };
    let maps = [
        with(SHOP, Map::workloads),
        with(SHOP, Map::namespaces),
        with(SHOP, focus),
        with(&many(60, 4), Map::workloads),
        with(&many(60, 4), focus),
        with(&many(400, 80), Map::namespaces),
    ];
    for map in maps {
        let svg = map.svg();
        let boxes = boxes(&svg);
        assert!(boxes.len() >= 3, "{}", boxes.len());
        let size = |key: &str| -> f64 {
            svg.split(&format!(" {key}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
        };
        let (width, height) = (size("width"), size("height"));
        for (at, one) in boxes.iter().enumerate() {
            assert!(one[0] > 0.0 && one[1] > 0.0 && one[2] < width && one[3] < height, "{one:?}");
            for other in &boxes[at + 1..] {
                let apart =
                    one[2] <= other[0] || other[2] <= one[0] || one[3] <= other[1] || other[3] <= one[1];
                assert!(apart, "{one:?} and {other:?}");
            }
        }
    }
}

#[test]
fn two_thousand_workloads_stay_readable() {
    let text = many(2000, 50);
    let map = with(&text, Map::workloads);
    assert_eq!(map.units.len(), 50 * 8 + 1, "eight applications a namespace and what is outside");
    let svg = map.svg();
    assert!(svg.len() < 1_000_000, "{}", svg.len());
    assert!(svg.contains("these are their namespaces"));
    let mermaid = map.mermaid();
    assert!(mermaid.len() < 50_000 && mermaid.lines().filter(|line| line.contains("|\"")).count() <= 450);
    assert!(mermaid.contains("not shown: workloads one by one"), "{mermaid}");
    let html = map.html("map");
    assert!(html.len() < 1_500_000, "{}", html.len());
    assert_eq!(map.html("map"), with(&text, Map::workloads).html("map"), "the same text makes the same page");
}

#[test]
fn pictures_of_a_small_shop() {
    let map = with(SHOP, Map::workloads);
    insta::assert_snapshot!("shop_dot", map.dot());
    insta::assert_snapshot!("shop_mermaid", map.mermaid());
}

const EVIL: &str = "\\\"]; x[label=<b>] </title></svg><script>alert(1)</script> #quot; |x| ` %% 漢字漢字漢字漢字漢字漢字漢字漢字";

#[test]
fn names_are_data_in_every_format() {
    let text = format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: \"{EVIL}\", namespace: \"{EVIL}\"}}, spec: {{containers: [{{name: c}}]}}}}"
    );
    for map in [with(&text, Map::workloads), with(&text, Map::namespaces)] {
        let (svg, html) = (map.svg(), map.html("x"));
        assert!(map.units.iter().any(|unit| unit.name.contains("alert(1)")), "{:?}", map.units);
        for page in [&svg, &html] {
            assert!(!page.contains("<script>alert") && !page.contains("</title></svg>"));
        }
        shapes(&svg);
        let mermaid = map.mermaid();
        assert!(
            mermaid
                .lines()
                .all(|line| !line.contains("<script") && !line.contains('`') && !line.contains("%%"))
        );
        assert!(map.dot().contains("\\\"]; x[label=<b>]"), "{}", map.dot());
    }
}

#[test]
fn the_only_script_that_may_run_is_ours() {
    use base64::Engine as _;
    let page = with(SHOP, Map::workloads).html("x");
    let script = page.split("<script>").nth(1).unwrap().split("</script>").next().unwrap();
    let hash =
        base64::engine::general_purpose::STANDARD.encode(<sha2::Sha256 as sha2::Digest>::digest(script));
    assert!(page.contains(&format!("'sha256-{hash}'")));
    let outside = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!outside.contains("http:") && !outside.contains("https:"));
}

#[test]
fn what_a_profile_leaves_open_for_everybody_is_told_once() {
    let objects = objects(SHOP);
    let (cluster, _) = Cluster::read(&objects, &PodTemplates::default());
    let mut policies = Policies::default();
    for (at, object) in (0..).zip(&objects) {
        policies.read(at, &object.root);
    }
    let lowered = lower(Profile::Spec, &cluster, &policies, &Options::of(Profile::Spec));
    let engine = Engine::new(&lowered);
    let map = Map::workloads(&engine, &cluster);
    assert_eq!(map.notes.len(), 1, "{:?}", map.notes);
    assert!(map.notes[0].starts_with("ICMP and other protocols without ports"), "{:?}", map.notes);
    let at = |name: &str| (0..).zip(&map.units).find(|(_, unit)| unit.name == name).unwrap().0;
    assert_eq!(map.cell(at("shop/web"), at("shop/db")), None, "that ICMP may get there is no connection");
    assert_eq!(map.cell(at("shop/web"), at("shop/api")).unwrap().most.to_string(), "TCP 8080");
}

/// Two pods on one node, another on another node: `guarded` takes TCP 8080 and whatever its own node sends.
const GUARDED: &str = "
{apiVersion: v1, kind: Namespace, metadata: {name: a}}
---
{apiVersion: v1, kind: Pod, metadata: {name: guarded, namespace: a, labels: {app: sv}}, spec: {nodeName: n2, containers: []},
 status: {podIP: 10.0.2.6, podIPs: [{ip: 10.0.2.6}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 192.168.0.1}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, status: {addresses: [{type: InternalIP, address: 192.168.0.2}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: a},
 spec: {podSelector: {}, ingress: [{ports: [{port: 8080}]}]}}
";

/// Where a unit is.
fn place(map: &Map, name: &str) -> u32 {
    (0..).zip(&map.units).find(|(_, unit)| unit.name == name).unwrap().0
}

/// A map of a text under `spec`, with all it has to tell.
fn of_spec(text: &str, make: fn(&Engine<'_>, &Cluster) -> Map) -> Map {
    let objects = objects(text);
    let (cluster, _) = Cluster::read(&objects, &PodTemplates::default());
    let mut policies = Policies::default();
    for (at, object) in (0..).zip(&objects) {
        policies.read(at, &object.root);
    }
    let lowered = lower(Profile::Spec, &cluster, &policies, &Options::of(Profile::Spec));
    make(&Engine::new(&lowered), &cluster)
}

#[test]
fn what_holds_for_some_pairs_alone_is_told_so() {
    let map = of_spec(GUARDED, Map::namespaces);
    let (nodes, a) = (place(&map, "nodes"), place(&map, "a"));
    let cell = map.cell(nodes, a).unwrap();
    assert_eq!((cell.full, cell.open, cell.pairs, cell.level), (1, 2, 2, Level::Some));
    assert_eq!(map.told(cell), "all traffic (1 of 2 pairs; every pair: TCP 8080)");
    assert!(map.csv().contains("nodes,a,all traffic,some,2,2,,1,TCP 8080\n"), "{}", map.csv());
    let document = serde_json::to_value(map.document()).unwrap();
    let cells = document["cells"].as_array().unwrap();
    let own = cells.iter().find(|cell| cell["from"] == "nodes" && cell["to"] == "a").unwrap();
    assert_eq!(own["fullPairs"], 1);
    assert_eq!(own["least"][0]["first"], 8080);
    assert!(map.svg().contains("every pair: TCP 8080"));
    // Those that are outside have no pairs that could be counted.
    let outside = GUARDED.replace(
        "[{ports: [{port: 8080}]}]",
        "[{ports: [{port: 8080}]}, {from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]",
    );
    let map = of_spec(&outside, Map::namespaces);
    let told: Vec<String> = map
        .cells
        .iter()
        .filter(|cell| map.unit(cell.from).is_some_and(|unit| unit.kind == Kind::Outside) && cell.to == a)
        .map(|cell| map.told(cell))
        .collect();
    assert_eq!(told, ["all traffic (some pods or addresses; every pair: TCP 8080)"]);
}

#[test]
fn pairs_with_nothing_in_common_are_told() {
    let pod = |name: &str, port: u16| {
        format!(
            "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: b, labels: {{app: {name}}}}}}}\n\
             ---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {name}, namespace: b}},\n \
             spec: {{podSelector: {{matchLabels: {{app: {name}}}}}, ingress: [{{ports: [{{port: {port}}}]}}]}}}}\n"
        )
    };
    let sender = "{apiVersion: v1, kind: Pod, metadata: {name: sender, namespace: a}}\n";
    let told = |pods: &[String]| {
        let text = format!("{sender}{}", pods.concat());
        with(&text, |engine, cluster| {
            let map = Map::namespaces(engine, cluster);
            map.told(map.cell(place(&map, "a"), place(&map, "b")).unwrap())
        })
    };
    assert_eq!(told(&[pod("left", 80), pod("right", 81)]), "TCP 80-81 (0 of 2 pairs; the others less)");
    assert_eq!(told(&[pod("left", 80), pod("right", 80)]), "TCP 80");
    let closed = pod("shut", 80).replace("ingress: [{ports: [{port: 80}]}]", "ingress: []");
    assert_eq!(told(&[pod("left", 80), closed.clone()]), "TCP 80 (1 of 2 pairs)");
    assert_eq!(
        told(&[pod("left", 80), pod("right", 81), closed]),
        "TCP 80-81 (0 of 3 pairs; others less, or nothing)"
    );
}

#[test]
fn workloads_that_are_told_as_one_keep_what_every_pair_has() {
    // Each workload takes more from its own node.
    let second = GUARDED.split("---").nth(1).unwrap().replace("name: guarded", "name: again");
    let map = of_spec(&format!("{GUARDED}---{second}"), Map::workloads);
    let to = (0..).zip(&map.units).find(|(_, unit)| unit.kind == Kind::Workload).unwrap().0;
    let nodes = (0..).zip(&map.units).find(|(_, unit)| unit.kind == Kind::Nodes).unwrap().0;
    let cell = map.cell(nodes, to).unwrap();
    assert_eq!(map.told(cell), "all traffic (2 of 4 pairs; every pair: TCP 8080)");
}
