//! What an `EncryptionConfiguration` makes of a resource, as the API server resolves it.

use ironsides_tree::Cursor;

/// A provider of a resource.
pub(super) struct Provider<'a> {
    /// Its kind: `secretbox`, `identity`; empty where the element has none.
    pub(super) name: &'a str,
    /// Where it stands.
    pub(super) at: Cursor<'a>,
}

/// The providers of a resource, the one that writes first. Entries that name it win over those for all of its group, and
/// these over those for everything; of several entries the lists are put together in the order in which they stand.
/// Empty where the configuration says nothing of it: then it is stored as it is.
pub(super) fn providers<'a>(root: &Cursor<'a>, resource: &str, group: &str) -> Vec<Provider<'a>> {
    let exact = if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") };
    let all_of_group = format!("*.{group}");
    for name in [&*exact, &all_of_group, "*.*"] {
        let mut found = Vec::new();
        for entry in root.get("resources").items() {
            if entry.get("resources").items().any(|one| one.str() == Some(name)) {
                found.extend(entry.get("providers").items().map(provider));
            }
        }
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

fn provider(at: Cursor<'_>) -> Provider<'_> {
    let first = at.node().and_then(|node| node.as_map()).and_then(|map| map.iter().next());
    match first {
        Some((name, _)) => Provider { name, at: at.get(name) },
        None => Provider { name: "", at },
    }
}

#[cfg(test)]
mod tests {
    use ironsides_tree::parse_one;

    use super::*;

    #[test]
    fn exact_wins_over_group_and_group_over_all() {
        let text = "\
resources:
- {resources: [configmaps], providers: [{aescbc: {}}]}
- {resources: ['*.apps'], providers: [{kms: {}}, {identity: {}}]}
- {resources: [secrets], providers: [{secretbox: {}}]}
- {resources: [secrets], providers: [{identity: {}}]}
- {resources: ['*.*'], providers: [{aesgcm: {}}]}
";
        let root = parse_one(text).unwrap();
        let names = |resource, group| -> Vec<String> {
            let found = providers(&Cursor::root(&root), resource, group);
            found.iter().map(|provider| provider.name.to_owned()).collect()
        };
        assert_eq!(names("secrets", ""), ["secretbox", "identity"]);
        assert_eq!(names("configmaps", ""), ["aescbc"]);
        assert_eq!(names("deployments", "apps"), ["kms", "identity"]);
        assert_eq!(names("events", ""), ["aesgcm"]);
        let none = parse_one("resources: []").unwrap();
        assert!(providers(&Cursor::root(&none), "secrets", "").is_empty());
    }
}
