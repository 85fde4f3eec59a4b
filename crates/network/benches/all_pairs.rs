//! How fast all pairs of a cluster are known, from objects in memory: `cargo bench -p ironsides-network --bench all_pairs`.
//!
//! With `--once PODS NAMESPACES POLICIES` nothing is repeated: the phases of one cluster are timed and printed. So
//! `cargo xtask bench network` measures time and memory of clusters of many sizes, each in a process of its own. With
//! `--changed PODS NAMESPACES POLICIES` one policy is changed again and again, and the milliseconds that half of the changes
//! stay below are printed.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use divan::Bencher;
use ironsides_network::cluster::{Cluster, Endpoint, Labels, Namespace, Node, Pod};
use ironsides_network::engine::{ConnectionsId, Engine};
use ironsides_network::kinds::network_policy::{NetworkPolicy, Peer, Port, PortNumbers, Rule};
use ironsides_network::kinds::selector::{Asked, Requirement, Selector};
use ironsides_network::profile::{lower, lower_again};
use ironsides_network::{Direction, Lowered, Map, Options, Place, Policies, PolicyName, Profile, Protocol};
use ironsides_tree::Text;

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [what, pods, namespaces, policies] = args.as_slice() {
        let number = |text: &String| text.parse().unwrap_or(1).max(1);
        let sizes = Sizes { pods: number(pods), namespaces: number(namespaces), policies: number(policies) };
        match what.as_str() {
            "--once" => return run_once(sizes),
            "--changed" => return run_changed(sizes),
            _ => {}
        }
    }
    divan::main();
    Ok(())
}

/// How large a cluster is.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    pods: usize,
    namespaces: usize,
    policies: usize,
}

/// Numbers that look random and are the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most.max(1) as u64).unwrap_or_default()
    }
}

const TEAMS: usize = 20;
const TIERS: [&str; 4] = ["web", "api", "db", "job"];

fn labels<const N: usize>(labels: [(&str, String); N]) -> Labels {
    labels.into_iter().map(|(key, value)| (Text::new(key), Text::from(value))).collect()
}

/// Pods of 50 applications in each namespace, on nodes of 100 pods.
fn cluster(sizes: Sizes, random: &mut Random) -> Cluster {
    let namespace = |at: usize| format!("ns-{at}");
    let namespaces: BTreeMap<Text, Namespace> = (0..sizes.namespaces)
        .map(|at| {
            let labels = labels([
                ("kubernetes.io/metadata.name", namespace(at)),
                ("team", format!("team-{}", at % TEAMS)),
            ]);
            (Text::from(namespace(at)), Namespace { labels, place: None })
        })
        .collect();
    let nodes = sizes.pods.div_ceil(100);
    let address = |network: u8, at: usize| {
        let [_, a, b, c] = u32::try_from(at).unwrap_or_default().to_be_bytes();
        vec![IpAddr::V4(Ipv4Addr::new(network, a, b, c))]
    };
    let node = |at: usize| Node {
        name: Text::from(format!("node-{at}")),
        labels: labels([("kubernetes.io/hostname", format!("node-{at}"))]),
        addresses: address(172, at),
    };
    let pod = |at: usize| {
        let app = random.below(50);
        let tier = TIERS[app % TIERS.len()].to_owned();
        let hash = format!("{:x}", at.wrapping_mul(0x9e37_79b9) % 0xffff);
        Pod {
            namespace: Text::from(namespace(at % sizes.namespaces)),
            name: Text::from(format!("app-{app}-{at}")),
            workload_kind: Text::new("Deployment"),
            workload: Text::from(format!("app-{app}")),
            labels: labels([("app", format!("app-{app}")), ("tier", tier), ("pod-template-hash", hash)]),
            node: Some(Text::from(format!("node-{}", at % nodes))),
            addresses: address(10, at),
            replicas: 1,
            live: true,
            ..Pod::default()
        }
    };
    Cluster {
        namespaces,
        pods: (0..sizes.pods).map(pod).collect(),
        nodes: (0..nodes).map(node).collect(),
        ..Cluster::default()
    }
}

fn selector(key: &str, value: String) -> Selector {
    let operator = Asked::In(vec![Text::from(value)]);
    Selector(vec![Requirement { key: Text::new(key), operator }])
}

fn pods(random: &mut Random) -> Selector {
    match random.below(4) {
        0 => Selector::default(),
        1 => selector("tier", TIERS[random.below(TIERS.len())].to_owned()),
        _ => selector("app", format!("app-{}", random.below(50))),
    }
}

fn rule(sizes: Sizes, random: &mut Random) -> Rule {
    let namespaces = match random.below(4) {
        0 => None,
        1 => Some(selector("team", format!("team-{}", random.below(TEAMS)))),
        2 => Some(selector("kubernetes.io/metadata.name", format!("ns-{}", random.below(sizes.namespaces)))),
        _ => Some(Selector::default()),
    };
    let peer = Peer {
        place: Place::default(),
        pod_selector: Some(pods(random)),
        namespace_selector: namespaces,
        ip_block: None,
    };
    let number = u16::try_from(8000 + random.below(100)).unwrap_or_default();
    let port = Port {
        place: Place::default(),
        protocol: if random.below(2) == 0 { Protocol::Tcp } else { Protocol::Udp },
        port: Some(PortNumbers::Range(number, number)),
    };
    let ports = if random.below(5) == 0 { Vec::new() } else { vec![port] };
    Rule { place: Place::default(), peers: vec![peer], ports }
}

/// Every tenth policy shuts its namespace off, the others have two rules in each direction for one application.
fn policy(sizes: Sizes, at: usize, random: &mut Random) -> NetworkPolicy {
    let closes = at.is_multiple_of(10);
    let rules = |random: &mut Random| {
        Some(if closes { Vec::new() } else { (0..2).map(|_| rule(sizes, random)).collect() })
    };
    NetworkPolicy {
        name: PolicyName {
            kind: Text::new("NetworkPolicy"),
            namespace: Some(Text::from(format!("ns-{}", at % sizes.namespaces))),
            name: Text::from(format!("policy-{at}")),
        },
        place: Place::default(),
        pod_selector: if closes {
            Selector::default()
        } else {
            selector("app", format!("app-{}", random.below(50)))
        },
        policy_types: Some(Direction::ALL.to_vec()),
        ingress: rules(random),
        egress: rules(random),
        refused: Vec::new(),
    }
}

fn objects(sizes: Sizes) -> (Cluster, Policies) {
    let mut random = Random(88_172_645_463_325_252);
    let cluster = cluster(sizes, &mut random);
    let network = (0..sizes.policies).map(|at| policy(sizes, at, &mut random)).collect();
    (cluster, Policies { network, ..Policies::default() })
}

fn lowered((cluster, policies): &(Cluster, Policies)) -> Lowered {
    lower(Profile::Spec, cluster, policies, &Options::of(Profile::Spec))
}

/// How many ordered pairs of pods something may go through between, and how many of them everything.
fn pairs(engine: &Engine<'_>) -> (u64, u64) {
    let parts = engine.rectangles(
        || (0, 0),
        |(some, all), rectangle| {
            let own = rectangle.senders * rectangle.receivers;
            *some += own;
            if rectangle.connections == ConnectionsId::EVERYTHING {
                *all += own;
            }
        },
    );
    parts.into_iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
}

fn run_changed(sizes: Sizes) -> std::io::Result<()> {
    let mut objects = objects(sizes);
    let mut random = Random(7);
    let mut lowered = lowered(&objects);
    let mut times: Vec<_> = (0..40)
        .map(|_| {
            let began = Instant::now();
            std::hint::black_box(change(sizes, &mut objects, &mut lowered, &mut random));
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    let half = times.get(times.len() / 2).copied().unwrap_or_default();
    writeln!(std::io::stdout(), "{:.2}", half.as_secs_f64() * 1e3)
}

fn run_once(sizes: Sizes) -> std::io::Result<()> {
    let made = Instant::now();
    let objects = objects(sizes);
    let began = Instant::now();
    let lowered = lowered(&objects);
    let low = Instant::now();
    let engine = Engine::new(&lowered);
    let built = Instant::now();
    let (some, all) = pairs(&engine);
    let done = Instant::now();
    let map = Map::namespaces(&engine, &objects.0);
    let mapped = Instant::now();
    let size = engine.size();
    writeln!(
        std::io::stdout(),
        "{} pods, {} policies: objects {:.1?}, lowered {:.1?}, classes {:.1?}, all pairs {:.1?}, together {:.1?}; \
         {} views, {} classes, {:?} groups, {} lists judged, {} connections; {some} pairs of pods, {all} for all traffic; \
         a map of {} namespaces in {:.1?} more",
        sizes.pods,
        sizes.policies,
        began - made,
        low - began,
        built - low,
        done - built,
        done - began,
        lowered.views.len(),
        size.classes,
        size.groups,
        size.judged,
        size.connections,
        map.units.len(),
        mapped - done,
    )
}

#[divan::bench]
fn map_of_workloads(bencher: Bencher<'_, '_>) {
    let objects = objects(SMALL);
    let lowered = lowered(&objects);
    bencher.bench(|| Map::workloads(&Engine::new(&lowered), &objects.0).svg().len());
}

/// Somebody edits one policy and asks about one pair: the rules are lowered and what talks is divided anew, and two rows are
/// made.
fn change(
    sizes: Sizes,
    objects: &mut (Cluster, Policies),
    lowered: &mut Lowered,
    random: &mut Random,
) -> bool {
    if let Some(policy) = objects.1.network.first_mut() {
        *policy = self::policy(sizes, 1, random);
    }
    *lowered = lower_again(lowered, &objects.0, &objects.1, &Options::of(Profile::Spec));
    Engine::new(lowered).connections(Endpoint::Pod(0), Endpoint::Pod(1)).is_some()
}

#[divan::bench(args = [SMALL, MIDDLE, LARGE])]
fn one_policy_changed(bencher: Bencher<'_, '_>, sizes: Sizes) {
    let mut objects = objects(sizes);
    let mut random = Random(7);
    let mut lowered = lowered(&objects);
    bencher.bench_local(|| change(sizes, &mut objects, &mut lowered, &mut random));
}

const SMALL: Sizes = Sizes { pods: 1_000, namespaces: 10, policies: 100 };
const LARGE: Sizes = Sizes { pods: 100_000, namespaces: 200, policies: 2_000 };
const MIDDLE: Sizes = Sizes { pods: 10_000, namespaces: 50, policies: 500 };

#[divan::bench(args = [SMALL, MIDDLE])]
fn lowered_by_spec(bencher: Bencher<'_, '_>, sizes: Sizes) {
    let objects = objects(sizes);
    bencher.bench(|| lowered(&objects));
}

#[divan::bench(args = [SMALL, MIDDLE])]
fn classes(bencher: Bencher<'_, '_>, sizes: Sizes) {
    let lowered = lowered(&objects(sizes));
    bencher.bench(|| Engine::new(&lowered).size());
}

#[divan::bench(args = [SMALL, MIDDLE])]
fn all_pairs(bencher: Bencher<'_, '_>, sizes: Sizes) {
    let lowered = lowered(&objects(sizes));
    bencher.bench(|| pairs(&Engine::new(&lowered)));
}
