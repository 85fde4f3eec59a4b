//! Kernel settings.

use std::collections::BTreeMap;

use crate::procfs::Proc;

/// Settings of the kernel as a whole: what the kubelet wants with `protectKernelDefaults`
/// (<https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/>), and what hardening guides name.
const OF_KERNEL: [&str; 26] = [
    "fs.protected_fifos",
    "fs.protected_hardlinks",
    "fs.protected_regular",
    "fs.protected_symlinks",
    "fs.suid_dumpable",
    "kernel.core_pattern",
    "kernel.dmesg_restrict",
    "kernel.kexec_load_disabled",
    "kernel.keys.root_maxbytes",
    "kernel.keys.root_maxkeys",
    "kernel.kptr_restrict",
    "kernel.modules_disabled",
    "kernel.panic",
    "kernel.panic_on_oops",
    "kernel.perf_event_paranoid",
    "kernel.pid_max",
    "kernel.randomize_va_space",
    "kernel.sysrq",
    "kernel.unprivileged_bpf_disabled",
    "kernel.unprivileged_userns_clone",
    "kernel.yama.ptrace_scope",
    "user.max_user_namespaces",
    "vm.max_map_count",
    "vm.overcommit_memory",
    "vm.panic_on_oom",
    "vm.swappiness",
];

/// Settings that every network namespace has of its own.
const OF_NETWORK: [&str; 19] = [
    "net.bridge.bridge-nf-call-ip6tables",
    "net.bridge.bridge-nf-call-iptables",
    "net.core.bpf_jit_harden",
    "net.ipv4.conf.all.accept_redirects",
    "net.ipv4.conf.all.accept_source_route",
    "net.ipv4.conf.all.log_martians",
    "net.ipv4.conf.all.route_localnet",
    "net.ipv4.conf.all.rp_filter",
    "net.ipv4.conf.all.secure_redirects",
    "net.ipv4.conf.all.send_redirects",
    "net.ipv4.conf.default.accept_redirects",
    "net.ipv4.conf.default.rp_filter",
    "net.ipv4.icmp_echo_ignore_broadcasts",
    "net.ipv4.ip_forward",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv6.conf.all.accept_ra",
    "net.ipv6.conf.all.accept_redirects",
    "net.ipv6.conf.all.forwarding",
];

/// The settings that the kernel has. Those of the network are those of the program that asks, so they are left out where
/// that is in another network namespace than the host.
pub(crate) fn read(proc: &Proc, of_network: bool) -> BTreeMap<String, String> {
    let network = OF_NETWORK.iter().filter(|_| of_network);
    let value = |name: &&str| {
        let text = proc.text(&format!("sys/{}", name.replace('.', "/"))).ok()?;
        Some(((*name).to_owned(), text.trim().replace('\t', " ")))
    };
    OF_KERNEL.iter().chain(network).filter_map(value).collect()
}
