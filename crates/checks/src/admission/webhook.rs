//! What a webhook is asked about, as the API server decides it.

use ironsides_core::{Inventory, LabelSelector, Labels};
use ironsides_tree::Cursor;

use crate::gathered::Namespaces;

/// Whether some operation on a resource of the core group reaches a webhook by one of its rules.
pub(super) fn is_asked_about(webhook: &Cursor<'_>, resource: &str, operations: &[&str]) -> bool {
    webhook.get("rules").items().any(|rule| {
        let lists = |field, values: &[&str]| {
            rule.get(field).items().any(|item| item.str().is_some_and(|text| values.contains(&text)))
        };
        let named = rule
            .get("operations")
            .items()
            .any(|item| item.str().is_some_and(|text| text == "*" || operations.contains(&text)));
        named
            && lists("apiGroups", &["", "*"])
            && lists("apiVersions", &["v1", "*"])
            && lists("resources", &[resource, "*", "*/*"])
            && rule.get("scope").str() != Some("Cluster")
    })
}

/// Whether a webhook that does not answer has the request refused: `failurePolicy`, whose default is `Fail` but in the
/// first version.
pub(super) fn fails_closed(webhook: &Cursor<'_>, api_version: &str) -> bool {
    match webhook.get("failurePolicy").str() {
        Some(policy) => policy == "Fail",
        None => !api_version.ends_with("/v1beta1"),
    }
}

/// What a selector of namespaces says of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Selected {
    /// It selects the namespace, whose labels are known.
    Yes,
    /// It selects the namespace if this has no labels but its name: the input does not hold it.
    Perhaps,
    /// It does not select it, or the server would refuse the selector.
    No,
}

/// Whether the `namespaceSelector` of a webhook selects a namespace.
pub(super) fn selects(webhook: &Cursor<'_>, inventory: &Inventory, namespace: &str) -> Selected {
    let Ok(selector) = LabelSelector::read(&webhook.get("namespaceSelector")) else { return Selected::No };
    let object = inventory.named("", "Namespace", None, namespace).next();
    let metadata = object.map(|object| object.cursor().get("metadata"));
    let labels = metadata.as_ref().map(Labels::of).unwrap_or_default();
    let matches = selector.requirements().iter().all(|requirement| {
        let is_name = requirement.key == Namespaces::NAME;
        requirement.allows(if is_name { Some(namespace) } else { labels.get(requirement.key) })
    });
    match (matches, object) {
        (true, Some(_)) => Selected::Yes,
        (true, None) if selector.requirements().iter().all(|one| one.key == Namespaces::NAME) => {
            Selected::Yes
        }
        (true, None) => Selected::Perhaps,
        (false, _) => Selected::No,
    }
}

/// Whether expressions decide besides which requests a webhook is asked about.
pub(super) fn has_conditions(webhook: &Cursor<'_>) -> bool {
    webhook.get("matchConditions").items().next().is_some()
}

/// Whether a webhook is only asked about objects with certain labels.
pub(super) fn has_object_selector(webhook: &Cursor<'_>) -> bool {
    LabelSelector::read(&webhook.get("objectSelector")).is_ok_and(|selector| !selector.is_everything())
}
