//! Charts within kustomizations.

use ironsides_tree::parse_one;

use crate::provenance::told;
use crate::support::{Memory, built, built_in, said};

const KUSTOMIZATION: &str = "\
namespace: shop
helmCharts:
- name: web
  releaseName: front
  valuesInline:
    image:
      tag: latest
images:
- name: nginx
  newName: mirror/nginx
patches:
- target: {kind: Pod}
  patch: |-
    - op: add
      path: /spec/hostPID
      value: true
";

const TEMPLATE: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
spec:
  containers:
  - name: web
    image: nginx:{{ .Values.image.tag }}
    command: [run]
";

const FILES: [(&str, &str); 4] = [
    ("kustomization.yaml", KUSTOMIZATION),
    ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
    ("charts/web/values.yaml", "image: {tag: '1'}\n"),
    ("charts/web/templates/pod.yaml", TEMPLATE),
];

#[test]
fn charts_beside_the_kustomization_are_rendered() {
    let built = built(&FILES, "");
    assert_eq!(
        &*built.rendered.text,
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: front\n  namespace: shop\nspec:\n  containers:\n  - command:\n    \
         - run\n    image: mirror/nginx:latest\n    name: web\n  hostPID: true\n"
    );
    assert!(built.reads.contains(&"charts/web/templates/pod.yaml".to_owned()), "{:?}", built.reads);
    let root = parse_one(&built.rendered.text).unwrap();
    let container = &root.at(&["spec", "containers"]).unwrap().items()[0];
    let name = told(&built.rendered, container.get("name").unwrap());
    assert!(name.starts_with("charts/web/templates/pod.yaml:8 "), "{name}");
    let image = told(&built.rendered, container.get("image").unwrap());
    for part in [
        "kustomization.yaml:10 mirror/nginx",
        ".Values.image.tag@kustomization.yaml:7",
        "helmCharts[name=web]@kustomization.yaml:3",
        "images[name=nginx]@kustomization.yaml:9",
    ] {
        assert!(image.contains(part), "{image}");
    }
}

#[test]
fn charts_that_would_have_to_be_fetched_are_errors() {
    let text = "helmCharts:\n- name: web\n  repo: https://example.com\n  version: 1.0.0\n";
    let error = said(&built_in(&Memory::new([("kustomization.yaml", text)]), "").unwrap_err());
    assert_eq!(
        error,
        "kustomization.yaml:2:9: there is no chart at charts/web-1.0.0/web (nothing is fetched: run `helm pull --untar` \
         into it)"
    );
}
