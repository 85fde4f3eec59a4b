//! Old advice: flags, admission plug-ins and kinds that guides still name and that Kubernetes no longer has.
//!
//! The last minor version that had one was looked up in the sources of Kubernetes' own options, 1.18 to 1.37.

use ironsides_settings::Component;

/// Something that guides still name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Old {
    /// Of which component.
    pub component: Component,
    /// A flag without dashes, or the name of an admission plug-in.
    pub name: &'static str,
    /// What it is.
    pub kind: OldKind,
    /// The first minor version without it; `None` where it still works and something better is at hand.
    pub gone: Option<u64>,
    /// What to do instead: a sentence.
    pub instead: &'static str,
}

/// What old advice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldKind {
    /// A flag.
    Flag,
    /// An admission plug-in.
    Plugin,
}

impl Old {
    /// What it is called where people look for it.
    pub fn label(&self) -> String {
        match self.kind {
            OldKind::Flag => format!("--{}", self.name),
            OldKind::Plugin => format!("admission plug-in {}", self.name),
        }
    }
}

const fn flag_of(component: Component, name: &'static str, gone: u64, instead: &'static str) -> Old {
    Old { component, name, kind: OldKind::Flag, gone: Some(gone), instead }
}

use Component::{KubeApiserver, KubeControllerManager, KubeScheduler, Kubelet};

/// All of it.
pub static ALL: [Old; 22] = [
    flag_of(
        KubeApiserver,
        "insecure-port",
        24,
        "Leave it away: the port without TLS is gone, and so is the flag.",
    ),
    flag_of(KubeApiserver, "insecure-bind-address", 24, "Leave it away: the port without TLS is gone."),
    flag_of(KubeApiserver, "basic-auth-file", 19, "Use OpenID Connect or client certificates."),
    flag_of(KubeApiserver, "kubelet-https", 22, "Leave it away: kubelets are reached over TLS alone."),
    flag_of(KubeApiserver, "service-account-api-audiences", 25, "It is called --api-audiences."),
    flag_of(KubeApiserver, "enable-logs-handler", 28, "Leave it away: the server no longer serves its logs."),
    flag_of(KubeControllerManager, "address", 24, "It is called --bind-address."),
    flag_of(KubeControllerManager, "port", 24, "It is called --secure-port."),
    flag_of(
        KubeControllerManager,
        "experimental-cluster-signing-duration",
        25,
        "It is called --cluster-signing-duration.",
    ),
    flag_of(
        KubeControllerManager,
        "pod-eviction-timeout",
        27,
        "Use tolerationSeconds of the not-ready taints.",
    ),
    flag_of(KubeControllerManager, "enable-taint-manager", 27, "Leave it away: taints are always followed."),
    flag_of(KubeScheduler, "address", 24, "It is called --bind-address."),
    flag_of(KubeScheduler, "port", 24, "It is called --secure-port."),
    flag_of(Kubelet, "dynamic-config-dir", 24, "Use a drop-in folder: --config-dir."),
    flag_of(Kubelet, "enable-cadvisor-json-endpoints", 21, "Leave it away: the endpoints are gone."),
    flag_of(Kubelet, "keep-terminated-pod-volumes", 31, "Leave it away."),
    flag_of(Kubelet, "register-schedulable", 34, "Use registerWithTaints."),
    flag_of(
        Kubelet,
        "pod-infra-container-image",
        35,
        "The container runtime's own configuration names the image.",
    ),
    Old {
        component: KubeApiserver,
        name: "PodSecurityPolicy",
        kind: OldKind::Plugin,
        gone: Some(25),
        instead: "Use Pod Security admission (PodSecurity, on by default): the generated admission.yaml sets its levels.",
    },
    Old {
        component: KubeApiserver,
        name: "SecurityContextDeny",
        kind: OldKind::Plugin,
        gone: Some(30),
        instead: "Use Pod Security admission at the level restricted.",
    },
    Old {
        component: KubeApiserver,
        name: "anonymous-auth",
        kind: OldKind::Flag,
        gone: None,
        instead: "With --anonymous-auth=false the probes of kubeadm's API server get 401, and it restarts for ever; \
                  the generated authentication.yaml leaves anonymous requests to the health paths alone.",
    },
    Old {
        component: KubeApiserver,
        name: "authorization-mode",
        kind: OldKind::Flag,
        gone: None,
        instead: "RBAC alone, as some guides have it, takes the nodes' own authorizer away, and kubelets their \
                  access; it is Node,RBAC.",
    },
];

/// A flag that was taken away.
pub(crate) fn flag(component: Component, name: &str) -> Option<&'static Old> {
    ALL.iter().find(|old| {
        old.kind == OldKind::Flag && old.gone.is_some() && old.component == component && old.name == name
    })
}

/// An admission plug-in that was taken away.
pub fn plugin(name: &str) -> Option<&'static Old> {
    ALL.iter().find(|old| old.kind == OldKind::Plugin && old.name == name)
}
