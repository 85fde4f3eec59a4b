//! How a pod's `securityContext` reaches its containers.

use crate::out::Draft;
use crate::prelude::*;

/// Whether the pod runs on Windows, for questions about Linux; answers them by the way.
pub(super) fn on_windows(pod: &Pod<'_>, out: &mut Out<'_>) -> bool {
    let windows = pod.is_windows();
    if windows {
        out.not_applicable("the pod runs on Windows, which has no such setting");
    }
    windows
}

/// `hostUsers: false`, where the pod has it: users, groups and capabilities then count inside the pod only, and its
/// root is an ordinary user of the node.
pub(super) fn own_users<'a>(pod: &Pod<'a>) -> Option<Cursor<'a>> {
    let host_users = pod.spec().get("hostUsers");
    host_users.is(false).then_some(host_users)
}

/// Completes a finding about a value that the container takes over from its pod: all containers share the place
/// that is pointed at.
pub(super) fn note_inherited(
    draft: &mut Draft,
    container: &Container<'_>,
    field: &'static str,
    value: impl Into<std::borrow::Cow<'static, str>>,
) {
    if !container.security(field).is_set() {
        let rule = format!("{container} inherits {field} from the pod's securityContext");
        draft.effective(value, rule).key(container.name());
    }
}
