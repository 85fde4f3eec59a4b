use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use ironsides_tree::Text;
use proptest::prelude::*;
use proptest::sample::subsequence;

use super::*;
use crate::address::{AddressSet, atoms, block};
use crate::l7::dns::DnsRules;
use crate::l7::http::HttpRules;
use crate::lowered::{Flow, Sight};
use crate::matcher::{Conjunct, Matcher, Operator, Requirement};
use crate::place::PolicyName;
use crate::port::{Protocol, Traffic};
use crate::profile::Profile;
use crate::rule::{Action, Authentication, Origin, Proxy, Rank, Rule};
use crate::symbol::{LabelSet, Symbol, Symbols};
use crate::verdict::{Limit, Verdict};
use crate::view::{Addresses, View, ViewId};

const KEYS: [&str; 4] = ["app", "tier", "space", "unused"];
const VALUES: [&str; 4] = ["a", "b", "c", "d"];
const BLOCKS: [&str; 5] = ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "0.0.0.0/0", "fd00::/8"];
const ADDRESSES: [&str; 6] = ["10.0.0.1", "10.1.0.1", "10.1.2.3", "192.0.2.1", "fd00::1", "2001:db8::1"];
const CONDITIONS: [&str; 3] = ["the name resolves to it", "it runs", ""];
const AUTHENTICATION: [Authentication; 2] = [Authentication::Required, Authentication::Disabled];
const NAMES: [&str; 3] = ["http", "dns", "nobody"];

fn symbols() -> Symbols {
    let mut symbols = Symbols::default();
    KEYS.iter().chain(&VALUES).for_each(|text| {
        symbols.intern(text);
    });
    symbols
}

fn protocol() -> impl Strategy<Value = Protocol> {
    prop_oneof![
        4 => Just(Protocol::Tcp),
        2 => Just(Protocol::Udp),
        1 => Just(Protocol::Sctp),
        1 => Just(Protocol::Icmp),
        1 => Just(Protocol::IcmpV6),
        1 => Just(Protocol::Other(47)),
    ]
}

fn key() -> impl Strategy<Value = Symbol> {
    (0..number(KEYS.len())).prop_map(Symbol)
}

fn value() -> impl Strategy<Value = Symbol> {
    (number(KEYS.len())..number(KEYS.len() + VALUES.len())).prop_map(Symbol)
}

fn requirement() -> impl Strategy<Value = Requirement> {
    let values = || proptest::collection::vec(value(), 0..3);
    let operator = prop_oneof![
        4 => values().prop_map(|values| Operator::In(values.into())),
        1 => values().prop_map(|values| Operator::NotIn(values.into())),
        1 => Just(Operator::Exists),
        1 => Just(Operator::DoesNotExist),
    ];
    (key(), operator).prop_map(|(key, operator)| Requirement { key, operator })
}

fn conjunct() -> impl Strategy<Value = Conjunct> {
    let addresses = subsequence(BLOCKS.to_vec(), 0..3).prop_map(|blocks| {
        let blocks = blocks.into_iter().map(|text| AddressSet::block(block(text).unwrap(), &[]));
        Arc::new(blocks.flat_map(|set| set.ranges().to_vec()).collect::<AddressSet>())
    });
    (
        proptest::collection::vec(requirement(), 0..3),
        proptest::option::weighted(0.25, addresses),
        proptest::option::weighted(0.15, proptest::sample::select(&CONDITIONS[..])),
    )
        .prop_map(|(requirements, addresses, condition)| Conjunct {
            requirements: requirements.into(),
            addresses,
            condition: condition.map(Arc::from),
        })
}

fn matcher() -> impl Strategy<Value = Arc<Matcher>> {
    proptest::collection::vec(conjunct(), 0..3).prop_map(|conjuncts| Arc::new(Matcher(conjuncts)))
}

fn port() -> impl Strategy<Value = PortMatch> {
    let number = || prop_oneof![0u16..6, Just(80), Just(255), Just(256), Just(65535)];
    prop_oneof![
        3 => (protocol(), number(), number()).prop_map(|(protocol, one, other)| PortMatch::Range {
            protocol,
            first: one.min(other),
            last: one.max(other),
        }),
        1 => protocol().prop_map(PortMatch::all),
        1 => (protocol(), proptest::sample::select(&NAMES[..]))
            .prop_map(|(protocol, name)| PortMatch::Named { protocol, name: Text::new(name) }),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let action = prop_oneof![
        3 => Just(Action::Allow),
        3 => Just(Action::Deny),
        2 => (0u32..6).prop_map(|rank| Action::Pass(Rank(rank))),
        1 => Just(Action::Break),
    ];
    let direction = prop_oneof![Just(Direction::Ingress), Just(Direction::Egress)];
    let ports = proptest::option::weighted(0.6, proptest::collection::vec(port(), 0..4));
    let proxy = proptest::option::weighted(
        0.2,
        prop_oneof![Just(Proxy::Http(HttpRules::everything())), Just(Proxy::Dns(DnsRules::everything()))],
    );
    let authentication = proptest::option::weighted(0.2, proptest::sample::select(&AUTHENTICATION[..]));
    (direction, 0u32..6, action, matcher(), matcher(), ports, proxy, authentication).prop_map(
        |(direction, rank, action, subject, peers, ports, proxy, authentication)| Rule {
            origin: Origin::Plugin("a test"),
            direction,
            rank: Rank(rank),
            action,
            subject,
            peers,
            ports: ports.map(Arc::from),
            proxy: proxy.map(Arc::new),
            authentication,
        },
    )
}

fn named_ports() -> impl Strategy<Value = Arc<[NamedPort]>> {
    let port = (protocol(), proptest::sample::select(&NAMES[..2]), 1u16..100)
        .prop_map(|(protocol, name, number)| NamedPort { name: Text::new(name), protocol, number });
    proptest::collection::vec(port, 0..3).prop_map(Arc::from)
}

fn view() -> impl Strategy<Value = View> {
    let addresses = prop_oneof![
        subsequence(ADDRESSES.to_vec(), 0..3).prop_map(|addresses| {
            Addresses::Known(addresses.into_iter().map(|text| text.parse().unwrap()).collect())
        }),
        Just(Addresses::Unknown),
        Just(Addresses::Unseen),
    ];
    let labels = proptest::collection::vec((key(), value()), 0..4);
    (labels, addresses, named_ports(), named_ports()).prop_map(|(labels, addresses, ports, peer_ports)| {
        View { labels: labels.into_iter().collect(), addresses, ports, peer_ports }
    })
}

fn sight(views: u32) -> impl Strategy<Value = Sight> {
    let view = || (0..views).prop_map(ViewId);
    (view(), view(), proptest::option::of(0u32..2), any::<bool>()).prop_map(|(remote, local, node, same)| {
        Sight { remote, local: if same { remote } else { local }, node }
    })
}

prop_compose! {
    /// A cluster as a plug-in might see it: few labels, so that much is selected.
    fn lowered()(
        mut views in proptest::collection::vec(view(), 1..8),
        mut rules in proptest::collection::vec(rule(), 0..10),
    )(
        pods in proptest::collection::vec(sight(number(views.len())), 0..8),
        nodes in proptest::collection::vec(sight(number(views.len())), 2),
        views in Just(std::mem::take(&mut views)),
        rules in Just(std::mem::take(&mut rules)),
    ) -> Lowered {
        let mut views = views.clone();
        let mut rules = rules.clone();
        rules.sort_by_key(|rule| (rule.direction, rule.rank));
        let sets: Vec<AddressSet> =
            BLOCKS.iter().map(|text| AddressSet::block(block(text).unwrap(), &[])).collect();
        let outside = atoms(&sets).into_iter().map(|(first, last)| {
            views.push(View { addresses: Addresses::Range(first, last), ..View::default() });
            ((first, last), ViewId(number(views.len() - 1)))
        });
        let outside = outside.collect();
        Lowered {
            profile: Profile::Spec,
            symbols: symbols(),
            policies: vec![PolicyName::default()],
            rules,
            views,
            pods,
            nodes: nodes.into_iter().zip(0..).map(|(sight, at)| Sight { node: Some(at), ..sight }).collect(),
            outside,
            names: Vec::new(),
            problems: Vec::new(),
            basis: None,
        }
    }
}

/// A verdict that names the first rule of each effect instead of the rules themselves.
fn meant(lowered: &Lowered, verdict: Verdict) -> Verdict {
    let first = effects::representatives(&lowered.rules);
    let named = |rules: Vec<u32>| {
        let mut named: Vec<u32> = Vec::new();
        for rule in rules.into_iter().map(|rule| first[rule as usize]) {
            if !named.contains(&rule) {
                named.push(rule);
            }
        }
        named.sort_unstable();
        named
    };
    match verdict {
        Verdict::Limited(limits) => Verdict::limited(
            limits
                .into_iter()
                .map(|limit| match limit {
                    Limit::Http(rules) => Limit::Http(named(rules)),
                    Limit::Dns(rules) => Limit::Dns(named(rules)),
                    other @ Limit::Authentication(_) => other,
                })
                .collect(),
        ),
        other => other,
    }
}

fn endpoints(lowered: &Lowered) -> Vec<Endpoint> {
    let pods = (0..number(lowered.pods.len())).map(Endpoint::Pod);
    let nodes = (0..number(lowered.nodes.len())).map(Endpoint::Node);
    let outside = ADDRESSES.iter().map(|text| Endpoint::Address(text.parse().unwrap()));
    pods.chain(nodes).chain(outside).collect()
}

fn traffics() -> impl Iterator<Item = Traffic> {
    let ports = [1, 2, 3, 5, 6, 7, 50, 80, 81, 255, 256, 65534, 65535];
    let with_ports = Protocol::WITH_PORTS
        .into_iter()
        .flat_map(move |protocol| ports.into_iter().map(move |port| Traffic { protocol, port }));
    let types = [Protocol::Icmp, Protocol::IcmpV6]
        .into_iter()
        .flat_map(|protocol| [0, 1, 3, 80, 255].map(|port| Traffic { protocol, port }));
    let others = [47, 99, 255].map(|number| Traffic { protocol: Protocol::Other(number), port: 0 });
    with_ports.chain(types).chain(others)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn all_pairs_are_what_each_pair_is(lowered in lowered()) {
        let engine = Engine::new(&lowered);
        for from in endpoints(&lowered) {
            for to in endpoints(&lowered) {
                let connections = engine.connections(from, to).unwrap();
                for traffic in traffics() {
                    let answer = lowered.answer(Flow { from, to, traffic }).unwrap();
                    let wanted = meant(&lowered, answer.egress.verdict.and(&answer.ingress.verdict));
                    prop_assert_eq!(connections.at(traffic), Some(&wanted), "{:?} to {:?}: {:?}", from, to, traffic);
                }
            }
        }
    }

    #[test]
    fn rectangles_tell_every_pair_once(lowered in lowered()) {
        let engine = Engine::new(&lowered);
        let parts = engine.rectangles(Vec::new, |pairs, rectangle| {
            let pods = |classes: &[ClassId]| classes.iter().map(|&id| engine.class(id).unwrap().pods.len() as u64).sum::<u64>();
            assert_eq!((pods(rectangle.from), pods(rectangle.to)), (rectangle.senders, rectangle.receivers));
            for from in rectangle.from {
                pairs.extend(rectangle.to.iter().map(|to| ((*from, *to), rectangle.connections)));
            }
        });
        let pairs: Vec<_> = parts.into_iter().flatten().collect();
        let told: BTreeMap<_, _> = pairs.iter().copied().collect();
        prop_assert_eq!(told.len(), pairs.len(), "no pair twice");
        let near: BTreeMap<_, _> = engine.near().map(|near| ((near.from, near.to), near)).collect();
        let inside = endpoints(&lowered);
        for &from in &inside {
            for &to in inside.iter().filter(|to| **to != from) {
                let classes = (engine.class_of(from).unwrap(), engine.class_of(to).unwrap());
                let apart = told.get(&classes).copied().unwrap_or(ConnectionsId::NOTHING);
                let exception = near.get(&(from, to));
                prop_assert_eq!(exception.map_or(apart, |near| near.apart), apart);
                let really = exception.map_or(apart, |near| near.together);
                prop_assert_eq!(Some(really), engine.connections_id(from, to));
            }
        }
    }

    #[test]
    fn joining_is_exact(one in lowered(), other in lowered()) {
        let connections = |lowered: &Lowered| {
            let engine = Engine::new(lowered);
            let address = Endpoint::Address(IpAddr::V4(Ipv4Addr::LOCALHOST));
            engine.connections(Endpoint::Node(0), address).unwrap()
        };
        let (one, other) = (connections(&one), connections(&other));
        let joined = one.and(&other);
        prop_assert_eq!(&joined, &other.and(&one));
        prop_assert_eq!(&one.and(&one), &one);
        for traffic in traffics() {
            let wanted = one.at(traffic).unwrap().and(other.at(traffic).unwrap());
            prop_assert_eq!(joined.at(traffic), Some(&wanted));
        }
    }
}

#[test]
fn connections_are_written_shortly() {
    let port = |protocol, first, last| PortMatch::Range { protocol, first, last };
    let rule = |action, ports: &[PortMatch]| Rule {
        origin: Origin::Plugin("a test"),
        direction: Direction::Ingress,
        rank: Rank(if action == Action::Allow { 1 } else { 2 }),
        action,
        subject: Arc::new(Matcher::everybody()),
        peers: Arc::new(Matcher::everybody()),
        ports: (!ports.is_empty()).then(|| ports.into()),
        proxy: None,
        authentication: None,
    };
    let written = |rules: &[Rule]| {
        let candidates: Vec<_> =
            (0..number(rules.len())).map(|rule| crate::Candidate { rule, condition: None }).collect();
        Connections::judged(rules, &candidates, &[]).to_string()
    };
    let tcp = [port(Protocol::Tcp, 80, 80), port(Protocol::Tcp, 8000, 8999), port(Protocol::Udp, 53, 53)];
    assert_eq!(written(&[rule(Action::Allow, &tcp), rule(Action::Deny, &[])]), "TCP 80, 8000-8999; UDP 53");
    assert_eq!(written(&[rule(Action::Deny, &tcp[..1])]), "all but TCP 80");
    assert_eq!(written(&[rule(Action::Deny, &[])]), "nothing");
    assert_eq!(written(&[]), "all traffic");
    let all = [PortMatch::all(Protocol::Sctp), port(Protocol::Tcp, 1, 65535)];
    assert_eq!(written(&[rule(Action::Allow, &all), rule(Action::Deny, &[])]), "TCP; SCTP");
    let open = Connections::uniform(&Verdict::Depends(vec![Arc::from("it runs")]));
    assert_eq!(open.to_string(), "depends: all traffic");
}

#[test]
fn who_is_alike_shares_a_class() {
    let mut symbols = Symbols::default();
    let (app, noise) = (symbols.intern("app"), symbols.intern("noise"));
    let values: Vec<Symbol> = (0..100).map(|at| symbols.intern(&at.to_string())).collect();
    let views: Vec<View> = (0..100)
        .map(|at| View {
            labels: LabelSet::from_iter([(app, values[at % 2]), (noise, values[at])]),
            ..View::default()
        })
        .collect();
    let rule = Rule {
        origin: Origin::Default(vec![]),
        direction: Direction::Ingress,
        rank: Rank(0),
        action: Action::Deny,
        subject: Arc::new(Matcher::label(app, values[0])),
        peers: Arc::new(Matcher::everybody()),
        ports: None,
        proxy: None,
        authentication: None,
    };
    let pods = (0..100).map(|at| Sight { remote: ViewId(at), local: ViewId(at), node: None }).collect();
    let lowered = Lowered {
        profile: Profile::Spec,
        symbols,
        policies: Vec::new(),
        rules: vec![rule],
        views,
        pods,
        nodes: Vec::new(),
        outside: Vec::new(),
        names: Vec::new(),
        problems: Vec::new(),
        basis: None,
    };
    let engine = Engine::new(&lowered);
    assert_eq!(engine.classes().iter().map(|class| class.pods.len()).collect::<Vec<_>>(), [50, 50]);
    let rectangles = engine.rectangles(Vec::new, |all, rectangle| {
        all.push((rectangle.from.len(), rectangle.to.len(), rectangle.connections));
    });
    assert_eq!(rectangles.concat(), [(2, 1, ConnectionsId::EVERYTHING)]);
}
