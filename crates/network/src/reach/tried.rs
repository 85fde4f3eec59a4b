//! Which HTTP rules a proxy asks about a request, and why each takes it or does not.

use crate::kinds::cilium::{HttpRule, PortRule};
use crate::l7::HttpRules;
use crate::l7::http::{self, Request};
use crate::lowered::Lowered;
use crate::matcher::Match;
use crate::place::{Place, PolicyName};
use crate::reach::Case;
use crate::rule::{Direction, Origin, Proxy, Rule};
use crate::state::State;
use crate::verdict::Limit;

/// An HTTP rule that was asked about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// At which end.
    pub direction: Direction,
    /// The policy.
    pub policy: PolicyName,
    /// Where the rule is written: an item of `rules.http`, or a rule without any, which takes every request.
    pub place: Place,
    /// The item of `toPorts` that it is in; `None` for a rule that takes every request.
    pub ports: Option<Place>,
    /// What it asks of requests: `method GET, path /orders/.*`, `any request`.
    pub asks: String,
    /// Whether it takes the request.
    pub answer: Match,
    /// What of the request it does not take, in sentences: `the method POST is not GET`.
    pub misses: Vec<String>,
}

/// The HTTP rules that are asked about a request on a connection, those of the sender first, each once and in the order in which
/// they are written. None where no proxy looks at requests.
pub fn tried(state: &State, lowered: &Lowered, case: &Case, request: &Request) -> Vec<Tried> {
    let mut all: Vec<Tried> = Vec::new();
    for (direction, side) in [(Direction::Egress, &case.egress), (Direction::Ingress, &case.ingress)] {
        let limits = side.verdict.limits().iter();
        let rules =
            limits.filter_map(|limit| if let Limit::Http(rules) = limit { Some(rules) } else { None });
        for rule in rules.flatten().filter_map(|&rule| lowered.rules.get(rule as usize)) {
            for one in of_rule(state, lowered, direction, rule, request) {
                if !all.contains(&one) {
                    all.push(one);
                }
            }
        }
    }
    all
}

fn of_rule(
    state: &State,
    lowered: &Lowered,
    direction: Direction,
    rule: &Rule,
    request: &Request,
) -> Vec<Tried> {
    let Origin::Policy(policy, place) = &rule.origin else { return Vec::new() };
    let Some(policy) = lowered.policies.get(*policy as usize) else { return Vec::new() };
    let Some(Proxy::Http(rules)) = rule.proxy.as_deref() else {
        return vec![Tried {
            direction,
            policy: policy.clone(),
            place: place.clone(),
            ports: None,
            asks: "any request".to_owned(),
            answer: Match::Yes,
            misses: Vec::new(),
        }];
    };
    let Some((ports, items)) = written(state, policy, place, rules) else { return Vec::new() };
    let one = |item: &HttpRule| {
        let ready = http::Rule::new(item);
        Tried {
            direction,
            policy: policy.clone(),
            place: item.place.clone(),
            ports: Some(ports.place.clone()),
            asks: asks(item),
            answer: ready.answer(request),
            misses: misses(item, &ready, request),
        }
    };
    items.iter().map(one).collect()
}

/// Where the rules of a proxy are written.
fn written<'s>(
    state: &'s State,
    policy: &PolicyName,
    place: &Place,
    rules: &HttpRules,
) -> Option<(&'s PortRule, &'s [HttpRule])> {
    let policies = state.policies.cilium.iter().filter(|known| known.name == *policy);
    let written = policies.flat_map(|policy| &policy.specs).flat_map(|spec| &spec.rules);
    let ports = written.filter(|rule| rule.place == *place).flat_map(|rule| rule.ports.iter().flatten());
    let items = ports.filter_map(|ports| Some((ports, ports.rules.as_ref()?.http.as_deref()?)));
    items.into_iter().find(|(_, items)| HttpRules::new(*items) == *rules)
}

/// What an item asks of requests.
fn asks(item: &HttpRule) -> String {
    let fields = [("method", &item.method), ("path", &item.path), ("host", &item.host)];
    let mut asked: Vec<String> = fields
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(field, value)| format!("{field} {value}"))
        .collect();
    asked.extend(item.headers.iter().map(|header| format!("header {header}")));
    asked.extend(item.header_matches.iter().map(|header| format!("header {}", header.name)));
    if asked.is_empty() { "any request".to_owned() } else { asked.join(", ") }
}

fn misses(item: &HttpRule, ready: &http::Rule, request: &Request) -> Vec<String> {
    let fields = [
        ("method", &ready.method, &item.method, &request.method),
        ("path", &ready.path, &item.path, &request.path),
        ("host", &ready.host, &item.host, &request.host),
    ];
    let mut misses = Vec::new();
    for (field, expression, written, value) in fields {
        match expression {
            Some(Ok(expression)) if !expression.matches(value) => {
                let value = if value.is_empty() { "that is not given" } else { value };
                misses.push(format!("the {field} {value} does not match {written}"));
            }
            Some(Err(_)) => misses.push(format!("its {field} {written} is no regular expression")),
            _ => {}
        }
    }
    for header in &ready.headers {
        if header.answer(request) == Match::No {
            misses.push(format!("the header {} is not there, or has another value", header.name));
        }
    }
    misses
}
