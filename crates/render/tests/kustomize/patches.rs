//! What patches do, case by case. All answers are kubectl's.

use crate::support::built;

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n";
const WIDGET: &str = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\n";

/// The `spec` of an object after a patch.
fn patched(head: &str, spec: &str, patch: &str) -> String {
    let resource = format!("{head}spec: {spec}\n");
    let patch = format!("{head}spec: {patch}\n");
    let kustomization = "resources: [r.yaml]\npatches: [{path: p.yaml}]\n";
    let files = [("kustomization.yaml", kustomization), ("r.yaml", &resource), ("p.yaml", &patch)];
    let text = built(&files, "").rendered.text;
    let node = ironsides_tree::parse_one(&text).unwrap();
    ironsides_tree::print::json(node.get("spec").unwrap())
}

#[test]
fn strategic_merge() {
    for (head, spec, patch, expected) in [
        (WIDGET, "{a: 1, b: 2}", "{b: 3, c: 4}", r#"{"a":1,"b":3,"c":4}"#),
        (WIDGET, "{a: 1, b: 2}", "{b: null}", r#"{"a":1}"#),
        (WIDGET, "{a: {b: 1, c: 2}}", "{a: {$patch: replace, d: 3}}", r#"{"a":{"d":3}}"#),
        (WIDGET, "{a: {b: 1}, c: 2}", "{a: {$patch: delete}}", r#"{"c":2}"#),
        (WIDGET, "{a: {b: 1}, c: 2}", "{a: {$patch: merge, d: 3}}", r#"{"a":{"b":1,"d":3},"c":2}"#),
        (WIDGET, "{l: [{name: a}, {name: b}]}", "{l: [{name: c}]}", r#"{"l":[{"name":"c"}]}"#),
        // Quotes of the old value stay, so that a number becomes a string.
        (WIDGET, "{a: \"1\"}", "{a: 2}", r#"{"a":"2"}"#),
        (WIDGET, "{a: 1}", "{a: \"2\"}", r#"{"a":"2"}"#),
        // A null that nobody patches stays where it is written out.
        (WIDGET, "{a: null, b: ~, c: 1}", "{c: 2}", r#"{"a":null,"b":null,"c":2}"#),
        (WIDGET, "{a: , c: 1}", "{c: 2}", r#"{"c":2}"#),
        (WIDGET, "{c: 1}", "{a: {b: null, d: 1}}", r#"{"a":{"d":1},"c":1}"#),
        (
            DEPLOYMENT,
            "{template: {spec: {containers: [{name: a, image: x}, {name: b, image: y}]}}}",
            "{template: {spec: {containers: [{name: b, image: z}, {name: c, image: w}]}}}",
            r#"{"template":{"spec":{"containers":[{"image":"z","name":"b"},{"image":"w","name":"c"},{"image":"x","name":"a"}]}}}"#,
        ),
        (
            DEPLOYMENT,
            "{template: {spec: {containers: [{name: a}, {name: b}]}}}",
            "{template: {spec: {containers: [{name: a, $patch: delete}]}}}",
            r#"{"template":{"spec":{"containers":[{"name":"b"}]}}}"#,
        ),
        (
            DEPLOYMENT,
            "{template: {spec: {containers: [{name: a}, {name: b}]}}}",
            "{template: {spec: {containers: [{$patch: replace}, {name: c}]}}}",
            r#"{"template":{"spec":{"containers":[{"name":"c"}]}}}"#,
        ),
        (
            DEPLOYMENT,
            "{template: {spec: {tolerations: [{key: a}]}}}",
            "{template: {spec: {tolerations: [{key: b}]}}}",
            r#"{"template":{"spec":{"tolerations":[{"key":"b"}]}}}"#,
        ),
        (
            DEPLOYMENT,
            "{template: {spec: {containers: [{name: a, args: [x, y]}]}}}",
            "{template: {spec: {containers: [{name: a, args: [z]}]}}}",
            r#"{"template":{"spec":{"containers":[{"args":["z"],"name":"a"}]}}}"#,
        ),
    ] {
        assert_eq!(patched(head, spec, patch), expected, "{spec} patched with {patch}");
    }
}

#[test]
fn json_patches() {
    for (spec, patch, expected) in [
        ("{a: 1}", "{op: add, path: /spec/b, value: {c: yes}}", r#"{"a":1,"b":{"c":true}}"#),
        ("{a: [1, 2]}", "{op: add, path: /spec/a/1, value: x}", r#"{"a":[1,"x",2]}"#),
        ("{a: [1, 2]}", "{op: add, path: /spec/a/-, value: x}", r#"{"a":[1,2,"x"]}"#),
        ("{a: [1, 2]}", "{op: remove, path: /spec/a/0}", r#"{"a":[2]}"#),
        ("{a: 1, b: 2}", "{op: move, from: /spec/a, path: /spec/c}", r#"{"b":2,"c":1}"#),
        ("{a: {b: 1}}", "{op: copy, from: /spec/a, path: /spec/c}", r#"{"a":{"b":1},"c":{"b":1}}"#),
        ("{a/b: 1, c~d: 2}", "{op: replace, path: /spec/a~1b, value: 3}", r#"{"a/b":3,"c~d":2}"#),
        ("{a: 1}", "{op: test, path: /spec/a, value: 1}", r#"{"a":1}"#),
        ("{a: 1}", "{op: replace, path: /spec/a, value: null}", r#"{"a":null}"#),
    ] {
        let resource = format!("{WIDGET}spec: {spec}\n");
        let kustomization = format!(
            "resources: [r.yaml]\npatches:\n- target: {{kind: Widget}}\n  patch: |-\n    - {patch}\n"
        );
        let files = [("kustomization.yaml", kustomization.as_str()), ("r.yaml", &resource)];
        let text = built(&files, "").rendered.text;
        let node = ironsides_tree::parse_one(&text).unwrap();
        assert_eq!(ironsides_tree::print::json(node.get("spec").unwrap()), expected, "{spec} with {patch}");
    }
}

#[test]
fn hashes_are_kustomize_s() {
    for (generator, expected) in [
        ("configMapGenerator: [{name: a, literals: [a=b]}]", "a-4h2mbtbbt6"),
        ("configMapGenerator: [{name: a}]", "a-6ct58987ht"),
        ("secretGenerator: [{name: a, literals: [a=b]}]", "a-k695gkmbtk"),
        ("configMapGenerator: [{name: a, literals: ['a=<&>']}]", "a-m9gb99d79d"),
    ] {
        let text = built(&[("kustomization.yaml", generator)], "").rendered.text;
        assert!(text.contains(&format!("  name: {expected}\n")), "{generator}: {text}");
    }
}
