//! The rule files that Falco ships, where the shared data is at hand.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may stop where it stands"
)]

use ironsides_detect::rules::{Code, Options, RuleFile, load};

fn text(name: &str) -> Option<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance/falco/rules/");
    std::fs::read_to_string(format!("{path}{name}")).ok()
}

#[test]
fn shipped_rules_load_unchanged() {
    for (names, count) in [
        (&["falco_rules.yaml"][..], 25),
        (&["falco_rules.yaml", "falco-incubating_rules.yaml"], 56),
        (&["k8s_audit_rules.yaml"], 48),
    ] {
        let texts: Option<Vec<String>> = names.iter().map(|name| text(name)).collect();
        let Some(texts) = texts else {
            eprintln!("SKIPPED: no shared data");
            return;
        };
        let files: Vec<RuleFile<'_>> =
            names.iter().zip(&texts).map(|(name, text)| RuleFile { name, text }).collect();
        let loaded = load(&files, &Options::default());
        for message in &loaded.messages {
            if !matches!(message.code, Code::LoadUnusedMacro | Code::LoadUnusedList) {
                println!("{message} {:?}", message.hint);
            }
        }
        assert!(loaded.ok(), "{names:?}");
        assert_eq!(loaded.rules.unwrap().rules.len(), count, "{names:?}");
    }
}
