//! One packet at a time as Cilium's documents and the records of its own engine tell it: rule after rule, tier after tier. Of
//! the crate it uses the types of what was read and nothing of what lowers or decides.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ironsides_network::kinds::cilium::{L7, Rule, Spec, Subject};
use ironsides_network::kinds::cluster_network_policy::{
    self as cluster, Action as Written, ClusterNetworkPolicy, Tier, Who as Wanted,
};
use ironsides_network::kinds::network_policy::{NetworkPolicy, Peer};
use ironsides_network::kinds::selector::Selector;
use ironsides_network::l7::Request;
use ironsides_network::profile::Enforcement;
use ironsides_network::{Authentication, Cluster, Direction, Endpoint, Options, Policies, Traffic};

use crate::cilium::traffic::{self, icmp, is_request, kubernetes_port, port_of_kubernetes, port_text, texts};
use crate::cilium::who::{Kind, Place, Who, is_name};

/// What is guessed about a packet.
#[derive(Clone, Debug)]
pub(crate) struct Guess {
    /// Over which family ends talk that have both.
    pub(crate) six: bool,
    /// The address of who has none.
    pub(crate) address: IpAddr,
    /// Whether names that nobody has looked up resolve to the address in question.
    pub(crate) resolves: bool,
    /// Whether a cloud counts the address in the group that a rule names.
    pub(crate) in_cloud: bool,
    /// Whether the server name of the connection is one that a rule lists.
    pub(crate) is_named: bool,
    /// Whether the listener of a rule lets the connection through.
    pub(crate) is_heard: bool,
    /// Whether a pod of which nobody knows the node is on that of its peer.
    pub(crate) near: bool,
}

/// What one end says to a packet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Said {
    Deny,
    /// The agent cannot work out what the policies say.
    Broken,
    /// It goes through.
    Allow(Through),
}

/// How a packet goes through.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Through {
    /// What the ends must prove: one of these.
    pub(crate) proof: BTreeSet<Option<Authentication>>,
    /// Which of the requests pass.
    pub(crate) requests: Vec<bool>,
    /// Which of the names may be looked up.
    pub(crate) names: Vec<bool>,
    /// Whether a proxy looks at it.
    pub(crate) is_proxied: bool,
}

/// The tiers in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Admin(i32, u32),
    Normal,
    Baseline(i32, u32),
}

impl Level {
    fn is_same_tier(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Allow,
    Deny,
    Pass,
}

/// A rule that takes the packet.
struct Taken<'a> {
    level: Level,
    action: Action,
    l7: Option<&'a L7>,
    proof: Option<Authentication>,
    /// The selectors by which it means the peer.
    by: Vec<String>,
    /// Its ports as they are written; the packet is taken by one of them.
    port: String,
    /// Whether it names exactly the port of the packet.
    exact: bool,
    /// Whether it asks for server names, or leaves it to a listener.
    asks: [bool; 2],
}

/// What guards a subject in one direction.
#[derive(Default)]
struct Guarded<'a> {
    taken: Vec<Taken<'a>>,
    guards: bool,
    closes: bool,
}

/// What rules of one selector and port ask for: a proof, and whether a proxy for HTTP looks at it or one for DNS.
type Claimed = (Option<Authentication>, Option<bool>);

/// One packet at one end.
pub(crate) struct Packet<'a> {
    pub(crate) direction: Direction,
    pub(crate) subject: Who<'a>,
    pub(crate) peer: Who<'a>,
    pub(crate) traffic: Traffic,
}

pub(crate) struct Slow<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) policies: &'a Policies,
    pub(crate) options: Options,
    pub(crate) requests: &'a [Request],
    pub(crate) names: &'a [&'a str],
    /// Of whom the agent cannot work out the policy: looked up once.
    pub(crate) broken: RefCell<BTreeMap<Endpoint, bool>>,
}

impl Slow<'_> {
    /// What an end says, under every guess.
    pub(crate) fn answers(
        &self,
        guesses: &[Guess],
        direction: Direction,
        (from, to): (Endpoint, Endpoint),
        traffic: Traffic,
    ) -> BTreeSet<Said> {
        guesses.iter().map(|guess| self.says(guess, direction, (from, to), traffic)).collect()
    }

    fn says(
        &self,
        guess: &Guess,
        direction: Direction,
        (from, to): (Endpoint, Endpoint),
        traffic: Traffic,
    ) -> Said {
        let place = Place { cluster: self.cluster, options: &self.options, guess };
        let (subject, peer) = match direction {
            Direction::Egress => (from, to),
            Direction::Ingress => (to, from),
        };
        let near = || place.node_of(peer).filter(|_| guess.near);
        let own = place.node_of(subject).or_else(near);
        let packet =
            Packet { direction, subject: place.see(subject, own), peer: place.see(peer, own), traffic };
        let is_pod = matches!(packet.subject.kind, Kind::Pod(_));
        let is_guarded_node = matches!(packet.subject.kind, Kind::Host(_)) && self.options.host_firewall;
        if !(is_pod || is_guarded_node) || self.options.enforcement == Enforcement::Never {
            return self.open();
        }
        let known = self.broken.borrow().get(&subject).copied();
        let is_broken = known.unwrap_or_else(|| self.is_broken(place, &packet.subject));
        self.broken.borrow_mut().insert(subject, is_broken);
        if is_broken {
            return Said::Broken;
        }
        let mut guarded = Guarded::default();
        self.network(place, &packet, &mut guarded);
        self.own_kinds(place, &packet, &mut guarded);
        guarded.taken = hear(guess, guarded.taken);
        self.cluster_kind(place, &packet, &mut guarded);
        self.decide(&packet, guarded)
    }

    fn open(&self) -> Said {
        self.through(BTreeSet::from([None]), None, None)
    }

    fn through(
        &self,
        proof: BTreeSet<Option<Authentication>>,
        requests: Option<Vec<bool>>,
        names: Option<Vec<bool>>,
    ) -> Said {
        let is_proxied = requests.is_some() || names.is_some();
        let requests = requests.unwrap_or_else(|| vec![true; self.requests.len()]);
        let names = names.unwrap_or_else(|| vec![true; self.names.len()]);
        Said::Allow(Through { proof, requests, names, is_proxied })
    }

    // Tier after tier.

    fn decide(&self, packet: &Packet<'_>, mut guarded: Guarded<'_>) -> Said {
        let always = self.options.enforcement == Enforcement::Always;
        // The own node comes in last of all, where something is closed; in the mode `always` only where a rule guards.
        let is_let_in = packet.direction == Direction::Ingress
            && matches!(packet.peer.kind, Kind::Host(_))
            && self.options.allow_local_host;
        let is_open = match (always, guarded.closes) {
            (false, false) => true,
            (false, true) => is_let_in,
            (true, _) => is_let_in && guarded.guards,
        };
        // An endpoint that nothing closes is open in both proxies too.
        let is_wild = guarded.guards && !guarded.closes && !always;
        guarded.taken.sort_by_key(|taken| taken.level);
        let levels: Vec<&[Taken<'_>]> = guarded.taken.chunk_by(|a, b| a.level == b.level).collect();
        let mut passed: Option<Level> = None;
        for (at, level) in levels.iter().enumerate() {
            let tier = level[0].level;
            if passed.is_some_and(|passed| passed.is_same_tier(tier)) {
                continue;
            }
            let has = |action| level.iter().any(|taken| taken.action == action);
            if has(Action::Deny) {
                return Said::Deny;
            }
            if has(Action::Allow) {
                let rest = &levels[at + 1..];
                let always_in = is_let_in || is_wild;
                return self.allowed(level, rest, always_in, is_open);
            }
            passed = Some(tier);
        }
        if is_open { self.open() } else { Said::Deny }
    }

    /// Rules of one level let the packet through, and proxies may look at it.
    fn allowed(&self, level: &[Taken<'_>], rest: &[&[Taken<'_>]], always_in: bool, is_open: bool) -> Said {
        let allow: Vec<&Taken<'_>> = level.iter().filter(|taken| taken.action == Action::Allow).collect();
        let proof = proofs(&allow, rest);
        let http = |taken: &Taken<'_>| taken.l7.is_some_and(|l7| l7.http.iter().flatten().next().is_some());
        let dns = |taken: &Taken<'_>| taken.l7.is_some_and(|l7| l7.dns.iter().flatten().next().is_some());
        if allow.iter().any(|taken| http(taken)) {
            let passes = |request: &Request| {
                let takes = |taken: &&Taken<'_>| {
                    !dns(taken)
                        && taken
                            .l7
                            .is_none_or(|l7| l7.http.iter().flatten().any(|rule| is_request(rule, request)))
                };
                if always_in || allow.iter().any(takes) {
                    return true;
                }
                // What no rule of this level takes goes on to the tiers below.
                let mut passed: Option<Level> = None;
                for level in rest {
                    if passed.is_some_and(|passed| passed.is_same_tier(level[0].level)) {
                        continue;
                    }
                    if level.iter().any(|taken| taken.action == Action::Deny) {
                        return false;
                    }
                    if level.iter().any(|taken| taken.action == Action::Allow && takes(&taken)) {
                        return true;
                    }
                    if level.iter().any(|taken| taken.action == Action::Pass) {
                        passed = Some(level[0].level);
                    }
                }
                is_open
            };
            return self.through(proof, Some(self.requests.iter().map(passes).collect()), None);
        }
        if allow.iter().any(|taken| dns(taken)) {
            let passes = |name: &&str| {
                always_in
                    || allow.iter().any(|taken| match taken.l7 {
                        Some(l7) => l7.dns.iter().flatten().any(|rule| is_name(rule, name)),
                        None => taken.exact,
                    })
            };
            return self.through(proof, None, Some(self.names.iter().map(passes).collect()));
        }
        self.through(proof, None, None)
    }

    // NetworkPolicy as Cilium reads it.

    fn network(&self, place: Place<'_>, packet: &Packet<'_>, guarded: &mut Guarded<'_>) {
        for policy in &self.policies.network {
            let own = policy.name.namespace.as_deref().unwrap_or("default");
            let gone = !policy.refused.is_empty() && !self.options.as_stored;
            if gone || !place.is_pod_in(own, &policy.pod_selector, &packet.subject) {
                continue;
            }
            let rules = match packet.direction {
                Direction::Ingress => &policy.ingress,
                Direction::Egress => &policy.egress,
            };
            if !isolates(policy, packet.direction) {
                continue;
            }
            guarded.guards = true;
            guarded.closes = true;
            for rule in rules.iter().flatten() {
                let is_peer =
                    |peer: &Peer| match (&peer.ip_block, &peer.namespace_selector, &peer.pod_selector) {
                        (Some(block), ..) => place.is_in(block.cidr, &block.except, &packet.peer),
                        (None, Some(namespaces), pods) => place.is_among(
                            namespaces,
                            Some(pods.as_ref().unwrap_or(&Selector::default())),
                            &packet.peer,
                        ),
                        (None, None, Some(pods)) => place.is_pod_in(own, pods, &packet.peer),
                        (None, None, None) => place.is_pod_in(own, &Selector::default(), &packet.peer),
                    };
                if !rule.peers.is_empty() && !rule.peers.iter().any(is_peer) {
                    continue;
                }
                let mut exact = rule.ports.is_empty().then_some(false);
                for port in &rule.ports {
                    exact =
                        exact.max(kubernetes_port(place, packet, Some(port.protocol), port.port.as_ref()));
                }
                let Some(exact) = exact else { continue };
                guarded.taken.push(Taken {
                    level: Level::Normal,
                    action: Action::Allow,
                    l7: None,
                    proof: None,
                    by: if rule.peers.is_empty() { vec!["everyone".to_owned()] } else { Vec::new() },
                    port: port_of_kubernetes(&rule.ports, packet.traffic),
                    exact,
                    asks: [false; 2],
                });
            }
        }
    }

    // Cilium's own kinds.

    fn specs(&self) -> impl Iterator<Item = (Option<&str>, &Spec)> {
        let real = self.policies.cilium.iter().filter(|policy| {
            let refused = policy.refused(self.options.node_selector_labels).is_some();
            !refused && (policy.schema.is_empty() || self.options.as_stored)
        });
        real.flat_map(|policy| policy.specs.iter().map(|spec| (policy.name.namespace.as_deref(), spec)))
    }

    fn is_guarded_by(&self, place: Place<'_>, spec: &Spec, namespace: Option<&str>, who: &Who<'_>) -> bool {
        match &spec.subject {
            Subject::Endpoints(selector) => place.is_subject(selector, namespace, who),
            Subject::Nodes(selector) => self.options.host_firewall && place.guards(selector, who),
            Subject::Nothing => false,
        }
    }

    fn own_kinds<'s>(&'s self, place: Place<'_>, packet: &Packet<'_>, guarded: &mut Guarded<'s>) {
        for (namespace, spec) in self.specs() {
            if !self.is_guarded_by(place, spec, namespace, &packet.subject) {
                continue;
            }
            let mut rules = spec.rules.iter().filter(|rule| rule.direction == packet.direction).peekable();
            if rules.peek().is_none() {
                continue;
            }
            let written = match packet.direction {
                Direction::Ingress => spec.default_deny.ingress,
                Direction::Egress => spec.default_deny.egress,
            };
            guarded.guards = true;
            guarded.closes |= written.unwrap_or(true);
            for rule in rules {
                self.rule(place, packet, namespace, rule, guarded);
            }
        }
    }

    fn rule<'s>(
        &'s self,
        place: Place<'_>,
        packet: &Packet<'_>,
        namespace: Option<&str>,
        rule: &'s Rule,
        guarded: &mut Guarded<'s>,
    ) {
        let (ports, icmps) =
            (rule.ports.as_deref().unwrap_or_default(), rule.icmps.as_deref().unwrap_or_default());
        let ported = !ports.is_empty() || !icmps.is_empty();
        let by = match place.peers(rule, namespace, &packet.peer) {
            Some(named) => named.into_iter().filter(|(_, is)| *is).map(|(by, _)| by).collect(),
            // Who names no peer means everyone where traffic is named, and else nobody.
            None if ported => vec!["everyone".to_owned()],
            None => Vec::new(),
        };
        if by.is_empty() {
            return;
        }
        let mut take = |l7: Option<&'s L7>, port: String, exact: bool, asks: [bool; 2]| {
            guarded.taken.push(Taken {
                level: Level::Normal,
                action: if rule.deny { Action::Deny } else { Action::Allow },
                l7: l7.filter(|l7| !l7.is_empty()),
                proof: rule.authentication.as_deref().and_then(proof),
                by: by.clone(),
                port,
                exact,
                asks,
            });
        };
        if !ported {
            return take(None, "all".to_owned(), false, [false; 2]);
        }
        if let Some(port) = icmp(icmps, packet.traffic) {
            take(None, port, true, [false; 2]);
        }
        for ports in ports {
            let asks = [!ports.server_names.is_empty(), ports.listener.is_some()];
            for port in ports.ports.iter().flatten() {
                if let Some(exact) = traffic::port(place, packet, port) {
                    take(ports.rules.as_ref(), port_text(port, packet.traffic.protocol), exact, asks);
                }
            }
        }
    }

    /// Whether rules of one peer and port send a packet to two kinds of proxies, or ask two kinds of proof.
    fn is_broken(&self, place: Place<'_>, subject: &Who<'_>) -> bool {
        let mut known: BTreeMap<(Direction, String, String), Claimed> = BTreeMap::new();
        for (namespace, spec) in self.specs() {
            if !self.is_guarded_by(place, spec, namespace, subject) {
                continue;
            }
            for rule in spec.rules.iter().filter(|rule| !rule.deny) {
                let asked = rule.authentication.as_deref().and_then(proof);
                let ported = rule.ports.iter().flatten().next().is_some()
                    || rule.icmps.iter().flatten().next().is_some();
                let peers = match place.peers(rule, namespace, subject) {
                    Some(named) => named.into_iter().map(|(by, _)| by).collect(),
                    None if ported => vec!["everyone".to_owned()],
                    None => Vec::new(),
                };
                for (port, l7) in texts(rule, ported) {
                    let l7 = l7.filter(|l7| !l7.is_empty());
                    let http = l7.map(|l7| l7.http.iter().flatten().next().is_some());
                    for peer in &peers {
                        let key = (rule.direction, peer.clone(), port.clone());
                        let (one, other) = known.entry(key).or_default();
                        if asked.is_some_and(|asked| *one.get_or_insert(asked) != asked)
                            || http.is_some_and(|http| *other.get_or_insert(http) != http)
                        {
                            return true;
                        }
                    }
                }
            }
        }
        false
    }

    // ClusterNetworkPolicy as Cilium reads it.

    fn cluster_kind(&self, place: Place<'_>, packet: &Packet<'_>, guarded: &mut Guarded<'_>) {
        for policy in &self.policies.cluster {
            let peers = || policy.rules.iter().flat_map(|rule| &rule.peers);
            let gone = policy.name.kind != "ClusterNetworkPolicy"
                || (!policy.refused.is_empty() && !self.options.as_stored)
                || (!self.options.node_selector_labels
                    && peers().any(|peer| matches!(peer.who, Wanted::Nodes(_))));
            if gone || !is_subject(place, policy, &packet.subject) {
                continue;
            }
            for rule in policy.rules.iter().filter(|rule| rule.direction == packet.direction) {
                let says_something = rule.action != Written::Accept
                    || rule.peers.is_empty()
                    || rule.peers.iter().any(|peer| peer.who != Wanted::Unknown);
                guarded.guards |= says_something;
                let level = match policy.tier {
                    Tier::Admin => Level::Admin(policy.priority, rule.index),
                    Tier::Baseline => Level::Baseline(policy.priority, rule.index),
                };
                self.cluster_rule(place, packet, rule, level, guarded);
            }
        }
    }

    fn cluster_rule(
        &self,
        place: Place<'_>,
        packet: &Packet<'_>,
        rule: &cluster::Rule,
        level: Level,
        guarded: &mut Guarded<'_>,
    ) {
        let mut exact = rule.ports.as_ref().is_none_or(Vec::is_empty).then_some(false);
        for port in rule.ports.iter().flatten() {
            exact = exact.max(kubernetes_port(place, packet, port.protocol, port.port.as_ref()));
        }
        let Some(exact) = exact else { return };
        for peer in &rule.peers {
            let is = match &peer.who {
                Wanted::Pods(cluster::Subject::Namespaces(namespaces)) => {
                    place.is_among(namespaces, None, &packet.peer)
                }
                Wanted::Pods(cluster::Subject::Pods { namespaces, pods }) => {
                    place.is_among(namespaces, Some(pods), &packet.peer)
                }
                Wanted::Nodes(selector) => place.is_node(selector, &packet.peer),
                Wanted::Networks(blocks) => blocks.iter().any(|block| place.is_in(*block, &[], &packet.peer)),
                // A peer that nobody knows is everyone to what denies, and to what passes, which then denies.
                Wanted::Unknown => rule.action != Written::Accept,
                Wanted::Pods(cluster::Subject::Nothing) | Wanted::DomainNames(_) => false,
            };
            let action = match rule.action {
                Written::Accept | Written::Unknown => Action::Allow,
                Written::Pass if peer.who != Wanted::Unknown => Action::Pass,
                Written::Pass | Written::Deny => Action::Deny,
            };
            if is {
                let (by, port) = (Vec::new(), String::new());
                guarded.taken.push(Taken {
                    level,
                    action,
                    l7: None,
                    proof: None,
                    by,
                    port,
                    exact,
                    asks: [false; 2],
                });
            }
        }
    }
}

/// Leaves out what asks for a server name or a listener that is not there. Rules of one selector and port are one: what one of
/// them asks is asked by all.
fn hear<'a>(guess: &Guess, taken: Vec<Taken<'a>>) -> Vec<Taken<'a>> {
    let passes = |taken: &Taken<'_>, all: &[Taken<'a>]| {
        let here = |by: &String| {
            let shares = |other: &&Taken<'a>| {
                other.action == Action::Allow && other.port == taken.port && other.by.contains(by)
            };
            all.iter()
                .filter(shares)
                .all(|other| (guess.is_named || !other.asks[0]) && (guess.is_heard || !other.asks[1]))
        };
        taken.action != Action::Allow || taken.by.is_empty() || taken.by.iter().any(here)
    };
    let passing: Vec<bool> = taken.iter().map(|one| passes(one, &taken)).collect();
    taken.into_iter().zip(passing).filter(|(_, passes)| *passes).map(|(taken, _)| taken).collect()
}

/// What the ends must prove where these rules let a packet through: certain where they agree, or where all are for one peer and
/// port, of which the one that says something counts; else one of what any of them says.
fn proofs(allow: &[&Taken<'_>], rest: &[&[Taken<'_>]]) -> BTreeSet<Option<Authentication>> {
    let real = |proof: Option<Authentication>| proof.filter(|proof| *proof != Authentication::Disabled);
    let first = allow[0];
    let later: BTreeSet<_> =
        rest.iter().flat_map(|level| level.iter()).filter_map(|taken| taken.proof).collect();
    let of_one =
        allow.iter().all(|taken| taken.by.len() == 1 && taken.by == first.by && taken.port == first.port);
    if of_one || (later.is_empty() && allow.iter().all(|taken| taken.proof == first.proof)) {
        let most = allow.iter().map(|taken| taken.proof).max().flatten();
        if later.is_empty() || most.is_some() {
            return BTreeSet::from([real(most)]);
        }
    }
    let all =
        allow.iter().map(|taken| real(taken.proof)).chain(later.into_iter().map(|proof| real(Some(proof))));
    all.chain([None]).collect()
}

fn proof(mode: &str) -> Option<Authentication> {
    match mode {
        "required" => Some(Authentication::Required),
        "test-always-fail" => Some(Authentication::AlwaysFail),
        "disabled" => Some(Authentication::Disabled),
        _ => None,
    }
}

/// Rules of a direction shut it, whatever `policyTypes` says.
fn isolates(policy: &NetworkPolicy, direction: Direction) -> bool {
    let types = policy.policy_types.as_deref().unwrap_or_default();
    let has = |rules: &Option<Vec<_>>| rules.as_ref().is_some_and(|rules| !rules.is_empty());
    match direction {
        Direction::Ingress => {
            has(&policy.ingress) || types.contains(&direction) || !types.contains(&Direction::Egress)
        }
        Direction::Egress => has(&policy.egress) || types.contains(&direction),
    }
}

fn is_subject(place: Place<'_>, policy: &ClusterNetworkPolicy, who: &Who<'_>) -> bool {
    match &policy.subject {
        cluster::Subject::Namespaces(namespaces) => place.is_subject_of_cluster(namespaces, None, who),
        cluster::Subject::Pods { namespaces, pods } => {
            place.is_subject_of_cluster(namespaces, Some(pods), who)
        }
        cluster::Subject::Nothing => false,
    }
}
