//! What is refused, where, and what the message says to do.

use std::sync::Arc;

use ironsides_render::kustomize::{Options, build};
use ironsides_render::{Files, Item, ReadError};

use crate::support::{Memory, built, built_in, said};

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

fn error(files: &[(&str, &str)]) -> String {
    let files = Memory::new(files.iter().copied());
    match built_in(&files, "") {
        Ok(built) => panic!("built {}", built.rendered.text),
        Err(error) => said(&error),
    }
}

#[test]
fn kustomization_files() {
    for (text, expected) in [
        (
            "resorces: [a.yaml]\n",
            "kustomization.yaml:1:1: a kustomization has no field resorces (did you mean resources?)",
        ),
        (
            "resources: a.yaml\n",
            "kustomization.yaml:1:12: resources of a kustomization must be a list, and is a string",
        ),
        (
            "namePrefix: 5\n",
            "kustomization.yaml:1:13: namePrefix of a kustomization must be a string, and is an integer (put it in quotes)",
        ),
        (
            "kind: Foo\nresources: [a]\n",
            "kustomization.yaml:1:7: the kind must be Kustomization or Component, and is Foo",
        ),
        (
            "apiVersion: v1\nresources: [a]\n",
            "the apiVersion of a Kustomization must be kustomize.config.k8s.io/v1beta1, and is v1",
        ),
        ("", "the kustomization is empty"),
        ("resources: [\n", "cannot read it as YAML"),
        ("- a\n", "a kustomization must be a map, and is a list"),
        ("images: [{nam: x}]\n", "kustomization.yaml:1:11: images[0] has no field nam (did you mean name?)"),
        (
            "labels: [{pairs: {a: yes}}]\n",
            "pairs[a] of labels[0] must be a string, and is a boolean (put it in quotes)",
        ),
        (
            "resources: [missing.yaml]\n",
            "kustomization.yaml:1:13: cannot use missing.yaml: missing.yaml does not exist",
        ),
        (
            "resources: [\"https://example.com/a.yaml\"]\n",
            "https://example.com/a.yaml is remote (nothing is fetched",
        ),
        ("resources: [\"github.com/example/app?ref=v1\"]\n", "github.com/example/app?ref=v1 is remote"),
        ("components: [\"git@github.com:a/b.git\"]\n", "is remote"),
        ("resources: [../x.yaml]\n", "cannot use ../x.yaml"),
        ("patches: [{path: p.yaml}]\n", "cannot use p.yaml"),
        ("patches: [{target: {kind: X}}]\n", "patches[0] holds no patch (set `patch` or `path`)"),
        ("patches: [{path: a, patch: b}]\n", "patches[0] has both patch and path"),
        (
            "patches: [{patch: '[{\"op\": \"add\", \"path\": \"/a\"}]'}]\n",
            "patches[0] is a JSON patch without a target (set `target`)",
        ),
        (
            "patches: [{patch: '[{\"op\": \"ad\"}]', target: {}}]\n",
            "operation 0 of the patch has the op `ad`",
        ),
        (
            "patches: [{patch: 'kind: A\nmetadata: {name: x}', target: {name: '['}}]\n",
            "name of target of patches[0] is no regular expression",
        ),
        ("patches: [{patch: 'a: b', target: {labelSelector: 'a in b'}}]\n", "is no selector: `(` is missing"),
        ("configMapGenerator: [{literals: [a=b]}]\n", "configMapGenerator[0] has no name (set `name`)"),
        ("configMapGenerator: [{name: a, literals: [ab]}]\n", "a literal must be written as key=value"),
        ("configMapGenerator: [{name: a, literals: [a=b, a=c]}]\n", "would hold the key a twice"),
        (
            "configMapGenerator: [{name: a, behavior: merge, literals: [a=b]}]\n",
            "cannot merge into or replace ConfigMap a",
        ),
        ("configMapGenerator: [{name: a, type: b}]\n", "configMapGenerator[0] has no field type"),
        (
            "replicas: [{name: a, count: 2}]\n",
            "replicas: nothing named a is a Deployment, ReplicationController, ReplicaSet, StatefulSet",
        ),
        ("replacements: [{source: {kind: A}}]\n", "replacements[0] has no targets"),
        ("sortOptions: {order: x}\nconfigMapGenerator: [{name: a}]\n", "must be legacy or fifo, and is `x`"),
        (
            "transformers: ['{apiVersion: example.com/v1, kind: Mine, metadata: {name: x}}']\n",
            "Mine x is a plug-in, and nothing is run",
        ),
        ("helmCharts: [{name: x, repo: 'https://x'}]\n", "there is no chart at charts/x (nothing is fetched"),
        (
            "vars: [{name: A, objref: {kind: B, name: c}}]\n",
            "the var A takes its value from B c, which is not there",
        ),
    ] {
        let found = error(&[("kustomization.yaml", text)]);
        assert!(found.contains(expected), "{text}: {found}");
        assert!(!text.contains(": ") || found.starts_with("kustomization.yaml"), "{found}");
    }
}

#[test]
fn resources() {
    let kustomization = "resources: [r.yaml]\n";
    for (text, expected) in [
        ("a: [1\n", "r.yaml:"),
        ("just text\n", "r.yaml:1:1: a document is a scalar, and no Kubernetes object"),
        ("metadata: {name: a}\n", "r.yaml:1:1: an object has no kind"),
        ("kind: A\nmetadata: {}\n", "the A has no metadata.name"),
        (
            "kind: A\nmetadata: {name: a}\nb: 1\nb: 2\n",
            "r.yaml:4:1: the key b stands twice in its map, first in line 3",
        ),
        (
            "kind: A\nmetadata: {name: a}\nb: {1: 2}\n",
            "the key 1 is an integer, and kustomize takes only strings (put it in quotes)",
        ),
        (
            "kind: A\nmetadata: {name: a}\n---\nkind: A\nmetadata: {name: a}\n",
            "A a is there twice; it stands in r.yaml line 1 already",
        ),
        (
            "kind: A\nmetadata: {name: a}\nb: .inf\n",
            "r.yaml:3:4: A a: kustomize cannot print a number that is infinite",
        ),
        ("kind: A\nmetadata: {name: a}\nb: {{ .Values.x }}\n", "this looks like a template"),
    ] {
        let found = error(&[("kustomization.yaml", kustomization), ("r.yaml", text)]);
        assert!(found.contains(expected), "{text}: {found}");
    }
    let files = Memory::new([("kustomization.yaml", kustomization)]).with_bytes("r.yaml", &[0xff, 0xfe, 0]);
    assert!(
        said(&built_in(&files, "").unwrap_err())
            .contains("r.yaml: cannot read it as YAML: byte 0 is no UTF-8 text")
    );
}

#[test]
fn folders() {
    let base = ("base/kustomization.yaml", "resources: [a.yaml]\n");
    let found = error(&[
        ("kustomization.yaml", "resources: [base]\n"),
        ("base/kustomization.yaml", "resources: [..]\n"),
    ]);
    assert!(
        found.starts_with(
            "base/kustomization.yaml:1:13: kustomizations name each other in a circle: . -> base -> ."
        ),
        "{found}"
    );
    let found = error(&[
        ("kustomization.yaml", "resources: [a]\n"),
        ("a/kustomization.yaml", "components: [../b]\n"),
        ("b/kustomization.yaml", "kind: Component\ncomponents: [../a]\n"),
    ]);
    assert!(found.contains("circle: a -> b -> a"), "{found}");
    let found = error(&[("kustomization.yaml", "resources: [base]\n"), ("base/a.yaml", MAP)]);
    assert!(found.contains("the folder base has no kustomization.yaml"), "{found}");
    let found = error(&[
        ("kustomization.yaml", "resources: [base]\n"),
        base,
        ("base/Kustomization", ""),
        ("base/a.yaml", MAP),
    ]);
    assert!(
        found.contains("several kustomization files: kustomization.yaml, Kustomization (keep one of them)"),
        "{found}"
    );
    let found = error(&[("kustomization.yaml", "components: [base]\n"), base, ("base/a.yaml", MAP)]);
    assert!(
        found.contains("base is a Kustomization, and a Component is expected here (name it in `resources`)"),
        "{found}"
    );
    let found = error(&[
        ("kustomization.yaml", "resources: [o]\n"),
        ("o/kustomization.yaml", "resources: [../a.yaml]\n"),
        ("a.yaml", MAP),
    ]);
    assert!(found.starts_with("o/kustomization.yaml:1:13: the file a.yaml is not in or below o"), "{found}");
    let found =
        error(&[("kustomization.yaml", "resources: [/etc/base]\n"), ("/etc/base/kustomization.yaml", "")]);
    assert!(found.contains("/etc/base is absolute"), "{found}");
    let beside = [("o/kustomization.yaml", "resources: [../base]\n"), base, ("base/a.yaml", MAP)];
    let built = built(&beside, "o");
    assert_eq!(built.reads, ["base/a.yaml", "base/kustomization.yaml", "o/kustomization.yaml"]);
}

#[test]
fn patches_that_do_not_fit() {
    let resource = ("r.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n");
    for (patch, expected) in [
        (
            "patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}'",
            "patches[0]: there is no ConfigMap b (v1) to patch (correct its kind",
        ),
        (
            "patch: '{apiVersion: v2, kind: ConfigMap, metadata: {name: a}}'",
            "there is one of v1 in the namespace default",
        ),
        (
            "patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: [x]}'",
            "the patch has a list where there is a map",
        ),
        (
            "patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {$patch: x}}'",
            "$patch must be merge, replace or delete, and is `x`",
        ),
        (
            "target: {}\n  patch: '[{\"op\": \"replace\", \"path\": \"/data/x\", \"value\": 1}]'",
            "cannot replace /data/x of ConfigMap a: nothing is there",
        ),
        (
            "target: {}\n  patch: '[{\"op\": \"add\", \"path\": \"/x/y\", \"value\": 1}]'",
            "what it would stand in is not there; add that first",
        ),
        (
            "target: {}\n  patch: '[{\"op\": \"test\", \"path\": \"/data/k\", \"value\": 1}]'",
            "the value there is another one",
        ),
    ] {
        let kustomization = format!("resources: [r.yaml]\npatches:\n- {patch}\n");
        let found = error(&[("kustomization.yaml", &kustomization), resource]);
        assert!(found.contains(expected), "{patch}: {found}");
    }
}

#[test]
fn hostile_files_end_in_errors() {
    // Values that double with each replacement, paths without end, folders without end.
    let doubling = "- source: {kind: A, name: a, fieldPath: spec}\n  targets: [{select: {kind: A}, fieldPaths: [spec.N], options: {create: true}}]\n";
    let many: String = (0..64).map(|at| doubling.replace('N', &format!("n{at}"))).collect();
    let kustomization = format!("resources: [r.yaml]\nreplacements:\n{many}");
    let found = error(&[
        ("kustomization.yaml", &kustomization),
        ("r.yaml", "kind: A\nmetadata: {name: a}\nspec: {x: 1}\n"),
    ]);
    assert!(found.contains("grows beyond"), "{found}");
    let path = "a.".repeat(200_000);
    let long = format!(
        "resources: [r.yaml]\nreplacements: [{{sourceValue: x, targets: [{{select: {{kind: A}}, fieldPaths: [\"{path}b\"], options: {{create: true}}}}]}}]\n"
    );
    let found = error(&[("kustomization.yaml", &long), ("r.yaml", "kind: A\nmetadata: {name: a}\n")]);
    assert!(found.contains("a path has at most 100 names"), "{found}");
    let mut files: Vec<(String, String)> = (0..200)
        .map(|at| {
            let folder = "d/".repeat(at);
            (format!("{folder}kustomization.yaml"), "resources: [d]\n".to_owned())
        })
        .collect();
    files.push((format!("{}kustomization.yaml", "d/".repeat(200)), "namePrefix: x\n".to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert!(error(&files).contains("more than 64 levels deep"));
    let deep = format!("kind: A\nmetadata: {{name: a}}\nspec: {}1{}\n", "[".repeat(5000), "]".repeat(5000));
    assert!(error(&[("kustomization.yaml", "resources: [r.yaml]\n"), ("r.yaml", &deep)]).contains("nest"));
}

#[test]
fn warnings_name_what_took_the_place_of_deprecated_fields() {
    let files =
        [("kustomization.yaml", "resources: [r.yaml]\ncommonLabels: {a: b}\nvars: []\n"), ("r.yaml", MAP)];
    let warnings = built(&files, "").warnings;
    let lines: Vec<String> =
        warnings.iter().map(|one| format!("{}:{}: {}", one.path, one.line.unwrap(), one.message)).collect();
    assert_eq!(
        lines,
        [
            "kustomization.yaml:2: commonLabels is deprecated: use labels instead",
            "kustomization.yaml:3: vars is deprecated: use replacements instead"
        ]
    );
}

/// Files of which one is a link.
struct Linked(Memory, &'static str, &'static str);

impl Files for Linked {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, ReadError> {
        self.0.read(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<Item>, ReadError> {
        self.0.list(folder)
    }

    fn real(&self, path: &str) -> String {
        if path == self.1 { self.2.to_owned() } else { path.to_owned() }
    }
}

#[test]
fn links_that_lead_outside() {
    let files = |real| {
        let files = [
            ("k/kustomization.yaml", "resources: [a.yaml]\nconfigMapGenerator: [{name: b, files: [e]}]\n"),
            ("k/a.yaml", MAP),
            ("k/e", "x"),
        ];
        move |link| Linked(Memory::new(files), link, real)
    };
    for (link, real) in [("k/a.yaml", "other/a.yaml"), ("k/a.yaml", "../a.yaml"), ("k/e", "/etc/passwd")] {
        let told = built_in(&files(real)(link), "k").map_err(|error| said(&error)).unwrap_err();
        let expected = format!("the file {link} is a link to {real}, which is not in or below k");
        assert!(told.starts_with("k/kustomization.yaml:") && told.contains(&expected), "{told}");
    }
    assert!(built_in(&files("k/below/a.yaml")("k/a.yaml"), "k").is_ok());
    // The folder may be a link itself.
    let linked =
        Linked(Memory::new([("k/kustomization.yaml", "resources: [a.yaml]\n"), ("k/a.yaml", MAP)]), "k", "x");
    assert!(built_in(&linked, "k").is_ok());
    let anywhere = Options { files_anywhere: true, ..Options::default() };
    assert!(build(&files("/etc/passwd")("k/e"), "k", &anywhere).is_ok());
}
