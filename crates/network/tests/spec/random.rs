//! Random worlds: what the rules say against the slow evaluator, packet by packet.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ironsides_network::cluster::Pod;
use ironsides_network::kinds::cluster_network_policy::ClusterNetworkPolicy;
use ironsides_network::{Direction, Endpoint, Flow, Protocol, Traffic, Verdict};
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::choices::{self, ADDRESSES, Documents, SIXES};
use crate::draw::{Choices, numbers};
use crate::slow::{Guess, Slow};
use crate::world::World;

/// How many worlds are drawn, and how many packets are asked about in each.
const WORLDS: u32 = 1_000;
const PACKETS: usize = 105;

proptest! {
    #![proptest_config(ProptestConfig { cases: WORLDS, max_shrink_iters: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rules_say_what_the_texts_say(bytes in proptest::collection::vec(any::<u8>(), 360)) {
        check(&bytes);
    }
}

#[test]
fn enough_is_asked() {
    assert!(WORLDS as usize * PACKETS >= 100_000);
}

fn check(bytes: &[u8]) {
    let mut choices = Choices(bytes.iter());
    let (world, text, dual) = draw(&mut choices);
    let lowered = world.spec();
    let slow = Slow { cluster: &world.cluster, policies: &world.policies };
    let mut next = numbers(bytes);
    for _ in 0..PACKETS {
        let (from, to) = (endpoint(&world, &mut next, dual), endpoint(&world, &mut next, dual));
        let traffic = TRAFFIC[next(TRAFFIC.len())];
        let answer = lowered.answer(Flow { from, to, traffic }).unwrap();
        for (direction, decision) in
            [(Direction::Egress, answer.egress), (Direction::Ingress, answer.ingress)]
        {
            let guesses = guesses(&world, dual, from, to, traffic);
            let possible = slow.answers(&guesses, direction, from, to, traffic);
            let right = match &decision.verdict {
                Verdict::Allow => possible == BTreeSet::from([true]),
                Verdict::Deny => possible == BTreeSet::from([false]),
                // Several conditions may hang together so that the answer is the same whatever they are.
                Verdict::Depends(conditions) => conditions.len() > 1 || possible.len() == 2,
                _ => false,
            };
            assert!(
                right,
                "{direction:?} {from:?} -> {to:?} {traffic:?}: {decision:?}, by the texts {possible:?} in\n{text}"
            );
        }
    }
}

pub(crate) const TRAFFIC: [Traffic; 8] = [
    Traffic { protocol: Protocol::Tcp, port: 80 },
    Traffic { protocol: Protocol::Tcp, port: 81 },
    Traffic { protocol: Protocol::Tcp, port: 8080 },
    Traffic { protocol: Protocol::Udp, port: 53 },
    Traffic { protocol: Protocol::Udp, port: 80 },
    Traffic { protocol: Protocol::Sctp, port: 80 },
    Traffic { protocol: Protocol::Icmp, port: 8 },
    Traffic { protocol: Protocol::Other(47), port: 0 },
];

pub(crate) fn draw(choices: &mut Choices<'_>) -> (World, String, bool) {
    let Documents { cluster, policies, dual } = choices::documents(choices);
    let policies: String = policies.iter().map(|text| separated(text)).collect();
    let text = separated(&cluster) + &policies;
    let mut world = World::read(&text);
    for (name, address) in choices::names(choices) {
        world.cluster.names.entry(name.into()).or_default().push(address.parse().unwrap());
    }
    world.cluster.names_complete = choices.one_in(2);
    for policy in &world.policies.cluster {
        assert!(policy.refused.is_empty(), "{:?}", policy.refused);
    }
    (world, text, dual)
}

fn separated(lines: &str) -> String {
    lines.lines().flat_map(|line| ["---\n", line, "\n"]).collect()
}

pub(crate) fn endpoint(world: &World, next: &mut impl FnMut(usize) -> usize, dual: bool) -> Endpoint {
    match next(8) {
        0 => Endpoint::Node(next(world.cluster.nodes.len()).try_into().unwrap()),
        1 if dual => Endpoint::Address(SIXES[next(SIXES.len())].parse().unwrap()),
        1 => Endpoint::Address(ADDRESSES[next(ADDRESSES.len())].parse().unwrap()),
        _ => Endpoint::Pod(next(world.cluster.pods.len()).try_into().unwrap()),
    }
}

/// Everything that may be the case, as far as it matters to a packet.
pub(crate) fn guesses(
    world: &World,
    dual: bool,
    from: Endpoint,
    to: Endpoint,
    traffic: Traffic,
) -> Vec<Guess> {
    let cluster = &world.cluster;
    let pod = |end| if let Endpoint::Pod(at) = end { cluster.pods.get(at as usize) } else { None };
    let any =
        |asked: fn(&World, &Pod) -> bool| [from, to].into_iter().filter_map(pod).any(|pod| asked(world, pod));
    let homeless = any(|_, pod| pod.addresses.is_empty());
    let unplaced =
        any(|world, pod| !world.cluster.nodes.iter().any(|node| Some(&node.name) == pod.node.as_ref()));
    let outside = [from, to].iter().any(|end| matches!(end, Endpoint::Address(_)));
    let nodes = (0..cluster.nodes.len()).filter(|_| unplaced);
    let somewhere: Vec<Option<usize>> = nodes.map(Some).chain([None]).collect();
    let addresses: Vec<IpAddr> = if homeless { &ADDRESSES[..] } else { &ADDRESSES[..1] }
        .iter()
        .chain(if homeless && dual {
            &SIXES[..]
        } else if dual {
            &SIXES[..1]
        } else {
            &[]
        })
        .map(|text| text.parse().unwrap())
        .collect();
    let key = |policy: &ClusterNetworkPolicy| (policy.tier, policy.priority);
    let equals = |policy| world.policies.cluster.iter().filter(|other| key(other) == key(policy)).count();
    let equals = world.policies.cluster.iter().map(equals).max().unwrap_or(1);
    let both = |open: bool| if open { vec![false, true] } else { vec![false] };
    let mut guesses = Vec::new();
    for &address in &addresses {
        for &runs_on in &somewhere {
            for first_of_equals in 0..equals {
                for guards_others in both(!traffic.protocol.has_ports()) {
                    // Of an address outside it is open whether it has a name, of a pod whether its node has a label.
                    for open in both(outside || unplaced) {
                        let (resolves, on_such_a_node) = (open, open);
                        let six = address.is_ipv6();
                        guesses.push(Guess {
                            guards_others,
                            first_of_equals,
                            runs_on,
                            on_such_a_node,
                            address,
                            six,
                            resolves,
                        });
                    }
                }
            }
        }
    }
    guesses
}
