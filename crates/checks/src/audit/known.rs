//! What Kubernetes itself serves: resources by group.

use ironsides_schema::kinds;
use strsim::levenshtein;

/// Whether Kubernetes itself serves a group, or did.
pub(super) fn is_group(group: &str) -> bool {
    group == "extensions" || kinds().iter().any(|kind| kind.group == group)
}

/// Whether a group has a resource.
pub(super) fn is_resource(group: &str, plural: &str) -> bool {
    kinds().iter().any(|kind| kind.group == group && kind.plural == plural)
        // Older than the table's kinds, and served still.
        || (group, plural) == ("", "componentstatuses")
}

/// Whether any group has a resource.
pub(super) fn is_served(plural: &str) -> bool {
    kinds().iter().any(|kind| kind.plural == plural)
}

/// The group that has a resource, where one alone does.
pub(super) fn home(plural: &str) -> Option<&'static str> {
    let mut groups: Vec<&str> =
        kinds().iter().filter(|kind| kind.plural == plural).map(|kind| kind.group).collect();
    groups.sort_unstable();
    groups.dedup();
    match groups[..] {
        [group] => Some(group),
        // Events are served by two groups, and asked of the core group by nearly everybody.
        _ => None,
    }
}

/// The resource that was probably meant: of a group, or of any.
pub(super) fn nearest(group: Option<&str>, plural: &str) -> Option<&'static str> {
    let lower = plural.to_ascii_lowercase();
    let own = || kinds().iter().filter(|kind| group.is_none_or(|group| kind.group == group));
    let by_kind = own().find(|kind| kind.kind.eq_ignore_ascii_case(plural)).map(|kind| kind.plural);
    by_kind.or_else(|| {
        let near = own().map(|kind| (levenshtein(kind.plural, &lower), kind.plural)).min()?;
        (near.0 <= 1 || near.0 == 2 && lower.len() > 6).then_some(near.1)
    })
}

/// Whether the objects of a resource are in no namespace. (Requests for a namespace count as requests in it.)
pub(super) fn is_global(group: &str, plural: &str) -> bool {
    let mut known = kinds().iter().filter(|kind| kind.group == group && kind.plural == plural).peekable();
    plural != "namespaces" && known.peek().is_some() && known.all(|kind| !kind.namespaced)
}

/// A group in words.
pub(super) fn group_name(group: &str) -> String {
    if group.is_empty() { "the core group \"\"".to_owned() } else { format!("the group {group}") }
}
