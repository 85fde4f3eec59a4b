//! Random worlds: what the rules and the set engine say against the slow evaluator, packet by packet.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ironsides_network::{Direction, Endpoint, Engine, Flow, Lowered, Profile, Protocol, Traffic, Verdict};
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::calico::choices;
use crate::calico::slow::{Guess, Slow};
use crate::choices::{ADDRESSES, SIXES};
use crate::draw::{Choices, numbers};
use crate::world::World;

/// How many worlds are drawn, and how many packets are asked about in each.
const WORLDS: u32 = 400;
const PACKETS: usize = 250;
/// Of how many worlds one is asked about all pairs.
const ALL_PAIRS: u8 = 20;

proptest! {
    #![proptest_config(ProptestConfig { cases: WORLDS, max_shrink_iters: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rules_say_what_calico_does(bytes in proptest::collection::vec(any::<u8>(), 420)) {
        check(&bytes);
    }
}

#[test]
fn enough_is_asked() {
    assert!(WORLDS as usize * PACKETS >= 100_000);
}

/// A world.
pub(crate) struct Drawn {
    pub(crate) world: World,
    pub(crate) text: String,
    dual: bool,
}

impl Drawn {
    pub(crate) fn of(choices: &mut Choices<'_>) -> Self {
        let drawn = choices::draw(choices);
        let lines = drawn.cluster.lines().chain(drawn.policies.iter().map(String::as_str));
        let text: String = lines.flat_map(|line| ["---\n", line, "\n"]).collect();
        Self { world: World::read(&text), text, dual: drawn.dual }
    }

    pub(crate) fn lower(&self) -> Lowered {
        self.world.lower(Profile::Calico)
    }

    /// All that can be an end of a packet.
    pub(crate) fn ends(&self) -> Vec<Endpoint> {
        let count = |all: usize| 0..u32::try_from(all).unwrap();
        let pods = count(self.world.cluster.pods.len()).map(Endpoint::Pod);
        let nodes = count(self.world.cluster.nodes.len()).map(Endpoint::Node);
        let sixes = SIXES.iter().filter(|_| self.dual);
        let outside = ADDRESSES.iter().chain(sixes).map(|text| Endpoint::Address(text.parse().unwrap()));
        pods.chain(nodes).chain(outside).collect()
    }
}

fn check(bytes: &[u8]) {
    let drawn = Drawn::of(&mut Choices(bytes.iter()));
    let lowered = drawn.lower();
    let ends = drawn.ends();
    let mut next = numbers(bytes);
    for _ in 0..PACKETS {
        let pair = (ends[next(ends.len())], ends[next(ends.len())]);
        agree(&drawn, &lowered, pair, TRAFFIC[next(TRAFFIC.len())]);
    }
    if bytes.first().is_some_and(|byte| byte % ALL_PAIRS == 0) {
        all_pairs(&drawn, &lowered);
    }
}

/// Each end of a packet.
fn agree(
    drawn: &Drawn,
    lowered: &Lowered,
    (from, to): (Endpoint, Endpoint),
    traffic: Traffic,
) -> [BTreeSet<bool>; 2] {
    let slow = Slow { cluster: &drawn.world.cluster, policies: &drawn.world.policies };
    let guesses = guesses(drawn, [from, to]);
    let answer = lowered.answer(Flow { from, to, traffic }).unwrap();
    [(Direction::Egress, answer.egress), (Direction::Ingress, answer.ingress)].map(|(direction, decision)| {
        let possible = slow.answers(&guesses, direction, (from, to), traffic);
        assert!(
            fits(&decision.verdict, &possible),
            "{direction:?} {from:?} -> {to:?} {traffic:?}: {decision:?} {:?}, slowly {possible:?} in\n{}",
            decision.rules.iter().map(|&rule| &lowered.rules[rule as usize]).collect::<Vec<_>>(),
            drawn.text
        );
        possible
    })
}

/// Every pair in the set engine: the first and the last port of every stretch.
fn all_pairs(drawn: &Drawn, lowered: &Lowered) {
    let engine = Engine::new(lowered);
    let ends = drawn.ends();
    for &from in &ends {
        for &to in &ends {
            let connections = engine.connections(from, to).unwrap();
            for part in connections.parts() {
                let span = part.traffic;
                for port in BTreeSet::from([span.first, span.last]) {
                    let traffic = Traffic { protocol: span.protocol, port };
                    let [egress, ingress] = agree(drawn, lowered, (from, to), traffic);
                    let both = egress.iter().flat_map(|a| ingress.iter().map(move |b| *a && *b)).collect();
                    assert!(
                        fits(&part.verdict, &both),
                        "{from:?} -> {to:?} {traffic:?}: all pairs say {:?}, slowly {both:?} in\n{}",
                        part.verdict,
                        drawn.text
                    );
                }
            }
        }
    }
}

/// Whether a verdict is what is possible, or depends where both are. Several conditions may hang together so that the answer is
/// the same whatever they are, and over which family a pod of both is reached follows from the other end.
fn fits(verdict: &Verdict, possible: &BTreeSet<bool>) -> bool {
    match verdict {
        Verdict::Allow => *possible == BTreeSet::from([true]),
        Verdict::Deny => *possible == BTreeSet::from([false]),
        Verdict::Depends(conditions) => {
            let hangs_together = |words: &str| words.contains("the connection") || words.contains(" and ");
            conditions.len() > 1
                || possible.len() == 2
                || conditions.iter().any(|words| hangs_together(words))
        }
        Verdict::Limited(_) | Verdict::Broken => false,
    }
}

pub(crate) const TRAFFIC: [Traffic; 11] = [
    Traffic { protocol: Protocol::Tcp, port: 80 },
    Traffic { protocol: Protocol::Tcp, port: 81 },
    Traffic { protocol: Protocol::Tcp, port: 8080 },
    Traffic { protocol: Protocol::Tcp, port: 53 },
    Traffic { protocol: Protocol::Udp, port: 53 },
    Traffic { protocol: Protocol::Udp, port: 80 },
    Traffic { protocol: Protocol::Sctp, port: 80 },
    Traffic { protocol: Protocol::Icmp, port: 8 },
    Traffic { protocol: Protocol::Icmp, port: 0 },
    Traffic { protocol: Protocol::IcmpV6, port: 128 },
    Traffic { protocol: Protocol::Other(47), port: 0 },
];

/// Everything that may be the case.
fn guesses(drawn: &Drawn, ends: [Endpoint; 2]) -> Vec<Guess> {
    let cluster = &drawn.world.cluster;
    let both = |open: bool| if open { vec![false, true] } else { vec![false] };
    let homeless = |end: &Endpoint| match end {
        Endpoint::Pod(at) => {
            let pod = &cluster.pods[*at as usize];
            let node = cluster.nodes.iter().any(|node| Some(&node.name) == pod.node.as_ref());
            if pod.host_network { !node } else { pod.addresses.is_empty() }
        }
        _ => false,
    };
    let homeless = ends.iter().any(homeless);
    let unplaced = |end: &Endpoint| match end {
        Endpoint::Pod(at) => {
            let name = cluster.pods[*at as usize].node.as_ref();
            cluster.nodes.iter().all(|node| Some(&node.name) != name)
        }
        _ => false,
    };
    let unplaced = ends.iter().any(unplaced);
    let family = ends.iter().find_map(|end| match end {
        Endpoint::Address(address) => Some(address.is_ipv6()),
        _ => None,
    });
    let sixes = family.map_or_else(|| both(drawn.dual), |six| vec![six]);
    let of = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpAddr>>();
    let mut addresses = of(&ADDRESSES[..1]);
    if homeless {
        addresses = of(&ADDRESSES);
        addresses.extend(of(&SIXES));
    }
    let rules = || {
        let policies = &drawn.world.policies.calico.policies;
        policies.iter().flat_map(|policy| [&policy.ingress, &policy.egress]).flatten().flatten()
    };
    let ports = rules().any(|rule| rule.source.ports.is_some());
    let codes = rules().any(|rule| rule.icmp.is_some_and(|(_, code)| code.is_some()));
    let requests = rules().any(|rule| rule.http);
    let hosts = !drawn.world.policies.calico.host_endpoints.is_empty();
    let mut guesses = Vec::new();
    for &address in &addresses {
        for &six in &sixes {
            for port in both(ports) {
                for code in both(codes) {
                    for request in both(requests) {
                        for dropped in both(hosts) {
                            for near in both(unplaced) {
                                guesses.push(Guess { six, address, port, code, request, dropped, near });
                            }
                        }
                    }
                }
            }
        }
    }
    guesses
}
