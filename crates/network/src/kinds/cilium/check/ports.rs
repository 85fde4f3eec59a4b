//! Conditions on traffic and on requests.

use ironsides_tree::Text;

use super::refuse;
use crate::kinds::cilium::l7::{HttpRule, L7, Mismatch};
use crate::kinds::cilium::peer::FqdnSelector;
use crate::kinds::cilium::port::{IcmpRule, Port, PortRule, PortText};
use crate::kinds::cilium::spec::Rule;
use crate::l7::re2;
use crate::place::Problem;
use crate::rule::Direction;

/// How many ports an item of `toPorts` may have, and how many types one of `icmps`.
const MOST: usize = 40;
/// Those without ports.
const PORTLESS: [&str; 7] = ["VRRP", "IGMP", "GRE", "IPIP", "IPV6", "ESP", "AH"];

/// Where HTTP and DNS rules may stand.
pub(super) fn layer7(rule: &Rule, host: bool) -> Result<(), Problem> {
    let rules =
        || rule.ports.iter().flatten().filter_map(|ports| ports.rules.as_ref()).filter(|l7| !l7.is_empty());
    let some = |l7: &&L7, http| if http { is_some(l7.http.as_ref()) } else { is_some(l7.dns.as_ref()) };
    match rule.direction {
        Direction::Ingress => {
            if let Some(l7) = rules().next().filter(|_| host) {
                return refuse(&l7.place, "rules for requests that a node receives are not supported");
            }
            match rules().find(|l7| some(l7, false)) {
                Some(l7) => refuse(&l7.place, "rules for DNS are for egress only"),
                None => Ok(()),
            }
        }
        Direction::Egress => match rules().find(|l7| host && some(l7, true)) {
            Some(l7) => refuse(&l7.place, "rules for HTTP requests that a node sends are not supported"),
            None => Ok(()),
        },
    }
}

fn is_some<T>(list: Option<&Vec<T>>) -> bool {
    list.is_some_and(|list| !list.is_empty())
}

/// An item of `toPorts`.
pub(super) fn port_rule(rule: &PortRule, direction: Direction) -> Result<(), Problem> {
    let l7 = rule.rules.as_ref().filter(|l7| !l7.is_empty());
    let dns = l7.is_some_and(|l7| is_some(l7.dns.as_ref()));
    if l7.is_some() && !rule.server_names.is_empty() && !rule.terminating_tls {
        return refuse(&rule.place, "serverNames beside rules for requests need terminatingTLS");
    }
    if rule.server_names.iter().any(Text::is_empty) {
        return refuse(&rule.place, "an item of serverNames is empty");
    }
    let ports = rule.ports.as_deref().unwrap_or_default();
    // Deny rules are under the same limit, though the schema does not say so.
    if ports.len() > MOST {
        return refuse(&rule.place, format!("has {} ports, of which {MOST} are allowed", ports.len()));
    }
    for port in ports {
        self::port(port, dns)?;
        if l7.is_some() && !dns && port.protocol != "TCP" {
            let protocol = if port.protocol.is_empty() { "no protocol" } else { &port.protocol };
            return refuse(
                &port.place,
                format!(
                    "rules for requests other than DNS need the protocol TCP spelled out, and this has {protocol}"
                ),
            );
        }
    }
    if let Some(listener) = &rule.listener {
        if direction == Direction::Ingress {
            return refuse(&rule.place, format!("the listener {} is for egress only", listener.name));
        }
        if l7.is_some() {
            return refuse(&rule.place, format!("the listener {} cannot stand beside rules", listener.name));
        }
    }
    let Some(l7) = l7 else { return Ok(()) };
    if ports.iter().any(|port| port.text() == PortText::Number(0)) {
        return refuse(&l7.place, "rules for requests cannot stand with port 0");
    }
    l7.http.iter().flatten().try_for_each(http_rule)?;
    if l7.dns.is_some() && ports.is_empty() {
        return refuse(&l7.place, "rules for DNS need a port");
    }
    l7.dns.iter().flatten().try_for_each(dns_rule)?;
    if l7.http.is_some() && l7.dns.is_some() {
        return refuse(&l7.place, "http and dns cannot stand in one list of rules");
    }
    Ok(())
}

fn port(port: &Port, dns: bool) -> Result<(), Problem> {
    let text = &port.port;
    match port.text() {
        PortText::Absent => return refuse(&port.place, "has no port; \"0\" is every port"),
        PortText::Name(_) => {}
        _ if text != "0" && PORTLESS.contains(&port.protocol.as_str()) => {
            return refuse(&port.place, format!("{} has no ports: the port must be \"0\"", port.protocol));
        }
        PortText::Malformed => {
            return refuse(
                &port.place,
                format!("`{text}` is neither a number from 0 to 65535 nor the name of a port"),
            );
        }
        PortText::Number(number) if dns && port.end_port > i64::from(number) => {
            return refuse(&port.place, "rules for DNS cannot stand with a range of ports");
        }
        PortText::Number(_) => {}
    }
    port.unknown_protocol().map_or(Ok(()), |message| refuse(&port.place, message))
}

fn http_rule(rule: &HttpRule) -> Result<(), Problem> {
    for (field, text) in [("path", &rule.path), ("method", &rule.method)] {
        if let Err(error) = re2::parse(text) {
            return refuse(&rule.place, format!("{field} is no regular expression: {error}"));
        }
    }
    for header in &rule.header_matches {
        if header.name.is_empty() {
            return refuse(&header.place, "names no header");
        }
        if let Mismatch::Unknown(word) = &header.mismatch {
            return refuse(&header.place, format!("`{word}` is none of LOG, ADD, DELETE and REPLACE"));
        }
        if header.secret.as_ref().is_some_and(|secret| secret.name.is_empty()) {
            return refuse(&header.place, "the secret has no name");
        }
    }
    Ok(())
}

/// A rule for DNS, or an item of `toFQDNs`.
pub(in crate::kinds::cilium) fn dns_rule(rule: &FqdnSelector) -> Result<(), Problem> {
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
    if !rule.name.chars().all(plain) {
        let hint = if rule.name.contains('*') { "; matchPattern takes `*`" } else { "" };
        return refuse(&rule.place, format!("`{}` is no DNS name{hint}", rule.name));
    }
    if !rule.pattern.chars().all(|char| char == '*' || plain(char)) || rule.pattern.len() > 255 {
        return refuse(&rule.place, format!("`{}` is no pattern of DNS names", rule.pattern));
    }
    Ok(())
}

/// An item of `icmps`.
pub(super) fn icmp_rule(rule: &IcmpRule) -> Result<(), Problem> {
    if rule.fields.len() > MOST {
        return refuse(&rule.place, format!("has {} types, of which {MOST} are allowed", rule.fields.len()));
    }
    match rule.fields.iter().find(|field| !["", "IPv4", "IPv6"].contains(&field.family.as_str())) {
        Some(field) => refuse(&field.place, format!("`{}` is neither IPv4 nor IPv6", field.family)),
        None => Ok(()),
    }
}
