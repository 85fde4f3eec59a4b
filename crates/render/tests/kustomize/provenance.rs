//! Where values come from: each points at the text that wrote it last, with what else took part.

use ironsides_render::Rendered;
use ironsides_tree::{Document, Documents, Limits, Lines, Node, Span, Value};

use crate::support::{Disk, built, built_in, folder};

const APP: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: app
        image: nginx:1
        securityContext:
          privileged: true
        envFrom:
        - configMapRef:
            name: settings
";

const KUSTOMIZATION: &str = "\
resources:
- base/app.yaml
namespace: shop
namePrefix: x-
patches:
- path: patch.yaml
- target: {kind: Deployment}
  patch: |-
    - op: add
      path: /spec/template/spec/hostNetwork
      value: true
images:
- name: nginx
  newTag: latest
replicas:
- name: app
  count: 3
configMapGenerator:
- name: settings
  literals:
  - TOKEN=abc
";

const PATCH: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    spec:
      containers:
      - name: app
        securityContext:
          privileged: false
      - name: side
        image: side:2
";

/// `file:line text <- cause@file:line, …` of a value.
pub(crate) fn told(rendered: &Rendered, node: &Node) -> String {
    let (file, span, causes) = rendered.place(node.span());
    let file = file.unwrap();
    let line = Lines::new(&file.text).position(&file.text, span.start).line;
    let text = span.slice(&file.text).unwrap_or("?").lines().next().unwrap_or_default();
    let causes: Vec<String> = causes
        .iter()
        .map(|cause| {
            format!(
                "{}@{}:{}",
                cause.what,
                cause.path.as_deref().unwrap_or("-"),
                cause.line.unwrap_or_default()
            )
        })
        .collect();
    let causes = if causes.is_empty() { String::new() } else { format!(" <- {}", causes.join(", ")) };
    format!("{}:{line} {text}{causes}", file.path)
}

fn read(text: &str) -> Vec<Document> {
    Documents::new(text, Limits { split_lists: false, ..Limits::default() }).map(Result::unwrap).collect()
}

#[test]
fn values_point_at_what_wrote_them() {
    let files = [("kustomization.yaml", KUSTOMIZATION), ("base/app.yaml", APP), ("patch.yaml", PATCH)];
    let rendered = built(&files, "").rendered;
    let documents = read(&rendered.text);
    let app =
        documents.iter().find(|one| one.root.get("kind").unwrap().as_str() == Some("Deployment")).unwrap();
    let pod = app.root.at(&["spec", "template", "spec"]).unwrap();
    let container = |name: &str| {
        let items = pod.get("containers").unwrap().items();
        items.iter().find(|one| one.get("name").unwrap().as_str() == Some(name)).unwrap()
    };
    let main = container("app");
    for (node, expected) in [
        (app.root.get("kind").unwrap(), "base/app.yaml:2 Deployment"),
        (
            main.get("image").unwrap(),
            "kustomization.yaml:14 latest <- resources@base/app.yaml:11, images[name=nginx]@kustomization.yaml:13",
        ),
        (
            main.at(&["securityContext", "privileged"]).unwrap(),
            "patch.yaml:11 false <- resources@base/app.yaml:13, patches[0]@kustomization.yaml:6",
        ),
        (container("side").get("image").unwrap(), "patch.yaml:13 side:2 <- patches[0]@kustomization.yaml:6"),
        (pod.get("hostNetwork").unwrap(), "kustomization.yaml:11 true <- patches[1]@kustomization.yaml:7"),
        (
            app.root.at(&["metadata", "namespace"]).unwrap(),
            "kustomization.yaml:3 shop <- namespace@kustomization.yaml:3",
        ),
        (
            app.root.at(&["metadata", "name"]).unwrap(),
            "kustomization.yaml:4 x- <- resources@base/app.yaml:4, namePrefix@kustomization.yaml:4",
        ),
        (
            app.root.at(&["spec", "replicas"]).unwrap(),
            "kustomization.yaml:17 3 <- resources@base/app.yaml:6, replicas[name=app]@kustomization.yaml:16",
        ),
        (
            main.get("envFrom").unwrap().items()[0].at(&["configMapRef", "name"]).unwrap(),
            "base/app.yaml:16 settings <- configMapGenerator[name=settings]@kustomization.yaml:19, namePrefix@kustomization.yaml:4",
        ),
        // Maps stand where they began.
        (main.get("securityContext").unwrap(), "base/app.yaml:13 privileged: true"),
    ] {
        assert_eq!(told(&rendered, node), expected);
    }
    let map =
        documents.iter().find(|one| one.root.get("kind").unwrap().as_str() == Some("ConfigMap")).unwrap();
    assert_eq!(
        told(&rendered, map.root.at(&["data", "TOKEN"]).unwrap()),
        "kustomization.yaml:21 TOKEN=abc <- configMapGenerator[name=settings]@kustomization.yaml:19"
    );
    assert_eq!(&*rendered.files[0].path, "kustomization.yaml");
}

/// Every value of every recorded kustomization has a place in a file, and marks lie apart or within each other.
#[test]
fn every_value_has_a_place() {
    for entry in std::fs::read_dir(folder()).unwrap() {
        let entry = entry.unwrap();
        if !entry.path().join("expected.yaml").exists() {
            continue;
        }
        let name = entry.file_name().to_string_lossy().into_owned();
        let rendered = built_in(&Disk(folder()), &name).unwrap().rendered;
        for document in read(&rendered.text) {
            visit(&document.root, &mut |node| {
                let (file, span, _) = rendered.place(node.span());
                assert!(
                    file.is_some() && span.is_some(),
                    "{name}: {node:?} at {:?} has no place",
                    node.span()
                );
                assert!(span.slice(&file.unwrap().text).is_some(), "{name}: {node:?}");
            });
        }
        let mut open: Vec<Span> = Vec::new();
        for mark in &rendered.marks {
            let span = mark.output;
            assert!(span.start <= span.end && (mark.file as usize) < rendered.files.len(), "{name}");
            open.retain(|outer| outer.end > span.start);
            assert!(
                open.iter().all(|outer| outer.start <= span.start && span.end <= outer.end),
                "{name}: {span:?}"
            );
            open.push(span);
        }
        assert!(rendered.marks.is_sorted_by_key(|mark| mark.output.start), "{name}");
    }
}

fn visit(node: &Node, look: &mut impl FnMut(&Node)) {
    look(node);
    match node.value() {
        Value::List(items) => items.iter().for_each(|item| visit(item, look)),
        Value::Map(map) => map.entries().iter().for_each(|entry| visit(&entry.value, look)),
        _ => {}
    }
}
