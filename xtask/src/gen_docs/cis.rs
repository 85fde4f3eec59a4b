//! The table of `docs/accuracy.md` that says which tool decides which control of the CIS benchmark.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result};
use serde_json::Value;

const BEGIN: &str = "<!-- cis:begin -->";
const END: &str = "<!-- cis:end -->";

/// What other tools do, by control.
const TOOLS: &str = include_str!("../../data/cis-1.12-tools.tsv");

/// `docs/accuracy.md` with the table made anew from the controls of the framework.
pub(super) fn page(before: &str, framework: &Value) -> Result<String> {
    let (head, rest) = before.split_once(BEGIN).context("docs/accuracy.md has no cis:begin")?;
    let (_, tail) = rest.split_once(END).context("docs/accuracy.md has no cis:end")?;
    Ok(format!("{head}{BEGIN}\n{}{END}{tail}", table(framework)?))
}

fn table(framework: &Value) -> Result<String> {
    let controls = framework["controls"].as_array().context("the framework has no controls")?;
    let ours: BTreeMap<&str, &Value> =
        controls.iter().filter_map(|control| Some((control["id"].as_str()?, control))).collect();
    let (mut rows, mut counts) = (String::new(), [[0_u32; 3]; 2]);
    let mut own = BTreeMap::<&str, u32>::new();
    let lines = TOOLS.lines().filter(|line| !line.starts_with('#')).skip(1);
    for line in lines {
        let mut cells = line.split('\t');
        let mut cell = || cells.next().unwrap_or_default();
        let (id, tools) = (cell(), [cell(), cell()]);
        for (count, tool) in counts.iter_mut().zip(tools) {
            let at = ["decides", "warns", "by hand"].iter().position(|known| *known == tool);
            if let Some(count) = at.and_then(|at| count.get_mut(at)) {
                *count += 1;
            }
        }
        let control = ours.get(id).copied().unwrap_or(&Value::Null);
        let answer = answer(control);
        *own.entry(answer).or_default() += 1;
        let title = control["title"].as_str().unwrap_or_default();
        let [kube_bench, kubescape] = tools;
        writeln!(rows, "| {id} | {title} | {kube_bench} | {kubescape} | {answer} |")?;
    }
    let [kube_bench, kubescape] = counts.map(|[decides, warns, hand]| {
        let warns = if warns > 0 { format!(", {warns} warn only") } else { String::new() };
        format!("{decides} decided{warns}, {hand} by hand")
    });
    let count = |name: &str| own.get(name).copied().unwrap_or_default();
    Ok(format!(
        "| control | what it asks for | kube-bench | kubescape | Ironsides |\n|---|---|---|---|---|\n{rows}\nkube-bench: \
         {kube_bench}. kubescape: {kubescape}. Ironsides: {} decided, {} in part (it can fail, and never passes), {} by hand, \
         {} not yet.\n",
        count("decides"),
        count("a part"),
        count("by hand"),
        count("no"),
    ))
}

/// What the checks behind a control come to.
fn answer(control: &Value) -> &'static str {
    let checks = control["checks"].as_array().is_some_and(|checks| !checks.is_empty());
    let (manual, needs) = (!control["manual"].is_null(), !control["needs"].is_null());
    match (checks, manual, needs) {
        (true, false, false) => "decides",
        (true, ..) => "a part",
        (false, true, _) => "by hand",
        (false, false, _) => "no",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_table_changes_and_every_control_has_a_row() {
        let framework = json!({"controls": [
            {"id": "1.1.1", "title": "a", "checks": ["x"], "manual": null, "needs": null},
            {"id": "1.1.2", "title": "b", "checks": ["x"], "manual": "look", "needs": null},
            {"id": "3.1.1", "title": "c", "checks": [], "manual": "look", "needs": null},
        ]});
        let text = page(&format!("before\n{BEGIN}\nold\n{END}\nafter\n"), &framework).unwrap();
        assert!(text.starts_with("before\n") && text.ends_with("\nafter\n") && !text.contains("old"));
        assert!(text.contains(
            "| 1.1.1 | a | decides | decides | decides |\n| 1.1.2 | b | decides | decides | a part |\n"
        ));
        assert!(text.contains("| 3.1.1 | c | by hand | by hand | by hand |\n"));
        assert_eq!(text.matches("\n| ").count() - 1, 131);
        assert!(
            text.contains("1 decided, 1 in part (it can fail, and never passes), 1 by hand, 128 not yet.")
        );
        assert!(page("no markers", &framework).is_err());
    }
}
