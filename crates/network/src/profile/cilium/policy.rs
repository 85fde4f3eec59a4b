//! CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy.

use std::sync::Arc;

use crate::kinds::cilium::{CiliumPolicy, EndpointSelector, L7, LabelKey, PortRule, Rule, Spec, Subject};
use crate::kinds::selector::Asked;
use crate::l7::dns::DnsRules;
use crate::l7::http::HttpRules;
use crate::matcher::Matcher;
use crate::place::Loss;
use crate::profile::cilium::lowering::{Guard, Lowering, Traffic, Writer, both, rank};
use crate::profile::cilium::selector::Labels;
use crate::profile::cilium::views::HOST;
use crate::profile::cilium::{beyond, peers, ports};
use crate::rule::{Action, Authentication, Direction, Proxy};

/// Adds the rules of a policy.
pub(super) fn lower(policy: &CiliumPolicy, lowering: &mut Lowering<'_>) {
    if let Some(refusal) = policy.refused(lowering.options.node_selector_labels) {
        let message =
            format!("{} does not exist: Cilium refuses it: {}", policy.name, refusal.problem.message);
        return lowering.problem(&refusal.problem.place, Loss::Policy, message);
    }
    if let Some(problem) = policy.schema.first().filter(|_| !lowering.options.as_stored) {
        let message =
            format!("{} does not exist: the API server refuses it: {}", policy.name, problem.message);
        return lowering.problem(&problem.place, Loss::Policy, message);
    }
    let number = lowering.policy(&policy.name);
    for spec in &policy.specs {
        lower_spec(policy, spec, number, lowering);
    }
}

fn lower_spec(policy: &CiliumPolicy, spec: &Spec, number: u32, lowering: &mut Lowering<'_>) {
    let namespace = policy.name.namespace.as_deref();
    let subject = match &spec.subject {
        Subject::Endpoints(selector) => endpoints(selector, namespace, lowering),
        Subject::Nodes(_) if !lowering.options.host_firewall => {
            let message = "has no effect: nodes are guarded only with `enable-host-firewall`";
            return lowering.problem(&spec.place, Loss::Part, message);
        }
        Subject::Nodes(selector) => nodes(selector, lowering),
        Subject::Nothing => return,
    };
    for direction in Direction::ALL {
        if spec.of(direction).next().is_none() {
            continue;
        }
        let closes = spec.denies_by_default(direction);
        let guard = Guard { policy: number, direction, subject: Arc::clone(&subject), closes, passes: false };
        lowering.guard(guard);
        for rule in spec.of(direction) {
            let writer = Writer {
                policy: number,
                place: rule.place.clone(),
                subject: Arc::clone(&subject),
                direction,
                rank: rank::NORMAL,
            };
            lower_rule(rule, &writer, namespace, lowering);
        }
    }
}

/// The pods that a policy guards. One that is in a namespace guards no others.
fn endpoints(
    selector: &EndpointSelector,
    namespace: Option<&str>,
    lowering: &mut Lowering<'_>,
) -> Arc<Matcher> {
    lowering.unselectable(selector);
    let mut labels = Labels::written(selector);
    if let Some(namespace) = namespace {
        if labels.names_other_than(namespace) {
            let message =
                format!("the namespace that it names does not count: it guards pods of {namespace} alone");
            lowering.problem(&selector.place, Loss::Part, message);
        }
        labels = labels.subject_in(namespace);
    }
    lowering.pods(labels)
}

/// The nodes that a policy guards.
fn nodes(selector: &EndpointSelector, lowering: &mut Lowering<'_>) -> Arc<Matcher> {
    let key = |key: &LabelKey| {
        if key.is_reserved() { key.clone() } else { LabelKey::new(HOST, &key.name) }
    };
    let written = Labels::written(selector).0;
    let labels = Labels(written.iter().map(|(name, asked)| (key(name), asked.clone())).collect());
    let labels = labels.with(LabelKey::new(LabelKey::RESERVED, "host"), Asked::Exists);
    Arc::new(Matcher(vec![labels.conjunct(&mut lowering.symbols)]))
}

fn lower_rule(rule: &Rule, writer: &Writer, namespace: Option<&str>, lowering: &mut Lowering<'_>) {
    let port_rules = rule.ports.as_deref().unwrap_or_default();
    let icmps = rule.icmps.as_deref().unwrap_or_default();
    let ported = !port_rules.is_empty() || !icmps.is_empty();
    let peers = Arc::new(peers::matcher(rule, namespace, ported, lowering));
    if rule.deny {
        let of_ports = port_rules.iter().flat_map(|ports| ports.ports.iter().flatten().cloned());
        let of_ports: Vec<_> = of_ports.collect();
        let ports = ported.then(|| {
            ports::of_cilium(&of_ports).iter().chain(ports::of_icmp(icmps).iter()).cloned().collect()
        });
        return lowering.write(writer, Action::Deny, peers, Traffic { ports, ..Traffic::default() });
    }
    let authentication = rule.authentication.as_deref().and_then(authentication);
    let traffic = Traffic { authentication, ..Traffic::default() };
    if !ported {
        return lowering.allow(writer, peers, traffic);
    }
    if !icmps.is_empty() {
        let ports = Some(ports::of_icmp(icmps));
        lowering.allow(writer, Arc::clone(&peers), Traffic { ports, ..traffic.clone() });
    }
    for port_rule in port_rules {
        let proxy = port_rule.rules.as_ref().and_then(proxy).map(Arc::new);
        tell_what_envoy_refuses(port_rule, proxy.as_deref(), lowering);
        let ports = Some(ports::of_cilium(port_rule.ports.as_deref().unwrap_or_default()));
        let traffic = Traffic { ports, proxy, authentication };
        spares_local_host(port_rule, writer, &peers, &traffic, lowering);
        match beyond::condition(port_rule) {
            Some(condition) => lowering.allow_if(writer, Arc::clone(&peers), traffic, condition),
            None => lowering.allow(writer, Arc::clone(&peers), traffic),
        }
    }
}

/// What a proxy lets through. Empty lists send nothing to a proxy.
fn proxy(rules: &L7) -> Option<Proxy> {
    let http = rules.http.as_deref().filter(|rules| !rules.is_empty());
    let dns = rules.dns.as_deref().filter(|rules| !rules.is_empty());
    http.map(HttpRules::new).map(Proxy::Http).or_else(|| dns.map(DnsRules::new).map(Proxy::Dns))
}

/// Says which expressions Envoy refuses. Verdicts are given as if it took them, and what is no expression lets nothing
/// pass.
fn tell_what_envoy_refuses(port_rule: &PortRule, proxy: Option<&Proxy>, lowering: &mut Lowering<'_>) {
    let Some(Proxy::Http(rules)) = proxy else { return };
    let written = port_rule.rules.iter().flat_map(|rules| rules.http.iter().flatten());
    for (written, rule) in written.zip(rules.rules()) {
        for fact in rule.refused_by_envoy() {
            lowering.problem(&written.place, Loss::Nothing, fact.to_string());
        }
    }
}

/// What the own node sends to a pod passes the proxy whatever it is, where the own node is always let in.
fn spares_local_host(
    port_rule: &PortRule,
    writer: &Writer,
    peers: &Arc<Matcher>,
    traffic: &Traffic,
    lowering: &mut Lowering<'_>,
) {
    let redirects = traffic.proxy.is_some() && writer.direction == Direction::Ingress;
    if !redirects || !lowering.options.allow_local_host {
        return;
    }
    let host = Matcher(vec![Labels::reserved("host").conjunct(&mut lowering.symbols)]);
    let writer = Writer { place: port_rule.place.clone(), ..writer.clone() };
    let spared = Traffic { proxy: None, ..traffic.clone() };
    lowering.write(&writer, Action::Allow, Arc::new(Matcher(both(peers, &host))), spared);
}

fn authentication(mode: &str) -> Option<Authentication> {
    match mode {
        "disabled" => Some(Authentication::Disabled),
        "required" => Some(Authentication::Required),
        "test-always-fail" => Some(Authentication::AlwaysFail),
        _ => None,
    }
}
