//! One observed fact.

use std::borrow::Cow;
use std::sync::Arc;

use ironsides_tree::Span;

use crate::rendered::Cause;

/// What was looked at, what was found there, and what that means.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// What was looked at: a field path, a flag, a file's mode.
    pub looked_at: Arc<str>,
    /// The value as written, `None` where nothing was; eight stars stand for what is or may be a secret.
    pub raw: Option<String>,
    /// The value in force, where it differs from what was written or nothing was.
    pub effective: Option<Cow<'static, str>>,
    /// The rule that made the effective value so: a default, inheritance from the pod, YAML 1.1.
    pub rule: Option<Cow<'static, str>>,
    /// Where it was found.
    pub source: Source,
    /// What made it so where it was rendered: values of a chart, patches of a kustomization. Most often empty.
    pub causes: Vec<Cause>,
}

/// Where a fact was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A place in a text.
    File {
        /// The path as the user named it, `-` for standard input.
        path: Arc<str>,
        /// The bytes to mark.
        span: Span,
    },
    /// A field of an object that the API server returned.
    Api {
        /// The request that returned it.
        request: Arc<str>,
    },
}
