//! `jevt.value[/a/b]`: JSON pointers (RFC 6901).

use crate::value::Value;

use super::fields::text;
use super::json::Json;

/// The value at a pointer. The slash at its beginning may be missing.
pub(super) fn value<'a, J: Json<'a>>(root: J, pointer: &str) -> Option<Value<'a>> {
    let pointer = pointer.strip_prefix('/').unwrap_or(pointer);
    let mut at = root;
    if !pointer.is_empty() {
        for step in steps(pointer) {
            let named = if step.bytes().any(|byte| byte == b'~') {
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

/// The steps of a pointer. (The standard library's search is made for longer texts.)
fn steps(pointer: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(pointer);
    std::iter::from_fn(move || {
        let text = rest?;
        let slash = text.bytes().position(|byte| byte == b'/');
        rest = slash.and_then(|at| text.get(at + 1..));
        text.get(..slash.unwrap_or(text.len()))
    })
}
