//! What an `EncryptionConfiguration` makes of a resource, as the API server resolves it.

use ironsides_tree::{Cursor, Value};

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

/// The kinds of providers.
const KINDS: [&str; 5] = ["aescbc", "aesgcm", "identity", "kms", "secretbox"];

/// What the API server refuses of a configuration, and where: entries without resources or providers, providers that are
/// none or several at once, and those without a key. Keys themselves are not looked at: facts of a node hide them.
pub(super) fn fault<'a>(root: &Cursor<'a>) -> Option<(Cursor<'a>, String)> {
    for entry in root.get("resources").items() {
        for field in ["resources", "providers"] {
            if entry.get(field).items().next().is_none() {
                return Some((entry, format!("an entry has no {field}")));
            }
        }
        for at in entry.get("providers").items() {
            if let Some(why) = fault_of_provider(&at) {
                return Some((at, why));
            }
        }
    }
    None
}

fn fault_of_provider(at: &Cursor<'_>) -> Option<String> {
    if let Some((unknown, _)) = at.entries().find(|(name, _)| !KINDS.contains(name)) {
        return Some(format!("\"{unknown}\" is no kind of provider"));
    }
    let mut configured = at.entries().filter(is_configured);
    let Some((name, one)) = configured.next() else {
        return Some("an element of providers configures none".to_owned());
    };
    if let Some((other, _)) = configured.next() {
        return Some(format!("{name} and {other} stand in one element of providers"));
    }
    let has_keys = one.get("keys").items().next().is_some();
    (matches!(name, "aescbc" | "aesgcm" | "secretbox") && !has_keys).then(|| format!("{name} has no key"))
}

/// Whether a kind of provider has a value: to the API server `null` is not there.
fn is_configured((_, at): &(&str, Cursor<'_>)) -> bool {
    at.node().is_some_and(|node| !matches!(node.value(), Value::Null))
}

fn provider(at: Cursor<'_>) -> Provider<'_> {
    let first = at.entries().find(is_configured);
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

    #[test]
    fn what_the_server_refuses_is_a_fault() {
        for (providers, expected) in [
            ("[{aescbc: null, identity: {}}]", None),
            ("[{secretbox: {keys: [{name: a, secret: x}]}}, {identity: {}}]", None),
            ("[{kms: {apiVersion: v2, name: a}}]", None),
            ("[{secretbox: {keys: []}}]", Some("secretbox has no key")),
            ("[{secretbox: }]", Some("an element of providers configures none")),
            ("[{}]", Some("an element of providers configures none")),
            ("[]", Some("an entry has no providers")),
            ("[{rot13: {}}]", Some("\"rot13\" is no kind of provider")),
            ("[{kms: {name: a}, identity: {}}]", Some("kms and identity stand in one element of providers")),
        ] {
            let root =
                parse_one(&format!("resources: [{{resources: [secrets], providers: {providers}}}]")).unwrap();
            let found = fault(&Cursor::root(&root)).map(|(_, why)| why);
            assert_eq!(found.as_deref(), expected, "{providers}");
        }
        let root =
            parse_one("resources: [{resources: [secrets], providers: [{aescbc: null, identity: {}}]}]")
                .unwrap();
        assert_eq!(providers(&Cursor::root(&root), "secrets", "")[0].name, "identity");
    }
}
