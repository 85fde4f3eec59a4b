//! Each kind of fault by example: what is said, where, and under which bytes.

use ironsides_schema::{Fault, FaultKind, each_fault, kind, validate};
use ironsides_tree::{Node, parse_one};

/// The faults of a text, and the bytes they point at.
fn faults(text: &str) -> Vec<(String, String)> {
    let root = parse_one(text).unwrap_or(Node::NULL);
    let name = |key: &str| root.get(key).and_then(Node::as_str).unwrap_or_default();
    let told = |fault: Fault| (fault.to_string(), fault.span.slice(text).unwrap_or_default().to_owned());
    match kind(name("apiVersion"), name("kind")) {
        Some(kind) => validate(&root, kind).into_iter().map(told).collect(),
        None => vec![("no text of a built-in kind".to_owned(), text.to_owned())],
    }
}

#[track_caller]
fn check(text: &str, expected: &[(&str, &str)]) {
    let found = faults(text);
    let found: Vec<(&str, &str)> =
        found.iter().map(|(told, bytes)| (told.as_str(), bytes.as_str())).collect();
    assert_eq!(found, expected, "{text}");
}

/// A pod with one more field in its container.
fn container(field: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {{containers: [{{name: a, image: b, {field}}}]}}}}"
    )
}

#[test]
fn a_typical_object_has_no_faults() {
    check(
        "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, creationTimestamp: null, labels: {app: web}, annotations: {example.com/a: b}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 30.0
      nodeSelector: null
      containers:
      - name: web
        image: web:1
        ports: [{containerPort: 8080}, {containerPort: 0x50, protocol: UDP}]
        resources: {limits: {cpu: 0.5, memory: 1Gi}, requests: {cpu: 100m}}
        livenessProbe: {httpGet: {port: web}}
        readinessProbe: {httpGet: {port: 80}}
        securityContext: {privileged: no, runAsUser: 1000}
status: {}
",
        &[],
    );
}

#[test]
fn unknown_fields_are_found_at_their_keys() {
    check(
        "apiVersion: v1\nkind: Pod\nMetadata: {}\nspec:\n  containers:\n  - name: a\n    imagepullpolicy: Always\n  x.y: 1\n",
        &[
            ("Metadata: unknown field `Metadata`, the nearest is `metadata`", "Metadata"),
            (
                "spec.containers[0].imagepullpolicy: unknown field `imagepullpolicy`, the nearest is `imagePullPolicy`",
                "imagepullpolicy",
            ),
            ("spec[x.y]: unknown field `x.y`", "x.y"),
        ],
    );
    check(
        "{apiVersion: v1, kind: ConfigMap, Data: null}",
        &[("Data: unknown field `Data`, the nearest is `data`", "Data")],
    );
}

#[test]
fn values_of_the_wrong_type_are_found_where_they_stand() {
    for (field, told, bytes) in [
        ("tty: 'true'", "tty: expected boolean, found string", "'true'"),
        ("stdin: 1", "stdin: expected boolean, found integer", "1"),
        ("workingDir: 5", "workingDir: expected string, found integer", "5"),
        ("workingDir: no", "workingDir: expected string, found boolean", "no"),
        ("command: ls", "command: expected list, found string", "ls"),
        ("command: [ls, 1.5]", "command[1]: expected string, found number", "1.5"),
        ("env: A=b", "env: expected list, found string", "A=b"),
        ("env: [A]", "env[0]: expected map, found string", "A"),
        ("lifecycle: []", "lifecycle: expected map, found list", "[]"),
        ("resources: {limits: []}", "resources.limits: expected map, found list", "[]"),
        (
            "resources: {limits: {cpu: true}}",
            "resources.limits.cpu: expected string or number, found boolean",
            "true",
        ),
        (
            "resources: {limits: {example.com/a: 1gb}}",
            "resources.limits[example.com/a]: not a quantity",
            "1gb",
        ),
        (
            "startupProbe: {periodSeconds: '5'}",
            "startupProbe.periodSeconds: expected integer, found string",
            "'5'",
        ),
        (
            "startupProbe: {periodSeconds: 1.5}",
            "startupProbe.periodSeconds: expected integer, found number",
            "1.5",
        ),
        (
            "startupProbe: {periodSeconds: 2147483648}",
            "startupProbe.periodSeconds: number does not fit 32 bits",
            "2147483648",
        ),
        (
            "startupProbe: {periodSeconds: 1e30}",
            "startupProbe.periodSeconds: number does not fit 32 bits",
            "1e30",
        ),
        (
            "startupProbe: {httpGet: {port: 1.5}}",
            "startupProbe.httpGet.port: expected integer or string, found number",
            "1.5",
        ),
        (
            "startupProbe: {httpGet: {port: 99999999999}}",
            "startupProbe.httpGet.port: number does not fit 32 bits",
            "99999999999",
        ),
        (
            "securityContext: {runAsUser: 9223372036854775808}",
            "securityContext.runAsUser: number does not fit 64 bits",
            "9223372036854775808",
        ),
    ] {
        check(&container(field), &[(&format!("spec.containers[0].{told}"), bytes)]);
    }
    assert_eq!(faults(&container("env: {A: b}"))[0].0, "spec.containers[0].env: expected list, found map");
}

#[test]
fn strings_with_a_form_must_have_it() {
    check(
        "{apiVersion: v1, kind: Secret, data: {a: YQ==, b: YQ, c: [1, null, 300], d: 5}, metadata: {creationTimestamp: now}}",
        &[
            ("data.b: not base64", "YQ"),
            ("data.c[2]: number is not within 0 and 255", "300"),
            ("data.d: expected string, found integer", "5"),
            ("metadata.creationTimestamp: not an RFC 3339 time", "now"),
        ],
    );
    check(
        "{apiVersion: coordination.k8s.io/v1, kind: Lease, spec: {renewTime: '2020-01-01T00:00:00Z'}}",
        &[("spec.renewTime: not an RFC 3339 time", "'2020-01-01T00:00:00Z'")],
    );
}

#[test]
fn missing_fields_are_told_at_the_object_that_lacks_them() {
    check(
        "apiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n      - image: a\n",
        &[
            ("spec.template.spec.containers[0].name: required field `name` is missing", "image"),
            ("spec.selector: required field `selector` is missing", "spec"),
        ],
    );
    // Zero will do for a required `lun`, and nobody asks for what only controllers write.
    check("{apiVersion: policy/v1, kind: PodDisruptionBudget, spec: {}, status: {conditions: [{}]}}", &[]);
    check("{apiVersion: v1, kind: Pod, spec: null}", &[]);
}

#[test]
fn anything_goes_where_the_api_server_looks_no_further() {
    check("{apiVersion: apps/v1, kind: ControllerRevision, data: [1, {a: b}], revision: 1}", &[]);
    check(
        "{apiVersion: v1, kind: ConfigMap, metadata: {managedFields: [{fieldsV1: {'f:a': {x: []}}}]}}",
        &[],
    );
}

#[test]
fn json_schemas_are_read_as_the_api_server_decodes_them() {
    let crd = |schema: &str| {
        format!(
            "{{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, spec: {{group: a.b, scope: Cluster, \
             names: {{kind: A, plural: as}}, versions: [{{name: v1, storage: true, schema: {{openAPIV3Schema: {schema}}}}}]}}}}"
        )
    };
    let at = |told: &str| format!("spec.versions[0].schema.openAPIV3Schema{told}");
    for clean in [
        "{properties: {a.b: {default: {x: y}, enum: [5, a], maximum: 1.5}}, additionalProperties: null}",
        "{items: {unknown: 1}, additionalProperties: {unknown: 1}, dependencies: {a: [b], c: {unknown: 1}, d: 5}}",
        "{items: 5, additionalItems: false}",
    ] {
        check(&crd(clean), &[]);
    }
    for (schema, told, bytes) in [
        ("{definitions: {a: {unknown: 1}}}", ".definitions.a.unknown: unknown field `unknown`", "unknown"),
        ("{items: {type: 5}, x: y}", ".items.type: expected string, found integer", "5"),
        ("{items: [5]}", ".items[0]: expected map, found integer", "5"),
        ("{additionalProperties: a}", ".additionalProperties: expected map or boolean, found string", "a"),
        ("{dependencies: {a: [5]}}", ".dependencies.a[0]: expected string, found integer", "5"),
        ("{maximum: '5'}", ".maximum: expected number, found string", "'5'"),
    ] {
        let found = faults(&crd(schema));
        assert_eq!(found.first(), Some(&(at(told), bytes.to_owned())), "{schema}: {found:?}");
    }
    let after = faults(&crd("{items: {}, x: y}"));
    assert_eq!(after.len(), 1, "unknown fields count again after a part that decodes itself: {after:?}");
}

#[test]
fn the_root_must_be_a_map() {
    let pod = kind("v1", "Pod").unwrap();
    assert_eq!(validate(&parse_one("null").unwrap(), pod), []);
    let found = validate(&parse_one("[]").unwrap(), pod);
    assert_eq!(found[0].kind, FaultKind::WrongType { expected: "map", found: "list" });
    assert_eq!(found[0].path, "");
}

#[test]
fn parts_of_an_object_can_be_judged_alone() {
    let container =
        kind("v1", "Pod").unwrap().ty().at(&["spec", "containers"]).unwrap().shape.object().unwrap();
    let mut count = 0;
    each_fault(&parse_one("{name: a, imagee: b, tty: 1}").unwrap(), container, &mut |_| count += 1);
    assert_eq!(count, 2);
}
