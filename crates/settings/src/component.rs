//! The components of Kubernetes whose settings are known, and what is known of their flags.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use crate::versions::{self, Known, Versions};

/// A component of Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// The API server.
    KubeApiserver,
    /// The controller manager.
    KubeControllerManager,
    /// The scheduler.
    KubeScheduler,
    /// The agent of a node.
    Kubelet,
    /// What makes Services reachable on a node.
    KubeProxy,
    /// The store of the API server.
    Etcd,
}

/// How the values of a flag are taken. The names behind are those that a component's own help shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagType {
    /// Stands for `true` by itself and takes no separate word.
    Bool,
    /// A list: given several times, it adds up (`strings`, `stringArray`, `namedCertKey`).
    List,
    /// Pairs of key and value: given several times, they are put together (`mapStringString`, …).
    Map,
    /// Anything else: given several times, the last counts.
    Single,
}

/// What is known of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlagInfo {
    /// How its values are taken.
    pub ty: FlagType,
    /// What is in force where it is not given, by the help of Kubernetes 1.36 (etcd 3.6); empty for nothing.
    pub default: &'static str,
    /// The versions that know it; of etcd and kube-proxy it is not known.
    pub versions: Versions,
}

impl Component {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::KubeApiserver,
        Self::KubeControllerManager,
        Self::KubeScheduler,
        Self::Kubelet,
        Self::KubeProxy,
        Self::Etcd,
    ];

    /// The name of its program.
    pub fn program(self) -> &'static str {
        match self {
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::KubeScheduler => "kube-scheduler",
            Self::Kubelet => "kubelet",
            Self::KubeProxy => "kube-proxy",
            Self::Etcd => "etcd",
        }
    }

    /// What it is called as a part of hyperkube.
    pub(crate) fn in_hyperkube(self) -> &'static str {
        self.program().strip_prefix("kube-").unwrap_or_else(|| self.program())
    }

    /// What is known of a flag, named without dashes.
    pub fn flag(self, name: &str) -> Option<&'static FlagInfo> {
        self.flags().get(name)
    }

    /// Whether a minor version of Kubernetes knows a setting: a flag without dashes, or of kubelet and kube-proxy a path in
    /// their configuration.
    pub fn knows(self, key: &str, minor: u64) -> Known {
        let versions = match self {
            Self::Kubelet | Self::KubeProxy => self.field(key).map(|field| field.versions),
            _ => self.flag(key).map(|flag| flag.versions),
        };
        versions.map_or(Known::Never, |versions| versions.at(minor))
    }

    /// Whether a flag without `=` takes the word behind it. One that is not known does unless that word is a flag.
    pub(crate) fn takes_word(self, name: &str, next: Option<&str>) -> bool {
        match self.flag(name) {
            Some(flag) => flag.ty != FlagType::Bool,
            None => next.is_some_and(|next| !next.starts_with("--")),
        }
    }

    fn flags(self) -> &'static BTreeMap<&'static str, FlagInfo> {
        static APISERVER: LazyLock<BTreeMap<&str, FlagInfo>> =
            LazyLock::new(|| table(Component::KubeApiserver, include_str!("flags/kube_apiserver.tsv")));
        static CONTROLLER_MANAGER: LazyLock<BTreeMap<&str, FlagInfo>> = LazyLock::new(|| {
            table(Component::KubeControllerManager, include_str!("flags/kube_controller_manager.tsv"))
        });
        static SCHEDULER: LazyLock<BTreeMap<&str, FlagInfo>> =
            LazyLock::new(|| table(Component::KubeScheduler, include_str!("flags/kube_scheduler.tsv")));
        static ETCD: LazyLock<BTreeMap<&str, FlagInfo>> =
            LazyLock::new(|| table(Component::Etcd, include_str!("flags/etcd.tsv")));
        static PROXY: LazyLock<BTreeMap<&str, FlagInfo>> =
            LazyLock::new(|| table(Component::KubeProxy, crate::kube_proxy::FLAGS));
        static NONE: BTreeMap<&str, FlagInfo> = BTreeMap::new();
        match self {
            Self::KubeApiserver => &APISERVER,
            Self::KubeControllerManager => &CONTROLLER_MANAGER,
            Self::KubeScheduler => &SCHEDULER,
            Self::Etcd => &ETCD,
            Self::KubeProxy => &PROXY,
            Self::Kubelet => &NONE,
        }
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.program())
    }
}

/// The flags of a component: name, type, default, one a line, and those that only other versions have.
fn table(component: Component, text: &'static str) -> BTreeMap<&'static str, FlagInfo> {
    let row = |line: &'static str| {
        let mut columns = line.split('\t');
        let (name, ty) = (columns.next()?, flag_type(columns.next()?));
        let default = match (ty, columns.next().unwrap_or_default()) {
            // The help leaves out what is the zero of its type.
            (FlagType::Bool, "") => "false",
            (_, default) => default,
        };
        Some((name, FlagInfo { ty, default, versions: Versions::default() }))
    };
    let mut all: BTreeMap<_, _> = text.lines().filter_map(row).collect();
    for row in versions::rows().filter(|row| row.program == component.program()) {
        let other = FlagInfo { ty: flag_type(row.ty), default: "", versions: row.versions };
        all.entry(row.flag).or_insert(other).versions = row.versions;
    }
    all
}

/// The type of a flag by the name that the help has for it.
fn flag_type(name: &str) -> FlagType {
    match name {
        "bool" | "version[=true]" => FlagType::Bool,
        "strings" | "stringArray" | "namedCertKey" | "int32Slice" => FlagType::List,
        map if map.starts_with("map") || map.contains("ToString") || map.contains("Multimap") => {
            FlagType::Map
        }
        _ => FlagType::Single,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_known_by_type_and_default() {
        let flag = |name| *Component::KubeApiserver.flag(name).unwrap();
        let versions = Versions::default();
        assert_eq!(flag("profiling"), FlagInfo { ty: FlagType::Bool, default: "true", versions });
        assert_eq!(flag("enable-admission-plugins").ty, FlagType::List);
        assert_eq!(flag("runtime-config").ty, FlagType::Map);
        assert_eq!(flag("feature-gates").ty, FlagType::Map);
        assert_eq!(flag("request-timeout").default, "1m0s");
        assert!(Component::KubeApiserver.flag("insecure-port").is_none());
        for component in Component::ALL {
            assert!(component.flags().values().all(|flag| !flag.default.contains('\t')), "{component}");
        }
    }

    #[test]
    fn versions_know_their_flags() {
        let of = |key, minor| Component::KubeApiserver.knows(key, minor);
        assert_eq!(of("profiling", 31), Known::Yes);
        assert_eq!(of("tls-curve-preferences", 35), Known::From(36));
        assert_eq!(of("tls-curve-preferences", 36), Known::Yes);
        assert_eq!(of("cloud-provider", 32), Known::Yes);
        assert_eq!(of("cloud-provider", 33), Known::Until(32));
        assert_eq!(of("profilling", 36), Known::Never);
        assert_eq!(
            Component::KubeControllerManager.knows("concurrent-disruption-syncs", 36),
            Known::From(37)
        );
        assert_eq!(Component::Kubelet.knows("singleProcessOOMKill", 31), Known::From(32));
    }

    #[test]
    fn every_row_of_the_table_of_versions_counts() {
        for row in versions::rows() {
            let component = Component::ALL.into_iter().find(|one| one.program() == row.program).unwrap();
            let flag = component.flag(row.flag).unwrap();
            assert_ne!(flag.versions, Versions::default(), "{}", row.flag);
            let in_1_36 = flag.versions.at(36) == Known::Yes;
            assert_eq!(row.ty.is_empty(), in_1_36, "{}", row.flag);
        }
    }
}
