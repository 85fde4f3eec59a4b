//! Semantic versions.

use std::rc::Rc;

use super::Param::Str;
use super::{Args, Function, fixed, give};
use crate::helm::object::Object;
use crate::helm::semver::{Range, Version};
use crate::helm::value::Value;

pub(super) const TABLE: &[Function] = &[
    fixed("semver", &[Str], |_, _, a| {
        let text = Args(a).text(0);
        let version = Version::parse(&text).ok_or_else(|| format!("{text:?} is no semantic version"))?;
        give(Value::Object(Object::Version(Rc::new(version))))
    }),
    fixed("semverCompare", &[Str, Str], |_, _, a| {
        let (range, version) = (Args(a).text(0), Args(a).text(1));
        let parsed = Range::parse(&range).ok_or_else(|| format!("{range:?} is no range of versions"))?;
        let version =
            Version::parse(&version).ok_or_else(|| format!("{version:?} is no semantic version"))?;
        give(Value::Bool(parsed.holds(&version)))
    }),
];
