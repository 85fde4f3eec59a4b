//! What one kubelet's settings cost: `cargo bench -p ironsides-settings`.

use divan::Bencher;
use ironsides_settings::kubelet::of_process;
use ironsides_settings::{File, FileKind, Host, Process};

fn main() {
    divan::main();
}

/// A kubelet as kubeadm starts it, with two drop-ins and a few flags.
fn node() -> Host {
    let text = |text: &str| {
        let head = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
        File { content: Some(format!("{head}{text}")), ..File::default() }
    };
    let mut host = Host::new("node-1");
    let file = "authentication: {anonymous: {enabled: false}, webhook: {cacheTTL: 0s, enabled: true}}\n\
                authorization: {mode: Webhook, webhook: {cacheAuthorizedTTL: 0s, cacheUnauthorizedTTL: 0s}}\n\
                cgroupDriver: systemd\nclusterDNS: [10.96.0.10]\nclusterDomain: cluster.local\n\
                fileCheckFrequency: 0s\nhealthzBindAddress: 127.0.0.1\nhealthzPort: 10248\n\
                memorySwap: {}\nnodeStatusReportFrequency: 0s\nrotateCertificates: true\n\
                staticPodPath: /etc/kubernetes/manifests\nstreamingConnectionIdleTimeout: 0s\n";
    host.files.insert("/var/lib/kubelet/config.yaml".into(), text(file));
    let entries = Some(vec!["10-pods.conf".to_owned(), "20-tls.conf".to_owned()]);
    let folder = File { kind: FileKind::Directory, entries, ..File::default() };
    host.files.insert("/etc/kubernetes/kubelet.conf.d".into(), folder);
    let pods = text("maxPods: 250\nkubeReserved: {cpu: 100m, memory: 1Gi}\n");
    host.files.insert("/etc/kubernetes/kubelet.conf.d/10-pods.conf".into(), pods);
    let tls = text("tlsMinVersion: VersionTLS13\nfeatureGates: {RotateKubeletServerCertificate: true}\n");
    host.files.insert("/etc/kubernetes/kubelet.conf.d/20-tls.conf".into(), tls);
    let arguments = [
        "/usr/bin/kubelet",
        "--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf",
        "--kubeconfig=/etc/kubernetes/kubelet.conf",
        "--config=/var/lib/kubelet/config.yaml",
        "--config-dir=/etc/kubernetes/kubelet.conf.d",
        "--node-ip=192.0.2.7",
        "--protect-kernel-defaults",
    ];
    let arguments = arguments.map(str::to_owned).into();
    host.processes.push(Process { pid: 7, program: "kubelet".into(), arguments, ..Process::default() });
    host
}

#[divan::bench]
fn one_kubelet(bencher: Bencher) {
    let host = node();
    bencher.bench_local(|| of_process(&host, &host.processes[0], 36));
}
