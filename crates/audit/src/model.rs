//! What a cluster asks for that nobody has a log of: from its size.

use std::borrow::Cow;

use crate::load::Load;
use crate::request::{About, Request};

/// The size of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// How many nodes.
    pub nodes: u32,
    /// How many pods run.
    pub pods: u32,
    /// How many controllers (operators) there are besides those of Kubernetes, each with a lease of its own.
    pub controllers: u32,
}

/// The bytes of an event without bodies. (Source: events of Kubernetes 1.36 at level `Metadata` and stage
/// `ResponseComplete` are 680 to 940 bytes long, as measured.)
const EVENT: f64 = 850.0;
/// The seconds of a day.
const DAY: f64 = 86_400.0;

/// Who asks.
#[derive(Clone, Copy)]
struct Who(&'static str, &'static [&'static str]);

const NODE: Who = Who("system:node:node", &["system:nodes", "system:authenticated"]);
const MANAGER: Who = Who("system:kube-controller-manager", &["system:authenticated"]);
const SCHEDULER: Who = Who("system:kube-scheduler", &["system:authenticated"]);
const PROBE: Who = Who("system:anonymous", &["system:unauthenticated"]);
const OPERATOR: Who = Who(
    "system:serviceaccount:operators:operator",
    &["system:serviceaccounts", "system:serviceaccounts:operators", "system:authenticated"],
);

impl Cluster {
    /// The requests that such a cluster makes at rest, and what it takes to start each pod once a day.
    ///
    /// Sources of the rates: a kubelet renews its lease every 10 seconds (a quarter of `nodeLeaseDurationSeconds`, 40) and
    /// reports its status every 5 minutes (`nodeStatusReportFrequency`); leaders renew theirs every 2 seconds
    /// (`--leader-elect-retry-period`); clients end a watch after 5 to 10 minutes and begin it anew (`minWatchTimeout` of
    /// client-go); kubelets replace the token of a pod when 80 % of its 3,607 seconds are over; kubeadm has the API server
    /// probed for liveness every 10 seconds and for readiness every second.
    pub fn loads(&self) -> Vec<Load> {
        let (nodes, pods, operators) =
            (f64::from(self.nodes), f64::from(self.pods), f64::from(self.controllers));
        let watches = DAY / 450.0;
        let renewals = DAY / 2.0;
        let object =
            |who: Who, verb, what: (&'static str, &'static str, &'static str, &'static str), per_day| {
                let (group, resource, subresource, namespace) = what;
                let about = About::Resource {
                    group: group.into(),
                    resource: resource.into(),
                    subresource: subresource.into(),
                    namespace: namespace.into(),
                    name: "".into(),
                };
                load(who, verb, about, per_day)
            };
        let lease = ("coordination.k8s.io", "leases", "");
        let at =
            |what: (&'static str, &'static str, &'static str), namespace| (what.0, what.1, what.2, namespace);
        let mut all = vec![
            object(NODE, "update", at(lease, "kube-node-lease"), nodes * DAY / 10.0),
            object(NODE, "patch", ("", "nodes", "status", ""), nodes * DAY / 300.0),
            object(MANAGER, "update", at(lease, "kube-system"), renewals),
            object(SCHEDULER, "update", at(lease, "kube-system"), renewals),
            object(OPERATOR, "update", at(lease, "operators"), operators * renewals),
            object(NODE, "create", ("", "serviceaccounts", "token", "default"), pods * DAY / (0.8 * 3_607.0)),
            // The start of a pod: made, bound, four times its status and six events on the way.
            object(MANAGER, "create", ("", "pods", "", "default"), pods),
            object(SCHEDULER, "create", ("", "pods", "binding", "default"), pods),
            object(NODE, "patch", ("", "pods", "status", "default"), pods * 4.0),
            object(NODE, "create", ("", "events", "", "default"), pods * 6.0),
            object(NODE, "delete", ("", "pods", "", "default"), pods),
            load(PROBE, "get", About::Path("/livez".into()), DAY / 10.0),
            load(PROBE, "get", About::Path("/readyz".into()), DAY),
        ];
        for (group, resource) in WATCHED {
            all.push(object(MANAGER, "watch", (group, resource, "", ""), watches));
            all.push(object(OPERATOR, "watch", (group, resource, "", ""), operators * watches / 4.0));
        }
        for resource in ["nodes", "pods", "services"] {
            all.push(object(NODE, "watch", ("", resource, "", ""), nodes * watches));
        }
        // A kubelet watches each secret and configuration that its pods mount: about one of either for a pod.
        for resource in ["configmaps", "secrets"] {
            all.push(object(NODE, "watch", ("", resource, "", "default"), pods * watches));
        }
        all.retain(|load| load.per_day > 0.0);
        all
    }
}

/// What the controller manager watches.
const WATCHED: [(&str, &str); 20] = [
    ("", "configmaps"),
    ("", "endpoints"),
    ("", "namespaces"),
    ("", "nodes"),
    ("", "persistentvolumeclaims"),
    ("", "persistentvolumes"),
    ("", "pods"),
    ("", "secrets"),
    ("", "serviceaccounts"),
    ("", "services"),
    ("apps", "daemonsets"),
    ("apps", "deployments"),
    ("apps", "replicasets"),
    ("apps", "statefulsets"),
    ("autoscaling", "horizontalpodautoscalers"),
    ("batch", "cronjobs"),
    ("batch", "jobs"),
    ("certificates.k8s.io", "certificatesigningrequests"),
    ("discovery.k8s.io", "endpointslices"),
    ("policy", "poddisruptionbudgets"),
];

fn load(who: Who, verb: &'static str, about: About<'static>, per_day: f64) -> Load {
    let (request_body, response_body) = crate::load::assumed_bodies(verb);
    let Who(user, groups) = who;
    let request = Request {
        user: Some(Cow::Borrowed(user)),
        groups: groups.iter().map(|&group| Cow::Borrowed(group)).collect(),
        verb: Cow::Borrowed(verb),
        about,
    };
    Load { request, per_day, event: EVENT, request_body, response_body, assumed: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bigger_cluster_asks_for_more_and_an_empty_one_for_little() {
        let sum = |nodes, pods, controllers| -> f64 {
            Cluster { nodes, pods, controllers }.loads().iter().map(|load| load.per_day * load.event).sum()
        };
        assert!(sum(0, 0, 0) > 0.0 && sum(3, 0, 0) > sum(1, 0, 0));
        assert!(sum(3, 100, 5) > sum(3, 100, 0) && sum(3, 100, 0) > sum(3, 10, 0));
        // The lease of a node alone: 8,640 events of 850 bytes.
        let node = sum(1, 0, 0) - sum(0, 0, 0);
        assert!(node > 8_640.0 * 850.0 && node < 9_600.0 * 850.0 + 3.0 * 200.0 * 850.0, "{node}");
    }
}
