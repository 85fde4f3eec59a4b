//! Reading ClusterNetworkPolicy and its two predecessors.
//!
//! Source of the rules: the definitions of the custom resources in network-policy-api v0.2.0 (ClusterNetworkPolicy) and v0.1
//! (AdminNetworkPolicy, BaselineAdminNetworkPolicy), experimental channel.

use ironsides_tree::{Cursor, Text};

use super::{Action, ClusterNetworkPolicy, Peer, Port, Rule, Subject, Tier, Who};
use crate::kinds::network_policy::PortNumbers;
use crate::kinds::reader::Reader;
use crate::place::{Loss, Problem};
use crate::port::Protocol;
use crate::rule::Direction;

/// Which of the three kinds a document is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Cluster,
    Admin,
    Baseline,
}

impl ClusterNetworkPolicy {
    /// The kinds that are read into this type, all of the group `policy.networking.k8s.io`.
    pub const KINDS: [&'static str; 3] =
        ["ClusterNetworkPolicy", "AdminNetworkPolicy", "BaselineAdminNetworkPolicy"];

    /// Reads a document of one of these kinds, as far as it can be read. The problems are those that do not make the API server
    /// refuse it.
    pub fn read(document: u32, root: &Cursor<'_>) -> (Self, Vec<Problem>) {
        let mut reader = Reader::new(document);
        let dialect = match root.get("kind").str() {
            Some("AdminNetworkPolicy") => Dialect::Admin,
            Some("BaselineAdminNetworkPolicy") => Dialect::Baseline,
            _ => Dialect::Cluster,
        };
        let spec = root.get("spec");
        if !reader.map(&spec) && !spec.is_set() {
            reader.refuse(&spec, "a policy needs a spec");
        }
        reader.only(&spec, dialect.fields());
        let name = Reader::name(root, false);
        reader.metadata(root);
        if dialect == Dialect::Baseline && name.name != "default" {
            let at = root.at(&["metadata", "name"]);
            reader.refuse(&at, "the one BaselineAdminNetworkPolicy of a cluster is called `default`");
        }
        let tier = tier(&mut reader, &spec, dialect);
        let priority = priority(&mut reader, &spec, dialect);
        let subject_at = spec.get("subject");
        let subject = subject(&mut reader, &subject_at, dialect);
        let mut rules = Vec::new();
        for direction in Direction::ALL {
            let at = spec.get(direction.field());
            let items = reader.list(&at);
            limit(&mut reader, &at, items.len(), dialect.rules(), "rules");
            for (index, item) in (0..).zip(&items) {
                rules.push(rule(&mut reader, item, dialect, direction, index));
            }
        }
        let place = reader.place(root);
        let policy = Self { name, place, tier, priority, subject, rules, refused: reader.refused };
        (policy, reader.problems)
    }
}

impl Dialect {
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Cluster => &["tier", "priority", "subject", "ingress", "egress"],
            Self::Admin => &["priority", "subject", "ingress", "egress"],
            Self::Baseline => &["subject", "ingress", "egress"],
        }
    }

    /// How many rules a direction may have, and how many peers and ports a rule.
    fn rules(self) -> usize {
        if self == Self::Cluster { 25 } else { 100 }
    }

    /// The field of a rule that names ports.
    fn ports(self) -> &'static str {
        if self == Self::Cluster { "protocols" } else { "ports" }
    }

    fn actions(self) -> &'static [(&'static str, Action)] {
        match self {
            Self::Cluster => &[("Accept", Action::Accept), ("Deny", Action::Deny), ("Pass", Action::Pass)],
            Self::Admin => &[("Allow", Action::Accept), ("Deny", Action::Deny), ("Pass", Action::Pass)],
            Self::Baseline => &[("Allow", Action::Accept), ("Deny", Action::Deny)],
        }
    }

    fn peers(self, direction: Direction) -> &'static [&'static str] {
        match (self, direction) {
            (_, Direction::Ingress) => &["namespaces", "pods"],
            (Self::Baseline, Direction::Egress) => &["namespaces", "pods", "nodes", "networks"],
            (_, Direction::Egress) => &["namespaces", "pods", "nodes", "networks", "domainNames"],
        }
    }
}

fn limit(reader: &mut Reader, at: &Cursor<'_>, found: usize, most: usize, what: &str) {
    if found > most {
        reader.refuse(at, format!("{found} {what}: there may be {most}"));
    }
}

fn tier(reader: &mut Reader, spec: &Cursor<'_>, dialect: Dialect) -> Tier {
    let at = spec.get("tier");
    match (dialect, reader.text(&at)) {
        (Dialect::Admin, _) | (Dialect::Cluster, Some("Admin")) => Tier::Admin,
        (Dialect::Baseline, _) | (Dialect::Cluster, Some("Baseline")) => Tier::Baseline,
        (Dialect::Cluster, other) => {
            reader.refuse(
                &at,
                match other {
                    Some(other) => format!("`{other}` is no tier: Admin or Baseline"),
                    None => "a policy needs a tier: Admin or Baseline".to_owned(),
                },
            );
            Tier::Admin
        }
    }
}

fn priority(reader: &mut Reader, spec: &Cursor<'_>, dialect: Dialect) -> i32 {
    if dialect == Dialect::Baseline {
        return 0;
    }
    let at = spec.get("priority");
    if let Some(priority) = reader.number(&at) {
        if !(0..=1000).contains(&priority) {
            reader.refuse(&at, format!("{priority} is no priority: 0 to 1000"));
        }
        return i32::try_from(priority).unwrap_or(if priority < 0 { i32::MIN } else { i32::MAX });
    }
    if !at.is_set() {
        reader.refuse(&at, "a policy needs a priority: 0 to 1000, lower decides first");
    }
    0
}

fn subject(reader: &mut Reader, at: &Cursor<'_>, dialect: Dialect) -> Subject {
    reader.map(at);
    reader.only(at, &["namespaces", "pods"]);
    match (at.get("namespaces").is_set(), at.get("pods").is_set()) {
        (true, true) => {
            reader.refuse(at, "a subject is either namespaces or pods");
            pods(reader, at, dialect)
        }
        (false, false) => {
            reader.refuse(at, "a policy needs a subject: namespaces or pods");
            Subject::Nothing
        }
        _ => pods(reader, at, dialect),
    }
}

/// Reads `namespaces` or else `pods`.
fn pods(reader: &mut Reader, at: &Cursor<'_>, dialect: Dialect) -> Subject {
    let namespaces = at.get("namespaces");
    if namespaces.is_set() {
        return Subject::Namespaces(reader.selector(&namespaces));
    }
    let both = at.get("pods");
    reader.map(&both);
    reader.only(&both, &["namespaceSelector", "podSelector"]);
    let (namespaces, pods) = (both.get("namespaceSelector"), both.get("podSelector"));
    if !pods.is_set() {
        reader.refuse(&pods, "pods need a podSelector; {} selects all of them");
    }
    if dialect != Dialect::Cluster && !namespaces.is_set() {
        reader.refuse(&namespaces, "pods need a namespaceSelector; {} selects all namespaces");
    }
    Subject::Pods { namespaces: reader.selector(&namespaces), pods: reader.selector(&pods) }
}

fn rule(reader: &mut Reader, at: &Cursor<'_>, dialect: Dialect, direction: Direction, index: u32) -> Rule {
    reader.map(at);
    let side = direction.peers();
    reader.only(at, &["name", "action", side, dialect.ports()]);
    let name_at = at.get("name");
    let name = reader.text(&name_at).unwrap_or_default();
    if name.chars().count() > 100 {
        reader.refuse(&name_at, "the name of a rule has at most 100 characters");
    }
    let action = action(reader, &at.get("action"), dialect);
    let side = at.get(side);
    let places = reader.list(&side);
    if places.is_empty() {
        reader.refuse(&side, "a rule needs at least one peer");
    }
    limit(reader, &side, places.len(), dialect.rules(), "peers");
    let mut peers = Vec::new();
    for place in &places {
        let who = who(reader, place, dialect, direction);
        if matches!(who, Who::DomainNames(_)) && action != Action::Accept {
            let message =
                "domainNames are for rules that accept: no plug-in has to do anything with this peer";
            reader.remark(place, Loss::Part, message);
        }
        peers.push(Peer { place: reader.place(place), who });
    }
    let ports = ports(reader, &at.get(dialect.ports()), dialect);
    let nameless = |peer: &Peer| matches!(peer.who, Who::Nodes(_) | Who::Networks(_) | Who::DomainNames(_));
    let named = |port: &Port| port.protocol.is_none();
    if peers.iter().any(nameless) && ports.iter().flatten().any(named) {
        reader.refuse(at, "a named port beside nodes, networks or domainNames, which name no ports");
    }
    let place = reader.place(at);
    Rule { place, name: Text::new(name), direction, index, action, peers, ports }
}

fn action(reader: &mut Reader, at: &Cursor<'_>, dialect: Dialect) -> Action {
    let written = reader.text(at);
    let known = dialect.actions();
    if let Some(&(_, action)) = known.iter().find(|(word, _)| written == Some(*word)) {
        return action;
    }
    let words = known.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
    reader.refuse(
        at,
        match written {
            Some(written) => format!("`{written}` is no action of this kind: {words}"),
            None => format!("a rule needs an action: {words}"),
        },
    );
    Action::Unknown
}

fn who(reader: &mut Reader, at: &Cursor<'_>, dialect: Dialect, direction: Direction) -> Who {
    reader.map(at);
    let known = dialect.peers(direction);
    let written: Vec<&str> = at.entries().map(|(field, _)| field).collect();
    let [field] = written.as_slice() else {
        let one = known.join(", ");
        let message =
            if written.is_empty() { "a peer that is nobody" } else { "a peer that is several things" };
        reader.refuse(at, format!("{message}: it is exactly one of {one}"));
        // Plug-ins look at the fields in this order where a server lets several through.
        return match known.iter().find(|field| at.get(field).is_set()) {
            Some(first) => peer(reader, at, first, dialect),
            None => Who::Unknown,
        };
    };
    if !known.contains(field) {
        let message = "is no peer of this direction and version, and rules fail closed over it: \
                       one that accepts takes nobody, any other denies everyone";
        reader.remark(at, Loss::Part, format!("`{field}` {message}"));
        return Who::Unknown;
    }
    peer(reader, at, field, dialect)
}

fn peer<'a>(reader: &mut Reader, at: &Cursor<'a>, field: &'a str, dialect: Dialect) -> Who {
    let inner = at.get(field);
    match field {
        "nodes" => Who::Nodes(reader.selector(&inner)),
        "networks" => Who::Networks(networks(reader, &inner, dialect)),
        "domainNames" => Who::DomainNames(domain_names(reader, &inner)),
        _ => Who::Pods(pods(reader, at, dialect)),
    }
}

fn networks(reader: &mut Reader, at: &Cursor<'_>, dialect: Dialect) -> Vec<ipnet::IpNet> {
    let mut blocks = Vec::new();
    for item in listed(reader, at) {
        let text = item.str().unwrap_or_default();
        let before = reader.refused.len();
        blocks.extend(reader.block(&item));
        let family = text.contains(':') != text.contains('.');
        // v1alpha1 asks for no more than one family's punctuation, and leaves the rest to plug-ins.
        if dialect != Dialect::Cluster && family && text.len() <= 43 {
            for problem in reader.refused.drain(before..) {
                reader.problems.push(Problem { loss: Loss::Part, ..problem });
            }
        }
    }
    blocks
}

fn domain_names(reader: &mut Reader, at: &Cursor<'_>) -> Vec<Text> {
    let mut names = Vec::new();
    for item in listed(reader, at) {
        let Some(name) = reader.text(&item) else { continue };
        if !is_domain_name(name) {
            reader.refuse(
                &item,
                format!("`{name}` is no domain name such as `api.example.com` or `*.example.com`"),
            );
        }
        names.push(Text::new(name));
    }
    names
}

/// A list of 1 to 25 different items, none of them null.
fn listed<'a>(reader: &mut Reader, at: &Cursor<'a>) -> Vec<Cursor<'a>> {
    let items = reader.list(at);
    limit(reader, at, items.len(), 25, "items");
    if items.is_empty() {
        reader.refuse(at, "an empty list: it has at least one item");
    }
    for (index, item) in items.iter().enumerate() {
        let twice =
            items.iter().take(index).any(|before| before.str().is_some() && before.str() == item.str());
        if twice || !item.is_set() {
            reader.refuse(item, if twice { "an item that stands twice" } else { "null is no item" });
        }
    }
    items
}

/// Two labels or more, `*.` in front at most, a dot behind if need be.
fn is_domain_name(name: &str) -> bool {
    let name = name.strip_prefix("*.").unwrap_or(name);
    let name = name.strip_suffix('.').unwrap_or(name);
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let label = |label: &str| {
        let bytes = label.as_bytes();
        let inner = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        edge(bytes.first()) && edge(bytes.last()) && inner
    };
    name.contains('.') && name.split('.').all(label)
}

fn ports(reader: &mut Reader, at: &Cursor<'_>, dialect: Dialect) -> Option<Vec<Port>> {
    let items = reader.list(at);
    at.node()?.as_list()?;
    limit(reader, at, items.len(), dialect.rules(), dialect.ports());
    if items.is_empty() {
        if dialect != Dialect::Admin {
            reader.refuse(at, format!("an empty list: leave {} out to take all traffic", dialect.ports()));
        }
        return None;
    }
    let mut ports = Vec::new();
    for item in &items {
        ports.extend(if dialect == Dialect::Cluster { protocol(reader, item) } else { port(reader, item) });
    }
    Some(ports)
}

/// The one field that is set in an item that must have exactly one of these; the first of several.
fn one<'k>(reader: &mut Reader, at: &Cursor<'_>, known: &[&'k str]) -> Option<&'k str> {
    reader.map(at);
    reader.only(at, known);
    let mut set = known.iter().copied().filter(|field| at.entries().any(|(name, _)| name == *field));
    let first = set.next();
    if first.is_none() || set.next().is_some() {
        reader.refuse(at, format!("exactly one of {} must stand here", known.join(", ")));
    }
    first
}

/// An item of `protocols`.
fn protocol(reader: &mut Reader, at: &Cursor<'_>) -> Option<Port> {
    let place = reader.place(at);
    let Some(field) = one(reader, at, &["tcp", "udp", "sctp", "destinationNamedPort"]) else {
        return Some(Port { place, protocol: None, port: None });
    };
    let inner = at.get(field);
    if field == "destinationNamedPort" {
        let name = Text::new(reader.text(&inner)?);
        return Some(Port { place, protocol: None, port: Some(PortNumbers::Name(name)) });
    }
    let protocol = Protocol::named(field)?;
    reader.map(&inner);
    reader.only(&inner, &["destinationPort"]);
    let destination = inner.get("destinationPort");
    if !destination.is_set() {
        reader.refuse(&inner, format!("`{field}` needs a destinationPort; 1 to 65535 are all ports"));
        return Some(Port { place, protocol: Some(protocol), port: None });
    }
    let port = match one(reader, &destination, &["number", "range"])? {
        "number" => {
            let at = destination.get("number");
            let number = reader.number(&at)?;
            let number = reader.port(&at, number);
            PortNumbers::Range(number, number)
        }
        _ => range(reader, &destination.get("range"), true)?,
    };
    Some(Port { place, protocol: Some(protocol), port: Some(port) })
}

/// An item of `ports`.
fn port(reader: &mut Reader, at: &Cursor<'_>) -> Option<Port> {
    let field = one(reader, at, &["portNumber", "namedPort", "portRange"])?;
    let place = reader.place(at);
    let inner = at.get(field);
    if field == "namedPort" {
        let name = Text::new(reader.text(&inner)?);
        return Some(Port { place, protocol: None, port: Some(PortNumbers::Name(name)) });
    }
    reader.map(&inner);
    let written = inner.get("protocol");
    let protocol = match reader.text(&written).filter(|text| !text.is_empty()) {
        None | Some("TCP") => Protocol::Tcp,
        Some("UDP") => Protocol::Udp,
        Some("SCTP") => Protocol::Sctp,
        Some(other) => {
            reader.remark(&written, Loss::Part, format!("`{other}` is no protocol: TCP, UDP or SCTP"));
            return None;
        }
    };
    let port = if field == "portNumber" {
        reader.only(&inner, &["protocol", "port"]);
        let at = inner.get("port");
        if !at.is_set() {
            reader.refuse(&at, "a portNumber needs a port");
        }
        let number = reader.number(&at)?;
        let number = reader.port(&at, number);
        PortNumbers::Range(number, number)
    } else {
        reader.only(&inner, &["protocol", "start", "end"]);
        range(reader, &inner, false)?
    };
    Some(Port { place, protocol: Some(protocol), port: Some(port) })
}

/// `start` and `end`. Whether the server minds their order differs by version.
fn range(reader: &mut Reader, at: &Cursor<'_>, ordered: bool) -> Option<PortNumbers> {
    reader.map(at);
    let mut number = |field: &'static str| {
        let at = at.get(field);
        if !at.is_set() {
            reader.refuse(&at, format!("a range needs its {field}"));
        }
        let number = reader.number(&at)?;
        Some(reader.port(&at, number))
    };
    let (start, end) = (number("start"), number("end"));
    let (start, end) = (start?, end?);
    if start >= end {
        let message = format!("a range from {start} to {end}: its start must be less than its end");
        if ordered { reader.refuse(at, message) } else { reader.remark(at, Loss::Nothing, message) }
    }
    Some(PortNumbers::Range(start, end))
}
