//! What the API server makes of manifests: held against a real server's answers, and the traps one by one.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ironsides_schema::admit::{Answer, CustomKind, FieldValidation, Resource, World, create, defaulted};
use ironsides_schema::{Kind, kind, kinds};
use ironsides_tree::{Format, Node, parse_one, print};
use serde_json::Value;

const WORLD: World<'_> = World {
    namespace: "defaulting",
    service_accounts: &["default"],
    priority_classes: &[("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)],
    cluster_ip: "10.96.0.0",
    node_port: 30_000,
};

const MODES: [FieldValidation; 3] = [FieldValidation::Strict, FieldValidation::Warn, FieldValidation::Ignore];

/// Manifests of our own, each with the answers of kube-apiserver 1.36.3 (`dryRun=All`): statuses under Strict, Warn
/// and Ignore, the complaints, the object.
const RECORDED: &str = include_str!("admit.jsonl");

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

fn json(node: &Node) -> Value {
    serde_json::from_str(&print::json(node)).unwrap()
}

fn kind_of(name: &str, text: &str) -> &'static Kind {
    let (version, name) = name.split_once(' ').unwrap_or(("", name));
    let written = parse_one(text).ok().and_then(|root| Some(root.get("apiVersion")?.as_str()?.to_owned()));
    let of_name = || kinds().iter().filter(|kind| kind.kind == name && kind.group != "events.k8s.io");
    let named =
        [Some(version.to_owned()), written].into_iter().flatten().find_map(|version| kind(&version, name));
    named
        .or_else(|| {
            of_name().max_by_key(|kind| {
                (!kind.version.contains("alpha"), !kind.version.contains("beta"), kind.version)
            })
        })
        .unwrap()
}

#[test]
fn manifests_become_what_a_real_server_made_of_them() {
    let mut wrong = Vec::new();
    for (at, line) in RECORDED.lines().enumerate() {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = row["text"].as_str().unwrap();
        let kind = kind_of(row["kind"].as_str().unwrap(), text);
        let format = if row["json"] == true { Format::Json } else { Format::Yaml };
        for (mode, status) in MODES.iter().zip(row["status"].as_array().unwrap()) {
            let answer = create(text, format, Resource::BuiltIn(kind), *mode, &WORLD);
            let warnings: Vec<&str> =
                row["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let mut right = u64::from(answer.status()) == status.as_u64().unwrap();
            right &= answer.warnings == if *mode == FieldValidation::Warn { warnings } else { Vec::new() };
            right &= match &answer.outcome {
                Ok(object) => same(&json(object), &row["object"]),
                Err(refusal) => {
                    *mode != FieldValidation::Strict
                        || row["strict"].as_str().is_none_or(|text| {
                            refusal.message.ends_with(&format!("strict decoding error: {text}"))
                        })
                }
            };
            if !right {
                wrong.push(format!("line {} {mode:?}\n{text}\n{answer:?}\nwanted {line}", at + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ, the first:\n{}", wrong.len(), wrong[0]);
    assert!(RECORDED.lines().count() > 400);
}

fn yaml(api_version: &str, name: &str, body: &str, mode: FieldValidation) -> Answer {
    let text = format!("apiVersion: {api_version}\nkind: {name}\nmetadata: {{name: a}}\n{body}");
    create(&text, Format::Yaml, Resource::BuiltIn(kind(api_version, name).unwrap()), mode, &WORLD)
}

fn made(api_version: &str, name: &str, body: &str) -> Value {
    json(&yaml(api_version, name, body, FieldValidation::Strict).outcome.unwrap())
}

fn status(api_version: &str, name: &str, body: &str) -> u16 {
    yaml(api_version, name, body, FieldValidation::Strict).status()
}

#[test]
fn trap_yaml_1_1_words_and_numbers() {
    for word in ["yes", "no", "on", "off", "y", "n"] {
        assert_eq!(
            status("v1", "Pod", &format!("spec: {{containers: [{{name: a, image: {word}}}]}}")),
            400,
            "{word}"
        );
    }
    for (number, expected) in [
        ("0644", 420),
        ("0o644", 420),
        ("0x1E", 30),
        ("0b11", 3),
        ("1_000", 1000),
        ("1e2", 100),
        ("30.0", 30),
    ] {
        let body =
            format!("spec: {{terminationGracePeriodSeconds: {number}, containers: [{{name: a, image: x}}]}}");
        assert_eq!(made("v1", "Pod", &body)["spec"]["terminationGracePeriodSeconds"], expected, "{number}");
    }
    for value in ["\"30\"", "\"true\""] {
        let body =
            format!("spec: {{terminationGracePeriodSeconds: {value}, containers: [{{name: a, image: x}}]}}");
        assert_eq!(status("v1", "Pod", &body), 400, "{value}");
    }
    let data =
        made("v1", "ConfigMap", "data: {d: 2001-01-01, t: 12:30:45, on: a, no: b, 0x10: c}")["data"].clone();
    let expected =
        serde_json::json!({"d": "2001-01-01", "t": "12:30:45", "true": "a", "false": "b", "16": "c"});
    assert_eq!(data, expected);
}

#[test]
fn trap_json_is_stricter_than_yaml() {
    let pod = |number: &str| {
        let spec =
            format!(r#"{{"activeDeadlineSeconds":{number},"containers":[{{"name":"a","image":"x"}}]}}"#);
        format!(r#"{{"metadata":{{"name":"a"}},"spec":{spec}}}"#)
    };
    let resource = Resource::BuiltIn(kind("v1", "Pod").unwrap());
    for (number, format, expected) in [
        ("1.0", Format::Json, 400),
        ("1.0", Format::Yaml, 201),
        ("1", Format::Json, 201),
        ("1e0", Format::Json, 400),
    ] {
        let answer = create(&pod(number), format, resource, FieldValidation::Strict, &WORLD);
        assert_eq!(answer.status(), expected, "{number} {format:?}");
    }
}

#[test]
fn trap_merge_keys_that_override_are_duplicates() {
    let body = "spec:\n  hostPID: true\n  containers: [{name: a, image: x}]\n  <<: {hostPID: false}\n";
    let answer = yaml("v1", "Pod", body, FieldValidation::Warn);
    assert_eq!(answer.warnings, ["line 7: key \"hostPID\" already set in map"]);
    assert_eq!(status("v1", "Pod", body), 400);
}

#[test]
fn trap_duplicates_come_before_unknown_fields_and_the_last_wins() {
    let body = "data:\n  a: x\n  a: z\nfoo: 1\n";
    let answer = yaml("v1", "ConfigMap", body, FieldValidation::Warn);
    assert_eq!(answer.warnings, ["line 6: key \"a\" already set in map", "unknown field \"foo\""]);
    assert_eq!(json(&answer.outcome.unwrap())["data"]["a"], "z");
    let refused = yaml("v1", "ConfigMap", body, FieldValidation::Strict).outcome.unwrap_err();
    assert_eq!(
        refused.message,
        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: yaml: unmarshal \
         errors:\n  line 6: key \"a\" already set in map, unknown field \"foo\""
    );
    let text = r#"{"metadata":{"name":"a"},"data":{"a":"1","a":"2"},"Data":{}}"#;
    let resource = Resource::BuiltIn(kind("v1", "ConfigMap").unwrap());
    let answer = create(text, Format::Json, resource, FieldValidation::Warn, &WORLD);
    assert_eq!(answer.warnings, ["duplicate field \"data.a\"", "unknown field \"Data\""]);
}

#[test]
fn trap_only_the_first_document_counts() {
    let resource = Resource::BuiltIn(kind("v1", "ConfigMap").unwrap());
    let post = |text: &str| create(text, Format::Yaml, resource, FieldValidation::Strict, &WORLD);
    let answer = post("metadata: {name: a}\n---\nmetadata: {name: b}\nbroken: [\n");
    let object = json(&answer.outcome.unwrap());
    assert_eq!((&object["metadata"]["name"], &object["kind"]), (&"a".into(), &"ConfigMap".into()));
    assert_eq!(post("").status(), 422);
    assert_eq!(post("kind: Secret\nmetadata: {name: a}\n").status(), 400);
}

#[test]
fn trap_nulls() {
    let body = "spec:\n  hostPID: null\n  volumes: ~\n  \
                containers: [{name: a, image: x, command: [null, b], args: null}]\n";
    let object = made("v1", "Pod", body);
    let container = &object["spec"]["containers"][0];
    assert_eq!(container["command"], serde_json::json!(["", "b"]));
    assert!(container.get("args").is_none() && object["spec"].get("hostPID").is_none());
}

#[test]
fn trap_quantities_and_requests() {
    let body = "spec: {containers: [{name: a, image: x, resources: {limits: {cpu: 0.0005, memory: 0.5Gi}}}]}";
    let resources = made("v1", "Pod", body)["spec"]["containers"][0]["resources"].clone();
    let amounts = serde_json::json!({"cpu": "1m", "memory": "512Mi"});
    assert_eq!(resources, serde_json::json!({"limits": amounts, "requests": amounts}));
}

#[test]
fn trap_host_network_fills_host_ports_of_pods_alone() {
    let spec = "{hostNetwork: true, containers: [{name: a, image: x, ports: [{containerPort: 80}]}]}";
    let pod = made("v1", "Pod", &format!("spec: {spec}"));
    assert_eq!(pod["spec"]["containers"][0]["ports"][0]["hostPort"], 80);
    let body = format!(
        "spec: {{selector: {{matchLabels: {{a: b}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: {spec}}}}}"
    );
    let ports =
        made("apps/v1", "Deployment", &body)["spec"]["template"]["spec"]["containers"][0]["ports"].clone();
    assert_eq!(ports, serde_json::json!([{"containerPort": 80, "protocol": "TCP"}]));
}

#[test]
fn trap_references_and_subjects() {
    let from = "{fieldRef: {fieldPath: status.podIP}}";
    let body =
        format!("spec: {{containers: [{{name: a, image: x, env: [{{name: A, valueFrom: {from}}}]}}]}}");
    let variable = made("v1", "Pod", &body)["spec"]["containers"][0]["env"][0].clone();
    assert_eq!(variable["valueFrom"]["fieldRef"]["apiVersion"], "v1");
    let body = "roleRef: {kind: Role, name: r}\nsubjects: [{kind: User, name: u}, {kind: ServiceAccount, name: s}]\n";
    let binding = made("rbac.authorization.k8s.io/v1", "RoleBinding", body);
    assert_eq!(binding["subjects"][0]["apiGroup"], "rbac.authorization.k8s.io");
    assert!(binding["subjects"][1].get("apiGroup").is_none());
    assert_eq!(status("v1", "Service", "spec: {ports: [{port: 80, targetPort: \"8080\"}]}"), 422);
}

const WIDGETS: &str = "
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [size]
            properties:
              size: {type: integer, minimum: 1}
              colour: {type: string, default: red, enum: [red, blue]}
              tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
";

#[test]
fn custom_resources_follow_their_schema() {
    let custom = CustomKind::of(&parse_one(WIDGETS).unwrap()).remove(0);
    let post = |spec: &str, mode| {
        let text = format!("apiVersion: example.com/v1\nkind: Widget\nmetadata: {{name: a}}\nspec: {spec}\n");
        create(&text, Format::Yaml, Resource::Custom(&custom), mode, &WORLD)
    };
    let answer =
        post("{size: 2.0, shape: round, free: {big: 12345678901234567890, x: 1}}", FieldValidation::Warn);
    assert_eq!(answer.warnings, ["unknown field \"spec.shape\""]);
    let object = json(&answer.outcome.unwrap());
    assert_eq!((&object["spec"]["size"], &object["spec"]["colour"]), (&2.into(), &"red".into()));
    assert_eq!(object["metadata"]["generation"], 1);
    for (spec, expected) in [
        ("{size: 0}", 422),
        ("{size: 1.5}", 422),
        ("{}", 422),
        ("{size: 1, colour: green}", 422),
        ("{size: 1, tags: [a, a]}", 422),
        ("{size: 1, colour: null}", 201),
        ("{size: 1, size: 2}", 400),
    ] {
        assert_eq!(post(spec, FieldValidation::Strict).status(), expected, "{spec}");
    }
}

#[test]
fn defaults_without_a_cluster() {
    let deployment = parse_one("{spec: {template: {spec: {containers: [{name: a, image: x}]}}}}").unwrap();
    let full = defaulted(&deployment, kind("apps/v1", "Deployment").unwrap()).unwrap();
    let spec = &json(&full)["spec"];
    assert_eq!((&spec["replicas"], &spec["strategy"]["type"]), (&1.into(), &"RollingUpdate".into()));
    assert_eq!(spec["template"]["spec"]["containers"][0]["imagePullPolicy"], "Always");
    let wrong = parse_one("{spec: {replicas: many}}").unwrap();
    assert_eq!(defaulted(&wrong, kind("apps/v1", "Deployment").unwrap()).unwrap_err().status, 400);
}
