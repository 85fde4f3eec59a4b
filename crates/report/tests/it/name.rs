//! Names for `kubectl`.

use ironsides_report::Format;

use crate::cases::{all, every, many};

#[test]
fn names_are_harmless_words() {
    for case in all() {
        for line in case.report(Format::Name).lines() {
            let fine = |c: char| c.is_ascii_alphanumeric() || "-._:/%".contains(c);
            let mut words = line.split(' ');
            assert!(words.next().unwrap().chars().all(fine), "{line}");
            if let Some(namespace) = words.next() {
                let name = namespace.strip_prefix("--namespace=");
                assert!(name.is_some_and(|name| name.chars().all(fine)), "{line}");
            }
            assert!(!line.starts_with('-'), "{line}");
        }
    }
    assert_eq!(many(10_000).report(Format::Name).lines().count(), 2_000);
}

#[test]
fn name() {
    assert_eq!(every().report(Format::Name), "deployment.apps/cart --namespace=shop\nnode%20node-1\n");
}
