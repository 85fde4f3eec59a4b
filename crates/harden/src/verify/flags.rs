//! Every flag and field that the files set: known to the version, of the right type, with its file at hand.

use ironsides_settings::{Component, FieldType};
use ironsides_tree::{Node, Value as Tree};

use super::{Case, Read, counted, of_kind};
use crate::distribution::Distribution;
use crate::flags::{Known, lookup};
use crate::old_advice;

/// Admission plug-ins of 1.31 to 1.37, from `pkg/kubeapiserver/options/plugins.go`.
const PLUGINS: [&str; 39] = [
    "AlwaysAdmit",
    "AlwaysDeny",
    "AlwaysPullImages",
    "CertificateApproval",
    "CertificateSigning",
    "CertificateSubjectRestriction",
    "ClusterTrustBundleAttest",
    "DefaultIngressClass",
    "DefaultStorageClass",
    "DefaultTolerationSeconds",
    "DenyServiceExternalIPs",
    "EventRateLimit",
    "ExtendedResourceToleration",
    "ImagePolicyWebhook",
    "LimitPodHardAntiAffinityTopology",
    "LimitRanger",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionWebhook",
    "NamespaceAutoProvision",
    "NamespaceExists",
    "NamespaceLifecycle",
    "NodeDeclaredFeatureValidator",
    "NodeRestriction",
    "OwnerReferencesPermissionEnforcement",
    "PersistentVolumeClaimResize",
    "PodGroupProtection",
    "PodNodeSelector",
    "PodResizeValidator",
    "PodSecurity",
    "PodTolerationRestriction",
    "PodTopologyLabels",
    "Priority",
    "ResourceQuota",
    "RuntimeClass",
    "ServiceAccount",
    "StorageObjectInUseProtection",
    "TaintNodesByCondition",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionWebhook",
];

/// A flag that a file sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) path: String,
    pub(super) component: Component,
    pub(super) key: String,
    pub(super) value: String,
}

/// The flags of all files.
pub(super) fn given(case: &mut Case<'_>, read: &[Read]) -> Vec<Given> {
    let mut all = Vec::new();
    match case.plan.options.distribution {
        Distribution::Kubeadm => kubeadm(case, read, &mut all),
        Distribution::K3s | Distribution::Rke2 => rancher(case, read, &mut all),
        Distribution::Talos => talos(read, &mut all),
        Distribution::Kubespray => kubespray(read, &mut all),
    }
    all
}

pub(super) fn verify(case: &mut Case<'_>, read: &[Read]) {
    let before = case.problems.len();
    let all = given(case, read);
    let minor = case.plan.options.version.minor;
    for one in &all {
        let key = one.key.replace('_', "-");
        // The kubelet's own flags are those of its configuration by other names.
        let is_field = one.component == Component::Kubelet;
        let known = if is_field { Known::Yes } else { lookup(one.component, &key, minor) };
        unknown(case, one, &format!("--{key}"), known);
        if key == "enable-admission-plugins" || key == "disable-admission-plugins" {
            plugins(case, one);
        }
        if key == "authorization-mode" && one.value.split(',').any(|mode| mode == "AlwaysAllow") {
            case.problem(
                &one.path,
                "--authorization-mode=AlwaysAllow lets everybody do everything",
                "take it away",
            );
        }
        if case.plan.options.distribution == Distribution::Kubeadm
            && one.component == Component::KubeApiserver
        {
            file(case, read, one, &key);
        }
    }
    let anonymous =
        |key: &str| all.iter().any(|one| one.key == key && one.component == Component::KubeApiserver);
    if anonymous("anonymous-auth") && anonymous("authentication-config") {
        let path = all.first().map_or("", |one| one.path.as_str()).to_owned();
        case.problem(
            &path,
            "--anonymous-auth may not stand beside --authentication-config: the API server does not start",
            "take --anonymous-auth away; the file decides it",
        );
    }
    let mut fields = 0;
    for (kind, component) in
        [("KubeletConfiguration", Component::Kubelet), ("KubeProxyConfiguration", Component::KubeProxy)]
    {
        for (path, root) in of_kind(read, kind) {
            fields += walk(case, path, component, root, "");
        }
    }
    case.verified_since(before, || {
        let (flags, fields) = (counted(all.len(), "flag"), counted(fields, "field"));
        format!("{flags} and {fields} are known to Kubernetes 1.{minor}")
    });
}

fn unknown(case: &mut Case<'_>, one: &Given, name: &str, known: Known) {
    let component = one.component;
    let minor = case.plan.options.version.minor;
    match known {
        Known::Yes => {}
        Known::From(from) => case.problem(
            &one.path,
            format!("{component} of 1.{minor} does not know {name} yet and would not start"),
            format!("take it away until 1.{from}"),
        ),
        Known::Until(until) => case.problem(
            &one.path,
            format!("{component} of 1.{minor} no longer knows {name} and would not start"),
            format!("take it away; 1.{until} was the last to have it"),
        ),
        Known::Old(old) => case.problem(
            &one.path,
            format!(
                "{name} is old advice: {component} has not had it since 1.{} and would not start",
                old.gone.unwrap_or_default()
            ),
            old.instead,
        ),
        Known::Never => case.problem(
            &one.path,
            format!("{component} knows no {name} and would not start"),
            "look at how it is written, or take it away",
        ),
    }
}

fn plugins(case: &mut Case<'_>, one: &Given) {
    for name in one.value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if let Some(old) = old_advice::plugin(name) {
            let since = old.gone.unwrap_or_default();
            let message = format!(
                "the admission plug-in {name} is old advice: it is gone since 1.{since}, and the API server would not start"
            );
            case.problem(&one.path, message, old.instead);
        } else if !PLUGINS.contains(&name) {
            case.problem(
                &one.path,
                format!("there is no admission plug-in {name}, and the API server would not start"),
                "look at how it is written: names are exact",
            );
        }
    }
}

/// A file that a flag names must be in the folder, and where the container sees it.
fn file(case: &mut Case<'_>, read: &[Read], one: &Given, key: &str) {
    let value = &one.value;
    if !value.starts_with('/') {
        return;
    }
    // kubeadm makes these, and mounts their folder.
    if value.starts_with("/etc/kubernetes/pki/") {
        return;
    }
    let mounts = mounts(read);
    let mount = mounts.iter().find(|mount| {
        value.strip_prefix(mount.inside.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    let Some(mount) = mount else {
        case.problem(
            &one.path,
            format!("--{key} names {value}, which the API server's container does not see"),
            "mount its folder with apiServer.extraVolumes",
        );
        return;
    };
    if key == "audit-log-path" {
        if mount.read_only {
            case.problem(
                &one.path,
                format!("the folder of {value} is mounted read-only"),
                "set readOnly to false",
            );
        }
        return;
    }
    let rest = value.strip_prefix(mount.inside.as_str()).unwrap_or_default();
    let in_folder = format!("control-plane{}{rest}", mount.host);
    if !case.folder.contains_key(&in_folder) {
        case.problem(
            &one.path,
            format!("--{key} names {value}, and {in_folder} is not there"),
            "put the file there, or name another",
        );
    }
}

struct Mount {
    host: String,
    inside: String,
    read_only: bool,
}

fn mounts(read: &[Read]) -> Vec<Mount> {
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
    of_kind(read, "ClusterConfiguration")
        .flat_map(|(_, root)| root.at(&["apiServer", "extraVolumes"]).map(Node::items).unwrap_or_default())
        .map(|volume| Mount {
            host: text(volume, "hostPath").trim_end_matches('/').to_owned(),
            inside: text(volume, "mountPath").trim_end_matches('/').to_owned(),
            read_only: volume.get("readOnly").and_then(Node::as_bool).unwrap_or_default(),
        })
        .collect()
}

fn kubeadm(case: &mut Case<'_>, read: &[Read], all: &mut Vec<Given>) {
    let parts: [(&[&str], Component); 4] = [
        (&["apiServer"], Component::KubeApiserver),
        (&["controllerManager"], Component::KubeControllerManager),
        (&["scheduler"], Component::KubeScheduler),
        (&["etcd", "local"], Component::Etcd),
    ];
    let mut found = false;
    for (path, root) in of_kind(read, "ClusterConfiguration") {
        found = true;
        if root.get("apiVersion").and_then(Node::as_str) != Some("kubeadm.k8s.io/v1beta4") {
            case.problem(
                path,
                "ClusterConfiguration is not of kubeadm.k8s.io/v1beta4",
                "kubeadm config migrate",
            );
        }
        for (keys, component) in parts {
            let Some(arguments) = root.at(keys).and_then(|part| part.get("extraArgs")) else { continue };
            if arguments.as_list().is_none() {
                let message = format!("extraArgs of {} is no list of name and value", keys.join("."));
                case.problem(
                    path,
                    message,
                    "write it as v1beta4 has it: - name: profiling, value: \"false\"",
                );
                continue;
            }
            for one in arguments.items() {
                let text = |key: &str| one.get(key).and_then(Node::as_str);
                match (text("name"), text("value")) {
                    (Some(key), Some(value)) => all.push(Given {
                        path: path.to_owned(),
                        component,
                        key: key.to_owned(),
                        value: value.to_owned(),
                    }),
                    _ => case.problem(
                        path,
                        format!("an item of extraArgs of {} has no name or no text as value", keys.join(".")),
                        "values stand in quotes: value: \"false\"",
                    ),
                }
            }
        }
    }
    if !found {
        case.problem(
            "kubeadm/init.yaml",
            "there is no ClusterConfiguration",
            "generate it anew with --force",
        );
    }
}

fn rancher(case: &mut Case<'_>, read: &[Read], all: &mut Vec<Given>) {
    for read in read.iter().filter(|read| read.path.ends_with("/config.yaml")) {
        for root in &read.roots {
            for component in Component::ALL {
                let key = format!("{}-arg", component.program());
                for item in root.get(&key).map(Node::items).unwrap_or_default() {
                    match item.as_str().and_then(|text| text.split_once('=')) {
                        Some((key, value)) => all.push(Given {
                            path: read.path.clone(),
                            component,
                            key: key.to_owned(),
                            value: value.to_owned(),
                        }),
                        None => case.problem(
                            &read.path,
                            format!("an item of {key} is no FLAG=VALUE"),
                            "write it so, in quotes",
                        ),
                    }
                }
            }
        }
    }
}

fn pairs(path: &str, component: Component, map: Option<&Node>, all: &mut Vec<Given>) {
    for (key, value) in map.and_then(Node::as_map).into_iter().flat_map(ironsides_tree::Map::iter) {
        let value = value.as_str().unwrap_or_default().to_owned();
        all.push(Given { path: path.to_owned(), component, key: key.to_owned(), value });
    }
}

fn talos(read: &[Read], all: &mut Vec<Given>) {
    for read in read {
        for root in &read.roots {
            for (key, component) in [
                ("apiServer", Component::KubeApiserver),
                ("controllerManager", Component::KubeControllerManager),
                ("scheduler", Component::KubeScheduler),
                ("etcd", Component::Etcd),
            ] {
                pairs(&read.path, component, root.at(&["cluster", key, "extraArgs"]), all);
            }
        }
    }
}

fn kubespray(read: &[Read], all: &mut Vec<Given>) {
    for read in read {
        for root in &read.roots {
            for (key, component) in [
                ("kube_kubeadm_apiserver_extra_args", Component::KubeApiserver),
                ("kube_kubeadm_controller_extra_args", Component::KubeControllerManager),
                ("kube_kubeadm_scheduler_extra_args", Component::KubeScheduler),
            ] {
                pairs(&read.path, component, root.get(key), all);
            }
            let plugins =
                root.get("kube_apiserver_enable_admission_plugins").map(Node::items).unwrap_or_default();
            let names: Vec<&str> = plugins.iter().filter_map(Node::as_str).collect();
            all.push(Given {
                path: read.path.clone(),
                component: Component::KubeApiserver,
                key: "enable-admission-plugins".to_owned(),
                value: names.join(","),
            });
        }
    }
}

/// Looks at the fields of a configuration; says how many there were.
fn walk(case: &mut Case<'_>, path: &str, component: Component, node: &Node, prefix: &str) -> usize {
    let mut count = 0;
    for (key, value) in node.as_map().into_iter().flat_map(ironsides_tree::Map::iter) {
        let name = format!("{prefix}{key}");
        if prefix.is_empty() && matches!(name.as_str(), "apiVersion" | "kind") {
            continue;
        }
        count += 1;
        let minor = case.plan.options.version.minor;
        let known = lookup(component, &name, minor);
        if known != Known::Yes {
            let given = Given { path: path.to_owned(), component, key: name.clone(), value: String::new() };
            unknown(case, &given, &name, known);
            continue;
        }
        let ty = component.field(&name).map(|field| field.ty);
        let fits = matches!(
            (ty, value.value()),
            (_, Tree::Null)
                | (Some(FieldType::Bool), Tree::Bool(_))
                | (Some(FieldType::Number | FieldType::Amount), Tree::Int(_) | Tree::Float(_))
                | (Some(FieldType::Text | FieldType::Duration | FieldType::Amount), Tree::String(_))
                | (Some(FieldType::List), Tree::List(_))
                | (Some(FieldType::Map | FieldType::Object), Tree::Map(_))
        );
        if !fits {
            case.problem(
                path,
                format!("{name} is of another type than {component} takes, which would not start"),
                "look at the quotes: numbers and true or false stand without",
            );
        } else if ty == Some(FieldType::Object) {
            count += walk(case, path, component, value, &format!("{name}."));
        }
    }
    count
}
