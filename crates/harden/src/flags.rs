//! Which settings a version of Kubernetes knows, so that none is written that would stop a component, and what old advice
//! still names.

use ironsides_settings::{Component, Known as Versioned};

use crate::old_advice;

/// Whether a version knows a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It does.
    Yes,
    /// Not before this minor version.
    From(u64),
    /// Not after this minor version.
    Until(u64),
    /// It was taken away long ago.
    Old(&'static old_advice::Old),
    /// No version is known that does.
    Never,
}

/// Whether a minor version of Kubernetes knows a setting: a flag without dashes, or of kubelet and kube-proxy a path in
/// their configuration.
pub fn lookup(component: Component, key: &str, minor: u64) -> Known {
    match component.knows(key, minor) {
        Versioned::Yes => Known::Yes,
        Versioned::From(since) => Known::From(since),
        Versioned::Until(last) => Known::Until(last),
        Versioned::Never => old_advice::flag(component, key).map_or(Known::Never, Known::Old),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_advice_is_told_from_what_never_was() {
        let of = |key, minor| lookup(Component::KubeApiserver, key, minor);
        assert_eq!(of("tls-curve-preferences", 35), Known::From(36));
        assert_eq!(of("cloud-provider", 33), Known::Until(32));
        assert!(matches!(of("insecure-port", 36), Known::Old(_)));
        assert_eq!(of("profilling", 36), Known::Never);
    }
}
