//! What is known of a setting by its path alone.

use ironsides_tree::Node;

use super::fields::{FIELDS, Nil, find};
use super::{flags, state};

/// The flag that stands for a path, or that has this name and stands for none; and the key that is meant within it, for one of
/// many feature gates.
pub(crate) fn flag_of(key: &str) -> Option<(&'static str, Option<&str>)> {
    if let Some(gate) = key.strip_prefix("featureGates.") {
        return Some(("feature-gates", Some(gate)));
    }
    if key == "seccompDefault" {
        return Some(("seccomp-default", None));
    }
    let of_path = || flags::FLAGS.iter().find(|flag| flag.path == key);
    let own = || flags::FLAGS.iter().find(|flag| flag.path.is_empty() && flag.name == key);
    of_path().or_else(own).map(|flag| (flag.name, None))
}

/// What a field is that a whole configuration leaves out: the zero of its kind. `None` where it may be nothing at all, and
/// where there is no such field.
pub(crate) fn zero(path: &str) -> Option<Node> {
    let field = FIELDS.get(find(path)?)?;
    if field.nil == Nil::Kept { None } else { state::zero(field.kind) }
}

/// Whether a path is that of a field.
pub(crate) fn is_field(path: &str) -> bool {
    find(path).is_some()
}

/// The names of all settings: the paths of fields, then the flags that stand for none.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let own = flags::FLAGS.iter().filter(|flag| flag.path.is_empty()).map(|flag| flag.name);
    FIELDS.iter().map(|field| field.path).chain(own)
}

/// Whether a key is one of the top level of a configuration: a field, or the first part of the paths of fields.
pub(crate) fn is_section(key: &str) -> bool {
    let is_in = |path: &str| path.split('.').next() == Some(key);
    FIELDS.iter().any(|field| is_in(field.path))
}
