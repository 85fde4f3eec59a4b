//! Laws that hold whatever the policies say: worlds are changed in ways that must not matter, or matter in one direction alone.

use ironsides_network::kinds::calico::{Action, CalicoPolicy, Rule as CalicoRule};
use ironsides_network::kinds::cilium::{Cidr, DefaultDeny, Entity, Peers, Rule, Spec};
use ironsides_network::{Direction, Flow, Lowered, Verdict};
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::calico;
use crate::cilium;
use crate::cilium::random::told;
use crate::draw::{Choices, numbers};
use crate::world::World;

type Law = (&'static str, fn(&mut World));

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn laws_hold_under_cilium(bytes in proptest::collection::vec(any::<u8>(), 420)) {
        let mut drawn = cilium::random::Drawn::of(&mut Choices(bytes.iter()));
        let (ends, mut next) = (drawn.ends(), numbers(&bytes));
        let flows: Vec<Flow> = (0..25)
            .map(|_| Flow {
                from: ends[next(ends.len())],
                to: ends[next(ends.len())],
                traffic: cilium::random::TRAFFIC[next(cilium::random::TRAFFIC.len())],
            })
            .collect();
        let whole = drawn.world.clone();
        let before = answers(&drawn.lower(), &flows);
        for (laws, same) in [(CILIUM, true), (CILIUM_OPENS, false)] {
            for (law, change) in laws {
                drawn.world = whole.clone();
                change(&mut drawn.world);
                compare(law, same, &flows, &before, &answers(&drawn.lower(), &flows), &drawn.text);
            }
        }
    }

    #[test]
    fn laws_hold_under_calico(bytes in proptest::collection::vec(any::<u8>(), 420)) {
        let mut drawn = calico::random::Drawn::of(&mut Choices(bytes.iter()));
        let (ends, mut next) = (drawn.ends(), numbers(&bytes));
        let flows: Vec<Flow> = (0..25)
            .map(|_| Flow {
                from: ends[next(ends.len())],
                to: ends[next(ends.len())],
                traffic: calico::random::TRAFFIC[next(calico::random::TRAFFIC.len())],
            })
            .collect();
        let whole = drawn.world.clone();
        let before = answers(&drawn.lower(), &flows);
        for (laws, same) in [(CALICO, true), (CALICO_OPENS, false)] {
            for (law, change) in laws {
                drawn.world = whole.clone();
                change(&mut drawn.world);
                compare(law, same, &flows, &before, &answers(&drawn.lower(), &flows), &drawn.text);
            }
        }
    }
}

/// What comes out at each end.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    Deny,
    Depends,
    Broken,
    /// Which requests and which names pass.
    Open(Vec<bool>),
}

fn answers(lowered: &Lowered, flows: &[Flow]) -> Vec<[Answer; 2]> {
    let answer = |verdict: &Verdict| match verdict {
        Verdict::Deny => Answer::Deny,
        Verdict::Depends(_) => Answer::Depends,
        Verdict::Broken => Answer::Broken,
        Verdict::Allow | Verdict::Limited(_) => {
            let (requests, names) = told(lowered, verdict);
            Answer::Open(requests.into_iter().chain(names).collect())
        }
    };
    let of = |flow: &Flow| {
        let both = lowered.answer(*flow).unwrap();
        [answer(&both.egress.verdict), answer(&both.ingress.verdict)]
    };
    flows.iter().map(of).collect()
}

fn compare(law: &str, same: bool, flows: &[Flow], before: &[[Answer; 2]], after: &[[Answer; 2]], text: &str) {
    for ((flow, before), after) in flows.iter().zip(before).zip(after) {
        for (before, after) in before.iter().zip(after) {
            let holds = match (before, after) {
                _ if same => before == after,
                (Answer::Open(before), Answer::Open(after)) => before.iter().zip(after).all(|(a, b)| a <= b),
                (Answer::Open(_), Answer::Deny | Answer::Depends) | (Answer::Depends, Answer::Deny) => false,
                _ => true,
            };
            assert!(holds, "{law}: {flow:?} was {before:?}, is {after:?} in\n{text}");
        }
    }
}

fn specs(world: &mut World) -> impl Iterator<Item = &mut Spec> {
    world.policies.cilium.iter_mut().flat_map(|policy| &mut policy.specs)
}

/// Changes under Cilium that change nothing.
const CILIUM: &[Law] = &[
    ("the order of documents does not matter", |world| {
        world.policies.cilium.reverse();
        world.policies.network.reverse();
        world.policies.cluster.reverse();
    }),
    ("the order of rules, peers and ports does not matter", |world| {
        for spec in specs(world) {
            spec.rules.reverse();
            for rule in &mut spec.rules {
                for ports in rule.ports.iter_mut().flatten() {
                    ports.ports.iter_mut().for_each(|ports| ports.reverse());
                }
                rule.ports.iter_mut().for_each(|ports| ports.reverse());
                let Peers { endpoints, cidr, cidr_set, entities, services, fqdns, .. } = &mut rule.peers;
                if let Some(list) = endpoints {
                    list.reverse();
                }
                if let Some(list) = cidr {
                    list.reverse();
                }
                if let Some(list) = cidr_set {
                    list.reverse();
                }
                if let Some(list) = entities {
                    list.reverse();
                }
                if let Some(list) = services {
                    list.reverse();
                }
                if let Some(list) = fqdns {
                    list.reverse();
                }
            }
        }
    }),
    ("policies may stand twice", |world| {
        let again = world.policies.cilium.clone();
        world.policies.cilium.extend(again);
    }),
    ("a policy is as good as one for each of its rules", |world| {
        for policy in &mut world.policies.cilium {
            policy.specs = policy.specs.iter().flat_map(parts).collect();
        }
    }),
    ("a block is its two halves", |world| {
        for rule in specs(world).flat_map(|spec| &mut spec.rules) {
            if let Some(blocks) = &mut rule.peers.cidr {
                *blocks = blocks.iter().flat_map(halves).collect();
            }
        }
    }),
    ("nobody more is nobody", |world| {
        for rule in specs(world).flat_map(|spec| &mut spec.rules) {
            rule.peers
                .entities
                .iter_mut()
                .filter(|list| !list.is_empty())
                .for_each(|list| list.push(Entity::None));
        }
    }),
];

fn parts(spec: &Spec) -> Vec<Spec> {
    let closes = |direction| Some(spec.denies_by_default(direction));
    let default_deny = DefaultDeny { ingress: closes(Direction::Ingress), egress: closes(Direction::Egress) };
    let alone = |rule: &Rule| Spec { rules: vec![rule.clone()], default_deny, ..spec.clone() };
    spec.rules.iter().map(alone).collect()
}

/// The halves of a block; the block of everything means more than they do, and an address has none.
fn halves(cidr: &Cidr) -> Vec<Cidr> {
    let whole = cidr.block.filter(|block| block.prefix_len() > 0);
    match whole.map(|block| block.subnets(block.prefix_len() + 1)) {
        Some(Ok(halves)) => halves.map(|half| Cidr { block: Some(half), ..cidr.clone() }).collect(),
        _ => vec![cidr.clone()],
    }
}

/// Changes under Cilium after which nothing is shut that was open.
const CILIUM_OPENS: &[Law] = &[
    ("denials of nobody open", |world| {
        for rule in specs(world).flat_map(|spec| &mut spec.rules).filter(|rule| rule.deny) {
            rule.peers = Peers { entities: Some(vec![Entity::None]), ..Peers::default() };
        }
    }),
    ("an exception less opens", |world| {
        for rule in specs(world).flat_map(|spec| &mut spec.rules).filter(|rule| !rule.deny) {
            for set in rule.peers.cidr_set.iter_mut().flatten() {
                set.except.pop();
            }
        }
    }),
    ("everyone more opens", |world| {
        for rule in specs(world).flat_map(|spec| &mut spec.rules).filter(|rule| !rule.deny) {
            let entities = rule.peers.entities.iter_mut().filter(|list| !list.is_empty());
            entities.for_each(|list| list.push(Entity::All));
        }
    }),
    ("a policy that closes nothing opens", |world| {
        for spec in specs(world) {
            spec.default_deny = DefaultDeny { ingress: Some(false), egress: Some(false) };
        }
    }),
];

fn order(policy: &mut CalicoPolicy) {
    policy.order = policy.order.map(|order| 1000.0 + (order - 1000.0) * 3.0);
}

fn rules(policy: &mut CalicoPolicy) -> impl Iterator<Item = &mut Vec<CalicoRule>> {
    [&mut policy.ingress, &mut policy.egress].into_iter().flatten()
}

/// Changes under Calico that change nothing.
const CALICO: &[Law] = &[
    ("the order of documents does not matter", |world| {
        world.policies.calico.policies.reverse();
        world.policies.calico.tiers.reverse();
        world.policies.network.reverse();
        world.policies.cluster.reverse();
    }),
    ("orders count by their order alone", |world| {
        world.policies.calico.policies.iter_mut().for_each(order);
    }),
    ("a log in front of each rule decides nothing", |world| {
        for policy in &mut world.policies.calico.policies {
            for rules in rules(policy) {
                let with_log =
                    |rule: &CalicoRule| [CalicoRule { action: Action::Log, ..rule.clone() }, rule.clone()];
                *rules = rules.iter().flat_map(with_log).collect();
            }
        }
    }),
    ("a rule may stand twice in a row", |world| {
        for policy in &mut world.policies.calico.policies {
            for rules in rules(policy) {
                *rules = rules.iter().flat_map(|rule| [rule.clone(), rule.clone()]).collect();
            }
        }
    }),
    ("staged policies do nothing", |world| {
        let staged = world
            .policies
            .calico
            .policies
            .iter()
            .map(|policy| CalicoPolicy { staged: true, ..policy.clone() });
        let staged: Vec<CalicoPolicy> = staged.collect();
        world.policies.calico.policies.extend(staged);
    }),
    ("blocks are their two halves", |world| {
        for policy in &mut world.policies.calico.policies {
            for rule in rules(policy).flatten() {
                for nets in [&mut rule.source.nets, &mut rule.destination.nets].into_iter().flatten() {
                    let halves = |net: &ipnet::IpNet| match net.trunc().subnets(net.prefix_len() + 1) {
                        Ok(halves) => halves.collect(),
                        Err(_) => vec![*net],
                    };
                    *nets = nets.iter().flat_map(halves).collect();
                }
            }
        }
    }),
];

/// Changes under Calico after which nothing is shut that was open.
const CALICO_OPENS: &[Law] = &[("what is allowed in front of all opens", |world| {
    let more = World::read(
        "{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: front}, spec: {order: -1}}\n---\n\
             {apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: front}, spec: {tier: front, \
             selector: all(), types: [Ingress, Egress], ingress: [{action: Allow}], egress: [{action: Allow}]}}",
    );
    world.policies.calico.tiers.extend(more.policies.calico.tiers);
    world.policies.calico.policies.extend(more.policies.calico.policies);
})];
