//! A policy as the text of a file.

use std::fmt::Write as _;

use super::{Generated, Made};
use crate::level::Level;
use crate::policy::Rule;

impl Generated {
    /// The policy as a file, with a comment above each rule; `heading` stands above all, a comment line for each of its
    /// lines.
    pub fn text(&self, heading: &str) -> String {
        let mut text = String::new();
        for line in heading.lines() {
            _ = writeln!(text, "# {line}");
        }
        text.push_str("apiVersion: audit.k8s.io/v1\nkind: Policy\n");
        text.push_str("# A request that has come in is written once more when it is answered.\n");
        text.push_str("omitStages: [\"RequestReceived\"]\nomitManagedFields: true\nrules:\n");
        for made in &self.rules {
            _ = writeln!(text, "# {}: {}", cost(made), made.why);
            write(&mut text, &made.rule);
        }
        text
    }
}

fn cost(made: &Made) -> String {
    if made.rule.level == Level::None {
        format!("Saves {} a day", bytes(made.saves))
    } else {
        format!("{} a day", bytes(made.bytes))
    }
}

/// A number of bytes in words: `12 MB`.
pub fn bytes(count: f64) -> String {
    let units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    match units.into_iter().find(|(unit, _)| count >= *unit) {
        Some((unit, word)) if count / unit < 10.0 => format!("{:.1} {word}", count / unit),
        Some((unit, word)) => format!("{:.0} {word}", count / unit),
        None => format!("{count:.0} B"),
    }
}

fn write(text: &mut String, rule: &Rule) {
    _ = writeln!(text, "- level: {}", rule.level);
    for (key, list) in [
        ("users", &rule.users),
        ("userGroups", &rule.user_groups),
        ("verbs", &rule.verbs),
        ("namespaces", &rule.namespaces),
        ("nonResourceURLs", &rule.non_resource_urls),
    ] {
        if !list.is_empty() {
            write_list(text, &format!("  {key}: ["), list);
        }
    }
    if !rule.resources.is_empty() {
        text.push_str("  resources:\n");
    }
    for entry in &rule.resources {
        _ = writeln!(text, "  - group: {}", quoted(&entry.group));
        if !entry.resources.is_empty() {
            write_list(text, "    resources: [", &entry.resources);
        }
        if !entry.resource_names.is_empty() {
            write_list(text, "    resourceNames: [", &entry.resource_names);
        }
    }
}

/// How wide a line of a list gets.
const WIDTH: usize = 100;

/// A list behind its key, on as many lines as it takes.
fn write_list(text: &mut String, head: &str, list: &[String]) {
    let mut line = head.to_owned();
    for (at, word) in list.iter().map(|word| quoted(word)).enumerate() {
        if at > 0 {
            line.push(',');
            if line.len() + word.len() > WIDTH {
                _ = writeln!(text, "{line}");
                line = " ".repeat(head.len());
            } else {
                line.push(' ');
            }
        }
        line.push_str(&word);
    }
    _ = writeln!(text, "{line}]");
}

/// A text in double quotes as JSON writes it, which YAML reads alike.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
