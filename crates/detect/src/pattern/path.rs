//! Path prefixes: whether a path, or one of its parents, is in a set.

use rustc_hash::FxHashMap;

use super::glob::Glob;

/// Paths by component. Empty components count for nothing, so that `//etc/` is `/etc`; a component may be a shell
/// pattern.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paths {
    /// Whether a path of the set ends here.
    end: bool,
    plain: FxHashMap<Box<[u8]>, Self>,
    patterns: Vec<(Box<[u8]>, Glob, Self)>,
}

impl Paths {
    /// The set of these paths. An empty path is the parent of all.
    pub(crate) fn new<'a>(paths: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut all = Self::default();
        for path in paths {
            let mut at = &mut all;
            for component in components(path) {
                at = at.child(component);
            }
            at.end = true;
        }
        all
    }

    fn child(&mut self, component: &[u8]) -> &mut Self {
        if !component.iter().any(|byte| b"*?[".contains(byte)) {
            return self.plain.entry(component.into()).or_default();
        }
        let known = self.patterns.iter().position(|(pattern, ..)| &**pattern == component);
        let at = known.unwrap_or_else(|| {
            self.patterns.push((component.into(), Glob::new(component, false), Self::default()));
            self.patterns.len() - 1
        });
        &mut self.patterns[at].2
    }

    /// Whether a path of the set is this path or one of its parents.
    pub(crate) fn matches(&self, path: &[u8]) -> bool {
        if self.end {
            return true;
        }
        let start = path.iter().position(|byte| *byte != b'/').unwrap_or(path.len());
        let rest = path.get(start..).unwrap_or_default();
        if rest.is_empty() {
            return false;
        }
        let length = memchr::memchr(b'/', rest).unwrap_or(rest.len());
        let (component, rest) = rest.split_at(length);
        self.plain.get(component).is_some_and(|child| child.matches(rest))
            || self
                .patterns
                .iter()
                .any(|(_, pattern, child)| pattern.matches(component) && child.matches(rest))
    }
}

fn components(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/').filter(|component| !component.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_components_count() {
        let paths = Paths::new(["/etc/", "/tmp/file-[12]", "/*/null", "//usr//lib"].map(str::as_bytes));
        for path in ["/etc", "//etc/passwd", "/tmp/file-1", "/tmp/file-2/x", "/dev/null", "/usr/lib"] {
            assert!(paths.matches(path.as_bytes()), "{path}");
        }
        for path in ["/et", "/etcx", "/tmp/file-3", "/dev/zero", "/usr", "", "/"] {
            assert!(!paths.matches(path.as_bytes()), "{path}");
        }
        assert!(Paths::new([&b""[..]]).matches(b""));
        assert!(!Paths::new([]).matches(b"/etc"));
    }
}
