//! The kubelet's flags.
//!
//! Names and types are those that the kubelet of 1.36 lists; what each sets in the configuration was seen in
//! its `/configz`. Flags of earlier versions stand here as far as their last version is known.

use Value::{
    Address, Below, Bool, Duration, Gates, Headers, Int32, Int64, Labels, Memory, Modules, Pair, Pairs,
    Quantity, Taints, Text, Texts, Verbosity, Version,
};

/// A flag.
#[derive(Debug)]
pub(super) struct Flag {
    /// Its name, without dashes.
    pub(super) name: &'static str,
    /// What it takes.
    pub(super) value: Value,
    /// The field of the configuration that it sets; empty where it stands for itself.
    pub(super) path: &'static str,
    /// The first minor version that has it; 0 where that is older than 1.29.
    pub(super) since: u64,
    /// The last minor version that has it; 0 where 1.36 still does.
    pub(super) until: u64,
}

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// `true` or `false` in a few spellings; without `=` it is true, and the next word is not its own.
    Bool,
    /// A whole number in 32 bits: decimal, `0x…`, `0o…`, `0b…`, `010`, `1_000`.
    Int32,
    /// The same in 64 bits.
    Int64,
    /// A decimal number from 0, in 32 bits.
    Verbosity,
    /// A string.
    Text,
    /// An address, or nothing, which changes nothing.
    Address,
    /// A duration such as `5m`.
    Duration,
    /// An amount such as `1Mi`.
    Quantity,
    /// Strings between commas, which add up if the flag is given again.
    Texts,
    /// `key=value` pairs between commas, which add up.
    Pairs,
    /// One `key=value` pair, commas and all; pairs add up.
    Pair,
    /// `key<value` pairs between commas, which add up.
    Below,
    /// `key=true` or `key=false` between commas, which add up.
    Gates,
    /// `key:value` pairs between commas, which add up.
    Headers,
    /// `key=value:effect` between commas.
    Taints,
    /// `node:type=amount,type=amount` between semicolons, which add up.
    Memory,
    /// `pattern=number` between commas.
    Modules,
    /// `key=value` or `key` between commas, which add up.
    Labels,
    /// `true`, `false`, `raw`, or a version to be set.
    Version,
}

const fn flag(name: &'static str, value: Value, path: &'static str, since: u64, until: u64) -> Flag {
    Flag { name, value, path, since, until }
}

/// All flags, by name.
pub(super) const FLAGS: &[Flag] = &[
    flag("address", Address, "address", 0, 0),
    flag("allowed-unsafe-sysctls", Texts, "allowedUnsafeSysctls", 0, 0),
    flag("anonymous-auth", Bool, "authentication.anonymous.enabled", 0, 0),
    flag("application-metrics-count-limit", Int64, "", 0, 0),
    flag("authentication-token-webhook", Bool, "authentication.webhook.enabled", 0, 0),
    flag("authentication-token-webhook-cache-ttl", Duration, "authentication.webhook.cacheTTL", 0, 0),
    flag("authorization-mode", Text, "authorization.mode", 0, 0),
    flag(
        "authorization-webhook-cache-authorized-ttl",
        Duration,
        "authorization.webhook.cacheAuthorizedTTL",
        0,
        0,
    ),
    flag(
        "authorization-webhook-cache-unauthorized-ttl",
        Duration,
        "authorization.webhook.cacheUnauthorizedTTL",
        0,
        0,
    ),
    flag("azure-container-registry-config", Text, "", 0, 35),
    flag("boot-id-file", Text, "", 0, 0),
    flag("bootstrap-kubeconfig", Text, "", 0, 0),
    flag("cert-dir", Text, "", 0, 0),
    flag("cgroup-driver", Text, "cgroupDriver", 0, 0),
    flag("cgroup-root", Text, "cgroupRoot", 0, 0),
    flag("cgroups-per-qos", Bool, "cgroupsPerQOS", 0, 0),
    flag("client-ca-file", Text, "authentication.x509.clientCAFile", 0, 0),
    flag("cloud-config", Text, "", 0, 35),
    flag("cloud-provider", Text, "", 0, 0),
    flag("cluster-dns", Texts, "clusterDNS", 0, 0),
    flag("cluster-domain", Text, "clusterDomain", 0, 0),
    flag("config", Text, "", 0, 0),
    flag("config-dir", Text, "", 28, 0),
    flag("container-hints", Text, "", 0, 0),
    flag("container-log-max-files", Int32, "containerLogMaxFiles", 0, 0),
    flag("container-log-max-size", Text, "containerLogMaxSize", 0, 0),
    flag("container-runtime-endpoint", Text, "containerRuntimeEndpoint", 0, 0),
    flag("containerd", Text, "", 0, 0),
    flag("containerd-namespace", Text, "", 0, 0),
    flag("contention-profiling", Bool, "enableContentionProfiling", 0, 0),
    flag("cpu-cfs-quota", Bool, "cpuCFSQuota", 0, 0),
    flag("cpu-cfs-quota-period", Duration, "cpuCFSQuotaPeriod", 0, 0),
    flag("cpu-manager-policy", Text, "cpuManagerPolicy", 0, 0),
    flag("cpu-manager-policy-options", Pair, "cpuManagerPolicyOptions", 0, 0),
    flag("cpu-manager-reconcile-period", Duration, "cpuManagerReconcilePeriod", 0, 0),
    flag("enable-controller-attach-detach", Bool, "enableControllerAttachDetach", 0, 0),
    flag("enable-debugging-handlers", Bool, "enableDebuggingHandlers", 0, 0),
    flag("enable-load-reader", Bool, "", 0, 0),
    flag("enable-server", Bool, "enableServer", 0, 0),
    flag("enforce-node-allocatable", Texts, "enforceNodeAllocatable", 0, 0),
    flag("event-burst", Int32, "eventBurst", 0, 0),
    flag("event-qps", Int32, "eventRecordQPS", 0, 0),
    flag("event-storage-age-limit", Text, "", 0, 0),
    flag("event-storage-event-limit", Text, "", 0, 0),
    flag("eviction-hard", Below, "evictionHard", 0, 0),
    flag("eviction-max-pod-grace-period", Int32, "evictionMaxPodGracePeriod", 0, 0),
    flag("eviction-minimum-reclaim", Pairs, "evictionMinimumReclaim", 0, 0),
    flag("eviction-pressure-transition-period", Duration, "evictionPressureTransitionPeriod", 0, 0),
    flag("eviction-soft", Below, "evictionSoft", 0, 0),
    flag("eviction-soft-grace-period", Pairs, "evictionSoftGracePeriod", 0, 0),
    flag("exit-on-lock-contention", Bool, "", 0, 0),
    flag("experimental-allocatable-ignore-eviction", Bool, "", 0, 0),
    flag("experimental-mounter-path", Text, "", 0, 0),
    flag("fail-cgroupv1", Bool, "failCgroupV1", 31, 0),
    flag("fail-swap-on", Bool, "failSwapOn", 0, 0),
    flag("feature-gates", Gates, "featureGates", 0, 0),
    flag("file-check-frequency", Duration, "fileCheckFrequency", 0, 0),
    flag("global-housekeeping-interval", Duration, "", 0, 0),
    flag("hairpin-mode", Text, "hairpinMode", 0, 0),
    flag("healthz-bind-address", Address, "healthzBindAddress", 0, 0),
    flag("healthz-port", Int32, "healthzPort", 0, 0),
    flag("help", Bool, "", 0, 0),
    flag("hostname-override", Text, "", 0, 0),
    flag("housekeeping-interval", Duration, "", 0, 0),
    flag("http-check-frequency", Duration, "httpCheckFrequency", 0, 0),
    flag("image-credential-provider-bin-dir", Text, "", 0, 0),
    flag("image-credential-provider-config", Text, "", 0, 0),
    flag("image-gc-high-threshold", Int32, "imageGCHighThresholdPercent", 0, 0),
    flag("image-gc-low-threshold", Int32, "imageGCLowThresholdPercent", 0, 0),
    flag("image-service-endpoint", Text, "imageServiceEndpoint", 0, 0),
    flag("iptables-drop-bit", Int32, "iptablesDropBit", 0, 35),
    flag("iptables-masquerade-bit", Int32, "iptablesMasqueradeBit", 0, 35),
    flag("keep-terminated-pod-volumes", Bool, "", 0, 30),
    flag("kernel-memcg-notification", Bool, "kernelMemcgNotification", 0, 0),
    flag("kube-api-burst", Int32, "kubeAPIBurst", 0, 0),
    flag("kube-api-content-type", Text, "contentType", 0, 0),
    flag("kube-api-qps", Int32, "kubeAPIQPS", 0, 0),
    flag("kube-reserved", Pairs, "kubeReserved", 0, 0),
    flag("kube-reserved-cgroup", Text, "kubeReservedCgroup", 0, 0),
    flag("kubeconfig", Text, "", 0, 0),
    flag("kubelet-cgroups", Text, "kubeletCgroups", 0, 0),
    flag("local-storage-capacity-isolation", Bool, "localStorageCapacityIsolation", 0, 0),
    flag("lock-file", Text, "", 0, 0),
    flag("log-cadvisor-usage", Bool, "", 0, 0),
    flag("log-flush-frequency", Duration, "logging.flushFrequency", 0, 0),
    flag("log-json-info-buffer-size", Quantity, "logging.options.json.infoBufferSize", 0, 0),
    flag("log-json-split-stream", Bool, "logging.options.json.splitStream", 0, 0),
    flag("log-text-info-buffer-size", Quantity, "logging.options.text.infoBufferSize", 0, 0),
    flag("log-text-split-stream", Bool, "logging.options.text.splitStream", 0, 0),
    flag("logging-format", Text, "logging.format", 0, 0),
    flag("machine-id-file", Text, "", 0, 0),
    flag("make-iptables-util-chains", Bool, "makeIPTablesUtilChains", 0, 0),
    flag("manifest-url", Text, "staticPodURL", 0, 0),
    flag("manifest-url-header", Headers, "staticPodURLHeader", 0, 0),
    flag("max-open-files", Int64, "maxOpenFiles", 0, 0),
    flag("max-pods", Int32, "maxPods", 0, 0),
    flag("maximum-dead-containers", Int32, "", 0, 0),
    flag("maximum-dead-containers-per-container", Int32, "", 0, 0),
    flag("memory-manager-policy", Text, "memoryManagerPolicy", 0, 0),
    flag("minimum-container-ttl-duration", Duration, "", 0, 0),
    flag("minimum-image-ttl-duration", Duration, "imageMinimumGCAge", 0, 0),
    flag("node-ip", Text, "", 0, 0),
    flag("node-labels", Labels, "", 0, 0),
    flag("node-status-max-images", Int32, "nodeStatusMaxImages", 0, 0),
    flag("node-status-update-frequency", Duration, "nodeStatusUpdateFrequency", 0, 0),
    flag("oom-score-adj", Int32, "oomScoreAdj", 0, 0),
    flag("pod-cidr", Text, "podCIDR", 0, 0),
    flag("pod-infra-container-image", Text, "", 0, 35),
    flag("pod-manifest-path", Text, "staticPodPath", 0, 0),
    flag("pod-max-pids", Int64, "podPidsLimit", 0, 0),
    flag("pods-per-core", Int32, "podsPerCore", 0, 0),
    flag("port", Int32, "port", 0, 0),
    flag("protect-kernel-defaults", Bool, "protectKernelDefaults", 0, 0),
    flag("provider-id", Text, "providerID", 0, 0),
    flag("qos-reserved", Pairs, "qosReserved", 0, 0),
    flag("read-only-port", Int32, "readOnlyPort", 0, 0),
    flag("register-node", Bool, "registerNode", 0, 0),
    flag("register-schedulable", Bool, "", 0, 35),
    flag("register-with-taints", Taints, "registerWithTaints", 0, 0),
    flag("registry-burst", Int32, "registryBurst", 0, 0),
    flag("registry-qps", Int32, "registryPullQPS", 0, 0),
    flag("reserved-cpus", Text, "reservedSystemCPUs", 0, 0),
    flag("reserved-memory", Memory, "reservedMemory", 0, 0),
    flag("resolv-conf", Text, "resolvConf", 0, 0),
    flag("root-dir", Text, "", 0, 0),
    flag("rotate-certificates", Bool, "rotateCertificates", 0, 0),
    flag("rotate-server-certificates", Bool, "serverTLSBootstrap", 0, 0),
    flag("runonce", Bool, "runOnce", 0, 0),
    flag("runtime-cgroups", Text, "", 0, 0),
    flag("runtime-request-timeout", Duration, "runtimeRequestTimeout", 0, 0),
    flag("seccomp-default", Bool, "", 0, 0),
    flag("serialize-image-pulls", Bool, "serializeImagePulls", 0, 0),
    flag("storage-driver-buffer-duration", Duration, "", 0, 0),
    flag("storage-driver-db", Text, "", 0, 0),
    flag("storage-driver-host", Text, "", 0, 0),
    flag("storage-driver-password", Text, "", 0, 0),
    flag("storage-driver-secure", Bool, "", 0, 0),
    flag("storage-driver-table", Text, "", 0, 0),
    flag("storage-driver-user", Text, "", 0, 0),
    flag("streaming-connection-idle-timeout", Duration, "streamingConnectionIdleTimeout", 0, 0),
    flag("sync-frequency", Duration, "syncFrequency", 0, 0),
    flag("system-cgroups", Text, "systemCgroups", 0, 0),
    flag("system-reserved", Pairs, "systemReserved", 0, 0),
    flag("system-reserved-cgroup", Text, "systemReservedCgroup", 0, 0),
    flag("tls-cert-file", Text, "tlsCertFile", 0, 0),
    flag("tls-cipher-suites", Texts, "tlsCipherSuites", 0, 0),
    flag("tls-min-version", Text, "tlsMinVersion", 0, 0),
    flag("tls-private-key-file", Text, "tlsPrivateKeyFile", 0, 0),
    flag("topology-manager-policy", Text, "topologyManagerPolicy", 0, 0),
    flag("topology-manager-policy-options", Pair, "topologyManagerPolicyOptions", 0, 0),
    flag("topology-manager-scope", Text, "topologyManagerScope", 0, 0),
    flag("v", Verbosity, "logging.verbosity", 0, 0),
    flag("version", Version, "", 0, 0),
    flag("vmodule", Modules, "logging.vmodule", 0, 0),
    flag("volume-plugin-dir", Text, "volumePluginDir", 0, 0),
    flag("volume-stats-agg-period", Duration, "volumeStatsAggPeriod", 0, 0),
];

/// A flag of a version by its name, in which `_` is as good as `-`.
pub(super) fn find(name: &str, minor: u64) -> Option<&'static Flag> {
    let name = name.replace('_', "-");
    let at = FLAGS.binary_search_by(|flag| flag.name.cmp(&name)).ok()?;
    FLAGS.get(at).filter(|flag| flag.since <= minor && (flag.until == 0 || minor <= flag.until))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubelet::fields;

    #[test]
    fn flags_stand_in_order_and_set_fields() {
        assert!(FLAGS.is_sorted_by(|a, b| a.name < b.name));
        for flag in FLAGS.iter().filter(|flag| !flag.path.is_empty()) {
            assert!(fields::find(flag.path).is_some(), "{}", flag.name);
        }
    }

    #[test]
    fn versions_have_their_flags() {
        assert!(find("keep-terminated-pod-volumes", 30).is_some());
        assert!(find("keep-terminated-pod-volumes", 31).is_none());
        assert!(find("fail_cgroupv1", 36).is_some() && find("fail-cgroupv1", 30).is_none());
    }
}
