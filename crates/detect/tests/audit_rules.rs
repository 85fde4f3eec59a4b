//! Our own detections: each loads without a word, says what it is, and fires for what it should.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may stop where it stands"
)]

use ironsides_detect::rules::{Options, RuleFile, RuleSet, load};
use ironsides_detect::shipped;

fn rules() -> RuleSet {
    let files: Vec<RuleFile<'_>> = shipped().iter().map(|(name, text)| RuleFile { name, text }).collect();
    let loaded = load(&files, &Options::default());
    for message in &loaded.messages {
        println!("{message} {:?}", message.hint);
    }
    assert!(loaded.messages.is_empty());
    loaded.rules.unwrap()
}

#[test]
fn shipped_rules_load_without_a_word() {
    let rules = rules();
    for rule in &rules.rules {
        assert!(rule.description.contains("Look first"), "{}", rule.name);
        assert!(rule.tags.iter().any(|tag| tag.starts_with("mitre_")), "{}", rule.name);
    }
}
