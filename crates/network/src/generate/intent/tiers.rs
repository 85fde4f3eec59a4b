//! The common pattern of an application: a frontend calls an API, that its database. It is read out of names alone, and only
//! where nothing better says what a workload calls.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_tree::Text;

use super::Finder;
use crate::flow::Who;
use crate::generate::{Caller, NoteKind};
use crate::port::Traffic;

const FRONT: [&str; 4] = ["frontend", "web", "ui", "webapp"];
const BACK: [&str; 3] = ["api", "backend", "server"];
const STORE: [&str; 11] = [
    "db",
    "database",
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "mongo",
    "mongodb",
    "redis",
    "cache",
    "store",
];

/// The labels whose values name a tier.
const KEYS: [&str; 5] = ["app.kubernetes.io/component", "tier", "component", "app.kubernetes.io/name", "app"];

impl Finder<'_> {
    /// Adds what the names of tiers suggest, for workloads of which nothing else says whom they call.
    pub(super) fn tiers(&mut self) {
        let mut tiers: BTreeMap<(Text, usize), BTreeMap<Text, Vec<u32>>> = BTreeMap::new();
        for (at, pod) in (0..).zip(&self.cluster.pods) {
            let values = KEYS.iter().filter_map(|key| pod.labels.get(*key)).chain([&pod.workload]);
            let tier = values.into_iter().find_map(|value| {
                let lists: [&[&str]; 3] = [&FRONT, &BACK, &STORE];
                lists.iter().position(|list| list.contains(&value.as_str()))
            });
            if let Some(tier) = tier {
                let key = (pod.namespace.clone(), tier);
                tiers.entry(key).or_default().entry(pod.workload.clone()).or_default().push(at);
            }
        }
        let callers: BTreeSet<Who> = self
            .found
            .iter()
            .filter_map(|intent| if let Caller::Who(who) = &intent.from { Some(who.clone()) } else { None })
            .collect();
        let mut guessed = Vec::new();
        for ((namespace, tier), workloads) in &tiers {
            // A frontend calls a database only where there is nothing between.
            let below = [1, 2]
                .into_iter()
                .map(|step| tier + step)
                .find_map(|next| tiers.get(&(namespace.clone(), next)));
            let Some(below) = below.filter(|_| *tier < 2) else { continue };
            for (caller, pods) in workloads {
                if callers.contains(&Who::Pods(pods.clone())) {
                    continue;
                }
                for (callee, called) in below {
                    for port in self.listened(called) {
                        guessed.push((
                            pods.clone(),
                            called.clone(),
                            port,
                            format!("{namespace}/{caller}"),
                            callee.clone(),
                        ));
                    }
                }
            }
        }
        for (pods, called, traffic, caller, callee) in guessed {
            let why = format!("the names of {caller} and {callee}");
            self.note(
                NoteKind::Assumed,
                format!("{caller} calls {callee} on port {}, to judge by their names", traffic.port),
            );
            self.add(Caller::Who(Who::Pods(pods)), Who::Pods(called), traffic, &why);
        }
    }

    /// The ports on which pods listen: those that services lead to, or those that they declare.
    fn listened(&self, pods: &[u32]) -> BTreeSet<Traffic> {
        let mut found = BTreeSet::new();
        for service in &self.cluster.services {
            for port in &service.ports {
                let traffic = Traffic { protocol: port.protocol, port: port.port };
                for (who, traffic) in self.behind(service, traffic) {
                    if matches!(&who, Who::Pods(behind) if behind.iter().any(|pod| pods.contains(pod))) {
                        found.insert(traffic);
                    }
                }
            }
        }
        if found.is_empty() {
            let declared = pods.iter().filter_map(|&at| self.cluster.pods.get(at as usize));
            let ports = declared.flat_map(|pod| &pod.ports);
            let is_metrics = |name: &Text| name.contains("metrics");
            let ports = ports.filter(|port| !port.name.as_ref().is_some_and(is_metrics));
            found.extend(ports.map(|port| Traffic { protocol: port.protocol, port: port.number }));
        }
        found
    }
}
