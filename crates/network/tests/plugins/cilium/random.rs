//! Random worlds: what the rules and the set engine say against the slow evaluator, packet by packet.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::net::IpAddr;

use ironsides_network::l7::Request;
use ironsides_network::profile::{Enforcement, lower};
use ironsides_network::{
    Direction, Endpoint, Engine, Flow, Limit, Lowered, Match, Options, Profile, Protocol, Traffic, Verdict,
};
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::choices::{ADDRESSES, SIXES};
use crate::cilium::choices;
use crate::cilium::slow::{Guess, Said, Slow, Through};
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
    fn rules_say_what_cilium_does(bytes in proptest::collection::vec(any::<u8>(), 420)) {
        check(&bytes);
    }
}

#[test]
fn enough_is_asked() {
    assert!(WORLDS as usize * PACKETS >= 100_000);
}

/// A world with the settings of its agents.
pub(crate) struct Drawn {
    pub(crate) world: World,
    pub(crate) text: String,
    pub(crate) options: Options,
    /// Whether the text names domains, groups of a cloud, server names, listeners.
    names: [bool; 4],
}

impl Drawn {
    pub(crate) fn of(choices: &mut Choices<'_>) -> Self {
        let drawn = choices::draw(choices);
        let lines = drawn.cluster.lines().chain(drawn.policies.iter().map(String::as_str));
        let text: String = lines.flat_map(|line| ["---\n", line, "\n"]).collect();
        let mut world = World::read(&text);
        for (name, address) in crate::choices::names(choices) {
            world.cluster.names.entry(name.into()).or_default().push(address.parse().unwrap());
        }
        world.cluster.names_complete = choices.one_in(2);
        for _ in 0..choices.below(3) {
            world.cluster.apiserver.push(choices.of(&ADDRESSES).parse().unwrap());
        }
        for policy in &world.policies.cilium {
            assert_eq!(policy.schema, [], "{text}");
            let refused = policy.refused(drawn.options.node_selector_labels);
            assert_eq!(refused, None, "{text}");
        }
        let names = ["toFQDNs", "toGroups", "serverNames", "listener"].map(|word| text.contains(word));
        Self { world, text, options: drawn.options, names }
    }

    pub(crate) fn lower(&self) -> Lowered {
        lower(Profile::Cilium, &self.world.cluster, &self.world.policies, &self.options)
    }

    /// All that can be an end of a packet.
    pub(crate) fn ends(&self) -> Vec<Endpoint> {
        let count = |all: usize| 0..u32::try_from(all).unwrap();
        let pods = count(self.world.cluster.pods.len()).map(Endpoint::Pod);
        let nodes = count(self.world.cluster.nodes.len()).map(Endpoint::Node);
        let sixes = SIXES.iter().filter(|_| self.options.dual_stack);
        let outside = ADDRESSES.iter().chain(sixes).map(|text| Endpoint::Address(text.parse().unwrap()));
        pods.chain(nodes).chain(outside).collect()
    }
}

fn check(bytes: &[u8]) {
    let drawn = Drawn::of(&mut Choices(bytes.iter()));
    let lowered = drawn.lower();
    let requests = requests();
    let slow = Slow {
        cluster: &drawn.world.cluster,
        policies: &drawn.world.policies,
        options: drawn.options,
        requests: &requests,
        names: &NAMES,
        broken: RefCell::default(),
    };
    let ends = drawn.ends();
    let mut next = numbers(bytes);
    for _ in 0..PACKETS {
        let pair = (ends[next(ends.len())], ends[next(ends.len())]);
        agree(&drawn, &lowered, &slow, pair, TRAFFIC[next(TRAFFIC.len())]);
    }
    if bytes.first().is_some_and(|byte| byte % ALL_PAIRS == 0) {
        all_pairs(&drawn, &lowered, &slow);
    }
}

/// Each end of a packet.
fn agree(
    drawn: &Drawn,
    lowered: &Lowered,
    slow: &Slow<'_>,
    (from, to): (Endpoint, Endpoint),
    traffic: Traffic,
) -> [BTreeSet<Said>; 2] {
    let answer = lowered.answer(Flow { from, to, traffic }).unwrap();
    let guesses = guesses(drawn, [from, to]);
    [(Direction::Egress, answer.egress), (Direction::Ingress, answer.ingress)].map(|(direction, decision)| {
        let possible = slow.answers(&guesses, direction, (from, to), traffic);
        assert!(
            fits(lowered, &decision.verdict, &possible),
            "{direction:?} {from:?} -> {to:?} {traffic:?}: {decision:?} {:?}, slowly {possible:?} under {:?} in\n{}",
            decision.rules.iter().map(|&rule| &lowered.rules[rule as usize]).collect::<Vec<_>>(),
            drawn.options,
            drawn.text
        );
        possible
    })
}

/// Every pair in the set engine: the first and the last port of every stretch.
fn all_pairs(drawn: &Drawn, lowered: &Lowered, slow: &Slow<'_>) {
    let engine = Engine::new(lowered);
    let ends = drawn.ends();
    for &from in &ends {
        for &to in &ends {
            let connections = engine.connections(from, to).unwrap();
            for part in connections.parts() {
                let span = part.traffic;
                for port in BTreeSet::from([span.first, span.last]) {
                    let traffic = Traffic { protocol: span.protocol, port };
                    let [egress, ingress] = agree(drawn, lowered, slow, (from, to), traffic);
                    let both = joined(&egress, &ingress);
                    assert!(
                        fits(lowered, &part.verdict, &both),
                        "{from:?} -> {to:?} {traffic:?}: all pairs say {:?}, slowly {both:?} in\n{}",
                        part.verdict,
                        drawn.text
                    );
                }
            }
        }
    }
}

/// What both ends say together.
fn joined(egress: &BTreeSet<Said>, ingress: &BTreeSet<Said>) -> BTreeSet<Said> {
    let both = |a: &[bool], b: &[bool]| a.iter().zip(b).map(|(a, b)| *a && *b).collect();
    let mut all = BTreeSet::new();
    for a in egress {
        for b in ingress {
            all.insert(match (a, b) {
                (Said::Broken, _) | (_, Said::Broken) => Said::Broken,
                (Said::Deny, _) | (_, Said::Deny) => Said::Deny,
                (Said::Allow(a), Said::Allow(b)) => Said::Allow(Through {
                    proof: a
                        .proof
                        .iter()
                        .flat_map(|one| b.proof.iter().map(|other| *one.max(other)))
                        .collect(),
                    requests: both(&a.requests, &b.requests),
                    names: both(&a.names, &b.names),
                    is_proxied: a.is_proxied || b.is_proxied,
                }),
            });
        }
    }
    all
}

/// Whether a verdict is one of what may be said, or depends where several may.
fn fits(lowered: &Lowered, verdict: &Verdict, possible: &BTreeSet<Said>) -> bool {
    match verdict {
        // Several conditions may hang together so that the answer is the same whatever they are, and of requests only a few
        // are tried.
        Verdict::Depends(conditions) => {
            let proxied = |said: &Said| matches!(said, Said::Allow(through) if through.is_proxied);
            conditions.len() > 1 || possible.len() > 1 || possible.iter().any(proxied)
        }
        Verdict::Deny => possible.iter().all(|said| *said == Said::Deny),
        Verdict::Broken => possible.iter().all(|said| *said == Said::Broken),
        Verdict::Allow | Verdict::Limited(_) => {
            let proof = verdict.authentication();
            let (requests, names) = told(lowered, verdict);
            possible.iter().all(|said| match said {
                Said::Allow(through) => {
                    through.proof.contains(&proof) && through.requests == requests && through.names == names
                }
                Said::Deny | Said::Broken => false,
            })
        }
    }
}

/// Which requests and which names a verdict lets through.
pub(crate) fn told(lowered: &Lowered, verdict: &Verdict) -> (Vec<bool>, Vec<bool>) {
    let limits = verdict.limits();
    let all = |passes: &dyn Fn(&Limit) -> bool| limits.iter().all(passes);
    let requests = requests();
    let requests =
        requests.iter().map(|request| all(&|limit| limit.request(&lowered.rules, request) == Match::Yes));
    let names = NAMES.iter().map(|name| all(&|limit| limit.lookup(&lowered.rules, name)));
    (requests.collect(), names.collect())
}

fn requests() -> Vec<Request> {
    let request = |method: &str, path: &str, host: &str, headers: &[(&str, &str)]| Request {
        method: method.to_owned(),
        path: path.to_owned(),
        host: host.to_owned(),
        headers: headers.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
    };
    vec![
        request("GET", "/", "example.com", &[]),
        request("GET", "/api/v1?x=1", "api.example.com", &[("X-Token", "wrong")]),
        request("POST", "/api/v1", "apixexample.com", &[("x-token", "secret")]),
        request("HEAD", "/", "api.example.com:80", &[("x-token", "secret")]),
    ]
}

const NAMES: [&str; 4] = ["example.com", "www.example.com", "a.b.example.org", "other.example.net"];

pub(crate) const TRAFFIC: [Traffic; 12] = [
    Traffic { protocol: Protocol::Tcp, port: 80 },
    Traffic { protocol: Protocol::Tcp, port: 80 },
    Traffic { protocol: Protocol::Tcp, port: 81 },
    Traffic { protocol: Protocol::Tcp, port: 8080 },
    Traffic { protocol: Protocol::Tcp, port: 9000 },
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
    let [domains, clouds, servers, listeners] = drawn.names;
    let cluster = &drawn.world.cluster;
    let both = |open: bool| if open { vec![false, true] } else { vec![false] };
    let by_address = drawn.options.blocks_hold_pods || drawn.options.blocks_hold_nodes;
    let is_homeless =
        |end: &Endpoint| matches!(end, Endpoint::Pod(at) if cluster.pods[*at as usize].addresses.is_empty());
    let homeless = by_address && ends.iter().any(is_homeless);
    let outside = ends.iter().any(|end| matches!(end, Endpoint::Address(_)));
    let dual = drawn.options.dual_stack;
    let of = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpAddr>>();
    let mut addresses = of(if homeless { &ADDRESSES } else { &ADDRESSES[..1] });
    // Nobody says that a cluster has one family alone.
    if homeless {
        addresses.extend(of(&SIXES));
    }
    let unplaced = |end: &Endpoint| match end {
        Endpoint::Pod(at) => {
            let name = cluster.pods[*at as usize].node.as_ref();
            cluster.nodes.iter().all(|node| Some(&node.name) != name)
        }
        _ => false,
    };
    let unplaced = ends.iter().any(unplaced);
    let mut guesses = Vec::new();
    for &address in &addresses {
        for six in both(by_address && dual) {
            for resolves in both(outside && !cluster.names_complete && domains) {
                for in_cloud in both(outside && clouds) {
                    for is_named in both(servers) {
                        for is_heard in both(listeners) {
                            for near in both(unplaced) {
                                let known =
                                    Guess { six, address, resolves, in_cloud, is_named, is_heard, near };
                                guesses.push(known);
                            }
                        }
                    }
                }
            }
        }
    }
    if drawn.options.enforcement == Enforcement::Never {
        guesses.truncate(1);
    }
    guesses
}
