//! Which settings a version of Kubernetes knows, so that none is written that would stop a component.
//!
//! Flags of 1.36 are those of the components' own help (in `settings`); what other minor versions have more or less stands
//! in `fields/flags.tsv`, taken from the options of their sources, and so are the fields of the configurations of kubelet
//! and kube-proxy: name, type, first minor version, last one.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ironsides_settings::Component;

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

/// The type of a field in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A length of time: `5m0s`.
    Duration,
    /// A list.
    List,
    /// Keys of one's own.
    Map,
    /// Fields.
    Object,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    ty: FieldType,
    from: Option<u64>,
    until: Option<u64>,
}

impl Span {
    fn at(self, minor: u64) -> Known {
        match (self.from, self.until) {
            (Some(from), _) if minor < from => Known::From(from),
            (_, Some(until)) if minor > until => Known::Until(until),
            _ => Known::Yes,
        }
    }
}

type Table = BTreeMap<(&'static str, &'static str), Span>;

fn number(column: Option<&str>) -> Option<u64> {
    column.and_then(|text| text.parse().ok())
}

static FLAGS: LazyLock<Table> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let mut columns = line.split('\t');
        let key = (columns.next()?, columns.next()?);
        let (from, until) = (number(columns.next()), number(columns.next()));
        Some((key, Span { ty: FieldType::Text, from, until }))
    };
    include_str!("fields/flags.tsv").lines().filter_map(row).collect()
});

static FIELDS: LazyLock<Table> = LazyLock::new(|| {
    let table = |program: &'static str, text: &'static str| {
        text.lines().filter_map(move |line: &'static str| {
            let mut columns = line.split('\t');
            let (name, ty) = (columns.next()?, columns.next()?);
            let ty = match ty {
                "bool" => FieldType::Bool,
                "number" => FieldType::Number,
                "duration" => FieldType::Duration,
                "list" => FieldType::List,
                "map" => FieldType::Map,
                "object" => FieldType::Object,
                _ => FieldType::Text,
            };
            let (from, until) = (number(columns.next()), number(columns.next()));
            Some(((program, name), Span { ty, from, until }))
        })
    };
    table("kubelet", include_str!("fields/kubelet.tsv"))
        .chain(table("kube-proxy", include_str!("fields/kube_proxy.tsv")))
        .collect()
});

/// Whether a minor version of Kubernetes knows a setting: a flag without dashes, or of kubelet and kube-proxy a path in
/// their configuration.
pub fn lookup(component: Component, key: &str, minor: u64) -> Known {
    if matches!(component, Component::Kubelet | Component::KubeProxy) {
        return FIELDS.get(&(component.program(), key)).map_or(Known::Never, |span| span.at(minor));
    }
    if let Some(span) = FLAGS.get(&(component.program(), key)) {
        return span.at(minor);
    }
    if component.flag(key).is_some() {
        return Known::Yes;
    }
    old_advice::flag(component, key).map_or(Known::Never, Known::Old)
}

/// The type of a field in the configuration of kubelet or kube-proxy.
pub fn field_type(component: Component, path: &str) -> Option<FieldType> {
    FIELDS.get(&(component.program(), path)).map(|span| span.ty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_know_their_settings() {
        let of = |key, minor| lookup(Component::KubeApiserver, key, minor);
        assert_eq!(of("profiling", 31), Known::Yes);
        assert_eq!(of("tls-curve-preferences", 35), Known::From(36));
        assert_eq!(of("tls-curve-preferences", 36), Known::Yes);
        assert_eq!(of("cloud-provider", 32), Known::Yes);
        assert_eq!(of("cloud-provider", 33), Known::Until(32));
        assert!(matches!(of("insecure-port", 36), Known::Old(_)));
        assert_eq!(of("profilling", 36), Known::Never);
        let of = |key, minor| lookup(Component::Kubelet, key, minor);
        assert_eq!(of("authentication.anonymous.enabled", 31), Known::Yes);
        assert_eq!(of("singleProcessOOMKill", 31), Known::From(32));
        assert_eq!(of("authentication.anonymous.enable", 36), Known::Never);
        assert_eq!(field_type(Component::Kubelet, "podPidsLimit"), Some(FieldType::Number));
    }
}
