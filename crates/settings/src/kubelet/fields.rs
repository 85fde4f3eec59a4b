//! The fields of a `KubeletConfiguration`, `kubelet.config.k8s.io/v1beta1`.
//!
//! From the types of the API as the kubelet of 1.36 has them; `since` is the first minor version whose kubelet knows a
//! field, where that is 1.29 or later. Fields that a version does not know are dropped by its kubelet, as others are.

use Kind::{
    Bool, BoolMap, Duration, Float, Int32, Int64, Ints, Modules, Priorities, Quantity, Reservations, Taints,
    Text, TextMap, Texts, TextsMap, TimeOrDuration, Uint32,
};
use Nil::{Filled, Kept, Plain};

use crate::fields::{FieldInfo, FieldType};
use crate::versions::Versions;

/// A field that holds a value: fields of structures stand here with their path.
#[derive(Debug)]
pub(super) struct Field {
    /// The path, parts joined by dots.
    pub(super) path: &'static str,
    /// What it holds.
    pub(super) kind: Kind,
    /// What its absence is.
    pub(super) nil: Nil,
    /// The first minor version that has it; 0 where it is older than 1.29.
    pub(super) since: u64,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A boolean.
    Bool,
    /// A whole number of 32 bits.
    Int32,
    /// One of 64 bits.
    Int64,
    /// One of 32 bits without a sign.
    Uint32,
    /// A number.
    Float,
    /// A string.
    Text,
    /// A span of time, as a string.
    Duration,
    /// A span of time, as a string or as nanoseconds.
    TimeOrDuration,
    /// An amount, as a string or a number.
    Quantity,
    /// A list of strings.
    Texts,
    /// A list of whole numbers of 32 bits.
    Ints,
    /// Strings by name.
    TextMap,
    /// Booleans by name.
    BoolMap,
    /// Lists of strings by name.
    TextsMap,
    /// Verbosities by patterns of files.
    Modules,
    /// Grace periods by priority.
    Priorities,
    /// Memory reserved by NUMA node.
    Reservations,
    /// Taints of nodes.
    Taints,
}

/// What it is if nobody sets a field and it has no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nil {
    /// The zero of its kind, and a zero that is written is the same as nothing.
    Plain,
    /// The zero of its kind, but a zero that is written is told from nothing.
    Filled,
    /// Nothing.
    Kept,
}

const fn field(path: &'static str, kind: Kind, nil: Nil, since: u64) -> Field {
    Field { path, kind, nil, since }
}

/// Structures that are there even if none of their fields are.
pub(super) const STRUCTURES: [&str; 10] = [
    "authentication",
    "authentication.anonymous",
    "authentication.webhook",
    "authentication.x509",
    "authorization",
    "authorization.webhook",
    "crashLoopBackOff",
    "logging.options.json",
    "logging.options.text",
    "memorySwap",
];

/// Structures that can be absent as a whole.
pub(super) const OPTIONAL: [&str; 2] = ["tracing", "userNamespaces"];

/// All fields, by path.
pub(super) const FIELDS: &[Field] = &[
    field("address", Text, Plain, 0),
    field("allowedUnsafeSysctls", Texts, Plain, 0),
    field("authentication.anonymous.enabled", Bool, Filled, 0),
    field("authentication.webhook.cacheTTL", Duration, Plain, 0),
    field("authentication.webhook.enabled", Bool, Filled, 0),
    field("authentication.x509.clientCAFile", Text, Plain, 0),
    field("authorization.mode", Text, Plain, 0),
    field("authorization.webhook.cacheAuthorizedTTL", Duration, Plain, 0),
    field("authorization.webhook.cacheUnauthorizedTTL", Duration, Plain, 0),
    field("cgroupDriver", Text, Plain, 0),
    field("cgroupRoot", Text, Plain, 0),
    field("cgroupsPerQOS", Bool, Filled, 0),
    field("clusterDNS", Texts, Plain, 0),
    field("clusterDomain", Text, Plain, 0),
    field("configMapAndSecretChangeDetectionStrategy", Text, Plain, 0),
    field("containerLogMaxFiles", Int32, Filled, 0),
    field("containerLogMaxSize", Text, Plain, 0),
    field("containerLogMaxWorkers", Int32, Filled, 30),
    field("containerLogMonitorInterval", Duration, Filled, 30),
    field("containerRuntimeEndpoint", Text, Plain, 0),
    field("contentType", Text, Plain, 0),
    field("cpuCFSQuota", Bool, Filled, 0),
    field("cpuCFSQuotaPeriod", Duration, Filled, 0),
    field("cpuManagerPolicy", Text, Plain, 0),
    field("cpuManagerPolicyOptions", TextMap, Plain, 0),
    field("cpuManagerReconcilePeriod", Duration, Plain, 0),
    field("crashLoopBackOff.maxContainerRestartPeriod", Duration, Kept, 32),
    field("defaultPodSysctls", TextMap, Plain, 37),
    field("enableContentionProfiling", Bool, Plain, 0),
    field("enableControllerAttachDetach", Bool, Filled, 0),
    field("enableDebugFlagsHandler", Bool, Filled, 0),
    field("enableDebuggingHandlers", Bool, Filled, 0),
    field("enableProfilingHandler", Bool, Filled, 0),
    field("enableServer", Bool, Filled, 0),
    field("enableSystemLogHandler", Bool, Filled, 0),
    field("enableSystemLogQuery", Bool, Filled, 0),
    field("enforceNodeAllocatable", Texts, Plain, 0),
    field("eventBurst", Int32, Plain, 0),
    field("eventRecordQPS", Int32, Filled, 0),
    field("evictionHard", TextMap, Plain, 0),
    field("evictionMaxPodGracePeriod", Int32, Plain, 0),
    field("evictionMinimumReclaim", TextMap, Plain, 0),
    field("evictionPressureTransitionPeriod", Duration, Plain, 0),
    field("evictionSoft", TextMap, Plain, 0),
    field("evictionSoftGracePeriod", TextMap, Plain, 0),
    field("failCgroupV1", Bool, Filled, 31),
    field("failSwapOn", Bool, Filled, 0),
    field("featureGates", BoolMap, Plain, 0),
    field("fileCheckFrequency", Duration, Plain, 0),
    field("hairpinMode", Text, Plain, 0),
    field("healthzBindAddress", Text, Plain, 0),
    field("healthzPort", Int32, Filled, 0),
    field("httpCheckFrequency", Duration, Plain, 0),
    field("imageGCHighThresholdPercent", Int32, Filled, 0),
    field("imageGCLowThresholdPercent", Int32, Filled, 0),
    field("imageMaximumGCAge", Duration, Plain, 29),
    field("imageMinimumGCAge", Duration, Plain, 0),
    field("imagePullCredentialsVerificationPolicy", Text, Plain, 33),
    field("imageServiceEndpoint", Text, Plain, 0),
    field("iptablesDropBit", Int32, Filled, 0),
    field("iptablesMasqueradeBit", Int32, Filled, 0),
    field("kernelMemcgNotification", Bool, Plain, 0),
    field("kubeAPIBurst", Int32, Plain, 0),
    field("kubeAPIQPS", Int32, Filled, 0),
    field("kubeReserved", TextMap, Plain, 0),
    field("kubeReservedCgroup", Text, Plain, 0),
    field("kubeletCgroups", Text, Plain, 0),
    field("localStorageCapacityIsolation", Bool, Filled, 0),
    field("logging.flushFrequency", TimeOrDuration, Plain, 0),
    field("logging.format", Text, Plain, 0),
    field("logging.options.json.infoBufferSize", Quantity, Plain, 0),
    field("logging.options.json.splitStream", Bool, Plain, 0),
    field("logging.options.text.infoBufferSize", Quantity, Plain, 0),
    field("logging.options.text.splitStream", Bool, Plain, 0),
    field("logging.verbosity", Uint32, Plain, 0),
    field("logging.vmodule", Modules, Plain, 0),
    field("makeIPTablesUtilChains", Bool, Filled, 0),
    field("maxOpenFiles", Int64, Plain, 0),
    field("maxParallelImagePulls", Int32, Kept, 0),
    field("maxPods", Int32, Plain, 0),
    field("memoryManagerPolicy", Text, Plain, 0),
    field("memoryReservationPolicy", Text, Plain, 36),
    field("memorySwap.swapBehavior", Text, Plain, 0),
    field("memoryThrottlingFactor", Float, Kept, 0),
    field("mergeDefaultEvictionSettings", Bool, Filled, 33),
    field("nodeLeaseDurationSeconds", Int32, Plain, 0),
    field("nodeStatusMaxImages", Int32, Filled, 0),
    field("nodeStatusReportFrequency", Duration, Plain, 0),
    field("nodeStatusUpdateFrequency", Duration, Plain, 0),
    field("oomScoreAdj", Int32, Filled, 0),
    field("podCIDR", Text, Plain, 0),
    field("podLogsDir", Text, Plain, 30),
    field("podPidsLimit", Int64, Filled, 0),
    field("podsPerCore", Int32, Plain, 0),
    field("port", Int32, Plain, 0),
    field("preloadedImagesVerificationAllowlist", Texts, Plain, 33),
    field("protectKernelDefaults", Bool, Plain, 0),
    field("providerID", Text, Plain, 0),
    field("qosReserved", TextMap, Plain, 0),
    field("readOnlyPort", Int32, Plain, 0),
    field("registerNode", Bool, Filled, 0),
    field("registerWithTaints", Taints, Plain, 0),
    field("registryBurst", Int32, Plain, 0),
    field("registryPullQPS", Int32, Filled, 0),
    field("reservedMemory", Reservations, Plain, 0),
    field("reservedSystemCPUs", Text, Plain, 0),
    field("resolvConf", Text, Filled, 0),
    field("rotateCertificates", Bool, Plain, 0),
    field("runOnce", Bool, Plain, 0),
    field("runtimeRequestTimeout", Duration, Plain, 0),
    field("seccompDefault", Bool, Filled, 0),
    field("serializeImagePulls", Bool, Filled, 0),
    field("serverTLSBootstrap", Bool, Plain, 0),
    field("showHiddenMetricsForVersion", Text, Plain, 0),
    field("shutdownGracePeriod", Duration, Plain, 0),
    field("shutdownGracePeriodByPodPriority", Priorities, Plain, 0),
    field("shutdownGracePeriodCriticalPods", Duration, Plain, 0),
    field("singleProcessOOMKill", Bool, Kept, 32),
    field("staticPodPath", Text, Plain, 0),
    field("staticPodURL", Text, Plain, 0),
    field("staticPodURLHeader", TextsMap, Plain, 0),
    field("streamingConnectionIdleTimeout", Duration, Plain, 0),
    field("syncFrequency", Duration, Plain, 0),
    field("systemCgroups", Text, Plain, 0),
    field("systemReserved", TextMap, Plain, 0),
    field("systemReservedCgroup", Text, Plain, 0),
    field("tlsCertFile", Text, Plain, 0),
    field("tlsCipherSuites", Texts, Plain, 0),
    field("tlsCurvePreferences", Ints, Plain, 36),
    field("tlsMinVersion", Text, Plain, 0),
    field("tlsPrivateKeyFile", Text, Plain, 0),
    field("topologyManagerPolicy", Text, Plain, 0),
    field("topologyManagerPolicyOptions", TextMap, Plain, 0),
    field("topologyManagerScope", Text, Plain, 0),
    field("tracing.endpoint", Text, Kept, 0),
    field("tracing.samplingRatePerMillion", Int32, Kept, 0),
    field("userNamespaces.idsPerPod", Int64, Kept, 33),
    field("volumePluginDir", Text, Plain, 0),
    field("volumeStatsAggPeriod", Duration, Plain, 0),
];

/// What each field holds as a file has it, and the versions that know it.
pub(crate) fn fields() -> impl Iterator<Item = (&'static str, FieldInfo)> {
    FIELDS.iter().map(|field| {
        let ty = match field.kind {
            Bool => FieldType::Bool,
            Int32 | Int64 | Uint32 | Float => FieldType::Number,
            Text => FieldType::Text,
            Duration => FieldType::Duration,
            TimeOrDuration | Quantity => FieldType::Amount,
            Texts | Ints | Modules | Priorities | Reservations | Taints => FieldType::List,
            TextMap | BoolMap | TextsMap => FieldType::Map,
        };
        let versions = Versions { since: (field.since > 0).then_some(field.since), until: None };
        (field.path, FieldInfo { ty, versions })
    })
}

/// The place of a field in [`FIELDS`].
pub(super) fn find(path: &str) -> Option<usize> {
    FIELDS.binary_search_by(|field| field.path.cmp(path)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_in_order() {
        assert!(FIELDS.is_sorted_by(|a, b| a.path < b.path));
    }
}
