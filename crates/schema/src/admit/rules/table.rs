//! Rules about single fields, by type.
//!
//! An entry names a field and what holds of it: `!` it must be there, `=A|B` one of these words, `:rule` a form or a
//! range. A list of strings is judged item by item. Source: the `validation` packages of Kubernetes 1.36.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::super::draft::Draft;
use super::faults::Faults;
use super::form;
use crate::table::Type;

const POD: &[(&str, &str)] = &[
    (
        "core.v1.PodSpec",
        "containers! restartPolicy!=Always|OnFailure|Never \
         dnsPolicy!=ClusterFirst|ClusterFirstWithHostNet|Default|None \
         activeDeadlineSeconds:1..2147483647 serviceAccountName:subdomain nodeName:subdomain hostname:label \
         subdomain:label priorityClassName:subdomain runtimeClassName:subdomain \
         preemptionPolicy=PreemptLowerPriority|Never",
    ),
    (
        "core.v1.Container",
        "name!:label image! imagePullPolicy=Always|IfNotPresent|Never \
         terminationMessagePolicy=File|FallbackToLogsOnError restartPolicy=Always|OnFailure|Never",
    ),
    ("core.v1.ContainerPort", "containerPort!:port hostPort:port name:portname protocol!=TCP|UDP|SCTP"),
    ("core.v1.EnvVar", "name!:env"),
    ("core.v1.EnvFromSource", "prefix:env"),
    ("core.v1.ConfigMapEnvSource", "name!:subdomain"),
    ("core.v1.SecretEnvSource", "name!:subdomain"),
    ("core.v1.ConfigMapKeySelector", "name!:subdomain key!:configkey"),
    ("core.v1.SecretKeySelector", "name!:subdomain key!:configkey"),
    ("core.v1.ObjectFieldSelector", "apiVersion!=v1 fieldPath!"),
    ("core.v1.ResourceFieldSelector", "resource!"),
    ("core.v1.VolumeMount", "name! mountPath! subPath:local subPathExpr:local"),
    ("core.v1.VolumeDevice", "name! devicePath!:local_from_root"),
    ("core.v1.ContainerResizePolicy", "resourceName!=cpu|memory restartPolicy!=NotRequired|RestartContainer"),
    (
        "core.v1.Probe",
        "initialDelaySeconds:nonneg timeoutSeconds:nonneg periodSeconds:nonneg successThreshold:nonneg \
         failureThreshold:nonneg terminationGracePeriodSeconds:1..9223372036854775807",
    ),
    ("core.v1.HTTPGetAction", "path! port!:portornname scheme!=HTTP|HTTPS"),
    ("core.v1.HTTPHeader", "name!:header"),
    ("core.v1.TCPSocketAction", "port!:portornname"),
    ("core.v1.GRPCAction", "port!:port"),
    ("core.v1.ExecAction", "command!"),
    ("core.v1.SecurityContext", "runAsUser:id runAsGroup:id procMount=Default|Unmasked"),
    (
        "core.v1.PodSecurityContext",
        "runAsUser:id runAsGroup:id fsGroup:id supplementalGroups:id \
         fsGroupChangePolicy=OnRootMismatch|Always supplementalGroupsPolicy=Merge|Strict \
         seLinuxChangePolicy=MountOption|Recursive",
    ),
    ("core.v1.Sysctl", "name!:sysctl"),
    ("core.v1.Toleration", "key:qualified effect=NoSchedule|PreferNoSchedule|NoExecute"),
    ("core.v1.NodeSelector", "nodeSelectorTerms!"),
    ("core.v1.PreferredSchedulingTerm", "weight!:1..100"),
    ("core.v1.WeightedPodAffinityTerm", "weight!:1..100"),
    ("core.v1.PodAffinityTerm", "topologyKey!:qualified"),
    (
        "core.v1.TopologySpreadConstraint",
        "maxSkew!:1..2147483647 topologyKey! whenUnsatisfiable!=DoNotSchedule|ScheduleAnyway \
         minDomains:1..2147483647 nodeAffinityPolicy=Honor|Ignore nodeTaintsPolicy=Honor|Ignore",
    ),
    ("core.v1.HostAlias", "ip!:ip hostnames:subdomain"),
    ("core.v1.PodReadinessGate", "conditionType!:qualified"),
    ("core.v1.PodSchedulingGate", "name!:qualified"),
    ("core.v1.PodOS", "name!=linux|windows"),
    ("core.v1.PodResourceClaim", "name!:label"),
    ("core.v1.PodDNSConfigOption", "name!"),
];

const VOLUMES: &[(&str, &str)] = &[
    ("core.v1.Volume", "name!:label"),
    ("core.v1.SecretVolumeSource", "secretName! defaultMode:mode"),
    ("core.v1.ConfigMapVolumeSource", "name! defaultMode:mode"),
    ("core.v1.ConfigMapProjection", "name!"),
    ("core.v1.SecretProjection", "name!"),
    ("core.v1.DownwardAPIVolumeSource", "defaultMode:mode"),
    ("core.v1.ProjectedVolumeSource", "defaultMode:mode"),
    ("core.v1.KeyToPath", "key! path!:local mode:mode"),
    ("core.v1.DownwardAPIVolumeFile", "path!:local mode:mode"),
    ("core.v1.ServiceAccountTokenProjection", "path!:local expirationSeconds:600..4294967296"),
    (
        "core.v1.HostPathVolumeSource",
        "path!:noback type=|DirectoryOrCreate|Directory|FileOrCreate|File|Socket|CharDevice|BlockDevice",
    ),
    ("core.v1.NFSVolumeSource", "server! path!:absolute"),
    ("core.v1.PersistentVolumeClaimVolumeSource", "claimName!"),
    ("core.v1.GCEPersistentDiskVolumeSource", "pdName! partition:0..255"),
    ("core.v1.AWSElasticBlockStoreVolumeSource", "volumeID! partition:0..255"),
    ("core.v1.ISCSIVolumeSource", "targetPortal! iqn!:iqn lun:0..255"),
    ("core.v1.GlusterfsVolumeSource", "endpoints! path!"),
    ("core.v1.FlockerVolumeSource", ""),
    ("core.v1.RBDVolumeSource", "monitors! image!"),
    ("core.v1.CephFSVolumeSource", "monitors!"),
    ("core.v1.CinderVolumeSource", "volumeID!"),
    ("core.v1.AzureFileVolumeSource", "secretName! shareName!"),
    (
        "core.v1.AzureDiskVolumeSource",
        "diskName! diskURI! cachingMode=None|ReadOnly|ReadWrite kind=Shared|Dedicated|Managed",
    ),
    ("core.v1.VsphereVirtualDiskVolumeSource", "volumePath!"),
    ("core.v1.PhotonPersistentDiskVolumeSource", "pdID!"),
    ("core.v1.PortworxVolumeSource", "volumeID!"),
    ("core.v1.QuobyteVolumeSource", "registry! volume!"),
    ("core.v1.ScaleIOVolumeSource", "gateway! system! volumeName!"),
    ("core.v1.FlexVolumeSource", "driver!"),
    ("core.v1.CSIVolumeSource", "driver!:csidriver"),
    ("core.v1.CSIPersistentVolumeSource", "driver!:csidriver volumeHandle!"),
    ("core.v1.LocalVolumeSource", "path!:noback"),
    ("core.v1.ImageVolumeSource", "reference! pullPolicy=Always|IfNotPresent|Never"),
    ("core.v1.EphemeralVolumeSource", "volumeClaimTemplate!"),
];

const CORE: &[(&str, &str)] = &[
    (
        "core.v1.ServiceSpec",
        "type!=ClusterIP|NodePort|LoadBalancer|ExternalName sessionAffinity!=None|ClientIP \
         externalTrafficPolicy=Cluster|Local internalTrafficPolicy=Cluster|Local \
         ipFamilyPolicy=SingleStack|PreferDualStack|RequireDualStack ipFamilies=IPv4|IPv6 \
         externalIPs:outsideip loadBalancerSourceRanges:cidrtrim \
          trafficDistribution=PreferClose|PreferSameZone|PreferSameNode",
    ),
    ("core.v1.ServicePort", "port!:port targetPort:portornname protocol!=TCP|UDP|SCTP appProtocol:qualified"),
    ("core.v1.ClientIPConfig", "timeoutSeconds!:1..86400"),
    (
        "core.v1.PersistentVolumeSpec",
        "capacity! accessModes!=ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod \
         persistentVolumeReclaimPolicy!=Retain|Delete|Recycle volumeMode=Filesystem|Block storageClassName:subdomain",
    ),
    (
        "core.v1.PersistentVolumeClaimSpec",
        "accessModes!=ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod volumeMode=Filesystem|Block \
         storageClassName:subdomain",
    ),
    ("core.v1.LimitRangeItem", "type!"),
    ("core.v1.EndpointAddress", "ip!:ip hostname:label"),
    ("core.v1.EndpointPort", "port!:port protocol!=TCP|UDP|SCTP name:label"),
    ("core.v1.Taint", "key!:qualified effect!=NoSchedule|PreferNoSchedule|NoExecute value:labelvalue"),
    ("core.v1.ScopedResourceSelectorRequirement", "operator!=In|NotIn|Exists|DoesNotExist scopeName!:scope"),
    ("core.v1.ResourceQuotaSpec", "scopes:scope"),
    ("core.v1.ReplicationControllerSpec", "template! replicas:nonneg minReadySeconds:nonneg selector!"),
];

const WORKLOADS: &[(&str, &str)] = &[
    (
        "apps.v1.DeploymentSpec",
        "selector! replicas:nonneg minReadySeconds:nonneg revisionHistoryLimit:nonneg progressDeadlineSeconds:nonneg",
    ),
    ("apps.v1.DeploymentStrategy", "type!=Recreate|RollingUpdate"),
    ("apps.v1.RollingUpdateDeployment", "maxUnavailable:share maxSurge:surge"),
    ("apps.v1.ReplicaSetSpec", "selector! replicas:nonneg minReadySeconds:nonneg"),
    ("apps.v1.DaemonSetSpec", "selector! minReadySeconds:nonneg revisionHistoryLimit:nonneg"),
    ("apps.v1.DaemonSetUpdateStrategy", "type!=RollingUpdate|OnDelete"),
    ("apps.v1.RollingUpdateDaemonSet", "maxUnavailable:share maxSurge:share"),
    (
        "apps.v1.StatefulSetSpec",
        "selector! replicas:nonneg minReadySeconds:nonneg podManagementPolicy!=OrderedReady|Parallel \
         serviceName:label",
    ),
    ("apps.v1.StatefulSetUpdateStrategy", "type!=RollingUpdate|OnDelete"),
    ("apps.v1.RollingUpdateStatefulSetStrategy", "partition:nonneg maxUnavailable:share"),
    ("apps.v1.StatefulSetOrdinals", "start:nonneg"),
    (
        "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy",
        "whenDeleted!=Retain|Delete whenScaled!=Retain|Delete",
    ),
    (
        "batch.v1.JobSpec",
        "parallelism:nonneg completions:nonneg activeDeadlineSeconds:nonneg backoffLimit:nonneg \
         ttlSecondsAfterFinished:nonneg backoffLimitPerIndex:nonneg maxFailedIndexes:nonneg \
         completionMode=NonIndexed|Indexed podReplacementPolicy=TerminatingOrFailed|Failed",
    ),
    ("batch.v1.PodFailurePolicyRule", "action!=FailJob|FailIndex|Ignore|Count"),
    ("batch.v1.PodFailurePolicyOnExitCodesRequirement", "operator!=In|NotIn values!"),
    ("batch.v1.PodFailurePolicyOnPodConditionsPattern", "type!:qualified status!=True|False|Unknown"),
    (
        "batch.v1.CronJobSpec",
        "schedule! startingDeadlineSeconds:nonneg successfulJobsHistoryLimit:nonneg failedJobsHistoryLimit:nonneg \
         concurrencyPolicy!=Allow|Forbid|Replace",
    ),
    (
        "autoscaling.v1.HorizontalPodAutoscalerSpec",
        "maxReplicas!:1..2147483647 minReplicas:1..2147483647 targetCPUUtilizationPercentage:1..2147483647",
    ),
    ("autoscaling.v1.CrossVersionObjectReference", "kind!:segment name!:segment"),
    ("autoscaling.v2.HorizontalPodAutoscalerSpec", "maxReplicas!:1..2147483647 minReplicas:1..2147483647"),
    ("autoscaling.v2.CrossVersionObjectReference", "kind!:segment name!:segment"),
    ("autoscaling.v2.MetricSpec", "type!=Object|Pods|Resource|ContainerResource|External"),
    ("autoscaling.v2.MetricTarget", "type!=Utilization|Value|AverageValue averageUtilization:1..2147483647"),
    ("autoscaling.v2.MetricIdentifier", "name!:segment"),
    ("autoscaling.v2.ResourceMetricSource", "name!"),
    ("autoscaling.v2.ContainerResourceMetricSource", "name! container!"),
    (
        "autoscaling.v2.HPAScalingRules",
        "stabilizationWindowSeconds:0..3600 selectPolicy=Max|Min|Disabled policies!",
    ),
    ("autoscaling.v2.HPAScalingPolicy", "type!=Pods|Percent value!:1..2147483647 periodSeconds!:1..1800"),
    (
        "policy.v1.PodDisruptionBudgetSpec",
        "minAvailable:share maxUnavailable:share unhealthyPodEvictionPolicy=IfHealthyBudget|AlwaysAllow",
    ),
];

const REST: &[(&str, &str)] = &[
    ("networking.v1.NetworkPolicySpec", "policyTypes=Ingress|Egress"),
    ("networking.v1.NetworkPolicyPort", "protocol=TCP|UDP|SCTP"),
    ("networking.v1.IPBlock", "cidr!"),
    ("networking.v1.IngressSpec", "ingressClassName:subdomain"),
    ("networking.v1.HTTPIngressRuleValue", "paths!"),
    ("networking.v1.HTTPIngressPath", "pathType!=Exact|Prefix|ImplementationSpecific"),
    ("networking.v1.IngressServiceBackend", "name!:label"),
    ("networking.v1.ServiceBackendPort", "number:port name:portname"),
    ("networking.v1.IngressClassSpec", "controller!:domainpath"),
    (
        "networking.v1.IngressClassParametersReference",
        "kind!:segment name!:segment apiGroup:subdomain scope!=Cluster|Namespace",
    ),
    ("rbac.v1.RoleRef", "name! kind!"),
    ("rbac.v1.Subject", "name!"),
    ("rbac.v1.PolicyRule", "verbs!"),
    (
        "storage.v1.StorageClass",
        "provisioner!:qualifiedlower reclaimPolicy=Delete|Retain volumeBindingMode!=Immediate|WaitForFirstConsumer",
    ),
    (
        "storage.v1.CSIDriverSpec",
        "fsGroupPolicy=ReadWriteOnceWithFSType|File|None volumeLifecycleModes=Persistent|Ephemeral",
    ),
    ("scheduling.v1.PriorityClass", "preemptionPolicy=PreemptLowerPriority|Never"),
    ("discovery.v1.EndpointSlice", "addressType!=IPv4|IPv6|FQDN"),
    ("discovery.v1.Endpoint", "addresses! hostname:label nodeName:subdomain"),
    ("discovery.v1.EndpointPort", "port:port protocol=TCP|UDP|SCTP name:endpointport appProtocol:qualified"),
    ("flowcontrol.v1.FlowSchemaSpec", "matchingPrecedence:1..10000"),
    ("flowcontrol.v1.PriorityLevelConfigurationReference", "name!:subdomain"),
    ("flowcontrol.v1.FlowDistinguisherMethod", "type!=ByUser|ByNamespace"),
    ("coordination.v1.LeaseSpec", "leaseDurationSeconds:1..2147483647 leaseTransitions:nonneg"),
    ("node.v1.RuntimeClass", "handler!:label"),
    (
        "certificates.v1.CertificateSigningRequestSpec",
        "request! signerName! usages! expirationSeconds:600..2147483647",
    ),
    (
        "apiregistration.v1.APIServiceSpec",
        "groupPriorityMinimum!:1..20000 versionPriority!:1..1000 version!:label1035",
    ),
    ("apiregistration.v1.ServiceReference", "namespace! name! port:port"),
    (
        "admissionregistration.v1.ValidatingWebhook",
        "name!:webhook sideEffects!=None|NoneOnDryRun admissionReviewVersions! timeoutSeconds:1..30 \
         failurePolicy=Fail|Ignore matchPolicy=Exact|Equivalent",
    ),
    (
        "admissionregistration.v1.MutatingWebhook",
        "name!:webhook sideEffects!=None|NoneOnDryRun admissionReviewVersions! timeoutSeconds:1..30 \
         failurePolicy=Fail|Ignore matchPolicy=Exact|Equivalent reinvocationPolicy=Never|IfNeeded",
    ),
    (
        "admissionregistration.v1.RuleWithOperations",
        "operations!=CREATE|UPDATE|DELETE|CONNECT|* apiGroups! apiVersions! resources! scope=*|Cluster|Namespaced",
    ),
    (
        "admissionregistration.v1.NamedRuleWithOperations",
        "operations!=CREATE|UPDATE|DELETE|CONNECT|* apiGroups! apiVersions! resources! scope=*|Cluster|Namespaced",
    ),
    ("admissionregistration.v1.ServiceReference", "name! namespace! port:port"),
    ("admissionregistration.v1.MatchCondition", "name!:qualified expression!"),
    ("admissionregistration.v1.ValidatingAdmissionPolicySpec", "failurePolicy=Fail|Ignore matchConstraints!"),
    (
        "admissionregistration.v1.MutatingAdmissionPolicySpec",
        "failurePolicy=Fail|Ignore matchConstraints! mutations! reinvocationPolicy!=Never|IfNeeded",
    ),
    ("admissionregistration.v1.Mutation", "patchType!=JSONPatch|ApplyConfiguration"),
    ("admissionregistration.v1.MatchResources", "matchPolicy=Exact|Equivalent"),
    (
        "admissionregistration.v1.Validation",
        "expression! reason=Unauthorized|Forbidden|Invalid|RequestEntityTooLarge",
    ),
    ("admissionregistration.v1.Variable", "name!:identifier expression!"),
    ("admissionregistration.v1.AuditAnnotation", "key!:qualified valueExpression!"),
    ("admissionregistration.v1.ParamKind", "apiVersion! kind!"),
    ("admissionregistration.v1.ParamRef", "parameterNotFoundAction!=Allow|Deny"),
    (
        "admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec",
        "policyName!:subdomain validationActions!=Deny|Warn|Audit",
    ),
    ("admissionregistration.v1.MutatingAdmissionPolicyBindingSpec", "policyName!:subdomain"),
    (
        "apiextensions.v1.CustomResourceDefinitionSpec",
        "group!:subdomaindot scope!=Cluster|Namespaced versions!",
    ),
    (
        "apiextensions.v1.CustomResourceDefinitionNames",
        "plural!:label1035 singular:label1035 kind! listKind! shortNames:label1035 categories:label1035",
    ),
    ("apiextensions.v1.CustomResourceDefinitionVersion", "name!:label1035 schema!"),
    ("apiextensions.v1.CustomResourceValidation", "openAPIV3Schema!"),
    ("apiextensions.v1.CustomResourceConversion", "strategy!=None|Webhook"),
    (
        "apiextensions.v1.CustomResourceColumnDefinition",
        "name! type!=integer|number|string|boolean|date jsonPath!",
    ),
];

/// One entry of a table.
struct Rule {
    field: &'static str,
    required: bool,
    words: Option<Vec<&'static str>>,
    form: Option<Form>,
}

#[derive(Clone, Copy)]
enum Form {
    Range(i64, i64),
    Text(&'static str),
}

/// The tables, read once.
fn rules(name: &str) -> &'static [Rule] {
    static RULES: OnceLock<HashMap<&'static str, Vec<Rule>>> = OnceLock::new();
    let made = RULES.get_or_init(|| {
        let all = [POD, VOLUMES, CORE, WORKLOADS, REST].into_iter().flatten();
        all.map(|(name, text)| (*name, text.split_whitespace().map(rule).collect())).collect()
    });
    made.get(name).map_or(&[], Vec::as_slice)
}

fn rule(text: &'static str) -> Rule {
    let (text, form) = match text.find([':', '=']) {
        Some(at) if text[at..].starts_with(':') => (&text[..at], Some(&text[at + 1..])),
        _ => (text, None),
    };
    let (text, words) = match text.split_once('=') {
        Some((text, words)) => (text, Some(words.split('|').collect())),
        None => (text, None),
    };
    let field = text.trim_end_matches('!');
    let form = form.map(|form| match form {
        "port" => Form::Range(1, 65_535),
        "nonneg" => Form::Range(0, i64::MAX),
        "mode" => Form::Range(0, 0o777),
        "id" => Form::Range(0, i32::MAX.into()),
        _ => match form.split_once("..") {
            Some((low, high)) => Form::Range(low.parse().unwrap_or(0), high.parse().unwrap_or(i64::MAX)),
            None => Form::Text(form),
        },
    });
    Rule { field, required: field.len() < text.len(), words, form }
}

/// Holds an object against the table of its type.
pub(super) fn check(draft: &Draft, ty: &Type, faults: &mut Faults) {
    for rule in rules(ty.name) {
        let value = draft.get(rule.field);
        if !value.is_filled() {
            // An empty map or selector is something; an empty string or list is not.
            let there = matches!(value, Draft::Map(_)) && rule.field != "capacity";
            if rule.required && !there {
                faults.add(rule.field, "is required");
            }
            let share = matches!(rule.form, Some(Form::Text("share" | "surge")));
            if value.is_null() || (matches!(value, Draft::Text(_)) && rule.words.is_none() && !share) {
                continue;
            }
        }
        match value {
            Draft::List(items) => items.iter().for_each(|item| judge(item, rule, faults)),
            _ => judge(value, rule, faults),
        }
    }
}

fn judge(value: &Draft, rule: &Rule, faults: &mut Faults) {
    if let (Some(words), Draft::Text(text)) = (&rule.words, value) {
        faults.ensure(words.contains(&text.as_str()), rule.field, "is not one of the supported values");
    }
    let Some(form) = rule.form else { return };
    let right = match (form, value) {
        (Form::Range(low, high), Draft::Int(number)) => (low..=high).contains(number),
        (Form::Text(name), value) => has_form(name, value),
        _ => true,
    };
    faults.ensure(right, rule.field, "has not the form or is not in the range that is asked for");
}

fn has_form(name: &str, value: &Draft) -> bool {
    let text = value.text();
    match name {
        "label" => form::is_label(text),
        "subdomain" => form::is_subdomain(text),
        "subdomaindot" => form::is_subdomain(text) && text.contains('.'),
        "webhook" => form::is_subdomain(text) && text.split('.').count() > 2,
        "scope" => matches!(
            text,
            "Terminating"
                | "NotTerminating"
                | "BestEffort"
                | "NotBestEffort"
                | "PriorityClass"
                | "CrossNamespacePodAffinity"
                | "VolumeAttributesClass"
        ),
        "segment" => form::is_path_segment(text),
        "label1035" => form::is_label_1035(text),
        "qualified" => form::is_qualified(text),
        "qualifiedlower" => form::is_qualified(&text.to_lowercase()),
        "labelvalue" => form::is_label_value(text),
        "configkey" => form::is_config_key(text),
        "env" => form::is_env_name(text),
        "portname" => form::is_port_name(text),
        "endpointport" => text.is_empty() || form::is_label(text),
        "portornname" => match value {
            Draft::Int(number) => (1..=65_535).contains(number),
            _ => form::is_port_name(text),
        },
        "local" => form::is_local_path(text),
        "local_from_root" => text.split('/').all(|part| part != ".."),
        "noback" => text.split('/').all(|part| part != ".."),
        "absolute" => text.starts_with('/'),
        "header" => form::is_header(text),
        "ip" => form::is_ip(text),
        "outsideip" => form::is_ip(text) && !is_special(text),
        "cidrtrim" => form::cidr(text.trim()).is_some(),
        "identifier" => form::is_identifier(text),
        "sysctl" => is_sysctl(text),
        "iqn" => text.starts_with("iqn.") || text.starts_with("eui.") || text.starts_with("naa."),
        "csidriver" => text.len() <= 63 && form::is_subdomain(&text.to_lowercase()),
        "domainpath" => text.split_once('/').is_some_and(|(domain, path)| {
            form::is_subdomain(domain) && !path.is_empty() && text.len() <= 250
        }),
        "share" => match value {
            Draft::Int(number) => *number >= 0,
            _ => form::percent(text).is_some_and(|percent| percent <= 100),
        },
        "surge" => match value {
            Draft::Int(number) => *number >= 0,
            _ => form::percent(text).is_some(),
        },
        _ => true,
    }
}

/// Addresses that no outside traffic comes to: unspecified, loopback, link-local.
fn is_special(text: &str) -> bool {
    match text.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(ip)) => {
            ip.is_unspecified() || ip.is_loopback() || ip.is_link_local() || ip.octets()[..3] == [224, 0, 0]
        }
        Ok(std::net::IpAddr::V6(ip)) => ip.is_unspecified() || ip.is_loopback() || ip.is_unicast_link_local(),
        Err(_) => true,
    }
}

fn is_sysctl(text: &str) -> bool {
    let part = |part: &str| {
        let bytes = part.as_bytes();
        let edge =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        edge(bytes.first())
            && edge(bytes.last())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(byte))
    };
    text.len() <= 253 && text.split(['.', '/']).all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_names_a_field_of_its_type() {
        for (name, text) in [POD, VOLUMES, CORE, WORKLOADS, REST].into_iter().flatten() {
            let ty = crate::generated::TYPES.iter().find(|ty| ty.name == *name).expect(name);
            for rule in text.split_whitespace().map(rule) {
                assert!(ty.field(rule.field).is_some(), "{name} {}", rule.field);
            }
        }
    }
}
