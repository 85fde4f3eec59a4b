//! What is wrong with an object, each with the place where.

use std::fmt::Write;

/// The faults found so far, and where the walk stands.
#[derive(Default)]
pub(super) struct Faults {
    path: String,
    pub(super) found: Vec<String>,
    /// Volumes that a pod of this object gets from its claim templates.
    pub(super) claims: Vec<String>,
}

impl Faults {
    /// A fault of the field `key` of the object that the walk stands at, or of that object itself.
    pub(super) fn add(&mut self, key: &str, what: &str) {
        let dot = if self.path.is_empty() || key.is_empty() || key.starts_with('[') { "" } else { "." };
        self.found.push(format!("{}{dot}{key}: {what}", self.path));
    }

    /// A fault unless a condition holds.
    pub(super) fn ensure(&mut self, right: bool, key: &str, what: &str) {
        if !right {
            self.add(key, what);
        }
    }

    pub(super) fn enter(&mut self, key: &str, inner: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(key);
        inner(self);
        self.path.truncate(length);
    }

    pub(super) fn item(&mut self, at: usize, inner: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        _ = write!(self.path, "[{at}]");
        inner(self);
        self.path.truncate(length);
    }
}
