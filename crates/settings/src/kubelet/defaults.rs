//! The defaults that the kubelet fills in.

use ironsides_tree::{Node, Value};

use super::fields::{FIELDS, Kind, Nil, find};
use super::gates::Gates;
use super::origin::{By, Default, DefaultSet};
use super::state::{Slot, State, is_zero};

/// Defaults of a configuration file, as `/configz` of a kubelet with an empty one shows them, in the words of YAML.
const DEFAULTS: &[(&str, &str)] = &[
    ("address", "0.0.0.0"),
    ("authentication.anonymous.enabled", "false"),
    ("authentication.webhook.cacheTTL", "2m0s"),
    ("authentication.webhook.enabled", "true"),
    ("authorization.mode", "Webhook"),
    ("authorization.webhook.cacheAuthorizedTTL", "5m0s"),
    ("authorization.webhook.cacheUnauthorizedTTL", "30s"),
    ("cgroupDriver", "cgroupfs"),
    ("cgroupsPerQOS", "true"),
    ("configMapAndSecretChangeDetectionStrategy", "Watch"),
    ("containerLogMaxFiles", "5"),
    ("containerLogMaxSize", "10Mi"),
    ("containerLogMaxWorkers", "1"),
    ("containerLogMonitorInterval", "10s"),
    ("containerRuntimeEndpoint", "unix:///run/containerd/containerd.sock"),
    ("contentType", "application/vnd.kubernetes.protobuf"),
    ("cpuCFSQuota", "true"),
    ("cpuCFSQuotaPeriod", "100ms"),
    ("cpuManagerPolicy", "none"),
    ("cpuManagerReconcilePeriod", "10s"),
    ("enableControllerAttachDetach", "true"),
    ("enableDebugFlagsHandler", "true"),
    ("enableDebuggingHandlers", "true"),
    ("enableProfilingHandler", "true"),
    ("enableServer", "true"),
    ("enableSystemLogHandler", "true"),
    ("enforceNodeAllocatable", "pods"),
    ("eventBurst", "100"),
    ("eventRecordQPS", "50"),
    ("evictionPressureTransitionPeriod", "5m0s"),
    ("failSwapOn", "true"),
    ("fileCheckFrequency", "20s"),
    ("hairpinMode", "promiscuous-bridge"),
    ("healthzBindAddress", "127.0.0.1"),
    ("healthzPort", "10248"),
    ("httpCheckFrequency", "20s"),
    ("imageGCHighThresholdPercent", "85"),
    ("imageGCLowThresholdPercent", "80"),
    ("imageMinimumGCAge", "2m0s"),
    ("iptablesDropBit", "15"),
    ("iptablesMasqueradeBit", "14"),
    ("kubeAPIBurst", "100"),
    ("kubeAPIQPS", "50"),
    ("localStorageCapacityIsolation", "true"),
    ("logging.flushFrequency", "5s"),
    ("logging.format", "text"),
    ("makeIPTablesUtilChains", "true"),
    ("maxOpenFiles", "1000000"),
    ("maxPods", "110"),
    ("memoryManagerPolicy", "None"),
    ("memoryReservationPolicy", "None"),
    ("memoryThrottlingFactor", "0.9"),
    ("mergeDefaultEvictionSettings", "false"),
    ("nodeLeaseDurationSeconds", "40"),
    ("nodeStatusMaxImages", "50"),
    ("nodeStatusUpdateFrequency", "10s"),
    ("oomScoreAdj", "-999"),
    ("podLogsDir", "/var/log/pods"),
    ("podPidsLimit", "-1"),
    ("port", "10250"),
    ("registerNode", "true"),
    ("registryBurst", "10"),
    ("registryPullQPS", "5"),
    ("resolvConf", "/etc/resolv.conf"),
    ("runtimeRequestTimeout", "2m0s"),
    ("seccompDefault", "false"),
    ("streamingConnectionIdleTimeout", "4h0m0s"),
    ("syncFrequency", "1m0s"),
    ("topologyManagerPolicy", "none"),
    ("topologyManagerScope", "container"),
    ("volumePluginDir", "/usr/libexec/kubernetes/kubelet-plugins/volume/exec/"),
    ("volumeStatsAggPeriod", "1m0s"),
];

/// The first minor version whose kubelet refuses hosts with the first version of cgroups unless told otherwise.
const FAIL_CGROUP_V1: u64 = 35;

/// Defaults of a kubelet that has no configuration file.
const OF_FLAGS: &[(&str, &str)] = &[
    ("authentication.anonymous.enabled", "true"),
    ("authentication.webhook.enabled", "false"),
    ("authorization.mode", "AlwaysAllow"),
    ("readOnlyPort", "10255"),
];

/// Thresholds of a configuration file that has none.
const EVICTION_HARD: [(&str, &str); 5] = [
    ("imagefs.available", "15%"),
    ("imagefs.inodesFree", "5%"),
    ("memory.available", "100Mi"),
    ("nodefs.available", "10%"),
    ("nodefs.inodesFree", "5%"),
];

/// A configuration without a file: all defaults, those for flags over the others.
pub(super) fn of_flags(minor: u64, gates: &Gates) -> State {
    let mut state = State::new(minor);
    fill(&mut state, gates, DefaultSet::Flags);
    let by = By::Default(Default { set: DefaultSet::Flags, minor });
    for (path, text) in OF_FLAGS {
        if let Some(value) = find(path).and_then(|at| node(FIELDS.get(at)?.kind, text)) {
            state.set(path, value, by.clone());
        }
    }
    state
}

/// Fills in what is not set.
pub(super) fn fill(state: &mut State, gates: &Gates, set: DefaultSet) {
    let default = Default { set, minor: state.minor() };
    let explicit = state.nanoseconds("nodeStatusUpdateFrequency") != 0;
    for (path, text) in DEFAULTS {
        absent(state, path, text, default);
    }
    absent(state, "failCgroupV1", if default.minor >= FAIL_CGROUP_V1 { "true" } else { "false" }, default);
    // The interval of reports follows that of updates where only the latter is chosen.
    if explicit && state.nanoseconds("nodeStatusReportFrequency") == 0 {
        let value = state.value("nodeStatusUpdateFrequency").cloned().unwrap_or(Node::NULL);
        state.set("nodeStatusReportFrequency", value, By::Derived("nodeStatusUpdateFrequency is set"));
    }
    absent(state, "nodeStatusReportFrequency", "5m0s", default);
    if state.int("podPidsLimit") < 0 && state.int("podPidsLimit") != -1 {
        clear(state, "podPidsLimit", "-1", default);
    }
    if state.value("serializeImagePulls").is_none() {
        if state.int("maxParallelImagePulls") < 2 {
            absent(state, "serializeImagePulls", "true", default);
        } else {
            let by = By::Derived("maxParallelImagePulls is more than 1");
            state.set("serializeImagePulls", Node::bare(Value::Bool(false)), by);
        }
    }
    if gates.is_on("KubeletCrashLoopBackOffMax") {
        absent(state, "crashLoopBackOff.maxContainerRestartPeriod", "5m0s", default);
    }
    if gates.is_on("KubeletEnsureSecretPulledImages") {
        absent(state, "imagePullCredentialsVerificationPolicy", "NeverVerifyPreloadedImages", default);
    }
    state.fill(&By::Default(default));
}

/// The thresholds of a configuration file: those it has none of, or none at all.
pub(super) fn evictions(state: &mut State) {
    let Some(at) = find("evictionHard") else { return };
    let by = By::Default(Default { set: DefaultSet::File, minor: state.minor() });
    let merge = state.bool("mergeDefaultEvictionSettings");
    let Some(slot) = state.slot_mut(at) else { return };
    if slot.value.is_some() && !merge {
        return;
    }
    let mut entries = super::apply::entries(slot.value.as_ref());
    if slot.value.is_none() {
        slot.by = Some(by.clone());
    }
    for (signal, amount) in EVICTION_HARD {
        let signal = ironsides_tree::Text::new_static(signal);
        if !entries.contains_key(&signal) {
            entries.insert(signal.clone(), Node::bare(Value::from(amount)));
            slot.keys.insert(signal, by.clone());
        }
    }
    slot.value = Some(Node::bare(Value::Map(entries.into_iter().collect::<ironsides_tree::Map>().into())));
}

/// Gives a field its default if it counts as not set.
fn absent(state: &mut State, path: &str, text: &str, default: Default) {
    let Some((at, field)) = find(path).and_then(|at| Some((at, FIELDS.get(at)?))) else { return };
    if !state.knows(at) {
        return;
    }
    let Some(slot) = state.slot(at) else { return };
    let unset = match &slot.value {
        None => true,
        Some(value) if field.nil == Nil::Plain => match field.kind {
            Kind::Duration | Kind::TimeOrDuration => state.nanoseconds(path) == 0,
            // An empty list is a list.
            Kind::Texts => false,
            _ => is_zero(value),
        },
        Some(_) => false,
    };
    if unset {
        clear(state, path, text, default);
    }
}

/// Gives a field its default, whatever it has.
fn clear(state: &mut State, path: &str, text: &str, default: Default) {
    let Some((at, field)) = find(path).and_then(|at| Some((at, FIELDS.get(at)?))) else { return };
    let written = state.slot(at).and_then(|slot| slot.by.clone()).filter(By::is_given);
    let by = match written {
        Some(written) => By::Zero { written: Box::new(written), default },
        None => By::Default(default),
    };
    state.put(
        at,
        Slot { value: node(field.kind, text), by: Some(by), keys: std::collections::BTreeMap::new() },
    );
}

/// A value from a word of the table.
fn node(kind: Kind, text: &str) -> Option<Node> {
    Some(Node::bare(match kind {
        Kind::Bool => Value::Bool(text == "true"),
        Kind::Int32 | Kind::Int64 | Kind::Uint32 => Value::Int(text.parse().ok()?),
        Kind::Float => Value::Float(text.parse().ok()?),
        Kind::Texts => Value::List([Node::bare(Value::from(text))].into()),
        _ => Value::from(text),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_a_value_of_its_field() {
        for (path, text) in DEFAULTS.iter().chain(OF_FLAGS) {
            let field = find(path).and_then(|at| FIELDS.get(at)).unwrap_or_else(|| panic!("{path}"));
            assert!(node(field.kind, text).is_some(), "{path}: {text}");
        }
    }
}
