//! Peers by domain name.

use std::sync::Arc;

use ironsides_tree::Text;

use crate::address::{AddressSet, range};
use crate::matcher::{Conjunct, Operator, Requirement};

use super::builder::Builder;

/// Takes the addresses outside the cluster that these names have. Those that were seen are taken for certain; any other may be
/// one of theirs, unless all names that were looked up are known.
pub(super) fn conjuncts(builder: &mut Builder<'_>, names: &[Text]) -> Vec<Conjunct> {
    let cluster = builder.cluster;
    let asked = |name: &str| names.iter().any(|pattern| matches(pattern, name));
    let addresses = cluster.names.iter().filter(|(name, _)| asked(name)).flat_map(|(_, addresses)| addresses);
    let known: AddressSet = addresses.map(|&address| range(address.into())).collect();
    let outside = Requirement::equals(builder.keys.kind, builder.keys.outside);
    let mut conjuncts = Vec::new();
    let standing: Vec<Text> = builder.names.iter().filter(|name| asked(name)).cloned().collect();
    if !standing.is_empty() {
        let values = standing.iter().map(|name| builder.symbols.intern(name)).collect();
        conjuncts
            .push(Conjunct::of([Requirement { key: builder.keys.name, operator: Operator::In(values) }]));
        builder.asked_names.extend(standing);
    }
    if !known.is_empty() {
        let mut within = builder.blocks.within(known);
        within.requirements.push(outside.clone());
        conjuncts.push(within);
    }
    if !cluster.names_complete {
        let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
        let condition = Some(Arc::from(format!("{list} resolves to this address")));
        conjuncts.push(Conjunct { condition, ..Conjunct::of([outside]) });
    }
    conjuncts
}

/// Whether a pattern of `domainNames` means a name: the same, or one or more labels in place of `*`.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.trim_end_matches('.'), name.trim_end_matches('.'));
    let Some(parent) = pattern.strip_prefix("*.") else { return pattern.eq_ignore_ascii_case(name) };
    let at = name.len().checked_sub(parent.len() + 1);
    let split = at.filter(|&at| at > 0).and_then(|at| name.split_at_checked(at));
    split.is_some_and(|(labels, rest)| {
        !labels.starts_with('.')
            && rest.strip_prefix('.').is_some_and(|rest| rest.eq_ignore_ascii_case(parent))
    })
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_is_one_label_or_more() {
        for (pattern, name, expected) in [
            ("example.com", "example.com", true),
            ("example.com.", "EXAMPLE.com", true),
            ("example.com", "www.example.com", false),
            ("*.example.com", "example.com", false),
            ("*.example.com", "www.example.com", true),
            ("*.example.com", "a.b.example.com.", true),
            ("*.example.com", "myexample.com", false),
            ("*.example.com", ".example.com", false),
            ("*.example.com", "com", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
