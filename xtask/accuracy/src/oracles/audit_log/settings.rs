//! What is known of the cluster beforehand, as a rule file that says it to our rules.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result};
use serde::Deserialize;

/// Who is who and where, as it was recorded beside the log.
#[derive(Deserialize)]
struct Cluster {
    namespaces: Vec<String>,
    nodes: Vec<String>,
    identities: Vec<Identity>,
}

/// Somebody, with the place from which he works.
#[derive(Deserialize)]
struct Identity {
    role: String,
    user: String,
    group: Option<String>,
    address: String,
    agent: String,
}

/// Which of the rules' lists somebody of a role belongs into.
const ROLES: &[(&str, &[&str])] = &[
    ("admin", &["administrators"]),
    ("sre", &["production_operators", "node_operators"]),
    ("dev", &["production_operators"]),
    ("dev2", &["production_operators"]),
    ("data", &["production_operators"]),
    ("deployer", &["deployers", "powerful_accounts"]),
    ("backup", &["secret_readers", "rbac_readers", "powerful_accounts"]),
    ("operator", &["powerful_accounts"]),
    ("rotator", &["powerful_accounts", "token_issuers"]),
    ("runner", &["build_accounts"]),
    ("autoscaler", &["autoscalers"]),
];

/// The rule file that a user with this cluster would write.
pub(super) fn rule_file(identities: &str) -> Result<String> {
    let known: Cluster = serde_json::from_str(identities).context("identities.json")?;
    let mut out = String::new();
    list(&mut out, "production_namespaces", known.namespaces.iter().map(String::as_str))?;
    for identity in &known.identities {
        let lists = ROLES.iter().find(|(role, _)| *role == identity.role).map_or(&[][..], |(_, lists)| lists);
        for name in lists {
            // A person by the group, which is what rights are given to; of a strong account the name alone.
            match (*name, &identity.group) {
                ("powerful_accounts", _) => {
                    let item = identity.user.rsplit(':').next().unwrap_or_default();
                    list(&mut out, name, [item].into_iter())?;
                }
                ("administrators" | "production_operators" | "node_operators", Some(group)) => {
                    let groups = format!("{}_groups", name.trim_end_matches('s'));
                    list(&mut out, &groups, [group.as_str()].into_iter())?;
                }
                _ => list(&mut out, name, [identity.user.as_str()].into_iter())?,
            }
        }
    }
    // Of an unusual place address and program are both unknown: what either of the patterns matches is usual.
    let rows: BTreeMap<String, [String; 2]> = known
        .identities
        .iter()
        .filter(|identity| !identity.user.is_empty())
        .map(|identity| {
            let is_node = known.nodes.contains(&identity.user);
            let user = if is_node { format!("system:node:{}", identity.user) } else { identity.user.clone() };
            (user, [format!("{} *", identity.address), format!("* {}", identity.agent)])
        })
        .collect();
    let rows = serde_json::to_string(&rows)?;
    writeln!(out, "- table: usual_places\n  rows: {rows}\n  override: {{rows: append}}")?;
    Ok(out)
}

/// Adds items to a list of the rules. JSON strings are YAML.
fn list<'a>(out: &mut String, name: &str, items: impl Iterator<Item = &'a str>) -> Result<()> {
    let items = serde_json::to_string(&items.collect::<Vec<_>>())?;
    writeln!(out, "- list: {name}\n  items: {items}\n  override: {{items: append}}")?;
    Ok(())
}
