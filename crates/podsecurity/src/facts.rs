//! What Pod Security looks at in a pod, read once and judged many times.

mod container;
mod reader;
mod security;
mod volume;

use std::collections::HashSet;

use ironsides_core::Pod;
use ironsides_tree::{Cursor, Segment};

pub(crate) use container::{Capabilities, ContainerFacts};
use reader::Reader;
pub(crate) use security::Security;
pub(crate) use volume::{Volume, VolumeKind};

/// The annotation that chose a container's AppArmor profile before there was a field, without the container's name.
pub(crate) const APP_ARMOR_PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";
/// The annotation that chose a pod's seccomp profile before there was a field.
pub(crate) const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
/// The annotation that chose a container's seccomp profile, without the container's name.
pub(crate) const SECCOMP_PREFIX: &str = "container.seccomp.security.alpha.kubernetes.io/";

/// The fields of a pod that any check looks at, as the server sees them when it admits the pod.
///
/// A manifest is not yet what the server judges: it fills in defaults first. Those that matter here are applied
/// while reading: a volume without a source is an `emptyDir`, and in a Pod (but not in a template) a port of a pod
/// on the host's network takes a host port, and an AppArmor annotation fills the field that it stands for. This is
/// what servers do since 1.34; before, they also wrote annotations for AppArmor fields.
#[derive(Clone, Debug)]
pub struct PodFacts<'a> {
    pub(crate) pod: Pod<'a>,
    pub(crate) windows: bool,
    pub(crate) host_users: Option<bool>,
    pub(crate) host_network: bool,
    pub(crate) host_pid: bool,
    pub(crate) host_ipc: bool,
    pub(crate) runtime_class: Option<&'a str>,
    pub(crate) security: Security<'a>,
    pub(crate) sysctls: Vec<Sysctl<'a>>,
    pub(crate) volumes: Vec<Volume<'a>>,
    pub(crate) containers: Vec<ContainerFacts<'a>>,
    pub(crate) annotations: Vec<(&'a str, &'a str)>,
    malformed: Vec<Cursor<'a>>,
}

/// A kernel setting that a pod asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sysctl<'a> {
    pub(crate) name: &'a str,
    pub(crate) index: usize,
}

impl<'a> PodFacts<'a> {
    /// Reads a pod or a pod template.
    pub fn of(pod: &Pod<'a>) -> Self {
        let mut reader = Reader::default();
        let spec = pod.spec();
        let annotations = reader.annotations(pod.metadata());
        let windows = reader.str(spec, &["os", "name"]) == Some("windows");
        let host_network = reader.bool(spec, &["hostNetwork"]) == Some(true);
        let security = Security::read(&mut reader, spec);
        let sysctls = reader.list(spec, &["securityContext", "sysctls"]);
        let sysctls =
            sysctls.map(|(index, at)| Sysctl { name: reader.str(&at, &["name"]).unwrap_or_default(), index });
        let sysctls = sysctls.collect();
        let volumes = reader.list(spec, &["volumes"]);
        let volumes = volumes.map(|(index, at)| Volume::read(&mut reader, &at, index)).collect();
        let mut containers = Vec::new();
        for kind in ironsides_core::ContainerKind::ALL {
            for (_, at) in reader.list(spec, &[kind.field()]) {
                // Templates keep the ports they were written with; a pod's become host ports.
                let on_host = host_network && !pod.is_template();
                containers.push(ContainerFacts::read(&mut reader, kind, at, on_host));
            }
        }
        if !containers.iter().any(|found| found.view.kind == ironsides_core::ContainerKind::Regular) {
            reader.fault(spec.get("containers"));
        }
        let mut facts = Self {
            pod: pod.clone(),
            windows,
            host_users: reader.bool(spec, &["hostUsers"]),
            host_network,
            host_pid: reader.bool(spec, &["hostPID"]) == Some(true),
            host_ipc: reader.bool(spec, &["hostIPC"]) == Some(true),
            runtime_class: reader.str(spec, &["runtimeClassName"]),
            security,
            sysctls,
            volumes,
            containers,
            annotations,
            malformed: reader.into_faults(),
        };
        facts.copy_app_armor();
        facts
    }

    /// The pod that was read.
    pub fn pod(&self) -> &Pod<'a> {
        &self.pod
    }

    /// Fields that matter here and hold what no server takes: a value of a wrong type, or no container at all.
    ///
    /// Such an object is refused before any admission, so whatever is judged of the rest says nothing: where this
    /// is not empty, the answer is "unknown", not "passes".
    pub fn malformed(&self) -> &[Cursor<'a>] {
        &self.malformed
    }

    /// Whether the pod runs in a user namespace of its own.
    pub(crate) fn in_user_namespace(&self) -> bool {
        self.host_users == Some(false)
    }

    /// The value of an annotation.
    pub(crate) fn annotation(&self, key: &'a str) -> Cursor<'a> {
        self.pod.metadata().get("annotations").get(key)
    }

    /// In a Pod, an annotation that turns AppArmor off for a container fills the container's empty field. Only
    /// this value can violate anything, so no other is copied.
    fn copy_app_armor(&mut self) {
        if self.pod.is_template() || self.windows || self.annotations.is_empty() {
            return;
        }
        let unconfined_pod = self.security.app_armor == Some("Unconfined");
        let off = self.annotations.iter().filter(|(_, value)| *value == "unconfined");
        let off: HashSet<&str> = off.filter_map(|(key, _)| key.strip_prefix(APP_ARMOR_PREFIX)).collect();
        for container in &mut self.containers {
            if container.security.app_armor.is_none() && !unconfined_pod && off.contains(container.name) {
                container.security.app_armor = Some("Unconfined");
                container.app_armor_copied = true;
            }
        }
    }
}

/// The items of a list with these indexes, which rise: the list is walked once.
pub(crate) fn pick<'a, T, I: Iterator<Item = (usize, T)>>(
    list: &Cursor<'a>,
    wanted: I,
) -> impl Iterator<Item = (Cursor<'a>, T)> + use<'a, T, I> {
    let mut items = list.items();
    wanted.filter_map(move |(index, extra)| {
        let step = Segment::Index(u32::try_from(index).ok()?);
        Some((items.find(|item| item.path().segments().last() == Some(&step))?, extra))
    })
}
