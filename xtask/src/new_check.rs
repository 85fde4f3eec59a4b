//! `cargo xtask new-check FAMILY ID`: the two files of a check, and its place in the family.

use std::fs;

use anyhow::{Context, Result, bail};

/// `cargo xtask new-check`
#[derive(clap::Args)]
pub(crate) struct Args {
    /// workload, image, namespace or document
    family: String,
    /// Kebab-case; names the bad pattern
    id: String,
}

const RUST: &str = r#"//! TITLE.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ID",
        title: "TITLE",
        severity: Severity::Medium,
        family: "FAMILY",
        since: "VERSION",
        page: include_str!("MODULE.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        let at = container.get("image");
        out.pass(&at);
    }
}
"#;

const PAGE: &str = "\
Say why this matters: what an attacker gains, or what breaks.

## Fix

Say what to write instead, and what to test afterwards.

## Examples

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

## Exceptions

Say who may do it all the same.
";

pub(crate) fn run(args: &Args) -> Result<()> {
    let Args { family, id } = args;
    let words = id
        .split('-')
        .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    if !words {
        bail!("{id:?} is not kebab-case");
    }
    let src = crate::root().join("crates/checks/src");
    let list = src.join(format!("{family}.rs"));
    let text = fs::read_to_string(&list)
        .with_context(|| format!("there is no family {family:?} ({})", list.display()))?;
    let module = id.replace('-', "_");
    let rust = src.join(family).join(format!("{module}.rs"));
    if rust.exists() {
        bail!("{} is there already", rust.display());
    }
    let fill = |template: &str| {
        template
            .replace("MODULE", &module)
            .replace("ID", id)
            .replace("TITLE", &id.replace('-', " "))
            .replace("FAMILY", family)
            .replace("VERSION", env!("CARGO_PKG_VERSION"))
    };
    fs::write(&rust, fill(RUST)).with_context(|| format!("cannot write {}", rust.display()))?;
    fs::write(rust.with_extension("md"), PAGE)?;
    fs::write(&list, enlist(&text, &module)?)?;
    Ok(())
}

/// Puts a module into a family's file: its `mod` line and its entry in the list, both in alphabetical order.
fn enlist(text: &str, module: &str) -> Result<String> {
    let open = text.find("&[&Check] = &[").context("the family's file has no list of checks")?;
    let start = open + "&[&Check] = &[".len();
    let end = start + text[start..].find(']').context("the family's list has no end")?;
    let mut checks: Vec<String> = text[start..end]
        .split(',')
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty())
        .collect();
    checks.push(format!("&{module}::CHECK"));
    checks.sort();
    let head = &text[..start];
    let mut lines: Vec<String> = head.lines().map(ToOwned::to_owned).collect();
    let line = format!("mod {module};");
    let place = lines
        .iter()
        .position(|known| known.starts_with("mod ") && *known > line)
        .or_else(|| lines.iter().rposition(|known| known.starts_with("mod ")).map(|at| at + 1))
        .or_else(|| lines.iter().rposition(|known| known.starts_with("use ")).map(|at| at + 1))
        .unwrap_or(lines.len());
    lines.insert(place, line);
    let list = checks.join(",\n    ");
    Ok(format!("{}\n    {list},\n{}", lines.join("\n"), &text[end..]))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_check_finds_its_place() {
        let text = "//! X.\n\nuse crate::check::Check;\n\nmod b;\nmod d;\n\npub static CHECKS: &[&Check] = &[&b::CHECK, &d::CHECK];\n";
        let grown = super::enlist(text, "c").unwrap();
        assert!(grown.contains("mod b;\nmod c;\nmod d;\n"), "{grown}");
        assert!(grown.contains("&[\n    &b::CHECK,\n    &c::CHECK,\n    &d::CHECK,\n];\n"), "{grown}");
        assert!(super::enlist(text, "e").unwrap().contains("mod d;\nmod e;\n"));
    }
}
