//! `jevt.value[/a/b]`: JSON pointers (RFC 6901).

use crate::value::Value;

use super::fields::text;
use super::json::Json;

/// The value at a pointer. The slash at its beginning may be missing.
pub(super) fn value<'a, J: Json<'a>>(root: J, pointer: &str) -> Option<Value<'a>> {
    let pointer = pointer.strip_prefix('/').unwrap_or(pointer);
    let mut at = root;
    if !pointer.is_empty() {
        for step in pointer.split('/') {
            let named = if step.contains('~') {
                at.member(&step.replace("~1", "/").replace("~0", "~"))
            } else {
                at.member(step)
            };
            at = match named {
                Some(found) => found,
                None => at.items()?.nth(step.parse().ok()?)?,
            };
        }
    }
    if at.is_null() { None } else { Some(text(at)) }
}
