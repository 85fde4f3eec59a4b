//! The fields that kustomize 5.8 looks at by itself.

use super::{Config, Referred};
use crate::kustomize::field::FieldSpec;
use crate::kustomize::id::Gvk;

/// Where the pods of a kind stand.
const PODS: &[(&str, &str)] = &[
    ("Pod", "spec"),
    ("PodTemplate", "template/spec"),
    ("Deployment", "spec/template/spec"),
    ("ReplicaSet", "spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
    ("StatefulSet", "spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
];

/// The kinds whose claims, accounts and priority classes are looked at.
const RUNNERS: &[(&str, &str)] = &[
    ("Pod", "spec"),
    ("StatefulSet", "spec/template/spec"),
    ("Deployment", "spec/template/spec"),
    ("ReplicationController", "spec/template/spec"),
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
];

pub(super) fn standard() -> Config {
    let mut common_labels = selectors();
    common_labels.extend(metadata("labels"));
    let name = vec![FieldSpec::new("", "", "", "metadata/name", false)];
    Config {
        name_prefix: name.clone(),
        name_suffix: name,
        namespace: vec![
            FieldSpec::new("Namespace", "", "", "metadata/name", true),
            FieldSpec::new("APIService", "apiregistration.k8s.io", "", "spec/service/namespace", true),
            FieldSpec::new(
                "CustomResourceDefinition",
                "apiextensions.k8s.io",
                "",
                "spec/conversion/webhook/clientConfig/service/namespace",
                false,
            ),
        ],
        common_labels,
        labels: Vec::new(),
        template_labels: metadata("labels"),
        common_annotations: metadata("annotations"),
        name_reference: references(),
        var_reference: variables(),
        images: images(),
        replicas: ["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"]
            .map(|kind| FieldSpec::new(kind, "", "", "spec/replicas", true))
            .into(),
    }
}

fn images() -> Vec<FieldSpec> {
    let mut specs = Vec::new();
    for pod in ["spec", "spec/template/spec"] {
        for field in ["containers[]/image", "initContainers[]/image", "volumes[]/image/reference"] {
            specs.push(FieldSpec::new("", "", "", &format!("{pod}/{field}"), true));
        }
    }
    specs
}

/// Labels or annotations of objects and of the pods they make.
fn metadata(field: &str) -> Vec<FieldSpec> {
    let spec = |kind, group, version, at: &str| {
        let path = if at.is_empty() { format!("metadata/{field}") } else { format!("{at}/metadata/{field}") };
        FieldSpec::new(kind, group, version, &path, true)
    };
    let labels = field == "labels";
    let apps = if labels { "apps" } else { "" };
    let mut specs = vec![
        spec("", "", "", ""),
        spec("ReplicationController", "", "v1", "spec/template"),
        spec("Deployment", "", "", "spec/template"),
        spec("ReplicaSet", "", "", "spec/template"),
        spec("DaemonSet", "", "", "spec/template"),
        spec("StatefulSet", apps, "", "spec/template"),
    ];
    if labels {
        specs.push(spec("StatefulSet", apps, "", "spec/volumeClaimTemplates[]"));
    }
    specs.extend([
        spec("Job", "batch", "", "spec/template"),
        spec("CronJob", "batch", "", "spec/jobTemplate"),
        spec("CronJob", "batch", "", "spec/jobTemplate/spec/template"),
    ]);
    specs
}

fn selectors() -> Vec<FieldSpec> {
    let mut specs = vec![
        FieldSpec::new("Service", "", "v1", "spec/selector", true),
        FieldSpec::new("ReplicationController", "", "v1", "spec/selector", true),
        FieldSpec::new("Deployment", "", "", "spec/selector/matchLabels", true),
        FieldSpec::new("ReplicaSet", "", "", "spec/selector/matchLabels", true),
        FieldSpec::new("DaemonSet", "", "", "spec/selector/matchLabels", true),
        FieldSpec::new("StatefulSet", "apps", "", "spec/selector/matchLabels", true),
    ];
    for kind in ["Deployment", "StatefulSet"] {
        for affinity in ["podAffinity", "podAntiAffinity"] {
            for term in [
                "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
                "requiredDuringSchedulingIgnoredDuringExecution",
            ] {
                let path = format!("spec/template/spec/affinity/{affinity}/{term}/labelSelector/matchLabels");
                specs.push(FieldSpec::new(kind, "apps", "", &path, false));
            }
        }
        let path = "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels";
        specs.push(FieldSpec::new(kind, "apps", "", path, false));
    }
    for (kind, group, path) in [
        ("Job", "batch", "spec/selector/matchLabels"),
        ("CronJob", "batch", "spec/jobTemplate/spec/selector/matchLabels"),
        ("PodDisruptionBudget", "policy", "spec/selector/matchLabels"),
        ("NetworkPolicy", "networking.k8s.io", "spec/podSelector/matchLabels"),
        ("NetworkPolicy", "networking.k8s.io", "spec/ingress/from/podSelector/matchLabels"),
        ("NetworkPolicy", "networking.k8s.io", "spec/egress/to/podSelector/matchLabels"),
    ] {
        specs.push(FieldSpec::new(kind, group, "", path, false));
    }
    specs
}

fn variables() -> Vec<FieldSpec> {
    let mut specs = Vec::new();
    for (kind, pod) in PODS.iter().filter(|(kind, _)| *kind != "PodTemplate") {
        for containers in ["containers", "initContainers"] {
            for field in ["args", "command", "env/value", "volumeMounts/mountPath"] {
                specs.push(FieldSpec::new(kind, "", "", &format!("{pod}/{containers}/{field}"), false));
            }
        }
        let volumes = match *kind {
            // One of the paths is one name short, another stands where no volumes are.
            "CronJob" => "spec/jobTemplate/spec/template/volumes/nfs/server".to_owned(),
            "StatefulSet" => "spec/volumeClaimTemplates/spec/nfs/server".to_owned(),
            _ => format!("{pod}/volumes/nfs/server"),
        };
        specs.push(FieldSpec::new(kind, "", "", &volumes, false));
    }
    for (kind, path) in [
        ("Deployment", "spec/template/metadata/annotations"),
        ("Ingress", "spec/rules/host"),
        ("Ingress", "spec/tls/hosts"),
        ("Ingress", "spec/tls/secretName"),
        ("Service", "spec/ports/port"),
        ("Service", "spec/ports/targetPort"),
        ("PersistentVolume", "spec/nfs/server"),
        ("", "metadata/labels"),
        ("", "metadata/annotations"),
    ] {
        specs.push(FieldSpec::new(kind, "", "", path, false));
    }
    specs
}

/// Which fields name objects of which kinds, in the order in which kustomize goes through them.
fn references() -> Vec<Referred> {
    let all = |kind: &str, version: &str, group: &str, from: Vec<FieldSpec>| Referred {
        gvk: Gvk::new(group, version, kind),
        from,
    };
    let spec = |kind: &str, group: &str, path: &str| FieldSpec::new(kind, group, "", path, false);
    let runners = |field: &str| -> Vec<FieldSpec> {
        RUNNERS.iter().map(|(kind, pod)| spec(kind, "", &format!("{pod}/{field}"))).collect()
    };
    let rbac = "rbac.authorization.k8s.io";
    let admission = "admissionregistration.k8s.io";
    let mut accounts =
        vec![spec("RoleBinding", rbac, "subjects"), spec("ClusterRoleBinding", rbac, "subjects")];
    accounts.extend(runners("serviceAccountName"));
    let scaled = |kind: &str| {
        let from = vec![spec("HorizontalPodAutoscaler", "", "spec/scaleTargetRef/name")];
        all(kind, "", "", from)
    };
    vec![
        all(
            "StorageClass",
            "v1",
            "storage.k8s.io",
            vec![
                spec("PersistentVolume", "", "spec/storageClassName"),
                spec("PersistentVolumeClaim", "", "spec/storageClassName"),
                spec("StatefulSet", "", "spec/volumeClaimTemplates/spec/storageClassName"),
            ],
        ),
        all("ServiceAccount", "v1", "", accounts),
        all("Role", "", rbac, vec![spec("RoleBinding", rbac, "roleRef/name")]),
        all(
            "ClusterRole",
            "",
            rbac,
            vec![spec("RoleBinding", rbac, "roleRef/name"), spec("ClusterRoleBinding", rbac, "roleRef/name")],
        ),
        all("ConfigMap", "v1", "", config_maps()),
        all("Secret", "v1", "", secrets()),
        all(
            "Service",
            "v1",
            "",
            vec![
                spec("StatefulSet", "apps", "spec/serviceName"),
                spec("Ingress", "", "spec/rules/http/paths/backend/serviceName"),
                spec("Ingress", "", "spec/backend/serviceName"),
                spec("Ingress", "", "spec/rules/http/paths/backend/service/name"),
                spec("Ingress", "", "spec/defaultBackend/service/name"),
                spec("APIService", "apiregistration.k8s.io", "spec/service/name"),
                spec("ValidatingWebhookConfiguration", admission, "webhooks/clientConfig/service"),
                spec("MutatingWebhookConfiguration", admission, "webhooks/clientConfig/service"),
            ],
        ),
        all("PriorityClass", "v1", "scheduling.k8s.io", runners("priorityClassName")),
        all(
            "PersistentVolume",
            "v1",
            "",
            vec![
                spec("PersistentVolumeClaim", "", "spec/volumeName"),
                spec("ClusterRole", "", "rules/resourceNames"),
            ],
        ),
        all("PersistentVolumeClaim", "v1", "", runners("volumes/persistentVolumeClaim/claimName")),
        scaled("Deployment"),
        scaled("StatefulSet"),
        scaled("ReplicaSet"),
        scaled("ReplicationController"),
        // No object is in this group, so kustomize never finds one.
        all("IngressClass", "v1", "networking.k8s.io/v1", vec![spec("Ingress", "", "spec/ingressClassName")]),
        all(
            "ValidatingAdmissionPolicy",
            "",
            admission,
            vec![spec("ValidatingAdmissionPolicyBinding", admission, "spec/policyName")],
        ),
    ]
}

/// The fields of pods that name config maps or secrets.
fn in_pods(fields: &[&str]) -> Vec<FieldSpec> {
    let mut specs = Vec::new();
    for (kind, pod) in PODS {
        let version = if *kind == "Pod" { "v1" } else { "" };
        for field in fields {
            specs.push(FieldSpec::new(kind, "", version, &format!("{pod}/{field}"), false));
        }
    }
    specs
}

fn config_maps() -> Vec<FieldSpec> {
    let mut specs = in_pods(&[
        "volumes/configMap/name",
        "containers/env/valueFrom/configMapKeyRef/name",
        "initContainers/env/valueFrom/configMapKeyRef/name",
        "containers/envFrom/configMapRef/name",
        "initContainers/envFrom/configMapRef/name",
        "volumes/projected/sources/configMap/name",
    ]);
    for (kind, path) in [
        ("Node", "spec/configSource/configMap"),
        ("Role", "rules/resourceNames"),
        ("ClusterRole", "rules/resourceNames"),
        ("Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap"),
    ] {
        specs.push(FieldSpec::new(kind, "", "", path, false));
    }
    specs
}

fn secrets() -> Vec<FieldSpec> {
    let mut specs = in_pods(&[
        "volumes/secret/secretName",
        "containers/env/valueFrom/secretKeyRef/name",
        "initContainers/env/valueFrom/secretKeyRef/name",
        "containers/envFrom/secretRef/name",
        "initContainers/envFrom/secretRef/name",
        "imagePullSecrets/name",
        "volumes/projected/sources/secret/name",
    ]);
    for (kind, path) in [
        ("Ingress", "spec/tls/secretName"),
        ("Ingress", "metadata/annotations/ingress.kubernetes.io\\/auth-secret"),
        ("Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret"),
        ("Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret"),
        ("ServiceAccount", "imagePullSecrets/name"),
        ("StorageClass", "parameters/secretName"),
        ("StorageClass", "parameters/adminSecretName"),
        ("StorageClass", "parameters/userSecretName"),
        ("StorageClass", "parameters/secretRef"),
        ("Role", "rules/resourceNames"),
        ("ClusterRole", "rules/resourceNames"),
        ("PersistentVolume", "spec/azureFile/secretName"),
    ] {
        specs.push(FieldSpec::new(kind, "", "", path, false));
    }
    let knative = "spec/template/spec/containers/env/valueFrom/secretKeyRef/name";
    specs.push(FieldSpec::new("Service", "serving.knative.dev", "v1", knative, false));
    specs
}
