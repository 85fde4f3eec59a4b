//! An annotation whose value ends one directive of nginx and begins another.

use super::INGRESS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ingress-annotation-injection",
        title: "annotation breaks out of the configuration of nginx",
        severity: Severity::Critical,
        family: "ingress",
        since: "0.1.0",
        page: include_str!("ingress_annotation_injection.md"),
    },
    run: Run::Kinds(INGRESS, run),
};

/// Annotations that older controllers copy into the configuration without looking: CVE-2025-24514, CVE-2025-1097 and
/// CVE-2025-1098.
const COPIED: [(&str, &str); 5] = [
    ("nginx.ingress.kubernetes.io/auth-url", "CVE-2025-24514"),
    ("nginx.ingress.kubernetes.io/auth-signin", "CVE-2025-24514"),
    ("nginx.ingress.kubernetes.io/auth-tls-match-cn", "CVE-2025-1097"),
    ("nginx.ingress.kubernetes.io/mirror-target", "CVE-2025-1098"),
    ("nginx.ingress.kubernetes.io/mirror-host", "CVE-2025-1098"),
];

fn run(ingress: &Object, out: &mut Out<'_>) {
    let annotations = ingress.cursor().at(&["metadata", "annotations"]);
    for (key, advisory) in COPIED {
        let at = annotations.get(key);
        let Some(text) = at.str() else { continue };
        let pattern = key.ends_with("match-cn");
        match text.trim().chars().find(|letter| breaks_out(*letter, pattern)) {
            Some(letter) => {
                let name =
                    if letter.is_control() { "a line break".to_owned() } else { format!("`{letter}`") };
                out.fail(&at, format!("{key} holds {name}, which ends the directive of nginx ({advisory})"));
            }
            None => match text.trim().split('|').skip(1).find(|_| pattern && has_bare_alternative(text)) {
                Some(other) => {
                    let message = format!(
                        "{key} takes any certificate whose subject holds \"{other}\": outside of parentheses `|` ends CN="
                    );
                    out.fail(&at, message).severity(Severity::High);
                }
                None => out.pass(&at),
            },
        }
    }
    if COPIED.iter().all(|(key, _)| !annotations.get(key).is_set()) {
        out.not_applicable("the Ingress has none of the annotations in question");
    }
}

/// Whether a pattern has an alternative outside of parentheses and brackets, which then stands without `CN=`.
fn has_bare_alternative(pattern: &str) -> bool {
    let mut depth = 0_i32;
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => _ = letters.next(),
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '|' if depth <= 0 => return true,
            _ => {}
        }
    }
    false
}

/// Whether a character has no place in a URL, or ends a directive of nginx. Patterns for names of certificates may hold
/// what regular expressions are made of.
fn breaks_out(letter: char, pattern: bool) -> bool {
    match letter {
        ';' | '{' | '}' | '"' | '`' | '#' => true,
        '|' | '\\' | '^' | '<' | '>' | '\'' | ' ' => !pattern,
        other => other.is_control(),
    }
}
