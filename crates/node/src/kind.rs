//! What a path is looked at for.

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Format {
    /// YAML or JSON.
    Yaml,
    /// TOML: containerd, CRI-O.
    Toml,
    /// Variables, one a line: what a unit file's `EnvironmentFile` names.
    Environment,
    /// A unit file or drop-in of systemd.
    Unit,
    /// Flags, one or more a line: what microk8s starts components with.
    Flags,
}

/// What a path is looked at for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Mode and owner alone.
    Attributes,
    /// The names in a folder besides.
    Entries,
    /// Certificates and keys in a file.
    Keys,
    /// Certificates and keys in all files of a folder and those below.
    KeyFolder,
    /// The text of a file.
    Text(Format),
    /// The texts of all files in a folder whose names end so; of a file its own.
    Texts(Format, &'static [&'static str]),
    /// The drop-ins of the kubelet: every `.conf` in a folder and those below; of a file its own text.
    KubeletDropIns,
}

/// The manifests in a folder of static pods: the kubelet takes every file but hidden ones.
pub(crate) const MANIFESTS: Kind = Kind::Texts(Format::Yaml, &[""]);

/// The configuration of network plug-ins in a folder, as libcni takes it.
pub(crate) const CNI: Kind = Kind::Texts(Format::Yaml, &[".conf", ".conflist", ".json", "kubeconfig"]);
