//! A container as Pod Security sees it.

use ironsides_core::{Container, ContainerKind};
use ironsides_tree::{Cursor, Node};

use super::reader::{Keys, Reader};
use super::security::Security;

/// The fields of a container that any check looks at.
#[derive(Clone, Debug)]
pub(crate) struct ContainerFacts<'a> {
    pub(crate) view: Container<'a>,
    pub(crate) name: &'a str,
    pub(crate) security: Security<'a>,
    pub(crate) privileged: bool,
    pub(crate) allow_privilege_escalation: Option<bool>,
    pub(crate) proc_mount: Option<&'a str>,
    pub(crate) capabilities: Option<Capabilities<'a>>,
    pub(crate) host_ports: Vec<HostPort>,
    pub(crate) hosts: Vec<Host<'a>>,
    /// Whether the AppArmor profile comes from an annotation of the pod.
    pub(crate) app_armor_copied: bool,
}

/// What is added to and dropped from the capabilities a container starts with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capabilities<'a> {
    add: &'a [Node],
    drop: &'a [Node],
}

impl<'a> Capabilities<'a> {
    pub(crate) fn added(self) -> impl Iterator<Item = &'a str> {
        self.add.iter().map(|name| name.as_str().unwrap_or_default())
    }

    pub(crate) fn dropped(self) -> impl Iterator<Item = &'a str> {
        self.drop.iter().map(|name| name.as_str().unwrap_or_default())
    }
}

/// A port of the node that a container takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostPort {
    pub(crate) number: i32,
    pub(crate) index: usize,
    /// Where the number stands: `hostPort`, or `containerPort` where the server copies it.
    pub(crate) field: &'static str,
}

/// A host that a probe or hook is sent to instead of the pod.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Host<'a> {
    pub(crate) name: &'a str,
    pub(crate) at: &'static Keys,
}

/// Where probes and hooks may name a host.
const HOSTS: [&Keys; 10] = [
    &["livenessProbe", "httpGet", "host"],
    &["livenessProbe", "tcpSocket", "host"],
    &["readinessProbe", "httpGet", "host"],
    &["readinessProbe", "tcpSocket", "host"],
    &["startupProbe", "httpGet", "host"],
    &["startupProbe", "tcpSocket", "host"],
    &["lifecycle", "postStart", "httpGet", "host"],
    &["lifecycle", "postStart", "tcpSocket", "host"],
    &["lifecycle", "preStop", "httpGet", "host"],
    &["lifecycle", "preStop", "tcpSocket", "host"],
];

impl<'a> ContainerFacts<'a> {
    /// Reads a container; `on_host` is whether its ports become ports of the node.
    pub(super) fn read(reader: &mut Reader<'a>, kind: ContainerKind, at: Cursor<'a>, on_host: bool) -> Self {
        // Containers added for debugging have no ports that the server could fill in.
        let on_host = on_host && kind != ContainerKind::Ephemeral;
        Self {
            name: reader.str(&at, &["name"]).unwrap_or_default(),
            security: Security::read(reader, &at),
            privileged: reader.bool(&at, &["securityContext", "privileged"]) == Some(true),
            allow_privilege_escalation: reader.bool(&at, &["securityContext", "allowPrivilegeEscalation"]),
            proc_mount: reader.str(&at, &["securityContext", "procMount"]),
            capabilities: capabilities(reader, &at),
            host_ports: host_ports(reader, &at, on_host),
            hosts: HOSTS.iter().filter_map(|keys| host(reader, &at, keys)).collect(),
            app_armor_copied: false,
            view: Container { kind, at },
        }
    }
}

fn capabilities<'a>(reader: &mut Reader<'a>, at: &Cursor<'a>) -> Option<Capabilities<'a>> {
    if !reader.has_map(at, &["securityContext", "capabilities"]) {
        return None;
    }
    let mut names = |field| reader.strings(at, &["securityContext", "capabilities", field]);
    Some(Capabilities { add: names("add"), drop: names("drop") })
}

fn host_ports<'a>(reader: &mut Reader<'a>, at: &Cursor<'a>, on_host: bool) -> Vec<HostPort> {
    let mut found = Vec::new();
    for (index, port) in reader.list(at, &["ports"]) {
        let inside = reader.short(&port, &["containerPort"]).unwrap_or_default();
        let (number, field) = match reader.short(&port, &["hostPort"]).unwrap_or_default() {
            0 if on_host => (inside, "containerPort"),
            number => (number, "hostPort"),
        };
        if number != 0 {
            found.push(HostPort { number, index, field });
        }
    }
    found
}

fn host<'a>(reader: &mut Reader<'a>, at: &Cursor<'a>, keys: &'static Keys) -> Option<Host<'a>> {
    let name = reader.str(at, keys).filter(|name| !name.is_empty())?;
    Some(Host { name, at: keys })
}
