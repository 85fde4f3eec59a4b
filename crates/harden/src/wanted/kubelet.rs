//! What is wanted of the kubelet and of kube-proxy.

use ironsides_settings::Component::{KubeProxy, Kubelet};

use super::{Holds, Value, Wanted, tls};
use crate::distribution::Distribution;
use crate::options::Options;
use crate::profile::Profile;

fn field(key: &'static str, value: impl Into<Value>) -> Wanted {
    Wanted::new(Kubelet, key, value)
}

pub(super) fn wanted(options: &Options) -> Vec<Wanted> {
    let mut all = vec![
        field("authentication.anonymous.enabled", false)
            .why("Nobody asks the kubelet anything without credentials.")
            .meets(&["4.2.1"]),
        field("authentication.webhook.enabled", true)
            .why("Tokens are verified by the API server, so that they can be revoked."),
        field("authentication.x509.clientCAFile", client_authority(options.distribution))
            .holds(Holds::AnyValue)
            .why("Client certificates are those of the cluster's CA.")
            .meets(&["4.2.3"]),
        field("authorization.mode", "Webhook")
            .why("The API server's roles decide who may reach pods through the kubelet.")
            .meets(&["4.2.2"]),
        field("readOnlyPort", 0).why("Port 10255 answers anybody, without TLS.").meets(&["4.2.4"]),
        field("rotateCertificates", true)
            .why("The kubelet renews its client certificate before it ends.")
            .meets(&["4.2.10"]),
        field("makeIPTablesUtilChains", true)
            .why("The kubelet keeps the firewall chains that Services and host ports rely on.")
            .meets(&["4.2.6"]),
    ];
    all.extend(tls(Kubelet, "tlsMinVersion", "tlsCipherSuites", options));
    if options.profile >= Profile::CisL1 {
        all.extend(level_one(options));
    }
    if options.profile >= Profile::CisL2 {
        all.extend([
            field("eventRecordQPS", 50)
                .holds(Holds::AtLeast)
                .why("So many events a second are told; fewer would hide what happens on a node. The default, written down.")
                .meets(&["4.2.8"]),
            field("enableProfilingHandler", false)
                .why("/debug/pprof shows how the kubelet is built and lets whoever may read it load the node.")
                .breaks("`kubectl get --raw /api/v1/nodes/NODE/proxy/debug/pprof/…` (404)."),
            field("enableDebugFlagsHandler", false)
                .why("/debug/flags changes how much is logged, from outside.")
                .breaks("changing the kubelet's log level without a restart (404)."),
        ]);
    }
    if options.profile == Profile::Paranoid {
        all.push(
            field("enableSystemLogHandler", false)
                .why("/logs serves the files of the node's /var/log to whoever may proxy to nodes.")
                .breaks("reading the node's log files through the API server (404)."),
        );
    }
    // k3s and Talos run kube-proxy by other means: k3s within itself, Talos from its own manifest.
    if matches!(options.distribution, Distribution::Kubeadm | Distribution::Kubespray) {
        all.push(
            Wanted::new(KubeProxy, "metricsBindAddress", "127.0.0.1:10249")
                .why("Metrics of kube-proxy are for its own host.")
                .meets(&["4.3.1"])
                .breaks("collectors of metrics that reach it over the network."),
        );
    }
    all
}

fn level_one(options: &Options) -> Vec<Wanted> {
    let bootstrap = field("serverTLSBootstrap", true)
        .why("The kubelet asks for a serving certificate of the cluster's CA, which the API server can verify, and renews it.")
        .meets(&["4.2.9", "4.2.11"]);
    let bootstrap = match options.distribution {
        // They sign the kubelets' serving certificates themselves.
        Distribution::K3s | Distribution::Rke2 => None,
        Distribution::Talos => Some(bootstrap.breaks(
            "`talosctl` and `kubectl logs` until the certificate is approved: run kubelet-serving-cert-approver.",
        )),
        Distribution::Kubeadm | Distribution::Kubespray => Some(bootstrap.breaks(
            "`kubectl logs`, `exec` and metrics-server until the certificate is approved, once per node \
             (`kubectl get csr`), see README.md.",
        )),
    };
    let pids = if options.profile == Profile::Paranoid { 1024 } else { 4096 };
    let mut all: Vec<Wanted> = bootstrap.into_iter().collect();
    all.extend([
        field("streamingConnectionIdleTimeout", "5m0s")
            .holds(Holds::AtMost)
            .why("A shell that somebody left open in a container closes after five idle minutes, not four hours.")
            .meets(&["4.2.5"])
            .breaks("`kubectl exec`, `attach` and `port-forward` that stay silent longer."),
        field("podPidsLimit", pids)
            .holds(Holds::AtMost)
            .why("No pod takes all process ids of its node.")
            .meets(&["4.2.13"])
            .breaks("pods with more processes and threads: \"Resource temporarily unavailable\" when they start one."),
        field("seccompDefault", true)
            .why("Containers that say nothing run under the runtime's seccomp profile instead of none.")
            .meets(&["4.2.14", "5.6.2"])
            .breaks("programs that need unusual system calls: EPERM; give such a pod a seccompProfile of its own."),
        field("protectKernelDefaults", true)
            .why("The kubelet refuses to run on a kernel whose settings were changed, and changes none itself.")
            .breaks("a kubelet on a node without sysctl.d/90-kubelet.conf: it does not start, and names the setting."),
    ]);
    all
}

/// The CA of clients, where the kubelet has it.
fn client_authority(distribution: Distribution) -> &'static str {
    match distribution {
        Distribution::Kubeadm | Distribution::Talos => "/etc/kubernetes/pki/ca.crt",
        Distribution::Kubespray => "/etc/kubernetes/ssl/ca.crt",
        Distribution::K3s => "/var/lib/rancher/k3s/agent/client-ca.crt",
        Distribution::Rke2 => "/var/lib/rancher/rke2/agent/client-ca.crt",
    }
}
