//! `cargo xtask new-check FAMILY ID`: the two files of a check, and its place in the family.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// `cargo xtask new-check`
#[derive(clap::Args)]
pub(crate) struct Args {
    /// document, workload, image, namespace, rbac, network, …
    family: String,
    /// Kebab-case; names the bad pattern
    id: String,
}

/// What the checks of a family look at.
struct Family {
    name: &'static str,
    /// What the file uses besides the prelude.
    uses: &'static str,
    run: &'static str,
    body: &'static str,
    page: &'static str,
}

const FAMILIES: [Family; 23] = [
    Family { name: "document", uses: "", run: "Run::Object(run)", body: OF_OBJECT, page: OBJECTS },
    Family { name: "workload", uses: "", run: "Run::Pod(run)", body: OF_POD, page: PODS },
    Family { name: "image", uses: "", run: "Run::Pod(run)", body: OF_POD, page: PODS },
    Family {
        name: "namespace",
        uses: "use super::NAMESPACE;\n",
        run: "Run::Kinds(NAMESPACE, run)",
        body: OF_NAMESPACE,
        page: NAMESPACES,
    },
    Family { name: "configuration", uses: "", run: "Run::Object(run)", body: OF_OBJECT, page: OBJECTS },
    Family { name: "reliability", uses: "", run: "Run::Pod(run)", body: OF_POD, page: PODS },
    Family { name: "api", uses: "", run: "Run::Object(run)", body: OF_OBJECT, page: OBJECTS },
    Family {
        name: "rbac",
        uses: "use super::ROLES;\nuse super::rule::Rule;\n",
        run: "Run::Kinds(ROLES, run)",
        body: OF_ROLE,
        page: ROLES,
    },
    Family {
        name: "service",
        uses: "use super::SERVICE;\n",
        run: "Run::Kinds(SERVICE, run)",
        body: OF_SPEC,
        page: SERVICES,
    },
    Family {
        name: "ingress",
        uses: "use super::INGRESS;\n",
        run: "Run::Kinds(INGRESS, run)",
        body: OF_SPEC,
        page: INGRESSES,
    },
    Family {
        name: "network",
        uses: "use super::POLICY;\n",
        run: "Run::Kinds(POLICY, run)",
        body: OF_SPEC,
        page: POLICIES,
    },
    Family { name: "storage", uses: "", run: "Run::Object(run)", body: OF_OBJECT, page: OBJECTS },
    Family { name: "admission", uses: "", run: "Run::Object(run)", body: OF_OBJECT, page: OBJECTS },
    Family {
        name: "audit",
        uses: "use super::POLICY;\nuse super::lint::Lint;\n",
        run: "Run::Kinds(POLICY, run)",
        body: OF_AUDIT,
        page: AUDIT,
    },
    Family {
        name: "apiserver",
        uses: "use ironsides_settings::Settings;\n\nuse super::KUBE_APISERVER;\n",
        run: "Run::Settings(KUBE_APISERVER, run)",
        body: OF_SETTINGS,
        page: SETTINGS,
    },
    Family {
        name: "controller_manager",
        uses: "use ironsides_settings::Settings;\n\nuse super::KUBE_CONTROLLER_MANAGER;\n",
        run: "Run::Settings(KUBE_CONTROLLER_MANAGER, run)",
        body: OF_SETTINGS,
        page: SETTINGS,
    },
    Family {
        name: "scheduler",
        uses: "use ironsides_settings::Settings;\n\nuse super::KUBE_SCHEDULER;\n",
        run: "Run::Settings(KUBE_SCHEDULER, run)",
        body: OF_SETTINGS,
        page: SETTINGS,
    },
    Family {
        name: "etcd",
        uses: "use ironsides_settings::Settings;\n\nuse super::ETCD;\n",
        run: "Run::Settings(ETCD, run)",
        body: OF_SETTINGS,
        page: SETTINGS,
    },
    Family {
        name: "kube_proxy",
        uses: "use ironsides_settings::Settings;\n\nuse super::KUBE_PROXY;\n",
        run: "Run::Shared(KUBE_PROXY, run)",
        body: OF_SETTINGS,
        page: SETTINGS,
    },
    Family { name: "host_files", uses: "", run: "Run::Host(run)", body: OF_HOST, page: HOSTS },
    Family { name: "kernel", uses: "", run: "Run::Host(run)", body: OF_HOST, page: HOSTS },
    Family {
        name: "nodes",
        uses: "use ironsides_core::Inventory;\n\nuse crate::check::NODE_FACTS;\n",
        run: "Run::Together { judges: &[NODE_FACTS], needs: &[], welcomes: &[], run }",
        body: OF_NODES,
        page: HOSTS,
    },
    Family { name: "reference", uses: "", run: "Run::Object(run)", body: OF_OBJECT, page: OBJECTS },
];

const RUST: &str = r#"//! TITLE.

USESuse crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ID",
        title: "TITLE",
        severity: Severity::Medium,
        family: "FAMILY",
        since: "VERSION",
        page: include_str!("MODULE.md"),
    },
    run: RUN,
};

BODY"#;

const OF_POD: &str = r#"fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        let at = container.get("image");
        out.pass(&at);
    }
}
"#;

const OF_NAMESPACE: &str = r#"fn run(namespace: &Object, out: &mut Out<'_>) {
    let at = namespace.cursor().get("metadata").get("labels");
    out.pass(&at);
}
"#;

const OF_ROLE: &str = r"fn run(role: &Object, out: &mut Out<'_>) {
    for rule in Rule::all(role) {
        out.pass(&rule.at);
    }
}
";

const OF_AUDIT: &str = r"fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (_, _, at) in lint.rules() {
        out.pass(at);
    }
}
";

const OF_SETTINGS: &str = r#"fn run(settings: &Settings, out: &mut Out<'_>) {
    let Some(setting) = out.get(settings, "profiling") else { return };
    out.pass_setting(&setting);
}
"#;

const OF_SPEC: &str = r#"fn run(object: &Object, out: &mut Out<'_>) {
    let at = object.cursor().get("spec");
    out.pass(&at);
}
"#;

const OF_OBJECT: &str = r#"fn run(object: &Object, out: &mut Out<'_>) {
    let at = object.cursor().get("kind");
    out.pass(&at);
}
"#;

const OF_HOST: &str = r"fn run(host: &Host, out: &mut Out<'_>) {
    for path in host.files.keys() {
        out.pass_with(out.file(path, path, None));
    }
}
";

const OF_NODES: &str = r"fn run(node: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    if out.say_unreadable() {
        return;
    }
    let others = inventory.of_kind(NODE_FACTS.0, NODE_FACTS.1).filter(|other| !std::ptr::eq(*other, node));
    let Some(host) = out.host().filter(|_| others.count() > 0) else { return };
    for path in host.files.keys() {
        out.pass_with(out.file(path, path, None));
    }
}
";

const PAGE: &str = "\
Say why this matters: what an attacker gains, or what breaks.

## Fix

Say what to write instead, and what to test afterwards.

## Examples

EXAMPLES
## Exceptions

Say who may do it all the same.
";

const PODS: &str = "\
```yaml flagged
apiVersion: v1
kind: Pod
metadata:
  name: example
spec:
  containers:
  - name: app # finding
    image: registry.example/app:1.2.3
```

```yaml passes
apiVersion: apps/v1
kind: Deployment
metadata:
  name: example
spec:
  selector:
    matchLabels: {app: example}
  template:
    metadata:
      labels: {app: example}
    spec:
      initContainers:
      - name: setup
        image: registry.example/setup:1.2.3
      containers:
      - name: app
        image: registry.example/app:1.2.3
```
";

const NAMESPACES: &str = "\
```yaml flagged
apiVersion: v1
kind: Namespace
metadata:
  name: example # finding
```

```yaml passes
apiVersion: v1
kind: Namespace
metadata:
  name: example
```
";

const ROLES: &str = "\
```yaml flagged
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: example, namespace: shop}
rules:
- apiGroups: [\"\"] # finding
  resources: [pods]
  verbs: [get]
```

```yaml passes
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: example, namespace: shop}
rules: []
```
";

const SERVICES: &str = "\
```yaml flagged
apiVersion: v1
kind: Service
metadata: {name: example}
spec: # finding
  ports: [{port: 80}]
```

```yaml passes
apiVersion: v1
kind: Service
metadata: {name: example}
spec:
  ports: [{port: 80}]
```
";

const INGRESSES: &str = "\
```yaml flagged
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: example}
spec: # finding
  rules: []
```

```yaml passes
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: example}
spec:
  rules: []
```
";

const POLICIES: &str = "\
```yaml flagged
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: example}
spec: # finding
  podSelector: {}
```

```yaml passes
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: example}
spec:
  podSelector: {}
```
";

const AUDIT: &str = "\
```yaml flagged
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: Metadata # finding
```

```yaml passes
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: Metadata
```
";

const HOSTS: &str = "\
```yaml flagged
apiVersion: ironsides.dev/v1
kind: NodeFacts
metadata: {name: worker-1}
files:
  /etc/kubernetes/kubelet.conf: {kind: file, mode: \"0644\", uid: 0, gid: 0} # finding
```

```yaml passes
apiVersion: ironsides.dev/v1
kind: NodeFacts
metadata: {name: worker-1}
files:
  /etc/kubernetes/kubelet.conf: {kind: file, mode: \"0600\", uid: 0, gid: 0}
```
";

const SETTINGS: &str = "\
```yaml flagged
apiVersion: ironsides.dev/v1
kind: NodeFacts
metadata: {name: control-plane-1}
processes:
- pid: 1200
  program: kube-apiserver
  arguments:
  - kube-apiserver
  - --profiling=true # finding
```

```yaml passes
apiVersion: ironsides.dev/v1
kind: NodeFacts
metadata: {name: control-plane-1}
processes:
- {pid: 1200, program: kube-apiserver, arguments: [kube-apiserver, --profiling=false]}
```
";

const OBJECTS: &str = "\
```yaml flagged
apiVersion: v1
kind: ConfigMap
metadata:
  name: example # finding
```

```yaml passes
apiVersion: v1
kind: ConfigMap
metadata:
  name: example
```
";

pub(crate) fn run(args: &Args) -> Result<()> {
    let src = crate::root().join("crates/checks/src");
    let Files { rust, page, list } = files(&src, args)?;
    let Args { family, id } = args;
    let module = id.replace('-', "_");
    let folder = src.join(family);
    let made = [
        (folder.join(format!("{module}.rs")), rust),
        (folder.join(format!("{module}.md")), page),
        (src.join(format!("{family}.rs")), list),
    ];
    for (path, text) in made {
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let folder = format!("crates/checks/src/{family}");
    #[expect(clippy::print_stdout, reason = "what was asked for")]
    {
        println!(
            "made      {folder}/{module}.rs\n\
             made      {folder}/{module}.md\n\
             extended  {folder}.rs\n\n\
             Next:\n  \
             edit both files: they are a frame that fails its tests\n  \
             cargo fmt\n  \
             cargo test -p ironsides-checks\n  \
             cargo xtask gen docs"
        );
    }
    Ok(())
}

/// What is to be written.
#[derive(Debug)]
struct Files {
    rust: String,
    page: String,
    list: String,
}

/// Makes everything that a new check needs, and writes nothing.
fn files(src: &Path, Args { family, id }: &Args) -> Result<Files> {
    let kebab = kebab(id);
    if *id != kebab {
        let meant = if kebab.is_empty() { String::new() } else { format!("; did you mean {kebab}?") };
        bail!("{id:?} is not kebab-case{meant}");
    }
    let Some(Family { name, uses, run, body, page }) =
        FAMILIES.into_iter().find(|known| known.name == family)
    else {
        let names = FAMILIES.map(|known| known.name).join(", ");
        bail!("there is no family {family:?}; the families are {names}");
    };
    let module = id.replace('-', "_");
    for ending in ["rs", "md"] {
        let path = src.join(name).join(format!("{module}.{ending}"));
        if path.exists() {
            bail!("{} is there already", path.display());
        }
    }
    let list = src.join(format!("{name}.rs"));
    let text = fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let rust = RUST
        .replace("USES", uses)
        .replace("RUN", run)
        .replace("BODY", body)
        .replace("MODULE", &module)
        .replace("ID", id)
        .replace("TITLE", &id.replace('-', " "))
        .replace("FAMILY", name)
        .replace("VERSION", env!("CARGO_PKG_VERSION"));
    let list = enlist(&text, &module).with_context(|| format!("in {}", list.display()))?;
    Ok(Files { rust, page: PAGE.replace("EXAMPLES", page), list })
}

/// The nearest form that is right: `Some_BadPattern` becomes `some-bad-pattern`.
fn kebab(id: &str) -> String {
    let mut words = String::new();
    for letter in id.chars() {
        match letter {
            _ if letter.is_ascii_uppercase() => {
                if words.ends_with(|last: char| last.is_ascii_lowercase() || last.is_ascii_digit()) {
                    words.push('-');
                }
                words.push(letter.to_ascii_lowercase());
            }
            _ if letter.is_ascii_lowercase() || letter.is_ascii_digit() => words.push(letter),
            _ if words.is_empty() || words.ends_with('-') => {}
            _ => words.push('-'),
        }
    }
    words.trim_end_matches('-').to_owned()
}

/// Puts a module into a family's file: its `mod` line and its entry in the list, both in alphabetical order.
fn enlist(text: &str, module: &str) -> Result<String> {
    // Between the two, formatting may put a line break.
    const TYPE: &str = "CHECKS: &[&Check] =";
    let kind = text.find(TYPE).context("the family's file has no list of checks")? + TYPE.len();
    let start = kind + text[kind..].find("&[").context("the family's list has no beginning")? + 2;
    let end = start + text[start..].find(']').context("the family's list has no end")?;
    let mut checks: Vec<&str> =
        text[start..end].split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
    let entry = format!("&{module}::CHECK");
    checks.push(&entry);
    checks.sort_unstable();
    let mut lines: Vec<&str> = text[..kind].lines().collect();
    let line = format!("mod {module};");
    let last = |start: &str| lines.iter().rposition(|known| known.starts_with(start)).map(|at| at + 1);
    let place = lines
        .iter()
        .position(|known| known.starts_with("mod ") && **known > *line)
        .or_else(|| last("mod "))
        .or_else(|| last("use "))
        .unwrap_or(0);
    lines.insert(place, &line);
    let list = checks.join(",\n    ");
    Ok(format!("{} &[\n    {list},\n{}", lines.join("\n"), &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_check(family: &str, id: &str) -> Result<Files> {
        let src = crate::root().join("crates/checks/src");
        files(&src, &Args { family: family.to_owned(), id: id.to_owned() })
    }

    #[test]
    fn every_family_takes_a_check() {
        for family in FAMILIES {
            for id in ["aaa-first", "host-pie", "zzz-last"] {
                let Files { rust, page, list } = new_check(family.name, id).unwrap();
                let module = id.replace('-', "_");
                let mods: Vec<&str> = list.lines().filter(|line| line.starts_with("mod ")).collect();
                assert!(mods.is_sorted() && mods.contains(&&*format!("mod {module};")), "{list}");
                let checks: Vec<&str> =
                    list.lines().map(str::trim).filter(|line| line.ends_with("::CHECK,")).collect();
                assert!(checks.is_sorted() && checks.contains(&&*format!("&{module}::CHECK,")), "{list}");
                let known =
                    fs::read_to_string(crate::root().join(format!("crates/checks/src/{}.rs", family.name)));
                assert_eq!(known.unwrap().matches("::CHECK").count() + 1, checks.len(), "{list}");
                assert!(rust.contains(&format!("id: \"{id}\"")) && rust.contains(family.run), "{rust}");
                assert!(page.contains("# finding") && page.contains("```yaml passes"), "{page}");
            }
        }
    }

    #[test]
    fn mistakes_are_answered() {
        let said = |family, id| new_check(family, id).unwrap_err().to_string();
        assert_eq!(
            said("pods", "a"),
            "there is no family \"pods\"; the families are document, workload, image, namespace, configuration, reliability, api, rbac, \
             service, ingress, network, storage, admission, audit, apiserver, controller_manager, scheduler, etcd, \
             kube_proxy, host_files, kernel, nodes, reference"
        );
        assert_eq!(
            said("image", "Some_BadPattern"),
            "\"Some_BadPattern\" is not kebab-case; did you mean some-bad-pattern?"
        );
        assert!(said("workload", "host-pid").contains("is there already"));
    }

    #[test]
    fn a_check_finds_its_place() {
        let text = "//! X.\n\nuse crate::check::Check;\n\nmod b;\nmod d;\n\npub static CHECKS: &[&Check] =\n    &[&b::CHECK, &d::CHECK];\n";
        let grown = enlist(text, "c").unwrap();
        assert!(grown.contains("mod b;\nmod c;\nmod d;\n"), "{grown}");
        assert!(
            grown.contains("CHECKS: &[&Check] = &[\n    &b::CHECK,\n    &c::CHECK,\n    &d::CHECK,\n];\n"),
            "{grown}"
        );
        assert!(enlist(text, "e").unwrap().contains("mod d;\nmod e;\n"));
    }
}
