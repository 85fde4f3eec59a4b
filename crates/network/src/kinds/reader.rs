//! What the readers of all kinds share: places, complaints, selectors, blocks and ports.

use std::fmt::Display;
use std::net::IpAddr;

use ipnet::IpNet;
use ironsides_core::LabelSelector;
use ironsides_schema::admit::{is_label_value, is_port_name, is_qualified};
use ironsides_tree::{Cursor, Node, Text};

use crate::address::block;
use crate::kinds::selector::{Asked, Requirement, Selector};
use crate::place::{Loss, Place, PolicyName, Problem};

/// Reads the parts of one document and collects what is wrong with them.
#[derive(Debug)]
pub struct Reader {
    document: u32,
    /// Why the API server would refuse the document.
    pub refused: Vec<Problem>,
    /// What is wrong with it otherwise.
    pub problems: Vec<Problem>,
}

impl Reader {
    /// A reader of a document.
    pub fn new(document: u32) -> Self {
        Self { document, refused: Vec::new(), problems: Vec::new() }
    }

    /// The place of a cursor.
    pub fn place(&self, at: &Cursor<'_>) -> Place {
        Place::of(self.document, at)
    }

    /// The API server refuses the document because of what stands here.
    pub fn refuse(&mut self, at: &Cursor<'_>, message: impl Display) {
        let place = self.place(at);
        self.refused.push(Problem { place, message: message.to_string(), loss: Loss::Policy });
    }

    /// Something is wrong here that the API server takes.
    pub fn remark(&mut self, at: &Cursor<'_>, loss: Loss, message: impl Display) {
        let place = self.place(at);
        self.problems.push(Problem { place, message: message.to_string(), loss });
    }

    /// The name of the policy. Kinds of namespaces without one are in `default`.
    pub fn name(root: &Cursor<'_>, namespaced: bool) -> PolicyName {
        let text = |keys: &[&'static str]| root.at(keys).str().filter(|text| !text.is_empty()).map(Text::new);
        let namespace = || text(&["metadata", "namespace"]).unwrap_or_else(|| Text::new_static("default"));
        PolicyName {
            kind: text(&["kind"]).unwrap_or_default(),
            namespace: namespaced.then(namespace),
            name: text(&["metadata", "name"]).unwrap_or_default(),
        }
    }

    /// A name or a namespace that is no string makes the API server refuse the document.
    pub fn metadata(&mut self, root: &Cursor<'_>) {
        for field in ["name", "namespace"] {
            self.text(&root.at(&["metadata", field]));
        }
    }

    /// Says which fields of a map the API server does not know and drops.
    pub fn only(&mut self, at: &Cursor<'_>, known: &[&str]) {
        for (field, inner) in at.entries().filter(|(field, _)| !known.contains(field)) {
            self.remark(&inner, Loss::Part, format!("`{field}` is no field here: the API server drops it"));
        }
    }

    /// The items of a list, null ones among them; none where it is absent, and a refusal where it is no list.
    pub fn list<'a>(&mut self, at: &Cursor<'a>) -> Vec<Cursor<'a>> {
        if at.node().is_some_and(|node| node.as_list().is_none()) {
            self.shape(at, "a list");
        }
        at.slots().collect()
    }

    /// Whether a map stands here; a refusal where something else does.
    pub fn map(&mut self, at: &Cursor<'_>) -> bool {
        let map = at.node().and_then(Node::as_map).is_some();
        if at.is_set() && !map {
            self.shape(at, "a map");
        }
        map
    }

    /// The string here; a refusal where something else stands.
    pub fn text<'a>(&mut self, at: &Cursor<'a>) -> Option<&'a str> {
        if at.is_set() && at.str().is_none() {
            self.shape(at, "a string");
        }
        at.str()
    }

    /// The whole number here; a refusal where something else stands.
    pub fn number(&mut self, at: &Cursor<'_>) -> Option<i64> {
        if at.is_set() && at.int().is_none() {
            self.shape(at, "a whole number");
        }
        at.int()
    }

    fn shape(&mut self, at: &Cursor<'_>, expected: &str) {
        let found = at.node().map_or("nothing", Node::shape);
        self.refuse(at, format!("expected {expected}, found {found}"));
    }

    /// Reads a label selector; absent is empty. One that cannot be read selects nothing.
    pub fn selector(&mut self, at: &Cursor<'_>) -> Selector {
        self.map(at);
        self.map(&at.get("matchLabels"));
        self.list(&at.get("matchExpressions"));
        let selector = match LabelSelector::read(at) {
            Ok(selector) => selector,
            Err(error) => {
                self.refuse(at, error);
                let nothing = Requirement { key: Text::default(), operator: Asked::In(Vec::new()) };
                return Selector(vec![nothing]);
            }
        };
        let selector = Selector::from(&selector);
        for requirement in &selector.0 {
            if !is_qualified(&requirement.key) {
                self.refuse(at, format!("`{}` is no key of a label", requirement.key));
            }
            if let Asked::In(values) | Asked::NotIn(values) = &requirement.operator {
                for value in values.iter().filter(|value| !is_label_value(value)) {
                    self.refuse(at, format!("`{value}` is no value of a label"));
                }
            }
        }
        selector
    }

    /// Reads a block. One that an API server refuses is read all the same where what it means is plain; bits beyond the
    /// prefix, leading zeros and IPv4 in IPv6 are refused in new objects from Kubernetes 1.36 on, and read before that.
    pub fn block(&mut self, at: &Cursor<'_>) -> Option<IpNet> {
        let text = self.text(at)?;
        if let Some(block) = strict(text) {
            if block != block.trunc() {
                let read = block.trunc();
                self.remark(
                    at,
                    Loss::Nothing,
                    format!("`{text}` has bits beyond its prefix and is read as {read}: {NEW}"),
                );
            }
            return Some(block);
        }
        if let Some(block) = lenient(text) {
            self.remark(at, Loss::Nothing, format!("`{text}` is read as {block}: {NEW}"));
            return Some(block);
        }
        self.refuse(at, format!("`{text}` is no block of addresses such as 10.0.0.0/8 or fd00::/8"));
        text.parse::<IpAddr>().ok().map(IpNet::from)
    }

    /// Refuses a port outside of 1 to 65535. What does not fit is cut to what does.
    pub fn port(&mut self, at: &Cursor<'_>, number: i64) -> u16 {
        if !(1..=65535).contains(&number) {
            self.refuse(at, format!("{number} is no port: 1 to 65535"));
        }
        u16::try_from(number.clamp(0, 65535)).unwrap_or_default()
    }

    /// Refuses what cannot be the name of a port.
    pub fn port_name(&mut self, at: &Cursor<'_>, name: &str) {
        if !is_port_name(name) {
            let form = "up to 15 lower-case letters, digits and single inner hyphens, a letter among them";
            self.refuse(at, format!("`{name}` is no name of a port: {form}"));
        }
    }
}

const NEW: &str = "API servers refuse that in a new object from 1.36 on";

/// A block without leading zeros and without IPv4 in IPv6.
fn strict(text: &str) -> Option<IpNet> {
    let (address, prefix) = text.split_once('/')?;
    let zeros = address.parse::<IpAddr>().is_err() || (prefix.len() > 1 && prefix.starts_with('0'));
    let mapped = |block: &IpNet| matches!(block, IpNet::V6(block) if block.addr().to_ipv4_mapped().is_some());
    block(text).filter(|block| !zeros && !mapped(block))
}

/// What older API servers and all plug-ins make of a block that newer servers refuse.
fn lenient(text: &str) -> Option<IpNet> {
    let (address, prefix) = text.split_once('/')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let prefix: u8 = prefix.parse().ok().filter(|_| digits(prefix))?;
    let plain = |part: &str| {
        digits(part)
            .then(|| part.trim_start_matches('0'))
            .map(|part| if part.is_empty() { "0" } else { part }.to_owned())
    };
    let address: IpAddr = match address.parse() {
        Ok(address) => address,
        Err(_) => address.split('.').map(plain).collect::<Option<Vec<_>>>()?.join(".").parse().ok()?,
    };
    let block = match address {
        IpAddr::V6(six) if prefix >= 96 && six.to_ipv4_mapped().is_some() => {
            IpNet::new(six.to_ipv4_mapped()?.into(), prefix - 96)
        }
        _ => IpNet::new(address, prefix),
    };
    block.ok().map(|block| block.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_as_servers_have_read_them() {
        for (text, expected) in [
            ("10.0.0.0/8", Some("10.0.0.0/8")),
            ("fd00::/8", Some("fd00::/8")),
            ("10.1.2.3/8", Some("10.1.2.3/8")),
            ("10.0.0.0", None),
            (" 10.0.0.0/8", None),
            ("010.0.0.0/8", None),
            ("10.0.0.0/08", None),
            ("10.0.0.0/33", None),
            ("::ffff:10.0.0.0/104", None),
            ("", None),
        ] {
            assert_eq!(strict(text).map(|block| block.to_string()).as_deref(), expected, "{text}");
        }
        for (text, expected) in [
            ("010.0.0.0/8", Some("10.0.0.0/8")),
            ("10.0.0.0/08", Some("10.0.0.0/8")),
            ("::ffff:10.1.0.0/104", Some("10.0.0.0/8")),
            ("::ffff:0:0/95", Some("::fffe:0:0/95")),
            ("10.0.0.0/33", None),
            ("10.0.0/8", None),
            ("a.b.c.d/8", None),
            ("1.2.3.4/+8", None),
        ] {
            assert_eq!(lenient(text).map(|block| block.to_string()).as_deref(), expected, "{text}");
        }
    }
}
