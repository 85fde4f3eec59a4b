//! Kernel settings. Those that end at the pod are allowed, and more become so.

use crate::facts::{PodFacts, pick};
use crate::violation::Fault;

/// Every allowed setting and the version that first allowed it. Names are compared to the letter.
const ALLOWED: [(&str, u64); 14] = [
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
    ("net.ipv4.tcp_notsent_lowat", 37),
];

pub(crate) fn since_0<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    sysctls(facts, 0)
}

pub(crate) fn since_27<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    sysctls(facts, 27)
}

pub(crate) fn since_29<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    sysctls(facts, 29)
}

pub(crate) fn since_32<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    sysctls(facts, 32)
}

pub(crate) fn since_37<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    sysctls(facts, 37)
}

fn sysctls<'a>(facts: &PodFacts<'a>, minor: u64) -> Option<Fault<'a>> {
    let allowed = |name: &str| ALLOWED.iter().any(|(known, since)| *known == name && *since <= minor);
    let bad = || facts.sysctls.iter().filter(|sysctl| !allowed(sysctl.name));
    bad().next()?;
    let list = facts.pod.security("sysctls");
    Some(Fault {
        reason: "forbidden sysctls",
        // In written order, and as often as written.
        detail: bad().map(|sysctl| sysctl.name).collect::<Vec<_>>().join(", "),
        places: pick(&list, bad().map(|sysctl| (sysctl.index, "name")))
            .map(|(at, field)| at.get(field))
            .collect(),
    })
}
