//! What a kubelet does with its configuration before it serves, and what stops it there.

use std::collections::BTreeMap;

use ironsides_core::parse_duration;
use ironsides_schema::Quantity;
use ironsides_tree::{Node, Value};

use super::checks::{Checked, configuration, processors, refuse};
use super::effective::Effective;
use super::files::Look;
use super::gates::Gates;
use super::origin::{By, Setting};
use super::settle::{is_on, text, unset};
use super::state::State;
use super::{Refusal, Start, apply, paths, tls};

/// Flags that stand for no field.
type Own = BTreeMap<&'static str, Setting>;

/// Where a kubelet keeps its own certificates.
const CERTIFICATES: &str = "/var/lib/kubelet/pki";

/// What a kubelet wants of the kernel: settings by their dotted names, and their values.
pub const KERNEL: [(&str, &str); 6] = [
    ("kernel.keys.root_maxbytes", "25000000"),
    ("kernel.keys.root_maxkeys", "1000000"),
    ("kernel.panic", "10"),
    ("kernel.panic_on_oops", "1"),
    ("vm.overcommit_memory", "1"),
    ("vm.panic_on_oom", "0"),
];

/// Checks a configuration in the order in which a kubelet meets its parts.
pub(super) fn check(
    start: &Start<'_>,
    mut state: State,
    gates: &Gates,
    own: Own,
) -> Result<Effective, Refusal> {
    configuration(&state, gates, start.node)?;
    let certificate = certificates(start, &mut state, &own)?;
    ciphers(&state)?;
    if is_on(&own, "exit-on-lock-contention") && text(&own, "lock-file").is_empty() {
        let place = own.get("exit-on-lock-contention").map(|setting| setting.by.clone());
        return Err(Refusal { why: "--exit-on-lock-contention is given without --lock-file".into(), place });
    }
    hostname(&own)?;
    let client = !text(&own, "kubeconfig").is_empty();
    if client {
        kubeconfig(start, &own)?;
    }
    authentication(start, &state, client)?;
    runtime(start, &mut state, gates)?;
    resources(start, &state, &own)?;
    managers(&state)?;
    kernel(start, &state)?;
    main(start, &state, &own)?;
    let served = serves(start, &state, certificate)?;
    let unset = unset(&state, &own);
    Ok(Effective::new(&state, gates, own, served, client, &unset))
}

/// The certificate that the server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certificate {
    /// A pair of files that settings name.
    Files,
    /// A pair that the kubelet made and signed itself.
    SelfSigned,
    /// One that the cluster signs, once somebody approves it.
    Requested,
    /// None: only half of a pair is named, and every handshake is refused.
    Broken,
}

/// Settles the certificate, and names the pair that the kubelet makes itself.
fn certificates(start: &Start<'_>, state: &mut State, own: &Own) -> Result<Certificate, Refusal> {
    let named = |path: &str| !state.text(path).is_empty();
    match (named("tlsCertFile"), named("tlsPrivateKeyFile"), state.bool("serverTLSBootstrap")) {
        (true, true, _) => Ok(Certificate::Files),
        // Without an API server there is nobody to ask.
        (false, false, true) if text(own, "kubeconfig").is_empty() => Ok(Certificate::Broken),
        (false, false, true) => Ok(Certificate::Requested),
        (false, false, false) => {
            let folder = match text(own, "cert-dir") {
                "" => CERTIFICATES,
                folder => folder,
            };
            let (certificate, key) = (paths::join(folder, "kubelet.crt"), paths::join(folder, "kubelet.key"));
            let look = |path: &str| start.files.look(&paths::join(start.directory, path));
            let there = |look: &Look<'_>| matches!(look, Look::Text(_) | Look::File { .. });
            let (one, other) = (look(&certificate), look(&key));
            let halves = [(&one, &other, &key), (&other, &one, &certificate)];
            if let Some((_, _, gone)) =
                halves.into_iter().find(|(there_is, not, _)| there(there_is) && **not == Look::Absent)
            {
                return Err(Refusal {
                    why: format!("there is no {gone} beside the other half of its pair"),
                    place: None,
                });
            }
            let rule = "the pair that the kubelet makes and signs itself where none is named";
            for (path, file) in [("tlsCertFile", &certificate), ("tlsPrivateKeyFile", &key)] {
                state.set(path, Node::bare(Value::from(file.as_str())), By::Derived(rule));
            }
            Ok(Certificate::SelfSigned)
        }
        _ => Ok(Certificate::Broken),
    }
}

fn ciphers(state: &State) -> Checked {
    if let Some(name) = state.texts("tlsCipherSuites").find(|name| tls::find(name).is_none()) {
        return Err(refuse(
            state,
            "tlsCipherSuites",
            format!("has {name:?}, which is no cipher suite of Go's"),
        ));
    }
    let mut seen = std::collections::BTreeSet::new();
    for curve in state
        .value("tlsCurvePreferences")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_i64)
    {
        if !(1..=65_535).contains(&curve) || !seen.insert(curve) {
            let why = format!("has {curve}, which must be from 1 to 65535 and stand there once");
            return Err(refuse(state, "tlsCurvePreferences", why));
        }
    }
    let lowest = state.text("tlsMinVersion");
    if tls::versions(lowest).is_none() {
        let why =
            format!("is {lowest:?}, and it must be VersionTLS10, VersionTLS11, VersionTLS12 or VersionTLS13");
        return Err(refuse(state, "tlsMinVersion", why));
    }
    Ok(())
}

fn hostname(own: &Own) -> Checked {
    match own.get("hostname-override") {
        Some(setting) if !text(own, "hostname-override").is_empty() => {
            if text(own, "hostname-override").trim().is_empty() {
                let why = "--hostname-override is only spaces".into();
                return Err(Refusal { why, place: Some(setting.by.clone()) });
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn absent(start: &Start<'_>, path: &str) -> bool {
    start.files.look(&paths::join(start.directory, path)) == Look::Absent
}

fn kubeconfig(start: &Start<'_>, own: &Own) -> Checked {
    let path = text(own, "kubeconfig");
    if !absent(start, path) {
        return Ok(());
    }
    let (name, file) = match text(own, "bootstrap-kubeconfig") {
        "" => ("kubeconfig", path),
        bootstrap if absent(start, bootstrap) => ("bootstrap-kubeconfig", bootstrap),
        _ => return Ok(()),
    };
    let place = own.get(name).map(|setting| setting.by.clone());
    Err(Refusal { why: format!("there is no {file}, which --{name} names"), place })
}

fn authentication(start: &Start<'_>, state: &State, client: bool) -> Checked {
    const CA: &str = "authentication.x509.clientCAFile";
    const MODE: &str = "authorization.mode";
    let no_client = "needs an API server to ask, and there is no --kubeconfig";
    if state.bool("authentication.webhook.enabled") && !client {
        return Err(refuse(state, "authentication.webhook.enabled", no_client));
    }
    let path = state.text(CA);
    if !path.is_empty() {
        let why = match start.files.look(&paths::join(start.directory, path)) {
            Look::Absent => "which is not there",
            Look::Folder => "which is a folder",
            Look::Text(text) if !text.contains("-----BEGIN CERTIFICATE-----") => "which holds no certificate",
            Look::File { certificates: Some(0) } => "which holds no certificate",
            _ => "",
        };
        if !why.is_empty() {
            return Err(refuse(state, CA, format!("is {path:?}, {why}")));
        }
    }
    match state.text(MODE) {
        "AlwaysAllow" => Ok(()),
        "Webhook" if client => Ok(()),
        "Webhook" => Err(refuse(state, MODE, format!("is Webhook, which {no_client}"))),
        "" => Err(refuse(state, MODE, "is empty")),
        mode => Err(refuse(state, MODE, format!("is {mode:?}, and it must be AlwaysAllow or Webhook"))),
    }
}

/// The container runtime is reached, and says which cgroup driver it has.
fn runtime(start: &Start<'_>, state: &mut State, gates: &Gates) -> Checked {
    for path in ["containerRuntimeEndpoint", "imageServiceEndpoint"] {
        if let Some(socket) = state.text(path).strip_prefix("unix://").filter(|socket| !socket.is_empty())
            && start.files.look(socket) == Look::Absent
        {
            return Err(refuse(state, path, format!("names {socket}, which is not there")));
        }
    }
    if let Some(driver) = start.node.cgroup_driver
        && gates.is_on("KubeletCgroupDriverFromCRI")
        && state.text("cgroupDriver") != driver
    {
        state.set(
            "cgroupDriver",
            Node::bare(Value::from(driver)),
            By::Derived("the container runtime's own driver"),
        );
    }
    let limited =
        state.text("memorySwap.swapBehavior") == "LimitedSwap" && start.node.cgroup_v1 == Some(true);
    if limited && gates.is_on("NodeSwap") {
        let why = "is LimitedSwap, and this host has cgroups of version 1";
        return Err(refuse(state, "memorySwap.swapBehavior", why));
    }
    Ok(())
}

/// Signals that thresholds can be set for.
const SIGNALS: [&str; 9] = [
    "memory.available",
    "nodefs.available",
    "nodefs.inodesFree",
    "imagefs.available",
    "imagefs.inodesFree",
    "containerfs.available",
    "containerfs.inodesFree",
    "pid.available",
    "allocatableMemory.available",
];

fn resources(start: &Start<'_>, state: &State, own: &Own) -> Checked {
    if let Some(processors_here) = start.node.processors
        && let Some((_, last)) = processors(state.text("reservedSystemCPUs"))
        && last >= u64::from(processors_here)
    {
        return Err(refuse(
            state,
            "reservedSystemCPUs",
            format!("has {last}, and there is no such processor"),
        ));
    }
    for path in ["kubeReserved", "systemReserved"] {
        for (name, amount) in state.entries(path) {
            if !["cpu", "memory", "ephemeral-storage", "pid"].contains(&name) {
                return Err(refuse(state, path, format!("has {name}, which cannot be reserved")));
            }
            if Quantity::parse(amount).is_none_or(|amount| amount.sign() < 0) {
                return Err(refuse(state, path, format!("has {amount:?} of {name}, which is no amount")));
            }
        }
    }
    if !is_on(own, "experimental-allocatable-ignore-eviction") {
        thresholds(state, "evictionHard")?;
    }
    for (name, share) in state.entries("qosReserved") {
        let percent = share.strip_suffix('%').and_then(|share| share.parse::<i64>().ok());
        if name != "memory" || !percent.is_some_and(|percent| (0..=100).contains(&percent)) {
            return Err(refuse(
                state,
                "qosReserved",
                format!("has {name}={share}, and only memory=N% can be"),
            ));
        }
    }
    Ok(())
}

fn thresholds(state: &State, path: &str) -> Checked {
    // Of thresholds 0% means none, and 0 means nothing; of what is to be reclaimed it is the other way round.
    let reclaim = path == "evictionMinimumReclaim";
    for (signal, amount) in state.entries(path) {
        if !SIGNALS.contains(&signal) {
            return Err(refuse(state, path, format!("has {signal}, which is no signal for evictions")));
        }
        let fits = match amount.strip_suffix('%') {
            Some(share) => share
                .parse::<f64>()
                .is_ok_and(|share| if reclaim { share > 0.0 } else { (0.0..=100.0).contains(&share) }),
            None => Quantity::parse(amount)
                .is_some_and(|amount| amount.sign() > 0 || (reclaim && amount.sign() == 0)),
        };
        if !fits {
            return Err(refuse(state, path, format!("has {amount:?} for {signal}, which is no amount")));
        }
    }
    Ok(())
}

/// The managers of processors, memory and topology.
fn managers(state: &State) -> Checked {
    let options =
        |path: &str, known: &[&str]| match state.entries(path).find(|(name, _)| !known.contains(name)) {
            Some((name, _)) => Err(refuse(state, path, format!("has {name}, which is no option"))),
            None => Ok(()),
        };
    match state.text("cpuManagerPolicy") {
        "none" => options("cpuManagerPolicyOptions", &[])?,
        "static" => {
            options(
                "cpuManagerPolicyOptions",
                &[
                    "align-by-socket",
                    "distribute-cpus-across-cores",
                    "distribute-cpus-across-numa",
                    "full-pcpus-only",
                    "prefer-align-cpus-by-uncorecache",
                    "strict-cpu-reservation",
                ],
            )?;
            let reserved = |path: &str| {
                state.entries(path).any(|(name, amount)| {
                    name == "cpu" && Quantity::parse(amount).is_some_and(|amount| amount.sign() > 0)
                })
            };
            let any = reserved("kubeReserved") || reserved("systemReserved");
            if !any && state.text("reservedSystemCPUs").is_empty() {
                return Err(refuse(state, "cpuManagerPolicy", "is static, and no processor is reserved"));
            }
        }
        policy => {
            return Err(refuse(
                state,
                "cpuManagerPolicy",
                format!("is {policy:?}, and it must be none or static"),
            ));
        }
    }
    match state.text("memoryManagerPolicy") {
        "None" => {}
        "Static" if state.value("reservedMemory").is_some_and(|list| !list.items().is_empty()) => {}
        "Static" => {
            return Err(refuse(state, "memoryManagerPolicy", "is Static, and reservedMemory is not set"));
        }
        policy => {
            return Err(refuse(
                state,
                "memoryManagerPolicy",
                format!("is {policy:?}, and it must be None or Static"),
            ));
        }
    }
    if state.text("topologyManagerPolicy") != "none" {
        options("topologyManagerPolicyOptions", &["max-allowable-numa-nodes", "prefer-closest-numa-nodes"])?;
    }
    Ok(())
}

fn kernel(start: &Start<'_>, state: &State) -> Checked {
    let Some(sysctls) = start.node.sysctls.filter(|_| state.bool("protectKernelDefaults")) else {
        return Ok(());
    };
    for (name, wanted) in KERNEL {
        if let Some(value) = sysctls.get(name).filter(|value| value.trim() != wanted) {
            let why = format!("is true, and {name} is {} where the kubelet wants {wanted}", value.trim());
            return Err(refuse(state, "protectKernelDefaults", why));
        }
    }
    Ok(())
}

/// What is left before the server is started.
fn main(start: &Start<'_>, state: &State, own: &Own) -> Checked {
    let provider = text(own, "cloud-provider");
    let flag = |name: &str, why: String| {
        Err(Refusal { why, place: own.get(name).map(|setting| setting.by.clone()) })
    };
    if !matches!(provider, "" | "external") {
        return flag(
            "cloud-provider",
            format!("--cloud-provider is {provider:?}, and only external is left"),
        );
    }
    for name in ["image-credential-provider-config", "image-credential-provider-bin-dir"] {
        let other = if name.ends_with("dir") {
            "image-credential-provider-config"
        } else {
            "image-credential-provider-bin-dir"
        };
        let path = text(own, name);
        if path.is_empty() && !text(own, other).is_empty() {
            return flag(other, format!("--{other} is given without --{name}"));
        }
        if !path.is_empty() && absent(start, path) {
            return flag(name, format!("there is no {path}, which --{name} names"));
        }
    }
    if state.nanoseconds("syncFrequency") <= 0 {
        return Err(refuse(state, "syncFrequency", "is not more than 0"));
    }
    let oldest = text(own, "minimum-container-ttl-duration");
    if parse_duration(oldest).is_some_and(|age| age < 0) {
        return flag("minimum-container-ttl-duration", "--minimum-container-ttl-duration is negative".into());
    }
    thresholds(state, "evictionHard")?;
    thresholds(state, "evictionSoft")?;
    thresholds(state, "evictionMinimumReclaim")?;
    for (signal, grace) in state.entries("evictionSoftGracePeriod") {
        if parse_duration(grace).is_none_or(|grace| grace < 0) || !SIGNALS.contains(&signal) {
            return Err(refuse(
                state,
                "evictionSoftGracePeriod",
                format!("has {signal}={grace}, which is no time"),
            ));
        }
    }
    for (signal, _) in state.entries("evictionSoft") {
        if !state.entries("evictionSoftGracePeriod").any(|(other, _)| other == signal) {
            return Err(refuse(
                state,
                "evictionSoft",
                format!("has {signal}, and evictionSoftGracePeriod has not"),
            ));
        }
    }
    let size = state.text("containerLogMaxSize");
    if Quantity::parse(size).is_none() {
        return Err(refuse(state, "containerLogMaxSize", format!("is {size:?}, which is no amount")));
    }
    if let Some(name) = state.texts("allowedUnsafeSysctls").find(|name| !is_sysctl(name)) {
        return Err(refuse(
            state,
            "allowedUnsafeSysctls",
            format!("has {name:?}, which names no kernel settings"),
        ));
    }
    Ok(())
}

/// Whether a text is the name of a kernel setting, or a beginning of names with a star behind it.
fn is_sysctl(text: &str) -> bool {
    let part = |part: &str| {
        let edge =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let inside =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        edge(part.as_bytes().first()) && part.bytes().all(inside)
    };
    let name = text.strip_suffix('*').unwrap_or(text);
    let parts: Vec<&str> = name.split(['.', '/']).collect();
    let open = text.ends_with('*');
    text.len() <= 253
        && parts.iter().enumerate().all(|(at, text)| {
            let last = at + 1 == parts.len();
            let ends = text.ends_with(|c: char| c.is_ascii_alphanumeric());
            (last && open && text.is_empty()) || (part(text) && (ends || (last && open)))
        })
}

/// The server, if there is one.
fn serves(start: &Start<'_>, state: &State, certificate: Certificate) -> Result<Certificate, Refusal> {
    let secure = state.bool("enableServer");
    let read_only = state.int("readOnlyPort");
    if secure {
        if certificate == Certificate::Files {
            for path in ["tlsCertFile", "tlsPrivateKeyFile"] {
                if absent(start, state.text(path)) {
                    return Err(refuse(
                        state,
                        path,
                        format!("is {:?}, which is not there", state.text(path)),
                    ));
                }
            }
        }
        let listed = state.texts("tlsCipherSuites").next().is_some();
        let below = tls::versions(state.text("tlsMinVersion")).is_some_and(|versions| versions.len() > 1);
        if listed && below && !tls::serves_http2(state.texts("tlsCipherSuites")) {
            let why = "has neither TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 nor TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, \
                       which HTTP/2 asks for";
            return Err(refuse(state, "tlsCipherSuites", why));
        }
    }
    if secure || read_only > 0 {
        let text = state.text("address");
        let Some(address) = apply::address(text) else {
            return Err(refuse(state, "address", format!("is {text:?}, which is no address")));
        };
        let own = address.is_unspecified() || address.is_loopback();
        if !own && start.node.addresses.is_some_and(|addresses| !addresses.contains(&address)) {
            return Err(refuse(state, "address", format!("is {text}, which is no address of this node")));
        }
    }
    sockets(state)?;
    Ok(certificate)
}

/// No two sockets can be one. That of health is not worth stopping for, but it may stand in the way of the server.
fn sockets(state: &State) -> Checked {
    if !state.bool("enableServer") {
        return Ok(());
    }
    let address = |path: &str| apply::address(state.text(path));
    let everywhere =
        |address: Option<std::net::IpAddr>| address.is_none_or(|address| address.is_unspecified());
    let port = state.int("port");
    for (path, bind) in [("readOnlyPort", "address"), ("healthzPort", "healthzBindAddress")] {
        let (one, other) = (address("address"), address(bind));
        if state.int(path) == port && (one == other || everywhere(one) || everywhere(other)) {
            return Err(refuse(state, path, format!("is {port}, and so is port")));
        }
    }
    Ok(())
}
