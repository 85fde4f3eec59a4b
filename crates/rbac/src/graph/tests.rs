use std::sync::Arc;

use base64::Engine;
use ironsides_core::Origin;
use sha2::{Digest, Sha256};

use super::*;

fn objects(text: &str) -> Vec<Object> {
    let documents = ironsides_tree::Documents::new(text, ironsides_tree::Limits::default());
    documents
        .map(|document| {
            Object::new(document.unwrap().root, Origin::Api { request: Arc::from("") }, Vec::new())
        })
        .collect()
}

fn role(namespace: &str, name: &str) -> String {
    format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {{namespace: {namespace}, name: {name}}},
          rules: [{{apiGroups: [''], resources: [pods], verbs: [get]}}]}}\n---\n"
    )
}

fn binding(namespace: &str, name: &str, role: &str, subjects: &str) -> String {
    format!(
        "{{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {{namespace: {namespace}, name: {name}}},
          roleRef: {{kind: Role, name: {role}}}, subjects: [{subjects}]}}\n---\n"
    )
}

fn graph(text: &str, focus: &Focus) -> Graph {
    let objects = objects(text);
    let rbac = Rbac::new(&objects);
    let powers = |id: RoleId| (None, rbac.role(id).map(summary).unwrap_or_default());
    Graph::new(&rbac, &objects, focus, &powers)
}

const ANN: &str = "{kind: User, name: ann}";

#[test]
fn bands_hold_what_is_bound_in_them() {
    let text =
        role("a", "r") + &binding("a", "b", "r", ANN) + &binding("b", "c", "gone", "{kind: Group, name: g}");
    let graph = graph(&text, &Focus::default());
    let titles: Vec<&str> = graph.bands.iter().map(|band| &*band.title).collect();
    assert_eq!(titles, ["namespace a", "namespace b"]);
    let band = &graph.bands[0];
    assert_eq!((band.holds.as_slice(), band.grants.as_slice()), (&[(0, 0)][..], &[(0, 0)][..]));
    assert_eq!(band.roles[0].detail, "Role: get on pods");
    assert_eq!(graph.bands[1].roles[0].detail, "Role that does not exist");
}

#[test]
fn a_focus_leaves_the_rest_out() {
    let text = role("a", "r")
        + &binding("a", "b", "r", "{kind: User, name: ann}, {kind: User, name: bob}")
        + &binding("b", "c", "r", "{kind: Group, name: 'system:authenticated'}")
        + &binding("c", "d", "other", "{kind: User, name: bob}");
    let bound = |focus: Focus| {
        let graph = graph(&text, &focus);
        graph.bands.iter().flat_map(|band| &band.bindings).map(|item| item.label.clone()).collect::<Vec<_>>()
    };
    let ann = Subject { kind: SubjectKind::User, name: Text::new("ann"), namespace: Text::default() };
    assert_eq!(bound(Focus { subjects: vec![ann.clone()], ..Focus::default() }), ["b", "c"]);
    assert_eq!(bound(Focus { namespaces: vec![Text::new("c")], ..Focus::default() }), ["d"]);
    let named = Focus { roles: vec![(Some(Text::new("a")), Text::new("r"))], ..Focus::default() };
    assert_eq!(bound(named), ["b"]);
    let graph = graph(&text, &Focus { subjects: vec![ann], ..Focus::default() });
    assert_eq!(graph.bands[0].subjects.len(), 1, "others of the binding are left out");
}

/// Many namespaces of one shape, and one binding of many subjects.
fn many(namespaces: usize, subjects: usize) -> String {
    let mut text = String::new();
    for at in 0..namespaces {
        let space = format!("team-{at:04}");
        text += &role(&space, "dev");
        text +=
            &binding(&space, "devs", "dev", "{kind: ServiceAccount, name: ci}, {kind: Group, name: devs}");
    }
    let all: Vec<String> = (0..subjects).map(|at| format!("{{kind: User, name: user-{at}}}")).collect();
    text + &role("big", "r") + &binding("big", "b", "r", &all.join(", "))
}

#[test]
fn what_is_alike_is_folded_and_named() {
    let graph = graph(&many(2000, 3000), &Focus::default());
    let titles: Vec<&str> = graph.bands.iter().map(|band| &*band.title).collect();
    assert_eq!(titles, ["namespace big", "2000 namespaces like team-0000"]);
    assert_eq!(graph.bands[0].subjects[0].label, "3000 Users");
    assert_eq!(graph.bands[1].subjects[0].all.len(), 2000);
    assert!(graph.left_out.is_empty() && graph.size() < 12);
    let small = self::graph(&many(3, 5), &Focus::default());
    assert_eq!(small.bands[0].subjects.len(), 5, "a small picture is not folded");
}

#[test]
fn what_cannot_be_folded_is_cut_and_told() {
    let text: String = (0..2000)
        .map(|at| {
            role("x", &format!("r{at}"))
                + &binding("x", &format!("b{at}"), &format!("r{at}"), &format!("{{kind: User, name: u{at}}}"))
        })
        .collect();
    let graph = graph(&text, &Focus::default());
    assert!(graph.size() <= MOST && graph.size() > MOST / 2, "{}", graph.size());
    assert!(graph.left_out[0].contains("draw a part"), "{:?}", graph.left_out);
    assert!(graph.mermaid().len() < 50_000 && graph.mermaid().contains("not shown"));
    let lines = graph.mermaid().lines().filter(|line| line.contains("-->")).count();
    assert!(lines > 50 && lines <= 500, "{lines}");
}

/// The places of the boxes of a drawing, by column.
fn boxes(svg: &str) -> Vec<(f64, f64, f64)> {
    let number = |text: &str, key: &str| -> f64 {
        text.split(&format!(" {key}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    };
    let boxes = svg.split("<g class=\"box").skip(1).map(|part| part.split("<rect").nth(1).unwrap());
    boxes.map(|rect| (number(rect, "x"), number(rect, "y"), number(rect, "height"))).collect()
}

#[test]
fn boxes_do_not_overlap_and_stay_inside() {
    for text in [many(3, 40), many(30, 3), role("a", "r") + &binding("a", "b", "r", ANN)] {
        let svg = graph(&text, &Focus::default()).svg();
        let mut boxes = boxes(&svg);
        assert!(boxes.len() >= 3);
        boxes.sort_by(|a, b| a.partial_cmp(b).unwrap());
        for pair in boxes.windows(2) {
            let [(x, y, height), (other, below, _)] = pair else { unreachable!() };
            assert!((x - other).abs() > 1.0 || y + height <= *below, "{pair:?}");
        }
        let height: f64 = svg.split(" height=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
        assert!(boxes.iter().all(|(_, y, tall)| *y > 0.0 && y + tall < height));
    }
}

const EVIL: &str = "\"]; x[label=<b>] </title></svg><script>alert(1)</script> #quot; \\u202e -->|x| ` %% 漢字漢字漢字漢字漢字漢字漢字漢字漢字";

#[test]
fn names_are_data_in_every_format() {
    let name = EVIL.replace('\\', "\\\\").replace('"', "\\\"");
    let text = binding("a", "b", &format!("\"{name}\""), &format!("{{kind: User, name: \"{name}\"}}"));
    let graph = graph(&text, &Focus::default());
    let (svg, html, dot, mermaid) = (graph.svg(), graph.html(EVIL), graph.dot(), graph.mermaid());
    for page in [&svg, &html] {
        assert!(!page.contains("<script>alert") && !page.contains("</title></svg>"));
    }
    let mut reader = quick_xml::Reader::from_str(&svg);
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(_) => depth += 1,
            quick_xml::events::Event::End(_) => depth -= 1,
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    let label = dot.lines().find(|line| line.contains("alert(1)")).unwrap();
    assert!(label.contains("\\\"]; x[label=<b>]"), "{label}");
    assert!(
        mermaid.lines().all(|line| !line.contains("<script") && !line.contains('`') && !line.contains("%%"))
    );
    assert!(mermaid.contains("#34;#93;#59;"), "{mermaid}");
    assert!(!html.contains('\u{202e}') && !dot.contains('\u{202e}') && !mermaid.contains('\u{202e}'));
}

#[test]
fn the_only_script_that_may_run_is_ours() {
    let page = Graph::default().html("x");
    let script = page.split("<script>").nth(1).unwrap().split("</script>").next().unwrap();
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(script));
    assert_eq!(hash, html::SCRIPT_HASH);
    let outside = page.replace("http://www.w3.org/2000/svg", "");
    assert!(page.contains(&format!("'sha256-{hash}'")));
    assert!(!outside.contains("http:") && !outside.contains("https:"));
}

#[test]
fn the_same_objects_make_the_same_picture() {
    let text = many(20, 30);
    assert_eq!(graph(&text, &Focus::default()).html("x"), graph(&text, &Focus::default()).html("x"));
}
