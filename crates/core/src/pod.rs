//! Pods, wherever they are written: in a Pod, in the template of a workload, in a custom resource.

use std::fmt;
use std::rc::Rc;

use ironsides_tree::{Cursor, Segment, Text};

use crate::object::Object;
use crate::selector::Labels;

/// Where pod templates stand in kinds that are not built in.
///
/// Starts with a few well-known kinds; more can be configured.
#[derive(Clone, Debug)]
pub struct PodTemplates {
    known: Vec<(Text, Text, Vec<Text>)>,
}

impl Default for PodTemplates {
    fn default() -> Self {
        let mut templates = Self { known: Vec::new() };
        for (group, kind) in [
            ("argoproj.io", "Rollout"),
            ("apps.openshift.io", "DeploymentConfig"),
            ("serving.knative.dev", "Service"),
            ("serving.knative.dev", "Configuration"),
            ("apps.kruise.io", "CloneSet"),
            ("apps.kruise.io", "DaemonSet"),
            ("apps.kruise.io", "StatefulSet"),
        ] {
            templates.add(group, kind, "spec.template");
        }
        templates.add("agents.x-k8s.io", "Sandbox", "spec.podTemplate");
        templates.add("extensions.agents.x-k8s.io", "SandboxTemplate", "spec.podTemplate");
        templates
    }
}

impl PodTemplates {
    /// Adds a kind: `path` is the dotted way from the root to the object that holds the pod's `metadata` and `spec`
    /// (`spec.template`).
    pub fn add(&mut self, group: &str, kind: &str, path: &str) {
        let path = path.split('.').filter(|key| !key.is_empty()).map(Text::new).collect();
        self.known.push((Text::new(group), Text::new(kind), path));
    }

    /// The kinds that are known, each with its API group.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, &str)> {
        self.known.iter().map(|(group, kind, _)| (group.as_str(), kind.as_str()))
    }

    fn find<'a>(&'a self, object: &'a Object) -> Option<Cursor<'a>> {
        let reference = object.reference();
        if let Some(path) = ironsides_schema::pod_template(&reference.api_version, &reference.kind) {
            return Some(object.cursor().at(path));
        }
        let group = reference.group();
        let (_, _, path) =
            self.known.iter().rfind(|(known, kind, _)| known == group && *kind == reference.kind)?;
        Some(path.iter().fold(object.cursor(), |cursor, key| cursor.get(key)))
    }
}

/// A pod as it is written in an object.
#[derive(Clone, Debug)]
pub struct Pod<'a> {
    object: &'a Object,
    place: Cursor<'a>,
    metadata: Cursor<'a>,
    spec: Cursor<'a>,
    template: bool,
    /// Found once: every check walks them.
    containers: Rc<[Container<'a>]>,
}

impl<'a> Pod<'a> {
    /// The pod in an object, or `None` where the object's kind has none.
    pub fn of(object: &'a Object, templates: &'a PodTemplates) -> Option<Self> {
        let at = templates.find(object)?;
        let template = !at.path().is_root();
        let spec = at.get("spec");
        let of_kind =
            |kind: ContainerKind| spec.get(kind.field()).items().map(move |at| Container { kind, at });
        let containers = ContainerKind::ALL.into_iter().flat_map(of_kind).collect();
        let metadata = at.get("metadata");
        Some(Self { object, place: at, metadata, spec, template, containers })
    }

    /// Whether objects of this one's kind hold a pod, without reading it.
    pub fn is_in(object: &Object, templates: &PodTemplates) -> bool {
        templates.find(object).is_some()
    }

    /// The labels of the pods that an object makes, without reading the rest; `None` where its kind has no pod.
    pub fn labels_in(object: &'a Object, templates: &'a PodTemplates) -> Option<Labels<'a>> {
        Some(Labels::of(&templates.find(object)?.get("metadata")))
    }

    /// The place of what holds the pod's `metadata` and `spec`.
    pub fn place(&self) -> &Cursor<'a> {
        &self.place
    }

    /// The object that holds it.
    pub fn object(&self) -> &'a Object {
        self.object
    }

    /// The pod's own metadata, or that of the template.
    pub fn metadata(&self) -> &Cursor<'a> {
        &self.metadata
    }

    /// The pod spec.
    pub fn spec(&self) -> &Cursor<'a> {
        &self.spec
    }

    /// A field of the pod's `securityContext`.
    pub fn security(&self, field: &'a str) -> Cursor<'a> {
        self.spec.at(&["securityContext", field])
    }

    /// Whether it is the template of a workload rather than a Pod.
    pub fn is_template(&self) -> bool {
        self.template
    }

    /// The pod that a controller creates from this template; a Pod is its own.
    #[must_use]
    pub fn instance(&self) -> Self {
        Self { template: false, ..self.clone() }
    }

    /// Whether this is a Pod that the API server has stored, so that admission has already filled in what it fills in.
    /// A uid alone may be what was left when somebody cleaned an export by hand.
    pub fn is_stored(&self) -> bool {
        let is_text = |field| self.metadata.get(field).str().is_some_and(|text| !text.is_empty());
        let has_status = self.object.root.get("status").is_some_and(|status| status.as_map().is_some());
        !self.template && is_text("uid") && is_text("creationTimestamp") && has_status
    }

    /// Whether `spec.os.name` is `windows`. The Linux-only fields of such pods must be absent.
    pub fn is_windows(&self) -> bool {
        self.spec.at(&["os", "name"]).str() == Some("windows")
    }

    /// Every container: init containers (sidecars among them), containers, ephemeral containers.
    pub fn containers(&self) -> impl Iterator<Item = Container<'a>> + use<'a> {
        let containers = Rc::clone(&self.containers);
        (0..containers.len()).filter_map(move |at| containers.get(at).cloned())
    }
}

/// The three lists of containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerKind {
    /// Runs before the others, or, with `restartPolicy: Always`, beside them.
    Init,
    /// An ordinary one.
    Regular,
    /// Put into a running pod for debugging.
    Ephemeral,
}

impl ContainerKind {
    /// In the order in which Pod Security names them.
    pub const ALL: [Self; 3] = [Self::Init, Self::Regular, Self::Ephemeral];

    /// The field of the pod spec.
    pub fn field(self) -> &'static str {
        match self {
            Self::Init => "initContainers",
            Self::Regular => "containers",
            Self::Ephemeral => "ephemeralContainers",
        }
    }
}

/// One container of a pod.
#[derive(Clone, Debug)]
pub struct Container<'a> {
    /// Which list it stands in.
    pub kind: ContainerKind,
    /// Where it stands.
    pub at: Cursor<'a>,
}

impl<'a> Container<'a> {
    /// Its name, empty where it has none.
    pub fn name(&self) -> &'a str {
        self.at.get("name").str().unwrap_or_default()
    }

    /// A field.
    pub fn get(&self, field: &'a str) -> Cursor<'a> {
        self.at.get(field)
    }

    /// A field of its own `securityContext`.
    pub fn security(&self, field: &'a str) -> Cursor<'a> {
        self.at.at(&["securityContext", field])
    }

    /// A field of the security context that is in force: the container's own, or else the pod's. Points at the
    /// container's where neither is set.
    pub fn effective(&self, pod: &Pod<'a>, field: &'a str) -> Cursor<'a> {
        let own = self.security(field);
        if own.is_set() {
            return own;
        }
        let inherited = pod.security(field);
        if inherited.is_set() { inherited } else { own }
    }

    /// Whether it is an init container that keeps running beside the others (`restartPolicy: Always`).
    pub fn is_sidecar(&self) -> bool {
        self.kind == ContainerKind::Init && self.get("restartPolicy").str() == Some("Always")
    }
}

impl fmt::Display for Container<'_> {
    /// `container "app"`, `init container "setup"`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ContainerKind::Init if self.is_sidecar() => "sidecar container",
            ContainerKind::Init => "init container",
            ContainerKind::Regular => "container",
            ContainerKind::Ephemeral => "ephemeral container",
        };
        match (self.name(), self.at.path().segments().last()) {
            ("", Some(Segment::Index(index))) => write!(f, "{kind} {} (no name)", u64::from(*index) + 1),
            (name, _) => write!(f, "{kind} \"{name}\""),
        }
    }
}
