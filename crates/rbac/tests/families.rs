//! The table of families in `docs/rbac.md` is that of the code. `IRONSIDES_WRITE_DOCS=1 cargo test -p ironsides-rbac
//! --test families` writes it anew.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::fmt::Write;
use std::path::Path;

use ironsides_rbac::{Ask, Family, MadeBy, Place, families, resource_name};

const BEGIN: &str = "<!-- families: begin -->\n";
const END: &str = "<!-- families: end -->\n";

fn asked(ask: &Ask) -> String {
    let verbs: Vec<String> = ask
        .verbs
        .iter()
        .map(|verb| if verb.ends_with(':') { format!("{verb}…") } else { (*verb).to_owned() })
        .collect();
    let resources: Vec<String> = if ask.resources.is_empty() && ask.group.is_empty() {
        vec!["anything".to_owned()]
    } else if ask.resources.is_empty() {
        vec![resource_name(ask.group, "*")]
    } else {
        ask.resources.iter().map(|resource| resource_name(ask.group, resource)).collect()
    };
    let until = ask.before.map(|minor| format!(" (before 1.{minor})")).unwrap_or_default();
    format!("`{}` on `{}`{until}", verbs.join(", "), resources.join(", "))
}

fn requests(family: &Family) -> String {
    let lists: Vec<String> =
        family.asks().iter().map(|list| list.iter().map(asked).collect::<Vec<_>>().join(" or ")).collect();
    let place = match family.made_by {
        MadeBy::In(namespace, _) => format!(", in {namespace}"),
        MadeBy::Where(Place::CloudIdentity, _) => ", where such an account is".to_owned(),
        MadeBy::Requests(_) | MadeBy::Standing(_) => String::new(),
    };
    lists.join("; and ") + &place
}

fn table() -> String {
    let mut text = format!("{BEGIN}{} families.\n\n", families().len());
    text += "| family | cluster-wide | in a namespace | what an attacker does with it | requests | rather grant |\n";
    text += "|---|---|---|---|---|---|\n";
    for family in families() {
        let Family { id, severity, in_namespace, attack, instead, .. } = family;
        writeln!(
            text,
            "| {id} | {severity} | {in_namespace} | {attack} | {} | {instead} |",
            requests(family)
        )
        .unwrap();
    }
    text + END
}

#[test]
fn the_page_lists_the_families() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rbac.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let expected = format!("{before}{}{after}", table());
    if std::env::var_os("IRONSIDES_WRITE_DOCS").is_some() {
        std::fs::write(&path, expected).unwrap();
        return;
    }
    assert!(page == expected, "docs/rbac.md is stale; run this test with IRONSIDES_WRITE_DOCS=1");
}
