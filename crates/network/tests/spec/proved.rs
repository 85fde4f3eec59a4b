//! Policies that are made of random flows in random worlds: the slow evaluator says whether what was seen and allowed stays so,
//! and every rule that was made is taken away once, to see what it is for.

use std::collections::BTreeSet;

use ironsides_network::cluster::Labels;
use ironsides_network::flow::{LogPlace, Observed, ObservedFlow, Seen, Talker, TalkerKind};
use ironsides_network::generate::draft::PeerWho;
use ironsides_network::generate::{Enforcer, Generated, NoteKind, Wishes, generate};
use ironsides_network::profile::lower;
use ironsides_network::{Cluster, Direction, Endpoint, Flow, Options, Policies, Profile, Traffic, Verdict};
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::choices::{ADDRESSES, SIXES};
use crate::draw::Choices;
use crate::random::{TRAFFIC, draw, guesses};
use crate::slow::Slow;
use crate::world::World;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_made_lets_through_what_was_seen_and_nothing_for_nobody(bytes in proptest::collection::vec(any::<u8>(), 420)) {
        let (world, text, dual) = draw(&mut Choices(bytes.iter()));
        let mut last = Choices(bytes.get(360..).unwrap_or_default().iter());
        let seen: Vec<(Endpoint, Endpoint, Traffic)> = (0..8).filter_map(|_| drawn(&world, &mut last)).collect();
        let observed = observed(&world.cluster, &seen);
        let profile = last.of(&[Profile::Spec, Profile::Ovn, Profile::Antrea]);
        let enforcer = Enforcer { profile, options: Options::of(profile) };
        let generated = generate(&world.cluster, &world.policies, &observed, &[], &Wishes::default(), enforcer);
        let after = with_made(&world, &generated);
        if profile == Profile::Spec {
            stays_allowed(&world, &after, &seen, dual, &generated, &text);
        }
        every_rule_is_for_something(&after, &generated, profile, &text);
    }
}

/// A flow between two ends of which at least one is a pod.
fn drawn(world: &World, choices: &mut Choices<'_>) -> Option<(Endpoint, Endpoint, Traffic)> {
    let cluster = &world.cluster;
    let owned = |address: &str| {
        let address = address.parse().unwrap();
        cluster.pods.iter().any(|pod| pod.addresses.contains(&address))
            || cluster.nodes.iter().any(|node| node.addresses.contains(&address))
    };
    let end = |choices: &mut Choices<'_>| match choices.below(7) {
        0 => Endpoint::Node(choices.below(cluster.nodes.len()).try_into().unwrap()),
        1 => {
            let free: Vec<&str> = ADDRESSES.into_iter().filter(|address| !owned(address)).collect();
            let at = choices.below(free.len().max(1));
            free.get(at).map_or(Endpoint::Pod(0), |address| Endpoint::Address(address.parse().unwrap()))
        }
        _ => Endpoint::Pod(choices.below(cluster.pods.len()).try_into().unwrap()),
    };
    let (from, to) = (end(choices), end(choices));
    let traffic = choices.of(&TRAFFIC[..6]);
    let is_pod = |end| matches!(end, Endpoint::Pod(_));
    (from != to && (is_pod(from) || is_pod(to))).then_some((from, to, traffic))
}

fn observed(cluster: &Cluster, seen: &[(Endpoint, Endpoint, Traffic)]) -> Observed {
    let talker = |end: Endpoint| match end {
        Endpoint::Pod(at) => {
            let pod = &cluster.pods[at as usize];
            Talker::pod(&pod.namespace, &pod.name)
        }
        Endpoint::Node(at) => Talker {
            kind: TalkerKind::Node,
            name: cluster.nodes[at as usize].name.clone(),
            ..Talker::default()
        },
        Endpoint::Address(address) => Talker { kind: TalkerKind::Outside, ..Talker::at(address) },
    };
    let mut flows: Vec<ObservedFlow> = (1..)
        .zip(seen)
        .map(|(line, &(from, to, traffic))| ObservedFlow {
            from: talker(from),
            to: talker(to),
            traffic,
            seen: Seen::Forwarded,
            request: None,
            count: 1,
            first: None,
            last: None,
            place: LogPlace { source: "log".into(), line },
        })
        .collect();
    flows.sort();
    Observed { flows, ..Observed::default() }
}

fn with_made(world: &World, generated: &Generated) -> World {
    let mut all = world.clone();
    for (number, made) in (1000..).zip(&generated.policies) {
        assert!(all.policies.read(number, &ironsides_tree::parse_one(&made.text).unwrap()), "{}", made.text);
    }
    all
}

/// What was seen and was let through for certain is so afterwards, or the proof names it and why it cannot be.
fn stays_allowed(
    world: &World,
    after: &World,
    seen: &[(Endpoint, Endpoint, Traffic)],
    dual: bool,
    generated: &Generated,
    text: &str,
) {
    let is_certain = |world: &World, (from, to, traffic): (Endpoint, Endpoint, Traffic)| {
        let slow = Slow { cluster: &world.cluster, policies: &world.policies };
        let guesses = guesses(world, dual, from, to, traffic);
        Direction::ALL
            .into_iter()
            .all(|direction| slow.answers(&guesses, direction, from, to, traffic) == BTreeSet::from([true]))
    };
    let proof = &generated.proof;
    let impossible = generated.notes.iter().any(|note| note.kind == NoteKind::Impossible);
    let named: BTreeSet<u64> = proof
        .denied
        .iter()
        .chain(&proof.undecided)
        .chain(&proof.denied_before)
        .map(|flow| u64::from(flow.flow))
        .collect();
    let told = named.len();
    let mut lost = 0;
    for &flow in seen {
        if is_certain(world, flow) && !is_certain(after, flow) {
            lost += 1;
            assert!(
                told > 0 || impossible,
                "{flow:?} was let through, is not any more, and nothing says so\n{:?}\n{}\n{text}",
                generated.proof,
                generated.text()
            );
        }
    }
    assert!(
        lost <= told || impossible,
        "{lost} flows are lost, {told} are told\n{}\n{text}",
        generated.text()
    );
    assert!(
        proof.denied.is_empty() || impossible,
        "{proof:?}\n{:?}\n{}\n{text}",
        generated.notes,
        generated.text()
    );
}

/// Taken away alone, each peer of each rule changes what happens to somebody, or takes nobody of whom anything is known and
/// says for whom it is.
fn every_rule_is_for_something(after: &World, generated: &Generated, profile: Profile, text: &str) {
    let ends = ends(&after.cluster);
    let answers = |policies: &Policies| -> Vec<(Verdict, Verdict)> {
        let lowered = lower(profile, &after.cluster, policies, &Options::of(profile));
        let mut answers = Vec::new();
        for &from in &ends {
            for &to in &ends {
                for traffic in TRAFFIC.into_iter().chain([Traffic::tcp(53)]) {
                    let answer = lowered.answer(Flow { from, to, traffic }).unwrap();
                    answers.push((answer.egress.verdict, answer.ingress.verdict));
                }
            }
        }
        answers
    };
    let with = answers(&after.policies);
    for made in &generated.policies {
        for direction in Direction::ALL {
            let rules = made.draft.rules.iter().filter(|rule| rule.direction == direction);
            for (number, rule) in rules.enumerate() {
                for (peer, told) in rule.peers.iter().enumerate() {
                    let mut without = after.policies.clone();
                    let policy = without.network.iter_mut().find(|policy| policy.name == made.name).unwrap();
                    let list = match direction {
                        Direction::Ingress => policy.ingress.as_mut(),
                        Direction::Egress => policy.egress.as_mut(),
                    };
                    let list = list.unwrap();
                    list[number].peers.remove(peer);
                    if list[number].peers.is_empty() {
                        list.remove(number);
                    }
                    let is_needed = answers(&without) != with;
                    // Of pods that are still to come it says who they are.
                    let draft = &made.draft;
                    let nobody = match &told.who {
                        PeerWho::Pods(labels) => !is_known(&after.cluster, &draft.namespace, labels),
                        PeerWho::PodsOf(namespace, labels) => !is_known(&after.cluster, namespace, labels),
                        _ => false,
                    } || !is_known(&after.cluster, &draft.namespace, &draft.subject);
                    assert!(
                        is_needed || (nobody && !told.why.is_empty()),
                        "{} {direction:?} {told:?} changes nothing\n{}\n{text}",
                        made.name,
                        generated.text()
                    );
                }
            }
        }
    }
}

/// Whether a pod with its own network has these labels.
fn is_known(cluster: &Cluster, namespace: &str, labels: &Labels) -> bool {
    cluster.pods.iter().any(|pod| {
        pod.namespace == namespace
            && !pod.host_network
            && labels.iter().all(|(key, value)| pod.labels.get(key) == Some(value))
    })
}

/// Everything that can talk, and addresses outside.
fn ends(cluster: &Cluster) -> Vec<Endpoint> {
    let count = |list: usize| 0..u32::try_from(list).unwrap();
    count(cluster.pods.len())
        .map(Endpoint::Pod)
        .chain(count(cluster.nodes.len()).map(Endpoint::Node))
        .chain(ADDRESSES.into_iter().chain(SIXES).map(|address| Endpoint::Address(address.parse().unwrap())))
        .collect()
}
