//! What makes a kubelet refuse its own configuration.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_schema::Quantity;
use ironsides_tree::{Map, Node};

use super::apply::EFFECTS;
use super::fields::find;
use super::gates::Gates;
use super::origin::{By, Setting};
use super::settle::Stop;
use super::state::State;
use super::{Node as Host, Refusal};

/// A check's answer.
pub(super) type Checked = Result<(), Refusal>;

/// What gave a field.
fn by(state: &State, path: &str) -> Option<By> {
    state.slot(find(path)?)?.by.clone()
}

/// A refusal for a field's sake.
pub(super) fn refuse(state: &State, path: &str, why: impl Into<String>) -> Refusal {
    Refusal { why: format!("{path} {}", why.into()), place: by(state, path) }
}

fn ensure(fits: bool, state: &State, path: &str, why: impl FnOnce() -> String) -> Checked {
    if fits { Ok(()) } else { Err(refuse(state, path, why())) }
}

/// Whole numbers and the least and greatest that they may be.
const RANGES: &[(&str, i64, i64)] = &[
    ("nodeLeaseDurationSeconds", 1, i64::MAX),
    ("eventBurst", 0, i64::MAX),
    ("eventRecordQPS", 0, i64::MAX),
    ("healthzPort", 0, 65_535),
    ("imageGCHighThresholdPercent", 0, 100),
    ("imageGCLowThresholdPercent", 0, 100),
    ("iptablesDropBit", 0, 31),
    ("iptablesMasqueradeBit", 0, 31),
    ("kubeAPIBurst", 0, i64::MAX),
    ("kubeAPIQPS", 0, i64::MAX),
    ("nodeStatusMaxImages", -1, i64::MAX),
    ("maxOpenFiles", 0, i64::MAX),
    ("maxPods", 0, i64::MAX),
    ("oomScoreAdj", -1000, 1000),
    ("podsPerCore", 0, i64::MAX),
    ("port", 1, 65_535),
    ("readOnlyPort", 0, 65_535),
    ("registryBurst", 0, i64::MAX),
    ("registryPullQPS", 0, i64::MAX),
    ("containerLogMaxWorkers", 1, i64::MAX),
    ("containerLogMaxFiles", 2, i64::MAX),
];

/// Strings that can only be one of a few.
const CHOICES: &[(&str, &[&str])] = &[
    ("topologyManagerPolicy", &["none", "best-effort", "restricted", "single-numa-node"]),
    ("topologyManagerScope", &["container", "pod"]),
    ("hairpinMode", &["promiscuous-bridge", "hairpin-veth", "none"]),
    ("memorySwap.swapBehavior", &["", "NoSwap", "LimitedSwap"]),
    ("memoryReservationPolicy", &["None", "TieredReservation"]),
    ("logging.format", &["text", "json"]),
    ("configMapAndSecretChangeDetectionStrategy", &["Get", "Cache", "Watch"]),
];

const SECOND: i64 = 1_000_000_000;
const MILLISECOND: i64 = 1_000_000;

/// Checks a configuration as the kubelet does before it does anything else.
pub(super) fn configuration(state: &State, gates: &Gates, host: Host<'_>) -> Checked {
    logging(state, gates)?;
    for &(path, least, most) in RANGES {
        if find(path).is_none_or(|at| !state.knows(at)) {
            continue;
        }
        let number = state.int(path);
        ensure((least..=most).contains(&number), state, path, || {
            if most == i64::MAX {
                format!("is {number}, and {least} is the least")
            } else {
                format!("is {number}, and it must be from {least} to {most}")
            }
        })?;
    }
    for (path, choices) in CHOICES {
        let text = state.text(path);
        if find(path).is_some_and(|at| state.knows(at)) {
            ensure(choices.contains(&text), state, path, || {
                format!("is {text:?}, and it must be one of {}", choices.join(", "))
            })?;
        }
    }
    durations(state, gates)?;
    let (low, high) = (state.int("imageGCLowThresholdPercent"), state.int("imageGCHighThresholdPercent"));
    ensure(low < high, state, "imageGCLowThresholdPercent", || {
        format!("is {low}, and imageGCHighThresholdPercent, which is {high}, must be more")
    })?;
    if !state.text("systemCgroups").is_empty() && state.text("cgroupRoot").is_empty() {
        return Err(refuse(state, "systemCgroups", "is set, and cgroupRoot is not"));
    }
    if let Some(most) = state.value("maxParallelImagePulls").and_then(Node::as_i64) {
        ensure(most >= 1, state, "maxParallelImagePulls", || format!("is {most}, and 1 is the least"))?;
        let serial = state.bool("serializeImagePulls") && most > 1;
        ensure(!serial, state, "maxParallelImagePulls", || {
            "is more than 1 while serializeImagePulls is true".into()
        })?;
    }
    let bootstrap = state.bool("serverTLSBootstrap") && !gates.is_on("RotateKubeletServerCertificate");
    ensure(!bootstrap, state, "serverTLSBootstrap", || {
        "is true, and the feature gate RotateKubeletServerCertificate is off".into()
    })?;
    ensure(!state.bool("runOnce"), state, "runOnce", || "is true, which no kubelet does any more".into())?;
    taints(state)?;
    enforcements(state)?;
    images(state, gates)?;
    reserved_cpus(state)?;
    reserved_memory(state)?;
    cgroups(state, host)?;
    metrics(state)?;
    if let Some(rate) = state.value("tracing.samplingRatePerMillion").and_then(Node::as_i64) {
        ensure((0..=1_000_000).contains(&rate), state, "tracing.samplingRatePerMillion", || {
            format!("is {rate}, and it must be from 0 to 1000000")
        })?;
    }
    if let Some(factor) = state.value("memoryThrottlingFactor").and_then(Node::as_f64) {
        ensure(factor > 0.0 && factor <= 1.0, state, "memoryThrottlingFactor", || {
            format!("is {factor}, and it must be more than 0 and at most 1")
        })?;
    }
    let tiered = state.text("memoryReservationPolicy") == "TieredReservation" && !gates.is_on("MemoryQoS");
    ensure(!tiered, state, "memoryReservationPolicy", || {
        "is TieredReservation, and the feature gate MemoryQoS is off".into()
    })?;
    ensure(!state.text("containerRuntimeEndpoint").is_empty(), state, "containerRuntimeEndpoint", || {
        "is empty".into()
    })?;
    if state.bool("enableSystemLogQuery") {
        ensure(gates.is_on("NodeLogQuery"), state, "enableSystemLogQuery", || {
            "is true, and the feature gate NodeLogQuery is off".into()
        })?;
        ensure(state.bool("enableSystemLogHandler"), state, "enableSystemLogQuery", || {
            "is true, and enableSystemLogHandler is not".into()
        })?;
    }
    logs_folder(state)?;
    if let Some(ids) = state.value("userNamespaces.idsPerPod").and_then(Node::as_i64) {
        let fits = ids > 0 && ids % 65_536 == 0 && ids < 1 << 32;
        ensure(fits, state, "userNamespaces.idsPerPod", || {
            format!("is {ids}, and it must be a multiple of 65536 below 4294967296")
        })?;
    }
    Ok(())
}

fn logging(state: &State, gates: &Gates) -> Checked {
    if !gates.is_on("LoggingAlphaOptions") {
        for format in ["text", "json"] {
            for (name, zero) in [
                ("splitStream", !state.bool(&format!("logging.options.{format}.splitStream"))),
                (
                    "infoBufferSize",
                    matches!(state.text(&format!("logging.options.{format}.infoBufferSize")), "" | "0"),
                ),
            ] {
                ensure(zero, state, &format!("logging.options.{format}.{name}"), || {
                    "is set, and the feature gate LoggingAlphaOptions is off".into()
                })?;
            }
        }
    }
    let modules = state.value("logging.vmodule").map(Node::items).unwrap_or_default();
    ensure(modules.is_empty() || state.text("logging.format") == "text", state, "logging.vmodule", || {
        "is for the format text alone".into()
    })
}

fn durations(state: &State, gates: &Gates) -> Checked {
    let time = |path: &str| state.nanoseconds(path);
    let period = time("cpuCFSQuotaPeriod");
    if gates.is_on("CustomCPUCFSQuotaPeriod") || gates.is_on("CPUCFSQuotaPeriod") {
        ensure((MILLISECOND..=SECOND).contains(&period), state, "cpuCFSQuotaPeriod", || {
            "must be from 1ms to 1s".into()
        })?;
    } else {
        ensure(period == 100 * MILLISECOND, state, "cpuCFSQuotaPeriod", || {
            "is not 100ms, and the feature gate CustomCPUCFSQuotaPeriod is off".into()
        })?;
    }
    let (least, most) = (time("imageMinimumGCAge"), time("imageMaximumGCAge"));
    ensure(least >= 0, state, "imageMinimumGCAge", || "is negative".into())?;
    ensure(most >= 0, state, "imageMaximumGCAge", || "is negative".into())?;
    ensure(most == 0 || most > least, state, "imageMaximumGCAge", || {
        "is not more than imageMinimumGCAge".into()
    })?;
    let (whole, critical) = (time("shutdownGracePeriod"), time("shutdownGracePeriodCriticalPods"));
    let priorities = state.value("shutdownGracePeriodByPodPriority").map(Node::items).unwrap_or_default();
    if gates.is_on("GracefulNodeShutdown") {
        ensure(critical <= whole, state, "shutdownGracePeriodCriticalPods", || {
            "is more than shutdownGracePeriod".into()
        })?;
        for (path, time) in [("shutdownGracePeriod", whole), ("shutdownGracePeriodCriticalPods", critical)] {
            ensure(time == 0 || time >= SECOND, state, path, || "must be 0 or at least 1s".into())?;
        }
    } else {
        ensure(whole <= 0 && critical <= 0, state, "shutdownGracePeriod", || {
            "is set, and the feature gate GracefulNodeShutdown is off".into()
        })?;
    }
    if !priorities.is_empty() {
        let path = "shutdownGracePeriodByPodPriority";
        ensure(gates.is_on("GracefulNodeShutdownBasedOnPodPriority"), state, path, || {
            "is set, and the feature gate GracefulNodeShutdownBasedOnPodPriority is off".into()
        })?;
        ensure(whole <= 0 && critical <= 0, state, path, || "is set, and so is shutdownGracePeriod".into())?;
    }
    let path = "crashLoopBackOff.maxContainerRestartPeriod";
    let set = state.value(path).is_some();
    if gates.is_on("KubeletCrashLoopBackOffMax") {
        let milliseconds = time(path) / MILLISECOND;
        ensure(!set || (1_000..=300_000).contains(&milliseconds), state, path, || {
            "must be from 1s to 5m".into()
        })?;
    } else {
        ensure(!set, state, path, || {
            "is set, and the feature gate KubeletCrashLoopBackOffMax is off".into()
        })?;
    }
    if find("containerLogMonitorInterval").is_some_and(|at| state.knows(at)) {
        ensure(
            time("containerLogMonitorInterval") >= 3 * SECOND,
            state,
            "containerLogMonitorInterval",
            || "must be at least 3s".into(),
        )?;
    }
    Ok(())
}

fn taints(state: &State) -> Checked {
    for taint in state.value("registerWithTaints").map(Node::items).unwrap_or_default() {
        let get = |key: &str| taint.get(key).and_then(Node::as_str).unwrap_or_default();
        let fits = is_label_key(get("key")) && is_label_value(get("value"));
        let effect = get("effect");
        ensure(
            fits && (effect.is_empty() || EFFECTS.contains(&effect)),
            state,
            "registerWithTaints",
            || format!("has a taint that is none: {}", ironsides_tree::print::json(taint)),
        )?;
        ensure(taint.get("timeAdded").is_none_or(Node::is_null), state, "registerWithTaints", || {
            "has a taint with timeAdded".into()
        })?;
    }
    Ok(())
}

fn enforcements(state: &State) -> Checked {
    const PATH: &str = "enforceNodeAllocatable";
    let all: Vec<&str> = state.texts(PATH).collect();
    let mut seen = BTreeSet::new();
    for owner in ["system", "kube"] {
        let both = [format!("{owner}-reserved"), format!("{owner}-reserved-compressible")];
        ensure(!both.iter().all(|one| all.contains(&one.as_str())), state, PATH, || {
            format!("has both {} and {}", both[0], both[1])
        })?;
    }
    for one in &all {
        ensure(seen.insert(*one), state, PATH, || format!("has {one} twice"))?;
        let cgroup = match *one {
            "pods" => None,
            "system-reserved" | "system-reserved-compressible" => Some("systemReservedCgroup"),
            "kube-reserved" | "kube-reserved-compressible" => Some("kubeReservedCgroup"),
            "none" => {
                ensure(all.len() == 1, state, PATH, || "has none and something else".into())?;
                continue;
            }
            other => return Err(refuse(state, PATH, format!("has {other:?}, which is nothing to enforce"))),
        };
        if let Some(cgroup) = cgroup {
            ensure(!state.text(cgroup).is_empty(), state, PATH, || {
                format!("has {one}, and {cgroup} is not set")
            })?;
        }
        ensure(state.bool("cgroupsPerQOS"), state, PATH, || {
            format!("has {one}, and cgroupsPerQOS is false")
        })?;
    }
    Ok(())
}

fn images(state: &State, gates: &Gates) -> Checked {
    const POLICY: &str = "imagePullCredentialsVerificationPolicy";
    const LIST: &str = "preloadedImagesVerificationAllowlist";
    const POLICIES: [&str; 4] =
        ["NeverVerify", "NeverVerifyPreloadedImages", "NeverVerifyAllowlistedImages", "AlwaysVerify"];
    if find(POLICY).is_none_or(|at| !state.knows(at)) {
        return Ok(());
    }
    let policy = state.text(POLICY);
    let listed = state.texts(LIST).next().is_some();
    if gates.is_on("KubeletEnsureSecretPulledImages") {
        ensure(POLICIES.contains(&policy), state, POLICY, || {
            format!("is {policy:?}, and it must be one of {}", POLICIES.join(", "))
        })?;
        ensure(!listed || policy == "NeverVerifyAllowlistedImages", state, LIST, || {
            format!("is set, and {POLICY} is not NeverVerifyAllowlistedImages")
        })
    } else {
        let off = "is set, and the feature gate KubeletEnsureSecretPulledImages is off";
        ensure(policy.is_empty(), state, POLICY, || off.into())?;
        ensure(!listed, state, LIST, || off.into())
    }
}

fn reserved_cpus(state: &State) -> Checked {
    const PATH: &str = "reservedSystemCPUs";
    let text = state.text(PATH);
    if text.is_empty() {
        return Ok(());
    }
    let cgroups = ["systemReservedCgroup", "kubeReservedCgroup"];
    ensure(cgroups.iter().all(|path| state.text(path).is_empty()), state, PATH, || {
        "is set, and so is systemReservedCgroup or kubeReservedCgroup".into()
    })?;
    ensure(processors(text).is_some(), state, PATH, || format!("is {text:?}, which is no list such as 0,2-3"))
}

/// The processors of a list such as `0,2-3`: how many, and the last.
pub(super) fn processors(text: &str) -> Option<(u64, u64)> {
    let mut all = BTreeSet::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (first.parse::<u16>().ok()?, last.parse::<u16>().ok()?);
        if first > last {
            return None;
        }
        all.extend(first..=last);
    }
    Some((u64::try_from(all.len()).ok()?, u64::from(*all.last()?)))
}

fn reserved_memory(state: &State) -> Checked {
    const PATH: &str = "reservedMemory";
    let mut seen = BTreeSet::new();
    for item in state.value(PATH).map(Node::items).unwrap_or_default() {
        let node = item.get("numaNode").and_then(Node::as_i64).unwrap_or_default();
        let limits = item.get("limits").and_then(Node::as_map);
        ensure(limits.is_some_and(|limits| !limits.is_empty()), state, PATH, || {
            format!("says nothing of the NUMA node {node}")
        })?;
        for (name, amount) in limits.into_iter().flat_map(Map::iter) {
            ensure(seen.insert((node, name)), state, PATH, || {
                format!("has {name} of the NUMA node {node} twice")
            })?;
            ensure(name == "memory" || name.starts_with("hugepages-"), state, PATH, || {
                format!("has {name}, which is no memory")
            })?;
            let amount = amount.as_str().and_then(Quantity::parse);
            ensure(amount.is_none_or(|amount| amount.sign() != 0), state, PATH, || {
                format!("has none of {name}")
            })?;
        }
    }
    Ok(())
}

fn cgroups(state: &State, host: Host<'_>) -> Checked {
    if host.cgroup_v1 != Some(true) {
        return Ok(());
    }
    ensure(!state.bool("failCgroupV1"), state, "failCgroupV1", || {
        "is true, and this host has cgroups of version 1".into()
    })?;
    let single = state.value("singleProcessOOMKill").and_then(Node::as_bool);
    ensure(single != Some(false), state, "singleProcessOOMKill", || {
        "is false, and this host has cgroups of version 1".into()
    })
}

fn metrics(state: &State) -> Checked {
    let version = state.text("showHiddenMetricsForVersion");
    let before = format!("1.{}", state.minor().saturating_sub(1));
    ensure(version.is_empty() || version == before, state, "showHiddenMetricsForVersion", || {
        format!("is {version:?}, and it can only be {before}")
    })
}

fn logs_folder(state: &State) -> Checked {
    const PATH: &str = "podLogsDir";
    if find(PATH).is_none_or(|at| !state.knows(at)) {
        return Ok(());
    }
    let path = state.text(PATH);
    let clean = path.starts_with('/') && super::paths::join("/", path) == path;
    ensure(clean && path.is_ascii(), state, PATH, || {
        format!("is {path:?}, and it must be an absolute path without dots and doubled slashes")
    })
}

/// Namespaces of labels that a kubelet may set on its node although they are Kubernetes' own.
const NAMESPACES: [&str; 2] = ["kubelet.kubernetes.io", "node.kubernetes.io"];

/// Single ones.
const LABELS: [&str; 11] = [
    "beta.kubernetes.io/arch",
    "beta.kubernetes.io/instance-type",
    "beta.kubernetes.io/os",
    "failure-domain.beta.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
    "kubernetes.io/arch",
    "kubernetes.io/hostname",
    "kubernetes.io/os",
    "node.kubernetes.io/instance-type",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
];

/// Checks `--node-labels`.
pub(super) fn labels(own: &BTreeMap<&'static str, Setting>) -> Result<(), Stop> {
    let Some(setting) = own.get("node-labels") else { return Ok(()) };
    let within = |namespace: &str, of: &str| {
        namespace == of || namespace.strip_suffix(of).is_some_and(|rest| rest.ends_with('.'))
    };
    for (key, value) in setting.value.as_ref().and_then(Node::as_map).into_iter().flat_map(Map::iter) {
        let namespace = key.split_once('/').map_or("", |(namespace, _)| namespace);
        let ours = within(namespace, "kubernetes.io") || within(namespace, "k8s.io");
        let allowed = LABELS.contains(&key) || NAMESPACES.iter().any(|of| within(namespace, of));
        let value = value.as_str().unwrap_or_default();
        let why = if ours && !allowed {
            format!("--node-labels has {key}, and a kubelet may not set that label")
        } else if !is_label_key(key) || !is_label_value(value) {
            format!("--node-labels has {key}={value}, which is no label")
        } else {
            continue;
        };
        return Err(Stop::refused(why, Some(setting.by.clone())));
    }
    Ok(())
}

/// Whether a text is the key of a label: `name` or `domain/name`.
fn is_label_key(text: &str) -> bool {
    let (domain, name) = match text.split_once('/') {
        Some((domain, name)) => (Some(domain), name),
        None => (None, text),
    };
    let part = |part: &str| {
        let edge =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let inside =
            part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        inside && edge(part.as_bytes().first()) && edge(part.as_bytes().last())
    };
    !name.is_empty()
        && is_label_value(name)
        && domain.is_none_or(|domain| domain.len() <= 253 && domain.split('.').all(part))
}

/// Whether a text is the value of a label.
fn is_label_value(text: &str) -> bool {
    let edge = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_alphanumeric);
    text.len() <= 63
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && edge(text.as_bytes().first())
        && edge(text.as_bytes().last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_counted_once() {
        assert_eq!(processors("0,2-3,2"), Some((3, 3)));
        for text in ["", "a", "3-2", "1-", "-1", "0,,1"] {
            assert_eq!(processors(text), None, "{text:?}");
        }
    }

    #[test]
    fn labels_are_told_from_other_texts() {
        for key in ["a", "example.com/a.b_c", "node.kubernetes.io/x"] {
            assert!(is_label_key(key), "{key}");
        }
        for key in ["", "a b", "/a", "A.com/x", "x/", "-a"] {
            assert!(!is_label_key(key), "{key}");
        }
    }
}
