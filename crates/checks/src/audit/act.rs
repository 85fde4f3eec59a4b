//! Requests that every audit log should show: those by which somebody gets more than they had.

use ironsides_audit::Request;

use super::lint::Lint;

/// Requests of one kind.
pub(super) struct Act {
    /// What is done, in words.
    pub(super) what: &'static str,
    group: &'static str,
    resources: &'static [&'static str],
    verbs: &'static [&'static str],
}

const WRITES: &[&str] = &["create", "update", "patch", "delete", "deletecollection"];
const SESSIONS: &[&str] = &["create", "get"];
const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

/// What attackers do, the worst first. (They are the techniques of [`ironsides_audit::TECHNIQUES`] that need no other
/// right.)
pub(super) const ACTS: &[Act] = &[
    Act { what: "reading secrets", group: "", resources: &["secrets"], verbs: &["get", "list", "watch"] },
    Act { what: "running commands in pods", group: "", resources: &["pods/exec"], verbs: SESSIONS },
    Act {
        what: "changing roles and bindings",
        group: RBAC,
        resources: &["clusterrolebindings", "rolebindings", "clusterroles", "roles"],
        verbs: WRITES,
    },
    Act {
        what: "attaching to pods and forwarding their ports",
        group: "",
        resources: &["pods/attach", "pods/portforward"],
        verbs: SESSIONS,
    },
    Act { what: "reaching kubelets", group: "", resources: &["nodes/proxy"], verbs: SESSIONS },
    Act { what: "issuing tokens", group: "", resources: &["serviceaccounts/token"], verbs: &["create"] },
    Act {
        what: "requesting and approving certificates",
        group: "certificates.k8s.io",
        resources: &["certificatesigningrequests", "certificatesigningrequests/approval"],
        verbs: &["create", "update", "patch"],
    },
    Act {
        what: "changing webhooks and admission policies",
        group: ADMISSION,
        resources: &[
            "mutatingwebhookconfigurations",
            "validatingwebhookconfigurations",
            "validatingadmissionpolicies",
            "validatingadmissionpolicybindings",
        ],
        verbs: WRITES,
    },
    Act {
        what: "starting pods",
        group: "",
        resources: &["pods", "pods/ephemeralcontainers"],
        verbs: &["create", "update", "patch"],
    },
    Act {
        what: "starting workloads",
        group: "apps",
        resources: &["deployments", "daemonsets", "statefulsets"],
        verbs: &["create", "update", "patch"],
    },
];

/// The acts that a rule decides, with a request of the first.
pub(super) fn decided(lint: &Lint<'_>, number: usize) -> Option<(Vec<&'static str>, Request<'static>)> {
    let of_act = |act: &Act| {
        act.resources.iter().find_map(|resource| lint.decides(number, act.verbs, act.group, resource))
    };
    let mut found = ACTS.iter().filter_map(|act| Some((act.what, of_act(act)?))).peekable();
    let (_, request) = found.peek()?.clone();
    Some((found.map(|(what, _)| what).collect(), request))
}

/// A few acts in words.
pub(super) fn told(acts: &[&str]) -> String {
    match acts {
        [a, b, c, _, ..] => format!("{a}, {b}, {c} and more"),
        few => super::lint::listed(few),
    }
}
