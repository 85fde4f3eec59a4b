//! NetworkPolicy of `networking.k8s.io/v1`.

use ipnet::IpNet;
use ironsides_schema::{FaultKind, each_fault, kind};
use ironsides_tree::{Cursor, Text};

use crate::kinds::reader::Reader;
use crate::kinds::selector::Selector;
use crate::place::{Loss, Place, PolicyName, Problem};
use crate::port::Protocol;
use crate::rule::Direction;

/// A NetworkPolicy as it was written. What may be absent or empty is kept apart, since plug-ins make different things of it.
#[derive(Clone, Debug)]
pub struct NetworkPolicy {
    /// Its name; the namespace is never absent (`default` where none is written).
    pub name: PolicyName,
    /// Where it is written.
    pub place: Place,
    /// `spec.podSelector`; absent selects every pod.
    pub pod_selector: Selector,
    /// `spec.policyTypes`, if it is written and not empty.
    pub policy_types: Option<Vec<Direction>>,
    /// `spec.ingress`; `None` where it is absent or null.
    pub ingress: Option<Vec<Rule>>,
    /// `spec.egress`.
    pub egress: Option<Vec<Rule>>,
    /// Why the API server would refuse it; empty where it would not.
    pub refused: Vec<Problem>,
}

/// One rule of a direction.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where it is written.
    pub place: Place,
    /// `from` or `to`; absent and empty mean the same: everyone.
    pub peers: Vec<Peer>,
    /// `ports`; absent and empty mean the same: all traffic.
    pub ports: Vec<Port>,
}

/// One item of `from` or `to`.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Where it is written.
    pub place: Place,
    /// `podSelector`.
    pub pod_selector: Option<Selector>,
    /// `namespaceSelector`.
    pub namespace_selector: Option<Selector>,
    /// `ipBlock`.
    pub ip_block: Option<IpBlock>,
}

/// A block of addresses without some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpBlock {
    /// `cidr`.
    pub cidr: IpNet,
    /// `except`.
    pub except: Vec<IpNet>,
}

/// One item of `ports`.
#[derive(Clone, Debug)]
pub struct Port {
    /// Where it is written.
    pub place: Place,
    /// `protocol`; TCP where it is absent.
    pub protocol: Protocol,
    /// `port` with `endPort`; `None` where `port` is absent: all traffic of the protocol.
    pub port: Option<PortNumbers>,
}

/// The `port` of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortNumbers {
    /// From `port` to `endPort`, or one alone. As written: the API server refuses 0 and an end before the start.
    Range(u16, u16),
    /// A name that the destination gives to a port. As written: the API server refuses digits alone and upper case.
    Name(Text),
}

impl NetworkPolicy {
    /// Reads a document, as far as it can be read. The problems are those that do not make the API server refuse it. Parts of
    /// which nothing can be made (a block that is none, a protocol that nobody knows) are left out, and with them the rule of
    /// which nothing else is left: it must not become one that says nothing and takes everyone.
    pub fn read(document: u32, root: &Cursor<'_>) -> (Self, Vec<Problem>) {
        let mut reader = Reader::new(document);
        unknown_fields(&mut reader, root);
        reader.metadata(root);
        let spec = root.get("spec");
        reader.map(&spec);
        let policy = Self {
            name: Reader::name(root, true),
            place: reader.place(root),
            pod_selector: reader.selector(&spec.get("podSelector")),
            policy_types: policy_types(&mut reader, &spec.get("policyTypes")),
            ingress: rules(&mut reader, &spec, Direction::Ingress),
            egress: rules(&mut reader, &spec, Direction::Egress),
            refused: reader.refused,
        };
        (policy, reader.problems)
    }

    /// The rules of a direction.
    pub fn rules(&self, direction: Direction) -> &[Rule] {
        match direction {
            Direction::Ingress => self.ingress.as_deref(),
            Direction::Egress => self.egress.as_deref(),
        }
        .unwrap_or_default()
    }

    /// Whether it shuts off whom it selects, but for its rules. Without `policyTypes` it does so for ingress, and for egress if
    /// it has such rules.
    pub fn isolates(&self, direction: Direction) -> bool {
        match (&self.policy_types, direction) {
            (Some(types), _) => types.contains(&direction),
            (None, Direction::Ingress) => true,
            (None, Direction::Egress) => !self.rules(direction).is_empty(),
        }
    }
}

/// The API server drops fields that it does not know. What is left may say something else: a rule without its peers takes
/// everyone.
fn unknown_fields(reader: &mut Reader, root: &Cursor<'_>) {
    let (Some(node), Some(kind)) = (root.node(), kind("networking.k8s.io/v1", "NetworkPolicy")) else {
        return;
    };
    let prefix = if root.path().is_root() { String::new() } else { format!("{}.", root.path()) };
    let place = reader.place(root);
    each_fault(node, kind.ty(), &mut |fault| {
        if !matches!(fault.kind, FaultKind::UnknownField { .. }) {
            return;
        }
        let place =
            Place { path: format!("{prefix}{}", fault.path).into(), span: fault.span, ..place.clone() };
        let message = format!("{}: the API server drops it", fault.kind);
        reader.problems.push(Problem { place, message, loss: Loss::Part });
    });
}

fn policy_types(reader: &mut Reader, at: &Cursor<'_>) -> Option<Vec<Direction>> {
    let mut types = Vec::new();
    let items = reader.list(at);
    if items.len() > 2 {
        reader.refuse(at, "more than two policyTypes: there are but Ingress and Egress");
    }
    for item in &items {
        match reader.text(item).unwrap_or_default() {
            "Ingress" => types.push(Direction::Ingress),
            "Egress" => types.push(Direction::Egress),
            other => reader.refuse(item, format!("`{other}` is no policyType: Ingress or Egress")),
        }
    }
    Some(types).filter(|_| !items.is_empty())
}

fn rules(reader: &mut Reader, spec: &Cursor<'_>, direction: Direction) -> Option<Vec<Rule>> {
    let at = spec.get(direction.field());
    let items = reader.list(&at);
    at.node()?.as_list()?;
    Some(items.iter().filter_map(|item| rule(reader, item, direction.peers())).collect())
}

fn rule(reader: &mut Reader, at: &Cursor<'_>, peers: &'static str) -> Option<Rule> {
    reader.map(at);
    let places = reader.list(&at.get(peers));
    let read: Vec<Peer> = places.iter().filter_map(|place| peer(reader, place)).collect();
    let ports = reader.list(&at.get("ports"));
    let ported: Vec<Port> = ports.iter().filter_map(|place| port(reader, place)).collect();
    let nothing_left = (read.is_empty() && !places.is_empty()) || (ported.is_empty() && !ports.is_empty());
    (!nothing_left).then(|| Rule { place: reader.place(at), peers: read, ports: ported })
}

fn peer(reader: &mut Reader, at: &Cursor<'_>) -> Option<Peer> {
    reader.map(at);
    let pods = at.get("podSelector");
    let namespaces = at.get("namespaceSelector");
    let block = at.get("ipBlock");
    let (by_label, by_block) = (pods.is_set() || namespaces.is_set(), block.is_set());
    if !by_label && !by_block {
        reader.refuse(at, "a peer that is nobody: it needs podSelector, namespaceSelector or ipBlock");
    }
    if by_label && by_block {
        reader.refuse(at, "ipBlock stands alone in a peer: put the selectors into a peer of their own");
    }
    let ip_block = if by_block { Some(ip_block(reader, &block)?) } else { None };
    Some(Peer {
        place: reader.place(at),
        pod_selector: pods.is_set().then(|| reader.selector(&pods)),
        namespace_selector: namespaces.is_set().then(|| reader.selector(&namespaces)),
        ip_block,
    })
}

fn ip_block(reader: &mut Reader, at: &Cursor<'_>) -> Option<IpBlock> {
    reader.map(at);
    let written = at.get("cidr");
    if !written.is_set() {
        reader.refuse(&written, "an ipBlock needs a cidr");
    }
    let cidr = reader.block(&written);
    let mut except = Vec::new();
    for place in reader.list(&at.get("except")) {
        if !place.is_set() {
            reader.refuse(&place, "null is no block of addresses");
        }
        let Some(block) = reader.block(&place) else { continue };
        if cidr.is_some_and(|cidr| !cidr.contains(&block.trunc()) || cidr.prefix_len() >= block.prefix_len())
        {
            reader.refuse(&place, format!("{block} does not lie within the block from which it is taken"));
        }
        except.push(block);
    }
    cidr.map(|cidr| IpBlock { cidr, except })
}

fn port(reader: &mut Reader, at: &Cursor<'_>) -> Option<Port> {
    reader.map(at);
    let protocol = match reader.text(&at.get("protocol")) {
        None => Protocol::Tcp,
        Some(text) => {
            if !matches!(text, "TCP" | "UDP" | "SCTP") {
                reader.refuse(&at.get("protocol"), format!("`{text}` is no protocol: TCP, UDP or SCTP"));
            }
            Protocol::named(text)?
        }
    };
    let (written, end_at) = (at.get("port"), at.get("endPort"));
    let end = reader.number(&end_at);
    let port = if let Some(number) = written.int() {
        let first = reader.port(&written, number);
        let last = end.map_or(first, |end| reader.port(&end_at, end));
        if last < first {
            reader.refuse(&end_at, format!("endPort {last} lies before port {first}"));
        }
        Some(PortNumbers::Range(first, last))
    } else if let Some(name) = written.str() {
        reader.port_name(&written, name);
        if end.is_some() {
            reader.refuse(&end_at, "endPort needs a port that is a number");
        }
        Some(PortNumbers::Name(Text::new(name)))
    } else if written.is_set() {
        reader.refuse(&written, "a port is a whole number or a name");
        return None;
    } else {
        if end.is_some() {
            reader.refuse(&end_at, "endPort needs a port to begin at");
        }
        None
    };
    Some(Port { place: reader.place(at), protocol, port })
}
