//! The fields of the configurations of kubelet and kube-proxy: what each holds, and which versions know it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::component::Component;
use crate::kubelet;
use crate::versions::Versions;

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
    /// A text or a number: an amount, or a length of time in nanoseconds.
    Amount,
    /// A list.
    List,
    /// Keys of one's own.
    Map,
    /// Fields.
    Object,
}

/// What is known of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldInfo {
    /// What it holds.
    pub ty: FieldType,
    /// The versions that know it.
    pub versions: Versions,
}

impl Component {
    /// What is known of a field in the configuration of kubelet or kube-proxy, by its path: `authorization.mode`.
    pub fn field(self, path: &str) -> Option<&'static FieldInfo> {
        static KUBELET: LazyLock<BTreeMap<&str, FieldInfo>> = LazyLock::new(|| whole(kubelet::fields()));
        static PROXY: LazyLock<BTreeMap<&str, FieldInfo>> = LazyLock::new(|| whole(of_proxy()));
        match self {
            Self::Kubelet => KUBELET.get(path),
            Self::KubeProxy => PROXY.get(path),
            _ => None,
        }
    }
}

/// The fields that hold values, and those that these stand in.
fn whole(fields: impl Iterator<Item = (&'static str, FieldInfo)>) -> BTreeMap<&'static str, FieldInfo> {
    let mut all = BTreeMap::new();
    for (path, field) in fields {
        for (at, _) in path.match_indices('.') {
            let Some(above) = path.get(..at) else { continue };
            let versions = field.versions;
            let above = all.entry(above).or_insert(FieldInfo { ty: FieldType::Object, versions });
            // One that stands in it may be younger.
            above.versions.since = above.versions.since.min(versions.since);
        }
        all.insert(path, field);
    }
    all
}

fn of_proxy() -> impl Iterator<Item = (&'static str, FieldInfo)> {
    let row = |line: &'static str| {
        let mut columns = line.split('\t');
        let (path, ty) = (columns.next()?, columns.next()?);
        let ty = match ty {
            "bool" => FieldType::Bool,
            "number" => FieldType::Number,
            "duration" => FieldType::Duration,
            "list" => FieldType::List,
            "map" => FieldType::Map,
            "object" => FieldType::Object,
            _ => FieldType::Text,
        };
        Some((path, FieldInfo { ty, versions: Versions::read(columns) }))
    };
    include_str!("flags/kube_proxy_fields.tsv").lines().filter_map(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::versions::Known;

    #[test]
    fn fields_are_known_by_type_and_version() {
        let field = |path| *Component::Kubelet.field(path).unwrap();
        assert_eq!(field("podPidsLimit").ty, FieldType::Number);
        assert_eq!(field("authentication").ty, FieldType::Object);
        assert_eq!(field("authentication").versions, Versions::default());
        assert_eq!(field("evictionHard").ty, FieldType::Map);
        assert_eq!(field("logging.options.json").ty, FieldType::Object);
        assert_eq!(field("userNamespaces").versions.at(32), Known::From(33));
        assert_eq!(field("mergeDefaultEvictionSettings").versions.at(33), Known::Yes);
        assert_eq!(field("defaultPodSysctls").versions.at(36), Known::From(37));
        assert!(Component::Kubelet.field("authentication.anonymous.enable").is_none());
        let field = |path| Component::KubeProxy.field(path).map(|field| field.ty);
        assert_eq!(field("conntrack"), Some(FieldType::Object));
        assert_eq!(field("conntrack.min"), Some(FieldType::Number));
        assert!(Component::KubeApiserver.field("conntrack").is_none());
    }
}
