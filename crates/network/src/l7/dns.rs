//! Names that are looked up.
//!
//! Names and patterns fold case, and a dot at the end is implied. `*` stands for any letters, digits, hyphens and underscores
//! within a label, `**.` in front for one or more whole labels. Nothing but stars is every name.

use ironsides_tree::Text;

use crate::kinds::cilium::FqdnSelector;

/// A pattern of names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NamePattern {
    /// Nothing but stars.
    Every,
    /// Labels, each with stars in it or without.
    Labels {
        /// Whether one or more whole labels stand in front of them.
        below: bool,
        /// The labels in lower case.
        labels: Vec<Text>,
    },
}

impl NamePattern {
    /// Exactly a name: a star in it is a plain character, which no name has.
    pub fn name(name: &str) -> Self {
        Self::Labels { below: false, labels: labels(name) }
    }

    /// Reads a pattern.
    pub fn pattern(pattern: &str) -> Self {
        let pattern = pattern.trim();
        let stars = pattern.strip_suffix('.').unwrap_or(pattern);
        if !stars.is_empty() && stars.bytes().all(|byte| byte == b'*') {
            return Self::Every;
        }
        let rest = pattern.trim_start_matches('*');
        let below = pattern.len() >= rest.len() + 2 && rest.starts_with('.');
        let pattern = if below { rest.get(1..).unwrap_or_default() } else { pattern };
        Self::Labels { below, labels: labels(pattern) }
    }

    /// Whether a name is meant. A pattern of nothing but stars means every name whose labels are well formed.
    pub fn matches(&self, name: &str) -> bool {
        let name = labels(name);
        match self {
            Self::Every => is_root(&name) || name.iter().all(|label| is_label(label)),
            Self::Labels { below, labels } => {
                let Some(more) = name.len().checked_sub(labels.len()) else { return false };
                let (front, rest) = name.split_at(more);
                let enough =
                    if *below { more > 0 && front.iter().all(|label| is_label(label)) } else { more == 0 };
                enough && labels.iter().zip(rest).all(|(pattern, label)| fits(pattern, label))
            }
        }
    }
}

/// The labels of a name in lower case. A dot at the end is of no account; the root is one empty label.
fn labels(name: &str) -> Vec<Text> {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.split('.').map(|label| label.to_ascii_lowercase().into()).collect()
}

fn is_root(name: &[Text]) -> bool {
    name.len() == 1 && name.first().is_some_and(Text::is_empty)
}

fn is_label(label: &str) -> bool {
    !label.is_empty() && label.bytes().all(is_known)
}

/// The characters that a star stands for.
fn is_known(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Whether a label fits a pattern with stars.
fn fits(pattern: &str, label: &str) -> bool {
    let Some((front, rest)) = pattern.split_once('*') else { return pattern == label };
    let Some(label) = label.strip_prefix(front) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    let Some(mut label) = label.strip_suffix(last) else { return false };
    for part in parts {
        let Some(at) = label.find(part) else { return false };
        let (skipped, after) = label.split_at(at);
        if !skipped.bytes().all(is_known) {
            return false;
        }
        label = after.strip_prefix(part).unwrap_or_default();
    }
    label.bytes().all(is_known)
}

impl FqdnSelector {
    /// Whether a name that was looked up is meant, as an item of `toFQDNs`.
    pub fn matches(&self, name: &str) -> bool {
        self.patterns().any(|pattern| pattern.matches(name))
    }

    /// Its name and its pattern, as far as they are written.
    pub fn patterns(&self) -> impl Iterator<Item = NamePattern> {
        let name = (!self.name.is_empty()).then(|| NamePattern::name(&self.name));
        let pattern = (!self.pattern.is_empty()).then(|| NamePattern::pattern(&self.pattern));
        name.into_iter().chain(pattern)
    }
}

/// Rules on names that are looked up: a name passes by any of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DnsRules(Vec<NamePattern>);

impl DnsRules {
    /// The rules of a list. A rule that names nothing lets nothing pass.
    pub fn new<'a>(rules: impl IntoIterator<Item = &'a FqdnSelector>) -> Self {
        Self(rules.into_iter().flat_map(FqdnSelector::patterns).collect())
    }

    /// Rules that let every name pass.
    pub fn everything() -> Self {
        Self(vec![NamePattern::Every])
    }

    /// The patterns by which names pass.
    pub fn patterns(&self) -> &[NamePattern] {
        &self.0
    }

    /// Whether a lookup of a name passes. What lets every name pass does not look at it.
    pub fn passes(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| *pattern == NamePattern::Every || pattern.matches(name))
    }

    /// Whether everything passes.
    pub fn is_everything(&self) -> bool {
        self.0.contains(&NamePattern::Every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selector(name: &str, pattern: &str) -> FqdnSelector {
        FqdnSelector { name: name.into(), pattern: pattern.into(), ..FqdnSelector::default() }
    }

    #[test]
    fn stars_stay_within_labels() {
        for (pattern, right, wrong) in [
            (
                "*.example.com",
                vec!["www.example.com", "WWW.Example.com."],
                vec!["example.com", "a.b.example.com"],
            ),
            (
                "**.example.com",
                vec!["a.example.com", "a.b.example.com"],
                vec!["example.com", "-.x@.example.com"],
            ),
            ("***.com", vec!["example.com", "a.example.com"], vec!["com"]),
            ("*example.com", vec!["example.com", "sub-example.com"], vec!["sub.example.com"]),
            ("a.**.com", vec!["a.b.com", "a..com"], vec!["a.b.c.com", "a.com"]),
            ("a*b*c.d", vec!["abc.d", "axbxc.d", "abbcc.d"], vec!["ab.d", "abcx.d", "a@bc.d"]),
            ("*", vec!["a", "a.b", "."], vec!["a@b", "a..b"]),
            ("**.", vec!["a.b"], vec![]),
            ("a.b.", vec!["a.b", "A.B."], vec!["xa.b", "a.bx"]),
        ] {
            let selector = selector("", pattern);
            for name in right {
                assert!(selector.matches(name), "{pattern} {name}");
            }
            for name in wrong {
                assert!(!selector.matches(name), "{pattern} {name}");
            }
        }
    }

    #[test]
    fn lookups_pass_by_any_rule() {
        let rules = [selector("Example.COM", "*.org"), selector("", "")];
        let rules = DnsRules::new(&rules);
        assert!(rules.passes("example.com") && rules.passes("a.ORG.") && !rules.passes("b.com"));
        assert!(!DnsRules::new(&[selector("", "")]).passes("a") && !DnsRules::default().passes("a"));
        assert!(DnsRules::new(&[selector("", "**")]).passes("not@a.name"));
    }
}
