//! An entity that is the whole world.

use ironsides_core::Inventory;
use ironsides_network::Direction;
use ironsides_network::kinds::cilium::Entity;

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-entity-everyone",
        title: "Cilium policy lets the whole world in or out",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_entity_everyone.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    for rule in read.specs.iter().flat_map(|spec| &spec.rules).filter(|rule| !rule.deny) {
        let wide = |entity: &&Entity| {
            matches!(entity, Entity::All | Entity::World | Entity::WorldIpv4 | Entity::WorldIpv6)
        };
        let Some(entity) = rule.peers.entities.iter().flatten().find(wide) else { continue };
        let ports = rule.ports.as_ref().is_some_and(|ports| !ports.is_empty());
        let is_ingress = rule.direction == Direction::Ingress;
        // Ports to the world are what most egress is for.
        if !is_ingress && ports && *entity != Entity::All {
            continue;
        }
        fine = false;
        let (field, word) = (if is_ingress { "fromEntities" } else { "toEntities" }, entity.word());
        let who = if *entity == Entity::All {
            "everyone, pods and nodes among them"
        } else {
            "every address outside the cluster"
        };
        let does = if is_ingress { "is let in" } else { "can be reached" };
        let message = format!("{field} has {word}: {who}, {does}");
        let finding = out.fail(&at(policy, &format!("{}.{field}", rule.place.path)), message);
        if ports || !is_ingress {
            finding.severity(Severity::Low);
        }
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
