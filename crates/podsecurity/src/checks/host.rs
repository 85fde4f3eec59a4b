//! What a pod shares with its node: namespaces, ports, and hosts that probes are sent to.

use std::collections::BTreeSet;

use super::setters::{containers, named};
use crate::facts::{PodFacts, pick};
use crate::violation::Fault;
use crate::wording::{counted_set, plural, quoted};

pub(crate) fn namespaces<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let fields = [
        (facts.host_network, "hostNetwork", "hostNetwork=true"),
        (facts.host_pid, "hostPID", "hostPID=true"),
        (facts.host_ipc, "hostIPC", "hostIPC=true"),
    ];
    if fields.iter().all(|(shared, ..)| !shared) {
        return None;
    }
    let shared = || fields.iter().filter(|(shared, ..)| *shared);
    Some(Fault {
        reason: "host namespaces",
        detail: shared().map(|(.., words)| *words).collect::<Vec<_>>().join(", "),
        places: shared().map(|(_, field, _)| facts.pod.spec().get(field)).collect(),
    })
}

pub(crate) fn ports<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let bad = containers(facts, |container| !container.host_ports.is_empty());
    if bad.is_empty() {
        return None;
    }
    let taken =
        || bad.iter().flat_map(|container| container.host_ports.iter().map(move |port| (container, port)));
    // Sorted as texts: 443 stands before 53.
    let numbers: BTreeSet<String> = taken().map(|(_, port)| port.number.to_string()).collect();
    let places = bad.iter().flat_map(|container| {
        let ports = container.host_ports.iter().map(|port| (port.index, port.field));
        pick(&container.view.at.get("ports"), ports).map(|(port, field)| port.get(field))
    });
    Some(Fault {
        reason: "hostPort",
        detail: format!(
            "{} {} {} {}",
            named(&bad),
            plural(bad.len(), "uses", "use"),
            plural(numbers.len(), "hostPort", "hostPorts"),
            numbers.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
        ),
        places: places.collect(),
    })
}

/// Alone among the checks, this one sorts the containers and names each once.
pub(crate) fn probes<'a>(facts: &PodFacts<'a>) -> Option<Fault<'a>> {
    let bad = containers(facts, |container| !container.hosts.is_empty());
    if bad.is_empty() {
        return None;
    }
    let names: BTreeSet<&str> = bad.iter().map(|container| container.name).collect();
    let found = || bad.iter().flat_map(|container| container.hosts.iter().map(move |host| (container, host)));
    let hosts: BTreeSet<&str> = found().map(|(_, host)| host.name).collect();
    Some(Fault {
        reason: "probe or lifecycle host",
        detail: format!(
            "{} {} {} {}",
            counted_set(&names, "container", "containers"),
            plural(names.len(), "uses", "use"),
            plural(hosts.len(), "probe or lifecycle host", "probe or lifecycle hosts"),
            quoted(hosts),
        ),
        places: found().map(|(container, host)| container.view.at.at(host.at)).collect(),
    })
}
