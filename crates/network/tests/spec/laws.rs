//! Laws that hold whatever the policies say: worlds are changed in ways that must not matter, or matter in one direction alone.

use ipnet::IpNet;
use ironsides_network::kinds::cluster_network_policy::{
    Action, ClusterNetworkPolicy, Peer, Rule, Subject, Tier, Who,
};
use ironsides_network::kinds::network_policy::{self, IpBlock};
use ironsides_network::kinds::selector::{Asked, Selector};
use ironsides_network::profile::lower_again;
use ironsides_network::{Direction, Endpoint, Flow, Lowered, Options, Place, Profile, Verdict};
use ironsides_tree::Text;
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::draw::Choices;
use crate::random::{TRAFFIC, draw, endpoint};
use crate::world::World;

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn laws_hold(bytes in proptest::collection::vec(any::<u8>(), 360)) {
        let mut choices = Choices(bytes.iter());
        let (world, text, dual) = draw(&mut choices);
        let mut draws = bytes.iter().rev().cycle().zip(1_usize..);
        let mut next = move |count: usize| {
            let (byte, at) = draws.next().unwrap();
            (usize::from(*byte) + at) % count
        };
        let flows: Vec<Flow> = (0..25)
            .map(|_| Flow {
                from: endpoint(&world, &mut next, dual),
                to: endpoint(&world, &mut next, dual),
                traffic: TRAFFIC[next(TRAFFIC.len())],
            })
            .collect();
        let before = answers(&world.spec(), &flows);
        for (law, change) in SAME {
            let mut changed = world.clone();
            change(&mut changed);
            let after = answers(&changed.spec(), &flows);
            for ((flow, before), after) in flows.iter().zip(&before).zip(&after) {
                assert_eq!(before, after, "{law}: {flow:?} in\n{text}");
            }
        }
        // From a world without its first policies, or with all of them, to the other, views are kept where they can be.
        let mut fewer = world.clone();
        fewer.policies.network.truncate(1);
        fewer.policies.cluster.pop();
        for (old, new) in [(&world, &fewer), (&fewer, &world)] {
            let options = Options::of(Profile::Spec);
            let kept = lower_again(&old.spec(), &new.cluster, &new.policies, &options);
            let (kept, made) = (answers(&kept, &flows), answers(&new.spec(), &flows));
            for ((flow, kept), made) in flows.iter().zip(&kept).zip(&made) {
                assert_eq!(kept, made, "kept views: {flow:?} in\n{text}");
            }
        }
        for (law, change) in MORE {
            let mut changed = world.clone();
            change(&mut changed);
            let after = answers(&changed.spec(), &flows);
            for ((flow, before), after) in flows.iter().zip(&before).zip(&after) {
                assert!(before <= after, "{law}: {flow:?} was {before:?}, is {after:?} in\n{text}");
            }
        }
    }
}

/// What comes out, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    Deny,
    Depends,
    Allow,
}

/// Both ends of each flow.
fn answers(lowered: &Lowered, flows: &[Flow]) -> Vec<[Answer; 2]> {
    let answer = |verdict: &Verdict| match verdict {
        Verdict::Allow => Answer::Allow,
        Verdict::Deny => Answer::Deny,
        _ => Answer::Depends,
    };
    let of = |flow: &Flow| {
        let both = lowered.answer(*flow).unwrap();
        [answer(&both.egress.verdict), answer(&both.ingress.verdict)]
    };
    flows.iter().map(of).collect()
}

type Law = (&'static str, fn(&mut World));

/// Changes that change nothing.
const SAME: &[Law] = &[
    ("the order of documents does not matter", |world| {
        world.policies.network.reverse();
        world.policies.cluster.reverse();
    }),
    ("the order of a NetworkPolicy's rules, peers and ports does not matter", |world| {
        for rules in each_list(world) {
            rules.reverse();
            for rule in rules {
                rule.peers.reverse();
                rule.ports.reverse();
            }
        }
    }),
    ("a NetworkPolicy is as good as one for each of its rules", |world| {
        let whole = std::mem::take(&mut world.policies.network);
        for policy in whole {
            let types = Direction::ALL.into_iter().filter(|direction| policy.isolates(*direction)).collect();
            let mut shut = policy.clone();
            (shut.policy_types, shut.ingress, shut.egress) = (Some(types), None, None);
            for direction in Direction::ALL {
                for rule in policy.rules(direction) {
                    let mut part = shut.clone();
                    let rules = Some(vec![rule.clone()]);
                    if direction == Direction::Ingress {
                        part.ingress = rules;
                    } else {
                        part.egress = rules;
                    }
                    world.policies.network.push(part);
                }
            }
            world.policies.network.push(shut);
        }
    }),
    ("policies may stand twice", |world| {
        let (network, cluster) = (world.policies.network.clone(), world.policies.cluster.clone());
        world.policies.network.extend(network);
        world.policies.cluster.extend(cluster);
    }),
    ("what the API server refuses does not exist", |world| {
        let mut refused = World::read(
            "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: r, namespace: a}, spec: {ingress: [{from: [{}]}]}}\n---\n\
             {apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: r}, spec: {tier: Admin, priority: -1, \
             subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}}",
        );
        world.policies.network.append(&mut refused.policies.network);
        world.policies.cluster.append(&mut refused.policies.cluster);
    }),
    ("priorities count by their order alone", |world| {
        for policy in &mut world.policies.cluster {
            policy.priority = policy.priority * 300 + 7;
        }
    }),
    ("labels may have other names", |world| {
        let rename = |text: &mut Text| *text = Text::from(format!("other-{text}"));
        let labels = |labels: &mut ironsides_network::cluster::Labels| {
            *labels = std::mem::take(labels)
                .into_iter()
                .map(|(mut key, mut value)| {
                    rename(&mut key);
                    rename(&mut value);
                    (key, value)
                })
                .collect();
        };
        world.cluster.pods.iter_mut().for_each(|pod| labels(&mut pod.labels));
        world.cluster.nodes.iter_mut().for_each(|node| labels(&mut node.labels));
        world.cluster.namespaces.values_mut().for_each(|namespace| labels(&mut namespace.labels));
        for selector in each_selector(world) {
            for requirement in &mut selector.0 {
                rename(&mut requirement.key);
                if let Asked::In(values) | Asked::NotIn(values) = &mut requirement.operator {
                    values.iter_mut().for_each(rename);
                }
            }
        }
    }),
    ("a block is its two halves", |world| {
        for rules in each_list(world) {
            for rule in rules {
                rule.peers = std::mem::take(&mut rule.peers).into_iter().flat_map(halves).collect();
            }
        }
        for rule in world.policies.cluster.iter_mut().flat_map(|policy| &mut policy.rules) {
            for peer in &mut rule.peers {
                if let Who::Networks(networks) = &mut peer.who {
                    *networks = networks.iter().flat_map(|net| parts(*net)).collect();
                }
            }
        }
    }),
    ("a Pass behind the last rule of a tier changes nothing", |world| {
        for tier in [Tier::Admin, Tier::Baseline] {
            world.policies.cluster.push(everyone(tier, Action::Pass, 1000));
        }
    }),
    ("Accept behind Baseline is the default", |world| {
        world.policies.cluster.push(everyone(Tier::Baseline, Action::Accept, 1000));
    }),
];

/// Changes after which nothing is shut that was open.
const MORE: &[Law] = &[
    ("another rule of a NetworkPolicy shuts nothing", |world| {
        let place = Place::default();
        for policy in &mut world.policies.network {
            // A rule for what goes out makes a policy without policyTypes shut the rest of it.
            let types = Direction::ALL.into_iter().filter(|direction| policy.isolates(*direction)).collect();
            policy.policy_types = Some(types);
            let selector = Some(Selector::default());
            let peer = network_policy::Peer {
                place: place.clone(),
                pod_selector: selector,
                namespace_selector: None,
                ip_block: None,
            };
            let rule = network_policy::Rule { place: place.clone(), peers: vec![peer], ports: Vec::new() };
            policy.ingress.get_or_insert_default().push(rule.clone());
            policy.egress.get_or_insert_default().push(rule);
        }
    }),
    ("an exception less opens", |world| {
        for rules in each_list(world) {
            for peer in rules.iter_mut().flat_map(|rule| &mut rule.peers) {
                if let Some(block) = &mut peer.ip_block {
                    block.except.pop();
                }
            }
        }
    }),
    ("a NetworkPolicy less opens where it allowed nothing", |world| {
        world
            .policies
            .network
            .retain(|policy| Direction::ALL.into_iter().any(|direction| !policy.rules(direction).is_empty()));
    }),
    ("Accept of everything in front opens", |world| {
        world.policies.cluster.push(everyone(Tier::Admin, Action::Accept, -1));
    }),
];

fn each_list(world: &mut World) -> impl Iterator<Item = &mut Vec<network_policy::Rule>> {
    world.policies.network.iter_mut().flat_map(|policy| [&mut policy.ingress, &mut policy.egress]).flatten()
}

fn of(subject: &mut Subject) -> Vec<&mut Selector> {
    match subject {
        Subject::Namespaces(namespaces) => vec![namespaces],
        Subject::Pods { namespaces, pods } => vec![namespaces, pods],
        Subject::Nothing => Vec::new(),
    }
}

fn each_selector(world: &mut World) -> Vec<&mut Selector> {
    let mut all = Vec::new();
    for policy in &mut world.policies.network {
        all.push(&mut policy.pod_selector);
        for peer in [&mut policy.ingress, &mut policy.egress]
            .into_iter()
            .flatten()
            .flatten()
            .flat_map(|rule| &mut rule.peers)
        {
            all.extend(peer.pod_selector.as_mut());
            all.extend(peer.namespace_selector.as_mut());
        }
    }
    for policy in &mut world.policies.cluster {
        all.extend(of(&mut policy.subject));
        for peer in policy.rules.iter_mut().flat_map(|rule| &mut rule.peers) {
            match &mut peer.who {
                Who::Pods(subject) => all.extend(of(subject)),
                Who::Nodes(selector) => all.push(selector),
                _ => {}
            }
        }
    }
    all
}

/// The two halves of a block; a single address stays whole.
fn parts(block: IpNet) -> Vec<IpNet> {
    let whole = block.trunc();
    whole.subnets(whole.prefix_len() + 1).map_or_else(|_| vec![whole], Iterator::collect)
}

fn halves(peer: network_policy::Peer) -> Vec<network_policy::Peer> {
    let Some(block) = peer.ip_block.clone() else { return vec![peer] };
    let part = |cidr: IpNet| {
        let except = block.except.clone();
        network_policy::Peer { ip_block: Some(IpBlock { cidr, except }), ..peer.clone() }
    };
    parts(block.cidr).into_iter().map(part).collect()
}

/// A policy of one rule in each direction, for all pods and all of their peers.
fn everyone(tier: Tier, action: Action, priority: i32) -> ClusterNetworkPolicy {
    let place = Place::default();
    let rule = |direction| {
        let blocks = if direction == Direction::Egress {
            vec![Who::Networks(vec!["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()])]
        } else {
            Vec::new()
        };
        let pods = Who::Pods(Subject::Namespaces(Selector::default()));
        let peers = blocks.into_iter().chain([pods]).map(|who| Peer { place: place.clone(), who });
        Rule {
            place: place.clone(),
            name: Text::default(),
            direction,
            index: 0,
            action,
            peers: peers.collect(),
            ports: None,
        }
    };
    ClusterNetworkPolicy {
        name: ironsides_network::PolicyName {
            kind: "ClusterNetworkPolicy".into(),
            namespace: None,
            name: "everyone".into(),
        },
        place: place.clone(),
        tier,
        priority,
        subject: Subject::Namespaces(Selector::default()),
        rules: Direction::ALL.map(rule).to_vec(),
        refused: Vec::new(),
    }
}

#[test]
fn a_flow_has_two_ends() {
    let world = World::read("{apiVersion: v1, kind: Node, metadata: {name: n1}}");
    let flow = Flow { from: Endpoint::Node(0), to: Endpoint::Node(0), traffic: TRAFFIC[0] };
    assert_eq!(answers(&world.spec(), &[flow]), [[Answer::Allow; 2]]);
}
