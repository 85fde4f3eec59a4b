//! What is wrong with a pod, and the server's sentences about it.

use std::fmt::Write;

use ironsides_tree::Cursor;

use crate::check::Check;
use crate::policy::LevelVersion;

/// What a check finds: its words and the places at fault.
#[derive(Clone, Debug)]
pub(crate) struct Fault<'a> {
    pub(crate) reason: &'static str,
    pub(crate) detail: String,
    pub(crate) places: Vec<Cursor<'a>>,
}

/// A check that a pod does not pass.
#[derive(Clone, Debug)]
pub struct Violation<'a> {
    /// The check.
    pub check: Check,
    /// What is forbidden, in the server's words: `host namespaces`.
    pub reason: &'static str,
    /// Where and how, in the server's words: `hostNetwork=true, hostPID=true`.
    pub detail: String,
    /// The fields at fault, from the root of the pod's object. A field that should be set and is not stands here
    /// with the mark of the nearest thing that was written.
    pub places: Vec<Cursor<'a>>,
}

/// `reason (detail), reason (detail)`: all there is to say about a pod.
pub fn details(violations: &[Violation<'_>]) -> String {
    let mut out = String::new();
    for (at, violation) in violations.iter().enumerate() {
        let comma = if at > 0 { ", " } else { "" };
        _ = write!(out, "{comma}{} ({})", violation.reason, violation.detail);
    }
    out
}

/// `reason, reason`: what many pods may have in common.
pub fn reasons(violations: &[Violation<'_>]) -> String {
    violations.iter().map(|violation| violation.reason).collect::<Vec<_>>().join(", ")
}

/// The reason of a refusal: `violates PodSecurity "restricted:latest": …`.
pub fn violates(policy: LevelVersion, violations: &[Violation<'_>]) -> String {
    format!("violates PodSecurity \"{policy}\": {}", details(violations))
}

/// A warning, and the text in the audit log: `would violate PodSecurity "restricted:latest": …`.
pub fn would_violate(policy: LevelVersion, violations: &[Violation<'_>]) -> String {
    format!("would violate PodSecurity \"{policy}\": {}", details(violations))
}

/// The message of the server's 403 answer to a request for a pod.
pub fn forbidden(pod: &str, policy: LevelVersion, violations: &[Violation<'_>]) -> String {
    let why = violates(policy, violations);
    if pod.is_empty() {
        format!("pods is forbidden: {why}")
    } else {
        format!("pods \"{pod}\" is forbidden: {why}")
    }
}
