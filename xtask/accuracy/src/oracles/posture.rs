//! Manifests put to the checks that a rule of another tool corresponds to.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use ironsides_checks::foreign::{self, Mapping, Tool};
use ironsides_checks::{Check, Judge, Options};
use ironsides_core::{Finding, Inventory, Object, Origin, Verdict};
use ironsides_tree::{Documents, Limits};

use crate::oracle::Score;

/// Compares one case: whether a rule of a tool is to fail for some manifests, and whether any check of ours that
/// corresponds to it fails.
pub(super) fn compare(
    score: &mut Score,
    tool: Tool,
    rule: &str,
    case: impl FnOnce() -> String,
    expected: &str,
    manifests: &str,
) {
    compare_by(score, tool, rule, case, expected, manifests, |verdict| *verdict == Verdict::Fail);
}

/// Compares one case where what cannot be told is no pass: rules of facts fail where a fact is not there.
pub(super) fn compare_strictly(
    score: &mut Score,
    tool: Tool,
    rule: &str,
    case: impl FnOnce() -> String,
    expected: &str,
    manifests: &str,
) {
    compare_by(score, tool, rule, case, expected, manifests, |verdict| {
        matches!(verdict, Verdict::Fail | Verdict::Unknown { .. })
    });
}

fn compare_by(
    score: &mut Score,
    tool: Tool,
    rule: &str,
    case: impl FnOnce() -> String,
    expected: &str,
    manifests: &str,
    fails: fn(&Verdict) -> bool,
) {
    match foreign::checks(tool, rule) {
        Mapping::Unmapped(reason) => score.unmapped(rule, reason),
        Mapping::Unknown => {
            let missing = anyhow::anyhow!("frameworks/tools/{}.toml says nothing of {rule}", tool.name());
            score.compare(case, expected, Err(missing));
        }
        Mapping::Mapped(checks) => {
            // With the reason in what is shown, but not in what is compared.
            let got = verdict(checks, manifests, fails);
            let said = got.as_ref().ok().filter(|(fails, _)| answer(*fails) != expected);
            let shown = said.map(|(fails, why)| format!("{}{why}", answer(*fails)));
            let got = got.map(|(fails, _)| shown.unwrap_or_else(|| answer(fails).to_owned()));
            score.compare(case, expected, got);
        }
    }
}

fn answer(fails: bool) -> &'static str {
    if fails { "fail" } else { "pass" }
}

/// Whether any of the checks fails for the manifests, seen together, and what it says.
fn verdict(checks: &[&Check], manifests: &str, fails: fn(&Verdict) -> bool) -> Result<(bool, String)> {
    let only = checks.iter().map(|check| check.meta.id.to_owned()).collect();
    let findings = judge(Options { only, ..Options::default() }, manifests)?;
    let failed = findings.iter().filter(|finding| fails(&finding.verdict));
    let said: Vec<String> = failed.map(|finding| format!("{}: {}", finding.check, finding.message)).collect();
    let names: Vec<&str> = checks.iter().map(|check| check.meta.id).collect();
    let why =
        if said.is_empty() { format!(" ({})", names.join(", ")) } else { format!(" ({})", said.join("; ")) };
    Ok((!said.is_empty(), why))
}

/// What checks say about all documents of a text, seen together.
pub(super) fn judge(options: Options, manifests: &str) -> Result<Vec<Finding>> {
    let judge = Judge::new(options);
    let (mut findings, mut counts, mut inventory) = (Vec::new(), judge.counts(), Inventory::default());
    let mut seen = 0;
    for document in Documents::new(manifests, Limits::default()) {
        let document = document.context("the manifest cannot be read")?;
        if document.root.as_map().is_none() {
            continue;
        }
        let origin = Origin::File { path: Arc::from("case.yaml"), text: Arc::from(manifests) };
        let object = Object::new(document.root, origin, document.remarks);
        judge.object(&object, &mut findings, &mut counts);
        if judge.keeps(&object) {
            inventory.push(object);
        }
        seen += 1;
    }
    if seen == 0 {
        bail!("there is no object in the manifest");
    }
    judge.together(&inventory, &mut findings, &mut counts);
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST_PID: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostPID: true, containers: [{name: a, image: a:1}]}\n";

    #[test]
    fn a_rule_fails_where_a_check_of_its_own_fails() {
        let score = |rule: &str, expected: &str, manifests: &str| {
            let mut score = Score::default();
            compare(&mut score, Tool::Polaris, rule, || "case".into(), expected, manifests);
            score
        };
        assert_eq!(score("hostPIDSet", "fail", HOST_PID).tally.agree, 1);
        assert_eq!(score("hostIPCSet", "pass", HOST_PID).tally.agree, 1);
        let wrong = score("hostPIDSet", "pass", HOST_PID);
        assert_eq!(
            wrong.disagreements[0].got,
            "fail (host-pid: the pod shares the node's process namespace)"
        );
        for manifests in ["", "a: [", "- a"] {
            let broken = score("hostPIDSet", "pass", manifests);
            assert!(broken.disagreements[0].got.starts_with("error: "), "{manifests}");
        }
        let unknown = score("hostPidSet", "pass", HOST_PID);
        assert!(unknown.disagreements[0].got.contains("says nothing of hostPidSet"));
    }
}
